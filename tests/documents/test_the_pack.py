"""The board pack of a company, read back by others' readers: its figures are the report's, in German."""

import io
from datetime import date

import pytest
from openpyxl import load_workbook
from pptx import Presentation
from pypdf import PdfReader

from documents import definitions
from documents.contents import CHAPTERS
from scorecard import (
    backward_words,
    calendar_entries,
    calendar_view,
    goal_tree,
    report,
    touch_work_view,
)
from scorecard.metrics import METRICS
from scorecard.problems import Severity
from scorecard.words import plain
from tests.documents.builders import export, flat, squeezed, written
from tests.pages.demo_store import demo_store

_FILES = {"/FontFile", "/FontFile2", "/FontFile3"}
_TYPED = {"numerator", "denominator", "n", "expected", "value", "low", "high", "target"}


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """The export of a small demo company."""
    return export(demo_store(tmp_path_factory.mktemp("pack"), 700), locale="de_DE")


@pytest.fixture(scope="module")
def rows(made):
    """The report, asked for by itself."""
    asked = made.asked
    return report.report(asked.dataset, asked.period, asked.as_of)


@pytest.fixture(scope="module")
def paper(made):
    return PdfReader(io.BytesIO(made.file("pdf")))


@pytest.fixture(scope="module")
def pages(paper):
    return [flat(page.extract_text()) for page in paper.pages]


@pytest.fixture(scope="module")
def deck(made):
    return Presentation(io.BytesIO(made.file("pptx")))


@pytest.fixture(scope="module")
def book(made):
    return load_workbook(io.BytesIO(made.file("xlsx")))


# --- on paper ---------------------------------------------------------------------------------------------


def test_every_figure_of_the_report_stands_in_the_annex(pages, rows):
    start = next(i for i, page in enumerate(pages) if i > 1 and "What does every figure say?" in page)
    annex = squeezed(" ".join(pages[start:]))
    known = [r for r in rows if r.metric in METRICS and r.scope == "all" and r.value is not None]
    missing = [r.metric for r in known if squeezed(METRICS[r.metric].label + written(r)) not in annex]
    assert (missing, len(known) > 30) == ([], True)


def test_goals_stand_with_their_owner_and_their_share_of_the_target(pages, made, rows):
    text = flat(" ".join(pages))
    owners = {line.goal_id: line.owner for line in lines_of(made)}
    goals = {
        r.scope.partition("=")[2]: r for r in rows if r.metric == "goal_progress" and r.value is not None
    }
    missing = [g for g, row in goals.items() if written(row) not in text or owners[g] not in text]
    assert (missing, len(goals) > 10) == ([], True)


def lines_of(made):
    asked = made.asked
    return goal_tree.lines(asked.dataset, asked.period, asked.as_of)


def test_the_plan_back_from_the_revenue_target_stands_on_paper_and_on_a_slide(pages, deck, made):
    asked = made.asked
    key = next(iter(backward_words.offered(asked.dataset, asked.period)))
    told = backward_words.read(asked.dataset, asked.period, asked.as_of, key)
    takes = plain(told.verdict[0]).replace("try one below", "the page Goals can try one")
    text = squeezed(" ".join(pages))
    assert [said for said in (takes, *(rate.real for rate in told.rates)) if squeezed(said) not in text] == []
    assert len(told.rates) > 5
    assert flat(takes) in {flat(slide.shapes.title.text) for slide in deck.slides}


def test_what_runs_and_comes_on_the_calendar_is_drawn(made, deck):
    drawn = next(d for d in made.pack.drawings() if d.name.startswith("calendar"))
    asked = made.asked
    period, _ = calendar_view.shown(asked.dataset, asked.as_of, None, None)
    ahead = [
        e for e in calendar_entries.entries(asked.dataset, asked.as_of)
        if e.stage == "planned" and e.touches(period.start, period.last_day)
    ]  # fmt: skip
    assert len(ahead) > 5
    assert {e.title for e in ahead} <= set(drawn.figure.table.frame["What"])
    spans = next(s.chart for s in shapes(deck) if s.has_chart and s.chart.plots[0].series[0].name == "From")
    begins = dict(zip(spans.plots[0].categories, spans.plots[0].series[0].values, strict=True))
    days = {f"◷ {e.title}": max(e.first, period.start) - date(1899, 12, 30) for e in ahead}
    assert {name: begins[name] for name in days} == {name: day.days for name, day in days.items()}


def test_campaigns_are_whole_and_stand_together_where_they_fit(pages, deck, made):
    chapter = next(c for c in made.pack.chapters if c.key == "campaigns")
    shown = [topic for topic in chapter.topics if topic.whole]
    verdicts = [squeezed(plain(topic.says[0])) for topic in shown]
    places = [n for one in verdicts for n, page in enumerate(pages) if one in squeezed(page)]
    ends = [n for n, page in enumerate(pages) for _ in range(squeezed(page).count("Keyofsales"))]
    assert places == ends
    assert len(set(places)) < len(shown)
    titles = [flat(slide.shapes.title.text) for slide in deck.slides]
    assert all(flat(plain(topic.says[0])) in titles and f"{topic.title} (2)" not in titles for topic in shown)


def test_as_of_and_source_stand_on_every_page_and_its_number_on_all_but_the_cover(pages, made):
    foot = f"As of 21.11.2026 · Source: {made.pack.source}"
    assert all(foot in page for page in pages)
    last = len(pages)
    numbered = [f"{n} / {last}" in page for n, page in enumerate(pages, 1)]
    assert numbered == [False] + [True] * (last - 1)


def test_the_pack_has_the_chapters_in_contents_and_bookmarks(paper, pages, made):
    questions = [chapter.question for chapter in made.pack.chapters]
    assert len(questions) == len(CHAPTERS) + 1
    bookmarks = [one.title for one in paper.outline if not isinstance(one, list)]
    assert bookmarks == [*questions, "What the figures and marks mean"]
    assert all(question in flat(" ".join(pages[1:3])) for question in questions)
    assert 20 <= len(pages) <= 60


def test_title_language_and_tags_are_there_for_those_who_listen(paper, made):
    root = paper.trailer["/Root"]
    assert paper.metadata.title == "Halden & Pike: scorecard of marketing and sales, Q4 2026"
    assert root["/Lang"] == "en-GB"
    assert root["/MarkInfo"]["/Marked"]
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert "pdfuaid" in root["/Metadata"].get_data().decode()
    said = [figure["/Alt"] for figure in tagged(root["/StructTreeRoot"]) if figure.get("/S") == "/Figure"]
    assert sorted(map(flat, said)) == sorted(flat(d.figure.says) for d in made.pack.drawings())


def tagged(element):
    """Every element of the tree of tags."""
    kids = element.get("/K", [])
    for kid in kids if isinstance(kids, list) else [kids]:
        found = kid.get_object()
        if hasattr(found, "get"):
            yield found
            yield from tagged(found)


def test_every_typeface_is_embedded(paper):
    fonts = {}
    for page in paper.pages:
        collect(page["/Resources"], fonts)
    assert {name.partition("+")[2].partition("-")[0] for name in fonts} >= {"FiraGO", "NotoSansSymbols2"}
    assert [name for name, embedded in fonts.items() if not embedded] == []


def collect(resources, fonts):
    """The fonts of a page and of the pictures on it: name, and whether its file is there."""
    for found in (resources.get_object().get("/Font") or {}).values():
        font = found.get_object()
        for part in font.get("/DescendantFonts", [font]):
            about = part.get_object()["/FontDescriptor"].get_object()
            fonts[str(font["/BaseFont"]).lstrip("/")] = bool(_FILES & set(about))
    for found in (resources.get_object().get("/XObject") or {}).values():
        if "/Resources" in found.get_object():
            collect(found.get_object()["/Resources"], fonts)


# --- slides -----------------------------------------------------------------------------------------------


def shapes(deck):
    return [shape for slide in deck.slides for shape in slide.shapes]


def test_tiles_on_slides_say_what_the_report_says(deck, rows):
    said = {
        shape.text_frame.paragraphs[0].text: shape.text_frame.paragraphs[1].text
        for shape in shapes(deck)
        if shape.has_text_frame and len(shape.text_frame.paragraphs) > 1
    }
    shown = (*touch_work_view.METRICS_SHOWN, "mql_to_sql_rate", "lead_to_win_rate", "recycle_rate")
    known = {r.metric: r for r in rows if r.metric in shown and r.scope == "all" and r.value is not None}
    wrong = [m for m, row in known.items() if not flat(said[METRICS[m].label]).startswith(written(row))]
    assert (wrong, len(known) > 8) == ([], True)


def test_charts_on_slides_are_native_and_hold_the_reports_figures(deck, made, rows):
    charts = [shape.chart for shape in shapes(deck) if shape.has_chart]
    assert len(charts) == sum(not topic_is_annex for topic_is_annex in annexes(made.pack))
    shares = {}
    for chart in charts:
        if [s.name for s in chart.plots[0].series] == ["Reached", "Expected by now"]:
            shares |= dict(zip(chart.plots[0].categories, chart.plots[0].series[0].values, strict=True))
    names = {line.goal_id: line.name for line in lines_of(made)}
    goals = [r for r in rows if r.metric == "goal_progress"]
    assert {names[r.scope.partition("=")[2]]: r.value for r in goals}.items() <= shares.items()


def test_months_on_slides_are_dates_of_which_there_is_room_for_some(deck):
    """A month's name at each place would be broken letter by letter."""
    axes = [
        axis
        for shape in shapes(deck)
        if shape.has_chart
        for axis in shape.chart._chartSpace.xpath(".//c:dateAx")
    ]
    monthly = [axis for axis in axes if axis.xpath("./c:baseTimeUnit/@val") == ["months"]]
    assert len(monthly) >= 5  # the hand-off's figures of twelve months
    assert all(int(axis.xpath("./c:majorUnit/@val")[0]) >= 3 for axis in monthly)


def annexes(pack):
    """For each chart whether it stands in an annex."""
    return [
        topic.annex or chapter.annex
        for chapter in pack.chapters
        for topic in chapter.topics
        for block in topic.blocks
        if type(block).__name__ == "Drawing"
    ]


def test_every_slide_has_a_title_its_source_and_notes(deck, made):
    for slide in deck.slides:
        assert slide.shapes.title.text
        assert any(s.has_text_frame and s.text_frame.text == made.pack.foot for s in slide.shapes)
        assert made.pack.foot in slide.notes_slide.notes_text_frame.text
    notes = " ".join(slide.notes_slide.notes_text_frame.text for slide in deck.slides)
    assert definitions.of_metric("acceptance_rate").means in notes
    assert all(shape._element.xpath(".//p:cNvPr/@descr") for shape in shapes(deck) if shape.has_chart)


# --- the workbook -----------------------------------------------------------------------------------------


def test_the_report_sheet_is_the_report(book, rows):
    head, *lines = book["Report"].iter_rows(values_only=True)
    for line, row in zip(lines, rows, strict=True):
        read = {name: cell for name, cell in zip(head, line, strict=True) if cell is not None}
        wanted = {name: cell for name, cell in row.as_dict().items() if cell not in (None, "")}
        assert read.keys() == wanted.keys()
        assert [read[n] for n in wanted if n in _TYPED] == pytest.approx(
            [wanted[n] for n in wanted if n in _TYPED], rel=1e-14
        )
        assert [read[n] for n in wanted if n not in _TYPED] == [wanted[n] for n in wanted if n not in _TYPED]


def test_cells_are_typed(book, rows):
    sheet = book["Report"]
    head = [cell.value for cell in sheet[1]]
    for line, row in zip(sheet.iter_rows(min_row=2), rows, strict=True):
        for name, cell in zip(head, line, strict=True):
            assert cell.value is None or (cell.data_type == "n") == (name in _TYPED)
        if row.value is not None:
            assert ("%" in line[head.index("value")].number_format) == (row.unit == "percent")
            assert ("€" in line[head.index("value")].number_format) == (row.unit == "currency")
    days = [c for line in book["Campaigns"].iter_rows() for c in line if c.is_date]
    assert len(days) > 10


def test_a_sheet_a_chapter_and_no_formula_anywhere(book, made):
    assert book.sheetnames[0] == "About"
    assert {chapter.title for chapter in made.pack.chapters if not chapter.annex} <= set(book.sheetnames)
    assert {c.data_type for sheet in book for line in sheet.iter_rows() for c in line} <= {"n", "s", "d"}
    meanings = {line[0]: line[1] for line in book["Definitions"].iter_rows(values_only=True)}
    assert meanings["Acceptance rate"] == definitions.of_metric("acceptance_rate").means


# --- what else --------------------------------------------------------------------------------------------


def test_a_chart_by_its_name_is_a_picture_and_a_wrong_name_lists_all(made):
    assert made.file("png", "funnel").startswith(b"\x89PNG")
    svg = made.file("svg", "funnel").decode()
    assert "Handed off" in svg
    assert "FiraGO" in svg
    wrong = r"no chart 'funel'. Did you mean funnel\? The charts are: .*reasons"
    with pytest.raises(ValueError, match=wrong):
        made.file("png", "funel")


def test_errors_are_those_of_the_data(made):
    assert made.errors()
    assert {p.severity for p in made.errors()} == {Severity.ERROR}
