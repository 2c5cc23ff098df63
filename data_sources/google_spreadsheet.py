"""One Google spreadsheet as it is asked: what it consists of, and the cells of some of its tabs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from gspread.urls import SPREADSHEET_DRIVE_URL, SPREADSHEET_VALUES_BATCH_URL
from gspread.utils import absolute_range_name

from data_sources.google_http import GoogleHTTP
from data_sources.google_replies import (
    METADATA_FIELDS,
    VALUES_FIELDS,
    Metadata,
    Range,
    digest,
    metadata,
    ranges,
)
from data_sources.google_wire import NotJsonError
from data_sources.tab import Tab

_METADATA: Final = {"includeGridData": "false", "prettyPrint": "false", "fields": METADATA_FIELDS}
_VALUES: Final = {
    "valueRenderOption": "UNFORMATTED_VALUE",
    "dateTimeRenderOption": "SERIAL_NUMBER",
    "majorDimension": "COLUMNS",
    "prettyPrint": "false",
    "fields": VALUES_FIELDS,
}
Key = tuple[object, ...]


@dataclass(frozen=True)
class Reply:
    """The cells of `titles`; `ranges` is None when the same question brought the same reply before."""

    titles: tuple[str, ...]
    digest: str
    ranges: Mapping[str, Range] | None


class Spreadsheet:
    """What is known of a spreadsheet, and the questions that can be put to it.

    `cells`: per title, how many stood there when it was parsed last. `large_at`: when the large tabs were
    read last. Nothing counts as handed over before `remember`.
    """

    def __init__(self, key: str, http: GoogleHTTP) -> None:
        self.key = key
        self.about: Metadata | None = None
        self.about_at = 0.0
        self.large_at: float | None = None
        self.cells: dict[str, int] = {}
        self._http = http
        self._replies: dict[tuple[str, ...], str] = {}
        self._handed: dict[str, Key] = {}

    @property
    def name(self) -> str:
        """How to speak of it in a message, after "the"."""
        return f'spreadsheet "{self.about.title}"' if self.about else f"spreadsheet {self.key[:10]}..."

    @property
    def titles(self) -> tuple[str, ...]:
        return tuple(self.about.gids) if self.about else ()

    def forget(self) -> None:
        """Everything counts as new at the next look, the titles too: a tab may have been renamed back."""
        self.about_at = float("-inf")
        self._replies.clear()
        self._handed.clear()
        self.large_at = None

    # --- the two questions

    def learn(self, now: float) -> None:
        """Reads title, locale, time zone and tabs."""
        reply = self._http.fetch_sheet_metadata(self.key, params=dict(_METADATA))
        try:
            about = metadata(reply)
        except ValueError as error:
            raise NotJsonError("The reply holds no spreadsheet.") from error
        if about != self.about:
            self._replies.clear()  # the same cells may mean something else now
        self.about, self.about_at = about, now

    def values(self, titles: tuple[str, ...]) -> Reply:
        """The cells of these tabs, in one read; none for no tabs."""
        if not titles:
            return Reply((), "", None)
        asked: dict[str, Any] = {**_VALUES, "ranges": [absolute_range_name(title) for title in titles]}
        body = self._http.request("get", SPREADSHEET_VALUES_BATCH_URL % self.key, params=asked).content
        return self._reply(titles, body)

    def _reply(self, titles: tuple[str, ...], body: bytes) -> Reply:
        found = digest(body)
        if self._replies.get(titles) == found:
            return Reply(titles, found, None)
        try:
            return Reply(titles, found, dict(zip(titles, ranges(body, len(titles)), strict=True)))
        except (ValueError, RecursionError) as error:
            raise NotJsonError("The reply holds no values.") from error

    # --- what is new

    def changed(self, reply: Reply) -> list[Tab]:
        """The tabs that aren't as they were handed over last."""
        found = (reply.ranges or {}).items()
        return [
            self._tab(title, one) for title, one in found if self._handed.get(title) != self._key(title, one)
        ]

    def remember(self, reply: Reply, wanted: Sequence[str]) -> None:
        """Takes the reply as handed over, and forgets what nobody wants any more."""
        fresh = {title: self._key(title, one) for title, one in (reply.ranges or {}).items()}
        now = {title: key for title, key in (self._handed | fresh).items() if title in wanted}
        if now != self._handed:
            # replies to other questions are of an older state: one that comes again would be news
            self._replies.clear()
        self._replies[reply.titles] = reply.digest
        self._handed = now

    def _key(self, title: str, one: Range) -> Key:
        about = self.about
        return (one.digest, about and (about.gids.get(title), about.locale, about.time_zone))

    def _tab(self, title: str, one: Range) -> Tab:
        try:
            columns = one.columns()
        except (ValueError, RecursionError) as error:
            raise NotJsonError("The reply holds no values.") from error
        self.cells[title] = sum(map(len, columns))
        about = self.about
        link = f"{SPREADSHEET_DRIVE_URL % self.key}/edit#gid={about.gids.get(title, 0) if about else 0}"
        locale, time_zone = (about.locale, about.time_zone) if about else (None, None)
        return Tab(title, columns, one.digest, link, locale, time_zone)
