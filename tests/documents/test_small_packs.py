"""Packs of odd companies: hostile words stay words, an empty one gets a helpful page, no network is asked."""

import io
import shutil
import subprocess
import sys
from contextlib import suppress

import pytest
from openpyxl import load_workbook
from pptx import Presentation
from pypdf import PdfReader

from scorecard.__main__ import main
from tests.browser import ROOT
from tests.documents.builders import HOSTILE, export, flat, squeezed
from tests.scorecard.builders import NOW, lead, write

READABLE = [flat(text) for text in HOSTILE if text.isascii() and text.isprintable()]


@pytest.fixture(scope="module")
def hostile(tmp_path_factory):
    """A company whose every name is an attempt."""
    leads = [
        lead(
            f"L{i}",
            source=text,
            owner=text,
            handed_off_at="2026-10-06 10:00:00",
            rejected_at="2026-10-07 10:00:00",
            reject_reason=text,
        )
        for i, text in enumerate(HOSTILE)
    ]
    goal = {"target": 100, "start": "2026-10-01", "due": "2026-12-31", "kind": "total", "unit": "number"}
    goals = [goal | {"goal_id": text, "name": text, "owner": text, "strategy": text} for text in HOSTILE]
    settings = [{"key": "organisation", "value": "#panic() *Evil* & Söhne"}]
    path = tmp_path_factory.mktemp("hostile") / "c.db"
    return export(write(path, leads=leads, goals=goals, settings=settings))


@pytest.fixture(scope="module")
def empty(tmp_path_factory):
    """A company of which nothing is known yet: its one lead comes later."""
    path = tmp_path_factory.mktemp("empty") / "c.db"
    url = write(path, leads=[lead("a")], settings=[{"key": "locale", "value": "en_US"}])
    return export(url, as_of="2026-09-01")


def test_hostile_words_are_only_words_on_paper(hostile):
    read = PdfReader(io.BytesIO(hostile.file("pdf")))
    text = squeezed(" ".join(page.extract_text() for page in read.pages))
    assert [word for word in READABLE if squeezed(word) not in text] == []
    assert "#panic()*Evil*&Söhne" in text
    assert read.metadata.author == "#panic() *Evil* & Söhne"
    links = [a.get_object() for page in read.pages for a in page.get("/Annots", ())]
    assert [a for a in links if "/URI" in a.get("/A", {})] == []


def test_hostile_words_are_only_words_on_slides_and_in_cells(hostile):
    deck = Presentation(io.BytesIO(hostile.file("pptx")))
    tables = [shape.table for slide in deck.slides for shape in slide.shapes if shape.has_table]
    cells = {flat(cell.text) for table in tables for row in table.rows for cell in row.cells}
    assert cells >= {word for word in READABLE if len(word) < 40}
    book = load_workbook(io.BytesIO(hostile.file("xlsx")))
    every = [c for sheet in book for line in sheet.iter_rows() for c in line]
    assert {c.data_type for c in every} <= {"n", "s", "d"}
    assert not any(c.hyperlink for c in every)


def test_an_empty_company_gets_a_pack_that_says_what_to_fill(empty):
    read = PdfReader(io.BytesIO(empty.file("pdf")))
    text = flat(" ".join(page.extract_text() for page in read.pages))
    assert "No shared goals yet" in text
    assert "What is locked" in text
    assert "no data" in text.lower()
    assert len(read.pages) < 25


def test_paper_follows_the_locale(empty):
    page = PdfReader(io.BytesIO(empty.file("pdf"))).pages[0]
    assert (round(page.mediabox.width), round(page.mediabox.height)) == (612, 792)


@pytest.mark.parametrize("form", ["pdf", "pptx", "xlsx", "csv"])
def test_the_same_pack_is_the_same_file(empty, form):
    assert empty.file(form) == empty.file(form)


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice isn't installed")
def test_an_office_program_opens_the_slides(empty, tmp_path):
    (tmp_path / "pack.pptx").write_bytes(empty.file("pptx"))
    profile = f"-env:UserInstallation=file://{tmp_path}/profile"
    command = [
        shutil.which("soffice"),
        profile,
        "--headless",
        "--convert-to",
        "pdf",
        "--outdir",
        str(tmp_path),
    ]
    subprocess.run([*command, str(tmp_path / "pack.pptx")], check=True, capture_output=True, timeout=100)
    slides = len(Presentation(tmp_path / "pack.pptx").slides)
    assert len(PdfReader(tmp_path / "pack.pdf").pages) == slides


# --- the command ------------------------------------------------------------------------------------------


def without_network():
    """A command in front of others that takes the network away; empty where that isn't allowed."""
    unshare = shutil.which("unshare")
    with suppress(subprocess.CalledProcessError):
        if unshare is not None:
            subprocess.run([unshare, "-rn", "true"], check=True, capture_output=True)
            return [unshare, "-rn"]
    return []


def test_the_command_writes_files_without_a_network_and_without_streamlit(tmp_path):
    source = write(tmp_path / "c.db", leads=[lead("a"), lead("b", amount=-5, won_at="2026-10-09 09:00:00")])
    script = "import sys\nfrom scorecard.__main__ import main\ncode = main(sys.argv[1:])\n"
    script += "sys.exit(code + 10 * ('streamlit' in sys.modules))"
    asked = ["export", "--source", source, "--as-of", "2026-11-20", "--pdf", str(tmp_path / "a.pdf")]
    asked += ["--csv", str(tmp_path / "a.csv")]
    command = [*without_network(), sys.executable, "-c", script, *asked]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 1, done.stderr  # the data have an error
    assert "amount can't be -5" in done.stderr
    assert len(PdfReader(tmp_path / "a.pdf").pages) > 5
    assert (tmp_path / "a.csv").read_text("utf-8-sig").startswith("metric,team,scope")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.csv", "a.pdf", "c.db"]


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ([], "Say what to write"),
        (["--chart", "funnel"], "--chart NAME goes with --png FILE or --svg FILE"),
        (["--png", "a.png"], "--chart NAME goes with"),
        (["--pdf", "a.pdf", "--csv", "a.pdf"], "Two of the files have the same name"),
        (["--pdf", "nowhere/a.pdf"], "there is no folder"),
        (["--pdf", "a.pdf", "--paper", "a3"], "invalid choice"),
        (["--pdf", "a.pdf", "--period", "2026-Q9"], "2026-Q9"),
        (["--pdf", "a.pdf", "--source", "nonsense://x"], "nonsense"),
    ],
)
def test_what_cannot_be_followed_is_one_line(tmp_path, monkeypatch, capsys, arguments, complaint):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TANDEM_SOURCE", write(tmp_path / "c.db", leads=[lead("a")]))
    assert main(["export", *arguments], NOW) == 2
    said = capsys.readouterr().err
    assert complaint in said
    assert said.count("\n") == 1
    assert [p.name for p in tmp_path.iterdir()] == ["c.db"]
