import streamlit as st

from components import board, campaign_list, campaign_page, sentences, signoff_form, tiles
from components.page import View, open_page
from components.sections import outline, section
from scorecard import campaigns, campaigns_compare

TABLES = (
    "campaigns",
    "goals",
    "signoffs",
    "spend",
    "web",
    "touches",
    "feedback",
    "reviews",
    "orders",
    "settings",
)
view = open_page(
    "campaigns",
    "What did we plan together, who agreed, and what did it bring?",
    TABLES,
    filters=False,
    period=False,
    compare=False,
)


def found(now: View) -> campaigns.Overview:
    return now.get(campaigns.read, now.as_of)


def listed(now: View) -> campaign_list.Listed:
    return campaign_list.Listed(found(now).lines, now.get(campaigns.aims, now.as_of), found(now).lacking)


def panel(now: View) -> campaigns.Panel | None:
    return None if asked is None else now.get(campaigns.panel, now.as_of, asked)


def compared(now: View) -> campaigns_compare.Comparison | None:
    return now.get(campaigns_compare.compare, now.as_of, several) if several else None


nothing = outline(view, lambda now: found(now).nothing)
if nothing is not None:
    sentences.nothing(*nothing)
    st.stop()

section(view, "verdict", lambda now: found(now).verdict, board.verdict)
owed = st.container()
names = outline(view, lambda now: campaign_page.names(found(now)))
with st.container(horizontal=True, key="campaign_picks"):
    asked = campaign_page.pick(names)
    several = campaign_page.pick_several(names)
if asked is None and not several:
    with owed:
        section(view, "because", lambda now: found(now).because, board.because)
if asked is not None and asked not in names:
    gone = f"There is no campaign {asked}"
    tiles.empty(gone, "It may have been renamed or taken out; the list has all.")

section(view, "compared", compared, campaign_page.side_by_side)
if asked in names:
    section(view, "title", panel, campaign_page.title)
    left, right = st.columns([3, 2], gap="large")
    with left:
        section(view, "goals", panel, campaign_page.goals)
        section(view, "cost", panel, campaign_page.cost)
        section(view, "brought", panel, campaign_page.brought)
        section(view, "touched", panel, campaign_page.touched)
    with right:
        section(view, "agreed", panel, campaign_page.agreed)
        section(view, "sign", lambda now: signoff_form.offered(now, panel(now)), signoff_form.sign)
        section(view, "said", panel, campaign_page.said)

section(view, "all", listed, campaign_list.every)
