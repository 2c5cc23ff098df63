"""What each path of the API does: Sheets v4 and the little of Drive v3 that gspread asks for."""

import copy
import json
import re
import secrets
import threading
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from urllib.parse import unquote

from tests.google import changes, masks
from tests.google.a1 import Area
from tests.google.book import PLAIN, Options, Sheet, Spreadsheet, rows_of
from tests.google.changes import Numbers
from tests.google.errors import (
    Refusal,
    bad_key,
    bad_token,
    drive_not_found,
    invalid,
    key_cannot_write,
    no_identity,
    not_found,
    not_shared,
)
from tests.google.schema import complaints
from tests.google.tokens import Tokens

CHOICES = {
    "majorDimension": ("ROWS", "COLUMNS"),
    "valueRenderOption": ("FORMATTED_VALUE", "UNFORMATTED_VALUE", "FORMULA"),
    "dateTimeRenderOption": ("SERIAL_NUMBER", "FORMATTED_STRING"),
    "valueInputOption": ("RAW", "USER_ENTERED"),
    "insertDataOption": ("OVERWRITE", "INSERT_ROWS"),
}
SHEETS = re.compile(r"/v4/spreadsheets/([^/:]+)(.*)")
DRIVE_FILE = re.compile(r"/drive/v3/files/([^/]+)")
DRIVE_FILES = "/drive/v3/files"
READS_BY_POST = ("/values:batchGetByDataFilter",)
KEPT_REPLIES = 16
COMPACT = (",", ":")
Query = Mapping[str, list[str]]


class Refused(Refusal):
    """A path that the service doesn't have."""


class Api:
    """The spreadsheets there are, and what a request does to them."""

    def __init__(self, clock: Callable[[], float], tokens: Tokens) -> None:
        self.clock = clock
        self.tokens = tokens
        self.books: dict[str, Spreadsheet] = {}
        self.keys: set[str] = set()
        self.numbers = Numbers()
        self._replies: dict[tuple[str, str, str], tuple[list, bytes]] = {}  # the oldest first
        self.lock = threading.RLock()

    def kind(self, method: str, path: str) -> str:
        """How the quotas count a request: read or write; drive, token and other aren't theirs.

        Other is what google-auth asks of itself, in the background: where an account may be used from.
        """
        if path == "/token":
            return "token"
        if path.endswith("/allowedLocations"):
            return "other"
        if not path.startswith("/v4/"):
            return "drive"
        return "read" if method == "GET" or path.endswith(READS_BY_POST) else "write"

    def user(self, authorization: str | None, key: str | None) -> tuple[str, str]:
        """Who asks and for which scopes: an address, or "key" for an API key. Raises Refusal."""
        if authorization:
            found = self.tokens.account(authorization.removeprefix("Bearer "))
            if found is None:
                raise bad_token()
            return found
        if key is None:
            raise no_identity()
        if key not in self.keys:
            raise bad_key()
        return "key", ""

    def reply(self, method: str, path: str, query: Query, body: object, user: str) -> bytes:
        """The JSON of a reply. Raises Refusal."""
        if found := DRIVE_FILE.fullmatch(path):
            return self._sent(self._drive_file(found[1], user, query), query, "drive.v3", "File")
        if path == DRIVE_FILES:
            return self._sent(self._drive_files(user, query), query, "drive.v3", "FileList")
        found = SHEETS.fullmatch(path)
        if not found:
            raise Refused(404, "NOT_FOUND", "Method not found.")
        book = self._opened(unquote(found[1]), user, writes=self.kind(method, path) == "write")
        if method != "GET":
            return self._sheets(method, found[2], book, query, body)
        return self._kept(found[2], book, query)

    def _opened(self, spreadsheet_id: str, user: str, *, writes: bool) -> Spreadsheet:
        if user == "key" and writes:
            raise key_cannot_write()
        book = self.books.get(spreadsheet_id)
        if book is None:
            raise not_found()
        self.numbers.user = user
        role = book.shared.get(user) or ("reader" if book.public else None)
        if role is None or (writes and role != "writer"):
            raise not_shared()
        if writes:
            book.modified_at = self.clock()
        return book

    def _kept(self, rest: str, book: Spreadsheet, query: Query) -> bytes:
        """A reply to GET, made again when the spreadsheet changed: its cost is no part of a client's."""
        key = book.spreadsheet_id, rest, json.dumps(query)
        state = [book.resource(), [sheet.version for sheet in book.sheets]]
        kept = self._replies.pop(key, None)
        if kept is None or kept[0] != state:
            kept = copy.deepcopy(state), self._sheets("GET", rest, book, query, None)
        self._replies[key] = kept
        if len(self._replies) > KEPT_REPLIES:
            del self._replies[next(iter(self._replies))]
        return kept[1]

    def _sheets(self, method: str, rest: str, book: Spreadsheet, query: Query, body: object) -> bytes:
        for verb, shape, answer, *schemas in ROUTES:
            if verb == method and (found := shape.fullmatch(rest)):
                ranges = [unquote(part) for part in found.groups()]
                told = answer(self, book, query, _checked(method, body, schemas[0]), *ranges)
                return self._sent(told, query, "sheets.v4", schemas[1])
        raise Refused(404, "NOT_FOUND", "Method not found.")

    def _sent(self, told: dict | bytes, query: Query, api: str, schema: str) -> bytes:
        if isinstance(told, bytes):
            if not _pretty(query) and "fields" not in query:
                return told
            told = json.loads(told)
        if "fields" in query:
            mask = masks.parsed(query["fields"][0])
            masks.check(mask, {"$ref": schema}, api)
            told = masks.taken(told, mask)
        if _pretty(query):
            return (json.dumps(told, ensure_ascii=False, indent=2) + "\n").encode()
        return json.dumps(told, ensure_ascii=False, separators=COMPACT).encode()

    def metadata(self, book: Spreadsheet, query: Query, _body: dict) -> dict:
        wanted = query.get("includeGridData", ["false"])[0].lower() == "true"
        if wanted or "data" in masks.parsed(query.get("fields", [""])[0]).get("sheets", {}):
            raise invalid("the stand-in sends no grid data; read the values")
        for text in query.get("ranges", []):
            book.find(text)
        return book.resource()

    def values_get(self, book: Spreadsheet, query: Query, _body: dict, range_: str) -> bytes:
        return book.read_text(*book.find(range_), read_options(query))

    def values_batch_get(self, book: Spreadsheet, query: Query, _body: dict) -> bytes:
        options = read_options(query)
        texts = [book.read_text(*book.find(text), options) for text in query.get("ranges", [])]
        start = f'{{"spreadsheetId":"{book.spreadsheet_id}"'.encode()
        return start + (b',"valueRanges":[' + b",".join(texts) + b"]" if texts else b"") + b"}"

    def values_by_filter(self, book: Spreadsheet, _query: Query, body: dict) -> bytes:
        options = read_options({key: [value] for key, value in body.items() if isinstance(value, str)})
        told = []
        for asked in body.get("dataFilters", []):
            text = book.read_text(*_filtered(book, asked), options)
            shown = dict(asked)
            if "gridRange" in shown:
                shown["gridRange"] = changes.without_zero_id(shown["gridRange"])
            told.append(b'{"valueRange":' + text + b',"dataFilters":[' + _compact(shown) + b"]}")
        start = f'{{"spreadsheetId":"{book.spreadsheet_id}"'.encode()
        return start + (b',"valueRanges":[' + b",".join(told) + b"]" if told else b"") + b"}"

    def values_put(self, book: Spreadsheet, query: Query, body: dict, range_: str) -> dict:
        told, *where = book.write(
            range_,
            body.get("values"),
            entered=_entered(query.get("valueInputOption", [""])[0]),
            by_column=_by_column(body),
        )
        return told | self._written_values(book, query, "updatedData", *where)

    def _written_values(self, book: Spreadsheet, query: Query, name: str, sheet: Sheet, area: Area) -> dict:
        if query.get("includeValuesInResponse", ["false"])[0].lower() != "true":
            return {}
        return {name: book.read(sheet, area, PLAIN)}

    def values_append(self, book: Spreadsheet, query: Query, body: dict, range_: str) -> dict:
        return book.append(
            range_,
            body.get("values"),
            entered=_entered(query.get("valueInputOption", [""])[0]),
            insert=_choice(query, "insertDataOption") == "INSERT_ROWS",
            by_column=_by_column(body),
        )

    def values_clear(self, book: Spreadsheet, _query: Query, _body: dict, range_: str) -> dict:
        return {"spreadsheetId": book.spreadsheet_id, "clearedRange": _cleared(book, range_)}

    def values_batch_clear(self, book: Spreadsheet, _query: Query, body: dict) -> dict:
        for range_ in body.get("ranges", []):
            book.find(range_)
        cleared = [_cleared(book, range_) for range_ in body.get("ranges", [])]
        return {"spreadsheetId": book.spreadsheet_id, "clearedRanges": cleared}

    def values_batch_update(self, book: Spreadsheet, _query: Query, body: dict) -> dict:
        entered = _entered(body.get("valueInputOption", ""))
        for number, part in enumerate(body.get("data", [])):
            _check_part(book, number, part)
        written = [
            book.write(part["range"], part.get("values"), entered=entered, by_column=_by_column(part))
            for part in body.get("data", [])
        ]
        replies = [told for told, _, _ in written]
        return {
            "spreadsheetId": book.spreadsheet_id,
            **_totals(written),
            "responses": replies,
        }

    def batch_update(self, book: Spreadsheet, _query: Query, body: dict) -> dict:
        replies = changes.carried_out(book, body.get("requests"), self.numbers)
        told = {"spreadsheetId": book.spreadsheet_id, "replies": replies}
        wanted = body.get("includeSpreadsheetInResponse")
        return told | ({"updatedSpreadsheet": book.resource()} if wanted else {})

    def _drive_file(self, file_id: str, user: str, query: Query) -> dict:
        book = self.books.get(unquote(file_id))
        if book is None or (user not in book.shared and not book.public):
            raise drive_not_found(file_id)
        return _file(book, query)

    def _drive_files(self, user: str, query: Query) -> dict:
        """What is shared with whoever asks, of one name if asked so; the last changed comes first."""
        named = re.search(r'name = "((?:[^"\\]|\\.)*)"', query.get("q", [""])[0])
        found = [
            book
            for book in self.books.values()
            if user in book.shared and (named is None or book.properties["title"] == named[1])
        ]
        found.sort(key=lambda book: book.modified_at, reverse=True)
        return {"kind": "drive#fileList", "files": [_file(book, query) for book in found]}


def _file(book: Spreadsheet, query: Query) -> dict:
    told = {
        "kind": "drive#file",
        "id": book.spreadsheet_id,
        "name": book.properties["title"],
        "mimeType": "application/vnd.google-apps.spreadsheet",
    }
    if "fields" not in query:
        return told
    return told | {"createdTime": _stamp(book.created_at), "modifiedTime": _stamp(book.modified_at)}


def _stamp(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _pretty(query: Query) -> bool:
    return query.get("prettyPrint", ["true"])[0].lower() not in ("false", "0")


def _compact(told: object) -> bytes:
    return json.dumps(told, ensure_ascii=False, separators=COMPACT).encode()


def _checked(method: str, body: object, schema: str | None) -> dict:
    """A body that fits its schema, what is null left out as if it weren't there. Raises Refusal."""
    if method == "GET" or body is None:
        return {}
    if not isinstance(body, dict) or schema is None:
        raise invalid("Invalid JSON payload received.")
    if "values" in body:
        rows_of(body["values"])
    body = without_nulls(body)
    for path, wrong in complaints(body, schema, "sheets.v4"):
        above, _, name = path.rpartition(".")
        message = f"Invalid value at '{path}': {wrong}"
        if wrong == "unknown":
            at = f" at '{above}'" if above else ""
            message = f'Invalid JSON payload received. Unknown name "{name}"{at}: Cannot find field.'
        raise invalid(message, above or path)
    return body


def without_nulls(body: dict) -> dict:
    """Null is no value to Google's JSON, but in a row's values, where it means: leave that cell."""
    return {key: _kept(value) for key, value in body.items() if value is not None}


def _kept(value: object) -> object:
    if isinstance(value, dict):
        return without_nulls(value)
    if isinstance(value, list) and not all(isinstance(item, list) for item in value):
        return [_kept(item) for item in value]
    return value


def _choice(query: Query, name: str) -> str:
    given = query.get(name, [CHOICES[name][0]])[0]
    if given not in CHOICES[name]:
        message = (
            f"Invalid value at '{_snake(name)}' (type.googleapis.com/google.apps.sheets.v4), \"{given}\""
        )
        raise invalid(message, _snake(name))
    return given


def _snake(name: str) -> str:
    return re.sub(r"([A-Z])", lambda found: "_" + found[1].lower(), name)


def read_options(query: Query) -> Options:
    return (
        _choice(query, "majorDimension"),
        _choice(query, "valueRenderOption"),
        _choice(query, "dateTimeRenderOption"),
    )


def _entered(option: str) -> bool:
    if option not in CHOICES["valueInputOption"]:
        raise invalid("'valueInputOption' is required but not specified")
    return option == "USER_ENTERED"


def _by_column(body: dict) -> bool:
    return body.get("majorDimension") == "COLUMNS"


def _filtered(book: Spreadsheet, asked: dict) -> tuple[Sheet, Area]:
    """Where a DataFilter points: a grid range or a range in A1 notation."""
    if "a1Range" in asked:
        return book.find(asked["a1Range"])
    if "gridRange" not in asked:
        raise invalid("the stand-in knows the filters gridRange and a1Range")
    sheet_id = asked["gridRange"].get("sheetId", 0)
    if book.with_id(sheet_id) is None:
        raise invalid(f"No grid with id: {sheet_id}")
    sheet, area = changes.grid_range(book, asked["gridRange"])
    return sheet, area.clipped(sheet.rows, sheet.columns)


def _cleared(book: Spreadsheet, range_: str) -> str:
    sheet, area = book.find(range_)
    sheet.clear(area)
    return book.read(sheet, area, PLAIN)["range"]


def _check_part(book: Spreadsheet, number: int, part: dict) -> None:
    try:
        book.find(part.get("range", ""))
        rows_of(part.get("values"))
    except Refusal as refusal:
        error = refusal.body["error"]
        error["message"] = f"Invalid data[{number}]: {error['message']}"
        raise


def _totals(written: list) -> dict:
    """Rows, columns, cells and tabs that a batch wrote to, each counted once per tab."""
    rows, columns = set(), set()
    for told, sheet, area in written:
        if told.get("updatedCells"):
            rows |= {(sheet.sheet_id, row) for row in range(area.top, area.bottom)}
            columns |= {(sheet.sheet_id, column) for column in range(area.left, area.right)}
    totals = {
        "totalUpdatedRows": len(rows),
        "totalUpdatedColumns": len(columns),
        "totalUpdatedCells": sum(told.get("updatedCells", 0) for told, _, _ in written),
        "totalUpdatedSheets": len({sheet.sheet_id for _, sheet, _ in written}),
    }
    return {name: total for name, total in totals.items() if total}


def _both(name: str) -> tuple[str, str]:
    return f"{name}Request", f"{name}Response"


def new_id() -> str:
    return "1" + secrets.token_urlsafe(33)[:43]


ROUTES = [
    (method, re.compile(shape), answer, *schemas)
    for method, shape, answer, *schemas in (
        ("GET", r"", Api.metadata, None, "Spreadsheet"),
        ("POST", r":batchUpdate", Api.batch_update, *_both("BatchUpdateSpreadsheet")),
        ("GET", r"/values:batchGet", Api.values_batch_get, None, "BatchGetValuesResponse"),
        ("POST", r"/values:batchGetByDataFilter", Api.values_by_filter, *_both("BatchGetValuesByDataFilter")),
        ("POST", r"/values:batchUpdate", Api.values_batch_update, *_both("BatchUpdateValues")),
        ("POST", r"/values:batchClear", Api.values_batch_clear, *_both("BatchClearValues")),
        ("POST", r"/values/(.+):append", Api.values_append, "ValueRange", "AppendValuesResponse"),
        ("POST", r"/values/(.+):clear", Api.values_clear, *_both("ClearValues")),
        ("PUT", r"/values/(.+)", Api.values_put, "ValueRange", "UpdateValuesResponse"),
        ("GET", r"/values/(.+)", Api.values_get, None, "ValueRange"),
    )
]
