"""A stand-in for Google on loopback: Sheets v4, a little of Drive v3, and the token endpoint, over real HTTP.

    with google() as g:
        sheet = g.spreadsheet("Sales", tabs={"leads": [["lead_id", "created_at"], ["L1", date(2026, 1, 5)]]})
        client = gspread.service_account_from_dict(g.service_account())
        tests.google.adapter.mount(client, g)
        client.open_by_key(sheet).worksheet("leads").get_all_values()
        g.set(sheet, "leads!B2", date(2026, 1, 6))
        g.faults.next(UNAVAILABLE, TRUNCATED)
        assert g.busiest_minute() <= 60

What it does as Google does, and what no recording backs: docs/google-stand-in.md.
"""

import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from urllib.parse import parse_qsl

from tests.google import errors, tokens
from tests.google.api import Api, new_id
from tests.google.calls import Call, Limits, Log
from tests.google.errors import Refusal
from tests.google.faults import Fault, Faults
from tests.google.keepers import NAME, Keepers
from tests.google.server import Reply, Server, json_body


class Google(Keepers):
    """The stand-in. `google()` opens one and closes it.

    `clock` says the seconds since 1970, for quotas, the log, tokens' lives and modified times; tests may
    inject their own. `faults`, `limits`, `tokens` and `latency` (seconds before each reply) may be set at any
    time. What keepers do: Keepers. What was called: `calls`, the counts below it, `log`.
    """

    def __init__(self, clock: Callable[[], float] = time.time, *, latency: float = 0.0) -> None:
        self.clock = clock
        self.latency = latency
        self.tokens = tokens.Tokens(clock)
        self.limits = Limits(clock)
        self.faults = Faults()
        self.log = Log(clock)
        self.api = Api(clock, self.tokens)
        self.failures: list[BaseException] = []
        self._server: Server | None = self._listen(0)
        self.port = self._server.server_address[1]
        self.endpoint = f"http://127.0.0.1:{self.port}"
        self.tokens.audience = f"{self.endpoint}/token"

    def close(self) -> None:
        self.gone()

    def gone(self) -> None:
        """Nobody listens any more; open connections break."""
        if self._server:
            self._server.stop()
            self.failures.extend(self._server.failures)
            self._server = None

    def back(self) -> None:
        """Listens again, on the same port."""
        self._server = self._server or self._listen(self.port)

    def connections(self) -> list[threading.Thread]:
        """What serves each open connection."""
        return self._server.connections() if self._server else []

    def _listen(self, port: int) -> Server:
        return Server(port, self._begin, self.faults.for_call, self._answer, self.log.answered)

    def _faulty(self, fault: Fault) -> Reply:
        """Google's JSON for a status fault."""
        headers = {} if fault.retry_after is None else {"Retry-After": str(fault.retry_after)}
        return Reply(fault.code, json_body(errors.by_code(fault.code).body), headers)

    def _begin(self, method: str, path: str, query: dict, body: bytes) -> Call:
        kind = self.api.kind(method, path)
        told = dict(parse_qsl(body.decode())) if kind == "token" else _read_json(body)
        return self.log.begin(kind=kind, method=method, path=path, query=query, body=told)

    def _answer(self, call: Call, headers: Mapping[str, str], fault: Fault | None) -> Reply:
        if fault and fault.kind == "status":
            return self._faulty(fault)
        if self.latency and self._server:
            self._server.closing.wait(self.latency)
        try:
            if call.kind == "other":
                reply = Reply(200, json_body({"locations": [], "encodedLocations": "0x0"}))
            elif call.kind == "token":
                reply = Reply(200, json_body(self.tokens.grant(call.body)))
            else:
                reply = Reply(200, self._called(call, headers))
        except tokens.RefusedGrantError as refused:
            error, description = refused.args
            reply = Reply(400, json_body({"error": error, "error_description": description}))
        except Refusal as refusal:
            reply = self._refused(refusal)
        return reply

    def _called(self, call: Call, headers: Mapping[str, str]) -> bytes:
        key = call.query.get("key", [None])[0] or headers.get("X-Goog-Api-Key")
        call.user, scope = self.api.user(headers.get("Authorization"), key)
        if call.user != "key" and not self.tokens.cover(call.kind, scope):
            raise errors.too_narrow()
        if call.kind in ("read", "write"):
            self.limits.take(call.kind, call.user)
        with self.api.lock:
            return self.api.reply(call.method, call.path, call.query, call.body, call.user)

    def _refused(self, refusal: Refusal) -> Reply:
        headers = {}
        if refusal.code == 429 and self.limits.retry_after is not None:
            headers["Retry-After"] = str(self.limits.retry_after)
        return Reply(refusal.code, json_body(refusal.body), headers)

    def service_account(self, name: str = NAME) -> dict[str, str]:
        """A service account's JSON; its token_uri is the stand-in's."""
        account = tokens.service_account(name, self.tokens.audience)
        self.tokens.accounts.add(account["client_email"])
        return account

    def api_key(self) -> str:
        """A new API key: it opens public spreadsheets, to read."""
        key = f"AIza{new_id()[:35]}"
        self.api.keys.add(key)
        return key

    @property
    def calls(self) -> list[Call]:
        return list(self.log.calls)

    @property
    def reads(self) -> int:
        """Calls that count against the read quota, refused ones too."""
        return len(self.log.of("read"))

    @property
    def writes(self) -> int:
        return len(self.log.of("write"))

    @property
    def token_calls(self) -> int:
        return len(self.log.of("token"))

    @property
    def reads_last_minute(self) -> int:
        now = self.clock()
        return sum(call.at > now - 60 for call in self.log.of("read"))

    @property
    def sent(self) -> int:
        """Bytes of bodies that went out."""
        return sum(call.sent for call in self.log.calls)

    def busiest_minute(self, kind: str = "read") -> int:
        """The most reads (or writes, tokens) in any 60 seconds."""
        return self.log.busiest_minute(kind)


def _read_json(body: bytes) -> object:
    try:
        return json.loads(body) if body else None
    except ValueError:
        return body.decode(errors="replace")


@contextmanager
def google(clock: Callable[[], float] = time.time, *, latency: float = 0.0) -> Iterator[Google]:
    """A fresh stand-in. Raises what went wrong within it, if anything did."""
    standin = Google(clock, latency=latency)
    try:
        yield standin
    finally:
        standin.close()
    if standin.failures:
        raise ExceptionGroup("the stand-in failed", standin.failures)
