"""WCAG 2.2 AA by axe-core, in a page that stands."""

from dataclasses import dataclass
from importlib.resources import files

from playwright.sync_api import Page

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")
ASK = """
(rules) => axe.run(document, { runOnly: rules, resultTypes: ["violations"] }).then(({ violations }) =>
  violations.flatMap(({ id, nodes }) => nodes.map((node) => [id, node.target.join(" "), node.html])))
"""


@dataclass(frozen=True)
class LeftOut:
    """A rule that markup of Streamlit's breaks and that nothing of ours can mend."""

    rule: str
    selector: str
    reason: str


# Held against Streamlit 1.67: nothing is left out. docs/accessibility.md tells what would stand here.
LEFT_OUT: tuple[LeftOut, ...] = ()


def violations(tab: Page) -> list[tuple[str, str, str]]:
    """What axe finds and the list doesn't leave out: rule, where, markup."""
    tab.evaluate(f"window.axe || (() => {{ {AXE} }})()")
    found = [tuple(node) for node in tab.evaluate(ASK, RULES)]
    return [
        node for node in found if not any(one.rule == node[0] and one.selector in node[1] for one in LEFT_OUT)
    ]
