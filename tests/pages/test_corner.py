"""The count of errors in the corner of an open page: it comes, grows and goes with the spreadsheet."""

import pytest
from playwright.sync_api import expect

from tests.browser import complaints, running_app, settled
from tests.sheet_writing import write_workbook

LEADS = [{"lead_id": "L1", "created_at": "2026-10-05 10:00:00"}]
FINE = {"goal_id": "G1", "name": "Grow", "target": 5, "start": "2026-07-01", "due": "2026-12-31"}
WRONG = {**FINE, "goal_id": "G2", "target": "lots"}
PATIENCE = 30_000  # ms


def put(path, *goals):
    """The whole workbook in one step, as spreadsheet programs save it."""
    new = write_workbook(path.with_name("new.xlsx"), {"leads": LEADS, "goals": goals})
    new.replace(path)


@pytest.fixture
def workbook(tmp_path):
    path = tmp_path / "scorecard.xlsx"
    put(path, FINE)
    return path


def test_errors_come_into_the_corner_of_an_open_page_and_go_again(workbook, page):
    with running_app({"TANDEM_SOURCE": str(workbook)}) as app:
        tab = settled(page(f"{app.url}/goals"), seconds=90)
        corner = tab.locator(".t-corner")
        expect(corner).to_have_count(0)
        tab.evaluate("window.stayed = true")
        put(workbook, FINE, WRONG)
        expect(corner).to_contain_text("1 error touches this page", timeout=PATIENCE)
        put(workbook, FINE, WRONG, {**WRONG, "goal_id": "G3"})
        expect(corner).to_contain_text("2 errors touch this page", timeout=PATIENCE)
        put(workbook, FINE)
        expect(corner).to_have_count(0, timeout=PATIENCE)
        assert tab.evaluate("window.stayed")
        assert complaints(tab) == []
