"""Cells as Google keeps them: a value, and the format that shows it; typing, reading and showing them."""

import ast
import math
import operator
import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import lru_cache
from zoneinfo import ZoneInfo

EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001 - serial numbers are local to the spreadsheet
DAY = timedelta(days=1)
DATE_PATTERN, TIME_PATTERN = "yyyy-mm-dd", "hh:mm:ss"
DATE = {"type": "DATE", "pattern": DATE_PATTERN}
DATE_TIME = {"type": "DATE_TIME", "pattern": f"{DATE_PATTERN} {TIME_PATTERN}"}
TIME = {"type": "TIME", "pattern": TIME_PATTERN}
PERCENT = {"type": "PERCENT", "pattern": "0%"}
PERCENT_2 = {"type": "PERCENT", "pattern": "0.00%"}
THOUSANDS = {"type": "NUMBER", "pattern": "#,##0"}
THOUSANDS_2 = {"type": "NUMBER", "pattern": "#,##0.00"}
DOLLARS = {"type": "CURRENCY", "pattern": '"$"#,##0'}
DOLLARS_2 = {"type": "CURRENCY", "pattern": '"$"#,##0.00'}
POINT_LOCALES = ("en", "ja", "zh", "ko", "th", "he")
PLAIN_DIGITS = 10  # significant digits of a number without a format; see docs/google-stand-in.md


@dataclass(frozen=True)
class Error:
    """An error cell: #N/A, #REF!, #DIV/0!, Loading..."""

    text: str


@dataclass(frozen=True)
class Formula:
    """A formula and what it comes to."""

    text: str
    value: object = None


@dataclass(frozen=True)
class Formatted:
    """A value with the number format that a keeper gave its cell: Formatted(0.12, PERCENT)."""

    value: object
    number_format: dict[str, str]


def stored(value: object, time_zone: str = "Etc/GMT") -> tuple[object, dict[str, str] | None]:
    """A Python value as its cell holds it, and the number format that comes with it."""
    if isinstance(value, Formatted):
        return stored(value.value, time_zone)[0], value.number_format
    if value is None or isinstance(value, str | bool | int | Error | Formula):
        return (None if value == "" else value), None
    return _stored_number(value, time_zone)


def _stored_number(value: object, time_zone: str) -> tuple[float, dict[str, str] | None]:
    match value:
        case datetime():
            local = value.astimezone(ZoneInfo(time_zone)).replace(tzinfo=None) if value.tzinfo else value
            return _whole((local - EPOCH) / DAY), DATE_TIME
        case date():
            return (value - EPOCH.date()).days, DATE
        case time():
            return (datetime.combine(EPOCH, value) - EPOCH) / DAY, TIME
        case timedelta():
            return value / DAY, TIME
        case Decimal() | float():
            return _whole(float(value)), None
    raise TypeError(f"{value!r} is nothing that a cell holds")


def _whole(number: float) -> float:
    """42 and not 42.0, as Google writes it."""
    if not math.isfinite(number):
        raise ValueError("a cell holds no infinite number")
    return int(number) if number == int(number) and abs(number) < 1e15 else number


def typed(text: str, locale: str) -> tuple[object, dict[str, str] | None]:
    """What becomes of a text that somebody types (USER_ENTERED): a number, a day, a formula or that text."""
    if text.startswith("'"):
        return text[1:] or None, None
    if text.startswith("=") and len(text) > 1:
        return Formula(text, _calculated(text[1:])), None
    if text.strip().upper() in ("TRUE", "FALSE"):
        return text.strip().upper() == "TRUE", None
    for parse in (_typed_number, _typed_day):
        found = parse(text.strip(), locale)
        if found:
            return found
    return text or None, None


def _typed_number(text: str, locale: str) -> tuple[object, dict[str, str] | None] | None:
    group, point = separators(locale)
    shape = rf"([+-]?)(\$?)(\d+|\d{{1,3}}(?:{re.escape(group)}\d{{3}})+)({re.escape(point)}\d*)?(%?)"
    found = re.fullmatch(shape, text)
    if not found:
        return None
    sign, dollar, whole, rest, percent = found.groups()
    number = float(sign + whole.replace(group, "") + (rest or "").replace(point, "."))
    if percent:
        return _whole(number / 100), PERCENT_2 if rest else PERCENT
    if dollar:
        return _whole(number), DOLLARS_2 if rest else DOLLARS
    return _whole(number), (THOUSANDS_2 if rest else THOUSANDS) if group in whole else None


def _typed_day(text: str, _locale: str) -> tuple[object, dict[str, str] | None] | None:
    """Only year, month, day: how other orders are read depends on the locale, and no test needs it."""
    if not re.fullmatch(r"\d{4}-\d{1,2}-\d{1,2}( \d{1,2}:\d{2}(:\d{2})?)?", text):
        return None
    for pattern in ("%Y-%m-%d", "%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S"):
        try:
            moment = datetime.strptime(text, pattern)  # noqa: DTZ007 - local to the spreadsheet
        except ValueError:
            continue
        return stored(moment if " " in text else moment.date())
    return None


OPERATORS = {ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv}


def _calculated(text: str) -> object:
    """The value of a sum of plain numbers. Anything else is a name that the stand-in doesn't know."""
    try:
        return _whole(_value(ast.parse(text.strip(), mode="eval").body))
    except ZeroDivisionError:
        return Error("#DIV/0!")
    except (SyntaxError, TypeError, KeyError):
        return Error("#NAME?")


def _value(node: ast.expr) -> float:
    if isinstance(node, ast.BinOp):
        return OPERATORS[type(node.op)](_value(node.left), _value(node.right))
    if isinstance(node, ast.Constant) and type(node.value) in (int, float):
        return float(node.value)
    raise TypeError


def separators(locale: str) -> tuple[str, str]:
    """The group and decimal separators of a spreadsheet's locale."""
    return (",", ".") if locale.startswith(POINT_LOCALES) else (".", ",")


def plain(value: object) -> object:
    """A cell as UNFORMATTED_VALUE gives it: number, text or truth value; "" where blank."""
    if isinstance(value, Formula):
        return plain(value.value)
    return value.text if isinstance(value, Error) else "" if value is None else value


def shown(value: object, number_format: dict[str, str] | None, locale: str) -> str:
    """A cell as FORMATTED_VALUE gives it."""
    value = plain(value)
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, str):
        return value
    number_format = number_format or {}
    kind = number_format.get("type", "")
    if kind in ("DATE", "DATE_TIME", "TIME"):
        return _shown_day(value, number_format.get("pattern") or DEFAULT_DAYS[kind])
    if kind in ("PERCENT", "CURRENCY", "NUMBER") and number_format.get("pattern"):
        return _shown_number(value, number_format["pattern"], locale)
    return _general(value).replace(".", separators(locale)[1])


DEFAULT_DAYS = {"DATE": DATE_PATTERN, "DATE_TIME": DATE_TIME["pattern"], "TIME": TIME_PATTERN}


def is_day(number_format: dict[str, str] | None) -> bool:
    """Whether dateTimeRenderOption has a say in this cell."""
    return bool(number_format) and number_format.get("type") in DEFAULT_DAYS


def _general(number: float) -> str:
    if isinstance(number, int) or number == int(number):
        return str(int(number))
    text = f"{number:.{PLAIN_DIGITS}g}"
    return f"{number:.{PLAIN_DIGITS + 5}f}".rstrip("0").rstrip(".") if "e" in text else text


@lru_cache(maxsize=100_000)
def _shown_day(serial: float, pattern: str) -> str:
    moment = EPOCH + timedelta(milliseconds=round(serial * 86_400_000))
    # mm is minutes next to hours or seconds and months elsewhere.
    parts = {
        "yyyy": f"{moment.year:04}",
        "hh:mm": f"{moment.hour:02}:{moment.minute:02}",
        "h:mm": f"{moment.hour}:{moment.minute:02}",
        "mm": f"{moment.month:02}",
        "dd": f"{moment.day:02}",
        "ss": f"{moment.second:02}",
        "m": str(moment.month),
        "d": str(moment.day),
    }
    return re.sub("|".join(parts), lambda found: parts[found[0]], pattern.lower())


def _shown_number(number: float, pattern: str, locale: str) -> str:
    group, point = separators(locale)
    places = len(found[1]) if (found := re.search(r"\.([0#]+)", pattern)) else 0
    number = number * 100 if "%" in pattern else number
    text = f"{number:{',' if '#,##' in pattern else ''}.{places}f}"
    text = text.translate(str.maketrans({",": group, ".": point}))
    return re.sub(r"[#0][#,.0]*", text.replace("\\", r"\\"), pattern.replace('"', ""), count=1)
