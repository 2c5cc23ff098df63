"""Files that a viewer looks at: in his session only, gone with it, and refused in words."""

import gc
from dataclasses import dataclass
from pathlib import Path

import pytest
import streamlit as st

from components import live, uploads
from scorecard import small
from tests.sheet_writing import write_workbook

LEADS = [{"lead_id": f"L{n}", "created_at": "2026-10-05 10:00:00", "source": "Fair"} for n in range(3)]


@dataclass
class File:
    """As Streamlit hands it over."""

    name: str
    content: bytes
    size: int = 0

    def getvalue(self):
        return self.content


@pytest.fixture(autouse=True)
def session(monkeypatch, tmp_path):
    """A session's state, without a session; the files' folders stand in tmp_path/looks."""
    state: dict[str, object] = {}
    monkeypatch.setattr(st, "session_state", state)
    monkeypatch.setattr(live, "get_script_run_ctx", lambda **_: object())
    monkeypatch.setattr(uploads.tempfile, "tempdir", str(tmp_path / "looks"))
    (tmp_path / "looks").mkdir()
    monkeypatch.setenv("TANDEM_SOURCE", "demo")
    return state


@pytest.fixture
def workbook(tmp_path):
    path = write_workbook(tmp_path / "pipeline.xlsx", {"leads": LEADS})
    return File(path.name, path.read_bytes())


def folders(tmp_path):
    return list((tmp_path / "looks").iterdir())


def failure(session):
    return session["look_failure"]


def test_a_workbook_is_looked_at_until_the_way_back(session, workbook, tmp_path):
    uploads.take([workbook])
    looked = live.live()
    assert looked.dataset.label == "Upload pipeline.xlsx"
    assert set(looked.dataset.relations) == {"leads", "settings"}
    assert failure(session) == ""
    assert len(folders(tmp_path)) == 1
    uploads.back()
    gc.collect()
    assert live.own() is None
    assert folders(tmp_path) == []


def test_the_files_go_with_the_session(session, workbook, tmp_path):
    uploads.take([workbook])
    session.clear()
    gc.collect()
    assert folders(tmp_path) == []


def test_the_files_go_after_a_disconnection_unless_the_viewer_came_back(session, workbook, tmp_path):
    uploads.take([workbook])
    found, before = session["look"], session["look"].shown
    found.shown += 1
    uploads._let_go_unless_shown_since(found, before)
    assert len(folders(tmp_path)) == 1
    uploads._let_go_unless_shown_since(found, found.shown)
    assert folders(tmp_path) == []


def test_a_second_file_takes_the_place_of_the_first(workbook, tmp_path):
    uploads.take([workbook])
    uploads.take([File("people.csv", b"person_id,name,department\nana,Ana,sales\n")])
    gc.collect()
    assert [row["name"] for row in small.rows(live.live().dataset, "people")] == ["Ana"]
    assert len(folders(tmp_path)) == 1


def test_several_csv_files_make_one_look(tmp_path):
    leads = b"lead_id,created_at\nL1,2026-10-05\n"
    people = b"person_id,name,department\nana,Ana,sales\n"
    uploads.take([File("leads.csv", leads), File("people.csv", people)])
    assert set(live.live().dataset.relations) == {"leads", "people", "settings"}


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("broken.xlsx", b"PK\x03\x04 no zip"),
        ("empty.xlsx", b""),
        ("letter.pdf", b"%PDF-1.4"),
        ("../../leads.xlsx", b"\x00" * 99),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_in_words_and_leaves_nothing(session, tmp_path, name, content):
    uploads.take([File(name, content)])
    assert Path(name).name in failure(session)
    assert live.own() is None
    assert folders(tmp_path) == []


def test_a_broken_file_leaves_the_one_before_on_the_screen(session, workbook):
    uploads.take([workbook])
    uploads.take([File("broken.xlsx", b"no zip")])
    assert failure(session)
    assert live.live().dataset.label == "Upload pipeline.xlsx"
    uploads.take([workbook])
    assert not failure(session)


def test_more_than_fits_is_refused_before_it_is_read(session):
    half = uploads.MOST * 1024 * 1024 // 2
    uploads.take([File("a.csv", b"", half), File("b.csv", b"", half + 1024 * 1024)])
    assert "51 MB" in failure(session)
    assert live.own() is None


def test_an_unforeseen_error_is_told_without_what_the_file_holds(session, monkeypatch, workbook, caplog):
    cell = "ana@" + "example.com"  # not as one text, or the line itself is found in the log

    def fails(*_):
        raise RuntimeError(cell)

    monkeypatch.setattr(uploads, "look", fails)
    uploads.take([workbook])
    assert "RuntimeError" in failure(session)
    assert cell not in failure(session) + caplog.text


def test_an_uploader_is_used_once(session, workbook):
    uploads.take([workbook])
    uploads.take([File("broken.xlsx", b"no zip")])
    assert session["look_round"] == 2
