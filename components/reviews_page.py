"""The Reviews page's parts: who owes what and whether it worked, one review, and all of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Final

import pandas as pd
import streamlit as st

from components import sentences, tables, tiles
from components.charts import Table
from components.screen import View
from components.text import Html, html, joined
from scorecard import words
from scorecard.reviews import Action, Line, Overview, Owing, Review
from scorecard.reviews_effect import MOST_WEEKS, Effect, Moved, Worked
from scorecard.reviews_panel import NOT_EDITS, Figure, Panel

_ACTIONS: Final = 12  # that the list shows; its table has all
_LONGEST: Final = 240  # characters of an action in a list; its review has all of it
_OWING: Final = 10
_REVIEWS: Final = 12
_RULE: Final = (
    "Whether a done action worked: the same rates in as many whole weeks after the day it was "
    f"done as before, at most {MOST_WEEKS}; of a campaign that had ended, the next one of its channel at "
    "equal age. A metric that the decision or action names is taken alone; several share the 5 %."
)
_NO_PROOF: Final = "Before and after is no proof: other things change too."
_NOTHING: Final = Html("")


def names(found: Overview, view: View) -> dict[str, str]:
    """What the reviews go by in the picker."""
    return {one.review_id: f"{one.called} · {_day(one.day, view)}" for one in found.reviews}


# --- who owes what ----------------------------------------------------------------------------------------


def agreed(found: tuple[Sequence[Action], Worked], view: View) -> None:
    """Every action, what is owed first; of those done, whether it worked."""
    actions, worked = found
    if not actions:
        return
    tables.beside_table(
        _table(actions, worked, view),
        view,
        title="What was agreed",
        key="agreed",
        help=_RULE,
        anchor="agreed",
    )
    _list(_action(one, worked, view, source=True) for one in actions[:_ACTIONS])
    more = len(actions) - _ACTIONS
    tiles.note(f"The table has {more} more." if more > 0 else "")


def _table(actions: Sequence[Action], worked: Worked, view: View) -> Table:
    date_of = view.formats.date
    effects = [worked.effects.get((one.review_id, one.line_no)) for one in actions]
    columns = {
        "Action": [one.what for one in actions],
        "State": [f"{one.look[0]} {one.state}" for one in actions],
        "Who": [one.who for one in actions],
        "Due": [date_of(one.due) if one.due else "" for one in actions],
        "Done": [date_of(one.done) if one.done else "" for one in actions],
        "Did it work": ["" if e is None else e.outcome.value for e in effects],
        "In numbers": ["" if e is None else e.says for e in effects],
        "Review": [one.review_id for one in actions],
        "Decision": [one.decision for one in actions],
    }
    return Table(pd.DataFrame(columns), {})


def _list(items: Iterable[Html]) -> None:
    st.html(html('<ul class="t-list">{items}</ul>', items=joined(items)))


def _action(one: Action, worked: Worked, view: View, *, source: bool) -> Html:
    icon, tone = one.look
    effect = worked.effects.get((one.review_id, one.line_no))
    return html(
        '<li><div class="t-item"><span class="t-what">{what}</span>{chip}</div>'
        '<div class="t-fine">{about}{review}</div>{effect}</li>',
        what=words.brief(one.what, _LONGEST), chip=_chip(icon, one.state, tone), about=_about(one, view),
        review=_source(one, view) if source else _NOTHING, effect=_effect(effect),
    )  # fmt: skip


def _chip(icon: str, word: str, tone: str) -> Html:
    return html('<span class="t-chip t-{tone}">{icon} {word}</span>', tone=tone, icon=icon, word=word)


def _about(one: Action, view: View) -> str:
    """'Katrin Voss · due 5 Nov 2026 · done 3 Nov 2026'."""
    parts = [
        words.brief(one.who) or "nobody named",
        f"due {view.formats.date(one.due)}" if one.due else "no due date",
    ]
    if one.done is not None:
        parts.append(f"done {view.formats.date(one.done)}{', before it was decided' if one.early else ''}")
    return " · ".join(parts)


def _source(one: Action, view: View) -> Html:
    held = "undated" if one.held is None else view.formats.day_month(one.held)
    ask = (("review", one.review_id),)
    return html(" · {link}", link=sentences.link(f"review of {held}", "reviews", ask))


def _effect(found: Effect | None) -> Html:
    """Whether it worked: the outcome, opened with what was compared, and a sentence."""
    if found is None:
        return _NOTHING
    icon, tone = found.outcome.look
    return html(
        '<div class="t-effect"><span class="t-fine">Did it work?</span>'
        '<details class="t-why t-{tone}"><summary><span class="t-chip">'
        '<span aria-hidden="true">{icon}</span>{word}</span></summary><div class="t-rule">{how}{rows}{proof}'
        '</div></details><span class="t-fine">{says}</span></div>',
        tone=tone, icon=icon, word=found.outcome.value, how=found.how, says=found.says,
        rows=joined(map(_moved, found.moved)), proof=html(" {text}", text=_NO_PROOF) if found.moved else "",
    )  # fmt: skip


def _moved(one: Moved) -> Html:
    sure = f"surely {one.sure}" if one.sure else "can't tell yet"
    gap = f", difference {one.gap}" if one.gap else ""
    return html(
        '<div class="t-fine"><b>{label}</b>: {before} → {after}{gap}: {sure}</div>',
        label=one.label, before=one.before, after=one.after, gap=gap, sure=sure,
    )  # fmt: skip


def owing(shown: Sequence[Owing], view: View) -> None:
    """Campaigns that ended without a review."""
    if not shown:
        return
    columns = {
        "Campaign": [one.name for one in shown],
        "Ended": [view.formats.date(one.ended) for one in shown],
        "Who": [one.who for one in shown],
    }
    table = Table(pd.DataFrame(columns), {})
    tables.beside_table(table, view, title="Owing a review", key="owing", anchor="owing")
    _list(_owes(one, view) for one in shown[:_OWING])
    more = len(shown) - _OWING
    tiles.note(f"The table has {more} more." if more > 0 else "")


def _owes(one: Owing, view: View) -> Html:
    ended = f"ended {view.formats.date(one.ended)}"
    return html(
        '<li><span class="t-what">{name}</span><div class="t-fine">{about}</div></li>',
        name=sentences.link(one.name, "campaigns", (("campaign", one.campaign_id),)),
        about=" · ".join(part for part in (ended, one.who) if part),
    )  # fmt: skip


def every(shown: Sequence[Review], view: View) -> None:
    """All reviews, the latest first."""
    if not shown:
        return
    tables.beside_table(_all(shown, view), view, title="All reviews", key="all")
    _list(_row(one, view) for one in shown[:_REVIEWS])


def _row(one: Review, view: View) -> Html:
    done = sum(action.done is not None for action in one.actions)
    of = f"{done} of {words.counted(len(one.actions), 'action')} done" if one.actions else "no action"
    return html(
        '<li><span class="t-what">{name}</span><div class="t-fine">{about}</div></li>',
        name=sentences.link(one.called, "reviews", (("review", one.review_id),)),
        about=f"{_day(one.day, view)} · {of}",
    )  # fmt: skip


def _day(day: date | None, view: View) -> str:
    return "no date" if day is None else view.formats.date(day)


def _all(shown: Sequence[Review], view: View) -> Table:
    columns = {
        "Review": [one.review_id for one in shown],
        "Held": [_day(one.day, view) for one in shown],
        "About": [one.called for one in shown],
        "There": [", ".join(one.attendees) for one in shown],
        "Decisions": [" / ".join(line.decision for line in one.lines if line.decision) for one in shown],
        "Actions": [float(len(one.actions)) for one in shown],
        "Done": [float(sum(a.done is not None for a in one.actions)) for one in shown],
    }
    return Table(pd.DataFrame(columns), {"Actions": "number", "Done": "number"})


# --- one review -------------------------------------------------------------------------------------------


def title(panel: Panel | None, _: View) -> None:
    """What it was about, when, and who was there."""
    if panel is not None:
        head = '<div class="t-panel"><h2>{name}</h2></div><p class="t-on">{about}</p>'
        st.html(html(head, name=panel.review.called, about=panel.about))


def opening(panel: Panel | None, view: View) -> None:
    """What it opens with: the actions of the review before, and what became of them."""
    if panel is None:
        return
    tiles.heading("It opens with the last one’s actions")
    st.html(html('<p class="t-on">{said}</p>', said=sentences.told(panel.opening)))
    if panel.opens is not None and panel.opens.actions:
        _list(_action(one, panel.worked, view, source=False) for one in panel.opens.actions)


def said(panel: Panel | None, view: View) -> None:
    """What went well and wrong, what was decided, and who does what by when."""
    if panel is None:
        return
    tiles.heading("What was said and decided")
    if panel.lines:
        _list(_line(one, view) for one in panel.lines)
    else:
        tiles.note(
            "Nothing is written down of it yet: went_well, went_wrong, decision and action of reviews."
        )


def _line(one: Line, view: View) -> Html:
    parts = (("Went well", one.well), ("Went wrong", one.wrong), ("Decided", one.decision))
    rows = joined(html("<dt>{name}</dt><dd>{text}</dd>", name=n, text=text) for n, text in parts if text)
    return html(
        '<li><dl class="t-facts t-said">{rows}{action}</dl></li>', rows=rows, action=_asked(one.action, view)
    )


def _asked(action: Action | None, view: View) -> Html:
    if action is None:
        return _NOTHING
    icon, tone = action.look
    return html(
        '<dt>Action</dt><dd><div class="t-item"><span class="t-what">{what}</span>{chip}</div>'
        '<div class="t-fine">{about}</div></dd>',
        what=action.what, chip=_chip(icon, action.state, tone), about=_about(action, view),
    )  # fmt: skip


def stood(panel: Panel | None, view: View) -> None:
    """Its numbers as they stood, and what they are now."""
    if panel is None:
        return
    if panel.blocks:
        tiles.heading(f"The numbers as they stood on {panel.stood}")
    for block in panel.blocks:
        if len(panel.blocks) > 1:
            tiles.note(block.called)
        tiles.tiles([_tile(figure) for figure in block.figures], view)
    if panel.blocks:
        tiles.note(NOT_EDITS)
    _low(panel)
    tiles.notes(panel.notes)


def _tile(figure: Figure) -> tiles.Tile:
    return tiles.Tile(figure.label, figure.row, figure.now)


def _low(panel: Panel) -> None:
    """Goals beaten by far: perhaps they were too low."""
    if panel.low_goals:
        tiles.heading("A success, or a goal set too low?")
        tiles.because(*map(sentences.told, panel.low_goals))
