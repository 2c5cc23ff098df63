"""Rejections and decisions day by day, counted where the data stand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy import ColumnElement, case, func, select

from scorecard.measures import PassView, Question
from scorecard.passes import once

Key = tuple[int, str | None, str | None]  # local day, one of the reasons or None, one of the groups or None
_STAMPS: Final = {"rejected": "leads.rejected_at", "accepted": "leads.accepted_at"}


@dataclass(frozen=True, slots=True)
class Kept:
    """Which values stand by themselves in a count; all others of the column are None together."""

    column: str
    values: tuple[str, ...] = ()


def by_day(
    question: Question, stamp: str, reasons: Iterable[str] = (), groups: Kept | None = None
) -> Mapping[Key, int]:
    """Passes by the local day of their stamp (rejected, accepted) in the span, by reason and group.

    Empty where the source lacks the stamp. The question's filter holds; its grouping doesn't.
    """
    if not question.dataset.has(_STAMPS[stamp]):
        return {}
    asked = question.asking(by=None, marks=())
    wanted = tuple(sorted(set(reasons)))
    found: Mapping[Key, int] = asked.once(
        ("by_day", stamp, wanted, groups), lambda: _by_day(asked, stamp, wanted, groups)
    )
    return found


def _by_day(question: Question, stamp: str, reasons: tuple[str, ...], groups: Kept | None) -> dict[Key, int]:
    view = PassView(question, question.passes, "owner")
    conditions = [view.between(stamp, question.start, question.seen_end), *view.conditions(question.where)]
    columns = [
        question.clock.day(view.column(stamp)).label("d"),
        _kept(view, "reject_reason", reasons).label("r"),
        _kept(view, groups.column, groups.values).label("c") if groups else _nothing().label("c"),
    ]
    rows = once(select(*columns).select_from(view.origin).where(*conditions), "r")
    statement = select(rows.c.d, rows.c.r, rows.c.c, func.count()).group_by(rows.c.d, rows.c.r, rows.c.c)
    return {(int(d), _text(r), _text(c)): int(n) for d, r, c, n in question.run(statement)}


def _kept(view: PassView, name: str, values: tuple[str, ...]) -> ColumnElement[Any]:
    column = view.own("leads", name) if values else None
    return _nothing() if column is None else case((column.in_(values), column))


def _nothing() -> ColumnElement[Any]:
    return sa.cast(sa.null(), sa.String)


def _text(value: object) -> str | None:
    return None if value is None else str(value)
