"""Writes docs/tables.md and docs/metrics.md from the code: `python -m scorecard.docs`.

A test fails when either page isn't what the code says.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from scorecard.contract import SETTINGS, TABLES, Column, Setting, Table
from scorecard.metrics import METRICS, Metric
from scorecard.settings import DEFAULT
from scorecard.status import Status, explain

FOLDER = Path(__file__).parent.parent / "docs"
_TITLES = {"marketing": "Marketing", "sales": "Sales", "shared": "Both teams"}

STANDING = """\
## Quotas and goals

| row | what it says |
|---|---|
| `quota_attainment` | actual / target of one row of quotas, from its start to as_of; numerator is the actual, expected the share of the target wanted by now |
| `required_per_day` | max(target - actual, 0) / days left, today included |
| `alignment_gap` | marketing's attainment less sales', between the two gap_metrics (0.1 is 10 points) |
| `goal_progress` | how far a goal is: of a total, actual / target; of a level or a rate, (actual - baseline) / (target - baseline); numerator is the actual, expected is the share of the way wanted by now |
"""


def _page(title: str, lead: str, *parts: Iterable[str]) -> str:
    lines = [f"# {title}", "", lead, ""]
    for part in parts:
        lines += [*part, ""]
    return "\n".join(lines).rstrip() + "\n"


def tables_page() -> str:
    """docs/tables.md."""
    lead = (
        "Every table and column that Tandem reads, the same in every source. Only `leads` with `lead_id` and "
        "`created_at` is needed to start; whatever else is missing locks what needs it, and nothing more. "
        "Headers match regardless of case, spaces, underscores and punctuation. Made from scorecard/contract.py by "
        "`make docs`."
    )
    return _page("Tables", lead, *(_table(t) for t in TABLES.values()), _settings())


def _table(table: Table) -> list[str]:
    key = ", ".join(f"`{name}`" for name in table.key)
    lines = [
        f"## {table.name}",
        "",
        table.doc + (f" Key: {key}." if key else " Rows add up; there is no key."),
        "",
    ]
    lines += ["| column | type | meaning | allowed, default |", "|---|---|---|---|"]
    lines += [_column(column) for column in table.columns]
    if table.open_ended:
        lines += ["", "Any other column is an attribute of the lead (industry, company_size, region ...)."]
    return lines


def _column(column: Column) -> str:
    name = f"**`{column.name}`**" if column.required else f"`{column.name}`"
    refers = f" Refers to {column.references}." if column.references else ""
    return f"| {name} | {column.type} | {column.doc}{refers} | {_allowed(column)} |"


def _allowed(column: Column) -> str:
    if column.name == "key" and len(column.allowed) == len(SETTINGS):
        return "see below"
    parts = [", ".join(column.allowed)] if column.allowed else []
    low, high = column.minimum, column.maximum
    if low is not None and high is not None:
        parts.append(f"{low:g} to {high:g}")
    elif low is not None:
        parts.append(f"at least {low:g}")
    if column.default is not None:
        parts.append(f"blank: {column.default}")
    return "; ".join(parts)


def _settings() -> list[str]:
    lines = [
        "## The keys of settings",
        "",
        "| key | type | meaning | allowed | default |",
        "|---|---|---|---|---|",
    ]
    return [*lines, *(_setting(s) for s in SETTINGS.values())]


def _setting(setting: Setting) -> str:
    several = ", several parted by commas" if setting.several else ""
    default = setting.default or ""
    allowed = ", ".join(setting.allowed)
    return f"| `{setting.key}` | {setting.type}{several} | {setting.doc} | {allowed} | {default} |"


def metrics_page() -> str:
    """docs/metrics.md."""
    lead = (
        "Every number, defined once. Rates come with k/n and Wilson's 95 % interval; groups roll up by adding, "
        "never by averaging rates. Made from scorecard/metrics.py by `make docs`."
    )
    teams = (_team(team, title) for team, title in _TITLES.items())
    return _page("Metrics", lead, *teams, STANDING.rstrip().split("\n"), _statuses())


def _team(team: str, title: str) -> list[str]:
    lines = [
        f"## {title}",
        "",
        "| metric | meaning | formula | unit | better | needs |",
        "|---|---|---|---|---|---|",
    ]
    return [*lines, *(_metric(m) for m in METRICS.values() if m.team == team)]


def _metric(metric: Metric) -> str:
    needs = ", ".join(
        f"`{need}`".replace("|", "` or `").replace("?", "` (without that table `")
        + (")" if "?" in need else "")
        for need in metric.needs
    )
    cohort = " (cohort)" if metric.cohort else ""
    return (
        f"| `{metric.name}`{cohort} | **{metric.label}.** {metric.meaning} | {metric.formula} "
        f"| {metric.unit} | {metric.better or ''} | {needs} |"
    )


def _statuses() -> list[str]:
    lines = ["## Status", "", "The first that holds, always shown as icon, word and colour:", ""]
    lines += ["| | status | rule with the default thresholds |", "|---|---|---|"]
    return [*lines, *(f"| {s.icon} | `{s.value}` | {explain(s, DEFAULT)} |" for s in Status)]


def main() -> None:
    """Writes both pages."""
    for name, text in (("tables.md", tables_page()), ("metrics.md", metrics_page())):
        (FOLDER / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
