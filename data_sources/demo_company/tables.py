"""The arrays of a chunk as rows of the contract's large tables."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from data_sources.demo_company.cast import (
    ATTRIBUTES,
    CHANNELS,
    CURRENCIES,
    GUIDE,
    LOST_REASONS,
    PEOPLE,
    REASONS,
    SECOND_OFFER,
    SLOTS,
    SOURCES,
)
from data_sources.demo_company.hours import BLANK, DAY, HOUR, Ints, as_dates, as_times
from data_sources.demo_company.journeys import NONE, OUTCOMES, STAMPS, TOUCH_KINDS, Columns
from data_sources.demo_company.survey import Survey, names
from data_sources.demo_company.world import World
from scorecard.contract import TABLES

Row = dict[str, Any]
LEAD_COLUMNS: Final = (*(c.name for c in TABLES["leads"].columns), *ATTRIBUTES)

_PEOPLE: Final = tuple(p.person_id for p in PEOPLE)
_SOURCES: Final = tuple(s.name for s in SOURCES)
_OWNER_OF_SOURCE: Final = np.array([s.owner for s in SOURCES], dtype=object)
_CAMPAIGN_OF_SLOT: Final = np.array([s.campaign for s in SLOTS], dtype=object)
_PAGE_OF_SLOT: Final = np.array([s.page for s in SLOTS], dtype=object)
_NURTURE_OF_SLOT: Final = np.array(
    [SECOND_OFFER if s.campaign == GUIDE else None for s in SLOTS], dtype=object
)
_NOTHING: Final = np.array(None, dtype=object)
_FOREIGN: Final = (None, *CURRENCIES[1:])
_ALWAYS_ON: Final = np.array(["C04", "C06", "C01", "C10", "C07"], dtype=object)
_WRITES_IN_PERSON: Final = [TOUCH_KINDS.index(k) for k in ("email", "mail", "event")]


def lead_id(number: int) -> str:
    return f"L{number + 1:07d}"


def _ids(prefix: str, leads: Ints) -> list[str]:
    return [f"{prefix}{number + 1:07d}" for number in leads.tolist()]


def _rows(columns: dict[str, list[Any]]) -> list[Row]:
    return [dict(zip(columns, cells, strict=True)) for cells in zip(*columns.values(), strict=True)]


def _where(values: list[Any], shown: list[bool]) -> list[Any]:
    return [value if show else None for value, show in zip(values, shown, strict=True)]


def _numbers(codes: Ints) -> list[int | None]:
    return [None if code == NONE else code for code in codes.tolist()]


def lead_rows(world: World, survey: Survey, rows: Columns) -> list[Row]:
    """The passes as rows of `leads`, with the demo's attributes."""
    valued = ((rows["opportunity_at"] != BLANK) | (rows["won_at"] != BLANK)).tolist()
    slot, source = rows["slot"], rows["source"]
    won = (rows["won_at"] != BLANK).tolist()
    columns: dict[str, list[Any]] = {
        "lead_id": _ids("L", rows["lead"]),
        "pass_no": rows["pass_no"].tolist(),
        "created_at": as_times(rows["created_at"]),
        "source": names(source, _SOURCES),
        "campaign_id": _CAMPAIGN_OF_SLOT[slot].tolist(),
        "landing_page": _PAGE_OF_SLOT[slot].tolist(),
        "marketing_owner": _OWNER_OF_SOURCE[source].tolist(),
        "owner": names(_owners(rows), _PEOPLE),
        **{name: as_times(rows[name]) for name in STAMPS},
        "reject_reason": names(rows["reason"], REASONS),
        "quality_rating": _numbers(rows["rating"]),
        "decision_maker": _numbers(rows["decides"]),
        "nurture_campaign_id": _NURTURE_OF_SLOT[slot].tolist(),
        "expected_close": as_dates(rows["expected_close"]),
        "lost_reason": names(rows["lost_reason"], LOST_REASONS),
        "amount": _where(survey.lead_amounts(rows).tolist(), valued),
        "currency": _where(names(rows["currency"], _FOREIGN), valued),  # type: ignore[arg-type]
        "customer_id": _where(_ids("K", rows["lead"]), won),
        "closed_by": names(rows["closer"], _PEOPLE),
        "updated_at": as_times(_updated(world, rows)),
        **{name: names(rows[name], kind.values) for name, kind in ATTRIBUTES.items()},
    }  # fmt: skip
    return _rows({name: columns[name] for name in LEAD_COLUMNS})


def _owners(rows: Columns) -> Ints:
    """Who works it; a lead that never went to sales has nobody."""
    at_sales = (
        (rows["handed_off_at"] != BLANK) | (rows["first_touch_at"] != BLANK) | (rows["assigned_at"] != BLANK)
    )
    return np.where(at_sales, rows["owner"], NONE)


def _updated(world: World, rows: Columns) -> Ints:
    """Last changed with its last stamp, and never later than this morning."""
    last: Ints = np.maximum.reduce([rows["created_at"], *(rows[name] for name in STAMPS)])
    return np.minimum(last, world.end_of_today - DAY + 6 * HOUR)


def touch_rows(rows: Columns, found: Columns) -> list[Row]:
    """The contacts as rows of `touches`."""
    row, kind = found["row"], found["kind"]
    by_sales = found["department"] == 1
    in_person = np.isin(kind, _WRITES_IN_PERSON)
    marketer = np.where(in_person, _OWNER_OF_SOURCE[rows["source"][row]], _NOTHING)
    seller = np.array(_PEOPLE, dtype=object)[rows["owner"][row]]
    own = _CAMPAIGN_OF_SLOT[rows["slot"][row]]
    other = _ALWAYS_ON[found["any"] % len(_ALWAYS_ON)]
    leads = rows["lead"][row]
    return _rows({
        "touch_id": [f"T{lead + 1:07d}-{n}" for lead, n in zip(leads.tolist(), found["number"].tolist(),
                                                               strict=True)],
        "lead_id": _ids("L", leads),
        "at": as_times(found["at"]),
        "department": np.where(by_sales, "sales", "marketing").tolist(),
        "person_id": np.where(by_sales, seller, marketer).tolist(),
        "campaign_id": np.where(by_sales, _NOTHING, np.where(found["own_campaign"], own, other)).tolist(),
        "kind": names(kind, TOUCH_KINDS),
        "outcome": names(found["outcome"], OUTCOMES),
        "minutes": [None if m != m else m for m in found["minutes"].tolist()],  # noqa: PLR0124 - not a number
    })  # fmt: skip


def order_rows(survey: Survey, found: Columns) -> list[Row]:
    """The orders as rows of `orders`; the first one bears the campaign that brought the lead."""
    amounts = survey.final_amounts(found)
    margins = np.round(amounts * found["margin"], 2).tolist()
    first, old = found["place"] == 0, (found["lead"] == NONE).tolist()
    lead_ids = _where(_ids("L", found["lead"]), [not o for o in old])
    return _rows({
        "order_id": [f"OA{n:07d}" if o else f"O{lead + 1:07d}-{n}"
                     for o, lead, n in zip(old, found["lead"].tolist(), found["number"].tolist(),
                                           strict=True)],
        "customer_id": [f"{'KA' if o else 'K'}{number + 1:07d}"
                        for o, number in zip(old, found["customer"].tolist(), strict=True)],
        "lead_id": lead_ids,
        "closed_at": as_times(found["closed_at"]),
        "amount": amounts.tolist(),
        "margin": [None if m != m else m for m in margins],  # noqa: PLR0124 - not a number
        "currency": names(found["currency"], _FOREIGN),  # type: ignore[arg-type]
        "channel": np.array(CHANNELS, dtype=object)[found["channel"]].tolist(),
        "campaign_id": np.where(first, _CAMPAIGN_OF_SLOT[found["slot"]], _NOTHING).tolist(),
    })  # fmt: skip
