"""Who is who on both sides: what they cover and own, whom to ask about what, who the liaison is.

Who has sat in on the other side's work is told by `scorecard.people_exchange`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Final, Literal

from scorecard import campaigns, feedback, people_exchange, reviews, small, words
from scorecard.clock import AsOf
from scorecard.contract import TEAMS
from scorecard.dataset import Dataset
from scorecard.formats import Formats
from scorecard.near import folded
from scorecard.people_exchange import WINDOW_DAYS, Exchanges
from scorecard.words import Said, Sentence, sentence

Kind = Literal["goal", "campaign", "action", "feedback"]

PER_PAGE: Final = 25  # people of a team on one page
_NAMED: Final = 3
_OWNED: Final[Mapping[Kind, str]] = {
    "goal": "goals.owner", "campaign": "campaigns", "action": "reviews.action_owner",
}  # fmt: skip


# --- who is who -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Thing:
    """Something a person answers for, and the page that tells more."""

    kind: Kind
    name: str
    page: str
    ask: tuple[tuple[str, str], ...] = ()
    overdue: bool = False


@dataclass(frozen=True, slots=True)
class Person:
    """A row of people with what it comes to; `department` is an empty text where the row says none.

    `sat` is the day of the last session in which this person saw the other team's work, `title` that
    session's; `lately` whether that lies within the window; `planned` the day of the next one.
    """

    person_id: str
    name: str
    department: str
    role: str
    email: str
    liaison: bool
    covers: tuple[str, ...]
    owns: tuple[Thing, ...] = ()
    sat: date | None = None
    title: str = ""
    lately: bool = False
    planned: date | None = None


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic and who can be asked about it, by id and name."""

    name: str
    people: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Gap:
    """Something that nobody answers for, or somebody who isn't in people."""

    what: str
    name: str
    page: str
    ask: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Overview:
    """Everybody by name within marketing, sales and the others; topics by name; what nobody answers for."""

    marketing: tuple[Person, ...] = ()
    sales: tuple[Person, ...] = ()
    others: tuple[Person, ...] = ()
    topics: tuple[Topic, ...] = ()
    gaps: tuple[Gap, ...] = ()
    exchanges: Exchanges = field(default_factory=Exchanges)
    verdict: tuple[Sentence, ...] = ()
    because: tuple[Sentence, ...] = ()
    nothing: tuple[str, str] | None = None

    @property
    def everybody(self) -> tuple[Person, ...]:
        return (*self.marketing, *self.sales, *self.others)

    @property
    def pages(self) -> int:
        """How many pages the longest of the lists takes."""
        longest = max(map(len, (self.marketing, self.sales, self.others)))
        return max(-(-longest // PER_PAGE), 1)


def read(dataset: Dataset, as_of: AsOf) -> Overview:
    """Everybody, as it looks at as_of."""
    rows = small.rows(dataset, "people")
    if not rows:
        return Overview(nothing=_nothing(dataset))
    owned, exchanges = _owned(dataset, as_of), people_exchange.read(dataset, as_of)
    found = [_person(row, owned, exchanges) for row in rows]
    ordered = sorted(found, key=lambda p: (not p.liaison, folded(p.name), p.person_id))
    marketing, sales = (tuple(p for p in ordered if p.department == team) for team in TEAMS)
    others = tuple(p for p in ordered if p.department not in TEAMS)
    gaps = tuple(_gaps(dataset, as_of, {p.person_id for p in found}))
    overview = Overview(marketing, sales, others, _topics(ordered), gaps, exchanges)
    formats = Formats.of(small.settings(dataset))
    return replace(overview, verdict=tuple(_verdict(overview)), because=tuple(_because(overview, formats)))


def _nothing(dataset: Dataset) -> tuple[str, str]:
    what = "people is empty" if "people" in dataset.relations else "there is no table people"
    todo = (
        "Fill the table people: person_id, name, department (marketing, sales, leadership, other), role, "
        "covers (what to ask this person about) and is_liaison. It brings names in place of ids everywhere, "
        "and whom to ask about what."
    )
    return f"Nobody is known yet: {what}", todo


def _person(row: Mapping[str, Any], owned: Mapping[str, Sequence[Thing]], exchanges: Exchanges) -> Person:
    person_id = str(row["person_id"])
    last = exchanges.last.get(person_id)
    return Person(
        person_id=person_id,
        name=str(row["name"] or person_id),
        department=str(row["department"] or ""),
        role=str(row["role"] or ""),
        email=str(row["email"] or ""),
        liaison=bool(row["is_liaison"]),
        covers=tuple(words.parted(row["covers"])),
        owns=tuple(owned.get(person_id, ())),
        sat=None if last is None else last.day,
        title="" if last is None else last.title,
        lately=person_id in exchanges.lately,
        planned=exchanges.planned.get(person_id),
    )


def _topics(found: Iterable[Person]) -> tuple[Topic, ...]:
    """Every topic with those who cover it; the same word in other letters is the same topic."""
    names: dict[str, str] = {}
    who: dict[str, dict[str, str]] = {}
    for person in found:
        for topic in person.covers:
            key = folded(topic)
            names.setdefault(key, topic)
            who.setdefault(key, {})[person.person_id] = person.name
    return tuple(Topic(words.upper(names[key]), tuple(who[key].items())) for key in sorted(names))


# --- what everybody owns ----------------------------------------------------------------------------------


def _owned(dataset: Dataset, as_of: AsOf) -> dict[str, list[Thing]]:
    """What each person answers for now, by person_id: goals, campaigns, actions, feedback."""
    found: dict[str, list[Thing]] = {}
    for owner, thing in _things(dataset, as_of):
        if owner is not None:
            found.setdefault(owner, []).append(thing)
    return found


def _things(dataset: Dataset, as_of: AsOf) -> Iterator[tuple[str | None, Thing]]:
    """Everything that somebody should answer for now, with whoever does."""
    for row in small.rows(dataset, "goals"):
        if row["due"] >= as_of.day:
            goal_id = str(row["goal_id"])
            yield row["owner"], Thing("goal", str(row["name"] or goal_id), "goals", (("goal", goal_id),))
    yield from _campaigns(dataset, as_of)
    for review in reviews.reviews(dataset, as_of):
        for action in review.actions:
            if action.done is None:
                ask = (("review", review.review_id),)
                yield action.owner, Thing("action", action.what, "reviews", ask, action.overdue)
    for entry in feedback.owed(feedback.entries(dataset, as_of)):
        said = words.brief(entry.text or entry.kind.replace("_", " ") or "feedback")
        ask = (("who", entry.owes.person_id),)
        yield entry.owes.person_id, Thing("feedback", said, "feedback", ask, entry.overdue)


def _campaigns(dataset: Dataset, as_of: AsOf) -> Iterator[tuple[str | None, Thing]]:
    """Campaigns that haven't ended, once for each owner they have or lack."""
    rows = {str(row["campaign_id"]): row for row in small.rows(dataset, "campaigns")}
    for one in campaigns.campaigns(dataset, as_of):
        if one.phase != "ended":
            thing = Thing("campaign", one.shown, "campaigns", (("campaign", one.campaign_id),))
            owners = (rows[one.campaign_id][f"{team}_owner"] for team in _owning(dataset))
            yield from ((owner, thing) for owner in dict.fromkeys(owners))


def _owning(dataset: Dataset) -> list[str]:
    """The teams whose owner the source's campaigns can name."""
    return [team for team in TEAMS if dataset.has(f"campaigns.{team}_owner")]


def _gaps(dataset: Dataset, as_of: AsOf, known: set[str]) -> Iterator[Gap]:
    """Running goals, campaigns and open actions without an owner, then those of somebody who isn't there."""
    things = [pair for pair in _things(dataset, as_of) if pair[1].kind in _OWNED]
    for owner, thing in things:
        if owner is None and dataset.has(_OWNED[thing.kind]):
            what = f"{thing.kind} without an owner{_of_team(dataset, thing)}"
            yield Gap(what, thing.name, thing.page, thing.ask)
    for owner, thing in things:
        if owner is not None and owner not in known:
            what = f"{thing.kind} of {words.brief(owner)}, who isn’t in people"
            yield Gap(what, thing.name, thing.page, thing.ask)


def _of_team(dataset: Dataset, thing: Thing) -> str:
    """Which team's owner a campaign lacks."""
    if thing.kind != "campaign":
        return ""
    rows = small.rows(dataset, "campaigns")
    row = next(r for r in rows if str(r["campaign_id"]) == dict(thing.ask)["campaign"])
    return f" in {words.listing(team for team in _owning(dataset) if row[f'{team}_owner'] is None)}"


# --- what it comes to -------------------------------------------------------------------------------------


def _verdict(found: Overview) -> Iterator[Sentence]:
    yield _liaisons(found)
    told = [f"{sum(p.lately for p in some)} of {len(some)} in {team}" for team, some in _teams(found)]
    if found.exchanges.known and told:
        heads = words.joined(words.linked(one, "people#exchanges") for one in told)
        since = words.shown(f"the last {WINDOW_DAYS} days", "people#exchanges")
        yield sentence(*heads, " sat in on the other side’s work in ", since, ".")


def _teams(found: Overview) -> list[tuple[str, Sequence[Person]]]:
    """Both teams, as far as there is anybody."""
    pairs = zip(TEAMS, (found.marketing, found.sales), strict=True)
    return [(team, some) for team, some in pairs if some]


def _liaisons(found: Overview) -> Sentence:
    """Who keeps the two teams in touch, who stands for an agency, and which team has nobody for it."""
    named = [p for p in found.everybody if p.liaison]
    between = [p for p in named if p.department in TEAMS]
    others = [p for p in named if p.department not in TEAMS]
    parts: list[str | Said] = [Said("No liaison between the teams is named", strong=True)]
    if between:
        who = [(p, f"{words.brief(p.name)} ({p.department})") for p in between[:_NAMED]]
        parts = [*_asked(who, strong=True), f" {_are(between)} between the teams"]
    if others:
        who = [(p, _outside(p)) for p in others[:_NAMED]]
        parts += ["; ", *_asked(who, strong=True), f" {_are(others)} outside them"]
    lacking = [team for team in TEAMS if between and not any(p.department == team for p in between)]
    if lacking:
        parts.append(f"; {words.listing(lacking)} has named nobody of its own")
    how = "" if named else ": is_liaison of people says who is"
    return sentence(*parts, f"{how}.")


def _are(some: Sequence[Person]) -> str:
    return "is the liaison" if len(some) == 1 else "are the liaisons"


def _outside(person: Person) -> str:
    role = f" ({words.brief(person.role)})" if person.role else ""
    return f"{words.brief(person.name)}{role}"


def _because(found: Overview, formats: Formats) -> Iterator[Sentence]:
    """Who hasn't sat in, when the next session is, what nobody answers for, who covers nothing."""
    if found.exchanges.known:
        missed = [_missed(team, some, formats) for team, some in _teams(found)]
        told = [part for part in missed if part]
        if told:
            pieces = (piece for n, part in enumerate(told) for piece in _joined(n, part))
            out = sum(not p.lately for _, some in _teams(found) for p in some)
            yield sentence(f"Still to sit in {'is' if out == 1 else 'are'} ", *pieces, ".")
        yield _next(found.exchanges, formats)
    if found.gaps:
        yield _gaps_told(found.gaps)
    bare = [p for p in (*found.marketing, *found.sales) if not p.covers]
    if not found.topics:
        yield sentence("What to ask whom about is written down nowhere: covers of people says it.")
    elif bare:
        yield sentence(f"Nobody has written down what to ask {_listed(p.name for p in bare)} about.")


def _joined(n: int, part: Sequence[str | Said]) -> Sequence[str | Said]:
    return (", and ", *part) if n else part


def _asked(some: Sequence[tuple[Person, str]], *, strong: bool = False) -> list[str | Said]:
    """Names, each leading to that person."""
    parts: list[str | Said] = []
    for n, (person, text) in enumerate(some):
        parts += ["" if not n else " and " if n == len(some) - 1 else ", "]
        parts.append(Said(text, strong=strong, page="people", ask=(("ask", person.name),)))
    return parts


def _missed(team: str, some: Sequence[Person], formats: Formats) -> list[str | Said]:
    """'in sales Ben Carver, Sofie Maes (planned for 24 Nov) and 6 more'; each name leads to the person."""
    out = sorted((p for p in some if not p.lately), key=lambda p: p.planned or date.max)
    if not out:
        return []
    names = [
        sentence(Said(words.brief(one.name), page="people", ask=(("ask", one.name),)), _planned(one, formats))
        for one in out[:_NAMED]
    ]
    if (more := len(out) - _NAMED) > 0:
        names.append(sentence(words.shown(f"{more} more", "people#exchanges")))
    return [*words.joined(names), f" of {team}"]


def _planned(person: Person, formats: Formats) -> str:
    return "" if person.planned is None else f" (planned for {formats.day_month(person.planned)})"


def _listed(names: Iterable[str]) -> str:
    """The first names, and how many more."""
    every = list(names)
    more = len(every) - _NAMED
    return f"{', '.join(every[:_NAMED])} and {more} more" if more > 0 else words.listing(every)


def _next(found: Exchanges, formats: Formats) -> Sentence:
    if not found.ahead:
        return sentence("No further session is planned.")
    first = found.ahead[0]
    link = Said(words.brief(first.title), page="calendar", ask=(("entry", first.entry_id),))
    return sentence("The next session, ", link, f", is on {formats.date(first.day)}.")


def _gaps_told(gaps: Sequence[Gap]) -> Sentence:
    head = words.linked(f"Nobody in people answers for {words.counted(len(gaps), 'thing')}", "people#gaps")
    parts: list[str | Said] = [head, ": "]
    for n, gap in enumerate(gaps[:_NAMED]):
        parts += [
            ", " if n else "",
            Said(words.brief(gap.name), page=gap.page, ask=gap.ask),
            f" ({gap.what})",
        ]
    more = len(gaps) - _NAMED
    rest = (" and ", words.shown(f"{more} more", "people#gaps")) if more > 0 else ()
    return sentence(*parts, *rest, ".")


# --- finding somebody -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Matched:
    """Those that a search found, of one page, and how many there are of each list in all."""

    marketing: tuple[Person, ...]
    sales: tuple[Person, ...]
    others: tuple[Person, ...]
    topics: tuple[Topic, ...]
    of: tuple[int, int, int]
    asked: str


def matching(found: Overview, asked: str, page: int = 1) -> Matched:
    """People and topics in which every word asked for occurs, regardless of case and accents.

    People are looked for by name, role, id and what they cover; those of one page are given, counted from 1.
    """
    wanted = folded(asked).split()
    lists = [[p for p in some if _holds(_about(p), wanted)] for some in _lists(found)]
    start = (page - 1) * PER_PAGE
    shown = [tuple(some[start : start + PER_PAGE]) for some in lists]
    topics = tuple(t for t in found.topics if _holds(folded(_spelled(t)), wanted))
    return Matched(shown[0], shown[1], shown[2], topics, (len(lists[0]), len(lists[1]), len(lists[2])), asked)


def _lists(found: Overview) -> tuple[Sequence[Person], ...]:
    return found.marketing, found.sales, found.others


def _about(person: Person) -> str:
    return folded(" ".join((person.name, person.person_id, person.role, person.department, *person.covers)))


def _spelled(topic: Topic) -> str:
    return " ".join((topic.name, *(name for _, name in topic.people)))


def _holds(text: str, wanted: Iterable[str]) -> bool:
    return all(word in text for word in wanted)
