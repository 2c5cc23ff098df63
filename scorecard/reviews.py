"""Results looked at together: what was decided, who owes what by when, and which campaigns owe a review.

A review is the rows of one review_id. What a line leaves blank (campaign and period, when it was held, as of
when its numbers stood, who was there) is that of the review's first line that says it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, Literal

from scorecard import campaigns, periods, small, words
from scorecard.clock import AsOf
from scorecard.dataset import Dataset
from scorecard.formats import Formats
from scorecard.status import Tone
from scorecard.words import Said, Sentence, sentence

State = Literal["overdue", "open", "done late", "done"]

_NAMED: Final = 3  # people and campaigns that a sentence names
_WORDLESS: Final = "an action without words"


# --- reviews, their lines and actions ---------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Action:
    """What a line of a review asks of somebody; `done` is None while as_of sees it undone.

    `who` is the owner's name, `held` the review's day. Its line is about `campaign_id`, else `period`.
    """

    review_id: str
    line_no: int
    what: str
    decision: str
    owner: str | None
    who: str
    held: date | None
    due: date | None
    done: date | None
    overdue: bool
    campaign_id: str | None
    period: str | None

    @property
    def key(self) -> str:
        """Names its line among all reviews."""
        return line_key(self.review_id, self.line_no)

    @property
    def state(self) -> State:
        """How far it is."""
        if self.done is None:
            return "overdue" if self.overdue else "open"
        return "done late" if self.due is not None and self.done > self.due else "done"

    @property
    def early(self) -> bool:
        """Whether it is dated as done before the review that asked for it."""
        return self.done is not None and self.held is not None and self.done < self.held

    @property
    def look(self) -> tuple[str, Tone]:
        """Icon and tone of its state."""
        return _LOOKS[self.state]


_LOOKS: Final[dict[State, tuple[str, Tone]]] = {
    "overdue": ("✕", "bad"),
    "open": ("○", "muted"),
    "done late": ("✓", "warn"),
    "done": ("✓", "good"),
}
_ORDER: Final[tuple[State, ...]] = ("overdue", "open", "done late", "done")


def line_key(review_id: object, line_no: object) -> str:
    """Names a line among all reviews."""
    return f"{review_id} {line_no}"


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a review; what it leaves out is an empty text."""

    line_no: int
    well: str
    wrong: str
    decision: str
    action: Action | None


@dataclass(frozen=True, slots=True)
class Review:
    """One review: what it is called, when it was held, as of when its numbers stood, what was said.

    `day` is that of held_at, else that of its numbers; None where it says neither.
    """

    review_id: str
    called: str
    day: date | None
    held: int | None
    stood: date | None
    campaign_ids: tuple[str, ...]
    periods: tuple[str, ...]
    attendees: tuple[str, ...]
    lines: tuple[Line, ...]

    @property
    def actions(self) -> tuple[Action, ...]:
        return tuple(line.action for line in self.lines if line.action is not None)

    @property
    def order(self) -> tuple[date, int, str]:
        """Where it stands in time; undated ones come first."""
        return self.day or date.min, self.held or 0, self.review_id


def reviews(dataset: Dataset, as_of: AsOf) -> tuple[Review, ...]:
    """Every review held by as_of, the latest first, each with its lines in order."""
    by_id: dict[str, list[dict[str, Any]]] = {}
    for row in small.rows(dataset, "reviews"):
        by_id.setdefault(str(row["review_id"]), []).append(row)
    found = []
    for review_id, rows in by_id.items():
        ordered = sorted(rows, key=lambda row: row["line_no"])
        first = _first(ordered, "held_at")
        seen = [row for row in ordered if (row["held_at"] or first or 0) < as_of.until]
        if seen:
            found.append(_review(dataset, as_of, review_id, seen))
    return tuple(sorted(found, key=lambda review: review.order, reverse=True))


def _first(rows: Iterable[dict[str, Any]], column: str) -> Any:
    """What the first row that says it says."""
    return next((row[column] for row in rows if row[column] is not None), None)


def _review(dataset: Dataset, as_of: AsOf, review_id: str, rows: Sequence[dict[str, Any]]) -> Review:
    held, stood = _first(rows, "held_at"), _first(rows, "as_of")
    day = stood if held is None else small.settings(dataset).zone.from_epoch(held).date()
    about = next((row for row in rows if row["campaign_id"] or row["period"]), rows[0])
    filled = [row if row["campaign_id"] or row["period"] else row | _subject(about) for row in rows]
    named = tuple(dict.fromkeys(str(row["campaign_id"]) for row in filled if row["campaign_id"]))
    spans = tuple(dict.fromkeys(str(row["period"]) for row in filled if row["period"]))
    return Review(
        review_id=review_id,
        called=_called(dataset, as_of, named if all(row["campaign_id"] for row in filled) else (), spans),
        day=day,
        held=held,
        stood=stood or day,
        campaign_ids=named,
        periods=spans,
        attendees=tuple(words.person(dataset, one) for one in words.parted(_first(rows, "attendees"))),
        lines=tuple(_line(dataset, as_of, row, day) for row in filled),
    )


def _subject(row: dict[str, Any]) -> dict[str, Any]:
    return {"campaign_id": row["campaign_id"], "period": row["period"]}


def _called(dataset: Dataset, as_of: AsOf, campaign_ids: Sequence[str], spans: Sequence[str]) -> str:
    """What it is about: its campaigns, else its periods, else both teams' work."""
    if campaign_ids:
        return words.listing(
            words.brief(words.campaign(dataset, one, as_of)) for one in campaign_ids[:_NAMED]
        )
    return words.listing(labelled(dataset, one) for one in spans[:_NAMED]) or "Both teams’ work"


def labelled(dataset: Dataset, text: str) -> str:
    """A period as a reader calls it; what is no period, as it is written."""
    settings = small.settings(dataset)
    try:
        return periods.parse(text, settings.fiscal_year_start).label(settings.locale)
    except ValueError:
        return words.brief(text)


def _line(dataset: Dataset, as_of: AsOf, row: dict[str, Any], held: date | None) -> Line:
    return Line(
        line_no=row["line_no"],
        well=row["went_well"] or "",
        wrong=row["went_wrong"] or "",
        decision=row["decision"] or "",
        action=_action(dataset, as_of, row, held),
    )


def _action(dataset: Dataset, as_of: AsOf, row: dict[str, Any], held: date | None) -> Action | None:
    """The line's action; None where nobody is asked to do anything."""
    if not any(row[name] for name in ("action", "action_owner", "action_due", "action_done_at")):
        return None
    at, due = row["action_done_at"], row["action_due"]
    done = at is not None and at < as_of.until
    return Action(
        review_id=str(row["review_id"]),
        line_no=row["line_no"],
        what=row["action"] or row["decision"] or _WORDLESS,
        decision=row["decision"] or "",
        owner=row["action_owner"],
        who=words.person(dataset, row["action_owner"]),
        held=held,
        due=due,
        done=small.settings(dataset).zone.from_epoch(at).date() if done else None,
        overdue=not done and due is not None and due < as_of.day,
        campaign_id=row["campaign_id"],
        period=row["period"],
    )


def before(review: Review, found: Sequence[Review], channels: dict[str, str]) -> Review | None:
    """The review whose actions this one opens with, out of all held.

    The last one held before it of one of its campaigns; else of a campaign of one of their channels; else of
    whatever. `channels` are the campaigns' channels; the undated have none before them.
    """
    if review.day is None:
        return None
    earlier = [one for one in found if one.day is not None and one.order < review.order]
    own = set(review.campaign_ids)
    ways = {channels[one] for one in own if channels.get(one)}
    of_campaign = [one for one in earlier if own & set(one.campaign_ids)]
    of_channel = [one for one in earlier if ways & {channels.get(c, "") for c in one.campaign_ids}]
    return max(of_campaign or of_channel or earlier, key=lambda one: one.order, default=None)


def channels_of(dataset: Dataset) -> dict[str, str]:
    """The channel of each campaign that has one."""
    rows = small.rows(dataset, "campaigns")
    return {str(row["campaign_id"]): str(row["channel"]) for row in rows if row["channel"]}


# --- the page ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Owing:
    """A campaign that ended without a review, the day it ended, and who can call one."""

    campaign_id: str
    name: str
    ended: date | None
    who: str


@dataclass(frozen=True)
class Overview:
    """All reviews, the latest first; all their actions, what is owed first; the campaigns owing a review.

    `nothing` says why there is nothing at all, and what to do.
    """

    reviews: tuple[Review, ...] = ()
    actions: tuple[Action, ...] = ()
    owing: tuple[Owing, ...] = ()
    verdict: tuple[Sentence, ...] = ()
    because: tuple[Sentence, ...] = ()
    nothing: tuple[str, str] | None = None


def read(dataset: Dataset, as_of: AsOf) -> Overview:
    """Reviews, actions and who owes what at as_of."""
    found, owing = reviews(dataset, as_of), _owing(dataset, as_of)
    if not small.rows(dataset, "reviews") and not owing:
        return Overview(nothing=_nothing(dataset))
    actions = in_order(action for review in found for action in review.actions)
    behind = (_last_told(dataset, as_of, found), _owing_told(owing))
    return Overview(found, actions, owing, (_actions_told(actions),), tuple(said for said in behind if said))


def in_order(actions: Iterable[Action]) -> tuple[Action, ...]:
    """Overdue ones, those due longest first; open ones by their due date; done ones, the last done first."""

    def rank(action: Action) -> tuple[int, int, str, int]:
        undone = (action.due or date.max).toordinal()
        when = undone if action.done is None else -action.done.toordinal()
        step = min(_ORDER.index(action.state), 2)  # done is done, late or not
        return step, when, action.review_id, action.line_no

    return tuple(sorted(actions, key=rank))


def _nothing(dataset: Dataset) -> tuple[str, str]:
    what = "reviews is empty" if "reviews" in dataset.relations else "there is no table reviews"
    todo = (
        "Look at results together and fill the table reviews: review_id, held_at, campaign_id or period, "
        "and for each decision a line with action, action_owner and action_due. It brings who owes what, and "
        "whether what was done worked."
    )
    return f"No reviews yet: {what}", todo


def _owing(dataset: Dataset, as_of: AsOf) -> tuple[Owing, ...]:
    """Campaigns that ended without a review, the last ended first."""
    owners = {str(row["campaign_id"]): row for row in small.rows(dataset, "campaigns")}
    found = []
    for one in campaigns.campaigns(dataset, as_of):
        if one.owes_review:
            row = owners[one.campaign_id]
            ids = (row["marketing_owner"], row["sales_owner"])
            who = words.listing(dict.fromkeys(words.person(dataset, i) for i in ids if i))
            found.append(Owing(one.campaign_id, one.shown, one.end, who))
    return tuple(sorted(found, key=lambda o: (-(o.ended or date.min).toordinal(), o.campaign_id)))


def _actions_told(actions: Sequence[Action]) -> Sentence:
    """'4 of 7 actions are done (1 late) and 2 are overdue with Olga Petrova and Katrin Voss.'."""
    if not actions:
        return sentence(Said("No action has been agreed yet.", strong=True))
    of = Counter(action.state for action in actions)
    done = of["done"] + of["done late"]
    head = f"{done or 'None'} of {len(actions)} actions {_are(done)} done"
    if len(actions) == 1:
        head = f"The one action agreed {'is' if done else 'isn’t'} done"
    late = f" ({of['done late']} late)" if of["done late"] else ""
    told = [sentence(words.linked(f"{head}{late}", "reviews#agreed"))]
    for state in ("overdue", "open"):
        some = [action for action in actions if action.state == state]
        if some:
            count = words.linked(f"{len(some)} {_are(len(some))} {state}", "reviews#agreed")
            told.append(sentence(count, _debtors(some)))
    return sentence(*words.joined(told), ".")


def _are(n: int) -> str:
    return "is" if n == 1 else "are"


def _debtors(some: Sequence[Action]) -> str:
    """' with Katrin Voss (2) and Olga Petrova', those who owe most first."""
    of = Counter(action.who or "nobody named" for action in some)
    ranked = sorted(of.items(), key=lambda item: (-item[1], item[0]))
    several = len(ranked) > 1
    named = [
        f"{words.brief(who)} ({n})" if several and n > 1 else words.brief(who) for who, n in ranked[:_NAMED]
    ]
    more = len(ranked) - _NAMED
    return f" with {words.listing([*named, f'{more} more'] if more > 0 else named)}"


def _last_told(dataset: Dataset, as_of: AsOf, found: Sequence[Review]) -> Sentence:
    formats = Formats.of(small.settings(dataset))
    planned = _next(dataset, as_of)
    coming = "" if planned is None else f"the next is planned for {formats.date(planned)}."
    if not found:
        return sentence("No review has been held yet", f"; {coming}" if coming else ".")
    last = found[0]
    when = "has no date" if last.day is None else f"was on {formats.date(last.day)}"
    link = Said(last.called, page="reviews", ask=(("review", last.review_id),))
    return sentence("The last review, ", link, f", {when}", f"; {coming}" if coming else ".")


def _next(dataset: Dataset, as_of: AsOf) -> date | None:
    """The first review in the calendar that is still to come."""
    days = [
        row["start"]
        for row in small.rows(dataset, "calendar")
        if row["kind"] == "review" and row["start"] > as_of.day and row["status"] in (None, "planned", "live")
    ]
    return min(days, default=None)


def _owing_told(owing: Sequence[Owing]) -> Sentence:
    """'8 campaigns ended without a review: A, B, C and 5 more'."""
    if not owing:
        return ()
    head = f"{words.counted(len(owing), 'campaign')} ended without a review"
    names: list[Said] = [
        Said(words.brief(one.name), page="campaigns", ask=(("campaign", one.campaign_id),))
        for one in owing[:_NAMED]
    ]
    if (more := len(owing) - _NAMED) > 0:
        names.append(words.shown(f"{more} more", "reviews#owing"))
    return sentence(words.linked(head, "reviews#owing"), ": ", *words.joined(names), ".")
