"""Choices of a single page, in its address: ?by=owner. Another page forgets them."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from components.text import escape


def pick(name: str, label: str, options: Mapping[str, str], *, many: bool = False) -> str:
    """One of the options (key to label), the first unless the address says another; `many` as a list.

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

    if many:
        st.selectbox(label, list(options), format_func=options.__getitem__, key=key, on_change=write)
    else:
        labels = {option: escape(text) for option, text in options.items()}
        st.segmented_control(
            label, list(labels), format_func=labels.__getitem__, key=key, on_change=write, required=True
        )
    return str(st.session_state[key])
