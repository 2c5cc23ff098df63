"""The timeline: rows of bars over days, as markup, because each bar is a link; and the weeks as a list.

Colour is the team's; how far an entry is, its icon and its pattern say. On a phone the list stands alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from operator import itemgetter
from typing import Final

import pandas as pd
import streamlit as st

from components import tables, tiles
from components.charts import Table
from components.screen import View
from components.sentences import href, link
from components.text import Html, html, joined
from components.theme import tone_of_team
from scorecard import words
from scorecard.calendar_entries import KINDS, LOOKS, Entry
from scorecard.calendar_lanes import Bar, Group
from scorecard.calendar_view import Band, Timeline, Week

_KEPT: Final = ("on", "by")  # what a link within the page keeps of its address
_OF_A_WEEK: Final = 12  # entries listed; the rest is counted
_LATE: Final = 0.75  # of the days: what stands above later ones ends with them
_SHADES: Final = {"free": "t-free", "off": "t-off", "short": "t-short"}
_LEGEND: Final = (
    "Violet is marketing's, blue sales', both at once both teams'. ○ idea ◷ planned ● live ✓ done; what was "
    "dropped stands in the table only. Shaded days are off."
)


def link_of(entry: Entry) -> str | None:
    """The address that tells more about an entry; within the page, the days shown stay."""
    if entry.link is None:
        return None
    page, ask = entry.link
    return href(page, (*_kept(), *ask) if page == "calendar" else ask)


def close_link() -> Html:
    """The way back from one entry."""
    return link("Close", "calendar", _kept())


def _kept() -> tuple[tuple[str, str], ...]:
    return tuple((name, st.query_params[name]) for name in _KEPT if name in st.query_params)


def titled(entry: Entry) -> Html:
    """An entry's title, leading to more about it."""
    to = link_of(entry)
    if to is None:
        return html("{title}", title=entry.title)
    return html('<a href="{to}" target="_self">{title}</a>', to=to, title=entry.title)


def hue(entry: Entry) -> str:
    """The class of its team's colour."""
    return f"t-{tone_of_team(entry.team) if entry.team in ('marketing', 'sales', 'shared') else 'other'}"


# --- the timeline -----------------------------------------------------------------------------------------


def timeline(found: Timeline, view: View) -> None:
    """The head with the table, and the bars."""
    tables.beside_table(
        _table(found.every, view), view, title=_title(found, view), key="calendar", help=_LEGEND
    )
    if not found.every:
        st.html(html('<p class="t-note">{text}</p>', text="Nothing stands on these days."))
    st.html(
        html(
            '<div class="t-cal" style="--days:{days}"><div class="t-calback" aria-hidden="true">'
            '{bands}{today}</div><div class="t-calhead" aria-hidden="true"><span></span>'
            '<div class="t-caldays">{ticks}</div></div>{groups}</div>',
            days=found.period.days,
            bands=joined(_band(band, found.period.days) for band in found.bands),
            today=html("") if found.today is None else _today(found.today),
            ticks=joined(_tick(t.start, t.length, t.label) for t in found.ticks),
            groups=joined(_group(group, view) for group in found.groups),
        )
    )
    st.html(html('<p class="t-note t-callegend">{text}</p>', text=_LEGEND))


def _title(found: Timeline, view: View) -> str:
    """'16 Nov – 27 Dec 2026', 'December 2026', 'Q4 2026'."""
    if found.period.kind == "custom":
        return view.formats.interval(found.period.start, found.period.last_day, year=True)
    return found.period.label(view.settings.locale)


def _band(band: Band, days: int) -> Html:
    late = " t-end" if band.start > _LATE * days else ""
    return html(
        '<i class="{off}{late}" style="grid-column:{start}/span {length}"></i>',
        off=_SHADES[band.shade], late=late, start=band.start + 1, length=band.length,
    )  # fmt: skip


def _today(day: int) -> Html:
    return html('<i class="t-today" style="grid-column:{start}/span 1"></i>', start=day + 1)


def _tick(start: int, length: int, label: str) -> Html:
    return html(
        '<span style="grid-column:{start}/span {length}">{label}</span>',
        start=start + 1,
        length=length,
        label=label,
    )


def _group(group: Group, view: View) -> Html:
    more = html('<span class="t-fine">{n} more in the table</span>', n=group.more) if group.more else html("")
    return html(
        '<section class="t-calgroup"><div class="t-calname">{name}{more}</div>'
        '<div>{throughout}<ul class="t-caldays">{bars}</ul></div></section>',
        name=words.brief(group.name), more=more, throughout=_throughout(group.throughout, view),
        bars=joined(_bar(bar, view) for bar in group.bars),
    )  # fmt: skip


def _throughout(entries: Sequence[Entry], view: View) -> Html:
    """What runs on all of the days, named in a line of its own."""
    if not entries:
        return html("")
    items = joined(
        html('<li class="{hue} t-is-{stage}">{shown}</li>', hue=hue(e), stage=e.stage, shown=_named(e, view))
        for e in entries
    )
    return html('<ul class="t-through">{items}</ul>', items=items)


def _named(entry: Entry, view: View) -> Html:
    """Its bar, icon and title, with all about it in the tooltip; a link where there is one."""
    sign = entry.sign
    mark = html(' <b class="t-{tone}">{icon}</b>', tone=sign.tone, icon=sign.icon) if sign else html("")
    inner = html(
        '<i></i><span><span aria-hidden="true">{icon}</span> {title}{mark}</span>',
        icon=LOOKS[entry.stage], title=entry.title, mark=mark,
    )  # fmt: skip
    to, said = link_of(entry), about(entry, view)
    if to is None:
        return html('<span class="t-calin" title="{said}">{inner}</span>', said=said, inner=inner)
    linked = '<a class="t-calin" href="{to}" target="_self" title="{said}">{inner}</a>'
    return html(linked, to=to, said=said, inner=inner)


def _bar(bar: Bar, view: View) -> Html:
    entry = bar.entry
    place = f"grid-column:{bar.left + 1}/span {bar.room};grid-row:{bar.lane + 1}"
    wide = f"--wide:{100 * bar.length / bar.room:.3f}%;--from:{100 * (bar.start - bar.left) / bar.room:.3f}%"
    return html(
        '<li class="{hue} t-{stage} {side} {cut}" style="{place};{wide}">{shown}</li>',
        hue=hue(entry), stage=f"is-{entry.stage}",
        side="t-inside" if bar.inside else "t-left" if bar.before else "t-right",
        cut=" ".join(name for name, cut in zip(("t-cutl", "t-cutr"), bar.cut, strict=True) if cut),
        place=place, wide=wide, shown=_named(entry, view),
    )  # fmt: skip


def about(entry: Entry, view: View) -> str:
    """'Black week · promotion, live · 20 Nov – 6 Dec · Clara Brandt'."""
    kind = KINDS[entry.kind][0] if entry.kind else ""
    state = ", ".join(part for part in (kind, entry.stage) if part)
    marks = " · ".join(mark.word for mark in entry.marks)
    parts = (entry.title, state, days(entry.first, entry.last, view), entry.owner, marks)
    return " · ".join(part for part in parts if part)


def days(first: date, last: date | None, view: View) -> str:
    """Its days, with their years where they aren't as_of's."""
    this = view.as_of.day.year
    if last is None:
        return (
            f"since {days(first, first, view)}"
            if first <= view.as_of.day
            else f"from {days(first, first, view)} on"
        )
    return view.formats.interval(first, last, year=(first.year, last.year) != (this, this))


def _table(every: Sequence[Entry], view: View) -> Table:
    columns: dict[str, list[object]] = {
        "What": [e.title for e in every],
        "Kind": [e.kind for e in every],
        "From": [view.formats.date(e.first) for e in every],
        "To": ["open" if e.last is None else view.formats.date(e.last) for e in every],
        "State": [f"{LOOKS[e.stage]} {e.stage}" for e in every],
        "Channel": [e.channel for e in every],
        "Team": [e.team for e in every],
        "Owner": [e.owner for e in every],
        "With": [", ".join(e.attendees) for e in every],
        "Campaign": [e.campaign for e in every],
        "Goal": [e.goal for e in every],
        "Entry": [e.entry_id or "" for e in every],
    }
    return Table(pd.DataFrame(columns), {})


# --- the weeks --------------------------------------------------------------------------------------------


def weeks(found: Sequence[Week], view: View) -> None:
    """A list for each week: when, what, who does it; weeks that are over are folded."""
    tiles.heading("Week by week", anchor="weeks")
    st.html(joined(_week(week, view) for week in found if week.entries or week.off or week.now))


def _week(week: Week, view: View) -> Html:
    shown, more = week.entries[:_OF_A_WEEK], len(week.entries) - _OF_A_WEEK
    rest = (
        html('<li class="t-plain">{n} more in the table of the timeline</li>', n=more)
        if more > 0
        else html("")
    )
    empty = not week.entries and not week.off
    nothing = html('<li class="t-plain">{text}</li>', text="Nothing begins.") if empty else html("")
    lines = [(e.first, _item(e, view, running=week.running)) for e in shown] + list(_offs(week.off, view))
    items = joined([*(line for _, line in sorted(lines, key=itemgetter(0))), rest, nothing])
    count = f"{len(week.entries)}" if week.entries else ""
    now = html('<span class="t-chip t-muted">{word}</span>', word="this week") if week.now else html("")
    return html(
        '<details class="t-group" {open}><summary><b>{label}</b>{now}'
        '<span class="t-fine">{count}</span></summary><ul class="t-list t-agenda">{items}</ul></details>',
        open=html("") if week.past or week.running else html("open"),
        label=week.label, now=now, count=count, items=items,
    )  # fmt: skip


def _offs(off: Iterable[tuple[date, str]], view: View) -> Iterable[tuple[date, Html]]:
    line = '<li class="t-off"><span class="t-when">{day}</span><span>◇ {name}</span></li>'
    for day, name in off:
        yield day, html(line, day=view.formats.day_month(day), name=name)


def _item(entry: Entry, view: View, *, running: bool) -> Html:
    """'24 Nov ◷ Newsletter · content, email · Luís Ferreira'."""
    last = "open end" if entry.last is None else f"until {days(entry.last, entry.last, view)}"
    when = last if running else view.formats.day_month(entry.first)
    longer = "" if running or entry.last == entry.first else last
    kind = KINDS[entry.kind][0] if entry.kind else ""
    fine = " · ".join(part for part in (kind, entry.channel, longer, entry.owner) if part)
    marks = joined(
        html(' <span class="t-chip t-{tone}">{icon} {word}</span>', tone=m.tone, icon=m.icon, word=m.word)
        for m in entry.marks
        if m.tone != "muted"
    )
    return html(
        '<li class="{hue} t-{stage}"><span class="t-when">{when}</span><span class="t-body">'
        '<span class="t-what"><span class="t-icon" title="{word}">{icon}</span> {title}</span>{marks}'
        '<span class="t-fine">{fine}</span></span></li>',
        hue=hue(entry), stage=f"is-{entry.stage}", when=when, icon=LOOKS[entry.stage], word=entry.stage,
        title=titled(entry), marks=marks, fine=fine,
    )  # fmt: skip
