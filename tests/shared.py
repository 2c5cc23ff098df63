"""What takes long to start, once for all workers: by the first that asks, until the last is done."""

import fcntl
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path

import pytest


class Shared:
    """Servers by name. Each worker has one of these, on the same folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._found: dict[str, str] = {}
        self._own = ExitStack()

    def get(self, name: str, start: Callable[[], AbstractContextManager[str]]) -> str:
        """The address that `start` gives: another worker's, where one has started it already."""
        if name not in self._found:
            with self._alone(name):
                self._found[name] = self._there(name) or self._started(name, start)
        return self._found[name]

    def close(self) -> None:
        """Stops what this worker has started, as soon as no other needs it; to call at its very end."""
        self._own.close()

    def _there(self, name: str) -> str:
        address = self._file(name)
        if not address.exists():
            return ""
        self._own.enter_context(_locked(self._file(name, "users"), fcntl.LOCK_SH))
        return address.read_text(encoding="utf-8")

    def _started(self, name: str, start: Callable[[], AbstractContextManager[str]]) -> str:
        url = self._own.enter_context(start())
        self._own.callback(self._retire, name)
        self._file(name).write_text(url, encoding="utf-8")
        return url

    def _retire(self, name: str) -> None:
        """Nobody comes to it any more; those who use it are waited for."""
        with self._alone(name):
            self._file(name).unlink()
        with _locked(self._file(name, "users"), fcntl.LOCK_EX):
            pass

    def _alone(self, name: str) -> AbstractContextManager[None]:
        return _locked(self._file(name, "lock"), fcntl.LOCK_EX)

    def _file(self, name: str, kind: str = "address") -> Path:
        return self.folder / f"{name}.{kind}"


def shared_of(config: pytest.Config, base: Path) -> Shared:
    """Of this worker. `base` is its temporary folder, beside those of the others.

    Closed when pytest is: no test's time runs while one waits for the others.
    """
    folder = base.parent if hasattr(config, "workerinput") else base
    (folder / "shared").mkdir(exist_ok=True)
    shared = Shared(folder / "shared")
    config.add_cleanup(shared.close)
    return shared


@contextmanager
def _locked(path: Path, how: int) -> Iterator[None]:
    """Holds the file's lock; it ends with the process, too."""
    with path.open("a") as file:
        fcntl.flock(file, how)
        yield
