"""Numbers, money, waits and dates as the organisation writes them; what isn't there is an en dash.

The locale decides how figures and dates are written; the words of the screens are English.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from copy import copy
from dataclasses import dataclass
from datetime import date as Date  # noqa: N812 - `date` is a formatter here
from datetime import timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Final, Literal, SupportsFloat

from babel import Locale
from babel.dates import format_date, format_interval, format_skeleton, format_time, format_timedelta
from babel.numbers import NumberPattern, format_compact_currency

from scorecard.clock import Zone
from scorecard.settings import Settings

NOTHING: Final = "–"
MINUS: Final = "−"  # unlike a hyphen never parted from its figure at a line's end
_MINUTES_COUNT: Final = 100  # hours from which the minutes say nothing more
_CENTS_COUNT: Final = 1000  # an amount from which the cents say nothing more
_FIGURES: Final = 3  # of a compact amount
_JUST_NOW: Final = 5  # seconds
_SURELY_NOT: Final = 0.01  # a chance below which no forecast of ours can tell more

_Kind = Literal["number", "percent", "currency"]


@dataclass(frozen=True, slots=True)
class Formats:
    """Formatters for one locale, currency and zone; they round for the reader, half to even."""

    locale: str
    currency: str
    zone: Zone

    @classmethod
    def of(cls, settings: Settings) -> Formats:
        """The formats that the settings ask for."""
        return cls(settings.locale, settings.currency, settings.zone)

    def number(self, x: SupportsFloat | None, digits: int | None = None) -> str:
        """A plain number; without `digits`, up to two decimals."""
        return self._figures("number", x, _between(digits, 2))

    def integer(self, x: SupportsFloat | None) -> str:
        """A count."""
        return self.number(x, 0)

    def percent(self, x: SupportsFloat | None, digits: int | None = None) -> str:
        """A fraction in per cent: 0.25 is 25 %; without `digits`, up to one decimal."""
        return self._figures("percent", x, _between(digits, 1))

    @property
    def sure(self) -> str:
        """'95 %': how sure every interval is, as the locale writes it."""
        return self.percent(0.95)

    def chance(self, x: float) -> str:
        """A probability in whole per cent; a forecast can't rule out or be sure: <1 %, >99 %."""
        sign = "<" if x < _SURELY_NOT else ">" if x > 1 - _SURELY_NOT else ""
        return f"{sign}{self.percent(min(max(x, _SURELY_NOT), 1 - _SURELY_NOT), 0)}"

    def signed_percent(self, x: SupportsFloat | None, digits: int | None = None) -> str:
        """A relative change, with its sign."""
        return _signed(self.percent(x, digits), x)

    def points(self, x: SupportsFloat | None) -> str:
        """A difference of two fractions: 0.032 is +3.2 points."""
        known = _known(x)
        if known is None:
            return NOTHING
        text = self._figures("number", known * 100, (0, 1))
        return f"{_signed(text, known)} {'point' if text.lstrip(MINUS) == '1' else 'points'}"

    def apart(self, x: SupportsFloat | None) -> str:
        """How far two fractions lie apart, whichever way: '3.2 points', where the sentence says which."""
        return self.points(None if x is None else abs(float(x))).removeprefix("+")

    def money(self, x: SupportsFloat | None, *, compact: bool = False) -> str:
        """An amount; cents only below a thousand and where there are any.

        `compact` has three figures and a word for the rest, as everywhere where there is little room:
        12.4K, 439K, 1.32M.
        """
        known = _known(x)
        if known is None:
            return NOTHING
        if compact and abs(known) >= _CENTS_COUNT:
            return self._brief(known)
        whole = abs(known) >= _CENTS_COUNT or known == known.to_integral_value()
        return self._figures("currency", known, (0, 0) if whole else (2, 2))

    def _brief(self, known: Decimal) -> str:
        """Three figures; in whole where the locale has no word, as German has none for thousands."""
        rounded = known.quantize(Decimal(1).scaleb(known.adjusted() - _FIGURES + 1))
        digits = (_FIGURES - 1 - rounded.adjusted()) % 3
        text = format_compact_currency(
            rounded, self.currency, locale=self.locale, fraction_digits=min(digits, 2)
        )
        written_out = sum(map(str.isdigit, text)) > _FIGURES
        return self._figures("currency", known, (0, 0)) if written_out else str(text).replace("-", MINUS)

    def hours(self, x: SupportsFloat | None) -> str:
        """A wait in hours: 3 h 20 min, 20 min, 120 h."""
        known = _known(x)
        if known is None:
            return NOTHING
        if abs(known) >= _MINUTES_COUNT:
            return f"{self.integer(known)} h"
        hours, minutes = divmod(round(abs(known) * 60), 60)
        parts = [f"{hours} h"] * (hours > 0) + [f"{minutes} min"] * (minutes > 0 or hours == 0)
        return MINUS * (known < 0 and hours + minutes > 0) + " ".join(parts)

    def days(self, x: SupportsFloat | None) -> str:
        """A span in days, up to one decimal."""
        text = self._figures("number", x, (0, 1))
        return NOTHING if text == NOTHING else f"{text} {'day' if text == '1' else 'days'}"

    def date(self, day: Date | None) -> str:
        """A date with its year: 30 Sept 2026."""
        return NOTHING if day is None else format_date(day, "medium", locale=self.locale)

    def day_month(self, day: Date | None) -> str:
        """A date whose year is plain: 30 Sept."""
        return NOTHING if day is None else format_skeleton("MMMd", day, locale=self.locale)

    def interval(self, first: Date, last: Date, *, year: bool = False) -> str:
        """Days from first to last, both included: 24–27 Nov; with years where asked or where they differ."""
        if first == last:
            return self.date(first) if year else self.day_month(first)
        skeleton = "yMMMd" if year or first.year != last.year else "MMMd"
        return str(format_interval(first, last, skeleton, locale=self.locale))

    def moment(self, epoch: int | None) -> str:
        """An instant in the organisation's zone, to the minute."""
        if epoch is None:
            return NOTHING
        local = self.zone.from_epoch(epoch)
        return f"{self.date(local.date())}, {format_time(local.time(), 'short', locale=self.locale)}"

    def since(self, seconds: SupportsFloat | None) -> str:
        """How long ago something was: 4 minutes ago."""
        known = _known(seconds)
        if known is None:
            return NOTHING
        if known < _JUST_NOW:
            return "just now"
        ago = timedelta(seconds=-float(known))
        return format_timedelta(ago, add_direction=True, threshold=1, locale="en_GB")

    def value(self, x: SupportsFloat | None, unit: str) -> str:
        """A value of the report by its unit: number, percent, currency, hours or days."""
        formatters: dict[str, Callable[[SupportsFloat | None], str]] = {
            "number": self.number,
            "percent": self.percent,
            "currency": self.money,
            "hours": self.hours,
            "days": self.days,
        }
        if unit not in formatters:
            raise ValueError(f"There is no unit {unit!r}; the units are {', '.join(formatters)}.")
        return formatters[unit](x)

    def _figures(self, kind: _Kind, x: SupportsFloat | None, digits: tuple[int, int]) -> str:
        known = _known(x)
        if known is None:
            return NOTHING
        pattern = _pattern(self.locale, kind, digits)
        smallest = Decimal(1).scaleb(-digits[1] - pattern.scale)
        # What rounds to zero has no sign: "-0" would read like a loss.
        shown = known if abs(known) > smallest / 2 else Decimal(0)
        currency = self.currency if kind == "currency" else None
        text = pattern.apply(shown, self.locale, currency=currency, currency_digits=False)
        return str(text).replace("-", MINUS)


@lru_cache(maxsize=256)
def _pattern(name: str, kind: _Kind, digits: tuple[int, int]) -> NumberPattern:
    """The locale's own pattern with so many decimals."""
    locale = Locale.parse(name)
    patterns = {
        "number": locale.decimal_formats[None],
        "percent": locale.percent_formats[None],
        "currency": locale.currency_formats["standard"],
    }
    pattern: NumberPattern = copy(patterns[kind])
    pattern.frac_prec = digits
    return pattern


def _known(x: SupportsFloat | None) -> Decimal | None:
    """The number as a decimal; None where there is none to show."""
    if x is None or not math.isfinite(float(x)):
        return None
    return x if isinstance(x, Decimal) else Decimal(str(float(x)))


def _between(digits: int | None, most: int) -> tuple[int, int]:
    """Exactly so many decimals, or by default from none to `most`."""
    return (0, most) if digits is None else (digits, digits)


def _signed(text: str, x: SupportsFloat | None) -> str:
    """A plus before a figure that is above zero as it is written."""
    above = x is not None and float(x) > 0 and any(figure in text for figure in "123456789")
    return f"+{text}" if above else text
