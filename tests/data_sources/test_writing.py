"""The promise of every writer, kept in every source: once, whole, and never over somebody else's change."""

import json
import threading
from datetime import date

import pytest

from data_sources.writing import ConflictError, NotWrittenError
from scorecard import edits
from scorecard.edits import Write
from tests.data_sources.writing_places import BERLIN, Folder, Google, Memory, Sql

DAY = date(2026, 11, 25)
AT = 1_795_600_000  # 25 November 2026, 10:46:40 in Berlin
UGLY = (
    '=HYPERLINK("http://x";"y")', "+1", "-2,5", "@cmd", "00123", "'quoted", "<script>alert(1)</script>",
    "naïve ☃ 🎉 **bold** | `x`", 'two\nlines, "quoted"; and; more', "2026-11-25", "TRUE", "12 %", "NULL",
)  # fmt: skip


EVERYWHERE = ["sqlite", "postgres", "mariadb", "google", "csv", "memory"]
of_each_kind = pytest.mark.parametrize("place", ["sqlite", "google", "csv", "memory"], indirect=True)
of_spreadsheets = pytest.mark.parametrize("place", ["google", "csv"], indirect=True)


@pytest.fixture(params=EVERYWHERE)
def place(request, tmp_path):
    found = place_of(request, tmp_path)
    yield found
    found.close()


def place_of(request, tmp_path):
    if request.param in ("sqlite", "postgres", "mariadb"):
        return Sql(request.getfixturevalue(f"{request.param}_url"))
    if request.param == "google":
        return Google(request.getfixturevalue("google"), tmp_path)
    return Folder(tmp_path) if request.param == "csv" else Memory()


def told(text="Fewer leads", **more):
    return edits.new(
        edits.change_id(DAY), "feedback", "feedback", {"at": AT, "text": text, "kind": "insight", **more}
    )


def signed(*made, at=AT):
    return Write(made, at, "ana@example.com")


def goal(place, goal_id="G1"):
    return next(row for row in place.rows("goals") if row["goal_id"] == goal_id)


def test_what_is_written_is_what_is_read_and_stands_once_however_often_it_is_sent(place):
    change = edits.change_id(DAY)
    said = [{"at": AT, "text": text, "due": date(2026, 12, 24), "rating": 4} for text in UGLY]
    entries = [edits.new(change, "feedback", "feedback", one, number) for number, one in enumerate(said)]
    write = signed(*entries)
    assert place.writer().write(write, BERLIN)
    assert not place.writer().write(write, BERLIN)
    rows = place.rows("feedback")
    assert sorted(row["text"] for row in rows) == sorted(UGLY)
    assert {(row["at"], row["due"], row["rating"]) for row in rows} == {(AT, date(2026, 12, 24), 4)}
    noted = sorted(place.rows("changes"), key=lambda row: row["line_no"])
    assert [row["key"] for row in noted] == [entry.key[0] for entry in entries]
    assert [json.loads(row["after"])["text"] for row in noted] == list(UGLY)
    assert {(row["by"], row["at"], row["table"], row["before"]) for row in noted} == {
        ("ana@example.com", AT, "feedback", None)
    }


def test_a_row_that_changed_meanwhile_is_shown_and_nothing_of_the_write_is_there(place):
    seen = goal(place)
    place.set("G1", 1100.0)
    change = edits.change_id(DAY)
    moved = edits.altered(change, "target", "goals", seen, {"target": 1200.0})
    noted = edits.new(
        change, "target", "target_changes", {"at": AT, "table": "goals", "key": "G1", "new": 1200.0}
    )
    writer = place.writer()
    with pytest.raises(ConflictError) as met:
        writer.write(signed(noted, moved), BERLIN)
    assert met.value.now["target"] == 1100.0
    assert goal(place)["target"] == 1100.0
    assert (place.rows("target_changes"), place.rows("changes")) == ((), ())
    writer.write(signed(noted, moved.on(met.value.now)), BERLIN)
    assert goal(place)["target"] == 1200.0
    assert goal(place, "G2")["target"] == 50.0
    [line, altered] = place.rows("changes")
    assert (altered["line_no"], json.loads(altered["before"]), json.loads(altered["after"])) == (
        2, {"target": 1100.0}, {"target": 1200.0}
    )  # fmt: skip
    assert line["before"] is None


def test_of_two_who_save_the_same_row_at_once_one_wins_and_the_other_is_told(place):
    seen = goal(place)
    place.writer().write(signed(told("the tables are there")), BERLIN)
    ready, outcomes = threading.Barrier(2), []

    def save(target):
        write = signed(edits.altered(edits.change_id(DAY), "target", "goals", seen, {"target": target}))
        entry = signed(told(f"said by {target:.0f}"))
        writer = place.writer()
        ready.wait()
        try:
            writer.write(write, BERLIN)
            outcomes.append(target)
        except ConflictError as conflict:
            outcomes.append(conflict)
        writer.write(entry, BERLIN)

    threads = [threading.Thread(target=save, args=(target,)) for target in (1300.0, 1400.0)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    [won] = [one for one in outcomes if isinstance(one, float)]
    [lost] = [one for one in outcomes if isinstance(one, ConflictError)]
    assert goal(place)["target"] == lost.now["target"] == won
    assert {row["text"] for row in place.rows("feedback")} == {
        "the tables are there",
        "said by 1300",
        "said by 1400",
    }


@of_each_kind
def test_a_row_that_is_gone_is_told_and_a_new_one_never_takes_anothers_place(place):
    seen = goal(place)
    gone = {**seen, "goal_id": "G9"}
    writer = place.writer()
    with pytest.raises(ConflictError) as met:
        writer.write(
            signed(edits.altered(edits.change_id(DAY), "target", "goals", gone, {"target": 1.0})), BERLIN
        )
    assert met.value.now is None
    first = told("first")
    writer.write(signed(first), BERLIN)
    other = edits.new(edits.change_id(DAY), "feedback", "feedback", {**first.after, "text": "other"})
    with pytest.raises(ConflictError):
        writer.write(signed(other), BERLIN)
    assert [row["text"] for row in place.rows("feedback")] == ["first"]


@of_each_kind
def test_rows_without_a_key_are_added(place):
    writer = place.writer()
    for confidence in (3, 3, 4):
        typed = {"goal_id": "G1", "date": DAY, "value": 12.5, "confidence": confidence}
        writer.write(signed(edits.new(edits.change_id(DAY), "check-in", "goal_actuals", typed)), BERLIN)
    assert [(row["value"], row["confidence"]) for row in place.rows("goal_actuals")] == [
        (12.5, 3),
        (12.5, 3),
        (12.5, 4),
    ]


@of_spreadsheets
def test_a_column_that_the_source_lacks_is_no_place_for_what_was_entered(place):
    change = edits.altered(
        edits.change_id(DAY), "target", "goals", goal(place), {"marketing_role": "Two webinars"}
    )
    with pytest.raises(NotWrittenError, match="no column marketing_role"):
        place.writer().write(signed(change), BERLIN)
    assert place.rows("changes") == ()
