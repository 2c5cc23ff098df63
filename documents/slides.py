"""The pack as slides to restyle: native charts and tables, one idea each, definitions in the notes.

A slide's title is the sentence that its topic comes to. Charts carry their numbers, so a click opens them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from io import BytesIO
from typing import Any, Final
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from pptx import Presentation
from pptx.enum.shapes import MSO_SHAPE
from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
from pptx.oxml import parse_xml
from pptx.util import Emu, Inches, Pt

from components.theme import Tone, tone_of_team
from documents import definitions, slide_charts, texts
from documents.pack import (
    NUMERIC,
    Amount,
    Badge,
    Block,
    Cell,
    Chapter,
    Column,
    Drawing,
    Facts,
    Grid,
    Pack,
    Progress,
    Says,
    Tile,
    Tiles,
    Topic,
    chunks,
)
from scorecard.words import Sentence, plain

_WIDTH, _HEIGHT = Inches(13.333), Inches(7.5)
_LEFT, _ROOM = Inches(0.6), Inches(12.13)
_TOP, _FLOOR = Inches(1.6), Inches(6.9)
_ROWS: Final = 12  # marks on one slide
_HEAD: Final = Inches(0.36)  # of a table
_AIRY: Final = 2  # rows of tiles that leave room for larger letters
_CHARACTERS: Final = 145  # of a table's text that stand beside each other
_FINE: Final = 12  # points of small print
_LINE: Final = 130  # characters of a sentence on one line
_TILES: Final = 9
_COURSES: Final = 6  # small charts of months on one slide
_BESIDE: Final = 2  # of them in one row
_WORDS: Final = 3  # sentences that leave room for a chart
_LONG: Final = 90  # characters of a title from which it is written smaller
_TITLED: Final = 5  # the layout with nothing but a title
_DRAWING: Final = "http://schemas.openxmlformats.org/drawingml/2006/main"
_NO_STYLE: Final = "{2D5ABB26-0587-4C30-8999-92F81FD0307C}"
_TIMES: Final = re.compile(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")


def write(pack: Pack, progress: Progress) -> bytes:
    """The PPTX's bytes; the same pack gives the same bytes."""
    deck = _Deck(pack)
    deck.cover()
    for chapter in pack.chapters:
        if not chapter.annex:
            progress(chapter.title)
            deck.chapter(chapter)
    deck.marks()
    return deck.bytes()


@dataclass(frozen=True)
class _Box:
    """A place on a slide, in EMU."""

    x: int
    y: int
    wide: int
    high: int


class _Deck:
    """The presentation as it grows."""

    def __init__(self, pack: Pack) -> None:
        self.pack, self.formats = pack, pack.formats
        self.file = Presentation()
        self.file.slide_width, self.file.slide_height = _WIDTH, _HEIGHT
        about = self.file.core_properties
        noon = datetime.combine(pack.day, time(12))
        about.title, about.author, about.language = pack.title, pack.organisation or "Tandem", "en-GB"
        about.subject, about.last_modified_by = pack.foot, pack.organisation or "Tandem"
        about.created = about.modified = noon
        about.revision = 1

    # --- slides

    def cover(self) -> None:
        """Whose, when, as of when, from where, and the answer."""
        pack = self.pack
        slide = self._slide(f"Scorecard of marketing and sales, {pack.period_name}", pack.foot)
        _bar(slide, _Box(_LEFT, Inches(1.0), _ROOM // 2, Inches(0.06)), "marketing")
        _bar(slide, _Box(_LEFT + _ROOM // 2, Inches(1.0), _ROOM // 2, Inches(0.06)), "sales")
        title = slide.shapes.title
        _place(title, _Box(_LEFT, Inches(1.7), _ROOM, Inches(1.1)))
        _restyle(title.text_frame, 38, bold=True)
        if pack.organisation:
            box = _Box(_LEFT, Inches(1.2), _ROOM, Inches(0.5))
            _write(slide, box, [[(pack.organisation, True)]], 18, "muted")
        _write(slide, _Box(_LEFT, Inches(3.1), _ROOM, Inches(3.2)), _runs(pack.verdict), 20, "ink")

    def chapter(self, chapter: Chapter) -> None:
        """The chapter's question and answer, what it has to say besides, then its topics."""
        topics = [topic for topic in chapter.topics if not topic.annex]
        slide = self._slide(chapter.question, _notes(chapter.verdict, ()))
        y = self._say(slide, _TOP, _runs(chapter.verdict), 24) if chapter.verdict else _TOP
        for topic in topics:
            lines = [[(topic.title, True)], *_runs(_words_of(topic))]
            if _only_words(topic) and y + _tall(lines, 16) <= _FLOOR:
                y = self._say(slide, y, lines, 16)
                slide.notes_slide.notes_text_frame.text += _spoken(_words_of(topic))
            else:
                self._topic(topic)

    def _say(self, slide: Any, y: int, lines: Sequence[Sequence[tuple[str, bool]]], size: int) -> int:
        """Puts sentences at that height and returns where they end."""
        high = _tall(lines, size)
        _write(slide, _Box(_LEFT, y, _ROOM, high), lines, size, "ink")
        return y + high

    def _topic(self, topic: Topic) -> None:
        notes = _notes(topic.says, topic.metrics) + _known(topic.blocks)
        small = [one for block in topic.blocks if isinstance(block, Says) for one in block.sentences]
        shown = [block for block in topic.blocks if not isinstance(block, Facts)] or topic.blocks
        for number, sheet in enumerate(_sheets(shown)):
            said = plain(topic.says[0]) if topic.says and number == 0 else ""
            title = said or (topic.title if number == 0 else f"{topic.title} ({number + 1})")
            beside = topic.title if said else ""
            slide = self._slide(title, notes + _spoken(small), beside, topic.badges)
            _fill(slide, sheet, self)

    def marks(self) -> None:
        """The rule behind each mark."""
        marks = [one for one in self.pack.definitions if one.badge is not None]
        columns = (Column("Mark", "badge", 1), Column("Its rule", "text", 5))
        for some in chunks(marks, _ROWS):
            slide = self._slide("What the marks mean", "")
            grid = Grid(columns, tuple((one.badge, one.means) for one in some))
            self.grid(slide, grid, _Box(_LEFT, _TOP, _ROOM, _FLOOR - _TOP))

    def _slide(self, title: str, notes: str, beside: str = "", badges: Sequence[Badge] = ()) -> Any:
        slide = self.file.slides.add_slide(self.file.slide_layouts[_TITLED])
        shape = slide.shapes.title
        _place(shape, _Box(_LEFT, Inches(0.55), _ROOM, Inches(0.95)))
        frame = shape.text_frame
        frame.text = texts.brief(title)
        frame.word_wrap, frame.vertical_anchor = True, MSO_ANCHOR.TOP
        _restyle(frame, 20 if len(title) > _LONG else 26, bold=True)
        line = [(beside, False), *((f"   {mark}", True) for mark in badges)]
        if any(words for words, _ in line):
            _write(slide, _Box(_LEFT, Inches(0.25), _ROOM, Inches(0.35)), [line], 14, "muted")
        self._foot(slide)
        slide.notes_slide.notes_text_frame.text = "\n".join(part for part in (notes, self.pack.foot) if part)
        return slide

    def _foot(self, slide: Any) -> None:
        number = str(len(self.file.slides))
        _write(
            slide,
            _Box(_LEFT, Inches(7.02), Inches(11), Inches(0.3)),
            [[(self.pack.foot, False)]],
            10,
            "muted",
        )
        box = _Box(_LEFT + Inches(11.13), Inches(7.02), Inches(1), Inches(0.3))
        _write(slide, box, [[(number, False)]], 10, "muted", PP_ALIGN.RIGHT)

    # --- blocks

    def drawing(self, slide: Any, block: Drawing, box: _Box) -> None:
        """A native chart, with the words for those who can't see it."""
        if block.title:
            head = _Box(box.x, box.y, box.wide, Inches(0.35))
            _write(slide, head, [[(block.title, True)]], 14, "muted")
            box = _Box(box.x, box.y + Inches(0.35), box.wide, box.high - Inches(0.35))
        bars = len(block.native.categories) * len(block.native.series)
        lying = block.native.kind in slide_charts.LYING
        high = min(box.high, Inches(1) + Inches(0.42) * bars) if lying else box.high
        frame = slide_charts.add(slide, block.native, (box.x, box.y, box.wide, high), self.formats)
        _describe(frame, block.title or block.name, block.figure.says)

    def grid(self, slide: Any, grid: Grid, box: _Box) -> None:
        """A native table."""
        talls = [_HEAD, *(_tall_row(row, grid.columns) for row in grid.rows)]
        size = (box.wide, min(sum(talls), box.high))
        frame = slide.shapes.add_table(len(talls), len(grid.columns), box.x, box.y, *size)
        _describe(frame, grid.title or "Table", f"A table of {len(grid.rows)} rows.")
        table = frame.table
        _plain_style(frame)
        whole = sum(column.wide for column in grid.columns)
        for i, column in enumerate(grid.columns):
            table.columns[i].width = Emu(int(box.wide * column.wide / whole))
            self._cell(table.cell(0, i), column.title, column, head=True)
        for place, tall in enumerate(talls):
            table.rows[place].height = Emu(tall)
        for y, row in enumerate(grid.rows, 1):
            for x, (cell, column) in enumerate(zip(row, grid.columns, strict=True)):
                indent = "   " * grid.depths[y - 1] if x == 0 and grid.depths else ""
                self._cell(table.cell(y, x), cell, column, indent=indent)

    def _cell(self, cell: Any, value: Cell, column: Column, *, head: bool = False, indent: str = "") -> None:
        frame = cell.text_frame
        text = str(value) if head else texts.of_cell(value, column.kind, self.formats)
        frame.text = f"{indent}{text}"
        paragraph = frame.paragraphs[0]
        paragraph.alignment = PP_ALIGN.RIGHT if column.kind in NUMERIC else PP_ALIGN.LEFT
        tone: Tone = "muted" if head else value.tone if isinstance(value, Badge) else "ink"
        _font(paragraph.font, 12, tone, bold=head or isinstance(value, Badge))
        cell.margin_left = cell.margin_right = Inches(0.06)
        cell.margin_top = cell.margin_bottom = Inches(0.03)
        cell.vertical_anchor = MSO_ANCHOR.MIDDLE
        _underline(cell, "muted" if head else "track", 1.25 if head else 0.75)

    def tiles(self, slide: Any, tiles: Sequence[Tile], box: _Box) -> None:
        """Three beside each other."""
        rows = -(-len(tiles) // 3)
        gap = Inches(0.15)
        airy = rows <= _AIRY and box.high >= rows * Inches(2.2)
        most = Inches(2.2) if airy else Inches(1.75)
        wide, high = (box.wide - 2 * gap) // 3, min((box.high - (rows - 1) * gap) // rows, most)
        for i, one in enumerate(tiles):
            x, y = box.x + (i % 3) * (wide + gap), box.y + (i // 3) * (high + gap)
            _bar(slide, _Box(x, y, Inches(0.05), high), tone_of_team(one.team))
            lines: list[list[tuple[str, bool]]] = [[(one.name, True)], [(one.text, True)]]
            lines += [[(line, False)] for line in one.fine]
            box_ = _Box(x + Inches(0.1), y, wide - Inches(0.1), high)
            shape = _write(slide, box_, lines, 13 if airy else 11, "muted")
            _headline(shape.text_frame.paragraphs[1], one, 30 if airy else 24)

    def bytes(self) -> bytes:
        """The file, its parts stamped with the pack's day."""
        made = BytesIO()
        self.file.save(made)
        return _stamped(made.getvalue(), self.pack.day)


# --- what goes on which slide -----------------------------------------------------------------------------


@dataclass
class _Sheet:
    """What one slide shows: blocks beside each other, and sentences under them."""

    blocks: list[Block]
    said: list[Sentence]


def _sheets(blocks: Sequence[Block]) -> list[_Sheet]:
    """One idea a slide: a chart, two halves, a piece of a table, tiles; sentences follow what they are of."""
    found: list[_Sheet] = []
    for block in blocks:
        if isinstance(block, Says):
            if not (block.small or (found and _is_full(found[-1]))):
                (found or _begun(found))[-1].said.extend(block.sentences)
        elif found and _joins(block, found[-1]):
            found[-1].blocks.append(block)
        else:
            found += [_Sheet([part], []) for part in _parts(block)]
    return found


def _joins(block: Block, sheet: _Sheet) -> bool:
    """Whether it stands on a slide begun with words, a half, small courses, a chart whose figures it is."""
    blocks = sheet.blocks
    if not blocks:
        return isinstance(block, Drawing) and len(sheet.said) <= _WORDS
    if all(map(_is_course, (block, *blocks))):
        return len(blocks) < _COURSES
    if len(blocks) > 1 or not _is_half(blocks[0]):
        return False
    return _is_half(block) or (isinstance(block, Tiles) and len(block.items) <= _TILES)


def _is_full(sheet: _Sheet) -> bool:
    """A chart and its figures: what is said besides stands in the notes."""
    return any(isinstance(block, Tiles) for block in sheet.blocks[1:])


def _is_course(block: Block) -> bool:
    return _is_half(block) and isinstance(block, Drawing) and block.native.kind == "lines"


def _begun(found: list[_Sheet]) -> list[_Sheet]:
    found.append(_Sheet([], []))
    return found


def _is_half(block: Block) -> bool:
    return isinstance(block, Drawing) and block.half


def _parts(block: Block) -> Iterator[Block]:
    if isinstance(block, Grid):
        yield from _stretches(block)
    elif isinstance(block, Tiles):
        yield from (Tiles(tuple(some)) for some in chunks(block.items, _TILES))
    elif isinstance(block, Facts):
        columns = (Column("", "text", 1), Column("", "name", 4))
        yield from _parts(Grid(columns, block.pairs))
    else:
        yield block


def _stretches(grid: Grid) -> Iterator[Grid]:
    """A table in pieces that fit and are about as tall as each other."""
    talls = [_tall_row(row, grid.columns) for row in grid.rows]
    room = _FLOOR - _TOP - _HEAD
    most = sum(talls) / max(1, -(-sum(talls) // room))
    start, high = 0, 0
    for end, tall in enumerate(talls):
        if end > start and (high + tall > room or high >= most):
            yield _stretch(grid, start, end)
            start, high = end, 0
        high += tall
    if start < len(talls):
        yield _stretch(grid, start, len(talls))


def _stretch(grid: Grid, start: int, end: int) -> Grid:
    return Grid(grid.columns, grid.rows[start:end], grid.title, grid.depths[start:end])


def _tall_row(row: Sequence[Cell], columns: Sequence[Column]) -> int:
    """How tall a row is, in EMU, by an estimate of the lines that its longest cell takes."""
    whole = sum(column.wide for column in columns)
    lines = max(
        (
            -(-len(str(cell)) // max(1, int(_CHARACTERS * column.wide / whole) - 2))
            for cell, column in zip(row, columns, strict=True)
            if not isinstance(cell, (int, float, Amount))
        ),
        default=1,
    )
    return max(Inches(0.4), Inches(0.14) + Inches(0.2) * lines)


def _tall(lines: Sequence[Sequence[tuple[str, bool]]], size: int) -> int:
    """How tall sentences of that size are, in EMU, by an estimate of their lines."""
    across = int(_ROOM / Pt(size) / 0.48)
    parts = sum(max(1, -(-sum(len(words) for words, _ in line) // across)) for line in lines)
    return int(Pt(size) * (1.2 * parts + 0.4 * len(lines) + 0.6))


def _only_words(topic: Topic) -> bool:
    return all(isinstance(block, Says) for block in topic.blocks)


def _words_of(topic: Topic) -> list[Sentence]:
    """Its sentences; of small print only what stands alone."""
    blocks = [block for block in topic.blocks if isinstance(block, Says)]
    loud = [block for block in blocks if not block.small] or blocks
    return [*topic.says, *(one for block in loud for one in block.sentences)]


def _runs(sentences: Sequence[Sentence]) -> list[list[tuple[str, bool]]]:
    return [[(piece.text, piece.strong) for piece in one] for one in sentences]


def _fill(slide: Any, sheet: _Sheet, deck: _Deck) -> None:
    under = Inches(0.42) * min(len(sheet.said) + sum(len(plain(s)) > _LINE for s in sheet.said), 6)
    floor = _FLOOR - (under if sheet.blocks else 0)
    for block, box in zip(sheet.blocks, _boxes(sheet.blocks, floor), strict=True):
        if isinstance(block, Drawing):
            deck.drawing(slide, block, box)
        elif isinstance(block, Grid):
            deck.grid(slide, block, box)
        elif isinstance(block, Tiles):
            deck.tiles(slide, block.items, box)
    if sheet.said:
        said = _runs(sheet.said)
        box = _Box(_LEFT, floor if sheet.blocks else _TOP, _ROOM, under or Inches(1))
        _write(slide, box, said, 14 if sheet.blocks else 18, "ink")


def _boxes(blocks: Sequence[Block], floor: int) -> list[_Box]:
    """Beside each other, many in two rows."""
    gap = Inches(0.25)
    if any(isinstance(block, Tiles) for block in blocks[1:]):  # tiles under the chart they go with
        chart = _Box(_LEFT, _TOP, _ROOM, Inches(1.8))
        return [chart, _Box(_LEFT, _TOP + chart.high + gap, _ROOM, floor - _TOP - chart.high - gap)]
    rows = 2 if len(blocks) > _BESIDE else 1
    across = -(-len(blocks) // rows)
    wide, high = (_ROOM - gap * (across - 1)) // max(across, 1), (floor - _TOP - gap * (rows - 1)) // rows
    places = (divmod(i, across) for i in range(len(blocks)))
    return [_Box(_LEFT + x * (wide + gap), _TOP + y * (high + gap), wide, high) for y, x in places]


# --- notes ------------------------------------------------------------------------------------------------


def _notes(said: Sequence[Sentence], metrics: Sequence[str]) -> str:
    """What is said, and what the figures mean."""
    known = [one for one in map(definitions.of_metric, metrics) if one is not None]
    return "\n".join([*map(plain, said), *(f"{one.name}: {one.means}" for one in known)])


def _spoken(sentences: Sequence[Sentence]) -> str:
    return "".join(f"\n{plain(one)}" for one in sentences)


def _known(blocks: Sequence[Block]) -> str:
    """Facts are for whoever speaks: they stand in the notes."""
    pairs = [pair for block in blocks if isinstance(block, Facts) for pair in block.pairs]
    return "".join(f"\n{name}: {words}" for name, words in pairs)


# --- shapes -----------------------------------------------------------------------------------------------


def _write(
    slide: Any,
    box: _Box,
    lines: Sequence[Sequence[tuple[str, bool]]],
    size: int,
    tone: Tone,
    align: Any = PP_ALIGN.LEFT,
) -> Any:
    """A text box; each line is a paragraph of runs, (words, bold)."""
    shape = slide.shapes.add_textbox(box.x, box.y, box.wide, box.high)
    frame = shape.text_frame
    frame.word_wrap = True
    for i, line in enumerate(lines):
        paragraph = frame.paragraphs[0] if i == 0 else frame.add_paragraph()
        paragraph.alignment, paragraph.space_after = align, Pt(size / 2.5 if size > _FINE else 1.5)
        for words, bold in line:
            run = paragraph.add_run()
            run.text = words.replace("\n", " ")
            _font(run.font, size, tone, bold=bold)
    return shape


def _headline(paragraph: Any, one: Tile, size: int) -> None:
    """The tile's figure, large, with its status."""
    _font(paragraph.runs[0].font, size, "muted" if one.faint else "ink", bold=True)
    if one.status is not None:
        run = paragraph.add_run()
        run.text = f"  {one.status}"
        _font(run.font, size / 2 + 1, one.status.tone, bold=True)


def _font(font: Any, size: float, tone: Tone, *, bold: bool = False) -> None:
    font.size, font.bold = Pt(size), bold
    font.color.rgb = slide_charts.colour(tone)


def _restyle(frame: Any, size: int, *, bold: bool) -> None:
    for paragraph in frame.paragraphs:
        paragraph.alignment = PP_ALIGN.LEFT
        _font(paragraph.font, size, "ink", bold=bold)


def _bar(slide: Any, box: _Box, tone: Tone) -> None:
    shape = slide.shapes.add_shape(MSO_SHAPE.RECTANGLE, box.x, box.y, box.wide, box.high)
    shape.fill.solid()
    shape.fill.fore_color.rgb = slide_charts.colour(tone)
    shape.line.fill.background()
    _describe(shape, "Line", "")


def _place(shape: Any, box: _Box) -> None:
    shape.left, shape.top, shape.width, shape.height = box.x, box.y, box.wide, box.high


def _describe(shape: Any, name: str, says: str) -> None:
    """Its name, and what it shows in words."""
    about = shape._element.xpath(".//p:cNvPr")[0]  # noqa: SLF001 - python-pptx has no way to say it
    about.set("name", texts.brief(name))
    about.set("descr", says)


def _plain_style(frame: Any) -> None:
    """No coloured bands: 'No Style, No Grid', and a line under each row."""
    table = frame._element.graphic.graphicData.tbl  # noqa: SLF001 - the same
    table.tblPr.find(f"{{{_DRAWING}}}tableStyleId").text = _NO_STYLE
    frame.table.horz_banding = False


def _underline(cell: Any, tone: Tone, points: float) -> None:
    colour = slide_charts.colour(tone)
    line = parse_xml(
        f'<a:lnB xmlns:a="{_DRAWING}" w="{int(points * 12_700)}"><a:solidFill><a:srgbClr val="{colour}"/>'
        "</a:solidFill></a:lnB>"
    )
    cell._tc.get_or_add_tcPr().append(line)  # noqa: SLF001 - the same


def _stamped(file: bytes, day: date) -> bytes:
    """The same parts with the pack's day for every time, in the workbooks of charts too."""
    made = BytesIO()
    with ZipFile(BytesIO(file)) as old, ZipFile(made, "w", ZIP_DEFLATED) as new:
        for part in old.infolist():
            content = old.read(part)
            if part.filename.endswith(".xlsx"):
                content = _stamped(content, day)
            elif part.filename == "docProps/core.xml":
                content = _TIMES.sub(day.isoformat().encode() + b"T12:00:00Z", content)
            stamp = ZipInfo(part.filename, (day.year, day.month, day.day, 12, 0, 0))
            new.writestr(stamp, content, ZIP_DEFLATED)
    return made.getvalue()
