"""The Ideal lead page's parts: each draws what the reading says of it, or nothing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

import pandas as pd
import streamlit as st

from components import tables, tiles
from components.charts import Table
from components.picks import pick
from components.screen import View
from components.text import Html, html, joined
from scorecard.problems import Problem
from scorecard.profile_evidence import Evidence, Verdict
from scorecard.profile_view import LOOKS, SPANS, Finding, Line, Profile, Surprise
from scorecard.profile_wishes import Agreement, Wished, label

_LEAST_REACH: Final = 0.1  # 10 points: a shorter axis would make noise look large
_STEP: Final = 0.05


def pick_span() -> int:
    """Of how many months hand-offs are compared; its label stands before it, on one line."""
    with st.container(horizontal=True, vertical_alignment="center", key="span"):
        st.html('<p class="t-note">Hand-offs of the last</p>', width="content")
        return int(pick("over", "Hand-offs of the last", SPANS, bare=True))


def facts_of(found: Profile) -> tuple[tiles.Fact, ...]:
    """How the teams stand to each other, and the data to them."""
    if not found.lines:
        return ()
    agreed = {a: sum(line.wished.agreement is a for line in found.lines) for a in Agreement}
    by = {f: sum(line.finding is f for line in found.lines) for f in Finding}
    against = by[Finding.CONTRADICTED]
    undecided = sum(by[f] for f in (Finding.UNSURE, Finding.TOO_FEW, Finding.NO_LEADS, Finding.NOT_YET))
    return (
        tiles.Fact("Agreed", str(agreed[Agreement.AGREED]), "both teams say the same"),
        tiles.Fact("Disputed", str(agreed[Agreement.DISPUTED]), "one wants them, one doesn't"),
        tiles.Fact("One team only", str(agreed[Agreement.ONE_TEAM]), "the other hasn't said"),
        tiles.Fact("Borne out", str(by[Finding.HOLDS]), "the data surely agree"),
        tiles.Fact("Contradicted", str(against), "the data surely disagree", "bad" if against else "muted"),
        tiles.Fact("Open", str(undecided), "can't be told yet"),
    )


def facts(shown: Sequence[tiles.Fact], _: View) -> None:
    """The counts; nothing without wishes."""
    if shown:
        tiles.facts(shown)


def wishes(found: tuple[Sequence[Line], str], view: View) -> None:
    """What the teams want, line by line, beside what the data say."""
    lines, basis = found
    if not lines:
        return
    tables.beside_table(
        _wish_table(lines),
        view,
        title="What the teams want, and what converts",
        key="wishes",
        anchor="wishes",
    )
    reach = _reach(line.evidence for line in lines)
    _list(_wish(line, reach) for line in lines)
    tiles.note(f"{_axis(reach, view)} {basis}")


def surprises(shown: Sequence[Surprise], view: View) -> None:
    """What neither team named, and surely differs."""
    if not shown:
        return
    tiles.heading("Named by nobody", anchor="surprises")
    reach = _reach(one.evidence for one in shown)
    _list(_surprise(one, reach) for one in shown)
    tiles.note(_axis(reach, view))


def nurture(says: str, _: View) -> None:
    """Those who took the extra step, and those who didn't."""
    if says:
        tiles.heading("The extra step")
        tiles.note(says)


def every(found: tuple[Sequence[Evidence], Sequence[str]], view: View) -> None:
    """Everything that was compared, and what couldn't be."""
    shown, notes = found
    if shown:
        tables.beside_table(_every_table(shown), view, title="Every value compared", key="every")
        tiles.notes(notes)


def repairs(problems: Sequence[Problem], _: View) -> None:
    """Rows of profiles that can't be followed."""
    if problems:
        tiles.heading("To repair in profiles")
        tiles.notes([f"{p.place}: {p.what} {p.instead}" for p in problems])


def lacking(texts: Sequence[str], _: View) -> None:
    """What the source lacks."""
    tiles.notes(texts)


# --- lines ------------------------------------------------------------------------------------------------


def _list(items: Iterable[Html]) -> None:
    st.html(html('<ul class="t-goals t-wishes">{items}</ul>', items=joined(items)))


def _wish(line: Line, reach: float) -> Html:
    wished = line.wished
    word = f"sides with {line.sides[0]}" if line.finding is Finding.SIDES else line.finding.value
    beside = f"{wished.agreement.value} · {_stands(wished)}"
    return _item(
        wished.called, wished.value, beside, line.says, line.evidence, (line.finding.value, word), reach
    )


def _surprise(one: Surprise, reach: float) -> Html:
    verdict = one.evidence.verdict.value
    return _item(one.called, one.evidence.value, "", one.says, one.evidence, (verdict, verdict), reach)


def _item(
    called: str,
    value: str,
    beside: str,
    says: Sequence[str],
    shown: Evidence | None,
    chip: tuple[str, str],
    reach: float,
) -> Html:
    name = html("{called}: {value}", called=called[:1].upper() + called[1:], value=value)
    return html(
        '<li class="t-goalline"><span class="t-goalname" style="--t-depth:0">{name}'
        '<span class="t-fine">{beside}</span></span>{chip}<div class="t-goalbar">{bar}</div>'
        '<div class="t-words t-fine">{says}</div></li>',
        name=name, beside=beside, says=_spans(says), chip=_chip(*chip), bar=_bar(shown, reach),
    )  # fmt: skip


def _spans(says: Sequence[str]) -> Html:
    return joined(html("<span>{text}</span>", text=text) for text in says)


def _stands(wished: Wished) -> str:
    """'marketing wants (5 of 5), sales doesn't (3 of 5)'."""
    parts = []
    for team, wish in wished.wishes.items():
        weight = "" if wish.importance is None else f" ({wish.importance} of 5)"
        parts.append(f"{team} {'wants' if wish.want else 'doesn’t want'}{weight}")
    return ", ".join(parts)


def _chip(look: str, word: str) -> Html:
    icon, tone, rule = LOOKS[look]
    return html(
        '<details class="t-why t-{tone}"><summary><span class="t-chip"><span aria-hidden="true">{icon}</span>'
        '{word}</span></summary><div class="t-rule">{rule}</div></details>',
        tone=tone, icon=icon, word=word, rule=rule,
    )  # fmt: skip


def _reach(shown: Iterable[Evidence | None]) -> float:
    """How far the axis goes to both sides of no difference, in whole steps."""
    gaps = [e.wins.difference for e in shown if e is not None and e.verdict is not Verdict.TOO_FEW]
    furthest = max((abs(end) for g in gaps for end in (g.low, g.high) if end is not None), default=0.0)
    return max(_LEAST_REACH, -(-furthest // _STEP) * _STEP)


def _axis(reach: float, view: View) -> str:
    end = view.formats.points(reach).lstrip("+")
    return f"Bars: the win rate less that of the rest, up to {end} to both sides of the upright line of none."


def _bar(shown: Evidence | None, reach: float) -> Html:
    gap = None if shown is None else shown.wins.difference
    if shown is None or gap is None or gap.value is None or gap.low is None or gap.high is None:
        return Html("")
    low, x, high = (_place(end, reach) for end in (gap.low, gap.value, gap.high))
    hue = "--t-ink" if shown.wins.sign else "--t-neutral"
    return html(
        '<div class="t-bar" style="--t-hue:var({hue})" aria-hidden="true">'
        '<i class="t-goal" style="left:50%"></i><i class="t-span" style="left:{low}%;width:{wide}%"></i>'
        '<i class="t-point" style="left:{x}%"></i></div>',
        hue=hue, low=_shown(low), wide=_shown(high - low), x=_shown(x),
    )  # fmt: skip


def _shown(share: float) -> str:
    return f"{share:.2f}"


def _place(difference: float, reach: float) -> float:
    return 50 + 50 * min(max(difference / reach, -1.0), 1.0)


# --- tables -----------------------------------------------------------------------------------------------


def _wish_table(lines: Sequence[Line]) -> Table:
    columns = {
        "Attribute": [line.wished.called for line in lines],
        "Value": [line.wished.value for line in lines],
        "Marketing": [_stand(line.wished, "marketing") for line in lines],
        "Sales": [_stand(line.wished, "sales") for line in lines],
        "Agreement": [line.wished.agreement.value for line in lines],
        "Data": [line.finding.value for line in lines],
        "In words": ["; ".join(line.says) for line in lines],
    }
    return Table(pd.DataFrame(columns), {})


def _stand(wished: Wished, team: str) -> str:
    wish = wished.wishes.get(team)
    if wish is None:
        return ""
    weight = "" if wish.importance is None else f" {wish.importance}"
    return f"{'wants' if wish.want else 'doesn’t want'}{weight}"


def _every_table(shown: Sequence[Evidence]) -> Table:
    columns = {
        "Attribute": [label(e.column) for e in shown],
        "Value": [e.value for e in shown],
        "Verdict": [e.verdict.value for e in shown],
        "Hand-offs": [e.own.n for e in shown],
        "Won": [e.own.won for e in shown],
        "Win rate": [e.own.rate for e in shown],
        "Rest": [e.rest.rate for e in shown],
        "Difference": [e.wins.difference.value for e in shown],
        "95 % from": [e.wins.difference.low for e in shown],
        "95 % to": [e.wins.difference.high for e in shown],
        "False discovery": [e.wins.chance for e in shown],
        "Mean win": [e.own.mean for e in shown],
        "Rest’s win": [e.rest.mean for e in shown],
        "Apart": [e.amounts.difference.value for e in shown],
        "Apart from": [e.amounts.difference.low for e in shown],
        "Apart to": [e.amounts.difference.high for e in shown],
        "False discovery (win)": [e.amounts.chance for e in shown],
    }
    counts = dict.fromkeys(("Hand-offs", "Won"), "number")
    shares = ("Win rate", "Rest", "Difference", "95 % from", "95 % to", "False discovery")
    money = ("Mean win", "Rest’s win", "Apart", "Apart from", "Apart to")
    units = counts | dict.fromkeys((*shares, "False discovery (win)"), "percent")
    return Table(pd.DataFrame(columns), units | dict.fromkeys(money, "currency"))
