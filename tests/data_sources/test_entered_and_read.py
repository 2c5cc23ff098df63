"""What people enter lands in Google, and the pages' readings have it after the next poll."""

from datetime import date

import pytest

from data_sources.budget import Budget
from data_sources.config import Config
from data_sources.google_writing import GoogleWriter
from data_sources.mirrored import MirroredSource
from scorecard import (
    calendar_view,
    edits,
    feedback_view,
    goal_tree,
    people,
    periods,
    reviews,
    signoffs,
    small,
    terms,
)
from scorecard.clock import AsOf
from scorecard.edits import Write
from tests.data_sources.google_builders import Clock, configured, reader

DAY = date(2026, 11, 25)
AT = 1_795_600_000  # 25 November 2026, 09:46:40 UTC
TABS = {
    "settings": [["key", "value"], ["organisation", "Nordic"]],
    "leads": [["lead_id", "created_at"], ["L1", "2026-11-01 09:00:00"]],
    "people": [["person_id", "name", "department"], ["ana", "Ana", "sales"], ["mia", "Mia", "marketing"]],
    "campaigns": [["campaign_id", "name", "start", "offer"], ["C1", "Trail kit", "2026-12-01", "Ten off"]],
    "goals": [
        ["goal_id", "name", "kind", "target", "start", "due"],
        ["G1", "Leads at the fair", "total", 100, date(2026, 10, 1), date(2026, 12, 31)],
    ],
}  # fmt: skip


@pytest.fixture
def office(google, tmp_path):
    """The spreadsheet as one process reads it, and as another writes to it."""
    sheet, clock = google.spreadsheet("Company", "en_GB", "UTC", tabs=TABS), Clock()
    looks = reader(google, clock, sheet)
    source = MirroredSource(looks, Config(), tmp_path / "mirror", lambda _engine, _changed: None)
    config = configured(google, sheet)
    writer = GoogleWriter(config, Config(), tmp_path, sleep=lambda _: None, budget=Budget(600))
    yield source, writer, clock
    writer.close()
    source.close()


def test_each_kind_of_entry_is_on_its_page_after_the_next_poll(office):
    source, writer, clock = office
    source.probe(everything=True)
    before = source.open()
    settings = small.settings(before)
    as_of = AsOf.parse("2026-11-25", settings.zone)
    agreed = terms.terms_of(before, "C1")
    signed = signoffs.sign(before, "C1", "sales", "ana", agreed.fingerprint)
    entered = {
        "check-in": ("goal_actuals", {"goal_id": "G1", "date": DAY, "value": 12.0, "comment": "Went well"}),
        "feedback": ("feedback", {"at": AT, "kind": "problem", "text": "=Slow answers", "owner": "mia",
                                  "from_person": "ana", "from_department": "sales", "status": "open"}),
        "review": ("reviews", {"line_no": 1, "period": "2026-10", "held_at": AT, "action": "Call at once",
                               "decision": "Again", "action_owner": "ana", "action_due": date(2026, 12, 1)}),
        "sign-off": ("signoffs", {**signed, "at": AT}),
        "calendar request": ("calendar", {"title": "Blog post", "kind": "content", "start": date(2026, 12, 7),
                                          "status": "idea", "requested_by": "ana"}),
    }  # fmt: skip
    for action, (table, typed) in entered.items():
        made = edits.new(edits.change_id(DAY), action, table, typed)
        assert writer.write(Write((made,), AT, "ana@example.com"), settings)
    clock.sleep(60)  # then it is asked which tabs there are, too: all of these are new
    source.probe()
    now = source.open()
    goal = goal_tree.panel(now, as_of, "G1")
    assert [(entry.value, entry.comment) for entry in goal.entries] == [("12", "Went well")]
    [line] = goal_tree.read(now, periods.parse("2026-Q4"), as_of).lines
    assert line.detail == "12% · 12 of 100"
    [said] = feedback_view.feedback_of(now, 12, as_of).entries
    assert (said.text, said.author.name, said.kind) == ("=Slow answers", "Ana", "problem")
    [held] = reviews.read(now, as_of).actions
    assert (held.what, held.who) == ("Call at once", "Ana")
    keys = {key.team: key for key in signoffs.keys(now, as_of)["C1"]}
    assert (keys["sales"].state, keys["sales"].person_id, keys["marketing"].turned) == (
        "signed",
        "ana",
        False,
    )
    [asked] = calendar_view.asked(now, as_of).requests.lines
    assert (asked.title, asked.by, asked.state) == ("Blog post", "Ana", "idea")
    owned = {one.person_id: one for one in people.read(now, as_of).everybody}
    assert "Slow answers" in str(owned["mia"])
    assert "Call at once" in str(owned["ana"])
