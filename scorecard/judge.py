"""From figures to rows: which status holds first, and what must be said beside a number."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import select

from scorecard import conversions
from scorecard.clock import date_of, day_number, read_iso
from scorecard.contract import TABLES
from scorecard.dataset import Kind
from scorecard.measures import Question
from scorecard.metrics import Figures, Metric
from scorecard.passes import ends, sql_clock
from scorecard.periods import Period
from scorecard.rows import Row
from scorecard.status import Status, rate_against_target


@dataclass(frozen=True, slots=True)
class Coverage:
    """From which to which day a dated feed has rows seen at as_of; None: it has none."""

    first: int | None
    last: int | None


def coverage(question: Question, table: str) -> Coverage:
    """The days between the first and the last row of a feed."""
    key = ("coverage", table, question.as_of.until)
    cache = question.dataset.cache
    if key not in cache:
        cache[key] = _coverage(question, table)
    found: Coverage = cache[key]
    return found


def _coverage(question: Question, table: str) -> Coverage:
    relation, column = question.dataset.relations[table], str(TABLES[table].feed)
    seen = sql_clock(question.dataset).between(relation, column, None, question.as_of.until)
    raw = relation[column]
    first, last = question.run(select(*ends(raw, seen)))[0]
    return Coverage(
        _day(question, relation.kinds[column], first), _day(question, relation.kinds[column], last)
    )


def _day(question: Question, kind: Kind, stamp: Any) -> int | None:
    """The local day number of a stamp as a driver returns it."""
    if stamp is None:
        return None
    zone = question.settings.zone
    if isinstance(stamp, str):
        stamp = read_iso(stamp)
    if isinstance(stamp, datetime):
        if kind is Kind.INSTANT and stamp.tzinfo is None:
            stamp = stamp.replace(tzinfo=UTC)
        return zone.day(zone.to_epoch(stamp))
    return day_number(stamp) if isinstance(stamp, date) else zone.day(int(stamp))


def has_rows(question: Question, table: str) -> bool:
    """Whether a table has any row at all."""
    key = ("has_rows", table)
    cache = question.dataset.cache
    if key not in cache:
        relation = question.dataset.relations.get(table)
        if relation is None:
            cache[key] = False
        else:
            column = next(iter(relation.kinds))
            cache[key] = bool(question.run(select(relation[column]).limit(1)))
    found: bool = cache[key]
    return found


class Judge:
    """Turns figures into rows: status, notes, what is known of the feeds."""

    def __init__(self, question: Question, period: Period) -> None:
        self.question = question
        self.period = period
        self.settings = question.settings
        self.lifelong = False

    def over_a_lifetime(self, question: Question) -> Judge:
        """The same judge for rows that run over a campaign's whole life, whatever the period."""
        judge = Judge(question, self.period)
        judge.lifelong = True
        return judge

    @property
    def early(self) -> bool:
        """Whether the period starts after as_of."""
        return self.question.start >= self.question.as_of.until

    def too_soon_for(self, metric: Metric) -> bool:
        """Whether it can't have anything yet; the open pipeline is that of as_of, whatever the period."""
        return self.early and not metric.name.endswith("pipeline")

    def barred(self, metric: Metric) -> Row | None:
        """The row of a metric that can't be worked out at all; None where it can."""
        if "leads" not in self.question.dataset.relations and metric.table == "leads":
            return self.row(metric, "all", Figures(n=0), Status.NO_DATA)
        if missing := metric.lacks(self.question):
            return self.row(metric, "all", Figures(notes=("needs=" + "+".join(missing),)), Status.LOCKED)
        if self.too_soon_for(metric):
            return self.row(metric, "all", Figures(), Status.NOT_DUE)
        return None

    def judged(self, metric: Metric, where: str, figures: Figures) -> Row:
        """A row with its status, the first that holds."""
        notes = [*self._running(), *figures.notes]
        feeds = [feed for feed in metric.feeds if feed in self.question.dataset.relations]
        spans = [coverage(self.question, feed) for feed in feeds]
        if self.lifelong:
            return self._over_life(metric, where, figures, spans)
        from_leads = metric.table == "leads" or bool(metric.feeds and not feeds)
        if any(self._outside(span) for span in spans) or (from_leads and not self._any_leads):
            return self.row(metric, where, _without_value(metric, figures, tuple(notes)), Status.NO_DATA)
        notes += [
            f"data_until={date_of(s.last)}" for s in spans if s.last is not None and s.last < self._last_day
        ]
        immature = metric.cohort and not conversions.is_mature(self.question, metric.name, self.period)
        if immature:
            notes.append("immature")
        status = self._status(metric, figures, immature=immature)
        return self.row(metric, where, replace(figures, notes=tuple(notes)), status)

    def _over_life(self, metric: Metric, where: str, figures: Figures, spans: list[Coverage]) -> Row:
        if any(span.first is None for span in spans):
            return self.row(metric, where, _without_value(metric, figures, ()), Status.NO_DATA)
        return self.row(metric, where, figures, self._status(metric, figures, immature=False))

    @property
    def _any_leads(self) -> bool:
        return has_rows(self.question, "leads")

    @property
    def _last_day(self) -> int:
        """The last day of the period that can be seen."""
        return self.question.settings.zone.day(self.question.seen_end - 1)

    def _outside(self, span: Coverage) -> bool:
        if span.first is None or span.last is None:
            return True
        first = self.question.settings.zone.day(self.question.start)
        return span.last < first or span.first > self._last_day

    def _running(self) -> list[str]:
        return ["running"] if self.question.as_of.instant < self.question.end else []

    def _status(self, metric: Metric, figures: Figures, *, immature: bool) -> Status | None:
        if metric.rate and figures.n == 0:
            return Status.NO_DATA
        if immature:
            return None
        if self._too_few(metric, figures):
            return Status.TOO_FEW
        if figures.value is None and (not figures.n or metric.unit == "currency"):
            return Status.NO_DATA
        if figures.target is None:
            return None
        return rate_against_target(
            figures.value, figures.low, figures.high, figures.target, settings=self.settings
        )

    def _too_few(self, metric: Metric, figures: Figures) -> bool:
        """A rate of too few cases, or a model that too few paths say too little to."""
        refused = any(note.startswith("too_few_paths=") for note in figures.notes)
        return refused or (metric.rate and (figures.n or 0) < self.settings.min_n)

    def row(self, metric: Metric, where: str, figures: Figures, status: Status | None) -> Row:
        return Row(
            metric=metric.name,
            team=metric.team,
            scope=where,
            period=self.period.text,
            as_of=self.question.as_of.text,
            value=figures.value,
            numerator=figures.numerator,
            denominator=figures.denominator,
            n=figures.n,
            low=figures.low,
            high=figures.high,
            target=figures.target,
            expected=None,
            status=status,
            unit=metric.unit,
            notes=";".join(figures.notes),
        )


def _without_value(metric: Metric, figures: Figures, notes: tuple[str, ...]) -> Figures:
    """Figures of a time outside what a feed covers: the number of cases, nothing worked out of them."""
    numerator = None if metric.unit == "currency" else figures.numerator
    return Figures(None, numerator, figures.denominator, figures.n or 0, target=figures.target, notes=notes)
