"""The Calendar page's answer: what comes up, the gravest clash, who owes what; and what the data lack."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Final

from scorecard import calendar_clashes, calendar_entries, calendar_requests, small, words
from scorecard.calendar_clashes import Clash, Rule
from scorecard.calendar_entries import KINDS, OFF, Entry, said
from scorecard.calendar_requests import Request
from scorecard.calendar_words import NAMED, Words, listed
from scorecard.clock import AsOf
from scorecard.contract import TEAMS
from scorecard.dataset import Dataset
from scorecard.words import Said, Sentence, sentence

AHEAD: Final = timedelta(days=27)  # today and these are the next four weeks


@dataclass(frozen=True)
class Answer:
    """The page's first lines; `nothing` is a title and what to do where there is nothing at all."""

    verdict: tuple[Sentence, ...]
    owed: tuple[Sentence, ...]
    lacking: tuple[str, ...]
    nothing: tuple[str, str] | None = None


def answer(dataset: Dataset, as_of: AsOf) -> Answer:
    """What is coming up, where it clashes, who owes what."""
    every = calendar_entries.entries(dataset, as_of)
    asked = calendar_requests.requests(dataset, as_of)
    if not every and not asked.lines:
        return Answer((), (), (), _nothing(dataset))
    found = calendar_clashes.clashes(dataset, as_of, as_of.day, as_of.day + AHEAD)
    told = Words(dataset, as_of)
    return Answer(
        (_coming(every, as_of), _gravest(found, told)),
        tuple(part for part in _owed(found, asked.unanswered, every, told) if part),
        (*calendar_entries.reversed_days(dataset), *_lacking(dataset, every)),
    )


def _nothing(dataset: Dataset) -> tuple[str, str]:
    there = "calendar" in dataset.relations
    what = "the table calendar is empty" if there else "there is no table calendar"
    todo = (
        "Fill the table calendar: entry_id, start, title and kind are enough to begin with. Campaigns with a "
        "start stand on it by themselves. It brings who does what when, where it clashes, "
        "and what sales asked for."
    )
    return f"Nothing is on the calendar yet: {what}", todo


# --- what comes, and the gravest clash --------------------------------------------------------------------


def _coming(every: Iterable[Entry], as_of: AsOf) -> Sentence:
    today, last = as_of.day, as_of.day + AHEAD
    wanted = [e for e in every if e.stage != "dropped" and e.kind not in OFF]
    coming = [e for e in wanted if today <= e.first <= last]
    running = sum(e.first < today and e.covers(today) for e in wanted)
    are = "is" if running == 1 else "are"
    if not coming:
        nothing = Said("Nothing begins in the next four weeks.", strong=True)
        things = words.linked(words.counted(running, "thing"), "calendar#weeks")
        return sentence(nothing, *((" ", things, f" {are} running.") if running else ()))
    rest = (" ", words.linked(f"{running} more", "calendar#weeks"), f" {are} running.") if running else ()
    begin = f"{words.counted(len(coming), 'thing')} begin{'s' if len(coming) == 1 else ''}"
    ask = (("on", f"{today.isoformat()}..{last.isoformat()}"),)
    count = Said(begin, strong=True, page="calendar", ask=ask)
    return sentence(count, " in the next four weeks: ", *_kinds(coming), ".", *rest)


def _kinds(some: Iterable[Entry]) -> Sentence:
    """'3 promotions, 2 exchange sessions and 1 review', in the order of KINDS."""
    count = dict.fromkeys(KINDS, 0)
    for entry in some:
        count[entry.kind] += 1
    counted = (words.counted(n, *KINDS[kind]) for kind, n in count.items() if n)
    return words.joined(words.shown(text, "calendar#weeks") for text in counted)


def _gravest(found: Sequence[Clash], told: Words) -> Sentence:
    if not found:
        return sentence("Nothing clashes in that time.")
    worst, more = found[0], len(found) - 1
    state = worst.rule in (Rule.UNSIGNED, Rule.CHANGED, Rule.NO_CONTENT)
    when = "" if state else f", {told.days(worst.first, worst.last)}"
    what = [Said(p.text, strong=True, page=p.page, ask=p.ask) for p in told.what(worst)]
    clashes = words.linked(f"{len(found)} clashes", "calendar#clashes")
    head = ("The gravest of ", clashes, " is that ") if more else ("There is one clash: ",)
    return sentence(*head, *what, f"{when}.")


# --- what is owed -----------------------------------------------------------------------------------------


def _owed(
    found: Sequence[Clash], waiting: Sequence[Request], every: Iterable[Entry], told: Words
) -> tuple[Sentence, ...]:
    """Sign-offs, content, answers to sales, and a status that lags behind its days."""
    return (
        _signatures([c for c in found if c.rule in (Rule.UNSIGNED, Rule.CHANGED)], told),
        _contents([c for c in found if c.rule is Rule.NO_CONTENT]),
        _answers(waiting),
        _late([e for e in every if e.is_late(told.as_of) and e.kind not in OFF]),
    )


def _signatures(unsigned: Sequence[Clash], told: Words) -> Sentence:
    """'Marketing owes its sign-off for A (Ana); sales owes its sign-off for A (Ben) and B (Cleo).'."""
    owed = {team: [clash.about[0] for clash in unsigned if team in clash.detail] for team in TEAMS}
    parts = [
        sentence(
            Said(f"{team} owes its sign-off for", strong=True),
            " ",
            *_list(own, partial(told.signer, team=team)),
        )
        for team, own in owed.items()
        if own
    ]
    if not parts:
        return ()
    (head, *rest), *others = parts
    first = Said(words.upper(head.text), strong=True)
    further = [piece for other in others for piece in (Said("; "), *other)]
    return sentence(first, *rest, *further, ".")


def _contents(bare: Sequence[Clash]) -> Sentence:
    return _named("Marketing owes content for", [clash.about[0] for clash in bare])


def _answers(waiting: Sequence[Request]) -> Sentence:
    if not waiting:
        return ()
    oldest, n = waiting[0], len(waiting)
    head = words.linked(f"Marketing owes sales an answer to {words.counted(n, 'idea')}", "calendar#asked")
    wait = "" if oldest.waited is None else words.counted(oldest.waited, "day")
    title = Said(words.brief(oldest.title), page="feedback")
    piece = title if oldest.entry is None else said(oldest.entry)
    ago = words.shown(f"{wait} ago", "calendar#asked")
    told = [sentence("was asked for ", ago)] if wait else []
    told += [sentence(f"waits for {oldest.owner}")] if oldest.owner else []
    if n == 1 or not told:
        then = sentence(" ", *words.joined(told)) if told else ()
        return sentence(head, ": " if n == 1 else "; the oldest is ", piece, *then, ".")
    return sentence(head, "; the oldest, ", piece, ", ", *words.joined(told), ".")


def _late(late: Sequence[Entry]) -> Sentence:
    n = len(late)
    are = "is" if n == 1 else "are"
    return _named(f"{words.counted(n, 'entry', 'entries')} should have begun and {are} still planned:", late)


def _named(
    head: str, some: Sequence[Entry], who: Callable[[Entry], str] = lambda entry: entry.owner
) -> Sentence:
    """'Head A (Ana), B (Ben) and 2 more.'; nothing where there are none."""
    if not some:
        return ()
    return sentence(Said(head, strong=True), " ", *_list(some, who), ".")


def _list(some: Sequence[Entry], who: Callable[[Entry], str]) -> Sentence:
    """'A (Ana), B (Ben) and C', or 'A, B, C and 2 more'."""
    told = [sentence(said(entry), f" ({who(entry)})" if who(entry) else "") for entry in some[:NAMED]]
    more = len(some) - NAMED
    rest = [sentence(words.shown(f"{more} more", "calendar#clashes"))] if more > 0 else []
    return words.joined([*told, *rest])


# --- what is missing --------------------------------------------------------------------------------------


def _lacking(dataset: Dataset, every: Sequence[Entry]) -> tuple[str, ...]:
    """What isn't there and would show or find more."""
    sales = calendar_entries.names_of(dataset, "sales")
    campaigns = "campaigns" in dataset.relations
    missing = {
        _NO_CALENDAR: "calendar" not in dataset.relations,
        _NO_CAMPAIGNS: not campaigns,
        _NO_HOLIDAYS: small.settings(dataset).holidays is None,
        _NO_SALES: not sales,
        _NO_AUDIENCE: campaigns and not dataset.has("campaigns.audience"),
        _NO_SIGNOFFS: campaigns and "signoffs" not in dataset.relations,
    }
    nameless = [
        e for e in every if e.kind == "absence" and e.team == "sales" and not set(e.people) & set(sales)
    ]
    told = tuple(text for text, holds in missing.items() if holds)
    if not sales or not nameless:
        return told
    which = listed(f"{e.title} ({e.entry_id})" for e in nameless)
    return (*told, f"Nobody in sales is named by the absence {which}: owner or attendees say who is away.")


_NO_CALENDAR: Final = (
    "Fill the table calendar (entry_id, start, title and kind are enough): promotions, content, "
    "exchange sessions, reviews and absences then stand beside the campaigns."
)
_NO_CAMPAIGNS: Final = (
    "Fill the table campaigns: they then stand here, and two promotions for one audience are found."
)
_NO_HOLIDAYS: Final = (
    "Write a country into the setting holidays (DE, or DE-BY): public holidays then stand on the calendar."
)
_NO_SALES: Final = "Fill people with department sales: days on which sales is short-handed are then found."
_NO_AUDIENCE: Final = "Fill campaigns.audience: two promotions for one audience are then found."
_NO_SIGNOFFS: Final = (
    "Fill the table signoffs: campaigns that are live without both teams' word are then found."
)
