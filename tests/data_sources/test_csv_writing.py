"""CSV files keep their encoding, delimiter and every line that isn't concerned, to the byte."""

import pytest

from data_sources.config import Config
from data_sources.csv_writing import FolderWriter
from data_sources.writing import NotWrittenError
from scorecard import edits
from tests.data_sources.test_writing import DAY, signed, told
from tests.data_sources.writing_places import BERLIN

ROW = {"goal_id": "G1", "target": 10.0, "name": "Grün", "start": DAY, "due": DAY}
LINES = (
    'goal_id;"target";name;start;due;note\r\n'
    'G0;"5";x;2026-11-25;2026-11-25;"two\r\nlines"\r\n'
    "G1;10;Grün;2026-11-25;2026-11-25;=SUM(A1)\r\n\r\n"
)


def written(tmp_path, content, text="=1+1"):
    folder = tmp_path / "csv"
    folder.mkdir(exist_ok=True)
    (folder / "leads.csv").write_bytes(b"lead_id,created_at\nL1,2026-11-01\n")
    (folder / "goals.csv").write_bytes(content)
    writer = FolderWriter(folder, Config(), tmp_path / "store", pause=lambda _: None)
    change = edits.change_id(DAY)
    moved = edits.altered(change, "target", "goals", {"goal_id": "G1", "target": 10.0}, {"target": 12.5})
    said = edits.new(
        change, "target", "target_changes", {"at": 1_795_600_000, "table": "goals", "key": "G1", "why": text}
    )
    writer.write(signed(moved, said), BERLIN)
    return folder


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_only_the_line_concerned_changes(tmp_path, encoding):
    folder = written(tmp_path, LINES.encode(encoding))
    expected = LINES.replace("G1;10;Grün", "G1;12.5;Grün")
    assert (folder / "goals.csv").read_bytes() == expected.encode(encoding)
    assert not list(folder.glob(".*"))


def test_a_text_that_a_spreadsheet_would_run_is_none(tmp_path):
    folder = written(tmp_path, LINES.encode())
    cells = (folder / "target_changes.csv").read_text().splitlines()[1].split(",")
    assert cells[-1] == "\u00a0=1+1"


def test_excels_own_line_and_a_file_without_an_end_of_line_are_kept(tmp_path):
    content = "sep=;\ngoal_id;target;start;due\nG1;10;2026-11-25;2026-11-25"
    folder = written(tmp_path, content.encode())
    assert (folder / "goals.csv").read_text() == content.replace(";10;", ";12.5;")


def test_a_sign_that_the_file_cannot_hold_is_told_and_nothing_is_written(tmp_path):
    folder = tmp_path / "csv"
    folder.mkdir()
    (folder / "leads.csv").write_bytes(b"lead_id,created_at\nL1,2026-11-01\n")
    before = "feedback_id;at;text;kind\nF1;2026-11-01;Grüße;insight\n".encode("cp1252")
    (folder / "feedback.csv").write_bytes(before)
    writer = FolderWriter(folder, Config(), tmp_path / "store", pause=lambda _: None)
    with pytest.raises(NotWrittenError, match=r"feedback\.csv is cp1252, which has no '🎉'"):
        writer.write(signed(told("party 🎉")), BERLIN)
    assert sorted(path.name for path in folder.iterdir()) == ["feedback.csv", "leads.csv"]
    assert (folder / "feedback.csv").read_bytes() == before
    writer.write(signed(told("Grüße zurück")), BERLIN)
    assert (folder / "feedback.csv").read_text("cp1252").count("Grüße") == 2
