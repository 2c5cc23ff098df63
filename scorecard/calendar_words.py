"""Each clash in words: what, when, why it matters, who acts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from scorecard import small, words
from scorecard.calendar_clashes import LOOKS, Clash, Look, Rule
from scorecard.calendar_entries import Entry, said
from scorecard.clock import AsOf
from scorecard.dataset import Dataset
from scorecard.formats import Formats
from scorecard.words import Said, Sentence, sentence

NAMED: Final = 3  # in a sentence; the rest is counted
_WHY: Final = {
    Rule.UNSIGNED: "It runs on the word of one team: the other never agreed to offer, dates and budget.",
    Rule.CHANGED: "What runs isn't what was agreed.",
    Rule.SHORT_HANDED: "The leads of these days wait:",
    Rule.AUDIENCE: "Each takes from the other, and nobody can tell afterwards which of them worked.",
    Rule.NO_CONTENT: "Sales has nothing to send or to point to when somebody asks.",
    Rule.DAY_OFF: "Whoever answers on such a day hears from nobody until sales is back.",
    Rule.TWO_DATES: "One of the two is wrong, and people plan by both.",
}


@dataclass(frozen=True)
class Line:
    """A clash as it is read; `over` when its last day lies before as_of's."""

    rule: Rule
    what: Sentence
    when: str
    why: str
    who: str
    over: bool

    @property
    def look(self) -> Look:
        """Its icon, tone and rule."""
        return LOOKS[self.rule]


class Words:
    """Clashes and days of one state of the data, for a reader at as_of."""

    def __init__(self, dataset: Dataset, as_of: AsOf) -> None:
        self.dataset, self.as_of = dataset, as_of
        self.formats = Formats.of(small.settings(dataset))
        self.campaigns = {str(row["campaign_id"]): row for row in small.rows(dataset, "campaigns")}

    def days(self, first: date, last: date | None) -> str:
        """'24 – 27 Nov', with years where they aren't this one's; without a last day 'from 24 Nov on'."""
        if last is None:
            return f"from {self.days(first, first)} on"
        this = self.as_of.day.year
        return self.formats.interval(first, last, year=(first.year, last.year) != (this, this))

    def line(self, clash: Clash) -> Line:
        """A clash as it stands in the list."""
        over = clash.last is not None and clash.last < self.as_of.day
        when = self.days(clash.first, clash.last)
        return Line(clash.rule, self.what(clash), when, self.why(clash), self.who(clash), over)

    # what

    def what(self, clash: Clash) -> Sentence:
        """What clashes with what."""
        return {
            Rule.UNSIGNED: self._unsigned,
            Rule.CHANGED: self._changed,
            Rule.SHORT_HANDED: self._short_handed,
            Rule.AUDIENCE: self._audience,
            Rule.NO_CONTENT: self._no_content,
            Rule.DAY_OFF: self._day_off,
            Rule.TWO_DATES: self._two_dates,
        }[clash.rule](clash)

    def _unsigned(self, clash: Clash) -> Sentence:
        one = clash.about[0]
        mark = next((m.word for m in one.marks if m.tone == "bad"), "live without sign-off")
        return sentence(said(one, marked=False), f" is {mark}" if mark.startswith("live") else f": {mark}")

    def _changed(self, clash: Clash) -> Sentence:
        signed = f" is live and has changed since {words.listing(clash.detail)} signed"
        return sentence(said(clash.about[0], marked=False), signed)

    def _short_handed(self, clash: Clash) -> Sentence:
        are = "is" if clash.away == 1 else "are"
        away = f"{clash.away} of {clash.sales} people in sales {are} away"
        return sentence(*_names(clash.about), f" {_run(clash.about)} while {away}")

    def _audience(self, clash: Clash) -> Sentence:
        whom = words.brief(clash.detail[0])
        return sentence(*_names(clash.about), f" run at once for one audience: {whom}")

    def _no_content(self, clash: Clash) -> Sentence:
        one = clash.about[0]
        if one.first <= self.as_of.day:
            return sentence(said(one), " is live and has no content")
        starts = self.formats.day_month(one.first)
        return sentence(said(one), f" starts on {starts} and has no content planned")

    def _day_off(self, clash: Clash) -> Sentence:
        names = words.listing(map(words.brief, clash.detail))
        return sentence(*_names(clash.about), f" {_run(clash.about)} while sales is off: {names}")

    def _two_dates(self, clash: Clash) -> Sentence:
        entry, own = clash.about
        here, there = (self.days(e.first, e.last) for e in (entry, own))
        return sentence("The calendar has ", said(entry), f" on {here}, the campaign says {there}")

    # why

    def why(self, clash: Clash) -> str:
        """Why it matters."""
        if clash.rule is Rule.SHORT_HANDED:
            return f"{_WHY[clash.rule]} {listed(map(words.brief, clash.detail))} can't call."
        if clash.rule is Rule.NO_CONTENT and clash.detail:
            return f"{_WHY[clash.rule]} There are only ideas: {listed(map(words.brief, clash.detail))}."
        return _WHY[clash.rule]

    # who

    def who(self, clash: Clash) -> str:
        """Who acts, and how: 'Ana (move it) or sales (find cover)'."""
        if clash.rule in (Rule.UNSIGNED, Rule.CHANGED):
            who = words.listing(self.signer(clash.about[0], team) for team in clash.detail)
            return f"{words.upper(who)} (sign, or say what must change)"
        marketing = listed(self._owners(clash.about, "marketing_owner")) or "marketing"
        sales = listed(self._owners(clash.about, "sales_owner")) or self._liaison("sales")
        acts = {
            Rule.SHORT_HANDED: f"(move it) or {self._liaison('sales')} (find cover)",
            Rule.AUDIENCE: "(decide which comes first)",
            Rule.NO_CONTENT: "(plan it)",
            Rule.DAY_OFF: f"(move it) or {sales} (arrange who answers)",
            Rule.TWO_DATES: "(correct one of the two)",
        }
        return f"{words.upper(marketing)} {acts[clash.rule]}"

    def signer(self, entry: Entry, team: str) -> str:
        """Who signs a campaign for a team: its owner there, else the team's liaison."""
        row = self.campaigns.get(str(entry.campaign_id))
        owner = None if row is None else row[f"{team}_owner"]
        return words.person(self.dataset, owner) if owner is not None else self._liaison(team)

    def _owners(self, about: Iterable[Entry], column: str) -> list[str]:
        """The owners of what clashes, each once."""
        return list(dict.fromkeys(name for entry in about if (name := self._owner(entry, column))))

    def _owner(self, entry: Entry, column: str) -> str:
        row = self.campaigns.get(str(entry.campaign_id))
        owner = None if row is None else row[column]
        if owner is not None:
            return words.person(self.dataset, owner)
        return entry.owner if column == "marketing_owner" else ""

    def _liaison(self, department: str) -> str:
        return words.listing(words.liaisons(self.dataset, department)) or department


def listed(names: Iterable[str]) -> str:
    """'a, b and c', or 'a, b, c and 2 more'; '' without any."""
    every = list(names)
    more = len(every) - NAMED
    return words.listing([*every[:NAMED], f"{more} more"] if more > 0 else every)


def _names(about: Sequence[Entry]) -> Iterator[str | Said]:
    """'A, B and C', or 'A, B, C and 4 more', each leading to its own."""
    shown, more = about[:NAMED], len(about) - NAMED
    for n, entry in enumerate(shown):
        last = n == len(shown) - 1 and more <= 0
        yield "" if n == 0 else " and " if last else ", "
        yield said(entry)
    if more > 0:
        yield f" and {more} more"


def _run(about: Sequence[Entry]) -> str:
    return "runs" if len(about) == 1 else "run"
