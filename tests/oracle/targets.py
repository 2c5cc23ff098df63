"""Quotas, goals and the alignment gap: an actual, what was wanted by now, and how that is called."""

from dataclasses import dataclass
from fractions import Fraction

from tests.oracle.company import DAY, Window, add_months
from tests.oracle.metrics import CATALOGUE, measure, missing, wilson
from tests.oracle.rows import needs, row, scope

RATIOS = {"cpl", "cost_per_mql", "cost_per_sql", "cac", "lead_rating", "clv_12m", "minutes_per_prospect"}
OWNER = {"marketing": "marketing_owner", "sales": "owner"}


# --- quotas


def quotas(company):
    """The quotas that can be used: a known metric and team, an end not before its start."""
    return [
        quota
        for quota in company.tables.get("quotas", [])
        if quota["metric"] in CATALOGUE
        and quota["department"] in OWNER
        and quota["period_start"] <= quota["period_end"]
        and quota["target"] >= 0
    ]


def overlapping(company, window, metric_name):
    """Quotas overlapping the period, each with the start of its row; or one locked row."""
    lacking = company.lacks("quotas")
    if lacking:
        unit = "number" if metric_name == "required_per_day" else "percent"
        return None, [
            row(company, metric_name, "all", window, status="locked", notes=needs(lacking), unit=unit)
        ]
    found = [
        q for q in quotas(company) if q["period_start"] <= window.last and q["period_end"] >= window.first
    ]
    return found, []


def quota_scope(quota):
    parts = [("department", quota["department"]), ("metric", quota["metric"])]
    if quota.get("person_id") is not None:
        parts.append(("person_id", quota["person_id"]))
    return scope(*parts)


def quota_actual(company, quota):
    """The window, what is missing, the actual (None when unknown or not due), whether it is of too few."""
    window = company.window(quota["period_start"], quota["period_end"])
    metric = CATALOGUE[quota["metric"]]
    conditions = person_condition(quota)
    lacking = missing(company, metric, conditions)
    if lacking or company.ahead(window):
        return window, lacking, None, False
    found = measure(company, metric, window, conditions)
    return window, lacking, found.value, found.is_rate and found.n < int(company.settings["min_n"])


def person_condition(quota):
    return [(OWNER[quota["department"]], quota["person_id"])] if quota.get("person_id") is not None else []


def quota_attainment(company, window):
    found, rows = overlapping(company, window, "quota_attainment")
    return rows + [_quota_row(company, quota) for quota in found or []]


def _quota_row(company, quota):
    window, lacking, actual, few = quota_actual(company, quota)
    target, metric = quota["target"], CATALOGUE[quota["metric"]]
    expected = None
    if not lacking:
        curve = Curve(company, window, lambda w: measure(company, metric, w, []).value)  # the team's
        expected = curve.share(company.settings["quota_pace"])
    progress = actual / target if actual is not None and target else None
    status = _first_of(company, window, lacking, applicable=target != 0, known=None not in (actual, expected))
    return row(
        company, "quota_attainment", quota_scope(quota), window, value=progress, numerator=actual,
        denominator=target, target=target, expected=expected, unit="percent",
        status=status or ("too_few" if few else by_pace(company, window, progress, expected)),
        notes=needs(lacking) if lacking else running(company, window),
    )  # fmt: skip


def required_per_day(company, window):
    found, rows = overlapping(company, window, "required_per_day")
    return rows + [_required_row(company, quota) for quota in found or []]


def _required_row(company, quota):
    window, lacking, actual, _ = quota_actual(company, quota)
    metric = CATALOGUE[quota["metric"]]
    applicable = company.day <= window.last and adds_up(metric)
    status = _first_of(company, window, lacking, applicable=applicable, known=actual is not None)
    short = days = None
    if status is None:
        short, days = max(quota["target"] - actual, 0), (window.last - company.day).days + 1
    return row(
        company, "required_per_day", quota_scope(quota), window, value=None if status else short / days,
        numerator=short, denominator=days, target=quota["target"], unit=metric.unit, status=status,
        notes=needs(lacking) if lacking else running(company, window),
    )  # fmt: skip


def adds_up(metric):
    return metric.unit in ("number", "currency") and metric.name not in RATIOS


# --- the alignment gap


def alignment_gap(company, window):  # noqa: PLR0911  one return for each reason there is no gap
    """Marketing's attainment less sales', or a row that says why not."""

    def answer(status, **more):
        return [row(company, "alignment_gap", "all", window, unit="percent", status=status, **more)]

    if company.lacks("quotas"):
        return answer("locked", notes=["needs=quotas"])
    names, reason = gap_metrics(company, window)
    if reason == "ambiguous":
        return answer("locked", notes=["needs=settings.gap_metrics"])
    lacking = [n for name in names for n in CATALOGUE[name].needs(company)]
    if lacking:
        return answer("locked", notes=needs(lacking))
    if company.ahead(window):
        return answer("not_due")
    spans = [team_quotas(company, window, team, name) for team, name in zip(OWNER, names, strict=False)]
    if len(spans) < 2 or not all(spans):
        return answer("no_data")
    targets = [sum(quota["target"] for quota in span) for span in spans]
    if not all(targets):
        return answer("not_applicable")
    actuals = [span_actual(company, name, span) for name, span in zip(names, spans, strict=True)]
    if None in actuals:
        return answer("no_data")
    marketing, sales = (a / t for a, t in zip(actuals, targets, strict=True))
    return answer(None, value=marketing - sales, numerator=marketing, notes=running(company, window))


def gap_metrics(company, window):
    """Marketing's and sales' metric; without the setting only when each team has exactly one team metric."""
    text = company.settings.get("gap_metrics")
    if text:
        return [name.strip() for name in text.split(",")], None
    names = []
    for team in OWNER:
        own = {
            q["metric"]
            for q in quotas(company)
            if q["department"] == team and q.get("person_id") is None
            and q["period_start"] <= window.last and q["period_end"] >= window.first
        }  # fmt: skip
        if len(own) > 1:
            return [], "ambiguous"
        names += own
    return (names, None) if len(names) == 2 else ([], "none")


def team_quotas(company, window, team, name):
    """The team rows inside the period when together they tile it; else the one row that contains it."""
    rows = [
        q for q in quotas(company)
        if q["department"] == team and q["metric"] == name and q.get("person_id") is None
    ]  # fmt: skip
    inside = sorted(
        (q for q in rows if window.first <= q["period_start"] and q["period_end"] <= window.last),
        key=lambda q: q["period_start"],
    )
    starts = [q["period_start"] for q in inside]
    if inside and [*starts, window.last + DAY] == [window.first, *(q["period_end"] + DAY for q in inside)]:
        return inside
    around = [q for q in rows if q["period_start"] <= window.first and window.last <= q["period_end"]]
    return around if len(around) == 1 else []


def span_actual(company, name, span):
    window = company.window(span[0]["period_start"], span[-1]["period_end"])
    return measure(company, CATALOGUE[name], window).value


# --- pace


@dataclass
class Curve:
    """How much of the whole is wanted by now. `cumulative(window)`: the actual in it, for last_year."""

    company: object
    window: Window
    cumulative: object = None
    points: tuple = ()

    def share(self, pace):
        """The share wanted by now, 0 to 1; None when it can't be known."""
        if pace == "last_year":
            return self._last_year()
        if pace == "milestones":
            return self._milestones()
        return float(elapsed(self.company, self.window) if pace == "linear" else self._working_days())

    def _working_days(self):
        company, window = self.company, self.window
        if company.over(window):
            return 1
        now = max(company.instant, window.start)
        today = company.local_day(now)
        whole = sum(company.is_working_day(d) for d in days(window.first, today - DAY))
        hours = company.opening(today)
        part = Fraction(company.opened(company.to_instant(today), now), hours[1] - hours[0]) if hours else 0
        all_days = sum(company.is_working_day(d) for d in days(window.first, window.last))
        return (whole + part) / Fraction(all_days) if all_days else elapsed(company, window)

    def _last_year(self):
        company, window = self.company, self.window
        if self.cumulative is None:
            return None
        before = company.window(add_months(window.first, -12), add_months(window.last + DAY, -12) - DAY)
        whole = self.cumulative(before)
        if not whole:
            return None
        until = before.start + elapsed(company, window) * (before.end - before.start)
        part = self.cumulative(Window(before.label, before.first, before.last, before.start, until))
        return (part or 0) / whole

    def _milestones(self):
        """Straight lines between (instant, share) points."""
        now = min(max(self.company.instant, self.window.start), self.window.end)
        for (t0, s0), (t1, s1) in zip(self.points, self.points[1:], strict=False):
            if t0 <= now <= t1:
                return s0 + (s1 - s0) * float(Fraction(now - t0, t1 - t0))
        return None


def elapsed(company, window):
    """The share of the time gone by, 0 to 1."""
    share = Fraction(company.instant - window.start, window.end - window.start)
    return min(max(share, Fraction(0)), Fraction(1))


def days(first, last):
    return [first + n * DAY for n in range((last - first).days + 1)]


def running(company, window):
    return ["running"] if company.running(window) else []


def _first_of(company, window, lacking, *, applicable, known):
    """The statuses that come before any judging, in their order."""
    if lacking:
        return "locked"
    if not applicable:
        return "not_applicable"
    if company.ahead(window):
        return "not_due"
    return None if known else "no_data"


def by_pace(company, window, progress, expected):
    if progress >= 1:
        return "achieved"
    if company.over(window):
        return "missed"
    if is_early(company, window) or expected == 0:
        return "too_early"
    return pace_word(company, progress / expected)


def is_early(company, window):
    return elapsed(company, window) < company.number("too_early")


def pace_word(company, pace):
    for word in ("on_track", "at_risk"):
        if pace >= float(company.number(word)):
            return word
    return "off_track"


# --- goals


@dataclass
class Actual:
    """A goal's actual; of a rate k and n where known, of a standing value the share of days met."""

    value: float | None
    k: float | None = None
    n: float | None = None
    met_share: float | None = None


def goal_progress(company, window):
    lacking = company.lacks("goals")
    if lacking:
        return [
            row(
                company, "goal_progress", "all", window, status="locked", unit="percent", notes=needs(lacking)
            )
        ]
    goals = [complete(goal) for goal in company.tables["goals"]]
    return [
        _goal_row(company, goal)
        for goal in goals
        if is_usable(goal) and goal["start"] <= window.last and goal["due"] >= window.first
    ]


def complete(goal):
    defaults = {"kind": "total", "direction": "increase", "pace": "linear"}
    return goal | {key: goal.get(key) or default for key, default in defaults.items()}


def is_usable(goal):
    """A due date not before the start, a known metric, a decrease that can be reckoned."""
    if goal["due"] < goal["start"] or (goal.get("metric") and goal["metric"] not in CATALOGUE):
        return False
    if goal["direction"] == "decrease":
        return goal["kind"] != "total" and goal.get("baseline") is not None
    return True


def _goal_row(company, goal):
    window = company.window(goal["start"], goal["due"])
    lacking = goal_lacks(company, goal)
    actual = Actual(None)
    if not lacking and not company.ahead(window):
        actual = goal_actual(company, goal, window)
    expected = None if lacking else goal_expected(company, goal, window)
    applicable = goal["kind"] != "total" or goal["target"] != 0
    known = actual.value is not None and (expected is not None or goal["kind"] != "total")
    if goal["kind"] == "level" and goal["pace"] == "last_year" and is_moving(goal):
        known = False
    status = _first_of(company, window, lacking, applicable=applicable, known=known)
    value = None
    if actual.value is not None and applicable:
        value = goal_value(goal, actual)
    low, high = _interval(goal, actual)
    return row(
        company, "goal_progress", scope(("goal_id", goal["goal_id"])), window, value=value,
        numerator=actual.value, denominator=goal["target"] if goal["kind"] == "total" else None,
        n=actual.n if goal["kind"] == "rate" else None, low=low, high=high, target=goal["target"],
        expected=expected, unit="percent", notes=needs(lacking) if lacking else running(company, window),
        status=status or JUDGES[goal["kind"]](
            company, goal, window, actual=actual, value=value, expected=expected
        ),
    )  # fmt: skip


def stays(goal):
    return goal["direction"] in ("stay_above", "stay_below")


def baseline(goal):
    return goal.get("baseline") or 0


def is_moving(goal):
    """Whether there is a way to go, so that a percentage of it makes sense."""
    return not stays(goal) and goal["target"] != baseline(goal)


def is_met(goal, value):
    if goal["direction"] in ("increase", "stay_above"):
        return value >= goal["target"]
    return value <= goal["target"]


def along(goal, value):
    """How much of the way from the baseline to the target the value has come."""
    return (value - baseline(goal)) / (goal["target"] - baseline(goal))


def goal_value(goal, actual):
    if goal["kind"] == "total":
        return actual.value / goal["target"]
    if is_moving(goal):
        return along(goal, actual.value)
    if not stays(goal):
        return None
    return float(is_met(goal, actual.value)) if actual.met_share is None else actual.met_share


def _interval(goal, actual):
    low, high = (None, None) if actual.k is None else wilson(actual.k, actual.n)
    if goal["kind"] != "rate" or low is None or not is_moving(goal):
        return None, None
    return sorted((along(goal, low), along(goal, high)))


# --- a goal's actual


def goal_lacks(company, goal):
    if goal.get("metric"):
        return missing(company, CATALOGUE[goal["metric"]], conditions(goal))
    return company.lacks("goal_actuals")


def conditions(goal):
    """The filter 'column=value, ...' as pairs; a quoted value may hold commas."""
    pairs, text = [], goal.get("filter") or ""
    while text:
        column, _, text = text.partition("=")
        text = text.lstrip()
        if text.startswith('"'):
            end = 1
            while text[end] != '"' or text[end : end + 2] == '""':
                end += 2 if text[end] == '"' else 1
            value, text = text[1:end].replace('""', '"'), text[end + 1 :].lstrip().removeprefix(",")
        else:
            value, _, text = text.partition(",")
        pairs.append((column.strip(), value.strip() or None))
    return pairs


def goal_actual(company, goal, window):
    if goal.get("metric"):
        found = measure(company, CATALOGUE[goal["metric"]], window, conditions(goal))
        rate = found.is_rate and found.low is not None
        return Actual(found.value, *((found.numerator, found.denominator) if rate else ()))
    if goal["kind"] == "total":
        return Actual(typed_sum(company, goal, window))
    if goal["kind"] == "rate":
        return typed_rate(company, goal, window)
    return typed_level(company, goal, window)


def typed(company, goal, window):
    return [
        actual
        for actual in company.tables.get("goal_actuals", [])
        if actual["goal_id"] == goal["goal_id"] and company.inside(company.to_instant(actual["date"]), window)
    ]


def typed_sum(company, goal, window):
    values = [a["value"] for a in typed(company, goal, window) if a.get("value") is not None]
    return sum(values) if values else None


def typed_rate(company, goal, window):
    rows = typed(company, goal, window)
    both = [a for a in rows if a.get("numerator") is not None and a.get("denominator") is not None]
    if not both:
        return Actual(typed_level(company, goal, window).value)
    k, n = sum(a["numerator"] for a in both), sum(a["denominator"] for a in both)
    return Actual(k / n if n else None, k, n)


def typed_level(company, goal, window):
    """The latest value, and the share of days it was on the right side; dates with two values are out."""
    values = {}
    for actual in typed(company, goal, window):
        if actual.get("value") is not None:
            values.setdefault(actual["date"], set()).add(actual["value"])
    values = {day: next(iter(found)) for day, found in values.items() if len(found) == 1}
    if not values:
        return Actual(None)
    standing = [
        values[max(d for d in values if d <= day)] for day in days(min(values), min(company.day, window.last))
    ]
    share = sum(is_met(goal, value) for value in standing) / len(standing) if stays(goal) else None
    return Actual(values[max(values)], met_share=share)


# --- what a goal expects, and how it is called


def goal_expected(company, goal, window):
    if goal["kind"] == "rate" or (goal["kind"] == "level" and stays(goal)):
        return 1.0
    if goal["kind"] == "level" and not is_moving(goal):
        return None
    cumulative = None
    if goal["kind"] == "total":
        cumulative = lambda w: _cumulative(company, goal, w)  # noqa: E731
    if goal["pace"] == "milestones" and goal["kind"] == "total" and goal["target"] == 0:
        return None
    return Curve(company, window, cumulative, milestone_points(company, goal, window)).share(goal["pace"])


def _cumulative(company, goal, window):
    if goal.get("metric"):
        return measure(company, CATALOGUE[goal["metric"]], window, conditions(goal)).value
    return typed_sum(company, goal, window)


def milestone_points(company, goal, window):
    """(instant, share of the way) from start over the milestones to due; each holds at the end of its day."""
    if goal["pace"] != "milestones":
        return ()
    origin = 0 if goal["kind"] == "total" else baseline(goal)
    way = goal["target"] - origin
    points = {window.start: 0.0, window.end: 1.0}
    for milestone in company.tables.get("milestones", []):
        if milestone["goal_id"] == goal["goal_id"] and window.first <= milestone["date"] <= window.last:
            points[company.to_instant(milestone["date"] + DAY)] = (milestone["expected"] - origin) / way
    return tuple(sorted(points.items()))


def judge_total(company, goal, window, *, actual, value, expected):
    if goal["direction"] != "stay_below":
        return by_pace(company, window, value, expected)
    if actual.value > goal["target"]:
        return "missed"
    if company.over(window):
        return "achieved"
    if is_early(company, window) or expected == 0:
        return "too_early"
    return "on_track" if value <= 0 else pace_word(company, expected / value)


def judge_level(company, goal, window, *, actual, value, expected):
    if is_moving(goal):
        return by_pace(company, window, value, expected)
    met = is_met(goal, actual.value)
    if company.over(window) or (met and not stays(goal)):
        return "achieved" if met else "missed"
    if is_early(company, window):
        return "too_early"
    return "on_track" if met else "off_track"


def judge_rate(company, goal, window, *, actual, value, expected):
    if actual.n is not None and actual.n < int(company.settings["min_n"]):
        return "too_few"
    met = value >= 1 if is_moving(goal) else is_met(goal, actual.value)
    if company.over(window):
        return "achieved" if met else "missed"
    if is_early(company, window):
        return "too_early"
    if met:
        return "on_track"
    low, high = (None, None) if actual.k is None else wilson(actual.k, actual.n)
    return "at_risk" if low is not None and low <= goal["target"] <= high else "off_track"


JUDGES = {"total": judge_total, "level": judge_level, "rate": judge_rate}
