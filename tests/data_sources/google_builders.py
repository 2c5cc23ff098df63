"""What the tests of Google's reader share: a clock of their own, and the configuration for the stand-in."""

from dataclasses import replace

from data_sources.budget import Budget
from data_sources.google_access import WRITING, access
from data_sources.google_config import Google
from data_sources.google_http import GoogleHTTP, Limits
from data_sources.google_sheets import GoogleReader


class Clock:
    """Seconds that pass only when somebody sleeps."""

    def __init__(self, now=1_800_000_000.0):
        self.now = now
        self.slept = []

    def __call__(self):
        return self.now

    def sleep(self, seconds):
        self.slept.append(seconds)
        self.now += seconds


def configured(google, *spreadsheets, **others):
    """The configuration for the stand-in."""
    made = Google(
        service_account=google.service_account(), spreadsheets=spreadsheets, endpoint=google.endpoint
    )
    return replace(made, **others)


def http(google, clock=None, chance=1.0, budget=None, patient=False, **limits):
    """GoogleHTTP on the stand-in, with a clock of its own, or the real one where time itself is tested."""
    timing = {} if clock is None else {"clock": clock, "sleep": clock.sleep}
    way_in = access(configured(google), WRITING, **({} if clock is None else {"clock": clock}))
    budget = budget or Budget(60, *([] if clock is None else [clock]))
    return GoogleHTTP(
        way_in,
        budget,
        limits=Limits(**limits),
        endpoint=google.endpoint,
        patient=patient,
        chance=lambda: chance,
        **timing,
    )


def reader(google, clock, *spreadsheets, chance=1.0, per_minute=40, **others):
    """A reader of the stand-in whose clock stands still between its calls."""
    return GoogleReader(
        configured(google, *spreadsheets, reads_per_minute=per_minute, **others),
        clock=clock,
        chance=lambda: chance,
        sleep=clock.sleep,
        budget=Budget(per_minute, clock),
    )


def all_of(titles):
    """Every tab is wanted."""
    return titles
