"""What the Quotas page says: how both teams and everyone in them stand, what is needed a day, and the gap."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Final

from scorecard import quotas, small, words
from scorecard.clock import AsOf
from scorecard.contract import TEAMS
from scorecard.dataset import Dataset
from scorecard.formats import Formats
from scorecard.periods import Period
from scorecard.quotas import Attainment, Gap, Quota
from scorecard.rows import Row
from scorecard.settings import Settings
from scorecard.status import Status
from scorecard.words import Said, Sentence, linked, sentence, shown

PAST: Final = 8  # finished and running quotas that a history shows
SIDE_BY_SIDE: Final = "quotas#teams"  # where on the page the evidence of a figure stands
_BEHIND: Final = 3  # people a sentence names
_SAME_LENGTH: Final = 0.12  # months and quarters differ by so much of their length
_EVEN: Final = 0.0005  # a gap that is shown as 0 points
_WANTED: Final = (Status.ON_TRACK, Status.AT_RISK, Status.OFF_TRACK, Status.ACHIEVED, Status.MISSED)
_SPOKEN: Final = {Status.ACHIEVED: "at the quota", Status.MISSED: "short of it"}  # of people
_A_ROW: Final = (
    "a row a team (person_id blank) or person, with department, metric, target, period_start and period_end. "
    "Then both teams and everybody in them stand side by side here."
)
Strong = partial(Said, strong=True)


@dataclass(frozen=True)
class Line:
    """A quota: whose (a person's name, or the team), what of, when; its row, and what is left to do."""

    who: str
    department: str
    metric: str
    start: date
    end: date
    when: str
    row: Row
    unit: str
    required_per_day: float | None
    days_left: int | None
    person_id: str | None = None

    @property
    def name(self) -> str:
        """'Revenue, sales'."""
        return f"{words.metric(self.metric)}, {self.department}"

    @property
    def kind(self) -> tuple[str, str, int]:
        """Department, metric and how many days: what its history is of."""
        return self.department, self.metric, (self.end - self.start).days + 1

    @property
    def set(self) -> str:
        """What the quotas of a team have in common that are about the same thing at the same time."""
        return f"{self.metric},{self.row.period}"


@dataclass(frozen=True)
class Pair:
    """Team quotas that stand on one line, under one name; `says` is what stands beside it."""

    name: str
    lines: tuple[Line, ...]
    says: str = ""


@dataclass(frozen=True)
class People:
    """The quotas of a team's people about one thing at one time, the furthest behind first; who has none."""

    key: str
    title: str
    lines: tuple[Line, ...]
    without: tuple[str, ...]


@dataclass(frozen=True)
class Quotas:
    """All quotas that touch a period; `nothing` is a title and what to do where there are none."""

    verdict: tuple[Sentence, ...]
    because: tuple[Sentence, ...]
    first: tuple[Line, ...]
    pairs: tuple[Pair, ...]
    people: dict[str, tuple[People, ...]]
    lines: tuple[Line, ...]
    gap: str
    nothing: tuple[str, str] | None = None


def quotas_of(dataset: Dataset, period: Period, as_of: AsOf) -> Quotas:
    """Every quota that overlaps the period, whole, as it stands at as_of."""
    if "quotas" not in dataset.relations:
        todo = f"Add a table quotas: {_A_ROW}"
        return _none("There are no quotas yet", todo)
    found = quotas.attainments(dataset, period, as_of)
    if not found:
        return _nothing_here(dataset, period)
    return _Board(dataset, period, as_of, found).quotas()


def _none(title: str, todo: str) -> Quotas:
    return Quotas((), (), (), (), {}, (), "", (title, todo))


def _nothing_here(dataset: Dataset, period: Period) -> Quotas:
    settings = small.settings(dataset)
    label = period.label(settings.locale)
    spans = sorted({(q.start, q.end) for q in quotas.quotas(dataset)})
    if not spans:
        todo = f"Fill the table quotas: {_A_ROW}"
        return _none("There are no quotas yet", todo)
    first, last = spans[0][0], max(end for _, end in spans)
    written = " to ".join(Formats.of(settings).date(day) for day in (first, last))
    return _none(
        f"No quota touches {label}", f"The quotas there are lie between {written}: choose a period there."
    )


class _Board:
    """The quotas of a period, in the page's order."""

    def __init__(self, dataset: Dataset, period: Period, as_of: AsOf, found: Sequence[Attainment]) -> None:
        self.dataset, self.period, self.as_of = dataset, period, as_of
        self.settings = small.settings(dataset)
        self.formats = Formats.of(self.settings)
        team = [a for a in found if a.quota.person_id is None]
        self.gap = quotas.alignment_gap(dataset, period, as_of, team)
        self.lines = sorted((_line(dataset, a, as_of, self.settings) for a in found), key=self._order)
        self.teams = [line for line in self.lines if line.person_id is None]
        self.first = self._first()

    def quotas(self) -> Quotas:
        return Quotas(
            verdict=tuple(self._verdict()),
            because=tuple(self._because()),
            first=tuple(self.first),
            pairs=tuple(self._pairs()),
            people={team: tuple(self._people(team)) for team in TEAMS},
            lines=tuple(self.lines),
            gap=self._gap_title(),
        )

    def _order(self, line: Line) -> tuple[object, ...]:
        """The period's own quotas first, then by time; gap metrics before others, teams before people."""
        other = not _is_of(line, self.period), line.metric not in (self.gap.metrics or ())
        value = -1.0 if line.row.value is None else line.row.value
        team = line.department, line.metric, line.person_id is not None
        return other[0], line.start, line.end, other[1], *team, -value, line.who

    def _first(self) -> list[Line]:
        """Of each team and metric the quota that runs, else the one that ended last, else the next."""
        chosen: dict[tuple[str, str], Line] = {}
        for line in self.teams:
            key = (line.department, line.metric)
            if key not in chosen or (_begun(line, self.as_of) and not _is_of(chosen[key], self.period)):
                chosen[key] = line
        return sorted(chosen.values(), key=lambda x: (x.metric not in (self.gap.metrics or ()), x.department))

    # --- both teams on one axis

    def _pairs(self) -> Iterator[Pair]:
        """The two gap metrics of a time on one line, all other team quotas on lines of their own."""
        times: dict[str, list[Line]] = {}
        for line in self.teams:
            times.setdefault(line.when, []).append(line)
        for when, lines in times.items():
            pair = self._paired(lines)
            if pair:
                yield Pair(when, tuple(pair), "  ·  ".join((*map(self._share, pair), *self._pace(pair))))
            for line in lines:
                if line not in pair:
                    yield Pair(
                        f"{when}: {words.inner(words.metric(line.metric))}, {line.department}", (line,)
                    )

    def _pace(self, pair: Sequence[Line]) -> Iterator[str]:
        """The pace that both are wanted to keep, if it is one."""
        paces = {line.row.expected for line in pair if line.row.value is not None}
        if len(paces) == 1 and (pace := paces.pop()) is not None:
            yield f"pace {self.formats.percent(pace, 0)}"

    def _share(self, line: Line) -> str:
        """'MQLs 61 %', or in a word why there is no share."""
        metric, row = words.inner(words.metric(line.metric)), line.row
        word = "" if row.status is None else row.status.word.lower()
        return f"{metric} {word if row.value is None else self.formats.percent(row.value, 0)}"

    def _paired(self, lines: list[Line]) -> list[Line]:
        """Marketing's and sales' line that belong together: the gap metrics, or the only one each has."""
        chosen = dict(zip(TEAMS, self.gap.metrics or (), strict=False))
        found = []
        for team in TEAMS:
            own = [line for line in lines if line.department == team]
            agreed = [line for line in own if line.metric == chosen.get(team)]
            found += agreed or (own if len(own) == 1 else [])
        return found if len(found) == len(TEAMS) else []

    # --- people

    def _people(self, team: str) -> Iterator[People]:
        sets: dict[str, list[Line]] = {}
        for line in self.lines:
            if line.department == team and line.person_id is not None:
                sets.setdefault(line.set, []).append(line)
        running = sorted(sets.items(), key=lambda item: self._set_order(item[1][0]))
        for key, lines in running:
            title = f"{words.metric(lines[0].metric)}, {lines[0].when}"
            shown = tuple(sorted(lines, key=_furthest_first))
            yield People(key, title, shown, tuple(self._without(team, lines)))

    def _set_order(self, line: Line) -> tuple[object, ...]:
        """What runs now before what is over before what is to come."""
        day = self.as_of.day
        runs = line.start <= day <= line.end
        return not _is_of(line, self.period), not runs, day < line.start, line.start, line.metric

    def _without(self, team: str, lines: list[Line]) -> list[str]:
        known = {line.person_id for line in lines}
        rows = small.rows(self.dataset, "people")
        return [
            str(r["name"] or r["person_id"])
            for r in rows
            if r["department"] == team and r["person_id"] not in known
        ]

    # --- sentences

    def _verdict(self) -> Iterator[Sentence]:
        gap, f = self.gap, self.formats
        if gap.value is None or gap.metrics is None:
            yield sentence(*self._apart())
            yield sentence(self._no_gap())
            return
        shares = zip(TEAMS, gap.metrics, (gap.marketing, gap.sales), strict=True)
        told = [
            (linked(f.percent(share), f"quotas#{t}"), f" of its quota of {words.inner(words.metric(m))}")
            for t, m, share in shares
        ]
        (share, metric), (share2, metric2) = told
        yield sentence(
            "Marketing has reached ", share, metric, " and sales ", share2, metric2, *self._passed(),
            ": ", *self._ahead(gap), ".",
        )  # fmt: skip

    def _ahead(self, gap: Gap) -> Sentence:
        value = gap.value or 0.0
        if abs(value) < _EVEN:
            return sentence("both are level")
        team = "marketing" if value > 0 else "sales"
        points = linked(self.formats.apart(value), SIDE_BY_SIDE)
        return sentence(f"{team} is ", points, " ahead")

    def _passed(self) -> Sentence:
        start, end = self.period.bounds(self.settings.zone)
        if not start < self.as_of.instant < end:
            return ()
        share = shown(self.formats.percent((self.as_of.instant - start) / (end - start), 0), SIDE_BY_SIDE)
        return sentence(", with ", share, f" of {self.period.label(self.settings.locale)} gone")

    def _apart(self) -> Iterator[str | Said]:
        """The first quota of each team by itself, where they can't be set side by side."""
        known = [line for line in self.first if line.row.value is not None]
        told = [own[0] for team in TEAMS if (own := [line for line in known if line.department == team])]
        if not told:
            yield "No team has reached anything of its quota yet. "
        for line in told:
            metric = words.inner(words.metric(line.metric))
            yield f"{line.department.capitalize()} has reached "
            yield linked(self.formats.percent(line.row.value), f"quotas#{line.department}")
            yield f" of its quota of {metric} for {line.when}. "

    def _no_gap(self) -> str:
        """Why the teams can't be set side by side."""
        gap, reason = self.gap, self.gap.reason or ""
        if gap.status is Status.LOCKED and "gap_metrics" in reason:
            return (
                "To set the teams side by side, name a metric of each in the setting gap_metrics "
                "(marketing's first: mqls,revenue)."
            )
        if gap.status is Status.LOCKED:
            return (
                "The teams can't be set side by side: a table or column is missing; the Data page lists it."
            )
        if gap.status is Status.NOT_DUE:
            return "The quotas haven't begun."
        if gap.status is Status.NOT_APPLICABLE:
            return "The teams can't be set side by side: a target is 0."
        return f"The teams can't be set side by side: {self._reason(reason)}."

    def _reason(self, reason: str) -> str:
        """The engine's reason with names instead of identifiers."""
        text = reason.removeprefix("reason=")
        for metric in self.gap.metrics or ():
            text = text.replace(f"no {metric} ", f"no {words.inner(words.metric(metric))} ")
        return text.replace(self.period.text, self.period.label(self.settings.locale))

    def _gap_title(self) -> str:
        gap = self.gap
        if gap.value is None or gap.metrics is None:
            return ""
        both = " and ".join(words.inner(words.metric(m)) for m in gap.metrics)
        return f"The gap is measured between {both}: {words.plain(self._ahead(gap))}."

    def _because(self) -> Iterator[Sentence]:
        """Where the people of each team stand, and what is needed a day from now on."""
        for team in TEAMS:
            people = next(iter(self._people(team)), None)
            if people is not None:
                yield from self._standing(team, people)
        asked = [line for line in self.first if line.metric in (self.gap.metrics or ()) and _needs(line)]
        for left in dict.fromkeys(line.days_left for line in asked):
            alike = [line for line in asked if line.days_left == left]
            days = "the day" if left == 1 else f"the {left} days"
            needs = words.joined(self._needed(line) for line in alike)
            yield sentence("For ", shown(days, SIDE_BY_SIDE), " left, ", *needs, *self._so_far(alike), ".")

    def _needed(self, line: Line) -> Sentence:
        """'sales needs €47.4K of revenue a day'."""
        of = f"{' of' if line.unit == 'currency' else ''} {words.inner(words.metric(line.metric))}"
        a_day = words.a_day(line.required_per_day, line.unit, self.formats)
        return sentence(f"{line.department} needs ", linked(f"{a_day}{of}", SIDE_BY_SIDE), " a day")

    def _so_far(self, lines: Sequence[Line]) -> Sentence:
        """'; so far it was 20.7 and €55.4K', where all of that is known."""
        came = []
        for line in lines:
            gone = (line.end - line.start).days + 1 - (line.days_left or 0)
            if line.row.numerator is None or gone <= 0:
                return ()
            text = words.a_day(line.row.numerator / gone, line.unit, self.formats)
            came.append(shown(text, SIDE_BY_SIDE))
        return sentence("; so far it was ", *words.joined(came))

    def _standing(self, team: str, people: People) -> Iterator[Sentence]:
        """How many of a team are where, and who is furthest behind the pace."""
        counts = Counter(line.row.status for line in people.lines)
        told = {_SPOKEN.get(s, s.word.lower()): counts[s] for s in _WANTED if counts[s]}
        if not told:
            return
        first, n, there = people.lines[0], len(people.lines), f"quotas#{team}"
        if n > sum(told.values()):
            told["not to be judged yet"] = n - sum(told.values())
        quota = f" in {team} with a quota of {words.inner(words.metric(first.metric))} for {first.when}"
        if len(told) == 1:
            every = "The one person" if n == 1 else f"All {n} people"
            yield sentence(linked(every, there), f"{quota} {'is' if n == 1 else 'are'} {next(iter(told))}.")
            return
        are = "is" if next(iter(told.values())) == 1 else "are"
        parts = [f"{m} {'' if place else f'{are} '}{word}" for place, (word, m) in enumerate(told.items())]
        states = words.joined(linked(part, there) for part in parts)
        of = shown(words.counted(n, "person", "people"), there)
        yield sentence("Of the ", of, f"{quota}, ", *states, *self._furthest(people, there), ".")

    def _furthest(self, people: People, there: str) -> Sentence:
        """'; Marco Bianchi (46%) and Tomáš Horák (49%) are furthest behind'."""
        late = (Status.OFF_TRACK, Status.MISSED)
        behind = [x for x in people.lines if x.row.status in late and x.row.value is not None][:_BEHIND]
        names = [linked(f"{x.who} ({self.formats.percent(x.row.value, 0)})", there) for x in behind]
        are = "is" if len(behind) == 1 else "are"
        return sentence("; ", *words.joined(names), f" {are} furthest behind") if behind else ()


def needed(line: Line, formats: Formats) -> str:
    """'needs 11.4 a day for 40 days'; blank where nothing is left to do or no day to do it on."""
    if not line.required_per_day or not line.days_left:
        return ""
    wanted = words.a_day(line.required_per_day, line.unit, formats)
    return f"needs {wanted} a day for {words.counted(line.days_left, 'day')}"


def _needs(line: Line) -> bool:
    """Whether something is left to do, and days to do it."""
    return bool(line.required_per_day and line.days_left)


def _furthest_first(line: Line) -> tuple[bool, float, str]:
    """Who needs help stands first; whose share isn't known, last."""
    value = line.row.value
    return value is None, value or 0.0, line.who


def _line(dataset: Dataset, a: Attainment, as_of: AsOf, settings: Settings) -> Line:
    quota = a.quota
    who = "the team" if quota.person_id is None else words.person(dataset, quota.person_id)
    when = words.days(quota.start, quota.end, settings)
    row = quotas.row_of(a, as_of)
    return Line(
        who, quota.department, quota.metric, quota.start, quota.end, when, row, a.unit,
        a.required_per_day, a.days_left, quota.person_id,
    )  # fmt: skip


def _begun(line: Line, as_of: AsOf) -> bool:
    return line.start <= as_of.day


def _is_of(line: Line, period: Period) -> bool:
    return (line.start, line.end) == (period.start, period.last_day)


# --- how it went before -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Past:
    """A team's attainments of one metric, quota after quota, the oldest first."""

    name: str
    department: str
    lines: tuple[Line, ...]
    running: tuple[bool, ...]


def history(
    dataset: Dataset, shown: tuple[tuple[str, str, int], ...], period: Period, as_of: AsOf
) -> tuple[Past, ...]:
    """Team quotas up to the period's; `shown` says which: department, metric, and days of each."""
    begun = [q for q in quotas.quotas(dataset) if q.person_id is None and q.start <= as_of.day]
    found = (_past(dataset, one, begun, period, as_of) for one in shown)
    return tuple(past for past in found if past is not None)


def _past(
    dataset: Dataset, shown: tuple[str, str, int], begun: list[Quota], period: Period, as_of: AsOf
) -> Past | None:
    department, metric, days = shown
    own = [q for q in begun if (q.department, q.metric) == (department, metric)]
    alike = [q for q in own if abs((q.end - q.start).days + 1 - days) <= _SAME_LENGTH * days]
    chosen = sorted((q for q in alike if q.start <= period.last_day), key=lambda q: q.start)[-PAST:]
    if len(chosen) < 2:  # noqa: PLR2004 - one alone is no history
        return None
    settings = small.settings(dataset)
    found = quotas.attainments_of(dataset, as_of, chosen)
    lines = tuple(_line(dataset, a, as_of, settings) for a in found)
    return Past(lines[0].name, department, lines, tuple(q.end >= as_of.day for q in chosen))
