"""The app as an operator configures it, on a spreadsheet of the stand-in."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from data_sources.google_config import SCHEME
from data_sources.sources import MIRRORS, STORE
from tests.browser import RunningApp, running_app
from tests.google.standin import Google


def written(google: Google, key: str, folder: Path, **pace: int) -> Path:
    """The configuration file for this spreadsheet; `pace`: other keys of [tandem.google]."""
    (folder / "key.json").write_text(json.dumps(google.service_account()), encoding="utf-8")
    file = folder / "tandem.toml"
    keys = "".join(f"{name} = {value}\n" for name, value in pace.items())
    file.write_text(
        f'[tandem]\nsource = "{SCHEME}{key}"\n[tandem.google]\nservice_account = "key.json"\n'
        f'endpoint = "{google.endpoint}"\n{keys}',
        encoding="utf-8",
    )
    return file


@contextmanager
def app_on(google: Google, key: str, folder: Path, **pace: int) -> Iterator[RunningApp]:
    """The app in a process of its own; its mirror is removed afterwards."""
    file = written(google, key, folder, **pace)
    try:
        with running_app({"TANDEM_CONFIG": str(file), "TANDEM_SOURCE": ""}) as app:
            yield app
    finally:
        identity = f"{google.endpoint}{SCHEME}{key}"
        own = hashlib.sha256(identity.encode()).hexdigest()[:16]
        shutil.rmtree(STORE / MIRRORS / own, ignore_errors=True)
