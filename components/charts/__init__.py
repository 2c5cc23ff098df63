"""Charts: each function takes readings and formats and gives a Figure; `draw` puts it into a page."""

from components.charts.figure import Figure, Table, draw
from components.charts.handoffs import Part, Reason, Stage, Wait, funnel, pareto, stacked, waits
from components.charts.rates import rates
from components.charts.targets import Pair, Point, bullets, dumbbells, history
from components.charts.trends import Month, trend

__all__ = [
    "Figure", "Month", "Pair", "Part", "Point", "Reason", "Stage", "Table", "Wait",
    "bullets", "draw", "dumbbells", "funnel", "history", "pareto", "rates", "stacked", "trend", "waits",
]  # fmt: skip
