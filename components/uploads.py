"""The one door for files that a viewer brings: looked at in his session only, and gone with it.

While he looks, every page of his session shows the files instead of the shared data; nobody else sees them.
"""

from __future__ import annotations

import logging
import os
import shutil
import tempfile
import threading
import weakref
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from traceback import format_tb
from typing import Final, Protocol

import streamlit as st

from components import live
from components.text import escape, html
from data_sources import config
from data_sources.errors import ConfigError, SourceError
from data_sources.source import Source
from data_sources.sources import look
from scorecard import small
from scorecard.formats import Formats

MOST: Final = 50  # MB of all files together: as many as .streamlit/config.toml allows for one
_MEGABYTE: Final = 1024 * 1024
_ENDINGS: Final = ("xlsx", "xlsm", "csv", "tsv")
_LOOK: Final = "look"  # what the session holds; when it goes, the files go
_LINGER: Final = 150.0  # seconds after a disconnection; Streamlit itself forgets the session after 120
_ROUND: Final = "look_round"  # an uploader is used once; the next one stands there empty
_FAILURE: Final = "look_failure"
_LOG: Final = logging.getLogger(__name__)
_SAID: Final = (
    "An .xlsx workbook with a tab for each table, or CSV files called like the tables. Only you see it, on "
    "every page, until you close this tab or go back. It is kept nowhere."
)

# A link within the app loads the page anew, and with it a session begins that knows nothing of the look.
# While one is on, such links go the way of the menu.
_stay = st.components.v2.component(
    "tandem_stay",
    js="""
      export default function () {
        const go = (click) => {
          const link = click.target.closest?.('.stHtml a[href]:not([target])');
          const modified = click.button || click.metaKey || click.ctrlKey || click.shiftKey || click.altKey;
          if (!link || modified || click.defaultPrevented || link.origin !== location.origin) return;
          click.preventDefault();
          history.pushState({}, "", link.href);
          dispatchEvent(new PopStateEvent("popstate"));
          document.querySelector('[data-testid="stMain"]')?.scrollTo(0, 0);
        };
        document.addEventListener("click", go);
        return () => document.removeEventListener("click", go);
      }
    """,
)


class Uploaded(Protocol):
    """A file as Streamlit hands it over."""

    name: str
    size: int

    def getvalue(self) -> bytes:
        """Its bytes."""


class Look:
    """Files as a source, with a folder for their mirror. The folder goes when nobody holds this any more."""

    def __init__(self, files: Sequence[tuple[str, bytes]]) -> None:
        """SourceError or ConfigError when they can't be read."""
        folder = tempfile.mkdtemp(prefix="tandem-look-")
        try:
            source = look(files, config.load(environ=os.environ), Path(folder))
            dataset = source.open()
            small.settings(dataset)
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        self.live = live.Live(dataset, datetime.now(UTC))
        self.shown = 0
        self.let_go = weakref.finalize(self, _let_go, source, folder)


def _let_go(source: Source, folder: str) -> None:
    source.close()
    shutil.rmtree(folder, ignore_errors=True)


def _disconnected(found: Look) -> None:
    """The files go in a while, unless the viewer is back by then."""
    timer = threading.Timer(_LINGER, _let_go_unless_shown_since, (found, found.shown))
    timer.daemon = True
    timer.start()


def _let_go_unless_shown_since(found: Look, shown: int) -> None:
    if found.shown == shown:
        found.let_go()


@st.cache_resource(scope="session", on_release=_disconnected, show_spinner=False)
def _tied_to_session(turn: int, _found: Look) -> Look:  # noqa: ARG001 - the key
    """Has Streamlit say when the session is disconnected."""
    return _found


def offer() -> None:
    """Where a viewer puts in his files; what can be read is looked at from the next run on."""
    failure: str = st.session_state.get(_FAILURE, "")
    turn = st.session_state.setdefault(_ROUND, 0)
    title, icon = "Look at a file of your own", ":material/upload_file:"
    with st.expander(title, icon=icon, expanded=bool(failure), key=f"look_{turn}"):
        st.html(html('<p class="t-note">{said}</p>', said=_SAID))
        files = st.file_uploader(
            "Workbook or CSV files",
            type=list(_ENDINGS),
            accept_multiple_files=True,
            key=f"look_files_{turn}",
            label_visibility="collapsed",
        )
        if failure:
            st.error(escape(failure), icon=":material/error:")
        if files:
            with st.spinner("Reading the file …"):
                take(files)
            st.rerun()


def take(files: Sequence[Uploaded]) -> None:
    """Has the session look at these files, or remembers why they can't be looked at."""
    st.session_state[_ROUND] = st.session_state.get(_ROUND, 0) + 1
    st.session_state[_FAILURE] = ""
    size = sum(file.size for file in files) / _MEGABYTE
    if size > MOST:
        st.session_state[_FAILURE] = (
            f"These files hold {size:.0f} MB; at most {MOST} MB can be looked at. Leave out what isn't "
            "needed, or name the file as the source in .streamlit/secrets.toml: there it may be larger."
        )
        return
    try:
        found = Look([(file.name, file.getvalue()) for file in files])
    except (SourceError, ConfigError) as error:
        st.session_state[_FAILURE] = str(error)
    except Exception as error:  # noqa: BLE001 - whatever a stranger's file does, the page goes on
        st.session_state[_FAILURE] = _unforeseen(error)
    else:
        back()
        st.session_state[_LOOK] = found
        live.look_at(found.live)


def _unforeseen(error: Exception) -> str:
    """Logged without its message, in which cells of the file may stand."""
    name = type(error).__name__
    _LOG.error("A file could not be looked at: %s\n%s", name, "".join(format_tb(error.__traceback__)))
    return f"Reading stopped at an unforeseen error ({name}). Save the file anew and try again."


def back() -> None:
    """The session looks at the shared data again; the files are let go."""
    live.look_at(None)
    found: Look | None = st.session_state.pop(_LOOK, None)
    if found is not None:
        found.let_go()


def banner(found: live.Live, as_of: str) -> None:
    """What this session looks at, and as of when; that nobody else does; and the way back."""
    shared = live.refresher().published.live
    to = "the shared data" if shared is None else shared.dataset.label
    read = Formats.of(small.settings(found.dataset)).moment(int(found.checked.timestamp()))
    if (held := st.session_state.get(_LOOK)) is not None:
        held.shown += 1
        _tied_to_session(st.session_state[_ROUND], held)
    _stay(key="look_stays", height=1, width=1)
    with st.container(horizontal=True, vertical_alignment="center", key="page_look"):
        said = html(
            '<p class="t-look">You are looking at <b>{label}</b>: only you, until you close this tab. '
            '<span class="t-fine">As of {as_of}, read {read}.</span></p>',
            label=found.dataset.label.removeprefix("Upload "), as_of=as_of, read=read,
        )  # fmt: skip
        st.html(said, width="stretch")
        st.button(f"Back to {escape(to)}", on_click=back, icon=":material/undo:", key="look_back")
