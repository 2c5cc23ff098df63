"""Fills an empty Google spreadsheet with the template: two looks at it, then everything in one batchUpdate.

A batchUpdate is applied whole or not at all: after a failed run the spreadsheet is still empty.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from http import HTTPStatus
from itertools import count, groupby
from typing import Any, Final, Protocol

import requests
from gspread.exceptions import APIError

from data_sources import google_sheets
from data_sources.errors import ConfigError, SourceError
from data_sources.google_access import TokenError
from data_sources.google_config import Google, spreadsheet_ids
from data_sources.google_errors import explained
from data_sources.tab import address, letters
from data_sources.template_xlsx import COLOURS
from scorecard.contract import Type
from scorecard.settings import Settings
from scorecard.template import START, Field, Line, Need, Page, Rule, RuleKind, StartRow, Style, Template

Request = dict[str, Any]

METADATA_KEY: Final = "tandem_template"
_PIXELS: Final = 7.5  # a character's width
_START_WIDTHS: Final = (250, 440, 530)
_ROWS: Final = {True: 2000, False: 500}  # large tables, small ones; Google adds more as they fill
_ATTRIBUTES: Final = 8  # blank columns where a table may have more
_LONGEST_NUMBER: Final = 10**15
_SERVER_ERRORS: Final = HTTPStatus.INTERNAL_SERVER_ERROR
_NAMED: Final = 5  # tabs named in a refusal
_ANYTHING: Final = {  # what a tab can hold besides values, by Google's name for it
    "charts": "a chart",
    "merges": "merged cells",
    "conditionalFormats": "conditional formats",
    "filterViews": "a filter view",
    "protectedRanges": "protected cells",
    "basicFilter": "a filter",
    "bandedRanges": "alternating colours",
    "slicers": "a slicer",
    "tables": "a table",
}
LOOK: Final = {
    "fields": "properties.title,developerMetadata(metadataKey,metadataValue),namedRanges.name,"
    f"sheets(properties(sheetId,title,sheetType),{','.join(_ANYTHING)})",
    "prettyPrint": "false",
}

FORMATS: Final[Mapping[Type, tuple[str, str] | None]] = {
    Type.TEXT: ("TEXT", "@"),
    Type.TIME: ("DATE_TIME", "yyyy-mm-dd hh:mm"),
    Type.DATE: ("DATE", "yyyy-mm-dd"),
    Type.INTEGER: ("NUMBER", "#,##0"),
    Type.NUMBER: None,  # automatic, so that a typed 25 % stays one
    Type.MONEY: ("NUMBER", "#,##0.00"),
    Type.SHARE: ("PERCENT", "0.0%"),
    Type.BOOLEAN: ("TEXT", "@"),
}


class HttpClient(Protocol):
    """The three calls of gspread's HTTPClient that are made here."""

    def fetch_sheet_metadata(self, id: str, params: Any = None) -> Mapping[str, Any]: ...  # noqa: A002 - as there
    def values_get(self, id: str, range: str, params: Any = None) -> Any: ...  # noqa: A002
    def batch_update(self, id: str, body: Any) -> Any: ...  # noqa: A002


class Client(Protocol):
    """An authorised gspread client, or what behaves like one."""

    @property
    def http_client(self) -> HttpClient: ...


@dataclass(frozen=True)
class Filled:
    """The spreadsheet that was filled."""

    title: str
    link: str
    tabs: tuple[str, ...]


def make(
    google: Google,
    named: str,
    template: Template,
    *,
    locale: str | None = None,
    time_zone: str | None = None,
) -> Filled:
    """Fills the empty spreadsheet `named` by its id or address, as the configured service account.

    SourceError or ConfigError says what to do; ValueError when the locale or the time zone can't be.
    """
    ready = _writer(google, named)
    _check(locale, time_zone)
    client = google_sheets.client(ready, writing=True)
    try:
        return fill(client, ready.spreadsheets[0], template, locale=locale, time_zone=time_zone)
    except (APIError, TokenError, requests.RequestException) as error:
        reason = _explained(error, ready)
    finally:
        client.http_client.session.close()
    raise reason  # out here, so that the reply doesn't hang on to it


def _explained(error: Exception, google: Google) -> SourceError:
    status = error.response.status_code if isinstance(error, APIError) else None
    if status == HTTPStatus.BAD_REQUEST and "updateSpreadsheetProperties" in str(error):
        return SourceError(
            "Google doesn't know this --locale or --time-zone. Nothing was written. Leave it out, and"
            " choose it in Google Sheets under File > Settings."
        )
    passing = status is None or status == HTTPStatus.TOO_MANY_REQUESTS or status >= _SERVER_ERRORS
    if passing and not (isinstance(error, TokenError) and not error.retryable):
        return SourceError(
            "Google can't be reached, or is too busy. Run the command again: a spreadsheet that was filled"
            " after all isn't filled twice."
        )
    return explained(error, google, "The spreadsheet", writing=True)


def _writer(google: Google, named: str) -> Google:
    """Who writes, and into which one spreadsheet."""
    ids = spreadsheet_ids([named], "--google")
    if len(ids) != 1:
        raise ConfigError("--google names no spreadsheet. Give its id, or its address from the browser.")
    if google.service_account is None:
        raise ConfigError(
            "Filling a spreadsheet needs tandem.google.service_account in the configuration: an API key may"
            " only read. docs/google.md shows how, step by step."
        )
    return replace(google, spreadsheets=ids)


def _check(locale: str | None, time_zone: str | None) -> None:
    """ValueError when there is no such locale or time zone."""
    asked = (("locale", locale), ("time_zone", time_zone))
    for problem in Settings.read({"key": key, "value": value} for key, value in asked)[1]:
        name = f"--{str(problem.key).replace('_', '-')}"
        raise ValueError(f"{name} {problem.value!r} can't be used. {problem.instead}")


def fill(
    client: Client,
    spreadsheet: str,
    template: Template,
    *,
    locale: str | None = None,
    time_zone: str | None = None,
) -> Filled:
    """Fills the empty spreadsheet of that id; SourceError, and nothing written, when it holds anything."""
    http = client.http_client
    found = http.fetch_sheet_metadata(spreadsheet, params=dict(LOOK))
    title = str(found.get("properties", {}).get("title", spreadsheet))
    _refuse_stamped(title, found)
    _refuse(title, list(_held(found)))
    only = found["sheets"][0]["properties"]
    _refuse(title, list(_written(http, spreadsheet, str(only["title"]))))
    # the id 0 may be left out of a reply
    body = {"requests": batch(template, int(only.get("sheetId", 0)), locale=locale, time_zone=time_zone)}
    http.batch_update(spreadsheet, body)
    link = f"https://docs.google.com/spreadsheets/d/{spreadsheet}/edit"
    return Filled(title, link, (START, *(page.title for page in template.pages)))


# --- only an empty one ----------------------------------------------------------------------------------


def _refuse_stamped(title: str, found: Mapping[str, Any]) -> None:
    for stamp in found.get("developerMetadata", ()):
        if stamp.get("metadataKey") == METADATA_KEY:
            raise SourceError(
                f"The spreadsheet '{title}' holds the template already (version"
                f" {stamp.get('metadataValue')}). Keep filling it in, or share a new, empty spreadsheet."
            )


def _refuse(title: str, held: Sequence[str]) -> None:
    """SourceError that names what the spreadsheet holds, if it holds anything."""
    if held:
        raise SourceError(
            f"The spreadsheet '{title}' isn't empty: it holds {', '.join(held)}. Nothing was written. "
            "Make a new, empty spreadsheet, share it in the same way, and give its id."
        )


def _held(found: Mapping[str, Any]) -> Iterator[str]:
    """What a spreadsheet holds besides cells, in words; nothing of an empty one."""
    sheets = found["sheets"]
    if len(sheets) > 1:
        names = [f"'{sheet['properties']['title']}'" for sheet in sheets]
        more = ["..."] if len(names) > _NAMED else []
        yield f"{len(sheets)} tabs ({', '.join(names[:_NAMED] + more)})"
    for sheet in sheets:
        title = sheet["properties"]["title"]
        if sheet["properties"].get("sheetType", "GRID") != "GRID":
            yield f"the tab '{title}', which has no cells"
        yield from (f"{words} in the tab '{title}'" for what, words in _ANYTHING.items() if sheet.get(what))
    yield from (f"the named range {named['name']}" for named in found.get("namedRanges", ()))


def _written(http: HttpClient, spreadsheet: str, tab: str) -> Iterator[str]:
    """The first cell of the tab that holds something."""
    quoted = "'" + tab.replace("'", "''") + "'"
    reply = http.values_get(spreadsheet, quoted, params={"valueRenderOption": "FORMULA"})
    for row, cells in enumerate(reply.get("values", ())):
        for column, cell in enumerate(cells):
            if cell not in ("", None):
                yield f"something in {address(tab, column, row)}"
                return


# --- the requests ---------------------------------------------------------------------------------------


def batch(
    template: Template, first_sheet: int, *, locale: str | None = None, time_zone: str | None = None
) -> list[Request]:
    """Every request of the one batchUpdate; `first_sheet` is the id of the tab that becomes 'Start here'."""
    free = (number for number in count(1) if number != first_sheet)
    ids = dict(zip((page.title for page in template.pages), free, strict=False))
    made = [*_properties(locale, time_zone), *_start(template, first_sheet, ids)]
    made += [_add(page, ids[page.title], at) for at, page in enumerate(template.pages, start=1)]
    for page in template.pages:
        made += _page(page, ids[page.title], template)
    return [*made, _stamp(template)]


def _properties(locale: str | None, time_zone: str | None) -> Iterator[Request]:
    wanted = {"locale": locale and locale.replace("-", "_"), "timeZone": time_zone}
    given = {name: value for name, value in wanted.items() if value is not None}
    if given:
        yield {"updateSpreadsheetProperties": {"properties": given, "fields": ",".join(given)}}


def _stamp(template: Template) -> Request:
    stamp = {
        "metadataKey": METADATA_KEY,
        "metadataValue": template.version,
        "location": {"spreadsheet": True},
        "visibility": "DOCUMENT",
    }
    return {"createDeveloperMetadata": {"developerMetadata": stamp}}


def _add(page: Page, sheet: int, index: int) -> Request:
    grid = {
        "rowCount": _ROWS[page.large],
        "columnCount": len(page.fields) + (_ATTRIBUTES if page.open_ended else 0),
        "frozenRowCount": 1,
        "frozenColumnCount": 1,
    }
    properties = {"sheetId": sheet, "title": page.title, "index": index, "gridProperties": grid}
    return {"addSheet": {"properties": properties}}


def _page(page: Page, sheet: int, template: Template) -> Iterator[Request]:
    yield _cells(sheet, 0, 0, [[_header(field) for field in page.fields]])
    yield from _runs(sheet, [field.width for field in page.fields])
    yield from _looks(sheet, page.fields, 1 + len(page.lines))
    for at, field in enumerate(page.fields):
        if field.rule is not None:
            yield _validation(sheet, at, field.rule, template)
    yield from _lines(page, sheet, template)
    yield _protected(sheet, "The scorecard finds its columns by these headers", rows=1)


def _cells(sheet: int, row: int, column: int, rows: Sequence[Sequence[Request]]) -> Request:
    start = {"sheetId": sheet, "rowIndex": row, "columnIndex": column}
    written = [{"values": list(cells)} for cells in rows]
    return {
        "updateCells": {"start": start, "rows": written, "fields": "userEnteredValue,userEnteredFormat,note"}
    }


def _header(field: Field) -> Request:
    look = _need(field.need) | {"verticalAlignment": "MIDDLE", "wrapStrategy": "CLIP"}
    return _text(field.name, look) | {"note": field.note}


def _text(text: str, look: Mapping[str, Any]) -> Request:
    return {"userEnteredValue": {"stringValue": text}, "userEnteredFormat": dict(look)}


def _need(need: Need) -> Request:
    background, text = COLOURS[need]
    return {
        "backgroundColorStyle": {"rgbColor": _colour(background)},
        "textFormat": {
            "bold": need is Need.REQUIRED,
            "foregroundColorStyle": {"rgbColor": _colour(text)},
        },
    }


def _colour(hexadecimal: str) -> Request:
    """#24425C as Google's shares of red, green and blue."""
    parts = (int(hexadecimal[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return dict(zip(("red", "green", "blue"), (round(part, 4) for part in parts), strict=True))


def _runs(sheet: int, widths: Sequence[int]) -> Iterator[Request]:
    """Column widths, neighbours of one width together."""
    for width, run in groupby(enumerate(widths), key=lambda item: item[1]):
        columns = [at for at, _ in run]
        yield _width(sheet, columns[0], columns[-1] + 1, round(width * _PIXELS))


def _width(sheet: int, start: int, end: int, pixels: int) -> Request:
    where = {"sheetId": sheet, "dimension": "COLUMNS", "startIndex": start, "endIndex": end}
    return {
        "updateDimensionProperties": {
            "range": where,
            "properties": {"pixelSize": pixels},
            "fields": "pixelSize",
        }
    }


def _looks(sheet: int, fields: Sequence[Field], first_row: int) -> Iterator[Request]:
    """The formats of the cells from that row on, neighbours of one look together."""
    for look, run in groupby(enumerate(fields), key=lambda item: (item[1].type, item[1].wraps)):
        columns = [at for at, _ in run]
        cell = {"userEnteredFormat": _look(*look)}
        where = _range(sheet, columns[0], columns[-1] + 1, first_row)
        yield {"repeatCell": {"range": where, "cell": cell, "fields": "userEnteredFormat"}}


def _look(kind: Type, wraps: bool) -> Request:  # noqa: FBT001 - the two parts of a look
    found = FORMATS[kind]
    look: Request = {"verticalAlignment": "TOP", "wrapStrategy": "WRAP" if wraps else "CLIP"}
    if found is not None:
        look["numberFormat"] = {"type": found[0], "pattern": found[1]}
    return look


def _range(sheet: int, start: int, end: int, first_row: int = 1, last_row: int | None = None) -> Request:
    where = {"sheetId": sheet, "startRowIndex": first_row, "startColumnIndex": start, "endColumnIndex": end}
    return where if last_row is None else where | {"endRowIndex": last_row + 1}


def _lines(page: Page, sheet: int, template: Template) -> Iterator[Request]:
    """The settings that stand ready: a key, its note, and what its value may be."""
    if page.lines:
        yield _cells(sheet, 1, 0, [_line(line) for line in page.lines])
    for row, line in enumerate(page.lines, start=1):
        if line.rule is not None:
            yield _validation(sheet, 1, line.rule, template, row=row)


def _line(line: Line) -> list[Request]:
    key = _text(line.key, _look(Type.TEXT, False)) | {"note": f"{line.key}: {line.note}"}  # noqa: FBT003
    value = {"userEnteredFormat": _look(line.type, False) | {"horizontalAlignment": "LEFT"}}  # noqa: FBT003
    return [key, value]


def _validation(sheet: int, at: int, rule: Rule, template: Template, row: int | None = None) -> Request:
    where = _range(sheet, at, at + 1) if row is None else _range(sheet, at, at + 1, row, row)
    made = {
        "condition": _condition(rule, template),
        "inputMessage": rule.message,
        "strict": rule.strict,
        "showCustomUi": rule.kind in (RuleKind.CHOICES, RuleKind.TAB),
    }
    return {"setDataValidation": {"range": where, "rule": made}}


def _condition(rule: Rule, template: Template) -> Request:
    if rule.kind is RuleKind.CHOICES:
        return _of("ONE_OF_LIST", *rule.choices)
    if rule.kind is RuleKind.DAY:
        return _of("DATE_IS_VALID")
    if rule.kind is RuleKind.TAB:
        page = template.page(rule.tab)
        if page is None:
            raise ValueError(f"The template has no tab {rule.tab}.")
        column = letters(page.position(rule.column))
        return _of("ONE_OF_RANGE", f"='{rule.tab}'!${column}$2:${column}")
    if rule.high is None and rule.low is not None:
        return _of("NUMBER_GREATER_THAN_EQ", f"{rule.low:g}")
    low = -_LONGEST_NUMBER if rule.low is None else rule.low
    return _of("NUMBER_BETWEEN", f"{low:.0f}", f"{_LONGEST_NUMBER if rule.high is None else rule.high:.0f}")


def _of(kind: str, *values: str) -> Request:
    return (
        {"type": kind, "values": [{"userEnteredValue": value} for value in values]}
        if values
        else {"type": kind}
    )


def _protected(sheet: int, why: str, rows: int | None = None) -> Request:
    """Protection that asks back and lets everybody go on."""
    where: Request = {"sheetId": sheet}
    if rows is not None:
        where |= {"startRowIndex": 0, "endRowIndex": rows}
    return {
        "addProtectedRange": {"protectedRange": {"range": where, "description": why, "warningOnly": True}}
    }


# --- the first tab --------------------------------------------------------------------------------------


def _start(template: Template, sheet: int, ids: Mapping[str, int]) -> Iterator[Request]:
    grid = {"rowCount": len(template.start) + 3, "columnCount": len(_START_WIDTHS), "hideGridlines": True}
    properties = {"sheetId": sheet, "title": START, "index": 0, "gridProperties": grid}
    fields = "title,index,gridProperties(rowCount,columnCount,hideGridlines)"
    yield {"updateSheetProperties": {"properties": properties, "fields": fields}}
    yield _cells(sheet, 0, 0, [_start_cells(row, ids) for row in template.start])
    for at, pixels in enumerate(_START_WIDTHS):
        yield _width(sheet, at, at + 1, pixels)
    yield _protected(sheet, "How to use this spreadsheet")


_STYLES: Final[Mapping[Style, Request]] = {
    Style.TITLE: {"textFormat": {"bold": True, "fontSize": 18}},
    Style.STAMP: {"textFormat": {"foregroundColorStyle": {"rgbColor": _colour("#5A6570")}}},
    Style.HEADING: {"textFormat": {"bold": True, "fontSize": 13}},
    Style.HEAD: {"textFormat": {"bold": True}, "borders": {"bottom": {"style": "SOLID"}}},
}


def _start_cells(row: StartRow, ids: Mapping[str, int]) -> list[Request]:
    wraps = "WRAP" if row.style in (Style.ROW, Style.HEAD) else "OVERFLOW_CELL"
    look = {"verticalAlignment": "TOP", "wrapStrategy": wraps, **_STYLES.get(row.style, {})}
    cells = [_text(text, look) for text in row.cells]
    if row.need is not None:
        cells[0] = _text(row.cells[0], look | _need(row.need))
    if row.tab is not None:
        cells[0] = _text(row.cells[0], look | {"textFormat": {"link": {"uri": f"#gid={ids[row.tab]}"}}})
    return cells
