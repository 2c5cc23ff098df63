"""One row of the report: its columns, its scope, its notes."""

COLUMNS = (
    "metric", "team", "scope", "period", "as_of", "value", "numerator", "denominator", "n", "low", "high",
    "target", "expected", "status", "unit", "notes",
)  # fmt: skip
MARKETING = {
    "leads", "mqls", "visits", "signups", "spend", "cpl", "cost_per_mql", "cost_per_sql", "cac",
    "conversion_rate", "micro_conversion_rate", "nurture_take_rate", "sourced_pipeline",
    "influenced_pipeline", "unattributed_pipeline", "sourced_revenue", "influenced_revenue",
    "unattributed_revenue",
}  # fmt: skip
SALES = {
    "sqls", "opportunities", "wins", "losses", "revenue", "pipeline", "win_rate", "win_rate_value",
    "sales_cycle_days", "minutes_per_prospect", "reached_within_1", "reached_within_2", "reached_within_3",
    "close_rate_at_engagement_1", "close_rate_at_engagement_2", "close_rate_at_engagement_3",
    "decision_maker_share", "mail_acknowledged_rate",
}  # fmt: skip


def row(company, metric, scope_text, window, *, notes=(), **columns):
    team = "marketing" if metric in MARKETING else "sales" if metric in SALES else "shared"
    base = dict.fromkeys(COLUMNS)
    return base | {
        "metric": metric,
        "team": team,
        "scope": scope_text,
        "period": window.label,
        "as_of": company.as_of_text,
        "notes": ";".join(notes) or None,
        **columns,
    }


def numbers(figures):
    names = ("value", "numerator", "denominator", "n", "low", "high")
    return {name: getattr(figures, name) for name in names}


def needs(lacking):
    return ["needs=" + "+".join(lacking)]


def data_until(company, feeds, window):
    ends = [company.coverage(feed)[1] for feed in feeds if company.covers(feed, window)]
    return [f"data_until={d.isoformat()}" for d in sorted(ends)[:1] if d < min(window.last, company.day)]


def scope(*parts):
    return ",".join(f"{column}={quoted(value)}" for column, value in parts)


def quoted(value):
    text = "" if value is None else str(value)
    if any(mark in text for mark in ',="\n\r'):
        return '"' + text.replace('"', '""') + '"'
    return text
