"""Slides as markup for the room, and the component that puts it on the screen by difference.

The component's script compares what stands there with what is wanted and changes only what differs: a refresh
without news touches nothing, a new figure replaces that figure alone. It takes over a few tags and attributes
and nothing else, so no markup that got here could do anything; all text comes through `text.html` besides.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import streamlit as st

from components import writes
from components.screen import View
from components.text import Html, html, joined
from components.theme import tone_of_team
from scorecard.roles import Act
from scorecard.slides import Bar, Big, Line, Slide
from scorecard.status import Mark
from scorecard.words import Said, Sentence

_HERE: Final = Path(__file__).with_name("slide.js")
_NOTHING: Final = Html("")
_DOT: Final = " · "
# Letters of a headline that is set smaller: so it keeps to two lines, or to one where a word would be left.
_LONG: Final = 152
_NEARLY_ONE_LINE: Final = range(86, 106)

_component = st.components.v2.component(
    "tandem_slide",
    html='<article class="slide" data-part="slide"></article>',
    css=_HERE.with_suffix(".css").read_text(encoding="utf-8"),
    js=_HERE.read_text(encoding="utf-8"),
)


def draw(shown: Slide, view: View) -> None:
    """A slide; its key is its own on the page."""
    ticks = any(line.undone for line in shown.lines) and writes.refusal(view, Act.REVIEW) is None
    _component(key=f"shown_{shown.key}", data={"key": shown.key, "html": str(markup(shown, ticks=ticks))})


def markup(shown: Slide, *, ticks: bool = False) -> Html:
    """Everything on it; `ticks`: actions can be ticked as done."""
    if shown.nothing is not None:
        title, todo = shown.nothing
        return html(
            '<h1>{about}</h1><div class="nothing"><p class="verdict">{title}</p><p>{todo}</p></div>',
            about=shown.title, title=title, todo=todo,
        )  # fmt: skip
    return html(
        '<h1>{title}</h1>{verdict}{numbers}{heading}<ul class="lines {shape} {few}">{lines}</ul>{more}',
        title=shown.title,
        verdict=_verdict(shown.verdict),
        numbers=_numbers(shown),
        heading=html("<h2>{text}</h2>", text=shown.heading) if shown.heading else _NOTHING,
        shape=shown.shape,
        few="few" if len(shown.lines) <= 3 else "",  # noqa: PLR2004 - they have room for larger letters
        lines=joined(_line(line, ticks=ticks) for line in shown.lines),
        more=html('<p class="more">{text}</p>', text=shown.more) if shown.more else _NOTHING,
    )


def _verdict(said: tuple[Sentence, ...]) -> Html:
    pieces = [piece for sentence in said for piece in (*sentence, Said(" "))]
    if not said:
        return _NOTHING
    letters = sum(len(piece.text) for piece in pieces)
    long = "long" if letters > _LONG or letters in _NEARLY_ONE_LINE else ""
    return html('<p class="verdict {long}">{said}</p>', long=long, said=joined(map(_piece, pieces)))


def _piece(piece: Said) -> Html:
    """Outer spaces part words: cleaned text loses them, so they stand outside."""
    front = " " if piece.text[:1].isspace() else ""
    back = " " if piece.text[-1:].isspace() and piece.text.strip() else ""
    tag = "b" if piece.strong else "span"
    return html(f"{front}<{tag}>{{text}}</{tag}>{back}", text=piece.text)


def _numbers(shown: Slide) -> Html:
    if not shown.numbers:
        return _NOTHING
    return html(
        '<div class="numbers" style="--columns:{n}">{tiles}</div>',
        n=len(shown.numbers), tiles=joined(map(_number, shown.numbers)),
    )  # fmt: skip


def _number(number: Big) -> Html:
    return html(
        '<div class="number t-{hue}"><div class="name">{name}</div><div class="top">'
        '<span class="value">{value}</span>{state}</div>{bar}{beside}</div>',
        hue=tone_of_team(number.team), name=number.name, value=number.value, state=_state(number.state),
        bar=_bar(number.bar),
        beside=joined(html('<div class="fine">{text}</div>', text=text) for text in number.beside),
    )  # fmt: skip


def _line(line: Line, *, ticks: bool) -> Html:
    return html(
        '<li class="line t-{hue}" data-key="{what}"><div class="what"><span class="name">{what}</span>'
        '<span class="who">{who}</span></div><div class="how">{bar}<div class="detail">{detail}</div></div>'
        '<span class="value">{value}</span><span class="state">{state}{tick}</span></li>',
        hue=tone_of_team(line.team), what=line.what, who=line.who,
        bar=_bar(line.bar), detail=_parts(line.detail), value=line.value,
        state=_state(line.state), tick=_tick(line) if ticks and line.undone else _NOTHING,
    )  # fmt: skip


def _tick(line: Line) -> Html:
    """The button that has an action written as done; slide.js asks once more."""
    return html(
        '<button class="tick" data-done="{key}" aria-label="Done: {what}">Done</button>',
        key=line.undone, what=line.what,
    )  # fmt: skip


def _parts(text: str) -> Html:
    """Parted at the dots, so that a figure that changes is alone in its element."""
    parts = text.split(_DOT) if text else []
    return joined((html("<span>{part}</span>", part=part) for part in parts), _DOT)


def _state(state: Mark | None) -> Html:
    if state is None:
        return _NOTHING
    return html(
        '<span class="chip t-{tone}"><i>{icon}</i><span>{word}</span></span>',
        tone=state.tone, icon=state.icon, word=state.word,
    )  # fmt: skip


def _bar(bar: Bar | None) -> Html:
    """The track, what is reached, its interval, the pace (dashed) and the target (a full line)."""
    if bar is None:
        return _NOTHING
    marks = [html('<i class="fill" style="--x:{x}%"></i>', x=_place(bar.value or 0.0, bar))]
    if bar.low is not None and bar.high is not None:
        low, wide = _place(bar.low, bar), _place(bar.high - bar.low, bar)
        marks.append(html('<i class="span" style="--from:{low}%;--x:{wide}%"></i>', low=low, wide=wide))
    if bar.expected is not None:
        marks.append(html('<i class="pace" style="--x:{x}%"></i>', x=_place(bar.expected, bar)))
    if bar.target is not None:
        marks.append(html('<i class="goal" style="--x:{x}%"></i>', x=_place(bar.target, bar)))
    track = _place(bar.target if bar.top > 1 and bar.target is not None else bar.top, bar)
    return html(
        '<div class="bar" aria-hidden="true"><i class="track" style="--x:{track}%"></i>{marks}</div>',
        track=track, marks=joined(marks),
    )  # fmt: skip


def _place(share: float, bar: Bar) -> str:
    return f"{min(max(share, 0.0), bar.top) / bar.top * 100:.2f}"
