"""Google spreadsheets, read by one poller for everyone: what changed since the last look."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import UTC, datetime
from functools import cache
from threading import Lock
from typing import Any, Final

import gspread
import requests
from gspread.exceptions import APIError

from data_sources.budget import Busy, shared, whole
from data_sources.errors import SourceError
from data_sources.google_access import READING, WRITING, TokenError, access
from data_sources.google_config import SCHEME, Google
from data_sources.google_errors import explained, is_bad_range
from data_sources.google_http import GoogleHTTP, Limits, retry_after
from data_sources.google_pace import Pace
from data_sources.google_spreadsheet import Reply, Spreadsheet
from data_sources.tab import Book

__all__ = ["GoogleReader", "client"]

Wanted = Callable[[Sequence[str]], Collection[str]]
Names = Callable[[tuple[str, ...]], Collection[str]]  # the same, asked once for the same titles
_FAILURES: Final = (APIError, TokenError, requests.RequestException)
_FRESH: Final = 2.0  # seconds for which what a spreadsheet consists of needn't be asked again


def client(google: Google, *, writing: bool = False, **http: Any) -> gspread.Client:
    """gspread, signed in and bounded; with the right to write only when asked.

    It waits for the shared budget of reads. `http`: what GoogleHTTP takes besides (clock, sleep, limits).
    ConfigError when the private key can't be read.
    """
    ours = _http(google, WRITING if writing else READING, **http)
    return gspread.Client(None, http_client=lambda _auth, _session: ours)  # type: ignore[arg-type]


def _http(google: Google, scopes: tuple[str, ...], **options: Any) -> GoogleHTTP:
    limits = Limits(total=google.timeout_seconds, body=google.max_megabytes * 2**20)
    defaults = {"limits": limits, "endpoint": google.endpoint, "patient": True}
    if "budget" not in options:
        options["budget"] = shared(google.user, google.reads_per_minute)
    return GoogleHTTP(access(google, scopes), **(defaults | options))


class GoogleReader:
    """One or several spreadsheets. One thread polls; `read` may be called by any, one at a time gets through.

    A tab stands in Book.tabs only when it isn't as it was handed over last; `forget` makes all of them new.
    """

    def __init__(
        self,
        google: Google,
        *,
        clock: Callable[[], float] = time.monotonic,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        chance: Callable[[], float] = random.random,
        **http: Any,
    ) -> None:
        """ConfigError when the private key can't be read; nothing is asked yet. `http`: see `client`."""
        self.google = google
        self.identity = f"{google.endpoint or ''}{SCHEME}{','.join(google.spreadsheets)}"
        self._http = _http(google, READING, clock=clock, chance=chance, **http)
        self._sheets = [Spreadsheet(key, self._http) for key in google.spreadsheets]
        self._pace = Pace(google, self._http.budget.per_second)
        self._clock, self._now, self._chance = clock, now, chance
        self._lock = Lock()
        self._told: tuple[object, ...] | None = None
        self._asked = self._sheets[0]

    @property
    def label(self) -> str:
        """How to speak of it."""
        first, *others = (sheet.name for sheet in self._sheets)
        return f"Google {first}" + (f" and {len(others)} more" if others else "")

    def close(self) -> None:
        """Lets go of the connections."""
        self._http.close()

    def forget(self) -> None:
        """The next read hands over every tab, changed or not."""
        with self._lock:
            self._told = None
            for sheet in self._sheets:
                sheet.forget()

    def wait(self, *, watched: bool) -> float:
        """Seconds until the next read is due; large tabs are read by what was said here last."""
        return self._pace.wait(self._clock(), watched=watched)

    def read(self, wanted: Wanted, *, everything: bool) -> Book | None:
        """What changed, None when nothing did; large tabs only when they are due, or for `everything`.

        SourceError says what to do. Busy, one of them: a read on demand would go over the budget.
        """
        with self._lock:
            started = self._clock()
            if everything and self._told is not None:  # what was forgotten has to be read, and waits its turn
                self._must_be_affordable(started)
            failure: SourceError | None = None
            try:
                book = self._look(wanted, started, everything=everything)
            except _FAILURES as error:
                failure = explained(error, self.google, f"The {self._asked.name}")
                self._pace.failed(self._clock(), self._chance(), retry_after(error))
            if failure is not None:
                raise failure  # out here, so that the reply doesn't hang on to it
            self._pace.succeeded(started, self._clock())
            return book

    def _must_be_affordable(self, now: float) -> None:
        """Reads on demand get what polling leaves."""
        budget, age = self._http.budget, self._pace.age(now)
        needed = max(1, min(2 * len(self._sheets), budget.at_hand // 2))
        wait = budget.until(needed, leaving=needed)
        if wait and age is not None:
            raise Busy(wait, f"Read {whole(age)} s ago; Google allows the next read in {whole(wait)} s.")

    # --- one look

    def _look(self, wanted: Wanted, now: float, *, everything: bool) -> Book | None:
        read_at, names = self._now(), cache(lambda titles: frozenset(wanted(titles)))
        for sheet in self._sheets:
            age = now - sheet.about_at
            if sheet.about is None or age >= self._pace.metadata_seconds or (everything and age > _FRESH):
                self._learn(sheet, now)
        replies = [self._values(sheet, names, now, everything=everything) for sheet in self._sheets]
        return self._book(replies, names, now, read_at)

    def _learn(self, sheet: Spreadsheet, now: float) -> None:
        self._asked = sheet
        sheet.learn(now)

    def _values(self, sheet: Spreadsheet, wanted: Names, now: float, *, everything: bool) -> Reply:
        """The tabs that are due; when one of them is gone, those that are there now are asked for once."""
        self._asked = sheet
        try:
            return sheet.values(self._due(sheet, wanted, now, everything=everything))
        except APIError as error:
            if not is_bad_range(error):
                raise
        self._learn(sheet, now)
        return sheet.values(self._due(sheet, wanted, now, everything=everything))

    def _due(self, sheet: Spreadsheet, wanted: Names, now: float, *, everything: bool) -> tuple[str, ...]:
        mine = self._wanted_of(sheet, wanted)
        if everything or self._pace.large_are_due(now, sheet.large_at):
            return mine
        return tuple(title for title in mine if not self._is_large(sheet, title))

    def _is_large(self, sheet: Spreadsheet, title: str) -> bool:
        return sheet.cells.get(title, 0) > self.google.large_cells

    def _wanted_of(self, sheet: Spreadsheet, wanted: Names) -> tuple[str, ...]:
        """The wanted tabs of this spreadsheet, without those that an earlier one has as well."""
        names = wanted(self._titles)
        before = {title for other in self._sheets[: self._sheets.index(sheet)] for title in other.titles}
        return tuple(title for title in sheet.titles if title in names and title not in before)

    @property
    def _titles(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(title for sheet in self._sheets for title in sheet.titles))

    # --- what is handed over

    def _book(self, replies: Sequence[Reply], wanted: Names, now: float, read_at: datetime) -> Book | None:
        looks = list(zip(self._sheets, replies, strict=True))
        # all is parsed before any of it counts as handed over
        tabs = tuple(tab for sheet, reply in looks for tab in sheet.changed(reply))
        told = (self._titles, self._missing(wanted))
        for sheet, reply in looks:
            mine = self._wanted_of(sheet, wanted)
            sheet.remember(reply, mine)
            if set(mine) <= set(reply.titles):
                sheet.large_at = now
        self._pace.only_large = self._has_only_large(wanted)
        if not tabs and told == self._told:
            return None
        self._told = told
        return Book(titles=told[0], tabs=tabs, read_at=read_at, missing=told[1])

    def _has_only_large(self, wanted: Names) -> bool:
        sizes = [self._is_large(s, title) for s in self._sheets for title in self._wanted_of(s, wanted)]
        return bool(sizes) and all(sizes)

    def _missing(self, wanted: Names) -> tuple[str, ...]:
        """Tabs that more than one of the spreadsheets has."""
        return tuple(self._twice(title) for title in self._titles if self._is_twice(title, wanted))

    def _is_twice(self, title: str, wanted: Names) -> bool:
        return title in wanted(self._titles) and len(self._holders(title)) > 1

    def _holders(self, title: str) -> list[str]:
        return [sheet.name for sheet in self._sheets if title in sheet.titles]

    def _twice(self, title: str) -> str:
        first, *others = self._holders(title)
        return (
            f'A tab "{title}" stands in several spreadsheets. The one of {first} is read; rename the one of'
            f" {_listed(others)}."
        )


def _folded(title: str) -> str:
    """As tables and tabs are compared: without case, spaces and punctuation."""
    return "".join(c for c in title.casefold() if c.isalnum())


def _listed(names: Iterable[str]) -> str:
    return ", ".join(names) or "none"
