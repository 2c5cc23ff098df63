"""Customers of campaigns in the oracle: their cost, their worth, what came back of what was spent."""

from tests.oracle.attribution import _closed as closed
from tests.oracle.attribution import _credit as credit
from tests.oracle.attribution import deals, removal_effects
from tests.oracle.company import Window
from tests.oracle.metrics import (
    Item,
    Metric,
    dimension,
    feed_in,
    order_money,
    passes_in,
    path,
    ratio,
    spend_figures,
)
from tests.oracle.rows import needs, row, scope

# --- customers


def first_orders(company):
    """Each customer's first order of those seen (at a tie the one with the lower order_id)."""
    firsts = {}
    for order in company.tables.get("orders", []):
        customer = order.get("customer_id")
        if customer is not None and company.seen(order["closed_at"]) is not None:
            firsts.setdefault(customer, []).append(order)
    return [min(orders, key=lambda o: (o["closed_at"], o["order_id"])) for orders in firsts.values()]


def cac_needs(company):
    column = "orders.customer_id" if company.has("orders") else "leads.won_at"
    return company.lacks("spend.date", "spend.amount", column)


def cac_tables(company):
    return ("spend", "orders") if company.has("orders") else ("spend", "leads")


def cac_items(company, window):
    if company.has("orders"):
        new = [Item("orders", o, part="new") for o in first_orders(company)]
        new = [item for item in new if company.inside(item.row["closed_at"], window)]
    else:
        new = [Item("leads", i.row, i.one, "new") for i in passes_in(company, "won_at", window)]
    return feed_in(company, "spend", window, "spend") + new


def cac_figures(company, window, items):
    spent = spend_figures(company, window, [i for i in items if i.part == "spend"]).value
    return ratio(spent, sum(i.part == "new" for i in items))


def clv_needs(company):
    lacking = company.lacks("orders.customer_id", "orders.closed_at")
    if not company.has("orders", "margin") and not company.has("settings", "margin"):
        lacking += ["orders.margin"]
    if not company.has("orders", "margin"):
        lacking += company.lacks("orders.amount")
    return lacking


def clv_items(company, window):
    """First orders of customers who began 24 to 12 months ago; over a whole life, of all until then."""
    end = wall(company, min(window.end, company.instant))
    began, until = years_on(end, -2), years_on(end, -1)
    whole_life = window.start == float("-inf")
    return [
        Item("orders", order)
        for order in first_orders(company)
        if (whole_life or began <= wall(company, order["closed_at"]))
        and wall(company, order["closed_at"]) < until
    ]


def clv_figures(company, window, items):
    """The mean margin of a customer's first 12 months."""
    margins = 0
    for item in items:
        end = years_on(wall(company, item.row["closed_at"]), 1)
        for order in company.tables["orders"]:
            theirs = order.get("customer_id") == item.row["customer_id"]
            if (
                theirs
                and company.seen(order["closed_at"]) is not None
                and wall(company, order["closed_at"]) < end
            ):
                margins += margin_of(company, order) or 0
    return ratio(margins, len(items))


def wall(company, instant):
    """What the local clock shows, without zone."""
    return company.local(instant).replace(tzinfo=None)


def years_on(moment, years):
    """The same date and time so many years on; of a 29th of February, the 28th."""
    leap = (moment.month, moment.day) == (2, 29)
    return moment.replace(year=moment.year + years, day=28 if leap else moment.day)


def margin_of(company, order):
    if order.get("margin") is not None:
        return order_money(company, order, "margin")
    share, amount = company.number("margin"), order_money(company, order, "amount")
    return None if share is None or amount is None else amount * float(share)


# --- what came back


def worth(company, deal):
    """What a deal leaves: its margin, or a share of its amount."""
    if deal.item.table == "orders":
        return margin_of(company, deal.item.row)
    share = company.number("margin")
    return None if deal.amount is None else deal.amount * float(share)


def credited(company, window, column):
    """Of each campaign (None: of all) worth and weight of its deals; of too few paths their number."""
    model = company.settings.get("attribution", "linear")
    found = deals(company, "revenue", window)
    won = list({d.path: d for d in found if d.journey}.values())
    lost = [closed(company, i, "lost_at") for i in passes_in(company, "lost_at", window)]
    lost = [d for d in lost if d.journey]
    if model == "markov" and len(won) + len(lost) < 100:
        return len(won) + len(lost)
    effects = removal_effects(company, "campaign_id", won, lost) if model == "markov" and column else None
    parts = {}
    for deal in found:
        amount = worth(company, deal)
        if amount is None:
            continue
        if column is None:
            shares = {None: int(bool(deal.journey))}
        elif path(company, "touches", "campaign_id") == "own":
            shares = credit(company, deal, model, "campaign_id", effects)
        else:
            shares = {dimension(company, deal.item, "leads.campaign_id"): int(bool(deal.journey))}
        for value, weight in shares.items():
            parts.setdefault(value, []).append((amount, float(weight)))
    return parts


def romi_needs(company):
    revenue = (
        ["orders.amount", "orders.closed_at"] if company.has("orders") else ["leads.amount", "leads.won_at"]
    )
    margin = company.has("orders", "margin") or company.has("settings", "margin")
    names = ("touch_id", "lead_id", "at", "department")
    lacking = company.lacks("spend.date", "spend.amount", *revenue, *(f"touches.{name}" for name in names))
    return lacking + ([] if margin else ["orders.margin"])


def romi(company, window, by):
    """The rows of romi: all, and each campaign over its whole life."""
    lacking = romi_needs(company)
    if lacking:
        return [row(company, "romi", "all", window, unit="percent", status="locked", notes=needs(lacking))]
    if company.ahead(window):
        return [row(company, "romi", "all", window, unit="percent", status="not_due")]
    rows = _romi_rows(company, window, None)
    if (
        "campaign_id" in by
        and path(company, "spend", "campaign_id")
        and path(company, "touches", "campaign_id")
    ):
        ever = Window(window.label, window.first, window.last, float("-inf"), float("inf"))
        rows += _romi_rows(company, ever, "campaign_id")
    return rows


def _romi_rows(company, window, column):
    found = credited(company, window, column)
    spent = {}
    for item in feed_in(company, "spend", window):
        campaign = item.row.get("campaign_id") if column else None
        spent.setdefault(campaign, []).append(item)
    refused = isinstance(found, int)
    everyone = {**spent, **({} if refused else found)}
    if not column:
        everyone = {None: []}
    return [
        _romi_row(company, window, scope((column, group)) if column else "all", spent.get(group, []),
                  found if refused else found.get(group, []))
        for group in everyone
    ]  # fmt: skip


def _romi_row(company, window, where, items, parts):
    feeds = [feed for feed in ("spend", "orders", "touches") if company.has(feed)]
    lifelong = window.end == float("inf")
    known = all(company.coverage(f)[0] is not None if lifelong else company.covers(f, window) for f in feeds)
    if isinstance(parts, int):
        status = "too_few" if known else "no_data"
        return row(company, "romi", where, window, unit="percent", n=parts, status=status)
    cost = sum(
        company.money(i.row["amount"], i.row.get("currency"), company.local_day(i.row["date"])) or 0
        for i in items
    )
    gain = sum(amount * weight for amount, weight in parts) - cost
    value = gain / cost if known and cost > 0 else None
    n = sum(weight > 0 for _, weight in parts) if cost > 0 else 0
    status = None if value is not None else "no_data"
    figures = {"value": value, "numerator": gain, "denominator": cost, "n": n}
    return row(company, "romi", where, window, unit="percent", status=status, **figures)


ROWS = {"romi": romi}
CATALOGUE = {
    metric.name: metric
    for metric in (
        Metric(
            "cac", "currency", cac_needs, cac_items, cac_figures,
            feeds=("spend", "orders"), whole_life=True, only=("campaign_id",), tables=cac_tables,
        ),
        Metric(
            "clv_12m", "currency", clv_needs, clv_items, clv_figures,
            whole_life=True, tables=("orders",),
        ),
    )
}  # fmt: skip
