"""Scopes and filters as text: `source=Webinar,owner=ana`, quoted where a value needs it."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from io import StringIO

_QUOTED = frozenset(',="\n\r')


def part(column: str, value: str | None) -> str:
    """One `column=value`; a null value is `column=`."""
    text = "" if value is None else value
    if _QUOTED & set(text):
        text = '"' + text.replace('"', '""') + '"'
    return f"{column}={text}"


def scope(*parts: tuple[str, str | None]) -> str:
    """The scope text of some column=value parts; `all` when there are none."""
    return ",".join(part(c, v) for c, v in parts) or "all"


@dataclass(frozen=True, slots=True)
class Filter:
    """Which rows count: for each named column one of the values (None: blank); all columns must hold."""

    parts: tuple[tuple[str, tuple[str | None, ...]], ...] = ()

    @classmethod
    def of(cls, pairs: Iterable[tuple[str, str | None]]) -> Filter:
        """A filter of column, value pairs; several values of one column mean any of them."""
        found: dict[str, list[str | None]] = {}
        for column, value in pairs:
            found.setdefault(column, []).append(value)
        return cls(tuple((c, tuple(dict.fromkeys(values))) for c, values in found.items()))

    @classmethod
    def parse(cls, text: str | None) -> Filter:
        """A filter from `column=value, ...`; ValueError with the faulty part."""
        return cls.of(_pairs(text or ""))

    def __bool__(self) -> bool:
        return bool(self.parts)

    def with_parts(self, other: Filter) -> Filter:
        """Both filters at once."""
        return Filter(self.parts + other.parts)

    def __str__(self) -> str:
        return ",".join(part(c, v) for c, values in self.parts for v in values)


EVERYTHING = Filter()


def _pairs(text: str) -> list[tuple[str, str | None]]:
    pairs = []
    for piece in _split(text):
        column, equals, value = piece.partition("=")
        if not equals or not column.strip():
            raise ValueError(
                f"The filter part {piece.strip()!r} isn't column=value. Write it like source=Webinar."
            )
        pairs.append((column.strip(), _unquoted(value.strip())))
    return pairs


def _split(text: str) -> list[str]:
    """The parts between commas that aren't inside double quotes."""
    pieces, current, quoted = [], "", False
    for character in text:
        quoted ^= character == '"'
        if character == "," and not quoted:
            pieces.append(current)
            current = ""
        else:
            current += character
    return [p for p in (*pieces, current) if p.strip()]


def _unquoted(value: str) -> str | None:
    if value.startswith('"'):
        value = (
            next(csv.reader(StringIO(value)), [""])[0]
            if "\n" not in value
            else value[1:-1].replace('""', '"')
        )
    return value or None
