"""The Feedback page's parts: each draws what the reading says of it, or nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import pandas as pd
import streamlit as st

from components import feedback_entries, sentences, tables, tiles
from components.charts import Table
from components.feedback_entries import answer, by, chip, entry_line, iso, long_text, paged
from components.picks import pick
from components.screen import View
from components.text import Html, html, joined
from scorecard import feedback_view
from scorecard.feedback import Entry
from scorecard.feedback_ideas import Idea, Ideas, Stage
from scorecard.feedback_loops import Effect, Share
from scorecard.feedback_view import SHOWS, SPANS, WAYS, Feedback, Figure, Told
from scorecard.words import Sentence, brief, counted

_LEAST_TOP: Final = 0.2  # an axis of shares ends no lower: a shorter one would make noise look large
_STEP: Final = 0.1

_STAGES: Final[Mapping[Stage, tuple[str, str]]] = {
    "live": ("✓", "good"), "planned": ("◷", "muted"), "on the calendar": ("◌", "muted"),
    "waiting": ("○", "warn"), "answered": ("◐", "muted"), "done": ("✓", "good"), "dropped": ("–", "muted"),
    "declined": ("–", "muted"),
}  # fmt: skip
_EFFECTS: Final[Mapping[Effect, tuple[str, str, str]]] = {  # icon, tone, and the rule behind it
    Effect.FELL: ("✓", "good", "Its share of rejections is surely lower than before."),
    Effect.ROSE: ("✕", "bad", "Its share of rejections is surely higher than before."),
    Effect.SHARE_ONLY: (
        "±",
        "warn",
        "Its share moved surely, but of all decisions it didn't: others changed.",
    ),
    Effect.UNSURE: ("?", "muted", "The difference may be chance, given how many actions were compared."),
    Effect.TOO_FEW: ("…", "muted", "Fewer rejections than min_n before or after."),
    Effect.TOO_CLOSE: ("⇄", "muted", "Another action on this reason came too soon before or after."),
    Effect.NOT_DUE: ("◷", "muted", "Too few days have gone by since."),
}


# --- choosing ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Chosen:
    """Which of the entries that ask for an answer are listed."""

    show: str
    way: str
    who: str


def pick_months() -> int:
    """How far the page looks back."""
    return int(pick("over", "Said in the last", SPANS))


def pick_asked(minding: Mapping[str, str]) -> Chosen:
    """Owed, answered or all; which way; and who sees to it."""
    show = pick("show", "List", SHOWS)
    way = pick("way", "Who asked", WAYS)
    return Chosen(show, way, pick("who", "Who sees to it", minding, many=True))


# --- figures ----------------------------------------------------------------------------------------------


def figures(shown: Sequence[Figure], view: View) -> None:
    """Both teams side by side."""
    if shown:
        tiles.tiles([tiles.Tile(one.name, one.row, one.beside) for one in shown], view)


# --- what was asked ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Asked:
    """The entries chosen, the names of campaigns, and what stands there without any."""

    title: str
    chosen: Chosen
    entries: tuple[Entry, ...]
    campaigns: Mapping[str, str]


def asked_of(found: Feedback, chosen: Chosen) -> Asked:
    """The list as chosen."""
    entries = feedback_view.listed(found, chosen.show, chosen.way, chosen.who)
    title = {"owed": "What is owed", "answered": "What was answered"}.get(chosen.show, "What was asked")
    return Asked(title, chosen, entries, found.campaigns)


def asked(found: Asked, view: View) -> None:
    """The overdue first, then by due date; with the answer where there is one."""
    title = f"{found.title}: {view.formats.integer(len(found.entries))}"
    tables.beside_table(feedback_entries.table(found.entries), view, title=title, key="asked")
    if not found.entries:
        st.caption("Nothing is owed." if found.chosen.show == "owed" else "Nothing of that kind.")
    place = f"{found.chosen.show}_{found.chosen.way}_{found.chosen.who}"
    paged(found.entries, lambda e: entry_line(e, found.campaigns, view), view, f"asked_{place}")


# --- closing the loop -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Closing:
    """Every loop, and what is to be known of the comparison."""

    loops: tuple[Told, ...]
    caution: str
    basis: str
    planned: str


def closing_of(found: Feedback) -> Closing:
    """That part of the page's reading."""
    return Closing(found.loops, found.caution, found.basis, found.planned)


def closing(found: Closing, view: View) -> None:
    """Each reason somebody acted on: its share before and after, with intervals, and what that says."""
    tables.beside_table(
        _loop_table(found.loops), view, title="Closing the loop", key="loops", anchor="closing"
    )
    if not found.loops:
        st.caption(
            "No action to measure yet. An entry of feedback that names a reject_reason and is done, with the "
            "day in resolved_at, is one."
        )
    top = _top(share for one in found.loops for share in (one.loop.before, one.loop.after))
    st.html(html('<ul class="t-goals">{items}</ul>', items=joined(_loop(o, top, view) for o in found.loops)))
    tiles.note(found.planned)
    tiles.note(found.caution)
    if found.basis:
        how = '<details class="t-how"><summary>How this is compared</summary>{text}</details>'
        st.html(html(how, text=found.basis))


def _top(shares: Iterable[Share | None]) -> float:
    """Where the common axis ends, in whole steps."""
    highest = max((high for s in shares if s is not None and (high := s.interval[1])), default=0.0)
    return min(max(_LEAST_TOP, -(-highest // _STEP) * _STEP), 1.0)


def _loop(one: Told, top: float, view: View) -> Html:
    loop, (icon, tone, rule) = one.loop, _EFFECTS[one.loop.effect]
    return html(
        '<li class="t-goalline"><span class="t-goalname" style="--t-depth:0">“{reason}”'
        '<span class="t-fine">{about}</span></span>'
        '<details class="t-why t-{tone}"><summary><span class="t-chip"><span aria-hidden="true">{icon}</span>'
        '{word}</span></summary><div class="t-rule">{rule}</div></details>'
        '<div class="t-goalbar">{bars}</div>'
        '<div class="t-words t-fine"><span>{done}</span><span>{says}</span></div></li>',
        reason=brief(loop.reason), about=_acted(one, view), tone=tone, icon=icon, word=loop.effect.value,
        rule=rule, bars=_bars(one, top, view), says=one.says, done=_done(one),
    )  # fmt: skip


def _acted(one: Told, view: View) -> str:
    loop = one.loop
    days = dict.fromkeys(view.formats.date(day) for day in (loop.first, loop.last))
    about = f"leads of {brief(one.campaign)}" if loop.campaign_id else "all leads"
    return f"acted on {' – '.join(days)} · {about}"


def _done(one: Told) -> Html:
    """Who did what, of several the latest."""
    last = one.loop.actions[-1]
    rest = len(one.loop.actions) - 1
    more = f" and {counted(rest, 'earlier action')}" if rest else ""
    what = long_text(last.response or last.text)
    return html("{who}: {what}{more}", who=by(last.owes, last.owes.team), what=what, more=more)


def _bars(one: Told, top: float, view: View) -> Html:
    """Before above after, each with its interval."""
    if one.loop.before is None or one.loop.after is None:
        return Html("")
    rows = (("before", one.loop.before, "--t-neutral"), ("after", one.loop.after, "--t-ink"))
    return html(
        '<div class="t-two">{rows}</div>',
        rows=joined(_row(word, share, hue, top, view) for word, share, hue in rows),
    )


def _row(word: str, share: Share, hue: str, top: float, view: View) -> Html:
    low, high = share.interval
    bar = Html("")
    if share.rate is not None and low is not None and high is not None:
        bar = html(
            '<i class="t-span" style="left:{low}%;width:{wide}%"></i>'
            '<i class="t-point" style="left:{x}%"></i>',
            low=_share(low / top), wide=_share((high - low) / top), x=_share(share.rate / top),
        )  # fmt: skip
    return html(
        '<span class="t-fine">{word}</span>'
        '<div class="t-bar" style="--t-hue:var({hue})" aria-hidden="true">{bar}</div>'
        '<span class="t-fine">{value}</span>',
        word=word, hue=hue, bar=bar, value=view.formats.percent(share.rate),
    )  # fmt: skip


def _share(x: float) -> str:
    return f"{min(max(x, 0.0), 1.0) * 100:.2f}"


def _loop_table(loops: Sequence[Told]) -> Table:
    before = [one.loop.before for one in loops]
    after = [one.loop.after for one in loops]
    gaps = [one.loop.compared for one in loops]
    columns: dict[str, list[object]] = {
        "Reason": [one.loop.reason for one in loops],
        "Leads": [one.campaign or "all" for one in loops],
        "First action": [one.loop.first.isoformat() for one in loops],
        "Last action": [one.loop.last.isoformat() for one in loops],
        "Actions": [len(one.loop.actions) for one in loops],
        "Verdict": [one.loop.effect.value for one in loops],
        "Days each side": [one.loop.days for one in loops],
        "Before": [s and s.rate for s in before],
        "k before": [s and s.k for s in before],
        "n before": [s and s.n for s in before],
        "After": [s and s.rate for s in after],
        "k after": [s and s.k for s in after],
        "n after": [s and s.n for s in after],
        "Difference": [g.difference.value for g in gaps],
        "95 % from": [g.difference.low for g in gaps],
        "95 % to": [g.difference.high for g in gaps],
        "False discovery": [g.chance for g in gaps],
        "Decided before": [s and s.decided for s in before],
        "Decided after": [s and s.decided for s in after],
        "In words": [one.says for one in loops],
    }
    shares = ("Before", "After", "Difference", "95 % from", "95 % to", "False discovery")
    counts = ("Actions", "Days each side", "k before", "n before", "k after", "n after")
    units = dict.fromkeys(shares, "percent") | dict.fromkeys(
        (*counts, "Decided before", "Decided after"), "number"
    )
    return Table(pd.DataFrame(columns), units)


# --- ideas, problems, insights, praise --------------------------------------------------------------------


def ideas_of(found: Feedback) -> tuple[Ideas, Sentence]:
    """That part of the page's reading."""
    return found.ideas, found.ideas_say


def ideas(found: tuple[Ideas, Sentence], view: View) -> None:
    """From the idea to the calendar to live."""
    shown, say = found
    tables.beside_table(
        _idea_table(shown.ideas), view, title="What became of content ideas", key="ideas", anchor="ideas"
    )
    st.html(html('<p class="t-lead">{said}</p>', said=sentences.told(say)))
    paged(shown.ideas, lambda i: _idea(i, view), view, "ideas")


def _idea(idea: Idea, view: View) -> Html:
    icon, tone = _STAGES[idea.stage]
    f, entry = view.formats, idea.entry
    steps = [html("{who}, {day}", who=by(entry.author, entry.origin), day=f.date(entry.day))]
    if idea.title:
        steps.append(html("on the calendar: {title}", title=brief(idea.title)))
    if idea.start is not None:
        word = {"live": "live on", "planned": "planned for"}.get(idea.stage, "for")
        took = "" if idea.days is None else f", {counted(idea.days, 'day')} after the idea"
        steps.append(html("{word} {day}{took}", word=word, day=f.date(idea.start), took=took))
    return html(
        '<li><div class="t-item"><div class="t-text">{text}</div>{chip}</div>'
        '<div class="t-fine">{path}</div>{answer}</li>',
        text=long_text(entry.text or "(no text)"), chip=chip(icon, idea.stage, tone),
        path=joined(steps, " → "), answer=answer(entry),
    )  # fmt: skip


def _idea_table(shown: Sequence[Idea]) -> Table:
    columns: dict[str, list[object]] = {
        "Idea": [i.entry.text for i in shown],
        "From": [i.entry.author.name for i in shown],
        "Said on": [i.entry.day.isoformat() for i in shown],
        "State": [i.stage for i in shown],
        "In the calendar": [i.title for i in shown],
        "First day": [iso(i.start) for i in shown],
        "Days to live": [i.days for i in shown],
        "Answer": [i.entry.response for i in shown],
        "Entry": [i.entry.feedback_id for i in shown],
    }
    return Table(pd.DataFrame(columns), {"Days to live": "number"})


Kept = tuple[tuple[Entry, ...], Mapping[str, str], str]  # entries, names of campaigns, a sentence


def problems_of(found: Feedback) -> Kept:
    """Problems, the open ones first."""
    return feedback_view.of_kind(found, "problem"), found.campaigns, ""


def insights_of(found: Feedback) -> Kept:
    """Insights, and what was said without a kind, the latest first."""
    return feedback_view.of_kind(found, "insight", ""), found.campaigns, ""


def praise_of(found: Feedback) -> Kept:
    """Wins, thanks and good leads."""
    return found.praise, found.campaigns, found.praise_says


def problems(found: Kept, view: View) -> None:
    """With owner, due date and state."""
    _kept(found, view, title="Problems", key="problems", nothing="No problem was raised.")


def insights(found: Kept, view: View) -> None:
    """What one team noticed and the other should know."""
    _kept(found, view, title="Insights", key="insights", nothing="No insight was written down.")


def praise(found: Kept, view: View) -> None:
    """Progress recognised, for both teams to see."""
    _kept(found, view, title="Wins and thanks", key="praise", nothing="No win or thanks was written down.")


def _kept(found: Kept, view: View, *, title: str, key: str, nothing: str) -> None:
    entries, campaigns, says = found
    tables.beside_table(feedback_entries.table(entries), view, title=title, key=key)
    tiles.note(says)
    if not entries:
        st.caption(nothing)
    paged(entries, lambda e: entry_line(e, campaigns, view), view, key)


def notes(texts: Sequence[str], _: View) -> None:
    """What couldn't be counted as it stands, and what the source lacks."""
    tiles.notes(texts)
