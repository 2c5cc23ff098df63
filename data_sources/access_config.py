"""Section [tandem.access] of the configuration: who has which role. Who can sign in, [auth] says."""

from __future__ import annotations

import re
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Final

from data_sources.errors import ConfigError
from scorecard.roles import LONGEST, Role, Rules, folded

DAYS: Final = "days"
KEYS: Final = (*(role.value for role in Role), DAYS)
_ENTRY: Final = re.compile(r"[^\s@,;<>\"']*@[^\s@,;<>\"'.]+(?:\.[^\s@,;<>\"'.]+)*")


def read(section: Mapping[str, object], file: Path) -> Rules:
    """What [tandem.access] says, an absent section too. Raises ConfigError."""
    return _Section(file).rules(section)


class _Section:
    def __init__(self, file: Path) -> None:
        self.file = file

    def rules(self, section: Mapping[str, object]) -> Rules:
        entries: dict[str, Role] = {}
        for key in section:
            self._known(key)
        for key in (key for key in section if key != DAYS):
            for number, written in enumerate(self._listed(key, section[key])):
                entry = self._entry(f"{key}[{number}]", written)
                if (before := entries.setdefault(entry, Role(key))) != key:
                    raise self._error(key, f"names {entry}, and so does {before}. Keep it in one of the two.")
        return Rules(entries, self._days(section.get(DAYS, LONGEST)))

    def _known(self, key: str) -> None:
        if key not in KEYS:
            near = get_close_matches(key.casefold(), KEYS, n=1, cutoff=0.6)
            hint = f"Did you mean {near[0]}?" if near else f"Known are: {', '.join(KEYS)}."
            raise self._error(key, f"isn't a key that Tandem knows. {hint}")

    def _listed(self, key: str, value: object) -> list[object]:
        if not isinstance(value, list):
            raise self._error(key, 'isn\'t a list. Write ["mia@example.com", "@example.com"].')
        return value

    def _days(self, value: object) -> int:
        if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= LONGEST:
            raise self._error(DAYS, f"isn't a whole number of days from 1 to {LONGEST}.")
        return value

    def _entry(self, where: str, written: object) -> str:
        if not isinstance(written, str):
            raise self._error(where, "isn't text. Put it in quotes.")
        entry = folded(written)
        if not _ENTRY.fullmatch(entry):
            raise self._error(
                where,
                f"is {written[:80]!r}, neither an address nor a domain. Write mia@example.com for a person, "
                "@example.com for everybody of a domain.",
            )
        return entry

    def _error(self, key: str, what: str) -> ConfigError:
        return ConfigError(f"{self.file}: tandem.access.{key} {what}")
