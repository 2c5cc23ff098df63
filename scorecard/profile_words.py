"""The sentences of the Ideal lead page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Final

from scorecard.contract import TEAMS
from scorecard.formats import Formats
from scorecard.profile_counts import MOST, Values
from scorecard.profile_evidence import Compared, Evidence, Verdict
from scorecard.profile_wishes import Agreement, Wished, label
from scorecard.statistics import Difference
from scorecard.words import (
    Said,
    Sentence,
    brief,
    counted,
    ends,
    inner,
    linked,
    listing,
    sentence,
    shown,
    upper,
)

if TYPE_CHECKING:
    from scorecard.profile_view import Basis, Line, Surprise

WISHES: Final = "ideal-lead#wishes"  # where on the page the evidence of a figure stands
SURPRISES: Final = "ideal-lead#surprises"
_ANSWERS: Final = ("contradicted", "holds", "sides with one team")  # what answers the page's question
_UNDECIDED: Final = ("can't tell yet", "too few", "no leads", "not known yet")
_SHOWN: Final = 3  # lines of one kind that are said aloud
_UNSURE: Final = ", can't tell yet"
_FEW: Final = ", too few to tell"
_OPEN: Final = frozenset((Verdict.UNSURE, Verdict.TOO_FEW))


class Words:
    """Speaks of wishes and evidence in the organisation's formats."""

    def __init__(self, formats: Formats, min_n: int) -> None:
        self.formats = formats
        self.min_n = min_n

    # --- first of all

    def verdict(
        self, lines: Sequence[Line], surprises: Sequence[Surprise], basis: Basis | None
    ) -> tuple[Sentence, ...]:
        """What is wanted and converts, or doesn't; and how far teams and data agree."""
        compared = basis is not None and bool(basis.handed.n)
        if not lines:
            return (self._surprises(surprises),) if compared else ()
        first = _strongest(lines)
        answer = (self._answer(first),) if first is not None else ()
        return (*answer, self._agreement(lines, compared=compared))

    def _answer(self, line: Line) -> Sentence:
        """The wish that the data bear out, contradict or settle, with the rates behind that."""
        name = linked(_name(line.wished.called, line.wished.value), WISHES)
        shown = line.evidence
        if shown is None:
            return ()
        f = self.formats
        own, rest = linked(f.percent(shown.own.rate), WISHES), linked(f.percent(shown.rest.rate), WISHES)
        rates = (own, " against ", rest, " of the rest.")
        oftener = "more" if (shown.wins.difference.value or 0) > 0 else "less"
        if line.finding == "sides with one team":
            sides = listing(line.sides)
            return sentence(
                "The teams dispute ",
                name,
                f", and the data side with {sides}: such leads win {oftener} often, ",
                *rates,
            )
        but = ", and such leads win" if line.finding == "holds" else ", yet such leads win"
        return sentence(f"{self.wants(line.wished)} ", name, f"{but} {oftener} often: ", *rates)

    def _agreement(self, lines: Sequence[Line], *, compared: bool) -> Sentence:
        by = Counter(line.wished.agreement for line in lines)
        agreed = linked(f"{by[Agreement.AGREED] or 'none'} of the {counted(len(lines), 'value')}", WISHES)
        disputed = by[Agreement.DISPUTED]
        but = (" and ", linked(f"dispute {disputed}", WISHES)) if disputed else ()
        open_ = sum(str(line.finding) in _UNDECIDED for line in lines)
        rest = ("; the data ", linked(f"can't tell yet on {open_}", WISHES)) if compared and open_ else ()
        return sentence("The teams agree on ", agreed, " they name", *but, *rest, ".")

    def _surprises(self, surprises: Sequence[Surprise]) -> Sentence:
        if not surprises:
            return sentence("No value differs surely from the rest.")
        differs = "differs" if len(surprises) == 1 else "differ"
        many = linked(counted(len(surprises), "value"), SURPRISES)
        return sentence(many, f" that neither team named {differs} surely from the rest.")

    def because(self, lines: Sequence[Line], surprises: Sequence[Surprise]) -> tuple[Sentence, ...]:
        """The strongest of what contradicts, decides or surprises, and who hasn't said what it wants."""
        against = [line for line in lines if line.finding in {"contradicted", "sides with one team"}]
        told = [self._clash(line) for line in against[:_SHOWN]]
        told += [self._surprise(one) for one in surprises[: max(_SHOWN - len(told), 1)]]
        return (*told, *self._owed(lines))

    def _clash(self, line: Line) -> Sentence:
        name = linked(_name(line.wished.called, line.wished.value), WISHES)
        result = self._result(line.evidence, WISHES)
        if line.sides:
            return sentence(f"The data side with {listing(line.sides)} on ", name, ": ", *result)
        return sentence("The data contradict ", f"{listing(line.wished.wishes)} on ", name, ": ", *result)

    def _surprise(self, one: Surprise) -> Sentence:
        name = linked(_name(one.called, one.evidence.value), SURPRISES)
        return sentence("Nobody named ", name, ", which differs: ", *self._result(one.evidence, SURPRISES))

    def _owed(self, lines: Sequence[Line]) -> Iterator[Sentence]:
        """What one team named and the other has yet to say something about."""
        alone = [line.wished for line in lines if line.wished.agreement is Agreement.ONE_TEAM]
        pairs = (TEAMS, TEAMS[::-1])
        parts: list[str | Said] = []
        for team, other in pairs:
            if n := sum(team not in one.wishes for one in alone):
                parts += ["; ", f"{team} owes a word on ", linked(counted(n, "value"), WISHES)]
                parts.append(f" that {other} named")
        if parts:
            begin = str(parts[1])
            yield sentence(upper(begin), *parts[2:], ".")

    def wants(self, wished: Wished) -> str:
        """'Marketing wants, sales doesn't want'."""
        by = {want: [t for t, w in wished.wishes.items() if w.want is want] for want in (True, False)}
        parts = []
        for want, verb, verbs in ((True, "wants", "want"), (False, "doesn't want", "don't want")):
            if by[want]:
                parts.append(f"{listing(by[want])} {verb if len(by[want]) == 1 else verbs}")
        return upper(", ".join(parts))

    def _result(self, shown_: Evidence | None, page: str) -> Sentence:
        """'5.9% of 741 leads won against 9.4% of 7,645 others, 3.5 points less (95%: 1.4 to 5.1 points).'."""
        if shown_ is None:
            return ()
        parts = [self._wins(shown_, page)] if shown_.wins.sign or not shown_.amounts.sign else []
        parts += [self._amounts(shown_, page)] if shown_.amounts.sign else []
        return sentence(
            *(piece for n, part in enumerate(parts) for piece in ((Said("; "),) * bool(n) + part)), "."
        )

    def _wins(self, found: Evidence, page: str) -> Sentence:
        f, own, rest = self.formats, found.own, found.rest
        mine, theirs = (shown(f"{f.percent(one.rate)} of {f.number(one.n)}", page) for one in (own, rest))
        gap = self._apart(found.wins.difference, f.apart, page)
        return sentence(mine, " leads won against ", theirs, " others", *gap)

    def _amounts(self, found: Evidence, page: str) -> Sentence:
        own, rest = (shown(self._money(one.mean), page) for one in (found.own, found.rest))
        gap = self._apart(found.amounts.difference, lambda x: self._money(abs(x)), page)
        return sentence("a win brought ", own, " against ", rest, *gap)

    def _apart(self, gap: Difference, written: Callable[[float], str], page: str) -> Sentence:
        """', 3.5 points less (95%: 1.4 to 5.1 points)'; nothing where it has no interval."""
        if gap.value is None or gap.low is None or gap.high is None:
            return ()
        way = "less" if gap.value < 0 else "more"
        between = shown(ends(gap.low, gap.high, written), page)
        return sentence(
            ", ", shown(written(abs(gap.value)), page), f" {way} ({self.formats.sure}: ", between, ")"
        )

    # --- line by line

    def line(self, finding: str, wished: Wished, shown: Evidence | None, near: str | None) -> tuple[str, ...]:
        """What the data say of one value: of its wins, and of what they are worth where that is known."""
        if finding == "no such column":
            return (f"Leads have no column {wished.called}: add it, or write the name that it has there.",)
        if finding == "not known yet":
            return ("Nothing to compare with yet.",)
        if shown is not None:
            return self.compared(shown)
        hint = f" Leads are written {brief(near)}: write it the same way." if near else ""
        return (f"No hand-off has this value.{hint}",)

    def compared(self, shown: Evidence) -> tuple[str, ...]:
        """'38 % of 120 won against 22 % of 900 others, 16 points more (9 to 23 points)', and the worth."""
        if not shown.rest.n:
            return (f"All {self.formats.number(shown.own.n)} hand-offs have it: there is no rest.",)
        worth = (self.amounts(shown),) if shown.amounts.difference.value is not None else ()
        said = (self.wins(shown), *worth)
        if shown.verdict in _OPEN:  # said once, by the verdict
            return tuple(text.removesuffix(_FEW).removesuffix(_UNSURE) for text in said)
        return said

    def wins(self, shown: Evidence) -> str:
        """How often it wins beside the rest."""
        f, own, rest, gap = self.formats, shown.own, shown.rest, shown.wins.difference
        theirs = f"{f.percent(rest.rate)} of {f.number(rest.n)} others"
        rates = f"{f.percent(own.rate)} of {f.number(own.n)} won against {theirs}"
        return f"{rates}{_by(gap, f.apart)}{'' if gap.low is None else _unsure(shown.wins)}"

    def amounts(self, shown: Evidence) -> str:
        """What a win is worth beside the rest's."""
        gap, own, rest = shown.amounts.difference, shown.own.mean, shown.rest.mean
        text = f"{self._money(own)} a win against {self._money(rest)}"
        by = _by(gap, lambda x: self._money(abs(x)))
        return f"{text}{by}{'' if gap.low is None else _unsure(shown.amounts)}"

    def _money(self, amount: float | None) -> str:
        return self.formats.money(None if amount is None else round(amount), compact=True)

    # --- what it rests on

    def basis(self, basis: Basis | None) -> str:
        """Which hand-offs are compared, and why no younger ones."""
        if basis is None:
            return ""
        f, period = self.formats, basis.period
        between = f"{f.date(period.start)} to {f.date(period.last_day)}"
        won = f"{f.number(basis.handed.won)} of them won within {counted(basis.days, 'day')}"
        return (
            f"{f.number(basis.handed.n)} hand-offs of {between}, {won}. Younger hand-offs and later wins "
            "don't count, so that all are compared at one age. Each value stands against all others of its "
            "column, with the 95 % interval of the difference; sure is what survives a false discovery rate "
            "of 5 % over all. Values overlap, so differences don't add up, and none of them proves a cause."
        )

    def looked_at(self, found: Iterable[Values], basis: Basis | None) -> tuple[str, ...]:
        """Columns of which not everything could be looked at."""
        if basis is None:
            return ()
        return tuple(text for one in found if (text := self._column(one, basis)))

    def _column(self, one: Values, basis: Basis) -> str:
        f, parts, blank = self.formats, [], basis.handed.n - one.known.n
        if one.distinct > len(one.tallies):
            largest = (
                f"the {MOST} largest" if one.enough > MOST else f"those with {self.min_n} hand-offs or more"
            )
            parts.append(f"{f.number(one.distinct)} values, compared are {largest} and those named")
        if blank:
            parts.append(f"{f.number(blank)} hand-offs without one are left out")
        name = inner(label(one.column))
        return f"{upper(name)}: {', '.join(parts)}." if parts else ""

    def nurture(self, shown: Evidence | None) -> str:
        """Those who took the extra step beside those who didn't."""
        if shown is None:
            return ""
        if not shown.own.n or not shown.rest.n:
            some = "All" if shown.own.n else "None"
            return f"{some} of the hand-offs took the extra step: there is nothing to compare."
        wins = self.wins(shown).replace(" others", " without it")
        keen = "Who takes it may have been keener before: this is no proof that the step does it."
        return f"After the extra step {wins}. {keen}"


def _strongest(lines: Sequence[Line]) -> Line | None:
    """The line that answers the page's question, the largest difference of the first kind there is."""
    for finding in _ANSWERS:
        found = [line for line in lines if line.finding == finding and line.evidence is not None]
        if found:
            return max(found, key=_apart)
    return None


def _apart(line: Line) -> float:
    return 0.0 if line.evidence is None else abs(line.evidence.wins.difference.value or 0.0)


def _by(gap: Difference, written: Callable[[float], str]) -> str:
    """', 16 points more (9 to 23 points)'; nothing where it has no interval."""
    if gap.value is None or gap.low is None or gap.high is None:
        return ""
    way = "less" if gap.value < 0 else "more"
    return f", {written(abs(gap.value))} {way} ({ends(gap.low, gap.high, written)})"


def _unsure(compared: Compared) -> str:
    if compared.sign:
        return ""
    return _FEW if compared.chance is None else _UNSURE


def _name(called: str, value: str) -> str:
    return f"{called} {brief(value)}"
