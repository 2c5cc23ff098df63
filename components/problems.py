"""The Data page's lists: problems in groups, what is locked, what was read."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final

import pandas as pd
import streamlit as st

from components.charts import Table
from components.text import Html, clean, html, joined
from components.tiles import Fact, mark_chip
from scorecard import checks_costs
from scorecard.data_view import NOBODY, Group, Locked, Read, Touch, Wrong
from scorecard.entered import Entry
from scorecard.formats import Formats
from scorecard.problems import Problem, Severity
from scorecard.status import Mark

_SHOWN: Final = 20  # problems of a group that are listed; the table has all
_OPEN: Final = 3  # groups of errors that are open from the start
_FIRST_LOCKS: Final = 5  # things to add that are shown at once
_FIRST_LABELS: Final = 6  # metrics that are named of those one thing unlocks
_SHEETS: Final = re.compile(r"https://docs\.google\.com/[!#-;=?-~]+", re.ASCII)  # no quotes, angles, blanks
_LONGEST: Final = 300  # characters of a value that are shown
_HEADS: Final = Html(
    '<li class="t-columns" aria-hidden="true"><span>Where</span><span>What stands there</span>'
    "<span>What is wrong</span><span>What to do</span></li>"
)
_LOOKS: Final = {Severity.ERROR: ("✕", "Error", "t-bad"), Severity.WARNING: ("▲", "Warning", "t-warn")}


def counts(wrong: Wrong, read: Sequence[Read], locked: Sequence[Locked], formats: Formats) -> list[Fact]:
    """How much is wrong, what it costs, how much was read, how much is locked."""
    errors, warnings = wrong.count(Severity.ERROR), wrong.count(Severity.WARNING)
    there = [one for one in read if one.rows is not None]
    rows = sum(one.rows or 0 for one in there)
    metrics = {metric for one in locked for metric in one.unlocks}
    money = f"worth {formats.money(wrong.amount)}" if wrong.amount else ""
    return [
        Fact("Errors", formats.number(errors), "left out until corrected", "bad" if errors else "muted"),
        Fact("Warnings", formats.number(warnings), "counted as they stand", "warn" if warnings else "muted"),
        Fact("Rows left out", formats.number(wrong.left_out), money),
        Fact("Rows read", formats.number(rows), f"in {len(there)} of {len(read)} tables"),
        Fact(
            "Locked metrics", formats.number(len(metrics)), "each says below what it needs" if metrics else ""
        ),
    ]


def groups(shown: Sequence[Group], formats: Formats) -> None:
    """Problems by table and rule; the first ones are open if they are errors, the others open by a click."""
    errors = [g for g in shown if g.severity is Severity.ERROR]
    items = joined(_group(g, formats, opened=g in errors[:_OPEN]) for g in shown)
    st.html(html('<div class="t-groups">{items}</div>', items=items))


def _group(group: Group, formats: Formats, *, opened: bool) -> Html:
    icon, word, tone = _LOOKS[group.severity]
    rest = len(group.problems) - _SHOWN
    more = html('<p class="t-fine">{n} more in the table.</p>', n=rest) if rest > 0 else Html("")
    return html(
        '<details class="t-group {tone}" {opened}><summary><span class="t-chip"><span aria-hidden="true">'
        '{icon}</span>{word}</span><b>{title}</b><span class="t-fine">{fine}</span></summary>'
        '<ul class="t-problems">{heads}{items}</ul>{more}</details>',
        tone=tone, opened=Html("open" if opened else ""), icon=icon, word=word, title=group.title,
        fine=_weight(group, formats), more=more, heads=_HEADS,
        items=joined(_problem(p, formats) for p in group.problems[:_SHOWN]),
    )  # fmt: skip


def _weight(group: Group, formats: Formats) -> str:
    """'leads · 12 rows · 2 left out, 450 €', or '2 rows, 450 € left out of Q3 2026' where that is all."""
    rows = f"{formats.number(group.rows)} {'row' if group.rows == 1 else 'rows'}"
    costs = checks_costs.costs(group.problems)
    dated = len(costs) == 1 and costs[0].period is not None
    cost = costs[0].in_words(formats) if dated else _cost(group.left_out, group.amount, formats)
    return " · ".join(part for part in (group.table, rows, cost) if part)


def _cost(rows: int, amount: float | None, formats: Formats) -> str:
    lost = [f"{formats.number(rows)} left out"] * (rows > 0) + [formats.money(amount)] * bool(amount)
    return ", ".join(lost)


def _problem(problem: Problem, formats: Formats) -> Html:
    value = "" if problem.value is None else problem.value
    shown = value if len(value) <= _LONGEST else f"{value[:_LONGEST]} …"
    cost = checks_costs.cost(problem).in_words(formats)
    beside = " · ".join(part for part in (problem.owner or "nobody is named for it", cost) if part)
    return html(
        '<li><span class="t-place">{place}</span><span class="t-found">{found}</span><span>{what}</span>'
        '<span class="t-instead">{instead} <span class="t-fine">({beside})</span></span></li>',
        place=_place(problem), found=html("<code>{v}</code>", v=shown) if shown else "", what=problem.what,
        instead=problem.instead, beside=beside,
    )  # fmt: skip


def _place(problem: Problem) -> Html:
    """Where it stands: a cell, which opens where it has an address of Google's, else row and column."""
    if problem.cell is None:
        return html("{place}", place=" · ".join(p for p in (problem.table, problem.key, problem.column) if p))
    key = html(' <span class="t-fine">{key}</span>', key=problem.key) if problem.key else Html("")
    if _opens(problem.link):
        link = '<a href="{to}" target="_blank" rel="noopener noreferrer">{cell}</a>{key}'
        return html(link, to=problem.link, cell=problem.cell, key=key)
    return html("{cell}{key}", cell=problem.cell, key=key)


def _opens(link: str | None) -> bool:
    """Whether a link leads into Google Sheets; nothing else that a source says is ever made a link."""
    return link is not None and _SHEETS.fullmatch(link) is not None


def corner(touch: Touch | None, formats: Formats) -> None:
    """How many errors touch the page, small, leading to the Data page; nothing where there are none."""
    if touch is None:
        return
    many = f"{formats.integer(touch.errors)} errors touch this page"
    said = "1 error touches this page" if touch.errors == 1 else many
    badge = html('<span class="t-chip t-bad"><span aria-hidden="true">✕</span>{said}</span>', said=said)
    st.html(html('<a class="t-corner" href="data?severity=error" target="_self">{b}</a>', b=badge))


def table(shown: Sequence[Group]) -> Table:
    """Every problem on a line of its own."""
    found = [(g, p) for g in shown for p in g.problems]
    columns = {
        "Severity": [p.severity.value for _, p in found],
        "Problem": [g.title for g, _ in found],
        "Table": [p.table for _, p in found],
        "Row": [p.key or "" for _, p in found],
        "Column": [p.column or "" for _, p in found],
        "Stands there": [p.value or "" for _, p in found],
        "Cell": [p.cell or "" for _, p in found],
        "What is wrong": [clean(p.what) for _, p in found],
        "Write instead": [clean(p.instead) for _, p in found],
        "Who answers": [p.owner or "" for _, p in found],
        "Day": ["" if p.day is None else p.day.isoformat() for _, p in found],
        "Rows": [p.rows for _, p in found],
        "Rows left out": [p.rows_left_out for _, p in found],
        "Money left out": [p.amount_left_out for _, p in found],
    }
    units = {"Rows": "number", "Rows left out": "number", "Money left out": "currency"}
    return Table(pd.DataFrame(columns), units)


def offered(found: Wrong) -> tuple[dict[str, str], dict[str, str], dict[str, str]]:
    """What problems can be narrowed to: severities, tables and owners, key to label."""
    severities = {"all": "All", "error": "Errors", "warning": "Warnings"}
    owners = {name: "Nobody is named" if name == NOBODY else name for name in found.owners}
    tables = {"all": "All tables", **{name: name for name in found.tables}}
    return severities, tables, {"all": "Everyone", **owners}


def locks(shown: Sequence[Locked]) -> None:
    """What is missing, what it is for, and what it unlocks: what unlocks most, the rest folded."""
    _locks(shown[:_FIRST_LOCKS])
    if rest := shown[_FIRST_LOCKS:]:
        with st.expander(f"And {len(rest)} more", key="locks_more"):
            _locks(rest)


def _locks(shown: Sequence[Locked]) -> None:
    items = joined(map(_lock, shown))
    st.html(html('<ul class="t-problems t-locks">{items}</ul>', items=items))


def _lock(one: Locked) -> Html:
    return html(
        '<li><span class="t-place">{need}</span><span class="t-fine">{meaning}</span>'
        "<span>brings {unlocks}</span></li>",
        need=one.to_do, meaning=one.meaning, unlocks=_unlocked(one.unlocks),
    )  # fmt: skip


def _unlocked(labels: Sequence[str]) -> str:
    """The first few metrics, and how many more."""
    rest = len(labels) - _FIRST_LABELS
    return ", ".join(labels[:_FIRST_LABELS]) + (f" and {rest} more" if rest > 0 else "")


def facts(shown: Sequence[tuple[str, str]]) -> None:
    """Names and what they are."""
    items = joined(html("<dt>{name}</dt><dd>{value}</dd>", name=n, value=v) for n, v in shown)
    st.html(html('<dl class="t-facts">{items}</dl>', items=items))


def read(shown: Sequence[Read]) -> Table:
    """The tables of the contract as they were read; columns that would be blank throughout are left out."""
    columns: dict[str, list[Any]] = {
        "Table": [r.table for r in shown],
        "Rows": [r.rows for r in shown],
        "From": ["" if r.first is None else r.first.isoformat() for r in shown],
        "To": ["" if r.last is None else r.last.isoformat() for r in shown],
        "Columns": [_there(r) for r in shown],
        "What it holds": [r.doc for r in shown],
        "Columns missing": ["" if r.rows is None else ", ".join(r.missing) for r in shown],
        "Columns of its own": [", ".join(r.more) for r in shown],
    }
    kept = {title: cells for title, cells in columns.items() if any(cell != "" for cell in cells)}
    return Table(pd.DataFrame(kept), {"Rows": "number"})


def tables(shown: Sequence[Read], formats: Formats) -> None:
    """What each table holds, how much was read of it and whether it is whole; what isn't there is folded."""
    there = [one for one in shown if one.rows is not None]
    _tables(there, formats)
    if lacking := [one for one in shown if one.rows is None]:
        with st.expander(f"{len(lacking)} {'table isn’t' if len(lacking) == 1 else 'tables aren’t'} there"):
            _tables(lacking, formats)


def _tables(shown: Sequence[Read], formats: Formats) -> None:
    items = joined(_table(one, formats) for one in shown)
    st.html(html('<ul class="t-problems t-read">{items}</ul>', items=items))


def _table(one: Read, formats: Formats) -> Html:
    return html(
        '<li><span class="t-place">{name}</span><span class="t-fine">{doc}</span><span>{much}</span>'
        "{mark}</li>",
        name=one.table, doc=one.doc, much=_much(one, formats), mark=mark_chip(*_whole(one)),
    )  # fmt: skip


def _much(one: Read, formats: Formats) -> str:
    """'6,154 rows, 1 Oct 2024 – 26 Nov 2026'."""
    if one.rows is None:
        return ""
    rows = f"{formats.integer(one.rows)} {'row' if one.rows == 1 else 'rows'}"
    days = [formats.date(day) for day in (one.first, one.last) if day is not None]
    return ", ".join([rows, " – ".join(dict.fromkeys(days))] if days else [rows])


def _whole(one: Read) -> tuple[Mark, str]:
    """Whether all of its columns are there, and which aren't."""
    own = f" Columns of its own: {', '.join(one.more)}." if one.more else ""
    if one.rows is None:
        return Mark("not there", "muted", "○"), f"It would bring: {', '.join(one.missing)}."
    if one.missing:
        much = f"{one.columns} of {one.columns + len(one.missing)} columns"
        return Mark(much, "muted", "◐"), f"Columns missing: {', '.join(one.missing)}.{own}"
    return Mark("complete", "good", "✓"), f"All {one.columns} columns are there.{own}"


def entries(shown: Sequence[Entry]) -> None:
    """What was entered, the latest first: what and by whom, when, and what became of the row."""
    items = joined(
        html(
            '<li><div class="t-item"><span class="t-what">{where}</span>'
            '<span class="t-fine t-who">{who}</span></div>'
            '<div class="t-fine">{what} · {when}</div><div class="t-fine t-two-lines">{changed}</div></li>',
            what=one.what, where=one.where, who=one.who, when=one.when, changed=one.changed,
        )
        for one in shown
    )  # fmt: skip
    st.html(html('<ul class="t-list">{items}</ul>', items=items))


def _there(one: Read) -> str:
    return "table not there" if one.rows is None else f"{one.columns} of {one.columns + len(one.missing)}"
