"""Writing to Google: plain values, one call, and nothing twice when an answer is lost."""

import json
from datetime import date

import pytest

from data_sources.config import Config
from data_sources.mapping import TableMapping
from data_sources.writing import ConflictError, NotWrittenError, UncertainError
from scorecard import edits
from tests.data_sources.test_writing import AT, DAY, goal, signed, told
from tests.data_sources.writing_places import BERLIN, Google
from tests.google.faults import BAD_GATEWAY, RESET, TRUNCATED, UNAVAILABLE

FEEDBACK = [
    ["Feedback of both teams"],
    [],
    ["Entry", "At", "Text", "Score", "Due"],
    ["F-1", "2026-11-01 09:00", "x", 3, ""],
]


@pytest.fixture
def place(google, tmp_path):
    found = Google(google, tmp_path)
    yield found
    found.close()


def calls(place, path):
    return [call for call in place.google.calls if path in call.path]


@pytest.mark.parametrize("fault", [UNAVAILABLE, RESET], ids=["refused by a 503", "no answer"])
def test_a_call_that_fails_before_it_is_done_is_made_again(place, fault):
    place.google.faults.next(fault, on=("write",))
    assert place.writer().write(signed(told()), BERLIN)
    assert [row["text"] for row in place.rows("feedback")] == ["Fewer leads"]


@pytest.mark.parametrize("fault", [TRUNCATED, BAD_GATEWAY], ids=["cut off", "gateway's page"])
def test_an_answer_that_is_lost_after_it_was_done_does_nothing_twice(place, fault, monkeypatch):
    writer = place.writer()
    carry_out = writer._http.batch_update
    answers = [True]

    def lost(*args):
        reply = carry_out(*args)
        if answers:
            answers.pop()
            place.google.faults.next(fault, on=("write",))
            carry_out(args[0], {"requests": [{"updateCells": {"start": {}, "rows": [], "fields": "note"}}]})
        return reply

    monkeypatch.setattr(writer._http, "batch_update", lost)
    typed = {"goal_id": "G1", "date": DAY, "value": 5.0}
    assert writer.write(signed(edits.new(edits.change_id(DAY), "check-in", "goal_actuals", typed)), BERLIN)
    assert [row["value"] for row in place.rows("goal_actuals")] == [5.0]
    assert len(place.rows("changes")) == 1


def test_a_service_that_stays_away_keeps_the_entry_for_another_try(place):
    place.google.faults.always(UNAVAILABLE, on=("write",))
    write = signed(told())
    with pytest.raises(UncertainError, match="written once, however often"):
        place.writer().write(write, BERLIN)
    place.google.faults.clear()
    assert place.writer().write(write, BERLIN)
    assert len(place.rows("feedback")) == 1


def test_a_tab_is_written_the_way_it_stands_under_its_own_header(google, tmp_path):
    place = Google(google, tmp_path)
    google.write(place.sheet, "Ideas", FEEDBACK)
    mapping = TableMapping(table="Ideas", columns={"feedback_id": "Entry", "rating": "Score"},
                           values={"kind": {"Idee": "content_idea"}})  # fmt: skip
    config = Config(tables={"feedback": mapping})
    place.made = lambda **_: type(Google.made(place))(place.config, config, tmp_path, sleep=lambda _: None)
    entry = told("=1+1", rating=4, due=date(2026, 12, 24), kind=None)
    place.writer().write(signed(entry), BERLIN)
    cells = [google.get(place.sheet, f"Ideas!{column}5") for column in "ABCDE"]
    assert cells == [entry.key[0], "2026-11-25 10:46:40", "=1+1", 4, 46380]
    with pytest.raises(NotWrittenError, match="no column kind"):
        place.writer().write(signed(told()), BERLIN)
    place.close()


def test_a_formula_stays_its_keepers(place):
    seen = goal(place)
    place.google.enter(place.sheet, "goals!C2", "=500+500")
    change = edits.altered(edits.change_id(DAY), "target", "goals", seen, {"target": 1200.0})
    with pytest.raises(NotWrittenError, match="goals!C2 holds a formula"):
        place.writer().write(signed(change), BERLIN)


def test_a_reader_only_and_a_key_are_told_what_to_do(google, tmp_path):
    place = Google(google, tmp_path)
    google.share(place.sheet, role="reader")
    with pytest.raises(NotWrittenError, match="choose Editor"):
        place.writer().write(signed(told()), BERLIN)
    place.close()


def test_a_row_that_moved_is_found_where_it_is_now(place):
    seen = goal(place)
    place.google.insert(place.sheet, "goals", 2, [["G0", "First", 1, date(2026, 10, 1), date(2026, 12, 31)]])
    writer = place.writer()
    writer.write(
        signed(edits.altered(edits.change_id(DAY), "target", "goals", seen, {"target": 7.0})), BERLIN
    )
    assert (place.google.get(place.sheet, "goals!C3"), place.google.get(place.sheet, "goals!C2")) == (7, 1)
    place.google.delete_rows(place.sheet, "goals", 3)
    with pytest.raises(ConflictError):
        writer.write(
            signed(edits.altered(edits.change_id(DAY), "target", "goals", seen, {"target": 8.0})), BERLIN
        )


def test_nothing_is_asked_twice_and_all_is_one_call(place):
    writer = place.writer()
    before = len(place.google.calls)
    writer.write(signed(told()), BERLIN)
    kinds = [call.kind for call in place.google.calls[before:] if call.kind != "token"]
    assert kinds == ["read", "read", "write"]
    [line] = place.rows("changes")
    assert json.loads(line["after"])["text"] == "Fewer leads"
    assert line["at"] == AT
