"""The catalogue of metrics: each defined once, as a formula over additive measures.

Pages, report, exports, template and the glossary (docs/metrics.md) read the same definition. A metric gathers
measures per group and forms its figures from them; groups roll up by adding measures, never by averaging rates.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from scorecard import attribution, campaigns_life, conversions, handoff, touch_work
from scorecard.attribution import MODELS, SOURCED_BY, Credit, Part, Refused, has_touches
from scorecard.campaigns_life import Return
from scorecard.conversions import ClosedValue, Share
from scorecard.journeys import Which
from scorecard.measures import ALL, MEASURES, Group, Question, Sum
from scorecard.statistics import median_of_counts, newcombe, survival, wilson
from scorecard.touch_work import Prospects, Reached

Unit = Literal["number", "percent", "currency", "hours", "days"]
Team = Literal["marketing", "sales", "shared"]
Better = Literal["up", "down"] | None
Gathered = Mapping[Group, Any]


@dataclass(frozen=True, slots=True)
class Figures:
    """What a metric says about one group; rates are fractions, numbers unrounded."""

    value: float | None = None
    numerator: float | None = None
    denominator: float | None = None
    n: int | None = None
    low: float | None = None
    high: float | None = None
    target: float | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Ways:
    """The ways in which a metric is reckoned: each is a row of its own, with scope `column=name`.

    `gather`, `needs` and `feeds` are those of one way, beyond what the metric itself needs. The setting
    `agreed` names the one way that stands for the metric elsewhere (quotas, goals). `ahead`: the way
    is named before the group in a scope. `of_all`: a group's denominator is that of all.
    """

    column: str
    names: tuple[str, ...]
    agreed: str
    gather: Callable[[Question, str], Gathered]
    needs: Callable[[str], tuple[str, ...]]
    feeds: Callable[[str], tuple[str, ...]]
    ahead: bool = False
    of_all: bool = False


@dataclass(frozen=True)
class Metric:
    """One metric: what it is called, what it means, what it needs, and how it is worked out.

    `needs` are 'table.column' or 'settings.key' names; 'a|b' is met by either, 'a?b' by a where a's
    table is there, else by b. `feeds` are the dated feeds whose
    coverage decides whether there is data. `split` is the one column whose values are its rows. `times` says
    that dates without times aren't enough, `whole_life` that campaign rows run over the campaign's whole life,
    `clocked` that it is measured from where the SLA clock starts.
    """

    name: str
    label: str
    meaning: str
    formula: str
    team: Team
    unit: Unit
    better: Better
    needs: tuple[str, ...]
    gather: Callable[[Question], Gathered]
    form: Callable[[Any, Question], Figures]
    empty: Any
    feeds: tuple[str, ...] = ()
    rate: bool = False
    cohort: bool = False
    split: str | None = None
    groups: bool = True
    times: bool = False
    whole_life: bool = False
    clocked: bool = False
    table: str = "leads"
    ways: Ways | None = None

    @property
    def adds_up(self) -> bool:
        """Whether more of it comes in day by day, so that 'so much a day' makes sense."""
        return self.unit in ("number", "currency") and self.name not in _MEANS

    def lacks(self, question: Question) -> list[str]:
        """What is missing before it can be worked out."""
        missing = [need for need in self.needs if not any(_there(question, part) for part in need.split("|"))]
        if self.ways is not None:
            agreed = self.ways.needs(getattr(question.settings, self.ways.agreed))
            missing += [need for need in agreed if not _there(question, need)]
        if self.clocked and question.settings.sla_starts == "assigned" and not _there(question, _ASSIGNED):
            missing.append(_ASSIGNED)
        if self.times and not missing and handoff.sla_of(question).dates:
            return ["times"]
        return missing

    def in_way(self, name: str) -> Metric:
        """The same metric reckoned in one of its ways."""
        ways = self.ways
        if ways is None:
            return self
        return replace(
            self,
            needs=(*self.needs, *ways.needs(name)),
            feeds=(*self.feeds, *ways.feeds(name)),
            gather=lambda question: ways.gather(question, name),
            ways=None,
        )

    def figures(self, question: Question) -> dict[Group, Figures]:
        """Figures per group of the question, ALL among them; NotReachableError when it lacks the column asked for."""
        gathered = dict(self.gather(question))
        gathered.setdefault(ALL, self.empty)
        return {group: self.form(measured, question) for group, measured in gathered.items()}

    def of(self, measured: Any, question: Question) -> Figures:
        """Its figures from measures gathered elsewhere."""
        return self.form(measured, question)


def _there(question: Question, need: str) -> bool:
    """Whether a need is met; of 'orders.amount?leads.amount' the first counts where there is a table orders."""
    first, _, otherwise = need.partition("?")
    if otherwise:
        return _there(question, first if question.dataset.has(first.partition(".")[0]) else otherwise)
    table, _, name = need.partition(".")
    if table == "settings":
        value = getattr(question.settings, name)
        return value is not None and value != ()
    return question.dataset.has(need)


_ASSIGNED = "leads.assigned_at"
_MEANS = frozenset(
    {"cpl", "cost_per_mql", "cost_per_sql", "cac", "lead_rating", "clv_12m", "minutes_per_prospect"}
)


# How measures are gathered


def _sums(name: str) -> Callable[[Question], Gathered]:
    return lambda question: question.sums(name)


def _pairs(one: str, other: str) -> Callable[[Question], Gathered]:
    """Two measures per group, side by side."""

    def gather(question: Question) -> Gathered:
        a, b = question.sums(one), question.sums(other)
        return {group: (a.get(group, Sum()), b.get(group, Sum())) for group in {**a, **b}}

    return gather


def _cohort(question: Question) -> Gathered:
    return handoff.cohort(question)


def _waits(*, business: bool) -> Callable[[Question], Gathered]:
    return lambda question: handoff.waits(question, business=business)


def _conversion(name: str) -> Callable[[Question], Gathered]:
    return lambda question: conversions.conversions(question, name)


def _revenue(question: Question) -> Gathered:
    """Orders; without an orders table, what won deals are worth."""
    return question.sums("orders_amount" if question.dataset.has("orders") else "won_amount")


# How figures are formed


def _count(measured: Sum, _: Question) -> Figures:
    return Figures(measured.n, n=measured.n)


def _added(measured: Sum, _: Question) -> Figures:
    return Figures(measured.total, n=measured.n)


def _added_count(measured: Sum, _: Question) -> Figures:
    return Figures(measured.total, n=int(measured.total))


def _per_count(measured: tuple[Sum, Sum], _: Question) -> Figures:
    amount, cases = measured
    value = amount.total / cases.n if cases.n else None
    return Figures(value, amount.total, cases.n, cases.n)


def share(k: float, n: float, **more: Any) -> Figures:
    """K of n with Wilson's interval, where k is a part of n."""
    if not n:
        return Figures(None, k, n, int(n), **more)
    low, high = wilson(int(k), int(n)) if 0 <= k <= n and n == int(n) and k == int(k) else (None, None)
    return Figures(k / n, k, n, int(n), low, high, **more)


def _win_rate(measured: tuple[Sum, Sum], _: Question) -> Figures:
    wins, losses = measured
    return share(wins.n, wins.n + losses.n)


def _of_totals(measured: tuple[Sum, Sum], _: Question) -> Figures:
    return share(measured[0].total, measured[1].total)


def _of(k: str, *n: str) -> Callable[[Any, Question], Figures]:
    """A rate of two figures of the hand-off cohort."""
    return lambda figures, _: share(figures[k], sum(figures[name] for name in n))


def _one(name: str) -> Callable[[Any, Question], Figures]:
    """One count of the hand-off cohort."""
    return lambda figures, _: Figures(int(figures[name]), n=int(figures[name]))


def _acceptance(figures: Mapping[str, float], question: Question) -> Figures:
    rate = share(figures["accepted"], figures["accepted"] + figures["rejected"])
    return replace(rate, target=question.settings.acceptance_target)


def _rating(figures: Mapping[str, float], _: Question) -> Figures:
    rated = int(figures["rated"])
    return Figures(figures["rating"] / rated if rated else None, figures["rating"], rated, rated)


def _nurtured(figures: Mapping[str, float], _: Question) -> Figures:
    k, n = figures["nurtured_won"], figures["nurtured"]
    others = figures["handoffs"] - n
    gap = newcombe(int(k), int(n), int(figures["won"] - k), int(others))
    notes = (
        ()
        if gap.value is None
        else tuple(
            f"{name}={value:.6g}"
            for name, value in (("difference", gap.value), ("low", gap.low), ("high", gap.high))
        )
    )
    return share(k, n, notes=notes)


def _direct(figures: Mapping[str, float], _: Question) -> Figures:
    return share(figures["won"] - figures["nurtured_won"], figures["handoffs"] - figures["nurtured"])


def _quantile(q: float) -> Callable[[Any, Question], Figures]:
    """A Kaplan-Meier quantile of waits in hours; not reached: no value, the longest wait seen as low."""

    def form(waits: Counter[tuple[int, int]], _: Question) -> Figures:
        keys = list(waits)
        curve = survival([m for m, _ in keys], [t for _, t in keys], [waits[key] for key in keys])
        if not curve.n:
            return Figures(n=0, numerator=0)
        minutes = curve.quantile(q)
        if minutes is None:
            low = None if curve.longest is None else curve.longest / 60
            return Figures(numerator=curve.touched, n=curve.n, low=low, notes=("not_reached",))
        return Figures(minutes / 60, numerator=curve.touched, n=curve.n)

    return form


def _median_days(days: Counter[float], _: Question) -> Figures:
    return Figures(median_of_counts(list(days), list(days.values())), n=days.total())


def _shared(measured: Share, _: Question) -> Figures:
    return share(measured.k, measured.n)


def _valued(measured: ClosedValue, _: Question) -> Figures:
    amount = measured.won + measured.lost
    left_out = measured.without > (measured.valued + measured.without) / 10
    value = None if left_out or not amount else measured.won / amount
    notes = (f"without_amount={measured.without}",) if measured.without else ()
    return Figures(value, measured.won, amount, measured.valued, notes=notes)


def _open(measured: Share, _: Question) -> Figures:
    return Figures(measured.k, n=int(measured.n))


def _worth(measured: Share, _: Question) -> Figures:
    return Figures(measured.k / measured.n if measured.n else None, measured.k, measured.n, int(measured.n))


def _credited(measured: Credit | Refused | None, _: Question) -> Figures:
    """A part of a total; without touches nothing is known, under 100 paths a Markov chain says nothing."""
    if measured is None:
        return Figures()
    if isinstance(measured, Refused):
        return Figures(n=measured.paths, notes=(f"too_few_paths={measured.paths}",))
    return Figures(measured.amount, measured.amount, measured.total, measured.n)


def _part(which: Which, part: Part) -> Callable[[Question, str], Gathered]:
    """One of the three parts of revenue or open pipeline, by one definition of sourced."""

    def gather(question: Question, definition: str) -> Gathered:
        if which == "pipeline" and _by_touches(part, definition) and not has_touches(question):
            return {ALL: None}
        return attribution.parts(question, which, definition)[part]

    return gather


def _attributed(question: Question, model: str) -> Gathered:
    found = attribution.attributed(question, model)
    return {ALL: found} if isinstance(found, Refused) else found


def _agreed(ways: Ways) -> Callable[[Question], Gathered]:
    """What the agreed way gathers."""
    return lambda question: ways.gather(question, getattr(question.settings, ways.agreed))


_NO_COHORT = dict.fromkeys(
    ("handoffs", "accepted", "rejected", "undecided", "overdue", "rejected_untouched", "recycled", "won",
     "nurtured", "nurtured_won", "rated", "rating", "met", "breached", "pending"), 0.0,
)  # fmt: skip
_HANDED = ("leads.handed_off_at",)
_DECIDED = (*_HANDED, "leads.accepted_at", "leads.rejected_at")
_TOUCH = (*_HANDED, "leads.first_touch_at|touches.at")


def _volume(name: str, label: str, meaning: str, team: Team) -> Metric:
    measure = MEASURES[name]
    stamp = measure.needs[0].partition(".")[2]
    once = "leads counted once, by the first" if measure.first else "passes counted by their own"
    return Metric(
        name, label, meaning, f"{once} {stamp} in the period", team, "number", "up", measure.needs,
        _sums(name), _count, Sum(),
    )  # fmt: skip


def _web(name: str, label: str, meaning: str) -> Metric:
    return Metric(
        name, label, meaning, f"sum of web.{name} by date", "marketing", "number", "up", MEASURES[name].needs,
        _sums(name), _added_count, Sum(), feeds=("web",), table="web",
    )  # fmt: skip


def _handed(name: str, label: str, meaning: str, formula: str, better: Better, needs: tuple[str, ...],
            form: Any, unit: Unit = "percent", **more: Any) -> Metric:  # fmt: skip
    return Metric(
        name, label, meaning, formula, "shared", unit, better, needs, _cohort, form, _NO_COHORT, **more
    )


def _handed_count(
    name: str, label: str, meaning: str, formula: str, better: Better, needs: tuple[str, ...]
) -> Metric:
    key = {"sla_pending": "pending", "sla_met": "met", "sla_breached": "breached"}.get(name, name)
    return _handed(
        name, label, meaning, formula, better, needs, _one(key), "number", clocked=name.startswith("sla_")
    )


def _wait(name: str, q: float, *, business: bool) -> Metric:
    clock = "opening" if business else "elapsed"
    what = "half" if q == 0.5 else "nine in ten"  # noqa: PLR2004 - the two quantiles there are
    return Metric(
        name, f"{'Opening hours' if business else 'Hours'} to first touch ({'median' if q == 0.5 else 'p90'})",  # noqa: PLR2004
        f"The {clock} hours within which {what} of the handed-off leads get sales' first touch.",
        f"Kaplan-Meier over all passes of the cohort, the untouched censored at as_of: smallest t with S(t) <= {1 - q:g}",
        "sales", "hours", "down", _TOUCH, _waits(business=business), _quantile(q), Counter(), times=True,
        clocked=True,
    )  # fmt: skip


def _cost_per(name: str, label: str, meaning: str, cases: str) -> Metric:
    return Metric(
        name, label, meaning, f"spend / {cases}", "marketing", "currency", "down",
        (*MEASURES["spend"].needs, *MEASURES[cases].needs), _pairs("spend", cases), _per_count, (Sum(), Sum()),
        feeds=("spend",), table="spend", whole_life=True,
    )  # fmt: skip


def _reached(name: str, label: str, meaning: str, formula: str, team: Team, needs: tuple[str, ...]) -> Metric:
    return Metric(
        name, label, meaning, formula, team, "percent", "up", needs, _conversion(name), _shared, Share(),
        rate=True, cohort=True,
    )  # fmt: skip


_JOURNEYS = ("touches.touch_id", "touches.lead_id", "touches.at", "touches.department")
_REVENUE = ("orders.amount?leads.amount", "orders.closed_at?leads.won_at")
_PIPELINE = ("leads.opportunity_at", "leads.won_at", "leads.lost_at", "leads.amount")
_OF_MARKETING = {
    "sourced": "by each definition: the lead's source is one of marketing_sources; its earliest touch is marketing's; "
    "a marketing touch precedes the first sales touch",
    "influenced": "not sourced by the definition, but a marketing touch before the close (open: before as_of)",
    "unattributed": "the total less sourced and influenced",
}  # fmt: skip
_SAYS = {
    "sourced": "that marketing brought.",
    "influenced": "that marketing didn't bring but touched.",
    "unattributed": "that marketing neither brought nor touched.",
}


def _by_touches(part: Part, definition: str) -> bool:
    """Whether touches have a say; which sources are marketing's is said without them."""
    return (part, definition) != ("sourced", "lead_source")


def _sourcing(which: Which, part: Part) -> Ways:
    """The three definitions of sourced, all always printed."""

    def needs(definition: str) -> tuple[str, ...]:
        of_source = ("leads.source", "settings.marketing_sources") if definition == "lead_source" else ()
        return of_source + (_JOURNEYS if _by_touches(part, definition) else ())

    def feeds(definition: str) -> tuple[str, ...]:
        return ("touches",) if which == "revenue" and _by_touches(part, definition) else ()

    return Ways("sourced_by", SOURCED_BY, "sourced_by", _part(which, part), needs, feeds)


def _marketings(which: Which, part: Part) -> Metric:
    """One part of marketing's part of revenue or of the open pipeline."""
    ways, revenue = _sourcing(which, part), which == "revenue"
    label = f"{part.capitalize()} {which}"
    meaning = f"{'Revenue' if revenue else 'Open pipeline'} {_SAYS[part]}"
    return Metric(
        f"{part}_{which}", label, meaning, _OF_MARKETING[part], "marketing", "currency",
        None if part == "unattributed" else "up", _REVENUE if revenue else _PIPELINE, _agreed(ways), _credited,
        Credit(), feeds=("orders",) if revenue else (), ways=ways,
    )  # fmt: skip


_BY_MODEL = Ways(
    "model", MODELS, "attribution", _attributed, lambda _: (), lambda _: ("touches",), ahead=True, of_all=True
)

_CALLED = ("touches.lead_id", "touches.at", "touches.kind")
_OUTCOMES = (*_CALLED, "touches.outcome")
_ORDINALS = ("first", "second", "third")


def _minutes(measured: Prospects, _: Question) -> Figures:
    value = measured.minutes / measured.timed if measured.timed else None
    notes = (f"without_minutes={measured.untimed}",) if measured.untimed else ()
    return Figures(value, measured.minutes, measured.timed, measured.timed, notes=notes)


def _deciders(measured: Prospects, _: Question) -> Figures:
    blank = measured.n - measured.known
    return share(measured.deciders, measured.known, notes=(f"blank={blank}",) if blank else ())


def _touched(name: str, label: str, meaning: str, formula: str, needs: tuple[str, ...], gather: Any, form: Any,
             empty: Any) -> Metric:  # fmt: skip
    """A rate of the touches themselves."""
    return Metric(
        name, label, meaning, formula, "sales", "percent", "up", needs, gather, form, empty, feeds=("touches",),
        rate=True, table="touches",
    )  # fmt: skip


def _reached_within(k: int) -> Metric:
    calls = "call" if k == 1 else "calls"
    return _touched(
        f"reached_within_{k}", f"Reached within {k} {calls}", f"Leads that {'one call' if k == 1 else f'{k} calls'} reached.",
        f"leads spoken to in one of their first {k} calls / leads whose first call lies in the period", _OUTCOMES,
        touch_work.reached, lambda found, _: share(found.within[k - 1], found.n), Reached(),
    )  # fmt: skip


def _close_rate(k: int) -> Metric:
    which = _ORDINALS[k - 1]
    return _touched(
        f"close_rate_at_engagement_{k}", f"Closed at the {which} talk",
        f"Leads won after their {which} talk, before another.",
        f"leads for whom their {which} reached call or meeting was the last before the win / leads whose {which} one "
        "lies in the period", (*_OUTCOMES, "leads.won_at"), lambda q: touch_work.closing(q, k), _shared, Share(),
    )  # fmt: skip


def _return(measured: Return | Refused, _: Question) -> Figures:
    """What came back for each unit spent, less that unit: 0 is break-even."""
    if isinstance(measured, Refused):
        return Figures(n=measured.paths, notes=(f"too_few_paths={measured.paths}",))
    gain, spent = measured.margin - measured.spent, measured.spent
    if spent <= 0:
        return Figures(None, gain, spent, 0)
    return Figures(gain / spent, gain, spent, measured.deals)


_TOUCH_WORK = (
    Metric(
        "minutes_per_prospect", "Minutes per prospect", "Minutes on the phone for each lead called.",
        "sum of minutes of the calls in the period / leads called; calls without minutes left out and shown", "sales",
        "number", None, (*_CALLED, "touches.minutes"), touch_work.prospects, _minutes, Prospects(), feeds=("touches",),
        table="touches",
    ),
    *(_reached_within(k) for k in (1, 2, 3)),
    *(_close_rate(k) for k in (1, 2, 3)),
    _touched(
        "decision_maker_share", "Decision-makers", "Leads called who decide themselves.",
        "leads with decision_maker yes / leads called in the period; blanks left out and shown",
        (*_CALLED, "leads.decision_maker"), touch_work.prospects, _deciders, Prospects(),
    ),
    _touched(
        "mail_acknowledged_rate", "Mail acknowledged", "Leads who acknowledged the mail they got.",
        "leads with a touch acknowledged since their first mail / leads whose first mail lies in the period", _OUTCOMES,
        touch_work.acknowledged, _shared, Share(),
    ),
)  # fmt: skip


METRICS: dict[str, Metric] = {
    m.name: m
    for m in (
        _volume("leads", "Leads", "People or companies who came in.", "marketing"),
        _volume("mqls", "MQLs", "Leads that marketing found qualified.", "marketing"),
        _volume("handoffs", "Hand-offs", "Passes of a lead from marketing to sales.", "shared"),
        _volume("sqls", "SQLs", "Passes that sales found qualified.", "sales"),
        _volume("opportunities", "Opportunities", "Passes that became an opportunity.", "sales"),
        _volume("wins", "Wins", "Deals won.", "sales"),
        replace(_volume("losses", "Losses", "Deals lost.", "sales"), better="down"),
        _web("visits", "Visits", "Visits to landing pages and the blog."),
        _web("signups", "Sign-ups", "Subscriptions at the top of the funnel."),
        Metric(
            "revenue", "Revenue", "What customers ordered, refunds taken off.",
            "sum of orders.amount by closed_at; without an orders table, leads.amount by won_at", "sales", "currency",
            "up", ("orders.amount?leads.amount", "orders.closed_at?leads.won_at"), _revenue, _added, Sum(),
            feeds=("orders",), table="orders",
        ),
        Metric(
            "pipeline", "Open pipeline", "What the opportunities open at as_of are worth.",
            "sum of leads.amount where opportunity_at is seen and neither won_at nor lost_at is", "sales", "currency",
            "up", ("leads.opportunity_at", "leads.won_at", "leads.lost_at", "leads.amount"), conversions.pipeline, _open, Share(),
        ),
        Metric(
            "spend", "Spend", "What marketing spent.", "sum of spend.amount by date", "marketing", "currency", None,
            MEASURES["spend"].needs, _sums("spend"), _added, Sum(), feeds=("spend",), table="spend",
        ),
        _cost_per("cpl", "Cost per lead", "Spend for each lead that came in.", "leads"),
        _cost_per("cost_per_mql", "Cost per MQL", "Spend for each qualified lead.", "mqls"),
        _cost_per("cost_per_sql", "Cost per SQL", "Spend for each lead that sales found qualified.", "sqls"),
        Metric(
            "cac", "Customer acquisition cost", "Spend for each new customer.",
            "spend / customers whose first order lies in the period (without orders: wins); a campaign's are those whose "
            "first order is the campaign's", "shared", "currency", "down",
            (*MEASURES["spend"].needs, "orders.customer_id?leads.won_at"), campaigns_life.acquisition, _per_count,
            (Sum(), Sum()), feeds=("spend",), table="spend", whole_life=True,
        ),
        Metric(
            "conversion_rate", "Landing page conversion", "Visits that convert.", "conversions / visits", "marketing",
            "percent", "up", ("web.conversions", "web.visits"), _pairs("conversions", "visits"), _of_totals,
            (Sum(), Sum()), feeds=("web",), rate=True, table="web", whole_life=True,
        ),
        Metric(
            "micro_conversion_rate", "Landing page micro-conversion", "Visits that take a small step.",
            "micro_conversions / visits", "marketing", "percent", "up", ("web.micro_conversions", "web.visits"),
            _pairs("micro_conversions", "visits"), _of_totals, (Sum(), Sum()), feeds=("web",), rate=True, table="web", whole_life=True,
        ),
        Metric(
            "win_rate", "Win rate", "Closed deals that were won.", "wins / (wins + losses), by their own stamps",
            "sales", "percent", "up", ("leads.won_at", "leads.lost_at"), _pairs("wins", "losses"), _win_rate,
            (Sum(), Sum()), rate=True,
        ),
        Metric(
            "win_rate_value", "Win rate by value", "The share of closed value that was won.",
            "won amount / (won + lost amount); rows without amount > 0 left out, null if over a tenth are", "sales",
            "percent", "up", ("leads.won_at", "leads.lost_at", "leads.amount"), conversions.closed_value, _valued,
            ClosedValue(), rate=True,
        ),
        Metric(
            "sales_cycle_days", "Sales cycle", "Days from a lead's coming in to its win.",
            "median of won_at - created_at of the wins in the period", "sales", "days", "down",
            ("leads.won_at", "leads.created_at"), conversions.sales_cycles, _median_days, Counter(),
        ),
        _handed_count("accepted", "Accepted", "Hand-offs that sales accepted, or went on with.",
                      "the later seen of accepted_at and rejected_at is accepted_at; without a decision, sql_at, "
                      "opportunity_at or won_at is seen", "up", _DECIDED),
        _handed_count("rejected", "Rejected", "Hand-offs that sales rejected.",
                      "the later seen of accepted_at and rejected_at is rejected_at (tie: rejected)", "down", _DECIDED),
        _handed_count("undecided", "Undecided", "Hand-offs that sales has neither accepted nor rejected.",
                      "handoffs - accepted - rejected", "down", _DECIDED),
        _handed_count("overdue", "Overdue decisions", "Undecided hand-offs past the agreed time to decide.",
                      "undecided past decision_hours (default sla_hours) on the SLA clock", "down",
                      (*_DECIDED, "settings.decision_hours|settings.sla_hours")),
        _handed_count("rejected_untouched", "Rejected untouched", "Hand-offs rejected without a single contact.",
                      "rejected, and no first touch seen", "down", (*_DECIDED, "leads.first_touch_at|touches.at")),
        _handed("acceptance_rate", "Acceptance rate", "Decided hand-offs that sales accepted.",
                "accepted / (accepted + rejected)", "up", _DECIDED, _acceptance, rate=True),
        _handed("decision_coverage", "Decision coverage", "Hand-offs that sales has decided on.",
                "(accepted + rejected) / handoffs", "up", _DECIDED,
                lambda f, _: share(f["accepted"] + f["rejected"], f["handoffs"]), rate=True),
        _handed("sla_compliance", "SLA met", "Hand-offs touched within the agreed time.",
                "met / (met + breached); untouched and not yet due is pending and left out", "up",
                (*_TOUCH, "settings.sla_hours"), _of("met", "met", "breached"), rate=True, clocked=True),
        _handed_count("sla_met", "SLA met (count)", "Hand-offs touched by the deadline.", "touched by the deadline",
                      "up", (*_TOUCH, "settings.sla_hours")),
        _handed_count("sla_breached", "SLA breached", "Hand-offs touched late, or untouched and past the deadline.",
                      "touched after the deadline, or untouched and past it at as_of", "down",
                      (*_TOUCH, "settings.sla_hours")),
        _handed_count("sla_pending", "SLA pending", "Untouched hand-offs whose deadline is still to come.",
                      "untouched and not yet due at as_of", None, (*_TOUCH, "settings.sla_hours")),
        _wait("hours_to_touch_median", 0.5, business=False),
        _wait("hours_to_touch_p90", 0.9, business=False),
        _wait("business_hours_to_touch_median", 0.5, business=True),
        _wait("business_hours_to_touch_p90", 0.9, business=True),
        _handed("lead_rating", "Lead rating", "Sales' rating of the leads it got, 1 to 5.",
                "mean of quality_rating, seen with the decision (else the hand-off)", "up",
                (*_HANDED, "leads.quality_rating"), _rating, "number"),
        _handed("recycle_rate", "Recycled", "Rejected hand-offs that came back as a later pass.",
                "rejected passes with a later pass / rejected passes", "up", (*_DECIDED, "leads.pass_no"),
                _of("recycled", "rejected"), rate=True),
        _handed("nurture_win_rate", "Win rate of nurtured leads", "Hand-offs of leads that took the extra step, won.",
                "nurtured before the hand-off and won / nurtured before the hand-off", "up",
                (*_HANDED, "leads.nurtured_at", "leads.won_at"), _nurtured, rate=True),
        _handed("direct_win_rate", "Win rate of other leads", "Hand-offs of leads that didn't take the extra step, won.",
                "not nurtured before the hand-off and won / not nurtured before it", "up",
                (*_HANDED, "leads.nurtured_at", "leads.won_at"), _direct, rate=True),
        Metric(
            "nurture_take_rate", "Extra step taken", "Leads offered the extra step who took it.",
            "nurtured / leads of the campaigns that offer it", "marketing", "percent", "up",
            ("leads.campaign_id", "leads.nurture_campaign_id", "leads.nurtured_at"), conversions.nurture_take,
            _shared, Share(), rate=True,
        ),
        Metric(
            "rejections_by_reason", "Rejections by reason", "Why sales rejects hand-offs.",
            "rejected_at in the period, by reject_reason; of all rejections", "shared", "number", "down",
            ("leads.rejected_at", "leads.reject_reason"), _sums("rejections"), _count, Sum(), split="reject_reason",
        ),
        _reached("mql_to_sql_rate", "MQL to SQL", "MQLs of the period that sales qualified, sooner or later.",
                 "leads with sql_at, opportunity_at or won_at seen / leads by their first mql_at", "shared",
                 ("leads.mql_at", "leads.sql_at")),
        _reached("lead_to_win_rate", "Lead to win", "Leads of the period that were won, sooner or later.",
                 "leads with won_at seen / leads by their first created_at", "shared",
                 ("leads.created_at", "leads.won_at")),
        _reached("handoff_to_win_rate", "Hand-off to win", "Hand-offs of the period that were won, sooner or later.",
                 "passes with won_at seen / passes by handed_off_at", "sales", ("leads.handed_off_at", "leads.won_at")),
        Metric(
            "clv_12m", "Customer value, first 12 months", "Margin a new customer brings in the first 12 months.",
            "mean margin in the 12 months from the first order on, of customers whose first order lies in the 12 months "
            "that end 12 months before min(period end, as_of); a campaign's are all until then", "shared", "currency", "up",
            ("orders.customer_id", "orders.closed_at", "orders.amount", "orders.margin|settings.margin"),
            campaigns_life.lifetime_value, _worth, Share(), table="orders", whole_life=True,
        ),
        _marketings("pipeline", "sourced"),
        _marketings("pipeline", "influenced"),
        _marketings("pipeline", "unattributed"),
        _marketings("revenue", "sourced"),
        _marketings("revenue", "influenced"),
        _marketings("revenue", "unattributed"),
        Metric(
            "attributed_revenue", "Attributed revenue", "Revenue shared out over the touches that led to it.",
            "each order's (or win's) amount x the weights of its journey's touches, by seven models: first, last, "
            "linear, u_shaped 40/20/40, w_shaped 30/30/30/10, time_decay, markov (at least 100 paths); without touches "
            "the lead's campaign_id", "shared", "currency", "up", (*_REVENUE, *_JOURNEYS), _agreed(_BY_MODEL), _credited,
            Credit(), feeds=("orders",), ways=_BY_MODEL,
        ),
        Metric(
            "romi", "Return on spend", "What campaigns earn beyond their cost, for each unit spent; 0 is break-even.",
            "(revenue attributed by the agreed model x margin - spend) / spend; the margin of an order, else settings.margin",
            "shared", "percent", "up",
            (*MEASURES["spend"].needs, "leads.lead_id", *_REVENUE, "orders.margin|settings.margin", *_JOURNEYS),
            campaigns_life.returns, _return, Return(), feeds=("spend", "orders", "touches"), table="spend", whole_life=True,
        ),
        *_TOUCH_WORK,
    )
}  # fmt: skip
