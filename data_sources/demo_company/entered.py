"""The demo's `changes`: what its people would have entered, told of rows that other tables have."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, time
from hashlib import blake2b
from typing import Any, Final

from data_sources.demo_company.tables import Row

_LATEST: Final = 8  # of each kind
_HELD_AT: Final = time(16, 30)


def changes(small: Mapping[str, Sequence[Row]]) -> list[Row]:
    """One row for each of the latest entries of `small`, the demo's small tables; no draw is made for it."""
    addresses = {row["person_id"]: row["email"] for row in small["people"]}
    said = [*_feedback(small), *_signed(small), *_checked_in(small), *_moved(small)]
    rows = [row | {"by": addresses.get(row["by"])} for row in said]
    return [
        _numbered(row) for row in sorted(rows, key=lambda row: (row["at"], row["table"], str(row["key"])))
    ]


def _feedback(small: Mapping[str, Sequence[Row]]) -> Iterator[Row]:
    for row in sorted(small["feedback"], key=lambda row: row["at"])[-_LATEST:]:
        after = {name: row.get(name) for name in ("kind", "text", "campaign_id", "rating")}
        yield _row(row["at"], row.get("from_person"), "feedback", "feedback", row["feedback_id"], None, after)


def _signed(small: Mapping[str, Sequence[Row]]) -> Iterator[Row]:
    for row in sorted(small["signoffs"], key=lambda row: row["at"])[-_LATEST:]:
        after = {name: row.get(name) for name in ("campaign_id", "department", "terms")}
        yield _row(row["at"], row["person_id"], "sign-off", "signoffs", None, None, after)


def _checked_in(small: Mapping[str, Sequence[Row]]) -> Iterator[Row]:
    typed = [row for row in small["goal_actuals"] if row.get("entered_by")]
    for row in sorted(typed, key=lambda row: (row["date"], row["goal_id"]))[-_LATEST:]:
        after = {name: row.get(name) for name in ("goal_id", "date", "value", "confidence", "comment")}
        at = datetime.combine(row["date"], _HELD_AT)
        yield _row(at, row["entered_by"], "check-in", "goal_actuals", None, None, after)


def _moved(small: Mapping[str, Sequence[Row]]) -> Iterator[Row]:
    for row in small["target_changes"]:
        before, after = {"target": row["old"]}, {"target": row["new"]}
        yield _row(row["at"], row["by"], "target", row["table"], row["key"], before, after)


def _row(
    at: datetime, by: str | None, action: str, table: str, key: str | None,
    before: Mapping[str, Any] | None, after: Mapping[str, Any],
) -> Row:  # fmt: skip
    return {
        "line_no": 1, "at": at, "by": by, "action": action, "table": table, "key": key,
        "before": None if before is None else _json(before), "after": _json(after),
    }  # fmt: skip


def _json(columns: Mapping[str, Any]) -> str:
    return json.dumps({k: v for k, v in columns.items() if v is not None}, ensure_ascii=False, default=str)


def _numbered(row: Row) -> Row:
    said = f"{row['at']} {row['table']} {row['key']} {row['after']}"
    return {"change_id": f"{row['at']:%Y%m%d}-{blake2b(said.encode(), digest_size=6).hexdigest()}"} | row
