"""One door to all documents: a pack is made once, then written in whichever ways are asked for.

Nothing here needs a browser, Streamlit or a network.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from difflib import get_close_matches
from importlib import import_module
from threading import Lock
from typing import Any, Final, Literal

import pandas as pd

from components.charts import Figure
from components.downloads import csv as safe_csv
from documents import contents, drawing, pdf
from documents.contents import make
from documents.pack import Asked, Chapter, Drawing, Pack
from documents.pdf import Paper
from scorecard import data_view
from scorecard.clock import AsOf
from scorecard.dataset import Dataset
from scorecard.periods import Period
from scorecard.problems import Problem, Severity
from scorecard.rows import COLUMNS, Row

PAPERS: Final = tuple(pdf.PAPERS)
STEPS: Final = contents.STEPS
_LETTER: Final = frozenset(("US", "CA", "MX", "PH", "CL", "CO", "VE"))  # where paper is 8.5 by 11 inches


class UnknownChartError(ValueError):
    """No chart of the pack has that name."""


def tidy(rows: Sequence[Row]) -> bytes:
    """The report as CSV, safe to open in a spreadsheet."""
    cells = [row.as_dict() for row in rows]
    return safe_csv(pd.DataFrame(cells, columns=list(COLUMNS), dtype=object))


# By the module that writes it: who wants a PDF doesn't wait until the libraries of the others are loaded.
WRITERS: Final = {"pptx": "documents.slides", "xlsx": "documents.workbook"}


def paper_of(locale: str) -> Paper:
    """The paper that is used where a locale is."""
    territory = locale.replace("-", "_").rpartition("_")[2]
    return "letter" if territory in _LETTER else "a4"


def chart(pack: Pack, name: str, form: Literal["png", "svg"]) -> bytes:
    """One chart of the pack as a picture; UnknownChartError names those there are."""
    found = next((one for one in pack.drawings() if one.name == name), None)
    if found is None:
        raise UnknownChartError(_no_chart(pack.drawings(), name))
    return picture(found.figure, form)


def picture(figure: Figure, form: Literal["png", "svg"]) -> bytes:
    """A chart as a picture."""
    return drawing.png(figure) if form == "png" else drawing.picture(figure).svg.encode()


def _no_chart(drawings: list[Drawing], name: str) -> str:
    names = [one.name for one in drawings]
    near = get_close_matches(name, names, n=1)
    hint = f" Did you mean {near[0]}?" if near else ""
    return f"There is no chart {name!r}.{hint} The charts are: {', '.join(names) or 'none'}."


class Export:
    """What a command or a viewer asks for: the pack is made when the first file needs it, and once.

    `told(done, steps)` hears of each step; `more` are other fields of `Asked`.
    """

    def __init__(
        self,
        dataset: Dataset,
        period: Period,
        as_of: AsOf,
        paper: Paper | None = None,
        told: Callable[[int, int], None] | None = None,
        **more: Any,
    ) -> None:
        self.asked = Asked(dataset, period, as_of, **{"compare": period.previous(), **more})
        self.paper: Paper = paper or paper_of(self.asked.settings.locale)
        self._told, self._done = told, 0
        self._made: Pack | None = None
        self._turn = Lock()

    @property
    def pack(self) -> Pack:
        return self._packed()

    def file(self, form: str, name: str | None = None) -> bytes:
        """A document, or with `png` or `svg` the chart of that name."""
        if form in ("png", "svg"):
            return chart(self.pack, name or "", "png" if form == "png" else "svg")
        if form == "csv":
            return tidy(contents.report_rows(self.asked))
        if form == "pdf":
            return self._paper()
        written: bytes = import_module(WRITERS[form]).write(self.pack, self._step)
        return written

    def _paper(self) -> bytes:
        """The PDF, its charts drawn while the pack is made."""
        with drawing.ahead() as begin:

            def seen(chapter: Chapter) -> None:
                for one in chapter.drawings():
                    begin(one.figure, pdf.width(one))

            return pdf.write(self._packed(seen), self.paper, self._step)

    def _packed(self, seen: Callable[[Chapter], None] | None = None) -> Pack:
        """The pack; `seen` sees its chapters as they come, or all of one that was made before."""
        with self._turn:
            if self._made is None:
                self._made = make(self.asked, self._step, seen)
            elif seen is not None:
                for chapter in self._made.chapters:
                    seen(chapter)
            return self._made

    def errors(self) -> list[Problem]:
        """What is wrong with the data, as the command `check` finds it."""
        found = self.asked.get(data_view.wrong, self.asked.as_of)
        return [p for g in found.groups if g.severity is Severity.ERROR for p in g.problems]

    def _step(self, _: str) -> None:
        if self._told is not None:
            self._done += 1
            self._told(self._done, max(self._done, STEPS))
