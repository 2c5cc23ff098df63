"""Recorded traffic replayed against the stand-in: what Google answered, and what the stand-in answers.

Each cassette is replayed from its first exchange on, so that a spreadsheet is what the recording's own calls
made of it. Ids of spreadsheets and tabs are those of the recording.
"""

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

import requests

from tests.google.book import Sheet
from tests.google.changes import CHANGES, Numbers
from tests.google.schema import bodies_of, complaints
from tests.google.standin import Google

FOLDER = Path(__file__).parents[3] / "shared" / "data" / "gsheets_recorded"
CASSETTES = FOLDER / "gspread" / "tests" / "cassettes"
SHEETS, DRIVE = "https://sheets.googleapis.com", "https://www.googleapis.com"
# They change what a spreadsheet tells of itself, but no value.
NO_VALUE_CHANGED = {
    "addNamedRange",
    "updateNamedRange",
    "deleteNamedRange",
    "setBasicFilter",
    "clearBasicFilter",
    "addDimensionGroup",
    "deleteDimensionGroup",
    "autoResizeDimensions",
    "deleteProtectedRange",
}
UNBUILT = "a spreadsheet that no recorded call built: a copy, an import, one found by listing"
# Parts of replies that are left out of the stand-in, or differ by nature.
NOT_COMPARED = {"defaultFormat", "spreadsheetTheme", "createdTime", "modifiedTime"}


@dataclass
class Exchange:
    """One recorded exchange, and what came of replaying it: held, differs, or left out, with why."""

    kind: str
    where: str
    recorded: object
    status: int
    replayed: object = None
    replayed_status: int = 0
    left_out: str | None = None
    same_bytes: bool = False
    complaints: list = field(default_factory=list)

    @property
    def held(self) -> bool:
        same = self.status == self.replayed_status and masked(self.recorded) == masked(self.replayed)
        return self.left_out is None and same


def masked(told: object) -> object:
    """A reply without the parts that aren't compared."""
    if isinstance(told, dict):
        return {key: masked(value) for key, value in told.items() if key not in NOT_COMPARED}
    if isinstance(told, str):
        return re.sub(r"[\w.-]+@[\w.-]+\.gserviceaccount\.com", "account", told)
    return [masked(item) for item in told] if isinstance(told, list) else told


class Foreseen(Numbers):
    """Gives the ids that Google gave."""

    def __init__(self) -> None:
        super().__init__()
        self.waiting: list[int] = []

    def next(self) -> int:
        return self.waiting.pop(0) if self.waiting else super().next()


@dataclass
class Replay:
    """One cassette on its way through the stand-in."""

    google: Google
    session: requests.Session
    name: str
    strayed: dict[str, set[str]] = field(default_factory=dict)  # by spreadsheet: "values", "metadata"

    def exchanges(self, interactions: list[dict]) -> Iterator[Exchange]:
        self.google.api.books.clear()
        for number, interaction in enumerate(interactions):
            found = self.exchange(f"{self.name}#{number}", interaction)
            if found:
                yield found

    def exchange(self, where: str, interaction: dict) -> Exchange | None:
        request, response = interaction["request"], interaction["response"]
        told = response["body"].get("string", "")
        status = response["status"]["code"]
        if request["uri"].startswith(DRIVE):
            return self.drive(where, request, told, status)
        exchange = Exchange(kind_of(request), where, _json(told), status)
        self.foresee(exchange, request)
        exchange.left_out = self.reason(request, exchange.kind)
        if exchange.left_out == UNBUILT and exchange.kind == "metadata" and status == 200:
            self.take_over(exchange.recorded)
        self.follow(request, exchange)
        if exchange.left_out is None:
            self.send(exchange, request, told)
        return exchange

    def send(self, exchange: Exchange, request: dict, told: str) -> None:
        uri = request["uri"].replace(SHEETS, self.google.endpoint).replace(DRIVE, self.google.endpoint)
        body = request["body"]
        answer = self.session.request(request["method"], uri, data=body.encode() if body else None)
        exchange.replayed, exchange.replayed_status = _json(answer.text), answer.status_code
        exchange.same_bytes = answer.text == told
        if answer.ok:
            path = urlsplit(request["uri"]).path
            api, _, schema = bodies_of(request["method"], path)
            exchange.complaints = complaints(exchange.replayed, schema, api)

    def drive(self, where: str, request: dict, told: str, status: int) -> Exchange | None:
        """Spreadsheets come and go through Drive; the stand-in answers files.get and files.list."""
        path, method = urlsplit(request["uri"]).path, request["method"]
        if method == "POST" and path == "/drive/v3/files" and status == 200:
            self.make(json.loads(told))
        elif method == "DELETE" and status == 204:
            self.google.api.books.pop(path.rpartition("/")[2], None)
        elif method == "GET" and path == "/drive/v3/files":
            return self.listed(Exchange("drive files.list", where, _json(told), status), request, told)
        elif method == "PUT":
            self.google.delete(path.rpartition("/")[2])
        elif method == "GET" and re.fullmatch(r"/drive/v3/files/[^/]+", path):
            exchange = Exchange("drive files.get", where, _json(told), status)
            if path.rpartition("/")[2] not in self.google.api.books:
                exchange.left_out = UNBUILT
            elif "modifiedTime" not in request["uri"]:
                exchange.left_out = "fields that Tandem doesn't ask for"
            else:
                self.send(exchange, request, told)
            return exchange
        return None

    def listed(self, exchange: Exchange, request: dict, told: str) -> Exchange:
        """Held where no spreadsheet is in the list but those that the recording made."""
        made = set(self.google.api.books) - set(self.strayed)
        if {found["id"] for found in exchange.recorded["files"]} <= made:
            self.send(exchange, request, told)
        else:
            exchange.left_out = UNBUILT
        return exchange

    def take_over(self, told: dict) -> None:
        """A spreadsheet that no recorded call built, from Google's reply about it; it holds no values yet."""
        properties = told["properties"]
        spreadsheet_id = told["spreadsheetId"]
        self.google.spreadsheet(
            properties["title"], properties["locale"], properties["timeZone"], spreadsheet_id=spreadsheet_id
        )
        book = self.google.book(spreadsheet_id)
        book.sheets = [
            Sheet(tab["sheetId"], tab["title"], *tab["gridProperties"].values())
            for tab in (sheet["properties"] for sheet in told["sheets"])
        ]
        self.strayed[spreadsheet_id] = {"values"}

    def make(self, told: dict) -> None:
        if told["id"] not in self.google.api.books:
            self.google.spreadsheet(told["name"], spreadsheet_id=told["id"])

    def foresee(self, exchange: Exchange, request: dict) -> None:
        """Brings the stand-in to where Google was: the ids to come, a spreadsheet that isn't shared."""
        spreadsheet_id = id_of(request)
        if exchange.status == 403 and spreadsheet_id not in self.google.api.books:
            self.google.spreadsheet("private", spreadsheet_id=spreadsheet_id, shared=False)
        numbers = Foreseen()
        replies = exchange.recorded.get("replies", []) if isinstance(exchange.recorded, dict) else []
        for reply in replies:
            for told in reply.values():
                numbers.waiting += re.findall(r'"(?:sheetId|protectedRangeId)": (\d+)', json.dumps(told))
        numbers.waiting = [int(number) for number in numbers.waiting][:1] if replies else []
        self.google.api.numbers = numbers

    def reason(self, request: dict, kind: str) -> str | None:
        """Why an exchange can't be held against the stand-in; None if it can."""
        spreadsheet_id, uri = id_of(request), unquote(request["uri"])
        unknown = sorted(set(changes_of(request)) - set(CHANGES))
        strayed = self.strayed.get(spreadsheet_id, set())
        if unknown:
            return f"a request that the stand-in doesn't know: {unknown[0]}"
        if "sheets.data" in uri or "sheets/data" in uri:
            return "grid data"
        if "namedRanges" in uri:
            return "named ranges"
        if kind != "error 404" and spreadsheet_id not in self.google.api.books and len(spreadsheet_id) > 30:
            return UNBUILT
        if ("values" in strayed and "values" in kind) or ("metadata" in strayed and "metadata" in kind):
            return "after a request that the stand-in doesn't know"
        return None

    def follow(self, request: dict, exchange: Exchange) -> None:
        """Remembers that a spreadsheet isn't any more what it was at Google."""
        if exchange.left_out and exchange.left_out.startswith("a request") and exchange.status == 200:
            harmless = set(changes_of(request)) <= NO_VALUE_CHANGED | set(CHANGES)
            changed = {"metadata"} if harmless else {"metadata", "values"}
            self.strayed.setdefault(id_of(request), set()).update(changed)


def id_of(request: dict) -> str:
    return re.split(r"[/:]", urlsplit(request["uri"]).path.removeprefix("/v4/spreadsheets/"))[0]


def changes_of(request: dict) -> list[str]:
    """The names of the requests of a spreadsheets:batchUpdate."""
    path = urlsplit(request["uri"]).path
    if not path.endswith(":batchUpdate") or "values" in path:
        return []
    return [name for change in json.loads(request["body"])["requests"] for name in change]


def kind_of(request: dict) -> str:
    """What an exchange is counted as: values.get COLUMNS UNFORMATTED_VALUE, batchUpdate addSheet ..."""
    split = urlsplit(request["uri"])
    query = parse_qs(split.query)
    rest = re.sub(r"^/v4/spreadsheets/[^/:]+", "", split.path)
    options = [
        query[name][0]
        for name in ("valueRenderOption", "dateTimeRenderOption", "majorDimension")
        if name in query
    ]
    if not rest:
        return "metadata with fields" if "fields" in query else "metadata"
    if rest == ":batchUpdate":
        return "batchUpdate " + "+".join(sorted(set(changes_of(request))))
    if rest.startswith("/values:"):
        return " ".join([f"values.{rest[8:]}", *options])
    if rest.endswith((":append", ":clear")):
        return f"values.{rest.rpartition(':')[2]}"
    if request["method"] == "PUT":
        return f"values.update {query['valueInputOption'][0]}"
    return " ".join(["values.get", *options])


def _json(text: str) -> object:
    try:
        return json.loads(text)
    except ValueError:
        return text


def replayed(google: Google, session: requests.Session) -> list[Exchange]:
    """Every exchange of every cassette with Sheets, and Drive's files.get and files.list."""
    found: list[Exchange] = []
    for cassette in sorted(CASSETTES.glob("*.json")):
        interactions = json.loads(cassette.read_text())["interactions"]
        found += Replay(google, session, cassette.stem).exchanges(interactions)
    return found


def counted(exchanges: list[Exchange]) -> dict[str, Counter]:
    """By kind: how many were held, differ, were left out."""
    kinds: dict[str, Counter] = {}
    for exchange in exchanges:
        result = "left out" if exchange.left_out else "held" if exchange.held else "differs"
        kinds.setdefault(exchange.kind, Counter())[result] += 1
    return kinds


def table(exchanges: list[Exchange]) -> list[str]:
    """The counts as rows of Markdown, for docs/google-stand-in.md; requests that none is held of, in one."""
    rows, unknown = [], 0
    for kind, counts in sorted(counted(exchanges).items()):
        if not counts["held"]:
            unknown += counts["left out"]
        else:
            rows.append(f"| {kind} | {counts['held']} | {counts['left out'] or '–'} |")
    return [*rows, f"| batchUpdate, other requests | – | {unknown} |"]
