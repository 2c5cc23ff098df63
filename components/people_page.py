"""The People page's parts: both teams side by side, topics, sessions on the other side, what nobody owns."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Literal

import pandas as pd
import streamlit as st

from components import sentences, tables, tiles
from components.charts import Table
from components.screen import View
from components.text import Html, html, joined, mail
from components.theme import tone_of_team
from scorecard import words
from scorecard.people import PER_PAGE, Gap, Matched, Person, Thing, Topic
from scorecard.people_exchange import WINDOW_DAYS, Exchanges, Session

Side = Literal["marketing", "sales", "others"]

_TITLES: Final[dict[Side, str]] = {
    "marketing": "Marketing",
    "sales": "Sales",
    "others": "Leadership and outside",
}
_KINDS: Final = {"goal": "goal", "campaign": "campaign", "action": "action", "feedback": "piece of feedback"}
_MANY: Final = {"feedback": "pieces of feedback"}
_TOPICS: Final = 60  # that the index shows; a search narrows it
_COVERS: Final = 12  # topics that a card names
_ASKED: Final = 6  # people that the index names for a topic
_SESSIONS: Final = 10
_PLANNED: Final = 4
_NOTES: Final = 10
_GAPS: Final = 12
_LONGEST: Final = 240  # characters of a takeaway
_NOTHING: Final = Html("")


def pages(count: int) -> dict[str, str]:
    """The pages of the picker, by number."""
    return {
        str(n): f"People {(n - 1) * PER_PAGE + 1} – {n * PER_PAGE} of each side" for n in range(1, count + 1)
    }


# --- the teams --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class SideBy:
    """One team's people, those shown, out of how many."""

    side: Side
    people: Sequence[Person]
    of: int
    asked: str


def side_of(found: Matched, side: Side) -> SideBy:
    """One of the lists."""
    lists = {"marketing": found.marketing, "sales": found.sales, "others": found.others}
    return SideBy(side, lists[side], found.of[list(lists).index(side)], found.asked)


def side(found: SideBy, view: View) -> None:
    """Everybody of a team: role, what they cover, whether they sat in, what they own."""
    if not found.of and found.side == "others":
        return
    tables.beside_table(
        _table(found.people, view), view, title=f"{_TITLES[found.side]}: {found.of}", key=found.side
    )
    if not found.people:
        tiles.note("Nobody matches." if found.asked else "Nobody on this page.")
        return
    hue = tone_of_team(found.side)
    items = joined(_card(one, view) for one in found.people)
    st.html(html('<ul class="t-list t-people t-{hue}">{items}</ul>', hue=hue, items=items))


def _card(one: Person, view: View) -> Html:
    chip = html('<span class="t-chip t-ink-chip">⇄ liaison</span>') if one.liaison else _NOTHING
    role = " · ".join(
        part for part in (one.role, one.department if one.department == "leadership" else "") if part
    )
    return html(
        '<li><div class="t-item"><span class="t-what">{name}</span>{chip}</div>'
        '<div class="t-fine">{role}{mail}</div>{covers}<div class="t-fine">{sat}</div>{owns}</li>',
        name=words.brief(one.name), chip=chip, role=words.brief(role), mail=_mail(one, bool(role)),
        covers=_covers(one), sat=_sat(one, view), owns=_owns(one.owns),
    )  # fmt: skip


def _mail(one: Person, follows: bool) -> Html:  # noqa: FBT001 - whether a dot parts it from what stands before
    if not one.email:
        return _NOTHING
    return html("{dot}{address}", dot=html(" · ") if follows else _NOTHING, address=mail(one.email))


def _covers(one: Person) -> Html:
    if not one.covers:
        return _NOTHING
    return html('<div class="t-covers">{text}</div>', text=_some(one.covers, _COVERS))


def _some(names: Sequence[str], most: int) -> str:
    """The first names, and how many more."""
    more = len(names) - most
    told = ", ".join(words.brief(name) for name in names[:most])
    return f"{told} and {more} more" if more > 0 else told


def _sat(one: Person, view: View) -> str:
    """Whether this person has seen the other side's work lately; only the two teams have another side."""
    if one.department not in ("marketing", "sales"):
        return ""
    coming = "" if one.planned is None else f" · next {view.formats.day_month(one.planned)}"
    if one.sat is None:
        return f"○ hasn’t sat in yet{coming}"
    when = view.formats.date(one.sat)
    return f"✓ sat in on {when}{coming}" if one.lately else f"○ last sat in on {when}{coming}"


def _owns(owns: Sequence[Thing]) -> Html:
    """What this person answers for, counted; opened, each with its page."""
    if not owns:
        return _NOTHING
    items = joined(
        html("<li>{kind}: {link}{late}</li>", kind=_KINDS[t.kind].capitalize(),
             link=sentences.link(t.name, t.page, t.ask), late=" (overdue)" if t.overdue else "")
        for t in owns
    )  # fmt: skip
    return html(
        '<details class="t-owns"><summary>{text}</summary><ul>{items}</ul></details>',
        text=f"Owns {_counted(owns)}", items=items,
    )  # fmt: skip


def _counted(owns: Sequence[Thing]) -> str:
    """'2 goals, 3 campaigns and 1 action (overdue)'."""
    told = []
    for kind, word in _KINDS.items():
        some = [thing for thing in owns if thing.kind == kind]
        late = sum(thing.overdue for thing in some)
        if some:
            overdue = f" ({late if late < len(some) else 'all' if late > 1 else ''} overdue)" if late else ""
            told.append(f"{words.counted(len(some), word, _MANY.get(kind))}{overdue.replace('( ', '(')}")
    return words.listing(told)


def _table(people: Sequence[Person], view: View) -> Table:
    date = view.formats.date
    columns = {
        "Name": [one.name for one in people],
        "Role": [one.role for one in people],
        "E-mail": [one.email for one in people],
        "Ask about": [", ".join(one.covers) for one in people],
        "Liaison": ["yes" if one.liaison else "" for one in people],
        "Sat in": [date(one.sat) if one.sat else "" for one in people],
        "Next": [date(one.planned) if one.planned else "" for one in people],
        "Owns": [_counted(one.owns) if one.owns else "" for one in people],
    }
    return Table(pd.DataFrame(columns), {})


# --- topics -----------------------------------------------------------------------------------------------


def topics(found: tuple[Sequence[Topic], str], view: View) -> None:
    """The index: each topic with whom to ask."""
    shown, asked = found
    table = Table(
        pd.DataFrame(
            {"Topic": [t.name for t in shown], "Ask": [", ".join(n for _, n in t.people) for t in shown]}
        ),
        {},
    )
    tables.beside_table(table, view, title="Whom to ask about what", key="topics")
    if not shown:
        tiles.note(f"Nobody covers “{asked}”." if asked else "No topics yet: covers of people holds them.")
        return
    rows = joined(map(_topic, shown[:_TOPICS]))
    st.html(html('<dl class="t-index">{rows}</dl>', rows=rows))
    more = len(shown) - _TOPICS
    tiles.note(f"{more} more: a search narrows the list." if more > 0 else "")


def _topic(one: Topic) -> Html:
    return html("<dt>{topic}</dt><dd>{who}</dd>", topic=words.brief(one.name), who=_some(_names(one), _ASKED))


def _names(one: Topic) -> list[str]:
    return [name for _, name in one.people]


# --- seeing the other side --------------------------------------------------------------------------------


def held(found: Exchanges, view: View) -> None:
    """Sessions held: who sat in, and what they took away."""
    if not found.known:
        tiles.empty(
            "Nobody has sat in on the other side’s work yet",
            "Put sessions into calendar as kind exchange, with owner and attendees: marketing joins sales’ "
            "calls, sales joins marketing’s meetings.",
        )
        return
    tables.beside_table(
        _sessions(found, view), view, title="Seeing the other side", key="exchanges", anchor="exchanges"
    )
    _list(_session(one, view, over=True) for one in found.held[:_SESSIONS])
    more = len(found.held) - _SESSIONS
    rest = f" The table has {more} more." if more > 0 else ""
    tiles.note(f"Whoever hosts shows the work and hasn’t sat in; lately is {WINDOW_DAYS} days.{rest}")


def planned(found: Exchanges, view: View) -> None:
    """Sessions to come, and attendees that nobody is."""
    if found.ahead:
        tiles.heading("Planned sessions")
        _list(_session(one, view, over=False) for one in found.ahead[:_PLANNED])
    more = len(found.ahead) - _PLANNED
    tiles.note(f"The table has {more} more." if more > 0 else "")
    tiles.notes(found.notes[:_NOTES])


def _list(items: Iterable[Html]) -> None:
    st.html(html('<ul class="t-list">{items}</ul>', items=joined(items)))


def _session(one: Session, view: View, *, over: bool) -> Html:
    guests = words.listing(name for _, name in one.guests) or "nobody of the other team"
    with_ = f" · shown by {words.listing(one.hosts)}" if one.hosts else ""
    return html(
        '<li><span class="t-what">{name}</span><div class="t-fine">{about}</div>{takeaway}</li>',
        name=sentences.link(one.title, "calendar", (("entry", one.entry_id),)),
        about=f"{view.formats.date(one.day)} · {guests}{with_}",
        takeaway=_takeaway(one) if over else _NOTHING,
    )  # fmt: skip


def _takeaway(one: Session) -> Html:
    if not one.takeaway:
        return html('<div class="t-fine">No takeaway written down</div>')
    return html('<div class="t-covers">“{text}”</div>', text=words.brief(one.takeaway, _LONGEST))


def _sessions(found: Exchanges, view: View) -> Table:
    every = [*found.ahead[::-1], *found.held]
    columns = {
        "Day": [view.formats.date(one.day) for one in every],
        "Session": [one.title for one in every],
        "State": ["held" if one in found.held else "planned" for one in every],
        "Sat in": [", ".join(name for _, name in one.guests) for one in every],
        "Shown by": [", ".join(one.hosts) for one in every],
        "Takeaway": [one.takeaway for one in every],
    }
    return Table(pd.DataFrame(columns), {})


def gaps(shown: Sequence[Gap], view: View) -> None:
    """What nobody in people answers for."""
    if not shown:
        return
    table = Table(pd.DataFrame({"What": [g.name for g in shown], "Gap": [g.what for g in shown]}), {})
    tables.beside_table(table, view, title="Nobody answers for", key="gaps", anchor="gaps")
    _list(map(_gap, shown[:_GAPS]))
    more = len(shown) - _GAPS
    tiles.note(f"The table has {more} more." if more > 0 else "")


def _gap(one: Gap) -> Html:
    return html(
        '<li><span class="t-what">{name}</span><div class="t-fine">{what}</div></li>',
        name=sentences.link(one.name, one.page, one.ask), what=one.what,
    )  # fmt: skip
