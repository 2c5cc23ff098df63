"""The template read back: untouched it has no problems; filled with the demo company it is that company."""

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from data_sources import google_config, sources, template_google, template_xlsx
from data_sources.config import Config
from data_sources.demo import Demo, rows, write_demo
from scorecard import checks, periods, report, small
from scorecard.clock import AsOf
from scorecard.contract import TABLES
from scorecard.metrics import METRICS
from scorecard.problems import Severity
from scorecard.settings import DEFAULT
from scorecard.template import template
from tests import sheet_writing
from tests.oracle.compare import differences

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
ONE_OF_TWO = ("lost_at", "lost_reason", "rejected_at", "reject_reason")  # a lead is won or lost
DEMO = Demo(leads=120, seed=7, today=date(2026, 11, 21))


@pytest.fixture(scope="module")
def company():
    """The demo company's rows by table."""
    return sheet_writing.gathered(rows(DEMO))


@pytest.fixture(scope="module")
def expected(tmp_path_factory):
    """The report of the demo company in SQLite."""
    url = f"sqlite:///{tmp_path_factory.mktemp('demo') / 'demo.db'}"
    engine = sa.create_engine(url)
    write_demo(engine, DEMO)
    engine.dispose()
    return printed(sources.open_source(Config(source=url), NOW))


@pytest.fixture
def workbook(tmp_path):
    """Opens the template as a workbook, filled in with tables, if any are given."""

    def opened(tables=None):
        path = tmp_path / "ours.xlsx"
        template_xlsx.write(template(), path)
        if tables:
            sheet_writing.fill_workbook(path, tables)
        return sources.open_source(Config(source=str(path)), NOW)

    return opened


@pytest.fixture
def spreadsheet(google):
    """The same as a Google spreadsheet."""

    def opened(tables=None):
        section = {"service_account": google.service_account(), "endpoint": google.endpoint}
        reached = google_config.read(section, Path("secrets.toml"))
        sheet = google.spreadsheet()
        template_google.make(reached, sheet, template())
        for name, cells in sheet_writing.tabs(tables or {}).items():
            google.write(sheet, name, cells)
        return sources.open_source(Config(source=f"gsheets://{sheet}", google=reached), NOW)

    return opened


@pytest.fixture(params=["workbook", "spreadsheet"])
def opened(request):
    return request.getfixturevalue(request.param)


def printed(dataset):
    as_of = AsOf.at(NOW, small.settings(dataset).zone)
    found = report.report(dataset, periods.parse("2026-Q4", 1), as_of, by=["source"])
    return [row.as_dict() for row in found]


def problems(dataset):
    return checks.check(dataset, AsOf.at(NOW, small.settings(dataset).zone))


def test_an_untouched_template_has_every_table_and_no_problem(opened):
    dataset = opened()
    assert set(dataset.relations) == set(TABLES)
    assert dataset.missing == ()
    assert list(problems(dataset)) == []
    read = small.settings(dataset)
    assert read == replace(DEFAULT, locale=read.locale, time_zone=read.time_zone)  # a spreadsheet has its own


def test_an_untouched_template_says_of_every_number_that_there_is_none_yet(opened):
    dataset = opened()
    found = printed(dataset)
    assert {row["metric"] for row in found} >= set(METRICS)
    assert {row["status"] for row in found} <= {"no_data", "locked", "not_applicable"}
    assert all(row["value"] in (None, 0) for row in found)


def test_the_demo_company_filled_into_the_template_gives_the_same_report(opened, company, expected):
    assert len(expected) > 200
    assert differences(printed(opened(company)), expected, ignore=()) == []


def test_what_a_keeper_picks_from_dropdowns_is_read_without_an_error(opened):
    """One row per table, made of the dropdowns' first values and the notes' examples."""
    names = (
        "people",
        "campaigns",
        "goals",
        "leads",
        "touches",
        "fx_rates",
        "calendar",
        "feedback",
        "profiles",
    )
    dataset = opened({name: [first_row(name)] for name in names})
    assert [p for p in problems(dataset) if p.severity is Severity.ERROR] == []


def first_row(table):
    fields = [f for f in template().page(table).fields if f.name not in ONE_OF_TWO]
    return {f.name: f.rule.choices[0] if f.rule and f.rule.choices else example(f) for f in fields}


def example(field):
    shown = field.note.rpartition("\nExample: ")[2]
    if field.type == "date":
        return date.fromisoformat(shown)
    if field.type == "time":
        return datetime.fromisoformat(shown)
    return float(shown) if field.type in ("money", "number", "integer") else shown
