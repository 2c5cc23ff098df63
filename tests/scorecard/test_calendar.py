"""The calendar: what stands on it, where it clashes (against a calculation by hand), what sales asked for."""

import random
from datetime import date

import pytest

from scorecard import (
    calendar_clashes,
    calendar_days,
    calendar_entries,
    calendar_lanes,
    calendar_requests,
    calendar_view,
)
from scorecard.calendar_answer import answer
from scorecard.calendar_clashes import Rule
from scorecard.clock import AsOf, Zone
from scorecard.formats import Formats
from scorecard.periods import of_dates, parse
from scorecard.settings import Settings
from scorecard.words import plain
from tests.scorecard import calendar_by_hand
from tests.scorecard.calendar_company import (
    AS_OF,
    DAY,
    PEOPLE,
    TODAY,
    campaign,
    company,
    demo_tables,
    entry,
    signed,
    some_company,
)

WINDOWS = ((0, 27), (-40, -8), (-10, 35), (30, 75))  # days from today


def found(dataset, first=TODAY, last=TODAY + 27 * DAY, as_of=AS_OF):
    """Clashes as the calculation by hand tells them."""
    listed = calendar_clashes.clashes(dataset, as_of, first, last)
    return {(str(c.rule), c.first, c.last, frozenset(map(whose, c.about))) for c in listed}


def whose(one):
    return ("C", one.campaign_id) if one.campaign_id is not None else ("E", one.entry_id)


def clashes(**tables):
    """Rule and days of each clash of the next four weeks."""
    dataset = company(tables.pop("settings", None), **tables)
    listed = calendar_clashes.clashes(dataset, AS_OF, TODAY, TODAY + 27 * DAY)
    return [(c.rule, c.first, c.last) for c in listed]


def entries(**tables):
    return calendar_entries.entries(company(**tables), AS_OF)


# --- against the calculation by hand


def test_the_clashes_are_those_found_by_hand_on_random_companies():
    rules = set()
    for seed in range(50):
        settings, tables = some_company(random.Random(seed))  # noqa: S311 - no secret
        for window in WINDOWS:
            first, last = (TODAY + n * DAY for n in window)
            by_hand = calendar_by_hand.clashes(tables, TODAY, first, last, settings.get("holidays", ""))
            assert found(company(settings, **tables), first, last) == by_hand, (seed, window)
            rules |= {clash[0] for clash in by_hand}
    assert rules == {str(rule) for rule in Rule}


def test_the_clashes_of_the_demo_company_are_those_found_by_hand():
    demo = demo_tables()
    names = ("people", "campaigns", "calendar", "signoffs", "goals", "feedback")
    tables = {name: demo[name] for name in names}
    today = date(2026, 11, 21)
    as_of = AsOf.parse("2026-11-21", Zone.of("UTC"))
    for first, last in ((today, today + 27 * DAY), (date(2026, 7, 1), date(2026, 9, 30))):
        by_hand = calendar_by_hand.clashes(tables, today, first, last, "DE")
        assert found(company({"holidays": "DE"}, **tables), first, last, as_of) == by_hand
    now = found(company({"holidays": "DE"}, **tables), today, today + 27 * DAY, as_of)
    assert {clash[0] for clash in now} == {str(rule) for rule in Rule} - {"two dates"}


# --- what stands on it


def test_a_campaign_and_the_entry_that_announces_it_stand_once():
    start, end = TODAY, TODAY + 5 * DAY
    same = entry("E1", start, end, "campaign", campaign_id="C1", status="planned")
    dropped, later = {**same, "status": "dropped"}, {**same, "end": end + DAY}
    for row, keys in ((same, ["E1"]), (dropped, ["E1", "campaign C1"]), (later, ["E1", "campaign C1"])):
        stand = entries(campaigns=[campaign("C1", start, end)], calendar=[row])
        assert [e.key for e in stand] == keys


def test_an_entry_without_an_end_is_one_day_and_one_that_ends_before_it_starts_too():
    calendar = [entry("E1", TODAY), entry("E2", TODAY, TODAY - 3 * DAY)]
    assert [(e.first, e.last) for e in entries(calendar=calendar)] == [(TODAY, TODAY)] * 2
    told = answer(company(calendar=calendar), AS_OF).lacking
    assert any("Title E2 ends on 2026-11-17, before it starts on 2026-11-20" in text for text in told)


def test_a_blank_status_follows_from_the_days():
    calendar = [entry("E1", TODAY + DAY), entry("E2", TODAY - DAY, TODAY), entry("E3", TODAY - DAY)]
    assert {e.key: e.stage for e in entries(calendar=calendar)} == {
        "E1": "planned",
        "E2": "live",
        "E3": "done",
    }


def test_what_refers_to_nothing_says_so_under_its_bare_id():
    one = entry("E1", TODAY, campaign_id="C9", goal_id="G9", owner="nobody", attendees=" ana , dora,ana")
    (stands,) = entries(calendar=[one], people=PEOPLE)
    assert (stands.campaign, stands.goal, stands.owner) == (
        "C9 (not in campaigns)",
        "G9 (not in goals)",
        "nobody",
    )
    assert (stands.people, stands.attendees) == (("nobody", "ana", "dora"), ("Ana", "Dora"))


def test_a_review_that_was_held_stands_unless_an_entry_announced_it():
    review = {"review_id": "R1", "line_no": 1, "campaign_id": "C1", "held_at": TODAY - DAY}
    later = {"review_id": "R2", "line_no": 1, "held_at": TODAY + DAY}  # not held yet at as_of
    tables = {"reviews": [review, {**review, "line_no": 2}, later], "campaigns": [campaign("C1", None)]}
    assert [(e.title, e.link) for e in entries(**tables)] == [
        ("Review: Name C1", ("reviews", (("review", "R1"),)))
    ]
    announced = [entry("E1", TODAY - DAY, kind="review")]
    assert [e.key for e in entries(**tables, calendar=announced)] == ["E1"]


def test_public_holidays_and_entries_of_kind_holiday_are_days_off():
    settings = Settings(holidays="DE")
    stand = entries(calendar=[
        entry("E1", date(2026, 12, 24), date(2026, 12, 25), "holiday", title="Closed", department="shared"),
        entry("E2", date(2026, 12, 28), kind="holiday", title="Marketing's", department="marketing"),
        entry("E3", date(2026, 12, 29), kind="holiday", title="Perhaps", status="idea"),
    ])  # fmt: skip
    off = calendar_entries.days_off(settings, stand, date(2026, 12, 23), date(2026, 12, 31), team="sales")
    assert {day.day: name for day, name in off.items()} == {
        24: "Closed", 25: "Christmas Day, Closed", 26: "Second Day of Christmas"
    }  # fmt: skip
    every = calendar_entries.days_off(settings, stand, date(2026, 12, 23), date(2026, 12, 31))
    assert every[date(2026, 12, 28)] == "Marketing's"


# --- single rules


def test_a_third_of_sales_away_is_short_handed_and_less_is_not():
    promotion = entry("E1", TODAY, TODAY + 5 * DAY)
    away = entry("E2", TODAY + 3 * DAY, TODAY + 4 * DAY, "absence", owner="ana")
    assert clashes(calendar=[promotion, away], people=PEOPLE) == [
        (Rule.SHORT_HANDED, TODAY + 3 * DAY, TODAY + 4 * DAY)
    ]
    four = [*PEOPLE, {"person_id": "emil", "name": "Emil", "department": "sales"}]
    assert clashes(calendar=[promotion, away], people=four) == []
    assert clashes(calendar=[promotion, {**away, "status": "idea"}], people=PEOPLE) == []
    assert clashes(calendar=[promotion, {**away, "owner": "dora"}], people=PEOPLE) == []
    assert clashes(calendar=[promotion, away]) == []  # nobody is known to be in sales


def test_a_promotion_of_a_quarter_counts_and_a_longer_one_is_always_on():
    away = entry("E2", TODAY, kind="absence", attendees="ana, ben")
    for length, hits in ((92, 1), (93, 0)):
        promotion = entry("E1", TODAY, TODAY + (length - 1) * DAY)
        assert len(clashes(calendar=[promotion, away], people=PEOPLE)) == hits


def test_what_is_always_on_clashes_only_with_what_is_not():
    ads = campaign("C1", TODAY - 50 * DAY, None, audience="Shops")
    mail = campaign("C2", TODAY - 300 * DAY, TODAY + 90 * DAY, audience="Shops")
    content = [entry(f"K{n}", TODAY, kind="content", campaign_id=f"C{n}") for n in (1, 2, 3)]
    away = entry("E2", TODAY, TODAY + 10 * DAY, "absence", attendees="ana, ben")
    tables = {"calendar": [*content, away], "people": PEOPLE}
    assert clashes(campaigns=[ads, mail], **tables) == []
    sale = campaign("C3", TODAY + 3 * DAY, TODAY + 4 * DAY, audience="Shops")
    days = (TODAY + 3 * DAY, TODAY + 4 * DAY)
    assert clashes(campaigns=[ads, mail, sale], **tables) == [
        (Rule.SHORT_HANDED, *days),
        (Rule.AUDIENCE, *days),
    ]


def test_a_promotion_and_its_own_campaign_are_one():
    own = entry("E1", TODAY, TODAY + 3 * DAY, campaign_id="C1")
    content = entry("K1", TODAY, kind="content", campaign_id="C1")
    launched = {"audience": "Shops", "launched_at": TODAY - DAY}
    one = campaign("C1", TODAY - DAY, TODAY + 9 * DAY, **launched)
    assert (
        clashes(campaigns=[one], calendar=[own, content], signoffs=signed("C1", "marketing", "sales")) == []
    )


def test_content_is_asked_for_from_two_weeks_before_the_start_and_an_idea_is_none():
    in_time, later = TODAY + 14 * DAY, TODAY + 15 * DAY
    idea = entry("K1", TODAY, kind="content", campaign_id="C1", status="idea", title="A film")
    campaigns = [campaign("C1", in_time, in_time), campaign("C2", later, later)]
    assert clashes(campaigns=campaigns, calendar=[idea]) == [(Rule.NO_CONTENT, in_time, in_time)]
    dataset = company(campaigns=campaigns, calendar=[idea])
    (line,) = calendar_view.found(dataset, AS_OF, of_dates(TODAY, TODAY + 9 * DAY)).lines
    assert plain(line.what) == "Name C1 starts on 4 Dec and has no content planned"
    assert line.why.endswith("There are only ideas: A film.")
    assert clashes(campaigns=campaigns) == []  # without a calendar nothing can be missing on it


def test_a_missing_sign_off_is_told_while_live_with_who_signs():
    live = campaign(
        "C1", TODAY - DAY, None, launched_at=TODAY - DAY, marketing_owner="dora", sales_owner="ana"
    )
    tables = {"campaigns": [live], "people": PEOPLE}
    assert clashes(signoffs=signed("C1", "marketing"), **tables) == [(Rule.UNSIGNED, TODAY - DAY, None)]
    assert clashes(signoffs=signed("C1", "marketing", "sales"), **tables) == []
    assert clashes(signoffs=[], **{**tables, "campaigns": [{**live, "end": TODAY - DAY}]}) == []
    assert clashes(**tables) == []  # without a table signoffs nobody is accused
    dataset = company(signoffs=signed("C1", "marketing"), **tables)
    (line,) = calendar_view.found(dataset, AS_OF, of_dates(TODAY, TODAY)).lines
    assert plain(line.what) == "Name C1 is live without sales' sign-off"
    assert line.who == "Ana (sign, or say what must change)"
    assert plain(answer(dataset, AS_OF).owed[0]) == "Sales owes its sign-off for ✕ Name C1 (Ana)."


def test_a_clash_that_is_over_says_so_and_stands_only_in_its_own_days():
    promotion = entry("E1", TODAY - 30 * DAY, TODAY - 20 * DAY)
    away = entry("E2", TODAY - 30 * DAY, TODAY - 20 * DAY, "absence", owner="ana")
    dataset = company(calendar=[promotion, away], people=PEOPLE)
    past = calendar_view.found(dataset, AS_OF, parse("2026-10"))
    assert [line.over for line in past.lines] == [True]
    assert calendar_view.found(dataset, AS_OF, parse("2026-11")).lines == ()


# --- which days


def test_six_weeks_begin_with_the_week_as_both_teams_count_it():
    for week_start, first in (("monday", 16), ("sunday", 15), ("saturday", 14)):
        shown = calendar_days.from_now(AS_OF, Settings(week_start=week_start))
        assert (shown.start, shown.days) == (date(2026, 11, first), 42)


@pytest.mark.parametrize(
    "text", ["2026", "yesterday", "9998-01", "1900-Q1", "2026-01-01..2026-12-31", "0001-01"]
)
def test_days_that_cannot_be_shown_are_told_and_the_usual_ones_shown(text):
    dataset = company(calendar=[entry("E1", TODAY)])
    shown, told = calendar_view.shown(dataset, AS_OF, text, None)
    assert shown == calendar_days.from_now(AS_OF, Settings())
    assert "can't be read" in told


def test_before_and_after_meet_the_days_shown():
    for text in ("2026-11", "2026-Q4", "2026-12-29..2027-02-08", "2026-W53"):
        shown = parse(text)
        assert calendar_days.following(shown).previous() == shown
        assert calendar_days.following(shown).start == shown.end


def test_an_entry_that_is_asked_for_brings_its_month():
    dataset = company(calendar=[entry("E1", date(2027, 3, 5)), entry("E2", TODAY)])
    shown = [calendar_view.shown(dataset, AS_OF, None, one)[0].text for one in ("E1", "E2", "E9")]
    assert shown == ["2027-03", *["2026-11-16..2026-12-27"] * 2]


def test_weeks_hold_what_begins_in_them_and_first_what_ran_before():
    calendar = [entry("E1", TODAY - 40 * DAY, TODAY), entry("E2", TODAY), entry("E3", date(2026, 12, 25))]
    weeks = calendar_view.weeks(company({"holidays": "DE"}, calendar=calendar), AS_OF, parse("2026-Q4"))
    assert [week.label for week in weeks][:2] == ["1–4 Oct", "5–11 Oct"]
    held = {week.label: [e.key for e in week.entries] for week in weeks if week.entries}
    assert held == {"5–11 Oct": ["E1"], "16–22 Nov": ["E2"], "21–27 Dec": ["E3"]}
    (now,) = [week for week in weeks if week.now]
    assert now.label == "16–22 Nov"
    later = calendar_view.weeks(company(calendar=calendar), AS_OF, parse("2026-11"))
    assert (later[0].running, [e.key for e in later[0].entries]) == (True, ["E1"])


# --- the timeline


def test_no_bar_hides_another_and_every_entry_is_drawn_named_or_counted():
    dice = random.Random(3)  # noqa: S311 - no secret
    for by in ("channel", "team"):
        _, tables = some_company(dice)
        many = [{**row, "entry_id": f"{n} {row['entry_id']}"} for row in tables["calendar"] for n in range(9)]
        period = parse("2026-11")
        stand = calendar_entries.entries(company(calendar=many), AS_OF)
        groups = calendar_lanes.groups(stand, period, by, TODAY)
        wanted = [e for e in stand if e.stage != "dropped" and e.touches(period.start, period.last_day)]
        drawn = sum(len(g.bars) + len(g.throughout) + g.more for g in groups)
        assert drawn == len(wanted)
        for group in groups:
            taken = [(bar.lane, day) for bar in group.bars for day in range(bar.left, bar.left + bar.room)]
            assert len(taken) == len(set(taken))
            assert all(bar.left >= 0 and bar.left + bar.room <= period.days for bar in group.bars)
            assert all(bar.left <= bar.start and bar.length <= bar.room for bar in group.bars)


def test_five_hundred_entries_in_a_month_stay_few_on_screen_and_are_counted():
    dice = random.Random(1)  # noqa: S311 - no secret
    calendar = [
        entry(
            f"E{n:03}",
            date(2026, 11, dice.randint(1, 30)),
            channel=dice.choice(("blog", "email")),
            status="planned",
        )
        for n in range(500)
    ]
    groups = calendar_lanes.groups(entries(calendar=calendar), parse("2026-11"), "channel", TODAY)
    assert sum(len(g.bars) + g.more for g in groups) == 500
    assert all(bar.lane < calendar_lanes.LANES for g in groups for bar in g.bars)
    channels = [entry(f"E{n}", TODAY, channel=f"channel {n}") for n in range(40)]
    groups = calendar_lanes.groups(entries(calendar=channels), parse("2026-11"), "channel", TODAY)
    assert (len(groups), groups[-1].name, groups[-1].more) == (13, "28 more channels", 28)


def test_of_a_crowded_month_what_is_still_to_come_is_drawn_first():
    past = [entry(f"P{n}", TODAY - 5 * DAY, channel="blog") for n in range(40)]
    ahead = [entry(f"A{n}", TODAY + 3 * DAY, channel="blog") for n in range(4)]
    (group,) = calendar_lanes.groups(entries(calendar=[*past, *ahead]), parse("2026-11"), "channel", TODAY)
    assert {f"A{n}" for n in range(4)} <= {bar.entry.key for bar in group.bars}


def test_what_runs_on_all_days_is_named_once():
    stand = entries(campaigns=[campaign("C1", date(1950, 1, 1), None, channel="search")], calendar=[])
    (group,) = calendar_lanes.groups(stand, parse("2026-11"), "channel", TODAY)
    assert ([e.key for e in group.throughout], group.bars) == (["campaign C1"], ())


# --- what sales asked for


def idea(feedback_id, days_ago, **cells):
    about = {"kind": "content_idea", "from_person": "ana", "from_department": "sales"}
    at = TODAY - days_ago * DAY
    return {"feedback_id": feedback_id, "at": at, "text": f"Text {feedback_id}", **about, **cells}


def test_ideas_of_sales_are_followed_from_the_idea_to_live():
    calendar = [
        entry("E1", TODAY - 10 * DAY, kind="content", status="done", feedback_id="F1"),
        entry("E2", TODAY - 9 * DAY, kind="content", status="live", feedback_id="F2"),
        entry("E3", TODAY + 9 * DAY, kind="content", status="planned", requested_by="ben"),
        entry("E4", TODAY + 9 * DAY, kind="content", status="dropped", feedback_id="F4"),
        entry("E5", TODAY, kind="content", requested_by="dora"),  # marketing's own
        entry("E6", TODAY, kind="content", requested_by="stranger"),
    ]
    feedback = [
        idea("F1", 30), idea("F2", 20), idea("F3", 8, to_person="dora"),
        idea("F4", 40, resolved_at=TODAY - 35 * DAY),
        idea("F5", 7, status="declined"), idea("F9", 6, response="Soon"), idea("F6", -2),  # after as_of
        idea("F7", 9, from_person="dora", from_department="marketing"), idea("F8", 9, kind="insight"),
    ]  # fmt: skip
    dataset = company(calendar=calendar, feedback=feedback, people=PEOPLE)
    asked = calendar_requests.requests(dataset, AS_OF)
    assert [(r.title, r.state, r.waited) for r in asked.lines] == [
        ("Text F3", "waiting", 8), ("Title E3", "planned", None), ("Title E2", "live", 11),
        ("Title E1", "done", 20), ("Title E4", "dropped", 5), ("Text F5", "declined", None),
        ("Text F9", "answered", None),
    ]  # fmt: skip
    assert (asked.days_to_live, asked.went_live, asked.unknown) == (15.5, 2, 1)
    assert calendar_requests.told(asked, Formats.of(Settings())) == (
        "Sales asked for 7 things: 2 live or done, 1 planned, 1 not on the calendar yet, 1 answered otherwise"
        " and 2 turned down. From the idea to live it took 15.5 days (median of 2)."
    )
    owed = [plain(part) for part in answer(dataset, AS_OF).owed]
    assert owed == [
        "Marketing owes sales an answer to 1 idea: Text F3 was asked for 8 days ago and waits for Dora."
    ]


def test_an_entry_tells_its_idea_and_its_clashes():
    calendar = [
        entry("E1", TODAY, TODAY + 3 * DAY, feedback_id="F1"),
        entry("E2", TODAY, kind="absence", owner="ana"),
    ]
    panel = calendar_view.panel(
        company(calendar=calendar, feedback=[idea("F1", 4)], people=PEOPLE), AS_OF, "E1"
    )
    assert (panel.when, panel.idea, panel.request.by) == ("20–23 Nov", "Text F1", "Ana")
    assert [line.rule for line in panel.clashes] == [Rule.SHORT_HANDED]
    assert calendar_view.panel(company(calendar=calendar), AS_OF, "E9") is None


def test_sessions_ahead_name_both_sides():
    calendar = [
        entry("E1", TODAY - DAY, kind="exchange", status="done"),
        entry("E2", TODAY + DAY, kind="exchange", owner="ana", attendees="dora, guest"),
        entry("E3", TODAY + DAY, kind="exchange", status="dropped"),
    ]
    sessions = calendar_view.sessions(company(calendar=calendar, people=PEOPLE), AS_OF)
    assert [(s.entry.key, s.marketing, s.sales, s.others) for s in sessions.ahead] == [
        ("E2", ("Dora",), ("Ana",), ("guest",))
    ]
    assert sessions.last.key == "E1"


# --- the answer


def test_the_answer_counts_what_begins_and_names_the_gravest_clash():
    calendar = [
        entry("E1", TODAY, TODAY + 3 * DAY, status="live"), entry("E2", TODAY + 27 * DAY, kind="content"),
        entry("E3", TODAY + 28 * DAY), entry("E4", TODAY - DAY, TODAY, "event"),
        entry("E5", TODAY, kind="content", status="dropped"), entry("E6", TODAY, kind="absence", owner="ana"),
        entry("E7", TODAY - 2 * DAY, kind="exchange", status="planned", owner="ben"),
    ]  # fmt: skip
    told = answer(company(calendar=calendar, people=PEOPLE), AS_OF)
    assert [plain(part) for part in told.verdict] == [
        "2 things begin in the next four weeks: 1 promotion and 1 piece of content. 1 more is running.",
        "There is one clash: Title E1 runs while 1 of 3 people in sales is away, 20 Nov.",
    ]
    assert [plain(part) for part in told.owed] == [
        "1 entry should have begun and is still planned: Title E7 (Ben)."
    ]


def test_without_a_calendar_campaigns_and_holidays_stand_and_what_to_fill_is_told():
    dataset = company({"holidays": "DE"}, campaigns=[campaign("C1", TODAY, TODAY + 50 * DAY)])
    told = answer(dataset, AS_OF)
    assert told.nothing is None
    assert told.lacking[0].startswith("Fill the table calendar")
    shown = calendar_view.timeline(dataset, AS_OF, parse("2026-12"), "channel")
    assert [e.key for e in shown.every] == ["campaign C1"]
    assert [band.start for band in shown.bands if band.shade == "off"] == [24]
    assert [b.shade for b in shown.bands if b.start <= 25 < b.start + b.length] == ["off"]


def test_nothing_at_all_says_what_to_fill():
    for tables, what in (
        ({}, "there is no table calendar"),
        ({"calendar": []}, "the table calendar is empty"),
    ):
        title, todo = answer(company(**tables), AS_OF).nothing
        assert title == f"Nothing is on the calendar yet: {what}"
        assert todo.startswith("Fill the table calendar")


def test_an_absence_that_names_nobody_is_told():
    calendar = [entry("E1", TODAY, kind="absence", department="sales")]
    told = answer(company(calendar=calendar, people=PEOPLE), AS_OF).lacking
    assert any("Title E1 (E1)" in text for text in told)
