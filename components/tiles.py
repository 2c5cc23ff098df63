"""Tiles, chips, the verdict, and what stands where there is nothing to show."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from components.numbers import basis, basis_of_target, figure, is_faint, needs
from components.readings import Named
from components.screen import View
from components.text import Html, escape, html, joined
from components.theme import tone_of_team
from scorecard.formats import Formats
from scorecard.rows import Row
from scorecard.settings import Settings
from scorecard.status import Mark, Status, explain

_NOTHING = Html("")
_UNIT = re.compile(r"(?<=\d) (?=(?:h|min|days?|points?)\b)")


@dataclass(frozen=True)
class Tile:
    """A row of the report as a tile; `beside` is a sentence of comparison, ready to read.

    `measured` is the unit of a quota's or goal's actual and target.
    """

    name: str
    row: Row
    beside: str = ""
    measured: str = ""


def tiles(shown: Sequence[Tile], view: View) -> None:
    """The tiles in a grid: as many beside each other as fit."""
    st.html(html('<div class="t-tiles">{tiles}</div>', tiles=joined(_tile(t, view) for t in shown)))


@dataclass(frozen=True)
class Fact:
    """A figure that is no metric, written ready to read; `tone` is that of a status.

    A `share` of a whole is drawn as a bar, in the hue of the team whose it is.
    """

    name: str
    value: str
    beside: str = ""
    tone: str = "muted"
    team: str | None = None
    share: float | None = None


def facts(shown: Sequence[Fact]) -> None:
    """Facts in the same grid as tiles."""
    st.html(html('<div class="t-tiles">{items}</div>', items=joined(map(_fact, shown))))


def _fact(fact: Fact) -> Html:
    return html(
        '<div class="t-tile t-{tone} {hue}"><div class="t-name {hue}">{name}</div>'
        '<span class="t-value t-toned">{value}</span>{bar}{beside}</div>',
        tone=fact.tone, hue="" if fact.team is None else f"t-{tone_of_team(fact.team)}", name=fact.name,
        value=fact.value, bar=part(fact.share), beside=_fine(fact.beside),
    )  # fmt: skip


def heading(title: str, *, anchor: str | None = None, about: str | None = None, wide: bool = False) -> None:
    """A section's title, one step under the page's; with an `anchor`, page#anchor leads there.

    `about` is what a tap on its question mark tells; `wide`: it takes what room its row has.
    """
    st.header(escape(title), anchor=anchor or False, help=about, width="stretch" if wide else "content")


def part(share: float | None) -> Html:
    """A share of a whole as a bar."""
    if share is None:
        return _NOTHING
    return html(
        '<div class="t-bar" aria-hidden="true"><i class="t-full" style="width:{wide}%"></i></div>',
        wide=_per_cent(_clip(share)),
    )


def verdict(*sentences: Html) -> None:
    """The page's answer, in sentences made by `text.html`; it stands first."""
    st.html(html('<p class="t-verdict">{said}</p>', said=joined(sentences, " ")))


def because(*sentences: Html) -> None:
    """What stands behind the verdict, a line each: what moved it, where it hurts."""
    lines = joined(html("<li>{said}</li>", said=sentence) for sentence in sentences)
    if lines:
        st.html(html('<ul class="t-because">{lines}</ul>', lines=lines))


def note(text: str) -> None:
    """A line of ours under a chart or tiles; nothing where there is nothing to say."""
    if text:
        st.html(html('<p class="t-note">{text}</p>', text=text))


def notes(texts: Sequence[str]) -> None:
    """Several lines of ours, under each other."""
    lines = joined(html("<li>{text}</li>", text=text) for text in texts)
    if lines:
        st.html(html('<ul class="t-because t-quiet">{lines}</ul>', lines=lines))


def chip(status: Status, settings: Settings, *, why: str = "") -> Html:
    """A status as icon, word and colour; opened, it tells the rule behind it."""
    return mark_chip(status.mark, why or explain(status, settings))


def mark_chip(mark: Mark, why: str) -> Html:
    """A mark as a status is shown; opened, it tells why it stands there."""
    return html(
        '<details class="t-why {tone}"><summary><span class="t-chip"><span aria-hidden="true">{icon}</span>'
        '{word}</span></summary><div class="t-rule">{rule}</div></details>',
        tone=f"t-{mark.tone}", icon=mark.icon, word=mark.word, rule=why,
    )  # fmt: skip


def empty(title: str, what_to_do: str) -> None:
    """What stands where there is nothing to show: what it is, and what to do."""
    st.html(html('<div class="t-empty"><b>{title}</b><p>{todo}</p></div>', title=title, todo=what_to_do))


def locked(name: str, row: Row) -> None:
    """A metric that lacks a column or setting, and what unlocks it."""
    empty(f"{Status.LOCKED.icon} {name} is locked", needs(row))


def _tile(tile: Tile, view: View) -> Html:
    row, team = tile.row, tone_of_team(tile.row.team)
    return html(
        '<div class="t-tile {hue}"><div class="t-name {hue}">{name}</div><div class="t-top">'
        '<span class="t-value {faded}">{value}</span>{chip}</div>{bar}{parts}{beside}</div>',
        hue=f"t-{team}", name=tile.name, chip=_chip(row, view.settings), value=figure(row, view.formats),
        faded="t-faded" if is_faint(row) else "", bar=bar(row) if not tile.measured else reached(row),
        parts=_fine(_basis(tile, view.formats)),
        beside=_fine(tile.beside or (needs(row) if row.status is Status.LOCKED else "")),
    )  # fmt: skip


def _basis(tile: Tile, formats: Formats) -> str:
    if tile.measured:
        return basis_of_target(Named(tile.name, tile.row, tile.measured), formats)
    return basis(tile.row, formats)


def _chip(row: Row, settings: Settings) -> Html:
    return _NOTHING if row.status is None else chip(row.status, settings, why=_why(row.status, row, settings))


def _why(status: Status, row: Row, settings: Settings) -> str:
    rule = explain(status, settings)
    return f"{rule} {needs(row)}" if status is Status.LOCKED else rule


def reached(row: Row) -> Html:
    """A share of a target as a bar, with the share wanted by now as a line across."""
    if row.value is None:
        return _NOTHING
    pace = (
        _NOTHING
        if row.expected is None
        else html('<i class="t-goal" style="left:{x}%"></i>', x=_per_cent(_clip(row.expected)))
    )
    return html(
        '<div class="t-bar" aria-hidden="true"><i class="t-full" style="width:{wide}%"></i>{pace}</div>',
        wide=_per_cent(_clip(row.value)), pace=pace,
    )  # fmt: skip


def _fine(text: str) -> Html:
    return html('<div class="t-fine t-parts">{parts}</div>', parts=parted(text)) if text else _NOTHING


def parted(text: str) -> Html:
    """Small print, for a t-parts: its parts, set apart by dots, stay whole, and no line begins with a dot.

    A figure and its unit stay together, too.
    """
    first, *others = _UNIT.sub("\u00a0", text).split(" · ")
    parts = [html('<span class="t-part">{part}</span>', part=first)]
    parts += [html('<span class="t-part"><span>·</span> {part}</span>', part=part) for part in others]
    return joined(parts, " ")


def bar(row: Row) -> Html:
    """A share's place between 0 and 1, its interval as a thin bar, the target as a line across."""
    if row.unit != "percent" or row.value is None or row.low is None or row.high is None:
        return _NOTHING
    low, high = _clip(row.low), _clip(row.high)
    goal = (
        _NOTHING
        if row.target is None
        else html('<i class="t-goal" style="left:{x}%"></i>', x=_per_cent(_clip(row.target)))
    )
    return html(
        '<div class="t-bar" aria-hidden="true"><i class="t-span" style="left:{low}%;width:{wide}%"></i>'
        '<i class="t-point" style="left:{x}%"></i>{goal}</div>',
        low=_per_cent(low), wide=_per_cent(high - low), x=_per_cent(_clip(row.value)), goal=goal,
    )  # fmt: skip


def _clip(share: float) -> float:
    return min(max(share, 0.0), 1.0)


def _per_cent(share: float) -> str:
    return f"{share * 100:.2f}"
