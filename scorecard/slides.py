"""What a room is shown: one idea a slide, a sentence, a few large figures, a few lines with their bars.

Slides are made of the readings that the pages show, so a figure on the wall is the page's. Texts are ready to
read, and nothing in them moves on with time alone but what a pace says.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, Literal

from scorecard import (
    attribution_view,
    backward_words,
    calendar_answer,
    calendar_entries,
    calendar_words,
    campaigns,
    feedback,
    feedback_view,
    goal_tree,
    handoff_view,
    overview,
    profile_view,
    profile_words,
    quota_view,
    small,
    words,
)
from scorecard.attribution import Part
from scorecard.calendar_entries import Entry
from scorecard.campaigns import Campaign
from scorecard.clock import AsOf
from scorecard.dataset import Dataset
from scorecard.formats import Formats
from scorecard.periods import Period
from scorecard.quota_view import Line as QuotaLine
from scorecard.rows import Row
from scorecard.scopes import EVERYTHING, Filter
from scorecard.status import Mark, Status
from scorecard.words import Sentence, upper

MOST_LINES: Final = 6  # as many as the back row can read
MOST_NUMBERS: Final = 4
_MOST_WISHES: Final = 5
_MONTHS: Final = 3  # of feedback
_PROFILE_MONTHS: Final = 12  # of hand-offs, as the page begins
_QUOTED: Final = 110  # letters of what somebody said
_FEW: Final = 3  # lines below large figures
_DOT: Final = " · "
_SPENT: Final = ("spend", "leads", "wins")


@dataclass(frozen=True, slots=True)
class Bar:
    """Shares on an axis from 0 to `top`: what is reached, its interval, the pace, the target."""

    value: float | None
    expected: float | None = None
    target: float | None = None
    low: float | None = None
    high: float | None = None
    top: float = 1.0


@dataclass(frozen=True, slots=True)
class Big:
    """A large figure: its name, the figure ready to read, how it stands, and what it takes to believe it."""

    name: str
    value: str
    state: Mark | None = None
    beside: tuple[str, ...] = ()
    team: str | None = None
    bar: Bar | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a list: what, how far, who answers for it, and how it stands.

    `undone` is the key of an action that may be ticked as done here.
    """

    what: str
    value: str = ""
    detail: str = ""
    who: str = ""
    state: Mark | None = None
    team: str | None = None
    bar: Bar | None = None
    undone: str = ""


@dataclass(frozen=True, slots=True)
class Slide:
    """One idea. `nothing` is a title and what to do where there is nothing to show."""

    key: str
    title: str
    verdict: tuple[Sentence, ...] = ()
    numbers: tuple[Big, ...] = ()
    heading: str = ""
    lines: tuple[Line, ...] = ()
    shape: Literal["rows", "columns", "quotes", "dates", "items"] = "rows"
    more: str = ""
    nothing: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Scope:
    """What a slide is about; its filter narrows the hand-off."""

    period: Period
    as_of: AsOf
    compare: Period | None = None
    where: Filter = field(default=EVERYTHING)


def slide(dataset: Dataset, key: str, about: Scope) -> Slide:
    """The slide of that name (KeyError: there is none)."""
    return SLIDES[key](dataset, about)


# --- the scorecard ----------------------------------------------------------------------------------------


def _scorecard(dataset: Dataset, about: Scope) -> Slide:
    title = "Are marketing and sales on track together?"
    found = overview.read(dataset, about.period, about.as_of, about.compare, about.where)
    if found.steps and not found.tiles and not found.all_goals:
        first = found.steps[0]
        return Slide("scorecard", title, (found.headline,), nothing=(first.title, first.todo))
    heading, lines = "What needs attention first", tuple(map(_concern, found.concerns))
    if not lines:
        heading, lines = "What to fill next", tuple(Line(s.title, detail=s.todo) for s in found.steps)
    return Slide(
        "scorecard",
        title,
        (found.headline,),
        _numbers(dataset, [(t.name, t.row, t.beside) for t in found.tiles]),
        heading if lines else "",
        lines[:_FEW],
    )


def _numbers(dataset: Dataset, shown: Iterable[tuple[str, Row, str]]) -> tuple[Big, ...]:
    """What isn't locked: a room can't unlock it."""
    formats = Formats.of(small.settings(dataset))
    known = [one for one in shown if one[1].status is not Status.LOCKED]
    return tuple(big(name, row, beside, formats) for name, row, beside in known)[:MOST_NUMBERS]


def big(name: str, row: Row, beside: str, formats: Formats) -> Big:
    """A row of the report as a large figure; of `beside` what it leaves out, not what it compares with."""
    said = (*_basis(row, formats), beside.partition(_DOT)[0])
    return Big(
        name,
        figure(row, formats),
        marked(row.status),
        tuple(text for text in said if text),
        team_of(row.team),
        _rate_bar(row),
    )


def figure(row: Row, formats: Formats) -> str:
    """The figure, or in words why there is none: not the same thing as zero."""
    if row.value is not None and row.unit == "currency":
        return formats.money(row.value, compact=True)
    if row.value is not None:
        return formats.value(row.value, row.unit)
    if row.note("not_reached") is not None and row.low is not None:
        return f"> {formats.value(row.low, row.unit)}"
    return "–" if row.status is None else row.status.word.lower()


def _basis(row: Row, formats: Formats) -> tuple[str, ...]:
    """'890 of 1,200 · target 75 %' and '95 %: 71.6 – 76.6 %'."""
    counted = []
    if row.unit == "percent" and row.numerator is not None and row.denominator is not None:
        counted.append(f"{formats.number(row.numerator)} of {formats.number(row.denominator)}")
    elif row.n is not None and row.unit != "number":
        counted.append(f"n = {formats.integer(row.n)}")
    if row.target is not None:
        counted.append(f"target {formats.value(row.target, row.unit)}")
    sure = ""
    if row.value is not None and row.low is not None and row.high is not None:
        sure = f"{formats.sure}: {formats.value(row.low, row.unit)} – {formats.value(row.high, row.unit)}"
    return tuple(text for text in (" · ".join(counted), sure) if text)


def _rate_bar(row: Row) -> Bar | None:
    if row.unit != "percent" or row.value is None or row.low is None or row.high is None:
        return None
    return Bar(row.value, target=row.target, low=row.low, high=row.high)


def _concern(c: overview.Concern) -> Line:
    value, detail = figure_first(c.detail)
    return Line(words.brief(c.what), value, detail, c.who, marked(c.status))


def marked(status: Status | None) -> Mark | None:
    """A status as it stands everywhere; None where there is nothing to judge."""
    return None if status is None else Mark(status.word, status.tone, status.icon)


def team_of(team: str) -> str | None:
    """A team that has a hue of its own."""
    return team if team in {"marketing", "sales"} else None


# --- goals ------------------------------------------------------------------------------------------------


def _goals(dataset: Dataset, about: Scope) -> Slide:
    title = "Which shared goals will we reach?"
    found = goal_tree.read(dataset, about.period, about.as_of)
    if not found.lines:
        told = words.plain(found.verdict[0]) if found.verdict else "No shared goals yet."
        return Slide("goals", title, nothing=("No goals to show", told))
    first = by_trouble(found.lines)
    a_week = words.plain(backward_words.a_week(dataset, about.period, about.as_of))
    return Slide(
        "goals",
        title,
        found.verdict[:1],
        lines=tuple(goal_line(line) for line in first[:MOST_LINES]),
        more=" ".join(text for text in (_others(first[MOST_LINES:]), a_week) if text),
    )


def by_trouble(found: Sequence[goal_tree.Line]) -> list[goal_tree.Line]:
    """The furthest behind first, then those judged, then the others, in the order of the tree."""
    behind = goal_tree.worst(found)
    rest = [line for line in found if line not in behind]
    judged = [line for line in rest if line.row.status in goal_tree.GOOD]
    return [*behind, *judged, *(line for line in rest if line not in judged)]


def goal_line(line: goal_tree.Line) -> Line:
    """A goal with its bar."""
    row = line.row
    bar = None if row.value is None else Bar(row.value, row.expected, 1.0, top=1.25)
    value, detail = figure_first(line.detail)
    team = team_of(row.team)
    return Line(words.brief(line.name), value, detail, line.owner, marked(row.status), team, bar)


def figure_first(detail: str) -> tuple[str, str]:
    """The figure that a detail begins with, and the rest: '24%', '1,210 of 5,000'; '1.4', '0.8 wanted'."""
    head, dot, rest = detail.partition(_DOT)
    now, is_now, wanted = head.partition(" now, ")
    share, _, word = head.partition(" ")
    if is_now:
        return now, f"{wanted}{dot}{rest}"
    return (share, f"{word} {rest}".strip()) if "%" in share else ("", detail)


def _others(found: Sequence[goal_tree.Line]) -> str:
    """'and 15 more goals: 10 on track, 5 not due yet'."""
    if not found:
        return ""
    counts = Counter("no status" if x.row.status is None else x.row.status.word.lower() for x in found)
    told = ", ".join(f"{n} {word}" for word, n in counts.items())
    return f"And {words.counted(len(found), 'more goal')}: {told}."


# --- hand-off ---------------------------------------------------------------------------------------------


def _handoff(dataset: Dataset, about: Scope) -> Slide:
    title = "Are leads handed over well?"
    found = handoff_view.handoff_of(dataset, about.period, about.compare, about.as_of, about.where)
    if found.nothing is not None:
        return Slide("handoff", title, nothing=found.nothing)
    median = handoff_view.median_metric(small.settings(dataset))
    names = {
        "acceptance_rate": "Acceptance rate", "sla_compliance": "SLA met",
        median: "Speed to lead (median)", "lead_rating": "Lead rating",
    }  # fmt: skip
    stages = found.stages if len(found.stages) > 1 else ()
    return Slide(
        "handoff",
        title,
        found.verdict[:1],
        _numbers(dataset, [(name, found.rows[m], found.beside.get(m, "")) for m, name in names.items()]),
        "How far they got" if stages else "",
        tuple(_stages(dataset, stages)),
        "columns",
        " ".join(found.lacking[:2]),
    )


def _stages(dataset: Dataset, stages: Sequence[handoff_view.Stage]) -> Iterable[Line]:
    formats = Formats.of(small.settings(dataset))
    whole = stages[0].count if stages else 0
    for stage in stages:
        bar = Bar(stage.count / whole) if whole else None
        yield Line(stage.name, formats.integer(stage.count), who=stage.step, bar=bar)


# --- quotas -----------------------------------------------------------------------------------------------


def _quotas(dataset: Dataset, about: Scope) -> Slide:
    title = "How do both teams stand against their quotas?"
    found = quota_view.quotas_of(dataset, about.period, about.as_of)
    if found.nothing is not None:
        return Slide("quotas", title, nothing=found.nothing)
    formats = Formats.of(small.settings(dataset))
    shown = found.first[:MOST_LINES]
    return Slide(
        "quotas",
        title,
        found.verdict[:1],
        lines=tuple(_quota(line, formats) for line in shown),
        more=" ".join(words.plain(said) for said in found.because[:2]),
    )


def _quota(line: QuotaLine, formats: Formats) -> Line:
    row = line.row
    bar = None if row.value is None else Bar(row.value, row.expected, 1.0, top=1.25)
    return Line(
        f"{line.name}, {line.when}",
        figure(row, formats) if row.value is None else formats.percent(row.value, 0),
        " · ".join(text for text in (_actual(line, formats), quota_view.needed(line, formats)) if text),
        "",
        marked(row.status),
        team_of(line.department),
        bar,
    )


def _actual(line: QuotaLine, formats: Formats) -> str:
    """'718 of 1,170'."""
    row = line.row
    actual, target = (words.short(x, line.unit, formats) for x in (row.numerator, row.denominator))
    return f"target {target}" if row.numerator is None else f"{actual} of {target}"


# --- campaigns --------------------------------------------------------------------------------------------


def _campaigns(dataset: Dataset, about: Scope) -> Slide:
    title = "What runs together, and who has agreed?"
    found = campaigns.read(dataset, about.as_of)
    if found.nothing is not None:
        return Slide("campaigns", title, nothing=found.nothing)
    formats = Formats.of(small.settings(dataset))
    first = sorted(found.lines, key=lambda line: _urgency(line.campaign))
    return Slide(
        "campaigns",
        title,
        found.verdict[:2],
        lines=tuple(_campaign(line, formats) for line in first[:MOST_LINES]),
        more="" if len(first) <= MOST_LINES else f"And {len(first) - MOST_LINES} more on the Campaigns page.",
    )


def _urgency(one: Campaign) -> int:
    """Live without both keys or changed since, then what waits for a key, live ones, those owing a review."""
    running, waits = one.phase == "live", bool(one.unsigned or one.reopened)
    places = (running and waits, one.phase == "planned" and waits, running, one.owes_review, True)
    return places.index(True)


def _campaign(line: campaigns.Line, formats: Formats) -> Line:
    """A campaign: its leads, and what was spent of its budget."""
    one = line.campaign
    known = {name: line.rows[name].value for name in _SPENT if name in line.rows}
    leads, spent = known.get("leads"), known.get("spend")
    bar = Bar(spent / one.budget, target=1.0, top=1.25) if spent is not None and one.budget else None
    return Line(
        words.brief(one.name),
        "" if leads is None else words.counted(int(leads), "lead"),
        _brought(spent, known.get("wins"), one.budget, formats),
        one.channel,
        first_mark(one),
        bar=bar,
    )


def _brought(spent: float | None, wins: float | None, budget: float | None, formats: Formats) -> str:
    """'1,200 € of 5,000 € spent · 3 wins'."""
    parts = []
    if spent is not None:
        of = f" of {formats.money(budget, compact=True)}" if budget else ""
        parts.append(f"{formats.money(spent, compact=True)}{of} spent")
    elif budget:
        parts.append(f"budget {formats.money(budget, compact=True)}")
    parts += [] if wins is None else [words.counted(int(wins), "win")]
    return _DOT.join(parts)


def first_mark(one: Campaign) -> Mark:
    """What is wrong with a campaign, else its phase, as a sentence begins."""
    mark = one.marks[1] if len(one.marks) > 1 else one.marks[0]
    return replace(mark, word=upper(mark.word))


# --- what comes up, and what both teams tell each other ---------------------------------------------------


def _calendar(dataset: Dataset, about: Scope) -> Slide:
    title, today = "What comes up in the next four weeks?", about.as_of.day
    found = calendar_answer.answer(dataset, about.as_of)
    if found.nothing is not None:
        return Slide("calendar", title, nothing=found.nothing)
    told = calendar_words.Words(dataset, about.as_of)
    coming = [
        entry
        for entry in calendar_entries.entries(dataset, about.as_of)
        if entry.stage != "dropped"
        and entry.kind not in calendar_entries.OFF
        and today <= entry.first <= today + calendar_answer.AHEAD
    ]
    first = sorted(coming, key=lambda entry: (entry.first, entry.key))
    more = [f"And {len(first) - MOST_LINES} more."] if len(first) > MOST_LINES else []
    return Slide(
        "calendar",
        title,
        found.verdict[:1],
        lines=tuple(_entry(entry, told) for entry in first[:MOST_LINES]),
        shape="dates",
        more=" ".join((*more, *map(words.plain, found.verdict[1:]))),
    )


def _entry(entry: Entry, told: calendar_words.Words) -> Line:
    kind = calendar_entries.KINDS[entry.kind][0]
    days = "" if entry.last == entry.first else told.days(entry.first, entry.last)
    parts = (kind, entry.channel, days)
    stage = Mark(upper(entry.stage), "muted", calendar_entries.LOOKS[entry.stage])
    return Line(
        words.brief(entry.title),
        told.formats.day_month(entry.first),
        _DOT.join(part for part in parts if part),
        entry.owner,
        entry.sign or stage,
        team_of(entry.team),
    )


def _feedback(dataset: Dataset, about: Scope) -> Slide:
    title = "What do both teams tell each other?"
    if (nothing := feedback_view.nothing_of(dataset, about.as_of)) is not None:
        return Slide("feedback", title, nothing=nothing)
    found = feedback_view.feedback_of(dataset, _MONTHS, about.as_of)
    formats = Formats.of(small.settings(dataset))
    shown, heading = found.praise, "Well done"
    if not shown:
        shown, heading = feedback.owed(found.entries), "Waiting for an answer"
    return Slide(
        "feedback",
        title,
        found.verdict[:1],
        _numbers(dataset, [(one.name, one.row, "") for one in found.figures]),
        heading if shown else "",
        tuple(_told(entry, formats) for entry in shown[:_FEW]),
        "quotes",
    )


def _told(entry: feedback.Entry, formats: Formats) -> Line:
    """What was said, by whom to whom, and when."""
    to = entry.to.name or entry.toward
    text = entry.text if len(entry.text) <= _QUOTED else f"{entry.text[: _QUOTED - 1].rstrip()}…"
    who = f"{entry.author.name or entry.origin or 'Somebody'}{f' to {to}' if to else ''}"
    return Line(text or entry.kind.replace("_", " "), formats.day_month(entry.day), who=who)


# --- what marketing brought, and whom both teams want -----------------------------------------------------


def _attribution(dataset: Dataset, about: Scope) -> Slide:
    title = "What did marketing bring?"
    found = attribution_view.attribution_of(dataset, about.period, about.as_of, about.where)
    if found.nothing is not None:
        return Slide("attribution", title, nothing=found.nothing)
    settings = small.settings(dataset)
    by = next(iter(attribution_view.offered(dataset)))
    asked = (by, settings.attribution, about.period, about.as_of, about.where)
    shares = attribution_view.credits_of(dataset, *asked).every
    formats = Formats.of(settings)
    agreed = next(d for d in found.revenue if d.agreed)
    model = attribution_view.MODEL_NAMES[settings.attribution].lower()
    column = words.inner(attribution_view.COLUMNS[by])
    return Slide(
        "attribution",
        title,
        found.verdict[:1],
        tuple(_parts_of_revenue(agreed, formats)),
        f"Who gets the credit: {model} model, by {column}" if shares else "",
        tuple(_credit(shares, formats)),
        more=" ".join(found.lacking[:1]),
    )


_PARTS: Final[Mapping[Part, tuple[str, str | None]]] = {
    "sourced": ("Sourced by marketing", "marketing"),
    "influenced": ("Touched by marketing", "marketing"),
    "unattributed": ("Without marketing", None),
}


def _parts_of_revenue(agreed: attribution_view.Definition, formats: Formats) -> Iterable[Big]:
    """The three parts by the agreed definition, each as a share of the revenue."""
    for part, (name, team) in _PARTS.items():
        row = agreed.rows[part]
        if row.status is Status.LOCKED:
            continue
        share = row.value / row.denominator if row.value is not None and row.denominator else None
        told = "" if share is None else f"{formats.percent(share)} of the revenue"
        bar = None if share is None else Bar(share)
        yield Big(name, figure(row, formats), beside=(told,) if told else (), team=team, bar=bar)


def _credit(shares: Sequence[attribution_view.Share], formats: Formats) -> Iterable[Line]:
    """Who gets most, what no group gets last; the band is what the other models would give."""
    named = [share for share in shares if share.group is not None]
    first = [*named[:_FEW], *(share for share in shares if share.group is None)]
    most = max((share.high for share in first), default=0.0)
    for share in first:
        low, high = (formats.money(x, compact=True) for x in (share.low, share.high))
        bar = Bar(share.value / most, low=share.low / most, high=share.high / most) if most > 0 else None
        told = f"{low} to {high} by all models" if low != high else "by every model"
        value = formats.money(share.value, compact=True)
        yield Line(words.brief(share.name), value, told, team=share.team, bar=bar)


def _ideal_lead(dataset: Dataset, about: Scope) -> Slide:
    title = "Which leads do we want, and which become customers?"
    found = profile_view.profile_of(dataset, _PROFILE_MONTHS, about.as_of, about.where)
    if found.nothing is not None:
        return Slide("ideal-lead", title, nothing=found.nothing)
    told = profile_words.Words(Formats.of(small.settings(dataset)), small.settings(dataset).min_n)
    first = found.lines[:_MOST_WISHES]
    rates = [e.own.rate or 0.0 for line in first if (e := line.evidence) is not None]
    top = max(
        [*rates, *(line.evidence.rest.rate or 0.0 for line in first if line.evidence is not None)],
        default=0.0,
    )
    return Slide(
        "ideal-lead",
        title,
        found.verdict[:1],
        lines=tuple(_wish(line, told, top) for line in first),
        more=" ".join(words.plain(said) for said in found.verdict[1:]) or " ".join(found.lacking[:2]),
    )


def _wish(line: profile_view.Line, told: profile_words.Words, top: float) -> Line:
    """A value that a team named: how often it is won, beside the rest (the upright line)."""
    shown, word = line.evidence, line.finding.value
    icon, tone, _ = profile_view.LOOKS[word]
    if line.sides and line.finding is profile_view.Finding.SIDES:
        word = f"sides with {line.sides[0]}"
    name = f"{upper(line.wished.called)}: {line.wished.value}"
    own = None if shown is None else shown.own.rate
    bar = None
    if shown is not None and own is not None and top > 0:
        rest = shown.rest.rate
        bar = Bar(own / top, target=None if rest is None else rest / top)
    return Line(
        words.brief(name),
        "" if own is None else told.formats.percent(own, 0),
        " ".join(line.says[:1]),
        told.wants(line.wished),
        Mark(upper(word), tone, icon),
        bar=bar,
    )


SLIDES: Final[Mapping[str, Callable[[Dataset, Scope], Slide]]] = {
    "scorecard": _scorecard,
    "goals": _goals,
    "handoff": _handoff,
    "quotas": _quotas,
    "campaigns": _campaigns,
    "calendar": _calendar,
    "attribution": _attribution,
    "feedback": _feedback,
    "ideal-lead": _ideal_lead,
}
