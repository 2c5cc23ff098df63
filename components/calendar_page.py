"""The Calendar page's parts beside the timeline: clashes, one entry, what sales asked for, sessions ahead."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

import pandas as pd
import streamlit as st

from components import sentences, tables, tiles
from components.calendar_timeline import close_link, titled
from components.charts import Table
from components.screen import View
from components.text import Html, html, joined
from scorecard import calendar_requests, words
from scorecard.calendar_clashes import LOOKS as RULES
from scorecard.calendar_entries import KINDS, LOOKS
from scorecard.calendar_requests import WORDS, Request
from scorecard.calendar_view import Asked, Found, Panel, Session, Sessions
from scorecard.calendar_words import Line

_STYLE: Final = Path(__file__).with_name("calendar.css")
_MOST: Final = 12  # lines of a list; the rest stands in the table


def use_style() -> None:
    """Puts the page's own style sheet into it; once per run."""
    st.html(_STYLE)


# --- clashes ----------------------------------------------------------------------------------------------


def clashes(found: Found, view: View) -> None:
    """What clashes, the gravest first; and the rules by which it was found."""
    tables.beside_table(
        _clash_table(found.lines), view, title="Where it clashes", key="clashes", anchor="clashes"
    )
    if not found.lines:
        tiles.note(f"Nothing clashes by the rules below: {found.days}.")
    else:
        with st.container(key="calendar_clashes"):
            _list(_clash(line) for line in found.lines[:_MOST])
    more = len(found.lines) - _MOST
    tiles.note(f"{more} more in the table." if more > 0 else "")
    _rules()


def _clash(line: Line) -> Html:
    over = "over since then" if line.over else ""
    when = " · ".join(part for part in (line.when, over) if part)
    return html(
        '<li class="{over}"><div class="t-item"><span class="t-what">{what}</span>{chip}</div>'
        '<div class="t-fine">{when} · {why}</div><div class="t-fine t-acts">{who}</div></li>',
        over="t-over" if line.over else "", what=sentences.told(line.what), chip=_chip(line), when=when,
        why=line.why, who=line.who,
    )  # fmt: skip


def _chip(line: Line) -> Html:
    look = line.look
    return html(
        '<details class="t-why t-{tone}"><summary><span class="t-chip"><span aria-hidden="true">{icon}</span>'
        '{word}</span></summary><div class="t-rule">{rule}</div></details>',
        tone="muted" if line.over else look.tone, icon=look.icon, word=line.rule.value, rule=look.says,
    )  # fmt: skip


def _rules() -> None:
    """Every rule in words, folded."""
    items = joined(
        html(
            "<li><b>{icon} {name}</b> {says}</li>",
            icon=look.icon,
            name=rule.value.capitalize(),
            says=look.says,
        )
        for rule, look in RULES.items()
    )
    st.html(
        html(
            '<details class="t-group"><summary><b>{head}</b></summary>'
            '<ul class="t-because t-quiet">{items}</ul></details>',
            head="The rules, the gravest first", items=items,
        )
    )  # fmt: skip


def _clash_table(lines: Sequence[Line]) -> Table:
    columns = {
        "Rule": [line.rule.value for line in lines],
        "What": [words.plain(line.what) for line in lines],
        "When": [line.when for line in lines],
        "Why it matters": [line.why for line in lines],
        "Who acts": [line.who for line in lines],
    }
    return Table(pd.DataFrame(columns), {})


# --- one entry --------------------------------------------------------------------------------------------


def entry(panel: Panel | None, _: View) -> None:
    """All there is to know about one entry; it says so when there is none."""
    if panel is None:
        tiles.empty(
            "There is no such entry", "It may have been taken out of the table calendar; the list has all."
        )
        return
    one = panel.entry
    chips = [html('<span class="t-chip t-muted">{icon} {word}</span>', icon=LOOKS[one.stage], word=one.stage)]
    chips += [
        html('<span class="t-chip t-{tone}">{icon} {word}</span>', tone=m.tone, icon=m.icon, word=m.word)
        for m in one.marks
    ]
    facts = joined(
        html("<dt>{name}</dt><dd>{text}</dd>", name=name, text=text) for name, text in _facts(panel)
    )
    with st.container(border=True, key="calendar_entry"):
        st.html(
            html(
                '<div class="t-panel"><h2>{title}</h2>{chips}<span class="t-close">{close}</span></div>'
                '<dl class="t-facts">{facts}</dl>',
                title=one.title, chips=joined(chips), facts=facts, close=close_link(),
            )
        )  # fmt: skip
        _list(map(_clash, panel.clashes))


def _facts(panel: Panel) -> Iterable[tuple[str, object]]:
    one, request = panel.entry, panel.request
    campaign = sentences.link(one.campaign, "campaigns", (("campaign", str(one.campaign_id)),))
    goal = sentences.link(one.goal, "goals", (("goal", str(one.goal_id)),))
    kind = KINDS[one.kind][0].capitalize() if one.kind else ""
    asked = panel.asked_by or (request.by if request else "")
    yield "When", panel.when
    for name, text in (
        ("Kind", kind), ("Channel", one.channel), ("Team", "both" if one.team == "shared" else one.team),
        ("Owner", one.owner), ("With", ", ".join(one.attendees)),
        ("Campaign", campaign if one.campaign else ""), ("Goal", goal if one.goal else ""),
        ("Asked for by", asked),
        ("The idea", sentences.link(panel.idea, "feedback") if panel.idea else ""),
        ("Answer", request.response if request else ""),
    ):  # fmt: skip
        if text:
            yield name, text


# --- what sales asked for ---------------------------------------------------------------------------------


def asked(found: Asked, view: View) -> None:
    """What sales asked for, and how far it has come."""
    lines = found.requests.lines
    tables.beside_table(
        _asked_table(lines, view), view, title="What sales asked for", key="asked", anchor="asked"
    )
    tiles.note(found.says)
    _list(_request(line, view) for line in lines[:_MOST])
    more = len(lines) - _MOST
    tiles.note(f"{more} more in the table." if more > 0 else "")
    if found.requests.unknown:
        n = words.counted(found.requests.unknown, "entry was", "entries were")
        tiles.note(f"{n} asked for by somebody who isn't in people, so their team isn't known.")


def _request(line: Request, view: View) -> Html:
    told = sentences.link(words.brief(line.title), "feedback")
    title = told if line.entry is None else titled(line.entry)
    return html(
        '<li><div class="t-item"><span class="t-what">{title}</span>'
        '<span class="t-fine t-waited">{waited}</span></div>{path}<div class="t-fine">{about}</div></li>',
        title=title, waited=_waited(line), path=_path(line), about=_about(line, view),
    )  # fmt: skip


def _path(line: Request) -> Html:
    """From idea to done, as far as it has come; what was turned down says so."""
    if line.state in calendar_requests.ENDED:
        return html(
            '<div class="t-path"><span class="t-chip t-muted">{icon} {word}</span></div>',
            icon="✓" if line.state == "answered" else "✕",
            word=WORDS[line.state],
        )
    steps = joined(
        html('<li class="{reached}">{word}</li>', reached="t-reached" if reached else "", word=step)
        for step, reached in calendar_requests.steps(line.state)
    )
    said = html('<span class="t-chip t-warn">○ {word}</span>', word=WORDS[line.state])
    return html(
        '<div class="t-path"><ol>{steps}</ol>{said}</div>',
        steps=steps,
        said=said if line.state == "waiting" else "",
    )


def _waited(line: Request) -> str:
    if line.waited is None:
        return ""
    days = words.counted(line.waited, "day")
    if line.state in calendar_requests.OPEN:
        return f"waiting {days}"
    after = {"answered": "answered", "dropped": "turned down", "declined": "turned down"}
    return f"{after.get(line.state, 'live')} after {days}"


def _about(line: Request, view: View) -> str:
    begins = ""
    if line.entry is not None and line.state in ("idea", "planned"):
        begins = (
            f"{'planned for' if line.state == 'planned' else 'perhaps'} {view.formats.date(line.entry.first)}"
        )
    parts = (
        f"{line.by} asked" if line.by else "",
        begins,
        f"with {line.owner}" if line.owner else "",
        line.response,
    )
    return " · ".join(part for part in parts if part)


def _asked_table(lines: Sequence[Request], view: View) -> Table:
    columns: dict[str, list[object]] = {
        "What": [line.title for line in lines],
        "State": [WORDS[line.state] for line in lines],
        "Asked by": [line.by for line in lines],
        "Asked on": [view.formats.date(line.asked) for line in lines],
        "Days waited": [line.waited for line in lines],
        "On the calendar": [view.formats.date(line.entry.first if line.entry else None) for line in lines],
        "With": [line.owner for line in lines],
        "Answer": [line.response for line in lines],
    }
    return Table(pd.DataFrame(columns), {"Days waited": "number"})


# --- exchange sessions ------------------------------------------------------------------------------------


def sessions(found: Sessions, view: View) -> None:
    """In which meetings one team sees the other's work next."""
    tiles.heading("Seeing the other side")
    if found.ahead:
        _list(_session(one, view) for one in found.ahead)
        tiles.note(f"{found.more} more are planned." if found.more else "")
        return
    last = "" if found.last is None else f" The last one was on {view.formats.date(found.last.first)}."
    tiles.empty(
        "No exchange session is planned",
        f"Put one into the table calendar, of kind exchange, with who takes part as attendees.{last}",
    )


def _session(one: Session, view: View) -> Html:
    parts = (("marketing", one.marketing), ("sales", one.sales), ("others", one.others))
    who = joined(
        (html('<span class="t-name t-{team}">{names}</span>', team=team, names=words.listing(names))
         for team, names in parts if names), " ",
    )  # fmt: skip
    return html(
        '<li><div class="t-item"><span class="t-what">{title}</span><span class="t-fine">{when}</span></div>'
        '<div class="t-fine t-whos">{who}</div></li>',
        title=titled(one.entry), when=view.formats.date(one.entry.first), who=who,
    )  # fmt: skip


def _list(items: Iterable[Html]) -> None:
    lines = joined(items)
    if lines:
        st.html(html('<ul class="t-list">{lines}</ul>', lines=lines))


def lacking(texts: Sequence[str], _: View) -> None:
    """What to correct, and what the source lacks."""
    tiles.notes(texts)
