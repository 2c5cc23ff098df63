"""The three blocks of the first page at a glance: shared goals, hand-off, quotas. A card each, always there.

A block that has nothing to show yet says in its card what to fill.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import streamlit as st

from components.numbers import actual_of_target, attained, basis, figure
from components.readings import Named
from components.screen import View
from components.sentences import link, unlocking
from components.text import Html, html, joined
from components.theme import tone_of_team
from components.tiles import bar, chip, part, parted, reached
from scorecard import overview, words
from scorecard.formats import Formats
from scorecard.goal_tree import GOOD, TROUBLE
from scorecard.overview import Overview, QuotaLine, Reading, Step
from scorecard.rows import Row
from scorecard.status import Status

_TITLES: Final = {"goals": "Goals", "handoff": "Hand-off", "quotas": "Quotas"}
_NOTHING: Final = Html("")


@dataclass(frozen=True)
class Glance:
    """What of the page's reading the cards show."""

    standing: tuple[tuple[Status, int], ...]
    by_team: tuple[tuple[str, int, int], ...]
    tiles: tuple[Reading, ...]
    quotas: tuple[QuotaLine, ...]
    others: tuple[QuotaLine, ...]
    steps: tuple[Step, ...]

    @classmethod
    def of(cls, found: Overview) -> Glance:
        """That part: of the quotas the two set side by side, or else the first, and two of the others."""
        quotas = found.gap or found.quotas[:2]
        others = tuple(line for line in found.quotas if line not in quotas)[:2]
        return cls(found.standing, found.by_team, found.tiles, quotas, others, found.steps)

    def todo(self, block: overview.Block) -> Step | None:
        """What a block lacks."""
        return next((step for step in self.steps if step.block == block), None)


def blocks(found: Glance, view: View) -> None:
    """The cards beside each other, on a phone under each other."""
    parts: tuple[tuple[overview.Block, Html], ...] = (
        ("goals", _goals(found)),
        ("handoff", _handoff(found.tiles, view)),
        ("quotas", _quotas(found.quotas, found.others, view)),
    )
    cards = joined(_card(block, drawn, found.todo(block)) for block, drawn in parts)
    st.html(html('<div class="t-blocks">{cards}</div>', cards=cards))
    if found.steps:
        unlocking()


def _card(block: overview.Block, drawn: Html, todo: Step | None) -> Html:
    if todo is not None:
        drawn = html("<b>{title}</b><p>{todo}</p>{drawn}", title=todo.title, todo=todo.todo, drawn=drawn)
    return html(
        '<section class="t-tile t-block {lacks}"><h2>{title}</h2>{drawn}</section>',
        lacks="t-lacks" if todo else "", title=link(_TITLES[block], block), drawn=drawn,
    )  # fmt: skip


# --- goals


def _goals(found: Glance) -> Html:
    """'12 of 27 on track or achieved', all of them as one bar by status, how many have which, and whose."""
    if not found.standing:
        return _NOTHING
    counts = dict(found.standing)
    good = sum(counts.get(status, 0) for status in GOOD)
    judged = good + sum(counts.get(status, 0) for status in TROUBLE)
    return html(
        '<div class="t-top"><span class="t-value">{good} of {all}</span>'
        '<span class="t-says">{what}</span></div>'
        '{strip}<div class="t-fine t-legend">{legend}</div><div class="t-fine t-shares">{teams}</div>',
        good=str(good), all=str(judged or sum(counts.values())), strip=_strip(found.standing),
        what="on track or achieved" if judged else "can be judged yet",
        legend=joined(_share(status, n) for status, n in found.standing),
        teams=joined(_whose(*one) for one in found.by_team),
    )  # fmt: skip


def _whose(team: str, good: int, judged: int) -> Html:
    """'Marketing 5 of 11', and the share as a bar."""
    return html(
        '<span class="t-{hue}"><span class="t-by t-{hue}"></span>{team} <b>{good} of {all}</b>{bar}</span>',
        hue=tone_of_team(team), team=words.team(team), good=str(good), all=str(judged),
        bar=part(good / judged if judged else None),
    )  # fmt: skip


def _strip(standing: Sequence[tuple[Status, int]]) -> Html:
    parts = joined(
        html('<i class="t-{tone}" style="flex:{n}"></i>', tone=s.tone, n=str(n)) for s, n in standing
    )
    return html('<div class="t-strip" aria-hidden="true">{parts}</div>', parts=parts)


def _share(status: Status, n: int) -> Html:
    """'▲ 10 at risk'."""
    return html(
        '<span class="t-{tone}"><span class="t-mark" aria-hidden="true">{icon}</span> {n} {word}</span>',
        tone=status.tone, icon=status.icon, n=str(n), word=status.word.lower(),
    )  # fmt: skip


# --- hand-off


def _handoff(tiles: Sequence[Reading], view: View) -> Html:
    """The two shares that were agreed, under each other, and the time to the first touch."""
    tiles = [one for one in tiles if one.row.status is not Status.LOCKED]
    shares = [one for one in tiles if one.row.unit == "percent" or one.row.metric == "leads"]
    others = [one for one in tiles if one not in shares]
    return html(
        '{shares}<div class="t-fine t-legend">{others}</div>',
        shares=joined(_rate(one, view) for one in shares[:2]),
        others=joined(_beside(one, view.formats) for one in others if one.row.value is not None),
    )  # fmt: skip


def _rate(one: Reading, view: View) -> Html:
    row = one.row
    return _line(
        one.name, figure(row, view.formats), row, view, bar=bar(row), of=basis(row, view.formats), hue="ink"
    )


def _beside(one: Reading, formats: Formats) -> Html:
    return html("<span>{name} <b>{value}</b></span>", name=one.name, value=figure(one.row, formats))


# --- quotas


def _quotas(lines: Sequence[QuotaLine], others: Sequence[QuotaLine], view: View) -> Html:
    """Both teams on one scale: share reached, what of what, the pace as a line across; others in a line."""
    small = joined(_other(line, view.formats) for line in others)
    times = {line.when for line in others}
    when = html("<span>{when}</span>", when=times.pop()) if len(times) == 1 else _NOTHING
    return html(
        '{lines}<div class="t-fine t-legend">{small}{when}</div>',
        lines=joined(_team(line, view) for line in lines), small=small, when=when,
    )  # fmt: skip


def _other(line: QuotaLine, formats: Formats) -> Html:
    return html(
        '<span class="t-{hue}"><span class="t-by t-{hue}" role="img" aria-label="{team}"></span>'
        "{name} <b>{share}</b></span>",
        hue=tone_of_team(line.row.team), team=words.team(line.row.team), name=line.brief,
        share=_reached(line.row, formats),
    )  # fmt: skip


def _team(line: QuotaLine, view: View) -> Html:
    row, hue = line.row, tone_of_team(line.row.team)
    share, of = _reached(row, view.formats), _of(line, view.formats)
    return _line(line.name, share, row, view, bar=reached(row), of=of, hue=hue)


def _line(name: str, value: str, row: Row, view: View, *, bar: Html, of: str, hue: str) -> Html:
    return html(
        '<div class="t-pair t-{hue}"><div class="t-top"><span class="t-name t-{hue}">{name}</span>'
        '<b class="t-share">{value}</b>{chip}</div>{bar}<div class="t-fine t-parts">{of}</div></div>',
        hue=hue, name=name, value=value, bar=bar, of=parted(of),
        chip=_NOTHING if row.status is None else chip(row.status, view.settings),
    )  # fmt: skip


def _reached(row: Row, formats: Formats) -> str:
    return "–" if row.value is None else formats.percent(row.value)


def _of(line: QuotaLine, formats: Formats) -> str:
    """'769 of 1,180 · 61 % expected by now'."""
    expected = line.row.expected
    pace = "" if expected is None else f"{attained(expected, formats)} expected by now"
    said = actual_of_target(Named(line.name, line.row, line.unit), formats)
    return " · ".join(part for part in (said, pace, line.when) if part)
