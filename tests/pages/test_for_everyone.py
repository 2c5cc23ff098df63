"""WCAG 2.2 AA by axe-core on every page, light and dark; a phone's width and a finger's size; paper."""

import pytest

from tests.axe import violations
from tests.browser import settled
from tests.figures import unlinked
from tests.pages.demo_store import CHOSEN

PAGES = (
    "scorecard", "goals", "campaigns", "calendar", "handoff", "ideal-lead", "attribution", "quotas",
    "feedback", "reviews", "people", "data", "present", "goals?show=plan", "campaigns?beside=C03&beside=C09",
)  # fmt: skip
PHONE = (390, 844)
UNDER_THE_TITLE = 60  # px that a phone's head takes below its title: one line of choices
WIDEST, SMALLEST, FINGER = 390, 24, 44

WIDTH = """
Math.max(document.documentElement.scrollWidth, document.querySelector("[data-testid=stMain]").scrollWidth)
"""
HEAD = """
(() => {
  const head = document.querySelector(".st-key-page_head");
  return head.getBoundingClientRect().bottom - head.querySelector("h1").getBoundingClientRect().bottom;
})()
"""
# A link within a sentence may be as high as its line (WCAG 2.5.8).
# The arrow of a selectbox is a part of its field.
SMALL = """
([least, finger]) => [...document.querySelectorAll("[data-testid=stMain] :is(a, button, summary)")]
  .filter((e) => e.checkVisibility({ opacityProperty: true, visibilityProperty: true }))
  .filter((e) => e.tabIndex >= 0 && !e.closest("p, .t-because"))
  .map((e) => {
    const { width, height } = e.getBoundingClientRect();
    const help = e.closest("[data-testid=stTooltipHoverTarget]");
    const primary = e.matches("button, summary, .t-what a, .t-goalname a") && !help;
    return [e.outerHTML.slice(0, 120), Math.round(width), Math.round(height), primary ? finger : least];
  })
  .filter(([, width, height, wanted]) => height < wanted || width < least)
"""


@pytest.mark.parametrize("slug", PAGES)
def test_everyone_can_use_a_page(demo_app, page, slug):
    """One load: light, dark, then a phone. Streamlit follows the system's theme while the page stands."""
    tab = settled(page(f"{demo_app}/{slug}{'&' if '?' in slug else '?'}{CHOSEN}"), seconds=90)
    assert unlinked(tab) == []
    assert violations(tab) == []
    tab.emulate_media(color_scheme="dark")
    tab.wait_for_function("getComputedStyle(document.querySelector('.stApp')).colorScheme === 'dark'")
    assert violations(settled(tab)) == []
    if slug != "present":
        tab.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
        settled(tab)
        assert tab.evaluate(WIDTH) <= WIDEST
        assert tab.evaluate(HEAD) <= UNDER_THE_TITLE
        assert tab.evaluate(SMALL, [SMALLEST, FINGER]) == []


def test_on_paper_a_page_is_light_and_has_nothing_to_press(demo_app, page):
    tab = settled(page(f"{demo_app}/goals?{CHOSEN}", color_scheme="dark"), seconds=90)
    tab.emulate_media(media="print")
    seen = tab.locator("button, summary .t-rule, [data-testid=stHeader]").evaluate_all(
        "(all) => all.filter((e) => e.checkVisibility() && e.tabIndex >= 0).map((e) => e.outerHTML)"
    )
    assert seen == []
    title = tab.get_by_role("heading", level=1)
    assert title.evaluate("(e) => getComputedStyle(e).color") == "rgb(27, 31, 39)"
    ground = "getComputedStyle(document.querySelector('.stApp')).backgroundColor"
    assert tab.evaluate(ground) == "rgb(255, 255, 255)"


STOPS = """
[...document.querySelectorAll("[data-testid=stMain] :is(a, summary, button, input)")]
  .filter((e) => e.tabIndex >= 0 && e.checkVisibility({ opacityProperty: true, visibilityProperty: true }))
  .map((e) => e.outerHTML.slice(0, 200))
"""
STOP = """
() => {
  const e = document.activeElement, box = e.getBoundingClientRect();
  const ringed = [e, e.parentElement].some((one) => getComputedStyle(one).outlineStyle !== "none"
    || getComputedStyle(one).boxShadow !== "none");
  const seen = box.bottom > 0 && box.top < innerHeight;
  return [e.outerHTML.slice(0, 200), seen, e.matches("a, summary") ? ringed : true];
}
"""


def test_the_keyboard_reaches_everything_shows_where_it_is_and_opens_a_rule(demo_app, page):
    tab = settled(page(f"{demo_app}/scorecard?{CHOSEN}"), seconds=90)
    stops = tab.evaluate(STOPS)
    wanted, met = set(stops), {}  # some begin alike
    for _ in range(len(stops) + 40):  # the menu's stops come before, those of the browser's frame after
        tab.keyboard.press("Tab")
        what, seen, ringed = tab.evaluate(STOP)
        met[what] = seen and ringed
    assert wanted - set(met) == set()
    assert [what for what in wanted if not met[what]] == []
    tab.locator(".t-block summary").first.focus()
    tab.keyboard.press("Enter")
    assert tab.locator(".t-block .t-rule").first.is_visible()
