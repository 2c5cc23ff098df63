"""Remembers the targets of goals and quotas over restarts, and notes those that change in the source."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Final

from data_sources.config import DEMO, Config
from data_sources.errors import SourceError
from data_sources.sources import writer_of
from scorecard import small, target_moves
from scorecard.dataset import Dataset
from scorecard.target_moves import Key, Move

_FOLDER: Final = "targets"
_SOURCES: Final = 20  # whose targets are kept, the latest
_REMEMBERED: Final = 50  # moves that are told where none can be written


class TargetWatch:
    """Looks at each state of one source. The demo company isn't watched: it is made anew every day."""

    def __init__(self, config: Config, store: Path, clock: Callable[[], datetime]) -> None:
        self.config, self.store, self.clock = config, store, clock
        self.file = store / _FOLDER / f"{sha256(config.source.encode()).hexdigest()[:16]}.json"
        self._before, self.moves = self._kept()

    def look(self, dataset: Dataset) -> None:
        """Compares its targets with the last ones. Where writing is on, target_changes gets what moved.

        SourceError when it can't be; it is tried again with the next state.
        """
        if self.config.source == DEMO:
            return
        now = target_moves.targets(dataset)
        moves = target_moves.moved(self._before, now, int(self.clock().timestamp()))
        unnoted = target_moves.unnoted(dataset, moves)
        if self.config.writing:
            self._write(dataset, unnoted)
        else:
            self.moves = (*self.moves, *unnoted)[-_REMEMBERED:]
        if now != {key: self._before.get(key) for key in now}:
            self._before = {**self._before, **now}
            self._keep()

    def _write(self, dataset: Dataset, moves: tuple[Move, ...]) -> None:
        if not moves:
            return
        writer = writer_of(self.config, self.store)
        try:
            for move in moves:
                writer.write(target_moves.noting(dataset, move), small.settings(dataset))
        finally:
            writer.close()

    def _kept(self) -> tuple[dict[Key, float], tuple[Move, ...]]:
        try:
            kept = json.loads(self.file.read_text(encoding="utf-8"))
            targets = {(table, key): float(target) for table, key, target in kept["targets"]}
            return targets, tuple(Move(**move) for move in kept["moves"])
        except (OSError, ValueError, KeyError, TypeError):
            return {}, ()

    def _keep(self) -> None:
        said = {
            "targets": [[*key, target] for key, target in self._before.items()],
            "moves": [asdict(move) for move in self.moves],
        }
        try:
            self.file.parent.mkdir(parents=True, exist_ok=True)
            new = self.file.with_suffix(".new")
            new.write_text(json.dumps(said), encoding="utf-8")
            new.replace(self.file)
            for old in sorted(self.file.parent.glob("*.json"), key=_age)[:-_SOURCES]:
                old.unlink(missing_ok=True)
        except OSError as error:
            reason = error.strerror or str(error)
        else:
            return
        raise SourceError(
            f"{self.file.parent.name}/ can't be written to: {reason}. Targets are compared anew."
        )


def _age(file: Path) -> float:
    return file.stat().st_mtime if file.exists() else 0.0
