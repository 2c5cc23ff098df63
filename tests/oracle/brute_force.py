"""The report of the contract, worked out by brute force: every row looked at, for every figure, each time.

Independent of scorecard/ and data_sources/: it shares the contract's words with them and nothing else.
`report` is the door. company.py cleans the rows, metrics.py has an entry per metric, targets.py judges quotas
and goals, rows.py writes a row.
"""

from tests.oracle import attribution, campaigns, targets, touch_work
from tests.oracle.company import Company, Window
from tests.oracle.metrics import CATALOGUE, dimension, passes_in, path, tables_of
from tests.oracle.rows import data_until, needs, numbers, row, scope

CATALOGUE.update(campaigns.CATALOGUE | touch_work.CATALOGUE)
TARGETS = {
    "quota_attainment": targets.quota_attainment,
    "required_per_day": targets.required_per_day,
    "alignment_gap": targets.alignment_gap,
    "goal_progress": targets.goal_progress,
}
SPECIAL = attribution.METRICS | campaigns.ROWS
ALL = (*CATALOGUE, "rejections_by_reason", *SPECIAL, *TARGETS)


def report(tables, period, as_of, by=(), metrics=None):
    """The tidy report as a list of dicts with the contract's 16 columns."""
    company = Company(tables, as_of)
    window = company.period(period)
    rows = []
    for name in metrics or ALL:
        if name in CATALOGUE:
            rows += metric_rows(company, CATALOGUE[name], window, by)
        elif name == "rejections_by_reason":
            rows += reason_rows(company, window, by)
        elif name in SPECIAL:
            rows += SPECIAL[name](company, window, by)
        else:
            rows += TARGETS[name](company, window)
    return rows


def metric_rows(company, metric, window, by):
    lacking = metric.needs(company)
    if lacking:
        return [
            row(company, metric.name, "all", window, unit=metric.unit, status="locked", notes=needs(lacking))
        ]
    if metric.dated and company.ahead(window):
        return [_bare(company, metric, window, "not_due")]
    items = metric.items(company, window)
    rows = [one_row(company, metric, "all", window, items)]
    for column in by:
        fits = not metric.only or column in metric.only
        if metric.grouped and fits and all(path(company, t, column) for t in tables_of(company, metric)):
            rows += group_rows(company, metric, window, column)
    return rows


def _bare(company, metric, window, status, notes=()):
    return row(company, metric.name, "all", window, unit=metric.unit, status=status, notes=notes)


def group_rows(company, metric, window, column):
    whole_life = metric.whole_life and column.split(".")[-1] == "campaign_id"
    span = (
        Window(window.label, window.first, window.last, float("-inf"), float("inf")) if whole_life else window
    )
    groups = {}
    if column.split(".")[-1] == "owner":
        groups = {person["person_id"]: [] for person in company.tables.get("people", [])}
    for item in metric.items(company, span):
        groups.setdefault(dimension(company, item, column), []).append(item)
    return [one_row(company, metric, scope((column, v)), span, items) for v, items in groups.items()]


def one_row(company, metric, scope_text, window, items):
    figures = metric.figures(company, window, items)
    notes = list(figures.notes)
    immature = metric.immature(company, window)
    if metric.dated and window.end != float("inf"):
        if immature:
            notes.insert(0, "immature")
        if company.running(window):
            notes.insert(0, "running")
        notes += data_until(company, metric.feeds, window)
    status = None if immature and not figures.no_data else plain_status(company, figures)
    target = None
    if metric.name == "acceptance_rate" and company.number("acceptance_target") is not None:
        target = float(company.number("acceptance_target"))
        status = status or against(figures, target)
    return row(
        company, metric.name, scope_text, window, unit=metric.unit, status=status, notes=notes, target=target,
        **numbers(figures),
    )  # fmt: skip


def reason_rows(company, window, by):
    """One row for each reason: how often, of all rejections (of the group)."""
    name = "rejections_by_reason"
    lacking = company.lacks("leads.rejected_at", "leads.reject_reason")
    if lacking:
        return [row(company, name, "all", window, unit="number", status="locked", notes=needs(lacking))]
    if company.ahead(window):
        return [row(company, name, "all", window, unit="number", status="not_due")]
    if not company.passes:
        return [row(company, name, "all", window, unit="number", status="no_data", n=0)]
    items = passes_in(company, "rejected_at", window)
    rows = _reasons(company, window, items, ())
    for column in by:
        if column.split(".")[-1] != "reject_reason" and path(company, "leads", column):
            groups = {}
            for item in items:
                groups.setdefault(dimension(company, item, column), []).append(item)
            for value, some in groups.items():
                rows += _reasons(company, window, some, ((column, value),))
    return rows


def _reasons(company, window, items, group):
    reasons = [dimension(company, item, "reject_reason") for item in items]
    notes = ["running"] if company.running(window) else []
    return [
        row(
            company, "rejections_by_reason", scope(*group, ("reject_reason", reason)), window, unit="number",
            value=reasons.count(reason), numerator=reasons.count(reason), denominator=len(items),
            n=len(items),
            notes=notes,
        )
        for reason in dict.fromkeys(reasons)
    ]  # fmt: skip


def plain_status(company, figures):
    if figures.no_data:
        return "no_data"
    if figures.is_rate and figures.n < int(company.settings["min_n"]):
        return "too_few"
    return None


def against(figures, target):
    """The status of a rate with a target and no pace."""
    if figures.value >= target:
        return "on_track"
    return "at_risk" if target <= figures.high else "off_track"
