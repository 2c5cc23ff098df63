"""Choices of a single page, in its address: ?by=owner. Another page forgets them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from components import tiles
from components.text import escape

_LONGEST: Final = 300
_TYPED: Final = 100


def pick(name: str, label: str, options: Mapping[str, str], *, many: bool = False, bare: bool = False) -> str:
    """One of the options (key to label), the first unless the address says another; `many` as a list.

    `bare`: the label is for those who can't see the page only.

    What a link says and isn't an option is left aside.
    """
    key, asked = f"pick_{name}", st.query_params.get(name)
    first = next(iter(options))
    st.session_state[key] = asked if asked in options else first

    def write() -> None:
        if st.session_state[key] == first:
            st.query_params.pop(name, None)
        else:
            st.query_params[name] = st.session_state[key]

    seen: Literal["visible", "collapsed"] = "collapsed" if bare else "visible"
    if many:
        st.selectbox(
            label,
            list(options),
            format_func=options.__getitem__,
            key=key,
            on_change=write,
            label_visibility=seen,
        )
    else:
        labels = {option: escape(text) for option, text in options.items()}
        st.segmented_control(
            label, list(labels), format_func=labels.__getitem__, key=key, on_change=write, required=True,
            label_visibility=seen,
        )  # fmt: skip
    return str(st.session_state[key])


def headed(title: str, key: str, *, anchor: str) -> DeltaGenerator:
    """A section's title; what is picked within the container stands at its right where there is room."""
    found = st.container(horizontal=True, vertical_alignment="center", key=f"headed_{key}")
    with found:
        tiles.heading(title, anchor=anchor, wide=True)
    return found


def pick_one(name: str, offered: Mapping[str, str], label: str, placeholder: str) -> str | None:
    """One of many (key to label) or none; what the address asks for and nobody offers is given as it is."""
    key, asked = f"pick_{name}", st.query_params.get(name, "")[:_LONGEST] or None
    known = dict(offered) if asked is None else {**offered, asked: offered.get(asked, asked)}
    st.session_state[key] = asked

    def write() -> None:
        chosen = st.session_state[key]
        if chosen is None:
            st.query_params.pop(name, None)
        else:
            st.query_params[name] = chosen

    st.selectbox(
        label, list(known), format_func=known.__getitem__, index=None, key=key, on_change=write,
        placeholder=placeholder, label_visibility="collapsed", width=480,
    )  # fmt: skip
    return asked


def ask(name: str, label: str, placeholder: str) -> str:
    """What was typed into a search box, at most a hundred characters; it stands in the address."""
    key = f"ask_{name}"
    st.session_state[key] = st.query_params.get(name, "")[:_TYPED]

    def write() -> None:
        if st.session_state[key].strip():
            st.query_params[name] = st.session_state[key]
        else:
            st.query_params.pop(name, None)

    st.text_input(
        label, key=key, on_change=write, placeholder=placeholder, max_chars=_TYPED, icon=":material/search:",
        label_visibility="collapsed", width=480,
    )  # fmt: skip
    return str(st.session_state[key]).strip()
