"""Opening a page: its look, the gate, the data, and what the viewer has chosen to see of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Concatenate, Final, ParamSpec, TypeVar

import streamlit as st
from streamlit.errors import StreamlitSecretNotFoundError

from components import controls, live
from components.text import escape, html
from components.theme import ICON, use_style
from scorecard import small
from scorecard.clock import AsOf
from scorecard.dataset import Dataset
from scorecard.formats import Formats
from scorecard.periods import Period
from scorecard.scopes import Filter
from scorecard.settings import Settings

P = ParamSpec("P")
T = TypeVar("T")

NAME: Final = "Tandem"


@dataclass(frozen=True)
class View:
    """What a page shows: the data in one state, as they look from `as_of`, for a period and a filter."""

    slug: str
    dataset: Dataset
    settings: Settings
    formats: Formats
    period: Period
    compare: Period | None
    as_of: AsOf
    where: Filter

    def get(self, function: Callable[Concatenate[Dataset, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """What a pure function of the data says; worked out once for this state and these arguments."""
        return live.cached(function, self.dataset, *args, **kwargs)


def open_page(
    slug: str, question: str, *, filters: bool = True, period: bool = True, compare: bool = True
) -> View:
    """Starts a page; what must hold on every page happens here, whichever way the viewer came.

    The question is the page's heading; what a page has no use for can't be picked there. Without the
    right to see, or without data, the page ends here.
    """
    st.set_page_config(page_title=f"{question} · {NAME}", page_icon=str(ICON), layout="wide")
    use_style()
    _gate()
    now = _data(slug)
    settings = small.settings(now.dataset)
    with st.container(horizontal=True, vertical_alignment="bottom", key="page_head"):
        st.title(escape(question), anchor=False, width="stretch")
        choices = controls.controls(now, settings, filters=filters, period=period, compare=compare)
    _stamp(now, choices.as_of, Formats.of(settings))
    for note in choices.notes:
        st.info(escape(note), icon=":material/link_off:")
    return View(
        slug,
        now.dataset,
        settings,
        Formats.of(settings),
        choices.period,
        choices.compare,
        choices.as_of,
        choices.where,
    )


def _gate() -> None:
    """Where [auth] is configured nobody passes without signing in; where it isn't the app is open."""
    providers = _providers()
    if providers is None or getattr(st.user, "is_logged_in", False):
        return
    st.title(NAME, anchor=False)
    st.write("Sign in to see your company's scorecard.")
    for provider in providers or (None,):
        st.button(
            f"Sign in{'' if provider is None else f' with {escape(provider)}'}",
            on_click=st.login,
            args=_one(provider),
        )
    st.stop()


def _one(provider: str | None) -> tuple[str, ...]:
    return () if provider is None else (provider,)


def _providers() -> list[str] | None:
    """The named providers of [auth]; none named is an empty list, no section at all None."""
    try:
        if "auth" not in st.secrets:
            return None
        return [name for name, found in st.secrets["auth"].items() if hasattr(found, "items")]
    except StreamlitSecretNotFoundError:
        return None


def _data(slug: str) -> live.Live:
    try:
        now = live.live()
    except live.NoDataError as error:
        st.title("No data to show yet", anchor=False)
        st.error(escape(error), icon=":material/database_off:")
        st.button("Try again", key=f"{slug}_again", on_click=_look_again)
        st.stop()
    return now


def _look_again() -> None:
    try:
        live.live(again=True)
    except live.NoDataError:
        return  # the run that follows says so


def _seen_from(as_of: AsOf, formats: Formats) -> str:
    """A whole day by its date, a moment by its time."""
    whole_day = as_of.text == as_of.day.isoformat()
    return formats.date(as_of.day) if whole_day else formats.moment(as_of.instant)


def _stamp(now: live.Live, as_of: AsOf, formats: Formats) -> None:
    """How old the data are, small; and loud when the source couldn't be read since."""
    read = formats.moment(int(now.checked.timestamp()))
    said = f"{now.dataset.label} · as of {_seen_from(as_of, formats)} · read {read}"
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="page_stamp"):
        st.html(html('<p class="t-stamp">{said}</p>', said=said), width="content")
        st.button("Read again", type="tertiary", on_click=_look_again, key="page_read_again")
    if now.trouble is not None:
        st.warning(
            f"These are the figures of {escape(read)}. Since then: {escape(now.trouble)}",
            icon=":material/sync_problem:",
        )
