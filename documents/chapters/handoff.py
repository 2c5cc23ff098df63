"""Chapter: are leads handed over well, and where not."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from components import charts
from components.readings import Named
from components.theme import Tone
from documents.chapters.shared import intervals, tile, tiles_of
from documents.pack import (
    Asked,
    Block,
    Cell,
    Chapter,
    Column,
    Drawing,
    Grid,
    Native,
    Series,
    Tiles,
    Topic,
    says,
    unfilled,
    when_any,
)
from scorecard import handoff_groups, handoff_view, touch_work_view
from scorecard.formats import Formats
from scorecard.handoff_groups import Group
from scorecard.handoff_view import Handoff
from scorecard.metrics import METRICS
from scorecard.settings import Settings
from scorecard.status import Status

_MOST: Final = 9  # groups that are drawn
_LISTED: Final = 20  # groups that the table has
_BY: Final = ("source", "owner")
_SLA: Final[tuple[tuple[str, str, Tone], ...]] = (
    ("sla_met", "met", "good"),
    ("sla_breached", "breached", "bad"),
    ("sla_pending", "pending", "faint"),
)
_QUESTION: Final = "Are leads handed over well, and where not?"


def chapter(asked: Asked) -> Chapter:
    """What became of the leads that were handed off in the period."""
    found = asked.get(handoff_view.handoff_of, asked.period, asked.compare, asked.as_of, asked.where)
    if found.nothing is not None:
        return unfilled("handoff", "Hand-off", _QUESTION, found.nothing)
    formats = asked.formats
    topics = (
        *_whole(found, asked),
        *_stages(found, formats),
        *_speed(found, formats),
        *(topic for by in _BY for topic in _groups(by, asked)),
        *_reasons(found, formats),
        *_months(asked),
        *_more("Conversion of these hand-offs", found.cohorts, found, found.maturity, formats),
        *_more("Nurturing and recycling", found.nurtured, found, found.nurture, formats),
        *_worked(asked),
        *when_any(says(*found.lacking), "What is locked here"),
    )
    return Chapter("handoff", "Hand-off", _QUESTION, found.verdict, topics)


def _whole(found: Handoff, asked: Asked) -> tuple[Topic, ...]:
    titles = handoff_view.titles(asked.settings)
    shown = [tile(word, found.rows[m], asked.formats, found.beside.get(m, "")) for m, word in titles.items()]
    blocks: tuple[Block, ...] = (Tiles(tuple(shown)), *says(*found.because))
    return (Topic("The hand-off as a whole", blocks, found.verdict[:1], metrics=tuple(titles)),)


def _stages(found: Handoff, formats: Formats) -> tuple[Topic, ...]:
    if not found.stages:
        return ()
    stages = [charts.Stage(s.name, s.count, s.step) for s in found.stages]
    counts = Series("Leads", tuple(float(s.count) for s in stages), "sales")
    native = Native("bars", tuple(s.name for s in stages), (counts,))
    drawn = Drawing("funnel", charts.funnel(stages, formats), native)
    return (Topic("How far they got", (drawn,), metrics=("handoffs", "accepted", "sqls", "wins")),)


def _speed(found: Handoff, formats: Formats) -> tuple[Topic, ...]:
    if found.speed is None:
        return ()
    waits = [charts.Wait(*step) for step in found.speed.curve]
    untouched = Series("Untouched", tuple(w.untouched for w in waits), "sales")
    hours = tuple(w.hours for w in waits)
    native = Native("steps", tuple(formats.hours(h) for h in hours), (untouched,), "percent", hours)
    drawn = Drawing("speed-to-lead", charts.waits(waits, found.speed.marks, formats), native)
    return (Topic("Speed to lead", (drawn, *says(found.speed.says)), metrics=("sla_compliance",)),)


# --- group by group ---------------------------------------------------------------------------------------


def _groups(by: str, asked: Asked) -> tuple[Topic, ...]:
    offered = handoff_groups.offered(asked.dataset)
    if by not in offered:
        return ()
    groups = asked.get(handoff_groups.breakdown, by, asked.period, asked.as_of, asked.where)
    busy = [group for group in groups if group.handoffs]
    if not busy:
        return ()
    drawn = _drawn(busy[:_MOST], asked.formats, by)
    more = len(busy) - _MOST
    rest = f"{more} more with fewer hand-offs: in the table." if more > 0 else ""
    busy = busy[:_LISTED]
    blocks: tuple[Block, ...] = (*drawn, *says(rest, small=True), _table(busy, offered[by], asked.settings))
    title = f"By {offered[by][:1].lower()}{offered[by][1:]}"
    return (Topic(title, blocks, metrics=("acceptance_rate", "sla_compliance")),)


def _drawn(groups: Sequence[Group], formats: Formats, by: str) -> list[Block]:
    draw = {"acceptance_rate": _acceptance, "sla_compliance": _response}
    return [make(groups, formats, by) for m, make in draw.items() if any(m in g.rows for g in groups)]


def _acceptance(groups: Sequence[Group], formats: Formats, by: str) -> Drawing:
    named = [Named(g.name, g.rows["acceptance_rate"]) for g in groups if "acceptance_rate" in g.rows]
    figure = charts.rates(named, formats)
    return Drawing(f"acceptance-by-{by}", figure, intervals(named), "Acceptance rate", half=True)


def _response(groups: Sequence[Group], formats: Formats, by: str) -> Drawing:
    parts = [(g.name, [charts.Part(word, _count(g, m), tone) for m, word, tone in _SLA]) for g in groups]
    series = [Series(word, tuple(_count(g, m) for g in groups), tone) for m, word, tone in _SLA]
    native = Native("stacked", tuple(g.name for g in groups), tuple(series))
    figure = charts.stacked(parts, formats)
    return Drawing(
        f"touched-in-time-by-{by}", figure, native, "SLA: touched in time, late or still open", half=True
    )


def _count(group: Group, metric: str) -> float:
    return _cell(group, metric) or 0.0


def _cell(group: Group, metric: str, field: str = "value") -> float | None:
    row = group.rows.get(metric)
    found: float | None = None if row is None else getattr(row, field)
    return found


def _table(groups: Sequence[Group], title: str, settings: Settings) -> Grid:
    """Every figure of every group; columns that would be blank throughout are left out."""
    found = [(column, [cell(group) for group in groups]) for column, cell in _columns(title, settings)]
    kept = [(column, cells) for column, cells in found if any(cell not in (None, "") for cell in cells)]
    return Grid(tuple(column for column, _ in kept), tuple(zip(*(cells for _, cells in kept), strict=True)))


def _columns(title: str, settings: Settings) -> list[tuple[Column, Callable[[Group], Cell]]]:
    median = handoff_view.median_metric(settings)
    return [
        (Column(title, "name", 2.2), lambda g: g.name),
        (Column("Hand-offs", "number", 1.1), lambda g: g.handoffs),
        (Column("Accepted", "percent", 1.0), lambda g: _cell(g, "acceptance_rate")),
        (Column("k", "number", 0.7), lambda g: _cell(g, "acceptance_rate", "numerator")),
        (Column("of decided", "number", 1.0), lambda g: _cell(g, "acceptance_rate", "denominator")),
        (Column("SLA met", "percent", 1.0), lambda g: _cell(g, "sla_compliance")),
        (Column("Speed to lead (median)", "hours", 1.4), lambda g: _cell(g, median)),
        (Column("Rating", "number", 0.8), lambda g: _cell(g, "lead_rating")),
        (Column("Won so far", "percent", 1.0), lambda g: _cell(g, "handoff_to_win_rate")),
        (Column("Note", "text", 1.0), _note),
    ]


def _note(group: Group) -> str:
    row = group.rows.get("acceptance_rate")
    return Status.TOO_FEW.word.lower() if row is not None and row.status is Status.TOO_FEW else ""


# --- reasons, months, and what follows --------------------------------------------------------------------


def _reasons(found: Handoff, formats: Formats) -> tuple[Topic, ...]:
    if not found.reasons:
        return ()
    known = [charts.Reason(r.name, r.count, r.before, r.share) for r in found.reasons][:_MOST]
    series = [Series("Rejections", tuple(r.count for r in known), "neutral")]
    if any(r.before is not None for r in known):
        series.append(Series("Before", tuple(r.before for r in known), "faint"))
    native = Native("bars", tuple(r.name for r in known), tuple(series))
    drawn = Drawing("reasons", charts.pareto(known, formats), native)
    blocks: tuple[Block, ...] = (drawn, *says(found.rejections, small=True))
    return (Topic("Rejection reasons", blocks, metrics=("rejections_by_reason",)),)


def _months(asked: Asked) -> tuple[Topic, ...]:
    months = asked.get(handoff_groups.months, asked.period, asked.as_of, asked.where)
    titles = {
        m: word for m, word in handoff_view.titles(asked.settings).items() if any(m in g.rows for g in months)
    }
    drawn = [_month(months, metric, word, asked.formats) for metric, word in titles.items()]
    return when_any(drawn, "The last twelve months", metrics=tuple(titles))


def _month(months: Sequence[Group], metric: str, word: str, formats: Formats) -> Drawing:
    rows = {g.name: (g.rows[metric], g.running) for g in months if metric in g.rows}
    course = [charts.Month(n, r.value, r.low, r.high, running=runs) for n, (r, runs) in rows.items()]
    known = METRICS[metric]
    goal = next((row.target for row, _ in rows.values() if row.target is not None), None)
    top = 1.0 if known.unit == "percent" else None
    figure = charts.trend(course, known.unit, formats, team=known.team, goal=goal, top=top)
    series = Series(word, tuple(m.value for m in course), "sales")
    days = tuple(g.start for g in months if g.start is not None and metric in g.rows)
    native = Native("lines", tuple(rows), (series,), known.unit, days=days)
    return Drawing(f"months-{metric.replace('_', '-')}", figure, native, word, half=True)


def _more(title: str, names: Sequence[str], found: Handoff, note: str, formats: Formats) -> tuple[Topic, ...]:
    tiles = tiles_of(names, found.rows, formats)
    return (Topic(title, (Tiles(tiles), *says(note)), metrics=tuple(names)),) if tiles else ()


def _worked(asked: Asked) -> tuple[Topic, ...]:
    rows = asked.get(touch_work_view.rows, asked.period, asked.as_of, asked.where)
    tiles = tuple(tile(METRICS[row.metric].label, row, asked.formats) for row in rows)
    names = tuple(row.metric for row in rows)
    return (Topic("Outreach", (Tiles(tiles),), metrics=names),) if tiles else ()
