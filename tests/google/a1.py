"""A1 notation as the Sheets API reads and writes it."""

import re
from dataclasses import dataclass

CELL = re.compile(r"\$?([A-Za-z]{0,3})\$?([0-9]{0,7})")
LOOKS_LIKE_A_CELL = re.compile(r"[A-Za-z]{1,3}[0-9]+|[Rr][0-9]*[Cc][0-9]*")


@dataclass(frozen=True)
class Area:
    """Rows [top, bottom) and columns [left, right), counted from 0; None is open."""

    top: int = 0
    left: int = 0
    bottom: int | None = None
    right: int | None = None

    def clipped(self, rows: int, columns: int) -> "Area":
        """The part of it within a grid."""
        bottom = rows if self.bottom is None else min(self.bottom, rows)
        right = columns if self.right is None else min(self.right, columns)
        return Area(self.top, self.left, bottom, right)

    def holds(self, row: int, column: int) -> bool:
        below = self.bottom is None or row < self.bottom
        return (
            self.top <= row and below and self.left <= column and (self.right is None or column < self.right)
        )

    def meets(self, other: "Area") -> bool:
        """Whether it shares a cell with another; both closed."""
        down = self.top < other.bottom and other.top < self.bottom
        return down and self.left < other.right and other.left < self.right


def number(letters: str) -> int:
    """A column's number, from 0: A is 0, AA 26."""
    total = 0
    for letter in letters.upper():
        total = total * 26 + ord(letter) - 64
    return total - 1


def letters(column: int) -> str:
    name, column = "", column + 1
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(65 + rest) + name
    return name


def split(text: str) -> tuple[str | None, str | None]:
    """Title and cells of a range; None where it names none. An unquoted t1 is a cell, 't1' a title."""
    if quoted := re.fullmatch(r"'((?:[^']|'')+)'(?:!(.+))?", text):
        return quoted[1].replace("''", "'"), quoted[2]
    title, mark, cells = text.rpartition("!")
    if mark:
        return title, cells
    return (None, text) if area(text) else (text, None)


def area(cells: str) -> Area | None:
    """The area that a text like A1, B2:C, A:A or 2:5 means; None if it means none."""
    first, colon, last = cells.partition(":")
    start, end = CELL.fullmatch(first), CELL.fullmatch(last if colon else first)
    if not (start and end and start[0] and end[0]) or (not colon and not (start[1] and start[2])):
        return None
    if "0" in (start[2], end[2]):
        return None
    left, right = _span(*(number(found[1]) if found[1] else None for found in (start, end)))
    top, bottom = _span(*(int(found[2]) - 1 if found[2] else None for found in (start, end)))
    return Area(top, left, bottom, right)


def _span(first: int | None, last: int | None) -> tuple[int, int | None]:
    if first is None or last is None:
        return first or last or 0, None
    return min(first, last), max(first, last) + 1


def named(title: str) -> str:
    """A title as replies write it: quoted unless it is a plain word that can't be taken for a cell."""
    plain = re.fullmatch(r"[A-Za-z_]\w*", title, re.ASCII) and not LOOKS_LIKE_A_CELL.fullmatch(title)
    return title if plain else "'" + title.replace("'", "''") + "'"


def written(title: str, area: Area) -> str:
    """A closed area as replies write it: Sheet1!A1:B2, Sheet1!D4."""
    first = f"{letters(area.left)}{area.top + 1}"
    last = f"{letters(area.right - 1)}{area.bottom}"
    return f"{named(title)}!{first}" + (f":{last}" if last != first else "")
