"""What the Attribution page says: what marketing brought, and who gets credit for what was won.

Every figure is a row of the report; the sentences say which definition and which model was agreed on.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from scorecard import attribution, journeys, report, small, unlock, words
from scorecard.attribution import MODELS, SOURCED_BY, Part, Refused
from scorecard.clock import AsOf
from scorecard.contract import TEAMS
from scorecard.dataset import Dataset
from scorecard.formats import Formats
from scorecard.journeys import Deal, Read, Which
from scorecard.measures import NotReachableError, Question
from scorecard.metrics import METRICS
from scorecard.periods import Period
from scorecard.rows import Row
from scorecard.scopes import Filter
from scorecard.status import Status
from scorecard.words import Said, Sentence, linked, sentence

COLUMNS: Final = {
    "channel": "Channel",
    "campaign_id": "Campaign",
    "kind": "Kind of touch",
    "department": "Team",
}
DEFINITIONS: Final = {
    "lead_source": "Source of the lead",
    "first_touch": "First touch",
    "before_sales": "Touch before sales",
}
MODEL_NAMES: Final = {
    "first": "First touch",
    "last": "Last touch",
    "linear": "Linear",
    "u_shaped": "U-shaped",
    "w_shaped": "W-shaped",
    "time_decay": "Time decay",
    "markov": "Markov",
}
REVENUE: Final = "attribution#revenue"  # where on the page the evidence of a figure stands
CREDIT: Final = "attribution#credit"
_THEN: Final = "what marketing sourced and influenced, and who gets credit for it, stands"
_PARTS: Final[tuple[Part, ...]] = ("sourced", "influenced", "unattributed")
_MOST: Final = 12  # bars that are drawn; the table has all
_LEADS: Final = 25  # won leads that are offered
_NOBODY: Final = {
    "channel": "Touches of no campaign",
    "campaign_id": "Touches of no campaign",
    "kind": "Touches of no kind",
    "department": "Touches of no team",
}


@dataclass(frozen=True)
class Definition:
    """One definition of sourced: its three rows, and whether it is the agreed one."""

    name: str
    agreed: bool
    rows: Mapping[Part, Row]

    @property
    def locked(self) -> Row | None:
        """The row that says what is missing; None where all three are known."""
        return next((row for row in self.rows.values() if row.value is None), None)


@dataclass(frozen=True)
class Share:
    """What one group gets by the chosen model, and by every model there is; `group` None: what is in none."""

    name: str
    value: float
    by_model: Mapping[str, float]
    n: int
    team: str | None = None
    group: str | None = None

    @property
    def low(self) -> float:
        return min(self.by_model.values())

    @property
    def high(self) -> float:
        return max(self.by_model.values())


@dataclass(frozen=True)
class Credits:
    """The groups of a column that are drawn, most credit first, all of them in `every`; the rest is said."""

    shown: tuple[Share, ...]
    every: tuple[Share, ...]
    says: str


@dataclass(frozen=True)
class Attribution:
    """Marketing's part by every definition, of revenue and pipeline; `nothing` says why there is none."""

    verdict: tuple[Sentence, ...]
    because: tuple[Sentence, ...]
    revenue: tuple[Definition, ...]
    pipeline: tuple[Definition, ...]
    revenue_says: str
    pipeline_says: str
    lacking: tuple[str, ...]
    nothing: tuple[str, str] | None = None


def attribution_of(dataset: Dataset, period: Period, as_of: AsOf, where: Filter) -> Attribution:
    """What marketing sourced and influenced in the period, and of what is open."""
    question = report.ask(dataset, period, as_of, where)
    formats = Formats.of(question.settings)
    found = {which: _definitions(question, period, which) for which in ("revenue", "pipeline")}
    revenue, pipeline = found["revenue"], found["pipeline"]
    nothing = _nothing(revenue, period, formats)
    credit = None if nothing else _by_team(question, period)
    return Attribution(
        verdict=() if nothing else _verdict(revenue, period, formats, question.settings.sourced_by),
        because=() if nothing else tuple(_because(revenue, credit, question, formats)),
        revenue=revenue,
        pipeline=pipeline,
        revenue_says=_adds_up(revenue, f"the revenue of {period.label(formats.locale)}", formats),
        pipeline_says=_adds_up(pipeline, "what is open", formats),
        lacking=_lacking((*revenue, *pipeline)),
        nothing=nothing,
    )


def _definitions(question: Question, period: Period, which: Which) -> tuple[Definition, ...]:
    rows: dict[str, dict[Part, Row]] = {name: {} for name in SOURCED_BY}
    for part in _PARTS:
        for row in report.metric_rows(METRICS[f"{part}_{which}"], question, period):
            told = [name for name in SOURCED_BY if row.scope in ("all", f"sourced_by={name}")]
            for name in told:
                rows[name][part] = row
    agreed = question.settings.sourced_by
    return tuple(Definition(name, name == agreed, rows[name]) for name in SOURCED_BY)


def _nothing(revenue: Sequence[Definition], period: Period, formats: Formats) -> tuple[str, str] | None:
    """Why there is no revenue to share out."""
    sourced = [d.rows["sourced"] for d in revenue]
    if all(row.value is None for row in sourced):
        row = sourced[0]
        if row.status is Status.LOCKED:
            return "Attribution is locked", unlock.what_and_why(row, _THEN)
        if row.status is Status.NOT_DUE:
            return "This period hasn't begun", "Choose one that has."
        todo = "Fill the tables orders (or won_at and amount of leads) and touches."
        return "Nothing to share out yet", f"{todo} Then {_THEN} here."
    if not any(row.denominator for d in revenue for row in d.rows.values()):
        label = period.label(formats.locale)
        return f"No revenue in {label}", "Choose another period, or look at the pipeline on the Scorecard."
    return None


# --- sentences --------------------------------------------------------------------------------------------


def _verdict(
    revenue: Sequence[Definition], period: Period, formats: Formats, agreed: str
) -> tuple[Sentence, ...]:
    one = next(d for d in revenue if d.name == agreed)
    sourced, influenced, rest = (one.rows[part] for part in _PARTS)
    if sourced.value is None:
        unknown = f"What marketing sourced by {DEFINITIONS[agreed].lower()}, as agreed, isn't known. "
        return (sentence(unknown, unlock.what_to_add(sourced)),)
    whole = linked(f"{_money(sourced.denominator or 0.0, formats)} revenue", REVENUE)
    when = f" in {period.label(formats.locale)}"
    said = ("Marketing sourced ", _of(sourced, formats), " of ", whole, when)
    if influenced.value is None:
        unknown = "; what it influenced besides isn't known. "
        return (sentence(*said, unknown, unlock.what_to_add(influenced)),)
    more = (" and influenced ", _of(influenced, formats), " more; ", _of(rest, formats))
    return (sentence(*said, *more, " came without it."),)


def _of(row: Row, formats: Formats) -> Said:
    """Such as 343K € (65 %)."""
    return linked(_with_share(row, formats), REVENUE)


def _with_share(row: Row, formats: Formats) -> str:
    share = (row.value or 0.0) / row.denominator if row.denominator else None
    return f"{_money(row.value, formats)} ({formats.percent(share)})"


def _money(value: float | None, formats: Formats) -> str:
    return formats.money(value, compact=True)


def _because(
    revenue: Sequence[Definition],
    credit: Mapping[str, Mapping[str | None, float]] | None,
    question: Question,
    formats: Formats,
) -> Iterable[Sentence]:
    """What the other definitions and models say, and what nobody can get credit for."""
    yield from _others(revenue, formats)
    chosen = question.settings.attribution
    if credit and sum(credit.get(chosen, {}).values()):
        yield from _teams(credit, chosen, formats)
        yield from _given_to_nobody(revenue, sum(credit[chosen].values()), formats)


def _others(revenue: Sequence[Definition], formats: Formats) -> Iterable[Sentence]:
    """The agreed definition, and what the others say of the same revenue."""
    known = [d for d in revenue if not d.agreed and d.locked is None]
    agreed = next(DEFINITIONS[d.name].lower() for d in revenue if d.agreed)
    by: dict[str, list[str]] = {}
    for d in known:
        by.setdefault(_with_share(d.rows["sourced"], formats), []).append(f"by {DEFINITIONS[d.name].lower()}")
    parts = [part for told, names in by.items() for part in (
        ", ", f"{words.listing(names)} it is ", linked(told, REVENUE))]  # fmt: skip
    if parts:
        yield sentence(f"What is sourced goes by the {agreed}, as agreed; ", *parts[1:], ".")


def _by_team(question: Question, period: Period) -> dict[str, dict[str | None, float]]:
    """Revenue by model and team."""
    found: dict[str, dict[str | None, float]] = {}
    for row in report.grouped_rows(question, period, "department", [METRICS["attributed_revenue"]]):
        (_, (model,)), (_, (team,)) = Filter.parse(row.scope).parts
        found.setdefault(str(model), {})[team] = row.value or 0.0
    return found


def _teams(
    credit: Mapping[str, Mapping[str | None, float]], chosen: str, formats: Formats
) -> Iterable[Sentence]:
    """What the touches of each team get by the agreed model, and between which ends all models put it."""
    shares = {
        team: {m: by.get(team, 0.0) / sum(by.values()) for m, by in credit.items() if sum(by.values())}
        for team in TEAMS
    }
    ours = shares["marketing"]
    least, most = min(ours, key=ours.__getitem__), max(ours, key=ours.__getitem__)
    low, high = (words.shown(formats.percent(ours[m], 0), CREDIT) for m in (least, most))
    marketing, sales = (linked(formats.percent(shares[t][chosen], 0), CREDIT) for t in TEAMS)
    yield sentence(
        f"By the agreed model, {_model(chosen)}, marketing's touches get ", marketing,
        " of the credit and those of sales ", sales, "; the models put marketing's part between ", low,
        f" ({_model(least)}) and ", high, f" ({_model(most)}).",
    )  # fmt: skip


def _model(name: str) -> str:
    """A model's name within a sentence."""
    return MODEL_NAMES[name] if name == "markov" else MODEL_NAMES[name][:1].lower() + MODEL_NAMES[name][1:]


def _given_to_nobody(revenue: Sequence[Definition], given: float, formats: Formats) -> Iterable[Sentence]:
    """Revenue of deals without a touch or campaign, and what would change it."""
    whole = next((row.denominator for d in revenue if (row := d.rows["sourced"]).denominator), 0.0) or 0.0
    if round(whole - given, 2) > 0:
        told = f"{_money(whole - given, formats)} ({formats.percent((whole - given) / whole)})"
        yield sentence(
            linked(told, CREDIT), " has neither a touch nor a campaign: nobody gets credit for it ",
            "until marketing or sales enters the touches of those leads.",
        )  # fmt: skip


def _adds_up(definitions: Sequence[Definition], what: str, formats: Formats) -> str:
    """Such as: Each line adds up to 530,948 €, the revenue of Q3 2026."""
    known = next((d for d in definitions if d.locked is None), None)
    if known is None:
        return ""
    whole = sum(row.value or 0.0 for row in known.rows.values())
    return f"Each line adds up to {_money(whole, formats)}, {what}."


def _lacking(definitions: Sequence[Definition]) -> tuple[str, ...]:
    """What is locked, and what unlocks it; the same need once."""
    locked = {
        unlock.what_to_add(row): DEFINITIONS[d.name].lower()
        for d in definitions
        if (row := d.locked) is not None and row.status is Status.LOCKED
    }
    return tuple(f"Locked: sourced by {name}. {todo}" for todo, name in locked.items())


# --- credit by group --------------------------------------------------------------------------------------


def offered(dataset: Dataset) -> dict[str, str]:
    """Columns that credit can be shown by."""
    needs = {
        "channel": ("touches.campaign_id", "campaigns.channel"),
        "campaign_id": ("touches.campaign_id",),
        "kind": ("touches.kind",),
        "department": ("touches.department",),
    }
    found = {name: label for name, label in COLUMNS.items() if dataset.has(*needs[name])}
    return found or {"department": COLUMNS["department"]}


def models(dataset: Dataset) -> dict[str, str]:
    """The models, the agreed one first."""
    agreed = small.settings(dataset).attribution
    rest = {name: MODEL_NAMES[name] for name in MODELS if name != agreed}
    return {agreed: f"{MODEL_NAMES[agreed]} (agreed)", **rest}


def credits_of(dataset: Dataset, by: str, model: str, period: Period, as_of: AsOf, where: Filter) -> Credits:
    """What each group gets by the chosen model, beside all the others."""
    question = report.ask(dataset, period, as_of, where)
    formats = Formats.of(question.settings)
    metric = METRICS["attributed_revenue"]
    totals = {row.scope.partition("=")[2]: row for row in report.metric_rows(metric, question, period)}
    found: dict[str | None, dict[str, Row]] = {}
    for row in report.grouped_rows(question, period, by, [metric]):
        (_, (name,)), (_, (group,)) = Filter.parse(row.scope).parts
        found.setdefault(group, {})[str(name)] = row
    known = [name for name in MODELS if name in totals and totals[name].value is not None]
    shown = model if model in known else next(iter(known), None)
    if shown is None:
        locked = next((row for row in totals.values() if row.status is Status.LOCKED), None)
        return Credits((), (), "" if locked is None else unlock.what_to_add(locked))
    shares = [_share(question, by, group, rows, shown, known) for group, rows in found.items()]
    ranked = tuple(sorted(shares, key=lambda share: (-share.value, share.name)))
    # Beside what has no value in the column, the groups would be too short to tell apart.
    named = tuple(share for share in ranked if share.group is not None) or ranked
    return Credits(named[:_MOST], ranked, _credit_says(totals, shown, model, ranked, formats))


def _share(
    asked: Question, by: str, group: str | None, rows: Mapping[str, Row], shown: str, known: Sequence[str]
) -> Share:
    values = {name: (rows[name].value or 0.0) if name in rows else 0.0 for name in known}
    name = _NOBODY[by] if group is None else words.group(asked.dataset, by, group, asked.as_of)
    name = name if by == "campaign_id" else name[:1].upper() + name[1:]
    team = group if by == "department" and group in ("marketing", "sales") else None
    return Share(name, values[shown], values, max((row.n or 0) for row in rows.values()), team, group)


def _credit_says(
    totals: Mapping[str, Row], shown: str, asked: str, every: Sequence[Share], formats: Formats
) -> str:
    row = totals[shown]
    rest = (row.denominator or 0.0) - (row.value or 0.0)
    said = [f"The dot is {MODEL_NAMES[shown].lower()}; the bar runs from the lowest to the highest model."]
    named = [share for share in every if share.group is not None]
    for none in (share for share in every if share.group is None and named):
        value, low, high = (_money(x, formats) for x in (none.value, none.low, none.high))
        said.append(f"{none.name} get {value} ({low} to {high}); that isn't drawn.")
    if len(named) > _MOST:
        said.append(f"{len(named) - _MOST} more are in the table.")
    if rest:
        of = formats.percent(rest / row.denominator) if row.denominator else ""
        said.append(f"{_money(rest, formats)} ({of}) had neither a touch nor a campaign, so nobody gets it.")
    refused = [name for name, total in totals.items() if total.status is Status.TOO_FEW]
    if refused:
        few, enough = totals[refused[0]].n, attribution.ENOUGH_PATHS
        said.append(f"{MODEL_NAMES[refused[0]]} needs {enough} won or lost paths; there are {few}.")
    if shown != asked:
        said.append(f"{MODEL_NAMES[asked]} can't be shown here.")
    return " ".join(said)


# --- one journey ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Touch:
    """A touch of a journey: days before the close, whose, what, of which campaign, and its weight."""

    days_before: float
    at: int
    team: str | None
    kind: str | None
    campaign: str | None
    weight: float | None


@dataclass(frozen=True)
class Journey:
    """The touches that led to a deal, first to last; `marks` are milestones in days before the close."""

    lead_id: str
    amount: float | None
    touches: tuple[Touch, ...]
    marks: tuple[tuple[str, float], ...]
    says: str


def won_leads(dataset: Dataset, period: Period, as_of: AsOf, where: Filter) -> dict[str, str]:
    """The leads of the largest deals that have a journey, and how they are offered."""
    question = report.ask(dataset, period, as_of, where)
    formats = Formats.of(question.settings)
    asked = _asked(question)
    if asked is None:
        return {}
    read = journeys.read(asked.of_deals, "revenue", ("kind",))
    found: dict[str, tuple[float, int]] = {}
    for count, numbers in zip(read.journeys.count, read.journeys.deals, strict=True):
        deal = read.deals[numbers[0]]
        amount = sum(read.deals[n].amount or 0.0 for n in numbers)
        if deal.lead_id is not None and amount > found.get(deal.lead_id, (0.0, 0))[0]:
            found[deal.lead_id] = (amount, int(count))
    largest = sorted(found.items(), key=lambda item: (-item[1][0], item[0]))[:_LEADS]
    return {
        lead: f"{lead} · {_money(amount, formats)} · {words.counted(count, 'touch', 'touches')}"
        for lead, (amount, count) in largest
    }


def journey_of(
    dataset: Dataset, lead_id: str, by: str, model: str, period: Period, as_of: AsOf, where: Filter
) -> Journey | None:
    """The journey of a won lead, each touch with its weight by the model; None where it has none."""
    question = report.ask(dataset, period, as_of, where)
    asked = _asked(question.asking(by=by))
    if asked is None:
        return None
    read = journeys.read(asked.of_deals, "revenue", ("kind",))
    number = _number(read, lead_id)
    if number is None:
        return None
    weights = attribution.shares(asked, read, model)
    steps = range(read.journeys.first[number], read.journeys.first[number] + read.journeys.count[number])
    shares = None if isinstance(weights, Refused) else [float(weights[step]) for step in steps]
    return _journey(question, read, number, shares, model)


def _asked(question: Question) -> journeys.Asked | None:
    """What is asked of journeys; None where they can't be read."""
    metric = METRICS["attributed_revenue"]
    if metric.lacks(question) or question.start >= question.as_of.until:
        return None
    try:
        return journeys.parted(question)
    except NotReachableError:
        return None


def _number(read: Read, lead_id: str) -> int | None:
    """The journey of the lead that is worth most."""
    of_lead = [
        (sum(read.deals[n].amount or 0.0 for n in numbers), journey)
        for journey, numbers in enumerate(read.journeys.deals)
        if read.deals[numbers[0]].lead_id == lead_id
    ]
    return max(of_lead)[1] if of_lead else None


def _journey(
    question: Question, read: Read, number: int, shares: Sequence[float] | None, model: str
) -> Journey:
    steps, deal = read.journeys, read.deals[read.journeys.deals[number][0]]
    places = np.arange(steps.first[number], steps.first[number] + steps.count[number])
    columns = {name: steps.column(name)[places] for name in ("department", "kind", "campaign_id")}
    touches = tuple(
        Touch(
            (deal.close - int(steps.at[place])) / attribution.DAY,
            int(steps.at[place]),
            columns["department"][n],
            columns["kind"][n],
            _campaign(question, columns["campaign_id"][n]),
            None if shares is None else shares[n],
        )
        for n, place in enumerate(places)
    )
    amount = sum(read.deals[n].amount or 0.0 for n in steps.deals[number])
    return Journey(str(deal.lead_id), amount, touches, _marks(deal), _journey_says(touches, shares, model))


def _campaign(question: Question, campaign: str | None) -> str | None:
    return None if campaign is None else words.campaign(question.dataset, campaign, question.as_of)


def _marks(deal: Deal) -> tuple[tuple[str, float], ...]:
    stamps = (("came in", deal.created), ("opportunity", deal.opportunity), ("closed", deal.close))
    return tuple((word, (deal.close - at) / attribution.DAY) for word, at in stamps if at is not None)


def _journey_says(touches: Sequence[Touch], shares: Sequence[float] | None, model: str) -> str:
    ours = sum(t.team == "marketing" for t in touches)
    theirs = sum(t.team == "sales" for t in touches)
    said = f"{words.counted(ours, 'touch', 'touches')} of marketing, {theirs} of sales."
    if shares is None:
        return f"{said} {MODEL_NAMES[model]} has too few paths to weigh them."
    return f"{said} The larger the dot, the more of the deal the {MODEL_NAMES[model].lower()} model gives it."
