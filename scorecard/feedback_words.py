"""The sentences of the Feedback page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from scorecard.feedback import Answers, Entry, Way
from scorecard.feedback_ideas import Ideas
from scorecard.feedback_loops import LONGEST, SHORTEST, Effect, Loop, Loops, Share
from scorecard.formats import Formats
from scorecard.statistics import newcombe
from scorecard.words import (
    Said,
    Sentence,
    brief,
    counted,
    ends,
    joined,
    listing,
    sentence,
    shown,
    spaced,
    upper,
)

PAGE: Final = "feedback"
LOOPS: Final = "feedback#closing"
IDEAS: Final = "feedback#ideas"
USUAL: Final = 12  # months that the page looks back on unless asked otherwise
TEAMS_OF: Final[Mapping[Way, tuple[str, str]]] = {  # who answers, who asks
    "to_marketing": ("Marketing", "sales"),
    "to_sales": ("Sales", "marketing"),
}
_ENDED: Final[tuple[tuple[tuple[Effect, ...], str, str], ...]] = (  # of one action, of several
    ((Effect.FELL,), "surely brought it down", "surely brought their reasons down"),
    ((Effect.ROSE,), "saw it rise", "saw it rise"),
    ((Effect.SHARE_ONLY,), "moved its share alone", "moved its share alone"),
    ((Effect.UNSURE, Effect.TOO_CLOSE), "can't be judged yet", "can't be judged yet"),
    ((Effect.TOO_FEW,), "has too few cases", "have too few cases"),
    ((Effect.NOT_DUE,), "isn't due yet", "aren't due yet"),
)
_MOVED: Final = {Effect.FELL: "Fell from", Effect.ROSE: "Rose from"}
_UNKNOWN: Final = "can't tell yet"


class Words:
    """Speaks of feedback in the organisation's formats; `months` are those looked back on."""

    def __init__(self, formats: Formats, min_n: int, months: int) -> None:
        self.formats = formats
        self.min_n = min_n
        self.months = months

    # --- first of all

    def verdict(self, by: Mapping[Way, Answers], owed: Sequence[Entry]) -> tuple[Sentence, ...]:
        """Who answered how much, and what is still open."""
        clauses = [part for way, one in by.items() for part in ("; ", *self._answered(way, one))]
        first = next(iter(by))
        begin = self._begin(first, by[first])
        return (sentence(upper(begin), *clauses[2:], "."), self._open(owed))

    def _answered(self, way: Way, one: Answers) -> tuple[str | Said, ...]:
        """'marketing answered 14 of the 27 things that sales asked'."""
        if not one.asked:
            return (self._begin(way, one),)
        of = (
            f"{self.formats.integer(one.answered)} of the {counted(one.asked, 'thing', formats=self.formats)}"
        )
        said = Said(of, strong=True, page=PAGE, ask=self._ask("answered", way=way))
        return self._begin(way, one), said, f" that {TEAMS_OF[way][1]} asked{self._few(one.asked)}"

    def _begin(self, way: Way, one: Answers) -> str:
        team, other = TEAMS_OF[way]
        return (
            f"{team.lower()} answered "
            if one.asked
            else f"{other} asked {team.lower()} nothing {self._lately}"
        )

    def _open(self, owed: Sequence[Entry]) -> Sentence:
        if not owed:
            return sentence("Nothing is open.")
        f, ask = self.formats, self._ask("owed")
        many = Said(f"{f.integer(len(owed))} {_be(len(owed))} still open", strong=True, page=PAGE, ask=ask)
        late = sum(e.overdue for e in owed)
        if not late:
            return sentence(many, ", none past the due date.")
        past = Said(f"{f.integer(late)} of them past the due date", strong=True, page=PAGE, ask=ask)
        return sentence(many, ", ", past, ".")

    def because(self, by: Mapping[Way, Answers], oldest: Entry | None, found: Loops) -> tuple[Sentence, ...]:
        """How sure and how soon, what waits longest, and whether acting on a reason helped."""
        first = spaced(part for part in (self.compared(by), self._soon(by)) if part)
        return (*((first,) if first else ()), *self._waiting(oldest), self._closed(found))

    @property
    def _lately(self) -> str:
        return f"in the last {self.months} months"

    def _between(self, low: float | None, high: float | None) -> str:
        return f"{self.formats.sure}: {self.formats.percent(low)} – {self.formats.percent(high)}"

    def _few(self, n: int) -> str:
        return " (too few to judge)" if n < self.min_n else ""

    def _soon(self, by: Mapping[Way, Answers]) -> Sentence:
        """'Half are answered within 20 days by marketing and 30 days by sales.'."""
        f = self.formats
        known = [(way, one.median) for way, one in by.items() if one.median is not None]
        parts = [
            sentence(self._days(f.days(days), way), f" by {TEAMS_OF[way][0].lower()}") for way, days in known
        ]
        told = [sentence("Half are answered within ", *joined(parts), ".")] if parts else []
        told += [
            sentence(
                f"Half or more of what {TEAMS_OF[way][1]} asked still waits, the longest for ",
                self._days(f.days(one.longest), way),
                ".",
            )
            for way, one in by.items()
            if one.median is None and one.timed and one.longest is not None
        ]
        return spaced(told)

    def _days(self, text: str, way: Way) -> Said:
        return Said(text, page=PAGE, ask=self._ask("answered", way=way))

    def _ask(self, show: str, **more: str) -> tuple[tuple[str, str], ...]:
        """What a link to this page narrows it to."""
        over = {} if self.months == USUAL else {"over": str(self.months)}
        return tuple({"show": show, **more, **over}.items())

    def _waiting(self, oldest: Entry | None) -> tuple[Sentence, ...]:
        """What has waited longest for its first answer, and who owes it."""
        if oldest is None:
            return ()
        owed = self._ask("owed", who=oldest.owes.person_id)
        age = Said(self.formats.days(oldest.age), strong=True, page=PAGE, ask=owed)
        what = f"“{brief(oldest.text)}”" if oldest.text else "it"
        return (sentence(f"{_owes(oldest)} the oldest answer: {what} has waited ", age, "."),)

    def _closed(self, found: Loops) -> Sentence:
        """How many actions brought their reason down."""
        if not found.loops:
            return sentence(f"No action on a rejection reason was completed {self._lately}.")
        n, fell = len(found.loops), found.count(Effect.FELL)
        if n == 1:
            text = next(text for effects, text, _ in _ENDED if found.count(*effects))
            return sentence("The one action on a rejection reason ", Said(text, strong=True, page=LOOPS), ".")
        verb = "brought its reason down" if fell <= 1 else "brought their reasons down"
        head = Said(f"{fell or 'none'} surely {verb}", strong=True, page=LOOPS)
        counts = [(found.count(*effects), one, many) for effects, one, many in _ENDED[1:]]
        rest = [shown(f"{k} {one if k == 1 else many}", LOOPS) for k, one, many in counts if k]
        of = sentence("Of ", shown(counted(n, "action"), LOOPS), " on rejection reasons, ")
        return sentence(*of, *joined([head, *rest]), ".")

    def compared(self, by: Mapping[Way, Answers]) -> Sentence:
        """Which team answers more often, by how much, and whether chance alone may do that."""
        marketing, sales = by["to_marketing"], by["to_sales"]
        if min(marketing.asked, sales.asked) < max(self.min_n, 1):
            return ()
        gap, f = newcombe(marketing.answered, marketing.asked, sales.answered, sales.asked), self.formats
        value, low, high = (end or 0.0 for end in (gap.value, gap.low, gap.high))
        ahead, behind = ("Marketing", "sales") if value > 0 else ("Sales", "marketing")
        if f.apart(value) == f.apart(0.0):
            return sentence("Both teams answered equally often.")
        between = ends(low, high, f.apart) if value > 0 else ends(-high, -low, f.apart)
        unsure = "" if gap.verdict != _UNKNOWN else f"; we {_UNKNOWN} whether chance alone did that"
        ask = self._ask("answered")
        return sentence(
            f"{ahead} answered more often than {behind}, by ", Said(f.apart(value), page=PAGE, ask=ask),
            f" ({f.sure}: ", Said(between, page=PAGE, ask=ask), f"){unsure}.",
        )  # fmt: skip

    def beside(self, one: Answers) -> str:
        """What stands under the days to an answer."""
        f = self.formats
        parts = ["those still open count as waiting"] if one.timed else []
        parts += [f"{f.integer(one.untimed)} answered on a day nobody wrote down"] if one.untimed else []
        return "; ".join(parts)

    # --- loops

    def loop(self, loop: Loop, tested: int) -> str:
        """What became of a reason, in a sentence or two."""
        if loop.effect is Effect.NOT_DUE:
            return f"{counted(loop.wait, 'more day')} until {SHORTEST} days after it are over."
        if loop.effect is Effect.TOO_CLOSE:
            return f"Another action on this reason came within {SHORTEST} days: the two can't be told apart."
        if loop.before is None or loop.after is None:
            return ""
        if not loop.before.k and not loop.after.k:
            within = f"No rejection had this reason in the {loop.days} days before or after."
            return f"{within} Is it written as in reject_reason of leads?"
        return f"{self._moved(loop, loop.before, loop.after)} {self._how_sure(loop, tested)}"

    def _moved(self, loop: Loop, before: Share, after: Share) -> str:
        sure = ", surely" if loop.effect in _MOVED else ""
        verb = _MOVED.get(loop.effect, "From")
        return f"{verb} {self._share(before)} to {self._share(after)} of rejections{sure}."

    def _share(self, share: Share) -> str:
        f = self.formats
        if not share.n:
            return "none (no rejections)"
        return f"{f.percent(share.rate)} ({f.integer(share.k)} of {f.integer(share.n)})"

    def _how_sure(self, loop: Loop, tested: int) -> str:
        f, gap = self.formats, loop.compared.difference
        ends = f"{f.sure}: {_bare(f.points(gap.low))} to {_bare(f.points(gap.high))}"
        between = f"{f.points(gap.value)} ({ends})"
        told = f"{between}, {loop.days} days on each side."
        if loop.effect is Effect.TOO_FEW:
            return f"Under {self.min_n} rejections on one side: too few to tell."
        if loop.effect is Effect.SHARE_ONLY:
            return f"{told} {self._per_decision(loop)}"
        if loop.effect is Effect.UNSURE:
            lucky = tested > 1 and gap.verdict != "can't tell yet"
            why = f": among {tested} one may look so by chance" if lucky else ""
            return f"{told[:-1]}, can't tell yet{why}."
        return told

    def _per_decision(self, loop: Loop) -> str:
        f = self.formats
        then, now = (f.percent(s.per_decision if s else None) for s in (loop.before, loop.after))
        return f"But of all decisions it went from {then} to {now}: other reasons changed."

    def caution(self, found: Loops) -> str:
        """What one might fool oneself with."""
        if not found.tested:
            return ""
        several = (
            f"Sure is what survives a false discovery rate of 5 % over the {found.tested} compared: if none "
            "had done anything, about one in twenty would look moved by chance. "
        )
        return (
            f"{several if found.tested > 1 else ''}People act on a reason when it is high, and then it tends "
            "to fall by itself: none of this proves a cause."
        )

    def basis(self, found: Loops) -> str:
        """How loops are compared."""
        if not found.loops:
            return ""
        return (
            f"The reason's share of all rejections, by the day of the rejection, in up to {LONGEST} days "
            f"after the action against as many before it: from {SHORTEST} days on, and no further than the "
            f"next action on that reason. Actions less than {SHORTEST} days apart are looked at as one. "
            "While the days still grow, a verdict may change. The bars are 95 % intervals; the difference "
            "has Newcombe's, its chance comes from Fisher's exact test. Where the entry names a campaign, "
            "only its leads count."
        )

    def planned(self, found: Loops) -> str:
        """What is promised and not done."""
        names = listing(dict.fromkeys(f"“{brief(e.reject_reason)}”" for e in found.planned))
        return f"Promised and not done yet, so not compared: {names}." if found.planned else ""

    # --- ideas and praise

    def ideas(self, found: Ideas) -> Sentence:
        """How many ideas went live, and how soon."""
        n = len(found.ideas)
        if not n:
            return sentence(f"No content idea was written down {self._lately}.")
        f = self.formats
        few = "; too few to judge" if n < self.min_n else ""
        rate = shown(f"{f.percent(found.live / n)}, {self._between(found.low, found.high)}", IDEAS)
        soon = (
            (", half of these within ", shown(f.days(found.median), IDEAS))
            if found.median is not None
            else ()
        )
        head = Said(f"{f.integer(found.live)} of {counted(n, 'idea')}", strong=True, page=IDEAS)
        on = Said(f"{f.integer(found.on_calendar)} {_be(found.on_calendar)} on the calendar", page=IDEAS)
        return sentence(head, " went live (", rate, f"{few})", *soon, "; ", on, ".")

    def praise(self, found: Sequence[Entry]) -> str:
        """Who recognised whom how often."""
        counts = {way: sum(e.way == way for e in found) for way in TEAMS_OF}
        parts = [
            f"from {other} to {team.lower()} {counted(counts[way], 'time')}"
            for way, (team, other) in TEAMS_OF.items()
            if counts[way]
        ]
        return f"{listing(parts)}.".capitalize() if parts else ""

    def notes(self, found: Sequence[Entry], loops: Loops) -> tuple[str, ...]:
        """What couldn't be counted as it stands."""
        f = self.formats
        other = sum(e.asks and not e.way for e in found)
        backwards = sum(e.backwards for e in found)
        asks, are = ("asks" if other == 1 else "ask"), _be(backwards)
        told = {
            f"{counted(other, 'entry', 'entries')} {asks} within one team, or from outside both: counted "
            "neither way.": other,
            f"{f.integer(backwards)} {are} resolved before being said: answered, but its days don't count. "
            "Correct resolved_at of feedback.": backwards,
            f"{counted(loops.undated, 'action')} on a reason {_be(loops.undated)} done without resolved_at: "
            "without a day there is nothing to compare around.": loops.undated,
            f"{counted(loops.more, 'older action')} on reasons {_be(loops.more)} not compared.": loops.more,
        }
        return tuple(text for text, many in told.items() if many)


def _bare(points: str) -> str:
    """'+3.2 points' without its unit."""
    return points.rpartition(" ")[0] or points


def _be(n: int) -> str:
    return "is" if n == 1 else "are"


def _owes(entry: Entry) -> str:
    """'Katrin Voss owes'; where only a team is known, that nobody there is named."""
    who = entry.owes
    if who.person_id[:5] != "team:":
        return f"{who.name} owes"
    return f"{who.team.capitalize()}, where nobody is named, owes" if who.team else "Nobody is named who owes"
