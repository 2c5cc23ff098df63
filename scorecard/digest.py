"""What changed between two moments: the gravest first, who acts, and a verdict on top.

Both moments are the same dataset seen at two as_of: stamps tell what had happened by then, edits of cells
can't be taken back. So a goal's status then is what it would have been with today's rows (docs/digest.md).
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from hashlib import sha256
from typing import Any, Final

from scorecard import (
    campaigns,
    feedback,
    goal_tree,
    overview,
    periods,
    quotas,
    report,
    reviews,
    signoff_words,
    small,
    target_moves,
    words,
)
from scorecard.clock import AsOf
from scorecard.dataset import Dataset
from scorecard.formats import Formats
from scorecard.metrics import METRICS
from scorecard.periods import Period
from scorecard.quotas import Attainment
from scorecard.rows import Row
from scorecard.statistics import Difference, newcombe
from scorecard.status import Mark, Status
from scorecard.words import Said, Sentence, plain, sentence

MOST: Final = 12  # sentences, those of the verdict among them
_NAMED: Final = 3  # entries that a sentence names
_LONGEST_QUOTE: Final = 60
_POINT: Final = 0.01 - 1e-9  # a quota that moved by less is where it was
_JUDGED: Final = (*goal_tree.GOOD, *goal_tree.TROUBLE)
_RANK: Final = {  # from good to bad
    Status.ACHIEVED: 0, Status.ON_TRACK: 1, Status.AT_RISK: 2, Status.OFF_TRACK: 3, Status.MISSED: 4,
}  # fmt: skip
_WORSE: Final = {Status.OFF_TRACK: 4.0, Status.MISSED: 3.8, Status.AT_RISK: 2.6}
_BETTER: Final = {Status.ACHIEVED: 1.4, Status.ON_TRACK: 1.3}
_RATES: Final = {  # what the cases are, what sales did with the share, and how
    "acceptance_rate": ("lead", " decided on since then, sales accepted ", ""),
    "sla_compliance": ("hand-off", " whose agreed time was up since then, sales touched ", " in time"),
}
_UNSIGNED: Final = Mark("Not signed", "bad", "✕")
_CHANGED: Final = Mark("Changed", "warn", "▲")
_OVERDUE: Final = Mark("Overdue", "bad", "✕")
_MOVED: Final = Mark("Target moved", "warn", "◆")
_SURE: Final = {
    "lower": Mark("Surely lower", "bad", "↘"),
    "higher": Mark("Surely higher", "good", "↗"),
}
_UNSURE: Final = Mark("Can’t tell yet", "muted", "≈")
COMPARING: Final = (*_SURE.values(), _UNSURE)  # marks that say how sure a difference of rates is


@dataclass(frozen=True, slots=True)
class Change:
    """Something that isn't as it was: what, who acts, and how grave.

    `aside`: it comes along, and is no reason for a digest by itself.
    """

    mark: Mark
    said: Sentence
    who: str
    weight: float
    aside: bool = False


@dataclass(frozen=True, slots=True)
class Digest:
    """All that a digest says: the verdict, then the changes, the gravest first; `more` were left out.

    `since` and `until` are the two moments as a reader calls them.
    """

    organisation: str
    period: Period
    as_of: AsOf
    called: str
    since: str
    until: str
    verdict: tuple[Sentence, ...]
    changes: tuple[Change, ...]
    more: int
    changed: bool

    @property
    def fingerprint(self) -> str:
        """Equal for digests that tell of the same changes since the same moment; of none, on the same day."""
        told = [f"{change.mark.word} {plain(change.said)} {change.who}" for change in self.changes]
        about = [self.period.text, self.since if self.changed else self.as_of.day.isoformat()]
        return sha256("\n".join([*about, *(told if self.changed else ())]).encode()).hexdigest()[:24]


def read(dataset: Dataset, period: Period, since: AsOf, as_of: AsOf) -> Digest:
    """What changed from `since` to `as_of`; ValueError unless the one is before the other."""
    if since.until >= as_of.until:
        raise ValueError(
            f"Nothing lies between {since.text} and {as_of.text}: the first must be the earlier."
        )
    return _Between(dataset, period, since, as_of).digest()


class _Between:
    """One dataset at two moments."""

    def __init__(self, dataset: Dataset, period: Period, since: AsOf, as_of: AsOf) -> None:
        self.dataset, self.period, self.since, self.as_of = dataset, period, since, as_of
        self.settings = small.settings(dataset)
        self.formats = Formats.of(self.settings)

    def digest(self) -> Digest:
        verdict = overview.verdict(overview.read(self.dataset, self.period, self.as_of))
        found = [
            *self._goals(), *self._quotas(), *self._rates(), *self._targets(), *self._campaigns(),
            *self._feedback(), *self._actions(),
        ]  # fmt: skip
        ranked = sorted(found, key=lambda change: (-change.weight, plain(change.said)))
        kept = tuple(ranked[: MOST - len(verdict)])
        return Digest(
            organisation=self.settings.organisation or "Tandem",
            period=self.period,
            as_of=self.as_of,
            called=self.period.label(self.settings.locale),
            since=self.formats.moment(self.since.until - 1),
            until=self.formats.moment(self.as_of.until - 1),
            verdict=verdict,
            changes=kept,
            more=len(found) - len(kept),
            changed=any(not change.aside for change in found),
        )

    @cached_property
    def span(self) -> Period:
        """The period; of the running one also what ended since the last digest, in the period before."""
        if not self.period.contains(self.as_of.day) or self.since.day >= self.period.start:
            return self.period
        return periods.of_dates(self.since.day, self.period.last_day)

    # Goals and quotas

    def _goals(self) -> Iterable[Change]:
        before = {line.goal_id: line for line in goal_tree.lines(self.dataset, self.span, self.since)}
        for line in goal_tree.lines(self.dataset, self.span, self.as_of):
            then, now = before[line.goal_id].row.status, line.row.status
            if now is None or now not in _JUDGED or now is then:
                continue
            name = Said(words.brief(line.name), strong=True, page="goals", ask=(("goal", line.goal_id),))
            about = ", ".join(text for text in (line.detail, line.side) if text).replace(" · ", ", ")
            said = sentence(name, f" {_became(then, now)}: {about}.")
            weight = _grave(then, now) + goal_tree.trouble(line) / 10 + 0.2 * line.has_parts
            yield Change(now.mark, said, line.owner or words.team(line.row.team), weight)

    def _quotas(self) -> Iterable[Change]:
        before = {a.quota: a for a in self._attainments(self.since)}
        for now in self._attainments(self.as_of):
            then = before[now.quota]
            if now.status is None or now.value is None or not _differs(then, now):
                continue
            yield self._quota(then, now, now.status)

    def _attainments(self, moment: AsOf) -> list[Attainment]:
        return quotas.attainments(self.dataset, self.span, moment, people=False)

    def _quota(self, then: Attainment, now: Attainment, status: Status) -> Change:
        quota = now.quota
        name = f"{words.metric(quota.metric)}, {quota.department}"
        if (quota.start, quota.end) != (self.period.start, self.period.last_day):
            name += f" ({words.days(quota.start, quota.end, self.settings)})"
        shares = [self.formats.percent(v) for v in (now.value, then.value or 0.0)]
        wanted = (
            "" if now.expected is None else f", with {self.formats.percent(now.expected)} expected by now"
        )
        moved = status is not then.status and status in _JUDGED
        how = f" {_became(then.status, status)}: " if moved else " is at "
        said = sentence(
            Said(name, strong=True, page="quotas"), f"{how}{shares[0]} of quota after {shares[1]}{wanted}."
        )
        weight = _grave(then.status, status) if moved else 0.6 + abs((now.value or 0) - (then.value or 0))
        return Change(status.mark, said, words.team(quota.department), weight)

    # The hand-off

    def _rates(self) -> Iterable[Change]:
        for name, told in _RATES.items():
            then, now = self._row(name, self.since), self._row(name, self.as_of)
            fresh = _fresh(then, now)
            if then.value is not None and now.value is not None and fresh is not None:
                yield self._rate(then, now, fresh, told)

    def _row(self, metric: str, moment: AsOf) -> Row:
        asked = report.ask(self.dataset, self.period, moment)
        return report.metric_rows(METRICS[metric], asked, self.period)[0]

    def _rate(self, then: Row, now: Row, fresh: tuple[int, int], told: tuple[str, str, str]) -> Change:
        """The cases since then against those before: two groups without a case in common."""
        k, n = fresh
        gap = newcombe(k, n, int(then.numerator or 0), int(then.denominator or 0))
        rate = Said(self.formats.percent(k / n), strong=True, page="handoff")
        was, whole = (self.formats.percent(row.value) for row in (then, now))
        cases, did, how = told
        said = sentence(
            f"Of {words.counted(n, cases)}{did}", rate, f"{how} ({k} of {n}), {_sure(gap)} the {was} before",
            f"; the period stands at {whole}.",
        )  # fmt: skip
        if (mark := _SURE.get(gap.verdict)) is None:
            return Change(_UNSURE, said, words.team("sales"), 0.4, aside=True)
        return Change(mark, said, words.team("sales"), 3.2 if gap.verdict == "lower" else 1.2)

    # What was agreed

    def _targets(self) -> Iterable[Change]:
        for row in small.rows(self.dataset, "target_changes"):
            if self.since.until <= row["at"] < self.as_of.until and row["old"] != row["new"]:
                yield self._target(row)

    def _target(self, row: Mapping[str, Any]) -> Change:
        table, key = str(row["table"]), str(row["key"])
        kept = (r for r in small.rows(self.dataset, table) if target_moves.key_of(table, r) == key)
        found = next(kept, None)
        name, unit, who = self._targeted(table, key, found)
        old, new = (words.short(row[c], unit, self.formats) for c in ("old", "new"))
        by = words.person(self.dataset, row["by"])
        why = f": {words.brief(row['why'], _LONGEST_QUOTE)}" if row["why"] else ", and nobody said why"
        said = sentence(
            "The target of ", name, f" was moved from {old} to {new}{f' by {by}' if by else ''}{why}."
        )
        return Change(_MOVED, said, who, 2.2)

    def _targeted(self, table: str, key: str, row: Mapping[str, Any] | None) -> tuple[Said, str, str]:
        """Name, unit and who answers for it; of a row that is gone its key."""
        if row is None:
            return Said(words.brief(key), strong=True, page=table), "number", words.team(None)
        if table == "goals":
            name, ask = str(row["name"] or key), (("goal", key),)
            who = words.person(self.dataset, row["owner"]) or words.team(row["department"])
            return (
                Said(words.brief(name), strong=True, page="goals", ask=ask),
                str(row["unit"] or "number"),
                who,
            )
        whose = words.person(self.dataset, row["person_id"]) or row["department"]
        days = words.days(row["period_start"], row["period_end"], self.settings)
        name = f"{words.metric(row['metric'])}, {whose}, {days}"
        unit = METRICS[row["metric"]].unit if row["metric"] in METRICS else "number"
        return Said(name, strong=True, page="quotas"), unit, words.team(row["department"])

    def _campaigns(self) -> Iterable[Change]:
        """Campaigns that run without both sign-offs, or on other terms, and didn't before."""
        before = {c.campaign_id: c for c in campaigns.campaigns(self.dataset, self.since)}
        for now in campaigns.campaigns(self.dataset, self.as_of):
            then = before[now.campaign_id]
            name = Said(
                words.brief(now.name), strong=True, page="campaigns", ask=(("campaign", now.campaign_id),)
            )
            if now.went_without and not then.went_without:
                teams = now.unsigned
                lacks = "both sign-offs" if len(teams) > 1 else f"the sign-off of {teams[0]}"
                yield Change(
                    _UNSIGNED, sentence(name, f" went live without {lacks}."), self._asked(teams), 3.6
                )
            elif now.changed and not then.changed:
                fields = words.listing(signoff_words.fields(now.keys or ()))
                what = f" runs on terms that changed since they were signed{f': {fields}' if fields else ''}."
                yield Change(_CHANGED, sentence(name, what), self._asked(now.reopened), 3.0)

    def _asked(self, teams: Iterable[str]) -> str:
        named = (words.listing(words.liaisons(self.dataset, team)) or words.team(team) for team in teams)
        return words.listing(named)

    # What is owed

    def _feedback(self) -> Iterable[Change]:
        before, now = (
            {e.feedback_id: e for e in feedback.owed(feedback.entries(self.dataset, moment)) if e.overdue}
            for moment in (self.since, self.as_of)
        )
        new = [entry for key, entry in now.items() if key not in before]
        pieces = [Said(_quoted(e.text or e.kind.replace("_", " ")), page="feedback") for e in new]
        head = f"{words.counted(len(new), 'answer')} to feedback became overdue"
        yield from _owed(head, pieces, [e.due for e in new], [e.owes.name for e in new], self.formats)

    def _actions(self) -> Iterable[Change]:
        before, now = (
            {(a.review_id, a.line_no): a for a in reviews.read(self.dataset, moment).actions if a.overdue}
            for moment in (self.since, self.as_of)
        )
        new = [action for key, action in now.items() if key not in before]
        pieces = [Said(_quoted(a.what), page="reviews", ask=(("review", a.review_id),)) for a in new]
        head = f"{words.counted(len(new), 'agreed action')} became overdue"
        yield from _owed(head, pieces, [a.due for a in new], [a.who for a in new], self.formats)


def _differs(then: Attainment, now: Attainment) -> bool:
    """Whether a quota has another status that says how it goes, or moved by a point."""
    if now.status is not then.status and now.status in _JUDGED:
        return True
    return abs((now.value or 0.0) - (then.value or 0.0)) >= _POINT


def _fresh(then: Row, now: Row) -> tuple[int, int] | None:
    """The k of n of the cases since then; None without any, or where decisions were taken back since."""
    k, n = (int((getattr(now, c) or 0) - (getattr(then, c) or 0)) for c in ("numerator", "denominator"))
    return (k, n) if n > 0 and 0 <= k <= n else None


def _sure(gap: Difference) -> str:
    return (
        f"surely {gap.verdict} than"
        if gap.verdict in _SURE
        else "and we can’t tell yet whether that differs from"
    )


def _became(then: Status | None, now: Status) -> str:
    was = "" if then is None else f" (was {then.word.lower()})"
    return f"is now {now.word.lower()}{was}"


def _grave(then: Status | None, now: Status) -> float:
    """How grave it is to stand at `now` after `then`; what got better is less so."""
    worse = _RANK[now] > _RANK.get(then or Status.ON_TRACK, 1)
    return _WORSE.get(now, 0.5) if worse else _BETTER.get(now, 1.5)


def _owed(
    head: str, pieces: Sequence[Said], due: Sequence[date | None], who: Sequence[str], formats: Formats
) -> Iterable[Change]:
    """'2 agreed actions became overdue: “a” (due 17 Nov) and “b” (due 18 Nov).'; nothing without any."""
    if not pieces:
        return
    told = [
        sentence(piece, f" (due {formats.day_month(day)})")
        for piece, day in zip(pieces[:_NAMED], due, strict=False)
    ]
    if (more := len(pieces) - _NAMED) > 0:
        told.append(sentence(f"{more} more"))
    said = sentence(Said(head, strong=True), ": ", *words.joined(told), ".")
    yield Change(_OVERDUE, said, _first(who), 2.8 + min(len(pieces), 10) / 20)


def _first(names: Iterable[str]) -> str:
    """The first few of the names, each once."""
    known = [words.brief(name) for name in dict.fromkeys(names) if name] or ["nobody named"]
    more = len(known) - _NAMED
    return words.listing(known) if more <= 0 else f"{', '.join(known[:_NAMED])} and {more} more"


def _quoted(text: str) -> str:
    """In quotes, cut between two words."""
    cut = textwrap.shorten(text, _LONGEST_QUOTE, placeholder=" …")
    return f"“{cut if cut != '…' else words.brief(' '.join(text.split()), _LONGEST_QUOTE)}”"
