"""Marketing's part and attributed revenue by brute force: each deal's journey drawn up and weighed by itself.

Weights are fractions, so that they sum to 1 exactly; a Markov chain is solved anew, by elimination, for each
state taken out of it: its visitors are lost, as Anderl, Becker, von Wangenheim and Schumann (2016) define the
removal effect.
"""

from dataclasses import dataclass, field
from fractions import Fraction
from itertools import pairwise

from tests.oracle.company import DAY
from tests.oracle.metrics import (
    Figures,
    Item,
    dimension,
    feed_in,
    order_money,
    passes_in,
    path,
    pipeline_items,
)
from tests.oracle.rows import data_until, needs, numbers, row, scope

DEFINITIONS = ("lead_source", "first_touch", "before_sales")
MODELS = ("first", "last", "linear", "u_shaped", "w_shaped", "time_decay", "markov")
PARTS = ("sourced", "influenced", "unattributed")
JOURNEY = ("touches.touch_id", "touches.lead_id", "touches.at", "touches.department")
PIPELINE = ("leads.opportunity_at", "leads.won_at", "leads.lost_at", "leads.amount")


@dataclass
class Deal:
    """An order, a won pass or an open opportunity: what it is worth, when it closed, and its touches."""

    item: Item
    amount: float | None
    close: int
    touches: list
    lead_source: str | None
    stands_in: dict | None
    milestones: dict = field(default_factory=dict)
    contact: int | None = None

    @property
    def journey(self):
        """The touches, or the campaign that stands for one."""
        return self.touches or ([self.stands_in] if self.stands_in else [])

    @property
    def path(self):
        """Deals of one lead that closed at one moment share a path."""
        return (self.item.row.get("lead_id"), self.close, tuple(sorted(self.milestones.items(), key=str)))


# --- deals


def deals(company, which, window):
    """The deals that make up the revenue of a window, or the pipeline."""
    if which == "pipeline":
        return [_of_pass(company, i, company.until, company.day) for i in pipeline_items(company, window)]
    if company.has("orders"):
        return [_of_order(company, item) for item in feed_in(company, "orders", window)]
    return [_closed(company, item, "won_at") for item in passes_in(company, "won_at", window)]


def _closed(company, item, column):
    close = item.one.own[column]
    return _of_pass(company, item, close, company.local_day(close))


def _of_pass(company, item, close, day):
    amount = company.amount_of(item.one, day)
    return _deal(company, item, amount, close, item.one, item.one.row.get("source"))


def _of_order(company, item):
    """It closed with the latest win of its lead on or before its day, else by itself."""
    ordered = item.row["closed_at"]
    passes = company.of_lead.get(item.row.get("lead_id"), [])
    won = [
        one
        for one in passes
        if company.stamp(one, "won_at") is not None
        and company.local_day(one.own["won_at"]) <= company.local_day(ordered)
    ]
    closing = max(won, key=lambda one: (one.own["won_at"], one.pass_no), default=None)
    close = closing.own["won_at"] if closing else ordered
    one = closing or (passes[-1] if passes else None)
    source = passes[-1].row.get("source") if passes else None
    return _deal(company, item, order_money(company, item.row, "amount"), close, one, source)


def _deal(company, item, amount, close, one, source):
    lead_id = item.row.get("lead_id")
    touches = [
        touch
        for touch in company.tables.get("touches", [])
        if lead_id is not None
        and touch["lead_id"] == lead_id
        and touch["at"] <= close
        and company.seen(touch["at"]) is not None
    ]
    touches.sort(key=lambda touch: (touch["at"], touch["touch_id"]))
    campaign = one.row.get("campaign_id") if one else None
    stands_in = {"at": one.own["created_at"], "campaign_id": campaign} if campaign is not None else None
    stamps = {c: company.stamp(one, c) if one else None for c in ("created_at", "opportunity_at")}
    contacts = [company.stamp(o, "first_touch_at") for o in company.of_lead.get(lead_id, [])]
    contact = min((c for c in contacts if c is not None and c <= close), default=None)
    return Deal(item, amount, close, touches, source, stands_in, stamps, contact)


# --- sourced, influenced, unattributed


def part_of(company, deal, definition):
    if is_sourced(company, deal, definition):
        return "sourced"
    influenced = any(t.get("department") == "marketing" and t["at"] < deal.close for t in deal.touches)
    return "influenced" if influenced else "unattributed"


def is_sourced(company, deal, definition):
    if definition == "lead_source":
        return deal.lead_source in [s.strip() for s in company.settings["marketing_sources"].split(",")]
    if definition == "first_touch":
        return bool(deal.touches) and deal.touches[0].get("department") == "marketing"
    by_sales = [t["at"] for t in deal.touches if t.get("department") == "sales"]
    by_sales += [] if deal.contact is None else [deal.contact]
    ours = [t["at"] for t in deal.touches if t.get("department") == "marketing"]
    return any(all(own < at for at in by_sales) for own in ours)


def part_rows(company, name, window, by):
    """The rows of one of the three parts: for each definition, all and each value of each column."""
    part, _, which = name.partition("_")
    lacking = company.lacks(*PIPELINE) if which == "pipeline" else _revenue_needs(company)
    if not company.passes and "leads" not in company.raw:
        return [row(company, name, "all", window, unit="currency", status="no_data", n=0)]
    if lacking:
        return [row(company, name, "all", window, unit="currency", status="locked", notes=needs(lacking))]
    if which == "revenue" and company.ahead(window):
        return [row(company, name, "all", window, unit="currency", status="not_due")]
    return [r for d in DEFINITIONS for r in _rows_by(company, name, part, which, window, d, by)]


def _rows_by(company, name, part, which, window, definition, by):
    told = (("sourced_by", definition),)
    by_touches = (part, definition) != ("sourced", "lead_source")
    lacking = (
        company.lacks("leads.source", "settings.marketing_sources") if definition == "lead_source" else []
    )
    lacking += company.lacks(*JOURNEY) if by_touches else []
    if lacking:
        locked = {"unit": "currency", "status": "locked", "notes": needs(lacking)}
        return [row(company, name, scope(*told), window, **locked)]
    feeds = [feed for feed in ("orders",) if which == "revenue" and company.has(feed)]
    feeds += ["touches"] if which == "revenue" and by_touches else []
    unknown = which == "pipeline" and by_touches and company.coverage("touches")[0] is None
    found = [d for d in deals(company, which, window) if d.amount is not None]

    def one(where, some):
        own = [d for d in some if part_of(company, d, definition) == part]
        figures = _figures(sum(d.amount for d in own), len(own), sum(d.amount for d in some))
        return _row(company, name, where, window, figures, feeds, unknown=unknown)

    rows = [one(scope(*told), found)]
    if unknown:
        return rows
    for column in by:
        table = "orders" if which == "revenue" and company.has("orders") else "leads"
        if path(company, table, column):
            groups = _groups(company, column, found, lambda d, c: [dimension(company, d.item, c)])
            rows += [one(scope((column, value), *told), some) for value, some in groups.items()]
    return rows


def _groups(company, column, found, values):
    """The deals of each value of a column; of an owner, everyone's."""
    groups = {}
    if column.split(".")[-1] == "owner":
        groups = {person["person_id"]: [] for person in company.tables.get("people", [])}
    for deal in found:
        for value in dict.fromkeys(values(deal, column)):
            groups.setdefault(value, []).append(deal)
    return groups


def _revenue_needs(company):
    if company.has("orders"):
        return company.lacks("orders.amount", "orders.closed_at")
    return company.lacks("leads.amount", "leads.won_at")


def _figures(amount, n, total):
    return Figures(amount, amount, total, n)


def _row(company, name, where, window, figures, feeds, *, unknown=False):
    running = ["running"] if company.running(window) else []
    if unknown:
        return row(company, name, where, window, unit="currency", status="no_data", notes=running)
    if not company.passes or any(not company.covers(feed, window) for feed in feeds):
        nothing = {"denominator": figures.denominator, "n": figures.n}
        return row(company, name, where, window, unit="currency", status="no_data", notes=running, **nothing)
    notes = running + data_until(company, feeds, window)
    return row(company, name, where, window, unit="currency", notes=notes, **numbers(figures))


# --- attributed revenue


def attributed_rows(company, window, by):
    name = "attributed_revenue"
    if not company.passes and "leads" not in company.raw:
        return [row(company, name, "all", window, unit="currency", status="no_data", n=0)]
    lacking = _revenue_needs(company) + company.lacks(*JOURNEY)
    if lacking:
        return [row(company, name, "all", window, unit="currency", status="locked", notes=needs(lacking))]
    if company.ahead(window):
        return [row(company, name, "all", window, unit="currency", status="not_due")]
    return [r for model in MODELS for r in _model_rows(company, window, model, by)]


def _model_rows(company, window, model, by):
    feeds = [*(["orders"] if company.has("orders") else []), "touches"]
    found = deals(company, "revenue", window)
    lost = [_closed(company, item, "lost_at") for item in passes_in(company, "lost_at", window)]
    won_paths = list({d.path: d for d in found if d.journey}.values())
    lost_paths = [d for d in lost if d.journey]
    told = (("model", model),)
    paths = len(won_paths) + len(lost_paths)
    if model == "markov" and paths < 100:
        covered = company.passes and all(company.covers(feed, window) for feed in feeds)
        return [row(company, "attributed_revenue", scope(*told), window, unit="currency", n=paths,
                    status="too_few" if covered else "no_data")]  # fmt: skip
    total = sum(d.amount or 0 for d in found)
    valued = [d for d in found if d.amount is not None]

    def one(where, some):
        figures = _figures(sum(float(c) * d.amount for d, c in some), sum(c > 0 for _, c in some), total)
        return _row(company, "attributed_revenue", where, window, figures, feeds)

    rows = [one(scope(*told), [(d, int(bool(d.journey))) for d in valued])]
    for column in by:
        where = path(company, "touches", column)
        if where is None:
            continue
        if where == "leads":
            credit = _credit_by_lead(company, column, valued)
        else:
            effects = removal_effects(company, column, won_paths, lost_paths) if model == "markov" else None
            credit = {}
            for deal in valued:
                for value, weight in _credit(company, deal, model, column, effects).items():
                    credit.setdefault(value, []).append((deal, weight))
        rows += [one(scope(*told, (column, value)), some) for value, some in credit.items()]
    return rows


def _credit_by_lead(company, column, valued):
    """What each value of a column of leads gets: deals with a journey, whole."""
    name = column.rpartition(".")[2]
    groups = _groups(company, column, valued, lambda d, _: [dimension(company, d.item, f"leads.{name}")])
    people = [person["person_id"] for person in company.tables.get("people", [])] if name == "owner" else []
    return {
        value: [(d, int(bool(d.journey))) for d in some]
        for value, some in groups.items()
        if any(d.journey for d in some) or value in people
    }


def _credit(company, deal, model, column, effects):
    """What each value of the column gets of a deal, as a share."""
    states = [state(company, touch, column) for touch in deal.journey]
    if model == "markov":
        weights = [effects[s] for s in states]
    else:
        weights = weigh(deal, model, Fraction(company.settings.get("half_life_days", "7")))
    found = {}
    for value, weight in zip(states, weights, strict=True):
        found[value] = found.get(value, 0) + weight / sum(weights)
    return found


def state(company, touch, column):
    """A touch's value of a column, its own or its campaign's."""
    name = column.rpartition(".")[2]
    if path(company, "touches", column) == "own":
        return touch.get(name)
    return company.campaigns.get(touch.get("campaign_id"), {}).get(name)


def weigh(deal, model, half_life):
    """The weights of a deal's touches, not yet scaled to 1."""
    journey = deal.journey
    last = len(journey) - 1
    if model == "first":
        return [int(n == 0) for n in range(len(journey))]
    if model == "last":
        return [int(n == last) for n in range(len(journey))]
    if model == "linear":
        return [1] * len(journey)
    if model == "time_decay":
        days = [(journey[-1]["at"] - touch["at"]) / DAY.total_seconds() for touch in journey]
        return [2.0 ** -(d / float(half_life)) for d in days]
    marks = [(0, 40), (_until(deal, "created_at"), 40)]
    if model == "w_shaped":
        marks = [(0, 30), (_until(deal, "created_at"), 30), (_until(deal, "opportunity_at"), 30)]
    weights = [Fraction(sum(share for n, share in marks if n == place)) for place in range(len(journey))]
    middle = [n for n in range(len(journey)) if n not in [place for place, _ in marks]]
    for n in middle:
        weights[n] = Fraction(20 if model == "u_shaped" else 10, len(middle))
    return weights


def _until(deal, column):
    """The last touch at or before a stamp; None where there is none."""
    stamp = deal.milestones[column]
    places = [n for n, touch in enumerate(deal.journey) if stamp is not None and touch["at"] <= stamp]
    return max(places, default=None)


# --- Markov chain


def removal_effects(company, column, won, lost):
    """By how much fewer paths are won when those who come to a state are lost there."""
    paths = [([state(company, t, column) for t in d.journey], "won") for d in won]
    paths += [([state(company, t, column) for t in d.journey], "lost") for d in lost]
    return effects_of(paths)


def effects_of(paths):
    """The removal effect of every state; `paths` are (states, "won" or "lost")."""
    moves = {}
    for states, end in paths:
        steps = [("start",), *(("state", s) for s in states), (end,)]
        for here, there in pairwise(steps):
            moves.setdefault(here, {}).setdefault(there, 0)
            moves[here][there] += 1
    states = list(dict.fromkeys(s for names, _ in paths for s in names))
    everything = chance(moves)
    if not everything:
        return dict.fromkeys(states, Fraction(0))
    return {s: 1 - chance(moves, without=("state", s)) / everything for s in states}


def chance(moves, without=None):
    """The chance to be won from the start, exactly: x = sum of the moves' shares times x, by elimination."""
    places = [place for place in moves if place != without]
    number = {place: n for n, place in enumerate(places)}
    rows = []
    for place in places:
        total = sum(moves[place].values())
        line = [Fraction(0)] * (len(places) + 1)
        line[number[place]] = Fraction(1)
        for there, times in moves[place].items():
            if there in number:
                line[number[there]] -= Fraction(times, total)
            elif there == ("won",):
                line[-1] += Fraction(times, total)
        rows.append(line)
    for n in range(len(rows)):
        pivot = next(k for k in range(n, len(rows)) if rows[k][n])
        rows[n], rows[pivot] = rows[pivot], rows[n]
        rows[n] = [cell / rows[n][n] for cell in rows[n]]
        for k in range(len(rows)):
            if k != n and rows[k][n]:
                rows[k] = [a - rows[k][n] * b for a, b in zip(rows[k], rows[n], strict=True)]
    return rows[number[("start",)]][-1]


def rows_of(name):
    """The function that makes the rows of a metric."""
    if name == "attributed_revenue":
        return attributed_rows
    return lambda company, window, by: part_rows(company, name, window, by)


METRICS = {
    name: rows_of(name)
    for name in (*(f"{p}_{which}" for which in ("pipeline", "revenue") for p in PARTS), "attributed_revenue")
}
