"""Chapter: what did marketing bring, and who gets credit for what was won."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from components import charts
from components.theme import tone_of_team
from documents.pack import (
    Asked,
    Block,
    Cell,
    Chapter,
    Column,
    Drawing,
    Grid,
    Native,
    Series,
    Topic,
    says,
    unfilled,
    when_any,
)
from scorecard import attribution_view
from scorecard.attribution_view import DEFINITIONS, MODEL_NAMES, Attribution, Definition, Share
from scorecard.formats import Formats

_QUESTION: Final = "What did marketing bring, and who gets credit for what was won?"
_COLUMNS: Final = 2  # ways to share credit that are shown
_MOST: Final = 9  # groups that are drawn
_LISTED: Final = 15  # groups that the table has
_METRICS: Final = ("sourced_revenue", "influenced_revenue", "unattributed_revenue")


def chapter(asked: Asked) -> Chapter:
    """Marketing's part by every definition, and who gets credit by every model."""
    found = asked.get(attribution_view.attribution_of, asked.period, asked.as_of, asked.where)
    if found.nothing is not None:
        return unfilled("attribution", "Attribution", _QUESTION, found.nothing)
    topics = (
        *_parts(found, asked.formats),
        *_credit(asked),
        *when_any(says(*found.lacking), "What is locked here"),
    )
    return Chapter("attribution", "Attribution", _QUESTION, found.verdict, topics)


def _parts(found: Attribution, formats: Formats) -> tuple[Topic, ...]:
    shown = (
        (
            "revenue-by-definition",
            "Revenue, by each definition of sourced",
            found.revenue,
            found.revenue_says,
        ),
        ("pipeline-by-definition", "Open pipeline", found.pipeline, found.pipeline_says),
    )
    topics = [
        Topic(title, (_thirds(name, known, formats), *says(note, small=True)), metrics=_METRICS)
        for name, title, definitions, note in shown
        if (known := [d for d in definitions if d.locked is None])
    ]
    because = when_any(says(*found.because), "What stands behind it")
    return (*topics[:1], *because, *topics[1:])


def _thirds(name: str, known: Sequence[Definition], formats: Formats) -> Drawing:
    items = [charts.Thirds(_called(d), *(row.value or 0.0 for row in d.rows.values())) for d in known]
    series = (
        Series("Sourced", tuple(i.sourced for i in items), "marketing"),
        Series("Influenced", tuple(i.influenced for i in items), "neutral"),
        Series("Unattributed", tuple(i.rest for i in items), "track"),
    )
    native = Native("stacked", tuple(i.name for i in items), series, "currency")
    return Drawing(name, charts.thirds(items, formats), native)


def _called(definition: Definition) -> str:
    name = DEFINITIONS[definition.name]
    return f"{name} ✓ agreed" if definition.agreed else name


def _credit(asked: Asked) -> tuple[Topic, ...]:
    """By the first columns that there are, the agreed model inside the band of all."""
    columns = list(attribution_view.offered(asked.dataset).items())[:_COLUMNS]
    models = list(attribution_view.models(asked.dataset))
    topics = [_credit_by(by, title, models[0], asked) for by, title in columns] if models else []
    return tuple(topic for topic in topics if topic is not None)


def _credit_by(by: str, title: str, model: str, asked: Asked) -> Topic | None:
    found = asked.get(attribution_view.credits_of, by, model, asked.period, asked.as_of, asked.where)
    if not found.shown:
        return None
    shown = found.shown[:_MOST]
    bands = [charts.Band(s.name, s.value, s.low, s.high, tone_of_team(s.team)) for s in shown]
    given = Series(
        MODEL_NAMES[model], tuple(s.value for s in shown), "ink", (),
        tuple(s.low for s in shown), tuple(s.high for s in shown),
    )  # fmt: skip
    native = Native("bars", tuple(s.name for s in shown), (given,), "currency")
    drawn = Drawing(f"credit-by-{by.replace('_', '-')}", charts.bands(bands, asked.formats), native)
    grid = _by_model(found.every[:_LISTED], title)
    blocks: tuple[Block, ...] = (drawn, *says(found.says, small=True), grid)
    return Topic(f"Credit by {title[:1].lower()}{title[1:]}", blocks, metrics=("attributed_revenue",))


def _by_model(every: Sequence[Share], title: str) -> Grid:
    models = list(every[0].by_model) if every else []
    columns = (
        Column(title, "name", 2.0),
        Column("Deals", "number", 0.8),
        *(Column(MODEL_NAMES[model], "currency", 1.1) for model in models),
    )
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (s.name, s.n, *(s.by_model[model] for model in models)) for s in every
    )
    return Grid(columns, rows, "By every model")
