"""The Ideal lead page's reading: what the teams want, beside what leads turned into."""

import pytest

from scorecard import profile_view, small
from scorecard.clock import AsOf
from scorecard.profile_view import Finding
from scorecard.profile_wishes import Agreement, wishes
from scorecard.scopes import EVERYTHING, Filter
from scorecard.words import plain
from tests.scorecard.builders import Company, lead

MATURE = {"key": "mature_days", "value": "30"}


@pytest.fixture
def company(tmp_path):
    def build(**tables):
        return Company(tmp_path / "company.db", **{"settings": [MATURE], **tables}).dataset

    return build


def wish(team, attribute, value, want="yes", importance=3):
    return {
        "department": team,
        "attribute": attribute,
        "value": value,
        "want": want,
        "importance": importance,
    }


def leads(*, won_of, handed="2026-05-05", won="2026-05-20", **cells):
    """For each (industry, wins, hand-offs) so many leads."""
    rows = []
    for industry, wins, n in won_of:
        rows += [
            lead(
                f"{industry}{i}",
                industry=industry,
                handed_off_at=handed,
                won_at=won if i < wins else None,
                **cells,
            )
            for i in range(n)
        ]
    return rows


CLEAR = (("Retail", 30, 60), ("Clubs", 3, 60), ("Rescue", 14, 60), ("Tiny", 1, 4))


def read(dataset, as_of="2026-11-20", where=EVERYTHING, months=12):
    return profile_view.profile_of(dataset, months, AsOf.parse(as_of, small.settings(dataset).zone), where)


def findings(found):
    return {line.wished.value: line.finding for line in found.lines}


def said(found):
    return " ".join(plain(s) for s in (*found.verdict, *found.because))


def test_each_wish_is_set_beside_the_data(company):
    found = read(company(
        leads=leads(won_of=CLEAR),
        profiles=[
            wish("marketing", "industry", "Retail"), wish("sales", "industry", "Retail"),
            wish("marketing", "industry", "Clubs"), wish("sales", "industry", "Clubs", "no"),
            wish("sales", "industry", "Rescue"), wish("sales", "industry", "Tiny"),
            wish("marketing", "industry", "retail "), wish("marketing", "shoe size", "43"),
        ],
    ))  # fmt: skip
    assert findings(found) == {
        "Clubs": Finding.SIDES, "Retail": Finding.HOLDS, "Rescue": Finding.UNSURE, "Tiny": Finding.TOO_FEW,
        "retail": Finding.NO_LEADS, "43": Finding.NO_COLUMN,
    }  # fmt: skip
    clubs = next(line for line in found.lines if line.wished.value == "Clubs")
    assert (clubs.sides, clubs.wished.agreement) == (("sales",), Agreement.DISPUTED)
    written = next(line for line in found.lines if line.wished.value == "retail")
    assert written.says == ("No hand-off has this value. Leads are written Retail: write it the same way.",)
    assert (
        "The teams agree on 1 of the 6 values they name and dispute 1; the data can't tell yet on 3."
        in said(found)
    )
    wanted = "Marketing and sales want industry Retail, and such leads win more often"
    assert f"{wanted}: 50% against 14.5% of the rest." in said(found)
    assert "Marketing owes a word on 2 values that sales named; sales owes a word on 2 values" in said(found)


def test_every_figure_that_stands_first_leads_to_its_evidence(company):
    profiles = [wish("sales", "industry", "Retail", "no"), wish("marketing", "industry", "Rescue")]
    found = read(company(leads=leads(won_of=CLEAR), profiles=profiles))
    strong = [piece for told in (*found.verdict, *found.because) for piece in told if piece.strong]
    assert {piece.page for piece in strong} == {"ideal-lead#wishes", "ideal-lead#surprises"}
    assert len(" ".join(plain(told) for told in found.verdict)) < 190


def test_a_wish_that_the_data_contradict_comes_first_and_is_said_aloud(company):
    profiles = [
        wish("marketing", "industry", "Rescue", importance=5),
        wish("sales", "industry", "Retail", "no", 1),
    ]
    found = read(company(leads=leads(won_of=CLEAR), profiles=profiles))
    assert found.lines[0].finding is Finding.CONTRADICTED
    assert (
        "Sales doesn't want industry Retail, yet such leads win more often: 50% against 14.5% of the rest."
        in said(found)
    )
    contradicted = (
        "The data contradict sales on industry Retail: 50% of 60 leads won against 14.5% of 124 others"
    )
    assert f"{contradicted}, 35.5 points more (95%: " in said(found)


def test_what_nobody_named_is_told_when_it_differs_surely(company):
    found = read(company(leads=leads(won_of=CLEAR), profiles=[wish("sales", "industry", "Retail")]))
    assert [one.evidence.value for one in found.surprises] == ["Clubs"]
    assert "Nobody named industry Clubs, which differs: 5% of 60 leads won against" in said(found)


def test_without_wishes_what_differs_stands_first(company):
    found = read(company(leads=leads(won_of=CLEAR)))
    assert "2 values that neither team named differ surely from the rest." in said(found)


def test_a_teams_yes_and_no_to_one_value_are_left_out_and_told(company):
    found = wishes(company(
        leads=leads(won_of=CLEAR),
        profiles=[
            wish("sales", "Industry", "Retail", "yes"), wish("sales", "industry ", "Retail", "no"),
            wish("sales", "industry", "Clubs"), wish("sales", "Industry", "Clubs", importance=5),
            wish("sales", "industry", "Rescue", None), wish("marketing", "industry", "Retail"),
            wish("marketing", "industry", "Tiny", "yes"), wish("marketing", "industry", "Tiny", "no"),
        ],
    ))  # fmt: skip
    assert {(w.value, *w.wishes) for w in found.named} == {("Clubs", "sales"), ("Retail", "marketing")}
    assert next(w for w in found.named if w.value == "Clubs").weight == 5
    told = {p.rule: p for p in found.problems}
    assert set(told) == {"contradiction", "required", "duplicate"}
    assert "both wants and doesn't want" in told["contradiction"].what
    assert told["contradiction"].rows_left_out == told["duplicate"].rows_left_out == 2


def test_yes_and_no_are_found_however_they_are_written(company):
    rows = [{**row, "decision_maker": str(i % 2)} for i, row in enumerate(leads(won_of=CLEAR))]
    found = read(company(leads=rows, profiles=[wish("sales", "decision maker", "TRUE")]))
    assert (found.lines[0].wished.value, found.lines[0].evidence.own.n) == ("yes", 92)


def test_hand_offs_too_young_to_have_won_do_not_count(company):
    young = [
        {**row, "lead_id": f"young{i}"} for i, row in enumerate(leads(won_of=CLEAR, handed="2026-11-10"))
    ]
    late = leads(won_of=(("Late", 20, 20),), won="2026-06-05")
    found = read(company(leads=[*leads(won_of=CLEAR), *young, *late]))
    tallies = {e.value: (e.own.won, e.own.n) for e in found.every}
    assert tallies == {
        "Retail": (30, 60),
        "Clubs": (3, 60),
        "Rescue": (14, 60),
        "Late": (0, 20),
    }


def test_the_filter_narrows_what_is_compared(company):
    rows = [
        *leads(won_of=CLEAR, source="Fair"),
        *[{**r, "lead_id": f"w{i}", "source": "Web"} for i, r in enumerate(leads(won_of=CLEAR))],
    ]
    found = read(company(leads=rows), where=Filter.of([("source", "Web")]))
    assert {e.value: e.own.n for e in found.every} == {
        "Retail": 60,
        "Clubs": 60,
        "Rescue": 60,
        "Web": 184,
    }
    assert next(e for e in found.every if e.value == "Web").wins.difference.value is None


def test_what_is_missing_is_named_and_the_rest_still_shown(company):
    wanted = [wish("sales", "industry", "Retail")]
    bare = read(company(leads=[lead("L1", industry="Retail")], profiles=wanted))
    assert (bare.nothing, findings(bare)) == (None, {"Retail": Finding.NOT_YET})
    assert (
        bare.lacking[0]
        == "Locked: what converts. Add the column handed_off_at of leads and the column won_at of leads."
    )


def test_without_wishes_and_hand_offs_the_page_says_what_to_do(company):
    nothing = read(company(leads=[lead("L1")])).nothing
    assert nothing[0] == "Nothing is known of the ideal lead yet"
    assert "the table profiles" in nothing[1]


def test_until_it_is_known_how_long_wins_take_nothing_is_compared(company):
    found = read(
        company(
            settings=[{"key": "min_n", "value": "10"}],
            leads=leads(won_of=CLEAR),
            profiles=[wish("sales", "industry", "Retail")],
        )
    )
    assert (found.every, findings(found)) == ((), {"Retail": Finding.NOT_YET})
    assert "set mature_days" in found.lacking[0]


def test_no_hand_off_old_enough_is_not_the_same_as_none(company):
    found = read(company(leads=leads(won_of=CLEAR, handed="2026-11-15", won=None)))
    assert found.nothing == (
        "No hand-off is old enough to compare",
        "Hand-offs count here 30 days after they were made. Choose more months, or take filters off.",
    )


def test_the_extra_step_is_compared_and_not_called_a_cause(company):
    took = [
        {**r, "lead_id": f"n{i}", "nurtured_at": "2026-05-01"}
        for i, r in enumerate(leads(won_of=(("Retail", 20, 25),)))
    ]
    found = read(company(leads=[*leads(won_of=CLEAR), *took]))
    assert (found.nurture.own.won, found.nurture.own.n, found.nurture.rest.n) == (20, 25, 184)
    assert "80% of 25 won against 26.1% of 184 without it" in found.nurture_says
    assert "no proof" in found.nurture_says
