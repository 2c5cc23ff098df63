"""Quotas: attainment, pace, required per day, and the gap between the teams, counted by hand."""

import pytest

from scorecard.status import Status
from tests.scorecard.builders import Company, Rows, lead


@pytest.fixture
def company(tmp_path):
    made: list[Company] = []

    def build(**tables: Rows) -> Company:
        made.append(Company(tmp_path / f"company{len(made)}.db", **tables))
        return made[-1]

    yield build
    for one in made:
        one.database.close()


def quota(**cells: object) -> dict:
    usual = {
        "period_start": "2026-10-01",
        "period_end": "2026-12-31",
        "department": "sales",
        "person_id": None,
    }
    return {**usual, "metric": "wins", "target": 4, **cells}


def wins(count: int, day: str = "2026-10-20", **cells: object) -> list[dict]:
    return [
        lead(
            f"{day}-{i}-{cells.get('owner')}", won_at=f"{day} 12:00:00", mql_at="2026-10-06 09:00:00", **cells
        )
        for i in range(count)
    ]


WINS = "department=sales,metric=wins"


@pytest.mark.parametrize(
    ("won", "as_of", "status"),
    [
        (0, "2026-09-30", Status.NOT_DUE),
        (0, "2026-10-05", Status.TOO_EARLY),
        (4, "2026-10-20", Status.ACHIEVED),  # as soon as it is reached
        (2, "2026-11-15", Status.ON_TRACK),  # 46 of 92 days
        (1, "2026-11-01", Status.OFF_TRACK),  # 0.25 of 0.35 expected
        (3, "2026-12-10", Status.ON_TRACK),
        (3, "2026-12-25", Status.AT_RISK),  # 0.75 of 0.93 expected
        (3, "2026-12-31", Status.MISSED),
    ],
)
def test_a_quota_is_judged_by_its_pace(company, won, as_of, status):
    leads = wins(won) or [lead("a", won_at=None)]
    row = company(leads=leads, quotas=[quota()]).row("quota_attainment", WINS, as_of=as_of)
    assert row.status is status
    if status is not Status.NOT_DUE:
        assert (row.value, row.numerator, row.denominator) == (won / 4, won, 4)


def test_it_is_printed_whole_under_its_own_period_whatever_part_is_asked_for(company):
    found = company(leads=wins(2), quotas=[quota()])
    rows = found.rows(period="2026-11", metrics=["quota_attainment"])
    assert [(r.period, r.numerator) for r in rows] == [("2026-10-01..2026-12-31", 2)]


def test_required_per_day_counts_today(company):
    found = company(leads=wins(1), quotas=[quota()])
    row = found.row("required_per_day", WINS, as_of="2026-12-29")
    assert (row.value, row.numerator, row.denominator) == (1, 3, 3)  # the 29th, 30th and 31st
    assert found.row("required_per_day", WINS, as_of="2027-01-01").status is Status.NOT_APPLICABLE


def test_a_target_of_zero_has_no_percentage(company):
    found = company(leads=wins(1), quotas=[quota(target=0)])
    row = found.row("quota_attainment", WINS)
    assert (row.value, row.numerator, row.status) == (None, 1, Status.NOT_APPLICABLE)
    assert found.row("required_per_day", WINS).value == 0


def test_of_a_quota_of_zero_to_come_nothing_is_required_yet(company):
    ahead = quota(period_start="2026-12-01", target=0)
    assert company(leads=wins(1), quotas=[ahead]).row("required_per_day", WINS).status is Status.NOT_DUE


def test_a_sales_person_has_the_wins_they_closed_and_a_marketing_person_their_mqls(company):
    bos = wins(2, owner="ana", closed_by="bo", marketing_owner="mia")
    leads = [*bos, *wins(1, day="2026-10-21", owner="ana")]
    people = [quota(person_id="ana"), quota(person_id="bo"),
              quota(department="marketing", person_id="mia", metric="mqls")]  # fmt: skip
    rows = company(leads=leads, quotas=people).rows(metrics=["quota_attainment"])
    assert {r.scope: r.numerator for r in rows} == {
        f"{WINS},person_id=ana": 1,
        f"{WINS},person_id=bo": 2,
        "department=marketing,metric=mqls,person_id=mia": 2,
    }


def test_the_gap_is_marketings_attainment_less_sales(company):
    found = company(leads=wins(3), quotas=[quota(), quota(department="marketing", metric="mqls", target=3)])
    assert found.value("alignment_gap") == pytest.approx(1 - 0.75)


def test_quotas_are_added_up_only_where_they_tile_the_period(company):
    months = [("2026-10-01", "2026-10-31"), ("2026-11-01", "2026-11-30"), ("2026-12-01", "2026-12-31")]
    tiles = [quota(period_start=a, period_end=b, target=2) for a, b in months]
    marketing = quota(department="marketing", metric="mqls", target=3)
    whole = company(leads=wins(3), quotas=[*tiles, marketing])
    assert whole.value("alignment_gap") == pytest.approx(1 - 3 / 6)
    row = company(leads=wins(3), quotas=[*tiles[:2], marketing]).row("alignment_gap")
    assert (row.value, row.status) == (None, Status.NO_DATA)
    assert "no wins quota of sales covers 2026-Q4" in row.notes


def test_with_two_metrics_of_one_team_the_setting_must_choose(company):
    quotas = [quota(), quota(metric="losses"), quota(department="marketing", metric="mqls", target=3)]
    row = company(leads=wins(3), quotas=quotas).row("alignment_gap")
    assert (row.status, row.note("needs")) == (Status.LOCKED, "settings.gap_metrics")
    chosen = company(leads=wins(3), quotas=quotas, settings=[{"key": "gap_metrics", "value": "mqls,wins"}])
    assert chosen.value("alignment_gap") == pytest.approx(0.25)


def test_a_side_without_quota_is_told_before_a_target_of_zero(company):
    quotas = [quota(department="marketing", metric="mqls", target=0)]
    found = company(leads=wins(1), quotas=quotas, settings=[{"key": "gap_metrics", "value": "mqls,wins"}])
    assert found.row("alignment_gap").status is Status.NO_DATA
