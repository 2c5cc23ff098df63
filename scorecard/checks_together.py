"""What reviews and the calendar must not say: a period that is none, done before decided, strangers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, Final

from scorecard import periods, small, words
from scorecard.contract import TABLES
from scorecard.dataset import Dataset
from scorecard.near import nearest
from scorecard.problems import Problem, Severity, grouped

Row = Mapping[str, Any]

EXAMPLES: Final = 50


def problems(dataset: Dataset) -> Iterator[Problem]:
    """The problems of reviews, and of who attends what."""
    yield from _reviews(dataset)
    for table in ("calendar", "reviews"):
        yield from _strangers(dataset, table)


def _reviews(dataset: Dataset) -> Iterator[Problem]:
    settings = small.settings(dataset)
    held: dict[str, int] = {}
    rows = sorted(small.rows(dataset, "reviews"), key=lambda row: (str(row["review_id"]), row["line_no"]))
    for row in rows:
        if row["held_at"] is not None:
            held.setdefault(str(row["review_id"]), row["held_at"])
    for row in rows:
        if row["period"] is not None and not _is_period(row["period"], settings.fiscal_year_start):
            yield _problem(dataset, "unknown_period", row, "period",
                           "this isn’t a period, so no numbers stand beside the review.",
                           f"Write {periods.FORMS}.")  # fmt: skip
        at, decided = row["action_done_at"], row["held_at"] or held.get(str(row["review_id"]))
        if at is not None and decided is not None and _day(dataset, at) < _day(dataset, decided):
            yield _problem(dataset, "done_before_decided", row, "action_done_at",
                           "the action was done before the review that asked for it was held, so whether it "
                           "worked isn’t judged.", "Correct the one that is wrong.")  # fmt: skip


def _is_period(text: str, fiscal_year_start: int) -> bool:
    try:
        periods.parse(text, fiscal_year_start)
    except ValueError:
        return False
    return True


def _day(dataset: Dataset, epoch: int) -> int:
    return small.settings(dataset).zone.day(epoch)


def _problem(dataset: Dataset, rule: str, row: Row, column: str, what: str, instead: str) -> Problem:
    zone = small.settings(dataset).zone
    value = row[column] if column == "period" else f"{zone.from_epoch(row[column]):%Y-%m-%d %H:%M}"
    return Problem(
        Severity.WARNING, rule, "reviews", what, instead, small.key_text(TABLES["reviews"], row, row),
        column, str(value), owner=small.owner_of("reviews", row), day=small.day_of("reviews", row, zone),
    )  # fmt: skip


def _strangers(dataset: Dataset, table: str) -> Iterator[Problem]:
    """Attendees that are neither a person_id nor a name in people, with how many rows name them."""
    people = small.rows(dataset, "people")
    known = [str(row[name]) for name in ("person_id", "name") for row in people if row[name] is not None]
    if not known:
        return
    ids = frozenset(known)
    named = Counter(one for row in small.rows(dataset, table) for one in words.parted(row["attendees"]))
    strangers = sorted(((one, n) for one, n in named.items() if one not in ids), key=_most)
    for one, n in strangers[:EXAMPLES]:
        near = nearest(one, known)
        yield Problem(
            Severity.WARNING, "attendee", table,
            f"nobody in people has this id or name; {words.counted(n, 'row names', 'rows name')} it.",
            f"Write {near}." if near else "Add the person to people, or correct the name.",
            column="attendees", value=one, rows=n,
        )  # fmt: skip
    if rest := strangers[EXAMPLES:]:
        yield Problem(
            Severity.WARNING, "attendee", table, f"{grouped(len(rest))} more attendees are nobody in people.",
            "Add them to people, or correct the names.", column="attendees", rows=sum(n for _, n in rest),
        )  # fmt: skip


def _most(item: tuple[str, int]) -> tuple[int, str]:
    return -item[1], item[0]
