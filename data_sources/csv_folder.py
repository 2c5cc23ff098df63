"""A folder of CSV files as a source of tabs: each file is a tab, called as the file without its ending."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from pathlib import Path
from typing import Final

from data_sources.csv_text import SUFFIXES, csv_tab, is_csv
from data_sources.errors import SourceError
from data_sources.files import FileState, content_of, utc_now
from data_sources.tab import Book, Tab

_NOT_OURS: Final = ("~$", ".")  # lock files and hidden ones
_Wanted = Callable[[Sequence[str]], Collection[str]]


class FolderReader:
    """Reads the files of one folder; see `mirrored.Reader`. Only files that changed are read again."""

    def __init__(
        self, path: Path, clock: Callable[[], datetime] = utc_now, pause: Callable[[float], None] = time.sleep
    ) -> None:
        """`pause` waits so many seconds until a file written this moment has been written to its end."""
        self.path, self.clock, self.pause = path, clock, pause
        self.label = f"Folder {path.name or path}"
        self.identity = f"folder:{path.resolve()}"
        self._states: dict[str, FileState] = {}
        self._digests: dict[str, str] = {}
        self._failed: dict[Path, tuple[FileState, str]] = {}
        self._titles: tuple[str, ...] | None = None

    def read(self, wanted: _Wanted, *, everything: bool) -> Book | None:  # noqa: ARG002 - looking costs nothing
        """The files that are new; None when none is, and none is gone. SourceError when one can't be read."""
        files = self.files()
        titles = tuple(files)
        asked = {title: FileState.of(files[title]) for title in titles if title in set(wanted(titles))}
        changed = [title for title, state in asked.items() if self._states.get(title) != state]
        if not changed and titles == self._titles:
            return None
        read = [self._tab(title, files[title]) for title in changed]
        self._states = {title: self._states.get(title, state) for title, state in asked.items()}
        self._states |= {tab.title: state for tab, state in read}
        new = tuple(tab for tab, _ in read if self._digests.get(tab.title) != tab.digest)
        self._digests |= {tab.title: tab.digest for tab in new}
        self._titles = titles
        changed_at = max((state.changed_at for state in self._states.values()), default=None)
        return Book(titles, new, self.clock(), changed_at)

    def _tab(self, title: str, path: Path) -> tuple[Tab, FileState]:
        failed = self._failed.get(path)
        if failed is not None and failed[0] == FileState.of(path):
            raise SourceError(failed[1])  # as long as nobody repairs it
        content, state = content_of(path, self.pause)
        try:
            return csv_tab(title, path.name, content), state
        except SourceError as error:
            self._failed[path] = state, str(error)
            raise

    def files(self) -> dict[str, Path]:
        """The folder's CSV files by title, in the order of their names."""
        found: dict[str, Path] = {}
        for path in self._listed():
            if not is_csv(path.name) or path.name.startswith(_NOT_OURS):
                continue
            if path.stem in found:
                raise SourceError(
                    f"{self.path} holds both {found[path.stem].name} and {path.name}. Keep one of them."
                )
            found[path.stem] = path
        if not found:
            raise SourceError(
                f"{self.path} holds no file that ends in {' or '.join(SUFFIXES)}. Put one there for each "
                "table, called as the table: leads.csv."
            )
        return found

    def _listed(self) -> list[Path]:
        try:
            return sorted(path for path in self.path.iterdir() if path.is_file())
        except OSError as error:
            reason = error.strerror or str(error)
        raise SourceError(
            f"The folder {self.path} can't be looked into: {reason}. Check its path and this account's "
            "right to read it."
        )

    def forget(self) -> None:
        """The next read brings every file, changed or not."""
        self._states.clear()
        self._digests.clear()
        self._failed.clear()
        self._titles = None

    def wait(self, *, watched: bool) -> float:
        """Seconds until the next look: it costs next to nothing while the files stay as they are."""
        return 1.0 if watched else 5.0

    def close(self) -> None:
        """Nothing is held open."""
