"""Sentences on a page: each figure leads to its evidence."""

import re

from components import sentences
from scorecard.words import Said, linked, sentence


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
