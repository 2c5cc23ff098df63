"""The demo company in a workbook, in CSV files and in Google: the report of the same rows in a database."""

import csv
import json
from collections import Counter
from datetime import UTC, date, datetime

import pytest
import sqlalchemy as sa

from data_sources import sources
from data_sources.config import Config, load
from data_sources.database import open_database
from data_sources.demo import Demo, rows, write_demo
from scorecard import (
    calendar_answer,
    calendar_view,
    campaigns,
    checks,
    feedback_view,
    people,
    periods,
    reviews,
    reviews_panel,
    signoffs,
    small,
)
from scorecard.clock import AsOf
from scorecard.report import report
from scorecard.rows import COLUMNS
from tests.google import standin
from tests.sheet_writing import cells, gathered, tabs, write_workbook

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
COMPANY = Demo(250, 7, date(2026, 11, 21))


@pytest.fixture(scope="module")
def tables():
    return gathered(rows(COMPANY))


@pytest.fixture(scope="module")
def in_a_database(tmp_path_factory):
    url = f"sqlite:///{tmp_path_factory.mktemp('demo') / 'demo.db'}"
    write_demo(sa.create_engine(url), COMPANY, None, sources.make_ready)
    dataset = open_database(url, NOW)
    return told(dataset), read(dataset)


def told(dataset):
    """Every row of the report, and how many problems of each kind."""
    as_of = AsOf.parse("2026-11-21", small.settings(dataset).zone)
    found = report(dataset, periods.parse("2026-Q4"), as_of, by=["source", "industry"])
    wrong = Counter((p.rule, p.table, p.severity) for p in checks.check(dataset, as_of))
    return [tuple(str(getattr(row, name)) for name in COLUMNS) for row in found], wrong


def read(dataset):
    """What the pages of the small tables show of them, sentences and all."""
    as_of = AsOf.parse("2026-11-21", small.settings(dataset).zone)
    quarter = periods.parse("2026-Q4")
    held, latest = reviews.read(dataset, as_of), reviews.reviews(dataset, as_of)[-2:]
    assert len(latest) == 2
    return {
        "campaigns": campaigns.read(dataset, as_of),
        "sign-offs": signoffs.keys(dataset, as_of),
        "calendar": (
            calendar_answer.answer(dataset, as_of),
            calendar_view.timeline(dataset, as_of, quarter, "team"),
            calendar_view.found(dataset, as_of, quarter),
            calendar_view.asked(dataset, as_of),
            calendar_view.sessions(dataset, as_of),
        ),
        "feedback": feedback_view.feedback_of(dataset, 12, as_of),
        "reviews": (held, [reviews_panel.panel(dataset, as_of, one.review_id) for one in latest]),
        "people": people.read(dataset, as_of),
    }


def same(dataset, in_a_database):
    report_of_it, read_of_it = in_a_database
    assert told(dataset) == report_of_it
    found = read(dataset)
    for page, reading in read_of_it.items():
        assert found[page] == reading, page


def as_workbook(folder, tables):
    return Config(source=str(write_workbook(folder / "scorecard.xlsx", tables)))


def as_csv(folder, tables):
    for name, found in tables.items():
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(cells(name, found))
    return Config(source=str(folder))


def in_google(folder, tables, server):
    key = server.spreadsheet("Scorecard", "en_GB", "Europe/Berlin", tabs=tabs(tables))
    account = server.service_account()
    server.share(key, account["client_email"])
    (folder / "key.json").write_text(json.dumps(account), encoding="utf-8")
    file = folder / "secrets.toml"
    file.write_text(
        f'[tandem]\nsource = "gsheets://{key}"\n[tandem.google]\nservice_account = "key.json"\n'
        f'endpoint = "{server.endpoint}"\n',
        encoding="utf-8",
    )
    return load(file, {})


@pytest.mark.parametrize("written", [as_workbook, as_csv])
def test_a_file_gives_the_report_of_the_database(tmp_path, tables, in_a_database, written):
    dataset = sources.open_source(written(tmp_path, tables), NOW, tmp_path / "store")
    assert dataset.prepared
    same(dataset, in_a_database)


def test_google_gives_the_report_of_the_database(tmp_path, tables, in_a_database):
    with standin.google() as server:
        dataset = sources.open_source(in_google(tmp_path, tables, server), NOW, tmp_path / "store")
        assert server.reads <= 2  # what tabs there are, and all of them at once
    same(dataset, in_a_database)
