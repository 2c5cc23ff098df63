"""What the report means on companies small enough to count by hand, and on rows as people write them."""

import json
import math
from typing import Any

import pytest

from data_sources.config import Config, TableMapping
from data_sources.database import Database
from scorecard import checks, small
from scorecard.clock import AsOf
from scorecard.contract import TABLES
from scorecard.metrics import METRICS
from scorecard.problems import Problem, Severity
from scorecard.report import STANDING, UnknownMetricError, names
from scorecard.rows import COLUMNS
from scorecard.scopes import Filter, part
from scorecard.status import Status
from tests.scorecard.builders import NOW, Company, Rows, figures, lead, write


@pytest.fixture
def company(tmp_path):
    made: list[Company] = []

    def build(**tables: Rows) -> Company:
        made.append(Company(tmp_path / f"company{len(made)}.db", **tables))
        return made[-1]

    yield build
    for one in made:
        one.database.close()


def problems(company: Company) -> list[Problem]:
    return checks.check(company.dataset, AsOf.parse("2026-11-20", small.settings(company.dataset).zone))


def won(lead_id: str, day: str = "2026-10-20", **cells: object) -> dict[str, Any]:
    return lead(lead_id, won_at=f"{day} 12:00:00", **cells)


# --- what is there, and what isn't


def test_leads_with_nothing_but_key_and_date_are_enough(company):
    small_one = company(leads=[lead("a"), lead("b")])
    rows = figures(small_one.rows())
    assert rows["leads", "all", "2026-Q4"]["value"] == 2
    locked = {metric for (metric, _, _), row in rows.items() if row["status"] == "locked"}
    assert locked == set(names()) - {"leads"}


def test_what_is_locked_names_what_unlocks_it(company):
    for row in company(leads=[lead("a")]).rows():
        if row.status is Status.LOCKED:
            needed = str(row.note("needs")).split("+")
            assert needed != [""]
            for name in (n for need in needed for part in need.split("|") for n in part.split("?")):
                table, _, column = name.partition(".")
                assert table in TABLES
                assert not column or table == "settings" or column in TABLES[table]


def test_adding_what_is_named_unlocks(company):
    row = company(leads=[lead("a")]).row("acceptance_rate")
    assert row.note("needs") == "leads.handed_off_at+leads.accepted_at+leads.rejected_at"
    full = lead("a", handed_off_at="2026-10-06 09:00", accepted_at="2026-10-06 10:00", rejected_at=None)
    assert company(leads=[full]).row("acceptance_rate").value == 1


@pytest.mark.parametrize("tables", [{}, {"something": [{"else": "1"}]}], ids=["nothing", "another table"])
def test_an_empty_database_reports_and_says_so(company, tables):
    rows = company(**tables).rows(by=["source"])
    assert {row.status for row in rows} <= {Status.NO_DATA, Status.LOCKED}
    assert {row.metric for row in rows} == set(names())
    assert all(not row.value for row in rows)


def test_no_data_zero_too_few_not_due_and_locked_are_different(company):
    found = company(
        leads=[won("a"), lead("b", lost_at="2026-10-21 12:00:00")],
        spend=[{"date": "2026-10-01", "amount": 0}],
    )
    assert (found.value("mqls"), found.row("mqls").status) == (None, Status.LOCKED)
    assert (found.value("wins", period="2026-11"), found.row("wins", period="2026-11").status) == (0, None)
    assert found.row("win_rate").status is Status.TOO_FEW
    assert found.row("win_rate", period="2026-11").status is Status.NO_DATA
    assert found.row("wins", period="2027-Q1").status is Status.NOT_DUE
    assert (found.value("spend"), found.row("spend").status) == (0, None)
    assert found.row("spend", period="2026-Q1").status is Status.NO_DATA


@pytest.mark.parametrize(
    ("accepted", "rejected", "status"),
    [(0, 0, Status.NO_DATA), (8, 1, Status.TOO_FEW), (8, 2, Status.ON_TRACK), (7, 3, Status.AT_RISK),
     (1, 19, Status.OFF_TRACK)],
)  # fmt: skip
def test_acceptance_is_judged_against_its_target_by_its_interval(company, accepted, rejected, status):
    handed = {"handed_off_at": "2026-10-06 09:00:00", "accepted_at": None, "rejected_at": None}
    decided = ["accepted_at"] * accepted + ["rejected_at"] * rejected
    leads = [lead(f"L{i}", **{**handed, stamp: "2026-10-07 09:00:00"}) for i, stamp in enumerate(decided)]
    settings = [{"key": "acceptance_target", "value": "80 %"}]
    row = company(leads=leads or [lead("a", **handed)], settings=settings).row("acceptance_rate")
    assert (row.status, row.target) == (status, 0.8)


def test_a_rate_has_its_parts_and_its_interval(company):
    row = company(leads=[won("a"), won("b"), lead("c", lost_at="2026-10-21 12:00:00")]).row("win_rate")
    assert (row.value, row.numerator, row.denominator, row.n) == (2 / 3, 2, 3, 3)
    assert (row.low, row.high) == (pytest.approx(0.2077, abs=1e-4), pytest.approx(0.9385, abs=1e-4))


# --- what is asked


@pytest.mark.parametrize(("wrong", "said"), [("leds", "Did you mean leads?"), ("xyzzy", "docs/metrics.md")])
def test_an_unknown_metric_is_refused_by_name(company, wrong, said):
    with pytest.raises(UnknownMetricError, match=wrong) as refused:
        company(leads=[lead("a")]).rows(metrics=[wrong])
    assert said in str(refused.value)


def test_metrics_without_the_column_are_left_out_of_the_groups(company):
    found = company(leads=[lead("a", source="Webinar")], web=[{"date": "2026-10-05", "visits": 5}])
    rows = found.rows(by=["source"], metrics=["leads", "visits"])
    assert [(r.metric, r.scope) for r in rows] == [
        ("leads", "all"), ("visits", "all"), ("leads", "source=Webinar")
    ]  # fmt: skip


def test_by_owner_lists_everyone_in_people_with_zero(company):
    people = [{"person_id": "ana", "name": "Ana"}, {"person_id": "bo", "name": "Bo"}]
    rows = company(leads=[lead("a", owner="ana")], people=people).rows(by=["owner"], metrics=["leads"])
    assert {r.scope: r.value for r in rows} == {"all": 1, "owner=ana": 1, "owner=bo": 0}


def test_wins_are_the_closers_and_losses_the_owners(company):
    found = company(
        leads=[won("a", owner="ana", closed_by="bo"), lead("b", owner="ana", closed_by="bo",
                                                           lost_at="2026-10-21")],
    )  # fmt: skip
    rows = {(r.metric, r.scope): r.value for r in found.rows(by=["owner"], metrics=["wins", "losses"])}
    assert rows["wins", "owner=bo"] == 1
    assert rows["losses", "owner=ana"] == 1
    by_closer = {r.scope: r.value for r in found.rows(by=["closed_by"], metrics=["wins"])}
    assert by_closer == {"all": 1, "closed_by=bo": 1}


def test_a_filter_narrows_what_is_counted(company):
    found = company(leads=[lead("a", source="Webinar"), lead("b", source="Fair"), lead("c")])
    assert found.value("leads", where=Filter.parse("source=Webinar")) == 1
    assert found.value("leads", where=Filter.parse("source=Webinar,source=Fair")) == 2
    assert found.value("leads", where=Filter.parse("source=")) == 1


def test_the_open_pipeline_of_a_period_to_come_is_that_of_as_of_in_its_groups_too(company):
    open_one = lead(
        "a", owner="ana", opportunity_at="2026-10-06 09:00:00", won_at=None, lost_at=None, amount=50
    )
    rows = company(leads=[open_one]).rows(period="2027-Q1", by=["owner"], metrics=["pipeline"])
    assert {r.scope: r.value for r in rows} == {"all": 50, "owner=ana": 50}


def test_a_period_has_its_first_and_not_its_last_instant_in_the_organisations_zone(company):
    stamps = ("2026-09-30 23:59:59", "2026-10-01 00:00:00", "2026-12-31 23:59:59", "2027-01-01 00:00:00")
    leads = [lead(f"L{i}", created_at=at) for i, at in enumerate(stamps)]
    zoned = company(leads=leads, settings=[{"key": "time_zone", "value": "America/New_York"}])
    assert zoned.value("leads", as_of="2027-06-01") == 2
    instants = [lead("a", created_at="2026-10-01T03:59:59Z"), lead("b", created_at="2026-10-01T04:00:00Z")]
    zoned = company(leads=instants, settings=[{"key": "time_zone", "value": "America/New_York"}])
    assert zoned.value("leads") == 1


def test_money_of_another_currency_is_at_the_rate_of_its_day_or_left_out(company):
    found = company(
        leads=[won("a", amount=100, currency="USD"), won("b", amount=100, currency="GBP"),
               won("c", amount=100)],
        settings=[{"key": "currency", "value": "EUR"}],
        fx_rates=[{"date": "2026-10-01", "currency": "USD", "rate": 0.9},
                  {"date": "2026-10-21", "currency": "USD", "rate": 0.5},
                  {"date": "2026-09-18", "currency": "GBP", "rate": 1.2}],
    )  # fmt: skip
    assert found.value("revenue") == 190
    assert any(p.severity is Severity.ERROR and "GBP" in str(p) for p in problems(found))


def test_every_row_is_json_without_nan(company):
    found = company(
        leads=[won("a", amount=0), lead("b", handed_off_at="2026-10-06")],
        quotas=[{"period_start": "2026-10-01", "period_end": "2026-12-31", "department": "sales",
                 "metric": "wins", "target": 0}],
        goals=[{"goal_id": "G", "target": 0, "start": "2026-10-01", "due": "2026-12-31", "metric": "wins"}],
        orders=[{"order_id": "O", "closed_at": "2026-10-10", "amount": 0}],
        spend=[{"date": "2026-10-01", "amount": 10}],
        web=[{"date": "2026-10-01", "visits": 0, "conversions": 0}],
    )  # fmt: skip
    rows = [row.as_dict() for row in found.rows(by=["source", "owner"])]
    json.dumps(rows, allow_nan=False)
    assert all(tuple(row) == COLUMNS for row in rows)
    numbers = [v for row in rows for v in row.values() if isinstance(v, float)]
    assert numbers
    assert all(math.isfinite(v) for v in numbers)


# --- rows as people really write them: nothing is lost from what is right

GOOD = [
    lead("g1", source="Webinar", owner="ana", handed_off_at="2026-10-06 09:00:00",
         first_touch_at="2026-10-06 10:00", accepted_at="2026-10-06 11:00",
         opportunity_at="2026-10-08 09:00:00", won_at="2026-10-20 12:00:00",
         amount=1000),
    lead("g2", source="Fair", owner="ana", handed_off_at="2026-10-07 09:00:00",
         rejected_at="2026-10-08 09:00:00", reject_reason="no budget"),
    lead("g3", source="Fair", owner="bo", handed_off_at="2026-10-08 09:00:00", lost_at="2026-10-25 09:00:00",
         amount=500),
]  # fmt: skip
PEOPLE = [{"person_id": "ana", "name": "Ana"}, {"person_id": "bo", "name": "Bo"}]
QUOTA = {
    "period_start": "2026-10-01",
    "period_end": "2026-12-31",
    "department": "sales",
    "metric": "wins",
    "target": 4,
}
GOAL = {
    "goal_id": "G1",
    "kind": "level",
    "baseline": 5,
    "target": 10,
    "start": "2026-10-01",
    "due": "2026-12-31",
}
TYPED = {"goal_id": "G1", "date": "2026-10-10", "value": 7}


def base(**more: Rows) -> dict[str, Rows]:
    tables: dict[str, Rows] = {
        "leads": GOOD, "people": PEOPLE, "quotas": [QUOTA], "goals": [GOAL], "goal_actuals": [TYPED],
        "settings": [{"key": "sla_hours", "value": "4"}],
    }  # fmt: skip
    return {name: [*tables.get(name, []), *more.get(name, [])] for name in {**tables, **more}}


BAD: dict[str, tuple[dict[str, Rows], tuple[str, ...]]] = {
    "a date in the German way": (
        {"leads": [lead("x", created_at="05.10.2026")]},
        ("error", "leads x", "created_at", "05.10.2026", "2026-10-05"),
    ),
    "a date in the American way": (
        {"leads": [lead("x", created_at="10/05/2026")]},
        ("error", "leads x", "created_at", "10/05/2026"),
    ),
    "a date in words": (
        {"leads": [lead("x", created_at="5 Oct 2026")]},
        ("error", "leads x", "created_at", "5 Oct 2026"),
    ),
    "no date": ({"leads": [lead("x", created_at=None)]}, ("error", "leads x", "created_at")),
    "two rows with one key": (
        {"leads": [lead("x", source="Webinar"), lead("x", source="Fair")]},
        ("error", "leads x", "2 different rows"),
    ),
    "a target that isn't a number": (
        {"quotas": [{**QUOTA, "department": "marketing", "target": "many"}]},
        ("error", "quotas", "target", "many"),
    ),
    "a quota that ends before it starts": (
        {"quotas": [{**QUOTA, "metric": "losses", "period_end": "2026-09-01"}]},
        ("error", "quotas", "period_end", "2026-09-01"),
    ),
    "a goal that is due before it starts": (
        {"goals": [{**GOAL, "goal_id": "G2", "due": "2026-09-01"}]},
        ("error", "goals G2", "due", "2026-09-01"),
    ),
    "a setting that can't be": (
        {"settings": [{"key": "min_n", "value": "ten"}]},
        ("error", "settings min_n", "ten"),
    ),
}


def said(found: list[Problem], *words: str) -> bool:
    return any(all(word in str(problem) for word in words) for problem in found)


@pytest.fixture(scope="module")
def right(tmp_path_factory):
    """The company without a flaw: its problems, and its figures by source and owner."""
    found = Company(tmp_path_factory.mktemp("right") / "company.db", **base())
    yield problems(found), figures(found.rows(by=["source", "owner"]))
    found.database.close()


@pytest.mark.parametrize(("tables", "words"), BAD.values(), ids=BAD.keys())
def test_a_bad_row_is_told_and_nothing_else_changes(company, right, tables, words):
    wrong = company(**base(**tables))
    known, its_figures = right
    assert said(problems(wrong), *words), [str(p) for p in problems(wrong)]
    assert not said(known, *words)
    assert figures(wrong.rows(by=["source", "owner"])) == its_figures


def test_a_repeated_row_counts_once(company):
    right, twice = company(**base()), company(**base(leads=[GOOD[0], GOOD[0]]))
    assert said(problems(twice), "warning", "leads g1", "3 times")
    assert figures(twice.rows(by=["source"])) == figures(right.rows(by=["source"]))


def test_references_to_nothing_stay_under_the_name_they_have(company):
    found = company(**base(leads=[lead("x", owner="nobody", source="Fair")]))
    assert said(problems(found), "warning", "leads, owner", "nobody")
    rows = {r.scope: r.value for r in found.rows(by=["owner"], metrics=["leads"])}
    assert rows == {"all": 4, "owner=ana": 2, "owner=bo": 1, "owner=nobody": 1}


def test_rejected_before_handed_off_is_a_warning_and_stays_in(company):
    late = lead(
        "x", handed_off_at="2026-10-10 09:00:00", rejected_at="2026-10-09 09:00:00", reject_reason="late"
    )
    found = company(**base(leads=[late]))
    assert said(problems(found), "warning", "leads x", "rejected_at lies before handed_off_at")
    assert (found.value("handoffs"), found.value("rejected")) == (4, 2)


def test_a_negative_amount_of_a_lead_costs_its_amount_alone(company):
    found = company(**base(leads=[won("x", amount=-250)]))
    assert said(problems(found), "error", "leads x", "amount", "-250", "0 or more")
    assert (found.value("wins"), found.value("revenue")) == (2, 1000)


def test_a_negative_order_is_a_refund_and_counts(company):
    orders = [{"order_id": f"O{i}", "closed_at": "2026-10-10", "amount": a} for i, a in enumerate((100, -30))]
    found = company(**base(orders=orders))
    assert found.value("revenue") == 70
    assert not said(problems(found), "orders O1")


def test_a_target_equal_to_its_baseline_is_met_or_not_without_a_percentage(company):
    typed = [{**TYPED, "goal_id": "G2", "value": 4}]
    found = company(**base(goals=[{**GOAL, "goal_id": "G2", "baseline": 5, "target": 5}], goal_actuals=typed))
    row = found.row("goal_progress", "goal_id=G2")
    assert (row.value, row.numerator, row.status) == (None, 4, Status.OFF_TRACK)
    assert said(problems(found), "goals G2", "target", "where it started")


NAMES = {
    "long": "x" * 300,
    "markdown": "**bold** [link](https://example.com) ![](https://example.com/x.png)",
    "html": "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "formula": '=HYPERLINK("https://example.com","x")',
    "emoji": "🚀 Лиды 線索",
    "quotes": 'O\'Neil, "Jr"; DROP TABLE leads; --',
    "percent": "50 % off :name %s {x}",
    "backslash": "a\\b",
}


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES.keys())
def test_any_name_is_a_name(company, name):
    found = company(
        **base(leads=[lead("x", source=name, owner=name)], people=[{"person_id": name, "name": name}])
    )
    rows = {r.scope: r.value for r in found.rows(by=["source", "owner"], metrics=["leads"])}
    assert rows[part("source", name)] == 1
    assert rows[part("owner", name)] == 1
    assert found.value("leads", where=Filter.of([("source", name)])) == 1
    assert found.value("leads", where=Filter.parse(part("source", name))) == 1
    assert not said(problems(found), "error")


def test_names_are_told_apart_by_case_and_accent_and_not_by_blanks_around_them(company):
    sources = ("Köln", "Koln", "köln", " Köln ", "Köln")
    found = company(leads=[lead(f"L{i}", source=s) for i, s in enumerate(sources)])
    rows = {r.scope: r.value for r in found.rows(by=["source"], metrics=["leads"])}
    assert rows == {"all": 5, "source=Köln": 3, "source=Koln": 1, "source=köln": 1}


def test_a_missing_table_or_column_of_the_configuration_is_told_and_the_rest_goes_on(tmp_path):

    url = write(tmp_path / "m.db", deals=[{"id": "a", "opened": "2026-10-05 10:00:00"}])
    leads = TableMapping(table="deals", columns={"lead_id": "id", "created_at": "opened", "owner": "rep"})
    config = Config(source=url, tables={"leads": leads, "orders": TableMapping(table="ordres")})
    database = Database(config, clock=lambda: NOW)
    dataset = database.open()
    assert any("rep" in line for line in dataset.missing)
    assert any("ordres" in line for line in dataset.missing)
    assert "owner" not in dataset.relations["leads"]
    database.close()


def test_every_metric_of_the_catalogue_can_be_asked_alone(company):
    found = company(**base())
    for name in (*METRICS, *STANDING):
        assert {r.metric for r in found.rows(metrics=[name])} <= {name}
