"""One cell of any source, read as its column's type, or what is wrong with it in words.

A cell that can't be read is an error and has no value; it never becomes blank or 0 in silence. A cell that
can be read but looks wrong is a warning and keeps its value.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from difflib import get_close_matches
from functools import lru_cache
from typing import Any, Final, Protocol

from babel import Locale, UnknownLocaleError

from scorecard import currencies
from scorecard.clock import Zone, date_of, day_number, read_iso
from scorecard.contract import Column, Type
from scorecard.problems import Severity


class CellSettings(Protocol):
    """The part of the settings that says how cells are written."""

    @property
    def locale(self) -> str: ...
    @property
    def zone(self) -> Zone: ...
    @property
    def date_order(self) -> str | None:
        """How days are written beside 2026-09-30: "dmy", "mdy", "ymd"; None: no other way is certain."""


@dataclass(frozen=True, slots=True)
class Parsed:
    """A cell's value, and, where something is wrong, what it is and what to write instead.

    TEXT: str. DATE: datetime.date. TIME: datetime as given (naive: local), an epoch in whole seconds stays
    int. INTEGER: int. NUMBER, MONEY, SHARE: float. BOOLEAN: bool. Blank, and every error: None.
    """

    value: Any = None
    problem: str | None = None
    instead: str | None = None
    severity: Severity | None = None


class _Unreadable(Exception):  # noqa: N818 - it never leaves this module
    def __init__(self, what: str, instead: str) -> None:
        super().__init__(what, instead)
        self.what, self.instead = what, instead


def parse(value: object, column: Column, settings: CellSettings) -> Parsed:
    """Reads a cell that came as text, number, date, datetime, Decimal, boolean or bytes."""
    try:
        plain = _plain(value)
        if plain is None:
            return Parsed()
        return _READERS[column.type](plain, column, settings)
    except _Unreadable as error:
        return Parsed(None, error.what, error.instead, Severity.ERROR)


def date_order(locale: str) -> str | None:
    """The order in which the locale writes a day: "dmy", "mdy" or "ymd"; None for another, or no locale."""
    try:
        pattern = Locale.parse(locale).date_formats["short"].pattern
    except (UnknownLocaleError, ValueError, TypeError):
        return None
    order = "".join(dict.fromkeys(c for c in pattern.lower() if c in "dmy"))
    return order if order in ("dmy", "mdy", "ymd") else None


def in_currency(cell: Parsed, value: object, column: Column, own: str | None, base: str) -> Parsed:
    """The cell, or an error where it names another currency than it counts in.

    Money counts in its row's `own` currency, else in `base`, settings.currency; other numbers always in that.
    """
    if column.type not in (Type.MONEY, Type.NUMBER) or not isinstance(value, str) or cell.value is None:
        return cell
    wrong = currencies.contradiction(value, own or base if column.type is Type.MONEY else base)
    return cell if wrong is None else Parsed(None, *wrong, Severity.ERROR)


def trim(text: str) -> str:
    """Text without space around it, also without the kinds nobody sees (no-break, zero-width, byte order)."""
    return text.strip(_BLANKS)


_BLANKS: Final = (
    "".join(c for c in map(chr, range(0x3001)) if c.isspace()) + "\u180e\u200b\u200c\u200d\u2060\ufeff"
)
_ERROR_CELLS: Final = frozenset(
    ("#n/a", "#ref!", "#value!", "#div/0!", "#name?", "#null!", "#num!", "#error!", "#spill!", "#calc!",
     "#getting_data", "loading...", "loading…")
)  # fmt: skip


def _plain(value: object) -> object | None:
    """The cell without blanks around it; None when nothing is left."""
    if isinstance(value, (bytes, bytearray, memoryview)):
        value = _decoded(bytes(value))
    if isinstance(value, str):
        value = trim(value)
        if value.casefold() in _ERROR_CELLS:
            raise _Unreadable(
                "the cell shows an error of the spreadsheet.", "Repair the formula in this cell."
            )
    if isinstance(value, (float, Decimal)) and not Decimal(value).is_finite():
        raise _Unreadable("this is not a finite number.", "Write a number, or leave the cell blank.")
    return None if value == "" else value


def _decoded(value: bytes) -> str:
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        raise _Unreadable("these bytes are not text in UTF-8.", "Store it as text.") from None


# --- text and yes or no ---------------------------------------------------------------------------------


def _text(value: object, column: Column, _: CellSettings) -> Parsed:
    text = _as_text(value)
    if not column.allowed or text in column.allowed:
        return Parsed(text)
    near = get_close_matches(text.casefold(), column.allowed, n=1, cutoff=0.7)
    instead = f"Write {near[0]}." if near else f"Write one of: {', '.join(column.allowed)}."
    return Parsed(text, f"{text!r} is not one of the values of {column.name}.", instead, Severity.WARNING)


def _as_text(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (float, Decimal)):
        return str(int(value)) if value == int(value) else str(value)
    return value.isoformat(" ") if isinstance(value, datetime) else str(value)


_YES: Final = frozenset(("yes", "y", "true", "t", "1", "x", "ja", "oui", "wahr", "vrai", "✓", "✔"))
_NO: Final = frozenset(("no", "n", "false", "f", "0", "nein", "non", "falsch", "faux"))


def _boolean(value: object, column: Column, _: CellSettings) -> Parsed:
    word = _as_text(value).casefold()
    if word in _YES or word in _NO:
        return Parsed(word in _YES)
    raise _Unreadable(f"{column.name} is a yes or no, and this is neither.", "Write yes or no.")


# --- numbers --------------------------------------------------------------------------------------------


def _integer(value: object, column: Column, settings: CellSettings) -> Parsed:
    number = _decimal(value, column, settings)
    if number != number.to_integral_value():
        raise _Unreadable(
            f"{column.name} is a whole number, and this has a fraction.", "Write a whole number."
        )
    _check_range(number, column)
    return Parsed(int(number))


def _number(value: object, column: Column, settings: CellSettings) -> Parsed:
    number = _decimal(value, column, settings)
    _check_range(number, column)
    return Parsed(float(number))


def _check_range(number: Decimal, column: Column) -> None:
    lowest, highest = column.minimum, column.maximum
    if (lowest is None or number >= lowest) and (highest is None or number <= highest):
        return
    if column.type is Type.SHARE and 1 < number <= 100:  # noqa: PLR2004 - per cent without its sign
        wanted = f"Write {number:f} % or {number / 100:f}."
    elif highest is None:
        wanted = f"Write a number of {lowest:g} or more."
    else:
        wanted = f"Write a number from {lowest or 0:g} to {highest:g}."
    raise _Unreadable(f"{column.name} can't be {number.normalize():f}.", wanted)


def _decimal(value: object, column: Column, settings: CellSettings) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, (str, int, float, Decimal)):
        raise _not_a_number(column)
    if not isinstance(value, str):
        return Decimal(str(value))
    number = _figures(value, column, settings.locale)
    if not math.isfinite(float(number)):
        raise _Unreadable(
            "this number is too large.", "Write a smaller number; ids belong into a text column."
        )
    return number


def _not_a_number(column: Column) -> _Unreadable:
    example = {Type.INTEGER: "25", Type.SHARE: "0.25 or 25 %"}.get(column.type, "1200 or 1200.50")
    return _Unreadable(f"{column.name} is a number, and this can't be read as one.", f"Write {example}.")


_MACHINE: Final = re.compile(r"[+-]?\d+(\.\d+)?e[+-]?\d{1,3}", re.ASCII | re.IGNORECASE)
_SIGNED: Final = re.compile(r"([+-]?)([\d.,']+)([+-]?)", re.ASCII)
_GROUPED: Final = re.compile(
    r"\d{1,3}(?:(?P<mark>[.,'])\d{3})(?:(?P=mark)\d{3})*|\d{1,2}(?:,\d{2})+,\d{3}", re.ASCII
)


def _figures(text: str, column: Column, locale: str) -> Decimal:
    """A number as people write it: -1,200.50, 1.200,50 €, (1 200), $1'200, 25 %."""
    if _MACHINE.fullmatch(text):
        return _exact(text, column)
    bare, percent = _without_percent(_without_money(text, column))
    if percent and column.type in (Type.INTEGER, Type.MONEY):
        raise _Unreadable(f"{column.name} is no percentage.", "Write the number itself.")
    negative = bare.startswith("(") and bare.endswith(")")
    match = _SIGNED.fullmatch(bare[1:-1] if negative else bare)
    if match is None or (match[1] and match[3]):
        raise _not_a_number(column)
    number = _exact(_machine(match[2], column, locale), column)
    number = -number if negative or "-" in match[1] + match[3] else number
    return number / 100 if percent else number


def _without_money(text: str, column: Column) -> str:
    """Without spaces and, but in whole numbers and shares, without currency signs and codes."""
    bare = "".join("-" if c == "−" else "'" if c == "’" else c for c in text if c not in _BLANKS)
    if column.type not in (Type.MONEY, Type.NUMBER):
        return bare
    return currencies.without(bare)


def _without_percent(text: str) -> tuple[str, bool]:
    return text.strip("%"), text.count("%") == 1 and "%" in (text[:1], text[-1:])


def _machine(written: str, column: Column, locale: str) -> str:
    """Digits with a point: which mark parts the decimals is said by the number, else by the locale."""
    marks = [c for c in written if c in ".,'"]
    if not marks:
        return written
    last = marks[-1]
    whole, _, fraction = written.rpartition(last)
    if len(set(marks)) > 1:  # the last of two kinds parts the decimals
        return f"{_ungrouped(whole, column)}.{fraction}"
    if last == "'" or len(marks) > 1:
        return _ungrouped(written, column)
    could_group = len(fraction) == 3 and 1 <= len(whole) <= 3 and not whole.startswith("0")  # noqa: PLR2004
    if not could_group:
        return f"{whole or '0'}.{fraction or '0'}"
    if last == _mark(locale, "group"):
        return whole + fraction
    # Nobody writes three decimals of money, nor any of a count: there the locale alone doesn't settle it.
    if last == _mark(locale, "decimal") and column.type in (Type.NUMBER, Type.SHARE):
        return f"{whole}.{fraction}"
    raise _Unreadable(
        f"this can be read as {whole}{fraction} or as {whole}.{fraction}.",
        f"Write {whole}{fraction}, or {whole}.{fraction}0.",
    )


def _ungrouped(text: str, column: Column) -> str:
    if not text.isdigit() and not _GROUPED.fullmatch(text):
        raise _not_a_number(column)
    return re.sub(r"[.,']", "", text)


@lru_cache(maxsize=64)
def _mark(locale: str, name: str) -> str:
    return str(Locale.parse(locale).number_symbols["latn"][name])


def _exact(text: str, column: Column) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation:
        raise _not_a_number(column) from None


# --- dates and times ------------------------------------------------------------------------------------

_SERIALS: Final = (20_000, 80_000)  # days since 1899-12-30 that are dates of our time: 1954 to 2119
_EPOCHS: Final = (100_000_000, 10_000_000_000)  # seconds since 1970: 1973 to 2286
_SERIAL_ZERO: Final = datetime(1899, 12, 30)  # noqa: DTZ001 - a spreadsheet's dates have no zone
_SKIPPED: Final = "the clocks were put forward over this time, so it moves forward with them."


def _date(value: object, column: Column, settings: CellSettings) -> Parsed:
    moment = _moment(value, column, settings)
    if isinstance(moment, datetime) and moment.tzinfo is not None:
        number = settings.zone.day(settings.zone.to_epoch(moment))
        return Parsed(date_of(min(max(number, day_number(date.min)), day_number(date.max))))
    return Parsed(moment.date() if isinstance(moment, datetime) else moment)


def _time(value: object, column: Column, settings: CellSettings) -> Parsed:
    if isinstance(value, int) and not isinstance(value, bool) and _EPOCHS[0] <= value < _EPOCHS[1]:
        return Parsed(value)
    moment = _moment(value, column, settings)
    if not isinstance(moment, datetime):
        return Parsed(datetime(moment.year, moment.month, moment.day))  # noqa: DTZ001 - naive is local
    moment = moment.replace(microsecond=0)
    if moment.tzinfo is None and settings.zone.is_skipped(moment):
        return Parsed(moment, _SKIPPED, "Write the time that the clocks showed.", Severity.WARNING)
    return Parsed(moment)


def _moment(value: object, column: Column, settings: CellSettings) -> date | datetime:
    if isinstance(value, date):  # a datetime is one too
        return value
    if isinstance(value, str):
        return _written_moment(value, column, settings)
    if isinstance(value, (int, float, Decimal)) and not isinstance(value, bool):
        if _SERIALS[0] <= value < _SERIALS[1]:
            return _SERIAL_ZERO + timedelta(milliseconds=round(float(value) * 86_400_000))
        return _written_moment(str(value), column, settings)
    raise _not_a_moment(column)


def _written_moment(text: str, column: Column, settings: CellSettings) -> date | datetime:
    try:
        moment = read_iso(text)
    except ValueError:
        raise _Unreadable("there is no such day or time.", _example(column)) from None
    if moment is None and settings.date_order is not None:
        moment = _local_moment(text, settings.date_order, settings.locale)
    if moment is not None:
        return moment
    raise _suggestion(text, column, settings.locale)


def _local_moment(text: str, order: str, locale: str) -> date | datetime | None:
    """A day as the locale writes it, with its time where it has one; None where it is written otherwise."""
    match = _CLOCK.fullmatch(text)
    day = _local_day(trim(match[1]) if match else text, order, locale)
    if day is None or match is None:
        return day
    try:
        return datetime.fromisoformat(f"{day.isoformat()}{_clock(match)}{match[4] or ''}")
    except ValueError:
        return None


def _local_day(text: str, order: str, locale: str) -> date | None:
    if match := _YEAR_FIRST.fullmatch(text):
        return next(iter(_days((int(match[1]), int(match[3]), int(match[4])))), None)
    if match := _YEAR_LAST.fullmatch(text):
        first, second, year = int(match[1]), int(match[3]), int(match[4])
        month, day = (first, second) if order == "mdy" else (second, first)
        return None if order == "ymd" else next(iter(_days((year, month, day))), None)
    readings = _readings(text, locale)
    return readings[0] if len(readings) == 1 else None


def _not_a_moment(column: Column) -> _Unreadable:
    return _Unreadable(f"{column.name} is a {column.type}, and this can't be read as one.", _example(column))


def _example(column: Column) -> str:
    return f"Write {'2026-09-30' if column.type is Type.DATE else '2026-09-30 14:05'}."


_CLOCK: Final = re.compile(
    r"(.*?)[ T,]+(\d{1,2}):(\d{2})(?:(:\d{2})(?:\.\d+)?)? ?([AaPp]\.?[Mm]\.?)?", re.ASCII
)
_YEAR_FIRST: Final = re.compile(r"(\d{4})([./-]?)(\d{1,2})\2(\d{1,2})", re.ASCII)
_YEAR_LAST: Final = re.compile(r"(\d{1,2})([./ -])\s?(\d{1,2})\2\s?(\d{4})", re.ASCII)
_NAMED: Final = re.compile(r"(?:(\d{1,2})\.?[ -])?([^\W\d_]+)\.?[ -](?:(\d{1,2})(?:st|nd|rd|th)?,? )?(\d{4})")


def _suggestion(text: str, column: Column, locale: str) -> _Unreadable:
    """What to write for a date in another form; both readings where day and month can't be told apart."""
    match = _CLOCK.fullmatch(text)
    day, clock = (trim(match[1]), _clock(match)) if match else (text, "")
    readings = list(dict.fromkeys(_readings(day, locale)))
    if not readings:
        return _not_a_moment(column)
    shown = [f"{reading.isoformat()}{clock}" for reading in readings]
    if len(shown) == 1:
        return _Unreadable(
            "dates are written year first, so that nobody can mistake them.", f"Write {shown[0]}."
        )
    return _Unreadable(f"this can be read as {' or as '.join(shown)}.", f"Write {' or '.join(shown)}.")


def _clock(match: re.Match[str]) -> str:
    hour = int(match[2])
    if match[5]:
        hour = hour % 12 + 12 * match[5].casefold().startswith("p")
    return f" {hour:02}:{match[3]}"


def _readings(text: str, locale: str) -> list[date]:
    """Every day that the text can mean."""
    if match := _YEAR_FIRST.fullmatch(text):
        return _days((int(match[1]), int(match[3]), int(match[4])))
    if match := _YEAR_LAST.fullmatch(text):
        first, second, year = int(match[1]), int(match[3]), int(match[4])
        return _days((year, second, first), (year, first, second))
    if (match := _NAMED.fullmatch(text)) and (match[1] is None) != (match[3] is None):
        month = _month_names(locale).get(match[2].casefold(), 0)
        return _days((int(match[4]), month, int(match[1] or match[3])))
    return []


def _days(*parts: tuple[int, int, int]) -> list[date]:
    found = []
    for year, month, day in parts:
        try:
            found.append(date(year, month, day))
        except ValueError:
            continue  # this order of day and month is no day, so it isn't what was meant
    return found


@lru_cache(maxsize=64)
def _month_names(locale: str) -> dict[str, int]:
    """Months by their names and short names, in English and in the language of the locale."""
    names: dict[str, int] = {}
    for months in (Locale.parse(known).months for known in (locale, "en_GB", "en_US")):
        for width in ("wide", "abbreviated"):
            for number, name in months["format"][width].items():
                names[name.casefold().rstrip(".")] = number
    return names


_Reader = Callable[[object, Column, CellSettings], Parsed]
_READERS: Final[dict[Type, _Reader]] = {
    Type.TEXT: _text,
    Type.BOOLEAN: _boolean,
    Type.INTEGER: _integer,
    Type.NUMBER: _number,
    Type.MONEY: _number,
    Type.SHARE: _number,
    Type.DATE: _date,
    Type.TIME: _time,
}
