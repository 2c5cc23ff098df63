"""The Data page's readings: every problem, every table, everything locked."""

import re

import pytest

from data_sources.database import Database
from scorecard import checks, data_view, periods, small, unlock
from scorecard.checks_costs import Cost
from scorecard.clock import AsOf
from scorecard.contract import TABLES
from scorecard.data_view import Touch
from scorecard.formats import Formats
from scorecard.metrics import METRICS
from scorecard.problems import Severity
from scorecard.report import ask
from scorecard.words import plain
from tests.browser import ROOT
from tests.scorecard.builders import NOW, Company, lead

QUARTER = periods.parse("2026-Q4")


@pytest.fixture(scope="module")
def demo(demo_url):
    return Database(demo_url, clock=lambda: NOW).open()


@pytest.fixture
def company(tmp_path):
    return lambda **tables: Company(tmp_path / "company.db", **tables).dataset


def at(dataset):
    return AsOf.parse("2026-11-21", small.settings(dataset).zone)


def text(sentences):
    return " ".join(plain(said) for said in sentences)


def test_every_problem_is_in_one_group_of_its_table_and_rule_and_errors_come_first(demo):
    found = data_view.wrong(demo, at(demo))
    shown = [p for g in found.groups for p in g.problems]
    assert sorted(map(str, shown)) == sorted(map(str, checks.check(demo, at(demo))))
    assert all(
        (p.table, p.rule, p.severity) == (g.table, g.rule, g.severity)
        for g in found.groups
        for p in g.problems
    )
    severities = [g.severity for g in found.groups]
    assert severities == sorted(severities)


def test_every_rule_of_the_demo_has_a_title_in_words(demo):
    assert {g.rule for g in data_view.wrong(demo, at(demo)).groups} <= set(data_view.RULES)


def test_the_verdict_says_what_the_errors_cost(company):
    rows = [lead("L1"), lead("L1", source="Fair"), lead("L2", created_at="soon")]
    found = data_view.wrong(dataset := company(leads=rows), at(dataset))
    assert found.left_out == 3
    assert "The errors leave out 3 rows" in text(found.verdict)


def test_where_to_begin_and_who_answers_leads_to_those_errors(company):
    people = [{"person_id": "ana", "name": "Ana Kovač", "department": "sales"}]
    rows = [lead("L1", owner="ana"), lead("L2", owner="ana", created_at="soon"), lead("L3", amount="much")]
    found = data_view.wrong(dataset := company(leads=rows, people=people), at(dataset))
    begin, answers = found.because
    first = found.groups[0].problems[0]
    assert text([begin]) == (
        f"The first to correct is {first.place}, which holds “{first.value}”: {first.what} {first.instead}"
    )
    asked = [(piece.page, dict(piece.ask)) for piece in answers if piece.page]
    assert sum(int(piece.text.split()[0]) for piece in answers if piece.page) == found.count(Severity.ERROR)
    assert {ask["who"] for _, ask in asked} == set(found.owners)
    assert {page for page, _ in asked} == {"data#problems"}
    assert next(dict(piece.ask) for piece in found.verdict[0] if piece.page) == {"severity": "error"}


def test_what_is_left_out_is_told_by_the_quarter_it_would_count_in(company):
    actuals = [
        {"goal_id": None, "date": "2026-08-05", "value": 1},
        {"goal_id": None, "date": "2026-09-05", "value": 1},
        {"goal_id": None, "date": "2026-10-05", "value": 1},
        {"goal_id": "G1", "date": "soon", "value": 1},
    ]
    found = data_view.wrong(dataset := company(goal_actuals=actuals), at(dataset))
    assert [(None if c.period is None else c.period.text, c.rows) for c in found.costs] == [
        ("2026-Q4", 1), ("2026-Q3", 2), (None, 1),
    ]  # fmt: skip
    english = Formats.of(small.settings(dataset))
    assert text(found.verdict).endswith(
        "The errors leave out 4 rows: 1 row of Q4 2026; 2 rows of Q3 2026; 1 row of no known day."
    )
    assert found.costs[1].in_words(english) == "2 rows left out of Q3 2026"
    assert Cost(None, 3, 12_400.0).in_words(english) == "3 rows, €12,400 left out"


def test_the_verdict_names_one_quarter_at_once_and_sums_up_the_early_ones(tmp_path):
    def verdict(name, *days):
        actuals = [{"goal_id": None, "date": day, "value": 1} for day in days]
        dataset = Company(tmp_path / name, goal_actuals=actuals).dataset
        return text(data_view.wrong(dataset, at(dataset)).verdict)

    assert verdict("one", "2026-08-05", "2026-09-05").endswith("The errors leave out 2 rows of Q3 2026.")
    many = ("2025-01-01", "2025-05-01", "2026-01-01", "2026-01-02", "2026-05-01")
    assert verdict("many", *many).endswith(
        "The errors leave out 5 rows: 1 row of Q2 2026; 2 rows of Q1 2026; 2 rows of earlier quarters."
    )


def test_what_is_locked_says_what_to_add_most_first(company):
    dataset = company(leads=[lead("L1")])
    found = data_view.locked(dataset, QUARTER, at(dataset))
    assert all(one.to_do.endswith(".") for one in found)
    assert "Add a table spend with the columns date and amount." in [one.to_do for one in found]
    counts = [len(one.unlocks) for one in found]
    assert counts == sorted(counts, reverse=True)


def test_groups_are_narrowed_by_who_answers(demo):
    found = data_view.wrong(demo, at(demo))
    assert "Olga Petrova" in found.owners
    own = found.of("all", "all", "Olga Petrova")
    assert own
    assert {p.owner for g in own for p in g.problems} == {"Olga Petrova"}
    assert sum(len(g.problems) for name in found.owners for g in found.of("all", "all", name)) == sum(
        len(g.problems) for g in found.groups
    )


def test_errors_that_touch_a_page_are_counted_without_a_look_at_large_tables(company):
    dataset = company(
        leads=[lead("L1", created_at="soon")],
        goals=[{"goal_id": "G1", "target": "lots", "start": "2026-07-01", "due": "2026-09-30"}],
    )
    assert data_view.touching(dataset, at(dataset), ("goals", "leads")) == Touch(1)
    assert data_view.touching(dataset, at(dataset), ("quotas",)) is None
    checks.check(dataset, at(dataset))
    assert data_view.touching(dataset, at(dataset), ("goals", "leads")) == Touch(2)


def test_every_rule_has_a_title_and_is_in_the_documentation():
    text = (ROOT / "docs" / "checks.md").read_text()
    told = set(re.findall(r"^\| `(\w+)`", text, re.MULTILINE))
    assert told == set(data_view.RULES)


def test_groups_are_narrowed_by_severity_and_table(demo):
    found = data_view.wrong(demo, at(demo))
    assert found.of("all", "all") == found.groups
    assert {g.severity for g in found.of("error", "all")} == {Severity.ERROR}
    assert {g.table for g in found.of("all", "goals")} == {"goals"}


def test_a_clean_source_is_said_to_be(company):
    found = data_view.wrong(dataset := company(leads=[lead("L1")]), at(dataset))
    assert text(found.verdict) == "Nothing is wrong with what was read."


def test_every_table_of_the_contract_is_told_with_its_rows(demo):
    read = {one.table: one for one in data_view.tables(demo, at(demo))}
    assert list(read) == list(TABLES)
    assert read["people"].rows == len(small.rows(demo, "people"))
    assert read["leads"].rows > 4_000
    assert all(one.missing == () for one in read.values())
    assert read["orders"].first.isoformat() == "2024-10-01"
    assert read["orders"].last <= at(demo).day


def test_tables_and_columns_that_are_not_there_are_named(company):
    dataset = company(leads=[lead("L1", industry="tents")])
    read = {one.table: one for one in data_view.tables(dataset, at(dataset))}
    assert read["leads"].rows == 1
    assert read["leads"].more == ("industry",)
    assert "won_at" in read["leads"].missing
    assert read["goals"].rows is None


def test_nothing_is_locked_in_the_demo(demo):
    assert data_view.locked(demo, QUARTER, at(demo)) == ()


def test_every_metric_that_lacks_something_is_told_by_what_it_lacks(company):
    dataset = company(leads=[lead("L1", handed_off_at="2026-10-06 10:00:00")])
    question = ask(dataset, QUARTER, at(dataset))
    lacking = {m.label for m in METRICS.values() if m.lacks(question)}
    found = data_view.locked(dataset, QUARTER, at(dataset))
    assert {metric for one in found for metric in one.unlocks} == lacking | {
        "Shared goals",
        "Quotas of teams and people",
    }
    told = " ".join(one.need for one in found)
    assert "the setting sla_hours" in told
    assert "the table spend with date and amount" in told
    assert "settings." not in told


def test_without_leads_the_table_is_what_is_missing(company):
    dataset = company(people=[{"person_id": "ana", "name": "Ana"}])
    first = data_view.locked(dataset, QUARTER, at(dataset))[0]
    assert first.need.startswith("the table leads")
    assert "Acceptance rate" in first.unlocks


@pytest.mark.parametrize(
    ("need", "words"),
    [
        ("leads.won_at", "the column won_at of leads"),
        ("settings.sla_hours", "the setting sla_hours"),
        ("quotas", "the table quotas"),
        ("leads.first_touch_at|touches.at", "the column first_touch_at of leads or the column at of touches"),
        ("orders.amount?leads.amount",
         "the column amount of orders (or, without a table orders, the column amount of leads)"),
    ],
)  # fmt: skip
def test_a_need_is_told_in_words(need, words):
    assert unlock.in_words(need) == words
    assert unlock.meaning(need)
