"""One review: its numbers as they stood beside the same now, the last one's actions, goals beaten by far."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from scorecard import campaigns, goals, periods, quotas, report, small, words
from scorecard.campaigns import Rows
from scorecard.clock import AsOf
from scorecard.contract import TEAMS
from scorecard.dataset import Dataset
from scorecard.formats import Formats
from scorecard.goals import Standing
from scorecard.metrics import METRICS
from scorecard.periods import Period
from scorecard.reviews import Line, Review, before, channels_of, labelled, reviews
from scorecard.reviews_effect import Worked, worked
from scorecard.rows import Row
from scorecard.status import Status
from scorecard.words import Said, Sentence, sentence, short

OF_CAMPAIGN: Final = (
    "spend", "leads", "conversion_rate", "acceptance_rate", "wins", "revenue", "cpl", "cac",
)  # fmt: skip
OF_PERIOD: Final = (
    "leads", "mqls", "handoffs", "acceptance_rate", "sla_compliance", "wins", "win_rate", "revenue", "spend",
)  # fmt: skip
FAR: Final = 1.2  # a goal is beaten by far from here on
_BLOCKS: Final = 3  # campaigns or periods whose numbers are shown
_NAMED: Final = 12  # of those who were there
_MOST_ACTIONS: Final = 30
NOT_EDITS: Final = (
    "A day gone by is seen without the events that came later. What was corrected in the source since stands "
    "corrected in both."
)


@dataclass(frozen=True, slots=True)
class Figure:
    """One number as it stood, and in words what it is now."""

    label: str
    row: Row
    now: str


@dataclass(frozen=True, slots=True)
class Block:
    """The figures of one campaign or period of the review."""

    called: str
    figures: tuple[Figure, ...]


@dataclass(frozen=True)
class Panel:
    """All there is to know about one review.

    `about` says when and who, `stood` is the day its numbers are of; `notes` say what couldn't be shown.
    `opens` is the review whose actions this one opens with, `worked` what became of these.
    """

    review: Review
    about: str
    stood: str
    blocks: tuple[Block, ...]
    low_goals: tuple[Sentence, ...]
    notes: tuple[str, ...]
    opens: Review | None
    worked: Worked
    opening: Sentence

    @property
    def lines(self) -> tuple[Line, ...]:
        """What was said, without lines that say nothing."""
        return tuple(n for n in self.review.lines if n.well or n.wrong or n.decision or n.action is not None)


def panel(dataset: Dataset, as_of: AsOf, review_id: str) -> Panel | None:
    """One review; None when none of that id has been held by as_of."""
    held = reviews(dataset, as_of)
    review = next((one for one in held if one.review_id == review_id), None)
    if review is None:
        return None
    opens = before(review, held, channels_of(dataset))
    actions = () if opens is None else opens.actions
    reader = _Reader(dataset, as_of, review)
    return Panel(
        review=review,
        about=" · ".join(_about(dataset, review)),
        stood=reader.stood,
        blocks=tuple(reader.blocks()),
        low_goals=tuple(reader.low_goals()),
        notes=tuple(reader.notes()),
        opens=opens,
        worked=worked(dataset, as_of, actions, _MOST_ACTIONS),
        opening=_opening(dataset, opens),
    )


def _about(dataset: Dataset, review: Review) -> Iterator[str]:
    """When it was held, about which period beside its campaigns, and who was there."""
    formats = Formats.of(small.settings(dataset))
    if review.held is not None:
        yield f"Held {formats.moment(review.held)}"
    else:
        yield "No day is written down" if review.day is None else f"Numbers of {formats.date(review.day)}"
    if review.campaign_ids and review.periods:
        yield words.listing(labelled(dataset, one) for one in review.periods)
    if review.attendees:
        named = ", ".join(words.brief(one) for one in review.attendees[:_NAMED])
        more = len(review.attendees) - _NAMED
        yield f"there: {named}{f' and {more} more' if more > 0 else ''}"


def _opening(dataset: Dataset, opens: Review | None) -> Sentence:
    """'Of what the review before, Q3 2026 of 1 Oct 2026, asked for, 2 of 3 actions are done.'."""
    if opens is None:
        return sentence("There is no earlier review whose actions it could open with.")
    day = Formats.of(small.settings(dataset)).date(opens.day)
    link = Said(opens.called, page="reviews", ask=(("review", opens.review_id),))
    if not opens.actions:
        return sentence("The review before, ", link, f" of {day}, asked for no action.")
    done, n = sum(action.done is not None for action in opens.actions), len(opens.actions)
    of = words.linked(f"{done} of {n} actions", "reviews", {"review": opens.review_id})
    are = "is" if done == 1 else "are"
    return sentence("Of what the review before, ", link, f" of {day}, asked for, ", of, f" {are} done.")


# --- numbers as they stood --------------------------------------------------------------------------------


class _Reader:
    """Reads one review's numbers at its own as_of and now."""

    def __init__(self, dataset: Dataset, as_of: AsOf, review: Review) -> None:
        self.dataset = dataset
        self.now = as_of
        self.review = review
        self.formats = Formats.of(small.settings(dataset))
        self.then = self._then()
        self.stood = "" if self.then is None else self.formats.date(self.then.day)

    def _then(self) -> AsOf | None:
        """The end of the day its numbers stood; never later than now."""
        if self.review.stood is None:
            return None
        then = AsOf.parse(self.review.stood.isoformat(), small.settings(self.dataset).zone)
        return then if then.until <= self.now.until else self.now

    def blocks(self) -> Iterator[Block]:
        if self.then is None:
            return
        if self.review.campaign_ids:
            then, now = (campaigns.lifelong(self.dataset, at, OF_CAMPAIGN) for at in (self.then, self.now))
            for one in [c for c in self.review.campaign_ids if c in then][:_BLOCKS]:
                name = words.campaign(self.dataset, one, self.now)
                yield self._block(name, OF_CAMPAIGN, then[one], now.get(one, {}))
            return
        for period in self._periods()[:_BLOCKS]:
            then_of, now_of = (self._of_period(period, at) for at in (self.then, self.now))
            label = period.label(small.settings(self.dataset).locale)
            yield self._block(label, OF_PERIOD, then_of, now_of)

    def _block(self, called: str, names: Sequence[str], then: Rows, now: Rows) -> Block:
        shown = [n for n in names if n in then and then[n].status is not Status.LOCKED]
        figures = [self._figure(n, then[n], now.get(n)) for n in shown if _any(then[n], now.get(n))]
        return Block(called, tuple(figures))

    def _figure(self, name: str, then: Row, now: Row | None) -> Figure:
        return Figure(METRICS[name].label, then, "" if now is None else self._said(then, now))

    def _said(self, then: Row, now: Row) -> str:
        """'now the same', 'now 72 % · 79 of 110 · 95 %: 63 – 80 %'."""
        if (then.value, then.numerator, then.denominator) == (now.value, now.numerator, now.denominator):
            return "now the same"
        if now.value is None:
            return f"now {'no number' if now.status is None else now.status.word.lower()}"
        parts = [f"now {short(now.value, now.unit, self.formats)}"]
        if now.unit == "percent" and now.numerator is not None and now.denominator is not None:
            parts.append(f"{self.formats.number(now.numerator)} of {self.formats.number(now.denominator)}")
        if now.low is not None and now.high is not None:
            low, high = (self.formats.value(end, now.unit) for end in (now.low, now.high))
            parts.append(f"{self.formats.sure}: {low} – {high}")
        return " · ".join(parts)

    def _of_period(self, period: Period, at: AsOf) -> Mapping[str, Row]:
        rows = report.report(self.dataset, period, at, metrics=OF_PERIOD)
        return {row.metric: row for row in rows if row.scope == "all"}

    def _periods(self) -> list[Period]:
        """The periods it names, as far as they can be read."""
        start = small.settings(self.dataset).fiscal_year_start
        return [found for text in self.review.periods if (found := _read(text, start)) is not None]

    def notes(self) -> Iterator[str]:
        """What of the numbers can't be shown, and why."""
        review = self.review
        if self.then is None:
            yield "It says neither when it was held nor as of when its numbers stood, so they can’t be shown."
            return
        if review.stood is not None and review.stood > self.now.day:
            yield f"Its numbers are of {self.formats.date(review.stood)}, later than the day looked at."
        known = {str(row["campaign_id"]) for row in small.rows(self.dataset, "campaigns")}
        for one in review.campaign_ids:
            if one not in known:
                yield f"There is no campaign {one}: correct campaign_id in reviews, or add it to campaigns."
        start = small.settings(self.dataset).fiscal_year_start
        for text in review.periods:
            if _read(text, start) is None:
                yield f"{words.brief(text)} isn’t a period: write {periods.FORMS} in reviews."
        if len(review.campaign_ids or review.periods) > _BLOCKS:
            yield f"Shown are the numbers of the first {_BLOCKS}."
        if not review.campaign_ids and not review.periods:
            yield "It names neither a campaign nor a period, so no numbers go with it."

    # --- goals that may have been too low -----------------------------------------------------------------

    def low_goals(self) -> Iterator[Sentence]:
        """Goals (and a period's team quotas) beaten by far as the numbers stood."""
        if self.then is None:
            return
        for standing in self._goals(self.then):
            goal = standing.goal
            if beaten_by_far(standing):
                link = Said(goal.name, page="goals", ask=(("goal", goal.goal_id),))
                said = self._reached(standing.actual.value, goal.target, goal.unit)
                yield sentence(link, f" had reached {said}.")
        for a in () if self.review.campaign_ids else self._quotas(self.then):
            if a.value is not None and a.value >= FAR and METRICS[a.quota.metric].better == "up":
                team = f"{a.quota.department.capitalize()}{'’' if a.quota.department == 'sales' else '’s'}"
                called = words.inner(METRICS[a.quota.metric].label)
                name = Said(
                    f"{team} quota of {called}", page="quotas", ask=(("period", a.quota.period.text),)
                )
                yield sentence(name, f" had reached {self._reached(a.actual, a.quota.target, a.unit)}.")

    def _reached(self, actual: float | None, target: float, unit: str) -> str:
        """'131 % of what was wanted (262 of 200)'."""
        share = "" if actual is None else f"{self.formats.percent(actual / target, 0)} of "
        now, wanted = (short(amount, unit, self.formats) for amount in (actual, target))
        return f"{share}what was wanted ({now} of {wanted})"

    def _goals(self, then: AsOf) -> list[Standing]:
        """Of campaigns the goals that they name; of periods those that lie within."""
        known = goals.goals(self.dataset)
        if self.review.campaign_ids:
            rows = [
                row
                for row in small.rows(self.dataset, "campaigns")
                if str(row["campaign_id"]) in self.review.campaign_ids
            ]
            ids = {row[f"{team}_goal_id"] for row in rows for team in TEAMS}
            wanted = [goal for goal in known if goal.goal_id in ids]
        else:
            spans = self._periods()
            wanted = [g for g in known if any(s.contains(g.start) and s.contains(g.due) for s in spans)]
        reader = goals.Reader(self.dataset, then) if wanted else None
        return [] if reader is None else [reader.standing(goal) for goal in wanted]

    def _quotas(self, then: AsOf) -> Iterable[quotas.Attainment]:
        """The team quotas within the review's periods."""
        for span in self._periods():
            for found in quotas.attainments(self.dataset, span, then):
                own = found.quota.period
                if found.quota.person_id is None and span.contains(own.start) and span.contains(own.last_day):
                    yield found


def _any(then: Row, now: Row | None) -> bool:
    """Whether there was or is a number."""
    return then.value is not None or (now is not None and now.value is not None)


def _read(text: str, fiscal_year_start: int) -> Period | None:
    try:
        return periods.parse(text, fiscal_year_start)
    except ValueError:
        return None


def beaten_by_far(standing: Standing) -> bool:
    """Whether an actual lies a fifth or more beyond what was wanted of it.

    Goals to stay on a side of something can't be; of a rate its whole interval lies beyond its target.
    """
    goal, actual = standing.goal, standing.actual
    if goal.stays or goal.lower_is_better or actual.value is None or goal.target <= 0:
        return False
    sure = goal.kind != "rate" or actual.low is None or actual.low > goal.target
    return sure and actual.value >= FAR * goal.target
