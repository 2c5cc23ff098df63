"""A tab as people leave it: its header is found, its columns are named, and only rows of data are read."""

from datetime import date, datetime, time, timedelta
from itertools import zip_longest

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_sources.csv_text import TextTab
from data_sources.mapping import TableMapping
from data_sources.tab import Tab
from data_sources.tab_reader import find, read
from data_sources.tab_totals import says_total
from scorecard.contract import TABLES
from scorecard.problems import Severity

NO_MAPPING = TableMapping()


def tab(*rows, title="leads", link=None):
    return Tab(title, [list(column) for column in zip_longest(*rows)], "digest", link)


def reading(table, *rows, mapping=NO_MAPPING, **more):
    return read(TABLES[table], tab(*rows, title=table, **more), mapping)


def rules(found):
    return [(problem.rule, problem.cell) for problem in found.problems]


HEADER = ["lead_id", "created_at", "owner"]
ANA = ["L-1", "2026-01-05", "ana"]
BO = ["L-2", "2026-01-06", "bo"]


# --- which tab


@pytest.mark.parametrize(
    ("titles", "named", "found"),
    [
        (["Notes", "leads"], None, "leads"),
        (["Leads ", "leads"], None, "leads"),
        (["Notes", " LEADS "], None, " LEADS "),
        (["Goal actuals"], None, None),
        (["lead"], None, None),
        (["Sales pipeline ", "leads"], "Sales pipeline", "Sales pipeline "),
        (["sales PIPELINE"], "Sales pipeline", "sales PIPELINE"),
        (["leads"], "Sales pipeline", None),
    ],
)
def test_a_table_stands_in_the_tab_of_its_name_or_the_configured_one(titles, named, found):
    assert find(titles, TABLES["leads"], TableMapping(table=named)) == found


def test_a_name_of_two_words_is_found_however_it_is_written():
    assert find(["Goal Actuals"], TABLES["goal_actuals"], NO_MAPPING) == "Goal Actuals"


# --- the header


def test_a_plain_table_is_read_from_the_row_below_its_header():
    found = reading("leads", HEADER, ANA, BO)
    assert (found.header, list(found.rows), found.usable) == (0, [1, 2], True)
    assert found.columns == {"lead_id": 0, "created_at": 1, "owner": 2}
    assert found.problems == ()


def test_titles_and_blank_rows_and_columns_before_the_header_are_passed_over():
    found = reading(
        "leads", ["Our leads, owner: Ana"], [], [None, "Lead ID", "Created At "], [None, "L-1", "2026-01-05"]
    )
    assert (found.header, found.columns, list(found.rows)) == (2, {"lead_id": 1, "created_at": 2}, [3])
    assert found.problems == ()


def test_headers_match_whatever_their_case_spaces_and_unseen_characters():
    found = reading(
        "leads", ["\u200bLEAD-ID\u00a0", "created at", "Reject.Reason"], ["L-1", "2026-01-05", "budget"]
    )
    assert found.columns == {"lead_id": 0, "created_at": 1, "reject_reason": 2}


def test_what_is_no_column_of_ours_is_an_attribute_of_leads_and_nothing_elsewhere():
    row = ["L-1", "2026-01-05", "Retail"]
    assert reading("leads", ["lead_id", "created_at", "Company Type"], row).columns["company_type"] == 2
    orders = reading("orders", ["order_id", "closed_at", "amount", "Note"], ["O-1", "2026-01-05", 10, "x"])
    assert orders.columns == {"order_id": 0, "closed_at": 1, "amount": 2}


def test_the_configuration_names_columns_leaves_them_out_and_sets_them():
    mapping = TableMapping(columns={"mql_at": "MQL date ", "owner": ""}, constants={"source": "Fair"})
    header = ["lead_id", "created_at", "mql DATE", "owner", "source", "mql_at"]
    found = reading(
        "leads", header, ["L-1", "2026-01-05", "2026-01-06", "ana", "x", "never"], mapping=mapping
    )
    assert found.columns == {"lead_id": 0, "created_at": 1, "mql_at": 2}
    assert found.problems == ()


def test_one_header_may_stand_for_two_of_our_columns():
    mapping = TableMapping(columns={"mql_at": "Qualified", "handed_off_at": "Qualified"})
    found = reading(
        "leads", ["lead_id", "created_at", "Qualified"], ["L-1", "2026-01-05", "2026-01-06"], mapping=mapping
    )
    assert found.columns["mql_at"] == found.columns["handed_off_at"] == 2


def test_a_configured_header_that_is_not_there_is_told_with_the_nearest_one():
    mapping = TableMapping(columns={"mql_at": "Became MQL"})
    found = reading("leads", [*HEADER, "Become MQL"], [*ANA, "2026-01-06"], mapping=mapping)
    (problem,) = found.problems
    assert (problem.rule, problem.cell, problem.column) == ("missing_column", "leads!D1", "mql_at")
    assert "'Become MQL' (column D)" in problem.instead
    assert problem.severity is Severity.WARNING
    assert found.usable


def test_a_table_without_a_required_column_is_not_read_and_says_which():
    found = reading("leads", ["Lead ID", "Created", "Owner"], ANA, BO)
    assert (found.usable, list(found.rows)) == (False, [])
    (problem,) = found.problems
    assert (problem.rule, problem.cell, problem.rows_left_out) == ("missing_column", "leads!B1", 2)
    assert problem.severity is Severity.ERROR
    assert "'Created' (column B)" in problem.instead
    assert "tandem.tables.leads.columns.created_at" in problem.instead


def test_a_constant_stands_in_for_a_required_column():
    mapping = TableMapping(constants={"date": "2026-01-31"})
    assert reading("spend", ["Campaign ID", "Amount"], ["C1", 10], mapping=mapping).usable


def test_a_tab_without_a_header_says_so_at_its_first_cell():
    found = reading("leads", [], [None, "L-1", "2026-01-05"], [None, "L-2", "2026-01-06"])
    assert (found.header, list(found.rows), found.usable) == (-1, [], False)
    (problem,) = found.problems
    assert (problem.rule, problem.cell, problem.value) == ("no_header", "leads!B2", "L-1")
    assert "lead_id, created_at" in problem.instead


def test_an_empty_tab_is_a_warning():
    for found in (reading("leads"), reading("leads", [None, " "], ["\u00a0"])):
        (problem,) = found.problems
        assert (problem.rule, problem.severity) == ("no_header", Severity.WARNING)


def test_a_header_without_rows_is_no_problem():
    assert reading("leads", HEADER).problems == ()
    assert list(reading("leads", HEADER).rows) == []


def test_rows_above_a_header_that_was_sorted_down_are_an_error():
    found = reading("leads", ANA, HEADER, BO)
    assert list(found.rows) == [2]
    (problem,) = found.problems
    assert (problem.rule, problem.cell, problem.rows_left_out) == ("rows_above_header", "leads!A1", 1)
    assert problem.severity is Severity.ERROR


def test_a_problem_links_to_its_cell():
    found = reading("leads", ["Lead ID", "Created"], ANA, link="https://sheets.example/d/1#gid=0")
    assert found.problems[0].link == "https://sheets.example/d/1#gid=0&range=B1"


# --- columns


def test_of_two_columns_with_one_meaning_the_one_that_holds_something_is_read():
    found = reading(
        "leads", ["lead_id", "created_at", "Owner", "owner "], [*BO[:2], None, "bo"], [*ANA[:2], "", "ana"]
    )
    assert found.columns["owner"] == 3
    assert found.problems == ()


def test_two_columns_that_say_the_same_are_read_once_with_a_warning():
    found = reading("leads", [*HEADER, "OWNER"], [*ANA, "ana"], [*BO, "bo"])
    assert found.columns["owner"] == 2
    (problem,) = found.problems
    assert (problem.rule, problem.severity, problem.cell) == (
        "duplicate_header",
        Severity.WARNING,
        "leads!D1",
    )


def test_two_columns_that_differ_are_an_error_and_neither_is_read():
    found = reading("leads", [*HEADER, "OWNER"], [*ANA, "bo"])
    assert "owner" not in found.columns
    (problem,) = found.problems
    assert (problem.rule, problem.severity) == ("duplicate_header", Severity.ERROR)
    assert "leads!C1" in problem.what
    assert "leads!D1" in problem.what


def test_two_different_columns_for_a_key_cost_every_row():
    found = reading(
        "leads", ["lead_id", "created_at", "Lead ID"], ["L-1", "2026-01-05", "7"], ["L-2", "2026-01-06", "8"]
    )
    assert not found.usable
    assert [(p.rule, p.rows_left_out) for p in found.problems] == [("duplicate_header", 2)]


def test_a_column_under_a_blank_header_is_told_and_not_read():
    found = reading(
        "leads", ["lead_id", "created_at", None, "owner"], ["L-1", "2026-01-05", "merged away", "ana"]
    )
    assert rules(found) == [("blank_header", "leads!C1")]
    assert found.columns["owner"] == 3


def test_a_number_may_head_a_column():
    assert reading("leads", ["lead_id", "created_at", 2025.0], [*ANA[:2], 1.0]).columns["2025"] == 2


def test_leads_with_more_attributes_than_can_be_kept_say_so():
    header = ["lead_id", "created_at", *(f"a{i}" for i in range(320))]
    found = reading("leads", header, [*ANA[:2], *range(320)])
    assert len(found.columns) == 302
    assert [p.rule for p in found.problems] == ["too_many_columns"]


# --- rows


def test_blank_rows_are_skipped_also_those_of_blanks_nobody_sees():
    found = reading("leads", HEADER, ANA, [None, "", " "], ["\u00a0", "\u200b", None], BO, [None, None, ""])
    assert list(found.rows) == [1, 4]
    assert found.problems == ()


def test_ticked_off_boxes_and_copied_formulas_alone_make_no_row():
    header = ["lead_id", "created_at", "decision_maker", "amount"]
    found = reading(
        "leads", header, ["L-1", "2026-01-05", True, 10], [None, None, False, 0], ["", "", False, 0.0]
    )
    assert list(found.rows) == [1]


def test_a_header_repeated_in_the_middle_is_skipped():
    found = reading("leads", HEADER, ANA, ["Lead ID", "CREATED_AT", "Owner"], BO, HEADER)
    assert list(found.rows) == [1, 3]
    assert found.problems == ()


def test_a_value_that_happens_to_be_a_header_is_data():
    assert list(reading("settings", ["key", "value"], ["Key", "x"], ["currency", "EUR"]).rows) == [1, 2]


def test_a_row_that_lacks_its_key_is_left_to_be_reported():
    found = reading("leads", HEADER, ANA, [None, "2026-01-06", "bo"], ["L-3", None, None])
    assert list(found.rows) == [1, 2, 3]
    assert found.problems == ()


def test_notes_beside_the_table_make_no_row():
    header = ["order_id", "closed_at", "amount", "note"]
    found = reading("orders", header, ["O-1", "2026-01-05", 10, ""], [None, None, None, "ask Bo"])
    assert list(found.rows) == [1]


SPEND = ["campaign_id", "date", "amount"]


@pytest.mark.parametrize(
    "label",
    ["Total", "TOTAL:", "Grand total", "Gesamt", "Summe", "Total général", "Total: Conta",
     "Total da conta",
     "Totals (EUR)", "Average", "合計", "Итого", "Sub-total", "Grand Totals (12 records)", " Total\u00a0"],
)  # fmt: skip
def test_a_total_row_is_not_counted_and_told(label):
    found = reading("spend", SPEND, ["C1", "2026-01-05", 10], ["C2", "2026-01-05", 20], [label, None, 30])
    assert list(found.rows) == [1, 2]
    (problem,) = found.problems
    assert (problem.rule, problem.cell, problem.severity) == ("total_row", "spend!A4", Severity.WARNING)
    assert problem.value == label


@pytest.mark.parametrize(
    "name", ["Total Wine Ltd", "Summer", "Sumitomo", "Average Joe GmbH", "Totally new", "media"]
)
def test_a_name_that_begins_like_a_total_stays(name):
    assert not says_total(name)
    assert list(reading("spend", SPEND, [name, "2026-01-05", 10], ["C2", "2026-01-05", 20]).rows) == [1, 2]


def test_a_row_with_a_day_of_its_own_is_no_total_whatever_it_is_called():
    found = reading("spend", SPEND, ["Total", "2026-01-05", 10], ["C2", "2026-01-05", 20])
    assert list(found.rows) == [1, 2]
    company = ["Company", "lead_id", "created_at"]
    assert list(reading("leads", company, ["Total", "L-1", "2026-01-05"]).rows) == [1]


def test_a_person_called_like_a_total_is_a_person():
    found = reading(
        "people", ["person_id", "name", "department"], ["Som", "Som Ngai", "sales"], ["Sum", "Li Sum"]
    )
    assert list(found.rows) == [1, 2]
    assert found.problems == ()


def test_a_total_behind_blank_cells_is_one():
    found = reading("spend", ["x", *SPEND], ["a", "C1", "2026-01-05", "10"], [" ", "Total", "", "10"])
    assert list(found.rows) == [1]


def test_totals_between_and_below_are_found_where_nothing_else_tells_rows_apart():
    mapping = TableMapping(columns={"amount": "Cost"}, constants={"date": "2026-01-31"})
    rows = [
        ["A", "1.000,50"],
        ["B", "2.000,25"],
        ["Total", "3.000,75"],
        ["C", "1,00"],
        ["D", "2,00"],
        [None, "3.003,75"],
    ]
    found = reading("spend", ["Campaign", "Cost"], *rows, mapping=mapping)
    assert list(found.rows) == [1, 2, 4, 5]
    named = TableMapping(
        columns={"amount": "Cost", "campaign_id": "Campaign"}, constants={"date": "2026-01-31"}
    )
    assert list(reading("spend", ["Campaign", "Cost"], *rows, mapping=named).rows) == [1, 2, 4, 5]


def test_an_unnamed_row_that_repeats_the_sum_above_is_a_total():
    rows = [["C1", "2026-01-05", 10.1], ["C2", "2026-01-05", 20.2], [None, None, 30.3]]
    found = reading("spend", SPEND, *rows)
    assert list(found.rows) == [1, 2]
    assert rules(found) == [("total_row", "spend!C4")]
    rows[-1][-1] = 30.4
    assert list(reading("spend", SPEND, *rows).rows) == [1, 2, 3]


def test_many_total_rows_are_folded():
    rows = [row for i in range(30) for row in ([f"C{i}", "2026-01-05", 1], ["Total", None, 1])]
    found = reading("spend", SPEND, *rows)
    assert len(found.rows) == 30
    assert len(found.problems) == 21
    assert found.problems[-1].rows == 10


def test_a_title_between_rows_is_not_counted():
    header = ["period_start", "period_end", "department", "metric", "target"]
    row = ["2026-07-01", "2026-09-30", "sales", "wins", 10]
    found = reading("quotas", header, ["Sales team"], row, ["Marketing team"], row)
    assert list(found.rows) == [2, 4]
    assert [(p.rule, p.rows, p.cell) for p in found.problems] == [("title_row", 2, "quotas!A2")]


def test_what_a_report_of_salesforce_ends_with_is_no_data():
    copyright_line = ["Copyright (c) 2000-2026 salesforce.com, inc. All rights reserved."]
    footer = [["Leads this year"], copyright_line, ["Confidential Information - Do Not Distribute"]]
    assert list(reading("leads", HEADER, ANA, BO, [], *footer).rows) == [1, 2]


def test_a_key_alone_is_a_row_whose_rest_is_missing():
    assert list(reading("leads", HEADER, ANA, BO, ["L-3"]).rows) == [1, 2, 3]


def test_a_note_of_the_file_becomes_a_warning():
    columns = [["lead_id", "L-1"], ["created_at", "2026-01-05"]]
    found = read(TABLES["leads"], TextTab("leads", columns, "digest", note="guessed."), NO_MAPPING)
    assert [(p.rule, p.what) for p in found.problems] == [("encoding", "guessed.")]


def test_a_column_whose_condition_cannot_be_asked_is_left_out():
    mapping = TableMapping(columns={"won_at": "Closed"}, when={"won_at": ("Stage", frozenset(("won",)))})
    header = ["lead_id", "created_at", "Closed", "stage "]
    found = reading("leads", header, [*ANA[:2], "2026-02-01", "Won"], mapping=mapping)
    assert (found.columns["won_at"], found.others) == (2, {"Stage": 3})
    found = reading("leads", header[:3], [*ANA[:2], "2026-02-01"], mapping=mapping)
    assert "won_at" not in found.columns
    assert [p.rule for p in found.problems] == ["missing_column"]


# --- anything


def test_a_large_clean_table_is_a_range_of_rows():
    rows = [[f"L-{i}", 46_000.5] for i in range(3000)]
    assert reading("leads", HEADER[:2], *rows).rows == range(1, 3001)


CELL = (
    st.none()
    | st.sampled_from(
        ["", " ", "\u200b", "lead_id", "Lead ID", "created_at", "date", "amount", "Total", "total:", "key"]
    )
    | st.text(max_size=8)
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.dates(date(1900, 1, 1))
    | st.datetimes(datetime(1900, 1, 1))  # noqa: DTZ001 - cells have no zone
    | st.sampled_from([time(9), timedelta(hours=30)])
)
MAPPING = TableMapping(columns={"amount": "date", "lead_id": "key"}, constants={"date": "2026-01-31"})


@given(
    st.sampled_from(sorted(TABLES)),
    st.lists(st.lists(CELL, max_size=6), max_size=12),
    st.sampled_from([NO_MAPPING, MAPPING]),
)
def test_no_grid_breaks_the_reading(table, columns, mapping):
    found = read(TABLES[table], Tab(table, columns, "digest"), mapping)
    height = max(map(len, columns), default=0)
    assert list(found.rows) == sorted(set(found.rows))
    assert all(found.header < row < height for row in found.rows)
    assert all(0 <= at < len(columns) for at in found.columns.values())
    assert found.usable or not list(found.rows)
    assert all(problem.what and problem.instead for problem in found.problems)


ORDER = st.builds(
    lambda n, day, amount: [f"O-{n}", f"2026-01-{day:02}", amount],
    st.integers(0, 999), st.integers(1, 31), st.one_of(st.integers(1, 99), st.just("n/a"), st.none()),
)  # fmt: skip
BESIDE = st.sampled_from(
    [[], [None, " ", ""], ["Total", None, 4711.0], [None, "Summe:", "12,50"], ["First quarter 2026"],
     [None, None, False], ["order_id", "Closed at", "AMOUNT"], [None, None, None, "a note"]]
)  # fmt: skip


@given(
    st.integers(0, 3),
    st.integers(0, 2),
    st.lists(st.one_of(st.tuples(st.just(True), ORDER), st.tuples(st.just(False), BESIDE)), max_size=25),
)
def test_whatever_stands_between_exactly_the_rows_of_data_are_read(above, left, body):
    grid = [["Orders"]] * above + [["order_id", "closed_at", "amount"]] + [row for _, row in body]
    found = reading("orders", *([None] * left + list(row) for row in grid))
    assert found.header == above
    assert list(found.rows) == [above + 1 + i for i, (is_order, _) in enumerate(body) if is_order]


@given(st.lists(st.tuples(st.integers(1, 9), st.sampled_from(["", "Total", "x"])), max_size=20))
def test_every_row_with_its_key_and_day_is_data(cells):
    rows = [[label, f"O-{i}", "2026-01-05", n] for i, (n, label) in enumerate(cells)]
    found = reading("orders", ["Customer", "order_id", "closed_at", "amount"], *rows)
    assert list(found.rows) == list(range(1, len(rows) + 1))
