"""Which figures of a sentence stand outside of a link.

Every figure in a page's headline and lines leads to its evidence. Excepted is what isn't measured: days,
months, quarters and years, how sure an interval is (95%: ...), and what somebody wrote, in quotation marks.
"""

import re

from playwright.sync_api import Page

UNLINKED = """
[...document.querySelectorAll(".t-verdict, .t-because:not(.t-quiet) li, .t-lead")].map((said) => {
  const bare = said.cloneNode(true);
  bare.querySelectorAll("a").forEach((link) => link.replaceWith(" … "));
  return bare.textContent;
})
"""
_MONTHS = "Jan|Feb|Mar|Apr|May|June?|July?|Aug|Sept?|Oct|Nov|Dec"
_EXCEPTED = re.compile(
    rf"\d{{1,2}} (?:{_MONTHS})\w*(?: \d{{4}})?(?:, \d\d:\d\d)?"  # 26 Nov 2026, 06:43
    rf"|(?:{_MONTHS})\w* \d{{4}}|\d{{4}}-\d{{2}}-\d{{2}}(?: \d{{2}}:\d{{2}})?"
    r"|(?:FY)?Q[1-4] \d{4}|\b20\d{2}\b"
    r"|\b\d+\s?%(?=:| sure)"
    r"|“[^”]*”"
)


def outside(text: str) -> list[str]:
    """The figures of a sentence whose links were taken out."""
    return re.findall(r"[^\s(]*\d[^\s),;]*", _EXCEPTED.sub("", text))


def unlinked(tab: Page) -> list[str]:
    """What stands first on the open page and holds a figure that leads nowhere."""
    return [said for said in tab.evaluate(UNLINKED) if outside(said)]
