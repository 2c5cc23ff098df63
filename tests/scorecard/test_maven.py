"""Maven's CRM opportunities, as they are, mapped by configuration only: what the reference says of them.

The 8,800 deals of a fictitious company come with figures worked out independently (reference.json). Nothing
of them stands in this project: without ../shared/data the tests are skipped.

A deal's engage_date is when it came in (created_at). The 500 deals that only are prospects have none: they
can't be dated, so the SELECT leaves them out, as a careful analyst would: they are no leads of any quarter,
and neither won, lost nor open for a known time. Left in, each would be an error row, with the same figures.
"""

import csv
import json
import sqlite3
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

import pytest

from data_sources.config import load
from data_sources.database import open_database
from scorecard import checks, periods, small
from scorecard.clock import AsOf
from scorecard.problems import Severity
from scorecard.report import report
from tests.scorecard.builders import figures

MAVEN = Path(__file__).parents[3] / "shared" / "data" / "maven_crm"
NOW = datetime(2026, 11, 21, tzinfo=UTC)
QUARTERS = ("2017-Q1", "2017-Q2", "2017-Q3", "2017-Q4")
WITHOUT_DEALS = {"Carl Lin", "Carol Thompson", "Elizabeth Anderson", "Mei-Mei Johns", "Natalya Ivanova"}
BY = ("owner", "manager", "regional_office", "product")
SERIES = ("win_rate", "revenue", "sales_cycle_days", "wins", "losses")

CONFIGURATION = """
[tandem]
source = "{url}"

[tandem.settings]
organisation = "Maven"
currency = "USD"

[tandem.tables.leads]
select = '''
SELECT p.opportunity_id AS lead_id, p.engage_date AS created_at, p.engage_date AS opportunity_at,
       p.sales_agent AS owner, p.account AS customer_id,
       CASE WHEN p.deal_stage = 'Won' THEN p.close_date END AS won_at,
       CASE WHEN p.deal_stage = 'Lost' THEN p.close_date END AS lost_at,
       p.close_value AS amount, p.product, t.manager, t.regional_office
FROM sales_pipeline AS p LEFT JOIN sales_teams AS t ON t.sales_agent = p.sales_agent
{where}
'''

[tandem.tables.leads.values.product]
"GTXPro" = "GTX Pro"

[tandem.tables.people]
select = "SELECT sales_agent AS person_id, sales_agent AS name, 'sales' AS department FROM sales_teams"
"""
DATED = "WHERE p.engage_date IS NOT NULL AND p.engage_date <> ''"

pytestmark = pytest.mark.skipif(not MAVEN.is_dir(), reason="left out: ../shared/data/maven_crm is not there")


def _as_it_is(path: Path) -> str:
    connection = sqlite3.connect(path)
    for file in sorted(MAVEN.glob("*.csv")):
        with file.open(encoding="utf-8-sig", newline="") as lines:
            header, *rows = csv.reader(lines)
        names = ", ".join(f'"{name}"' for name in header)
        connection.execute(f'CREATE TABLE "{file.stem}" ({names})')
        connection.executemany(f'INSERT INTO "{file.stem}" VALUES ({", ".join("?" * len(header))})', rows)  # noqa: S608 - the test's own names
    connection.commit()
    connection.close()
    return f"sqlite:///{path}"


def _opened(folder: Path, where: str):
    url = _as_it_is(folder / "maven.db")
    file = folder / "tandem.toml"
    file.write_text(CONFIGURATION.format(url=url, where=where), encoding="utf-8")
    return open_database(load(file, {}), NOW)


@pytest.fixture(scope="module")
def dataset(tmp_path_factory):
    found = _opened(tmp_path_factory.mktemp("maven"), DATED)
    yield found
    found.engine.dispose()


@pytest.fixture(scope="module")
def reference():
    return json.loads((MAVEN / "reference.json").read_text(encoding="utf-8"))["reference"]


@pytest.fixture(scope="module")
def quarters(dataset):
    """The report of each quarter and of the year, seen at the year's end."""
    as_of = AsOf.parse("2017-12-31", small.settings(dataset).zone)
    return {
        text: figures(report(dataset, periods.parse(text), as_of, by=BY, metrics=SERIES))
        for text in ("2017", *QUARTERS)
    }


def _rate(row):
    return row["denominator"], row["numerator"], round(100 * row["value"], 4)


def _expected(found):
    return {key: (v["closed"], v["won"], v["win_rate_pct"]) for key, v in found.items()}


def _by(quarters, metric, column, period="2017"):
    start = f"{column}="
    return {
        scope.removeprefix(start): row
        for (name, scope, _), row in quarters[period].items()
        if name == metric and scope.startswith(start)
    }


def _in_theirs(quarter: str) -> str:
    return quarter.replace("-", "")


def test_win_rates_of_the_year_and_of_each_quarter(quarters, reference):
    assert _rate(quarters["2017"]["win_rate", "all", "2017"]) == (6711, 4238, 63.1501)
    found = {_in_theirs(q): _rate(quarters[q]["win_rate", "all", q]) for q in QUARTERS}
    assert found == _expected(reference["win_rate_by_quarter"])


@pytest.mark.parametrize(
    ("column", "name"),
    [
        ("owner", "win_rate_by_agent"),
        ("manager", "win_rate_by_manager"),
        ("regional_office", "win_rate_by_region"),
        ("product", "win_rate_by_product"),
    ],
)
def test_win_rates_by_agent_manager_region_and_product(quarters, reference, column, name):
    found = _by(quarters, "win_rate", column)
    closed = {group: _rate(row) for group, row in found.items() if row["denominator"]}
    assert closed == _expected(reference[name])


@pytest.mark.parametrize(
    ("column", "name"),
    [("owner", "win_rate_by_agent_quarter"), ("regional_office", "win_rate_by_region_quarter")],
)
def test_win_rates_by_agent_and_region_in_each_quarter(quarters, reference, column, name):
    found = {
        f"{group} | {_in_theirs(q)}": _rate(row)
        for q in QUARTERS
        for group, row in _by(quarters, "win_rate", column, q).items()
        if row["denominator"]
    }
    assert found == _expected(reference[name])


def test_revenue_is_what_was_won_by_quarter_manager_region_and_agent(quarters, reference):
    assert quarters["2017"]["revenue", "all", "2017"]["value"] == reference["won_value"]["sum"]
    by_quarter = {_in_theirs(q): quarters[q]["revenue", "all", q]["value"] for q in QUARTERS}
    assert by_quarter == reference["won_value_by_quarter"]
    by_manager = {
        f"{manager} | {_in_theirs(q)}": row["value"]
        for q in QUARTERS
        for manager, row in _by(quarters, "revenue", "manager", q).items()
        if row["n"]
    }
    assert by_manager == reference["won_value_by_manager_quarter"]
    regions = {group: row["value"] for group, row in _by(quarters, "revenue", "regional_office").items()}
    assert regions == reference["won_value_by_region"]
    agents = {
        agent: {"sum": row["value"], "mean": round(row["value"] / row["n"], 4), "n": row["n"]}
        for agent, row in _by(quarters, "revenue", "owner").items()
        if row["n"]
    }
    assert agents == reference["won_value_by_agent"]


def test_the_sales_cycle_is_the_median_of_engagement_to_win(quarters, reference):
    cycle = reference["sales_cycle_days_engage_to_close"]["median_won"]
    assert quarters["2017"]["sales_cycle_days", "all", "2017"]["value"] == cycle
    regions = _by(quarters, "sales_cycle_days", "regional_office")
    medians = {group: row["value"] for group, row in regions.items()}
    assert medians == reference["median_won_cycle_by_region"]


def test_the_sales_cycle_of_a_quarter_is_the_median_of_its_rows(quarters):
    with (MAVEN / "sales_pipeline.csv").open(encoding="utf-8-sig", newline="") as lines:
        won = [row for row in csv.DictReader(lines) if row["deal_stage"] == "Won"]
    days = [
        (datetime.fromisoformat(row["close_date"]) - datetime.fromisoformat(row["engage_date"])).days
        for row in won
        if "2017-07-01" <= row["close_date"] <= "2017-09-30"
    ]
    assert quarters["2017-Q3"]["sales_cycle_days", "all", "2017-Q3"]["value"] == median(days)


def test_deals_of_the_misspelt_product_are_there(quarters, reference):
    products = _by(quarters, "win_rate", "product")
    assert "GTXPro" not in products
    assert products["GTX Pro"]["denominator"] == reference["win_rate_by_product"]["GTX Pro"]["closed"]
    deals = sum(row["denominator"] for row in products.values())
    assert deals == quarters["2017"]["win_rate", "all", "2017"]["denominator"]


def test_agents_without_a_deal_are_there_with_nothing(quarters):
    wins, rates = _by(quarters, "wins", "owner"), _by(quarters, "win_rate", "owner")
    assert len(wins) == 35
    assert {agent for agent, row in wins.items() if row["value"] == 0} == WITHOUT_DEALS
    assert {agent for agent, row in rates.items() if row["status"] == "no_data"} == WITHOUT_DEALS


def test_the_mapped_company_is_clean(dataset):
    zone = small.settings(dataset).zone
    found = checks.check(dataset, AsOf.parse("2017-12-31", zone))
    assert dataset.missing == ()
    assert [p for p in found if p.severity is Severity.ERROR] == []


def test_prospects_left_in_are_errors_and_change_no_figure(tmp_path, quarters):
    whole = _opened(tmp_path, "")
    zone = small.settings(whole).zone
    errors = [p for p in checks.check(whole, AsOf.parse("2017-12-31", zone)) if p.severity is Severity.ERROR]
    assert {(p.table, p.column) for p in errors} == {("leads", "created_at")}
    assert sum(p.rows_left_out for p in errors) == 500
    as_of = AsOf.parse("2017-12-31", zone)
    found = figures(report(whole, periods.parse("2017"), as_of, by=BY, metrics=SERIES))
    whole.engine.dispose()
    assert found == quarters["2017"]
