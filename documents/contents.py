"""Which chapters a pack has, in the order of a reader's questions. A new page's chapter is one line here."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from documents import definitions, texts
from documents.chapters import (
    attribution,
    campaigns,
    coming_up,
    feedback,
    figures,
    goals,
    handoff,
    ideal_lead,
    overview,
    people,
    quotas,
    reviews,
    trust,
)
from documents.pack import Asked, Chapter, Pack, Progress
from scorecard import report, words
from scorecard.rows import Row

CHAPTERS: Final[tuple[tuple[str, Callable[[Asked], Chapter]], ...]] = (
    ("Scorecard", overview.chapter),
    ("Goals", goals.chapter),
    ("Hand-off", handoff.chapter),
    ("Quotas", quotas.chapter),
    ("Campaigns", campaigns.chapter),
    ("Calendar", coming_up.chapter),
    ("Attribution", attribution.chapter),
    ("Feedback", feedback.chapter),
    ("Ideal lead", ideal_lead.chapter),
    ("Reviews", reviews.chapter),
    ("People", people.chapter),
    ("Data", trust.chapter),
)
STEPS: Final = len(CHAPTERS) + 1  # what `make` tells of


def _quietly(_: object) -> None:
    """Nobody watches."""


def make(asked: Asked, progress: Progress = _quietly, seen: Callable[[Chapter], None] | None = None) -> Pack:
    """The pack of what is asked.

    `progress` is told the name of each step before it is taken, `seen` sees each chapter when it's there.
    """
    chapters = []
    with ThreadPoolExecutor(1, "chapter") as aside:
        data = aside.submit(trust.chapter, asked)  # half of its time the database works
        for name, chapter in CHAPTERS:
            progress(name)
            chapters.append(data.result() if chapter is trust.chapter else chapter(asked))
            (seen or _quietly)(chapters[-1])
    progress("All figures")
    rows = report_rows(asked)
    chapters.append(figures.chapter(rows, asked.formats))
    settings, formats = asked.settings, asked.formats
    made = Pack(
        organisation=settings.organisation or "",
        period=asked.period.text,
        period_name=asked.period.label(settings.locale),
        as_of=_seen_from(asked),
        source=asked.dataset.label,
        narrowed=words.filtered(asked.dataset, str(asked.where), asked.as_of),
        day=asked.as_of.day,
        formats=formats,
        verdict=chapters[0].verdict,
        chapters=tuple(chapters),
        definitions=(*definitions.of_chapters(chapters), *definitions.of_statuses(settings)),
        rows=rows,
    )
    return texts.inert(made)


def report_rows(asked: Asked) -> tuple[Row, ...]:
    """Every figure there is."""
    return tuple(asked.get(report.report, asked.period, asked.as_of, where=asked.where))


def _seen_from(asked: Asked) -> str:
    """A whole day by its date, a moment by its time."""
    as_of, formats = asked.as_of, asked.formats
    whole_day = as_of.text == as_of.day.isoformat()
    return formats.date(as_of.day) if whole_day else formats.moment(as_of.instant)
