"""Ready mappings for the exports of CRMs, chosen by name in the configuration (`crm`).

docs/spreadsheets.md says what each export gives, what it can't, and how its headers were verified.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from data_sources.mapping import TableMapping

Condition = tuple[str, frozenset[str]]


@dataclass(frozen=True)
class Export(TableMapping):
    """How a product's export calls one of our tables and its columns.

    `titles`: what its files or tabs are called (a date may follow). `also`: our column to the headers it may
    stand under, the first that is there; none has to be, since everybody exports other columns. `only`: which
    rows are of this table: headers with the values (in lower case, a pipeline in brackets behind them aside)
    that say so; the first header that is there decides, and without any of them no row is read.
    """

    titles: tuple[str, ...] = ()
    also: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    only: tuple[Condition, ...] = ()


# No number needs these, so they aren't copied; the configuration's `columns` can name any of them.
_PERSONAL: Final = dict.fromkeys(
    ("first_name", "firstname", "last_name", "lastname", "name", "full_name", "email", "email_address",
     "phone", "phone_number", "mobile", "mobilephone", "mobile_phone_number", "fax", "street",
     "street_address"),
    "",
)  # fmt: skip
_YES: Final = frozenset(("true", "yes", "1", "1.0", "x"))
_WON: Final = frozenset(("closed won", "closedwon"))


def _entered(stage: str) -> str:
    """HubSpot's newer header for the day a contact reached a stage of its lifecycle."""
    return f'Date entered "{stage} (Lifecycle Stage Pipeline)"'


_HUBSPOT: Final = {
    "leads": Export(
        titles=("hubspot-crm-exports-all-contacts", "contacts", "all contacts"),
        columns=_PERSONAL,
        also={
            "lead_id": ("Record ID", "Record ID - Contact", "Contact ID"),
            "created_at": ("Create Date",),
            "source": ("Original Traffic Source", "Original Source"),
            "campaign_id": ("First Touch Converting Campaign",),
            "landing_page": ("First Page Seen",),
            "owner": ("Contact owner",),
            "assigned_at": ("Owner assigned date",),
            "mql_at": ("Became a Marketing Qualified Lead Date", _entered("Marketing Qualified Lead")),
            "sql_at": ("Became a Sales Qualified Lead Date", _entered("Sales Qualified Lead")),
            "opportunity_at": ("Became an Opportunity Date", _entered("Opportunity")),
            "won_at": ("Became a Customer Date", _entered("Customer")),
            "customer_id": (
                "Primary Associated Company ID",
                "Associated Company IDs",
                "Associated Company ID",
            ),
            "updated_at": ("Last Modified Date",),
        },
    ),
    "orders": Export(
        titles=("hubspot-crm-exports-all-deals", "deals", "all deals"),
        also={
            "order_id": ("Record ID", "Record ID - Deal", "Deal ID"),
            "lead_id": ("Associated Contact IDs", "Associated Contact ID"),
            "customer_id": (
                "Primary Associated Company ID",
                "Associated Company IDs",
                "Associated Company ID",
            ),
            "closed_at": ("Close Date",),
            "currency": ("Currency",),
        },
        only=(("Is Closed Won", _YES), ("Deal Stage", _WON)),
    ),
}

_SALESFORCE: Final = {
    "leads": Export(
        titles=("lead", "leads"),
        columns=_PERSONAL,
        also={
            "lead_id": ("Lead ID", "Id"),
            "created_at": ("Created Date", "Create Date"),
            "source": ("Lead Source",),
            "owner": ("Lead Owner", "Owner Name", "Owner ID"),
            "sql_at": ("Converted Date",),
            "customer_id": ("Account ID", "Converted Account ID"),
            "updated_at": ("Last Modified Date", "Last Modified"),
        },
    ),
    "orders": Export(
        titles=("opportunity", "opportunities"),
        also={
            "order_id": ("Opportunity ID", "Id"),
            "customer_id": ("Account ID", "Account Name"),
            "closed_at": ("Close Date",),
            "currency": ("Amount Currency", "Opportunity Currency", "Currency ISO Code"),
            "campaign_id": ("Primary Campaign Source", "Campaign ID"),
        },
        only=(("Won", _YES), ("Is Won", _YES), ("Stage", _WON), ("Stage Name", _WON)),
    ),
}

PRESETS: Final[Mapping[str, Mapping[str, Export]]] = {"hubspot": _HUBSPOT, "salesforce": _SALESFORCE}
