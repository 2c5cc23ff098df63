"""What both teams planned together, who agreed, and what it brought: the list, and all about one campaign.

Figures are rows of the report for a campaign's whole life to as_of.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final

from scorecard import campaigns_life, campaigns_words, report, signoff_words, signoffs, small, words
from scorecard.clock import AsOf
from scorecard.contract import TEAMS
from scorecard.dataset import Dataset
from scorecard.formats import NOTHING, Formats
from scorecard.goal_tree import STAGES, Fact
from scorecard.goal_tree import Line as GoalLine
from scorecard.goal_tree import lines as goal_lines
from scorecard.goals import goals
from scorecard.judge import Judge
from scorecard.measures import ALL, NotReachableError, Question
from scorecard.metrics import METRICS, Metric
from scorecard.periods import Period, of_dates
from scorecard.rows import Row
from scorecard.scopes import Filter, scope
from scorecard.signoff_words import Signature
from scorecard.signoffs import Key, Phase
from scorecard.status import Mark, Status
from scorecard.words import Said, Sentence, sentence

Rows = Mapping[str, Row]

LISTED: Final = ("spend", "leads", "wins", "cpl")
BROUGHT: Final = (
    "visits", "conversion_rate", "micro_conversion_rate", "leads", "mqls", "handoffs", "accepted",
    "acceptance_rate", "sqls", "wins", "revenue", "lead_rating",
)  # fmt: skip
COST: Final = ("spend", "cpl", "cost_per_mql", "cost_per_sql", "cac", "romi", "clv_12m")
TOUCHED: Final = (
    "minutes_per_prospect", "reached_within_1", "reached_within_2", "reached_within_3",
    "close_rate_at_engagement_1", "close_rate_at_engagement_2", "close_rate_at_engagement_3",
    "decision_maker_share", "mail_acknowledged_rate",
)  # fmt: skip
THERE_COST: Final = "campaigns#cost"  # where on the page the evidence of a figure stands
THERE_BROUGHT: Final = "campaigns#brought"
_FOREVER: Final = Period(date(1970, 1, 1), date(9999, 1, 1), "whole life")


# --- campaigns and their state ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Campaign:
    """One row of campaigns with its state; `keys` are both teams' sign-offs, None without a table of them.

    `age` is in days since it began.
    """

    campaign_id: str
    name: str
    channel: str
    stage: str
    offer: str
    audience: str
    start: date | None
    end: date | None
    budget: float | None
    phase: Phase
    keys: tuple[Key, ...] | None
    reviewed: bool | None
    age: int | None
    marketing_owner: str = ""
    sales_owner: str = ""

    @property
    def shown(self) -> str:
        """Its name, marked where it is or was live without both sign-offs."""
        return signoffs.with_mark(self.name, signoffs.mark_of(self.keys or (), self.phase))

    @property
    def marks(self) -> tuple[Mark, ...]:
        """Its phase, then what is wrong."""
        found = [_PHASES[self.phase]]
        if self.phase == "planned":
            found += [_waits(teams, again) for teams, again in _waiting(self) if teams]
        elif self.unsigned:
            found.append(Mark(f"{_LAUNCHED[self.phase]} without {_both(self.unsigned)}", "bad", "✕"))
        elif self.reopened:
            found.append(Mark(f"changed since {words.listing(self.reopened)} signed", "warn", "▲"))
        if self.owes_review:
            found.append(Mark("ended without a review", "warn", "▲"))
        return tuple(found)

    @property
    def missing(self) -> tuple[str, ...]:
        """What it lacks, in a word or two: a team's sign-off, its review."""
        lacks = [_both(self.unsigned)] if self.unsigned else []
        lacks += [f"{_both(self.reopened)} again"] if self.reopened else []
        return (*lacks, "review") if self.owes_review else tuple(lacks)

    @property
    def unsigned(self) -> tuple[str, ...]:
        """The teams that have never signed it, as far as is known."""
        return signoffs.open_teams(self.keys or ())

    @property
    def reopened(self) -> tuple[str, ...]:
        """The teams whose signature a later change has made void."""
        return signoffs.reopened_teams(self.keys or ())

    @property
    def late(self) -> tuple[str, ...]:
        """The teams that signed on a later day than the launch."""
        return tuple(key.team for key in self.keys or () if key.turned and key.late)

    @property
    def owes_review(self) -> bool:
        return self.phase == "ended" and self.reviewed is False

    @property
    def went_without(self) -> bool:
        """Whether it went live without both sign-offs."""
        return self.phase != "planned" and bool(self.unsigned)

    @property
    def changed(self) -> bool:
        """Whether it runs, or ran, on other terms than those that were signed."""
        return self.phase != "planned" and bool(self.reopened) and not self.unsigned


def _waiting(one: Campaign) -> tuple[tuple[tuple[str, ...], str], ...]:
    return (one.unsigned, ""), (one.reopened, " again, since it changed")


def _waits(teams: Sequence[str], again: str) -> Mark:
    return Mark(f"waits for {words.listing(teams)} to sign{again}", "muted", "○")


_PHASES: Final[Mapping[Phase, Mark]] = {
    "planned": Mark("planned", "muted", "◷"),
    "live": Mark("live", "good", "●"),
    "ended": Mark("ended", "muted", "■"),
}
_LAUNCHED: Final = {"live": "live", "ended": "ran"}


def _both(unsigned: Sequence[str]) -> str:
    return (
        "both sign-offs"
        if len(unsigned) > 1
        else f"{unsigned[0]}'{'' if unsigned[0] == 'sales' else 's'} sign-off"
    )


def campaigns(dataset: Dataset, as_of: AsOf) -> tuple[Campaign, ...]:
    """Every campaign, the live ones first, then the planned, then the ended, the latest begun first."""
    keys, reviewed = signoffs.keys(dataset, as_of), _reviewed(dataset, as_of)
    ages = campaigns_life.ages(dataset, as_of)
    found = [_campaign(dataset, row, as_of, keys, reviewed, ages) for row in small.rows(dataset, "campaigns")]
    order = ("live", "planned", "ended")
    return tuple(
        sorted(found, key=lambda c: (order.index(c.phase), -(c.start or date.min).toordinal(), c.campaign_id))
    )


def _reviewed(dataset: Dataset, as_of: AsOf) -> frozenset[str] | None:
    """The campaigns that had a review; None without a table reviews."""
    if "reviews" not in dataset.relations:
        return None
    held = (r for r in small.rows(dataset, "reviews") if r["held_at"] is None or r["held_at"] < as_of.until)
    return frozenset(str(row["campaign_id"]) for row in held if row["campaign_id"] is not None)


def _campaign(
    dataset: Dataset,
    row: Mapping[str, Any],
    as_of: AsOf,
    keys: Mapping[str, tuple[Key, ...]] | None,
    reviewed: frozenset[str] | None,
    ages: Mapping[str, int],
) -> Campaign:
    campaign_id = str(row["campaign_id"])
    return Campaign(
        campaign_id=campaign_id,
        name=str(row["name"] or campaign_id),
        channel=words.group(dataset, "channel", row["channel"], as_of) if row["channel"] else "",
        stage=str(row["stage"] or ""),
        offer=str(row["offer"] or ""),
        audience=str(row["audience"] or ""),
        start=row["start"],
        end=row["end"],
        budget=row["budget"],
        phase=signoffs.phase(dataset, row, as_of),
        keys=None if keys is None else keys[campaign_id],
        reviewed=None if reviewed is None else campaign_id in reviewed,
        age=ages.get(campaign_id),
        marketing_owner=words.person(dataset, row["marketing_owner"]),
        sales_owner=words.person(dataset, row["sales_owner"]),
    )


# --- the list ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Line:
    """A campaign and its figures; locked metrics are missing."""

    campaign: Campaign
    rows: Rows


@dataclass(frozen=True)
class Overview:
    """All campaigns; `because` says what is owed and by whom, `nothing` why there are none and what to do."""

    lines: tuple[Line, ...]
    verdict: tuple[Sentence, ...]
    because: tuple[Sentence, ...] = ()
    nothing: tuple[str, str] | None = None
    lacking: tuple[str, ...] = ()


def read(dataset: Dataset, as_of: AsOf) -> Overview:
    """The list and what it comes to."""
    if not (found := campaigns(dataset, as_of)):
        what = "campaigns is empty" if "campaigns" in dataset.relations else "there is no table campaigns"
        todo = (
            "Fill the table campaigns: campaign_id, name, start and end are enough to begin with. It brings "
            "what each campaign spent and brought, who signed it, and comparisons at equal age."
        )
        return Overview((), (), nothing=(f"No campaigns yet: {what}", todo))
    figures = lifelong(dataset, as_of, (*LISTED, "romi"))
    lines = tuple(Line(c, figures.get(c.campaign_id, {})) for c in found)
    formats = Formats.of(small.settings(dataset))
    return Overview(
        lines,
        campaigns_words.verdict(lines, formats),
        campaigns_words.because(lines),
        lacking=_lacking(dataset),
    )


def aims(dataset: Dataset, as_of: AsOf) -> dict[str, tuple[GoalLine, ...]]:
    """Each campaign's goals, marketing's first, where they can be reckoned."""
    rows = small.rows(dataset, "campaigns")
    wanted = {str(row["campaign_id"]): _goal_ids(row) for row in rows}
    known = _lines(dataset, as_of, {one for ids in wanted.values() for one in ids})
    return {
        campaign: tuple(known[one] for one in ids if one in known) for campaign, ids in wanted.items() if ids
    }


def _lacking(dataset: Dataset) -> tuple[str, ...]:
    unlock = {
        "signoffs": "Fill the table signoffs, and each campaign shows who agreed to it.",
        "reviews": "Fill the table reviews, and campaigns that ended without one are named.",
        "spend": "Fill the table spend, and each campaign shows what it cost.",
    }
    return tuple(text for table, text in unlock.items() if table not in dataset.relations)


# --- figures over a campaign's life -----------------------------------------------------------------------


def lifelong(
    dataset: Dataset, as_of: AsOf, names: Iterable[str], only: Collection[str] | None = None
) -> dict[str, dict[str, Row]]:
    """Rows of the report by campaign (`only` some) over its whole life; locked metrics are missing."""
    question = Question(dataset, as_of, 0, report.FOREVER, by="campaign_id")
    judge = Judge(question, _FOREVER).over_a_lifetime(question)
    known = [str(row["campaign_id"]) for row in small.rows(dataset, "campaigns")]
    wanted = [one for one in known if only is None or one in only]
    found: dict[str, dict[str, Row]] = {}
    for metric in (METRICS[name] for name in names):
        for campaign_id, row in _by_campaign(metric, question, judge, wanted).items():
            found.setdefault(campaign_id, {})[metric.name] = row
    return found


def _by_campaign(metric: Metric, question: Question, judge: Judge, wanted: Sequence[str]) -> dict[str, Row]:
    if judge.barred(metric) is not None:
        return {}
    try:
        figures = metric.figures(question)
    except NotReachableError:
        return {}
    nothing = metric.of(metric.empty, question)
    return {
        one: judge.judged(metric, scope(("campaign_id", one)), figures.get(one, nothing)) for one in wanted
    }


def of_its_leads(dataset: Dataset, as_of: AsOf, campaign_id: str, names: Iterable[str]) -> dict[str, Row]:
    """Rows of the report about the leads that came in by a campaign, whoever touched them since."""
    where = Filter.of([("leads.campaign_id", campaign_id)])
    question = Question(dataset, as_of, 0, report.FOREVER, where=where)
    judge = Judge(question, _FOREVER).over_a_lifetime(question)
    found = {}
    for metric in (METRICS[name] for name in names):
        row = judge.barred(metric)
        if row is None:
            try:
                figures = metric.figures(question)[ALL]
            except NotReachableError:
                continue
            row = judge.judged(metric, str(where), figures)
        found[metric.name] = row
    return found


# --- one campaign -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Spent:
    """What was spent on one kind of thing."""

    kind: str
    amount: float


@dataclass(frozen=True, slots=True)
class Note:
    """Something that was said about the campaign, or decided in its review."""

    at: str
    about: str
    by: str
    text: str


@dataclass(frozen=True)
class Panel:
    """All there is to know about one campaign."""

    campaign: Campaign
    verdict: tuple[Sentence, ...]
    facts: tuple[Fact, ...]
    keys: tuple[Signature, ...]
    goals: tuple[GoalLine, ...]
    rows: Rows
    touched: Rows
    touches: str
    spent: tuple[Spent, ...]
    feedback: tuple[Note, ...]
    review: tuple[Note, ...]


def panel(dataset: Dataset, as_of: AsOf, campaign_id: str) -> Panel | None:
    """One campaign; None when there is none of that id."""
    one = next((c for c in campaigns(dataset, as_of) if c.campaign_id == campaign_id), None)
    if one is None:
        return None
    row = next(r for r in small.rows(dataset, "campaigns") if str(r["campaign_id"]) == campaign_id)
    rows = lifelong(dataset, as_of, (*COST, *BROUGHT), (campaign_id,)).get(campaign_id, {})
    formats = Formats.of(small.settings(dataset))
    return Panel(
        campaign=one,
        verdict=_told(one, rows, formats),
        facts=tuple(_facts(dataset, one, row, formats)),
        keys=signoff_words.signatures(dataset, one.keys, one.phase, formats),
        goals=_goals(dataset, as_of, row),
        rows=rows,
        touched=of_its_leads(dataset, as_of, campaign_id, TOUCHED),
        touches=_touches(campaigns_life.touches_of(dataset, as_of, campaign_id), formats),
        spent=_spent(dataset, as_of, campaign_id),
        feedback=tuple(_said_about(dataset, as_of, row, formats)),
        review=tuple(_review(dataset, as_of, campaign_id, formats)),
    )


def _told(one: Campaign, rows: Rows, formats: Formats) -> tuple[Sentence, ...]:
    """What it cost and brought so far, and what is wrong with it."""
    what = words.listing(signoff_words.fields(one.keys or ()))
    told = [_cost_told(one, rows, formats)]
    told += [_mark_told(mark, what if mark.word.startswith("changed") else "") for mark in one.marks[1:]]
    if one.late and not one.unsigned:
        told.append(sentence(f"{words.listing(one.late).capitalize()} signed after it went live."))
    return tuple(part for part in told if part)


def _cost_told(one: Campaign, rows: Rows, formats: Formats) -> Sentence:
    spend, leads, wins, romi = (_value(rows, name) for name in ("spend", "leads", "wins", "romi"))
    if one.phase == "planned" and not spend and not leads:
        return sentence("It hasn't begun.")
    told = [] if spend is None else [sentence("it spent ", *_of_budget(spend, one.budget, formats))]
    known = [(n, noun) for n, noun in ((leads, "lead"), (wins, "win")) if n is not None]
    brought = [words.linked(_many(int(n), noun, formats), THERE_BROUGHT) for n, noun in known]
    told += [sentence("brought " if told else "it brought ", *words.joined(brought))] if brought else []
    if not told:
        return sentence("Neither its cost nor what it brought is known.")
    age = (
        ()
        if one.age is None
        else ("In ", words.shown(words.counted(one.age + 1, "day", formats=formats), THERE_COST), " ")
    )
    back = () if romi is None or not wins else (
        "; the return on spend is ", words.linked(formats.percent(romi, 0), THERE_COST))  # fmt: skip
    (first, *rest), *others = told if age else [(Said(words.upper(told[0][0].text)), *told[0][1:]), *told[1:]]
    return sentence(*age, *words.joined([(first, *rest), *others]), *back, ".")


def _many(n: int, one: str, formats: Formats) -> str:
    return words.counted(n, one, formats=formats) if n else f"no {one} yet"


def _of_budget(spend: float, budget: float | None, formats: Formats) -> Sentence:
    spent = words.linked(formats.money(spend, compact=True), THERE_COST)
    return sentence(
        spent, *((" of ", words.linked(formats.money(budget, compact=True), THERE_COST)) if budget else ())
    )


def _mark_told(mark: Mark, more: str = "") -> Sentence:
    verb = "is " if mark.word.startswith("live") else "has " if mark.word.startswith("changed") else ""
    return sentence(f"It {verb}{mark.word}{f' ({more})' if more else ''}.")


def _value(rows: Rows, name: str) -> float | None:
    row = rows.get(name)
    return None if row is None or row.status in (Status.LOCKED, Status.NO_DATA) else row.value


def _facts(dataset: Dataset, one: Campaign, row: Mapping[str, Any], formats: Formats) -> Iterable[Fact]:
    ends = f"{formats.date(one.start)} to {formats.date(one.end) if one.end else 'open'}"
    yield Fact("Runs", ends if one.start or one.end else NOTHING)
    for name, text in (
        ("Channel", one.channel),
        ("Stage", STAGES.get(one.stage, one.stage)),
        ("Offer", one.offer),
        ("To", one.audience),
        ("Budget", "" if one.budget is None else formats.money(one.budget)),
        ("Marketing", words.person(dataset, row["marketing_owner"])),
        ("Sales", words.person(dataset, row["sales_owner"])),
    ):
        if text:
            yield Fact(name, text)


def _goals(dataset: Dataset, as_of: AsOf, row: Mapping[str, Any]) -> tuple[GoalLine, ...]:
    """Marketing's and sales' goal for it, where they can be reckoned."""
    wanted = _goal_ids(row)
    known = _lines(dataset, as_of, set(wanted))
    return tuple(known[goal_id] for goal_id in wanted if goal_id in known)


def _goal_ids(row: Mapping[str, Any]) -> tuple[str, ...]:
    """Marketing's goal, then sales', each once."""
    named = (row[f"{team}_goal_id"] for team in TEAMS)
    return tuple(dict.fromkeys(str(goal_id) for goal_id in named if goal_id is not None))


def _lines(dataset: Dataset, as_of: AsOf, wanted: Collection[str]) -> dict[str, GoalLine]:
    """Those goals as they stand, by their id; what isn't there is left out."""
    there = [goal for goal in goals(dataset) if goal.goal_id in wanted]
    if not there:
        return {}
    span = of_dates(min(g.start for g in there), max(g.due for g in there))
    found = goal_lines(dataset, span, as_of)
    return {line.goal_id: replace(line, depth=0) for line in found if line.goal_id in wanted}


def _spent(dataset: Dataset, as_of: AsOf, campaign_id: str) -> tuple[Spent, ...]:
    """Spend by kind, most first."""
    if dataset.lacks("spend.date", "spend.amount", "spend.campaign_id", "spend.kind"):
        return ()
    where = Filter.of([("spend.campaign_id", campaign_id)])
    sums = Question(dataset, as_of, 0, report.FOREVER, by="spend.kind", where=where).sums("spend")
    found = [Spent(str(kind or "no kind"), total.total) for kind, total in sums.items() if kind != ALL]
    return tuple(sorted(found, key=lambda s: (-s.amount, s.kind)))


def _touches(found: Mapping[str | None, Mapping[str | None, int]], formats: Formats) -> str:
    """'312 touches in its name: marketing 240 (ad 180, email 60) and sales 72 (call 72).'."""
    total = {team: sum(kinds.values()) for team, kinds in found.items()}
    if not total:
        return ""
    teams = sorted(found, key=lambda team: (-total[team], str(team)))
    told = [
        f"{team or 'no team noted'} {formats.integer(total[team])} ({_kinds(found[team], formats)})"
        for team in teams
    ]
    count = formats.integer(sum(total.values()))
    return f"{count} {'touch' if count == '1' else 'touches'} in its name: {words.listing(told)}."


def _kinds(kinds: Mapping[str | None, int], formats: Formats) -> str:
    ordered = sorted(kinds.items(), key=lambda item: (-item[1], str(item[0])))
    return ", ".join(f"{kind or 'no kind noted'} {formats.integer(count)}" for kind, count in ordered)


def _said_about(dataset: Dataset, as_of: AsOf, row: Mapping[str, Any], formats: Formats) -> Iterable[Note]:
    """Feedback on it and comments on its goals, the latest first."""
    found = [
        *_feedback(dataset, as_of, str(row["campaign_id"]), formats),
        *_comments(dataset, as_of, row, formats),
    ]
    return (note for _, note in sorted(found, key=lambda item: -item[0]))


def _feedback(
    dataset: Dataset, as_of: AsOf, campaign_id: str, formats: Formats
) -> Iterable[tuple[int, Note]]:
    for row in small.rows(dataset, "feedback"):
        if row["campaign_id"] != campaign_id or row["at"] >= as_of.until:
            continue
        about = " · ".join(str(row[c]).replace("_", " ") for c in ("kind", "status") if row[c])
        answer = f" Answer: {row['response']}" if row["response"] else ""
        said = f"{row['text'] or ''}{answer}"
        who = words.person(dataset, row["from_person"])
        yield row["at"], Note(formats.moment(row["at"]), about, who, said)


def _comments(
    dataset: Dataset, as_of: AsOf, row: Mapping[str, Any], formats: Formats
) -> Iterable[tuple[int, Note]]:
    """What was noted when a figure of one of its goals was entered."""
    zone = small.settings(dataset).zone
    names = {goal.goal_id: goal.name for goal in goals(dataset)}
    wanted = {row[f"{team}_goal_id"] for team in TEAMS} - {None}
    for entry in small.rows(dataset, "goal_actuals"):
        if entry["goal_id"] in wanted and entry["comment"] and entry["date"] <= as_of.day:
            name = names.get(entry["goal_id"]) or str(entry["goal_id"])
            about = f"on {words.brief(name)}"
            who = words.person(dataset, entry["entered_by"])
            yield (
                zone.midnight(entry["date"]),
                Note(formats.date(entry["date"]), about, who, entry["comment"]),
            )


def _review(dataset: Dataset, as_of: AsOf, campaign_id: str, formats: Formats) -> Iterable[Note]:
    for row in small.rows(dataset, "reviews"):
        if row["campaign_id"] != campaign_id or (row["held_at"] or 0) >= as_of.until:
            continue
        parts = {"Well": "went_well", "Wrong": "went_wrong", "Decided": "decision", "Action": "action"}
        said = " ".join(f"{name}: {row[column]}" for name, column in parts.items() if row[column])
        yield Note(formats.moment(row["held_at"]), "review", words.person(dataset, row["action_owner"]), said)
