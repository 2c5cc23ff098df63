"""Roles: who has which, and what each may enter."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scorecard.roles import Act, Role, Rules, Viewer, folded, may, person
from tests.scorecard.builders import Company, lead

TEAMS = ("marketing", "sales")
RULES = Rules(
    {
        "@example.com": Role.SALES,
        "mia@example.com": Role.MARKETING,
        "@partner.example": Role.MARKETING,
        "ana@partner.example": Role.ADMIN,
    }
)
viewers = st.builds(Viewer, st.just("a@b.c"), st.text(), st.sampled_from(Role), st.none() | st.text())
departments = (
    st.none() | st.sampled_from(["marketing", "sales", "leadership", "admin", "Sales", ""]) | st.text()
)


def somebody(role, person_id=None):
    return Viewer("mia@example.com", "Mia", role, person_id)


@pytest.mark.parametrize(
    ("email", "role"),
    [
        ("mia@example.com", Role.MARKETING),
        (" MIA@Example.COM ", Role.MARKETING),
        ("ben@example.com", Role.SALES),
        ("ana@partner.example", Role.ADMIN),
        ("other@partner.example", Role.MARKETING),
        ("ben@sub.example.com", Role.VIEWER),
        ("ben@notexample.com", Role.VIEWER),
        ("stranger@elsewhere.example", Role.VIEWER),
    ],
)
def test_an_address_wins_over_its_domain_and_the_rest_are_viewers(email, role):
    assert RULES.role_of(email) is role


def test_with_a_list_of_viewers_whoever_stands_in_no_list_is_refused():
    rules = Rules({"mia@example.com": Role.MARKETING, "@example.com": Role.VIEWER})
    assert rules.role_of("mia@example.com") is Role.MARKETING
    assert rules.role_of("ben@example.com") is Role.VIEWER
    assert rules.role_of("ben@elsewhere.example") is None


def test_without_any_list_everybody_signed_in_is_a_viewer():
    assert Rules().role_of("ben@elsewhere.example") is Role.VIEWER


@pytest.mark.parametrize("email", ["", "mia", "@example.com", "mia@", "mia@x.example@example.com", " @ "])
def test_what_is_no_address_has_no_role(email):
    assert RULES.role_of(email) is None


@pytest.mark.parametrize("email", ["mia@example.com\u2060", "m\u0130a@example.com", "mia@e\uff58ample.com"])
def test_a_letter_that_only_looks_the_same_is_somebody_elses(email):
    assert Rules({"mia@example.com": Role.ADMIN}).role_of(email) is not Role.ADMIN


@given(st.text())
def test_folding_twice_changes_nothing_more(text):
    assert folded(folded(text)) == folded(text)


@given(st.none() | viewers, st.sampled_from(Act), departments, st.none() | st.text())
def test_whoever_may_enter_something_is_of_a_team_or_an_admin(viewer, act, department, owner):
    if may(viewer, act, department, owner):
        assert viewer is not None
        assert viewer.role in {"marketing", "sales", "admin"}


@given(st.none() | viewers, departments, st.none() | st.text())
def test_nobody_signs_for_another_team(viewer, department, owner):
    signs = may(viewer, Act.SIGN_OFF, department, owner)
    assert signs == (viewer is not None and department in TEAMS and viewer.role.value == department)


@pytest.mark.parametrize("act", [Act.FEEDBACK, Act.CHECK_IN, Act.REVIEW, Act.CALENDAR])
def test_both_teams_and_admins_enter_what_is_made_together(act):
    allowed = {role for role in Role if may(somebody(role), act)}
    assert allowed == {Role.MARKETING, Role.SALES, Role.ADMIN}


def test_a_target_is_an_admins_or_its_owners():
    assert may(somebody(Role.ADMIN), Act.TARGET, owner="P1")
    assert may(somebody(Role.SALES, "P1"), Act.TARGET, owner="P1")
    assert not may(somebody(Role.SALES, "P2"), Act.TARGET, owner="P1")
    assert not may(somebody(Role.SALES), Act.TARGET, owner=None)
    assert not may(somebody(Role.VIEWER, "P1"), Act.TARGET, owner="P1")


def test_a_person_is_found_by_the_address_whatever_its_case(tmp_path):
    rows = [
        {"person_id": "P1", "name": "Mia", "email": "Mia@Example.com"},
        {"person_id": "P2", "name": "Ben", "email": "shared@example.com"},
        {"person_id": "P3", "name": "Kim", "email": "shared@example.com"},
        {"person_id": "P4", "name": "Lou", "email": None},
    ]
    dataset = Company(tmp_path / "people.db", leads=[lead("L1")], people=rows).dataset
    assert person(dataset, "mia@example.COM") == ("P1", "Mia")
    assert person(dataset, "shared@example.com") is None, "two rows: whose is it?"
    assert person(dataset, "") is None
    assert person(dataset, "ben@example.com") is None


def test_without_a_table_of_people_nobody_is_in_it(tmp_path):
    dataset = Company(tmp_path / "none.db", leads=[lead("L1")]).dataset
    assert person(dataset, "mia@example.com") is None
