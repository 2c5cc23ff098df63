"""Every metric of the oracle: the rows it is about, and the figures worked out from them."""

from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction
from math import ceil, sqrt

from tests.oracle.company import DAY, Pass, Window

Z = 1.959963984540054
STAGES = ("mql_at", "sql_at", "opportunity_at", "won_at")


# --- what a metric is


@dataclass(frozen=True)
class Item:
    """One row that a metric is about. `part` tells wins, and the two sides of a ratio, apart."""

    table: str
    row: dict
    one: Pass | None = None
    part: str = ""


@dataclass
class Figures:
    value: float | None
    numerator: float | None = None
    denominator: float | None = None
    n: int | None = None
    low: float | None = None
    high: float | None = None
    notes: list = field(default_factory=list)
    no_data: bool = False
    is_rate: bool = False


def never(company, window):
    return False


@dataclass(frozen=True)
class Metric:
    """`items` gives the rows in a window, `figures` what they come to."""

    name: str
    unit: str
    needs: Callable
    items: Callable
    figures: Callable
    dated: bool = True  # pipeline isn't: it is that of as_of
    feeds: tuple = ()
    grouped: bool = True
    whole_life: bool = False  # campaign rows run over the campaign's whole life
    immature: Callable = never
    tables: tuple | Callable = ()  # where its rows stand; blank: `tables_of` knows
    only: tuple = ()  # the columns it can be grouped by; blank: any that is reached


def measure(company, metric, window, conditions=()):
    """The metric's figures over a window, of the items that meet all (column, value) conditions."""
    items = metric.items(company, window)
    for column, value in conditions:
        items = [item for item in items if dimension(company, item, column) == value]
    return metric.figures(company, window, items)


def missing(company, metric, conditions=()):
    """What the metric lacks: columns, settings, and columns of the conditions."""
    lacking = list(metric.needs(company))
    for column, _ in conditions:
        if not metric.grouped or not all(
            path(company, table, column) for table in tables_of(company, metric)
        ):
            lacking.append(column if "." in column else f"leads.{column}")
    return lacking


# --- dimensions


def tables_of(company, metric):
    """The tables whose rows the metric is about."""
    if metric.tables:
        return metric.tables(company) if callable(metric.tables) else metric.tables
    if metric.name in ("visits", "signups", "conversion_rate", "micro_conversion_rate"):
        return ("web",)
    if metric.name == "spend":
        return ("spend",)
    if metric.name in ("cpl", "cost_per_mql", "cost_per_sql"):
        return ("spend", "leads")
    return ("orders",) if metric.name == "revenue" and company.has("orders") else ("leads",)


def path(company, table, column):
    """Where a column is found for rows of a table: own, leads, campaigns, or None where it isn't."""
    asked, _, name = column.rpartition(".")
    if asked in ("", table) and company.has(table, name):
        return "own"
    by_lead = table != "leads" and company.has(table, "lead_id")
    if asked in ("", "leads") and by_lead and company.has("leads", name):
        return "leads"
    by_campaign = company.has(table, "campaign_id") or (by_lead and company.has("leads", "campaign_id"))
    if asked in ("", "campaigns") and by_campaign and company.has("campaigns", name):
        return "campaigns"
    return None


def dimension(company, item, column):
    """The item's value of a column, looked up in its own table, its lead's last pass, its campaign."""
    name = column.rpartition(".")[2]
    where = path(company, item.table, column)
    if where == "campaigns":
        campaign = company.campaigns.get(dimension(company, item, "campaign_id"), {})
        return campaign.get(name)
    one = item.one
    if where == "leads":
        one = (company.of_lead.get(item.row.get("lead_id")) or [None])[-1]
        if one is None:
            return None
    found = one.row if one else item.row
    if name == "owner" and is_closing(item):
        return found.get("closed_by") or found.get("owner")
    if one and name in ("reject_reason", "quality_rating"):
        return found.get(name) if opinion_is_seen(company, one) else None
    return found.get(name)


def is_closing(item):
    """Wins and orders are the closer's; everything else is the owner's."""
    return item.table == "orders" or item.part == "won"


def opinion_is_seen(company, one):
    """quality_rating and reject_reason are seen with any decision, else with the hand-off."""
    decisions = [one.own[c] for c in ("accepted_at", "rejected_at") if one.own[c] is not None]
    return any(company.seen(stamp) is not None for stamp in decisions or [one.own["handed_off_at"]])


# --- rows of leads


def passes_in(company, column, window):
    part = "won" if column == "won_at" else ""
    return [
        Item("leads", one.row, one, part)
        for one in company.passes
        if company.inside(one.own.get(column), window)
    ]


def first_passes(company, column):
    """For every lead the pass with the first stamp of that column (tie: the lower pass_no)."""
    for passes in company.of_lead.values():
        stamped = [one for one in passes if one.own[column] is not None]
        if stamped:
            yield min(stamped, key=lambda one: (one.own[column], one.pass_no))


def leads_in(company, column, window):
    return [
        Item("leads", one.row, one)
        for one in first_passes(company, column)
        if company.inside(one.own[column], window)
    ]


def cohort(company, window):
    return passes_in(company, "handed_off_at", window)


def feed_in(company, table, window, part=""):
    stamp = "closed_at" if table == "orders" else "date"
    rows = company.tables.get(table, [])
    return [Item(table, r, part=part) for r in rows if company.inside(r[stamp], window)]


# --- figures of a kind


def wilson(k, n):
    """Wilson's 95 % score interval; none without cases or with more hits than cases."""
    if not n or k > n or k < 0:
        return None, None
    p, zz = k / n, Z * Z
    middle = (p + zz / (2 * n)) / (1 + zz / n)
    half = Z * sqrt(p * (1 - p) / n + zz / (4 * n * n)) / (1 + zz / n)
    return max(0.0, middle - half), min(1.0, middle + half)


def rate(k, n):
    low, high = wilson(k, n)
    return Figures(k / n if n else None, k, n, n, low, high, no_data=not n, is_rate=True)


def nothing():
    return Figures(None, n=0, no_data=True)


def count(company, items):
    """A count of rows of leads: 0 when the table has rows."""
    return Figures(len(items), n=len(items)) if company.passes else nothing()


def count_in(company, window, items):
    return count(company, items)


def total(amounts):
    amounts = [amount for amount in amounts if amount is not None]
    return Figures(sum(amounts), n=len(amounts))


def median(values):
    values = sorted(values)
    half = len(values) // 2
    return values[half] if len(values) % 2 else (values[half - 1] + values[half]) / 2


# --- volumes and money


def volume(name, column, per_lead=False):
    find = leads_in if per_lead else passes_in
    return Metric(
        name, "number",
        needs=lambda c: c.lacks(f"leads.{column}"),
        items=lambda c, w: find(c, column, w),
        figures=count_in,
    )  # fmt: skip


def web_volume(name):
    def figures(company, window, items):
        if not company.covers("web", window):
            return nothing()
        value = sum(item.row.get(name) or 0 for item in items)
        return Figures(value, n=value)

    return Metric(
        name, "number",
        needs=lambda c: c.lacks("web.date", f"web.{name}"),
        items=lambda c, w: feed_in(c, "web", w),
        figures=figures,
        feeds=("web",),
    )  # fmt: skip


def web_rate(name, column):
    def figures(company, window, items):
        covered = window.end == float("inf") or company.covers("web", window)
        sums = [sum(item.row.get(c) or 0 for item in items) if covered else 0 for c in (column, "visits")]
        return rate(*sums)

    return Metric(
        name, "percent",
        needs=lambda c: c.lacks("web.date", f"web.{column}", "web.visits"),
        items=lambda c, w: feed_in(c, "web", w),
        figures=figures,
        feeds=("web",),
        whole_life=True,
    )  # fmt: skip


def revenue_needs(company):
    if company.has("orders"):
        return company.lacks("orders.closed_at", "orders.amount")
    return company.lacks("leads.won_at", "leads.amount")


def revenue_items(company, window):
    return (
        feed_in(company, "orders", window) if company.has("orders") else passes_in(company, "won_at", window)
    )


def revenue_figures(company, window, items):
    if not company.has("orders"):
        if not company.passes:
            return nothing()
        return total(company.amount_of(i.one, company.local_day(i.one.own["won_at"])) for i in items)
    if not company.covers("orders", window):
        return nothing()
    return total(order_money(company, item.row, "amount") for item in items)


def order_money(company, order, column):
    return company.money(order.get(column), order.get("currency"), company.local_day(order["closed_at"]))


def pipeline_items(company, window):
    return [
        Item("leads", one.row, one)
        for one in company.passes
        if company.stamp(one, "opportunity_at") is not None
        and company.stamp(one, "won_at") is None
        and company.stamp(one, "lost_at") is None
    ]


def pipeline_figures(company, window, items):
    if not company.passes:
        return nothing()
    return total(company.amount_of(item.one, company.day) for item in items)


def has_begun(company, feed):
    return company.coverage(feed)[0] is not None


def spend_figures(company, window, items):
    covered = has_begun(company, "spend") if window.end == float("inf") else company.covers("spend", window)
    if not covered:
        return nothing()
    return total(
        company.money(i.row["amount"], i.row.get("currency"), company.local_day(i.row["date"])) for i in items
    )


def cost_per(name, column, per_lead):
    """Spend over a count of leads or passes."""
    find = leads_in if per_lead else passes_in

    def items(company, window):
        counted = [Item("leads", i.row, i.one, "count") for i in find(company, column, window)]
        return feed_in(company, "spend", window, "spend") + counted

    def figures(company, window, items):
        spent = spend_figures(company, window, [i for i in items if i.part == "spend"]).value
        return ratio(spent, sum(i.part == "count" for i in items))

    return Metric(
        name, "currency",
        needs=lambda c: c.lacks("spend.date", "spend.amount", f"leads.{column}"),
        items=items,
        figures=figures,
        feeds=("spend",),
        whole_life=True,
    )  # fmt: skip


def ratio(numerator, denominator):
    value = numerator / denominator if numerator is not None and denominator else None
    return Figures(value, numerator, denominator, denominator, no_data=value is None)


# --- closed in the period


def closed_items(company, window):
    return passes_in(company, "won_at", window) + passes_in(company, "lost_at", window)


def won(item):
    return item.one.own["won_at"] is not None


def win_rate_figures(company, window, items):
    return rate(sum(map(won, items)), len(items))


def win_rate_value_figures(company, window, items):
    amounts = []
    for item in items:
        stamp = item.one.own["won_at"] if won(item) else item.one.own["lost_at"]
        amount = company.amount_of(item.one, company.local_day(stamp))
        if amount is not None and amount > 0:
            amounts.append((amount, won(item)))
    left_out = len(items) - len(amounts)
    value_won, value_all = sum(a for a, w in amounts if w), sum(a for a, _ in amounts)
    trusted = amounts and left_out * 10 <= len(items)
    return Figures(
        value_won / value_all if trusted else None, value_won, value_all, len(amounts),
        no_data=not amounts, is_rate=True, notes=[f"left_out={left_out}"] if left_out else [],
    )  # fmt: skip


def sales_cycle_figures(company, window, items):
    if not items:
        return nothing()
    in_days = company.holds_dates("leads", "created_at") or company.holds_dates("leads", "won_at")
    return Figures(median([_cycle(company, item.one, in_days) for item in items]), n=len(items))


def _cycle(company, one, in_days):
    created, won_at = one.own["created_at"], one.own["won_at"]
    if in_days:
        return (company.local_day(won_at) - company.local_day(created)).days
    return (won_at - created) / 86400


# --- the hand-off cohort


def decision(company, one):
    """accepted, rejected, or None: the later decision seen stands (tie: rejected)."""
    accepted, rejected = company.stamp(one, "accepted_at"), company.stamp(one, "rejected_at")
    if rejected is not None and (accepted is None or rejected >= accepted):
        return "rejected"
    later = ("sql_at", "opportunity_at", "won_at")
    if accepted is not None or any(company.stamp(one, c) is not None for c in later):
        return "accepted"
    return None


def decided(what):
    return lambda company, one: decision(company, one) == what


def is_overdue(company, one):
    if decision(company, one) is not None:
        return False
    hours = company.number("decision_hours")
    hours = company.number("sla_hours") if hours is None else hours
    clock = company.settings["sla_clock"]
    start = one.own["handed_off_at"]
    if company.holds_dates("leads", "handed_off_at"):
        return company.days_between(company.local_day(start), company.day, clock) > ceil(hours / 24)
    return past(company, company.deadline(start, hours, clock))


def past(company, deadline):
    return deadline is not None and company.instant > deadline


def touch_sources(company):
    """Where first touches are read from: the column, the table touches, both or neither."""
    sources = [] if company.lacks("leads.first_touch_at") else ["leads"]
    touches = all(company.has("touches", c) for c in ("lead_id", "at", "department"))
    return [*sources, "touches"] if touches else sources


def first_touch(company, one):
    """Sales' first contact on this pass, as seen; None when untouched."""
    if one.own["first_touch_at"] is not None:
        return company.stamp(one, "first_touch_at")
    if "touches" not in touch_sources(company):
        return None
    stamps = [
        touch["at"]
        for touch in company.tables["touches"]
        if touch["lead_id"] == one.lead_id
        and touch.get("department") == "sales"
        and company.seen(touch["at"]) is not None
        and pass_of_touch(company, touch) is one
    ]
    return min(stamps, default=None)


def pass_of_touch(company, touch):
    """The lowest pass handed off at or before the touch and not yet rejected then."""
    for one in company.of_lead.get(touch["lead_id"], []):
        handed_off, rejected = one.own["handed_off_at"], one.own["rejected_at"]
        if (
            handed_off is not None
            and handed_off <= touch["at"]
            and (rejected is None or rejected >= touch["at"])
        ):
            return one
    return None


def sla_start(company, one):
    start = one.own["handed_off_at"]
    if company.settings["sla_starts"] == "assigned":
        return max(start, company.stamp(one, "assigned_at") or start)
    return start


def in_dates(company):
    """Whether the stamps that waits are measured between hold dates, not times."""
    columns = [("leads", "handed_off_at"), ("leads", "first_touch_at")]
    if company.settings["sla_starts"] == "assigned":
        columns.append(("leads", "assigned_at"))
    if "touches" in touch_sources(company):
        columns.append(("touches", "at"))
    return any(company.holds_dates(table, column) for table, column in columns)


def sla_outcome(company, one):
    """met, breached or pending."""
    hours, clock = company.number("sla_hours"), company.settings["sla_clock"]
    start, touch = sla_start(company, one), first_touch(company, one)
    if in_dates(company):
        until = company.day if touch is None else company.local_day(touch)
        late = company.days_between(company.local_day(start), until, clock) > ceil(hours / 24)
    else:
        deadline = company.deadline(start, hours, clock)
        late = past(company, deadline) if touch is None else deadline is not None and touch > deadline
    if late:
        return "breached"
    return "pending" if touch is None else "met"


def sla_compliance_figures(company, window, items):
    outcomes = [sla_outcome(company, item.one) for item in items]
    return rate(outcomes.count("met"), outcomes.count("met") + outcomes.count("breached"))


def wait(company, one, clock):
    """Whole minutes from the start to the first touch, or to as_of, and whether it was touched."""
    start, touch = sla_start(company, one), first_touch(company, one)
    end = company.instant if touch is None else touch
    seconds = company.opened(start, end) if clock == "business" else end - start
    return max(0, seconds) // 60, touch is not None


def survival_quantile(waits, q: Fraction):
    """Kaplan-Meier: the smallest wait with S <= 1 - q (in fractions: ties are exact); None: not reached."""
    survival = Fraction(1)
    for minutes in sorted({m for m, touched in waits if touched}):
        at_risk = sum(m >= minutes for m, _ in waits)
        events = sum(m == minutes and touched for m, touched in waits)
        survival *= 1 - Fraction(events, at_risk)
        if survival <= 1 - q:
            return minutes
    return None


def hours_to_touch(name, q, clock):
    def figures(company, window, items):
        waits = [wait(company, item.one, clock) for item in items]
        touched = sum(touched for _, touched in waits)
        if not waits:
            return Figures(None, 0, n=0, no_data=True)
        minutes = survival_quantile(waits, q)
        if minutes is None:
            longest = max(m for m, _ in waits)
            return Figures(None, touched, n=len(waits), low=longest / 60, notes=["not_reached"])
        return Figures(minutes / 60, touched, n=len(waits))

    def lacking(company):
        return touch_needs(company) or (["times"] if in_dates(company) else [])

    return Metric(name, "hours", needs=lacking, items=cohort, figures=figures)


def touch_needs(company):
    columns = ["leads.handed_off_at"]
    if company.settings["sla_starts"] == "assigned":
        columns.append("leads.assigned_at")
    return company.lacks(*columns) + ([] if touch_sources(company) else ["leads.first_touch_at"])


def sla_needs(company):
    return touch_needs(company) + company.lacks("settings.sla_hours")


def decision_needs(company):
    return company.lacks("leads.handed_off_at", "leads.accepted_at", "leads.rejected_at")


def overdue_needs(company):
    hours = company.has("settings", "decision_hours") or company.has("settings", "sla_hours")
    return decision_needs(company) + ([] if hours else ["settings.decision_hours"])


def untouched_needs(company):
    return decision_needs(company) + ([] if touch_sources(company) else ["leads.first_touch_at"])


def cohort_count(name, holds, needs=decision_needs):
    """A count of the cohort's passes for which `holds(company, pass)`."""

    def figures(company, window, items):
        return count(company, [item for item in items if holds(company, item.one)])

    return Metric(
        name, "number", needs=needs, items=cohort,
        figures=figures,
    )  # fmt: skip


def cohort_rate(name, hit, case, needs):
    """Hits over cases among the cohort's passes."""

    def figures(company, window, items):
        cases = [item.one for item in items if case(company, item.one)]
        return rate(sum(hit(company, one) for one in cases), len(cases))

    return Metric(name, "percent", needs=needs, items=cohort, figures=figures)


def anyone(company, one):
    return True


def is_decided(company, one):
    return decision(company, one) is not None


def is_rejected_untouched(company, one):
    return decision(company, one) == "rejected" and first_touch(company, one) is None


def has_later_pass(company, one):
    return any(
        other.pass_no > one.pass_no and company.stamp(other, "handed_off_at") is not None
        for other in company.of_lead[one.lead_id]
    )


def is_nurtured(company, one):
    """nurtured_at of this or an earlier pass seen, and before this pass's hand-off."""
    stamps = [
        company.stamp(o, "nurtured_at") for o in company.of_lead[one.lead_id] if o.pass_no <= one.pass_no
    ]
    return any(stamp is not None and stamp < one.own["handed_off_at"] for stamp in stamps)


def is_won(company, one):
    return company.stamp(one, "won_at") is not None


def lead_rating_figures(company, window, items):
    ratings = [dimension(company, item, "quality_rating") for item in items]
    ratings = [rating for rating in ratings if rating is not None]
    return ratio(sum(ratings), len(ratings))


def take_items(company, window):
    """Leads of the campaigns that offer the extra step."""
    offering = {one.row.get("campaign_id") for one in company.passes if one.row.get("nurture_campaign_id")}
    offering.discard(None)
    return [i for i in leads_in(company, "created_at", window) if i.row.get("campaign_id") in offering]


def take_figures(company, window, items):
    return rate(sum(reached(company, item.one, ("nurtured_at",)) is not None for item in items), len(items))


# --- cohort rates


def reached(company, one, columns):
    """The first of those stamps seen on any pass of the lead; None when there is none."""
    stamps = [company.stamp(o, c) for o in company.of_lead[one.lead_id] for c in columns]
    return min((stamp for stamp in stamps if stamp is not None), default=None)


def conversion(name, first, goal, per_lead=True):
    """Those that came as far as `goal` (or further) of those stamped `first` in the period."""
    columns = STAGES[STAGES.index(goal) :]
    find = leads_in if per_lead else passes_in

    def converted(company, one):
        if per_lead:
            return reached(company, one, columns)
        return company.stamp(one, goal)

    def figures(company, window, items):
        return rate(sum(converted(company, item.one) is not None for item in items), len(items))

    def days_needed(company):
        """settings.mature_days, else the nearest-rank p90 of days taken by cohorts a year or two old."""
        if company.number("mature_days") is not None:
            return int(company.number("mature_days"))
        ever = Window("ever", company.day, company.day, float("-inf"), float("inf"))
        taken = []
        for item in find(company, first, ever):
            stamp, done = item.one.own[first], converted(company, item.one)
            age = (company.day - company.local_day(stamp)).days
            if done is not None and 365 <= age <= 730:
                taken.append(max(0, (company.local_day(done) - company.local_day(stamp)).days))
        taken = sorted(days for days in taken if days <= 365)
        return taken[ceil(Fraction(9, 10) * len(taken)) - 1] if len(taken) >= 30 else None

    def immature(company, window):
        days = days_needed(company)
        return days is None or company.to_instant(window.last + DAY * (days + 1)) > company.instant

    return Metric(
        name, "percent",
        needs=lambda c: c.lacks(f"leads.{first}", f"leads.{goal}"),
        items=lambda c, w: find(c, first, w),
        figures=figures,
        immature=immature,
    )  # fmt: skip


# --- the catalogue

MEDIAN, P90 = Fraction(1, 2), Fraction(9, 10)

CATALOGUE = {
    metric.name: metric
    for metric in (
        volume("leads", "created_at", per_lead=True),
        volume("mqls", "mql_at", per_lead=True),
        volume("handoffs", "handed_off_at"),
        volume("sqls", "sql_at"),
        volume("opportunities", "opportunity_at"),
        volume("wins", "won_at"),
        volume("losses", "lost_at"),
        web_volume("visits"),
        web_volume("signups"),
        Metric(
            "revenue", "currency", revenue_needs, revenue_items, revenue_figures,
            feeds=("orders",),
        ),
        Metric(
            "pipeline", "currency",
            lambda c: c.lacks("leads.opportunity_at", "leads.amount", "leads.won_at", "leads.lost_at"),
            pipeline_items, pipeline_figures, dated=False,
        ),
        Metric(
            "spend", "currency",
            lambda c: c.lacks("spend.date", "spend.amount"),
            lambda c, w: feed_in(c, "spend", w), spend_figures, feeds=("spend",),
        ),
        cost_per("cpl", "created_at", per_lead=True),
        cost_per("cost_per_mql", "mql_at", per_lead=True),
        cost_per("cost_per_sql", "sql_at", per_lead=False),
        Metric(
            "win_rate", "percent",
            lambda c: c.lacks("leads.won_at", "leads.lost_at"), closed_items, win_rate_figures,
        ),
        Metric(
            "win_rate_value", "percent",
            lambda c: c.lacks("leads.won_at", "leads.lost_at", "leads.amount"),
            closed_items, win_rate_value_figures,
        ),
        Metric(
            "sales_cycle_days", "days",
            lambda c: c.lacks("leads.created_at", "leads.won_at"),
            lambda c, w: passes_in(c, "won_at", w), sales_cycle_figures,
        ),
        web_rate("conversion_rate", "conversions"),
        web_rate("micro_conversion_rate", "micro_conversions"),
        cohort_count("accepted", decided("accepted")),
        cohort_count("rejected", decided("rejected")),
        cohort_count("undecided", decided(None)),
        cohort_count("overdue", is_overdue, overdue_needs),
        cohort_count("rejected_untouched", is_rejected_untouched, untouched_needs),
        cohort_rate("acceptance_rate", decided("accepted"), is_decided, decision_needs),
        cohort_rate("decision_coverage", is_decided, anyone, decision_needs),
        Metric("sla_compliance", "percent", sla_needs, cohort, sla_compliance_figures),
        cohort_count("sla_met", lambda c, one: sla_outcome(c, one) == "met", sla_needs),
        cohort_count("sla_breached", lambda c, one: sla_outcome(c, one) == "breached", sla_needs),
        cohort_count("sla_pending", lambda c, one: sla_outcome(c, one) == "pending", sla_needs),
        hours_to_touch("hours_to_touch_median", MEDIAN, "elapsed"),
        hours_to_touch("hours_to_touch_p90", P90, "elapsed"),
        hours_to_touch("business_hours_to_touch_median", MEDIAN, "business"),
        hours_to_touch("business_hours_to_touch_p90", P90, "business"),
        Metric(
            "lead_rating", "number",
            lambda c: c.lacks("leads.handed_off_at", "leads.quality_rating"), cohort, lead_rating_figures,
        ),
        cohort_rate(
            "recycle_rate", has_later_pass, decided("rejected"),
            lambda c: decision_needs(c) + c.lacks("leads.pass_no"),
        ),
        cohort_rate(
            "nurture_win_rate", is_won, is_nurtured,
            lambda c: c.lacks("leads.handed_off_at", "leads.nurtured_at", "leads.won_at"),
        ),
        cohort_rate(
            "direct_win_rate", is_won, lambda c, one: not is_nurtured(c, one),
            lambda c: c.lacks("leads.handed_off_at", "leads.nurtured_at", "leads.won_at"),
        ),
        Metric(
            "nurture_take_rate", "percent",
            lambda c: c.lacks("leads.campaign_id", "leads.nurture_campaign_id", "leads.nurtured_at"),
            take_items, take_figures,
        ),
        conversion("mql_to_sql_rate", "mql_at", "sql_at"),
        conversion("lead_to_win_rate", "created_at", "won_at"),
        conversion("handoff_to_win_rate", "handed_off_at", "won_at", per_lead=False),
    )
}  # fmt: skip
