"""Sign-offs: two keys, each bound to what was approved, in whatever source it stands."""

import hashlib
from datetime import date
from decimal import Decimal

import pytest

from data_sources import sources
from data_sources.config import Config
from scorecard import campaigns, checks, overview, periods, signoff_words, signoffs, small, terms, words
from scorecard.clock import AsOf
from scorecard.formats import Formats
from scorecard.signoffs import SignError
from scorecard.terms import Terms
from tests.scorecard.builders import NOW, Company, lead

CAMPAIGN = {
    "campaign_id": "C1", "name": "Spring mail", "offer": "5 % off", "audience": "Shops",
    "start": "2026-09-01", "end": "2026-12-31", "budget": 12000, "launched_at": "2026-09-10 09:00",
    "marketing_goal_id": "G1", "sales_goal_id": "G2",
}  # fmt: skip
GOALS = [
    {"goal_id": "G1", "unit": "number", "kind": "total", "direction": "increase", "target": 200,
     "start": "2026-09-01", "due": "2026-12-31", "metric": "leads", "filter": "campaign_id=C1"},
    {"goal_id": "G2", "unit": "percent", "kind": "level", "direction": "increase", "target": 0.05,
     "start": "2026-09-01", "due": "2026-12-31"},
]  # fmt: skip
PEOPLE = [
    {"person_id": "mia", "name": "Mia", "department": "marketing"},
    {"person_id": "sam", "name": "Sam", "department": "sales"},
    {"person_id": "lea", "name": "Lea", "department": "leadership"},
    {"person_id": "x", "name": "X", "department": None},
]
# Written by hand, and hashed by hand: what a key is bound to.
TEXT = """Start: 2026-09-01
End: 2026-12-31
Budget: 12000 EUR
Offer: 5 % off
Audience: Shops
Marketing goal: G1
Marketing measure: total of leads where campaign_id=C1, increase
Marketing target: 200
Marketing time: 2026-09-01 to 2026-12-31
Sales goal: G2
Sales measure: level of what is entered by hand, increase
Sales target: 5 %
Sales time: 2026-09-01 to 2026-12-31"""
PRINT = "t1-" + hashlib.sha256(TEXT.encode()).hexdigest()[:24]


def signed(department, person="", at="2026-08-20 10:00", text=TEXT, fingerprint=PRINT, campaign="C1"):
    person = person or {"marketing": "mia", "sales": "sam"}[department]
    return {"campaign_id": campaign, "department": department, "person_id": person, "at": at, "terms": text,
            "fingerprint": fingerprint}  # fmt: skip


def tables(*signatures, campaign=None, **more):
    found = {"leads": [lead("a", campaign_id="C1")], "campaigns": [CAMPAIGN | (campaign or {})],
             "goals": GOALS, "people": PEOPLE, "signoffs": list(signatures) or None}  # fmt: skip
    return {name: rows for name, rows in (found | more).items() if rows is not None}


@pytest.fixture
def company(tmp_path):
    made = []

    def build(*signatures, **more):
        made.append(Company(tmp_path / f"{len(made)}.db", **tables(*signatures, **more)))
        return made[-1].dataset

    yield build
    for one in made:
        one.database.close()


def at(dataset, text="2026-11-20"):
    return AsOf.parse(text, small.settings(dataset).zone)


def keys(dataset, text="2026-11-20"):
    return {key.team: key for key in signoffs.keys(dataset, at(dataset, text))["C1"]}


def states(dataset, text="2026-11-20"):
    return tuple(key.state for key in keys(dataset, text).values())


BOTH = (signed("marketing"), signed("sales"))


# --- terms and fingerprints


def test_terms_are_read_as_they_are_written_and_bind_by_their_hash(company):
    found = terms.terms_of(company(), "C1")
    assert found.text == TEXT
    assert found.fingerprint == PRINT
    assert Terms.read(TEXT) == found
    assert terms.terms_of(company(), "nowhere") is None


@pytest.mark.parametrize(
    ("value", "written"),
    [(12000.0, "12000 EUR"), (Decimal("12000.50"), "12000.5 EUR"), (0.1 + 0.2, "0.3 EUR"), (-0.0, "0 EUR"),
     (1e15, "1000000000000000 EUR"), (1e-7, "0.0000001 EUR")],
)  # fmt: skip
def test_a_number_is_written_one_way_whatever_its_type(value, written):
    row = dict.fromkeys(("start", "end", "offer", "audience", "marketing_goal_id", "sales_goal_id"))
    assert terms.terms_of_row({**row, "budget": value}, {}, "EUR").text == f"Budget: {written}"


def test_blanks_line_breaks_and_composed_letters_make_no_difference():
    row = dict.fromkeys(("start", "end", "budget", "marketing_goal_id", "sales_goal_id"))
    one = terms.terms_of_row({**row, "offer": "Café\n gratis", "audience": None}, {}, "EUR")
    other = terms.terms_of_row({**row, "offer": "Cafe\u0301\u00a0gratis", "audience": " "}, {}, "EUR")
    assert one.fingerprint == other.fingerprint
    assert one.text == "Offer: Café gratis"


def test_every_part_of_the_terms_moves_the_fingerprint_and_nothing_else_does(company):
    dataset = company()
    (campaign,) = small.rows(dataset, "campaigns")
    known = {row["goal_id"]: row for row in small.rows(dataset, "goals")}

    def printed(row=None, goal=None, goals=known, currency="EUR"):
        altered = goals if goal is None else {**goals, "G1": goals["G1"] | goal}
        return terms.terms_of_row(campaign | (row or {}), altered, currency).fingerprint

    prints = {
        printed(row=change)
        for change in (
            {"start": date(2026, 9, 2)}, {"end": None}, {"budget": 12000.01}, {"offer": "5 % Off"},
            {"audience": "Clubs"}, {"marketing_goal_id": None}, {"sales_goal_id": "G1"},
        )
    } | {
        printed(goal=change)
        for change in (
            {"target": 201.0}, {"due": date(2027, 1, 31)}, {"unit": "percent"}, {"metric": "mqls"},
            {"filter": "campaign_id=C2"}, {"direction": "stay_above"},
        )
    } | {printed(goals={}), printed(currency="CHF")}  # fmt: skip
    assert len(prints) == 15
    assert PRINT not in prints
    assert printed() == printed({"name": "New", "launched_at": None}, {"name": "A"}) == PRINT


@pytest.mark.parametrize(
    "text", [None, "", "Budget 100", "Budget: ", "Offer: a\nOffer: b", "Price: 3", "x" * 10_000]
)
def test_what_is_no_text_of_terms_is_none(text):
    assert Terms.read(text) is None


def test_a_campaign_has_one_fingerprint_in_files_and_databases(tmp_path):
    folder = tmp_path / "csv"
    folder.mkdir()
    for name, rows in tables(*BOTH, settings=[{"key": "locale", "value": "de_DE"}]).items():
        columns = list(rows[0])
        lines = [columns, *([str(row.get(c) or "").replace("0.05", "5 %") for c in columns] for row in rows)]
        text = "\n".join(";".join(f'"{cell}"' for cell in line) for line in lines)
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    dataset = sources.open_source(Config(source=str(folder)), NOW, tmp_path / "store")
    assert terms.terms_of(dataset, "C1").text == TEXT
    assert states(dataset) == ("signed", "signed")  # the text has come through the file's cells whole
    assert Terms.read(small.rows(dataset, "signoffs")[0]["terms"]).fingerprint == PRINT


# --- what turns a key


def test_both_teams_have_signed_what_stands_there_now(company):
    dataset = company(*BOTH)
    assert states(dataset) == ("signed", "signed")
    assert not any(key.late for key in keys(dataset).values())
    assert states(dataset, "2026-08-19") == ("unsigned", "unsigned")


def test_a_later_change_opens_both_keys_and_says_what_changed(company):
    dataset = company(*BOTH, campaign={"offer": "10 % off", "end": None})
    assert states(dataset) == ("reopened", "reopened")
    changes = [(c.field, c.approved, c.now) for c in keys(dataset)["sales"].changes]
    assert changes == [("End", "2026-12-31", ""), ("Offer", "5 % off", "10 % off")]
    one = campaigns.campaigns(dataset, at(dataset))[0]
    assert (one.unsigned, one.reopened, one.missing) == (
        (),
        ("marketing", "sales"),
        ("both sign-offs again",),
    )
    told = signoff_words.signatures(dataset, one.keys, one.phase, Formats.of(small.settings(dataset)))
    assert told[0].says == (
        "End: 31 Dec 2026 was approved, it is nothing now.",
        "Offer: “5 % off” was approved, it is “10 % off” now.",
    )
    assert (told[0].mark.word, told[0].about) == ("open again", "Mia · 20 Aug 2026, 10:00")


def test_a_moved_goal_opens_the_keys_and_moving_it_back_turns_them_again(company):
    moved = [GOALS[0] | {"target": 150}, GOALS[1]]
    key = keys(company(*BOTH, goals=moved))["marketing"]
    assert (key.state, [(c.field, c.approved, c.now) for c in key.changes]) == (
        "reopened", [("Marketing target", "200", "150")],
    )  # fmt: skip
    assert states(company(*BOTH)) == ("signed", "signed")


def test_a_signature_to_other_terms_in_between_takes_nothing_from_the_first(company):
    other = signed(
        "sales", at="2026-08-25 10:00", text="Offer: x", fingerprint=Terms({"Offer": "x"}).fingerprint
    )
    assert keys(company(*BOTH, other))["sales"].state == "signed"


def test_signing_again_turns_the_key_and_is_late_after_the_launch(company):
    again = company(*BOTH, campaign={"offer": "10 % off"})
    now = terms.terms_of(again, "C1")
    row = signed("sales", at="2026-09-20 10:00", text=now.text, fingerprint=now.fingerprint)
    found = keys(company(*BOTH, row, campaign={"offer": "10 % off"}))
    assert (found["marketing"].state, found["sales"].state, found["sales"].late) == (
        "reopened",
        "signed",
        True,
    )


def test_rows_from_before_fingerprints_hold_and_say_so(company):
    dataset = company(signed("marketing", fingerprint=None), signed("sales", fingerprint=None),
                      campaign={"offer": "10 % off"})  # fmt: skip
    assert states(dataset) == ("unrecorded", "unrecorded")
    told = signoff_words.signatures(
        dataset, signoffs.keys(dataset, at(dataset))["C1"], "live", Formats.of(small.settings(dataset))
    )
    assert told[0].mark.word == "signed"
    assert told[0].says == ("The terms weren't recorded, so a later change can't be seen.",)


def test_nobody_turns_the_other_teams_key(company):
    dataset = company(signed("marketing"), signed("sales", "mia"), signed("sales", "lea", at="2026-08-21"))
    key = keys(dataset)["sales"]
    assert (key.state, key.turned) == ("foreign", False)
    assert [(r.person_id, r.department) for r in key.refused] == [("mia", "marketing"), ("lea", "leadership")]
    one = campaigns.campaigns(dataset, at(dataset))[0]
    told = signoff_words.signatures(dataset, one.keys, one.phase, Formats.of(small.settings(dataset)))[1]
    assert told.says[0] == "Mia (marketing) signed on 20 Aug 2026, 10:00. Only sales can turn this key."
    assert [m.word for m in one.marks] == ["live", "live without sales' sign-off"]
    helped = keys(company(*BOTH, signed("sales", "mia", at="2026-09-01")))["sales"]
    assert (helped.state, len(helped.refused)) == ("signed", 1)


def test_whose_team_is_unknown_counts_and_is_told(company):
    for people in (None, PEOPLE):
        key = keys(company(signed("marketing"), signed("sales", "x"), people=people))["sales"]
        assert (key.state, key.known) == ("signed", False)


@pytest.mark.parametrize("found", ["signed by Ana", "t1-xyz", "t2-" + "0" * 24, "=1+1", "<b>"])
def test_what_cannot_be_a_fingerprint_turns_nothing(company, found):
    assert states(company(signed("marketing"), signed("sales", fingerprint=found))) == (
        "signed",
        "unreadable",
    )


def test_a_made_up_fingerprint_or_an_altered_text_shows_no_false_change(company):
    invented = signed("sales", fingerprint="t1-" + "0" * 24)
    altered = signed("marketing", text=TEXT.replace("12000", "99000"))
    found = keys(company(invented, altered, campaign={"offer": "10 % off"}))
    assert [(key.state, key.changes) for key in found.values()] == [("reopened", ()), ("reopened", ())]


def test_long_offers_that_begin_alike_are_told_from_where_they_differ(company):
    long = "A very long offer " * 20
    was = Terms.read(TEXT).fields | {"Offer": f"{long}for one"}
    now = {"offer": f"{long}for two"}
    row = signed("sales", text=Terms(was).text, fingerprint=Terms(was).fingerprint)
    dataset = company(row, campaign=now)
    told = signoff_words.signatures(
        dataset, signoffs.keys(dataset, at(dataset))["C1"], "live", Formats.of(small.settings(dataset))
    )[1]
    assert told.says == ("Offer: “…g offer for one” was approved, it is “…g offer for two” now.",)


def test_without_a_table_nobody_is_accused(company):
    dataset = company(signoffs=None)
    assert signoffs.keys(dataset, at(dataset)) is None
    assert signoffs.marks(dataset, at(dataset)) == {}


# --- the mark, wherever it appears


def test_a_campaign_is_marked_once_it_is_live_without_both_keys(company):
    dataset = company(signed("marketing"))
    assert words.campaign(dataset, "C1", at(dataset)) == "✕ Spring mail (unsigned by sales)"
    assert words.campaign(dataset, "C1", at(dataset, "2026-09-09")) == "Spring mail"  # not launched yet
    assert words.filtered(dataset, "campaign_id=C1", at(dataset)) == (
        "campaign is ✕ Spring mail (unsigned by sales)"
    )
    changed = company(*BOTH, campaign={"offer": "x"})
    assert words.group(changed, "campaign_id", "C1", at(changed)) == "▲ Spring mail (changed since signed)"
    assert words.campaigns(changed, at(changed))["C1"] == "▲ Spring mail (changed since signed)"
    assert words.campaign(changed, "C9", at(changed)) == "C9"
    nobody = company(signoffs=[signed("sales", campaign="C2")])
    assert words.campaign(nobody, "C1", at(nobody)) == "✕ Spring mail (unsigned)"


def test_the_scorecard_names_live_campaigns_without_both_keys(company):
    quarter = periods.parse("2026-Q4")
    for rows, word, who in (
        ((signed("marketing"),), "unsigned by sales", "Sales"),
        ((*BOTH, signed("sales", "mia")), None, ""),
    ):
        dataset = company(*rows)
        found = [c for c in overview.read(dataset, quarter, at(dataset)).concerns if c.kind == "signing"]
        assert [(c.shown.word, c.who, c.ask) for c in found] == (
            [(word, who, (("campaign", "C1"),))] if word else []
        )
    over = company(signed("marketing"), campaign={"end": "2026-10-31"})
    assert not [c for c in overview.read(over, quarter, at(over)).concerns if c.kind == "signing"]


# --- the row to append


def test_signing_gives_the_row_that_turns_the_key(company):
    dataset = company()
    row = signoffs.sign(dataset, "C1", "sales", "sam", PRINT)
    assert row == {"campaign_id": "C1", "department": "sales", "person_id": "sam", "terms": TEXT,
                   "fingerprint": PRINT}  # fmt: skip
    assert keys(company(signed("marketing"), row | {"at": "2026-08-20"}))["sales"].state == "signed"


@pytest.mark.parametrize(
    ("campaign", "department", "person", "seen", "said"),
    [("C9", "sales", "sam", None, "no campaign C9"), ("C1", "sales", "mia", None, "mia is in marketing"),
     ("C1", "sales", "nobody", None, "not in people"), ("C1", "sales", "x", None, "not in people"),
     ("C1", "leadership", "lea", None, "marketing and sales"),
     ("C1", "sales", "sam", "t1-" + "0" * 24, "have changed")],
)  # fmt: skip
def test_what_may_not_be_signed_is_refused_in_a_sentence(company, campaign, department, person, seen, said):
    with pytest.raises(SignError, match=said):
        signoffs.sign(company(), campaign, department, person, seen)


# --- the checks


def test_the_data_page_warns_of_wrong_keys_and_moved_terms(company):
    dataset = company(
        signed("marketing"), signed("sales", "mia"), signed("sales", fingerprint="x"),
        signed("sales", campaign="C9"), campaign={"budget": 1},
    )  # fmt: skip
    found = {(p.rule, p.column, p.value) for p in checks.check(dataset, at(dataset)) if p.table == "signoffs"}
    assert found == {
        ("terms_changed", "fingerprint", PRINT), ("other_team", "person_id", "mia"),
        ("fingerprint", "fingerprint", "x"), ("reference", "campaign_id", "C9"),
    }  # fmt: skip
    clean = company(*BOTH)
    assert not [p for p in checks.check(clean, at(clean)) if p.table == "signoffs"]
