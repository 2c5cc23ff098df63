"""Sentences of the readings on a page: what matters in bold, each number leading to its evidence."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final
from urllib.parse import urlencode, urlsplit

import pandas as pd
import streamlit as st

from components.charts import Table
from components.choice import FILTERS, chosen
from components.screen import View
from components.tables import beside_table
from components.text import Html, html, joined
from components.tiles import empty, mark_chip
from scorecard.overview import Concern
from scorecard.status import explain
from scorecard.words import Said, Sentence

_WHOLE: Final = 16  # letters of a link that stay on one line
# A measured figure: signed, money, or with its unit; neither a date nor how sure an interval is.
_NUMBER: Final = r"\d(?:[\d.,\u202f\u00a0]*\d)?"
_FIGURE: Final = re.compile(
    rf"(?<![\w.,-])(?:[-+−][€$£]?{_NUMBER}(?:[KMB]\b|\s?%|\s?€| points?\b)?|[€$£]{_NUMBER}[KMB]?"
    rf"|(?!\d+\s?%(?::| sure)){_NUMBER}(?:\s?%|\s?€| points?\b| of {_NUMBER}))"
)


def told(said: Sentence) -> Html:
    """A sentence as markup; a figure between links leads where the one before it does, else the next."""
    return joined(_piece(piece) for place, own in enumerate(said) for piece in _led(own, _near(said, place)))


def _near(said: Sentence, place: int) -> Said | None:
    """The link whose evidence stands behind what is said at that place."""
    around = (*reversed(said[:place]), *said[place + 1 :])
    return next((piece for piece in around if piece.page is not None), None)


def _led(own: Said, near: Said | None) -> Iterator[Said]:
    if own.page is not None or near is None:
        yield own
        return
    start = 0
    for found in _FIGURE.finditer(own.text):
        yield replace(own, text=own.text[start : found.start()])
        yield replace(own, text=found[0], page=near.page, ask=near.ask)
        start = found.end()
    yield replace(own, text=own.text[start:])


def href(page: str, ask: Sequence[tuple[str, str]] = ()) -> str:
    """The address of a page with the present choice, narrowed by `ask`; its filters replace the others.

    `page` may name a part of itself: feedback#closing. On that very page it is the part alone, so that the
    browser scrolls there and what was picked stays.
    """
    page, mark, anchor = page.partition("#")
    if anchor and not ask and page == _here():
        return f"#{anchor}"
    asked = dict(ask)
    narrowed = any(name in FILTERS for name in asked)
    kept = {k: list(v) for k, v in chosen().items() if not (narrowed and k in FILTERS)}
    query = urlencode(kept | {k: [v] for k, v in asked.items()}, doseq=True)
    return f"{page}{'?' * bool(query)}{query}{mark}{anchor}"


def _here() -> str:
    """The open page as its address names it; blank where nobody says."""
    return urlsplit(st.context.url or "").path.rpartition("/")[2]


def link(text: str | Html, page: str, ask: Sequence[tuple[str, str]] = ()) -> Html:
    """A link within the app; a short one, such as a figure with its unit, isn't broken over two lines."""
    whole = Html(' class="t-whole"') if len(text) <= _WHOLE else Html("")
    return html('<a href="{to}" target="_self"{whole}>{text}</a>', to=href(page, ask), text=text, whole=whole)


def _piece(piece: Said) -> Html:
    text = html("{text}", text=piece.text) if piece.text.strip() == piece.text else _spaced(piece.text)
    text = text if piece.page is None else link(text, piece.page, piece.ask)
    return html("<b>{text}</b>", text=text) if piece.strong else text


def _spaced(text: str) -> Html:
    """Cleaned text loses its outer spaces; between two pieces they part words."""
    front = " " if text[:1].isspace() else ""
    back = " " if text[-1:].isspace() and text.strip() else ""
    return html(front + "{text}" + back, text=text)


def attention(concerns: Sequence[Concern], view: View, *, title: str, key: str) -> None:
    """A section of what needs attention, the gravest first: status, what and how much, who acts."""
    columns = {
        "What": [c.what for c in concerns],
        "How much": [c.detail for c in concerns],
        "Status": [f"{c.shown.icon} {c.shown.word}" for c in concerns],
        "Who acts": [c.who for c in concerns],
    }
    beside_table(Table(pd.DataFrame(columns), {}), view, title=title, key=key)
    st.html(html('<ol class="t-list">{items}</ol>', items=joined(_concern(c, view) for c in concerns)))


def _concern(c: Concern, view: View) -> Html:
    marked = mark_chip(c.shown, c.why or explain(c.status, view.settings))
    return html(
        '<li><div class="t-item"><span class="t-what">{what}</span>{chip}</div>'
        '<div class="t-item t-fine"><span>{detail}</span><span class="t-who">{who}</span></div></li>',
        what=link(c.what, c.page, c.ask), chip=marked, detail=c.detail, who=c.who,
    )  # fmt: skip


def nothing(title: str, todo: str) -> None:
    """What stands in a page's place while there is nothing to show: what to fill, and where that is told."""
    empty(title, todo)
    unlocking()


def unlocking() -> None:
    """Leads on to where it is told what each table and column brings."""
    lead_on("Every table and column, and what each unlocks", "data#locked")


def lead_on(text: str, page: str, ask: Sequence[tuple[str, str]] = (), *, before: str = "") -> None:
    """A line that leads on to another page, after a remark."""
    remark = f"{before}. " if before else ""
    st.html(html('<p class="t-on">{remark} {link}</p>', remark=remark, link=link(f"{text} →", page, ask)))
