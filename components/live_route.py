"""The addresses an open screen asks: a long poll for news, and "read now".

They stand beside Streamlit's, which doesn't guard them. So they answer only to a token that `open_page` hands
out behind its gate: signed, good for an hour at most, and no longer than the sign-in that it came with. A
request of another site can't send it: it is a header, which browsers let no stranger set. Without it the
answer is 403 and nothing else.
"""

from __future__ import annotations

import asyncio
import hmac
import signal
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from functools import cache
from hashlib import sha256
from types import FrameType
from typing import Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from streamlit.web.server.server_util import get_cookie_secret

from components import access, live
from components.live_stamp import Told, state, told

LISTEN: Final = 10.0  # seconds a poll waits for news
READ: Final = 60.0  # seconds "read now" waits for the reading
LIFE: Final = 3600  # seconds a token is good for
MOST: Final = 500  # polls that wait at a time; the next ones are answered at once and told to come back later
HEADER: Final = "X-Tandem-Token"
_PAUSE: Final = 200  # ms between two polls of a screen
_LONG_PAUSE: Final = 10_000  # ms, where too many are waiting


# --- tokens


def mint(signed_in: str = "", now: float | None = None) -> str:
    """A token for whoever has passed the gate, by that sign-in (`access.key`)."""
    claim = f"{int(time.time() if now is None else now) + LIFE}.{signed_in}"
    return f"{claim}.{_signed(claim)}"


def is_good(token: str, now: float | None = None) -> bool:
    """Whether a token is ours and still good."""
    claim, _, signature = token.rpartition(".")
    if not hmac.compare_digest(signature.encode(), _signed(claim).encode()):
        return False
    until, _, signed_in = claim.partition(".")
    return int(until) >= (time.time() if now is None else now) and not access.is_over(signed_in)


def _signed(text: str) -> str:
    return hmac.new(_key(), text.encode(), sha256).hexdigest()


@cache
def _key() -> bytes:
    """From the secret of Streamlit's cookies: where replicas share one, they take each other's tokens."""
    return sha256(b"tandem live " + get_cookie_secret().encode()).digest()


# --- waiting


class _Waiting:
    """Polls that wait for the refresher, in the server's event loop."""

    def __init__(self) -> None:
        self.events: dict[asyncio.Event, asyncio.AbstractEventLoop] = {}
        self.over = False

    def wake(self) -> None:
        """Lets everybody look again; from any thread."""
        for event, loop in tuple(self.events.items()):
            with suppress(RuntimeError):  # the loop is closed: nobody waits there
                loop.call_soon_threadsafe(event.set)

    def release(self) -> None:
        """Lets everybody go, for good: the server stops."""
        self.over = True
        self.wake()

    async def until(self, holds: Callable[[], bool], seconds: float) -> None:
        """Waits until it holds, but no longer than that."""
        event, loop = asyncio.Event(), asyncio.get_running_loop()
        ends = loop.time() + seconds
        self.events[event] = loop
        try:
            while not self.over and not holds() and (left := ends - loop.time()) > 0:
                with suppress(TimeoutError):
                    await asyncio.wait_for(event.wait(), left)
                event.clear()
        finally:
            del self.events[event]


_waiting: Final = _Waiting()


def release_at_the_end() -> None:
    """Polls let go when the process is told to stop: the server would wait for their answers first."""
    _waiting.over = False
    if threading.current_thread() is not threading.main_thread():
        return
    for number in (signal.SIGINT, signal.SIGTERM):
        _before(number, _waiting.release)


def release() -> None:
    """Polls let go now."""
    _waiting.release()


def _before(number: signal.Signals, work: Callable[[], None]) -> None:
    """Has `work` done before what is done at this signal already."""
    then = signal.getsignal(number)
    if not callable(then):
        return

    def both(which: int, frame: FrameType | None) -> None:
        work()
        then(which, frame)

    signal.signal(number, both)


# --- the addresses


async def poll(request: Request) -> Response:
    """What a screen is told: at once when it differs from `after`, else after a while, with fresh times."""
    token = request.headers.get(HEADER, "")
    if not is_good(token):
        return Response(status_code=403)
    watched, known = _refresher(), request.query_params.get("after", "")
    crowded = len(_waiting.events) >= MOST
    if not crowded:
        await _waiting.until(lambda: state(watched.published, _now()) != known or not is_good(token), LISTEN)
    if not is_good(token):
        return Response(status_code=403)
    watched.touch()
    return _answer({**_told(watched), "pause": _LONG_PAUSE if crowded else _PAUSE})


async def read(request: Request) -> Response:
    """Reads the source now, once for all who ask meanwhile, and says what was found."""
    if not is_good(request.headers.get(HEADER, "")):
        return Response(status_code=403)
    watched = _refresher()
    before, look = watched.published, watched.order()
    await _waiting.until(lambda: watched.done >= look or watched.ended, READ)
    told_now = {**_told(watched), "pause": _PAUSE}
    said = watched.refused or found(before, watched.published, told_now, watched.done >= look)
    return _answer({"found": said, "told": told_now})


def found(before: live.Published, after: live.Published, now: Told, is_done: bool) -> str:  # noqa: FBT001
    """What a reading found, in a sentence."""
    if not is_done:
        return "The source is still being read. New figures will show by themselves."
    if now["trouble"] is not None or after.live is None:
        return f"It could not be read: {now['trouble']}"
    old = before.live
    if old is None or old.dataset.stamp.version != after.live.dataset.stamp.version:
        return "New figures."
    return f"Nothing has changed since {now['changed']}." if now["changed"] else "Nothing has changed."


def routes() -> list[Route]:
    """For `st.App`, below whatever path the app is served under."""
    return [
        Route(f"{base}/tandem/{name}", answer, methods=[method])
        for base in ("", "/{base:path}")
        for name, answer, method in (("live", poll, "GET"), ("read", read, "POST"))
    ]


def _refresher() -> live.Refresher:
    watched = live.refresher()
    watched.listeners.add(_waiting.wake)
    access.listeners.add(_waiting.wake)
    watched.touch()
    return watched


def _told(watched: live.Refresher) -> Told:
    return told(watched.published, _now())


def _now() -> datetime:
    return datetime.now(UTC)


def _answer(content: object) -> Response:
    return JSONResponse(content, headers={"Cache-Control": "no-store"})
