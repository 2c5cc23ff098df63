"""Sentences on a page: each figure leads to its evidence."""

import re

from components import sentences
from data_sources.database import Database
from scorecard import campaigns, goal_tree, reviews, reviews_panel, small
from scorecard.clock import AsOf
from scorecard.words import Said, linked, sentence
from tests.figures import outside
from tests.scorecard.builders import NOW


def links(said, monkeypatch):
    """The text and page of each link of the sentence, in order."""
    monkeypatch.setattr(sentences, "chosen", dict)
    return re.findall(r'<a href="([^"?]+)[^>]*>([^<]*)</a>', sentences.told(said))


def test_a_figure_between_links_leads_where_the_link_before_it_does(monkeypatch):
    said = sentence(
        "It fell from 80.5% in Q3 2026 by ", linked("12.7 points", "handoff"),
        " (95%: -17.8 to -7.3), most from ", linked("Partner list", "campaigns"), " (78.6% to 31.1%: -8.9).",
    )  # fmt: skip
    assert links(said, monkeypatch) == [
        ("handoff", "80.5%"),
        ("handoff", "12.7 points"),
        ("handoff", "-17.8"),
        ("handoff", "-7.3"),
        ("campaigns", "Partner list"),
        ("campaigns", "78.6%"),
        ("campaigns", "31.1%"),
        ("campaigns", "-8.9"),
    ]


def test_money_counts_and_other_locales_are_figures_and_dates_and_names_are_not(monkeypatch):
    said = sentence(
        linked("Here", "goals"),
        ": €2.4K (-€1.2K), 12\u202f480 €, 67,8\u00a0%, 41 of 132, due 31 Dec 2026, size 50-249, 3 campaigns.",
    )
    shown = [text for _, text in links(said, monkeypatch)][1:]
    assert shown == ["€2.4K", "-€1.2K", "12\u202f480 €", "67,8\u00a0%", "41 of 132"]


def test_without_a_link_nothing_is_linked_and_every_word_stays(monkeypatch):
    said = sentence("5 of 7 are done, ", Said("71%", strong=True), ".")
    assert links(said, monkeypatch) == []
    assert re.sub("<[^>]+>", "", sentences.told(said)) == "5 of 7 are done, 71%."


def test_every_figure_of_a_single_goal_campaign_and_review_leads_to_its_evidence(demo_url, monkeypatch):
    """Those of the pages themselves are looked at in the browser (tests/pages/test_for_everyone.py)."""
    monkeypatch.setattr(sentences, "chosen", dict)
    dataset = Database(demo_url, clock=lambda: NOW).open()
    as_of = AsOf.parse("2026-11-21", small.settings(dataset).zone)
    said = [
        said for goal in ("G2026", "G10", "G13") for said in goal_tree.panel(dataset, as_of, goal).verdict
    ]
    said += campaigns.panel(dataset, as_of, "C03").verdict
    last = reviews.read(dataset, as_of).reviews[0]
    opened = reviews_panel.panel(dataset, as_of, last.review_id)
    said += [opened.opening, *opened.worked.verdict, *opened.low_goals]
    bare = [re.sub(r"<a .*?</a>", " … ", sentences.told(one)) for one in said]
    assert len(bare) > 6
    assert [text for text in bare if outside(re.sub(r"<[^>]+>|&#\w+;", "", text))] == []


def test_a_figure_outside_of_a_link_is_noticed_and_a_date_is_none():
    assert outside(
        "It fell by 8 from … in Q3 2026 (95%: … ) by 26 Nov 2026, “20 % off”, and 12.7 points"
    ) == [
        "8",
        "12.7",
    ]
