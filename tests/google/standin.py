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
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from urllib.parse import parse_qsl

from tests.google import changes, errors, tokens
from tests.google.api import Api, new_id
from tests.google.book import Sheet, Spreadsheet
from tests.google.calls import Call, Limits, Log
from tests.google.cells import stored, typed
from tests.google.errors import Refusal
from tests.google.faults import Fault, Faults
from tests.google.server import Reply, Server, json_body

NAME = "tandem"
Rows = Iterable[Sequence[object]]


class Google:
    """The stand-in. `google()` opens one and closes it.

    `clock` says the seconds since 1970, for quotas, the log, tokens' lives and modified times; tests may inject
    their own. `faults`, `limits`, `tokens` and `latency` (seconds before each reply) may be set at any time.
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
        self._lock = self.api.lock
        self._server: Server | None = self._listen(0)
        self.port = self._server.server_address[1]
        self.endpoint = f"http://127.0.0.1:{self.port}"
        self.tokens.audience = f"{self.endpoint}/token"

    def close(self) -> None:
        self.gone()

    # How it is reached ------------------------------------------------------------------------------------------

    def gone(self) -> None:
        """Nobody listens any more; open connections break."""
        if self._server:
            self._server.stop()
            self.failures.extend(self._server.failures)
            self._server = None

    def back(self) -> None:
        """Listens again, on the same port."""
        self._server = self._server or self._listen(self.port)

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

    def _answer(self, call: Call, authorization: str, fault: Fault | None) -> Reply:
        if fault and fault.kind == "status":
            return self._faulty(fault)
        if self.latency and self._server:
            self._server.closing.wait(self.latency)
        try:
            if call.kind == "token":
                reply = Reply(200, json_body(self.tokens.grant(call.body)))
            else:
                reply = Reply(200, self._called(call, authorization))
        except tokens.RefusedGrantError as refused:
            error, description = refused.args
            reply = Reply(400, json_body({"error": error, "error_description": description}))
        except Refusal as refusal:
            reply = self._refused(refusal)
        return reply

    def _called(self, call: Call, authorization: str) -> bytes:
        call.user, _ = self.api.user(authorization, call.query)
        if call.kind in ("read", "write"):
            self.limits.take(call.kind, call.user)
        with self._lock:
            return self.api.reply(call.method, call.path, call.query, call.body, call.user)

    def _refused(self, refusal: Refusal) -> Reply:
        headers = {}
        if refusal.code == 429 and self.limits.retry_after is not None:
            headers["Retry-After"] = str(self.limits.retry_after)
        return Reply(refusal.code, json_body(refusal.body), headers)

    # Who may come in --------------------------------------------------------------------------------------------

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

    def share(self, spreadsheet_id: str, email: str | None = None, role: str = "writer") -> None:
        """Shares a spreadsheet, with the default service account if nobody is named; role: writer or reader."""
        self.book(spreadsheet_id).shared[email or tokens.address(NAME)] = role

    def unshare(self, spreadsheet_id: str, email: str | None = None) -> None:
        self.book(spreadsheet_id).shared.pop(email or tokens.address(NAME), None)

    def publish(self, spreadsheet_id: str, *, public: bool = True) -> None:
        """Anyone with the link may read it."""
        self.book(spreadsheet_id).public = public

    # What its keepers do ----------------------------------------------------------------------------------------

    def spreadsheet(
        self,
        title: str = "Sales and marketing",
        locale: str = "en_US",
        time_zone: str = "Etc/GMT",
        *,
        tabs: Mapping[str, Rows] | None = None,
        shared: bool = True,
    ) -> str:
        """A new spreadsheet's id, shared with the default service account. Without tabs, an empty Sheet1."""
        now = self.clock()
        properties = {"title": title, "locale": locale, "autoRecalc": "ON_CHANGE", "timeZone": time_zone}
        book = Spreadsheet(new_id(), properties, [], now, now)
        with self._lock:
            self.api.books[book.spreadsheet_id] = book
            for number, name in enumerate(tabs or ["Sheet1"]):
                book.sheets.append(Sheet(self.api.numbers.next() if number else 0, name))
        for name, rows in (tabs or {}).items():
            self.write(book.spreadsheet_id, name, rows)
        if shared:
            self.share(book.spreadsheet_id)
        return book.spreadsheet_id

    def write(self, spreadsheet_id: str, tab: str, rows: Rows) -> None:
        """Replaces what a tab holds, adding the tab if there is none. Dates become serial numbers with a format."""
        with self._changing(spreadsheet_id) as book:
            sheet = book.titled(tab)
            if sheet is None:
                sheet = Sheet(self.api.numbers.next(), tab)
                book.sheets.append(sheet)
            sheet.values, sheet.cell_formats = [], {}
            sheet.looks = [look for look in sheet.looks if look[1] != "userEnteredFormat.numberFormat"]
            fill(sheet, rows, book.properties["timeZone"])

    def append(self, spreadsheet_id: str, tab: str, rows: Rows) -> None:
        """Puts rows below the last one that holds something."""
        with self._changing(spreadsheet_id) as book:
            sheet = self._tab(book, tab)
            for row in rows:
                self._fill_row(book, sheet, len(sheet.values), row)

    def insert(self, spreadsheet_id: str, tab: str, row: int, rows: Rows) -> None:
        """Inserts rows so that the first stands in row `row`, from 1; what was there moves down."""
        with self._changing(spreadsheet_id) as book:
            sheet = self._tab(book, tab)
            for number, values in enumerate(rows, row - 1):
                _shift(sheet, number, 1)
                self._fill_row(book, sheet, number, values)

    def delete_rows(self, spreadsheet_id: str, tab: str, first: int, last: int | None = None) -> None:
        """Deletes rows, from 1; what is below moves up."""
        with self._changing(spreadsheet_id) as book:
            _shift(self._tab(book, tab), first - 1, first - 1 - (last or first))

    def _fill_row(self, book: Spreadsheet, sheet: Sheet, row: int, values: Sequence[object]) -> None:
        sheet.grow(row + 1, len(values))
        for column, value in enumerate(values):
            sheet.put(row, column, *stored(value, book.properties["timeZone"]))

    def set(self, spreadsheet_id: str, cell: str, value: object) -> None:
        """Puts a value into a cell such as leads!F17; None empties it."""
        with self._changing(spreadsheet_id) as book:
            sheet, area = book.find(cell)
            sheet.put(area.top, area.left, *stored(value, book.properties["timeZone"]))

    def enter(self, spreadsheet_id: str, cell: str, text: str) -> None:
        """The same as if somebody typed it: "12%" becomes 0.12, "2026-01-05" a day."""
        with self._changing(spreadsheet_id) as book:
            sheet, area = book.find(cell)
            sheet.put(area.top, area.left, *typed(text, book.locale))

    def get(self, spreadsheet_id: str, cell: str) -> object:
        """What a cell holds: number, text, truth value, Formula, Error; None where blank."""
        with self._lock:
            sheet, area = self.book(spreadsheet_id).find(cell)
            return sheet.value(area.top, area.left)

    def look(self, spreadsheet_id: str, cell: str, path: str) -> object:
        """A cell's "note", "dataValidation", "userEnteredFormat.numberFormat" ...; None if it has none."""
        with self._lock:
            sheet, area = self.book(spreadsheet_id).find(cell)
            return sheet.look(area.top, area.left, path)

    def rename(self, spreadsheet_id: str, old: str, new: str) -> None:
        with self._changing(spreadsheet_id) as book:
            sheet = self._tab(book, old)
            changes.carried_out(book, [_property(sheet, "title", new)], self.api.numbers)

    def hide(self, spreadsheet_id: str, tab: str, *, hidden: bool = True) -> None:
        with self._changing(spreadsheet_id) as book:
            sheet = self._tab(book, tab)
            changes.carried_out(book, [_property(sheet, "hidden", hidden)], self.api.numbers)

    def delete_tab(self, spreadsheet_id: str, tab: str) -> None:
        with self._changing(spreadsheet_id) as book:
            sheet = self._tab(book, tab)
            changes.carried_out(book, [{"deleteSheet": {"sheetId": sheet.sheet_id}}], self.api.numbers)

    def delete(self, spreadsheet_id: str) -> None:
        """Deletes the spreadsheet."""
        with self._lock:
            del self.api.books[spreadsheet_id]

    def book(self, spreadsheet_id: str) -> Spreadsheet:
        """A spreadsheet as the stand-in keeps it."""
        return self.api.books[spreadsheet_id]

    def tab(self, spreadsheet_id: str, title: str) -> Sheet:
        """A tab as the stand-in keeps it."""
        return self._tab(self.book(spreadsheet_id), title)

    def url(self, spreadsheet_id: str) -> str:
        return self.book(spreadsheet_id).url

    @contextmanager
    def _changing(self, spreadsheet_id: str) -> Iterator[Spreadsheet]:
        with self._lock:
            book = self.book(spreadsheet_id)
            yield book
            book.modified_at = self.clock()

    @contextmanager
    def one_change(self) -> Iterator[None]:
        """What keepers do within is seen whole or not at all by any call."""
        with self._lock:
            yield

    def _tab(self, book: Spreadsheet, title: str) -> Sheet:
        sheet = book.titled(title)
        if sheet is None:
            raise KeyError(f"{title}: not among {[sheet.title for sheet in book.sheets]}")
        return sheet

    # What it counted --------------------------------------------------------------------------------------------

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


def fill(sheet: Sheet, rows: Rows, time_zone: str = "Etc/GMT") -> None:
    """Puts rows of Python values into an empty tab."""
    for number, row in enumerate(rows):
        line = []
        for column, value in enumerate(row):
            held, number_format = stored(value, time_zone)
            line.append(held)
            if number_format:
                sheet.cell_formats[number, column] = number_format
        sheet.values.append(line)
    sheet.grow(len(sheet.values), max(map(len, sheet.values), default=0))
    sheet.version += 1


def _shift(sheet: Sheet, row: int, by: int) -> None:
    """Moves what stands in `row` and below, down or (over what is deleted) up."""
    if by > 0:
        sheet.values[row:row] = [[] for _ in range(by)]
    else:
        del sheet.values[row : row - by]
    stay = {place: found for place, found in sheet.cell_formats.items() if place[0] < row}
    moved = {
        (at + by, column): found
        for (at, column), found in sheet.cell_formats.items()
        if at >= row + max(-by, 0)
    }
    sheet.cell_formats = stay | moved
    sheet.grow(len(sheet.values), 0)
    sheet.version += 1


def _property(sheet: Sheet, name: str, value: object) -> dict:
    properties = {"sheetId": sheet.sheet_id, name: value}
    return {"updateSheetProperties": {"properties": properties, "fields": name}}


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
