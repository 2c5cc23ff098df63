"""A file looked at in the browser: on every page of its tab, on no other screen, and back again."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser import complaints, settled
from tests.sheet_writing import write_workbook

LEADS = [
    {"lead_id": f"U{n}", "created_at": "2026-10-05 10:00:00", "handed_off_at": "2026-10-06 10:00:00",
     "accepted_at": "2026-10-07 10:00:00", "source": "Fair"}
    for n in range(7)
]  # fmt: skip
GOAL = {"goal_id": "G1", "name": "Grow", "target": "lots", "start": "2026-07-01", "due": "2026-12-31"}


@pytest.fixture(scope="module")
def workbook(tmp_path_factory):
    folder = tmp_path_factory.mktemp("upload")
    return write_workbook(folder / "<i>pipeline.xlsx", {"leads": LEADS, "goals": [GOAL]})


def put_in(tab, *paths):
    tab.get_by_text("Look at a file of your own").click()
    tab.locator('input[type="file"]').set_input_files(list(paths))


def banner(tab):
    return tab.locator(".st-key-page_look")


def leads_read(tab):
    """The tile of rows read."""
    return tab.locator(".t-tile", has_text="Rows read").locator(".t-value")


def test_a_file_is_seen_in_its_own_tab_only_on_every_page_and_left_again(small_app, page, workbook):
    shared = settled(page(f"{small_app}/data"))
    tab = settled(page(f"{small_app}/data"))
    expect(leads_read(tab)).to_have_text("3")

    put_in(tab, workbook)
    expect(banner(tab)).to_contain_text("You are looking at <i>pipeline.xlsx: only you", timeout=30_000)
    expect(leads_read(tab)).to_have_text("7")
    expect(tab.locator(".st-key-page_stamp")).to_have_count(0)
    expect(tab.locator(".t-problems")).to_contain_text(["goals!"])

    tab.get_by_role("link", name="Hand-off").first.click()  # the menu
    settled(tab)
    expect(banner(tab)).to_be_visible()
    tab.get_by_role("link", name="Goals").first.click()
    expect(tab.locator(".t-corner")).to_have_text(re.compile("1 error touches this page"), timeout=30_000)
    tab.locator(".t-corner").click()  # a link within the app
    expect(leads_read(tab)).to_have_text("7", timeout=30_000)
    assert tab.url.endswith("/data?severity=error")
    expect(banner(tab)).to_be_visible()

    settled(shared.reload() and shared)
    expect(leads_read(shared)).to_have_text("3")
    expect(banner(shared)).to_have_count(0)

    tab.get_by_role("button", name=re.compile("Back to")).click()
    expect(leads_read(tab)).to_have_text("3", timeout=30_000)
    expect(banner(tab)).to_have_count(0)
    expect(tab.locator(".st-key-page_stamp")).to_be_visible()
    assert complaints(tab) == []


def test_a_file_that_is_none_is_refused_in_words_and_the_page_stays(small_app, page, tmp_path):
    broken = tmp_path / "broken.xlsx"
    broken.write_bytes(b"no workbook")
    tab = settled(page(f"{small_app}/data"))
    put_in(tab, broken)
    expect(tab.get_by_role("alert")).to_contain_text("broken.xlsx", timeout=30_000)
    expect(leads_read(tab)).to_have_text("3")
    expect(tab.locator('input[type="file"]')).to_be_attached()  # the next one can be put in
    assert complaints(tab) == []
