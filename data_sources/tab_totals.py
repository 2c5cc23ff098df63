"""How total rows look: by the word that stands first in them, and by their sums."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import Final

from scorecard.cells import trim

# Words for totals and averages in several languages. Not "media" (Italian, Spanish): a kind of spend.
_WORDS: Final = tuple(
    re.findall(
        r"\S+",
        """
    total totals subtotal sub-total sum average avg
    gesamt gesamtsumme gesamtergebnis insgesamt summe zwischensumme teilergebnis durchschnitt mittelwert
    totaux sous-total somme moyenne totale totali subtotale somma complessivo
    totales suma promedio totais soma média razem suma ogółem łącznie średnia
    totaal eindtotaal subtotaal som gemiddelde totalt summa medel delsumma gennemsnit gjennomsnitt
    celkem součet průměr spolu összesen yhteensä toplam ortalama итого всего сумма среднее всього σύνολο
    合計 総計 小計 平均 合计 总计 小计 平均值 합계 총계 소계 평균
""",
    )
)
_BEFORE: Final = "grand|overall|genel|sum|im|i|à"
_AFTER: Final = (
    "of|for|all|da|do|das|dos|de|del|della|des|der|die|du|per|pro|für|von|van|general|général|générale|geral|"
    "generale|generaal|complessivo|ogólna|alt"
)
_LABEL: Final = re.compile(
    rf"(?:(?:{_BEFORE})[ -])?(?:{'|'.join(map(re.escape, _WORDS))}|i alt)"
    rf"(?:$|\s*[:=(–—]|\s+-|\s+(?:{_AFTER})\b)"
)
_FIRST: Final = frozenset(word[0] for word in (*_WORDS, *_BEFORE.split("|")))


def says_total(cell: object) -> bool:
    """Whether a text calls its row a total: "Total", "Summe:", "Total da conta"; not "Total Wine Ltd"."""
    if not isinstance(cell, str) or not cell:
        return False
    if cell[0].lower() not in _FIRST and cell[0].isalnum():
        return False  # nearly every cell ends here
    return _LABEL.match(trim(cell).casefold()) is not None


def adds_up(cells: Sequence[object], above: Sequence[Sequence[object]]) -> bool:
    """Whether every number of a row is the sum of two or more numbers above it; `above` by column.

    Texts count as numbers too, written with a comma or a point for decimals, one way in all columns.
    """
    filled = [(cell, column) for cell, column in zip(cells, above, strict=True) if not is_blank(cell)]
    return bool(filled) and any(all(_is_sum(*pair, mark) for pair in filled) for mark in ".,")


def is_blank(cell: object) -> bool:
    """Nothing, or only characters that nobody sees."""
    return cell is None or (isinstance(cell, str) and trim(cell) == "")


def is_figure(cell: object) -> bool:
    """Whether a cell is a number, or text of figures alone (12,5 %)."""
    if isinstance(cell, str):
        return _FIGURES.fullmatch(trim(cell)) is not None
    return isinstance(cell, (int, float)) and not isinstance(cell, bool)


_FIGURES: Final = re.compile(r"[^\w]*\d[\d.,'’\s%-]*[^\w]*")


def _is_sum(cell: object, above: Sequence[object], mark: str) -> bool:
    total = _number(cell, mark)
    numbers = [n for n in (_number(other, mark) for other in above) if n is not None]
    if total is None or len([n for n in numbers if n]) < 2:  # noqa: PLR2004 - the sum of one row is that row
        return False
    return math.isclose(total, math.fsum(numbers), rel_tol=1e-9, abs_tol=0.005)


_NOT_FIGURES: Final = re.compile(r"[^\d.,-]")


def _number(cell: object, mark: str) -> float | None:
    if isinstance(cell, bool) or is_blank(cell):
        return None
    if isinstance(cell, (int, float)):
        return float(cell)
    other = "," if mark == "." else "."
    try:
        return float(_NOT_FIGURES.sub("", str(cell)).replace(other, "").replace(mark, "."))
    except ValueError:
        return None
