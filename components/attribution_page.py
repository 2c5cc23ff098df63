"""The Attribution page's parts: each draws what the reading says of it, or nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import pandas as pd

from components import tables, tiles
from components.charts import Band, Dot, Figure, Table, Thirds, bands, path, thirds
from components.screen import View
from components.theme import Tone
from scorecard.attribution import Part
from scorecard.attribution_view import (
    DEFINITIONS,
    MODEL_NAMES,
    Attribution,
    Credits,
    Definition,
    Journey,
    Share,
    Touch,
)
from scorecard.formats import Formats
from scorecard.rows import Row

_FACTS: Final[Mapping[Part, str]] = {
    "sourced": "Sourced", "influenced": "Influenced", "unattributed": "Unattributed",
}  # fmt: skip

Parts = tuple[Sequence[Definition], str]


def facts_of(found: Attribution, formats: Formats) -> tuple[tiles.Fact, ...]:
    """The agreed definition's parts of revenue, and what of the open pipeline is sourced."""
    agreed, ahead = (next(d for d in some if d.agreed) for some in (found.revenue, found.pipeline))
    shown: list[tuple[str, Row, Part]] = []
    shown += [(f"{name} revenue", agreed.rows[part], part) for part, name in _FACTS.items()]
    shown.append(("Sourced pipeline", ahead.rows["sourced"], "sourced"))
    return tuple(_fact(name, row, part, formats) for name, row, part in shown if row.value is not None)


def _fact(name: str, row: Row, part: Part, formats: Formats) -> tiles.Fact:
    share = (row.value or 0.0) / row.denominator if row.denominator else None
    of = (
        "" if share is None else f"{formats.percent(share)} of {formats.money(row.denominator, compact=True)}"
    )
    team = None if part == "unattributed" else "marketing"
    return tiles.Fact(name, formats.money(row.value, compact=True), of, team=team, share=share)


def facts(shown: Sequence[tiles.Fact], _: View) -> None:
    """Marketing's part at a glance; nothing where it isn't known."""
    if shown:
        tiles.facts(shown)


def parts(found: Parts, view: View, *, title: str, key: str) -> None:
    """The three definitions under each other: sourced, influenced, unattributed."""
    definitions, says = found
    known = [d for d in definitions if d.locked is None]
    if not known:
        return
    shown = [Thirds(_called(d), *(row.value or 0.0 for row in d.rows.values())) for d in known]
    tables.with_table(thirds(shown, view.formats), view, title=title, key=key, anchor=key)
    tiles.note(says)


def _called(definition: Definition) -> str:
    name = DEFINITIONS[definition.name]
    return f"{name} ✓ agreed" if definition.agreed else name


def credit(found: Credits, view: View, *, title: str) -> None:
    """What each group gets, the chosen model inside the band of all."""
    if not found.shown:
        why = "No revenue of this period has a touch or a campaign."
        tiles.empty("No credit to show", found.says or why)
        return
    figure = bands([Band(s.name, s.value, s.low, s.high, _tone(s)) for s in found.shown], view.formats)
    with_all = Figure(figure.spec, figure.rows, figure.says, _by_model(found.every))
    tables.with_table(with_all, view, title=title, key="credit")
    tiles.note(found.says)


def _tone(share: Share) -> Tone:
    return "marketing" if share.team == "marketing" else "sales" if share.team == "sales" else "ink"


def _by_model(every: Sequence[Share]) -> Table:
    """Every group by every model."""
    frame = {"Name": [share.name for share in every], "Deals": [share.n for share in every]}
    models = list(every[0].by_model) if every else []
    money = {MODEL_NAMES[model]: [share.by_model[model] for share in every] for model in models}
    return Table(pd.DataFrame({**frame, **money}), dict.fromkeys(money, "currency"))


def journey(found: Journey | None, view: View) -> None:
    """The touches of one won lead."""
    if found is None:
        return
    dots = [Dot(t.days_before, t.team, _said(t), t.weight) for t in found.touches]
    tables.with_table(
        path(dots, found.marks, view.formats),
        view,
        title=_title(found, view),
        key="journey",
        anchor="journey",
    )
    tiles.note(found.says)


def _title(found: Journey, view: View) -> str:
    return f"{found.lead_id}: {view.formats.money(found.amount, compact=True)}"


def _said(touch: Touch) -> str:
    what = [touch.kind or ("touch" if touch.team else "the lead's campaign"), touch.campaign or ""]
    return ", ".join(part for part in what if part)


def lacking(texts: Sequence[str], _: View) -> None:
    """What the source lacks."""
    tiles.notes(texts)
