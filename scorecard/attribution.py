"""Marketing's part: what it sourced and influenced, and revenue shared out over the touches of both teams.

Sourced, influenced and unattributed add up to the total by each definition of sourced. The models share one
deal's amount over the touches of its journey; the weights of a journey sum to 1 and are never negative.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray
from sqlalchemy import select

from scorecard import journeys
from scorecard.journeys import NEVER, Asked, Deal, Floats, Ints, Journeys, Labels, Read
from scorecard.measures import ALL, Group, Question

Part = Literal["sourced", "influenced", "unattributed"]
Bools = NDArray[np.bool_]

SOURCED_BY: Final = ("lead_source", "first_touch", "before_sales")
MODELS: Final = ("first", "last", "linear", "u_shaped", "w_shaped", "time_decay", "markov")
ENOUGH_PATHS: Final = 100
DAY: Final = 86_400


@dataclass(frozen=True, slots=True)
class Credit:
    """An amount, of how many deals, out of what all are worth."""

    amount: float = 0.0
    n: int = 0
    total: float = 0.0

    def __add__(self, other: Credit) -> Credit:
        return Credit(self.amount + other.amount, self.n + other.n, self.total + other.total)


@dataclass(frozen=True, slots=True)
class Refused:
    """Too few paths for a Markov chain."""

    paths: int


# --- sourced, influenced, unattributed --------------------------------------------------------------------


def parts(
    question: Question, which: journeys.Which, definition: str
) -> Mapping[Part, Mapping[Group, Credit]]:
    """The three parts per group; `definition` is one of SOURCED_BY."""
    key = ("marketing's part", which, definition)
    found: Mapping[Part, Mapping[Group, Credit]] = question.once(
        key, lambda: _parts(question, which, definition)
    )
    return found


def has_touches(question: Question) -> bool:
    """Whether any touch is seen at all."""
    return bool(question.asking(by=None, marks=()).once("any touch", lambda: _any_touch(question)))


def _any_touch(question: Question) -> bool:
    touches = question.dataset.relations["touches"]
    seen = question.clock.between(touches, "at", None, question.as_of.until)
    return bool(question.run(select(sa.literal(1)).select_from(touches.source).where(seen).limit(1)))


def _parts(question: Question, which: journeys.Which, definition: str) -> dict[Part, dict[Group, Credit]]:
    read = journeys.read(question, which)
    sourced, influenced = _sourced(question, read, definition), _influenced(read)
    found: dict[Part, dict[Group, Credit]] = {"sourced": {}, "influenced": {}, "unattributed": {}}
    for number, deal in enumerate(read.deals):
        if deal.amount is None:
            continue
        part: Part = "influenced" if influenced[number] else "unattributed"
        if sourced[number]:
            part = "sourced"
        for name, sums in found.items():
            own = Credit(deal.amount, 1, deal.amount) if name == part else Credit(0.0, 0, deal.amount)
            for group in {deal.group, ALL}:
                sums[group] = sums.get(group, Credit()) + own
    return found


def _sourced(question: Question, read: Read, definition: str) -> Sequence[bool]:
    """Whether each deal is marketing's by that definition."""
    if definition == "lead_source":
        theirs = set(question.settings.marketing_sources)
        return [deal.source in theirs for deal in read.deals]
    steps = read.journeys
    marketing = _of(steps, "marketing")
    if definition == "first_touch":
        return _to_deals(read, marketing[steps.first] if len(steps.first) else np.empty(0, np.bool_))
    own = _earliest(steps, _of(steps, "sales"))
    contact = np.array([_contact(read, numbers, steps.close[j]) for j, numbers in enumerate(steps.deals)])
    sales = np.minimum(own, contact.astype(np.int64))
    return _to_deals(read, _earliest(steps, marketing) < sales)


def _contact(read: Read, numbers: Sequence[int], close: int) -> int:
    """Sales' first contact as the lead itself tells it, unless that was after the close."""
    at = read.contacts.get(read.deals[numbers[0]].lead_id or "", NEVER)
    return at if at <= close else NEVER


def _influenced(read: Read) -> Sequence[bool]:
    """Whether each deal had a marketing touch before its close."""
    steps = read.journeys
    return _to_deals(read, _earliest(steps, _of(steps, "marketing")) < steps.close)


def _of(steps: Journeys, department: str) -> Bools:
    """Which steps are touches of that team."""
    return np.asarray(steps.column("department") == department, dtype=np.bool_)


def _earliest(steps: Journeys, those: Bools) -> Ints:
    """The time of each journey's first step among those; NEVER where there is none."""
    if not len(steps.first):
        return np.empty(0, np.int64)
    return np.minimum.reduceat(np.where(those, steps.at, NEVER), steps.first)


def _to_deals(read: Read, of_journey: Bools) -> Sequence[bool]:
    """What holds of journeys, deal by deal; a deal without a journey: no."""
    found = [False] * len(read.deals)
    for journey, numbers in enumerate(read.journeys.deals):
        for number in numbers:
            found[number] = bool(of_journey[journey])
    return found


# --- attributed revenue -----------------------------------------------------------------------------------


def attributed(
    question: Question, model: str, which: Literal["revenue", "margin"] = "revenue"
) -> Mapping[Group, Credit] | Refused:
    """What a model gives each group of the period's revenue (or of what it leaves, its margin).

    Refused where there are too few paths for the model.
    """
    found: Mapping[Group, Credit] | Refused = question.once(
        ("attributed", model, which), lambda: _attributed(question, model, which)
    )
    return found


def _attributed(
    question: Question, model: str, which: Literal["revenue", "margin"]
) -> Mapping[Group, Credit] | Refused:
    asked = journeys.parted(question)
    read = journeys.read(asked.of_deals, which, _columns(asked))
    weights = shares(asked, read, model)
    if isinstance(weights, Refused):
        return weights
    total = sum(deal.amount or 0.0 for deal in read.deals)
    kept = _kept(asked, read.journeys)
    if asked.by is None:
        return _by_deal(read, weights * kept, total)
    return _by_step(read, weights * kept, journeys.labels(question, read.journeys, asked.by), total)


def _columns(asked: Asked) -> tuple[str, ...]:
    return tuple(name for table, _, name in (c.partition(".") for c in asked.columns) if table == "touches")


def _kept(asked: Asked, steps: Journeys) -> Bools:
    """Which steps the filter lets through."""
    kept = np.ones(len(steps.touch), dtype=np.bool_)
    for column, values in asked.where:
        found = journeys.labels(asked.of_deals, steps, column)
        kept &= np.array([value in values for value in found], dtype=np.bool_)
    return kept


def _by_deal(read: Read, credit: Floats, total: float) -> dict[Group, Credit]:
    """Credit per group of deals."""
    found: dict[Group, Credit] = {ALL: Credit(0.0, 0, total)}
    steps = read.journeys
    if not len(steps.first):
        return found
    share = np.add.reduceat(credit, steps.first)
    for journey, numbers in enumerate(steps.deals):
        for deal in (read.deals[number] for number in numbers):
            _add(found, {deal.group, ALL}, deal, float(share[journey]), total)
    return found


def _by_step(read: Read, credit: Floats, labels: Labels, total: float) -> dict[Group, Credit]:
    """Credit per value of a column of the touches."""
    found: dict[Group, Credit] = {ALL: Credit(0.0, 0, total)}
    steps = read.journeys
    for first, count, numbers in zip(steps.first, steps.count, steps.deals, strict=True):
        part: dict[Group, float] = {}
        for step in range(first, first + count):
            part[labels[step]] = part.get(labels[step], 0.0) + float(credit[step])
        for deal in (read.deals[number] for number in numbers):
            _add(found, {ALL}, deal, sum(part.values()), total)
            for label, share in part.items():
                _add(found, {label}, deal, share, total)
    return found


def _add(found: dict[Group, Credit], groups: Iterable[Group], deal: Deal, share: float, total: float) -> None:
    if deal.amount is None:
        return
    for group in groups:
        known = found.get(group, Credit(0.0, 0, total))
        found[group] = Credit(known.amount + share * deal.amount, known.n + (share > 0), total)


# --- weights ----------------------------------------------------------------------------------------------


def shares(asked: Asked, read: Read, model: str) -> Floats | Refused:
    """The weight of every step; those of a journey sum to 1.

    A Markov chain's states are the values of the columns asked for; where none is, the weights within a
    journey don't matter.
    """
    steps, question = read.journeys, asked.of_deals
    if model != "markov":
        return weights(steps, model, question.settings.half_life_days)
    ungrouped = question.asking(by=None, marks=())
    lost = (
        journeys.read(ungrouped, "lost", _columns(asked)) if question.dataset.has("leads.lost_at") else None
    )
    paths = len(steps.first) + (0 if lost is None else len(lost.journeys.first))
    if paths < ENOUGH_PATHS:
        return Refused(paths)
    if not asked.columns:
        return weights(steps, "linear")
    won_states = _states(asked, steps)
    lost_states = [] if lost is None else _states(asked, lost.journeys)
    return markov(won_states, steps.count, lost_states, () if lost is None else lost.journeys.count)


def _states(asked: Asked, steps: Journeys) -> list[tuple[str | None, ...]]:
    """The state of a Markov chain that each step is in."""
    columns = [journeys.labels(asked.of_deals, steps, column) for column in asked.columns]
    return list(zip(*columns, strict=True))


def weights(steps: Journeys, model: str, half_life_days: float = 7.0) -> Floats:
    """The weight of every step by a model that looks at one journey alone."""
    if not len(steps.first):
        return np.empty(0)
    last = steps.first + steps.count - 1
    if model in ("first", "last"):
        found = np.zeros(len(steps.touch))
        found[steps.first if model == "first" else last] = 1.0
        return found
    if model == "linear":
        return _normal(np.ones(len(steps.touch)), steps)
    if model == "time_decay":
        ago = (
            np.repeat(steps.at[last], steps.count) - steps.at
        ) / DAY  # from the last touch: the same shares
        return _normal(np.exp2(-ago / half_life_days), steps)
    created = _last_until(steps, steps.created)
    if model == "u_shaped":
        return _by_milestones(steps, ((steps.first, 0.4), (created, 0.4)), 0.2)
    opened = _last_until(steps, steps.opportunity)
    return _by_milestones(steps, ((steps.first, 0.3), (created, 0.3), (opened, 0.3)), 0.1)


def _last_until(steps: Journeys, stamps: Ints) -> Ints:
    """Each journey's last step at or before its stamp; -1 where there is none."""
    before = np.add.reduceat((steps.at <= np.repeat(stamps, steps.count)).astype(np.int64), steps.first)
    return np.where(before > 0, steps.first + before - 1, -1)


def _by_milestones(steps: Journeys, milestones: Sequence[tuple[Ints, float]], middle: float) -> Floats:
    """Each milestone its share, the rest share the middle; shares of what is missing are scaled away."""
    found = np.zeros(len(steps.touch))
    free = np.ones(len(steps.touch), dtype=np.bool_)
    for place, share in milestones:
        there = place[place >= 0]
        np.add.at(found, there, share)
        free[there] = False
    others = np.repeat(np.add.reduceat(free.astype(np.float64), steps.first), steps.count)
    found[free] = middle / others[free]
    return _normal(found, steps)


def _normal(found: Floats, steps: Journeys) -> Floats:
    """The weights, those of each journey scaled to sum to 1."""
    sums: Floats = np.add.reduceat(found, steps.first)
    return found / np.repeat(sums, steps.count)


# --- Markov chain -----------------------------------------------------------------------------------------


def markov(
    won: Sequence[Any],
    won_counts: Sequence[int] | Ints,
    lost: Sequence[Any],
    lost_counts: Sequence[int] | Ints,
) -> Floats:
    """The weight of every step of the won paths: its state's removal effect, scaled to 1 within the path.

    Paths stand one after the other, step by step as states; the counts say how long each is. Anderl, Becker,
    von Wangenheim, Schumann: Mapping the customer journey (2016), of order one; a path's own credit is in
    proportion to the effects of the states on it.
    """
    effects = removal_effects(won, won_counts, lost, lost_counts)
    found = np.array([effects[state] for state in won])
    counts = np.asarray(won_counts, dtype=np.int64)
    first = np.cumsum(counts) - counts
    return found / np.repeat(np.add.reduceat(found, first), counts) if len(found) else found


def removal_effects(
    won: Sequence[Any],
    won_counts: Sequence[int] | Ints,
    lost: Sequence[Any],
    lost_counts: Sequence[int] | Ints,
) -> dict[Any, float]:
    """By how much fewer paths would be won, as a share, were the state's visitors lost.

    With N the fundamental matrix and x the chance to be won, a state s is visited with the chance
    N[0,s] / N[s,s], so without it N[0,s] / N[s,s] * x[s] of x[0] are gone.
    """
    names = {state: number for number, state in enumerate(dict.fromkeys([*won, *lost]), 1)}
    moves, wins = _moves(names, [(won, won_counts, True), (lost, lost_counts, False)])
    leaving = moves.sum(axis=1) + wins[:, 1]
    leaving[leaving == 0] = 1.0
    fundamental = np.linalg.inv(np.identity(len(leaving)) - moves / leaving[:, None])
    chance = fundamental @ (wins[:, 0] / leaving)
    if not chance[0]:
        return dict.fromkeys(names, 0.0)
    visited = fundamental[0] / np.diag(fundamental)
    return {state: float(visited[n] * chance[n] / chance[0]) for state, n in names.items()}


def _moves(names: Mapping[Any, int], paths: Iterable[tuple[Any, Any, bool]]) -> tuple[Floats, Floats]:
    """Moves from state to state (0: the start), and from each state to an end: won ones, and all."""
    moves, ends = np.zeros((len(names) + 1, len(names) + 1)), np.zeros((len(names) + 1, 2))
    for states, counts, won in paths:
        if not len(counts):
            continue
        codes = np.array([names[state] for state in states], dtype=np.int64)
        last = np.cumsum(counts) - 1
        first = last - np.asarray(counts) + 1
        np.add.at(moves, (0, codes[first]), 1.0)
        inner = np.setdiff1d(np.arange(len(codes)), last, assume_unique=True)
        np.add.at(moves, (codes[inner], codes[inner + 1]), 1.0)
        np.add.at(ends, (codes[last], 1), 1.0)
        if won:
            np.add.at(ends, (codes[last], 0), 1.0)
    return moves, ends
