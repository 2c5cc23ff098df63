"""The one door from the app to documents: the board pack of what is seen, and a chart as a picture.

A file is made when somebody asks for it, in a thread of its own, and the last ones are kept for whoever asks
the same: of the same data, period, moment and filter. What makes documents is loaded with the first of them.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from functools import partial
from importlib import import_module
from threading import Lock
from typing import Any, Final, Generic, TypeVar

import streamlit as st

from components import access, live
from components.charts import Figure
from components.downloads import file_name
from components.screen import View

_TO_THE_MINUTE: Final = len("2026-09-30T12:00")
_KEPT: Final = 12  # files, the last asked for
_PACKS: Final = 2  # packs that files are written from
_FORMS: Final = {
    "pdf": ("Board pack (PDF)", "application/pdf", ":material/picture_as_pdf:"),
    "pptx": (
        "Slides (PowerPoint)",
        "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        ":material/slideshow:",
    ),
    "xlsx": (
        "Workbook (Excel)",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        ":material/table_view:",
    ),
    "csv": ("Every figure (CSV)", "text/csv", ":material/csv:"),
}
_PICTURES: Final = {"png": "image/png", "svg": "image/svg+xml"}
_HOW: Final = (
    "All pages, for the period, moment and filter chosen here. Making a file takes some seconds; should it "
    "fail, the source was away: ask again in a minute."
)


T = TypeVar("T")


class _Shelf(Generic[T]):
    """The last things made; who asks for one that is being made waits for it, and gets the same."""

    def __init__(self, most: int = _KEPT) -> None:
        self._kept: OrderedDict[str, T] = OrderedDict()
        self._making: dict[str, Lock] = {}
        self._lock, self._most = Lock(), most

    def get(self, key: str, make: Callable[[], T]) -> T:
        """What has that key."""
        with self._lock:
            turn = self._making.setdefault(key, Lock())
        with turn:
            try:
                found = self._kept[key] if key in self._kept else make()
            finally:
                self._making.pop(key, None)
            with self._lock:
                self._kept[key] = found
                self._kept.move_to_end(key)
                while len(self._kept) > self._most:
                    self._kept.popitem(last=False)
            return found


_shelf: Final[_Shelf[bytes]] = _Shelf()
_packs: Final[_Shelf[Any]] = _Shelf(
    _PACKS
)  # whoever wants the slides after the PDF waits for their writing only


def offer(view: View) -> None:
    """A small button that opens the choice of files; nothing is made before one is chosen."""
    with st.container(key="page_files", width="content"):
        st.fragment(_offer, key="page_download_part")(view)


def _offer(view: View) -> None:
    access.check()
    opened = st.popover(
        ":material/download:",
        help="Download: board pack, slides, workbook",
        key="page_download",
        on_change="rerun",
    )
    with opened:
        if opened.open:
            for form in _FORMS:
                _button(form, view.screen.view)
            st.caption(_HOW)


def _button(form: str, view: View) -> None:
    label, kind, icon = _FORMS[form]
    name = file_name("board pack", view.period.text, f"as of {view.as_of.text[:_TO_THE_MINUTE]}", form=form)
    make = partial(_file, form, view.dataset, view.period, view.as_of, view.compare, view.where)
    st.download_button(
        label, make, name, kind, on_click="ignore", icon=icon, key=f"page_download_{form}", width="stretch"
    )


def _file(form: str, dataset: Any, period: Any, as_of: Any, compare: Any, where: Any) -> bytes:
    """Made outside a run of a page: it may ask nothing of Streamlit but what is remembered."""
    key = f"{dataset.stamp.version} {period!r} {as_of!r} {compare!r} {where!r}"

    def export() -> Any:
        exporting = import_module("documents.exporting")
        return exporting.Export(dataset, period, as_of, compare=compare, where=where, remember=live.cached)

    def make() -> bytes:
        made = export() if form == "csv" else _packs.get(key, lambda: _with_pack(export()))
        found: bytes = made.file(form)
        return found

    return _shelf.get(f"{form} {key}", make)


def _with_pack(export: Any) -> Any:
    """The export, its pack made."""
    _ = export.pack
    return export


def pictures(figure: Figure, view: View, *, name: str, key: str) -> None:
    """The chart as PNG and SVG."""
    for form, kind in _PICTURES.items():
        file = file_name(
            view.slug, name, view.period.text, f"as of {view.as_of.text[:_TO_THE_MINUTE]}", form=form
        )
        st.download_button(
            form.upper(), partial(_picture, form, figure), file, kind, on_click="ignore",
            icon=":material/image:", key=f"{key}_{form}",
        )  # fmt: skip


def _picture(form: str, figure: Figure) -> bytes:
    found: bytes = import_module("documents.exporting").picture(figure, form)
    return found
