"""What was said, entry by entry: the text, who said it to whom, what was answered, who owes what by when."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Final, TypeVar

import pandas as pd
import streamlit as st

from components import sentences
from components.charts import Table
from components.screen import View
from components.text import Html, clean, html, joined
from components.theme import tone_of_team
from scorecard.feedback import Entry, Person, State
from scorecard.feedback_view import KINDS
from scorecard.words import brief, counted

T = TypeVar("T")

_SHORT: Final = 180  # characters of a text that are shown at once; the rest opens
_FIRST: Final = 6  # entries of a list that are shown at once
_FEW: Final = 2  # more than that are worth a click
_MORE: Final = 20  # and so many with each click
_STATES: Final[Mapping[State, tuple[str, str, str]]] = {  # icon, word, tone
    "overdue": ("✕", "overdue", "bad"),
    "open": ("○", "no answer", "warn"),
    "promised": ("◐", "promised", "muted"),
    "done": ("✓", "done", "good"),
    "declined": ("–", "declined", "muted"),
    "said": ("", "", "muted"),
}


def paged(items: Sequence[T], draw: Callable[[T], Html], view: View, key: str) -> None:
    """The first few, and more with each click."""
    place = f"{key}_shown"
    shown = int(st.session_state.get(place, _FIRST))
    shown = len(items) if len(items) <= shown + _FEW else shown
    if items:
        drawn = joined(map(draw, items[:shown]))
        st.html(html('<ul class="t-list t-voices">{items}</ul>', items=drawn))
    if (rest := len(items) - shown) > 0:

        def more() -> None:
            st.session_state[place] = shown + _MORE

        many = f"{_MORE} of {view.formats.integer(rest)}" if rest > _MORE else str(rest)
        st.button(f"Show {many} more", key=f"{key}_more", on_click=more)


def entry_line(entry: Entry, campaigns: Mapping[str, str], view: View) -> Html:
    return html(
        '<li><div class="t-item"><div class="t-text">{text}</div>{chip}</div>'
        '<div class="t-fine">{about}</div>{answer}</li>',
        text=long_text(entry.text or "(no text)"), chip=_state(entry), about=_about(entry, campaigns, view),
        answer=_outcome_of(entry, view),
    )  # fmt: skip


def long_text(text: str) -> Html:
    """A text, of a long one the beginning; opened, it tells the rest."""
    whole = clean(text)
    if len(whole) <= _SHORT:
        return html("{text}", text=whole)
    cut = whole.rfind(" ", _SHORT // 2, _SHORT)
    cut = cut if cut > 0 else _SHORT
    return html(
        '<details class="t-long"><summary>{start}<span class="t-fine"> … more</span></summary>{rest}'
        "</details>",
        start=whole[:cut], rest=whole[cut:].strip(),
    )  # fmt: skip


def _state(entry: Entry) -> Html:
    icon, word, tone = _STATES[entry.state]
    return chip(icon, word, tone) if word else Html("")


def chip(icon: str, word: str, tone: str) -> Html:
    return html(
        '<span class="t-chip t-{tone}"><span aria-hidden="true">{icon}</span>{word}</span>',
        tone=tone, icon=icon, word=word,
    )  # fmt: skip


def _about(entry: Entry, campaigns: Mapping[str, str], view: View) -> Html:
    """'problem · Katrin Voss to Clara Brandt · 25 Oct 2026 · Partner list · wrong company size'."""
    stars = "" if entry.rating is None else f"rated {entry.rating} of 5"
    said = html("{a} to {b}", a=by(entry.author, entry.origin), b=by(entry.to, entry.toward))
    parts = [_plain(KINDS.get(entry.kind, entry.kind)), said, _plain(_when(entry, view))]
    parts += [_plain(text) for text in (entry.reject_reason, stars, entry.lead_id) if text]
    if entry.campaign_id:
        name = brief(campaigns.get(entry.campaign_id, entry.campaign_id))
        known = entry.campaign_id in campaigns
        ask = (("campaign", entry.campaign_id),)
        parts.append(sentences.link(name, "campaigns", ask) if known else _plain(name))
    return joined(parts, " · ")


def _plain(text: str) -> Html:
    return html("{text}", text=text)


def by(person: Person, team: str) -> Html:
    """A name with the hue of the team it speaks for."""
    name = person.name or (team.capitalize() if team else "somebody")
    return html('<span class="t-by t-{hue}">{name}</span>', hue=tone_of_team(team), name=name)


def _when(entry: Entry, view: View) -> str:
    """The day it was said; of what is open, how long ago that is."""
    day = view.formats.date(entry.day)
    waits = entry.asks and not entry.settled
    return f"{day}, {counted(entry.age, 'day')} ago" if waits and entry.age else day


def answer(entry: Entry) -> Html:
    """What was answered, if anything."""
    return html("<div>Answer: {text}</div>", text=long_text(entry.response)) if entry.response else Html("")


def _outcome_of(entry: Entry, view: View) -> Html:
    """What was answered and when, and who owes what by when."""
    beside = " · ".join(_outcome(entry, view))
    return html('{said}<div class="t-fine">{beside}</div>', said=answer(entry), beside=beside)


def _outcome(entry: Entry, view: View) -> Iterable[str]:
    if entry.asks and not entry.settled:
        yield f"{entry.owes.name} owes {'the deed' if entry.answered else 'the answer'}"
    if entry.due is not None and not entry.settled:
        yield f"due {view.formats.date(entry.due)}"
    if entry.settled_on is not None:
        took = "" if entry.days is None else f", after {counted(entry.days, 'day')}"
        yield f"settled by {entry.owes.name} on {view.formats.date(entry.settled_on)}{took}"


def table(entries: Sequence[Entry]) -> Table:
    columns: dict[str, list[object]] = {
        "Said on": [e.day.isoformat() for e in entries],
        "Kind": [KINDS.get(e.kind, e.kind) for e in entries],
        "From": [e.author.name for e in entries],
        "Team": [e.origin for e in entries],
        "To": [e.to.name for e in entries],
        "To team": [e.toward for e in entries],
        "Text": [e.text for e in entries],
        "Rating": [e.rating for e in entries],
        "Reason": [e.reject_reason for e in entries],
        "Lead": [e.lead_id for e in entries],
        "Campaign": [e.campaign_id for e in entries],
        "State": [_STATES[e.state][1] for e in entries],
        "Owner": [e.owes.name for e in entries],
        "Due": [iso(e.due) for e in entries],
        "Settled on": [iso(e.settled_on) for e in entries],
        "Days": [e.days for e in entries],
        "Answer": [e.response for e in entries],
        "Entry": [e.feedback_id for e in entries],
    }
    return Table(pd.DataFrame(columns), dict.fromkeys(("Rating", "Days"), "number"))


def iso(day: date | None) -> str:
    return "" if day is None else day.isoformat()
