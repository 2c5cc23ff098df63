"""The stand-in in a process of its own is the same one."""

import multiprocessing

import gspread
import pytest
import requests

from tests.google import adapter
from tests.google.apart import apart
from tests.google.errors import Refusal
from tests.google.faults import UNAVAILABLE


def test_a_stand_in_apart_is_kept_faulty_and_counted_from_here():
    with apart() as google:
        sheet = google.spreadsheet(tabs={"leads": [["lead_id"], ["L1"]]})
        tab = adapter.client(google).open_by_key(sheet).sheet1
        google.set(sheet, "leads!A2", "L2")
        assert tab.get_all_values() == [["lead_id"], ["L2"]]
        google.faults.next(UNAVAILABLE)
        with pytest.raises(gspread.exceptions.APIError, match="503"):
            tab.get_all_values()
        google.put("limits.per_user", 0)
        with pytest.raises(gspread.exceptions.APIError, match="429"):
            tab.get_all_values()
        assert google.ask("reads") == 5
        assert google.ask("log.calls")[-1].status == 429
        with pytest.raises(KeyError):
            google.write("unknown", "leads", [])
        with pytest.raises(Refusal, match="Unable to parse range: gone!A1"):
            google.set(sheet, "gone!A1", 1)


def test_its_process_ends_with_it():
    before = set(multiprocessing.active_children())
    with apart() as google:
        (process,) = set(multiprocessing.active_children()) - before
        endpoint = google.endpoint
    assert not process.is_alive()
    with pytest.raises(requests.ConnectionError):
        requests.get(endpoint, timeout=10)
