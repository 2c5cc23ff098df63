"""Two to five campaigns at equal age: each measure with its interval, and whether one is surely better.

Every campaign is seen as it looked at the end of the same day of its life. A rate's difference has Newcombe's
interval. A cost for each lead or customer: the spend is known, the count is taken as Poisson, so the share of
one campaign's count in both has Wilson's interval, and with it the ratio of the costs (given the sum:
Przyborowski and Wilenski 1940, Biometrika 31, 313-323). Return on spend: deals as compound Poisson. All pairs
in all measures of one comparison share the 5 % of being wrong by chance (Holm 1979, Scandinavian Journal of
Statistics 6, 65-70): of equal campaigns one comparison in twenty calls anything at all surely better.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import partial
from itertools import combinations, permutations
from typing import Final, Literal

from scorecard import campaigns_life, report, small, words
from scorecard.campaigns import Campaign, campaigns, lifelong
from scorecard.chances import normal_beyond, normal_quantile
from scorecard.clock import AsOf
from scorecard.dataset import Dataset
from scorecard.formats import Formats
from scorecard.measures import NotReachableError, Question
from scorecard.metrics import METRICS
from scorecard.words import Said, Sentence, sentence

COMPARED: Final = "campaigns#compared"  # where on the page the figures stand
Kind = Literal["rate", "cost", "return"]
MOST: Final = 5
FEWEST: Final = 2
CANT_TELL: Final = "Can't tell yet"
_KINDS: Final[dict[str, Kind]] = {
    "conversion_rate": "rate",
    "micro_conversion_rate": "rate",
    "acceptance_rate": "rate",
    "lead_to_win_rate": "rate",
    "cpl": "cost",
    "cost_per_mql": "cost",
    "cost_per_sql": "cost",
    "cac": "cost",
    "romi": "return",
}
MEASURED: Final = tuple(_KINDS)
_CHANCE: Final = 0.05
_WIDEST: Final = 40.0  # standard errors: no chance that a float can hold is smaller
_NARROWEST: Final = 1e-6
_HALVINGS: Final = 50
_ENOUGH_DEALS: Final = 10  # from which the sum of deals is near enough to normal


# --- intervals --------------------------------------------------------------------------------------------


def z_of(pairs: int) -> float:
    """How many standard errors an interval takes to each side when so many pairs share the 5 %."""
    return normal_quantile(1 - _CHANCE / 2 / max(pairs, 1))


def score(k: float, n: float, z: float) -> tuple[float, float]:
    """Wilson's score interval of k of n at that z."""
    middle, half = k / n + z * z / (2 * n), z * math.sqrt(k / n * (1 - k / n) / n + z * z / (4 * n * n))
    low, high = ((middle + side) / (1 + z * z / n) for side in (-half, half))
    return (0.0 if k == 0 else max(low, 0.0)), (1.0 if k == n else min(high, 1.0))


def counted(k: float, z: float) -> tuple[float, float]:
    """The score interval of a Poisson count: what Wilson's becomes as n grows."""
    half = z * math.sqrt(k + z * z / 4)
    return max(k + z * z / 2 - half, 0.0), k + z * z / 2 + half


def rate_gap(one: Measured, other: Measured, z: float) -> tuple[float, float]:
    """Newcombe's interval of the difference of two rates."""
    (l1, u1), (l2, u2) = (score(m.k, m.n, z) for m in (one, other))
    p1, p2 = one.k / one.n, other.k / other.n
    return p1 - p2 - math.hypot(p1 - l1, u2 - p2), p1 - p2 + math.hypot(u1 - p1, p2 - l2)


def cost_ratio(one: Measured, other: Measured, z: float) -> tuple[float, float]:
    """The interval of one's cost over the other's; from 0 to infinity when neither counted anything."""
    if not one.k + other.k:
        return 0.0, math.inf
    low, high = score(one.k, one.k + other.k, z)
    spent = one.n / other.n
    return spent * (1 - high) / high, (spent * (1 - low) / low if low else math.inf)


def return_gap(one: Measured, other: Measured, z: float) -> tuple[float, float]:
    """The interval of the difference of two returns on spend."""
    gap = one.k / one.n - other.k / other.n
    half = z * math.hypot(one.error / one.n, other.error / other.n)
    return gap - half, gap + half


# --- what is measured -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Measured:
    """A campaign's figure: of a rate k of n; of a cost k cases for n spent; of a return k left of n spent.

    `value` is None where there is none, `few` says that it stands on too little to compare. `error` is the
    standard error of k, where k is money.
    """

    campaign_id: str
    name: str
    value: float | None
    k: float
    n: float
    low: float | None = None
    high: float | None = None
    error: float = 0.0
    few: bool = False


@dataclass(frozen=True)
class Line:
    """One measure of all the campaigns, in their order, and what can be said of it.

    `sure` where any surely beats another. The `best` surely beats the `worse`; of the `open` nobody can tell.
    """

    metric: str
    label: str
    unit: str
    measured: tuple[Measured, ...]
    verdict: Sentence
    sure: bool
    best: Measured | None = None
    worse: tuple[Measured, ...] = ()
    open: tuple[Measured, ...] = ()


@dataclass(frozen=True)
class Comparison:
    """Campaigns at equal age, `days` old; `left_out` names those that can't be compared, and why."""

    campaigns: tuple[Campaign, ...]
    days: int
    lines: tuple[Line, ...]
    verdict: tuple[Sentence, ...]
    left_out: tuple[str, ...] = ()


def compare(
    dataset: Dataset, as_of: AsOf, asked: Sequence[str], names: Sequence[str] = MEASURED
) -> Comparison:
    """The comparison, in these measures, of up to five of the campaigns, those that have begun."""
    known = {c.campaign_id: c for c in campaigns(dataset, as_of)}
    chosen = [known[one] for one in dict.fromkeys(asked) if one in known][:MOST]
    begun = [c for c in chosen if c.age is not None]
    out = tuple(f"{c.shown} has no first day yet." for c in chosen if c.age is None)
    if len(begun) < FEWEST:
        return Comparison(
            tuple(begun), 0, (), (sentence("Choose two to five campaigns that have begun."),), out
        )
    days = min(c.age for c in begun if c.age is not None) + 1
    lines = tuple(_lines(dataset, as_of, begun, days, names))
    formats = Formats.of(small.settings(dataset))
    return Comparison(tuple(begun), days, lines, _verdict(lines, days, formats), out)


def _verdict(lines: Sequence[Line], days: int, formats: Formats) -> tuple[Sentence, ...]:
    """In how many measures they surely differ; then a line for each that beats the same others alike."""
    sure = [line for line in lines if line.sure]
    age = ("In their ", words.linked(f"first {words.counted(days, 'day')}", COMPARED))
    if not sure:
        return (sentence(*age, " nothing tells these campaigns apart for sure yet."),)
    many = words.linked(f"{len(sure)} of {words.counted(len(lines), 'measure')}", COMPARED)
    alike: dict[tuple[object, ...], list[Line]] = {}
    for line in (line for line in sure if line.worse):
        names = (tuple(m.campaign_id for m in some) for some in (line.worse, line.open))
        alike.setdefault((line.best and line.best.campaign_id, _KINDS[line.metric], *names), []).append(line)
    told = (_beaten(some, formats) for some in alike.values())
    return (sentence(*age, " they surely differ in ", many, "."), *told)


def _beaten(lines: Sequence[Line], formats: Formats) -> Sentence:
    """'Mail is cheaper than Fair in cost per lead (€10 against €40) and cost per MQL (...): 95% sure.'."""
    first = lines[0]
    if first.best is None:
        return ()
    others = words.joined(_named(m) for m in first.worse)
    parts = [sentence(f"{words.inner(line.label)} (", *_figures(line, formats), ")") for line in lines]
    open_ = words.joined(_named(m) for m in first.open)
    rest = sentence("; of ", *open_, " we can't tell yet") if open_ else ()
    how = "cheaper" if _KINDS[first.metric] == "cost" else "better"
    head = sentence(_named(first.best), f" is {how} than ", *others, " in ")
    return sentence(*head, *words.joined(parts), ": ", Said(f"{formats.sure} sure", strong=True), *rest, ".")


def _figures(line: Line, formats: Formats) -> Sentence:
    best = () if line.best is None else (_shown(line.best, line.unit, formats),)
    return sentence(*best, " against ", *words.joined(_shown(m, line.unit, formats) for m in line.worse))


def _named(one: Measured) -> Said:
    return Said(one.name, page="campaigns", ask=(("campaign", one.campaign_id),))


def _lines(
    dataset: Dataset, as_of: AsOf, chosen: Sequence[Campaign], days: int, names: Sequence[str]
) -> list[Line]:
    formats, least = Formats.of(small.settings(dataset)), small.settings(dataset).min_n
    found: list[tuple[str, list[Measured]]] = []
    seen = [_at_age(dataset, as_of, one, days) for one in chosen]
    rows = [
        lifelong(dataset, then, names, (one.campaign_id,)).get(one.campaign_id, {})
        for one, then in zip(chosen, seen, strict=True)
    ]
    for name, kind in ((name, _KINDS[name]) for name in names):
        if not all(name in of_one for of_one in rows):
            continue
        pairs = [(one, of_one[name]) for one, of_one in zip(chosen, rows, strict=True)]
        measured = [
            _measured(one, kind, row.value, row.numerator or 0.0, row.denominator or 0.0, least)
            for one, row in pairs
        ]
        if kind == "return":
            measured = [_with_error(dataset, then, m) for then, m in zip(seen, measured, strict=True)]
        found.append((name, measured))
    sure = surely(found)
    return [_line(name, measured, sure[name], formats) for name, measured in found]


def _at_age(dataset: Dataset, as_of: AsOf, one: Campaign, days: int) -> AsOf:
    """The end of the campaign's so-manieth day; as_of itself where that is the last one."""
    if one.age is None or one.age + 1 <= days:
        return as_of
    day: date = as_of.day - timedelta(days=one.age + 1 - days)
    return AsOf.parse(day.isoformat(), small.settings(dataset).zone)


def _measured(one: Campaign, kind: Kind, value: float | None, k: float, n: float, least: int) -> Measured:
    """The figure with its own 95 % interval."""
    found = Measured(one.campaign_id, one.shown, value, k, n)
    if (k if kind == "cost" else n) <= 0:
        return replace(found, few=True)
    z = z_of(1)
    if kind == "rate":
        return replace(found, low=score(k, n, z)[0], high=score(k, n, z)[1], few=n < least)
    if kind == "cost":
        cases = n
        low, high = counted(cases, z)
        found = replace(found, k=cases, n=k)
        return replace(found, low=k / high, high=k / low if low else None)
    return replace(found, k=k + n)  # what was left, not what was gained


def _with_error(dataset: Dataset, then: AsOf, found: Measured) -> Measured:
    """A return with its interval: the variance of a sum of deals is the sum of their squares."""
    if found.few:
        return found
    question = Question(dataset, then, 0, report.FOREVER, by="campaign_id")
    try:
        deals = campaigns_life.credited(question).get(found.campaign_id, [])
    except NotReachableError:
        return replace(found, few=True)
    error = math.sqrt(sum(worth * worth for worth in deals))
    if len(deals) < _ENOUGH_DEALS or found.value is None:
        return replace(found, few=True)
    half = z_of(1) * error / found.n
    return replace(found, error=error, low=found.value - half, high=found.value + half)


# --- what can be said -------------------------------------------------------------------------------------


def _line(name: str, measured: Sequence[Measured], sure: Sure, formats: Formats) -> Line:
    metric = METRICS[name]
    verdict = said(name, measured, sure, formats)
    best, worse, open_ = _ranked(name, measured, sure)
    known = name, metric.label, metric.unit, tuple(measured), verdict, bool(sure)
    return Line(*known, best, tuple(worse), tuple(open_))


def _ranked(name: str, measured: Sequence[Measured], sure: Sure) -> Ranked:
    """The best of those that can be compared, those that it surely beats, and the rest of them."""
    usable = [m for m in measured if not m.few]
    best = min(usable, key=lambda m: _rank(_KINDS[name], m), default=None)
    if best is None:
        return None, [], []
    worse = [m for m in usable if (best.campaign_id, m.campaign_id) in sure]
    return best, worse, [m for m in usable if m is not best and m not in worse]


Ranked = tuple[Measured | None, list[Measured], list[Measured]]
Sure = frozenset[tuple[str, str]]  # campaign_ids: the first is surely better than the second


def surely(found: Sequence[tuple[str, Sequence[Measured]]]) -> dict[str, Sure]:
    """Of each measure the pairs in which one campaign is surely better, all of them sharing the 5 %."""
    tests = [
        (chance(name, one, other), name, (one.campaign_id, other.campaign_id))
        for name, measured in found
        for one, other in permutations([m for m in measured if not m.few], 2)
        if _rank(_KINDS[name], one) < _rank(_KINDS[name], other)
    ]
    ties = sum(_ties(_KINDS[name], measured) for name, measured in found)
    sure: dict[str, set[tuple[str, str]]] = {name: set() for name, _ in found}
    ordered = sorted(tests)
    for place, (p, name, pair) in enumerate(ordered):
        if p > _CHANCE / (len(ordered) + ties - place):
            break
        sure[name].add(pair)
    return {name: frozenset(pairs) for name, pairs in sure.items()}


def _ties(kind: Kind, measured: Sequence[Measured]) -> int:
    """Pairs that stand level: they were looked at too."""
    ranks = [_rank(kind, m) for m in measured if not m.few]
    return sum(a == b for a, b in combinations(ranks, 2))


def chance(metric: str, one: Measured, other: Measured) -> float:
    """How often so wide a gap, either way, comes about between equals: where the interval would touch."""
    kind = _KINDS[metric]
    low, high = 0.0, _WIDEST
    if not _beats(kind, one, other, _NARROWEST):
        return 1.0
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if _beats(kind, one, other, middle) else (low, middle)
    return 2 * normal_beyond(low)


def said(name: str, measured: Sequence[Measured], sure: Sure, formats: Formats) -> Sentence:
    """What one measure says of the campaigns."""
    metric, kind = METRICS[name], _KINDS[name]
    usable = [m for m in measured if not m.few]
    if len(usable) < FEWEST:
        few = words.listing(m.name for m in measured if m.few)
        return sentence(f"{metric.label}: {CANT_TELL.lower()}, as {few} have too little to go by.")
    if all(m.value is None for m in usable):
        return sentence(f"{metric.label}: {CANT_TELL.lower()}, as none of them has any.")
    best, worse, open_ = _ranked(name, measured, sure)
    value = partial(_shown, unit=metric.unit, formats=formats)
    if best is None or not worse:
        told = words.joined(sentence(value(m), " for ", _named(m)) for m in usable)
        return sentence(f"{metric.label}: ", *told, f". {CANT_TELL}: chance alone may do that.")
    others = words.joined(sentence(f"{m.name} at ", value(m)) for m in worse)
    before, after = _TOLD[name]
    rest = f"; of {words.listing(m.name for m in open_)} we can't tell yet" if open_ else ""
    word = Said(f"{formats.sure} sure to be {_BETTER[kind]}", strong=True)
    return sentence(
        f"{best.name} {before} ", value(best), f"{after}, against ", *others, ": ", word, f"{rest}."
    )


_TOLD: Final = {  # what stands before and after the best one's figure
    "conversion_rate": ("converted", " of its visits"),
    "micro_conversion_rate": ("got a small step out of", " of its visits"),
    "acceptance_rate": ("had", " of its hand-offs accepted"),
    "lead_to_win_rate": ("won", " of its leads"),
    "cpl": ("brought leads at", ""),
    "cost_per_mql": ("brought MQLs at", ""),
    "cost_per_sql": ("brought SQLs at", ""),
    "cac": ("brought customers at", ""),
    "romi": ("returned", " on what it cost"),
}
_BETTER: Final[dict[Kind, str]] = {"cost": "cheaper", "rate": "more", "return": "better"}


def _rank(kind: Kind, found: Measured) -> float:
    """Smaller is better."""
    if kind == "cost":
        return found.n / found.k if found.k else math.inf
    return -found.k / found.n


def surely_better(metric: str, one: Measured, other: Measured, z: float) -> bool:
    """Whether one campaign is surely better than another in that measure, at that z."""
    return not (one.few or other.few) and _beats(_KINDS[metric], one, other, z)


def _beats(kind: Kind, best: Measured, other: Measured, z: float) -> bool:
    if kind == "cost":
        return cost_ratio(best, other, z)[1] < 1
    gap = rate_gap if kind == "rate" else return_gap
    return gap(best, other, z)[0] > 0


def _shown(found: Measured, unit: str, formats: Formats) -> Said:
    return words.shown("none yet" if found.value is None else formats.value(found.value, unit), COMPARED)
