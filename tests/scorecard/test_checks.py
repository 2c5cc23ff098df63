"""The checks: every rule with the slip it is about, told with place, value and what to write instead."""

import dataclasses
import sqlite3
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

import pytest
import sqlalchemy as sa

from data_sources.database import Database
from scorecard import checks, small
from scorecard.clock import AsOf
from scorecard.dataset import Dataset, Place
from scorecard.near import near_misses
from scorecard.problems import Problem, Severity

NOW = datetime(2026, 10, 1, 12, tzinfo=UTC)
METRICS = ("mqls", "revenue", "acceptance_rate")
Rows = Sequence[dict[str, Any]]


@pytest.fixture
def company(tmp_path) -> Callable[..., Dataset]:
    """Builds a company in SQLite out of rows by table."""
    made: list[Database] = []

    def build(**tables: Rows) -> Dataset:
        path = tmp_path / f"company{len(made)}.db"
        connection = sqlite3.connect(path)
        for name, rows in tables.items():
            columns = list(dict.fromkeys(column for row in rows for column in row))
            connection.execute(f"CREATE TABLE {name} ({', '.join(_declared(c) for c in columns)})")
            marks = ", ".join("?" * len(columns))
            cells = [[row.get(c) for c in columns] for row in rows]
            connection.executemany(f"INSERT INTO {name} VALUES ({marks})", cells)  # noqa: S608 - the test's own names
        connection.commit()
        connection.close()
        made.append(Database(f"sqlite:///{path}", clock=lambda: NOW))
        return made[-1].open()

    yield build
    for database in made:
        database.close()


def _declared(column: str) -> str:
    numbers = ("amount", "pass_no", "target", "baseline", "rate")
    return f'"{column}" {"NUMERIC" if column in numbers else "TEXT"}'


def problems(dataset: Dataset, rule: str | None = None) -> list[Problem]:
    zone = small.settings(dataset).zone
    found = checks.check(dataset, AsOf.parse("2026-10-01", zone), METRICS)
    return [p for p in found if rule in (None, p.rule)]


def lead(lead_id: str, **cells: object) -> dict[str, Any]:
    return {"lead_id": lead_id, "created_at": "2026-07-01 10:00:00", **cells}


def goal(goal_id: str, **cells: object) -> dict[str, Any]:
    return {"goal_id": goal_id, "target": 100, "start": "2026-07-01", "due": "2026-09-30", **cells}


def quota(**cells: object) -> dict[str, Any]:
    usual = {
        "period_start": "2026-07-01",
        "period_end": "2026-09-30",
        "department": "sales",
        "person_id": None,
    }
    return {**usual, "metric": "revenue", "target": 100, **cells}


def test_a_clean_company_has_no_problems(company):
    dataset = company(
        leads=[
            lead(
                "a", owner="ana", source="Webinar", handed_off_at="2026-07-02", rejected_at="2026-07-02 09:00"
            )
        ],
        people=[{"person_id": "ana"}],
        goals=[goal("G1", metric="mqls")],
        quotas=[quota(person_id="ana")],
    )
    assert problems(dataset) == []


def test_an_empty_company_has_no_problems(company):
    assert problems(company(other=[{"x": "1"}])) == []


# --- references -------------------------------------------------------------------------------------------


def test_references_to_nothing_are_counted_and_named(company):
    dataset = company(
        leads=[lead(f"L{i}", owner=owner) for i, owner in enumerate(("bob", "bob", "Ana", "ana"))],
        people=[{"person_id": "ana"}],
        touches=[
            {"touch_id": "1", "lead_id": "zz", "at": "2026-07-02"},
            {"touch_id": "2", "lead_id": "L1", "at": "2026-07-02"},
        ],
        feedback=[{"feedback_id": "F1", "at": "2026-07-02", "lead_id": "nn"}],
    )  # fmt: skip
    found = {(p.table, p.column, p.value): p for p in problems(dataset, "reference")}
    assert set(found) == {
        ("leads", "owner", "bob"),
        ("leads", "owner", "Ana"),
        ("touches", "lead_id", "zz"),
        ("feedback", "lead_id", "nn"),
    }
    assert found["leads", "owner", "bob"].rows == 2
    assert found["leads", "owner", "Ana"].instead == "Write ana."
    assert all(p.severity is Severity.WARNING for p in found.values())


def test_references_are_not_checked_when_their_table_is_absent(company):
    assert problems(company(leads=[lead("a", owner="bob", campaign_id="C1")])) == []


# --- the order of stamps ----------------------------------------------------------------------------------


def test_rejected_before_handed_off_is_a_warning(company):
    dataset = company(
        leads=[lead("a", handed_off_at="2026-07-05 10:00:00", rejected_at="2026-07-04 10:00:00")]
    )
    (problem,) = problems(dataset)
    assert problem.severity is Severity.WARNING
    assert (problem.rule, problem.key, problem.column) == ("rejected_before_hand_off", "a", "rejected_at")
    assert problem.value == "2026-07-04 10:00"
    assert "handed_off_at: 2026-07-05 10:00" in problem.what


def test_a_date_is_not_before_a_time_of_its_day(company):
    assert (
        problems(company(leads=[lead("a", mql_at="2026-07-01"), lead("b", mql_at="2026-07-01 00:00:00")]))
        == []
    )


def test_a_copy_on_a_later_pass_is_counted_and_not_out_of_order(company):
    dataset = company(
        leads=[
            lead("a", pass_no=1, mql_at="2026-07-02", handed_off_at="2026-07-03", rejected_at="2026-07-04"),
            lead("a", pass_no=2, mql_at="2026-07-02", handed_off_at="2026-08-03", rejected_at="2026-07-04"),
        ]
    )
    found = problems(dataset)
    assert {(p.rule, p.column, p.rows, p.key) for p in found} == {
        ("copied_stamp", "mql_at", 1, "a, 2"),
        ("copied_stamp", "rejected_at", 1, "a, 2"),
    }


def test_won_and_lost_costs_the_earlier_cell(company):
    dataset = company(
        leads=[
            lead("a", won_at="2026-08-01", lost_at="2026-08-02", amount=500),
            lead("b", won_at="2026-08-03", lost_at="2026-08-02", amount=700),
        ]
    )
    found = {p.key: p for p in problems(dataset, "won_and_lost")}
    assert all(p.severity is Severity.ERROR for p in found.values())
    assert (found["a"].column, found["a"].amount_left_out) == ("won_at", 500.0)
    assert (found["b"].column, found["b"].amount_left_out) == ("lost_at", None)


# --- values that nearly match -----------------------------------------------------------------------------


def test_near_misses_name_the_frequent_value(company):
    rows = [lead(f"w{i}", source="Webinar") for i in range(20)]
    rows += [lead("x", source="webinar"), lead("y", source="Webnar"), lead("z", source="Trade fair")]
    found = {p.value: p for p in problems(company(leads=rows), "near_miss")}
    assert set(found) == {"webinar", "Webnar"}
    assert {p.instead for p in found.values()} == {"Write Webinar."}


def test_values_that_only_differ_by_number_or_are_short_are_no_near_misses():
    assert near_misses({"Fair 2025": 100, "Fair 2026": 1, "SEO": 100, "SEA": 2}) == {}
    assert near_misses({"Organic search": 90, "Organic saerch": 1, "organic-search": 4}) == {
        "Organic saerch": "Organic search",
        "organic-search": "Organic search",
    }


def test_values_that_are_not_allowed_are_warnings(company):
    dataset = company(touches=[{"touch_id": "1", "lead_id": "a", "at": "2026-07-02", "kind": "Call"}])
    (problem,) = problems(dataset)
    assert (problem.rule, problem.value, problem.instead) == ("value", "Call", "Write call.")


# --- money ------------------------------------------------------------------------------------------------


def test_foreign_money_needs_a_rate_of_the_month_before(company):
    orders = [
        {"order_id": "1", "closed_at": "2026-07-10", "amount": 100, "currency": "USD"},
        {"order_id": "2", "closed_at": "2026-08-20", "amount": 40, "currency": "USD"},
        {"order_id": "3", "closed_at": "2026-07-10", "amount": 7, "currency": "EUR"},
        {"order_id": "4", "closed_at": "2026-07-10", "amount": 9, "currency": "CHF"},
    ]
    rates = [
        {"date": "2026-07-10", "currency": "USD", "rate": 0.9},
        {"date": "2026-07-11", "currency": "CHF", "rate": 1.1},
    ]
    found = {p.value: p for p in problems(company(orders=orders, fx_rates=rates), "no_rate")}
    assert set(found) == {"USD", "CHF"}
    assert "40 USD" in found["USD"].what
    assert found["USD"].severity is Severity.ERROR


def test_a_rate_of_zero_or_less_is_left_out(company):
    rates = [{"date": "2026-07-10", "currency": "USD", "rate": rate} for rate in (0, -1)]
    rates[1]["date"] = "2026-07-11"
    dataset = company(fx_rates=rates)
    assert small.rows(dataset, "fx_rates") == ()
    assert {p.value for p in problems(dataset)} == {"0", "-1"}


# --- goals and quotas -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cells", "rule", "severity"),
    [
        ({"kind": "level", "baseline": 100}, "target_is_baseline", Severity.WARNING),
        ({"start": "2026-10-01"}, "start_after_due", Severity.ERROR),
        ({"kind": "total", "direction": "decrease"}, "decreasing_total", Severity.ERROR),
        ({"kind": "level", "direction": "decrease"}, "missing_baseline", Severity.ERROR),
        ({"metric": "revenu"}, "unknown_metric", Severity.ERROR),
        ({"parent_id": "G1"}, "goal_loop", Severity.ERROR),
        ({"target": 0}, "zero_target", Severity.WARNING),
    ],
)
def test_what_a_goal_must_not_say(company, cells, rule, severity):
    (problem,) = problems(company(goals=[goal("G1", **cells)]))
    assert (problem.rule, problem.key, problem.severity) == (rule, "G1", severity)
    assert problem.instead


def test_a_long_loop_of_goals_is_told_once(company):
    parents = {"a": "b", "b": "c", "c": "a", "d": "a"}
    dataset = company(goals=[goal(g, parent_id=p) for g, p in parents.items()])
    assert [p.rule for p in problems(dataset)] == ["goal_loop"]


def test_two_standing_values_on_one_day_are_an_error(company):
    entries = [("2026-07-05", 5), ("2026-07-05", 6), ("2026-07-06", 7)]
    dataset = company(
        goals=[goal("G1", kind="level")],
        goal_actuals=[{"goal_id": "G1", "date": day, "value": value} for day, value in entries],
    )
    (problem,) = problems(dataset)
    assert (problem.rule, problem.key, problem.value) == ("two_levels", "G1, 2026-07-05", "5, 6")


def test_a_quota_whose_end_is_before_its_start(company):
    (problem,) = problems(company(quotas=[quota(period_end="2026-06-30")]))
    assert (problem.rule, problem.column, problem.value) == ("ends_before_start", "period_end", "2026-06-30")
    assert problem.instead == "Write a day from 2026-07-01 on."


def test_quotas_that_cut_across_each_other_and_not_those_inside_each_other(company):
    year = quota(period_start="2026-01-01", period_end="2026-12-31")
    across = quota(period_start="2026-09-15", period_end="2026-10-15")
    found = problems(company(quotas=[year, quota(), across]))
    assert [p.rule for p in found] == ["overlapping_quotas"]


def test_repeated_quotas_of_a_team_are_repeats_although_the_person_is_blank(company):
    found = problems(company(quotas=[quota(), quota(), quota(metric="mqls"), quota(metric="mqls", target=7)]))
    assert {(p.rule, p.severity) for p in found} == {
        ("duplicate", Severity.WARNING),
        ("duplicate", Severity.ERROR),
    }


def test_a_target_moved_after_its_period_began(company):
    moved = "2026-07-01,2026-09-30,sales,,revenue"
    dataset = company(
        goals=[goal("G1"), goal("G2")],
        target_changes=[
            {"at": "2026-08-01 10:00", "table": "goals", "key": "G1", "old": 120, "new": 100, "by": "ana"},
            {"at": "2026-06-01 10:00", "table": "goals", "key": "G2", "old": 120, "new": 100, "by": "ana"},
            {"at": "2026-08-01 10:00", "table": "quotas", "key": moved, "old": 9, "new": 8},
        ],
    )  # fmt: skip
    found = problems(dataset, "target_moved")
    assert [(p.table, p.key) for p in found] == [
        ("goals", "G1"),
        ("quotas", moved),
    ]
    assert "from 120 to 100 on 2026-08-01 by ana" in found[0].what


# --- small tables and time --------------------------------------------------------------------------------


def test_cells_of_small_tables_are_told_with_what_to_write(company):
    dataset = company(
        goals=[goal("G1", start="1.7.2026"), goal("G2", baseline="lots"), goal(None), goal("G4", unit="Euro")]
    )
    found = {(p.key, p.column): p for p in problems(dataset)}
    assert found["G1", "start"].rows_left_out == 1
    assert found["G2", "baseline"].rows_left_out == 0
    assert found["G4", "unit"].severity is Severity.WARNING
    assert [row["goal_id"] for row in small.rows(dataset, "goals")] == ["G2", "G4"]
    assert small.rows(dataset, "goals")[0]["kind"] == "total"


def test_cells_of_large_tables_are_told_in_the_same_words(company):
    found = {p.column: p for p in problems(company(leads=[lead("a", won_at="2.7.2026", amount="lots")]))}
    assert found["won_at"].instead == "Write 2026-07-02 or 2026-02-07."
    assert found["amount"].instead == "Write 1200 or 1200.50."


def test_a_local_time_that_no_clock_showed_is_told(company):
    dataset = company(
        settings=[{"key": "time_zone", "value": "Europe/Berlin"}],
        leads=[
            lead("a", mql_at="2026-03-29 02:30:00"),
            lead("b", mql_at="2026-03-29T02:30"),
            lead("c", mql_at="2026-03-29 03:30:00"),
            lead("d", mql_at="2026-03-29 02:30:00Z"),
        ],
    )
    (problem,) = problems(dataset, "skipped_time")
    assert (problem.column, problem.rows) == ("mql_at", 2)


def test_wrong_settings_are_told_and_the_rest_holds(company):
    dataset = company(settings=[{"key": "sla_hours", "value": "soon"}, {"key": "currency", "value": "CHF"}])
    assert [p.key for p in problems(dataset)] == ["sla_hours"]
    assert small.settings(dataset).currency == "CHF"


def test_markup_formulas_and_long_names_are_told_as_they_are(company):
    names = ["=HYPERLINK(1)", "![](http://x)", "<b>x</b>", "🦄", "x" * 300]
    dataset = company(
        leads=[lead(f"L{i}", owner=name) for i, name in enumerate(names)], people=[{"person_id": "ana"}]
    )
    assert {p.value for p in problems(dataset, "reference")} == set(names)


# --- swapped days and hidden totals -----------------------------------------------------------------------


def test_a_day_of_the_future_that_would_be_in_order_swapped_is_told(company):
    dataset = company(
        leads=[
            lead("a", mql_at="2026-12-07 09:30:00", handed_off_at="2026-07-13", owner="ana"),
            lead("b", created_at="2026-07-02", mql_at="2026-11-07"),
        ],
        people=[{"person_id": "ana", "name": "Ana Kovač"}],
    )
    problem, other = problems(dataset, "swapped")
    assert (problem.key, problem.column, problem.value) == ("a", "mql_at", "2026-12-07")
    assert problem.severity is Severity.WARNING
    assert problem.instead == "Write 2026-07-12, if that is what was meant."
    assert (problem.owner, other.key, other.owner) == ("Ana Kovač", "b", None)


@pytest.mark.parametrize("stamp", ["2026-12-25", "2026-12-12", "2026-12-05", "2026-10-07"])
def test_a_day_of_the_future_that_swapping_does_not_explain_is_left_alone(company, stamp):
    """No month 25; 12 December is the same swapped; 12 May lies before created_at; 7 October is near."""
    assert problems(company(leads=[lead("a", mql_at=stamp)]), "swapped") == []


def test_a_day_out_of_order_is_swapped_only_where_that_brings_it_nearer(company):
    dataset = company(
        leads=[
            lead("a", created_at="2026-01-02", mql_at="2026-05-08", handed_off_at="2026-08-06",
                 accepted_at="2026-08-07", rejected_at=None),
            lead("b", created_at="2026-02-01", handed_off_at="2026-07-05", accepted_at="2026-07-04"),
            lead("c", created_at="2026-07-01", handed_off_at="2026-09-07", accepted_at="2026-07-10",
                 sql_at="2026-07-11"),
        ],
    )  # fmt: skip
    found = {(p.key, p.column, p.instead) for p in problems(dataset, "swapped")}
    assert found == {("c", "handed_off_at", "Write 2026-07-09, if that is what was meant.")}


def test_a_table_that_is_ahead_of_its_time_has_no_swapped_days(company):
    days = [f"2026-{month}-{day:02}" for month in (11, 12) for day in range(1, 29)]
    orders = [{"order_id": str(i), "closed_at": day, "amount": 1} for i, day in enumerate(days)]
    assert problems(company(orders=orders), "swapped") == []


def test_stamps_of_small_tables_may_be_swapped_too(company):
    entries = [{"goal_id": "G1", "date": "2026-12-07", "value": 5, "entered_by": "bob"}]
    dataset = company(goals=[goal("G1")], goal_actuals=entries)
    (problem,) = problems(dataset, "swapped")
    assert (problem.table, problem.value, problem.owner) == ("goal_actuals", "2026-12-07", "bob")


def test_a_total_among_the_rows_is_found_by_its_name_and_its_sum(company):
    spend = [
        {"date": "2026-07-01", "campaign_id": "C1", "amount": 100},
        {"date": "2026-07-02", "campaign_id": "C1", "amount": 50},
        {"date": "2026-07-03", "campaign_id": "C2", "kind": "media", "amount": 25},
        {"date": "2026-07-31", "campaign_id": "Summe", "amount": 175},
        {"date": "2026-07-31", "campaign_id": "C1", "kind": "Subtotal", "amount": 150},
        {"date": "2026-07-31", "campaign_id": "C2", "kind": "total", "amount": 24},  # the sum of nothing
    ]
    found = {p.value: p for p in problems(company(spend=spend), "hidden_total")}
    assert set(found) == {"Summe", "Subtotal"}
    assert "is the sum of all other rows: €175 count twice" in found["Summe"].what
    assert "the other rows with campaign_id C1" in found["Subtotal"].what
    assert all(p.severity is Severity.WARNING for p in found.values())


def test_a_row_whose_key_is_a_total_is_told_without_a_sum(company):
    dataset = company(leads=[lead("L1", amount=5), lead("L2", amount=6), lead("TOTAL", amount=7)])
    (problem,) = problems(dataset, "hidden_total")
    assert (problem.key, problem.column) == ("TOTAL", "lead_id")


def test_values_that_differ_by_what_nobody_sees_are_told_so(company):
    rows = [lead(f"w{i}", source="Trade fair") for i in range(20)]
    rows += [lead("x", source="Trade\u00a0fair"), lead("y", source="Trade f\u200bair"),
             lead("z", source="Trade fair\u00a0")]  # fmt: skip
    found = {p.value: p for p in problems(company(leads=rows), "near_miss")}
    assert set(found) == {"Trade\u00a0fair", "Trade f\u200bair"}  # blanks around a value mean nothing
    assert all("nobody sees" in p.what and p.instead == "Write Trade fair." for p in found.values())


# --- who answers, where, and when -------------------------------------------------------------------------


def test_whoever_a_row_names_answers_then_whom_to_ask_then_a_liaison(company):
    people = [
        {"person_id": "liz", "name": "Liz", "is_liaison": "yes"},
        {"person_id": "ana", "name": "Ana", "covers": "Territories, orders"},
    ]
    dataset = company(
        people=people,
        goals=[goal("G1", start="2026-10-01", owner="ana"), goal("G2", start="2026-10-01", owner="zoe")],
        orders=[{"order_id": "1", "closed_at": "2026-07-10", "amount": 1, "currency": "USD"}],
        spend=[{"date": "2026-07-10", "amount": 1, "currency": "USD"}],
    )
    found = {(p.table, p.key): p.owner for p in problems(dataset) if p.severity is Severity.ERROR}
    assert found == {
        ("goals", "G1"): "Ana", ("goals", "G2"): "zoe", ("orders", None): "Ana", ("spend", None): "Liz",
    }  # fmt: skip


def test_where_nobody_is_named_nobody_is(company):
    (problem,) = problems(company(goals=[goal("G1", target=0)]))
    assert problem.owner is None


def test_the_day_of_a_lost_row_is_the_day_it_counts_on(company):
    dataset = company(goal_actuals=[{"goal_id": None, "date": "2026-07-05", "value": 3}])
    (problem,) = problems(dataset, "required")
    assert str(problem.day) == "2026-07-05"


class FakePlaces:
    """Knows the rows of a few keys, all in column F."""

    def __init__(self, **rows: Sequence[int]) -> None:
        self.rows = rows
        self.asked: list[tuple[str, str, str | None]] = []

    def find(self, table: str, key: str, column: str | None) -> list[Place]:
        self.asked.append((table, key, column))
        link = "https://docs.google.com/spreadsheets/d/x/edit#gid=0&range=F"
        return [Place(f"{table}!F{row}", f"{link}{row}") for row in self.rows.get(key, ())]


def test_problems_get_the_cell_of_their_row(company):
    rows = [lead(f"w{i}", source="Webinar") for i in range(20)]
    rows += [lead("x", source="Webnar"), lead("y", handed_off_at="2026-07-05", accepted_at="2026-07-04")]
    places = FakePlaces(x=[22], y=[23])
    dataset = dataclasses.replace(company(leads=rows), places=places)
    found = {p.rule: p for p in problems(dataset)}
    assert found["near_miss"].cell == "leads!F22"
    assert found["order"].cell == "leads!F23"
    assert str(found["order"].link).endswith("range=F23")
    assert ("leads", "y", "accepted_at") in places.asked


def test_a_key_that_stands_in_several_rows_is_told_with_all_of_them(company):
    dataset = company(goals=[goal("G1"), goal("G1"), goal("G1"), goal("G1"), goal("G1"), goal("G1")])
    located = dataclasses.replace(dataset, places=FakePlaces(G1=range(2, 8)))
    (problem,) = problems(located)
    assert problem.cell == "goals!F2"
    assert "Also at goals!F3, goals!F4, goals!F5 and in 2 more rows." in problem.what


def test_only_so_many_cells_are_looked_for(company, monkeypatch):
    monkeypatch.setattr("scorecard.checks_places.LOOKUPS", 3)
    places = FakePlaces()
    rows = [goal(f"G{i}", target=0) for i in range(9)]
    problems(dataclasses.replace(company(goals=rows), places=places))
    assert len(places.asked) == 3


def test_swapped_days_and_totals_are_found_in_every_database(database_url):
    engine = sa.create_engine(database_url)
    with engine.begin() as connection:
        for statement in (
            "CREATE TABLE orders (order_id VARCHAR(9), closed_at TIMESTAMP, amount INTEGER, channel TEXT)",
            "INSERT INTO orders VALUES ('a', '2026-12-07 10:00:00', 5, 'online')",
            "INSERT INTO orders VALUES ('b', '2026-07-11 10:00:00', 6, 'online')",
            "INSERT INTO orders VALUES ('c', '2026-07-11 10:00:00', 11, 'Total')",
        ):
            connection.exec_driver_sql(statement)
    engine.dispose()
    source = Database(database_url, clock=lambda: NOW)
    found = {(p.rule, p.key, p.value) for p in problems(source.open())}
    source.close()
    assert found == {("swapped", "a", "2026-12-07"), ("hidden_total", "c", "Total")}


def test_the_same_checks_in_every_database(database_url):
    engine = sa.create_engine(database_url)
    with engine.begin() as connection:
        stamps = ("created_at", "handed_off_at", "rejected_at", "won_at", "lost_at")
        others = "amount DOUBLE PRECISION, currency VARCHAR(3), owner VARCHAR(40)"
        columns = ", ".join(f"{stamp} VARCHAR(40)" for stamp in stamps)
        first = "'2026-07-01', '2026-07-05', '2026-07-04', '2026-08-01', '2026-08-02', 5, 'USD', 'bob'"
        second = "'2026-07-01', '2026-07-05', NULL, NULL, NULL, NULL, NULL, NULL"
        for statement in (
            f"CREATE TABLE leads (lead_id VARCHAR(9), pass_no INTEGER, {columns}, {others})",
            f"INSERT INTO leads VALUES ('a', 1, {first})",  # noqa: S608 - the line above
            f"INSERT INTO leads VALUES ('a', 2, {second})",  # noqa: S608
            "CREATE TABLE people (person_id VARCHAR(40))",
            "INSERT INTO people VALUES ('ana')",
        ):
            connection.exec_driver_sql(statement)
    engine.dispose()
    source = Database(database_url, clock=lambda: NOW)
    found = {(p.rule, p.column, p.key, p.value) for p in problems(source.open())}
    source.close()
    assert found == {
        ("rejected_before_hand_off", "rejected_at", "a, 1", "2026-07-04"),
        ("won_and_lost", "won_at", "a, 1", "2026-08-01"),
        ("copied_stamp", "handed_off_at", "a, 2", "2026-07-05"),
        ("no_rate", "currency", None, "USD"),
        ("reference", "owner", None, "bob"),
    }
