"""What a source calls our tables, columns and values."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from scorecard.prepared import RESERVED

OWN: Final = "tandem_"  # how the columns and tables begin that a store of our own has beside the contract's

Constant = str | int | float | bool


@dataclass(frozen=True)
class TableMapping:
    """Where one of our tables stands in the source, and what its columns and values are called there.

    Either `table` (a table or view, with its schema if need be) or `select` (one SELECT), or neither: the
    table of our own name. `columns`: our column to the source's ("" leaves it out), the others match by their
    header. `values`: per column of ours, the source's value to ours. `constants`: our column to one value.
    `when`: our column to the source's column and the values of it (in lower case) under which a cell counts;
    spreadsheets only, a database says it in a SELECT.
    """

    table: str | None = None
    select: str | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    constants: Mapping[str, Constant] = field(default_factory=dict)
    when: Mapping[str, tuple[str, frozenset[str]]] = field(default_factory=dict)


def attribute_name(header: str) -> str:
    """The name of a lead attribute: its header in lower case, with _ for all that isn't a letter or digit.

    A name that our own queries use (won, handed ...) gets a _ at its end; none begins as our own columns do.
    """
    name = re.sub(r"\W+", "_", header.strip().casefold()).strip("_").removeprefix(OWN)
    return f"{name}_" if name in RESERVED else name
