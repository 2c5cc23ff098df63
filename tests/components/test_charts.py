"""Charts: valid specs, shapes that don't change with the data, labels in the organisation's locale."""

from datetime import date, timedelta

import altair as alt
import pytest
from jsonschema import Draft7Validator
from jsonschema.exceptions import best_match

from components.charts import (
    Band,
    Dot,
    Month,
    Pair,
    Part,
    Point,
    Reason,
    Stage,
    Thirds,
    Wait,
    bands,
    bullets,
    dumbbells,
    funnel,
    history,
    lanes,
    pareto,
    path,
    stacked,
    thirds,
    trend,
    waits,
)
from components.readings import Named
from scorecard import calendar_lanes, periods
from scorecard.calendar_entries import Entry
from scorecard.calendar_lanes import PAPER
from scorecard.calendar_view import Band as Shaded
from scorecard.calendar_view import Tick, Timeline
from scorecard.status import Status
from tests.components.builders import ENGLISH, GERMAN, row

# Of Vega-Lite; altair checks each part by itself, which takes seven times as long.
SCHEMA = Draft7Validator(alt.load_schema())

LONG = "A name of three hundred characters " * 9
MARKUP = '<img src=x onerror=alert(1)> ![a](http://x) {"a": 1}'


def goal(name="Leads", value=0.8, **cells):
    return Named(
        name, row(**{"value": value, "numerator": 80, "target": 100, "expected": 0.75, **cells}), "number"
    )


def quota(team="sales", value=0.8, **cells):
    return Named(
        "", row(metric="quota_attainment", team=team, value=value, expected=0.75, **cells), "currency"
    )


def days(count, first=date(2026, 7, 1)):
    return [Point(first + timedelta(n), actual=float(n), expected=n * 1.1) for n in range(count)]


def entry(title, first, last, stage, team="marketing"):
    begins, ends = (None if n is None else NOVEMBER.start + timedelta(n) for n in (first, last))
    return Entry(title, title, "content", begins, ends, stage, team=team)


def timeline(*entries):
    """November, with the tenth for today."""
    groups = calendar_lanes.groups(entries, NOVEMBER, "team", NOVEMBER.start + timedelta(9), PAPER)
    return Timeline(NOVEMBER, groups, (Shaded(5, 2, "free"),), (Tick(1, 7, "2 Nov"),), 9, entries)


NOVEMBER = periods.parse("2026-11")
ENTRIES = (
    entry("always", -3, None, "live", "shared"),
    entry("over", 1, 3, "done"),
    entry(MARKUP, 8, 20, "live"),
    entry("late " * 9, 27, 28, "planned"),
    entry("maybe", 29, 40, "idea", "sales"),
)

FIGURES = {
    "thirds": lambda f: thirds([Thirds("First touch", 5.0, 3.0, 2.0), Thirds(LONG, 0, 0, 0)], f),
    "thirds of nothing": lambda f: thirds([], f),
    "bands": lambda f: bands([Band("email", 5, 1, 9), Band(MARKUP, -2, -3, 0, "sales")], f),
    "bands of zero": lambda f: bands([Band("email", 0, 0, 0)], f),
    "bands of nothing": lambda f: bands([], f),
    "path": lambda f: path(
        [Dot(30, "marketing", MARKUP, 0.4), Dot(0, None, LONG, None)], [("closed", 0.0)], f
    ),
    "path of a close alone": lambda f: path([], [("closed", 0.0)], f),
    "bullets": lambda f: bullets([goal(status=Status.ON_TRACK), goal(LONG, 0.2, team="sales")], f),
    "bullets without any figure": lambda f: bullets([Named("x", row(status=Status.NO_DATA))], f),
    "bullets of nothing": lambda f: bullets([], f),
    "dumbbells": lambda f: dumbbells([Pair("Teams", (quota("marketing", 0.9), quota("sales")))], f),
    "dumbbells of a person": lambda f: dumbbells([Pair(LONG, (quota(status=Status.AT_RISK),))], f),
    "dumbbells without target": lambda f: dumbbells([Pair("x", (quota(value=None),))], f),
    "dumbbells of nothing": lambda f: dumbbells([], f),
    "history": lambda f: history(days(20), 25.0, "currency", "sales", f),
    "history of one day": lambda f: history(days(1), None, "number", None, f),
    "history of nothing": lambda f: history([], 10.0, "number", None, f),
    "funnel": lambda f: funnel([Stage("Handed off", 10), Stage(MARKUP, 5, "half")], f),
    "funnel of zero leads": lambda f: funnel([Stage("Handed off", 0), Stage("Won", 0)], f),
    "funnel of nothing": lambda f: funnel([], f),
    "stacked": lambda f: stacked([("All", [Part("met", 3, "good"), Part("breached", 1, "bad")])], f),
    "stacked of zero leads": lambda f: stacked([("All", [Part("met", 0, "good")])], f),
    "stacked of nothing": lambda f: stacked([], f),
    "pareto": lambda f: pareto([Reason("no budget", 5, 2, 0.5), Reason("", 1, None, None)], f),
    "pareto of nothing": lambda f: pareto([], f),
    "waits": lambda f: waits([Wait(0, 1), Wait(5, 0.2)], [("SLA", 4), ("p90", 5)], f),
    "waits of nothing": lambda f: waits([], [], f),
    "trend": lambda f: trend([Month("Aug", 0.4, 0.3, 0.5), Month("Sep", 0.5, running=True)], "percent", f),
    "trend of blanks": lambda f: trend([Month("Aug", None)], "percent", f, goal=0.5, top=1.0),
    "trend of nothing": lambda f: trend([], "hours", f),
    "lanes": lambda f: lanes(timeline(*ENTRIES), f, PAPER),
    "lanes of nothing": lambda f: lanes(timeline(), f, PAPER),
}


@pytest.fixture(params=FIGURES)
def make(request):
    return FIGURES[request.param]


def test_every_chart_is_valid_vega_lite_with_its_rows_inside(make):
    assert best_match(SCHEMA.iter_errors(make(ENGLISH).altair().to_dict())) is None


def test_what_is_no_vega_lite_is_noticed():
    chart = FIGURES["pareto"](ENGLISH).altair().to_dict()
    chart["layer"][0]["mark"]["type"] = "pie"
    assert not SCHEMA.is_valid(chart)


def test_every_chart_says_in_words_what_it_shows(make):
    assert make(ENGLISH).says.endswith(".") or not len(make(ENGLISH).rows)


def test_no_text_of_a_chart_is_smaller_than_twelve_pixels(make):
    sizes = [
        layer["mark"]["fontSize"] for layer in make(ENGLISH).spec["layer"] if layer["mark"]["type"] == "text"
    ]
    assert sizes
    assert min(sizes) >= 12


def test_no_chart_names_a_colour(make):
    assert "#" not in str(make(ENGLISH).spec)
    assert "rgb" not in str(make(ENGLISH).spec)


def test_every_column_that_a_chart_draws_is_there(make):
    figure = make(ENGLISH)
    if len(figure.rows):
        made = {t["as"] for t in figure.spec["transform"]}
        assert fields_of(figure.spec) - made <= set(figure.rows.columns)


def fields_of(part):
    if isinstance(part, dict):
        own = {part["field"]} if isinstance(part.get("field"), str) else set()
        return own.union(*(fields_of(v) for v in part.values()))
    return set().union(*(fields_of(v) for v in part)) if isinstance(part, list) else set()


def test_no_text_column_of_a_chart_has_a_hole_that_would_read_null(make):
    figure = make(ENGLISH)
    shown = {e["text"]["field"] for e in encodings(figure.spec) if isinstance(e.get("text"), dict)}
    for column in shown & set(figure.rows.columns):
        assert figure.rows[column].map(type).eq(str).all(), column


def encodings(spec):
    return [layer.get("encoding", {}) for layer in spec["layer"]]


def test_a_shape_stays_the_same_when_only_the_data_change():
    one = bullets([goal("Leads", 0.5)], ENGLISH)
    other = bullets([goal("Wins", 0.6, team="sales", status=Status.OFF_TRACK), goal(MARKUP, 0.1)], GERMAN)
    assert one.spec is other.spec
    assert (
        history(days(5), 3.0, "number", "sales", ENGLISH).spec
        is history([], None, "hours", None, ENGLISH).spec
    )


def test_figures_are_written_in_the_locale():
    figure = bullets([Named("Umsatz", row(value=0.815, numerator=1234.5, target=2000), "currency")], GERMAN)
    assert figure.rows.detail[0].replace("\N{NO-BREAK SPACE}", " ") == "82 %  ·  1.234 € of 2.000 €"
    assert (
        figure.says.replace("\N{NO-BREAK SPACE}", " ")
        == "Target against actual. Umsatz: 82 % of target, 1.234 € of 2.000 €."
    )


def test_almost_reached_does_not_read_as_reached():
    assert "99.6%" in bullets([goal(value=0.996)], ENGLISH).says


def test_a_bullet_reaches_as_far_as_its_longest_bar():
    domains = [
        bullets([goal(value=v)], ENGLISH).spec["layer"][0]["encoding"]["x"]["scale"]["domain"]
        for v in (0.5, 1.3, 9)
    ]
    assert domains == [[0, 1.0], [0, 1.5], [0, 2.0]]


def test_status_is_icon_word_and_tone():
    rows = bullets([goal(status=Status.AT_RISK)], ENGLISH).rows
    assert (rows.status[0], rows.status_tone[0]) == ("▲ At risk", "warn")


def test_teams_have_their_hue_and_their_mark():
    rows = dumbbells([Pair("Teams", (quota("marketing"), quota("sales")))], ENGLISH).rows
    drawn = rows[rows.x.notna()]
    assert [*zip(drawn.hue, drawn.team, strict=True)] == [("marketing", "marketing"), ("sales", "sales")]


def test_the_axis_of_a_dumbbell_chart_reaches_as_far_as_its_longest_share():
    ticks = [dumbbells([Pair("Ana", (quota(value=v),))], ENGLISH).rows.tick_text for v in (0.4, 1.1)]
    assert [[text for text in texts if text][-1] for texts in ticks] == ["100%", "100%"]
    above = dumbbells([Pair("Ana", (quota(value=1.3),))], ENGLISH).rows.tick_text
    assert [text for text in above if text] == ["0%", "25%", "50%", "75%", "100%", "125%", "150%"]
    twice = dumbbells([Pair("Ana", (quota(value=1.8),))], ENGLISH).rows.tick_text
    assert [text for text in twice if text] == ["0%", "50%", "100%", "150%", "200%"]


def test_a_lone_mark_is_tied_to_its_pace():
    line = dumbbells([Pair("Ana", (quota(value=0.5),))], ENGLISH).rows.iloc[0]
    assert (line["from"], line["to"], line["pace"]) == (0.5, 0.75, 0.75)


def test_lanes_stand_on_their_days_each_stage_by_its_own_look():
    rows = lanes(timeline(*ENTRIES), ENGLISH, PAPER).rows
    drawn = rows[rows.what.isin(["done", "live", "planned", "idea"])]
    found = {(r.what, r["at"], r.to, r.hue) for _, r in drawn.iterrows()}
    assert found == {
        ("live", 0, 30, "ink"), ("done", 1, 4, "marketing"), ("live", 8, 21, "marketing"),
        ("planned", 27, 29, "marketing"), ("idea", 29, 30, "sales"),
    }  # fmt: skip
    assert set(drawn[drawn.right != ""].text_at) == {27, 29}  # titles that have no room at the right
    assert len(set(drawn.row)) == 4  # marketing's need two
    assert rows[rows.what == "today"]["at"].tolist() == [9.5]


def test_a_quotas_target_is_its_denominator():
    figure = dumbbells([Pair("Ana", (quota(numerator=4000, denominator=5000),))], ENGLISH)
    assert figure.table.frame["Target"][0] == 5000


def test_parts_of_a_bar_fill_it_exactly():
    rows = stacked(
        [("All", [Part("met", 3, "good"), Part("pending", 0, "faint"), Part("late", 1, "bad")])], ENGLISH
    ).rows
    assert list(rows["from"]) == [0, 0.75, 0.75]
    assert list(rows["to"]) == [0.75, 0.75, 1]


def test_the_running_share_of_a_pareto_adds_up():
    rows = pareto([Reason("a", 6, 4, 0.6), Reason("b", 4, 4, 0.4)], ENGLISH).rows
    assert rows.text[1] == "4 (±0)  ·  40%  ·  together 100%"


def test_the_running_month_is_hollow_and_says_so():
    figure = trend([Month("Aug", 0.4), Month("Sep", 0.5, running=True)], "percent", ENGLISH)
    assert figure.rows.running.notna().tolist() == [False, True]
    assert figure.rows.steady.notna().tolist() == [True, False]
    assert "Sep (running): 50%" in figure.says


def test_a_long_chart_says_how_many_more_the_table_has():
    assert bullets([goal()] * 30, ENGLISH).says.endswith("19 more in the table.")


def test_the_table_has_a_row_for_each_reading():
    assert len(bullets([goal()] * 3, ENGLISH).table.frame) == 3
