"""What the spreadsheet template is: its tabs, headers, notes, dropdowns and formats, as plain data.

Everything comes from the contract and the catalogue of metrics, so it can't fall behind them. Who writes it
as an .xlsx or into Google Sheets only translates (data_sources/template_xlsx.py, template_google.py).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum
from functools import cache
from typing import Final

from scorecard import template_notes as notes
from scorecard.contract import SETTINGS, TABLES, Column, Setting, Table, Type
from scorecard.template_notes import START

__all__ = [
    "START", "Field", "Line", "Need", "Page", "Rule", "RuleKind", "StartRow", "Style", "Template", "template",
    "version", "version_in",
]  # fmt: skip

_FIRST: Final = ("settings", "people", "goals", "quotas", "leads")
_WIDE: Final = 44  # characters
_WIDTHS: Final = {Type.TEXT: 16, Type.TIME: 18, Type.BOOLEAN: 10}
_SETTINGS_WIDTHS: Final = {"key": 24, "value": 36}
_FREE_TEXT: Final = frozenset(
    ("marketing_role", "sales_role", "strategy", "covers", "comment", "offer", "audience", "terms", "why",
     "text", "response", "went_well", "went_wrong", "decision", "action", "title")
)  # fmt: skip


class Need(StrEnum):
    """How much a column matters; its header is coloured by it."""

    REQUIRED = "required"
    USED = "used"  # some metric is made of it
    OPTIONAL = "optional"


class RuleKind(StrEnum):
    """What a cell is held to while it is typed."""

    CHOICES = "choices"
    TAB = "tab"  # a value of a column of another tab
    DAY = "day"
    NUMBER = "number"


@dataclass(frozen=True, slots=True)
class Rule:
    """What a cell may hold. `strict`: anything else is refused; else the spreadsheet only warns.

    CHOICES: one of `choices`. TAB: one of the values in column `column` of tab `tab`. DAY: a date or time.
    NUMBER: from `low` to `high`, None where open; `whole`: without a fraction. `message`: what to write.
    """

    kind: RuleKind
    message: str
    choices: tuple[str, ...] = ()
    tab: str = ""
    column: str = ""
    low: float | None = None
    high: float | None = None
    whole: bool = False
    strict: bool = False


@dataclass(frozen=True, slots=True)
class Field:
    """One column of a tab: its header and what holds for the cells below it. `width` is in characters."""

    name: str
    type: Type
    need: Need
    note: str
    width: int
    rule: Rule | None = None
    wraps: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """One setting that stands ready in the tab settings: its key, and what holds for the value beside it."""

    key: str
    type: Type
    note: str
    rule: Rule | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """One tab: a contract table. `lines` stand ready in it (settings only: keys without values)."""

    title: str
    doc: str
    fields: tuple[Field, ...]
    lines: tuple[Line, ...] = ()
    large: bool = False
    open_ended: bool = False

    def position(self, column: str) -> int:
        """Where a column stands, from 0."""
        return [f.name for f in self.fields].index(column)


class Style(StrEnum):
    """What a row of the first tab is."""

    TITLE = "title"
    STAMP = "stamp"
    HEADING = "heading"
    TEXT = "text"  # one cell, as wide as the tab
    HEAD = "head"  # the headers of a list
    ROW = "row"  # a row of a list
    BLANK = "blank"


@dataclass(frozen=True, slots=True)
class StartRow:
    """One row of the first tab. `tab`: where its first cell leads; `need`: shown in that need's colour."""

    style: Style
    cells: tuple[str, ...] = ()
    tab: str | None = None
    need: Need | None = None


@dataclass(frozen=True, slots=True)
class Template:
    """The whole template: the first tab's rows, then a tab per table."""

    version: str
    start: tuple[StartRow, ...]
    pages: tuple[Page, ...]

    def page(self, title: str) -> Page | None:
        """The tab of that title; None where it was left out."""
        return next((page for page in self.pages if page.title == title), None)


def template(only: Collection[str] = ()) -> Template:
    """The template, of all tables or of those named; ValueError when one isn't a table."""
    names = _chosen(only)
    pages = tuple(_page(TABLES[name], names) for name in names)
    return Template(version(), tuple(_start(pages)), pages)


def _chosen(only: Collection[str]) -> tuple[str, ...]:
    """The tables in the order a keeper fills them."""
    for name in only:
        if name not in TABLES:
            near = get_close_matches(name, TABLES, n=1)
            hint = f" Did you mean {near[0]}?" if near else ""
            raise ValueError(f"There is no table {name!r}.{hint} The tables are: {', '.join(TABLES)}.")
    ordered = dict.fromkeys((*_FIRST, *TABLES))
    return tuple(name for name in ordered if not only or name in only)


# --- version --------------------------------------------------------------------------------------------

_STAMP: Final = "Tandem template "
_STAMPED: Final = re.compile(rf"{_STAMP}([0-9a-f]{{8}})")


@cache
def version() -> str:
    """Eight hexadecimal digits that change whenever a table, column, allowed value or setting does."""
    columns = (
        (t.name, c.name, c.type, c.key, c.required, c.default, c.allowed, c.references, c.minimum, c.maximum)
        for t in TABLES.values()
        for c in t.columns
    )
    settings = (
        (s.key, s.type, s.default, s.allowed, s.several, s.minimum, s.maximum) for s in SETTINGS.values()
    )
    plain = repr([[str(part) for part in row] for row in (*columns, *settings)])
    return hashlib.sha256(plain.encode()).hexdigest()[:8]


def version_in(cells: Iterable[object]) -> str | None:
    """The version that cells of the tab 'Start here' bear; None where there is no stamp."""
    found = (_STAMPED.fullmatch(cell.strip()) for cell in cells if isinstance(cell, str))
    return next((match[1] for match in found if match), None)


# --- tabs and columns -----------------------------------------------------------------------------------


def _page(table: Table, tabs: Collection[str]) -> Page:
    fields = tuple(_field(table, column, tabs) for column in table.columns)
    lines = tuple(map(_line, SETTINGS.values())) if table.name == "settings" else ()
    return Page(table.name, table.doc, fields, lines, table.large, table.open_ended)


def _field(table: Table, column: Column, tabs: Collection[str]) -> Field:
    wraps = column.type is Type.TEXT and column.name in _FREE_TEXT
    return Field(
        column.name,
        column.type,
        _need(table, column),
        notes.note(table, column),
        _WIDE if wraps else _width(table, column),
        _rule(table, column, tabs),
        wraps,
    )


def _width(table: Table, column: Column) -> int:
    """Room for the header with a filter's button, for the example, and for most cells of the type."""
    if table.name == "settings":
        return _SETTINGS_WIDTHS[column.name]
    shown = len(notes.example(table, column)) + 2
    return max(_WIDTHS.get(column.type, 12), len(column.name) + 5, min(shown, _WIDE))


def _need(table: Table, column: Column) -> Need:
    if column.required:
        return Need.REQUIRED
    return Need.USED if notes.metrics_of(f"{table.name}.{column.name}") else Need.OPTIONAL


# --- rules ----------------------------------------------------------------------------------------------

_YES_NO: Final = ("yes", "no")


def _rule(table: Table, column: Column, tabs: Collection[str]) -> Rule | None:
    if column.references:
        return _reference(column.references, tabs)
    if column.name == "metric":
        return Rule(RuleKind.CHOICES, notes.value_words(column), tuple(notes.metrics()))
    if column.allowed:
        return Rule(RuleKind.CHOICES, notes.value_words(column), column.allowed, strict=True)
    if table.name == "settings":
        return None  # each key has its own
    return _typed(column.type, column.minimum, column.maximum)


def _reference(references: str, tabs: Collection[str]) -> Rule | None:
    """A dropdown of the other tab's column, where it is there and short enough for one."""
    tab, _, column = references.partition(".")
    if tab not in tabs or TABLES[tab].large:
        return None
    return Rule(
        RuleKind.TAB, f"Not in {column} of the tab {tab}: add it there, or pick one.", tab=tab, column=column
    )


def _typed(kind: Type, low: float | None, high: float | None) -> Rule | None:
    if kind is Type.BOOLEAN:
        return Rule(RuleKind.CHOICES, "Write yes or no, or leave it blank.", _YES_NO, strict=True)
    if kind in (Type.DATE, Type.TIME):
        return Rule(RuleKind.DAY, f"Write it year first: {notes.BY_TYPE[kind]}.")
    if kind is Type.TEXT:
        return None
    words = notes.type_words(kind, low, high)
    return Rule(RuleKind.NUMBER, words, low=low, high=high, whole=kind is Type.INTEGER)


# --- settings -------------------------------------------------------------------------------------------


def _line(setting: Setting) -> Line:
    note = f"{setting.doc}\n{notes.setting_words(setting)}"
    return Line(setting.key, setting.type, note, _setting_rule(setting))


def _setting_rule(setting: Setting) -> Rule | None:
    """Only a warning: sorted rows leave their rules behind."""
    if setting.several:
        return None
    if setting.allowed:
        return Rule(RuleKind.CHOICES, f"One of: {', '.join(setting.allowed)}.", setting.allowed)
    return _typed(setting.type, setting.minimum, setting.maximum)


# --- the first tab --------------------------------------------------------------------------------------

_BEGIN: Final = (
    "1. Fill in leads: lead_id and created_at are enough to begin with; every other column adds something.",
    "2. Fill in settings: organisation, currency, locale, time_zone, and sla_hours once both teams agreed.",
    "3. Fill in people, then quotas and goals, so that numbers have owners and targets.",
    "4. Everything else may wait. What is missing is shown as locked or not filled yet, never as 0.",
    "5. Look at the scorecard's page Data: it names every cell it can't use, and what to write instead.",
)
_RULES: Final = (
    "A row is one thing: a lead, a goal, a day's spend. Point at a header to read what belongs below it.",
    "Dates are written year first: 2026-09-30, or 2026-09-30 14:05 with the time.",
    "A lead handed over again gets another row: same lead_id, next pass_no. Leave the first as it was.",
    "A percentage is 25 % or 0.25, never 25.",
    "Money is the number alone. In another currency: its letters in currency, its worth in the tab fx_rates.",
    "Blank says: not known, or hasn't happened. 0 says: none. They are different things.",
    "Names are taken exactly: Webinar and webinar are two sources. Pick from a dropdown where there is one.",
    "Leave headers and tab names as they are, and nothing above the headers. Columns may stay blank.",
    "No totals or remarks below or among the rows: the scorecard adds up by itself.",
    "leads may have more columns, to the right: industry, company_size, region ... They describe the lead.",
)
_COLOURS: Final = (
    (Need.REQUIRED, "needed: a row without it is left out"),
    (Need.USED, "numbers are made of it"),
    (Need.OPTIONAL, "good to have: to group, to filter, to explain"),
)


def _start(pages: Sequence[Page]) -> Iterator[StartRow]:
    yield StartRow(Style.TITLE, ("Tandem: the scorecard of marketing and sales",))
    yield StartRow(Style.STAMP, (f"{_STAMP}{version()}",))
    yield from _texts("How to begin", _BEGIN)
    yield from _texts("Rules", _RULES)
    yield from _heading("Colours of the headers")
    yield from (StartRow(Style.ROW, (need, words), need=need) for need, words in _COLOURS)
    yield from _heading("Tabs", "Tab", "What it holds", "What it brings")
    yield from (StartRow(Style.ROW, (p.title, p.doc, _unlocks(p)), tab=p.title) for p in pages)
    titles = {page.title for page in pages}
    if "settings" in titles:
        yield from _heading("Settings", "Key", "What it says", "What to write")
        yield from (StartRow(Style.ROW, (s.key, s.doc, notes.setting_words(s))) for s in SETTINGS.values())
    if titles & {"goals", "quotas"}:
        yield from _heading("Metrics for goals and quotas", "Metric", "Called", "What it says")
        yield from (
            StartRow(Style.ROW, (n, label, meaning)) for n, (label, meaning, _) in notes.metrics().items()
        )


def _heading(title: str, *heads: str) -> Iterator[StartRow]:
    yield StartRow(Style.BLANK)
    yield StartRow(Style.HEADING, (title,))
    if heads:
        yield StartRow(Style.HEAD, heads)


def _texts(title: str, texts: Iterable[str]) -> Iterator[StartRow]:
    yield from _heading(title)
    yield from (StartRow(Style.TEXT, (text,)) for text in texts)


_UNLOCKS: Final = {
    "settings": "The company's name, currency and time zone; the SLA; from which pace a target is on track.",
    "people": "Names behind owners, each person's quota, whom to ask about what.",
    "goals": "The tree of shared goals: how far each is, on pace or behind, with its parts.",
    "goal_actuals": "The progress of goals that no metric measures.",
    "milestones": "Goals that are expected to fill by steps of their own.",
    "quotas": "Attainment, pace and what is needed per day, of teams and people, and the teams' gap.",
    "campaigns": "Names behind campaign_id; channel, offer and audience to filter and group by.",
    "target_changes": "Moved targets beside their goals: when, from what to what, and why.",
    "fx_rates": "Amounts in other currencies.",
    "changes": "Nothing to fill in: Tandem writes here what people enter in it.",
}


def _unlocks(page: Page) -> str:
    """What filling a tab brings, in a line."""
    if page.title in _UNLOCKS:
        return _UNLOCKS[page.title]
    labels = notes.metrics_of(*(f"{page.title}.{field.name}" for field in page.fields))
    return f"{notes.some(labels)}." if labels else "No page shows it yet."
