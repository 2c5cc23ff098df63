"""Charts are drawn by processes of their own while a pack is made, whatever becomes of those."""

import json

from components import charts
from documents import drawing, fonts, pen, pens
from scorecard.clock import Zone
from scorecard.formats import Formats

SPEC = {
    "mark": "bar",
    "data": {"values": [{"a": 1}]},
    "encoding": {"x": {"field": "a", "type": "quantitative"}},
}


def figure(name):
    """A chart that nobody has drawn yet."""
    return charts.thirds([charts.Thirds(name, 1.0, 2.0, 3.0)], Formats("en_GB", "EUR", Zone.of("UTC")))


def test_a_pen_draws_as_this_process_does_one_that_died_is_replaced_and_none_is_left():
    here = pen.svg(SPEC, {}, str(fonts.folder()))
    with pens.Pens(fonts.folder(), most=1) as run:
        assert run.begin(SPEC, {}).result(pens.PATIENCE) == here
        first = run._pens[0]._process
        first.kill()
        first.wait()
        assert run.begin(SPEC, {}).result(pens.PATIENCE) == here
        second = run._pens[0]._process
    assert [second is first, first.poll() is None, second.poll() is None] == [False, False, False]


def test_what_no_pen_can_draw_is_drawn_here(monkeypatch):
    monkeypatch.setattr(pens, "_SCRIPT", fonts.folder() / "nothing.py")
    asked = figure("drawn without pens")
    with drawing.ahead() as begin:
        begin(asked, drawing.WIDE)
        found = drawing.picture(asked)
    assert "drawn without pens" in found.svg
    assert drawing._begun == {}


def test_a_chart_is_begun_once_and_fetched_from_whoever_drew_it(monkeypatch):
    asked = []

    class Told:
        def __init__(self, _):
            pass

        def __enter__(self):
            return self

        def __exit__(self, *_):
            pass

        def begin(self, spec, _):
            asked.append(spec["description"])
            return pens.Future()

    monkeypatch.setattr(drawing, "Pens", Told)
    chart = figure("begun twice")
    with drawing.ahead() as begin:
        begin(chart, drawing.WIDE)
        begin(chart, drawing.WIDE)
        drawing._begun[drawing._key(chart, drawing.WIDE)].set_result('<svg width="10" height="4"></svg>')
        assert drawing.picture(chart).width == 10
        begin(chart, drawing.WIDE)
    assert asked == [chart.says]


def test_a_pen_says_what_is_wrong_with_a_chart():
    asked = json.dumps({"spec": {"mark": "nonsense"}, "look": {}, "folder": str(fonts.folder())})
    assert set(pen._answer(asked)) == {"wrong"}
