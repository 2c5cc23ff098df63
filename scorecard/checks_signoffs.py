"""What sign-offs must not say: another team's key, or terms that aren't those of the campaign any more."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from scorecard import signoffs, small, terms
from scorecard.clock import Zone
from scorecard.contract import TABLES
from scorecard.dataset import Dataset
from scorecard.problems import Problem, Severity
from scorecard.terms import Terms

Row = Mapping[str, Any]

_UNREADABLE = "the campaign isn't the one that was signed (what that was can't be read from terms)"


def problems(dataset: Dataset) -> Iterator[Problem]:
    """The problems of signoffs; campaigns and people that aren't there are told as references to nothing."""
    rows = sorted(small.rows(dataset, "signoffs"), key=lambda row: int(row["at"]))
    if not rows:
        return
    zone = small.settings(dataset).zone
    team_of, agreed = signoffs.departments(dataset), terms.of_dataset(dataset)
    by_key: dict[tuple[str, str], list[Row]] = {}
    for row in rows:
        team = team_of.get(str(row["person_id"]), str(row["department"]))
        if team == row["department"]:
            by_key.setdefault((str(row["campaign_id"]), team), []).append(row)
        else:
            yield _foreign(row, team, zone)
    for (campaign_id, _), own in by_key.items():
        if campaign_id in agreed:
            yield from _fingerprint(own, agreed[campaign_id], zone)


def _foreign(row: Row, team: str, zone: Zone) -> Problem:
    return _problem(
        "other_team", row, "person_id", zone,
        f"{row['person_id']} is in {team} and can't sign for {row['department']}, so the row doesn't count.",
        f"Have somebody of {row['department']} sign, or correct people.department.",
    )  # fmt: skip


def _fingerprint(own: list[Row], now: Terms, zone: Zone) -> Iterator[Problem]:
    """A team's latest row, unless it or an earlier one is bound to the terms of now."""
    row, found = own[-1], own[-1]["fingerprint"]
    if found is None or any(earlier["fingerprint"] == now.fingerprint for earlier in own):
        return
    if not terms.is_fingerprint(found):
        yield _problem(
            "fingerprint", row, "fingerprint", zone, "Tandem can't have made this, so the row doesn't count.",
            "Sign again, or leave the cell blank: then the row counts, whatever changes.",
        )  # fmt: skip
        return
    fields = ", ".join(change.field for change in signoffs.changes(row, now))
    what = f"the campaign has changed since it was signed ({fields})" if fields else _UNREADABLE
    yield _problem(
        "terms_changed", row, "fingerprint", zone, f"{what}, so the key is open again.",
        f"Have {row['department']} sign again, or change it back.",
    )  # fmt: skip


def _problem(rule: str, row: Row, column: str, zone: Zone, what: str, instead: str) -> Problem:
    written = {"at": f"{zone.from_epoch(row['at']):%Y-%m-%d %H:%M:%S}"}  # as spreadsheets are kept
    return Problem(
        Severity.WARNING, rule, "signoffs", what, instead, small.key_text(TABLES["signoffs"], row, written),
        column, str(row[column]), owner=small.owner_of("signoffs", row),
        day=small.day_of("signoffs", row, zone),
    )  # fmt: skip
