"""Ready mappings for the exports of CRMs, chosen by name in the configuration (`crm`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from data_sources.mapping import TableMapping


@dataclass(frozen=True)
class Export(TableMapping):
    """How a product's export calls one of our tables and its columns.

    `titles`: what its files or tabs are called (a date may follow). `also`: our column to the headers it may
    stand under, the first that is there; none has to be, since everybody exports other columns. `only`: the
    header and its values (in lower case) that make a row one of ours; other rows aren't of this table.
    """

    titles: tuple[str, ...] = ()
    also: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    only: tuple[str, frozenset[str]] | None = None


PRESETS: Final[Mapping[str, Mapping[str, Export]]] = {}
