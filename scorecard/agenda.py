"""A meeting's agenda, built from the data: what was promised, what changed, what is behind, what to sign.

It stands in the order in which a meeting gets things done: last time's actions, what changed since then, the
goals that are off track one by one, hand-off, quotas, campaigns that wait for a key. Minutes are a proposal.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from zlib import crc32

from scorecard import campaigns, goal_tree, reviews, slides, small, words
from scorecard.campaigns import Campaign
from scorecard.clock import AsOf
from scorecard.dataset import Dataset
from scorecard.formats import Formats
from scorecard.goal_tree import TROUBLE, Panel
from scorecard.reviews import Action, Review
from scorecard.since import since
from scorecard.slides import MOST_LINES, Bar, Big, Line, Scope, Slide
from scorecard.status import Mark
from scorecard.words import Said, Sentence, sentence

MOST_GOALS: Final = 3  # goals that have an item of their own
MOST_PARTS: Final = 4  # lines below a goal's figures
DECISIONS: Final = "decisions"  # what is typed then is all it shows
_GOAL: Final = "goal_"
_TOPICS: Final[Mapping[str, str]] = {"goals": "Goals", "since": "", DECISIONS: ""}


@dataclass(frozen=True, slots=True)
class Item:
    """An item: the key of its slide, its title, the minutes proposed; a goal's own item names the goal."""

    key: str
    title: str
    minutes: int
    goal_id: str | None = None

    @property
    def topic(self) -> str:
        """What a note made at it is about; an empty text at items that are about the whole."""
        return _TOPICS.get(self.key, self.title)


@dataclass(frozen=True, slots=True)
class Topic:
    """Something that a note can be about: its name, and the campaign where it is one."""

    name: str
    campaign_id: str | None = None


def agenda(dataset: Dataset, about: Scope) -> tuple[Item, ...]:
    """The items that the data give cause for, and the decisions."""
    return tuple(_items(dataset, about))


def _items(dataset: Dataset, about: Scope) -> Iterable[Item]:
    if (last := _last(dataset, about)) is not None:
        owed = len(_owed(dataset, about, last))
        yield Item("last", "Last time's actions", min(max(2 * owed, 3), 10))
        yield Item("since", "What changed since", 5)
    lines = goal_tree.lines(dataset, about.period, about.as_of)
    behind = goal_tree.worst(lines)
    if lines:
        yield Item("goals", "Goals, off track first", 5)
    for line in [one for one in behind if one.row.status in TROUBLE][:MOST_GOALS]:
        yield Item(_key_of(line.goal_id), words.brief(line.name), 5, line.goal_id)
    yield Item("handoff", "Hand-off", 5)
    yield Item("quotas", "Quotas side by side", 5)
    if waiting := _waiting(dataset, about):
        yield Item("signing", "Campaigns to sign", min(max(2 * len(waiting), 3), 10))
    yield Item(DECISIONS, "Decisions and actions", 5)


def _key_of(goal_id: str) -> str:
    """A name that an address and a style sheet can hold, whatever the id."""
    return f"{_GOAL}{crc32(goal_id.encode()):08x}"


def slide(dataset: Dataset, item: Item, about: Scope) -> Slide:
    """What is shown with an item."""
    if item.goal_id is not None:
        return _goal(dataset, item, item.goal_id, about)
    made = _SLIDES.get(item.key)
    return slides.slide(dataset, item.key, about) if made is None else made(dataset, about)


def topics(dataset: Dataset, items: Sequence[Item], as_of: AsOf) -> tuple[Topic, ...]:
    """What a meeting's notes can be about: its items, then campaigns that aren't over, live ones first."""
    running = [one for one in campaigns.campaigns(dataset, as_of) if one.phase != "ended"]
    running.sort(key=lambda one: one.phase != "live")
    named = [Topic(topic) for item in items if (topic := item.topic)]
    found = {one.name: one for one in [*named, *(Topic(words.brief(c.name), c.campaign_id) for c in running)]}
    return tuple(found.values())


def overview(items: Sequence[Item]) -> Slide:
    """The agenda itself, as its first slide."""
    planned = sum(item.minutes for item in items)
    lines = tuple(Line(f"{n}  {item.title}", f"{item.minutes} min") for n, item in enumerate(items, 1))
    said = sentence(Said(words.counted(len(items), "item"), strong=True), f", about {planned} minutes.")
    return Slide("agenda", "What we look at together", (said,), lines=lines, shape="items")


# --- last time's actions ----------------------------------------------------------------------------------


def _last(dataset: Dataset, about: Scope) -> Review | None:
    """The review held last."""
    return next((one for one in reviews.reviews(dataset, about.as_of) if one.day is not None), None)


def _owed(dataset: Dataset, about: Scope, last: Review) -> tuple[Action, ...]:
    """The last review's actions, and what of those before was open then."""
    earlier = [
        action
        for one in reviews.reviews(dataset, about.as_of)
        if one.review_id != last.review_id
        for action in one.actions
        if action.done is None or (last.day is not None and action.done > last.day)
    ]
    return (*reviews.in_order(last.actions), *reviews.in_order(earlier))


def _actions(dataset: Dataset, about: Scope) -> Slide:
    title = "What became of last time's actions?"
    if (last := _last(dataset, about)) is None:
        return Slide("last", title, nothing=_FIRST)
    owed, formats = _owed(dataset, about, last), Formats.of(small.settings(dataset))
    if not owed:
        head = f"The review of {formats.date(last.day)} asked nobody for anything"
        return Slide("last", title, nothing=(head, "Nothing is open."))
    more = len(owed) - MOST_LINES
    return Slide(
        "last",
        title,
        (_kept(owed, last, formats),),
        lines=tuple(_action(action, last, formats) for action in owed[:MOST_LINES]),
        more=f"And {words.counted(more, 'more action')} on the Reviews page." if more > 0 else "",
    )


_FIRST: Final = (
    "This is the first review",
    "What is decided today is saved with its actions; the next meeting opens with them.",
)


def _kept(owed: Sequence[Action], last: Review, formats: Formats) -> Sentence:
    """'1 of 2 actions of 29 Oct 2026 is done; 1 is overdue, and 1 of earlier reviews is open.'."""
    own = [action for action in owed if action.review_id == last.review_id]
    done = sum(action.done is not None for action in own)
    late = sum(action.state == "overdue" for action in owed)
    earlier = sum(action.done is None for action in owed) - len(own) + done
    parts: list[str | Said] = []
    if own:
        of = f"{done or 'None'} of {words.counted(len(own), 'action')}"
        parts = [Said(of, strong=True), f" of {formats.date(last.day)} {_are(done)} done"]
    if earlier:
        head = f"; {earlier}" if own else f"{earlier}"
        parts.append(f"{head} of earlier reviews {_are(earlier)} still open")
    if late:
        parts += ["; ", Said(f"{late} {_are(late)} overdue", strong=True)]
    return sentence(*parts, ".")


def _are(n: int) -> str:
    return "is" if n <= 1 else "are"


def _action(action: Action, last: Review, formats: Formats) -> Line:
    icon, tone = action.look
    when = [f"due {formats.date(action.due)}"] if action.due else []
    when += [f"done {formats.date(action.done)}"] if action.done else []
    when += [f"from {formats.date(action.held)}"] if action.held and action.held != last.day else []
    word = words.upper(action.state)
    return Line(
        words.brief(action.what),
        detail=" · ".join(when),
        who=action.who,
        state=Mark(word, tone, icon),
        undone=action.key if action.done is None else "",
    )


# --- what changed since -----------------------------------------------------------------------------------


def _since(dataset: Dataset, about: Scope) -> Slide:
    last = _last(dataset, about)
    day = None if last is None else last.stood or last.day
    if day is None:
        return Slide("since", "What changed since the last review?", nothing=_FIRST)
    return since(dataset, about, day)


# --- one goal ---------------------------------------------------------------------------------------------


def _goal(dataset: Dataset, item: Item, goal_id: str, about: Scope) -> Slide:
    found = goal_tree.panel(dataset, about.as_of, goal_id)
    if found is None:
        gone = ("This goal isn't there any more", "It was taken out, or renamed, since the meeting began.")
        return Slide(item.key, item.title, nothing=gone)
    return Slide(
        item.key,
        words.brief(found.goal.name),
        found.verdict[:1],
        tuple(_figures(found, Formats.of(small.settings(dataset)))),
        _heading(found),
        tuple(_backing(found)),
        more=found.parts_sum if found.parts else "",
    )


def _figures(found: Panel, formats: Formats) -> Iterable[Big]:
    line, goal = found.line, found.goal
    row, unit = line.row, line.unit
    team = slides.team_of(row.team)
    actual = words.short(row.numerator, unit, formats)
    if goal.kind == "total" and row.value is not None:
        bar = Bar(row.value, row.expected, 1.0, top=1.25)
        yield Big("Of the target", formats.percent(row.value, 0), slides.marked(row.status), (), team, bar)
        yield Big("So far", actual, beside=(line.side,), team=team)
    else:
        yield Big("Now", actual, slides.marked(row.status), (line.side,), team)
    yield Big("Target", words.short(goal.target, unit, formats), beside=(f"by {formats.date(goal.due)}",))
    if found.forecast is not None:
        likely, low, high = (
            words.short(x, unit, formats)
            for x in (found.forecast.value, found.forecast.low, found.forecast.high)
        )
        wish = (
            "Chance to stay within it"
            if goal.kind == "total" and goal.lower_is_better
            else "Chance to reach it"
        )
        told = (f"heading for {likely}", f"{formats.percent(goal_tree.SURE)}: {low} – {high}")
        yield Big(wish, formats.chance(found.forecast.chance), beside=told)


def _heading(found: Panel) -> str:
    return "Its parts" if found.parts else "Who does what"


def _backing(found: Panel) -> Iterable[Line]:
    """Its parts, the furthest behind first; without any who does what, and how."""
    if found.parts:
        yield from (slides.goal_line(line) for line in slides.by_trouble(found.parts)[:MOST_PARTS])
        return
    told = [*found.people, *(fact for fact in found.facts if fact.name == "How")]
    yield from (Line(fact.name, detail=fact.text) for fact in told[:MOST_PARTS])


# --- campaigns to sign ------------------------------------------------------------------------------------


def _waiting(dataset: Dataset, about: Scope) -> list[Campaign]:
    """Those that a team has yet to sign, or to sign again: live ones first."""
    every = campaigns.campaigns(dataset, about.as_of)
    found = [one for one in every if (one.unsigned or one.reopened) and one.phase != "ended"]
    return sorted(found, key=lambda one: one.phase != "live")


def _signing(dataset: Dataset, about: Scope) -> Slide:
    title = "Which campaigns wait for a signature?"
    waiting, formats = _waiting(dataset, about), Formats.of(small.settings(dataset))
    if not waiting:
        nothing = ("No campaign waits for a signature", "Both teams have signed what is planned and live.")
        return Slide("signing", title, nothing=nothing)
    live = sum(one.phase == "live" for one in waiting)
    already = f"; {live} of them {_are(live)} live already" if live else ""
    head = f"{words.counted(len(waiting), 'campaign')} {'waits' if len(waiting) == 1 else 'wait'}"
    more = len(waiting) - MOST_LINES
    return Slide(
        "signing",
        title,
        (sentence(Said(f"{head} for a signature", strong=True), f"{already}."),),
        lines=tuple(_to_sign(one, formats) for one in waiting[:MOST_LINES]),
        more=f"And {more} more on the Campaigns page." if more > 0 else "",
    )


def _to_sign(one: Campaign, formats: Formats) -> Line:
    runs = " to ".join(formats.day_month(day) for day in (one.start, one.end) if day is not None)
    budget = "" if one.budget is None else f"budget {formats.money(one.budget)}"
    told = [words.brief(text) for text in (runs, one.offer, one.audience, budget) if text]
    state = slides.first_mark(one)
    return Line(words.brief(one.name), detail=" · ".join(told), who=one.channel, state=state)


_SLIDES: Final[Mapping[str, Callable[[Dataset, Scope], Slide]]] = {
    "last": _actions,
    "since": _since,
    "signing": _signing,
}
