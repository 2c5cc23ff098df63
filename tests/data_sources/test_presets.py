"""Exports of CRMs, with headers as those products write them, read by their ready mappings."""

from dataclasses import replace

import pytest

from data_sources.csv_text import csv_tab
from data_sources.mapping import TableMapping, attribute_name
from data_sources.presets import PRESETS, Export
from data_sources.tab_reader import find, read
from data_sources.typed_rows import SheetCells, typed_rows
from scorecard.clock import Zone
from scorecard.contract import TABLES, column_for

HOW = SheetCells("en_US", Zone.of("UTC"), "mdy")


def rows_of(crm, table, text, how=HOW):
    mapping = PRESETS[crm][table]
    return typed_rows(
        read(TABLES[table], csv_tab(table, f"{table}.csv", text.encode()), mapping), mapping, how
    )


MQL, SQL = "Became a Marketing Qualified Lead Date", "Became a Sales Qualified Lead Date"
CONTACTS = f"""\
Record ID,First Name,Email,Contact owner,Create Date,Original Traffic Source,{MQL},{SQL},Became a Customer Date,Industry
51,Ana,ana@example.com,Sam Sales,2026-01-05 09:30,Organic Search,2026-01-06 10:00,2026-01-08 11:00,2026-02-01 12:00,Retail
8005,Bo,bo@example.com,,2026-01-07 08:00,Direct Traffic,,,,
"""  # noqa: E501 - lines of a CSV file
NEWER_MQL = '"Date entered ""Marketing Qualified Lead (Lifecycle Stage Pipeline)"""'

DEALS = """\
Record ID,Deal Name,Deal Stage,Amount,Close Date,Deal owner,Associated Contact IDs,Associated Company IDs
7001,Bluebay,Closed Won,15000,2026-02-01 12:00,Sam Sales,51,9001
7002,Harbour,Contract Sent,2500.50,2026-06-30 00:00,Sam Sales,8005,9002
7003,Open without amount,Proposal,,,Sam Sales,,
7004,Tide,Closed won (Partner Pipeline),99.5,2026-03-01 12:00,Sam Sales,,9003
"""


def test_contacts_of_hubspot_become_leads_with_their_stages():
    rows = rows_of("hubspot", "leads", CONTACTS)
    assert rows.problems == ()
    assert rows.columns["lead_id"] == ["51", "8005"]
    assert rows.columns["created_at"] == ["2026-01-05 09:30:00", "2026-01-07 08:00:00"]
    assert rows.columns["source"] == ["Organic Search", "Direct Traffic"]
    assert rows.columns["owner"] == ["Sam Sales", None]
    assert rows.columns["mql_at"] == ["2026-01-06 10:00:00", None]
    assert rows.columns["sql_at"] == ["2026-01-08 11:00:00", None]
    assert rows.columns["won_at"] == ["2026-02-01 12:00:00", None]
    assert rows.columns["industry"] == ["Retail", None]


def test_names_and_addresses_of_people_are_not_copied_unless_somebody_asks_for_them():
    assert not {"first_name", "email"} & set(rows_of("hubspot", "leads", CONTACTS).columns)
    own = replace(
        PRESETS["hubspot"]["leads"], columns={**PRESETS["hubspot"]["leads"].columns, "email": "Email"}
    )
    found = read(TABLES["leads"], csv_tab("leads", "leads.csv", CONTACTS.encode()), own)
    assert "email" in found.columns
    assert found.problems == ()


def test_the_newer_headers_of_hubspot_mean_the_same():
    text = CONTACTS.replace(MQL, NEWER_MQL).replace("Original Traffic Source", "Original Source")
    text = text.replace("Record ID", "Record ID - Contact")
    assert rows_of("hubspot", "leads", text).columns == rows_of("hubspot", "leads", CONTACTS).columns


def test_where_both_headers_of_a_column_are_there_the_first_is_read():
    text = CONTACTS.replace("Industry", "Original Source")
    rows = rows_of("hubspot", "leads", text)
    assert rows.columns["source"] == ["Organic Search", "Direct Traffic"]
    assert rows.columns["original_source"] == ["Retail", None]


def test_only_won_deals_of_hubspot_become_orders():
    rows = rows_of("hubspot", "orders", DEALS)
    assert rows.problems == ()
    assert rows.columns["order_id"] == ["7001", "7004"]
    assert sum(rows.columns["amount"]) == 15_099.5
    assert rows.columns["lead_id"] == ["51", None]
    assert rows.at == [2, 5]


def test_where_hubspot_says_whether_a_deal_was_won_its_stage_may_be_called_anything():
    text = "Record ID,Deal Stage,Is Closed Won,Amount,Close Date\n"
    text += "1,Signed,true,10,2026-02-01\n2,Closed Won,false,5,2026-02-01\n"
    assert rows_of("hubspot", "orders", text).columns["order_id"] == ["1"]


def test_deals_without_a_stage_are_not_taken_for_orders():
    text = "Record ID,Deal Name,Amount,Close Date\n1,a,10,2026-02-01\n"
    found = read(TABLES["orders"], csv_tab("deals", "deals.csv", text.encode()), PRESETS["hubspot"]["orders"])
    assert not found.usable
    assert "Is Closed Won or Deal Stage" in found.problems[0].what


def test_a_table_of_our_own_beside_an_export_is_read_whole():
    text = "order_id,closed_at,amount\nO-1,2026-02-01,10\n"
    assert rows_of("hubspot", "orders", text).columns["order_id"] == ["O-1"]


LEADS = """\
"Lead ID","Lead Owner","Company / Account","Lead Source","Lead Status","Created Date","Converted Date","Rating"
"00Q5g00000A1","Sam Sales","Bluebay","Web","Qualified","1/5/2026","1/8/2026","Hot"
"00Q5g00000A2","Sam Sales","Harbour","Trade Show","Open - Not Contacted","1/7/2026","",""

"Leads this quarter"
"Copyright (c) 2000-2026 salesforce.com, inc. All rights reserved."
"Confidential Information - Do Not Distribute"
"Generated By:  Sam Sales  1/31/2026 2:05 PM"
"""  # noqa: E501 - lines of a CSV file

OPPORTUNITIES = """\
"Opportunity ID","Opportunity Owner","Account Name","Opportunity Name","Stage","Amount Currency","Amount","Close Date"
"0065g1","Sam Sales","Bluebay","Casino","Closed Won","USD","15,000.00","2/1/2026"
"0065g2","Sam Sales","Harbour","Draws","Closed Lost","USD","2,500.00","2/3/2026"
"0065g3","Sam Sales","Tide","Club","Negotiation","USD","","3/31/2026"
"Grand Totals (3 records)"
"""  # noqa: E501 - lines of a CSV file


def test_a_report_of_leads_from_salesforce_is_read_without_its_footer():
    rows = rows_of("salesforce", "leads", LEADS)
    assert [problem.rule for problem in rows.problems] == ["title_row"]
    assert rows.columns["lead_id"] == ["00Q5g00000A1", "00Q5g00000A2"]
    assert rows.columns["created_at"] == ["2026-01-05 00:00:00", "2026-01-07 00:00:00"]
    assert rows.columns["sql_at"] == ["2026-01-08 00:00:00", None]
    assert rows.columns["source"] == ["Web", "Trade Show"]
    assert rows.columns["rating"] == ["Hot", None]


def test_only_won_opportunities_become_orders():
    rows = rows_of("salesforce", "orders", OPPORTUNITIES)
    assert [problem.rule for problem in rows.problems] == ["total_row"]
    assert rows.columns["order_id"] == ["0065g1"]
    assert (rows.columns["amount"], rows.columns["currency"]) == ([15_000.0], ["USD"])
    assert rows.columns["customer_id"] == ["Bluebay"]


def test_the_names_of_salesforces_interface_are_known_too():
    leads = (
        "Id,CreatedDate,LeadSource,ConvertedDate,OwnerId\n00Q1,2026-01-05T09:30:00.000Z,Web,2026-01-08,0051\n"
    )
    rows = rows_of("salesforce", "leads", leads)
    assert rows.problems == ()
    assert (rows.columns["source"], rows.columns["owner"]) == (["Web"], ["0051"])
    assert rows.columns["sql_at"] == ["2026-01-08 00:00:00"]
    deals = "Id,AccountId,StageName,IsWon,Amount,CloseDate\n"
    deals += "0061,0011,Signed,true,10.5,2026-02-01\n0062,0012,Lost,false,1,2026-02-01\n"
    assert rows_of("salesforce", "orders", deals).columns["order_id"] == ["0061"]


FILE = "hubspot-crm-exports-all-contacts"
DEALS_FILE = "hubspot-crm-exports-all-deals-2026-08-11"


@pytest.mark.parametrize(
    ("crm", "table", "titles", "found"),
    [
        ("hubspot", "leads", [f"{FILE}-2026-08-11-1", "x"], f"{FILE}-2026-08-11-1"),
        ("hubspot", "leads", [f"{FILE}-2026-08-11", f"{FILE}-2026-11-02"], f"{FILE}-2026-11-02"),
        ("hubspot", "leads", [f"{FILE}-2026-08-11", "leads"], "leads"),
        ("hubspot", "leads", ["hubspot-crm-exports-my-contacts-2026-08-11"], None),
        ("hubspot", "orders", [FILE, DEALS_FILE], DEALS_FILE),
        ("salesforce", "orders", ["Opportunity"], "Opportunity"),
        ("salesforce", "leads", ["Leads"], "Leads"),
    ],
)  # fmt: skip
def test_the_latest_export_is_found_by_the_name_its_product_gives_it(crm, table, titles, found):
    assert find(titles, TABLES[table], PRESETS[crm][table]) == found


@pytest.mark.parametrize(
    ("crm", "table"), [(crm, table) for crm, tables in PRESETS.items() for table in tables]
)
def test_every_ready_mapping_names_columns_of_the_contract(crm, table):
    mapping = PRESETS[crm][table]
    assert isinstance(mapping, Export)
    assert isinstance(mapping, TableMapping)
    assert set(mapping.also) <= {column.name for column in TABLES[table].columns}
    headers = [header for headers in mapping.also.values() for header in headers]
    assert all(attribute_name(header) for header in headers)
    for ours, known in mapping.also.items():
        assert all(column_for(table, header) in (None, ours) for header in known)
