"""Servers and browser for the tests, started when first asked for; servers once for all workers."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from os import getpid
from pathlib import Path

import pytest
from hypothesis import settings
from playwright.sync_api import Browser, Page, sync_playwright
from sqlalchemy.engine import make_url

from tests.browser import running_app, start_chromium, watch
from tests.google import standin
from tests.pages.builders import small_company
from tests.pages.demo_store import demo_store
from tests.servers import LeftOutError, fresh_database, mariadb, postgres
from tests.shared import Shared, shared_of

# A property that holds is no less true on a busy machine.
settings.register_profile("tandem", deadline=None)
settings.load_profile("tandem")

BACKENDS = ("sqlite", "postgres", "mariadb")


@pytest.fixture(scope="session")
def shared(pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory) -> Shared:
    """What all workers use together."""
    return shared_of(pytestconfig, tmp_path_factory.getbasetemp())


@pytest.fixture(scope="session")
def postgres_server(shared: Shared) -> str:
    """A PostgreSQL's URL, without a database."""
    return _or_skip(shared, "postgres", postgres)


@pytest.fixture(scope="session")
def mariadb_server(shared: Shared) -> str:
    """A MariaDB's URL, without a database."""
    return _or_skip(shared, "mariadb", mariadb)


@pytest.fixture
def postgres_url(postgres_server: str) -> Iterator[str]:
    """An empty PostgreSQL database, this test's own."""
    with fresh_database(postgres_server) as url:
        yield url


@pytest.fixture
def mariadb_url(mariadb_server: str) -> Iterator[str]:
    """An empty MariaDB database, this test's own."""
    with fresh_database(mariadb_server) as url:
        yield url


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """An empty SQLite file, this test's own."""
    return f"sqlite:///{tmp_path / 'test.db'}"


@pytest.fixture(params=BACKENDS)
def database_url(request: pytest.FixtureRequest) -> str:
    """One test, every backend: an empty database on each."""
    return request.getfixturevalue(f"{request.param}_url")


@pytest.fixture
def backend(database_url: str) -> str:
    """Which one `database_url` is, as SQLAlchemy calls it: sqlite, postgresql or mysql."""
    return make_url(database_url).get_backend_name()


@pytest.fixture
def google() -> Iterator[standin.Google]:
    """A stand-in for Google on loopback, this test's own; clients in tests.google.adapter."""
    with standin.google() as fresh:
        yield fresh


# Playwright leaves an event loop running in this thread, where asyncio.run() then fails: so the browser goes
# at the end of each file that asked for it, and not at the end of the session.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A Chromium without a window."""
    with sync_playwright() as playwright:
        try:
            chromium = start_chromium(playwright)
        except LeftOutError as reason:
            pytest.skip(str(reason))
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Callable[..., Page]]:
    """Opens tabs, at a URL or blank; further options are those of Playwright's `new_context`.

    Each has a profile of its own. tests.browser has settled(page) and errors_of(page) for them.
    """
    contexts = []

    def open_tab(
        url: str | None = None,
        *,
        viewport: tuple[int, int] = (1280, 720),
        color_scheme: str = "light",
        **options: object,
    ) -> Page:
        width, height = viewport
        context = browser.new_context(
            viewport={"width": width, "height": height}, color_scheme=color_scheme, **options
        )
        contexts.append(context)
        tab = watch(context.new_page())
        if url:
            tab.goto(url)
        return tab

    yield open_tab
    for context in contexts:
        context.close()


@pytest.fixture(scope="session")
def demo_url(shared: Shared) -> str:
    """The URL of the demo company of one day, made ready; to be read only."""
    return demo_store(shared.folder / "demo")


@pytest.fixture(scope="session")
def demo_app(shared: Shared, demo_url: str) -> str:
    """The address of an app on the demo company, which all workers' browsers use at the same time."""
    return shared.get("demo_app", lambda: _app_on(demo_url))


@pytest.fixture(scope="session")
def small_app(shared: Shared) -> str:
    """The address of an app on a company of a few leads, likewise."""
    return shared.get("small_app", lambda: _app_on(small_company(shared.folder / f"small-{getpid()}.db")))


@contextmanager
def _app_on(source: str) -> Iterator[str]:
    with running_app({"TANDEM_SOURCE": source}) as app:
        yield app.url


def _or_skip(shared: Shared, name: str, start: Callable[[], AbstractContextManager[str]]) -> str:
    try:
        return shared.get(name, start)
    except LeftOutError as reason:
        pytest.skip(str(reason))
