"""What the operator says about the data: where they are, and what the source calls our tables and columns.

Read from section [tandem] of .streamlit/secrets.toml (or of another TOML file) and the environment, without
Streamlit. docs/configuration.md shows every key.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final

from data_sources import access_config, digest_config, google_config
from data_sources.digest_config import DigestConfig
from data_sources.errors import ConfigError
from data_sources.google_config import Google
from data_sources.mapping import Constant, TableMapping, attribute_name
from data_sources.presets import PRESETS
from scorecard.cells import trim
from scorecard.contract import SETTINGS, TABLES, column_for
from scorecard.roles import Rules

DEFAULT_PATH: Final = Path(".streamlit/secrets.toml")
SOURCE_VARIABLE: Final = "TANDEM_SOURCE"
CONFIG_VARIABLE: Final = "TANDEM_CONFIG"
DEMO: Final = "demo"
_KEYS: Final = (
    "source", "refresh_seconds", "stale_minutes", "unchanged_hours", "crm", "settings", "tables", "google",
    "access", "writing", "digest",
)  # fmt: skip
_TABLE_KEYS: Final = ("table", "select", "columns", "values", "constants", "when")
_WHEN_KEYS: Final = ("column", "is")
_WRITING_KEYS: Final = ("enabled",)


@dataclass(frozen=True)
class Config:
    """The configuration; `path` is the file it came from, None where there was none.

    `settings` win over the source's table of settings. `refresh_seconds` is how long a source that can't say
    when it changed is taken to be unchanged. `source` may hold a password: show `errors.safe_url(source)`.
    `stale_minutes` and `unchanged_hours` say from which age on a screen in a room warns of its data.
    `crm` is whose export the spreadsheet is (a name in `presets.PRESETS`); `google` how Google is reached;
    `access` who has which role; `writing` whether what people enter in the app is written into the source;
    `digest` where the digest goes.
    """

    source: str = field(default=DEMO, repr=False)
    settings: Mapping[str, str] = field(default_factory=dict)
    tables: Mapping[str, TableMapping] = field(default_factory=dict)
    path: Path | None = None
    refresh_seconds: int = 60
    stale_minutes: int | None = None
    unchanged_hours: int | None = None
    crm: str | None = None
    google: Google = field(default_factory=Google, repr=False)
    access: Rules = field(default_factory=Rules, repr=False)
    writing: bool = False
    digest: DigestConfig = field(default_factory=DigestConfig, repr=False)

    def reading(self, source: str) -> Config:
        """The same configuration on another source; its mappings are of the one it was written for."""
        return replace(self, source=source, tables={} if source == DEMO else self.tables)


def load(path: Path | None = None, environ: Mapping[str, str] | None = None) -> Config:
    """The configuration of that file, or of .streamlit/secrets.toml where there is one; else the demo.

    In `environ` (the process's own) TANDEM_CONFIG names another file, and TANDEM_SOURCE wins over the file's
    source. Raises ConfigError.
    """
    environ = os.environ if environ is None else environ
    named = environ.get(SOURCE_VARIABLE, "").strip()
    file = path or place(environ)
    if file is None:
        return Config(source=named or DEMO)
    return _Reader(file).config(_parsed(file).get("tandem", {}), named)


def place(environ: Mapping[str, str]) -> Path | None:
    """The file that `load` reads; None where there is none."""
    if elsewhere := environ.get(CONFIG_VARIABLE, "").strip():
        return Path(elsewhere)
    return DEFAULT_PATH if DEFAULT_PATH.is_file() else None


def access(file: Path) -> tuple[Rules, bool]:
    """Who has which role, and whether the file has a section [auth]; its rest may be wrong. ConfigError."""
    found = _parsed(file)
    return _Reader(file).access(found.get("tandem", {})), "auth" in found


def _parsed(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        problem = "There is no such file. Write its path as it is, or leave --config out."
    except OSError as error:
        problem = f"It can't be read: {error.strerror}. Give this account the right to read it."
    except UnicodeDecodeError:
        problem = "It isn't UTF-8 text. Save it as UTF-8."
    except tomllib.TOMLDecodeError as error:
        problem = _toml_place(str(error))
    # raised out here, so that no line of the file hangs on to the exception
    raise ConfigError(f"{file}: {problem}")


def _toml_place(message: str) -> str:
    """Where TOML stops being TOML; the text there may be a password."""
    at = re.search(r"\(at (line \d+, column \d+|end of document)\)", message)
    place = at[1] if at else "some line"
    return f"This isn't TOML at {place}. Text values stand in quotes: source = 'postgresql://...'."


class _Reader:
    """Checks the section [tandem] key by key."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def config(self, section: object, named: str) -> Config:
        found = self._mapping(section, "tandem")
        self._known(found, _KEYS, "tandem")
        source = named or self._text(found.get("source", DEMO), "tandem.source")
        return Config(
            source=source.strip() or DEMO,
            settings=self._settings(found.get("settings", {})),
            tables=self._tables(found.get("tables", {})),
            path=self.file,
            refresh_seconds=self._whole(found.get("refresh_seconds", 60), "refresh_seconds"),
            stale_minutes=self._optional_whole(found, "stale_minutes"),
            unchanged_hours=self._optional_whole(found, "unchanged_hours"),
            crm=self._crm(found.get("crm")),
            google=google_config.read(self._mapping(found.get("google", {}), "tandem.google"), self.file),
            access=self.access(found),
            writing=self._writing(found.get("writing", {})),
            digest=digest_config.read(self._mapping(found.get("digest", {}), "tandem.digest"), self.file),
        )

    def access(self, section: object) -> Rules:
        found = self._mapping(section, "tandem").get("access", {})
        return access_config.read(self._mapping(found, "tandem.access"), self.file)

    def _writing(self, section: object) -> bool:
        found = self._mapping(section, "tandem.writing")
        self._known(found, _WRITING_KEYS, "tandem.writing")
        enabled = found.get("enabled", False)
        if not isinstance(enabled, bool):
            raise self._error("tandem.writing.enabled", "is neither true nor false. Write it without quotes.")
        return enabled

    def _crm(self, value: object) -> str | None:
        if value is None:
            return None
        name = self._text(value, "tandem.crm")
        self._known([name], tuple(PRESETS), "tandem.crm")
        return name

    def _settings(self, section: object) -> dict[str, str]:
        found = self._mapping(section, "tandem.settings")
        self._known(found, tuple(SETTINGS), "tandem.settings")
        return {key: self._setting(value, f"tandem.settings.{key}") for key, value in found.items()}

    def _setting(self, value: object, where: str) -> str:
        if isinstance(value, list):
            return ",".join(self._setting(item, where) for item in value)
        if isinstance(value, dict):
            raise self._error(where, "is a section. Write one value.")
        return str(value)

    def _tables(self, section: object) -> dict[str, TableMapping]:
        found = self._mapping(section, "tandem.tables")
        self._known(found, tuple(TABLES), "tandem.tables")
        return {name: self._table(name, value) for name, value in found.items()}

    def _table(self, name: str, section: object) -> TableMapping:
        where = f"tandem.tables.{name}"
        found = self._mapping(section, where)
        self._known(found, _TABLE_KEYS, where)
        if "table" in found and "select" in found:
            raise self._error(where, "has both table and select. Keep one of them.")
        values = self._mapping(found.get("values", {}), f"{where}.values")
        return TableMapping(
            table=self._optional(found, "table", where),
            select=self._select(found, where),
            columns=self._columns(name, found.get("columns", {}), f"{where}.columns"),
            values={
                self._column(name, key, f"{where}.values"): self._texts(value, f"{where}.values.{key}")
                for key, value in values.items()
            },
            constants=self._constants(name, found.get("constants", {}), f"{where}.constants"),
            when=self._conditions(name, found.get("when", {}), f"{where}.when"),
        )

    def _select(self, found: Mapping[str, object], where: str) -> str | None:
        written = self._optional(found, "select", where)
        if written is None:
            return None
        if reason := not_one_select(written):
            raise self._error(f"{where}.select", reason)
        return written.strip().rstrip(";").rstrip()

    def _columns(self, table: str, section: object, where: str) -> dict[str, str]:
        texts = self._texts(section, where)
        return {self._column(table, key, where): value for key, value in texts.items()}

    def _constants(self, table: str, section: object, where: str) -> dict[str, Constant]:
        found = self._mapping(section, where)
        for key, value in found.items():
            if not isinstance(value, str | int | float | bool):
                raise self._error(f"{where}.{key}", "is neither text nor a number. Write dates as text.")
        return {self._column(table, key, where): value for key, value in found.items()}

    def _conditions(self, table: str, section: object, where: str) -> dict[str, tuple[str, frozenset[str]]]:
        found = self._mapping(section, where)
        return {
            self._column(table, key, where): self._when(value, f"{where}.{key}")
            for key, value in found.items()
        }

    def _when(self, section: object, where: str) -> tuple[str, frozenset[str]]:
        found = self._mapping(section, where)
        self._known(found, _WHEN_KEYS, where)
        values = found.get("is", [])
        listed = values if isinstance(values, list) else [values]
        if "column" not in found or not listed:
            raise self._error(where, 'needs both: { column = "Stage", is = ["Closed Won"] }.')
        texts = (self._text(value, f"{where}.is") for value in listed)
        return self._text(found["column"], f"{where}.column"), frozenset(trim(t).casefold() for t in texts)

    def _column(self, table: str, key: str, where: str) -> str:
        """The contract's name of a column; leads may have columns of its own."""
        if name := column_for(table, key):
            return name
        if not TABLES[table].open_ended:
            self._known({key: None}, tuple(c.name for c in TABLES[table].columns), where)
        return attribute_name(key)

    def _texts(self, section: object, where: str) -> dict[str, str]:
        found = self._mapping(section, where)
        return {key: self._text(value, f"{where}.{key}") for key, value in found.items()}

    def _optional(self, found: Mapping[str, object], key: str, where: str) -> str | None:
        return self._text(found[key], f"{where}.{key}") if key in found else None

    def _text(self, value: object, where: str) -> str:
        if not isinstance(value, str):
            raise self._error(where, "isn't text. Put it in quotes.")
        return value

    def _whole(self, value: object, key: str) -> int:
        """A number of whatever the key's name ends in."""
        if not isinstance(value, int) or isinstance(value, bool) or value < 1:
            unit = key.rpartition("_")[2]
            raise self._error(f"tandem.{key}", f"isn't a whole number of {unit} from 1 on.")
        return value

    def _optional_whole(self, found: Mapping[str, object], key: str) -> int | None:
        return None if found.get(key) is None else self._whole(found[key], key)

    def _mapping(self, value: object, where: str) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise self._error(where, f"isn't a section. Write it as [{where}].")
        return value

    def _known(self, found: Iterable[str], known: tuple[str, ...], where: str) -> None:
        for key in found:
            if key not in known:
                near = get_close_matches(key.casefold(), known, n=1, cutoff=0.6)
                hint = f"Did you mean {near[0]}?" if near else f"Known are: {', '.join(known)}."
                raise self._error(f"{where}.{key}", f"isn't a key that Tandem knows. {hint}")

    def _error(self, where: str, what: str) -> ConfigError:
        return ConfigError(f"{self.file}: {where} {what}")


_NOT_CODE: Final = re.compile(
    r"'(?:[^'\\]|''|\\.)*'|\"(?:[^\"]|\"\")*\"|`(?:[^`]|``)*`|--[^\n]*|/\*.*?\*/|\$(\w*)\$.*?\$\1\$",
    re.DOTALL,
)


def not_one_select(sql: str) -> str | None:
    """Why this isn't a single SELECT, or None when it is one. Sessions are read-only whatever it says."""
    code = _NOT_CODE.sub(" ", sql).strip().rstrip(";").strip()
    if ";" in code:
        return "holds more than one statement. Write a single SELECT."
    if not re.match(r"(?i)(select|with)\b", code.lstrip("( \n\t")):
        return "isn't a SELECT. Write one that starts with SELECT or WITH."
    return None
