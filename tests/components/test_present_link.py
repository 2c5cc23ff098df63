"""A link to the presentation is a stranger's word: read where it can be followed, told where it can't."""

import pytest

from components import present_link
from components.present_link import LEAST, MOST, SECONDS, Link
from scorecard.slides import SLIDES


def read(**written):
    return present_link.read({name: [value] for name, value in written.items()})


def test_a_bare_link_is_a_loop_over_everything():
    assert read() == Link("loop", tuple(SLIDES), SECONDS, "auto", None, None, None, ())


def test_everything_a_link_may_say_is_followed():
    said = {"mode": "meeting", "pages": "quotas, goals,quotas", "seconds": "45", "theme": "Dark"}
    found = read(**said, start="goals", stale_minutes="5", unchanged_hours="24")
    assert found == Link("meeting", ("quotas", "goals"), 45, "dark", "goals", 5, 24, ())


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("mode", "party"), ("theme", "pink"), ("pages", "goals,money"), ("pages", "<b>"),
        ("seconds", "0"), ("seconds", str(LEAST - 1)), ("seconds", str(MOST + 1)), ("seconds", "-5"),
        ("seconds", "1e3"), ("seconds", "٣٠"), ("seconds", "9" * 5000), ("stale_minutes", "0"),
        ("unchanged_hours", "a while"),
    ],
)  # fmt: skip
def test_what_cannot_be_followed_is_told_in_one_sentence_and_the_default_holds(name, value):
    found = read(**{name: value})
    assert len(found.notes) == 1
    assert found.notes[0].startswith(f"The link's {name} “{value[:3]}") or name == "pages"
    assert len(found.notes[0]) < 250
    expected = ("goals",) if value == "goals,money" else tuple(SLIDES)
    assert (found.mode, found.pages, found.seconds, found.theme) == ("loop", expected, SECONDS, "auto")


def test_a_page_without_a_slide_begins_at_the_first_and_is_no_mistake():
    assert read(start="data") == Link()


def test_blank_values_say_nothing():
    assert read(mode=" ", pages=",,", seconds="") == Link()


def test_the_button_of_a_page_begins_at_its_slide_with_the_choices():
    assert 'href="present?start=goals&amp;setup=yes"' in str(present_link.to_the_room("goals"))
    assert 'href="present?setup=yes"' in str(present_link.to_the_room("data"))


def test_slides_are_called_as_in_the_menu():
    assert list(map(present_link.name_of, ("handoff", "ideal-lead", "goals"))) == [
        "Hand-off",
        "Ideal lead",
        "Goals",
    ]


def test_all_slides_can_be_chosen_those_of_the_link_first():
    found = present_link.every(read(pages="quotas,goals"))
    assert found[:2] == ("quotas", "goals")
    assert sorted(found) == sorted(SLIDES)
