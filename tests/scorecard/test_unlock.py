"""What is missing, as something to do."""

import pytest

from scorecard import unlock
from scorecard.metrics import METRICS


@pytest.mark.parametrize(
    ("need", "tabs", "said"),
    [
        ("leads.won_at", True, "Add a column won_at to the tab leads."),
        ("leads.won_at", False, "Add a column won_at to the table leads."),
        ("settings.sla_hours", True, "Add a row sla_hours to the tab settings."),
        ("quotas", True, "Add a tab quotas."),
        (
            "leads.first_touch_at|touches.at",
            True,
            "Add a column first_touch_at to the tab leads or a column at to the tab touches.",
        ),
        (
            "orders.amount?leads.amount",
            True,
            (
                "Add a column amount to the tab orders "
                "(or, without a tab orders, a column amount to the tab leads)."
            ),
        ),
    ],
)
def test_a_need_is_something_to_do_where_its_keeper_finds_it(need, tabs, said):
    assert unlock.to_do(need, tabs=tabs) == said


def test_a_whole_table_comes_with_its_columns():
    assert unlock.table_to_add("spend", ["date", "amount"], tabs=True) == (
        "Add a tab spend with the columns date and amount."
    )
    assert unlock.table_to_add("web", ["date"], tabs=False) == "Add a table web with the column date."
    assert unlock.table_to_add("goals", [], tabs=False) == "Add a table goals."


def test_dates_without_times_are_told_as_what_to_write():
    assert unlock.to_do("times", tabs=True).startswith("Write times of day")


@pytest.mark.parametrize("need", sorted({need for metric in METRICS.values() for need in metric.needs}))
def test_every_need_of_every_metric_names_its_table_and_column(need):
    said = unlock.to_do(need, tabs=True)
    for name in need.replace("?", "|").split("|"):
        table, _, column = name.partition(".")
        assert f"{column} to the tab {table}" in said
