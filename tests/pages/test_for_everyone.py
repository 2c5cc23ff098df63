"""WCAG 2.2 AA by axe-core on every page, light and dark; a phone's width and a finger's size; paper."""

from dataclasses import dataclass
from importlib.resources import files

import pytest

from tests.browser import running_app, settled
from tests.pages.demo_store import CHOSEN, demo_store

PAGES = (
    "scorecard", "goals", "campaigns", "calendar", "handoff", "ideal-lead", "attribution", "quotas",
    "feedback", "reviews", "people", "data", "present",
)  # fmt: skip
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")
PHONE = (390, 844)
WIDEST, SMALLEST, FINGER = 390, 24, 44


@dataclass(frozen=True)
class LeftOut:
    """A rule that markup of Streamlit's breaks and that nothing of ours can mend."""

    rule: str
    selector: str
    reason: str


# Streamlit 1.67. docs/accessibility.md has the same list; it is empty as long as nothing stands here.
LEFT_OUT: tuple[LeftOut, ...] = ()

ASK = """
(rules) => axe.run(document, { runOnly: rules, resultTypes: ["violations"] }).then(({ violations }) =>
  violations.flatMap(({ id, nodes }) => nodes.map((node) => [id, node.target.join(" "), node.html])))
"""
WIDTH = """
Math.max(document.documentElement.scrollWidth, document.querySelector("[data-testid=stMain]").scrollWidth)
"""
# A link within a sentence may be as high as its line (WCAG 2.5.8). The arrow of a selectbox is within its field.
SMALL = """
([least, finger]) => [...document.querySelectorAll("[data-testid=stMain] :is(a, button, summary)")]
  .filter((e) => e.checkVisibility({ opacityProperty: true, visibilityProperty: true }))
  .filter((e) => e.tabIndex >= 0 && !e.closest("p"))
  .map((e) => {
    const { width, height } = e.getBoundingClientRect();
    const help = e.closest("[data-testid=stTooltipHoverTarget]");
    const primary = e.matches("button, summary, .t-what a, .t-goalname a") && !help;
    return [e.outerHTML.slice(0, 120), Math.round(width), Math.round(height), primary ? finger : least];
  })
  .filter(([, width, height, wanted]) => height < wanted || width < least)
"""


@pytest.fixture(scope="module")
def app(tmp_path_factory):
    with running_app({"TANDEM_SOURCE": demo_store(tmp_path_factory.mktemp("demo"), 600)}) as running:
        yield running


def broken(tab):
    """What axe finds and the list doesn't leave out: rule, where, what."""
    found = tab.evaluate(ASK, RULES)
    left_out = [(one.rule, one.selector) for one in LEFT_OUT]
    return [node for node in found if not any(rule == node[0] and at in node[1] for rule, at in left_out)]


@pytest.mark.parametrize("slug", PAGES)
def test_everyone_can_use_a_page(app, page, slug):
    """One load: light, dark, then a phone. Streamlit follows the system's theme while the page stands."""
    tab = settled(page(f"{app.url}/{slug}?{CHOSEN}"), seconds=90)
    tab.evaluate(AXE)
    assert broken(tab) == []
    tab.emulate_media(color_scheme="dark")
    tab.wait_for_function("getComputedStyle(document.querySelector('.stApp')).colorScheme === 'dark'")
    assert broken(settled(tab)) == []
    if slug != "present":
        tab.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
        settled(tab)
        assert tab.evaluate(WIDTH) <= WIDEST
        assert tab.evaluate(SMALL, [SMALLEST, FINGER]) == []
