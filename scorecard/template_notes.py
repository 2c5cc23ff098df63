"""What the template says about a column: the note of its header, with an example of a right cell."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from typing import Final

from scorecard.contract import SETTINGS, Column, Setting, Table, Type

START: Final = "Start here"  # the first tab
_SHOWN_METRICS: Final = 5  # more names in a note are read by nobody


@cache
def metrics() -> dict[str, tuple[str, str, frozenset[str]]]:
    """Every metric's label, meaning, and the columns it is made of."""
    from scorecard.metrics import METRICS  # noqa: PLC0415 - the catalogue is heavy, and not always wanted

    return {
        m.name: (m.label, m.meaning, frozenset(re.split(r"[|?]", "|".join(m.needs))))
        for m in METRICS.values()
    }


def metrics_of(*needs: str) -> list[str]:
    """The labels of the metrics made of any of these columns."""
    return [label for label, _, made_of in metrics().values() if made_of.intersection(needs)]


def some(labels: Sequence[str]) -> str:
    shown, rest = ", ".join(labels[:_SHOWN_METRICS]), len(labels) - _SHOWN_METRICS
    return f"{shown} and {rest} more" if rest > 0 else shown


# --- notes ----------------------------------------------------------------------------------------------

_TYPES: Final = {
    Type.TEXT: "Text.",
    Type.TIME: "A date with its time, year first. Where only the day is known, the day alone.",
    Type.DATE: "A date, year first.",
    Type.INTEGER: "A whole number.",
    Type.NUMBER: "A number.",
    Type.MONEY: "An amount: the number alone, in the currency of the settings.",
    Type.SHARE: "A percentage: 25 % or 0.25.",
    Type.BOOLEAN: "yes or no. Blank: nobody knows.",
}


_OF_ANY_UNIT: Final = frozenset(("goals", "goal_actuals", "milestones", "quotas", "target_changes"))


def note(table: Table, column: Column) -> str:
    """What the header's note says, a sentence a line."""
    lines = (
        f"{column.name}: {column.doc}",
        _how_needed(table, column),
        _type_words(table, column),
        _range_words(column.type, column.minimum, column.maximum),
        value_words(column),
        _brings(table, column),
        f"Example: {example(table, column)}",
    )
    return "\n".join(line for line in lines if line)


def _how_needed(table: Table, column: Column) -> str:
    others = [name for name in table.key if name != column.name]
    beside = f"With {' and '.join(others)} it" if others else "It"
    part = f" {beside} names the row." if column.key else ""
    if column.required:
        return f"Needed: a row without it is left out.{part}"
    if column.default is not None:
        return f"May stay blank; then it is {column.default}.{part}"
    return f"May stay blank.{part}"


def _type_words(table: Table, column: Column) -> str:
    if column.type is Type.MONEY and "currency" in table:
        return "An amount: the number alone; in the currency of the settings, unless currency says another."
    if column.type is Type.TEXT and (column.key or column.name.endswith("_id")) and not column.allowed:
        return "Text, kept as it is typed: 00123 stays 00123."
    if column.type is Type.NUMBER and table.name in _OF_ANY_UNIT:
        return "A number. A percentage as 25 % or 0.25."
    return _TYPES[column.type]


def type_words(kind: Type, low: float | None, high: float | None) -> str:
    """What a cell of a type holds, with its bounds."""
    return f"{_TYPES[kind]} {_range_words(kind, low, high)}".strip()


def setting_words(setting: Setting) -> str:
    """What may be written for a setting, and what holds while its value is blank."""
    several = "Several, parted by commas" if setting.several else ""
    if setting.allowed:
        values = f"{several or 'One of'}: {', '.join(setting.allowed)}."
    else:
        values = f"{several}." if several else type_words(setting.type, setting.minimum, setting.maximum)
    blank = "May stay blank." if setting.default is None else f"Blank: {setting.default}."
    return f"{values} {blank}"


def _range_words(kind: Type, low: float | None, high: float | None) -> str:
    if kind is Type.SHARE:
        return ""
    if low is not None and high is not None:
        return f"From {low:g} to {high:g}."
    return f"{low:g} or more." if low is not None else ""


def value_words(column: Column) -> str:
    if column.references:
        tab, _, name = column.references.partition(".")
        return f"One of the values in {name} of the tab {tab}, written exactly as there."
    if column.name == "metric":
        return f"One of the metrics listed on '{START}'."
    if column.name == "key" and column.allowed == tuple(SETTINGS):
        return f"One of the settings listed on '{START}'."
    return f"One of: {', '.join(column.allowed)}." if column.allowed else ""


def _brings(table: Table, column: Column) -> str:
    labels = [] if column.required else metrics_of(f"{table.name}.{column.name}")
    return f"Brings: {some(labels)}." if labels else ""


# --- examples -------------------------------------------------------------------------------------------

BY_TYPE: Final = {
    Type.TIME: "2026-09-30 14:05",
    Type.DATE: "2026-09-30",
    Type.INTEGER: "25",
    Type.NUMBER: "1200",
    Type.MONEY: "1200.50",
    Type.SHARE: "25 %",
    Type.BOOLEAN: "yes",
}
EXAMPLES: Final = {
    "settings.value": "24",
    "people.person_id": "ana",
    "people.name": "Ana Ruiz",
    "people.role": "Account executive",
    "people.email": "ana@example.com",
    "people.covers": "Renewals, trade fairs",
    "goals.goal_id": "G3",
    "goals.name": "Revenue 11 % above last year",
    "goals.parent_id": "G1",
    "goals.start": "2026-07-01",
    "goals.marketing_role": "Two webinars a month for shops",
    "goals.sales_role": "Calls every attendee within a day",
    "goals.metric": "revenue",
    "goals.filter": "source=Webinar",
    "goals.strategy": "Fewer, better leads from shops with several branches",
    "goal_actuals.value": "42",
    "goal_actuals.numerator": "42",
    "goal_actuals.denominator": "120",
    "goal_actuals.confidence": "4",
    "goal_actuals.comment": "The fair in September will help",
    "milestones.expected": "600",
    "leads.lead_id": "L-00123",
    "leads.pass_no": "1",
    "leads.source": "Webinar",
    "leads.landing_page": "/tents/autumn",
    "leads.reject_reason": "No budget",
    "leads.lost_reason": "Price",
    "leads.customer_id": "K-00042",
    "leads.expected_close": "2026-12-15",
    "touches.touch_id": "T-00881",
    "touches.minutes": "12.5",
    "campaigns.campaign_id": "C-07",
    "campaigns.name": "Autumn webinar",
    "campaigns.channel": "email",
    "campaigns.offer": "Free fitting guide",
    "campaigns.audience": "Shops with more than two branches",
    "campaigns.start": "2026-09-01",
    "signoffs.terms": "Budget 12,000 EUR, first mail on 1 September",
    "signoffs.fingerprint": "9f2b61c0",
    "web.landing_page": "/tents/autumn",
    "web.source": "Organic search",
    "orders.order_id": "O-2210",
    "orders.customer_id": "K-00042",
    "orders.channel": "outside_sales",
    "quotas.period_start": "2026-07-01",
    "quotas.metric": "revenue",
    "quotas.target": "250000",
    "target_changes.key": "G3",
    "target_changes.why": "A large customer moved to next year",
    "calendar.entry_id": "E-15",
    "calendar.title": "Autumn webinar",
    "calendar.channel": "email",
    "calendar.attendees": "ana, ben",
    "feedback.feedback_id": "F-12",
    "feedback.reject_reason": "No budget",
    "feedback.text": "Leads from the partner list are too small",
    "feedback.response": "We stopped buying the list",
    "profiles.attribute": "industry",
    "profiles.value": "Retail",
    "reviews.review_id": "R-04",
    "reviews.line_no": "1",
    "reviews.period": "2026-Q3",
    "reviews.attendees": "ana, ben",
    "reviews.went_well": "Half of the attendees asked for a call",
    "reviews.went_wrong": "Two weeks without a landing page",
    "reviews.decision": "Repeat it in spring",
    "reviews.action": "Brief the agency",
    "fx_rates.rate": "0.92",
    "changes.change_id": "20261125-7k3qp2m4x9bcd",
    "changes.line_no": "1",
    "changes.by": "ana@example.com",
    "changes.action": "feedback",
    "changes.table": "feedback",
    "changes.key": "F-20261125-7k3qp",
    "changes.before": '{"status": "open"}',
    "changes.after": '{"status": "done"}',
}


def example(table: Table, column: Column) -> str:
    """What a right cell of a column looks like, as a keeper would type it."""
    own = EXAMPLES.get(f"{table.name}.{column.name}")
    if own is not None:
        return own
    if column.references:
        return EXAMPLES[column.references]
    if column.allowed:
        return column.default or ("sla_hours" if column.name == "key" else column.allowed[0])
    if column.name == "currency":
        return "USD"
    return "4" if column.maximum == 5 else BY_TYPE[column.type]  # noqa: PLR2004 - a rating, 1 to 5
