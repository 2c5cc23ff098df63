"""The list of campaigns: what runs first, who owes it something, what it spent, reached and brought.

Markup and not a table, because each name is a link, each state opens its reason, and rows wrap on a phone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pandas as pd
import streamlit as st

from components import tables, tiles
from components.charts import Table
from components.goal_bars import bullet
from components.screen import View
from components.sentences import link
from components.text import Html, html, joined
from components.theme import tone_of_team
from scorecard import words
from scorecard.campaigns import LISTED, Campaign, Line
from scorecard.goal_tree import Line as Aim
from scorecard.metrics import METRICS
from scorecard.signoffs import Phase
from scorecard.status import Mark, Status

_STYLE: Final = Path(__file__).with_name("campaigns.css")
_GROUPS: Final[Mapping[Phase, str]] = {"live": "Live", "planned": "Planned", "ended": "Ended"}
_HEADS: Final = ("Campaign", "Spent of its budget", "Its goals", "What it brought", "Agreed")
_HOW_TO_READ: Final = (
    "Spent and goals fill a bar up to the upright line: the budget, the goal's target. The dashed line is "
    "what was expected of the goal by now; its colour is its team's. What it brought counts its whole life. "
    "Open a state to read who signed and what is missing."
)
_AIMS: Final = 2  # goals shown of a campaign: each team's


@dataclass(frozen=True)
class Listed:
    """The lines of all campaigns and the goals of each."""

    lines: Sequence[Line]
    aims: Mapping[str, Sequence[Aim]]
    lacking: Sequence[str]


def every(found: Listed, view: View) -> None:
    """All campaigns: live, planned, ended, first those that lack something; the table beside them."""
    st.html(_STYLE)
    groups = [(phase, _of(found.lines, phase)) for phase in _GROUPS]
    for place, (phase, lines) in enumerate((phase, lines) for phase, lines in groups if lines):
        title = f"{_GROUPS[phase]}: {len(lines)}"
        if place:
            tiles.heading(title, anchor=phase)
        else:
            table = _table(found.lines, view)
            tables.beside_table(table, view, title=title, key="all", help=_HOW_TO_READ, anchor=phase)
        _draw(phase, lines, found.aims, view)
    tiles.notes(found.lacking)


def _of(lines: Sequence[Line], phase: Phase) -> list[Line]:
    """The lines of a phase, those that lack something first; else in the order given."""
    return sorted(
        (one for one in lines if one.campaign.phase == phase), key=lambda one: not one.campaign.missing
    )


def _draw(phase: Phase, lines: Sequence[Line], aims: Mapping[str, Sequence[Aim]], view: View) -> None:
    heads = joined(html("<span>{head}</span>", head=head) for head in _HEADS)
    rows = joined(_row(line, aims.get(line.campaign.campaign_id, ()), view) for line in lines)
    listed = html(
        '<div class="t-camps"><div class="t-camp t-heads" aria-hidden="true">{heads}</div>'
        '<ul class="t-goals">{rows}</ul></div>',
        heads=heads, rows=rows,
    )  # fmt: skip
    st.html(_folded(lines, listed) if phase == "ended" else listed)


def _folded(lines: Sequence[Line], listed: Html) -> Html:
    owing = sum(bool(line.campaign.missing) for line in lines)
    said = (
        f"{owing} of them still {'owes' if owing == 1 else 'owe'} something"
        if owing
        else "all of them settled"
    )
    summary = f"Show {words.counted(len(lines), 'campaign')} that ended"
    return html(
        '<details class="t-group"><summary><b>{summary}</b><span class="t-fine">{said}</span></summary>'
        "{listed}</details>",
        summary=summary, said=said, listed=listed,
    )  # fmt: skip


# --- one row ----------------------------------------------------------------------------------------------


def _row(line: Line, aims: Sequence[Aim], view: View) -> Html:
    one = line.campaign
    return html(
        '<li class="t-camp"><div class="t-campname"><span class="t-what">{name}</span>'
        '<span class="t-fine">{who}</span><span class="t-fine">{when}</span></div>'
        '<div class="t-campspent t-ink">{spent}</div><div class="t-campaims">{aims}</div>'
        '<div class="t-campgot t-fine">{got}</div>{state}</li>',
        name=link(one.name, "campaigns", (("campaign", one.campaign_id),)),
        who=" and ".join(part for part in (one.marketing_owner, one.sales_owner) if part),
        when=" · ".join(part for part in (one.channel, _days(one, view)) if part),
        spent=_spent(line, view), aims=joined(_aim(aim) for aim in aims[:_AIMS]),
        got=joined(html("<span>{text}</span>", text=text) for text in _got(line, view)), state=_state(one),
    )  # fmt: skip


def _days(one: Campaign, view: View) -> str:
    if one.start is None:
        return "" if one.end is None else f"until {view.formats.date(one.end)}"
    if one.end is None:
        return f"since {view.formats.date(one.start)}"
    return view.formats.interval(one.start, one.end, year=True)


def _spent(line: Line, view: View) -> Html:
    """'€408 of €410 spent': the bar, and in words; over the budget it says so."""
    row, budget = line.rows.get("spend"), line.campaign.budget
    spent = None if row is None else row.value
    if spent is None:
        said = "" if not budget else f"budget {view.formats.money(budget)}"
        return html('<span class="t-fine">{said}</span>', said=said)
    if not budget:
        return html('<span class="t-fine">{spent} spent</span>', spent=view.formats.money(spent))
    over = spent - budget
    more = (
        html(' <b class="t-over-it">▲ {over} over</b>', over=view.formats.money(over))
        if over > 0
        else html("")
    )
    return html(
        '{bar}<span class="t-fine">{spent} of {budget} spent{more}</span>',
        bar=bullet(spent / budget, None), spent=view.formats.money(spent),
        budget=view.formats.money(budget), more=more,
    )  # fmt: skip


def _aim(aim: Aim) -> Html:
    """A goal of it: its bar in its team's hue, how far it came, its status as icon and word."""
    row = aim.row
    pace = None if row.value is None else row.expected
    return html(
        '<div class="{hue}">{bar}<span class="t-fine t-aim">{name}</span>'
        '<span class="t-fine">{detail} {status}</span></div>',
        hue=f"t-{tone_of_team(row.team)}", name=link(aim.name, "goals", (("goal", aim.goal_id),)),
        bar=bullet(row.value, pace), detail=aim.detail, status=_status(row.status),
    )  # fmt: skip


def _status(status: Status | None) -> Html:
    if status is None:
        return html("")
    mark = status.mark
    return html('<b class="t-{tone}">{icon} {word}</b>', tone=mark.tone, icon=mark.icon, word=mark.word)


def _got(line: Line, view: View) -> Iterator[str]:
    """'74 leads · 1 win', then what came back for what was spent, once something was won."""
    known = {name: row.value for name, row in line.rows.items() if row.value is not None}
    counts = [(known.get("leads"), "lead"), (known.get("wins"), "win")]
    said = [f"{view.formats.integer(n)} {one}{'' if n == 1 else 's'}" for n, one in counts if n is not None]
    if line.campaign.phase == "planned" and not any(n for n, _ in counts):
        return
    if said:
        yield " · ".join(said)
    if known.get("wins") and (back := known.get("romi")) is not None:
        yield f"return on spend {view.formats.percent(back, 0)}" if back > -1 else "no revenue attributed"


def _state(one: Campaign) -> Html:
    """Who signed and what is missing, as icon and word; opened, it says more."""
    wrong = one.marks[1:]
    if wrong:
        why = " ".join(f"It {'is ' if m.word.startswith('live') else ''}{m.word}." for m in wrong)
        return tiles.mark_chip(_short(one, wrong), why)
    if one.keys is None:
        return tiles.mark_chip(one.marks[0], "There is no table signoffs, so nobody knows who agreed.")
    return tiles.mark_chip(Mark("signed", "good", "✓"), "Marketing and sales signed its present terms.")


def _short(one: Campaign, wrong: Sequence[Mark]) -> Mark:
    """The gravest, in two or three words."""
    worst = wrong[0]
    if one.phase == "planned":
        return Mark("to be signed", worst.tone, worst.icon)
    if one.unsigned:
        by = f" by {one.unsigned[0]}" if len(one.unsigned) == 1 else ""
        return Mark(f"unsigned{by}", worst.tone, worst.icon)
    return Mark("changed since signed" if one.reopened else "no review", worst.tone, worst.icon)


# --- the table --------------------------------------------------------------------------------------------


def _table(lines: Sequence[Line], view: View) -> Table:
    date = view.formats.date
    columns: dict[str, list[object]] = {
        "Campaign": [line.campaign.shown for line in lines],
        "State": [f"{line.campaign.marks[0].icon} {line.campaign.phase}" for line in lines],
        "Missing": [_missing(line.campaign) for line in lines],
        "Channel": [line.campaign.channel for line in lines],
        "Stage": [line.campaign.stage.upper() for line in lines],
        "Marketing": [line.campaign.marketing_owner for line in lines],
        "Sales": [line.campaign.sales_owner for line in lines],
        "From": [date(line.campaign.start) for line in lines],
        "To": ["open" if line.campaign.end is None else date(line.campaign.end) for line in lines],
        "Budget": [line.campaign.budget for line in lines],
    }
    units = {"Budget": "currency"}
    for name in (*LISTED, "romi"):
        if any(name in line.rows for line in lines):
            label = METRICS[name].label
            columns[label] = [line.rows[name].value if name in line.rows else None for line in lines]
            units[label] = METRICS[name].unit
    return Table(pd.DataFrame(columns), units)


def _missing(one: Campaign) -> str:
    worst = one.marks[-1].icon if one.missing else ""
    return f"{worst} {words.listing(one.missing)}" if one.missing else ""
