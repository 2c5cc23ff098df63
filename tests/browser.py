"""The app in a process of its own, and a Chromium to look at it."""

import os
import shutil
import signal
import sys
import tempfile
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from weakref import WeakKeyDictionary

from playwright.sync_api import Browser, ConsoleMessage, Page, Playwright, WebSocket
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from tests.servers import LeftOutError, free_port, kept, wait_until

ROOT = Path(__file__).parent.parent
# The shell is the same engine without windows, tabs and menus: it takes half as long over a page.
CHROMIUM_NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
CHROMIUM_OPTIONS = (
    "--no-sandbox",  # Chromium's sandbox refuses to run as root, as containers do
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # The tests touch no network: whatever asks for another host fails, and shows as a console error.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
)
SETTLED_SECONDS = 30
QUIET_MS = 250  # a slider waits 200 ms for more of the same before it is sent
LOOK_MS = 50  # between two looks; at every frame they would keep Chromium drawing

# What the page does and what is done to it: Streamlit sends a click a few milliseconds after it.
NOTE_CHANGES = """
const note = () => { window.lastChange = performance.now(); };
note();
new MutationObserver(note)
  .observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
['pointerdown', 'click', 'keydown', 'keyup', 'input', 'change', 'drop', 'popstate', 'resize']
  .forEach((event) => window.addEventListener(event, note, { capture: true, passive: true }));
"""

# Streamlit says on its outermost element whether it is connected and whether a script is running.
IS_SETTLED = """
(quietMs) => {
  const app = document.querySelector('[data-testid="stApp"]');
  const seen = (element) => element.checkVisibility();
  const drawn = (chart) => [...chart.querySelectorAll('canvas, svg')]
    .some((picture) => picture.getBoundingClientRect().width > 0);
  return app !== null
    && app.getAttribute('data-test-connection-state') === 'CONNECTED'
    && app.getAttribute('data-test-script-state') === 'notRunning'
    && ![...document.querySelectorAll('[data-testid="stSkeleton"], [data-stale="true"]')].some(seen)
    && [...document.querySelectorAll('[data-testid="stVegaLiteChart"]')].filter(seen).every(drawn)
    && performance.now() - window.lastChange >= quietMs;
}
"""


@dataclass(frozen=True)
class RunningApp:
    """url has no slash at its end; log is what the server has printed so far."""

    url: str
    log_file: Path

    @property
    def log(self) -> str:
        return self.log_file.read_text(errors="replace")


@contextmanager
def running_app(
    environment: Mapping[str, str] | None = None,
    *,
    script: str = "app.py",
    folder: Path = ROOT,
    options: Sequence[str] = (),
    port: int | None = None,
    stop: signal.Signals = signal.SIGTERM,
) -> Iterator[RunningApp]:
    """`streamlit run script` on a loopback port, healthy; `environment` is added to ours.

    Give a port to stop an app and start it again under an open tab; `stop` is how it ends.
    """
    port = port or free_port()
    command = [sys.executable, "-m", "streamlit", "run", script, f"--server.port={port}"]
    command += ["--server.address=127.0.0.1", "--server.headless=true", "--browser.gatherUsageStats=false"]
    everything = {**os.environ, **(environment or {})}
    with tempfile.TemporaryDirectory(prefix="tandem-app-", ignore_cleanup_errors=True) as logs:
        app = RunningApp(f"http://127.0.0.1:{port}", Path(logs) / "log")
        with kept([*command, *options], Path(logs), stop=stop, cwd=folder, environment=everything) as process:
            wait_until(lambda: is_healthy(app.url), process, Path(logs), "The app")
            yield app


def is_healthy(url: str) -> bool:
    question = f"{url}/_stcore/health"
    with suppress(OSError), urllib.request.urlopen(question, timeout=5) as answer:  # noqa: S310 - our own server
        return answer.status == 200
    return False


def start_chromium(playwright: Playwright) -> Browser:
    """Chromium without a window: the system's, or the one `playwright install chromium` fetched."""
    names = (shutil.which(name) for name in CHROMIUM_NAMES)
    path = next((name for name in names if name), playwright.chromium.executable_path)
    if not Path(path).exists():
        raise LeftOutError("Browser left out: no Chromium on this machine (apt install chromium)")
    return playwright.chromium.launch(executable_path=path, args=CHROMIUM_OPTIONS)


@dataclass
class _Watch:
    errors: list[str] = field(default_factory=list)
    rerun_is_due: bool = False

    def console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.errors.append(f"console: {message.text} ({message.location.get('url', '')})")

    def socket(self, socket: WebSocket) -> None:
        socket.on("framesent", self._sent)
        socket.on("framereceived", self._received)
        socket.on("close", self._closed)

    def _sent(self, frame: bytes | str) -> None:
        if isinstance(frame, bytes) and BackMsg.FromString(frame).HasField("rerun_script"):
            self.rerun_is_due = True

    def _received(self, frame: bytes | str) -> None:
        if not isinstance(frame, bytes):
            return
        message = ForwardMsg.FromString(frame)
        if message.HasField("script_finished"):
            self.rerun_is_due = message.script_finished == ForwardMsg.FINISHED_EARLY_FOR_RERUN

    def _closed(self, _: WebSocket) -> None:
        self.rerun_is_due = False


_watches: WeakKeyDictionary[Page, _Watch] = WeakKeyDictionary()


def watch(page: Page) -> Page:
    """Notes from now on what `settled` and `errors_of` tell. Before the first `goto`."""
    noted = _watches[page] = _Watch()
    page.add_init_script(NOTE_CHANGES)
    page.on("console", noted.console)
    page.on("pageerror", lambda error: noted.errors.append(f"page: {error}"))
    page.on("websocket", noted.socket)
    return page


def errors_of(page: Page) -> list[str]:
    """The console errors and uncaught exceptions of a page so far."""
    return _watches[page].errors


# Streamlit looks for itself below a page's address before it looks at the root.
STREAMLITS_OWN = ("/_stcore/health", "/_stcore/host-config")


def complaints(page: Page) -> list[str]:
    """Its errors, without the requests that Streamlit itself sends astray."""
    return [error for error in errors_of(page) if not any(own in error for own in STREAMLITS_OWN)]


def settled(page: Page, seconds: float = SETTLED_SECONDS) -> Page:
    """Waits until Streamlit has run, everything is drawn and nothing has moved for a moment.

    A click's rerun counts from the moment it is sent, before Streamlit shows that it is running.
    """
    _wait_until_settled(page, seconds)
    while _watches[page].rerun_is_due:
        page.wait_for_timeout(20)
        _wait_until_settled(page, seconds)
    return page


def _wait_until_settled(page: Page, seconds: float) -> None:
    page.wait_for_function(IS_SETTLED, arg=QUIET_MS, timeout=seconds * 1000, polling=LOOK_MS)
