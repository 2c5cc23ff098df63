"""What a viewer has chosen, as it stands in the address: period=2026-Q3&compare=previous&source=Webinar.

The address is the one place of it: a link shows the same to everyone. The menu drops what stands behind the
question mark, so the session remembers it and puts it back on the next page. What a link says is a stranger's
word: checked by `components.controls` before use, shown only as inert text.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, Literal, get_args

import streamlit as st

Compare = Literal["previous", "year_before", "none"]
COMPARES: Final[tuple[Compare, ...]] = get_args(Compare)
FILTERS: Final = ("source", "campaign_id", "owner")
PARAMETERS: Final = ("period", "compare", "as_of", *FILTERS)
_KEPT: Final = "tandem_choice"
_LONGEST: Final = 300
_MOST: Final = 50

Chosen = Mapping[str, Sequence[str]]


def chosen() -> Chosen:
    """The choice in the address; on a page reached by the menu, the one of the page before."""
    written = _in_address()
    kept: Chosen = st.session_state.get(_KEPT, {})
    if not written and kept:
        st.query_params.update({name: list(values) for name, values in kept.items()})
        return kept
    st.session_state[_KEPT] = written
    return written


def choose(name: str, *values: str) -> None:
    """Writes one parameter into the address; without values it leaves it, and its default holds."""
    kept = {**st.session_state.get(_KEPT, {}), name: list(values)}
    st.session_state[_KEPT] = {known: found for known, found in kept.items() if found}
    if values:
        st.query_params[name] = list(values)
    else:
        st.query_params.pop(name, None)


def _in_address() -> Chosen:
    found = {name: st.query_params.get_all(name)[:_MOST] for name in PARAMETERS}
    return {name: [v[:_LONGEST] for v in values if v] for name, values in found.items() if any(values)}
