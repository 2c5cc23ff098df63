"""The stand-in in a process of its own, so that a measurement doesn't count its work as the client's.

    with apart() as g:
        sheet = g.spreadsheet(tabs={"leads": rows})       # as in standin.Google, but in the other process
        g.faults.sometimes(0.25, seed=1)
        client_of(g.endpoint, g.service_account())
        assert g.ask("reads") == 3                        # what is no method is asked for by its name

What is sent must be picklable: `faults.by_rule` isn't for here.
"""

import multiprocessing
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import reduce
from multiprocessing.connection import Connection

from tests.google.standin import google


class Apart:
    """Stands for the stand-in in the other process: a method called here is called there."""

    def __init__(self, connection: Connection, lock: threading.Lock, path: tuple[str, ...] = ()) -> None:
        self._connection, self._lock, self._path = connection, lock, path

    def __getattr__(self, name: str) -> "Apart":
        if name.startswith("_"):
            raise AttributeError(name)
        return Apart(self._connection, self._lock, (*self._path, name))

    def __call__(self, *given: object, **named: object) -> object:
        return self._sent(self._path, given, named)

    def ask(self, path: str) -> object:
        """A value: "reads", "log.calls"."""
        return self._sent(tuple(path.split(".")), None, None)

    def put(self, path: str, value: object) -> None:
        """Sets a value: "latency", "limits.per_user"."""
        *above, name = path.split(".")
        self._sent((*above, "__setattr__"), (name, value), {})

    @property
    def endpoint(self) -> str:
        return self.ask("endpoint")

    def _sent(self, path: tuple[str, ...], given: object, named: object) -> object:
        with self._lock:
            self._connection.send((path, given, named))
            failed, told = self._connection.recv()
        if failed:
            raise told
        return told


@contextmanager
def apart() -> Iterator[Apart]:
    """A stand-in that shares no interpreter with its clients."""
    spawned = multiprocessing.get_context("spawn")
    ours, theirs = spawned.Pipe()
    process = spawned.Process(target=_serve, args=(theirs,), daemon=True)
    process.start()
    theirs.close()
    try:
        yield Apart(ours, threading.Lock())
    finally:
        ours.close()  # the other side then ends
        process.join(10)
        process.kill()


def _serve(connection: Connection) -> None:
    with google() as standin:
        while True:
            try:
                path, given, named = connection.recv()
            except EOFError:
                return
            connection.send(_done(standin, path, given, named))


def _done(standin: object, path: tuple[str, ...], given: object, named: object) -> tuple[bool, object]:
    try:
        found = reduce(getattr, path, standin)
        return False, found if given is None else found(*given, **named)
    except Exception as failure:  # noqa: BLE001 - raised at the other end
        return True, failure
