"""spreadsheets:batchUpdate: the requests that filling a template needs. All are carried out, or none is."""

import copy
from collections.abc import Callable
from dataclasses import replace

from tests.google import cells, masks
from tests.google.a1 import Area
from tests.google.book import Sheet, Spreadsheet
from tests.google.errors import Refusal, invalid

Change = Callable[[Spreadsheet, dict, "Numbers"], dict]


class Numbers:
    """Ids for new tabs, protections and the like: large, never twice."""

    def __init__(self) -> None:
        self.last = 100_000_000
        self.user = ""  # who asks

    def next(self) -> int:
        self.last += 7_919
        return self.last


def carried_out(book: Spreadsheet, requests: object, numbers: Numbers) -> list[dict]:
    """The replies. Raises Refusal, the spreadsheet then as it was."""
    if not isinstance(requests, list) or not requests:
        raise invalid("Must specify at least one request.")
    before = _kept(book)
    replies = []
    for number, request in enumerate(requests):
        try:
            replies.append(_one(book, request, numbers))
        except Refusal as refusal:
            book.properties, book.sheets, book.metadata = before
            kind = next(iter(request), "")
            message = refusal.body["error"]["message"]
            refusal.body["error"]["message"] = f"Invalid requests[{number}].{kind}: {message}"
            raise
    return replies


def _kept(book: Spreadsheet) -> tuple[dict, list[Sheet], list[dict]]:
    """What may have to be put back. Values aren't copied deeply: cells are replaced, never changed."""
    return (
        copy.deepcopy(book.properties),
        [replace(sheet, **_copies(sheet)) for sheet in book.sheets],
        list(book.metadata),
    )


def _copies(sheet: Sheet) -> dict:
    return {
        "column_versions": dict(sheet.column_versions),
        "values": [list(line) for line in sheet.values],
        "looks": list(sheet.looks),
        "cell_formats": dict(sheet.cell_formats),
        "properties": copy.deepcopy(sheet.properties),
        "protected": list(sheet.protected),
        "conditional_formats": list(sheet.conditional_formats),
        "dimensions": list(sheet.dimensions),
    }


def _one(book: Spreadsheet, request: dict, numbers: Numbers) -> dict:
    if len(request) != 1:
        raise invalid("No request set." if not request else "Only one request may be set.")
    kind, body = next(iter(request.items()))
    if kind not in CHANGES:
        raise invalid(f"the stand-in doesn't know the request {kind}")
    return CHANGES[kind](book, body, numbers) or {}


def _sheet(book: Spreadsheet, sheet_id: int) -> Sheet:
    sheet = book.with_id(sheet_id)
    if sheet is None:
        raise invalid(f"No sheet with id: {sheet_id}")
    return sheet


def grid_range(book: Spreadsheet, told: dict) -> tuple[Sheet, Area]:
    """Tab and area of a GridRange; what it leaves out is open."""
    sheet = _sheet(book, told.get("sheetId", 0))
    area = Area(
        told.get("startRowIndex", 0),
        told.get("startColumnIndex", 0),
        told.get("endRowIndex"),
        told.get("endColumnIndex"),
    )
    if (area.bottom is not None and area.bottom > sheet.rows) or (area.right and area.right > sheet.columns):
        raise invalid(f"Attempting to write column/row beyond the grid of {sheet.rows} x {sheet.columns}")
    return sheet, area


def _paths(fields: str | None, schema: str) -> list[str]:
    """A field mask as dotted paths: a(b,c.d) is a.b and a.c.d.

    Raises Refusal where there is none, and where Google's schema has no such field.
    """
    if not fields:
        raise invalid("At least one field must be listed in 'fields'. (Use '*' to indicate all fields.)")
    try:
        masks.check(masks.parsed(fields), {"$ref": schema}, "sheets.v4")
    except Refusal as refusal:
        raise invalid(f"Invalid field: {refusal.args[0].rpartition(' path ')[2]}") from None
    found, prefix, word = [], [], ""
    for sign in fields.replace("/", ".").replace(" ", "") + ",":
        if sign == "(":
            prefix.append(word)
            word = ""
        elif sign in ",)":
            if word:
                found.append(".".join([*prefix, word]))
            word = ""
            if sign == ")":
                prefix.pop()
        else:
            word += sign
    return found


def _at(body: object, path: str) -> object:
    for name in path.split("."):
        body = body.get(name) if isinstance(body, dict) else None
    return body


def _set(target: dict, path: str, value: object) -> None:
    *above, name = path.split(".")
    for step in above:
        target = target.setdefault(step, {})
    if value is None:
        target.pop(name, None)
    else:
        target[name] = value


def _add_sheet(book: Spreadsheet, body: dict, numbers: Numbers) -> dict:
    asked = dict(body.get("properties", {}))
    title = asked.pop("title", None) or f"Sheet{len(book.sheets) + 1}"
    _check_title(book, title)
    grid = dict(asked.pop("gridProperties", {}))
    sheet_id = asked.pop("sheetId", None)
    if sheet_id is not None and book.with_id(sheet_id):
        raise invalid(f"A sheet with id {sheet_id} already exists. Please specify another id.")
    index = asked.pop("index", len(book.sheets))
    asked.pop("sheetType", None)
    sheet = Sheet(
        numbers.next() if sheet_id is None else sheet_id,
        title,
        grid.pop("rowCount", 1000),
        grid.pop("columnCount", 26),
        properties=asked | ({"gridProperties": grid} if grid else {}),
    )
    book.sheets.insert(index, sheet)
    return {"addSheet": {"properties": sheet.told(book.sheets.index(sheet))}}


def _check_title(book: Spreadsheet, title: str, but: Sheet | None = None) -> None:
    other = book.titled(title)
    if other and other is not but:
        raise invalid(f'A sheet with the name "{title}" already exists. Please enter another name.')


def _update_sheet(book: Spreadsheet, body: dict, _numbers: Numbers) -> None:
    properties = body.get("properties", {})
    sheet = _sheet(book, properties.get("sheetId", 0))
    paths = _paths(body.get("fields"), "SheetProperties")
    if paths == ["*"]:
        paths = [name for name in properties if name != "sheetId"]
    for path in paths:
        _update_property(book, sheet, path, _at(properties, path))
    sheet.touch()


def _update_property(book: Spreadsheet, sheet: Sheet, path: str, value: object) -> None:
    if path == "title":
        _check_title(book, value, but=sheet)
        sheet.title = value
    elif path == "index":
        # As counted before the tab is taken out.
        goal = value - 1 if value > book.sheets.index(sheet) else value
        book.sheets.remove(sheet)
        book.sheets.insert(goal, sheet)
    elif path == "gridProperties":
        for name, part in value.items():
            _update_property(book, sheet, f"gridProperties.{name}", part)
    elif path in ("gridProperties.rowCount", "gridProperties.columnCount"):
        _resize(sheet, **{"rows" if path.endswith("rowCount") else "columns": value})
    elif path == "hidden" and value and _only_one_seen(book, sheet):
        raise invalid("You can't hide all the sheets in a document.")
    elif path.split(".", maxsplit=1)[0] in ("tabColor", "tabColorStyle"):
        _colour(sheet, value)
    else:
        _set(sheet.properties, path, value or None)


def _colour(sheet: Sheet, value: dict | None) -> None:
    """A tab's colour, told in both ways, in 255ths, what is 0 left out."""
    value = (value or {}).get("rgbColor") if "rgbColor" in (value or {}) else value
    told = {name: _share(part) for name, part in (value or {}).items() if name != "alpha" and part}
    for name, colour in (("tabColor", told), ("tabColorStyle", {"rgbColor": told})):
        _set(sheet.properties, name, colour if told else None)


def _share(part: float) -> float:
    share = float(f"{int(part * 255 + 1e-6) / 255:.8g}")
    return 1 if share == 1 else share


def _only_one_seen(book: Spreadsheet, sheet: Sheet) -> bool:
    return all(other.properties.get("hidden") for other in book.sheets if other is not sheet)


def _resize(sheet: Sheet, rows: int | None = None, columns: int | None = None) -> None:
    sheet.rows, sheet.columns = rows or sheet.rows, columns or sheet.columns
    del sheet.values[sheet.rows :]
    for line in sheet.values:
        del line[sheet.columns :]


def _delete_sheet(book: Spreadsheet, body: dict, _numbers: Numbers) -> None:
    sheet = _sheet(book, body.get("sheetId", 0))
    if len(book.sheets) == 1:
        raise invalid("You can't remove all the sheets in a document.")
    book.sheets.remove(sheet)


def _repeat_cell(book: Spreadsheet, body: dict, _numbers: Numbers) -> None:
    sheet, area = grid_range(book, body.get("range", {}))
    _dress(sheet, area, body.get("cell", {}), _paths(body.get("fields"), "CellData"))


def _update_cells(book: Spreadsheet, body: dict, _numbers: Numbers) -> None:
    if "range" in body:
        sheet, area = grid_range(book, body["range"])
    else:
        start = body.get("start", {})
        sheet = _sheet(book, start.get("sheetId", 0))
        area = Area(start.get("rowIndex", 0), start.get("columnIndex", 0))
    paths = _paths(body.get("fields"), "CellData")
    for row, line in enumerate(body.get("rows", []), area.top):
        for column, cell in enumerate(line.get("values", []), area.left):
            _dress(sheet, Area(row, column, row + 1, column + 1), cell, paths)


def _append_cells(book: Spreadsheet, body: dict, _numbers: Numbers) -> None:
    """After the last row that holds something, in the first column on."""
    sheet = _sheet(book, body.get("sheetId", 0))
    paths = _paths(body.get("fields"), "CellData")
    top = max(
        (row + 1 for row, line in enumerate(sheet.values) if any(cell is not None for cell in line)),
        default=0,
    )
    rows = body.get("rows", [])
    sheet.grow(top + len(rows), max((len(line.get("values", [])) for line in rows), default=0))
    for row, line in enumerate(rows, top):
        for column, cell in enumerate(line.get("values", [])):
            _dress(sheet, Area(row, column, row + 1, column + 1), cell, paths)


def _dress(sheet: Sheet, area: Area, cell: dict, paths: list[str]) -> None:
    if paths == ["*"]:
        paths = ["userEnteredValue", "userEnteredFormat", "note", "dataValidation"]
    for path in paths:
        if path.split(".")[0] == "userEnteredValue":
            _put(sheet, area.clipped(sheet.rows, sheet.columns), cell.get("userEnteredValue"))
        else:
            sheet.dress(area, path, _at(cell, path))


def _put(sheet: Sheet, area: Area, extended: dict | None) -> None:
    """An ExtendedValue: stored as it is, never parsed, but for a formula."""
    kind, value = next(iter((extended or {}).items()), ("stringValue", None))
    if kind == "formulaValue":
        value = cells.typed(value, "en_US")[0]
    elif kind == "errorValue":
        raise invalid("Cannot set an error value")
    for row in range(area.top, area.bottom):
        for column in range(area.left, area.right):
            sheet.put(row, column, *cells.stored(value))


def _set_validation(book: Spreadsheet, body: dict, _numbers: Numbers) -> None:
    sheet, area = grid_range(book, body.get("range", {}))
    sheet.dress(area, "dataValidation", body.get("rule"))


def _add_protection(book: Spreadsheet, body: dict, numbers: Numbers) -> dict:
    asked = {key: value for key, value in body.get("protectedRange", {}).items() if value is not None}
    sheet, _ = grid_range(book, asked.get("range", {}))
    editors = {key: value for key, value in asked.get("editors", {}).items() if value}
    told = {
        "protectedRangeId": asked.get("protectedRangeId") or numbers.next(),
        "range": without_zero_id(asked.get("range", {})),
        "description": asked.get("description"),
        "warningOnly": asked.get("warningOnly"),
        "requestingUserCanEdit": True,
        "unprotectedRanges": [without_zero_id(one) for one in asked.get("unprotectedRanges", [])],
    }
    told = {key: value for key, value in told.items() if value}
    # Whoever protects stays an editor; the reply doesn't say so, the spreadsheet then does.
    users = list(dict.fromkeys([*editors.get("users", []), numbers.user]))
    sheet.protected.append(told | {"editors": editors | {"users": users}})
    return {"addProtectedRange": {"protectedRange": told | {"editors": editors}}}


def without_zero_id(told: dict) -> dict:
    """A range as replies tell it: the id 0 of a first tab isn't sent."""
    return {key: value for key, value in told.items() if key != "sheetId" or value}


def _update_dimension(book: Spreadsheet, body: dict, _numbers: Numbers) -> None:
    told = body.get("range", {})
    _paths(body.get("fields"), "DimensionProperties")
    _sheet(book, told.get("sheetId", 0)).dimensions.append(body)


def _update_book(book: Spreadsheet, body: dict, _numbers: Numbers) -> None:
    properties = body.get("properties", {})
    paths = _paths(body.get("fields"), "SpreadsheetProperties")
    for path in list(properties) if paths == ["*"] else paths:
        _set(book.properties, path, _at(properties, path))


def _add_conditional(book: Spreadsheet, body: dict, _numbers: Numbers) -> None:
    rule = body.get("rule", {})
    sheet, _ = grid_range(book, (rule.get("ranges") or [{}])[0])
    told = rule | {"ranges": [without_zero_id(one) for one in rule.get("ranges", [])]}
    sheet.conditional_formats.insert(body.get("index", 0), told)


def _add_metadata(book: Spreadsheet, body: dict, numbers: Numbers) -> dict:
    asked = dict(body.get("developerMetadata", {}))
    if not asked.get("metadataKey"):
        raise invalid("developerMetadata.metadataKey must be set")
    asked.setdefault("metadataId", numbers.next())
    place = asked.get("location", {})
    kind = next((kind for name, kind in PLACES.items() if name in place), "SPREADSHEET")
    asked["location"] = {"locationType": kind} | place
    book.metadata.append(asked)
    return {"createDeveloperMetadata": {"developerMetadata": asked}}


PLACES = {"sheetId": "SHEET", "dimensionRange": "ROW"}
CHANGES: dict[str, Change] = {
    "addSheet": _add_sheet,
    "updateSheetProperties": _update_sheet,
    "deleteSheet": _delete_sheet,
    "repeatCell": _repeat_cell,
    "updateCells": _update_cells,
    "appendCells": _append_cells,
    "setDataValidation": _set_validation,
    "addProtectedRange": _add_protection,
    "updateDimensionProperties": _update_dimension,
    "updateSpreadsheetProperties": _update_book,
    "addConditionalFormatRule": _add_conditional,
    "createDeveloperMetadata": _add_metadata,
}
