"""Minutes of a meeting: what a browser sends is checked, and becomes the same rows each time."""

from datetime import date

import pytest

from scorecard import minutes
from scorecard.edits import LONGEST
from scorecard.minutes import MOST, MinutesError
from tests.scorecard.builders import Company, lead

ID = "20261125-7k3qp9bcdfghj"
COLUMNS = frozenset(
    ("review_id", "line_no", "period", "as_of", "held_at", "attendees", "went_well", "went_wrong", "decision",
     "action", "action_owner", "action_due")
)  # fmt: skip
PEOPLE = [
    {"person_id": "ana", "name": "Ana Ruiz"},
    {"person_id": "ben", "name": "Sam"},
    {"person_id": "sam2", "name": "Sam"},
]
NOTES = [
    {"number": 1, "kind": "decision", "text": "No further batch"},
    {"number": 2, "kind": "action", "text": "Ask five\ncustomers", "who": "ana ruiz", "due": "2026-12-04"},
    {"number": 4, "kind": "well", "text": "Webinars"},
    {"number": 5, "kind": "wrong", "text": "Nobody covers", "who": "ana", "due": "soon"},
]
ABOUT = {"period": "2026-Q4", "as_of": date(2026, 11, 25), "held_at": 1_795_000_000}


def sent(**more):
    return {"meeting": ID, "attendees": "Ana Ruiz, Zoe; ana ruiz\nZoe", "notes": NOTES, "ask": 1, **more}


def company(tmp_path, **tables):
    return Company(tmp_path / "company.db", leads=[lead("L1")], people=PEOPLE, **tables).dataset


def rows(dataset, what, columns=COLUMNS):
    return minutes.edits(dataset, minutes.read(what), ABOUT, columns)


def test_a_note_is_a_line_of_the_review_with_names_as_ids(tmp_path):
    found = rows(company(tmp_path), sent())
    after = [dict(edit.after) for edit in found]
    assert {edit.table for edit in found} == {"reviews"}
    assert len({edit.change_id for edit in found}) == 1
    assert len({row["review_id"] for row in after}) == 1
    assert [row["line_no"] for row in after] == [1, 2, 4, 5]
    assert all(row["attendees"] == "ana, Zoe" for row in after)
    assert all((row["period"], row["as_of"], row["held_at"]) == tuple(ABOUT.values()) for row in after)
    assert after[0]["decision"] == "No further batch"
    assert (after[1]["action"], after[1]["action_owner"]) == ("Ask five\ncustomers", "ana")
    assert after[1]["action_due"] == date(2026, 12, 4)
    assert after[2]["went_well"] == "Webinars"
    assert after[3]["went_wrong"] == "Nobody covers"
    assert not {"action_owner", "action_due"} & set(after[3])


def test_a_name_that_two_people_bear_stays_as_it_was_typed(tmp_path):
    note = {"number": 1, "kind": "action", "text": "Call", "who": "Sam"}
    (edit,) = rows(company(tmp_path), sent(notes=[note]))
    assert edit.after["action_owner"] == "Sam"


def test_a_note_says_what_it_is_about_and_is_a_line_of_the_campaign_where_it_is_one(tmp_path):
    note = {
        "number": 1,
        "kind": "decision",
        "text": "Sign it",
        "about": " Spring\n catalogue ",
        "campaign": "C1",
    }
    other = {"number": 2, "kind": "action", "text": "Call", "about": "Hand-off", "campaign": "no such one"}
    dataset = company(tmp_path, campaigns=[{"campaign_id": "C1", "name": "Spring catalogue"}])
    first, second = (e.after for e in rows(dataset, sent(notes=[note, other]), COLUMNS | {"campaign_id"}))
    assert (first["decision"], first["campaign_id"]) == ("Spring catalogue: Sign it", "C1")
    assert second["action"] == "Hand-off: Call"
    assert "campaign_id" not in second


def test_sent_again_it_is_the_same_write_and_with_another_note_another(tmp_path):
    dataset = company(tmp_path)
    first, again = (rows(dataset, sent())[0] for _ in range(2))
    assert first == again
    more = rows(dataset, sent(notes=[*NOTES, {"number": 6, "kind": "well", "text": "One more"}]))
    assert more[0].change_id != first.change_id
    assert more[0].after["review_id"] == first.after["review_id"]


def test_what_stands_there_already_is_not_written_twice(tmp_path):
    review_id = minutes.read(sent()).review_id
    there = [{"review_id": review_id, "line_no": n, "decision": "x"} for n in (1, 2)]
    found = rows(company(tmp_path, reviews=there), sent())
    assert [edit.after["line_no"] for edit in found] == [4, 5]


def test_a_column_that_the_source_lacks_is_left_out_unless_it_holds_what_was_said(tmp_path):
    dataset = company(tmp_path)
    assert "attendees" not in rows(dataset, sent(), COLUMNS - {"attendees"})[0].after
    with pytest.raises(MinutesError, match="no column went_well"):
        rows(dataset, sent(), COLUMNS - {"went_well"})


def test_a_text_that_a_spreadsheet_would_take_for_an_error_is_told(tmp_path):
    with pytest.raises(MinutesError, match="other words"):
        rows(company(tmp_path), sent(notes=[{"number": 1, "kind": "decision", "text": "#N/A"}]))


@pytest.mark.parametrize(
    "wrong",
    [
        None, [], "x", {}, sent(meeting="x"), sent(meeting="20261125-<script>"), sent(meeting=5),
        sent(notes=[]),
        sent(notes="all"), sent(notes=[1]), sent(attendees=7), sent(attendees="x" * (LONGEST + 1)),
        sent(notes=[{"number": True, "kind": "well", "text": "x"}]),
        sent(notes=[{"number": 0, "kind": "well", "text": "x"}]),
        sent(notes=[{"number": 1, "kind": "action_owner", "text": "x"}]),
        sent(notes=[{"number": 1, "kind": "well", "text": " \u0000 "}]),
        sent(notes=[{"number": 1, "kind": "well", "text": "x" * (LONGEST + 1)}]),
        sent(notes=[{"number": 1, "kind": "action", "text": "x", "who": "w" * 500}]),
        sent(notes=[{"number": 1, "kind": "action", "text": "x", "due": "tomorrow"}]),
        sent(notes=[{"number": 1, "kind": "action", "text": "x", "due": "9999-01-01"}]),
        sent(notes=[{"number": 1, "kind": "well", "text": "x", "about": "w" * 500}]),
        sent(notes=[{"number": 1, "kind": "well", "text": "x", "campaign": ["C1"]}]),
        sent(notes=[NOTES[0], NOTES[0]]), sent(notes=NOTES * (MOST // 4 + 1)),
    ],
)  # fmt: skip
def test_what_is_no_minutes_is_refused_with_one_sentence(wrong):
    with pytest.raises(MinutesError) as error:
        minutes.read(wrong)
    assert str(error.value).endswith(".")
    assert len(str(error.value)) < 150
