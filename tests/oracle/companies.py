"""Small companies to try the report on: drawn by hypothesis, and one made by hand.

`cases()` draws a Case: tables, period, as_of and columns to group by. Stamps come from a modest set of
interesting moments (edges of the period, of as_of, of opening hours, DST nights, a leap day) and steps from
one another, so that collisions and boundaries happen; the rest lie anywhere around the period.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from hypothesis import strategies as st

from tests.oracle.company import LEAD_STAMPS, period_dates

ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata")
PERIODS = (
    "2024-Q1", "2024-02", "2024-03", "2024-W09", "2024-03-25..2024-04-07", "2024-10", "2024-Q4",
    "2024-11-03..2024-11-03",
    "2023", "FY2024", "FY2025-Q2", "2024-10-20..2024-11-10", "2023-12-20..2024-01-05",
)  # fmt: skip
NIGHTS = (date(2024, 3, 10), date(2024, 3, 31), date(2024, 10, 27), date(2024, 11, 3))
SPECIAL_DAYS = (
    *NIGHTS,
    date(2024, 2, 29),
    date(2023, 2, 28),
    date(2024, 1, 1),
    date(2023, 12, 25),
    date(2024, 4, 1),
)
HOURS = (
    time(0), time(1, 59, 59), time(2), time(2, 30), time(3), time(8, 59, 59), time(9), time(9, 0, 1),
    time(12), time(16, 59, 59), time(17), time(23, 59, 59),
)  # fmt: skip
STEPS = tuple(
    timedelta(seconds=s)
    for s in (
        0,
        0,
        1,
        30,
        59,
        60,
        61,
        1800,
        3600,
        14399,
        14400,
        14401,
        28800,
        86399,
        86400,
        86401,
        -1,
        -3600,
        -86400,
    )
) + tuple(timedelta(days=n) for n in (2, 3, 7, 20, 45))
DAY = timedelta(days=1)

SOURCES = (
    "Webinar",
    "webinar",
    " Webinar ",
    "Fair, Köln",
    'Say "hi"',
    "a=b",
    "two\nlines",
    "🚀 Launch",
    "",
    None,
)
OWNERS = ("ana", "bo", "Ana", 'O\'Neil, "Jr"', "  ", None)
HOURS_OPEN = (("00:00", "24:00"), ("02:15", "02:45"), ("01:00", "04:00"), ("08:30", "12:30"))
REASONS = ("no budget", "No budget", "wrong, person", None)
CAMPAIGNS = ("C1", "C2", "C=3", "nowhere", None)
OUTCOMES = (
    "reached",
    "reached",
    "no_answer",
    "left_message",
    "acknowledged",
    "meeting_set",
    "declined",
    None,
)
AMOUNTS = (None, 0, 100.0, 250.5, 1000.0, 99999.99, -50.0)
CURRENCIES = (None, None, None, "EUR", "USD", "GBP")
VOLUMES = ("leads", "mqls", "handoffs", "sqls", "opportunities", "wins", "losses")
QUOTA = ("period_start", "period_end", "department", "person_id", "metric", "target")
QUOTA_METRICS = (
    *VOLUMES,
    "revenue",
    "accepted",
    "pipeline",
    "spend",
    "visits",
    "acceptance_rate",
    "win_rate",
)
FILTERED = (
    "leads", "wins", "revenue", "handoffs", "accepted", "acceptance_rate", "pipeline", "win_rate",
    "lead_to_win_rate",
)  # fmt: skip
BY = (
    (), (), ("source",), ("owner",), ("campaign_id",), ("industry", "marketing_owner"), ("channel",),
    ("campaigns.channel",), ("leads.source", "owner"), ("orders.channel",), ("reject_reason",), ("stage",),
    ("kind", "leads.campaign_id"), ("touches.department",),
)  # fmt: skip
DROPPABLE = (
    "pass_no", "source", "campaign_id", "owner", "marketing_owner", "closed_by", "amount", "currency",
    "industry", "reject_reason", "quality_rating", "nurture_campaign_id", "decision_maker",
    *LEAD_STAMPS,
)  # fmt: skip


@dataclass(frozen=True)
class Case:
    """A company and what is asked of it."""

    tables: dict[str, list[dict]]
    period: str
    as_of: str
    by: tuple[str, ...] = ()


@st.composite
def cases(draw, max_leads=14):
    """A small company, a period, an as_of, and columns to group by."""
    settings = draw(_settings())
    fiscal = int(settings.get("fiscal_year_start", "1"))
    period = draw(st.sampled_from(PERIODS))
    first, end = period_dates(period, fiscal)
    as_of = draw(_as_ofs(first, end))
    return Case(
        draw(companies(settings, first, end, as_of, max_leads=max_leads)),
        period,
        as_of,
        draw(st.sampled_from(BY)),
    )


@st.composite
def companies(draw, settings, first, end, as_of, *, max_leads=14):
    """The tables, each of the optional ones there, empty or missing."""
    moment, day = _moments(first, end, as_of), _days(first, end)
    leads = draw(_leads(moment, max_leads)) + draw(_history(as_of))
    names = tuple({row["lead_id"] for row in leads}) or ("L0",)
    tables = {
        "settings": [{"key": key, "value": value} for key, value in settings.items()],
        "leads": draw(_with_flaws(leads)),
    }
    optional = {
        "people": _people(),
        "campaigns": _campaigns(),
        "touches": _touches(moment, sorted(names)),
        "orders": _orders(moment, sorted(names), first),
        "spend": st.lists(_spend(day), max_size=8),
        "web": st.lists(_web(day), max_size=8),
        "fx_rates": _fx_rates(day),
        "quotas": _quotas(first, end),
    }
    for name, rows in optional.items():
        if draw(st.integers(0, 5)):
            tables[name] = draw(rows)
    if draw(st.integers(0, 5)):
        tables |= draw(_goals(first, end, day))
    for table, column in (("orders", "lead_id"), ("orders", "customer_id"), ("orders", "margin"),
                          ("spend", "campaign_id"), ("web", "conversions"), ("touches", "department"),
                          ("touches", "outcome"), ("touches", "minutes"),
                          ("quotas", "person_id"), ("campaigns", "channel")):  # fmt: skip
        if not draw(st.integers(0, 15)):
            _drop(tables.get(table, []), column)
    return tables


# --- moments


def _as_ofs(first, end):
    """Days and times before, at, in and after the period. Never a repeated hour: it would be two instants."""
    inside = [first + (end - first) // 2, first + (end - first) * 2 // 3, end - DAY]
    days = [*inside, first - DAY, first, end, end + 40 * DAY, end + 400 * DAY]
    whole = [day.isoformat() for day in inside + days]
    times = [
        f"{day.isoformat()}T{hour}"
        for day in days
        for hour in ("00:00:00", "09:00:00", "13:37:11", "23:59:59")
    ]
    return st.sampled_from(whole * 2 + times)


def _days(first, end):
    edges = [first - DAY, first, end - DAY, end]
    near = [day for day in SPECIAL_DAYS if first - 30 * DAY <= day <= end + 30 * DAY]
    return st.one_of(st.sampled_from(edges + near), st.dates(first - 45 * DAY, end + 45 * DAY))


def _moments(first, end, as_of):
    seen = datetime.fromisoformat(as_of)
    edges = [datetime.combine(day, time()) for day in (first, end)]
    edges += [edge - timedelta(seconds=1) for edge in edges]
    edges += [seen, seen + timedelta(seconds=1), seen + DAY, seen - DAY]
    at_hours = st.builds(datetime.combine, _days(first, end), st.sampled_from(HOURS))
    low, high = (datetime.combine(day, time()) for day in (first - 30 * DAY, end + 30 * DAY))
    anywhere = st.datetimes(low, high).map(lambda moment: moment.replace(microsecond=0, fold=0))
    return st.one_of(st.sampled_from(edges), at_hours, anywhere)


# --- settings


def _settings():
    """Settings as a dict of texts; those drawn None are unset."""

    def of(*values):
        return st.sampled_from(values)

    drawn = st.fixed_dictionaries({
        "time_zone": of(*ZONES),
        "fiscal_year_start": of(None, "4", "7", "10"),
        "sla_hours": of("24", "4", "0", "0.5", "8", "16", None),
        "sla_clock": of(None, "business"),
        "sla_starts": of(None, "assigned"),
        "decision_hours": of(None, "48", "1", "8"),
        "work_days": of(None, "mon,tue,wed,thu,fri,sat,sun", "sun"),
        "work_start, work_end": of(None, *HOURS_OPEN),
        "holidays": of(None, "DE", "US", "DE-BY"),
        "acceptance_target": of(None, "0.5", "0.9"),
        "min_n": of("1", None, "3"),
        "mature_days": of(None, "0", "30"),
        "quota_pace": of(None, "working_days", "last_year"),
        "gap_metrics": of(None, "mqls,wins", "leads,revenue"),
        "margin": of(None, "0.4"),
        "too_early": of(None, "0", "0.5"),
        "marketing_sources": of(None, "Webinar,🚀 Launch"),
        "half_life_days": of(None, "0.5"),
        "attribution": of(None, "last", "u_shaped", "markov"),
    })  # fmt: skip
    return drawn.map(_flat)


def _flat(drawn):
    hours = drawn.pop("work_start, work_end")
    if hours:
        drawn |= {"work_start": hours[0], "work_end": hours[1]}
    return {key: value for key, value in drawn.items() if value is not None}


# --- leads


@st.composite
def _leads(draw, moment, max_leads):
    count = draw(st.integers(0, max_leads))
    return [row for n in range(count) for row in draw(_lead(f"L{n}", moment))]


@st.composite
def _lead(draw, lead_id, moment):
    """The rows of one lead: one to three passes, the later ones often with copied stamps."""
    numbers = draw(st.sampled_from(((1,), (1,), (1,), (1, 2), (1, 2, 3), (1, 3), (2,))))
    rows = []
    for number in numbers:
        row = draw(_pass(lead_id, number, moment))
        if rows:
            copied = draw(st.sets(st.sampled_from(("created_at", *LEAD_STAMPS, "amount")), max_size=6))
            row |= {column: rows[-1][column] for column in copied}
        rows.append(row)
    return rows


@st.composite
def _pass(draw, lead_id, pass_no, moment):
    base = draw(moment)
    wanted = draw(st.sets(st.sampled_from(LEAD_STAMPS)))
    stamps = {}
    for column in LEAD_STAMPS:
        stamps[column] = None
        if column in wanted:
            base = draw(st.one_of(st.sampled_from(STEPS).map(base.__add__), moment))
            stamps[column] = base
    return {
        "lead_id": lead_id,
        "pass_no": draw(st.sampled_from((pass_no, pass_no, None))) if pass_no == 1 else pass_no,
        "created_at": draw(st.one_of(moment, st.just(base))),
        "source": draw(st.sampled_from(SOURCES)),
        "campaign_id": draw(st.sampled_from(CAMPAIGNS)),
        "marketing_owner": draw(st.sampled_from(("mia", "ana", None))),
        "owner": draw(st.sampled_from(OWNERS)),
        **stamps,
        "reject_reason": draw(st.sampled_from(REASONS)),
        "quality_rating": draw(st.sampled_from((None, 1, 3, 5))),
        "decision_maker": draw(st.sampled_from((None, 0, 1))),
        "nurture_campaign_id": draw(st.sampled_from((None, None, "C2"))),
        "amount": draw(st.sampled_from(AMOUNTS)),
        "currency": draw(st.sampled_from(CURRENCIES)),
        "closed_by": draw(st.sampled_from((None, None, "bo", "zoe"))),
        "industry": draw(st.sampled_from(("Retail", "Größe", None))),
    }


@st.composite
def _history(draw, as_of):
    """Sometimes some thirty leads of a year and a half before, so that maturity can be reckoned."""
    count = draw(st.sampled_from((0, 0, 0, 29, 30, 33)))
    if not count:
        return []
    begin = datetime.fromisoformat(as_of[:10]) - draw(st.sampled_from((380, 500, 745))) * DAY
    pace = draw(st.integers(0, 12))
    return [_old_lead(n, begin + timedelta(days=n % 20, hours=9 + n % 9), pace) for n in range(count)]


def _old_lead(n, created, pace):
    steps = {
        c: created + i * pace * DAY
        for i, c in enumerate(("mql_at", "handed_off_at", "accepted_at", "sql_at"))
    }
    return dict.fromkeys((*LEAD_STAMPS, "reject_reason", "quality_rating", "decision_maker",
                          "nurture_campaign_id", "currency", "closed_by", "campaign_id",
                          "marketing_owner")) | {
        "lead_id": f"H{n}", "pass_no": 1, "created_at": created, "source": "Webinar", "owner": "ana", **steps,
        "won_at": created + n * pace * DAY, "amount": 10.0, "industry": "Retail",
    }  # fmt: skip


@st.composite
def _with_flaws(draw, leads):
    """Repeats, columns that hold dates, rows in any order, columns that aren't there."""
    rows = [dict(row) for row in leads]
    if rows and draw(st.integers(0, 3)) == 0:
        again = dict(draw(st.sampled_from(rows)))
        if draw(st.booleans()):
            again["source"] = "another"
        rows.append(again)
    for column in draw(
        st.one_of(st.just(()), st.sets(st.sampled_from(("created_at", *LEAD_STAMPS)), max_size=4))
    ):
        for row in rows:
            row[column] = row[column] and datetime.combine(row[column].date(), time())
    if draw(st.booleans()):
        rows.reverse()
    for column in draw(st.one_of(st.just(()), st.just(()), st.sets(st.sampled_from(DROPPABLE), max_size=3))):
        _drop(rows, column)
    return rows


def _drop(rows, column):
    for row in rows:
        row.pop(column, None)


# --- the other tables


def _people():
    pool = ("ana", "bo", "zoe", "mia", 'O\'Neil, "Jr"')
    chosen = st.lists(st.sampled_from(pool), unique=True)
    return chosen.map(
        lambda names: [{"person_id": n, "name": n.title(), "department": "sales"} for n in names]
    )


def _campaigns():
    one = st.fixed_dictionaries({
        "campaign_id": st.sampled_from(("C1", "C2", "C=3")),
        "channel": st.sampled_from(("email", "E-mail", None)),
        "stage": st.sampled_from(("tofu", "bofu")),
        "marketing_owner": st.sampled_from(("mia", None)),
    })  # fmt: skip
    return st.lists(one, max_size=3, unique_by=lambda row: row["campaign_id"])


def _touches(moment, names):
    one = st.fixed_dictionaries({
        "lead_id": st.sampled_from((*names, "ghost")),
        "at": moment,
        "department": st.sampled_from(("sales", "sales", "marketing", None)),
        "campaign_id": st.sampled_from(CAMPAIGNS),
        "person_id": st.sampled_from(("ana", "bo", None)),
        "kind": st.sampled_from(("call", "call", "meeting", "mail", "email", None)),
        "outcome": st.sampled_from(OUTCOMES),
        "minutes": st.sampled_from((None, 0.0, 4.0, 12.5)),
    })  # fmt: skip
    several = st.tuples(st.lists(one, max_size=12), st.lists(_talks(one), max_size=3)).map(
        lambda found: [*found[0], *(row for rows in found[1] for row in rows)]
    )
    plain = several.map(lambda rows: [{"touch_id": f"T{n}", **row} for n, row in enumerate(rows)])
    return st.one_of(plain, plain, plain.map(_at_midnight))


@st.composite
def _talks(draw, one):
    """Touches of one lead, each a step from the one before."""
    rows = draw(st.lists(one, min_size=1, max_size=6))
    at = rows[0]["at"]
    for row in rows[1:]:
        at = at + draw(st.sampled_from(STEPS))
        row |= {"lead_id": rows[0]["lead_id"], "at": at}
    return rows


def _at_midnight(rows):
    return [row | {"at": datetime.combine(row["at"].date(), time())} for row in rows]


def _orders(moment, names, first):
    long_ago = st.datetimes(
        datetime.combine(first - 800 * DAY, time()), datetime.combine(first, time())
    ).map(lambda at: at.replace(microsecond=0, fold=0))  # fmt: skip
    one = st.fixed_dictionaries({
        "customer_id": st.sampled_from(("K1", "K2", "K3", "K4", None)),
        "lead_id": st.sampled_from((*names, "ghost", None)),
        "closed_at": st.one_of(moment, moment, long_ago),
        "amount": st.sampled_from((100.0, 250.5, 0, -40.0, 1e6)),
        "margin": st.sampled_from((None, 30.0, -5.5)),
        "currency": st.sampled_from(CURRENCIES),
        "channel": st.sampled_from(("online_marketing", "outside_sales", None)),
        "campaign_id": st.sampled_from(CAMPAIGNS),
    })  # fmt: skip
    several = st.lists(one, max_size=10)
    return several.map(lambda rows: [{"order_id": f"O{n}", **row} for n, row in enumerate(rows)])


def _spend(day):
    return st.fixed_dictionaries({
        "date": day,
        "campaign_id": st.sampled_from(CAMPAIGNS),
        "kind": st.sampled_from(("media", "print")),
        "amount": st.sampled_from((10.0, 99.95, 0)),
        "currency": st.sampled_from(CURRENCIES),
    })  # fmt: skip


def _web(day):
    return st.fixed_dictionaries({
        "date": day,
        "landing_page": st.sampled_from(("/a", None)),
        "campaign_id": st.sampled_from(CAMPAIGNS),
        "source": st.sampled_from(SOURCES),
        "visits": st.sampled_from((10, 3, 0, None)),
        "micro_conversions": st.sampled_from((4, 0)),
        "conversions": st.sampled_from((1, 0, 2, None)),
        "signups": st.sampled_from((1, 0, None)),
    })  # fmt: skip


def _fx_rates(day):
    one = st.fixed_dictionaries({
        "date": day,
        "currency": st.sampled_from(("USD", "GBP")),
        "rate": st.sampled_from((0.5, 0.91, 1.25)),
    })  # fmt: skip
    return st.lists(one, max_size=6, unique_by=lambda row: (row["date"], row["currency"]))


@st.composite
def _quotas(draw, first, end):
    """Quotas over the period, over parts that tile it or not, over neighbours of it; one that is turned."""
    last = end - DAY
    half = first + (end - first) // 2
    spans = [(first, last), (first, last), (first - 20 * DAY, last), (half, last + 15 * DAY),
             (first - 60 * DAY, first - DAY), (last + DAY, last + 30 * DAY), (last, first - DAY)]  # fmt: skip
    tiles = [(first, half - DAY), (half, last)] if half > first else []
    rows = {}
    if draw(st.booleans()):
        for department, metric in (
            ("marketing", draw(st.sampled_from(("mqls", "leads")))),
            ("sales", "wins"),
        ):
            for start, stop in draw(st.sampled_from((tiles or spans[:1], spans[:1], spans[2:3]))):
                row = (start, stop, department, None, metric)
                rows[row] = dict(zip(QUOTA, (*row, draw(st.sampled_from((1.0, 4.0)))), strict=True))
    for _ in range(draw(st.integers(0, 3))):
        department = draw(st.sampled_from(("marketing", "sales")))
        metric = draw(st.sampled_from(QUOTA_METRICS))
        person = draw(st.sampled_from((None, None, "ana", "mia")))
        if person and metric in ("spend", "visits"):
            person = None
        parts = tiles if tiles and draw(st.booleans()) else [draw(st.sampled_from(spans))]
        for start, stop in parts:
            key = (start, stop, department, person, metric)
            target = draw(st.sampled_from((1, 4, 10, 0, 250.5, 0.5)))
            rows[key] = dict(zip(QUOTA, (*key, float(target)), strict=True))
    return list(rows.values())


@st.composite
def _goals(draw, first, end, day):
    """Goals of each kind, with what was typed for them now and a year before, and their milestones."""
    goals, actuals, milestones = [], [], []
    for n in range(draw(st.integers(0, 4))):
        goal = draw(_goal(f"G{n}", first, end))
        goals.append(goal)
        if goal["metric"] is None or draw(st.booleans()):
            actuals += draw(st.lists(_goal_actual(goal, day), max_size=6))
        if goal["pace"] == "milestones":
            spread = st.lists(st.dates(goal["start"] - DAY, goal["due"] + DAY), max_size=3, unique=True)
            milestones += [
                {
                    "goal_id": goal["goal_id"],
                    "date": when,
                    "expected": draw(st.sampled_from((0.0, 2.0, 5.5, 9.0))),
                }
                for when in draw(spread)
            ]
    tables = {"goals": goals, "goal_actuals": actuals, "milestones": milestones}
    return {name: rows for name, rows in tables.items() if name != "goal_actuals" or draw(st.integers(0, 9))}


@st.composite
def _goal(draw, goal_id, first, end):
    kind = draw(st.sampled_from(("total", "level", "rate")))
    directions = {"total": ("increase", "increase", "stay_below")}
    direction = draw(
        st.sampled_from(directions.get(kind, ("increase", "decrease", "stay_above", "stay_below")))
    )
    share = kind == "rate"
    baseline, target = draw(st.sampled_from(_ways(kind, direction)))
    last = end - DAY
    start, due = draw(st.sampled_from((
        (first, last), (first, last), (first - 30 * DAY, last + 30 * DAY), (first, first),
        (last, last + 10 * DAY),
        (first - 100 * DAY, first), (last + DAY, last + 20 * DAY),
    )))  # fmt: skip
    metrics = {
        "total": (None, "leads", "wins", "revenue", "handoffs", "accepted", "spend", "visits"),
        "level": (None, None, "acceptance_rate", "pipeline"),
        "rate": (None, None, "acceptance_rate", "win_rate", "lead_to_win_rate", "conversion_rate"),
    }
    metric = draw(st.sampled_from(metrics[kind]))
    filters = (
        None,
        "source=Webinar",
        'source="Fair, Köln"',
        "source=",
        "source=Webinar, owner=ana",
        "owner=bo",
    )
    paces = ("linear", "working_days", "milestones", None) + (("last_year",) if kind == "total" else ())
    return {
        "goal_id": goal_id,
        "kind": kind if kind != "total" else draw(st.sampled_from(("total", None))),
        "direction": direction,
        "baseline": baseline,
        "target": target,
        "start": start,
        "due": due,
        "unit": "percent" if share else "number",
        "pace": draw(st.sampled_from(paces)),
        "metric": metric,
        "filter": draw(st.sampled_from(filters)) if metric in FILTERED else None,
    }  # fmt: skip


def _ways(kind, direction):
    """(baseline, target) pairs that make sense for the kind and direction, and those at the edge of it."""
    if kind == "total":
        return ((None, 10.0), (4.0, 2.0), (None, 0.0), (10.0, 250.5))
    if direction == "decrease":
        return ((8.0, 2.0), (0.9, 0.5), (5.0, 5.0), (5.0, 0.0))
    return ((None, 0.5), (0.2, 0.6), (0.5, 0.5), (1.0, 5.0), (None, 0.0))


@st.composite
def _goal_actual(draw, goal, day):
    inside = st.dates(goal["start"], goal["due"])
    before = inside.map(lambda when: when - 365 * DAY)
    return {
        "goal_id": goal["goal_id"],
        "date": draw(st.one_of(inside, inside, day, before)),
        "value": draw(st.sampled_from((None, 0.0, 0.4, 1.0, 2.0, 5.0, 7.25))),
        "numerator": draw(st.sampled_from((None, 0.0, 2.0, 5.0))),
        "denominator": draw(st.sampled_from((None, 5.0, 12.0))),
    }
