"""Where the calendar clashes: rules over promotions, absences, days off, content and sign-offs.

A promotion is a campaign, or a calendar entry of kind promotion or campaign, neither an idea nor dropped.
What belongs to one campaign is one promotion under several names. What runs longer than a quarter is always
on: it can't be moved out of anything's way, so it clashes only with a promotion that isn't.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from fractions import Fraction
from typing import Final

from scorecard import calendar_entries, campaigns, small
from scorecard.calendar_entries import SETTLED, Entry, days, days_off, is_working
from scorecard.campaigns import Campaign
from scorecard.clock import AsOf
from scorecard.contract import TEAMS
from scorecard.dataset import Dataset
from scorecard.settings import Settings
from scorecard.status import Tone

SHORT_HANDED: Final = Fraction(1, 3)  # of the people in sales away
SOON: Final = timedelta(days=14)  # a campaign that starts within these needs its content planned
ALWAYS_ON: Final = 92  # days; what runs longer can't be moved out of a holiday's way


class Rule(StrEnum):
    """The kinds of clashes, the gravest first."""

    UNSIGNED = "live without sign-off"
    SHORT_HANDED = "sales short-handed"
    CHANGED = "changed since signed"
    AUDIENCE = "one audience, two promotions"
    NO_CONTENT = "no content"
    DAY_OFF = "on a day off"
    TWO_DATES = "two dates"


@dataclass(frozen=True, slots=True)
class Look:
    """How a rule is shown, and what it says."""

    icon: str
    tone: Tone
    says: str


LOOKS: Final[Mapping[Rule, Look]] = {
    Rule.UNSIGNED: Look("✕", "bad", "A campaign is live, and a team's sign-off is missing."),
    Rule.SHORT_HANDED: Look(
        "▼", "bad",
        "A promotion runs on a working day on which a third or more of the people in sales are away, by the "
        f"absences in calendar. What runs longer than {ALWAYS_ON} days is always on and doesn't count.",
    ),
    Rule.CHANGED: Look("▲", "warn", "A campaign is live on other terms than those that a team signed."),
    Rule.AUDIENCE: Look(
        "⚖", "warn",
        "Two or more promotions run on one day for the same audience (campaigns.audience), at least one of "
        f"them for {ALWAYS_ON} days or less.",
    ),
    Rule.NO_CONTENT: Look(
        "○", "warn",
        f"A campaign is live or starts within {SOON.days} days, and no content entry names it. Ideas and "
        "dropped entries are no content.",
    ),
    Rule.DAY_OFF: Look(
        "◇", "warn",
        "A promotion runs on a weekday that is a public holiday or a day off of sales. What runs longer than "
        f"{ALWAYS_ON} days is always on and doesn't count.",
    ),
    Rule.TWO_DATES: Look("≠", "warn", "A calendar entry of kind campaign has other days than its campaign."),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Promotion:
    """An entry that wants something of customers; `identity` is its campaign's where it has one."""

    identity: str
    entry: Entry

    @property
    def always_on(self) -> bool:
        """Whether it runs longer than a quarter or without end."""
        last = self.entry.last
        return last is None or (last - self.entry.first).days + 1 > ALWAYS_ON


@dataclass(frozen=True, slots=True)
class Clash:
    """What clashes from its first to its last day, both included (None: open).

    `about` are the entries it is about, one for each promotion, the latest begun first; `detail` what else
    there is to say: who is away, the days off by name, the audience, the teams whose key is open. `away` is
    how many of the `sales` people are away at most.
    """

    rule: Rule
    first: date
    last: date | None
    about: tuple[Entry, ...]
    detail: tuple[str, ...] = ()
    away: int = 0
    sales: int = 0


def promotions(every: Iterable[Entry]) -> tuple[Promotion, ...]:
    """What counts as a promotion, by first day."""
    return tuple(
        Promotion(f"campaign {e.campaign_id}" if e.campaign_id is not None else e.key, e)
        for e in every
        if e.stage in SETTLED and (e.kind in ("promotion", "campaign") or e.is_campaign)
    )


def clashes(dataset: Dataset, as_of: AsOf, first: date, last: date) -> tuple[Clash, ...]:
    """Every clash of the days from first to last, the gravest rule first, then by day.

    What is missing (a sign-off, content) is missing now: it is told when as_of's day is among those days.
    """
    return _Finder(dataset, as_of, first, last).found()


class _Finder:
    def __init__(self, dataset: Dataset, as_of: AsOf, first: date, last: date) -> None:
        self.dataset, self.as_of, self.first, self.last = dataset, as_of, first, last
        self.settings: Settings = small.settings(dataset)
        self.entries = calendar_entries.entries(dataset, as_of)
        self.promotions = [p for p in promotions(self.entries) if p.entry.touches(first, last)]
        self.short = [p for p in self.promotions if not p.always_on]
        self.off = days_off(self.settings, self.entries, first, last, team="sales")

    def found(self) -> tuple[Clash, ...]:
        rules = (self._short_handed, self._audiences, self._on_days_off, self._two_dates)
        found = [clash for rule in rules for clash in rule()]
        if self.first <= self.as_of.day <= self.last:
            found += [*self._unsigned(), *self._without_content()]
        order = list(Rule)
        return tuple(sorted(found, key=lambda c: (order.index(c.rule), c.first, [e.key for e in c.about])))

    # of days

    def _short_handed(self) -> Iterator[Clash]:
        sales = calendar_entries.names_of(self.dataset, "sales")
        away = short_handed(self.dataset, self.entries, self.first, self.last)
        worked = [day for day in self._worked() if day not in self.off]
        for some, about in self._stretches(set(away), worked, self.short):
            who = sorted({person for day in some for person in away[day]}, key=lambda one: sales[one])
            most = max(len(away[day]) for day in some)
            names = tuple(sales[one] for one in who)
            yield Clash(Rule.SHORT_HANDED, some[0], some[-1], about, names, most, len(sales))

    def _on_days_off(self) -> Iterator[Clash]:
        off = {day for day in self._worked() if day in self.off}
        for some, about in self._stretches(off, self._worked(), self.short):
            names = dict.fromkeys(self.off[day] for day in some)
            yield Clash(Rule.DAY_OFF, some[0], some[-1], about, tuple(names))

    def _audiences(self) -> Iterator[Clash]:
        every = list(days(self.first, self.last))
        for audience in sorted({p.entry.audience for p in self.promotions} - {""}):
            own = [p for p in self.promotions if p.entry.audience == audience]
            both = {day for day in every if _are_several([p for p in own if p.entry.covers(day)])}
            for some, about in self._stretches(both, every, own):
                yield Clash(Rule.AUDIENCE, some[0], some[-1], about, (audience,))

    def _worked(self) -> list[date]:
        """The weekdays that are worked, days off or not."""
        return [day for day in days(self.first, self.last) if is_working(self.settings, day)]

    @staticmethod
    def _stretches(
        wanted: set[date], among: Sequence[date], of: Sequence[Promotion]
    ) -> Iterator[tuple[list[date], tuple[Entry, ...]]]:
        """Wanted days on which a promotion runs, in unbroken stretches of those they are among."""
        hit = {day for day in wanted if any(p.entry.covers(day) for p in of)}
        for some in _unbroken(hit, among):
            about: dict[str, Entry] = {}
            for p in reversed(of):  # the latest begun is the easiest to move
                if any(p.entry.covers(day) for day in some):
                    about.setdefault(p.identity, p.entry)
            yield some, tuple(about.values())

    # of states

    def _unsigned(self) -> Iterator[Clash]:
        for one, entry in self._campaigns():
            if one.phase == "live" and (one.unsigned or one.reopened):
                rule = Rule.UNSIGNED if one.unsigned else Rule.CHANGED
                teams = tuple(team for team in TEAMS if team in (*one.unsigned, *one.reopened))
                yield Clash(rule, entry.first, entry.last, (entry,), teams)

    def _without_content(self) -> Iterator[Clash]:
        if "calendar" not in self.dataset.relations:
            return
        content = [e for e in self.entries if e.kind == "content"]
        known = {e.campaign_id for e in content if e.stage in SETTLED}
        for one, entry in self._campaigns():
            if one.campaign_id not in known and (one.phase == "live" or self._starts_soon(one)):
                ideas = [e for e in content if e.campaign_id == one.campaign_id and e.stage == "idea"]
                yield Clash(Rule.NO_CONTENT, entry.first, entry.last, (entry,), tuple(e.title for e in ideas))

    def _starts_soon(self, one: Campaign) -> bool:
        today = self.as_of.day
        return one.phase == "planned" and one.start is not None and today <= one.start <= today + SOON

    def _two_dates(self) -> Iterator[Clash]:
        own = {e.campaign_id: e for e in self.entries if e.entry_id is None and e.kind == "campaign"}
        for entry in self.entries:
            other = own.get(entry.campaign_id)
            if (
                other is None
                or entry.kind != "campaign"
                or entry.entry_id is None
                or entry.stage not in SETTLED
            ):
                continue
            if entry.touches(self.first, self.last) or other.touches(self.first, self.last):
                yield Clash(
                    Rule.TWO_DATES, min(entry.first, other.first), _later(entry, other), (entry, other)
                )

    def _campaigns(self) -> Iterator[tuple[Campaign, Entry]]:
        """Each campaign with the entry that stands for it."""
        standing = {e.campaign_id: e for e in self.entries if e.is_campaign}
        for one in campaigns.campaigns(self.dataset, self.as_of):
            if one.campaign_id in standing:
                yield one, standing[one.campaign_id]


def short_handed(
    dataset: Dataset, every: Sequence[Entry], first: date, last: date
) -> dict[date, frozenset[str]]:
    """The working days on which a third or more of the people in sales are away, and who is."""
    settings, sales = small.settings(dataset), calendar_entries.names_of(dataset, "sales")
    off = days_off(settings, every, first, last, team="sales")
    worked = (day for day in days(first, last) if is_working(settings, day) and day not in off)
    away = {day: away_on(every, sales, day) for day in worked} if sales else {}
    return {day: who for day, who in away.items() if Fraction(len(who), len(sales)) >= SHORT_HANDED}


def away_on(every: Iterable[Entry], sales: Mapping[str, str], day: date) -> frozenset[str]:
    """The people of sales whom an absence of that day names as owner or attendee."""
    absences = (e for e in every if e.kind == "absence" and e.stage in SETTLED and e.covers(day))
    return frozenset(person for e in absences for person in e.people if person in sales)


def _are_several(running: Sequence[Promotion]) -> bool:
    """Whether they are more than one promotion, not all of them always on."""
    return len({p.identity for p in running}) > 1 and not all(p.always_on for p in running)


def _later(a: Entry, b: Entry) -> date | None:
    """The later of their last days; None when one has none."""
    return None if a.last is None or b.last is None else max(a.last, b.last)


def _unbroken(wanted: set[date], among: Sequence[date]) -> Iterator[list[date]]:
    """The wanted days in stretches that no other day of `among` breaks."""
    some: list[date] = []
    for day in among:
        if day in wanted:
            some.append(day)
        elif some:
            yield some
            some = []
    if some:
        yield some
