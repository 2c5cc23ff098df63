"""Text from data, made inert: a name that looks like markup is shown as it is written, and nothing more.

Streamlit reads markdown in titles, labels, metrics, help texts, tabs and toasts: there `escape` is the one
way in. `html` is the one way into st.html: it takes a template of ours and escapes every value put into it.
Selectbox options, text columns of st.dataframe and texts in charts are inert as they are; `clean` is enough.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import escape as escape_html
from typing import Final
from urllib.parse import quote

from scorecard.inert import clean

__all__ = ["Html", "clean", "escape", "html", "joined", "mail"]

_PUNCTUATION: Final = re.compile(r"([!-/:-@\[-`{-~])")
_JOINER: Final = "\u2060"  # of no width; a text holding it is no address, shortcode or arrow any more
# What Streamlit's markdown still acts on after the escapes are gone: it searches finished text for web and
# mail addresses, :shortcodes: and ASCII arrows and dashes.
_ACTIVE: Final = re.compile(r":(?=\S)|@(?=\S)|www(?=\.)|(?<=[<>=~-])(?=[<>=-])", re.IGNORECASE)
_ADDRESS: Final = re.compile(r"[A-Za-z0-9._+-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.){1,8}[A-Za-z]{2,24}", re.ASCII)


def escape(text: object) -> str:
    """The same text for any place where Streamlit reads markdown; it is shown as written, and does nothing.

    Word joiners of no width go into what Streamlit would turn into a link, an emoji or an arrow.
    """
    parted = _ACTIVE.sub(lambda found: found.group() + _JOINER, clean(text))
    return _PUNCTUATION.sub(r"\\\1", parted)


class Html(str):
    """Markup of ours, in which everything that came from data is escaped."""

    __slots__ = ()


def html(template: str, /, **values: object) -> Html:
    """A template of ours, in str.format's language, with every value escaped; Html goes in as it is."""
    return Html(template.format(**{name: _inert(value) for name, value in values.items()}))


def joined(parts: Iterable[Html], between: str = "") -> Html:
    """Pieces made by `html`, one after the other."""
    return Html(between.join(parts))


def mail(address: str) -> Html:
    """A mail address as a link that opens a letter; what isn't plainly an address stays text.

    The check leaves no room for a header (?subject=, &bcc=) or a second address.
    """
    if _ADDRESS.fullmatch(address) is None:
        return html("{text}", text=address)
    return html('<a href="mailto:{to}">{text}</a>', to=quote(address, safe="@"), text=address)


def _inert(value: object) -> str:
    return value if isinstance(value, Html) else escape_html(clean(value))
