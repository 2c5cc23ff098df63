"""What a number's state is called, how it is shown, and the rule behind its colour."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Literal

from scorecard.settings import DEFAULT, Settings

Tone = Literal["good", "warn", "bad", "muted"]


class Status(StrEnum):
    """The states of section 3 of the contract, in the order in which the first that holds is taken."""

    LOCKED = "locked"
    NOT_APPLICABLE = "not_applicable"
    NOT_DUE = "not_due"
    NO_DATA = "no_data"
    TOO_FEW = "too_few"
    ACHIEVED = "achieved"
    MISSED = "missed"
    TOO_EARLY = "too_early"
    ON_TRACK = "on_track"
    AT_RISK = "at_risk"
    OFF_TRACK = "off_track"

    @property
    def icon(self) -> str:
        """A text symbol, told apart without colour."""
        return _LOOKS[self].icon

    @property
    def material(self) -> str:
        """The name of the Material icon of the same meaning."""
        return _LOOKS[self].material

    @property
    def word(self) -> str:
        """How the state is called on every screen."""
        return _LOOKS[self].word

    @property
    def mark(self) -> Mark:
        """Word, tone and icon together."""
        return Mark(self.word, self.tone, self.icon)

    @property
    def tone(self) -> Tone:
        """Which of the four colours it has."""
        return _LOOKS[self].tone


@dataclass(frozen=True, slots=True)
class Mark:
    """Something that is to be seen beside a name: a word or two, with the icon and tone of a status."""

    word: str
    tone: Tone
    icon: str


@dataclass(frozen=True, slots=True)
class _Look:
    icon: str
    material: str
    word: str
    tone: Tone


_LOOKS: Final = {
    Status.LOCKED: _Look("⊘", "lock", "Locked", "muted"),
    Status.NOT_APPLICABLE: _Look("∅", "block", "Not applicable", "muted"),
    Status.NOT_DUE: _Look("◌", "event_upcoming", "Not due yet", "muted"),
    Status.NO_DATA: _Look("○", "database_off", "No data", "muted"),
    Status.TOO_FEW: _Look("∴", "grain", "Too few", "muted"),
    Status.ACHIEVED: _Look("★", "trophy", "Achieved", "good"),
    Status.MISSED: _Look("✕", "cancel", "Missed", "bad"),
    Status.TOO_EARLY: _Look("◔", "hourglass_top", "Too early", "muted"),
    Status.ON_TRACK: _Look("●", "check_circle", "On track", "good"),
    Status.AT_RISK: _Look("▲", "warning", "At risk", "warn"),
    Status.OFF_TRACK: _Look("▼", "trending_down", "Off track", "bad"),
}


def by_pace(pace: float | None, settings: Settings) -> Status:
    """The state of a goal or quota that is running, by progress over expected progress; unknown: no data."""
    if pace is None:
        return Status.NO_DATA
    if pace >= settings.on_track:
        return Status.ON_TRACK
    return Status.AT_RISK if pace >= settings.at_risk else Status.OFF_TRACK


def rate_against_target(
    value: float | None,
    low: float | None,
    high: float | None,
    target: float | None,
    *,
    n: int | None = None,
    settings: Settings = DEFAULT,
    higher_is_better: bool = True,
) -> Status | None:
    """The state of a rate that has an interval and no pace; None when it has data but no target.

    Reached: on track. Short, but the target still lies inside the interval: at risk. Else off track.
    """
    if value is None or low is None or high is None or n == 0:
        return Status.NO_DATA
    if n is not None and n < settings.min_n:
        return Status.TOO_FEW
    if target is None:
        return None
    if value >= target if higher_is_better else value <= target:
        return Status.ON_TRACK
    return Status.AT_RISK if low <= target <= high else Status.OFF_TRACK


def explain(status: Status, settings: Settings) -> str:
    """The rule behind a colour, in one sentence with the organisation's thresholds."""
    return _RULES[status].format(
        on_track=_percent(settings.on_track),
        at_risk=_percent(settings.at_risk),
        too_early=_percent(settings.too_early),
        min_n=settings.min_n,
    )


def _percent(share: float) -> str:
    return f"{share * 100:.4g} %"


_RULES: Final = {
    Status.LOCKED: "Locked: a table, column or setting that it needs is missing.",
    Status.NOT_APPLICABLE: "Not applicable: the question does not arise here.",
    Status.NOT_DUE: "Not due yet: it starts after the day this is seen from.",
    Status.NO_DATA: "No data: there is nothing to count, which is not the same as zero.",
    Status.TOO_FEW: "Too few: a rate over fewer than {min_n} cases is not judged.",
    Status.ACHIEVED: "Achieved: the target was reached.",
    Status.MISSED: "Missed: it is past due and short of the target, or over budget.",
    Status.TOO_EARLY: "Too early: under {too_early} of the time has passed, so it is not judged yet.",
    Status.ON_TRACK: (
        "On track: at least {on_track} of what is expected by now; a rate without a pace is at its target."
    ),
    Status.AT_RISK: (
        "At risk: at least {at_risk} but under {on_track} of what is expected by now; a rate without a pace "
        "is short, and its target still lies inside the interval."
    ),
    Status.OFF_TRACK: (
        "Off track: under {at_risk} of what is expected by now; a rate without a pace is short, and its "
        "target lies outside the interval."
    ),
}
