"""The reference pages are what the code says, and the catalogue says all that a reader needs."""

import pytest

from scorecard import docs
from scorecard.contract import SETTINGS, TABLES
from scorecard.metrics import METRICS
from scorecard.report import STANDING, names

PAGES = {"tables.md": docs.tables_page, "metrics.md": docs.metrics_page}


@pytest.mark.parametrize("name", PAGES)
def test_the_page_is_what_the_code_says(name):
    written = (docs.FOLDER / name).read_text(encoding="utf-8")
    assert written == PAGES[name](), f"docs/{name} isn't what the code says. Run `make docs`."


@pytest.mark.parametrize("name", names())
def test_every_metric_stands_in_the_glossary(name):
    assert f"| `{name}`" in docs.metrics_page()


@pytest.mark.parametrize("metric", METRICS.values(), ids=METRICS)
def test_every_metric_says_what_it_is_and_what_it_needs(metric):
    assert metric.label
    assert metric.meaning.endswith(".")
    assert metric.formula
    assert metric.needs
    alternatives = [name for need in metric.needs for part in need.split("|") for name in part.split("?")]
    for name in alternatives:
        table, _, column = name.partition(".")
        assert column in (SETTINGS if table == "settings" else TABLES[table])


def test_metric_names_are_unique_and_their_labels_too():
    labels = [metric.label for metric in METRICS.values()]
    assert len(set(labels)) == len(labels)
    assert [metric.name for metric in METRICS.values()] == list(METRICS)
    assert set(STANDING).isdisjoint(METRICS)


def test_every_table_and_setting_stands_in_the_reference():
    page = docs.tables_page()
    for table in TABLES.values():
        assert f"## {table.name}\n" in page
        for column in table.columns:
            assert f"`{column.name}`" in page
    for key in SETTINGS:
        assert f"| `{key}` |" in page
