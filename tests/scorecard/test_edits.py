"""What a form's input becomes: checked column by column, keyed, compared, recorded."""

import json
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scorecard import edits
from scorecard.clock import Zone
from scorecard.edits import EditError, Write
from scorecard.settings import Settings

HOW = Settings(locale="de_DE", time_zone="Europe/Berlin")
DAY = date(2026, 11, 25)
CHANGE = "20261125-bcdfghjkmnpqr"


def wrong(table, **typed):
    return edits.check(table, typed, HOW).problems


def test_each_field_is_read_by_its_type_in_the_organisations_way():
    typed = {"value": "1.200,5", "date": "2026-11-25", "confidence": 4, "comment": " fine \x00\r\nreally "}
    found = edits.check("goal_actuals", {"goal_id": "G1", **typed}, HOW)
    assert found.problems == {}
    assert found.values == {
        "goal_id": "G1", "value": 1200.5, "date": DAY, "confidence": 4, "comment": "fine \nreally"
    }  # fmt: skip


_TOO_LONG = "This has 10\u202f240 characters, and 4\u202f000 fit. Shorten it by 6\u202f240."


@pytest.mark.parametrize(
    ("table", "column", "cell", "said"),
    [
        (
            "feedback",
            "text",
            "x" * 10_240,
            _TOO_LONG,
        ),
        ("feedback", "kind", "gossip", "Choose one of: lead_quality, content_idea"),
        ("feedback", "rating", 7, "Write a number from 1 to 5."),
        ("feedback", "text", "#REF!", "Say it in other words."),
        ("feedback", "wages", "1", "feedback has no column wages."),
        ("goal_actuals", "value", "many", "this can't be read as one"),
        ("goal_actuals", "value", 1e300, "too large"),
        ("goal_actuals", "date", "", "Fill this in."),
        ("goal_actuals", "date", date(1900, 1, 1), "Choose a day from 1955"),
        ("goal_actuals", "numerator", -1, "0 or more"),
    ],
)
def test_what_cannot_be_written_is_told_beside_its_field(table, column, cell, said):
    assert said in wrong(table, **{column: cell})[column]


def test_a_line_break_in_a_short_text_is_a_space_and_markup_stays_text():
    found = edits.check("calendar", {"title": "a\nb <b>c</b> **d**"}, HOW)
    assert found.values == {"title": "a b <b>c</b> **d**"}


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: edits.new(CHANGE, "feedback", "people", {"name": "x"}), "can't write to 'people'"),
        (lambda: edits.new(CHANGE, "feedback", "signoffs", {}), "can't write to 'signoffs'"),
        (lambda: edits.new(CHANGE, "everything", "feedback", {}), "can't write"),
        (lambda: edits.new(CHANGE, "feedback", "feedback", {"wages": 1}), "no column 'wages'"),
        (lambda: edits.new("x'; DROP", "feedback", "feedback", {}), "change_id"),
        (lambda: edits.altered(CHANGE, "sign-off", "signoffs", {}, {}), "added, never altered"),
        (
            lambda: edits.altered(CHANGE, "target", "goals", {"goal_id": "A"}, {"goal_id": "B"}),
            "part of the key",
        ),
        (lambda: Write((edits.new(CHANGE, "feedback", "feedback", {"text": "x"}),), 1, "a@b.c"), "needs at"),
        (lambda: Write((), 1, "a@b.c"), "at least one"),
    ],
)
def test_no_form_can_write_elsewhere(make, said):
    with pytest.raises(EditError, match=said):
        make()


def test_a_new_rows_key_says_the_day_and_is_the_same_each_time_it_is_sent():
    assert len({edits.change_id(DAY) for _ in range(2_000)}) == 2_000  # of 60 random bits
    ids = [f"20261125-{number:013}" for number in range(1_000)]
    keys = [edits.key_for("feedback", one) for one in ids]
    assert len(set(keys)) == 1_000  # of 24 bits: which ids are asked decides, so they are fixed
    assert all(key.startswith("F-20261125-") and len(key) == len("F-20261125-7k3qp") for key in keys)
    assert edits.new(ids[0], "feedback", "feedback", {"text": "x"}).key == (keys[0],)


def test_only_what_differs_is_altered_and_recorded():
    row = {"goal_id": "G1", "target": 100.0, "due": DAY, "name": "x"}
    edit = edits.altered(CHANGE, "target", "goals", row, {"target": 120.0, "name": "x"})
    [line] = Write((edit,), 1_795_600_000, "a@b.c").recorded(HOW.zone)
    assert (line["key"], line["by"]) == ("G1", "a@b.c")
    assert (json.loads(line["before"]), json.loads(line["after"])) == ({"target": 100.0}, {"target": 120.0})


def test_a_moved_target_is_the_edit_and_its_row_of_target_changes():
    quota = {"period_start": DAY, "period_end": DAY, "department": "sales", "person_id": None,
             "metric": "wins", "target": 5.0}  # fmt: skip
    moved, said = edits.moved_target(CHANGE, "quotas", quota, 6.0, "agreed")
    assert moved.after == {"target": 6.0}
    assert said.after == {
        "table": "quotas", "key": "2026-11-25,2026-11-25,sales,,wins", "old": 5.0, "new": 6.0, "why": "agreed"
    }  # fmt: skip


@given(st.text(max_size=300))
def test_whatever_is_typed_reads_back_as_it_was_kept(text):
    found = edits.check("feedback", {"text": text}, HOW)
    if not found.problems:
        kept = found.values["text"]
        assert edits.check("feedback", {"text": kept}, HOW).values["text"] == kept
        if kept is not None:
            kept.encode("utf-8")
            assert "\x00" not in str(kept)


@given(st.integers(min_value=0, max_value=4_000_000_000))
def test_a_moment_reads_back_from_its_text(epoch):
    zone = Zone.of("Europe/Berlin")
    shown = edits.moment_text(epoch, zone)
    assert edits.check("feedback", {"at": shown}, HOW).values == {"at": epoch}
