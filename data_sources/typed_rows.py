"""The rows of a tab, read as the contract's types: clean values, and a problem for every cell left out.

Each cell is read by `scorecard.cells`, the same as everywhere. Shortcuts for the many plain ones (trimmed
text, numbers in range, serial days, ISO times) give what it gives, only sooner; tests hold them to it.
Times can be had as text, or as seconds since 1970, by which the scorecard reckons.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from datetime import time as clock_time
from typing import Any, Final

import numpy as np

from data_sources.instants import Seconds, instants, skipped
from data_sources.mapping import TableMapping
from data_sources.tab import address, letters
from data_sources.tab_reader import TabReading
from scorecard import cells
from scorecard.clock import Zone
from scorecard.contract import TABLES, Column, Table, Type, counted_on, kept_by
from scorecard.problems import Problem, Severity, grouped

SINGLE: Final = 200  # problems of one column that are told one by one; the rest are counted
_HUGE: Final = 1e15  # a number beyond it gets a second look
_DAY_MS: Final = 86_400_000
_NUMERIC: Final = (float, int)
_BLANK: Final = np.iinfo(np.int64).min
_ZERO_SECONDS: Final = -2_209_161_600  # 1899-12-30 in seconds since 1970
_ZERO: Final = np.datetime64("1899-12-30T00:00:00", "s")
_ISO: Final = re.compile(r"(\d{4}-\d{2}-\d{2})(?: ((?:[01]\d|2[0-3]):[0-5]\d)(:[0-5]\d)?)?", re.ASCII)
_CLOCK_KEYS: Final = ("work_start", "work_end")
_MISSING_MARK: Final = "--"  # how advertisers' exports write that there is no figure
_DUMMY: Final = Column("value", Type.TEXT, "")


@dataclass(frozen=True)
class SheetCells:
    """How the cells of a spreadsheet are written: `scorecard.cells.CellSettings`."""

    locale: str
    zone: Zone
    date_order: str | None = None
    currency: str = "EUR"


@dataclass(frozen=True)
class TypedRows:
    """The usable rows of a table: `columns` name to values as SQLite holds them, `at` their rows in the tab.

    Rows count from 1; None stands for a row that is in no tab. Times are ISO text (local, or with an offset)
    or seconds since 1970, dates ISO text, booleans 0 and 1, text is trimmed; a None among the values is blank
    or left out.
    """

    table: str
    columns: Mapping[str, list[Any]]
    at: Sequence[int | None]
    problems: tuple[Problem, ...] = ()

    def __len__(self) -> int:
        return len(self.at)


@dataclass
class _Read:
    """One column: its values, and by place in the list what could not be read and what to have a look at."""

    values: list[Any]
    errors: dict[int, cells.Parsed] = field(default_factory=dict)
    warnings: dict[int, cells.Parsed] = field(default_factory=dict)


def typed_rows(
    reading: TabReading, mapping: TableMapping, how: SheetCells, *, seconds: bool = False
) -> TypedRows:
    """Reads every row that the tab's reading found to hold data; with `seconds`, times as seconds since 1970.

    Times that no clock showed are told only with `seconds`: as text they stay what is written.
    """
    return _Typing(reading, mapping, how, seconds=seconds).rows()


class _Typing:
    def __init__(self, reading: TabReading, mapping: TableMapping, how: SheetCells, *, seconds: bool) -> None:
        self.reading = reading
        self.table: Table = TABLES[reading.table]
        self.mapping = mapping
        self.how = how
        self.seconds = seconds
        self.places: Sequence[int] = _span(reading.rows)

    def rows(self) -> TypedRows:
        read = {name: self._read(name) for name in (*self.reading.columns, *self.mapping.constants)}
        self._apply_conditions(read)
        self._check_currencies(read)
        lost = self._lost(read)
        problems = [
            *self.reading.problems,
            *self._cell_problems(read, lost),
            *self._blank_problems(read, lost),
        ]
        keep = range(len(self.places)) if not lost else [i for i in range(len(self.places)) if i not in lost]
        columns = {name: _taken(found.values, keep) for name, found in read.items()}
        return TypedRows(self.table.name, columns, [self.places[i] + 1 for i in keep], tuple(problems))

    # --- the tab

    def _raw(self, name: str) -> Sequence[object]:
        """A column as it stands, in the rows that hold data."""
        if name in self.mapping.constants:
            return [self.mapping.constants[name]] * len(self.places)
        at = self.reading.columns.get(name)
        return [None] * len(self.places) if at is None else self._column(at)

    def _column(self, at: int) -> Sequence[object]:
        found = self.reading.tab.columns[at] if at < len(self.reading.tab.columns) else ()
        size = len(found)
        if isinstance(self.places, range):
            taken = found[self.places.start : self.places.stop]
            return (
                taken
                if len(taken) == len(self.places)
                else [*taken, *[None] * (len(self.places) - len(taken))]
            )
        return [found[row] if row < size else None for row in self.places]

    def _cell(self, name: str, i: int) -> object:
        """One cell of a column, as it stands."""
        if name in self.mapping.constants:
            return self.mapping.constants[name]
        at = self.reading.columns.get(name)
        return None if at is None else self.reading.tab.cell(at, self.places[i])

    # --- cells

    def _read(self, name: str) -> _Read:
        raw = self._raw(name)
        column = self.table[name] if name in self.table else None  # noqa: SIM401 - a Table is no dict
        if values := self.mapping.values.get(name):
            raw = [_mapped(cell, values) for cell in raw]
        if self.table.name == "settings" and name == "value":
            raw = [_clocked(key, cell) for key, cell in zip(self._raw("key"), raw, strict=True)]
        if column is None:
            return _column(raw, _DUMMY, self.how, _quick_text)
        if column.type is Type.TIME and self.seconds:
            return _instants(raw, column, self.how)
        return _column(raw, column, self.how, _QUICK[column.type])

    def _apply_conditions(self, read: dict[str, _Read]) -> None:
        """Cells that count only where another says so (a close date is a win where the stage says won)."""
        for name, (header, allowed) in self.mapping.when.items():
            at = self.reading.others.get(header)
            if name not in read or at is None:
                continue
            marks = [cells.trim(str(cell)).casefold() for cell in self._column(at)]
            for i, mark in enumerate(marks):
                if mark not in allowed:
                    read[name].values[i] = None
                    read[name].errors.pop(i, None)
                    read[name].warnings.pop(i, None)

    def _check_currencies(self, read: Mapping[str, _Read]) -> None:
        """Amounts that name another currency than their row's would be taken for money they are not."""
        own = read["currency"].values if "currency" in read else None
        for name, found in read.items():
            column = self.table[name] if name in self.table else _DUMMY  # noqa: SIM401 - a Table is no dict
            if column.type not in (Type.MONEY, Type.NUMBER):
                continue
            for i, cell in enumerate(self._raw(name)):
                if isinstance(cell, str) and found.values[i] is not None:
                    mine = None if own is None else own[i]
                    parsed = cells.Parsed(found.values[i])
                    parsed = cells.in_currency(parsed, cell, column, mine, self.how.currency)
                    if parsed.problem is not None:
                        found.values[i], found.errors[i] = None, parsed

    # --- what is left out

    def _lost(self, read: Mapping[str, _Read]) -> dict[int, str]:
        """Rows that can't be used, with the column that costs them."""
        lost: dict[int, str] = {}
        for name in self._needed():
            if name not in read:
                continue
            found = read[name]
            only_errors = name == "pass_no"
            missing = found.errors if only_errors else (i for i, v in enumerate(found.values) if v is None)
            for i in missing:
                lost.setdefault(i, name)
        return lost

    def _needed(self) -> list[str]:
        return [c.name for c in self.table.columns if c.required or (c.name == "pass_no" and c.key)]

    def _cell_problems(self, read: Mapping[str, _Read], lost: Mapping[int, str]) -> Iterator[Problem]:
        for name, found in read.items():
            column = self.table[name] if name in self.table else _DUMMY  # noqa: SIM401 - a Table is no dict
            listed = sorted(found.errors)
            for i in listed[:SINGLE]:
                yield self._problem("cell", name, i, found.errors[i], read, lost.get(i) == name)
            if rest := listed[SINGLE:]:
                yield self._rest(name, column, rest, read, lost)
            for i in sorted(found.warnings.keys() - lost.keys())[:SINGLE]:
                yield self._problem("skipped_time", name, i, found.warnings[i], read, costs=False)

    def _blank_problems(self, read: Mapping[str, _Read], lost: Mapping[int, str]) -> Iterator[Problem]:
        """Rows without what they can't do without; a row that is blank in all that we know says nothing."""
        told: dict[str, int] = {}
        rest: dict[str, list[int]] = {}
        for i, name in lost.items():
            if i in read[name].errors:
                continue
            told[name] = told.get(name, 0) + 1
            if told[name] > SINGLE:
                rest.setdefault(name, []).append(i)
                continue
            what = cells.Parsed(None, f"{name} is blank; without it the row can't be used.",
                                f"Fill in {name}: {self.table[name].doc}")  # fmt: skip
            yield self._problem("required", name, i, what, read, costs=True)
        for name, more in rest.items():
            yield self._rest(name, self.table[name], more, read, lost, rule="required")

    def _problem(
        self,
        rule: str,
        name: str,
        i: int,
        cell: cells.Parsed,
        read: Mapping[str, _Read],
        costs: bool,  # noqa: FBT001
    ) -> Problem:
        at = self.reading.columns.get(name)
        raw = self._cell(name, i)
        return Problem(
            cell.severity or Severity.ERROR, rule, self.table.name, str(cell.problem), cell.instead or "",
            key=self._key(i, read), column=name, value=None if raw in (None, "") else _written(raw),
            rows_left_out=int(costs), amount_left_out=self._amount(i, read) if costs else None,
            cell=None if at is None else address(self.reading.tab.title, at, self.places[i]),
            link=self._link(at, i), day=self._day(i, read), owner=self._owner(i, read),
        )  # fmt: skip

    def _rest(
        self, name: str, column: Column, more: Sequence[int], read: Mapping[str, _Read],
        lost: Mapping[int, str], rule: str = "cell",
    ) -> Problem:  # fmt: skip
        costing = [i for i in more if lost.get(i) == name]
        amounts = [a for i in costing if (a := self._amount(i, read)) is not None]
        at = self.reading.columns.get(name)
        first, last = self.places[more[0]] + 1, self.places[more[-1]] + 1
        place = (
            None if at is None else f"{address(self.reading.tab.title, at, first - 1)}:{letters(at)}{last}"
        )
        return Problem(
            Severity.ERROR, rule, self.table.name,
            f"{grouped(len(more))} more cells like these can't be used.",
            f"Repair the cells above first: the others have the same column. {column.doc}".strip(),
            column=name, rows=len(more), rows_left_out=len(costing), amount_left_out=sum(amounts) or None,
            cell=place, link=self._link(at, more[0]),
        )  # fmt: skip

    def _link(self, at: int | None, i: int) -> str | None:
        tab = self.reading.tab
        return (
            None if tab.link is None or at is None else f"{tab.link}&range={letters(at)}{self.places[i] + 1}"
        )

    def _key(self, i: int, read: Mapping[str, _Read]) -> str:
        names = self.table.key or self.table.required
        shown = [
            read[n].values[i] if read[n].values[i] is not None else self._cell(n, i)
            for n in names
            if n in read
        ]
        return ", ".join(str(v) for v in shown if v not in (None, "")) or "(no key)"

    def _amount(self, i: int, read: Mapping[str, _Read]) -> float | None:
        """What the row is worth; None where the table holds no money."""
        name = next((c.name for c in self.table.columns if c.type is Type.MONEY), None)
        if name is None:
            return None
        value = read[name].values[i] if name in read else None
        return 0.0 if value is None else float(value)

    def _day(self, i: int, read: Mapping[str, _Read]) -> date | None:
        found = (read[n].values[i] for n in counted_on(self.table.name) if n in read)
        value = next((value for value in found if value is not None), None)
        if self.seconds and isinstance(value, int):
            return self.how.zone.from_epoch(value).date()
        text = None if value is None else str(value)
        return None if text is None or not _ISO.match(text) else date.fromisoformat(text[:10])

    def _owner(self, i: int, read: Mapping[str, _Read]) -> str | None:
        found = (read[n].values[i] for n in kept_by(self.table.name) if n in read)
        return next((str(value) for value in found if value is not None), None)


def _span(rows: Sequence[int]) -> Sequence[int]:
    """Row numbers as a range where they have no gaps."""
    if not rows or isinstance(rows, range):
        return rows
    listed = list(map(int, rows))
    spanned = range(listed[0], listed[-1] + 1)
    return spanned if len(spanned) == len(listed) else listed


def _taken(values: list[Any], keep: Sequence[int]) -> list[Any]:
    return values if isinstance(keep, range) else [values[i] for i in keep]


def _mapped(cell: object, values: Mapping[str, str]) -> object:
    """The source's value under our name."""
    if cell is None:
        return None
    text = cells.trim(cell if isinstance(cell, str) else _written(cell))
    return values.get(text, cell)


def _written(cell: object) -> str:
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)


def _clocked(key: object, cell: object) -> object:
    """Opening hours: a spreadsheet keeps 09:00 as three eighths of a day."""
    if cells.trim(str(key)) not in _CLOCK_KEYS or isinstance(cell, bool):
        return cell
    if isinstance(cell, clock_time):
        return cell.strftime("%H:%M")
    if isinstance(cell, timedelta):
        cell = cell.total_seconds() / 86_400
    if isinstance(cell, (int, float)) and 0 <= cell <= 1:
        minutes = round(cell * 24 * 60)
        return f"{minutes // 60:02}:{minutes % 60:02}"
    return cell


# --- columns --------------------------------------------------------------------------------------------

_Quick = Callable[[Sequence[object], Column], tuple[list[Any], list[int]]]


def _column(raw: Sequence[object], column: Column, how: cells.CellSettings, quick: _Quick) -> _Read:
    """Every cell: the quick way for plain ones, `cells.parse` once per different value for the others."""
    values, slow = quick(raw, column)
    found = _Read(values)
    for i, parsed in _parsed(raw, slow, column, how):
        if parsed.severity is Severity.ERROR:
            found.errors[i] = parsed
        else:
            values[i] = _stored(parsed.value)
    return found


def _instants(raw: Sequence[object], column: Column, how: cells.CellSettings) -> _Read:
    """Every time as seconds since 1970; times that no clock showed are among the warnings."""
    local, slow = _quick_seconds(raw)
    there = np.flatnonzero(local != _BLANK)
    values = np.full(len(raw), None, dtype=object)
    values[there] = instants(local[there], how.zone)
    found = _Read(values.tolist())
    odd = there[skipped(local[there], how.zone)].tolist()
    for i, parsed in _parsed(raw, sorted((*slow, *odd)), column, how):
        if parsed.severity is Severity.ERROR:
            found.errors[i] = parsed
        else:
            found.values[i] = _seconds(parsed.value, how.zone)
        if parsed.severity is Severity.WARNING:
            found.warnings[i] = parsed
    return found


def _parsed(
    raw: Sequence[object], places: Iterable[int], column: Column, how: cells.CellSettings
) -> Iterator[tuple[int, cells.Parsed]]:
    known: dict[tuple[type, object], cells.Parsed] = {}
    for i in places:
        cell = _plain(raw[i], column)
        key = (type(cell), cell)
        if key not in known:
            known[key] = cells.parse(cell, column, how)
        yield i, known[key]


def _seconds(value: Any, zone: Zone) -> int | None:
    """A parsed time in seconds since 1970."""
    if isinstance(value, datetime):
        return zone.to_epoch(value)
    return None if value is None else int(value)


def _plain(cell: object, column: Column) -> object:
    """What only spreadsheets hold, as text or number that every source could hold."""
    if isinstance(cell, clock_time):
        return cell.isoformat()
    if isinstance(cell, timedelta):
        return cell.total_seconds() / 86_400
    if column.type is not Type.TEXT and isinstance(cell, str) and cells.trim(cell) == _MISSING_MARK:
        return None
    return cell if isinstance(cell, (str, int, float, date)) or cell is None else str(cell)


def _stored(value: Any) -> Any:
    """A parsed value as SQLite holds it."""
    if isinstance(value, datetime):
        return value.isoformat(" ")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float):
        return value + 0.0  # -0 is 0
    return int(value) if isinstance(value, bool) else value


def _quick_text(raw: Sequence[object], _: Column) -> tuple[list[Any], list[int]]:
    if not {cell.__class__ for cell in raw} <= {str, type(None)}:
        return _quick_mixed(raw)
    odd = {cell for cell in set(raw) if cell and not _is_plain_text(str(cell))}
    if not odd:
        return [cell or None for cell in raw], []
    values = [None if not cell or cell in odd else cell for cell in raw]
    return values, [i for i, cell in enumerate(raw) if cell in odd]


def _quick_mixed(raw: Sequence[object]) -> tuple[list[Any], list[int]]:
    """The same for a column that holds more than text."""
    values: list[Any] = [None] * len(raw)
    slow: list[int] = []
    for i, cell in enumerate(raw):
        if cell is None or cell == "":
            continue
        if type(cell) is str and _is_plain_text(cell):
            values[i] = cell
        else:
            slow.append(i)
    return values, slow


def _is_plain_text(cell: str) -> bool:
    first = cell[0]
    if first <= " " or cell[-1] <= " " or first == "#" or not cell.isascii():
        return False
    return first not in "lL" or not cell[:7].casefold().startswith("loading")


def _quick_number(raw: Sequence[object], column: Column) -> tuple[list[Any], list[int]]:
    values: list[Any] = [None] * len(raw)
    slow: list[int] = []
    low = -_HUGE if column.minimum is None else column.minimum
    high = _HUGE if column.maximum is None else column.maximum
    whole = column.type is Type.INTEGER
    for i, cell in enumerate(raw):
        if cell is None or cell == "":
            continue
        if isinstance(cell, (float, int)) and type(cell) is not bool and low <= cell <= high:
            if not whole:
                values[i] = float(cell) + 0.0  # -0 is 0
                continue
            if cell == int(cell):
                values[i] = int(cell)
                continue
        slow.append(i)
    return values, slow


def _quick_moment(raw: Sequence[object], column: Column) -> tuple[list[Any], list[int]]:
    """Serial days and ISO text; the rest the slow way."""
    values: list[Any] = [None] * len(raw)
    slow: list[int] = []
    serials: list[int] = []
    days: dict[str, bool] = {}
    timed = column.type is Type.TIME
    for i, cell in enumerate(raw):
        if cell is None or cell == "":
            continue
        if type(cell) is str and (match := _ISO.fullmatch(cell)) and _is_day(match[1], days):
            values[i] = _iso(match, timed=timed)
        elif type(cell) is float and 20_000 <= cell < 80_000:  # noqa: PLR2004 - the days cells.parse takes
            serials.append(i)
        elif timed and type(cell) is datetime and cell.tzinfo is None:
            values[i] = cell.replace(microsecond=0).isoformat(" ")
        else:
            slow.append(i)
    for i, text in zip(serials, _from_serials([raw[i] for i in serials], timed=timed), strict=True):
        values[i] = text
    return values, slow


def _quick_seconds(raw: Sequence[object]) -> tuple[Seconds, list[int]]:
    """Seconds since 1970 as the wall shows them, _BLANK where there are none; and the odd cells' places."""
    local = np.full(len(raw), _BLANK, dtype=np.int64)
    numbers = np.array([c if c.__class__ in _NUMERIC else np.nan for c in raw], dtype=np.float64)
    serial = (numbers >= 20_000) & (numbers < 80_000)  # noqa: PLR2004 - the days cells.parse takes
    local[serial] = np.rint(numbers[serial] * _DAY_MS).astype(np.int64) // 1000 + _ZERO_SECONDS
    slow: list[int] = []
    days: dict[str, bool] = {}
    written: dict[int, str] = {}
    for i in np.flatnonzero(~serial).tolist():
        cell = raw[i]
        if cell is None or cell == "":
            continue
        if type(cell) is str and (match := _ISO.fullmatch(cell)) and _is_day(match[1], days):
            written[i] = _iso(match, timed=True)
        elif type(cell) is datetime and cell.tzinfo is None:
            written[i] = cell.replace(microsecond=0).isoformat()
        else:
            slow.append(i)
    local[list(written)] = np.array(list(written.values()), dtype="datetime64[s]").astype(np.int64)
    return local, slow


def _is_day(text: str, known: dict[str, bool]) -> bool:
    if text not in known:
        try:
            date.fromisoformat(text)
            known[text] = True
        except ValueError:
            known[text] = False
    return known[text]


def _iso(match: re.Match[str], *, timed: bool) -> str:
    if not timed:
        return match[1]
    return f"{match[1]} {match[2] or '00:00'}{match[3] or ':00'}"


def _from_serials(found: Sequence[Any], *, timed: bool) -> list[str]:
    """Days since 1899-12-30 as local ISO text, rounded to milliseconds, cut to seconds (as cells.parse)."""
    if not found:
        return []
    seconds = np.rint(np.asarray(found, dtype=np.float64) * _DAY_MS).astype(np.int64) // 1000
    texts: list[str] = np.datetime_as_string(_ZERO + seconds.astype("timedelta64[s]")).tolist()
    return [text.replace("T", " ") for text in texts] if timed else [text[:10] for text in texts]


def _quick_boolean(raw: Sequence[object], _: Column) -> tuple[list[Any], list[int]]:
    values: list[Any] = [None] * len(raw)
    slow: list[int] = []
    for i, cell in enumerate(raw):
        if type(cell) is bool:
            values[i] = int(cell)
        elif cell is not None and cell != "":
            slow.append(i)
    return values, slow


_QUICK: Final[Mapping[Type, _Quick]] = {
    Type.TEXT: _quick_text,
    Type.BOOLEAN: _quick_boolean,
    Type.INTEGER: _quick_number,
    Type.NUMBER: _quick_number,
    Type.MONEY: _quick_number,
    Type.SHARE: _quick_number,
    Type.DATE: _quick_moment,
    Type.TIME: _quick_moment,
}
