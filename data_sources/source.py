"""What every source of data can do: say cheaply which state it is in, and hand that state over."""

from __future__ import annotations

from typing import Protocol

from scorecard.dataset import Dataset


class Source(Protocol):
    """A database, or a spreadsheet with its mirror. One thread probes it, any number use what it hands over.

    `label` is how to speak of it, never with a password. Every method but `last` may take as long as a
    network call does, bounded.
    """

    @property
    def label(self) -> str:
        """Such as "PostgreSQL crm" or "Spreadsheet Scorecard"."""

    def last(self) -> Dataset | None:
        """The last good state, at once, without asking the source (kept over a restart); None without one."""

    def probe(self, *, everything: bool = False) -> str:
        """A text that changes when the data do; SourceError when the source can't say.

        A spreadsheet is read here, what is due of it or `everything`, and mirrored if it changed.
        """

    def open(self) -> Dataset:
        """The tables in the state of the last probe; SourceError when they can't be had."""

    def wait(self, *, watched: bool) -> float:
        """Seconds until the next probe is due: fewer while somebody watches, more while the source fails."""

    def close(self) -> None:
        """Lets go of connections and files; what was handed over is of no use after it."""
