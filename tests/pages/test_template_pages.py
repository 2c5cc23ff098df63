"""Every page of a company that has filled in nothing of the template yet."""

import pytest
from streamlit.testing.v1 import AppTest

from components import live
from data_sources import template_xlsx
from scorecard.template import template
from tests.browser import ROOT

EMPTY = {
    "overview/board.py": ("nothing to judge yet", "No leads yet", "No shared goals yet", "No quotas yet"),
    "leads/handoff.py": ("There are no leads yet",),
    "targets/goals.py": ("No shared goals are agreed yet",),
    "targets/quotas.py": ("There are no quotas yet",),
    "campaigns/campaigns.py": ("No campaigns yet",),
    "campaigns/coming_up.py": ("Nothing is on the calendar yet",),
    "campaigns/attribution.py": ("Attribution is locked", "marketing_sources"),
    "leads/ideal_lead.py": ("Nothing is known of the ideal lead yet",),
    "together/feedback.py": ("Nobody has told the other team anything yet",),
    "together/reviews.py": ("No reviews yet",),
    "together/people.py": ("Nobody is known yet",),
    "source/data.py": ("Nothing is wrong",),
}


@pytest.fixture(scope="module")
def untouched(tmp_path_factory):
    path = tmp_path_factory.mktemp("template") / "ours.xlsx"
    template_xlsx.write(template(), path)
    return str(path)


@pytest.fixture(autouse=True)
def source(untouched, monkeypatch):
    monkeypatch.setenv("TANDEM_SOURCE", untouched)
    live.close()
    yield
    live.close()


def test_every_page_is_among_them():
    found = {str(page.relative_to(ROOT / "pages")) for page in ROOT.glob("pages/*/*.py")}
    assert found == {*EMPTY, "overview/present.py"}  # slides of these pages: test_present.py


@pytest.mark.parametrize("page", EMPTY)
def test_an_untouched_template_is_not_filled_in_yet_and_no_error(page):
    app = AppTest.from_file(str(ROOT / "pages" / page), default_timeout=60).run()
    assert (list(app.exception), list(app.error), list(app.warning)) == ([], [], [])
    shown = " ".join(element.proto.body for element in app.get("html"))
    for words in EMPTY[page]:
        assert words in shown
