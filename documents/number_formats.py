"""How office programs write figures: the locale's place for the currency's sign and the blank before %.

Marks of decimals and thousands are those of whoever opens the file; its formats only say where they go.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from babel import Locale
from babel.numbers import get_currency_symbol

from scorecard.formats import Formats

_BLANKS: Final = ("\u00a0", "\u202f", " ")
_LARGE: Final = 10  # an axis that reaches so far needs no decimals


def of_unit(unit: str, formats: Formats, *, whole: bool) -> str:
    """The format of cells and labels; `whole` where no figure has decimals."""
    if unit == "percent":
        return _percent("0.0", formats)
    if unit == "currency":
        return _money("#,##0" if whole else "#,##0.00", formats)
    return "#,##0" if whole else "#,##0.0#"


def of_axis(unit: str, formats: Formats, top: float) -> str:
    """The format of an axis, whose marks are round."""
    if unit == "percent":
        return _percent("0", formats)
    if unit == "currency":
        return _money("#,##0", formats)
    return "#,##0" if top >= _LARGE else "General"


def are_whole(values: Iterable[float | None]) -> bool:
    """Whether none of them has decimals."""
    return all(value is None or float(value).is_integer() for value in values)


def _percent(digits: str, formats: Formats) -> str:
    suffix = Locale.parse(formats.locale).percent_formats[None].suffix[0]
    return f"{digits}{' ' if suffix.startswith(_BLANKS) else ''}%"


def _money(digits: str, formats: Formats) -> str:
    pattern = Locale.parse(formats.locale).currency_formats["standard"]
    sign = get_currency_symbol(formats.currency, formats.locale)
    before, after = (part.replace("¤", sign) for part in (pattern.prefix[0], pattern.suffix[0]))
    return f"{_quoted(before)}{digits}{_quoted(after)}"


def _quoted(text: str) -> str:
    return '"' + text.replace('"', "") + '"' if text else ""
