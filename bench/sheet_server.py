"""The spreadsheet on the stand-in for Google, in a process of its own: `python -m bench.sheet_server LEADS`.

Bodies are rendered and compressed once per state, so that its own work is a small part of what is measured.
It says JSON on its first line and ends when its standard input does.
"""

from __future__ import annotations

import gzip
import json
import os
import secrets
import sys
import threading
import time
from collections.abc import Mapping
from functools import lru_cache
from multiprocessing.managers import BaseManager
from types import SimpleNamespace
from typing import Any
from urllib.parse import unquote

from bench.sheet_company import tabs
from tests.google import server, standin


class Desk:
    """What the measured processes may ask for besides HTTP."""

    def __init__(self, google: standin.Google, key: str) -> None:
        self.google, self.key = google, key
        self.kept: dict[tuple[str, str], tuple[Any, bytes]] = {}
        self.asked: dict[tuple[str, str], tuple[Any, ...]] = {}
        self._render = google.api.reply
        google.api.reply = self._reply
        google.limits.per_user = google.limits.per_project = None  # the tutorial alone would meet them

    def about(self) -> dict[str, Any]:
        """Where the spreadsheet is and who may read it."""
        account = self.google.service_account()
        return {"endpoint": self.google.endpoint, "key": self.key, "account": account}

    def edit(self, cell: str, value: object) -> None:
        """Somebody writes into a cell."""
        self.google.set(self.key, cell, value)

    def render(self) -> None:
        """Has every body that was ever asked for ready."""
        with self.google.api.lock:
            for asked in self.asked.values():
                server.gzip.compress(self._reply(*asked))

    def get(self, cell: str) -> object:
        return self.google.get(self.key, cell)

    def used(self) -> dict[str, float]:
        """Its own processor seconds, reads that counted, bytes of bodies as they went over the wire."""
        return {"cpu": time.process_time(), "reads": self.google.reads, "bytes": self.google.sent}

    def _reply(
        self, method: str, path: str, query: Mapping[str, list[str]], body: object, user: str
    ) -> bytes:
        """As the stand-in's, rendered once per state of the tabs that are asked for."""
        texts = query.get("ranges") or [unquote(path.partition("/values/")[2])]
        if method != "GET" or "/values" not in path:
            return self._render(method, path, query, body, user)
        book = self.google.book(self.key)
        state = [book.find(text)[0].version for text in texts]
        name = (path, json.dumps(query))
        if name not in self.kept or self.kept[name][0] != state:
            self.asked[name] = (method, path, query, body, user)
            self.kept[name] = state, self._render(method, path, query, body, user)
        return self.kept[name][1]


class Desks(BaseManager):
    """Reaches the desk from other processes."""


@lru_cache(256)
def _compressed(body: bytes, compresslevel: int = 1, mtime: int = 0) -> bytes:
    return gzip.compress(body, compresslevel, mtime=mtime)


def main(leads: int) -> None:
    server.gzip = SimpleNamespace(compress=_compressed)  # type: ignore[assignment]  # once per body
    with standin.google() as google:
        key = google.spreadsheet("Scorecard", "en_GB", "Europe/Berlin", tabs=tabs(leads))
        desk = Desk(google, key)
        Desks.register("desk", callable=lambda: desk)
        secret = secrets.token_hex(16)
        found = Desks(("127.0.0.1", 0), secret.encode()).get_server()
        threading.Thread(target=found.serve_forever, daemon=True).start()
        print(json.dumps({"port": found.address[1], "secret": secret}), flush=True)
        sys.stdin.read()
        os._exit(0)  # the manager's own way to end is to be told so by its maker


def desk(port: int, secret: str) -> Any:
    """The desk, in a process that is measured."""
    Desks.register("desk")
    manager = Desks(("127.0.0.1", port), secret.encode())
    manager.connect()
    return manager.desk()  # type: ignore[attr-defined]


if __name__ == "__main__":
    main(int(sys.argv[1]))
