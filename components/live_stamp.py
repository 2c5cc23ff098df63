"""The stamp under a page's title: how old the figures are, and that this screen is still in touch.

Three times: when the source changed, when it was last read, when this screen last heard from the server. The
component's script asks `components.live_route` for them and sets them in place, without a rerun; it triggers
one when the data changed. Nothing of it is markup: all text is set as text.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final
from zlib import crc32

import streamlit as st
from babel.dates import format_time

from components import live
from components.text import clean
from scorecard import small
from scorecard.clock import AsOf
from scorecard.formats import Formats
from scorecard.settings import Settings

_HERE: Final = Path(__file__)
_HTML: Final = """
<div class="stamp" data-part="stamp">
  <span class="mark" data-part="mark"></span>
  <span data-part="what"></span>
  <span data-part="changed" title="When the source last changed, as far as it is known"></span>
  <span data-part="read" title="When the source was last read with success"></span>
  <span data-part="heard" title="When this screen last heard from the server"></span>
  <button type="button" data-part="again" title="Reads the source now">Read now</button>
  <span class="found" data-part="found" role="status"></span>
  <p class="why" data-part="why" role="status" hidden></p>
</div>
"""

_component = st.components.v2.component(
    "tandem_live_stamp",
    html=_HTML,
    css=_HERE.with_suffix(".css").read_text(encoding="utf-8"),
    js=_HERE.with_suffix(".js").read_text(encoding="utf-8"),
)

# What the stamp tells the server. It stands outside of the stamp's fragment: to a server started anew under
# an open page a fragment of before means nothing, and the page would stay as it was; this has the page run.
_teller = st.components.v2.component(
    "tandem_live_teller",
    js=_HERE.with_name("live_teller.js").read_text(encoding="utf-8"),
)

Told = Mapping[str, str | int | None]  # times ready to read; those that end in _at are milliseconds


@dataclass(frozen=True)
class Drawn:
    """What a screen shows: its state as `live.seen` says it, the as_of that its address fixes.

    `bare`: the page itself says what is wrong and has a button, since there is nothing else on it.
    """

    seen: str
    as_of: str | None = None
    bare: bool = False


def stamp(drawn: Drawn, token: str, *, key: str) -> None:
    """Draws it. `token` opens the route; when it doesn't any more, the stamp asks by `listen` for another."""
    _component(key=key, data=data_of(drawn, token))


def data_of(drawn: Drawn, token: str) -> dict[str, object]:
    """What a script needs that keeps a screen in touch with the server."""
    return {
        "told": told(live.refresher().published, datetime.now(UTC)),
        "seen": drawn.seen,
        "asOf": drawn.as_of,
        "bare": drawn.bare,
        "token": token,
        "route": f"/{st.get_option('server.baseUrlPath').strip('/')}/tandem".replace("//", "/"),
    }


def listen(on_changed: Callable[[], None], on_renewed: Callable[[], None], *, key: str) -> None:
    """Has the callbacks called when the stamp finds that figures may differ, or that its token isn't good.

    What isn't answered by a rerun of fragments has the whole page run.
    """
    _teller(key=key, on_changed_change=on_changed, on_renewed_change=on_renewed, height=1)


def told(published: live.Published, moment: datetime) -> Told:
    """What a screen is told: which state this is, the times ready to read, what is wrong. No secrets.

    `seen` differs when figures may differ.
    """
    now = published.live
    settings = Settings() if now is None else small.settings(now.dataset)
    trouble = _trouble(published)
    return {
        "at": int(moment.timestamp() * 1000),
        "seen": live.seen(published, moment),
        "state": state(published, moment),
        "trouble": None if trouble is None else clean(trouble),
        "heard": _time(moment, moment, settings),
        **_of_data(now, moment, settings),
    }


def state(published: live.Published, moment: datetime) -> str:
    """A short text that differs whenever there is something to tell at once."""
    trouble = _trouble(published)
    return f"{live.seen(published, moment)}.{'' if trouble is None else crc32(trouble.encode())}"


def _trouble(published: live.Published) -> str | None:
    return published.failure if published.live is None else published.live.trouble


def _of_data(now: live.Live | None, moment: datetime, settings: Settings) -> Told:
    if now is None:
        nothing = dict.fromkeys(("as_of", "read", "read_at", "changed", "changed_at"))
        return {"label": "", **nothing}
    formats = Formats.of(settings)
    return {
        "label": clean(now.dataset.label),
        "as_of": seen_from(live.as_of(now, None), formats),
        "read": _time(now.checked, moment, settings),
        "read_at": int(now.checked.timestamp() * 1000),
        "changed": None if now.changed is None else _time(now.changed, moment, settings),
        "changed_at": None if now.changed is None else int(now.changed.timestamp() * 1000),
    }


def seen_from(as_of: AsOf, formats: Formats) -> str:
    """A whole day by its date, a moment by its time."""
    whole_day = as_of.text == as_of.day.isoformat()
    return formats.date(as_of.day) if whole_day else formats.moment(as_of.instant)


def _time(when: datetime, now: datetime, settings: Settings) -> str:
    """To the second today, with its date before."""
    zone = settings.zone
    local = zone.from_epoch(int(when.timestamp()))
    if local.date() != zone.from_epoch(int(now.timestamp())).date():
        return Formats.of(settings).moment(int(when.timestamp()))
    return format_time(local.time(), "medium", locale=settings.locale)
