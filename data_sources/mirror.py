"""The mirror of a spreadsheet: its rows, typed and checked, in a SQLite file that replaces the last one.

Each state of the data is a file of its own, so whoever reads sees one state from beginning to end. A new
file starts as a copy of the last one; only tabs that changed are read anew. The newest file, with where each
row came from and what was wrong, outlives a restart. Files that nobody needs are deleted a while later.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import sqlalchemy as sa

from data_sources import embedded, tab_reader
from data_sources.config import Config
from data_sources.database import Database
from data_sources.errors import SourceError
from data_sources.flaws import LateProblems
from data_sources.mapping import TableMapping
from data_sources.mirror_file import fill, state_of
from data_sources.mirror_places import MirrorPlaces
from data_sources.mirror_state import ReadBy, Source, State, problems_of, version_of
from data_sources.presets import PRESETS
from data_sources.tab import Book, Tab
from data_sources.typed_rows import SheetCells, TypedRows, typed_rows
from scorecard import cells, template
from scorecard.clock import Zone
from scorecard.contract import TABLES
from scorecard.dataset import Dataset, Stamp
from scorecard.problems import Severity

LAYOUT: Final = "2"  # another number whenever the mirror's files change
_KEPT: Final = timedelta(minutes=2)  # how long a file is kept after a newer one took its place
_ATTRIBUTES: Final = 100  # columns of its own that leads may have


class HeldError(SourceError):
    """A table that was there can't be read any more; the last good state stays until it can, or is let go."""


class MoreNeededError(Exception):
    """Tabs that were not read this time have to be read anew: ask for everything."""


class Mirror:
    """The mirror of one spreadsheet, in a folder of its own; for one thread."""

    def __init__(
        self,
        folder: Path,
        config: Config,
        label: str,
        finish: Callable[[sa.Engine, Collection[str] | None], None],
        clock: Callable[[], datetime],
    ) -> None:
        """`finish` is the last step of filling a file (`ready.make_ready`)."""
        self.folder, self.config, self.label, self.finish, self.clock = folder, config, label, finish, clock
        self.fingerprint = _fingerprint(config)
        self.state: State | None = None
        self._dataset: Dataset | None = None
        self._database: Database | None = None
        self._retired: list[tuple[datetime, Database, Path]] = []

    def mapping(self, table: str) -> TableMapping:
        """What the source calls that table: the configuration's word, on top of a CRM's usual one."""
        own = self.config.tables.get(table, TableMapping())
        preset = PRESETS[self.config.crm].get(table) if self.config.crm else None
        return own if preset is None else _merged(own, preset)

    def wanted(self, titles: Sequence[str]) -> list[str]:
        """Those of the titles that stand for a table of ours, and the template's first tab."""
        first = [title for title in titles if title == template.START]
        return list(dict.fromkeys([*self.titles(titles).values(), *first]))

    def titles(self, titles: Sequence[str]) -> dict[str, str]:
        """Which of the titles stands for which table of ours."""
        found = {name: tab_reader.find(titles, table, self.mapping(name)) for name, table in TABLES.items()}
        return {name: title for name, title in found.items() if title is not None}

    # --- the last good state

    def last(self) -> Dataset | None:
        """The state that this process published last, else the one before it; None: there is none."""
        if self._dataset is None:
            self._recover()
        return self._dataset

    def _recover(self) -> None:
        try:
            pointer = json.loads(self._pointer.read_text(encoding="utf-8"))
            path = self.folder / str(pointer["file"])
            read_at = datetime.fromisoformat(pointer["read_at"])
            state = state_of(path)
        except (OSError, ValueError, KeyError, TypeError, sa.exc.SQLAlchemyError):
            return  # there is none, or one that nobody can read: it is made anew
        if state is not None and state.fingerprint == self.fingerprint:
            self._publish(path, replace(state, read_at=read_at))

    def refreshed(self) -> Dataset | None:
        """What another process published last; None: nothing yet."""
        try:
            pointer = json.loads(self._pointer.read_text(encoding="utf-8"))
            read_at = datetime.fromisoformat(pointer["read_at"])
        except (OSError, ValueError, KeyError, TypeError):
            return self._dataset
        here = None if self._database is None else Path(str(self._database.url.database)).name
        if here != pointer["file"]:
            self._recover()
        elif self.state is not None and self._dataset is not None:
            self._seen(read_at)
        return self._dataset

    @property
    def _pointer(self) -> Path:
        return self.folder / "current.json"

    # --- a new state

    def update(self, book: Book, *, let_go: bool = False) -> Dataset:
        """The dataset after this look at the source; the same one when nothing in it is new.

        Raises MoreNeededError when tabs have to be read that the book is without, HeldError when a table that
        was there is gone or unreadable (unless `let_go`), SourceError when none of our tables is there.
        """
        last = self.state if self.last() is not None else None
        titles = self.titles(book.titles)
        if not titles:
            raise SourceError(_nothing_there(self.label, book.titles))
        tabs = {tab.title: tab for tab in book.tabs}
        read_by = self.read_by(last, titles, tabs)
        fresh = self._changed(last, titles, tabs, read_by)
        missing = (*book.missing, *self._missing(titles, book.titles))
        gone = set() if last is None else last.tables.keys() - titles.keys()
        if last is not None and not fresh and not gone and missing == last.missing:
            return self._still(book)
        read = {name: self._typed(name, tabs[titles[name]], read_by.cells) for name in fresh}
        if last is not None and not let_go:
            self._hold(last, gone, read, book.titles)
        kept = {} if last is None else {n: s for n, s in last.tables.items() if n in titles and n not in read}
        tables = kept | {name: source for name, (source, _) in read.items()}
        version = version_of(self.fingerprint, tables, missing)
        ordered = {name: tables[name] for name in TABLES if name in tables}
        changed_at = self._changed_at(book, last)
        state = State(
            self.fingerprint, version, book.read_at, changed_at, self.label, read_by, ordered, missing,
            self._template(tabs.get(template.START), last),
        )  # fmt: skip
        path = self._build(state, {name: rows for name, (_, rows) in read.items()}, gone)
        self._write_pointer(path, book.read_at)
        return self._publish(path, state)

    def _template(self, first: Tab | None, last: State | None) -> str | None:
        """Which template the spreadsheet was made from, as its first tab says; None: from none."""
        if first is None:
            return None if last is None else last.template
        return template.version_in(cell for column in first.columns for cell in column)

    def _changed_at(self, book: Book, last: State | None) -> datetime | None:
        """When the source changed: by its own word, else when it was seen to differ from what was known."""
        return book.changed_at if book.changed_at is not None or last is None else book.read_at

    def _still(self, book: Book) -> Dataset:
        self.touch(book.read_at)
        assert self._dataset is not None  # noqa: S101 - nothing is still before it is there
        return self._dataset

    def touch(self, read_at: datetime) -> None:
        """Remembers that the source was read and said the same as before."""
        if self._database is not None:
            self._seen(read_at)
            self._write_pointer(Path(str(self._database.url.database)), read_at)

    def _seen(self, read_at: datetime) -> None:
        """The same dataset, known to be the present one at that time."""
        if self.state is not None and self._dataset is not None:
            self.state = replace(self.state, read_at=read_at)
            self._dataset = replace(self._dataset, stamp=replace(self._dataset.stamp, read_at=read_at))

    def read_by(self, last: State | None, titles: Mapping[str, str], tabs: Mapping[str, Tab]) -> ReadBy:
        """How cells are written: as the settings say, else as the spreadsheet does."""
        own = next((tab for tab in tabs.values() if tab.locale or tab.time_zone), None)
        if own is not None:
            sheet = _known_locale(own.locale), _known_zone(own.time_zone)
        else:
            sheet = (None, None) if last is None else (last.read_by.sheet_locale, last.read_by.sheet_zone)
        title = titles.get("settings")
        if title is not None and title not in tabs and last is not None:
            if sheet != (last.read_by.sheet_locale, last.read_by.sheet_zone):
                raise MoreNeededError
            return last.read_by
        written = self._written_settings(None if title is None else tabs.get(title))
        return ReadBy(written.get("locale"), written.get("time_zone"), *sheet, written.get("currency"))

    def _written_settings(self, tab: Tab | None) -> dict[str, str]:
        found = dict(self.config.settings)
        if tab is not None:
            _, rows = self._typed("settings", tab, ReadBy().cells)
            written = zip(
                *(rows.columns.get(name, [None] * len(rows)) for name in ("key", "value")), strict=True
            )
            found = {key: value for key, value in written if value is not None} | found
        return found

    def _changed(
        self, last: State | None, titles: Mapping[str, str], tabs: Mapping[str, Tab], read_by: ReadBy
    ) -> list[str]:
        """The tables to be read anew, in the contract's order."""
        fresh = []
        for name, title in titles.items():
            known = None if last is None or read_by != last.read_by else last.tables.get(name)
            tab = tabs.get(title)
            if known is not None and known.title == title and (tab is None or _same(known, tab)):
                continue
            if tab is None:
                raise MoreNeededError
            fresh.append(name)
        return fresh

    def _typed(self, name: str, tab: Tab, how: SheetCells) -> tuple[Source, TypedRows]:
        mapping = self.mapping(name)
        reading = tab_reader.read(TABLES[name], tab, mapping)
        rows = typed_rows(reading, mapping, how, seconds=TABLES[name].large)
        rows = replace(rows, columns=_bounded(name, rows.columns))
        columns = dict(reading.columns)
        return Source(tab.title, tab.digest, tab.link, columns, rows.problems, reading.usable), rows

    def _hold(
        self,
        last: State,
        gone: Iterable[str],
        read: Mapping[str, tuple[Source, TypedRows]],
        titles: Sequence[str],
    ) -> None:
        """What was there stays as it was when a tab or its header is lost: half the data would mislead."""
        lost = [_gone(last.tables[name].title, titles) for name in gone if last.tables[name].usable]
        for name, (source, _) in read.items():
            if not source.usable and name in last.tables and last.tables[name].usable:
                lost.append(_unreadable(source))
        if lost:
            raise HeldError(" ".join(lost))

    def _missing(self, titles: Mapping[str, str], there: Sequence[str]) -> Iterator[str]:
        """What the configuration names and the source lacks."""
        for name, mapping in self.config.tables.items():
            if mapping.select is not None:
                yield (
                    f"tandem.tables.{name}.select is for databases; a spreadsheet has no SELECT. Write table "
                    "(the tab's title) and columns."
                )
            elif mapping.table is not None and name not in titles:
                yield _absent(name, mapping.table, self.label, there)

    # --- the file

    def _build(self, state: State, read: Mapping[str, TypedRows], gone: Iterable[str]) -> Path:
        """A new file: the last one with the changed tables in place of theirs."""
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self.folder / f"{state.version[:16]}-{uuid4().hex[:8]}.db"
        new = path.with_suffix(".new")
        anew = self._database is None
        changed = {*read, *gone} | ({"settings"} if anew else set())
        rows = {name: found for name, found in read.items() if state.tables[name].usable}
        if "settings" in changed:
            rows["settings"] = self._settings(rows.get("settings"), state.read_by)
        try:
            if self._database is not None:
                shutil.copyfile(str(self._database.url.database), new)
            fill(new, state, rows, changed, self.finish)
            new.replace(path)
        finally:
            embedded.remove(new)
        return path

    def _settings(self, found: TypedRows | None, read_by: ReadBy) -> TypedRows:
        """The settings that hold: the configuration's first, the spreadsheet's own where nothing is said."""
        own, listed = self.config.settings, [] if found is None else list(_settings_rows(found))
        rows = [row for row in listed if row[0] not in own] + [(k, v, None) for k, v in own.items()]
        written = {key for key, value, _ in rows if value is not None}
        defaults = {"locale": read_by.sheet_locale, "time_zone": read_by.sheet_zone}
        rows += [(k, v, None) for k, v in defaults.items() if v and k not in written]
        columns = {"key": [row[0] for row in rows], "value": [row[1] for row in rows]}
        return TypedRows("settings", columns, [row[2] for row in rows])

    # --- publishing

    def _publish(self, path: Path, state: State) -> Dataset:
        database = Database(sa.URL.create("sqlite", database=str(path)).render_as_string())
        found = database.open()
        dataset = replace(
            found,
            stamp=Stamp(state.version, state.read_at, state.changed_at),
            label=state.label,
            problems=LateProblems(lambda: (*problems_of(state), *found.problems)),
            missing=(*state.missing, *found.missing),
            places=MirrorPlaces(database.engine, state.tables),
        )
        self._retire(path)
        self._database, self._dataset, self.state = database, dataset, state
        return dataset

    def _write_pointer(self, path: Path, read_at: datetime) -> None:
        new = self._pointer.with_suffix(f".{os.getpid()}.new")
        new.write_text(json.dumps({"file": path.name, "read_at": read_at.isoformat()}), encoding="utf-8")
        new.replace(self._pointer)

    def _retire(self, newest: Path) -> None:
        """Deletes files that were replaced a while ago; readers of the last one may still be at work."""
        now = self.clock()
        if self._database is not None:
            self._retired.append((now, self._database, Path(str(self._database.url.database))))
        self._retired, old = (
            [r for r in self._retired if now - r[0] < _KEPT],
            [r for r in self._retired if now - r[0] >= _KEPT],
        )
        for _, database, path in old:
            database.close()
            if path != newest:
                embedded.remove(path)

    def sweep(self) -> None:
        """Deletes what earlier processes left behind: for the one process that writes here."""
        used = {Path(str(self._database.url.database)).name} if self._database is not None else set()
        used |= {path.name for _, _, path in self._retired}
        for path in [*self.folder.glob("*.db"), *self.folder.glob("*.new")]:
            if path.name not in used:
                embedded.remove(path)

    def close(self) -> None:
        for database in [self._database, *(d for _, d, _ in self._retired)]:
            if database is not None:
                database.close()
        self._database = self._dataset = None


def _settings_rows(rows: TypedRows) -> Iterator[tuple[Any, Any, int | None]]:
    """Key, value and row in the tab."""
    blank = [None] * len(rows)
    return zip(rows.columns.get("key", blank), rows.columns.get("value", blank), rows.at, strict=True)


# --- small things ---------------------------------------------------------------------------------------


def _same(known: Source, tab: Tab) -> bool:
    return (known.digest, known.link) == (tab.digest, tab.link)


def _known_locale(locale: str | None) -> str | None:
    """The spreadsheet's locale where its words and marks are known."""
    return locale if locale and cells.date_order(locale) else None


def _known_zone(name: str | None) -> str | None:
    try:
        return None if name is None else Zone.of(name).name
    except ValueError:
        return None  # a name that nobody knows says nothing


def _merged(own: TableMapping, preset: TableMapping) -> TableMapping:
    """A CRM's usual names, and on top what the configuration says."""
    return replace(
        preset,
        table=own.table or preset.table,
        select=own.select,
        columns={**preset.columns, **own.columns},
        values={**preset.values, **own.values},
        constants={**preset.constants, **own.constants},
        when={**preset.when, **own.when},
    )


def _fingerprint(config: Config) -> str:
    """What the same cells are read by: with another, nothing of an older mirror holds."""
    said = (
        LAYOUT,
        sorted(config.settings.items()),
        sorted(config.tables.items()),
        config.crm,
        list(TABLES.values()),
    )
    return hashlib.sha256(repr(said).encode()).hexdigest()[:16]


def _bounded(table: str, columns: Mapping[str, list[Any]]) -> dict[str, list[Any]]:
    """At most so many columns of its own: SQLite has an end to them."""
    own = [name for name in columns if name not in TABLES[table]]
    return {name: values for name, values in columns.items() if name not in own[_ATTRIBUTES:]}


def _absent(table: str, title: str, label: str, titles: Sequence[str]) -> str:
    near = get_close_matches(title, titles, n=1)
    hint = f"Was it renamed to {near[0]}?" if near else f"It has: {', '.join(titles)}."
    return (
        f"tandem.tables.{table} names the tab {title}, which {label} does not have. {hint} Rename the tab, "
        "or write its name of today in the configuration."
    )


def _gone(title: str, titles: Sequence[str]) -> str:
    near = get_close_matches(title, titles, n=1)
    instead = f"Rename {near[0]} back" if near else "Put it back"
    return f"The tab {title} is gone. {instead}; if it was taken out on purpose, restart Tandem."


def _unreadable(source: Source) -> str:
    worst = next((p for p in source.problems if p.severity is Severity.ERROR), None)
    told = (
        "it has no header."
        if worst is None
        else f"{worst.cell or source.title}: {worst.what} {worst.instead}"
    )
    return f"The tab {source.title} can't be read any more: {told}"


def _nothing_there(label: str, titles: Sequence[str]) -> str:
    shown = ", ".join(titles[:8]) or "no tab at all"
    return (
        f"{label} has none of Tandem's tables; it has {shown}. Name a tab leads, with the headers lead_id "
        "and created_at, or say in [tandem.tables.leads] which tab it is (docs/spreadsheets.md)."
    )
