"""The digest: what changed between two moments, counted by hand, and how it reads in a mail and a chat."""

import re
import tomllib
from datetime import date, timedelta
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from scorecard import digest, digest_mail, periods, report, small
from scorecard.clock import AsOf
from scorecard.statistics import newcombe
from scorecard.words import plain
from tests.scorecard.builders import Company, lead

Q4 = periods.parse("2026-Q4")
SINCE, NOW = "2026-11-13", "2026-11-20"
HOSTILE = '<img src=x onerror=alert(1)> & "Bcc: eve@evil.example" [x](http://evil.example) *b* \u202e|'
PEOPLE = [
    {"person_id": "mia", "name": "Mia\r\nBcc: eve@evil.example", "department": "marketing"},
    {"person_id": "ben", "name": "Ben", "department": "sales", "is_liaison": "yes"},
]


def decided(number, day, *, accepted):
    """A lead handed off and decided on that day."""
    at = f"{day} 10:00:00"
    verdict = {"accepted_at": at} if accepted else {"rejected_at": at, "reject_reason": "price"}
    return lead(
        f"L{number}",
        created_at=f"{day} 08:00:00",
        mql_at=f"{day} 08:30:00",
        handed_off_at=f"{day} 09:00:00",
        first_touch_at=f"{day} 09:30:00",
        owner="ben",
        **verdict,
    )


def leads():
    """Until the 13th 40 of 50 accepted, in the week after 8 of 40."""
    early = [decided(n, "2026-11-04", accepted=n < 40) for n in range(50)]
    late = [decided(n, "2026-11-17", accepted=n < 58) for n in range(50, 90)]
    return [*early, *late]


QUARTER = {"start": "2026-10-01", "due": "2026-12-31"}
GOALS = [
    # 50 leads by the 13th, on track; all 90 by the 20th
    {"goal_id": "G1", "name": HOSTILE, "metric": "leads", "target": 90, "owner": "mia", **QUARTER},
    # off track at both: nothing new
    {"goal_id": "G2", "name": "Steady", "metric": "leads", "target": 1000, "owner": "ben", **QUARTER},
    # typed: on track by the 13th with 52 of 110, behind by the 20th
    {"goal_id": "G3", "name": "Typed", "target": 110, "owner": "ben", **QUARTER},
]
TABLES = {
    "settings": [{"key": "organisation", "value": f"Ex\r\nBcc: eve@evil.example {HOSTILE}"}],
    "people": PEOPLE,
    "goals": GOALS,
    "goal_actuals": [{"goal_id": "G3", "date": "2026-11-10", "value": 52}],
    "quotas": [
        {
            "period_start": "2026-10-01",
            "period_end": "2026-12-31",
            "department": "marketing",
            "metric": "leads",
            "target": 200,
        }
    ],
    "target_changes": [
        {"at": "2026-11-16 09:00:00", "table": "goals", "key": "G3", "old": 120, "new": 110, "by": "ben"},
        {"at": "2026-11-12 09:00:00", "table": "goals", "key": "G2", "old": 1, "new": 2},
        {"at": "2026-11-25 09:00:00", "table": "goals", "key": "G2", "old": 3, "new": 4},
    ],
    "campaigns": [
        {"campaign_id": "C1", "name": "Unsigned", "start": "2026-11-16", "end": "2026-12-16"},
        {"campaign_id": "C2", "name": "Older", "start": "2026-11-02", "end": "2026-12-16"},
    ],
    "signoffs": [
        {"campaign_id": "C1", "department": "sales", "person_id": "ben", "at": "2026-11-10 09:00:00"},
    ],
    "feedback": [
        {"feedback_id": "F1", "at": "2026-11-02 09:00:00", "kind": "problem", "text": "Form is broken",
         "from_department": "sales", "due": "2026-11-17"},
        {"feedback_id": "F2", "at": "2026-11-02 09:00:00", "kind": "problem", "text": "Old",
         "due": "2026-11-05"},
    ],
    "reviews": [
        {"review_id": "R1", "held_at": "2026-11-02 09:00:00", "period": "2026-Q3", "action": "Call them",
         "action_owner": "ben", "action_due": "2026-11-18"},
    ],
}  # fmt: skip


@pytest.fixture(scope="module")
def company(tmp_path_factory):
    made = Company(tmp_path_factory.mktemp("digest") / "company.db", leads=leads(), **TABLES)
    yield made
    made.database.close()


@pytest.fixture(scope="module")
def found(company):
    return read(company.dataset)


def at(dataset, text):
    return AsOf.parse(text, small.settings(dataset).zone)


def read(dataset, since=SINCE, now=NOW, period=Q4):
    return digest.read(dataset, period, at(dataset, since), at(dataset, now))


def said(found):
    return [plain(change.said) for change in found.changes]


def telling(found, text):
    matching = [change for change in found.changes if text in plain(change.said)]
    assert len(matching) == 1, (text, said(found))
    return matching[0]


def test_a_rate_is_told_of_the_new_cases_against_those_before_as_the_report_counts_them(company, found):
    change = telling(found, "sales accepted")
    then, now = (
        report.report(company.dataset, Q4, at(company.dataset, day), metrics=["acceptance_rate"])[0]
        for day in (SINCE, NOW)
    )
    assert (then.numerator, then.denominator, now.numerator, now.denominator) == (40, 50, 48, 90)
    assert newcombe(8, 40, 40, 50).verdict == "lower"
    assert plain(change.said) == (
        "Of 40 leads decided on since then, sales accepted 20% (8 of 40), surely lower than the 80% before; "
        "the period stands at 53.3%."
    )
    assert (change.mark.word, change.aside) == ("Surely lower", False)


def test_where_nothing_differs_for_sure_it_says_so_and_that_is_no_reason_for_a_digest(tmp_path):
    some = [decided(n, "2026-11-04", accepted=n % 2 == 0) for n in range(20)]
    some += [decided(n, "2026-11-17", accepted=n % 2 == 0) for n in range(20, 24)]
    made = Company(tmp_path / "same.db", leads=some)
    found = read(made.dataset)
    assert {change.mark.word for change in found.changes} == {"Can’t tell yet"}
    assert "and we can’t tell yet whether that differs from the 50% before" in said(found)[0]
    assert not found.changed
    made.database.close()


def test_a_goal_is_told_when_its_status_changed_and_only_then(company, found):
    at_both = [
        {r.scope: r.status for r in report.report(company.dataset, Q4, at(company.dataset, day),
                                                  metrics=["goal_progress"])}
        for day in (SINCE, NOW)
    ]  # fmt: skip
    differing = {scope for scope, status in at_both[1].items() if at_both[0][scope] is not status}
    told = {dict(change.said[0].ask)["goal"] for change in found.changes if change.said[0].page == "goals"}
    assert {f"goal_id={goal}" for goal in told} == differing
    assert "G2" not in told


def test_quotas_that_moved_by_a_point_are_told_with_the_report_s_figures(company, found):
    row = next(
        r
        for r in report.report(company.dataset, Q4, at(company.dataset, NOW), metrics=["quota_attainment"])
        if r.scope == "department=marketing,metric=leads"
    )
    assert row.value == 90 / 200
    assert "45% of quota after 25%" in plain(telling(found, "Leads, marketing").said)


def test_targets_moved_in_between_are_told_and_no_others(found):
    change = telling(found, "The target of")
    assert plain(change.said) == (
        "The target of Typed was moved from 120 to 110 by Ben, and nobody said why."
    )
    assert (change.mark.word, change.who) == ("Target moved", "Ben")


def test_campaigns_feedback_and_actions_are_told_when_they_turned_bad_since(found):
    unsigned = telling(found, "went live")
    assert plain(unsigned.said) == "Unsigned went live without the sign-off of marketing."
    assert unsigned.who == "Marketing"
    assert "“Form is broken” (due 17 Nov)." in plain(telling(found, "to feedback became overdue").said)
    action = telling(found, "agreed action became overdue")
    assert plain(action.said) == "1 agreed action became overdue: “Call them” (due 18 Nov)."
    assert action.who == "Ben"
    assert not any("Old" in text for text in said(found))


def test_the_gravest_comes_first_and_all_is_a_dozen_sentences_at_most(found):
    weights = [change.weight for change in found.changes]
    assert weights == sorted(weights, reverse=True)
    assert len(found.verdict) + len(found.changes) <= digest.MOST == 12


def test_a_goal_that_ended_between_two_quarters_is_told_though_another_one_runs(tmp_path):
    ended = {"goal_id": "G1", "name": "Q3", "metric": "leads", "target": 100, "start": "2026-07-01",
             "due": "2026-09-30"}  # fmt: skip
    made = Company(tmp_path / "turn.db", leads=leads(), goals=[ended])
    found = read(made.dataset, "2026-09-20", "2026-10-03")
    assert [change.mark.word for change in found.changes] == ["Missed"]
    made.database.close()


@pytest.mark.parametrize("tables", [{}, {"leads": [lead("a")]}, {"settings": [{"key": "x", "value": "y"}]}])
def test_a_company_with_next_to_nothing_has_a_digest_without_changes(tmp_path, tables):
    made = Company(tmp_path / "empty.db", **tables)
    found = read(made.dataset)
    assert (found.changed, found.changes) == (False, ())
    mail = digest_mail.mail(found)
    assert "Nothing changed since 13 Nov 2026, 23:59." in mail.text
    assert "nothing changed" in mail.subject
    made.database.close()


def test_the_same_moment_twice_has_nothing_in_between(company):
    with pytest.raises(ValueError, match="Nothing lies between"):
        read(company.dataset, NOW, NOW)


def test_equal_digests_have_equal_fingerprints_and_others_others(company, found):
    assert read(company.dataset).fingerprint == found.fingerprint
    assert read(company.dataset, now="2026-11-21").fingerprint != found.fingerprint
    assert read(company.dataset, since="2026-11-12").fingerprint != found.fingerprint


# --- the mail ---------------------------------------------------------------------------------------------


class Page(HTMLParser):
    """What a browser makes of the markup: its tags, its addresses, its text."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.links, self.text, self.attributes = set(), [], "", set()
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.links += [value for name, value in attrs if name == "href"]

    def handle_data(self, data):
        self.text += data


def test_text_from_data_is_inert_in_html(found):
    page = Page(digest_mail.mail(found, "https://scorecard.example.com").html)
    assert "<img src=x onerror=alert(1)> & " in page.text
    assert not page.tags & {"img", "script", "link", "iframe", "object", "svg"}
    assert not {name for name in page.attributes if name.startswith("on") or name == "src"}
    assert {urlsplit(link).netloc for link in page.links} == {"scorecard.example.com"}
    assert "\u202e" not in page.text


def test_nothing_is_fetched_from_elsewhere(found):
    html = digest_mail.mail(found).html
    assert "url(" not in html
    assert "@import" not in html
    assert Page(html).links == []


def test_a_subject_is_one_short_line_whatever_stands_in_a_name(found):
    subject = digest_mail.mail(found).subject
    assert len(subject) <= 100
    assert subject.isprintable()
    assert subject.startswith("Ex Bcc: eve@evil.example <img src=x")


def test_links_lead_to_the_page_with_its_period_and_moment(found):
    mail = digest_mail.mail(found, "https://scorecard.example.com/tandem")
    links = Page(mail.html).links
    goal = next(urlsplit(link) for link in links if "goal=G1" in link)
    assert goal.path == "/tandem/goals"
    assert parse_qs(goal.query) == {"period": ["2026-Q4"], "as_of": [NOW], "goal": ["G1"]}
    pages = {urlsplit(link).path.removeprefix("/tandem/") for link in links}
    assert pages >= {"goals", "handoff", "campaigns", "feedback", "reviews", "scorecard"}
    app = (Path(__file__).parents[2] / "app.py").read_text(encoding="utf-8")
    assert pages <= set(re.findall(r'url_path="([^"]+)"', app))
    assert set(re.findall(r"https://\S+", mail.text)) <= set(links)


def test_the_text_says_what_the_html_says(found):
    mail = digest_mail.mail(found)
    shown = " ".join(Page(mail.html).text.split())
    for change in found.changes:
        line = digest_mail.said_plainly(change.said)
        assert line in " ".join(mail.text.split())
        assert line in shown
    assert "was edited, or entered later under an earlier date" in " ".join(mail.text.split())


def test_its_colours_are_those_of_the_app():
    config = Path(__file__).parents[2] / ".streamlit" / "config.toml"
    theme = tomllib.loads(config.read_text(encoding="utf-8"))["theme"]
    keys = {"good": "greenColor", "warn": "orangeColor", "bad": "redColor", "muted": "grayColor",
            "ink": "textColor", "link": "linkColor", "line": "borderColor",
            "back": "backgroundColor"}  # fmt: skip
    for colours, side in ((digest_mail.LIGHT, "light"), (digest_mail.DARK, "dark")):
        assert colours == {name: theme[side][key] for name, key in keys.items()}


def test_a_chat_of_slack_s_kind_gets_text_in_which_names_do_nothing(found):
    card = digest_mail.slack(found, "https://scorecard.example.com")
    assert "&lt;img src=x" in card["text"]
    assert "://evil" not in card["text"]
    targets = re.findall(r"<([^|>]*)\|[^>]*>", card["text"])
    assert {urlsplit(target).netloc for target in targets} == {"scorecard.example.com"}
    assert len(re.findall("<", card["text"])) == len(targets)


def test_a_chat_of_teams_kind_gets_a_card_without_markup(found):
    (attached,) = digest_mail.teams(found, "https://scorecard.example.com")["attachments"]
    card = attached["content"]
    assert attached["contentType"] == "application/vnd.microsoft.card.adaptive"
    assert {block["type"] for block in card["body"]} == {"RichTextBlock"}
    runs = [run for block in card["body"] for run in block["inlines"]]
    assert {run["type"] for run in runs} == {"TextRun"}
    texts = "".join(run["text"] for run in runs)
    assert all(plain(change.said)[-20:] in texts for change in found.changes)
    assert card["actions"][0]["url"].startswith("https://scorecard.example.com/scorecard?")


def test_every_week_of_the_quarter_can_be_told(company):
    """No pair of moments raises, and what is told between two moments is told once in its week."""
    told = []
    day = date(2026, 10, 2)
    while day < date(2026, 11, 27):
        after = day + timedelta(days=7)
        week = read(company.dataset, day.isoformat(), after.isoformat())
        told += [plain(c.said) for c in week.changes if "target of" in plain(c.said)]
        day = after
    assert len(told) == 3
