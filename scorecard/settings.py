"""The rules both teams agreed on, read from the table `settings`; what can't be read takes its default."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from difflib import get_close_matches
from typing import Final

from babel import Locale, UnknownLocaleError
from babel.localedata import locale_identifiers

from scorecard import cells
from scorecard.clock import Zone, clock_time, holiday_names
from scorecard.contract import SETTINGS, Column, Setting, Type
from scorecard.problems import Problem, Severity

Value = str | int | float | tuple[str, ...] | None


@dataclass(frozen=True)
class Settings:
    """One field per key of contract.SETTINGS, under its name; None where it is unset and has no default."""

    organisation: str | None = None
    currency: str = "EUR"
    locale: str = "en_GB"
    time_zone: str = "UTC"
    fiscal_year_start: int = 1
    week_start: str = "monday"
    sla_hours: float | None = None
    sla_clock: str = "elapsed"
    sla_starts: str = "handed_off"
    decision_hours: float | None = None
    work_days: tuple[str, ...] = ("mon", "tue", "wed", "thu", "fri")
    work_start: str = "09:00"
    work_end: str = "17:00"
    holidays: str | None = None
    acceptance_target: float | None = None
    on_track: float = 0.95
    at_risk: float = 0.80
    too_early: float = 0.10
    min_n: int = 10
    mature_days: int | None = None
    quota_pace: str = "linear"
    gap_metrics: tuple[str, ...] = ()
    marketing_sources: tuple[str, ...] = ()
    sourced_by: str = "lead_source"
    attribution: str = "linear"
    half_life_days: float = 7.0
    margin: float | None = None

    @property
    def date_order(self) -> None:
        """Databases hold days as such or year first; only a spreadsheet's own locale says more."""
        return

    @property
    def zone(self) -> Zone:
        """The organisation's time zone."""
        return Zone.of(self.time_zone)

    @property
    def decision_hours_agreed(self) -> float | None:
        """Hours to accept or reject; where both agreed on none, those of the SLA."""
        return self.sla_hours if self.decision_hours is None else self.decision_hours

    @classmethod
    def read(cls, rows: Iterable[Mapping[str, object]]) -> tuple[Settings, tuple[Problem, ...]]:
        """The settings in rows of `key` and `value`, and what was wrong with them."""
        written, problems = _collect(rows)
        settings = DEFAULT
        # The locale first: it says how the numbers of the others are written.
        for key, cell in sorted(written.items(), key=lambda item: item[0] != "locale"):
            try:
                value = _parse(SETTINGS[key], cell, settings)
                settings = replace(settings, **{key: value})  # type: ignore[arg-type]
            except ValueError as error:
                problems.append(_unreadable(key, cell, str(error)))
        return _settle(settings, problems)


DEFAULT: Final = Settings()


# --- rows -----------------------------------------------------------------------------------------------


def _collect(rows: Iterable[Mapping[str, object]]) -> tuple[dict[str, object], list[Problem]]:
    """The one value of each known key, and the problems of keys and repeats; a blank value says nothing."""
    found: dict[str, list[object]] = defaultdict(list)
    problems: list[Problem] = []
    for row in rows:
        key, value = _trim(row.get("key")), _trim(row.get("value"))
        if key in SETTINGS:
            found[key] += [] if value is None else [value]
        elif key or value is not None:
            problems.append(_unknown(key, value))
    written: dict[str, object] = {}
    for key, values in found.items():
        if len(values) > 1:
            problems.append(_repeated(key, values))
        if len({str(value) for value in values}) == 1:
            written[key] = values[0]
    return written, problems


def _trim(cell: object) -> object | None:
    if isinstance(cell, bytes):
        cell = cell.decode("utf-8", "replace")
    return cells.trim(cell) or None if isinstance(cell, str) else cell


def _unknown(key: object, value: object) -> Problem:
    near = get_close_matches(str(key or ""), SETTINGS, n=1, cutoff=0.6)
    return _problem(
        Severity.WARNING,
        "unknown_key",
        None if key is None else str(key),
        "there is no setting of this name, so the row does nothing." if key else "this row has no key.",
        f"Write {near[0]}." if near else "Take the row out, or see docs/tables.md for the keys there are.",
        value=value,
    )


def _repeated(key: str, values: list[object]) -> Problem:
    rows, different = len(values), dict.fromkeys(str(value) for value in values)
    if len(different) == 1:
        what, instead = "this key is there more than once; it counts once.", "Keep one of the rows."
        return _problem(Severity.WARNING, "repeated_key", key, what, instead, value=values[0], rows=rows)
    what = f"this key has different values, so the default ({_default(key)}) holds."
    instead, shown = "Keep the row that is right.", ", ".join(different)
    return _problem(Severity.ERROR, "differing_repeats", key, what, instead, value=shown, rows=rows)


def _unreadable(key: str, cell: object, instead: str) -> Problem:
    what = f"this value can't be used, so the default ({_default(key)}) holds."
    return _problem(Severity.ERROR, "unreadable_value", key, what, instead, value=cell)


def _default(key: str) -> str:
    return SETTINGS[key].default or "unset"


def _problem(
    severity: Severity, rule: str, key: str | None, what: str, instead: str, *, value: object, rows: int = 1
) -> Problem:
    left_out = rows if severity is Severity.ERROR else 0
    shown = None if value is None else str(value)
    return Problem(severity, rule, "settings", what, instead, key, "value", shown, rows, left_out)


# --- values ---------------------------------------------------------------------------------------------


def _parse(setting: Setting, cell: object, how: Settings) -> Value:
    """The value of a cell that isn't blank; ValueError says what to write instead."""
    if setting.key in _READERS:
        return _READERS[setting.key](cell)
    if setting.several:
        return _several(setting, cell)
    if setting.type in (Type.INTEGER, Type.NUMBER, Type.SHARE):
        return _number(setting, cell, how)
    return _one_of(setting, str(cell))


def _one_of(setting: Setting, text: str) -> str:
    if not setting.allowed or text in setting.allowed:
        return text
    raise ValueError(f"{_did_you_mean(text, setting.allowed)}Write one of: {', '.join(setting.allowed)}.")


def _several(setting: Setting, cell: object) -> tuple[str, ...]:
    names = (name.strip() for name in str(cell).split(","))
    return tuple(dict.fromkeys(_one_of(setting, name) for name in names if name))


def _number(setting: Setting, cell: object, how: Settings) -> int | float:
    column = Column(setting.key, setting.type, setting.doc, minimum=setting.minimum, maximum=setting.maximum)
    read = cells.parse(cell, column, how)
    if read.value is None:
        raise ValueError(f"{read.problem} {read.instead}")
    number: int | float = read.value
    return number


def _did_you_mean(text: str, names: Iterable[str]) -> str:
    near = get_close_matches(text.casefold(), list(names), n=1, cutoff=0.6)
    return f"Did you mean {near[0]}? " if near else ""


def _currency(cell: object) -> str:
    code = str(cell)
    if len(code) != 3 or not code.isascii() or not code.isalpha() or not code.isupper():  # noqa: PLR2004 - ISO 4217
        raise ValueError("Write three capital letters, such as EUR or USD.")
    return code


def _locale(cell: object) -> str:
    name = str(cell).replace("-", "_")
    try:
        return str(Locale.parse(name))
    except (UnknownLocaleError, ValueError):
        near = _did_you_mean(name, {known.casefold(): known for known in locale_identifiers()})
        raise ValueError(f"{near}Write a locale such as de_DE or en_US.") from None


def _zone_name(cell: object) -> str:
    return Zone.of(str(cell)).name


def _country(cell: object) -> str:
    code = str(cell)
    holiday_names(code, 2000)
    return code


def _time_of_day(cell: object) -> str:
    """HH:MM of a text, a time, a time span since midnight, or a spreadsheet's fraction of a day."""
    if isinstance(cell, (time, datetime)):
        return f"{cell.hour:02}:{cell.minute:02}"
    if isinstance(cell, timedelta):
        return _hh_mm(round(cell.total_seconds()))
    if isinstance(cell, float) and 0 <= cell <= 1:
        return _hh_mm(round(cell * 86_400))
    return _hh_mm(clock_time(str(cell).removesuffix(":00") if str(cell).count(":") > 1 else str(cell)))


def _hh_mm(seconds: int) -> str:
    return f"{seconds // 3600:02}:{seconds % 3600 // 60:02}"


_READERS: Final[dict[str, Callable[[object], str]]] = {
    "currency": _currency,
    "locale": _locale,
    "time_zone": _zone_name,
    "holidays": _country,
    "work_start": _time_of_day,
    "work_end": _time_of_day,
}


# --- settings that must fit together --------------------------------------------------------------------


def _settle(settings: Settings, problems: list[Problem]) -> tuple[Settings, tuple[Problem, ...]]:
    """Settings that contradict each other go back to their defaults, with a problem that says so."""
    for wrong, keys, instead in _CONTRADICTIONS:
        if wrong(settings):
            shown = ", ".join(f"{key} {_shown(getattr(settings, key))}" for key in keys)
            problems.append(_unreadable(keys[0], shown, instead))
            settings = replace(settings, **{key: getattr(DEFAULT, key) for key in keys})
    return settings, tuple(problems)


def _shown(value: object) -> str:
    return ",".join(map(str, value)) if isinstance(value, tuple) else str(value)


_CONTRADICTIONS: Final[tuple[tuple[Callable[[Settings], bool], tuple[str, ...], str], ...]] = (
    (
        lambda s: clock_time(s.work_end) <= clock_time(s.work_start),
        ("work_start", "work_end"),
        "Write a work_end that is later than work_start; both defaults hold until then.",
    ),
    (
        lambda s: s.at_risk > s.on_track,
        ("on_track", "at_risk"),
        "Write an at_risk that is not above on_track; both defaults hold until then.",
    ),
    (
        lambda s: len(s.gap_metrics) not in (0, 2),
        ("gap_metrics",),
        "Write two metrics, marketing's first: mqls,revenue.",
    ),
    (lambda s: s.half_life_days == 0, ("half_life_days",), "Write a number of days above 0."),
    (lambda s: not s.work_days, ("work_days",), "Write at least one day: mon,tue,wed,thu,fri."),
)
