"""What values of attributes convert to, by brute force: every hand-off looked at, for every value.

Shares the words of the contract and of docs/decisions.md with scorecard/, and nothing else. Fisher's test
from binomial coefficients, Newcombe's interval from Wilson's closed form, Benjamini and Hochberg by
definition, Welch's test from the amounts themselves.
"""

from datetime import timedelta
from math import ceil, comb, sqrt

import numpy as np
from scipy import stats

from tests.oracle.company import DAY, Company, add_months
from tests.oracle.schema import COLUMNS

Z = 1.959963984540054
KNOWN = ("source", "landing_page", "channel")


def evidence(tables, as_of, months=12, named=()):
    """Dicts by (column, value): k, n, the rest's, both differences with their ends, adjusted chances."""
    company = Company(tables, as_of)
    days = days_needed(company)
    if days is None:
        return {}
    handed = [one for one in company.passes if in_cohort(company, one, days, months)]
    found = {}
    for column in columns_of(tables):
        known = [one for one in handed if value_of(company, one, column) is not None]
        for value in {value_of(company, one, column) for one in known}:
            own = [one for one in known if value_of(company, one, column) == value]
            rest = [one for one in known if value_of(company, one, column) != value]
            found[column, value] = compared(company, own, rest, days)
    adjust(found)
    return found


def nurture(tables, as_of, months=12):
    """The same for hand-offs of leads that took the extra step against those of leads that didn't."""
    company = Company(tables, as_of)
    days = days_needed(company)
    handed = [one for one in company.passes if in_cohort(company, one, days, months)]
    own = [one for one in handed if took_the_step(company, one)]
    found = {"nurtured": compared(company, own, [one for one in handed if one not in own], days)}
    adjust(found)
    return found["nurtured"]


def took_the_step(company, one):
    upto = [other for other in company.of_lead[one.lead_id] if other.pass_no <= one.pass_no]
    stamps = [other.own["nurtured_at"] for other in upto if other.own["nurtured_at"] is not None]
    return any(stamp < one.own["handed_off_at"] for stamp in stamps)


# --- who counts


def columns_of(tables):
    leads = {column for row in tables["leads"] for column in row}
    attributes = sorted(leads - set(COLUMNS["leads"]))
    campaigns = {column for row in tables.get("campaigns", []) for column in row}
    own = [c for c in KNOWN if c in leads]
    return (*attributes, *own, *(["channel"] if "channel" in campaigns and "campaign_id" in leads else []))


def value_of(company, one, column):
    if column == "channel":
        return company.campaigns.get(one.row.get("campaign_id"), {}).get("channel")
    return one.row.get(column)


def in_cohort(company, one, days, months):
    """Handed off on a day that is over, as are `days` more, in the months up to the last such day."""
    handed = company.stamp(one, "handed_off_at")
    if handed is None:
        return False
    last = company.day + DAY
    while company.to_instant(last + DAY * (days + 1)) > company.instant:
        last -= DAY
    return add_months(last + DAY, -months) <= company.local_day(handed) <= last


def days_needed(company):
    """settings.mature_days, else the p90 of the wins of hand-offs one to two years old; None under 30."""
    if company.number("mature_days") is not None:
        return int(company.number("mature_days"))
    taken = []
    for one in company.passes:
        handed, won = company.stamp(one, "handed_off_at"), company.stamp(one, "won_at")
        if handed is None or won is None:
            continue
        now = company.local(company.instant).replace(tzinfo=None)
        at = company.local(handed).replace(tzinfo=None)
        if now - timedelta(days=730) <= at < now - timedelta(days=365):
            taken.append(max(0, (company.local_day(won) - company.local_day(handed)).days))
    taken = sorted(days for days in taken if days <= 365)
    return taken[ceil(len(taken) * 9 / 10) - 1] if len(taken) >= 30 else None


def won_in_time(company, one, days):
    won = company.stamp(one, "won_at")
    if won is None:
        return False
    return (company.local_day(won) - company.local_day(one.own["handed_off_at"])).days <= days


def amounts_of(company, passes, days):
    won = [one for one in passes if won_in_time(company, one, days)]
    amounts = [company.amount_of(one, company.local_day(one.own["won_at"])) for one in won]
    return [amount for amount in amounts if amount is not None and amount > 0]


# --- how they differ


def compared(company, own, rest, days):
    min_n = int(company.settings["min_n"])
    k, k0 = (sum(won_in_time(company, one, days) for one in some) for some in (own, rest))
    n, n0 = len(own), len(rest)
    amounts, amounts0 = (amounts_of(company, some, days) for some in (own, rest))
    gap, low, high = newcombe(k, n, k0, n0) if n and n0 else (None, None, None)
    more, more_low, more_high, chance = welch(amounts, amounts0)
    enough = min(n, n0) >= max(min_n, 1)
    enough_amounts = chance is not None and min(len(amounts), len(amounts0)) >= max(min_n, 2)
    return {
        "k": k, "n": n, "rest_k": k0, "rest_n": n0, "gap": gap, "low": low, "high": high,
        "mean": sum(amounts) / len(amounts) if amounts else None, "more": more, "more_low": more_low,
        "more_high": more_high, "chance": fisher(k, n, k0, n0) if enough else None,
        "more_chance": chance if enough_amounts else None,
    }  # fmt: skip


def wilson(k, n):
    middle, reach = k + Z * Z / 2, Z * sqrt(k * (n - k) / n + Z * Z / 4)
    return (middle - reach) / (n + Z * Z), (middle + reach) / (n + Z * Z)


def newcombe(k, n, k0, n0):
    p, p0 = k / n, k0 / n0
    (low, high), (low0, high0) = wilson(k, n), wilson(k0, n0)
    gap = p - p0
    return gap, gap - sqrt((p - low) ** 2 + (high0 - p0) ** 2), gap + sqrt((high - p) ** 2 + (p0 - low0) ** 2)


def fisher(k, n, k0, n0):
    """All tables with these margins that are no likelier than the one seen (counted in whole numbers)."""
    won = k + k0
    ways = {x: comb(n, x) * comb(n0, won - x) for x in range(max(0, won - n0), min(n, won) + 1)}
    return sum(w for w in ways.values() if w <= ways[k]) / sum(ways.values())


def welch(amounts, rest):
    """Difference of means, its ends, the chance; without any spread only the difference."""
    if min(len(amounts), len(rest)) < 2:
        return None, None, None, None
    gap = float(np.mean(amounts) - np.mean(rest))
    if len(set(amounts)) == len(set(rest)) == 1:
        return gap, None, None, None
    found = stats.ttest_ind(amounts, rest, equal_var=False)
    low, high = found.confidence_interval(0.95)
    return gap, float(low), float(high), float(found.pvalue)


def adjust(found):
    """Benjamini and Hochberg: the least m / rank x chance among the chances from this one up."""
    tests = [(one[name], key, name) for key, one in found.items() for name in ("chance", "more_chance")]
    tests = sorted((t for t in tests if t[0] is not None), key=lambda t: t[0], reverse=True)
    least = 1.0
    for place, (chance, key, name) in enumerate(tests):
        least = min(least, chance * len(tests) / (len(tests) - place))
        found[key][name] = least
