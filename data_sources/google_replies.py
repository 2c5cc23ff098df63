"""Replies of Google Sheets taken apart: what a spreadsheet consists of, and the values of each range."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any, Final

from data_sources.tab import Columns

METADATA_FIELDS: Final = "properties(title,locale,timeZone),sheets.properties(sheetId,title,sheetType)"
VALUES_FIELDS: Final = "valueRanges(range,values)"
_START: Final = re.compile(rb'\{\s*"range"\s*:\s*"')
_END: Final = re.compile(rb"\s*\]\s*\}\s*\Z")
_VALUES: Final = b'"values"'


@dataclass(frozen=True)
class Metadata:
    """A spreadsheet without its cells. `gids` says per title of a tab which one it is."""

    title: str
    locale: str | None
    time_zone: str | None
    gids: Mapping[str, int]


def metadata(reply: object) -> Metadata:
    """ValueError when this isn't what Google says of a spreadsheet."""
    try:
        about, sheets = reply["properties"], reply["sheets"]  # type: ignore[index]
        found = [sheet["properties"] for sheet in sheets]
        # charts on sheets of their own, and connected databases, hold no cells
        gids = {str(p["title"]): int(p["sheetId"]) for p in found if p.get("sheetType", "GRID") == "GRID"}
        return Metadata(str(about["title"]), about.get("locale"), about.get("timeZone"), gids)
    except (AttributeError, KeyError, TypeError):
        pass
    raise ValueError("Not the metadata of a spreadsheet.")


@dataclass(frozen=True)
class Range:
    """One range of a reply, not parsed yet; `digest` is of its cells alone."""

    raw: bytes
    digest: str

    def columns(self) -> Columns:
        """Its cells, column by column; ValueError when it isn't what Google says of a range."""
        values = json.loads(self.raw).get("values", [])
        if not isinstance(values, list) or not all(isinstance(column, list) for column in values):
            raise ValueError("Not the values of a range.")
        return values


def ranges(body: bytes, count: int) -> list[Range]:
    """The reply of a batchGet, range by range; ValueError when it isn't one of `count` ranges.

    It is cut between the ranges without being parsed, so that only those that changed cost a parse. Inside a
    text of JSON every quotation mark is escaped: `{"range":"` can only be the start of a range.
    """
    cut = _cut(body, count)
    return [Range(piece, digest(_cells(piece))) for piece in (_parsed(body, count) if cut is None else cut)]


def digest(text: bytes) -> str:
    return blake2b(text, digest_size=16).hexdigest()


def _cut(body: bytes, count: int) -> list[bytes] | None:
    """The ranges as they stand in the body; None when it isn't laid out as usual."""
    starts = [match.start() for match in _START.finditer(body)]
    tail = _END.search(body, max(len(body) - 64, 0))
    if len(starts) != count or tail is None:
        return None
    ends = [*starts[1:], tail.start()]
    pieces = [body[start:end].rstrip(b", \r\n\t") for start, end in zip(starts, ends, strict=True)]
    return pieces if all(piece.endswith(b"}") for piece in pieces) else None


def _parsed(body: bytes, count: int) -> list[bytes]:
    reply: Any = json.loads(body)
    found: Sequence[Any] = reply.get("valueRanges", []) if isinstance(reply, dict) else []
    if len(found) != count or not all(isinstance(one, dict) for one in found):
        raise ValueError("Not the ranges that were asked for.")
    return [json.dumps(one, separators=(",", ":")).encode() for one in found]


def _cells(piece: bytes) -> bytes:
    """The part that holds the cells: the range's name changes when the grid grows, which changes no cell."""
    at = piece.find(_VALUES)
    return b"" if at < 0 else piece[at + len(_VALUES) :]
