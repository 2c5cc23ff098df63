"""The Attribution page's parts: each draws what the reading says of it, or nothing."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from components import tables, tiles
from components.charts import Band, Dot, Figure, Table, Thirds, bands, path, thirds
from components.screen import View
from components.theme import Tone
from scorecard.attribution_view import DEFINITIONS, MODEL_NAMES, Credits, Definition, Journey, Share, Touch

Parts = tuple[Sequence[Definition], str]


def parts(found: Parts, view: View, *, title: str, key: str) -> None:
    """The three definitions under each other: sourced, influenced, unattributed."""
    definitions, says = found
    known = [d for d in definitions if d.locked is None]
    if not known:
        return
    shown = [Thirds(_called(d), *(row.value or 0.0 for row in d.rows.values())) for d in known]
    tables.with_table(thirds(shown, view.formats), view, title=title, key=key)
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
    tables.with_table(path(dots, found.marks, view.formats), view, title=_title(found, view), key="journey")
    tiles.note(found.says)


def _title(found: Journey, view: View) -> str:
    return f"How {found.lead_id} was won: {view.formats.money(found.amount)}"


def _said(touch: Touch) -> str:
    what = [touch.kind or ("touch" if touch.team else "the lead's campaign"), touch.campaign or ""]
    return ", ".join(part for part in what if part)


def lacking(texts: Sequence[str], _: View) -> None:
    """What the source lacks."""
    tiles.notes(texts)
