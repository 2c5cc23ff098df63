"""Facebook ads as somebody exported them, mapped by configuration only: what the reference says of them.

1,143 ads of three campaigns, with figures worked out independently (reference.json). Nothing of them stands
in this project: without ../shared/data the tests are skipped. What Facebook calls enquiries are visits here,
approved conversions are conversions, and each approved one is a lead, so that its cost is the cost per lead.
"""

import csv
import json
import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import pytest

from data_sources.config import load
from data_sources.database import open_database
from scorecard import campaigns, periods, small
from scorecard.clock import AsOf
from scorecard.report import report
from tests.scorecard.builders import figures

ADS = Path(__file__).parents[3] / "shared" / "data" / "kag_facebook_ads"
NOW = datetime(2026, 11, 21, tzinfo=UTC)
METRICS = ("spend", "visits", "conversion_rate", "leads", "cpl")
CONFIGURATION = """
[tandem]
source = "{url}"

[tandem.tables.campaigns]
select = '''
SELECT xyz_campaign_id AS campaign_id, 'Facebook ' || xyz_campaign_id AS name, 'social' AS channel,
       MIN({day}) AS start, MAX({day}) AS "end"
FROM ads GROUP BY xyz_campaign_id
'''

[tandem.tables.spend]
select = '''
SELECT {day} AS "date", xyz_campaign_id AS campaign_id, 'media' AS kind, Spent AS amount,
       Impressions AS impressions, Clicks AS clicks
FROM ads
'''

[tandem.tables.web]
select = '''
SELECT {day} AS "date", xyz_campaign_id AS campaign_id, Total_Conversion AS visits,
       Approved_Conversion AS conversions
FROM ads
'''

[tandem.tables.leads]
select = '''
SELECT ads.ad_id || '-' || other.n AS lead_id, {day} AS created_at, xyz_campaign_id AS campaign_id
FROM ads JOIN numbers AS other ON other.n <= ads.Approved_Conversion
'''
"""
DAY = "substr(Date, 7, 4) || '-' || substr(Date, 4, 2) || '-' || substr(Date, 1, 2)"

pytestmark = pytest.mark.skipif(
    not ADS.is_dir(), reason="left out: ../shared/data/kag_facebook_ads is not there"
)


def _as_it_is(path: Path) -> str:
    with (ADS / "KAG_conversion_data.csv").open(encoding="utf-8-sig", newline="") as lines:
        header, *rows = csv.reader(lines)
    numeric = {"Spent", "Impressions", "Clicks", "Total_Conversion", "Approved_Conversion"}
    kinds = ", ".join(f'"{name}" {"NUMERIC" if name in numeric else "TEXT"}' for name in header)
    connection = sqlite3.connect(path)
    connection.execute(f"CREATE TABLE ads ({kinds})")
    connection.executemany(f"INSERT INTO ads VALUES ({', '.join('?' * len(header))})", rows)  # noqa: S608 - the test's own names
    connection.execute("CREATE TABLE numbers (n INTEGER)")
    connection.executemany("INSERT INTO numbers VALUES (?)", [(n,) for n in range(1, 100)])
    connection.commit()
    connection.close()
    return f"sqlite:///{path}"


@pytest.fixture(scope="module")
def dataset(tmp_path_factory):
    folder = tmp_path_factory.mktemp("ads")
    file = folder / "tandem.toml"
    written = CONFIGURATION.format(url=_as_it_is(folder / "ads.db"), day=DAY)
    file.write_text(written, encoding="utf-8")
    found = open_database(load(file, {}), NOW)
    yield found
    found.engine.dispose()


@pytest.fixture(scope="module")
def reference():
    return json.loads((ADS / "reference.json").read_text(encoding="utf-8"))["reference"]


@pytest.fixture(scope="module")
def rows(dataset):
    as_of = AsOf.parse("2023-08-31", small.settings(dataset).zone)
    return figures(report(dataset, periods.parse("2023-08"), as_of, by=("campaign_id",), metrics=METRICS))


def told(rows, scope):
    """The figures of one scope as the reference writes them."""
    row = {name: rows[name, scope, "2023-08"] for name in METRICS}
    return {
        "spent": round(row["spend"]["value"], 4),
        "total_conversion": row["visits"]["value"],
        "approved_conversion": row["leads"]["value"],
        "cost_per_approved": round(row["cpl"]["value"], 6),
        "enquiry_to_approved_pct": round(100 * row["conversion_rate"]["value"], 4),
    }


def test_spend_cost_per_lead_and_conversion_of_each_campaign_are_those_of_the_reference(rows, reference):
    for campaign, expected in [("all", reference["total"]), *reference["by_campaign"].items()]:
        scope = "all" if campaign == "all" else f"campaign_id={campaign}"
        ours = told(rows, scope)
        assert ours == {name: pytest.approx(expected[name], abs=1e-6) for name in ours}, campaign


def test_the_list_of_campaigns_shows_the_same(dataset, reference):
    as_of = AsOf.parse("2023-08-31", small.settings(dataset).zone)
    lines = campaigns.read(dataset, as_of).lines
    found = {line.campaign.campaign_id: round(line.rows["spend"].value, 4) for line in lines}
    assert found == {
        name: pytest.approx(of_one["spent"], abs=1e-4) for name, of_one in reference["by_campaign"].items()
    }
