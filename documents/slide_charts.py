"""Charts that an office program draws itself: bars, stacked bars, lines, steps, intervals as error bars."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, Final
from xml.sax.saxutils import escape

from pptx.chart.data import CategoryChartData, XyChartData
from pptx.dml.color import RGBColor
from pptx.enum.chart import XL_CHART_TYPE, XL_LABEL_POSITION, XL_LEGEND_POSITION, XL_TICK_LABEL_POSITION
from pptx.enum.dml import MSO_LINE
from pptx.oxml import parse_xml
from pptx.util import Inches, Pt

from components.theme import Tone, light
from documents import number_formats
from documents.pack import Native, Series
from scorecard.formats import Formats

_KINDS: Final = {
    "bars": XL_CHART_TYPE.BAR_CLUSTERED,
    "stacked": XL_CHART_TYPE.BAR_STACKED,
    "lines": XL_CHART_TYPE.LINE,
}
_SPACE: Final = "http://schemas.openxmlformats.org/drawingml/2006/chart"
_MARKS: Final = 8  # days that an axis names
_NAMES: Final = 5  # months that it names
_NAME: Final = Inches(1.6)  # what a name takes
_FEW: Final = 16  # bars up to which each has its label
_LARGE: Final = 1000  # money from which cents say nothing more
LYING: Final = ("bars", "stacked", "spans")
_DAY_0: Final = date(1899, 12, 30)  # from which office programs count
_DARK: Final[frozenset[Tone]] = frozenset(("marketing", "sales", "ink", "good", "bad", "neutral", "muted"))
_DASHES: Final[dict[str, MSO_LINE]] = {
    "muted": MSO_LINE.DASH,
    "neutral": MSO_LINE.ROUND_DOT,
}  # what is expected, what is likely
# python-pptx has no types
_XyData: Any = XyChartData
_CategoryData: Any = CategoryChartData
_Colour: Any = RGBColor


def add(slide: Any, native: Native, box: tuple[int, int, int, int], formats: Formats) -> Any:
    """Puts the chart onto the slide and gives its frame."""
    if native.kind == "spans":
        frame = slide.shapes.add_chart(XL_CHART_TYPE.BAR_STACKED, *box, _begun(native))
    elif native.kind == "steps":
        frame = slide.shapes.add_chart(XL_CHART_TYPE.XY_SCATTER_LINES_NO_MARKERS, *box, _points(native))
    else:
        frame = slide.shapes.add_chart(_KINDS[native.kind], *box, _categories(native, formats))
    chart = frame.chart
    chart.has_title = False
    chart.font.size, chart.font.color.rgb = Pt(12), colour("ink")
    chart.has_legend = len(native.series) > 1 and native.kind != "spans"
    if chart.has_legend:
        chart.legend.position, chart.legend.include_in_layout = XL_LEGEND_POSITION.BOTTOM, False
    _axes(chart, native, formats, box[2])
    every = list(chart.plots[0].series)
    for drawn, series in zip(every[-len(native.series) :], native.series, strict=True):
        _paint(drawn, series, native)
        _intervals(drawn, series)
    if native.kind == "spans":
        every[0].format.fill.background()  # it only says where the bars begin
    return frame


def _label_format(native: Native, formats: Formats) -> str:
    """How figures are written; a part of a stack that is 0 says nothing."""
    values = [value for series in native.series for value in series.values]
    large = native.unit == "currency" and max((abs(v) for v in values if v), default=0.0) >= _LARGE
    whole = large or number_formats.are_whole(values)
    found = number_formats.of_unit(native.unit, formats, whole=whole)
    return f"{found};-{found};" if native.kind == "stacked" else found


def _axis_format(native: Native, formats: Formats) -> str:
    known = [abs(value) for series in native.series for value in series.values if value is not None]
    return number_formats.of_axis(native.unit, formats, max(known, default=0.0))


def _categories(native: Native, formats: Formats) -> Any:
    data = _CategoryData(number_format=_label_format(native, formats))
    data.categories = native.days or native.categories
    for series in native.series:
        data.add_series(series.name, series.values)
    return data


def _begun(native: Native) -> Any:
    """Bars that stand on unseen ones, as long as it is until their first day."""
    data = _CategoryData(number_format="General")
    data.categories = native.categories
    data.add_series("From", tuple((day - _DAY_0).days for day in native.days), number_format="d mmm yyyy")
    for series in native.series:
        data.add_series(series.name, series.values)
    return data


def _points(native: Native) -> Any:
    data = _XyData()
    for series in native.series:
        found = data.add_series(series.name)
        for x, y in zip(native.across, series.values, strict=True):
            if y is not None:
                found.add_data_point(x, y)
    return data


def _axes(chart: Any, native: Native, formats: Formats, wide: int) -> None:
    values, along = chart.value_axis, chart.category_axis
    values.has_major_gridlines = native.kind not in LYING
    values.tick_labels.number_format = _axis_format(native, formats)
    values.tick_labels.number_format_is_linked = False
    values.format.line.fill.background()
    along.format.line.color.rgb = colour("faint")
    along.has_major_gridlines = False
    if values.has_major_gridlines:
        values.major_gridlines.format.line.color.rgb = colour("track")
    if native.kind in LYING:
        along.reverse_order = True  # the first of them on top
        spans = bool(native.series[0].low)  # intervals leave no room for labels: the axis says how much
        values.tick_label_position = XL_TICK_LABEL_POSITION.HIGH if spans else XL_TICK_LABEL_POSITION.NONE
        if native.unit == "percent":
            values.minimum_scale = 0
        along.tick_label_position = XL_TICK_LABEL_POSITION.LOW
        _labels(chart.plots[0], native, formats)
    if native.kind == "spans":
        _dated(values, native)
    elif native.days:
        _run_along(along, native.days, wide)
    elif native.kind == "lines" and len(native.categories) > _NAMES:
        _named(along, -(-len(native.categories) // max(2, min(_NAMES, wide // _NAME))))
    if native.unit == "percent" and native.kind == "steps":
        values.minimum_scale, values.maximum_scale = 0, 1


def _dated(values: Any, native: Native) -> None:
    """The bars run along days, week by week, from the first beginning to the last end."""
    begins = [(day - _DAY_0).days for day in native.days]
    long = zip(*(series.values for series in native.series), strict=True)
    ends = [begin + sum(days or 0 for days in each) for begin, each in zip(begins, long, strict=True)]
    values.minimum_scale, values.maximum_scale = min(begins), max(ends)
    values.major_unit = 7
    values.tick_labels.number_format = "d mmm"
    values.tick_label_position = XL_TICK_LABEL_POSITION.HIGH
    values.has_major_gridlines = True
    values.major_gridlines.format.line.color.rgb = colour("track")


def _run_along(along: Any, days: Sequence[date], wide: int) -> None:
    """Months where each begins with one, else days; no more marks than there is room for."""
    monthly = len(days) > 1 and all(day.day == 1 for day in days)
    if monthly:
        marks = max(2, min(_MARKS, wide // _NAME))
        _marked(along, "months", -(-len(days) // marks))
    else:
        _marked(along, "days", max(1, (days[-1] - days[0]).days // _MARKS))
    along.tick_labels.number_format = "mmm yyyy" if monthly else "d mmm"
    along.tick_labels.number_format_is_linked = False


def _marked(along: Any, unit: str, step: int) -> None:
    """A mark every so many days or months."""
    base = along._element.find(f"{{{_SPACE}}}baseTimeUnit")  # noqa: SLF001 - python-pptx has no way to say it
    if base is not None:
        base.set("val", unit)
        for part in (f'majorTimeUnit val="{unit}"', f'majorUnit val="{step}"'):
            base.addnext(parse_xml(f'<c:{part} xmlns:c="{_SPACE}"/>'.replace(f' xmlns:c="{_SPACE}"', "", 0)))


def _named(along: Any, step: int) -> None:
    """A name at every so-manieth place, none of them turned."""
    element = along._element  # noqa: SLF001 - the same
    along.tick_labels.font.size = Pt(12)
    element.txPr.bodyPr.set("rot", "0")
    after = element.find(f"{{{_SPACE}}}noMultiLvlLbl")
    if after is not None:
        after.addprevious(parse_xml(f'<c:tickLblSkip xmlns:c="{_SPACE}" val="{step}"/>'))


def _labels(plot: Any, native: Native, formats: Formats) -> None:
    plot.gap_width = 45
    if native.kind in ("stacked", "spans"):
        plot.overlap = 100
    if (
        native.kind == "spans"
        or len(native.categories) * len(native.series) > _FEW + _FEW
        or native.series[0].low
    ):
        return
    plot.has_data_labels = True
    labels = plot.data_labels
    labels.number_format, labels.number_format_is_linked = _label_format(native, formats), False
    labels.font.size = Pt(10)
    if native.kind == "bars":
        labels.position = XL_LABEL_POSITION.OUTSIDE_END
    for drawn, series in zip(plot.series, native.series, strict=True):
        if native.kind == "stacked" and series.tone in _DARK:
            own = drawn.data_labels
            own.show_value, own.font.size, own.font.color.rgb = True, Pt(10), _Colour(255, 255, 255)
            own.number_format, own.number_format_is_linked = _label_format(native, formats), False


def _paint(drawn: Any, series: Series, native: Native) -> None:
    if native.kind in LYING:
        fill = _outline if series.hollow else _fill
        fill(drawn.format, _under_bars(series.tone, series))
        for i, tone in enumerate(series.tones):
            if tone != series.tone:
                fill(drawn.points[i].format, _under_bars(tone, series))
        return
    drawn.smooth = False
    drawn.format.line.color.rgb = colour(series.tone)
    drawn.format.line.width = Pt(2.25)
    if native.days and series.tone in _DASHES:
        drawn.format.line.dash_style = _DASHES[series.tone]


def _under_bars(tone: Tone, series: Series) -> Tone:
    """Black error bars would be lost on black."""
    return "faint" if series.low and tone == "ink" else tone


def _fill(shown: Any, tone: Tone) -> None:
    shown.fill.solid()
    shown.fill.fore_color.rgb = colour(tone)


def _outline(shown: Any, tone: Tone) -> None:
    shown.fill.background()
    shown.line.color.rgb, shown.line.width = colour(tone), Pt(1.5)


def colour(tone: Tone) -> Any:
    """A tone of the light theme."""
    red, green, blue = bytes.fromhex(light()[tone].lstrip("#"))
    return _Colour(red, green, blue)


def _intervals(drawn: Any, series: Series) -> None:
    """Error bars from low to high."""
    if not series.low:
        return
    ends = zip(series.values, series.low, series.high, strict=True)
    known = [(v or 0.0, v if low is None else low, v if high is None else high) for v, low, high in ends]
    plus = [max((high or v) - v, 0.0) for v, _, high in known]
    minus = [max(v - (low if low is not None else v), 0.0) for v, low, _ in known]
    element = drawn._element  # noqa: SLF001 - python-pptx knows no error bars
    bars = parse_xml(
        f'<c:errBars xmlns:c="{_SPACE}"><c:errBarType val="both"/><c:errValType val="cust"/>'
        f'<c:noEndCap val="1"/>{_literal("plus", plus)}{_literal("minus", minus)}</c:errBars>'
    )
    element.find(f"{{{_SPACE}}}cat").addprevious(bars)


def _literal(name: str, values: Sequence[float]) -> str:
    points = "".join(f'<c:pt idx="{i}"><c:v>{escape(repr(v))}</c:v></c:pt>' for i, v in enumerate(values))
    return f'<c:{name}><c:numLit><c:ptCount val="{len(values)}"/>{points}</c:numLit></c:{name}>'
