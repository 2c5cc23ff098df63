"""What the Feedback page says: what the teams ask of each other, who answers, and what comes of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from scorecard import feedback_ideas, feedback_loops, small, unlock, words
from scorecard.clock import AsOf
from scorecard.dataset import Dataset
from scorecard.feedback import Answers, Entry, Way, answers, asking, entries, oldest, owed
from scorecard.feedback_ideas import Ideas
from scorecard.feedback_loops import Effect, Loop, Loops
from scorecard.feedback_words import TEAMS_OF, Words
from scorecard.formats import Formats
from scorecard.periods import containing
from scorecard.rows import Row
from scorecard.settings import Settings
from scorecard.status import Status
from scorecard.words import Sentence

SPANS: Final = {"12": "12 months", "3": "3 months", "24": "24 months"}
SHOWS: Final = {"owed": "Owed", "answered": "Answered", "asked": "All that was asked"}
WAYS: Final = {"both": "Both ways", "to_marketing": "Sales asked", "to_sales": "Marketing asked"}
EVERYONE: Final = "everyone"
KINDS: Final = {
    "lead_quality": "lead quality", "content_idea": "content idea", "problem": "problem",
    "insight": "insight", "win": "win", "thanks": "thanks", "": "no kind",
}  # fmt: skip
_UNLOCK: Final = (
    ("feedback.kind", "what asks for an answer, but for entries with an owner or a due date"),
    ("feedback.resolved_at", "how long answers take"),
    ("feedback.reject_reason", "closing the loop"),
    *((need, "what became of content ideas") for need in feedback_ideas.NEEDS),
)


@dataclass(frozen=True)
class Told:
    """A loop, the name of its campaign (blank: all leads), and what became of it."""

    loop: Loop
    campaign: str
    says: str


@dataclass(frozen=True)
class Figure:
    """A row like the report's about how one team answers, under the name it is shown by."""

    name: str
    row: Row
    beside: str = ""


@dataclass(frozen=True)
class Feedback:
    """The whole page but for the trends."""

    verdict: tuple[Sentence, ...]
    because: tuple[Sentence, ...]
    figures: tuple[Figure, ...]
    entries: tuple[Entry, ...]
    since: date
    loops: tuple[Told, ...]
    caution: str
    basis: str
    planned: str
    ideas: Ideas
    ideas_say: Sentence
    praise: tuple[Entry, ...]
    praise_says: str
    notes: tuple[str, ...]
    lacking: tuple[str, ...]
    campaigns: Mapping[str, str]


def feedback_of(dataset: Dataset, months: int, as_of: AsOf) -> Feedback:
    """What was said in the last so many months up to as_of, and all that is still owed."""
    settings, since = small.settings(dataset), _since(as_of.day, months)
    found = entries(dataset, as_of)
    recent = tuple(e for e in found if e.day >= since)
    told = Words(Formats.of(settings), settings.min_n, months)
    by = {way: answers(asking(found, since, way)) for way in TEAMS_OF}
    loops = feedback_loops.loops(dataset, found, since, as_of)
    ideas = feedback_ideas.ideas(dataset, found, since, as_of)
    praise = tuple(e for e in recent if e.praises)
    campaigns = _campaigns(dataset, as_of)
    return Feedback(
        verdict=told.verdict(by, owed(found)),
        because=told.because(by, oldest(found), loops),
        figures=tuple(_figures(by, settings, as_of, told)),
        entries=found,
        since=since,
        loops=tuple(_told(loop, loops, campaigns, told) for loop in sorted(loops.loops, key=_rank)),
        caution=told.caution(loops),
        basis=told.basis(loops),
        planned=told.planned(loops),
        ideas=ideas,
        ideas_say=told.ideas(ideas),
        praise=praise,
        praise_says=told.praise(praise),
        notes=told.notes(recent, loops),
        lacking=_lacking(dataset, loops),
        campaigns=campaigns,
    )


def _since(day: date, months: int) -> date:
    """The first day of the last so many months: the day after the same day then, or that month's end."""
    month = containing(day, "month")
    for _ in range(months):
        month = month.previous()
    return min(month.start + timedelta(days=day.day), month.end)


def _campaigns(dataset: Dataset, as_of: AsOf) -> dict[str, str]:
    """What campaigns are called, with the marks they bear everywhere."""
    ids = [str(row["campaign_id"]) for row in small.rows(dataset, "campaigns")]
    return {one: words.campaign(dataset, one, as_of) for one in ids}


def _rank(loop: Loop) -> tuple[int, int]:
    """What is sure first, then the latest action."""
    return [*Effect].index(loop.effect), -loop.last.toordinal()


def _told(loop: Loop, loops: Loops, campaigns: Mapping[str, str], told: Words) -> Told:
    campaign = campaigns.get(loop.campaign_id, loop.campaign_id)
    return Told(loop, campaign, told.loop(loop, loops.tested))


# --- figures ----------------------------------------------------------------------------------------------


def _figures(by: Mapping[Way, Answers], settings: Settings, as_of: AsOf, told: Words) -> Iterable[Figure]:
    """Both teams side by side: the share answered, and the days that takes."""
    for way, one in by.items():
        team, other = TEAMS_OF[way]
        share = _row("share_answered", "percent", one, settings, as_of, way)
        yield Figure(f"{team} answered {other}", share, "")
    for way, one in by.items():
        name = {"to_marketing": "Marketing’s time to answer", "to_sales": "Sales’ time to answer"}[way]
        days = _row("days_to_answer", "days", one, settings, as_of, way)
        yield Figure(name, days, told.beside(one))


def _row(metric: str, unit: str, one: Answers, settings: Settings, as_of: AsOf, way: Way) -> Row:
    share = unit == "percent"
    n = one.asked if share else one.timed
    few = share and 0 < n < settings.min_n
    unreached = not share and n > 0 and one.median is None
    return Row(
        metric=metric,
        team=TEAMS_OF[way][0].lower(),
        scope="all",
        period="",
        as_of=as_of.day.isoformat(),
        value=(one.answered / n if share else one.median) if n else None,
        numerator=one.answered if share else None,
        denominator=n if share else None,
        n=n,
        low=one.low if share else one.longest if unreached else None,
        high=one.high if share else None,
        target=None,
        expected=None,
        status=Status.NO_DATA if not n else Status.TOO_FEW if few else None,
        unit=unit,
        notes="not_reached" if unreached else "",
    )


# --- lists ------------------------------------------------------------------------------------------------


def minding(found: Feedback) -> dict[str, str]:
    """Who sees to what was asked lately or is owed, with how much each owes, most first."""
    due = owed(found.entries)
    counts = Counter(e.owes.person_id for e in due)
    names = {e.owes.person_id: e.owes.name for e in (*asking(found.entries, found.since), *due)}
    ordered = sorted(names, key=lambda who: (-counts[who], names[who], who))
    everyone = {EVERYONE: f"Everyone: owes {len(due)}"}
    return everyone | {who: f"{names[who]}: owes {counts[who]}" for who in ordered}


def listed(found: Feedback, show: str, way: str, who: str) -> tuple[Entry, ...]:
    """The entries that ask for an answer: those owed, whatever their age; the answered; all asked lately."""
    if show == "owed":
        there = owed(found.entries)
    else:
        there = tuple(asking(found.entries, found.since))
        there = tuple(e for e in there if e.answered) if show == "answered" else there
    return tuple(e for e in there if way in ("both", e.way) and who in (EVERYONE, e.owes.person_id))


def of_kind(found: Feedback, *kinds: str) -> tuple[Entry, ...]:
    """The entries of these kinds, said lately or still open, the open ones first."""
    there = [e for e in found.entries if e.kind in kinds]
    shown = [e for e in there if e.day >= found.since or (e.asks and not e.settled)]
    return tuple(sorted(shown, key=lambda e: e.settled))


# --- what is missing --------------------------------------------------------------------------------------


def _lacking(dataset: Dataset, loops: Loops) -> tuple[str, ...]:
    if "feedback" not in dataset.relations:
        return ()
    told = [
        f"Locked: {what}. Add {unlock.in_words(need)}." for need, what in _UNLOCK if not dataset.has(need)
    ]
    if not dataset.has("feedback.from_department") and "people" not in dataset.relations:
        told.insert(
            0, "Locked: which team asked. Add the column from_department of feedback or a table people."
        )
    if loops.lacks:
        needs = words.listing(unlock.in_words(need) for need in loops.lacks)
        told.append(f"Locked: whether actions on a reason helped. Add {needs}.")
    return tuple(told)


def nothing_of(dataset: Dataset, as_of: AsOf) -> tuple[str, str] | None:
    """A title and what to do while nobody has said anything; else None."""
    if entries(dataset, as_of):
        return None
    title = "Nobody has told the other team anything yet"
    todo = (
        "A row an entry: feedback_id, at, from_person, to_person, kind (lead_quality, content_idea, insight, "
        "problem, win, thanks) and text are enough to begin with; owner, due, status, resolved_at and "
        "response tell what came of it, reject_reason which reason it is about."
    )
    if "feedback" not in dataset.relations:
        return title, f"There is no table feedback. Add it: {todo[0].lower()}{todo[1:]}"
    return title, f"Fill the table feedback. {todo}"
