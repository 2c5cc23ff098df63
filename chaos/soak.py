"""The app with many viewers for a while: what it asks of Google and uses of the machine, how soon edits show.

Two viewers are real browser tabs: one stays on the Goals page and is timed, the other walks from page to
page. The others do what an open screen's script does, a long poll, with the token that the tab was given.
"""

from __future__ import annotations

import asyncio
import json
import random
import shutil
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from statistics import quantiles
from typing import Any, Final
from urllib.parse import quote, urlsplit

from playwright.async_api import Browser, Page, Request, async_playwright
from tqdm import tqdm

from chaos import process
from chaos.app import app_on
from chaos.company import Company, company
from chaos.process import Sample
from components.live_route import HEADER
from tests.browser import CHROMIUM_NAMES, CHROMIUM_OPTIONS
from tests.google import standin
from tests.google.standin import Google

LEADS: Final = 1_000
SAMPLED: Final = 5.0  # seconds between two samples of the process
SETTLED: Final = 20.0  # seconds before the first
PAGES: Final = ("scorecard", "handoff", "quotas", "data", "goals")
PATIENCE: Final = 60.0  # seconds for an edit to be drawn
_OK: Final = 200
_REFUSED: Final = 403


@dataclass
class Told:
    """What came of it; times in seconds from an edit on."""

    seconds: float
    viewers: int
    samples: list[Sample] = field(default_factory=list)
    heard: list[float] = field(default_factory=list)
    drawn: list[float] = field(default_factory=list)
    edits: int = 0
    polls: int = 0
    failed: int = 0
    renewed: int = 0
    late: int = 0
    reads: int = 0
    busiest: int = 0
    per_minute: int = 40
    visits: int = 0

    @property
    def is_good(self) -> bool:
        """Every edit reached every viewer, no poll failed, and Google was asked within the budget."""
        return not self.failed and not self.late and self.busiest <= self.per_minute


@dataclass
class Office:
    """The spreadsheet, its keeper, and what the viewers know."""

    google: Google
    key: str
    company: Company
    port: int
    told: Told
    token: str = ""
    edited: float = 0.0
    ended: bool = False

    def edit(self, draw: random.Random) -> int:
        """One edit in both tabs; gives the goal's actual after it. As many rows as before."""
        at = draw.randrange(len(self.company.actuals))
        self.company.actuals[at][2] = draw.randint(1, 200)
        won = draw.choice([n for n, lead in enumerate(self.company.leads) if lead.won_at])
        self.edited = time.monotonic()
        with self.google.one_change():
            self.google.set(self.key, f"leads!F{won + 2}", draw.randint(100, 9_999))
            self.google.set(self.key, f"goal_actuals!C{at + 2}", self.company.actuals[at][2])
        self.told.edits += 1
        return int(self.company.numbers().goal or 0)

    def take_token(self, request: Request) -> None:
        """The one that the tab sends, which it renews by itself."""
        self.token = request.headers.get(HEADER.lower(), self.token)


def soak(seconds: float, viewers: int, every: float) -> Told:
    """The whole run: an edit `every` so many seconds."""
    told = Told(seconds, viewers)
    draw = random.Random(1)  # noqa: S311 - no secret
    with tempfile.TemporaryDirectory(prefix="tandem-soak-") as folder, standin.google() as google:
        found = company(draw, LEADS)
        key = google.spreadsheet("Soak", "en_GB", "Europe/Berlin", tabs=found.tabs())
        google.share(key, google.service_account()["client_email"])
        with app_on(google, key, Path(folder)) as app:
            office = Office(google, key, found, urlsplit(app.url).port or 0, told)
            asyncio.run(_all(office, app.url, draw, every))
        told.reads, told.busiest = google.reads, google.busiest_minute()
    return told


async def _all(office: Office, url: str, draw: random.Random, every: float) -> None:
    async with _chromium() as browser:
        tab = await browser.new_page()
        tab.on("request", office.take_token)
        await tab.goto(f"{url}/goals?period=2026")
        await _shown(tab, _text(int(office.company.numbers().goal or 0)))
        work = [asyncio.create_task(_viewer(office)) for _ in range(office.told.viewers - 2)]
        work.append(asyncio.create_task(_wanderer(office, await browser.new_page(), url, every / 2)))
        await asyncio.sleep(SETTLED)
        work.append(asyncio.create_task(_sampled(office)))
        await _edits(office, tab, draw, every)
        office.ended = True
        for task in work:
            task.cancel()
        for found in await asyncio.gather(*work, return_exceptions=True):
            if isinstance(found, Exception) and not isinstance(found, asyncio.CancelledError):
                raise found


@asynccontextmanager
async def _chromium() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        path = next((found for name in CHROMIUM_NAMES if (found := shutil.which(name))), None)
        browser = await playwright.chromium.launch(executable_path=path, args=list(CHROMIUM_OPTIONS))
        yield browser
        await browser.close()


async def _edits(office: Office, tab: Page, draw: random.Random, every: float) -> None:
    end = time.monotonic() + office.told.seconds
    with tqdm(
        total=round(office.told.seconds), unit=" s", leave=False, disable=not sys.stderr.isatty()
    ) as bar:
        while time.monotonic() < end:
            begun, heard = time.monotonic(), len(office.told.heard)
            await _shown(tab, _text(office.edit(draw)))
            office.told.drawn.append(time.monotonic() - begun)
            # at no fixed interval: it might keep step with the polls
            await asyncio.sleep(max(begun + every * draw.uniform(0.5, 1.5) - time.monotonic(), 0))
            office.told.late += office.told.viewers - 2 - (len(office.told.heard) - heard)
            bar.update(round(time.monotonic() - begun))


def _text(actual: int) -> str:
    return f"{actual:,} of 5,000"


async def _shown(tab: Page, text: str) -> None:
    await tab.get_by_text(text).first.wait_for(timeout=PATIENCE * 1000)


async def _wanderer(office: Office, tab: Page, url: str, pause: float) -> None:
    """Opens one page after the other, each in a new session."""
    while True:
        for page in PAGES:
            await tab.goto(f"{url}/{page}?period=2026")
            office.told.visits += 1
            await asyncio.sleep(pause)


async def _sampled(office: Office) -> None:
    found = process.of_port(office.port)
    while True:
        office.told.samples.append(process.sample(found))
        await asyncio.sleep(SAMPLED)


# --- a viewer without a browser


async def _viewer(office: Office) -> None:
    """Asks for news as an open screen does; notes when it hears of another version."""
    reader, writer = await asyncio.open_connection("127.0.0.1", office.port)
    state, version = "", None
    try:
        while True:
            status, told = await _asked(reader, writer, office, state)
            office.told.polls += 1
            if status == _REFUSED:  # an hour is over: the tab will have a new one in a moment
                office.told.renewed += 1
                await asyncio.sleep(1.0)
                continue
            if status != _OK:
                office.told.failed += 1
                await asyncio.sleep(2.0)
                continue
            heard = told["seen"].partition(".")[0]
            if version not in (None, heard) and office.edited:
                office.told.heard.append(time.monotonic() - office.edited)
            state, version = told["state"], heard
            await asyncio.sleep(told["pause"] / 1000)
    finally:
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()


async def _asked(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, office: Office, state: str
) -> tuple[int, Any]:
    """One GET over a connection that is kept: status, and the JSON of the body."""
    path = f"/tandem/live?after={quote(state)}"
    host = f"127.0.0.1:{office.port}"
    writer.write(f"GET {path} HTTP/1.1\r\nHost: {host}\r\n{HEADER}: {office.token}\r\n\r\n".encode())
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    headers = {name.strip().lower(): value for name, _, value in (line.partition(":") for line in head[1:])}
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    return int(head[0].split()[1]), json.loads(body) if body else {}


# --- what is told


def table(told: Told) -> str:
    """A short table."""
    first, last = told.samples[0], told.samples[-1]
    slope = process.growth(told.samples)
    lines = [
        ("viewers", f"{told.viewers}, two of them browser tabs; {told.polls} polls, {told.failed} failed"),
        (
            "edits",
            f"{told.edits} in {told.seconds:.0f} s; not heard of in time by a viewer {told.late} times",
        ),
        (
            "reads at Google",
            f"{told.reads}, at most {told.busiest} in any minute of {told.per_minute} allowed",
        ),
        ("app's CPU", f"{process.cpu_percent(told.samples):.1f} % of a core"),
        ("app's memory, MB", f"{first.memory:.0f} at first, {last.memory:.0f} at last; {_slope(slope)}"),
        ("most memory, MB", f"{max(sample.memory for sample in told.samples):.0f}"),
        ("threads", f"{first.threads} at first, {last.threads} at last"),
        ("open files", f"{first.files} at first, {last.files} at last"),
        ("pages opened", f"{told.visits}"),
        ("edit to long poll, s", _spread(told.heard)),
        ("edit to drawn, s", _spread(told.drawn)),
    ]
    width = max(len(name) for name, _ in lines)
    return "\n".join(f"{name:<{width}}  {text}" for name, text in lines)


def _slope(megabytes_an_hour: float | None) -> str:
    return (
        "too short for a slope" if megabytes_an_hour is None else f"{megabytes_an_hour:+.0f} an hour lately"
    )


def _spread(values: Sequence[float]) -> str:
    if len(values) < 2:  # noqa: PLR2004 - quantiles need two
        return "too few"
    cuts = quantiles(values, n=100, method="inclusive")
    return f"p50 {cuts[49]:.2f}, p95 {cuts[94]:.2f}, max {max(values):.2f} (of {len(values)})"
