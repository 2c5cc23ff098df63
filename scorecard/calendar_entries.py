"""What stands on the calendar: its entries, the campaigns, reviews that were held, and the days off.

A campaign and the entry that announces it on the same days are one thing and stand once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, Final, Literal, cast

from scorecard import campaigns, signoffs, small, words
from scorecard.campaigns import Campaign
from scorecard.clock import AsOf, holiday_names
from scorecard.dataset import Dataset
from scorecard.settings import Settings
from scorecard.signoffs import Phase
from scorecard.status import Mark

Stage = Literal["idea", "planned", "live", "done", "dropped"]
Row = Mapping[str, Any]

LOOKS: Final[Mapping[Stage, str]] = {"idea": "○", "planned": "◷", "live": "●", "done": "✓", "dropped": "✕"}
KINDS: Final = {  # one of them, several
    "promotion": ("promotion", "promotions"),
    "campaign": ("campaign", "campaigns"),
    "content": ("piece of content", "pieces of content"),
    "event": ("event", "events"),
    "exchange": ("exchange session", "exchange sessions"),
    "review": ("review", "reviews"),
    "": ("entry without a kind", "entries without a kind"),
    "holiday": ("day off", "days off"),
    "absence": ("absence", "absences"),
}
OFF: Final = frozenset(("holiday", "absence"))  # nothing happens, somebody is away
ANNOUNCING: Final = frozenset(("campaign", "promotion", "event"))  # kinds that may stand for a campaign
SETTLED: Final[frozenset[Stage]] = frozenset(("planned", "live", "done"))  # neither an idea nor dropped
_PHASES: Final[Mapping[Phase, Stage]] = {"planned": "planned", "live": "live", "ended": "done"}
_WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_A_DAY: Final = timedelta(days=1)
_LAST: Final = "calendar entries"  # those read last, and from when they were seen


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing on the calendar, from its first to its last day (None: open), both included.

    `people` are the ids of owner and attendees; `owner` and `attendees` their names. `campaign` is the
    campaign's name with its mark, `audience` its audience. Campaigns and held reviews that no entry announces
    have no `entry_id`; `is_campaign` is what stands for a campaign on its very days, itself or an entry.
    `sign` is the mark of what is or was live without both sign-offs.
    """

    key: str
    title: str
    kind: str
    first: date
    last: date | None
    stage: Stage
    channel: str = ""
    team: str = ""
    owner: str = ""
    attendees: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    entry_id: str | None = None
    review_id: str | None = None
    campaign_id: str | None = None
    campaign: str = ""
    is_campaign: bool = False
    audience: str = ""
    marks: tuple[Mark, ...] = ()
    sign: Mark | None = None
    goal_id: str | None = None
    goal: str = ""
    feedback_id: str | None = None
    requested_by: str | None = None

    @property
    def link(self) -> tuple[str, tuple[tuple[str, str], ...]] | None:
        """The page that tells more about it, and what to ask there."""
        if self.entry_id is not None:
            return "calendar", (("entry", self.entry_id),)
        if self.review_id is not None:
            return "reviews", (("review", self.review_id),)
        return None if self.campaign_id is None else ("campaigns", (("campaign", self.campaign_id),))

    def covers(self, day: date) -> bool:
        """Whether that day is one of its days."""
        return self.first <= day and (self.last is None or day <= self.last)

    def touches(self, first: date, last: date) -> bool:
        """Whether it shares a day with first..last, both included."""
        return self.first <= last and (self.last is None or self.last >= first)

    def is_late(self, as_of: AsOf) -> bool:
        """Whether it should have begun and still says that it is planned."""
        return self.stage == "planned" and self.first < as_of.day and self.entry_id is not None


def said(entry: Entry, *, marked: bool = True) -> words.Said:
    """Its title, leading to what there is to know of it, after the icon of a missing sign-off."""
    page, ask = entry.link or (None, ())
    title = words.brief(entry.title)
    return words.Said(f"{entry.sign.icon} {title}" if entry.sign and marked else title, page=page, ask=ask)


@dataclass(frozen=True, slots=True)
class Off:
    """A day on which everybody, or a team, is off."""

    day: date
    name: str
    public: bool


def names_of(dataset: Dataset, department: str) -> dict[str, str]:
    """Who belongs to a department: person_id to name."""
    rows = small.rows(dataset, "people")
    return {
        str(r["person_id"]): str(r["name"] or r["person_id"]) for r in rows if r["department"] == department
    }


# --- everything that stands on it -------------------------------------------------------------------------


def entries(dataset: Dataset, as_of: AsOf) -> tuple[Entry, ...]:
    """Everything, by first day; campaigns without a first day aren't on it."""
    known: tuple[str, tuple[Entry, ...]] = dataset.cache.get(_LAST, ("", ()))
    if known[0] != as_of.text:
        known = dataset.cache[_LAST] = as_of.text, _Reader(dataset, as_of).read()
    return known[1]


class _Reader:
    """Reads the tables once, with the names their ids stand for."""

    def __init__(self, dataset: Dataset, as_of: AsOf) -> None:
        self.dataset, self.as_of = dataset, as_of
        self.names = {
            str(r["person_id"]): str(r["name"] or r["person_id"]) for r in small.rows(dataset, "people")
        }
        self.ids = {name: person_id for person_id, name in self.names.items()}
        self.goals = {str(r["goal_id"]): str(r["name"] or r["goal_id"]) for r in small.rows(dataset, "goals")}
        self.campaigns = {c.campaign_id: c for c in campaigns.campaigns(dataset, as_of)}

    def read(self) -> tuple[Entry, ...]:
        planned = [self._entry(row) for row in small.rows(self.dataset, "calendar")]
        announced = {one.campaign_id for one in planned if one.is_campaign}
        own = [found for one in small.rows(self.dataset, "campaigns") if (found := self._campaign(one))]
        kept = [one for one in own if one.campaign_id not in announced]
        return tuple(sorted([*planned, *kept, *self._reviews(planned)], key=lambda e: (e.first, e.key)))

    def _entry(self, row: Row) -> Entry:
        first, last = row["start"], row["end"] or row["start"]
        people = self._people(row["owner"], row["attendees"])
        entry_id = str(row["entry_id"])
        found = Entry(
            key=entry_id,
            title=str(row["title"] or KINDS[row["kind"] or ""][0].capitalize()),
            kind=str(row["kind"] or ""),
            first=first,
            last=max(first, last),
            stage=cast("Stage", row["status"] or self._stage(first, max(first, last))),
            channel=words.group(self.dataset, "channel", row["channel"], self.as_of)
            if row["channel"]
            else "",
            team=str(row["department"] or ""),
            owner=self._name(row["owner"]),
            attendees=tuple(map(self._name, self._people(None, row["attendees"]))),
            people=people,
            entry_id=entry_id,
            goal_id=row["goal_id"],
            goal=self._goal(row["goal_id"]),
            feedback_id=row["feedback_id"],
            requested_by=row["requested_by"],
        )
        if row["campaign_id"] is None:
            return found
        found = self._of_campaign(found, str(row["campaign_id"]))
        return replace(found, is_campaign=self._announces(found))

    def _of_campaign(self, entry: Entry, campaign_id: str) -> Entry:
        """The entry with what its campaign adds; of an unknown campaign, the bare id."""
        one = self.campaigns.get(campaign_id)
        if one is None:
            return replace(entry, campaign_id=campaign_id, campaign=f"{campaign_id} (not in campaigns)")
        announces = entry.kind in ANNOUNCING
        return replace(
            entry,
            campaign_id=campaign_id,
            campaign=one.shown,
            channel=entry.channel or one.channel,
            audience=one.audience,
            marks=one.marks[1:] if announces else (),
            sign=_sign(one) if announces else None,
        )

    def _campaign(self, row: Row) -> Entry | None:
        one = self.campaigns[str(row["campaign_id"])]
        first = self._first(one)
        if first is None:
            return None
        people = self._people(row["marketing_owner"], row["sales_owner"])
        last = None if one.end is None else max(first, one.end)
        return Entry(
            key=f"campaign {one.campaign_id}", title=one.name, kind="campaign", first=first, last=last,
            stage=_PHASES[one.phase], channel=one.channel, team="shared", people=people,
            owner=self._name(row["marketing_owner"]), attendees=tuple(map(self._name, people)),
            campaign_id=one.campaign_id, campaign=one.shown, is_campaign=True, audience=one.audience,
            marks=one.marks[1:], sign=_sign(one),
        )  # fmt: skip

    def _first(self, one: Campaign) -> date | None:
        """Its first day; without one, the day it began by its launch."""
        if one.start is not None or one.age is None:
            return one.start
        return self.as_of.day - timedelta(days=one.age)

    def _announces(self, entry: Entry) -> bool:
        """Whether the entry stands for its campaign: the same days, neither an idea nor dropped."""
        one = self.campaigns.get(str(entry.campaign_id))
        if one is None or entry.kind not in ANNOUNCING or entry.stage not in SETTLED:
            return False
        first = self._first(one)
        last = None if one.end is None or first is None else max(first, one.end)
        return (entry.first, entry.last) == (first, last)

    def _reviews(self, planned: Iterable[Entry]) -> Iterator[Entry]:
        """Reviews that were held and that no entry announced for that day."""
        announced = {e.first for e in planned if e.kind == "review" and e.stage != "dropped"}
        told: set[str] = set()
        for row in small.rows(self.dataset, "reviews"):
            at, review_id = row["held_at"], str(row["review_id"])
            if at is None or at >= self.as_of.until or review_id in told:
                continue
            day = small.settings(self.dataset).zone.from_epoch(at).date()
            told.add(review_id)
            if day not in announced:
                yield self._review(row, review_id, day)

    def _review(self, row: Row, review_id: str, day: date) -> Entry:
        campaign_id = None if row["campaign_id"] is None else str(row["campaign_id"])
        about = self.campaigns[campaign_id].shown if campaign_id in self.campaigns else campaign_id
        people = self._people(None, row["attendees"])
        return Entry(
            key=f"review {review_id}", title=f"Review: {about or row['period'] or review_id}", kind="review",
            first=day, last=day, stage="done", team="shared", attendees=tuple(map(self._name, people)),
            people=people, review_id=review_id, campaign_id=campaign_id, campaign=about or "",
        )  # fmt: skip

    def _stage(self, first: date, last: date) -> Stage:
        """What a blank status means: how the days stand to that of as_of."""
        if first > self.as_of.day:
            return "planned"
        return "live" if last >= self.as_of.day else "done"

    def _people(self, owner: object, others: object) -> tuple[str, ...]:
        """The ids of those named, each once; a name that somebody in people bears is as good as the id."""
        named = [str(owner or ""), *str(others or "").split(",")]
        return tuple(dict.fromkeys(self.ids.get(one, one) for name in named if (one := name.strip())))

    def _goal(self, goal_id: object) -> str:
        return "" if goal_id is None else self.goals.get(str(goal_id), f"{goal_id} (not in goals)")

    def _name(self, person_id: object) -> str:
        return "" if person_id is None else self.names.get(str(person_id), str(person_id))


def _sign(one: Campaign) -> Mark | None:
    return signoffs.mark_of(one.keys or (), one.phase)


def reversed_days(dataset: Dataset) -> tuple[str, ...]:
    """Entries and campaigns that end before they start, with what to do; they stand on their first day."""
    named = (("calendar", "entry_id", "title"), ("campaigns", "campaign_id", "name"))
    return tuple(
        f"{row[name] or row[key]} ends on {row['end']}, before it starts on {row['start']}, so it stands "
        f"on its first day only: correct start or end of {row[key]} in {table}."
        for table, key, name in named
        for row in small.rows(dataset, table)
        if row["start"] and row["end"] and row["end"] < row["start"]
    )


# --- days off ---------------------------------------------------------------------------------------------


def public_holidays(settings: Settings, first: date, last: date) -> tuple[Off, ...]:
    """Public holidays from first to last; none without the setting holidays."""
    if settings.holidays is None:
        return ()
    named = (holiday_names(settings.holidays, year) for year in range(first.year, last.year + 1))
    found = sorted((day, name) for names in named for day, name in names.items() if first <= day <= last)
    return tuple(Off(day, name, public=True) for day, name in found)


def days_off(
    settings: Settings, every: Iterable[Entry], first: date, last: date, *, team: str | None = None
) -> dict[date, str]:
    """The days off from first to last with their names: public holidays, and entries of kind holiday.

    With a `team`, only entries that are for everyone or for that team. Ideas and dropped ones don't count.
    """
    found = {off.day: [off.name] for off in public_holidays(settings, first, last)}
    for one in every:
        if (
            one.kind == "holiday"
            and one.stage in SETTLED
            and (team is None or one.team in ("", "shared", team))
        ):
            for day in days(max(first, one.first), min(last, one.last or last)):
                found.setdefault(day, []).append(one.title)
    return {day: ", ".join(dict.fromkeys(names)) for day, names in sorted(found.items())}


def is_working(settings: Settings, day: date) -> bool:
    """Whether that weekday is worked, holidays aside."""
    return _WEEKDAYS[day.weekday()] in settings.work_days


def days(first: date, last: date) -> Iterator[date]:
    """Every day from first to last, both included."""
    for n in range((last - first).days + 1):
        yield first + n * _A_DAY
