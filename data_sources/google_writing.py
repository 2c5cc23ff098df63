"""Writing to Google spreadsheets: one batchUpdate per write and spreadsheet, carried out whole or not at all.

Cells are put in as plain values (`userEnteredValue` of a string or number is stored, never parsed), so no
text becomes a formula. Rows are added by appendCells: Google finds the last row itself, whoever else adds
one. An answer may be lost: then `changes` is looked at, which is written in the same call, before anything is
tried again.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import blake2b
from pathlib import Path
from threading import RLock
from typing import Any, Final, cast

import requests
from gspread.exceptions import APIError
from gspread.utils import absolute_range_name

from data_sources.budget import Busy
from data_sources.config import Config
from data_sources.errors import SourceError
from data_sources.google_access import TokenError
from data_sources.google_config import Google
from data_sources.google_errors import explained
from data_sources.google_http import GoogleHTTP
from data_sources.google_sheets import client
from data_sources.google_spreadsheet import Spreadsheet
from data_sources.google_wire import NotJsonError
from data_sources.tab import Tab, address
from data_sources.tab_writing import Names, Put, Sheet, TabChange
from data_sources.turns import alone
from data_sources.writing import NotWrittenError, UncertainError
from scorecard.clock import Zone
from scorecard.contract import Type
from scorecard.edits import Write, moment_text, same
from scorecard.settings import Settings

_FAILURES: Final = (APIError, TokenError, requests.RequestException)
_UNANSWERED: Final = (
    requests.ConnectionError, requests.Timeout, requests.exceptions.ChunkedEncodingError, NotJsonError,
)  # fmt: skip
_ATTEMPTS: Final = 3
_PAUSE: Final = 2.0  # seconds after which a call whose answer was lost is done, one way or the other
_SERVER_TROUBLE: Final = 500
_ZERO: Final = datetime(1899, 12, 30)  # noqa: DTZ001 - a spreadsheet's days have no zone
_DAY: Final = 86_400
_DAYS: Final = {"type": "DATE", "pattern": "yyyy-mm-dd"}
_TIMES: Final = {"type": "DATE_TIME", "pattern": "yyyy-mm-dd hh:mm"}
_VALUE: Final = "userEnteredValue"
_WITH_FORMAT: Final = "userEnteredValue,userEnteredFormat.numberFormat"
_ROWS: Final = 1000  # of a new tab


@dataclass(frozen=True)
class _Look:
    """The spreadsheets as they are: which holds which tab, and the tabs that this write is about."""

    holders: Mapping[str, Spreadsheet]
    tabs: Mapping[str, Tab]
    sheet: Sheet


_KEY_ONLY_READS: Final = (
    "Nothing can be entered here: an API key only reads Google spreadsheets. Use a service account "
    "(docs/google.md)."
)


class GoogleWriter:
    """Writes to the spreadsheets of one configuration; see `writing.Writer`."""

    def __init__(
        self,
        google: Google,
        config: Config,
        folder: Path,
        *,
        sleep: Callable[[float], object] = time.sleep,
        **http: Any,
    ) -> None:
        """`folder` holds the lock by which processes take turns. ConfigError when the key can't be read."""
        self.google, self.folder, self._sleep = google, folder, sleep
        self._http = cast("GoogleHTTP", client(google, writing=True, sleep=sleep, **http).http_client)
        self._sheets = [Spreadsheet(key, self._http) for key in google.spreadsheets]
        self._names = Names(config, self.label)
        self._lock = RLock()

    @property
    def label(self) -> str:
        return f"Google {self._sheets[0].name}"

    @property
    def refusal(self) -> str | None:
        if self.google.service_account is not None:
            return None
        return _KEY_ONLY_READS

    def close(self) -> None:
        self._http.close()

    def write(self, write: Write, how: Settings) -> bool:
        if self.refusal is not None:
            raise NotWrittenError(self.refusal)
        user = blake2b(self.google.user.encode(), digest_size=8).hexdigest()
        with self._lock, alone(self.folder / f"google-{user}.lock"):
            return self._written(write, how)

    # --- one write

    def _written(self, write: Write, how: Settings) -> bool:
        lost: SourceError | None = None
        for attempt in range(_ATTEMPTS):
            try:
                look = self._look(write, how)
                if look.sheet.is_noted(write.change_id):
                    return attempt > 0  # an earlier attempt of ours came through, though its answer didn't
                self._carry_out(look, look.sheet.changes(write), how.zone)
                self._look_again(write, how)
            except Busy as busy:
                raise NotWrittenError(f"{busy} Send this again then.") from None
            except _FAILURES as error:
                lost = self._lost(error, certain=lost is None)
            else:
                return True
            self._sleep(_PAUSE * (attempt + 1))
        raise UncertainError(
            f"{lost} It can't be told whether this was written. Send it again: it is written once, "
            f"however often it is sent."
        )

    def _lost(self, error: Exception, *, certain: bool) -> SourceError:
        """What to say if it goes on like this; raises what no other attempt mends."""
        told = explained(error, self.google, f"The {self._sheets[0].name}", writing=True)
        if _may_have_worked(error):
            return told
        if _is_protected(error):
            told = SourceError(
                f"A tab of {self.label} is protected. Ask its keeper to let {self.google.address} edit it."
            )
        kind = NotWrittenError if certain else UncertainError
        raise kind(f"Nothing was written. {told}" if certain else str(told)) from None

    def _look(self, write: Write, how: Settings) -> _Look:
        for sheet in self._sheets:
            sheet.learn(0.0)
        holders: dict[str, Spreadsheet] = {}
        for sheet in self._sheets:
            for title in sheet.titles:
                holders.setdefault(title, sheet)
        wanted = self._names.wanted(write, list(holders))
        tabs: dict[str, Tab] = {}
        for sheet in self._sheets:
            mine = tuple(title for title in wanted if holders[title] is sheet)
            sheet.forget()
            tabs |= {tab.title: tab for tab in sheet.changed(sheet.values(mine))}
        return _Look(holders, tabs, Sheet(self._names, self.label, list(holders), tabs, how))

    def _carry_out(self, look: _Look, changes: Sequence[TabChange], zone: Zone) -> None:
        """One call for each spreadsheet, the one that holds `changes` (all is done) last."""
        self._refuse_formulas(look, changes)
        asked: dict[str, list[dict[str, Any]]] = {}
        for change in reversed(changes):
            holder = look.holders.get(change.title, self._sheets[0])
            asked.setdefault(holder.key, [])[:0] = _requests(change, holder, zone)
        for key, listed in reversed(asked.items()):
            self._http.batch_update(key, {"requests": listed})

    def _look_again(self, write: Write, how: Settings) -> None:
        """Whoever inserts or deletes rows above at that moment moves the row away from under the write."""
        edits = [edit for edit in write.edits if not edit.is_new]
        sheet = self._look(write, how).sheet if edits else None
        for edit in edits:
            now = None if sheet is None else sheet.row(edit)
            if now is None or not all(same(value, now[name]) for name, value in edit.after.items()):
                raise UncertainError(
                    f"Somebody moved or changed rows of {edit.table} at the same moment, so another "
                    f"row may have got what "
                    f"was meant for {edit.key_text}. Look at it in the spreadsheet; its version "
                    f"history has what stood there."
                )

    def _refuse_formulas(self, look: _Look, changes: Sequence[TabChange]) -> None:
        """A cell that reckons is its keeper's: a plain value in its place would stay what it is for ever."""
        for change in changes:
            for row, puts in change.altered:
                line = f"{row + 1}:{row + 1}"
                reply = self._http.values_get(
                    look.holders[change.title].key,
                    absolute_range_name(change.title, line),
                    params={"valueRenderOption": "FORMULA"},
                )
                written: list[object] = next(iter(reply.get("values", [])), [])
                for put in puts:
                    cell = written[put.at] if put.at < len(written) else None
                    if (
                        isinstance(cell, str)
                        and cell.startswith("=")
                        and not _is_text(look, change, put, row, cell)
                    ):
                        raise NotWrittenError(
                            f"{address(change.title, put.at, row)} holds a formula. Change it in the "
                            f"spreadsheet."
                        )


def _is_text(look: _Look, change: TabChange, put: Put, row: int, cell: str) -> bool:
    """Whether what looks like a formula is a text: then the value is the same as what was entered."""
    tab = look.tabs[change.title]
    return tab.cell(put.at, row) == cell


def _may_have_worked(error: Exception) -> bool:
    """Whether Google may have done what was asked though no answer says so."""
    if isinstance(error, APIError):
        return bool(error.response.status_code >= _SERVER_TROUBLE)
    return isinstance(error, _UNANSWERED)


def _is_protected(error: Exception) -> bool:
    return isinstance(error, APIError) and "protected" in str(error.error.get("message", ""))


# --- requests ---------------------------------------------------------------------------------------------


def _requests(change: TabChange, holder: Spreadsheet, zone: Zone) -> Iterator[dict[str, Any]]:
    """What Google is asked to do to one tab."""
    gids = holder.about.gids if holder.about else {}
    gid = gids.get(change.title)
    if gid is None:
        gid = _new_id(change.title, set(gids.values()))
        yield _new_tab(change, gid)
    if change.header:
        cells = [{_VALUE: {"stringValue": header}} for header in change.header]
        yield {"updateCells": {"start": _at(gid, 0, 0), "rows": [{"values": cells}], "fields": _VALUE}}
    for row, puts in change.altered:
        for put in puts:
            cell = _cell(put, zone)
            fields = _WITH_FORMAT if "userEnteredFormat" in cell else _VALUE
            yield {
                "updateCells": {
                    "start": _at(gid, row, put.at),
                    "rows": [{"values": [cell]}],
                    "fields": fields,
                }
            }
    if change.added:
        rows = [{"values": _line(puts, zone)} for puts in change.added]
        yield {"appendCells": {"sheetId": gid, "rows": rows, "fields": _WITH_FORMAT}}


def _at(gid: int, row: int, column: int) -> dict[str, int]:
    return {"sheetId": gid, "rowIndex": row, "columnIndex": column}


def _new_tab(change: TabChange, gid: int) -> dict[str, Any]:
    grid = {"rowCount": _ROWS, "columnCount": len(change.header), "frozenRowCount": 1}
    return {"addSheet": {"properties": {"sheetId": gid, "title": change.title, "gridProperties": grid}}}


def _new_id(title: str, taken: set[int]) -> int:
    """An id for a new tab, so that the same call can fill it."""
    number = int.from_bytes(blake2b(title.encode(), digest_size=4).digest()) >> 1 or 1
    while number in taken:
        number = number % 2_000_000_000 + 1
    return number


def _line(puts: Sequence[Put], zone: Zone) -> list[dict[str, Any]]:
    """A row from the first column on, blank where nothing is put."""
    cells: list[dict[str, Any]] = [{} for _ in range(max((put.at for put in puts), default=-1) + 1)]
    for put in puts:
        cells[put.at] = _cell(put, zone)
    return cells


def _cell(put: Put, zone: Zone) -> dict[str, Any]:
    """A cell with its value; days and times as the tab's others are, text or numbers that show as days."""
    value = put.value
    if value is None:
        return {}
    if put.column.type is Type.TIME and isinstance(value, int):
        return _time(value, put.seen, zone)
    if isinstance(value, date):
        days = (value - _ZERO.date()).days
        return _text(value.isoformat()) if put.seen is str else _number(days, _DAYS)
    if isinstance(value, bool):
        return _text("yes" if value else "no") if put.seen is str else {_VALUE: {"boolValue": value}}
    return _number(value) if isinstance(value, (int, float)) else _text(str(value))


def _time(epoch: int, seen: type | None, zone: Zone) -> dict[str, Any]:
    local = zone.from_epoch(epoch)
    if zone.to_epoch(local) != epoch:
        return _text(moment_text(epoch, zone))  # only an offset tells the second of two equal times
    if seen is str:
        return _text(local.isoformat(" "))
    return _number((local - _ZERO).total_seconds() / _DAY, _TIMES)


def _number(value: float, shown: Mapping[str, str] | None = None) -> dict[str, Any]:
    cell: dict[str, Any] = {_VALUE: {"numberValue": value}}
    return cell if shown is None else cell | {"userEnteredFormat": {"numberFormat": dict(shown)}}


def _text(text: str) -> dict[str, Any]:
    return {_VALUE: {"stringValue": text}}
