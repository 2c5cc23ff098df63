"""Signing a campaign: the terms as they are on the screen, and one key, turned by its own team alone."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from components import access, forms, goal_bars, live, tiles, writes
from components.forms import Filled
from components.screen import View
from scorecard import edits, signoffs, terms
from scorecard.campaigns import Campaign, Panel
from scorecard.contract import TEAMS
from scorecard.edits import Edit, EditError
from scorecard.goal_tree import Fact
from scorecard.roles import Act
from scorecard.terms import Terms


def offered(view: View, panel: Panel | None) -> tuple[Campaign, Terms] | None:
    """The campaign that can be signed, and to what; None without one."""
    if panel is None:
        return None
    agreed = terms.terms_of(view.dataset, panel.campaign.campaign_id)
    return None if agreed is None else (panel.campaign, agreed)


def sign(found: tuple[Campaign, Terms] | None, view: View) -> None:
    """What the viewer's team would sign, and the button; who is of neither team reads who can."""
    if found is None or writes.refusal(view, Act.SIGN_OFF) == "":
        return
    campaign, agreed = found
    viewer = access.viewer()
    team = None if viewer is None else viewer.role.value
    if team not in TEAMS:
        tiles.note("Marketing and sales sign here, each for itself.")
        return
    if any(key.team == team and key.turned for key in campaign.keys or ()):
        tiles.note(f"{team.capitalize()}'s key is turned. It opens by itself when one of the terms changes.")
        return
    with st.expander(f"Sign for {team}", icon=":material/key:", expanded=campaign.phase == "planned"):
        goal_bars.facts([Fact(name, value) for name, value in agreed.fields.items()])
        forms.form(
            view, f"sign_{campaign.campaign_id}", act=Act.SIGN_OFF, table="signoffs", fields=(),
            department=team, build=lambda filled: _signed(filled, campaign.campaign_id, agreed, team),
            submit=f"Sign these terms for {team}",
            thanks="Signed. A later change of these terms opens it again.",
        )  # fmt: skip


def _signed(filled: Filled, campaign_id: str, seen: Terms, team: str) -> Sequence[Edit]:
    """The row, if the terms are still those that were on the screen."""
    viewer = access.viewer()
    person = "" if viewer is None else viewer.person_id or viewer.email
    try:
        row = signoffs.sign(live.live().dataset, campaign_id, team, person, seen.fingerprint)
    except signoffs.SignError as error:
        raise EditError(str(error)) from error
    return [edits.new(filled.change_id, writes.ACTIONS[Act.SIGN_OFF], "signoffs", row)]
