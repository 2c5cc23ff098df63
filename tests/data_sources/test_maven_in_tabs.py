"""Maven's CRM opportunities as tabs and as CSV files, mapped by configuration only, against their reference.

Without ../shared/data the tests are skipped; nothing of these files stands in this project.
"""

import csv
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from data_sources import sources
from data_sources.config import load
from scorecard import checks, periods, small
from scorecard.clock import AsOf
from scorecard.problems import Severity
from scorecard.report import report
from tests.google import standin
from tests.scorecard.builders import figures

MAVEN = Path(__file__).parents[3] / "shared" / "data" / "maven_crm"
NOW = datetime(2026, 11, 21, tzinfo=UTC)
QUARTERS = ("2017-Q1", "2017-Q2", "2017-Q3", "2017-Q4")

CONFIGURATION = """
[tandem]
source = "{source}"

[tandem.settings]
organisation = "Maven"
currency = "USD"
{google}
[tandem.tables.leads]
table = "sales_pipeline"

[tandem.tables.leads.columns]
lead_id = "opportunity_id"
created_at = "engage_date"
opportunity_at = "engage_date"
owner = "sales_agent"
customer_id = "account"
won_at = "close_date"
lost_at = "close_date"
amount = "close_value"

[tandem.tables.leads.when]
won_at = {{ column = "deal_stage", is = "Won" }}
lost_at = {{ column = "deal_stage", is = "Lost" }}

[tandem.tables.leads.values.product]
"GTXPro" = "GTX Pro"

[tandem.tables.people]
table = "sales_teams"
columns = {{ person_id = "sales_agent", name = "sales_agent" }}
constants = {{ department = "sales" }}
"""

pytestmark = pytest.mark.skipif(not MAVEN.is_dir(), reason="left out: ../shared/data/maven_crm is not there")


def opened(folder, source, google=""):
    file = folder / "secrets.toml"
    file.write_text(CONFIGURATION.format(source=source, google=google), encoding="utf-8")
    return sources.open_source(load(file, {}), NOW, folder / "store")


def grid(name):
    """A file as a keeper's tab: days as days, numbers as numbers, the rest as text."""
    with (MAVEN / f"{name}.csv").open(encoding="utf-8-sig", newline="") as lines:
        header, *rows = csv.reader(lines)
    return [header, *([_cell(key, cell) for key, cell in zip(header, row, strict=True)] for row in rows)]


def _cell(header, cell):
    if header.endswith("_date"):
        return datetime.fromisoformat(cell).date() if cell else None
    return float(cell) if header == "close_value" and cell else cell or None


@pytest.fixture(scope="module", params=["files", "google"])
def dataset(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("maven")
    if request.param == "files":
        yield opened(folder, f"{MAVEN}/")
        return
    with standin.google() as server:
        tabs = {name: grid(name) for name in ("sales_pipeline", "sales_teams")}
        key = server.spreadsheet("Maven", tabs=tabs)
        account = json.dumps(server.service_account())
        (folder / "key.json").write_text(account, encoding="utf-8")
        google = f'[tandem.google]\nservice_account = "key.json"\nendpoint = "{server.endpoint}"\n'
        yield opened(folder, f"gsheets://{key}", google)


@pytest.fixture(scope="module")
def reference():
    return json.loads((MAVEN / "reference.json").read_text(encoding="utf-8"))["reference"]


@pytest.fixture(scope="module")
def seen(dataset):
    """The report of the year and of each quarter, seen at the year's end."""
    as_of = AsOf.parse("2017-12-31", small.settings(dataset).zone)
    asked = ("win_rate", "revenue", "sales_cycle_days")
    return {
        text: figures(report(dataset, periods.parse(text), as_of, by=("owner", "product"), metrics=asked))
        for text in ("2017", *QUARTERS)
    }


def rate(row):
    return row["denominator"], row["numerator"], round(100 * row["value"], 4)


def expected(found):
    return {key: (v["closed"], v["won"], v["win_rate_pct"]) for key, v in found.items()}


def by(seen, column, period="2017"):
    start = f"{column}="
    return {
        scope.removeprefix(start): row
        for (name, scope, _), row in seen[period].items()
        if name == "win_rate" and scope.startswith(start) and row["denominator"]
    }


def test_win_rates_are_the_references(seen, reference):
    quarters = {q.replace("-", ""): rate(seen[q]["win_rate", "all", q]) for q in QUARTERS}
    assert quarters == expected(reference["win_rate_by_quarter"])
    for column, name in (("owner", "win_rate_by_agent"), ("product", "win_rate_by_product")):
        found = {group: rate(row) for group, row in by(seen, column).items()}
        assert found == expected(reference[name])


def test_revenue_and_cycle_are_the_references(seen, reference):
    assert seen["2017"]["revenue", "all", "2017"]["value"] == reference["won_value"]["sum"]
    cycle = reference["sales_cycle_days_engage_to_close"]["median_won"]
    assert seen["2017"]["sales_cycle_days", "all", "2017"]["value"] == cycle


def test_prospects_without_a_day_are_named_with_their_cells(dataset):
    as_of = AsOf.parse("2017-12-31", small.settings(dataset).zone)
    errors = [p for p in checks.check(dataset, as_of) if p.severity is Severity.ERROR]
    assert sum(p.rows_left_out for p in errors) == 500
    assert {(p.table, p.column) for p in errors} == {("leads", "created_at")}
    assert all(p.cell is not None and p.cell.startswith("sales_pipeline!F") for p in errors)
