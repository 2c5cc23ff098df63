"""The Goals page's backward plan: the ladder from revenue back to visits, and rates to try."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import pandas as pd
import streamlit as st

from components import board, goal_bars, tables, tiles
from components.charts import Table
from components.numbers import status_text
from components.picks import pick
from components.screen import View
from components.text import Html, escape, html, joined
from components.theme import tone_of_team
from scorecard.backward import ASKED
from scorecard.backward_words import RULE, RateLine, RungLine, Told, Trial
from scorecard.formats import Formats

_LONGEST: Final = 30
_ACROSS: Final = 3  # rates to try beside each other
_NOTHING: Final = Html("")


def typed() -> tuple[tuple[str, str], ...]:
    """The rates in the address (plan_win_rate=0.25), as they stand there."""
    found = ((name, st.query_params[name]) for name in sorted(st.query_params) if name.startswith(ASKED))
    return tuple((name.removeprefix(ASKED)[:_LONGEST], text[:_LONGEST]) for name, text in found)


def pick_target(offered: Mapping[str, str]) -> str | None:
    """The revenue target that is planned for; None where there is none."""
    return pick("plan", "Planned for", offered, many=True, bare=True) if offered else None


def verdict(found: Told, view: View) -> None:
    """What the target takes and where the plan breaks; without a target, what to fill."""
    if found.nothing is not None:
        tiles.empty(*found.nothing)
    else:
        board.verdict(found.verdict, view)
        board.because(found.because, view)
    tiles.notes(found.wrong)


def ladder(found: Told, view: View) -> None:
    """Each stage with what it needs, and between two of them the rate that leads up."""
    if found.nothing is not None:
        return
    tables.beside_table(
        _table(found), view, title="From the target back", key="ladder", help=RULE, anchor="ladder"
    )
    lines = [_rung(found.rungs[0], view)]
    for rate, rung in zip(found.rates, found.rungs[1:], strict=True):
        lines += [_rate(rate), _rung(rung, view)]
    st.html(html('<ul class="t-goals t-ladder">{lines}</ul>', lines=joined(lines)))
    tiles.notes(found.notes)


def _rung(line: RungLine, view: View) -> Html:
    return html(
        '<li class="t-goalline {hue}" style="--t-depth:0"><div class="t-goalname">{name}</div>{chip}'
        '<div class="t-goalbar">{bar}</div>'
        '<div class="t-words t-fine"><span>{detail}</span><span>{side}</span></div></li>',
        hue=f"t-{tone_of_team(line.team)}", name=line.name, detail=line.detail, side=line.side,
        bar=goal_bars.bullet(line.share, line.pace),
        chip=html("<span></span>") if line.status is None else tiles.chip(line.status, view.settings),
    )  # fmt: skip


def _rate(line: RateLine) -> Html:
    return html(
        '<li class="t-goalline t-step {hue}" style="--t-depth:1"><div class="t-goalname">{name}</div>{chip}'
        '<div class="t-goalbar">{bar}</div>'
        '<div class="t-words t-fine"><span>{planned}</span><span>{real}</span></div></li>',
        hue=f"t-{tone_of_team(line.team)}", name=f"↑ {line.name}", planned=line.planned, real=line.real,
        bar=_interval(line), chip=tiles.mark_chip(line.mark, line.why),
    )  # fmt: skip


def _interval(line: RateLine) -> Html:
    """The real rate with its interval, and the planned one as a line across."""
    goal = html('<i class="t-goal" style="left:{x}%"></i>', x=_per_cent(line.expected or 0.0))
    goal = _NOTHING if line.expected is None else goal
    if line.places is None:
        return html('<div class="t-bar" aria-hidden="true">{goal}</div>', goal=goal)
    low, value, high = line.places
    return html(
        '<div class="t-bar" aria-hidden="true"><i class="t-span" style="left:{low}%;width:{wide}%"></i>'
        '<i class="t-point" style="left:{x}%"></i>{goal}</div>',
        low=_per_cent(low), wide=_per_cent(high - low), x=_per_cent(value), goal=goal,
    )  # fmt: skip


def _per_cent(share: float) -> str:
    return f"{min(max(share, 0.0), 1.0) * 100:.2f}"


def _table(found: Told) -> Table:
    """Stages and steps under each other, all figures as numbers."""
    rows: list[dict[str, object]] = []
    for place, rung in enumerate(found.rungs):
        rows.append(
            {"Stage or step": rung.name, "Team": rung.team, "Needed": rung.needed, "So far": rung.actual,
             "Expected by now": rung.expected, "Agreed": rung.agreed, "Status": status_text(rung.status)}
        )  # fmt: skip
        if place < len(found.rates):
            rows.append(_rate_row(found.rates[place]))
    figures = ["Needed", "So far", "Expected by now", "Agreed", "Planned", "Real", "95 % from", "95 % to"]
    return Table(pd.DataFrame(rows), dict.fromkeys((*figures, "k", "of"), "number"))


def _rate_row(line: RateLine) -> dict[str, object]:
    real = line.measured
    return {"Stage or step": line.name, "Team": line.team, "Planned": line.rate, "Real": real.value,
            "95 % from": real.low, "95 % to": real.high, "k": real.k if real.n else None,
            "of": real.n or None, "Status": f"{line.mark.icon} {line.mark.word}"}  # fmt: skip


# --- trying other rates -----------------------------------------------------------------------------------


def trials(shown: Sequence[Trial], formats: Formats) -> None:
    """A form of the planned rates; what is changed goes into the address, and a way back out of it."""
    if not shown:
        return
    tried = [trial for trial in shown if trial.tried is not None]
    with st.expander("Try other rates", expanded=bool(tried), icon=":material/tune:"):
        st.caption(
            "Nothing is saved: what is tried stands in the link. A blank field keeps the plan's own rate."
        )
        with st.form("plan_trials", border=False):
            typed = _fields(shown, formats)
            if st.form_submit_button("Work it out with these"):
                _to_address(shown, typed)
                st.rerun()
        if tried and st.button("Back to the plan's own rates", icon=":material/undo:", key="plan_reset"):
            _to_address(shown, {})
            st.rerun()


def _fields(shown: Sequence[Trial], formats: Formats) -> dict[str, float | None]:
    found = {}
    columns = st.columns(_ACROSS)
    for place, trial in enumerate(shown):
        with columns[place % _ACROSS]:
            found[trial.key] = _field(trial, formats)
    return found


def _field(trial: Trial, formats: Formats) -> float | None:
    """A number, rates in per cent; left blank, the plan's own rate holds."""
    percent = trial.unit == "percent"
    unit = ", %" if percent else f", {formats.currency}" if trial.unit == "currency" else ""
    shown = None if trial.tried is None else trial.tried * (100 if percent else 1)
    value: float | None = st.number_input(
        f"{escape(trial.name)}{unit}", min_value=0.0, max_value=100.0 if percent else None,
        value=None if shown is None else float(f"{shown:.6g}"), format="%.6g",
        placeholder=trial.holds, key=f"try_{trial.key}_{shown}",
    )  # fmt: skip
    return value / 100 if value and percent else value


def _to_address(shown: Sequence[Trial], typed: Mapping[str, float | None]) -> None:
    """Writes the rates that are tried; the others leave the address."""
    for trial in shown:
        value, name = typed.get(trial.key), f"{ASKED}{trial.key}"
        if value:
            st.query_params[name] = f"{value:.6g}"
        else:
            st.query_params.pop(name, None)
