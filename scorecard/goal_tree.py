"""Shared goals as they are told: the tree of lines, and all there is to know about one of them.

Values are those of the report (`scorecard.goals`); here they get names, sentences and a place in the tree.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, Final

from scorecard import goals, small, words
from scorecard.clock import AsOf, date_of
from scorecard.dataset import Dataset
from scorecard.formats import Formats
from scorecard.goals import Forecast, Goal, Reader, Standing
from scorecard.periods import Period
from scorecard.rows import Row
from scorecard.settings import Settings
from scorecard.status import Status
from scorecard.words import Said, Sentence, sentence, short

GOOD: Final = (Status.ACHIEVED, Status.ON_TRACK)
TROUBLE: Final = (Status.OFF_TRACK, Status.MISSED, Status.AT_RISK)
_BEST_FIRST: Final = (
    *GOOD, Status.AT_RISK, Status.OFF_TRACK, Status.MISSED,
    *(status for status in Status if status not in (*GOOD, *TROUBLE)),
)  # fmt: skip
WELL: Final = "well"  # the state of goals that are on track or achieved
STAGES: Final = {
    "tofu": "TOFU · top of the funnel",
    "mofu": "MOFU · middle of the funnel",
    "bofu": "BOFU · bottom of the funnel",
}
HISTORY: Final = "goals#history"
SURE: Final = 0.8  # of the interval of a forecast
ALL: Final = "goals#all"  # where on the page all of them stand
_NEXT: Final = 2  # goals named after the one furthest behind
_MOST_MARKS: Final = 27  # days at which the wanted curve is worked out
_NEARLY: Final = 0.995
_WHOLE: Final = 20  # a target of so many has no use for fractions


@dataclass(frozen=True, slots=True)
class Line:
    """One goal in a list: its row of the report, its place in the tree and what is said beside its bar."""

    goal_id: str
    name: str
    row: Row
    unit: str
    depth: int
    detail: str
    side: str
    owner: str
    has_parts: bool = False

    @property
    def in_trouble(self) -> bool:
        return self.row.status in TROUBLE


@dataclass(frozen=True, slots=True)
class Tree:
    """All goals of a period in the order of the tree, what they come to in a sentence, and why."""

    lines: tuple[Line, ...]
    verdict: tuple[Sentence, ...]
    because: tuple[Sentence, ...] = ()


@dataclass(frozen=True, slots=True)
class Fact:
    """Something known about a goal: its name and what it says."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Moment:
    """A day of a goal's history, in the goal's unit."""

    day: date
    actual: float | None = None
    expected: float | None = None
    likely: float | None = None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """A target that was moved; `late` when the goal had begun by then."""

    at: str
    old: str
    new: str
    by: str
    why: str
    late: bool


@dataclass(frozen=True, slots=True)
class Entry:
    """What somebody typed about a goal."""

    day: str
    value: str
    confidence: int | None
    comment: str
    by: str


@dataclass(frozen=True, slots=True)
class Panel:
    """All there is to know about one goal."""

    line: Line
    goal: Goal
    verdict: tuple[Sentence, ...]
    facts: tuple[Fact, ...]
    people: tuple[Fact, ...]
    history: tuple[Moment, ...]
    forecast: Forecast | None
    parts: tuple[Line, ...]
    parts_sum: str
    changes: tuple[Change, ...]
    entries: tuple[Entry, ...]


# --- lines ------------------------------------------------------------------------------------------------


class _Teller:
    """Puts standings of one dataset at one as_of into words."""

    def __init__(self, dataset: Dataset, as_of: AsOf) -> None:
        self.dataset = dataset
        self.as_of = as_of
        self.reader = Reader(dataset, as_of)
        self.settings: Settings = small.settings(dataset)
        self.formats = Formats.of(self.settings)

    def lines(self, found: Sequence[Standing]) -> list[Line]:
        by_id = {s.goal.goal_id: s for s in found}
        parents = {s.goal.parent_id for s in found}
        ordered = goals.tree([s.goal for s in found])
        return [
            self.line(by_id[g.goal_id], depth, by_id, has_parts=g.goal_id in parents) for depth, g in ordered
        ]

    def line(self, s: Standing, depth: int, by_id: dict[str, Standing], *, has_parts: bool) -> Line:
        goal = s.goal
        parent = by_id.get(goal.parent_id or "")
        told = [self.progress(s), self.points(s, parent.goal) if parent and depth else ""]
        return Line(
            goal_id=goal.goal_id,
            name=goal.name,
            row=goals.row_of(s, self.as_of),
            unit=goal.unit,
            depth=depth,
            detail=" · ".join(text for text in told if text),
            side=" · ".join(text for text in (self.pace(s), self.until(goal)) if text),
            owner=words.person(self.dataset, goal.owner),
            has_parts=has_parts,
        )

    def value(self, amount: float | None, goal: Goal) -> str:
        return short(amount, goal.unit, self.formats)

    def progress(self, s: Standing) -> str:
        """What is reached, in the words of its kind: '53 % · 1.47m of 2.76m', '22.4 % now, 25 % wanted'."""
        goal, actual = s.goal, s.actual.value
        if actual is None:
            return self.nothing(s)
        now, target = self.value(actual, goal), self.value(goal.target, goal)
        if goal.kind == "total":
            spent = " spent" if goal.lower_is_better else ""
            return f"{self.share(s.progress)}{spent} · {now} of {target}"
        if goal.stays:
            side = "below" if goal.lower_is_better else "above"
            held = f" · held {self.share(s.progress)} of the days" if goal.metric is None else ""
            return f"{now} now, to stay {side} {target}{held if goal.kind == 'level' else ''}"
        way = f" · {self.way(s)}" if goal.kind == "level" and goal.moves else ""
        cases = s.actual.denominator
        among = "" if cases is None else f" · {self.formats.number(cases)} cases"
        return f"{now} now, {target} wanted{way}{among if goal.kind == 'rate' else ''}"

    def way(self, s: Standing) -> str:
        """'20 % of the way'; of a goal that moved away from its target, from where."""
        if s.progress is None or s.progress >= 0:
            return f"{self.share(s.progress)} of the way"
        return f"further away than at the start ({self.value(s.goal.baseline or 0.0, s.goal)})"

    def nothing(self, s: Standing) -> str:
        """Why there is no actual."""
        target = f"target {self.value(s.goal.target, s.goal)}"
        if s.status is Status.NOT_DUE:
            return f"starts {self.formats.date(s.goal.start)} · {target}"
        if s.status is Status.LOCKED:
            return f"needs {_needs(s)} · {target}"
        return f"nothing {'entered' if s.goal.metric is None else 'counted'} yet · {target}"

    def rate(self, amount: float, goal: Goal) -> str:
        """What is wanted of it a day or a week."""
        return (
            self.value(amount, goal)
            if goal.unit == "percent"
            else words.a_day(amount, goal.unit, self.formats)
        )

    def share(self, share: float | None) -> str:
        near = share is not None and _NEARLY <= share < 1
        return self.formats.percent(share, 1 if near else 0)

    def pace(self, s: Standing) -> str:
        """What was expected by now, or how sure a rate is."""
        if s.goal.kind == "rate" and s.actual.low is not None and s.actual.high is not None:
            low, high = (self.value(v, s.goal) for v in (s.actual.low, s.actual.high))
            return f"{self.formats.sure}: {low} – {high}"
        running = 0 < s.elapsed < 1 and not s.goal.stays and s.goal.kind != "rate"
        if not running or s.expected is None or s.actual.value is None:
            return ""
        if s.goal.kind == "total":
            return f"{self.share(s.expected)} expected"
        return f"{self.value(_as_fine(s.expected_value, s), s.goal)} expected"

    def until(self, goal: Goal) -> str:
        word = "due" if goal.due >= self.as_of.day else "ended"
        return f"{word} {self.formats.day_month(goal.due)}"

    def points(self, child: Standing, parent: Goal) -> str:
        """'7.1 of 11 points' of the parent's growth; nothing for a parent without a baseline."""
        part = goals.part_of(child, parent)
        if (
            part is None
            or part.wanted is None
            or part.to_date is None
            or child.goal.unit != parent.unit
            or not child.goal.baseline
        ):
            return ""
        return f"{self.point(part.to_date)} of {self.point(part.wanted)} points"

    def point(self, share: float | None) -> str:
        return self.formats.number(None if share is None else share * 100, None if share is None else 1)


def _as_fine(expected: float | None, s: Standing) -> float | None:
    """What was or is expected, in whole where the goal counts in whole: 4,455 subscribers, not 4,455.08."""
    known = (s.goal.target, s.goal.baseline or 0.0, s.actual.value or 0.0)
    whole = all(float(x).is_integer() for x in known) and abs(s.goal.target) >= _WHOLE
    return round(expected) if whole and expected is not None else expected


def _needs(s: Standing) -> str:
    missing = next((n.removeprefix("needs=") for n in s.notes if n.startswith("needs=")), "")
    return words.needed(missing) or "a table or column"


def lines(dataset: Dataset, period: Period, as_of: AsOf) -> tuple[Line, ...]:
    """Every goal that overlaps the period, children under their parents."""
    return tuple(_Teller(dataset, as_of).lines(goals.standings(dataset, period, as_of)))


def read(dataset: Dataset, period: Period, as_of: AsOf) -> Tree:
    """The goals of a period and what they come to."""
    teller = _Teller(dataset, as_of)
    standings = goals.standings(dataset, period, as_of)
    found = tuple(teller.lines(standings))
    verdict = _verdict(dataset, found, period, small.settings(dataset))
    by_id = {s.goal.goal_id: s for s in standings}
    return Tree(found, (verdict,), tuple(_because(teller, found, by_id)))


# --- the verdict over all ---------------------------------------------------------------------------------


def judged(found: Sequence[Line]) -> list[Line]:
    """Those whose status says whether they go well."""
    return [line for line in found if line.row.status in (*GOOD, *TROUBLE)]


def on_track(found: Sequence[Line]) -> Sentence:
    """'14 of 22 goals are on track or achieved.'; of goals too young to judge, why."""
    known = judged(found)
    if not known:
        waiting = _by_status(found)
        if len(found) == 1:
            return sentence(f"The one goal can’t be judged yet: {waiting.removeprefix('1 ')}.")
        return sentence(f"None of the {len(found)} goals can be judged yet: {waiting}.")
    good = sum(line.row.status in GOOD for line in known)
    if len(known) == 1:
        return sentence(
            Said("The one goal judged", strong=True, page="goals"), f" is {'' if good else 'not '}on track"
        )
    said = f"{good or 'None'} of {len(known)} goals"
    return sentence(
        Said(said, strong=True, page="goals"), f" {'is' if good <= 1 else 'are'} on track or achieved"
    )


def counts(found: Sequence[Line]) -> tuple[tuple[Status, int], ...]:
    """How many goals have each status that occurs: the best first, at the end those not judged."""
    held = [line.row.status for line in found]
    order = sorted({status for status in held if status is not None}, key=_BEST_FIRST.index)
    return tuple((status, held.count(status)) for status in order)


def by_team(found: Sequence[Line]) -> tuple[tuple[str, int, int], ...]:
    """Team, how many of its goals go well, of how many that can be judged; 'shared' are both teams'."""
    known = judged(found)
    return tuple(
        (team, sum(line.row.status in GOOD for line in own), len(own))
        for team in ("marketing", "sales", "shared")
        if (own := [line for line in known if line.row.team == team])
    )


def _by_status(found: Sequence[Line]) -> str:
    counts: dict[str, int] = {}
    for line in found:
        word = "without a status" if line.row.status is None else line.row.status.word.lower()
        counts[word] = counts.get(word, 0) + 1
    return words.listing(f"{n} {word}" for word, n in counts.items())


def _others(found: Sequence[Line]) -> Sentence:
    """'; of the others, 10 are at risk, 4 off track and 1 missed', each leading to those goals."""
    held: dict[Status | None, int] = dict(counts(found))
    if bare := len(found) - sum(held.values()):
        held[None] = bare
    if not held:
        return ()
    if len(held) == 1:
        [(status, n)] = held.items()
        rest = "the other one" if n == 1 else f"the other {n}"
        return sentence("; ", _of_state(rest, status), f" {'is' if n == 1 else 'are'} {_state(status)}")
    be = "is" if next(iter(held.values())) == 1 else "are"
    told = [
        _of_state(f"{n} {'' if place else f'{be} '}{_state(status)}", status)
        for place, (status, n) in enumerate(held.items())
    ]
    return sentence("; of the others, ", *words.joined(told))


def _of_state(text: str, status: Status | None) -> Said:
    ask = {} if status is None else {"state": status.value}
    return words.linked(text, "goals", ask)


def _state(status: Status | None) -> str:
    """A status as a sentence says it: 'at risk', 'without data'."""
    return "without a status" if status is None else _SPOKEN.get(status, status.word.lower())


_SPOKEN: Final = {
    Status.NO_DATA: "without data",
    Status.TOO_FEW: "with too few cases",
    Status.TOO_EARLY: "too early to judge",
}


def states(found: Sequence[Line]) -> dict[str, str]:
    """What goals can be narrowed to, with counts: all, those that go well, each other status there is."""
    well = sum(line.row.status in GOOD for line in found)
    others = {s.value: f"{s.word}: {n}" for s, n in counts(found) if s not in GOOD}
    return (
        {"all": f"All goals: {len(found)}"}
        | ({WELL: f"On track or achieved: {well}"} if well else {})
        | others
    )


def of_state(found: Sequence[Line], state: str) -> tuple[Line, ...]:
    """The goals of a state, each by itself; all of them in the order of the tree."""
    if state == "all":
        return tuple(found)
    wanted = GOOD if state == WELL else tuple(status for status in Status if status.value == state)
    return tuple(replace(line, depth=0) for line in found if line.row.status in wanted)


def worst(found: Sequence[Line]) -> list[Line]:
    """Those in trouble, the furthest behind first; missed ones count as far behind as they are short."""
    return sorted(
        (line for line in found if line.in_trouble), key=lambda line: (-trouble(line), line.goal_id)
    )


def trouble(line: Line) -> float:
    """How badly a goal stands, 0 to about 4: its status first, then how far it lags behind its pace."""
    base = {Status.OFF_TRACK: 3.0, Status.MISSED: 2.5, Status.AT_RISK: 1.5}.get(
        line.row.status or Status.NO_DATA, 0.0
    )
    if not base:
        return 0.0
    value, expected = line.row.value, line.row.expected or 1.0
    return base if value is None else base + min(max(1 - value / expected, 0.0), 1.0)


def _verdict(dataset: Dataset, found: Sequence[Line], period: Period, settings: Settings) -> Sentence:
    if not found:
        return _no_goals(dataset, period, settings)
    first = on_track(found)
    if not judged(found):
        return first
    told = judged(found) if len(judged(found)) == 1 else [line for line in found if line.row.status in GOOD]
    rest = _others([line for line in found if line not in told])
    first = tuple(replace(piece, ask=(("state", WELL),)) if piece.page else piece for piece in first)
    return (*first, *rest, Said("."))


def _because(teller: _Teller, found: Sequence[Line], by_id: dict[str, Standing]) -> Iterator[Sentence]:
    """Whose goals are behind, what the furthest behind would need, and which come next."""
    if not judged(found):
        return
    behind = worst(found)
    if not behind:
        yield sentence("Nothing lags behind its pace.")
        return
    if len(judged(found)) > 1:
        yield _whose(found)
    first = behind[0]
    yield words.spaced(
        [_furthest(teller, first, by_id[first.goal_id]), *_to_be_reached(teller, first, by_id)]
    )
    if following := behind[1 : 1 + _NEXT]:
        yield sentence(
            f"Next {'comes' if len(following) == 1 else 'come'} ", *words.joined(map(_named, following)), "."
        )


def _whose(found: Sequence[Line]) -> Sentence:
    """'By team, 4 of sales' 7 goals are behind, as are 3 of marketing's 10 and 6 of the 10 shared ones.'."""
    late = [(team, n - well, n) for team, well, n in by_team(found) if n > well]
    late.sort(key=lambda one: -one[1] / one[2])
    told = [words.shown(_of_team(*one, first=not place), ALL) for place, one in enumerate(late)]
    be = "is" if late[0][1] == 1 else "are"
    also = "is" if [n for _, n, _ in late[1:]] == [1] else "are"
    further = sentence(f", as {also} ", *words.joined(told[1:])) if told[1:] else ()
    return sentence("By team, ", told[0], f" {be} behind", *further, ".")


def _of_team(team: str, late: int, n: int, *, first: bool) -> str:
    """'4 of sales' 7 goals', further on '3 of marketing's 10', '6 of the 10 shared ones'."""
    whose = {"sales": "sales’", "shared": "the"}.get(team, f"{team}’s")
    kind = " shared" if team == "shared" else ""
    if n == 1:
        return f"{whose} one{kind} goal" if first or not kind else f"{whose} one{kind} one"
    what = " goals" if first else " ones" if kind else ""
    return f"{late} of {whose} {n}{kind}{what}"


def _furthest(teller: _Teller, line: Line, s: Standing) -> Sentence:
    """'Carts won back (Ana Kovač) is furthest behind: €970 of €5K, with €3.1K expected by now.'."""
    goal, actual = s.goal, s.actual.value
    ask, missed = {"goal": line.goal_id}, s.status is Status.MISSED
    who = f" ({line.owner})" if line.owner else ""
    head = words.linked(words.brief(line.name), "goals", ask), f"{who} is furthest behind"
    if actual is None:
        return sentence(*head, ".")
    now, target = (words.shown(teller.value(v, goal), "goals", ask) for v in (actual, goal.target))
    wanted = _as_fine(s.expected_value, s)
    pace = 0 < s.elapsed < 1 and goal.kind != "rate" and not goal.stays and wanted is not None
    by_now = (
        (", with ", words.shown(teller.value(wanted, goal), "goals", ask), " expected by now") if pace else ()
    )
    if goal.kind == "total":
        taken = " taken" if goal.lower_is_better else ""
        return sentence(*head, ": ", now, " of ", target, taken, *by_now, ".")
    due = f" by {teller.formats.day_month(goal.due)}" if not missed else ""
    return sentence(*head, ": ", now, " where ", target, f" is wanted{due}", *by_now, ".")


def _to_be_reached(teller: _Teller, line: Line, by_id: dict[str, Standing]) -> Iterator[Sentence]:
    """'For the 36 days left it needs €112 a day, after €17 so far.'; a week where a day is less than 1."""
    s = by_id[line.goal_id]
    goal, actual = s.goal, s.actual.value
    left, gone = ((b - a).days + 1 for a, b in ((teller.as_of.day, goal.due), (goal.start, teller.as_of.day)))
    if actual is None or goal.kind == "rate" or goal.stays or goal.met_by(actual) or min(left, gone) < 1:
        return
    if goal.kind == "total" and goal.lower_is_better:
        return
    base = 0.0 if goal.kind == "total" else goal.baseline or 0.0
    needs, came = abs(goal.target - actual) / left, (actual - base) / gone
    days, word = (1, "day") if needs >= 1 else (7, "week")
    ask = {"goal": line.goal_id}
    many = words.shown("day" if left == 1 else f"{left} days", "goals", ask)
    need = words.linked(teller.rate(needs * days, goal), "goals", ask)
    if goal.kind == "total":
        so_far = words.shown(teller.rate(came * days, goal), "goals", ask)
        after = sentence(", after ", so_far, " so far.") if came else sentence("; nothing has come so far.")
        yield sentence("For the ", many, " left it needs ", need, f" a {word}", *after)
        return
    way = "come down by" if goal.target < actual else "rise by"
    yield sentence("In the ", many, f" left it would have to {way} ", need, f" a {word}.")


def _named(line: Line) -> Sentence:
    name = words.linked(words.brief(line.name), "goals", {"goal": line.goal_id})
    return sentence(name, f" ({line.owner})" if line.owner else "")


def _no_goals(dataset: Dataset, period: Period, settings: Settings) -> Sentence:
    if "goals" not in dataset.relations or not small.rows(dataset, "goals"):
        return sentence("No shared goals are agreed yet: the table goals is missing or empty.")
    return sentence(f"No goal lies in {period.label(settings.locale)}; other periods have some.")


# --- one goal ---------------------------------------------------------------------------------------------


def panel(dataset: Dataset, as_of: AsOf, goal_id: str) -> Panel | None:
    """All about one goal; None when there is no usable goal of that id."""
    everyone = goals.goals(dataset)
    goal = next((g for g in everyone if g.goal_id == goal_id), None)
    if goal is None:
        return None
    teller = _Teller(dataset, as_of)
    near = [g for g in everyone if goal_id in (g.goal_id, g.parent_id) or g.goal_id == goal.parent_id]
    by_id = {g.goal_id: teller.reader.standing(g) for g in near}
    children = [s for s in by_id.values() if s.goal.parent_id == goal_id and s.goal.goal_id != goal_id]
    mine = by_id[goal_id]
    forecast = goals.forecast(teller.reader, mine)
    depth = int(goal.parent_id in by_id and goal.parent_id != goal_id)
    line = teller.line(mine, depth, by_id, has_parts=bool(children))
    return Panel(
        line=line,
        goal=goal,
        verdict=_panel_verdict(teller, mine, forecast),
        facts=tuple(_facts(teller, mine, by_id)),
        people=tuple(_people(teller, goal)),
        history=tuple(_history(teller, mine, forecast)),
        forecast=forecast,
        parts=tuple(teller.line(s, 1, by_id, has_parts=False) for s in children),
        parts_sum=_parts_sum(teller, mine, children),
        changes=tuple(_changes(teller, goal)),
        entries=tuple(_entries(teller, goal)),
    )


def _panel_verdict(teller: _Teller, s: Standing, forecast: Forecast | None) -> tuple[Sentence, ...]:
    said = [_stand(teller, s)]
    if forecast is not None:
        said.append(_heading(teller, s, forecast))
    return tuple(said)


def _stand(teller: _Teller, s: Standing) -> Sentence:
    """'It stands at €15.7M of €18.1M, 87%, which is €522K less than the €16.2M expected by now.'."""
    goal, actual, wanted = s.goal, s.actual.value, s.expected_value
    if actual is None:
        return _no_actual(teller, s)
    now, target = (
        words.linked(teller.value(actual, goal), HISTORY),
        words.linked(teller.value(goal.target, goal), HISTORY),
    )
    pace: Sentence = ()
    if wanted is not None and goal.kind != "rate" and not goal.stays and 0 < s.elapsed < 1:
        pace = sentence(", ", _beside_pace(teller, s, actual, _as_fine(wanted, s) or 0.0))
    if goal.kind == "total" and not actual:
        done = "been taken" if goal.lower_is_better else "come"
        by_now = words.shown(teller.value(_as_fine(wanted, s), goal), HISTORY)
        return sentence(
            f"Nothing has {done} yet of the ",
            target,
            *(("; by now ", by_now, " was expected.") if pace else "."),
        )
    if goal.kind == "total":
        share = words.linked(teller.share(s.progress), HISTORY)
        verb = "has taken" if goal.lower_is_better else "has come to"
        return sentence(f"It {verb} ", now, " of ", target, ", ", share, *pace, ".")
    if goal.stays:
        side = "below" if goal.lower_is_better else "above"
        held = goal.kind == "level" and goal.metric is None
        days = (
            ("; so far it held on ", words.linked(teller.share(s.progress), HISTORY), " of the days")
            if held
            else ()
        )
        return sentence("It stands at ", now, f" and is to stay {side} ", target, *days, ".")
    cases = s.actual.denominator if goal.kind == "rate" else None
    among = (
        ()
        if cases is None
        else (" of ", words.shown(words.counted(int(cases), "case", formats=teller.formats), HISTORY))
    )
    return sentence(
        "It stands at ", now, *among, ", with ", target, " wanted", *_on_the_way(teller, s), *pace, "."
    )


def _no_actual(teller: _Teller, s: Standing) -> Sentence:
    """'Nothing has been counted yet of the €50.7K wanted.', 'It starts on 5 Oct 2026, with 1.7 wanted.'."""
    goal = s.goal
    wanted = words.linked(teller.value(goal.target, goal), ALL), " wanted."
    if s.status is Status.NOT_DUE:
        return sentence(f"It starts on {teller.formats.date(goal.start)}, with ", *wanted)
    if s.status is Status.LOCKED:
        return sentence(f"It can't be measured without {_needs(s)}, with ", *wanted)
    how = "entered" if goal.metric is None else "counted"
    return sentence(f"Nothing has been {how} yet, with ", *wanted)


def _on_the_way(teller: _Teller, s: Standing) -> Sentence:
    """'; that is 20% of the way'; of a goal that moved away from its target, from where."""
    if s.goal.kind != "level" or not s.goal.moves or s.progress is None:
        return ()
    if s.progress < 0:
        start = words.shown(teller.value(s.goal.baseline or 0.0, s.goal), HISTORY)
        return sentence("; that is further away than the ", start, " at the start")
    return sentence("; that is ", words.linked(teller.share(s.progress), HISTORY), " of the way")


def _beside_pace(teller: _Teller, s: Standing, actual: float, wanted: float) -> Said:
    """'€6.9K less than the €32.4K expected by now'."""
    gap, expected = actual - wanted, f"the {teller.value(wanted, s.goal)} expected by now"
    if abs(gap) < 1e-9 * max(1.0, abs(wanted)):
        return words.shown("just what was expected by now", HISTORY)
    apart = teller.value(_as_fine(abs(gap), s), s.goal)
    return words.shown(f"{apart} {'more' if gap > 0 else 'less'} than {expected}", HISTORY)


def _heading(teller: _Teller, s: Standing, forecast: Forecast) -> Sentence:
    goal = s.goal
    likely, low, high = (
        teller.value(_as_fine(v, s), goal) for v in (forecast.value, forecast.low, forecast.high)
    )
    chance, sure = teller.formats.chance(forecast.chance), teller.formats.percent(SURE, 0)
    wish = "to stay within" if goal.lower_is_better and goal.kind == "total" else "to reach"
    return sentence(
        "It is heading for ", words.linked(likely, HISTORY),
        f" by {teller.formats.day_month(goal.due)} ({sure}: ", words.shown(f"{low} to {high}", HISTORY),
        "), a chance of ", words.linked(chance, HISTORY), f" {wish} the target.",
    )  # fmt: skip


def _facts(teller: _Teller, s: Standing, by_id: dict[str, Standing]) -> list[Fact]:
    goal = s.goal
    parent = by_id.get(goal.parent_id or "")
    told = [
        ("How", goal.strategy or ""),
        ("Time", f"{words.days(goal.start, goal.due, teller.settings)}, {_CURVES.get(goal.pace, goal.pace)}"),
        ("Measured by", _measure(teller, goal)),
        ("Baseline", "" if goal.baseline is None else teller.value(goal.baseline, goal)),
        ("Growth", _growth(teller, s)),
        ("Stage", STAGES.get(goal.stage or "", "")),
        ("Part of", _part(teller, s, parent) if parent and parent is not s else ""),
        ("Campaigns", _campaigns(teller, goal)),
    ]
    return [Fact(name, text) for name, text in told if text]


_CURVES: Final = {
    "linear": "evenly day by day",
    "working_days": "evenly by working day",
    "last_year": "on last year's curve",
    "milestones": "along its milestones",
}


def _measure(teller: _Teller, goal: Goal) -> str:
    if goal.metric is None:
        return "entered by hand"
    where = words.filtered(teller.dataset, goal.filter, teller.as_of)
    return f"{words.metric(goal.metric)}{f' where {where}' if where else ''}"


def _campaigns(teller: _Teller, goal: Goal) -> str:
    """The campaigns that were planned for it."""
    rows = small.rows(teller.dataset, "campaigns")
    wanted = [r for r in rows if goal.goal_id in (r["marketing_goal_id"], r["sales_goal_id"])]
    return words.listing(words.campaign(teller.dataset, str(r["campaign_id"]), teller.as_of) for r in wanted)


def _growth(teller: _Teller, s: Standing) -> str:
    if s.growth_wanted is None:
        return ""
    wanted = teller.formats.signed_percent(s.growth_wanted)
    if s.growth_to_date is None:
        return f"{wanted} wanted"
    return f"{teller.formats.signed_percent(s.growth_to_date)} to date, {wanted} wanted"


def _part(teller: _Teller, s: Standing, parent: Standing) -> str:
    points = teller.points(s, parent.goal)
    return f"{parent.goal.name}{f': {points}' if points else ''}"


def _people(teller: _Teller, goal: Goal) -> list[Fact]:
    people = {str(r["person_id"]): r for r in small.rows(teller.dataset, "people")}
    owner = people.get(goal.owner or "", {})
    role = f", {owner['role']}" if owner.get("role") else ""
    told = [
        ("Owner", f"{words.person(teller.dataset, goal.owner)}{role}" if goal.owner else ""),
        ("Marketing's part", goal.marketing_role or ""),
        ("Sales' part", goal.sales_role or ""),
        ("Whom to ask", words.listing(_liaisons(teller.dataset))),
    ]
    return [Fact(name, text) for name, text in told if text]


def _liaisons(dataset: Dataset) -> list[str]:
    rows = [r for r in small.rows(dataset, "people") if r["is_liaison"]]
    return [f"{r['name'] or r['person_id']} ({r['role'] or r['department'] or 'liaison'})" for r in rows]


def _parts_sum(teller: _Teller, s: Standing, children: Sequence[Standing]) -> str:
    """Whether the parts add up to the whole, and by how much not."""
    if not children:
        return ""
    gap = goals.children_gap(s.goal, [c.goal for c in children])
    if gap is None:
        return "The parts are measured in other units or kinds, so their targets don't add up to this one's."
    if not gap:
        return "The parts' targets add up to this goal's target."
    total = teller.value(s.goal.target + gap, s.goal)
    away = teller.value(abs(gap), s.goal)
    word = "more" if gap > 0 else "less"
    return f"The parts' targets add up to {total}: {away} {word} than this goal's target."


# History


def _history(teller: _Teller, s: Standing, forecast: Forecast | None) -> list[Moment]:
    """Actuals and the wanted curve by day, the forecast as a fan from today to the due day."""
    goal, zone = s.goal, teller.settings.zone
    points = goals.history(teller.reader, goal)
    if not points:
        return []
    days = {date_of(zone.day(p.at - 1)): p for p in points}
    every = max(1, len(days) // _MOST_MARKS)
    kept = [day for i, day in enumerate(sorted(days)) if i % every == 0 or i == len(days) - 1]
    marks = sorted({goal.start - timedelta(days=1), *kept, goal.due})
    teller.reader.ahead(goal, [_end_of(teller, day) for day in marks])
    last = kept[-1]
    return [_moment(teller, goal, day, days.get(day), forecast, last) for day in marks]


def _moment(
    teller: _Teller, goal: Goal, day: date, point: goals.Point | None, forecast: Forecast | None, last: date
) -> Moment:
    wanted = _wanted(teller, goal, day)
    actual = point.value if point is not None else 0.0 if _begins_at_zero(goal, day) else None
    if forecast is None or day not in (last, goal.due) or last == goal.due:
        return Moment(day, actual, wanted)
    if day == last:
        return Moment(day, actual, wanted, actual, actual, actual)
    return Moment(day, actual, wanted, forecast.value, forecast.low, forecast.high)


def _begins_at_zero(goal: Goal, day: date) -> bool:
    return goal.kind == "total" and day < goal.start


def _end_of(teller: _Teller, day: date) -> int:
    return teller.settings.zone.midnight(day + timedelta(days=1))


def _wanted(teller: _Teller, goal: Goal, day: date) -> float | None:
    """The actual wanted by the end of a day."""
    if goal.kind == "rate" or (goal.stays and goal.kind == "level"):
        return goal.target
    share = teller.reader.curve(goal, _end_of(teller, day))
    if share is None:
        return None
    base = 0.0 if goal.kind == "total" else goal.baseline or 0.0
    return base + (goal.target - base) * share


# What was typed


def _entries(teller: _Teller, goal: Goal) -> list[Entry]:
    """What was typed so far, the newest first."""
    rows = sorted(teller.reader.entries(goal), key=lambda row: row["date"], reverse=True)
    return [_entry(teller, goal, row) for row in rows]


def _entry(teller: _Teller, goal: Goal, row: dict[str, Any]) -> Entry:
    k, n = row["numerator"], row["denominator"]
    parts = k is not None and n is not None
    value = (
        f"{teller.formats.number(k)} of {teller.formats.number(n)}"
        if parts
        else teller.value(row["value"], goal)
    )
    return Entry(
        teller.formats.date(row["date"]),
        value,
        row["confidence"],
        row["comment"] or "",
        words.person(teller.dataset, row["entered_by"]),
    )


def _changes(teller: _Teller, goal: Goal) -> list[Change]:
    """How the target was moved, up to as_of, the latest first."""
    rows = [
        row
        for row in small.rows(teller.dataset, "target_changes")
        if (row["table"], row["key"]) == ("goals", goal.goal_id) and row["at"] < teller.as_of.until
    ]
    start = teller.settings.zone.midnight(goal.start)
    return [
        Change(
            teller.formats.moment(row["at"]),
            teller.value(row["old"], goal),
            teller.value(row["new"], goal),
            words.person(teller.dataset, row["by"]),
            row["why"] or "",
            row["at"] >= start,
        )
        for row in sorted(rows, key=lambda row: -row["at"])
    ]
