"""Files as people really keep them: read right, or what is wrong with them is said; none breaks anything."""

import json
from pathlib import Path

import pytest

from data_sources.csv_text import csv_tab
from data_sources.mapping import TableMapping
from data_sources.tab_reader import find, read
from data_sources.typed_rows import SheetCells, typed_rows
from data_sources.workbook import open_bytes
from scorecard.clock import Zone
from scorecard.contract import TABLES
from scorecard.problems import Severity

UGLY = Path(__file__).parents[3] / "shared/data/ugly"
ADS = "google_ads_exports/pt_BR_Relatorio_da_campanha.csv"
CALENDAR = "content_calendar_csv/content_calendar_masked_excerpt.csv"
BUDGET = "marketing_budget/Marketing Budget.xlsx"
BRAZIL = SheetCells("pt_BR", Zone.of("America/Sao_Paulo"), "dmy")
BRITAIN = SheetCells("en_GB", Zone.of("UTC"), "dmy")

pytestmark = pytest.mark.skipif(not UGLY.is_dir(), reason="the ugly files are not on this machine")


def csv_of(name, title):
    return csv_tab(title, Path(name).name, (UGLY / name).read_bytes())


def budget():
    path = UGLY / BUDGET
    return {tab.title: tab for tab in open_bytes(path.name, path.read_bytes()).tabs}


def known(name):
    return json.loads((UGLY / name).read_text(encoding="utf-8"))


# --- an advertiser's export: titles above, totals below, decimal commas, no-break spaces in thousands

SPEND = TableMapping(
    columns={"amount": "Custo", "campaign_id": "Campanha", "currency": "Código da moeda",
             "impressions": "Impressões", "clicks": "Interações"},
    constants={"date": "2025-04-21", "kind": "media"},
)  # fmt: skip


@pytest.mark.parametrize("how", [BRAZIL, BRITAIN])
def test_the_advertisers_costs_are_counted_once(how):
    rows = typed_rows(read(TABLES["spend"], csv_of(ADS, "spend"), SPEND), SPEND, how)
    assert len(rows) == 4
    assert sum(rows.columns["amount"]) == pytest.approx(6153.46)
    assert (sum(rows.columns["impressions"]), sum(rows.columns["clicks"])) == (144_705, 10_325)


def test_the_advertisers_totals_are_told_one_by_one():
    found = read(TABLES["spend"], csv_of(ADS, "spend"), SPEND)
    assert [(p.rule, p.cell, p.severity) for p in found.problems] == [
        ("total_row", f"spend!A{row}", Severity.WARNING) for row in (8, 9, 10, 11)
    ]


def test_without_a_mapping_the_advertisers_export_says_what_it_lacks():
    found = read(TABLES["spend"], csv_of(ADS, "spend"), TableMapping())
    assert not found.usable
    assert [p.rule for p in found.problems] == ["no_header"]
    assert "date, amount" in found.problems[0].instead


# --- a content calendar: banner, header repeated, weeks in between, days without a year

PLAN = TableMapping(
    columns={"entry_id": "Blog title", "title": "Blog title", "start": "Published date",
             "status": "Blog Status", "owner": "Intern"},
    constants={"kind": "content"},
)  # fmt: skip


def test_of_the_content_calendar_every_item_and_nothing_else_is_a_row():
    reference = known("content_calendar_csv/reference.json")["reference"]
    tab = csv_of(CALENDAR, "calendar")
    found = read(TABLES["calendar"], tab, PLAN)
    assert found.header + 1 == reference["real_header_row_1based"]
    assert len(found.rows) == reference["content_items"]
    status = [tab.cell(found.columns["status"], row).strip() or "(blank)" for row in found.rows]
    assert {word: status.count(word) for word in set(status)} == reference["status"]
    assert found.problems == ()


def test_days_of_the_content_calendar_are_read_or_named_never_guessed():
    reference = known("content_calendar_csv/reference.json")["reference"]
    rows = typed_rows(read(TABLES["calendar"], csv_of(CALENDAR, "calendar"), PLAN), PLAN, BRITAIN)
    told = [p.value for p in rows.problems if p.column == "start" and p.rule == "cell"]
    assert len(rows) + len(told) == len(reference["published_dates_d_m_yy"])
    assert set(told) <= set(reference["published_dates_d_m_yy"])
    for problem in rows.problems:
        assert problem.cell.startswith("calendar!R")


def test_days_without_a_year_are_errors_in_their_cells():
    mapping = TableMapping(
        columns={**PLAN.columns, "end": "Date- Sent for Approval"}, constants=PLAN.constants
    )
    rows = typed_rows(read(TABLES["calendar"], csv_of(CALENDAR, "calendar"), mapping), mapping, BRITAIN)
    told = {p.value for p in rows.problems if p.column == "end"}
    assert told == set(known("content_calendar_csv/reference.json")["reference"]["dates_without_year"])


# --- a budget workbook: spaces in titles, data from C5, merged channels, two headers twice, 156 error cells


def test_every_cell_of_the_budget_tracker_is_what_excel_shows():
    reference = known("marketing_budget/reference.json")["cached_values"]
    tab = budget()["Tracker "]
    for row, _, metric, *shown in reference:
        found = [tab.cell(column, row - 1) for column in (3, 4, 5, 6, 7)]
        assert str(found[0]).strip() == metric.strip()
        for cell, text in zip(found[1:], shown, strict=True):
            written = f"{cell} 00:00:00" if row == 5 and "-" in text and "00:00" in text else cell
            assert str(written) == text or float(cell) == float(text)


def test_no_error_cell_of_the_budget_passes_for_blank():
    tabs = budget()
    profile = known("profile.json")[BUDGET]
    assert set(tabs) == set(profile)
    for title, expected in profile.items():
        cells = [cell for column in tabs[title].columns for cell in column]
        errors = {error: cells.count(error) for error in ("#DIV/0!", "#N/A", "#REF!") if error in cells}
        assert errors == expected["error_values"]


def test_a_tab_with_a_space_in_its_title_is_found_by_its_name():
    assert find(list(budget()), TABLES["spend"], TableMapping(table="Tracker")) == "Tracker "


def test_the_budgets_true_return_comes_from_its_sums():
    mapping = TableMapping(
        columns={"campaign_id": "Details", "amount": "Mar-25"}, constants={"date": "2025-03-31"}
    )
    rows = typed_rows(read(TABLES["spend"], budget()["Tracker "], mapping), mapping, BRITAIN)
    by_row = dict(zip(rows.at, rows.columns["amount"], strict=True))
    assert by_row[15] / by_row[14] == pytest.approx(8.02, abs=0.005)
    assert [(p.rule, p.cell) for p in rows.problems] == [
        ("blank_header", "'Tracker '!C5"),
        ("cell", "'Tracker '!F43"),
    ]


def test_headers_that_stand_twice_over_different_things_are_named_and_not_read():
    mapping = TableMapping(
        columns={"campaign_id": "Detail", "amount": "LTD"}, constants={"date": "2025-03-31"}
    )
    found = read(TABLES["spend"], budget()["Data Entry"], mapping)
    assert not found.usable
    (problem,) = found.problems
    assert (problem.rule, problem.severity) == ("duplicate_header", Severity.ERROR)
    assert "'Data Entry'!E5 and 'Data Entry'!AP5" in problem.what
    as_leads = TableMapping(columns={"lead_id": "Detail"}, constants={"created_at": "2025-03-31"})
    twice = [
        p.column for p in read(TABLES["leads"], budget()["Data Entry"], as_leads).problems if "both" in p.what
    ]
    assert twice == ["ltd", "2025_03_01"]


@pytest.mark.parametrize("table", sorted(TABLES))
def test_no_ugly_tab_breaks_any_table(table):
    tabs = [*budget().values(), csv_of(ADS, "ads"), csv_of(CALENDAR, "plan")]
    for tab in tabs:
        found = read(TABLES[table], tab, TableMapping())
        assert found.usable or found.problems
        rows = typed_rows(found, TableMapping(), BRITAIN)
        assert all(problem.what and problem.instead for problem in rows.problems)
