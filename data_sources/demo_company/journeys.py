"""How leads fare, drawn a chunk at a time: arrays of passes, touches and orders.

A chunk depends on the demo and its own number alone. Stamps are wall-clock seconds (`hours`),
codes point into
the lists of `cast`; BLANK and -1 stand for none.
"""

from __future__ import annotations

from typing import Any, Final, TypeAlias

import numpy as np
import numpy.typing as npt

from data_sources.demo_company.cast import (
    ATTRIBUTES,
    CHANNELS,
    COLLAPSE_REASON_SHARES,
    COLLAPSING,
    CURRENCIES,
    CURRENCY_OF_REGION,
    DECIDES,
    GUIDE,
    LOST_SHARES,
    ONLINE,
    PEOPLE,
    REASON_SHARES,
    REASONS,
    SELLERS,
    SIZE_WORTH,
    SLOTS,
    SMALLEST,
    SOURCE,
    SOURCES,
    UNREACHABLE_DAYS,
)
from data_sources.demo_company.hours import BLANK, DAY, HOUR, Bools, Floats, Ints
from data_sources.demo_company.world import CHUNK, World

Columns: TypeAlias = dict[str, npt.NDArray[Any]]
NONE: Final = -1
STAMPS: Final = ("mql_at", "handed_off_at", "assigned_at", "first_touch_at", "accepted_at", "rejected_at",
                 "nurtured_at", "sql_at", "opportunity_at", "won_at", "lost_at")  # fmt: skip

_SLOT_SOURCE: Final = np.array([SOURCE[s.source] for s in SLOTS])
_SLOT_GUIDE: Final = np.array([s.campaign == GUIDE for s in SLOTS])
_ON_THE_WEB: Final = np.array([s.on_the_web for s in SOURCES])
_QUALIFIES: Final = np.array([s.qualifies for s in SOURCES])
_ACCEPTED: Final = np.array([s.accepted for s in SOURCES])
_SQL: Final = np.array([s.sql for s in SOURCES])
_OPPORTUNITY: Final = np.array([s.opportunity for s in SOURCES])
_WON: Final = np.array([s.won for s in SOURCES])
_WORTH: Final = np.array([s.worth for s in SOURCES])
_UNREACHED_FOR: Final = 120  # days
_UNREACHED: Final = 0.26
_OUTBOUND: Final = SOURCE["Outbound call"]
_MEDIAN_HOURS: Final = np.array([p.hours for p in PEOPLE])
_HEAD_OF_SALES: Final = next(i for i, p in enumerate(PEOPLE) if p.role == "Head of sales")
_REGION: Final = {name: i for i, name in enumerate(ATTRIBUTES["region"].values)}


class Draw:
    """Dice with the few throws that are needed here, for arrays of the same length."""

    def __init__(self, dice: np.random.Generator) -> None:
        self.dice = dice

    def chance(self, p: Floats | float, n: int) -> Bools:
        return self.dice.random(n) < p

    def log_normal(self, median: Floats | float, spread: float, n: int) -> Floats:
        return median * np.exp(self.dice.normal(0, spread, n))

    def pick(self, shares: tuple[float, ...], n: int) -> Ints:
        edges = np.cumsum(shares)
        return np.searchsorted(edges / edges[-1], self.dice.random(n), side="right")

    def between(self, low: float, high: float, n: int) -> Floats:
        return self.dice.uniform(low, high, n)


def passes(world: World, chunk: int) -> Columns:
    """The chunk's passes, first and later ones, in the order of leads."""
    draw = Draw(world.dice(2, chunk))
    first = _arrivals(world, draw, chunk)
    _qualify(world, draw, first)
    _work(world, draw, first)
    _close(world, draw, first)
    second = _handed_again(world, draw, first)
    _work(world, draw, second)
    _close(world, draw, second)
    _copy_stamps(draw, second)
    both = {name: np.concatenate([first[name], second[name]]) for name in first}
    order = np.lexsort((both["pass_no"], both["lead"]))
    found = {name: values[order] for name, values in both.items()}
    return found | {"reason": _unreachable(world, chunk, found)}


def _unreachable(world: World, chunk: int, rows: Columns) -> Ints:
    """The reasons, with more leads that couldn't be reached until the forms began to check numbers."""
    last = world.end_of_today - (UNREACHABLE_DAYS + 1) * DAY
    at = rows["rejected_at"]
    before = (at != BLANK) & (at >= last - _UNREACHED_FOR * DAY) & (at < last)
    luck = world.dice(12, chunk).random(CHUNK)[rows["lead"] % CHUNK]  # one throw a lead: copies stay copies
    turned = before & (rows["reason"] != NONE) & (luck < _UNREACHED)
    return np.where(turned, REASONS.index("not reachable"), rows["reason"])


def _arrivals(world: World, draw: Draw, chunk: int) -> Columns:
    number = np.arange(chunk * CHUNK, min((chunk + 1) * CHUNK, world.demo.leads))
    n = len(number)
    day = np.searchsorted(world.arrived, number, side="right")
    slot = (draw.dice.random(n)[:, None] >= world.cumulative[day]).sum(axis=1)
    source = _SLOT_SOURCE[slot]
    created = (world.first_day + day) * DAY + _second_of_day(draw, _ON_THE_WEB[source], n)
    order = np.argsort(created, kind="stable")
    leads: Columns = {
        "lead": number,
        "pass_no": np.ones(n, np.int64),
        "slot": slot[order],
        "source": source[order],
    }
    leads["created_at"] = np.minimum(world.hours.clean(created[order]), world.end - 1)
    _describe(world, draw, leads)
    leads["owner"] = np.array(SELLERS)[draw.pick(tuple(PEOPLE[i].share for i in SELLERS), n)]
    return leads


def _second_of_day(draw: Draw, web: Bools, n: int) -> Ints:
    """The web is awake at all hours, most of all late in the morning and in the evening."""
    at = np.choose(draw.pick((0.52, 0.33, 0.15), n), [
        draw.dice.normal(11.2, 2.4, n), draw.dice.normal(20.2, 1.6, n), draw.between(0, 24, n)])  # fmt: skip
    at = np.where(web, at % 24, draw.between(9.1, 16.8, n))
    return np.minimum((at * HOUR).astype(np.int64), DAY - 1)


def _describe(world: World, draw: Draw, leads: Columns) -> None:
    n = len(leads["lead"])
    for name, kind in ATTRIBUTES.items():
        leads[name] = draw.pick(kind.shares, n)
    bad = (leads["source"] == COLLAPSING) & (leads["created_at"] >= world.collapse)
    leads["company_size"] = np.where(bad & draw.chance(0.68, n), SMALLEST, leads["company_size"])
    leads["currency"] = np.zeros(n, np.int64)
    for region, (currency, share) in CURRENCY_OF_REGION.items():
        abroad = (leads["region"] == _REGION[region]) & draw.chance(share, n)
        leads["currency"] = np.where(abroad, CURRENCIES.index(currency), leads["currency"])


def _qualify(world: World, draw: Draw, leads: Columns) -> None:
    """Nurture, marketing's qualification and the hand-off; outbound leads are sales' own and skip these."""
    n, source, created = len(leads["lead"]), leads["source"], leads["created_at"]
    guide = _SLOT_GUIDE[leads["slot"]]
    nurtured_at = world.hours.clean(created + (draw.between(2, 32, n) * DAY).astype(np.int64))
    leads["nurtured_at"] = np.where(guide & draw.chance(0.155, n), world.happened(nurtured_at), BLANK)
    nurtured = leads["nurtured_at"] != BLANK
    chance = np.where(nurtured, 0.85, np.where(guide, 0.30, _QUALIFIES[source]))
    base = np.where(nurtured, leads["nurtured_at"], created)
    waits = (draw.log_normal(np.where(_ON_THE_WEB[source], 9.0, 22.0), 1.2, n) * HOUR).astype(np.int64)
    qualified_at = world.hours.clean(base + np.maximum(waits, 60))
    leads["mql_at"] = np.where(draw.chance(chance, n), world.happened(qualified_at), BLANK)
    _hand_off(world, draw, leads)


def _hand_off(world: World, draw: Draw, leads: Columns) -> None:
    """Two in five go over by themselves within minutes, the rest when somebody has looked at them."""
    n, mql = len(leads["lead"]), leads["mql_at"]
    qualified = mql != BLANK
    base = np.where(qualified, mql, leads["created_at"])
    at_once = world.hours.clean(base + draw.dice.integers(120, 900, n))
    looked_at = world.hours.add(base, draw.log_normal(2.5, 1.0, n))
    handed = np.where(draw.chance(0.4, n), at_once, looked_at)
    goes = np.where(qualified, draw.chance(0.9, n), draw.chance(0.012, n)) & (leads["source"] != _OUTBOUND)
    leads["handed_off_at"] = np.where(goes, world.happened(handed), BLANK)


def _work(world: World, draw: Draw, leads: Columns) -> None:
    """Sales gets the lead, touches it and decides."""
    n, source, handed = len(leads["lead"]), leads["source"], leads["handed_off_at"]
    own = (source == _OUTBOUND) & (leads["pass_no"] == 1)
    base = np.where(own, leads["created_at"], handed)
    has_base = base != BLANK
    start = np.where(has_base, base, leads["created_at"])
    assigned = np.where(own, start, world.hours.add(start, draw.dice.exponential(0.25, n)))
    leads["assigned_at"] = np.where(has_base & draw.chance(0.96, n), world.happened(assigned), BLANK)
    away = world.away(leads["owner"], start)
    waits = draw.log_normal(_MEDIAN_HOURS[leads["owner"]], 0.95, n) + np.where(
        away, draw.between(9, 46, n), 0
    )
    touched_at = world.hours.add(start, np.where(own, 0.02, np.maximum(waits, 0.05)))
    touched = has_base & draw.chance(np.where(away, 0.72, 0.955), n)
    leads["first_touch_at"] = np.where(touched, world.happened(touched_at), BLANK)
    _decide(world, draw, leads, np.where(own, BLANK, handed))


def _decide(world: World, draw: Draw, leads: Columns, handed: Ints) -> None:
    n, source, touch = len(leads["lead"]), leads["source"], leads["first_touch_at"]
    given, touched = handed != BLANK, touch != BLANK
    bad = (source == COLLAPSING) & (handed >= world.collapse)
    p = _ACCEPTED[source] + sum(np.array(kind.accepted)[leads[name]] for name, kind in ATTRIBUTES.items())
    p = np.where(bad, 0.23, p) + np.where(leads["nurtured_at"] != BLANK, 0.08, 0.0)
    at = world.hours.add(
        np.where(touched, touch, np.where(given, handed, leads["created_at"])), draw.log_normal(2.8, 0.95, n)
    )
    decided = given & draw.chance(np.where(touched, 0.95, 0.22), n)
    yes = touched & draw.chance(p, n)
    leads["accepted_at"] = np.where(decided & yes, world.happened(at), BLANK)
    changed = draw.chance(0.015, n)  # accepted, then rejected after all
    later = world.hours.add(at, draw.between(6, 40, n))
    leads["rejected_at"] = np.where(
        decided & (~yes | changed), world.happened(np.where(yes, later, at)), BLANK
    )
    _judge(draw, leads, bad)


def _judge(draw: Draw, leads: Columns, bad: Bools) -> None:
    """Sales' words on the lead: reason, rating, whether the contact decides."""
    n = len(leads["lead"])
    rejected, accepted = leads["rejected_at"] != BLANK, leads["accepted_at"] != BLANK
    reason = np.where(bad, draw.pick(COLLAPSE_REASON_SHARES, n), draw.pick(REASON_SHARES, n))
    leads["reason"] = np.where(rejected & draw.chance(0.97, n), reason, NONE)
    mean = np.where(rejected, 2.0, 2.6 + 1.6 * _ACCEPTED[leads["source"]])
    rating = np.clip(np.round(draw.dice.normal(mean, 0.8)), 1, 5).astype(np.int64)
    leads["rating"] = np.where((rejected | accepted) & draw.chance(0.86, n), rating, NONE)
    decides = draw.chance(np.array(DECIDES)[leads["job_level"]], n).astype(np.int64)
    known = (leads["first_touch_at"] != BLANK) & draw.chance(0.76, n)
    leads["decides"] = np.where(known, decides, NONE)


def _close(world: World, draw: Draw, leads: Columns) -> None:
    """From accepted to won or lost; what it is worth is known with the opportunity."""
    n, source = len(leads["lead"]), leads["source"]
    own = (source == _OUTBOUND) & (leads["first_touch_at"] != BLANK) & (leads["handed_off_at"] == BLANK)
    good = ((leads["accepted_at"] != BLANK) & (leads["rejected_at"] == BLANK)) | own
    nurtured = leads["nurtured_at"] != BLANK
    base = np.where(own, leads["first_touch_at"], leads["accepted_at"])
    sql = _after(
        world, base, good & draw.chance(_SQL[source] + 0.12 * nurtured, n), draw.log_normal(14, 0.9, n)
    )
    opportunity = _after(world, sql, draw.chance(_OPPORTUNITY[source], n), draw.log_normal(30, 0.9, n))
    p = (
        _WON[source]
        + sum(np.array(kind.won)[leads[name]] for name, kind in ATTRIBUTES.items())
        + 0.14 * nurtured
    )
    won = draw.chance(p, n)
    ends = draw.chance(0.96, n)
    leads["won_at"] = _after(world, opportunity, won & ends, draw.log_normal(150, 0.6, n))
    leads["lost_at"] = _after(world, opportunity, ~won & ends, draw.log_normal(190, 0.6, n))
    leads["sql_at"] = np.where((opportunity != BLANK) & draw.chance(0.03, n), BLANK, sql)  # a stage skipped
    leads["opportunity_at"] = opportunity
    _value(draw, leads)


def _after(world: World, base: Ints, goes: Bools, hours: Floats) -> Ints:
    """So many opening hours after `base`, blank where it doesn't go on or hasn't happened yet."""
    known = base != BLANK
    start = np.where(known, base, world.first_day * DAY)
    return np.where(known & goes, world.happened(world.hours.add(start, np.maximum(hours, 0.2))), BLANK)


def _value(draw: Draw, leads: Columns) -> None:
    n = len(leads["lead"])
    worth = _WORTH[leads["source"]] * np.array(SIZE_WORTH)[leads["company_size"]]
    leads["amount"] = np.clip(draw.log_normal(8_600 * worth, 0.62, n), 300, 180_000)
    known = leads["opportunity_at"] != BLANK
    plan = leads["opportunity_at"] // DAY + draw.dice.integers(21, 80, n)
    leads["expected_close"] = np.where(known & draw.chance(0.94, n), plan, BLANK)
    lost = leads["lost_at"] != BLANK
    leads["lost_reason"] = np.where(lost & draw.chance(0.95, n), draw.pick(LOST_SHARES, n), NONE)
    colleague = np.where(
        draw.chance(0.5, n), _HEAD_OF_SALES, np.array(SELLERS)[draw.pick((1.0,) * len(SELLERS), n)]
    )
    by_other = (leads["won_at"] != BLANK) & draw.chance(0.08, n)
    leads["closer"] = np.where(by_other, colleague, NONE)


def _handed_again(world: World, draw: Draw, first: Columns) -> Columns:
    """The second passes: rejected leads that came round once more after some weeks."""
    rejected = first["rejected_at"]
    waits = draw.between(60, 420, len(rejected))
    again = _after(world, rejected, draw.chance(0.55, len(rejected)), waits)
    chosen = np.flatnonzero(again != BLANK)
    second = {name: values[chosen] for name, values in first.items()}
    n = len(chosen)
    second["first_pass_rejected_at"], second["first_pass_touch_at"] = (
        second["rejected_at"],
        second["first_touch_at"],
    )
    second["first_pass_reason"] = second["reason"]
    second["pass_no"] = np.full(n, 2)
    second["handed_off_at"] = again[chosen]
    second["mql_at"] = np.where(draw.chance(0.6, n), second["mql_at"], BLANK)
    sellers = np.array(SELLERS)[draw.pick(tuple(PEOPLE[i].share for i in SELLERS), n)]
    second["owner"] = np.where(draw.chance(0.5, n), sellers, second["owner"])
    first.update(
        {name: np.full(len(rejected), BLANK) for name in ("first_pass_rejected_at", "first_pass_touch_at")}
    )
    first["first_pass_reason"] = np.full(len(rejected), NONE)
    first["true_touch_at"] = first["first_touch_at"]
    return second


def _copy_stamps(draw: Draw, second: Columns) -> None:
    """CRMs copy: a third of the second passes nobody has decided yet still show the first one's stamps."""
    n = len(second["lead"])
    second["true_touch_at"] = second["first_touch_at"]
    open_still = (second["accepted_at"] == BLANK) & (second["rejected_at"] == BLANK)
    copied = open_still & draw.chance(0.35, n)
    for name, of_first in (("rejected_at", "first_pass_rejected_at"), ("first_touch_at",
                                                                       "first_pass_touch_at"),
                           ("reason", "first_pass_reason")):  # fmt: skip
        second[name] = np.where(copied, second[of_first], second[name])


TOUCH_KINDS: Final = ("ad", "web", "content", "email", "mail", "event", "call", "meeting", "demo")
_KIND: Final = {kind: i for i, kind in enumerate(TOUCH_KINDS)}
OUTCOMES: Final = ("reached", "no_answer", "left_message", "acknowledged", "meeting_set", "declined")
_OUTCOME: Final = {outcome: i for i, outcome in enumerate(OUTCOMES)}
_FIRST_KIND: Final = np.array([_KIND[k] for k in (
    "web", "ad", "ad", "event", "email", "mail", "event", "email", "web", "web")])  # fmt: skip
_NURTURE_KINDS: Final = np.array([_KIND[k] for k in ("email", "content", "web", "ad")])


def touches(world: World, chunk: int, rows: Columns) -> Columns:
    """The contacts of both teams with the chunk's leads, by lead and time; `row` points at the pass."""
    draw = Draw(world.dice(3, chunk))
    both = [
        _marketing_touches(world, draw, rows),
        _sales_touches(world, draw, rows),
        _closing_meetings(world, draw, rows),
    ]
    found = {name: np.concatenate([part[name] for part in both]) for name in both[0]}
    seen = (found["at"] < world.end) & (found["at"] >= world.first_day * DAY)
    found = {name: values[seen] for name, values in found.items()}
    found["lead"] = rows["lead"][found["row"]]
    order = np.lexsort((found["department"], found["at"], found["lead"]))
    found = {name: values[order] for name, values in found.items()}
    found["number"] = _numbered(found["lead"])
    return found


def _numbered(leads: Ints) -> Ints:
    """1, 2, 3 ... within each run of equal leads."""
    starts = np.flatnonzero(np.diff(leads, prepend=-1))
    lengths = np.diff(np.append(starts, len(leads)))
    return np.arange(len(leads)) - np.repeat(starts, lengths) + 1


def _spread(counts: Ints) -> tuple[Ints, Ints]:
    """For so many items each: which row each item belongs to, and its place there from 0."""
    row = np.repeat(np.arange(len(counts)), counts)
    return row, np.arange(len(row)) - np.repeat(np.cumsum(counts) - counts, counts)


def _marketing_touches(world: World, draw: Draw, rows: Columns) -> Columns:
    """What brought the lead in, then what kept it warm until the hand-off."""
    size = len(rows["lead"])
    handed = rows["handed_off_at"] != BLANK
    counts = np.where(
        handed, 1 + draw.pick((0.36, 0.36, 0.2, 0.08), size), draw.pick((0.45, 0.4, 0.15), size)
    )
    own = (rows["source"] == _OUTBOUND) | (rows["pass_no"] > 1)
    row, place = _spread(np.where(own, 0, counts))
    n = len(row)
    created = rows["created_at"][row]
    until = np.where(handed[row], rows["handed_off_at"][row], created + 21 * DAY)
    before = created - (draw.dice.exponential(3.5, n) * DAY).astype(np.int64)
    between = created + (draw.dice.random(n) * np.maximum(until - created, 0)).astype(np.int64)
    earlier = (place == 0) | draw.chance(0.3, n)
    at = np.maximum(world.hours.clean(np.where(earlier, before, between)), world.first_day * DAY)
    kind = np.where(
        place == 0, _FIRST_KIND[rows["source"][row]], _NURTURE_KINDS[draw.pick((0.42, 0.25, 0.18, 0.15), n)]
    )
    outcome = np.where((kind == _KIND["event"]), _OUTCOME["reached"], NONE)
    return {"row": row, "at": at, "kind": kind, "outcome": outcome, "department": np.zeros(n, np.int64),
            "own_campaign": (place == 0) | draw.chance(0.4, n), "any": draw.dice.integers(0, 1_000, n),
            "minutes": np.full(n, np.nan)}  # fmt: skip


def _sales_touches(world: World, draw: Draw, rows: Columns) -> Columns:
    """The first touch at its stamp, then some more calls, e-mails and meetings in working hours."""
    size = len(rows["lead"])
    touched = rows["true_touch_at"] != BLANK
    alive = (rows["accepted_at"] != BLANK) & (rows["rejected_at"] == BLANK)
    more = np.where(alive, draw.pick((0.15, 0.35, 0.3, 0.2), size), draw.pick((0.55, 0.33, 0.12), size))
    row, place = _spread(np.where(touched, 1 + more, 0))
    n = len(row)
    gaps = np.where(place == 0, 0.0, draw.between(3, 26, n))
    total = np.cumsum(gaps)
    since = total - np.maximum.accumulate(np.where(place == 0, total, 0))
    start = rows["true_touch_at"][row]
    at = np.where(place == 0, start, world.hours.add(start, since))
    kind = np.where(place == 0, draw.pick((0.78, 0.19, 0.03), n), draw.pick((0.62, 0.28, 0.10), n))
    kind = np.array([_KIND["call"], _KIND["email"], _KIND["meeting"]])[kind]
    outcome = _sales_outcome(draw, rows, row, place, kind)
    return {"row": row, "at": at, "kind": kind, "outcome": outcome, "department": np.ones(n, np.int64),
            "own_campaign": np.zeros(n, np.bool_), "any": np.full(n, NONE),
            "minutes": _minutes(draw, kind, outcome)}  # fmt: skip


def _sales_outcome(draw: Draw, rows: Columns, row: Ints, place: Ints, kind: Ints) -> Ints:
    n = len(row)
    declined = (rows["rejected_at"][row] != BLANK) & draw.chance(0.25, n)
    call = np.array([_OUTCOME[o] for o in ("reached", "no_answer", "left_message", "meeting_set")])
    first, later = draw.pick((0.36, 0.38, 0.18, 0.08), n), draw.pick((0.46, 0.26, 0.13, 0.15), n)
    by_call = np.where(declined, _OUTCOME["declined"], call[np.where(place == 0, first, later)])
    by_mail = np.where(draw.chance(0.38, n), _OUTCOME["acknowledged"], NONE)
    met = np.where(draw.chance(0.85, n), _OUTCOME["reached"], _OUTCOME["meeting_set"])
    return np.select([kind == _KIND["call"], kind == _KIND["email"]], [by_call, by_mail], met)


def _minutes(draw: Draw, kind: Ints, outcome: Ints) -> Floats:
    n = len(kind)
    talked = np.isin(outcome, [_OUTCOME["reached"], _OUTCOME["meeting_set"], _OUTCOME["declined"]])
    call = np.where(talked, draw.log_normal(9, 0.5, n), draw.between(0.5, 2.5, n))
    long = draw.log_normal(42, 0.35, n)
    return np.round(np.select([kind == _KIND["call"], kind == _KIND["email"]], [call, np.nan], long))


def _closing_meetings(world: World, draw: Draw, rows: Columns) -> Columns:
    """Nobody buys without having been met or shown the goods."""
    opened = rows["opportunity_at"] != BLANK
    row = np.flatnonzero(opened & draw.chance(np.where(rows["won_at"] != BLANK, 0.92, 0.55), len(opened)))
    n = len(row)
    kind = np.where(draw.chance(0.4, n), _KIND["demo"], _KIND["meeting"])
    at = world.hours.add(rows["opportunity_at"][row], draw.between(1, 14, n))
    closed = np.where(rows["won_at"][row] != BLANK, rows["won_at"][row], world.end + DAY)
    at = np.minimum(at, closed - 60)
    outcome = np.full(n, _OUTCOME["reached"])
    return {"row": row, "at": at, "kind": kind, "outcome": outcome, "department": np.ones(n, np.int64),
            "own_campaign": np.zeros(n, np.bool_), "any": np.full(n, NONE),
            "minutes": _minutes(draw, kind, outcome)}  # fmt: skip


MOST_ORDERS: Final = 5
NOBODY: Final = len(PEOPLE)  # whose orders nobody has a quota for
_OLD_ORDERS: Final = 0.050  # for each lead of the demo
_OLD_HOURS: Final = 1_900.0 * HOUR  # opening time in which they shrink to a third
_CHANNEL: Final = np.array([CHANNELS.index(s.channel) for s in SOURCES])


def orders(world: World, chunk: int, rows: Columns) -> Columns:
    """The first order of each lead won, then those of returning customers, and a few refunds."""
    draw = Draw(world.dice(4, chunk))
    row, place = _spread(np.where(rows["won_at"] != BLANK, MOST_ORDERS, 0))
    n = len(row)
    refund = place == MOST_ORDERS - 1
    gaps = np.where((place == 0) | refund, 0.0, draw.log_normal(900, 0.7, n))
    total = np.cumsum(gaps)
    since = total - np.maximum.accumulate(np.where(place == 0, total, 0))
    won = rows["won_at"][row]
    waits = np.where(refund, draw.between(60, 220, n), np.minimum(since, 6_000))
    at = np.where(place == 0, won, world.hours.add(won, waits))
    at_home = (_CHANNEL[rows["source"][row]] == CHANNELS.index(ONLINE)) & (place > 0) & ~refund
    evening = world.hours.clean(at + (draw.between(0, 6, n) * DAY).astype(np.int64))
    at = np.where(at_home, evening, at)  # who orders again on the site does so at any hour
    stays = (place == 0) | (refund & draw.chance(0.03, n)) | (~refund & draw.chance(0.85, n))
    share = np.where(
        place == 0, 1.0, np.where(refund, -draw.between(0.05, 0.6, n), draw.log_normal(0.62, 0.45, n))
    )
    found = {"row": row, "place": place, "closed_at": at, "amount": rows["amount"][row] * share,
             "margin": np.where(draw.chance(0.12, n), np.nan, draw.between(0.35, 0.49, n))}  # fmt: skip
    kept = np.flatnonzero(stays & (at < world.end))
    found = {name: values[kept] for name, values in found.items()}
    for name in ("lead", "source", "slot", "currency"):
        found[name] = rows[name][found["row"]]
    found["number"] = _numbered(found["lead"])
    found["customer"] = found["lead"]
    found["channel"] = _CHANNEL[found["source"]]
    found["person"] = np.where(rows["closer"] == NONE, rows["owner"], rows["closer"])[found["row"]]
    old = _old_customers(world, chunk)
    found = {name: np.concatenate([found[name], old[name]]) for name in old}
    found["euros"] = world.in_euros(found["amount"], found["currency"], found["closed_at"])
    return found


def _old_customers(world: World, chunk: int) -> Columns:
    """Orders of customers won before the history begins: no lead, nobody's quota, fewer as time goes by."""
    draw = Draw(world.dice(10, chunk))
    share = min(CHUNK, world.demo.leads - chunk * CHUNK)
    n = int(draw.dice.poisson(_OLD_ORDERS * share))
    opening = world.hours.opened(np.array([world.first_day * DAY, world.end - DAY]))
    since = draw.dice.exponential(_OLD_HOURS, n) % float(opening[1] - opening[0])
    none, number = np.full(n, NONE), chunk * CHUNK + np.arange(n)
    return {"lead": none, "slot": none, "currency": np.zeros(n, np.int64), "place": np.ones(n, np.int64),
            "person": np.full(n, NOBODY), "channel": draw.pick((0.62, 0.38), n), "number": number,
            "customer": chunk * CHUNK + draw.dice.integers(0, max(n // 4, 1), n),
            "closed_at": world.hours.at((opening[0] + since).astype(np.int64)),
            "amount": np.clip(draw.log_normal(7_600, 0.62, n), 300, 180_000),
            "margin": np.where(draw.chance(0.12, n), np.nan, draw.between(0.35, 0.49, n))}  # fmt: skip
