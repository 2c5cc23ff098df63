"""What a mirror's file says of itself: where its rows came from, how they were read, and what was wrong."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from typing import Any

from data_sources.typed_rows import SheetCells
from scorecard import cells, template
from scorecard.problems import Problem, Severity
from scorecard.settings import Settings


@dataclass(frozen=True)
class Source:
    """Where a table of ours stands: the tab, its state, its columns (ours to its place) and what was wrong.

    An unusable one (without the headers that it can't do without) is not in the mirror's file.
    """

    title: str
    digest: str
    link: str | None
    columns: Mapping[str, int]
    problems: tuple[Problem, ...] = ()
    usable: bool = True


@dataclass(frozen=True)
class ReadBy:
    """What the settings say of locale, zone and currency, and the spreadsheet itself; None where not said."""

    locale: str | None = None
    zone: str | None = None
    sheet_locale: str | None = None
    sheet_zone: str | None = None
    currency: str | None = None

    @property
    def cells(self) -> SheetCells:
        """By what cells are read: days in another order than year first only where somebody said which."""
        said = {"locale": self.locale or self.sheet_locale, "time_zone": self.zone or self.sheet_zone}
        settings, _ = Settings.read([{"key": key, "value": value} for key, value in said.items()])
        order = cells.date_order(settings.locale) if said["locale"] else None
        return SheetCells(settings.locale, settings.zone, order, self.currency or settings.currency)


@dataclass(frozen=True)
class State:
    """What a mirror's file says of itself."""

    fingerprint: str
    version: str
    read_at: datetime
    changed_at: datetime | None
    label: str
    read_by: ReadBy
    tables: Mapping[str, Source] = field(default_factory=dict)
    missing: tuple[str, ...] = ()
    template: str | None = None


def version_of(fingerprint: str, tables: Mapping[str, Source], missing: Sequence[str]) -> str:
    """Equal for equal data read in the same way."""
    states = sorted((name, source.title, source.digest) for name, source in tables.items())
    return hashlib.sha256(repr((fingerprint, states, list(missing))).encode()).hexdigest()[:32]


def problems_of(state: State) -> Iterator[Problem]:
    """Everything that was wrong where the rows were read."""
    if state.template not in (None, template.version()):
        yield Problem(
            Severity.WARNING, "old_template", "settings",
            f"the spreadsheet was made from an older template ({state.template}); the present one is "
            f"{template.version()}.",
            "Everything goes on. A new template (python -m scorecard template) shows which columns are new.",
        )  # fmt: skip
    said, own = state.read_by.zone, state.read_by.sheet_zone
    if said and own and said != own:
        yield Problem(
            Severity.WARNING, "time_zone", "settings",
            f"the spreadsheet itself is set to {own}; its times are read as {said}, as this setting says.",
            f"If they are times of {own}, write that here; else set the spreadsheet to {said}.",
            key="time_zone", column="value", value=said,
        )  # fmt: skip
    for source in state.tables.values():
        yield from source.problems


def to_json(state: State) -> str:
    return json.dumps(asdict(state), default=_as_json)


def from_json(text: str) -> State:
    """The state that `to_json` wrote; KeyError, TypeError or ValueError when it is of another layout."""
    found = json.loads(text)
    tables = {name: _source_of(source) for name, source in found["tables"].items()}
    return State(
        found["fingerprint"], found["version"], datetime.fromisoformat(found["read_at"]),
        None if found["changed_at"] is None else datetime.fromisoformat(found["changed_at"]),
        found["label"], ReadBy(**found["read_by"]), tables, tuple(found["missing"]),
        found["template"],
    )  # fmt: skip


def _as_json(value: object) -> str:
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} does not belong into a mirror's state")


def _source_of(found: Mapping[str, Any]) -> Source:
    return Source(
        found["title"],
        found["digest"],
        found["link"],
        found["columns"],
        tuple(map(_problem_of, found["problems"])),
    )


def _problem_of(found: Mapping[str, Any]) -> Problem:
    day = found["day"]
    return Problem(
        **{**found, "severity": Severity(found["severity"]), "day": day and date.fromisoformat(day)}
    )
