"""What the Data page tells the keeper of the sheet: what was read, what is wrong, what is locked."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from sqlalchemy import func, select

from scorecard import checks, checks_costs, judge, report, small, unlock, words
from scorecard.checks_costs import Cost
from scorecard.clock import AsOf, date_of
from scorecard.contract import TABLES
from scorecard.dataset import Dataset
from scorecard.formats import Formats
from scorecard.metrics import METRICS
from scorecard.periods import Period, containing
from scorecard.problems import Problem, Severity
from scorecard.words import Said, Sentence, sentence

RULES: Final = {
    "cell": "Cells that can't be read",
    "value": "Values that don't fit",
    "required": "Cells that must not be blank",
    "duplicate": "Keys that stand more than once",
    "won_and_lost": "Won and lost at once",
    "no_rate": "Money without an exchange rate",
    "reference": "Names that lead nowhere",
    "near_miss": "Values that look misspelt",
    "order": "Stamps in the wrong order",
    "rejected_before_hand_off": "Rejected before handed off",
    "copied_stamp": "Stamps copied from an earlier pass",
    "skipped_time": "Times that the clocks skipped",
    "unknown_key": "Settings that don't exist",
    "repeated_key": "Settings written twice",
    "differing_repeats": "Settings with two values",
    "unreadable_value": "Settings that can't be used",
    "start_after_due": "Goals due before they start",
    "decreasing_total": "Totals that should decrease",
    "missing_baseline": "Goals without a baseline",
    "target_is_baseline": "Targets that equal the baseline",
    "zero_target": "Targets of 0",
    "goal_loop": "Goals that are parts of each other",
    "unknown_metric": "Metrics that don't exist",
    "two_levels": "Two standing values on one day",
    "ends_before_start": "Ends before it starts",
    "overlapping_quotas": "Quotas that cut across each other",
    "target_moved": "Targets moved after the start",
    "other_team": "Signed by somebody of another team",
    "terms_changed": "Changed since they were signed",
    "fingerprint": "Fingerprints that aren't any",
    "unknown_period": "Reviews of periods that aren't any",
    "done_before_decided": "Done before it was decided",
    "attendee": "Attendees whom nobody knows",
    "contradiction": "Wanted and not wanted at once",
    "swapped": "Day and month that seem swapped",
    "hidden_total": "Totals among the rows",
    "total_row": "Rows of totals, passed over",
    "title_row": "Rows that only hold a title, passed over",
    "no_header": "Tabs without a header",
    "missing_column": "Columns that aren't found",
    "duplicate_header": "Two columns for one thing",
    "blank_header": "Columns without a header",
    "rows_above_header": "Rows above the header",
    "too_many_columns": "More columns than can be read",
    "time_zone": "Time zones that differ",
    "encoding": "Characters that had to be guessed",
    "old_template": "A template of an older version",
}
_QUARTERS: Final = 2  # whose costs are told one by one
NOBODY: Final = "nobody"  # the owner of problems for which nobody is named
_LISTED: Final = "data#problems"  # where the problems stand
_COUNT: Final = re.compile(r"(?<![\w“.,-])\d[\d.,]*(?= [a-z])")
_ANSWERING: Final = 3  # people named who answer for errors
_SHORT: Final = 40  # characters of a cell in a sentence
_LARGE: Final = 10_000  # rows
_STANDING: Final = {"goals": "Shared goals", "quotas": "Quotas of teams and people"}


# --- what is wrong ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Group:
    """Problems of one table by one rule; `rows` share them, `left_out` of them are not counted."""

    table: str
    rule: str
    severity: Severity
    problems: tuple[Problem, ...]

    @property
    def title(self) -> str:
        return RULES.get(self.rule, self.rule.replace("_", " ").capitalize())

    @property
    def rows(self) -> int:
        return sum(p.rows for p in self.problems)

    @property
    def left_out(self) -> int:
        return sum(p.rows_left_out for p in self.problems)

    @property
    def amount(self) -> float:
        return sum(p.amount_left_out or 0.0 for p in self.problems)

    def of(self, owner: str) -> Group:
        """The problems of it that somebody answers for ('all': anybody, 'nobody': nobody is named)."""
        if owner == "all":
            return self
        kept = tuple(p for p in self.problems if (p.owner or NOBODY) == owner)
        return Group(self.table, self.rule, self.severity, kept)


@dataclass(frozen=True)
class Wrong:
    """All problems, errors first, in groups of table and rule; what to say of them; their cost by period.

    `because` is where to begin and who answers for how many.
    """

    groups: tuple[Group, ...]
    verdict: tuple[Sentence, ...]
    costs: tuple[Cost, ...] = ()
    because: tuple[Sentence, ...] = ()

    def of(self, severity: str, table: str, owner: str = "all") -> tuple[Group, ...]:
        """The groups of a severity, a table and an owner ('all': any)."""
        asked = (g for g in self.groups if severity in ("all", g.severity) and table in ("all", g.table))
        return tuple(own for g in asked if (own := g.of(owner)).problems)

    @property
    def owners(self) -> tuple[str, ...]:
        """Who answers for problems, by name; 'nobody' last, where nobody is named for one."""
        found = {p.owner or NOBODY for g in self.groups for p in g.problems}
        return tuple(sorted(found, key=lambda name: (name == NOBODY, name.casefold())))

    def count(self, severity: Severity) -> int:
        """How many problems are of that severity, those folded into one line counted by their rows."""
        return sum(g.rows for g in self.groups if g.severity is severity)

    @property
    def tables(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(g.table for g in self.groups))

    @property
    def left_out(self) -> int:
        return sum(g.left_out for g in self.groups)

    @property
    def amount(self) -> float:
        return sum(g.amount for g in self.groups)


def wrong(dataset: Dataset, as_of: AsOf) -> Wrong:
    """Every problem of the source; may take seconds on large data."""
    grouped: dict[tuple[str, str, Severity], list[Problem]] = {}
    for problem in checks.check(dataset, as_of):
        grouped.setdefault((problem.table, problem.rule, problem.severity), []).append(problem)
    order = list(TABLES)
    groups = [Group(*key, tuple(found)) for key, found in grouped.items()]
    groups.sort(key=lambda g: (g.severity is Severity.WARNING, -g.left_out, _place(order, g.table), -g.rows))
    costs = checks_costs.costs(p for g in groups for p in g.problems)
    found = Wrong(tuple(groups), (), costs)
    return replace(found, verdict=tuple(_verdict(dataset, found)), because=tuple(_because(dataset, found)))


@dataclass(frozen=True)
class Touch:
    """How many errors touch what a page shows."""

    errors: int


def touching(dataset: Dataset, as_of: AsOf, tables: Sequence[str], *, checked: bool = False) -> Touch | None:
    """The errors in these tables, and in the settings, that are known without a look at large tables.

    None where there are none. Once the source has been checked, that is all of them: who remembers the answer
    says by `checked` (`checks.is_checked`) which of the two it is.
    """
    _ = as_of, checked  # an error is one from wherever it is seen
    errors = checks.known_errors(dataset, tables)
    return Touch(errors) if errors else None


def _place(order: list[str], table: str) -> int:
    return order.index(table) if table in order else len(order)


def _verdict(dataset: Dataset, found: Wrong) -> Iterator[Sentence]:
    f = Formats.of(small.settings(dataset))
    errors, warnings = found.count(Severity.ERROR), found.count(Severity.WARNING)
    if not dataset.relations:
        yield sentence(
            "None of the tables was found. ", Said("Start with leads: lead_id and created_at.", strong=True)
        )
        return
    if not found.groups:
        yield sentence(Said("Nothing is wrong", strong=True), " with what was read.")
        return
    counts = ((errors, "error"), (warnings, "warning"))
    told = [
        words.linked(f"{f.number(n)} {word if n == 1 else f'{word}s'}", _LISTED, {"severity": word})
        for n, word in counts
        if n
    ]
    there = "There is " if errors + warnings == 1 else "There are "
    both = (told[0], " and ", told[1]) if errors and warnings else (told[0],)
    yield sentence(there, *both, f" in {words.listing(found.tables)}.")
    if errors:
        yield sentence(
            "The errors leave out ", words.shown(_cost(found, f), _LISTED, {"severity": "error"}), "."
        )
    else:
        yield sentence("Warnings leave nothing out; every row counts.")


def _because(dataset: Dataset, found: Wrong) -> Iterator[Sentence]:
    """Where to begin: the cell, what is wrong with it, what to write; then who answers for the errors."""
    if not found.groups:
        return
    first = found.groups[0]
    worst, severity = first.problems[0], first.severity.value
    begin = "The first to correct is " if first.severity is Severity.ERROR else "The first to look at is "
    is_key = worst.cell is None and worst.value == worst.key  # of keys that stand twice
    stands = f", which holds “{words.brief(worst.value, _SHORT)}”" if worst.value and not is_key else ""
    where = f"{worst.table} {worst.key}" if is_key else worst.place
    place = words.linked(words.brief(where), _LISTED, {"severity": severity})
    yield sentence(begin, place, f"{stands}: ", *_counted(f"{worst.what} {worst.instead}", severity))
    yield from _answering(Formats.of(small.settings(dataset)), found)


def _counted(text: str, severity: str) -> Iterator[str | Said]:
    """What a check says, with the counts in it leading to the problems."""
    start = 0
    for found in _COUNT.finditer(text):
        yield text[start : found.start()]
        yield words.shown(found[0], _LISTED, {"severity": severity})
        start = found.end()
    yield text[start:]


def _answering(f: Formats, found: Wrong) -> Iterator[Sentence]:
    """'Zoé Martin answers for 4 errors, Ana Kovač for 1 error; nobody is named for 1 error.'."""
    of: Counter[str] = Counter()
    for group in found.groups:
        for problem in group.problems if group.severity is Severity.ERROR else ():
            of[problem.owner or NOBODY] += problem.rows
    named = sorted((who for who in of if who != NOBODY), key=lambda who: (-of[who], who))[:_ANSWERING]
    parts: list[str | Said] = []
    for who in named:
        verb = "for" if parts else "answers for"
        parts += [", " if parts else "", f"{words.brief(who)} {verb} ", _of_them(f, of[who], who)]
    if of[NOBODY]:
        parts.append("; nobody is named for " if parts else "Nobody is named for ")
        parts.append(_of_them(f, of[NOBODY], NOBODY))
    if parts:
        yield sentence(*parts, ".")


def _of_them(f: Formats, n: int, who: str) -> Said:
    """So many errors, leading to those that somebody answers for."""
    return words.linked(
        f"{f.number(n)} {'error' if n == 1 else 'errors'}",
        _LISTED,
        {"severity": Severity.ERROR.value, "who": who},
    )


def _cost(found: Wrong, f: Formats) -> str:
    """What the errors cost: in all, and by the quarters they would count in."""
    if not found.left_out and not found.amount:
        return "single cells, no whole row"
    cells = any(g.severity is Severity.ERROR and not g.left_out and not g.amount for g in found.groups)
    also = ", and single cells besides" if cells else ""
    if len(found.costs) == 1 and found.costs[0].period is not None:
        return f"{checks_costs.summed(found.costs, f)}{also}"
    lost = Cost(None, found.left_out, found.amount).lost(f)
    return f"{lost}{_by_quarter(found.costs, f)}{also}"


def _by_quarter(costs: Sequence[Cost], f: Formats) -> str:
    """The latest quarters, and the others together; nothing where no quarter is known."""
    known = [cost for cost in costs if cost.period is not None]
    if not known:
        return ""
    told = [checks_costs.summed([cost], f) for cost in known[:_QUARTERS]]
    if before := known[_QUARTERS:]:
        earlier = Cost(None, sum(c.rows for c in before), sum(c.amount for c in before))
        told.append(f"{earlier.lost(f)} of earlier quarters")
    told += [checks_costs.summed([cost], f) for cost in costs if cost.period is None]
    return f": {'; '.join(told)}"


# --- what was read ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Read:
    """A table of the contract as it was read: None rows where it isn't there; the columns it lacks."""

    table: str
    doc: str
    rows: int | None
    columns: int
    missing: tuple[str, ...]
    more: tuple[str, ...]
    first: date | None = None
    last: date | None = None


def tables(dataset: Dataset, as_of: AsOf) -> tuple[Read, ...]:
    """Every table of the contract: usable rows, what is missing, and which days a dated feed covers."""
    return tuple(_read(dataset, name, as_of) for name in TABLES)


def is_large(read: Sequence[Read]) -> bool:
    """Whether any table has so many rows that an index is felt."""
    return any((one.rows or 0) >= _LARGE for one in read)


def _read(dataset: Dataset, name: str, as_of: AsOf) -> Read:
    table = TABLES[name]
    relation = dataset.relations.get(name)
    if relation is None:
        return Read(name, table.doc, None, 0, tuple(c.name for c in table.columns), ())
    missing = tuple(c.name for c in table.columns if c.name not in relation)
    there = len(table.columns) - len(missing)
    days: list[date | None] = [None, None]
    if table.feed is not None and table.feed in relation:
        period = containing(as_of.day)
        covered = judge.coverage(report.ask(dataset, period, as_of), name)
        days = [None if day is None else date_of(day) for day in (covered.first, covered.last)]
    return Read(name, table.doc, _rows(dataset, name), there, missing, relation.attributes, *days)


def _rows(dataset: Dataset, name: str) -> int:
    """Rows that can be used, repeats counted once."""
    if name == "settings":
        return len(list(small.stored_rows(dataset, dataset.relations[name])))
    if not TABLES[name].large:
        return len(small.rows(dataset, name))
    with dataset.engine.connect() as connection:
        found = connection.execute(select(func.count()).select_from(dataset.relations[name].source))
        return int(found.scalar_one())


# --- what is locked ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Locked:
    """Something that is missing, what it is for, what it unlocks, and what to do about it."""

    need: str
    meaning: str
    unlocks: tuple[str, ...]
    to_do: str


def locked(dataset: Dataset, period: Period, as_of: AsOf) -> tuple[Locked, ...]:
    """What is missing, that which unlocks most first; of a table that isn't there the columns together."""
    question = report.ask(dataset, period, as_of)
    needs: dict[str, list[str]] = {}
    for table, label in _STANDING.items():
        if table not in dataset.relations:
            needs.setdefault(table, []).append(label)
    for metric in METRICS.values():
        for need in _lacks(dataset, metric.needs) or metric.lacks(question):
            needs.setdefault(need, []).append(metric.label)
    told = [*_tables_missing(dataset, needs), *(_locked(dataset, *one) for one in needs.items())]
    return tuple(sorted(told, key=lambda one: -len(one.unlocks)))


def _tables_missing(dataset: Dataset, needs: dict[str, list[str]]) -> Iterator[Locked]:
    """Takes the columns of tables that aren't there out of the needs, and tells them table by table."""
    for table in TABLES:
        own = [n for n in needs if table not in dataset.relations and _is_of(table, n)]
        if own and table != "settings":
            columns = [n.partition(".")[2] for n in own if "." in n]
            labels = list(dict.fromkeys(label for need in own for label in needs.pop(need)))
            beside = f" with {words.listing(columns)}" if columns else ""
            add = unlock.table_to_add(table, columns, tabs=dataset.places is not None)
            yield Locked(f"the table {table}{beside}", TABLES[table].doc, tuple(labels), add)


def _is_of(table: str, need: str) -> bool:
    return need == table or (need.startswith(f"{table}.") and not {"|", "?"} & set(need))


def _locked(dataset: Dataset, need: str, labels: Iterable[str]) -> Locked:
    add = unlock.to_do(need, tabs=dataset.places is not None)
    return Locked(unlock.in_words(need), unlock.meaning(need), tuple(labels), add)


def _lacks(dataset: Dataset, needs: Sequence[str]) -> Iterable[str]:
    """Without leads everything that is asked of them is missing at once: the table is."""
    asked = any(need.startswith("leads.") for need in needs)
    return ("leads",) if asked and "leads" not in dataset.relations else ()
