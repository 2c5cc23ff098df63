"""How far the passes of a hand-off cohort got, each stage counted by what is seen at as_of."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import case, func, or_, select

from scorecard.handoff import Cohort
from scorecard.measures import Question


@dataclass(frozen=True, slots=True)
class Reached:
    """Passes of the cohort that were touched, and that became an SQL, an opportunity or a win."""

    handoffs: int
    touched: int
    sqls: int


def reached(question: Question) -> Reached:
    """Stages that no metric of the report counts over the cohort; a later stage implies an SQL."""
    cohort = Cohort(question)
    qualified = or_(*(cohort.seen(name).is_not(None) for name in ("sql", "opportunity", "won")))
    columns = func.count(), func.count(cohort.touched), func.count(case((qualified, 1)))
    found = question.run(select(*columns).select_from(cohort.rows))[0]
    return Reached(*(int(n) for n in found))
