"""Charts: each function takes readings and formats and gives a Figure; `tables.draw` puts it into a page."""

from components.charts.credit import Band, Dot, Thirds, bands, path, thirds
from components.charts.figure import Figure, Table
from components.charts.handoffs import Part, Reason, Stage, Wait, funnel, pareto, stacked, waits
from components.charts.lanes import lanes, tall
from components.charts.rates import rates
from components.charts.targets import Pair, Point, bullets, dumbbells, history
from components.charts.trends import Month, trend

__all__ = [
    "Band", "Dot", "Figure", "Month", "Pair", "Part", "Point", "Reason", "Stage", "Table", "Thirds", "Wait",
    "bands", "bullets", "dumbbells", "funnel", "history", "lanes", "pareto", "path", "rates", "stacked",
    "tall", "thirds", "trend", "waits",
]  # fmt: skip
