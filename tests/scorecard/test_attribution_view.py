"""The Attribution page's readings: rows of the report, and sentences true to them."""

import pytest

from data_sources.database import Database
from scorecard import attribution_view, periods, small
from scorecard.attribution_view import MODEL_NAMES
from scorecard.clock import AsOf
from scorecard.formats import Formats
from scorecard.report import by_key, report
from scorecard.scopes import EVERYTHING, Filter
from scorecard.words import plain
from tests.scorecard.builders import NOW, Company, lead

QUARTER = periods.parse("2026-Q3")
MARKETING = [{"key": "marketing_sources", "value": "Webinar"}]


@pytest.fixture(scope="module")
def demo(demo_url):
    return Database(demo_url, clock=lambda: NOW).open()


@pytest.fixture
def company(tmp_path):
    return lambda **tables: Company(tmp_path / "company.db", **tables).dataset


def at(dataset, text="2026-11-21"):
    return AsOf.parse(text, small.settings(dataset).zone)


def read(dataset, period=QUARTER, where=EVERYTHING):
    return attribution_view.attribution_of(dataset, period, at(dataset), where)


def won(lead_id="L1", **cells):
    return lead(lead_id, won_at="2026-10-20 10:00:00", amount=100, source="Webinar", **cells)


def touch(number, when, department="marketing", **cells):
    return {
        "touch_id": f"T{number}",
        "lead_id": "L1",
        "at": when,
        "department": department,
        "kind": "ad",
        **cells,
    }


def text(sentences):
    return " ".join(plain(said) for said in sentences)


def test_every_part_is_a_row_of_the_report_and_the_agreed_definition_is_marked(demo):
    found = read(demo)
    printed = by_key(report(demo, QUARTER, at(demo)))
    assert [d.name for d in found.revenue if d.agreed] == [small.settings(demo).sourced_by]
    for which in ("revenue", "pipeline"):
        for definition in getattr(found, which):
            for part, row in definition.rows.items():
                assert row == printed[f"{part}_{which}", f"sourced_by={definition.name}", QUARTER.text]


@pytest.mark.parametrize("by", list(attribution_view.COLUMNS))
def test_the_chosen_model_lies_inside_the_band_of_all_and_the_bars_are_the_reports(demo, by):
    found = attribution_view.credits_of(demo, by, "u_shaped", QUARTER, at(demo), EVERYTHING)
    printed = by_key(report(demo, QUARTER, at(demo), by=[by], metrics=["attributed_revenue"]))
    assert sum(share.value for share in found.every) == pytest.approx(
        printed["attributed_revenue", "model=u_shaped", QUARTER.text].value
    )
    for share in found.every:
        assert share.low <= share.value <= share.high
        assert len(share.by_model) == 7  # markov among them


def test_what_has_no_value_in_a_column_is_told_and_not_drawn(demo):
    found = attribution_view.credits_of(demo, "channel", "linear", QUARTER, at(demo), EVERYTHING)
    (none,) = (share for share in found.every if share.group is None)
    assert none not in found.shown
    money = Formats.of(small.settings(demo)).money(none.value, compact=True)
    assert f"Touches of no campaign get {money}" in found.says


def test_every_figure_that_stands_first_leads_to_its_evidence(demo):
    found = read(demo)
    strong = [piece for said in (*found.verdict, *found.because) for piece in said if piece.strong]
    assert {piece.page for piece in strong} == {"attribution#revenue", "attribution#credit"}
    assert len(text(found.verdict)) < 190


def test_the_split_between_the_teams_names_the_models_at_its_ends(demo):
    shares = attribution_view.credits_of(demo, "department", "linear", QUARTER, at(demo), EVERYTHING)
    ours = next(share.by_model for share in shares.every if share.group == "marketing")
    whole = {m: sum(share.by_model[m] for share in shares.every) for m in ours}
    lowest, highest = (end(ours, key=lambda m: ours[m] / whole[m]) for end in (min, max))
    said = text(read(demo).because)
    names = {m: name if m == "markov" else name[:1].lower() + name[1:] for m, name in MODEL_NAMES.items()}
    ends = [f"{ours[m] / whole[m]:.0%} ({names[m]})" for m in (lowest, highest)]
    assert f"the models put marketing's part between {ends[0]} and {ends[1]}." in said


def test_a_journey_shows_every_touch_up_to_the_close_and_its_weights_sum_to_one(demo):
    offered = attribution_view.won_leads(demo, QUARTER, at(demo), EVERYTHING)
    for lead_id in list(offered)[:5]:
        for model in attribution_view.MODEL_NAMES:
            found = attribution_view.journey_of(demo, lead_id, "kind", model, QUARTER, at(demo), EVERYTHING)
            assert sum(touch.weight for touch in found.touches) == pytest.approx(1)
            assert all(touch.days_before >= 0 for touch in found.touches)
    assert (
        attribution_view.journey_of(demo, "nobody", "kind", "linear", QUARTER, at(demo), EVERYTHING) is None
    )


def test_both_teams_touches_count_and_a_touch_after_the_close_doesnt(company):
    days = (("2026-10-06", "marketing"), ("2026-10-07", "sales"), ("2026-10-21", "marketing"))
    touches = [touch(n, f"{day} 09:00:00", team) for n, (day, team) in enumerate(days)]
    dataset = company(leads=[won()], touches=touches, settings=MARKETING)
    quarter = periods.parse("2026-Q4")
    found = attribution_view.credits_of(dataset, "department", "linear", quarter, at(dataset), EVERYTHING)
    assert {share.name: share.value for share in found.shown} == {"Marketing": 50.0, "Sales": 50.0}
    assert "needs 100 won or lost paths; there are 1" in found.says
    one = attribution_view.journey_of(dataset, "L1", "department", "linear", quarter, at(dataset), EVERYTHING)
    assert [(t.team, t.weight) for t in one.touches] == [("marketing", 0.5), ("sales", 0.5)]


def test_what_had_no_touch_is_said_and_given_to_nobody(company):
    leads = [won(), won("L2")]
    dataset = company(leads=leads, touches=[touch(1, "2026-10-06 09:00:00")], settings=MARKETING)
    quarter = periods.parse("2026-Q4")
    found = attribution_view.credits_of(dataset, "department", "linear", quarter, at(dataset), EVERYTHING)
    assert sum(share.value for share in found.every) == 100
    assert "(50%) had neither a touch nor a campaign" in found.says
    said = text(read(dataset, quarter).verdict)
    assert "sourced €200 (100%) of €200 revenue in Q4 2026" in said


def test_without_touches_what_was_sourced_is_known_and_the_rest_says_what_it_needs(company):
    dataset = company(leads=[won(), lead("L2", won_at="2026-10-21", amount=300)], settings=MARKETING)
    quarter = periods.parse("2026-Q4")
    found = read(dataset, quarter)
    assert "sourced €100 (25%) of €400" in text(found.verdict)
    assert "touches" in text(found.verdict)
    assert all(d.locked is not None for d in found.revenue)
    credit = attribution_view.credits_of(dataset, "department", "linear", quarter, at(dataset), EVERYTHING)
    assert (credit.shown, "touches" in credit.says) == ((), True)
    assert attribution_view.won_leads(dataset, quarter, at(dataset), EVERYTHING) == {}


def test_a_definition_that_lacks_a_setting_is_locked_alone(company):
    dataset = company(leads=[won()], touches=[touch(1, "2026-10-06 09:00:00")])
    found = read(dataset, periods.parse("2026-Q4"))
    assert found.nothing is None
    assert "Add the setting marketing_sources" in text(found.verdict)
    assert [d.name for d in found.revenue if d.locked is None] == ["first_touch", "before_sales"]
    assert any("marketing_sources" in said for said in found.lacking)


def test_a_period_without_revenue_says_so(company):
    dataset = company(leads=[won()], touches=[touch(1, "2026-10-06 09:00:00")], settings=MARKETING)
    assert read(dataset, periods.parse("2026-11")).nothing is not None
    ahead = read(dataset, periods.parse("2027-Q1")).nothing
    assert ahead == ("This period hasn't begun", "Choose one that has.")


def test_a_filter_narrows_what_is_shared_out(demo):
    where = Filter.of([("source", "Webinar")])
    whole, part = read(demo), read(demo, where=where)
    assert 0 < part.revenue[0].rows["sourced"].denominator < whole.revenue[0].rows["sourced"].denominator
