"""The pack on paper: a tagged PDF with contents, bookmarks, page numbers, and its source on every page.

Typst sets it (board_pack.typ says how it looks): it embeds the typefaces it uses, as subsets, and writes
PDF/UA-1 where every sign has a glyph. A name in a script that ours lack is tried with the machine's own.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, time
from pathlib import Path
from typing import Any, Final, Literal

import typst
from babel import Locale

from components.theme import TONES, light, tone_of_team
from documents import drawing, fonts, texts
from documents.pack import (
    NUMERIC,
    Badge,
    Block,
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
)
from scorecard.formats import Formats
from scorecard.words import Sentence

Paper = Literal["a4", "letter"]
PAPERS: Final[dict[Paper, str]] = {"a4": "a4", "letter": "us-letter"}
_TEMPLATE: Final = Path(__file__).with_name("board_pack.typ")
_WIDTHS: Final[dict[Paper, float]] = {"a4": 481.9, "letter": 498.6}  # pt between the margins
_GROUND: Final = "#F5F6F8"
_UA: Final = "ua-1"
Json = dict[str, Any]


def write(pack: Pack, paper: Paper, progress: Progress) -> bytes:
    """The PDF's bytes; the same pack gives the same bytes."""
    content = json.dumps(_content(pack, paper, progress), ensure_ascii=False)
    progress("Setting the pages")
    return _set(content, int(datetime.combine(pack.day, time(12), UTC).timestamp()))


def _set(content: str, timestamp: int) -> bytes:
    """With our typefaces; where they lack a sign with the machine's, too; else as it comes."""
    folder = str(fonts.folder())
    attempts: Sequence[tuple[bool, list[Any]]] = ((False, [_UA]), (True, [_UA]), (True, []))
    for number, (system, standards) in enumerate(attempts, 1):
        found = typst.Fonts(include_system_fonts=system, include_embedded_fonts=True, font_paths=[folder])
        compiler = typst.Compiler(_TEMPLATE, font_paths=found, sys_inputs={"pack": content})
        try:
            made = compiler.compile(format="pdf", pdf_standards=standards, timestamp=timestamp)
        except typst.TypstError as error:
            if number == len(attempts) or "could not be displayed" not in str(error):
                raise
        else:
            assert isinstance(made, bytes)  # noqa: S101 - a PDF is one file
            return made
    raise AssertionError  # the last attempt returned or raised


# --- the pack as JSON -------------------------------------------------------------------------------------


def _content(pack: Pack, paper: Paper, progress: Progress) -> Json:
    palette = light()
    return {
        "title": pack.title,
        "author": pack.organisation or "Tandem",
        "organisation": pack.organisation,
        "keywords": ["scorecard", pack.period, f"as of {pack.as_of}"],
        "day": {"year": pack.day.year, "month": pack.day.month, "day": pack.day.day},
        "language": Locale.parse(pack.formats.locale).language,
        "paper": PAPERS[paper],
        "scale": _WIDTHS[paper] / drawing.WIDE,
        "fonts": list(fonts.FAMILIES),
        "tones": {tone: palette[tone] for tone in TONES},
        "ground": _GROUND,
        "period": pack.period_name,
        "foot": pack.foot,
        "about": [
            ["Period", f"{pack.period_name} ({pack.period})"],
            ["As of", pack.as_of],
            ["Source", pack.source],
            *([["Only", pack.narrowed]] if pack.narrowed else []),
        ],
        "verdict": _sentences(pack.verdict),
        "chapters": [_chapter(chapter, pack.formats, progress) for chapter in pack.chapters],
        "definitions": _definitions(pack),
    }


def _sentences(sentences: Sequence[Sentence]) -> list[list[tuple[str, bool]]]:
    return [[(piece.text, piece.strong) for piece in sentence] for sentence in sentences]


def _chapter(chapter: Chapter, formats: Formats, progress: Progress) -> Json:
    return {
        "title": chapter.title,
        "question": chapter.question,
        "verdict": _sentences(chapter.verdict),
        "topics": [_topic(topic, chapter, formats, progress) for topic in chapter.topics],
    }


def _topic(topic: Topic, chapter: Chapter, formats: Formats, progress: Progress) -> Json:
    said = [one for one in topic.says if one not in chapter.verdict]  # it stands at the chapter's head
    return {
        "title": topic.title,
        "marks": [_mark(mark) for mark in topic.badges],
        "says": _sentences(said),
        "whole": topic.whole,
        "blocks": list(_blocks(topic.blocks, formats, progress)),
    }


def _blocks(blocks: Sequence[Block], formats: Formats, progress: Progress) -> Iterator[Json]:
    """Half drawings that follow each other stand in pairs, a single one beside the facts that follow it."""
    pair: list[Json] = []
    for block in blocks:
        if isinstance(block, Drawing):
            progress(block.name)
        if isinstance(block, Drawing) and block.half:
            pair.append(_drawing(block))
            continue
        if len(pair) == 1 and isinstance(block, Facts):
            yield {**_block(block, formats), "kind": "beside", "drawing": pair[0]}
            pair = []
            continue
        if pair:
            yield {"kind": "halves", "items": pair}
            pair = []
        yield _block(block, formats)
    if pair:
        yield {"kind": "halves", "items": pair}


def _block(block: Block, formats: Formats) -> Json:
    if isinstance(block, Drawing):
        return {"kind": "drawing", **_drawing(block)}
    if isinstance(block, Grid):
        return _grid(block, formats)
    if isinstance(block, Tiles):
        return {"kind": "tiles", "items": [_tile(one) for one in block.items]}
    if isinstance(block, Facts):
        return {"kind": "facts", "pairs": [[name, texts.brief(words)] for name, words in block.pairs]}
    assert isinstance(block, Says)  # noqa: S101 - the last kind there is
    return {"kind": "says", "small": block.small, "items": _sentences(block.sentences)}


def width(block: Drawing) -> int:
    """How wide its chart is drawn, in px."""
    return drawing.HALF if block.half else drawing.WIDE


def _drawing(block: Drawing) -> Json:
    drawn = drawing.picture(block.figure, width(block))
    return {"title": block.title, "svg": drawn.svg, "width": drawn.width, "alt": block.figure.says}


def _tile(one: Tile) -> Json:
    mark = None if one.status is None else _mark(one.status)
    return {
        "name": one.name, "text": one.text, "faint": one.faint, "hue": tone_of_team(one.team), "mark": mark,
        "fine": list(one.fine),
    }  # fmt: skip


def _grid(block: Grid, formats: Formats) -> Json:
    rows = [
        [
            _mark(cell) if isinstance(cell, Badge) else texts.of_cell(cell, column.kind, formats)
            for cell, column in zip(row, block.columns, strict=True)
        ]
        for row in block.rows
    ]
    columns = [_column(column) for column in block.columns]
    return {
        "kind": "grid", "title": block.title, "columns": columns, "rows": rows, "depths": list(block.depths),
    }  # fmt: skip


def _column(column: Column) -> Json:
    return {
        "title": column.title, "kind": column.kind, "wide": column.wide, "right": column.kind in NUMERIC,
    }  # fmt: skip


def _mark(mark: Badge) -> Json:
    return {"icon": mark.icon, "word": mark.word, "tone": mark.tone}


def _definitions(pack: Pack) -> list[tuple[str, list[Json]]]:
    figures = [one for one in pack.definitions if one.badge is None]
    marks = [one for one in pack.definitions if one.badge is not None]
    return [
        (title, [_definition(one.name, one.means, one.badge) for one in found])
        for title, found in (("Figures", figures), ("Marks", marks))
        if found
    ]


def _definition(name: str, means: str, badge: Badge | None) -> Json:
    return {"name": name, "means": means, "mark": None if badge is None else _mark(badge)}
