"""The reader of Google spreadsheets on the stand-in: what it hands over, what it costs, what it survives."""

from datetime import UTC, date, datetime
from threading import Thread

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data_sources import google_sheets
from data_sources.budget import Budget, Busy
from data_sources.errors import SourceError
from data_sources.google_access import KeyAccess
from data_sources.google_replies import Range
from tests.data_sources.google_builders import Clock, all_of, configured, reader
from tests.google import adapter, standin
from tests.google.faults import (
    BAD_GATEWAY,
    COMMON,
    INVALID_JSON,
    RESET,
    TOO_MANY,
    TRUNCATED,
    UNAVAILABLE,
    Fault,
)

LEADS = [["lead_id", "created_at", "amount"], ["L1", date(2026, 1, 5), 1200.5], ["00123", None, None]]
PEOPLE = [["person_id"], ["ana"]]


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def google(clock):
    """A stand-in that goes by the test's clock."""
    with standin.google(clock) as fresh:
        yield fresh


@pytest.fixture
def sheet(google):
    return google.spreadsheet(
        "Sales", "de_DE", "Europe/Berlin", tabs={"leads": LEADS, "people": PEOPLE, "notes": [["private"]]}
    )


@pytest.fixture
def opened(google, clock):
    """Opens a reader of these spreadsheets, and closes it after the test."""
    made = []

    def open_(*spreadsheets, **options):
        made.append(reader(google, clock, *spreadsheets, **options))
        return made[-1]

    yield open_
    for one in made:
        one.close()


def tables(titles):
    return {title for title in titles if title != "notes"}


def poll(one, wanted=tables, *, everything=False):
    return one.read(wanted, everything=everything)


def handed(book):
    return {tab.title: [list(column) for column in tab.columns] for tab in book.tabs}


def paths(google):
    return [call.path.rsplit("/", 1)[-1].rsplit(":", 1)[-1] for call in google.calls if call.kind == "read"]


# --- what it hands over


def test_the_first_look_brings_every_wanted_tab(sheet, opened):
    book = poll(opened(sheet))
    assert book.titles == ("leads", "people", "notes")
    assert handed(book) == {
        "leads": [["lead_id", "L1", "00123"], ["created_at", 46027], ["amount", 1200.5]],
        "people": [["person_id", "ana"]],
    }
    assert (book.missing, book.changed_at) == ((), None)


def test_a_tab_knows_where_it_stands_and_how_its_spreadsheet_writes(google, sheet, opened):
    leads, people = poll(opened(sheet)).tabs
    assert (leads.locale, leads.time_zone) == ("de_DE", "Europe/Berlin")
    assert leads.link == f"https://docs.google.com/spreadsheets/d/{sheet}/edit#gid=0"
    assert people.link.endswith(f"#gid={google.tab(sheet, 'people').sheet_id}")


def test_a_book_says_when_it_was_read(google, sheet, clock):
    now = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
    one = google_sheets.GoogleReader(
        configured(google, sheet), now=lambda: now, clock=clock, sleep=clock.sleep
    )
    assert poll(one).read_at == now
    one.close()


def test_tabs_that_nobody_wants_are_not_asked(google, sheet, opened):
    poll(opened(sheet))
    asked = [text for call in google.calls for text in call.query.get("ranges", [])]
    assert asked == ["'leads'", "'people'"]


def test_titles_are_always_quoted(google, opened):
    odd = {"Q3": [["a"]], "Ana's leads": [["b"]], "R1C1": [["c"]], "A1:B2": [["d"]]}
    assert handed(poll(opened(google.spreadsheet(tabs=odd)))) == {
        "Q3": [["a"]],
        "Ana's leads": [["b"]],
        "R1C1": [["c"]],
        "A1:B2": [["d"]],
    }


def test_only_what_changed_is_handed_over(google, sheet, opened):
    one = opened(sheet)
    poll(one)
    google.set(sheet, "people!A2", "ben")
    assert handed(poll(one)) == {"people": [["person_id", "ben"]]}
    assert poll(one) is None


def test_a_tab_that_nobody_wants_may_change(google, sheet, opened):
    one = opened(sheet)
    poll(one)
    google.set(sheet, "notes!A1", "still private")
    assert poll(one) is None


def test_an_empty_tab_has_no_columns(google, opened):
    book = poll(opened(google.spreadsheet(tabs={"leads": []})))
    assert handed(book) == {"leads": []}


def test_forgetting_makes_everything_new(sheet, opened):
    one = opened(sheet)
    first = poll(one)
    assert poll(one) is None
    one.forget()
    assert handed(poll(one)) == handed(first)


def test_another_locale_is_news_of_every_tab(google, sheet, opened, clock):
    one = opened(sheet)
    poll(one)
    google.book(sheet).properties["timeZone"] = "America/New_York"
    assert poll(one) is None
    clock.now += 61
    assert {tab.time_zone for tab in poll(one).tabs} == {"America/New_York"}


def test_a_tab_wanted_later_is_handed_over_then(sheet, opened):
    one = opened(sheet)
    poll(one)
    assert set(handed(poll(one, all_of))) == {"notes"}
    assert poll(one) is None
    assert poll(one) is None
    assert set(handed(poll(one, all_of))) == {"notes"}  # it may have been dropped meanwhile


# --- what it costs


def test_a_poll_is_one_read(google, sheet, opened):
    one = opened(sheet)
    poll(one)
    assert paths(google) == [sheet, "batchGet"]
    for _ in range(5):
        poll(one)
    assert paths(google)[2:] == ["batchGet"] * 5


def test_what_the_spreadsheet_consists_of_is_asked_once_a_minute(google, sheet, opened, clock):
    one = opened(sheet)
    for _ in range(36):
        poll(one)
        clock.now += 5
    assert paths(google).count(sheet) == 3
    assert paths(google).count("batchGet") == 36


def test_an_unchanged_reply_is_not_taken_apart(sheet, opened, monkeypatch):
    one = opened(sheet)
    poll(one)
    monkeypatch.setattr("data_sources.google_spreadsheet.ranges", None)
    assert poll(one) is None


def test_a_change_costs_the_parse_of_its_tab_alone(google, sheet, opened, monkeypatch):
    one, parsed = opened(sheet), []
    poll(one)
    google.set(sheet, "people!A2", "ben")
    columns = Range.columns
    monkeypatch.setattr(Range, "columns", lambda found: parsed.append(found.raw) or columns(found))
    poll(one)
    assert [b"people" in raw for raw in parsed] == [True]


def test_nothing_wanted_costs_nothing(google, opened):
    one = opened(google.spreadsheet(tabs={"notes": [["private"]]}))
    assert poll(one).tabs == ()
    assert poll(one) is None
    assert "batchGet" not in paths(google)


# --- large tabs


@pytest.fixture
def large(google):
    rows = [["touch_id", "lead_id"], *[[f"T{n}", "L1"] for n in range(100)]]
    return google.spreadsheet(tabs={"leads": LEADS, "touches": rows})


def test_a_large_tab_is_read_less_often(google, large, opened, clock):
    one = opened(large, large_cells=50)
    one.wait(watched=True)
    poll(one)
    google.set(large, "touches!B2", "L2")
    clock.now += 19
    assert poll(one) is None
    clock.now += 2
    assert set(handed(poll(one))) == {"touches"}


def test_a_large_tab_rests_longer_when_nobody_watches(google, large, opened, clock):
    one = opened(large, large_cells=50)
    poll(one)
    google.set(large, "touches!B2", "L2")
    one.wait(watched=False)
    clock.now += 290
    assert poll(one) is None
    one.wait(watched=True)  # somebody came
    assert set(handed(poll(one))) == {"touches"}


def test_on_demand_a_large_tab_is_read_at_once(google, large, opened, clock):
    one = opened(large, large_cells=50)
    poll(one)
    google.set(large, "touches!B2", "L2")
    clock.now += 3
    assert set(handed(poll(one, everything=True))) == {"touches"}


def test_a_change_taken_back_between_two_looks_is_seen(google, large, opened, clock):
    """The reply without the large tab is the same as before; what was handed over since then is not."""
    one = opened(large, large_cells=50)
    poll(one, everything=True)
    clock.now += 3
    poll(one)
    google.set(large, "leads!A2", "wrong")
    clock.now += 3
    assert handed(poll(one, everything=True))["leads"][0][1] == "wrong"
    google.set(large, "leads!A2", "L1")
    clock.now += 3
    assert handed(poll(one))["leads"][0][1] == "L1"


edits = st.tuples(
    st.sampled_from(["leads!A2", "leads!C3", "touches!B2", "people!A2"]), st.sampled_from(["x", "y", None, 7])
)
steps = st.lists(st.one_of(edits, st.sampled_from(["poll", "look", "later", "fault", "forget"])), max_size=25)


@settings(max_examples=12)
@given(steps)
def test_whatever_happens_what_was_handed_over_adds_up_to_what_stands_there(steps):
    """A model: tabs handed over are kept, and in the end they are the spreadsheet's."""
    clock = Clock()
    with standin.google(clock) as google:
        assert kept_over(google, clock, steps) == straight_from(google)


def straight_from(google):
    """What stands in the one spreadsheet, by another way: unmodified gspread."""
    book = adapter.client(google).open_by_key(next(iter(google.api.books)))
    unformatted = {"majorDimension": "COLUMNS", "valueRenderOption": "UNFORMATTED_VALUE"}
    return {
        tab.title: book.values_get(f"'{tab.title}'", unformatted).get("values", [])
        for tab in book.worksheets()
    }


def kept_over(google, clock, steps):
    rows = [["touch_id", "lead_id"], *[[f"T{n}", "L1"] for n in range(30)]]
    sheet = google.spreadsheet(tabs={"leads": LEADS, "people": PEOPLE, "touches": rows})
    one, kept = reader(google, clock, sheet, large_cells=20, per_minute=60), {}
    for step in [*steps, "later", "look"]:
        if isinstance(step, tuple):
            google.set(sheet, *step)
        elif step == "later":
            clock.now += 30
        elif step == "fault":
            google.faults.next(*[UNAVAILABLE] * 4)
        elif step == "forget":
            one.forget()
        else:
            take(one, kept, everything=step == "look")
    google.faults.clear()
    clock.now += 60
    take(one, kept, everything=True)
    one.close()
    return kept


def take(one, kept, *, everything):
    try:
        book = poll(one, everything=everything)
    except SourceError:
        return
    kept.update(handed(book) if book else {})


# --- renamed, missing, twice


def test_a_renamed_tab_is_found_under_its_new_name_at_once(google, sheet, opened):
    one = opened(sheet)
    poll(one)
    google.rename(sheet, "leads", "leads 2026")
    book = poll(one)
    assert book.titles == ("leads 2026", "people", "notes")
    assert set(handed(book)) == {"leads 2026"}
    assert poll(one) is None


def test_a_tab_renamed_back_is_found_at_once_by_whoever_forgot(google, sheet, opened):
    one = opened(sheet)
    poll(one)
    google.rename(sheet, "people", "folk")
    one.forget()
    assert "folk" in poll(one).titles
    google.rename(sheet, "folk", "people")
    one.forget()
    assert poll(one).titles == ("leads", "people", "notes")


def test_a_tab_that_is_gone_does_not_stop_the_others(google, sheet, opened):
    one = opened(sheet)
    poll(one)
    google.set(sheet, "leads!A2", "L9")
    google.delete_tab(sheet, "people")
    book = poll(one)
    assert book.titles == ("leads", "notes")
    assert set(handed(book)) == {"leads"}


def test_a_tab_that_comes_back_is_handed_over_again(google, sheet, opened, clock):
    one = opened(sheet)
    poll(one)
    google.delete_tab(sheet, "people")
    poll(one)
    google.write(sheet, "people", PEOPLE)
    clock.now += 61
    assert set(handed(poll(one))) == {"people"}


def test_charts_on_sheets_of_their_own_are_no_tabs(google, sheet, opened):
    google.tab(sheet, "notes").properties["sheetType"] = "OBJECT"
    assert poll(opened(sheet), all_of).titles == ("leads", "people")


# --- several spreadsheets


def test_several_spreadsheets_are_one_book(google, sheet, opened):
    other = google.spreadsheet("Plans", "en_US", tabs={"quotas": [["metric"]]})
    one = opened(sheet, other)
    book = poll(one)
    assert book.titles == ("leads", "people", "notes", "quotas")
    assert {tab.title: tab.locale for tab in book.tabs} == {
        "leads": "de_DE",
        "people": "de_DE",
        "quotas": "en_US",
    }
    assert one.label == 'Google spreadsheet "Sales" and 1 more'
    google.set(other, "quotas!A1", "changed")
    assert set(handed(poll(one))) == {"quotas"}


def test_of_two_tabs_with_one_title_the_first_is_read_and_it_is_said(google, sheet, opened):
    other = google.spreadsheet("Plans", tabs={"leads": [["other"]]})
    book = poll(opened(sheet, other))
    assert handed(book)["leads"][0][0] == "lead_id"
    (said,) = book.missing
    assert said == (
        'A tab "leads" stands in several spreadsheets. The one of spreadsheet "Sales" is read; rename the one'
        ' of spreadsheet "Plans".'
    )


def test_a_failure_of_one_spreadsheet_loses_no_change_of_the_other(google, sheet, opened):
    other = google.spreadsheet("Plans", tabs={"quotas": [["metric"]]})
    one = opened(sheet, other)
    poll(one)
    google.set(sheet, "people!A2", "ben")
    google.unshare(other)
    with pytest.raises(SourceError, match='The spreadsheet "Plans" isn\'t shared'):
        poll(one)
    google.share(other)
    assert handed(poll(one)) == {"people": [["person_id", "ben"]]}


# --- what goes wrong


@pytest.mark.parametrize("fault", COMMON, ids=lambda fault: f"{fault.kind} {fault.code}")
def test_one_fault_is_not_even_noticed(google, sheet, opened, fault):
    one = opened(sheet)
    google.faults.next(fault)
    assert set(handed(poll(one))) == {"leads", "people"}


@pytest.mark.parametrize("fault", COMMON, ids=lambda fault: f"{fault.kind} {fault.code}")
def test_a_fault_that_stays_is_told_and_then_it_goes_on(google, sheet, opened, clock, fault):
    one = opened(sheet)
    poll(one)
    google.set(sheet, "people!A2", "ben")
    google.faults.always(fault)
    with pytest.raises(SourceError):
        poll(one)
    google.faults.clear()
    clock.now += 60
    assert handed(poll(one)) == {"people": [["person_id", "ben"]]}


def test_a_share_taken_back_says_whom_to_share_with(google, sheet, opened):
    one = opened(sheet)
    poll(one)
    google.unshare(sheet)
    with pytest.raises(SourceError) as raised:
        poll(one)
    assert str(raised.value) == (
        'The spreadsheet "Sales" isn\'t shared with tandem@tandem-tests.iam.gserviceaccount.com (any more).'
        " Open it in Google Sheets, press Share, enter that address and choose Viewer."
    )
    google.share(sheet)
    assert poll(one) is None


def test_a_deleted_spreadsheet_says_where_to_find_an_id(google, sheet, opened):
    google.delete(sheet)
    with pytest.raises(SourceError, match="copy it from the spreadsheet's address"):
        poll(opened(sheet))


def test_google_gone_and_back(google, sheet, opened, clock):
    one = opened(sheet)
    poll(one)
    google.gone()
    for _ in range(5):
        with pytest.raises(SourceError, match="can't be reached"):
            poll(one)
        clock.now += one.wait(watched=True)
    google.back()
    google.set(sheet, "people!A2", "ben")
    assert handed(poll(one)) == {"people": [["person_id", "ben"]]}
    assert one.wait(watched=True) == pytest.approx(5)


def test_an_expired_token_is_replaced_unseen(google, sheet, opened, clock):
    one = opened(sheet)
    poll(one)
    google.tokens.revoke()
    assert poll(one) is None
    assert google.token_calls == 2


def test_a_deleted_key_says_to_make_another(google, sheet, opened):
    one = opened(sheet)
    google.tokens.accounts.clear()
    with pytest.raises(SourceError, match=r"refuses to sign in tandem@.*Create a new JSON key"):
        poll(one)


def test_a_public_spreadsheet_is_read_with_an_api_key(google, sheet, clock):
    google.publish(sheet)
    one = google_sheets.GoogleReader(
        configured(google, sheet, service_account=None, api_key=google.api_key()),
        clock=clock,
        sleep=clock.sleep,
    )
    assert isinstance(one._http.access, KeyAccess)
    assert set(handed(poll(one))) == {"leads", "people"}
    google.publish(sheet, public=False)
    with pytest.raises(SourceError, match="Anyone with the link"):
        poll(one)
    one.close()


def test_a_wrong_api_key_says_so(google, sheet, clock):
    wrong = configured(google, sheet, service_account=None, api_key="AIzaWrong")
    one = google_sheets.GoogleReader(wrong, clock=clock, sleep=clock.sleep)
    with pytest.raises(SourceError, match=r"doesn't accept tandem\.google\.api_key") as raised:
        poll(one)
    assert "AIza" not in str(raised.value)
    one.close()


def test_no_message_holds_a_secret_or_a_reply(google, sheet, opened, clock):
    one, account = opened(sheet), google.service_account()
    poll(one)
    for fault in [
        *COMMON,
        Fault("status", 401),
        Fault("status", 403),
        Fault("status", 404),
        Fault("status", 400),
    ]:
        google.faults.always(fault)
        with pytest.raises(SourceError) as raised:
            poll(one)
        told = str(raised.value)
        assert raised.value.__cause__ is None
        assert raised.value.__context__ is None
        for secret in (account["private_key"][40:80], *google.tokens.given, "project_number", "<html", "{"):
            assert secret not in told
        clock.now += 60


def test_a_drip_fed_or_cut_reply_is_never_taken_for_the_whole(google, sheet, opened, clock):
    one = opened(sheet)
    poll(one)
    for size in (1, 100, 150, 200):
        google.faults.next(*[Fault("truncated", size=size)] * 4)
        with pytest.raises(SourceError):
            poll(one)
        clock.now += 60
    assert poll(one) is None


# --- the pace


def test_the_next_read_is_due_after_the_interval(sheet, opened, clock):
    one = opened(sheet)
    assert one.wait(watched=True) == 0
    poll(one)
    assert (one.wait(watched=False), one.wait(watched=True)) == (30, 5)
    clock.now += 3
    assert one.wait(watched=True) == 2


def test_failures_make_the_wait_grow_to_a_minute(google, sheet, opened, clock):
    one, waits = opened(sheet), []
    google.faults.always(BAD_GATEWAY)
    for _ in range(6):
        with pytest.raises(SourceError):
            poll(one)
        waits.append(one.wait(watched=True))
        clock.now += waits[-1]
    assert waits == [pytest.approx(wait) for wait in (10, 20, 40, 60, 60, 60)]
    google.faults.clear()
    poll(one)
    assert one.wait(watched=True) == pytest.approx(5)


def test_the_wait_after_a_failure_is_drawn_and_never_under_the_interval(google, sheet, opened):
    one = opened(sheet, chance=0.0)
    google.faults.always(RESET)
    with pytest.raises(SourceError):
        poll(one)
    assert one.wait(watched=True) == pytest.approx(5)


def test_google_may_ask_for_a_longer_wait(google, sheet, opened):
    one = opened(sheet)
    google.faults.always(Fault("status", 429, retry_after=120))
    with pytest.raises(SourceError, match="limit of reads a minute"):
        poll(one)
    assert one.wait(watched=True) == pytest.approx(120)


@pytest.mark.parametrize("count", [3, 12])
def test_many_spreadsheets_are_read_as_often_as_the_budget_allows(google, clock, opened, count):
    one = opened(*[google.spreadsheet(tabs={f"t{n}": [["a"]]}) for n in range(count)])
    for _ in range(30):
        poll(one)
        clock.now += one.wait(watched=True)
    assert 20 <= google.busiest_minute() <= 40


def test_where_all_is_large_reads_are_as_rare_as_large_tabs_are(google, opened):
    one = opened(
        google.spreadsheet(tabs={"touches": [["touch_id"], *[[n] for n in range(100)]]}), large_cells=50
    )
    poll(one)
    assert (one.wait(watched=True), one.wait(watched=False)) == (20, 300)


def test_polling_takes_four_fifths_of_what_the_budget_gains(google, opened, clock):
    one = opened(*[google.spreadsheet(tabs={f"t{n}": [["a"]]}) for n in range(12)])
    begun = clock.now
    poll(one)
    # 12 reads and, at every 12th poll, as many for what there is; the budget gains half a read a second
    assert clock.now + one.wait(watched=True) - begun == pytest.approx(12 * (1 + 1 / 12) / (0.8 * 0.5))


def test_a_press_looks_for_new_tabs_too(google, sheet, opened, clock):
    one = opened(sheet)
    poll(one)
    google.write(sheet, "quotas", [["metric"]])
    clock.now += 3
    assert set(handed(poll(one, everything=True))) == {"quotas"}


# --- the budget


def test_whoever_presses_the_button_google_sees_no_more_than_the_budget(google, clock):
    sheet = google.spreadsheet(tabs={"leads": LEADS})
    one, waits = reader(google, clock, sheet), []
    for _ in range(600):  # five viewers a second, for two minutes
        if one.wait(watched=True) == 0:
            poll(one)
        try:
            poll(one, everything=True)
        except Busy as error:
            waits.append(error.seconds)
        clock.now += 0.2
    one.close()
    assert len(waits) > 500
    assert min(waits) > 0
    assert google.busiest_minute() <= 40


def test_polling_goes_on_while_buttons_are_pressed(google, clock):
    sheet = google.spreadsheet(tabs={"leads": LEADS})
    one, polls = reader(google, clock, sheet), 0
    for _ in range(600):
        if one.wait(watched=True) == 0:
            google.set(sheet, "leads!A2", f"L{polls}")
            assert poll(one) is not None
            polls += 1
        clock.now += 0.2
    one.close()
    assert polls >= 23


def test_faults_on_half_of_the_calls_do_not_break_the_budget(google, clock):
    sheet = google.spreadsheet(tabs={"leads": LEADS})
    one = reader(google, clock, sheet, chance=0.1)
    google.faults.sometimes(0.5, (TOO_MANY, UNAVAILABLE, BAD_GATEWAY, RESET, TRUNCATED, INVALID_JSON), seed=7)
    for _ in range(100):
        take(one, {}, everything=True)
        take(one, {}, everything=False)
        clock.now += one.wait(watched=True)
    one.close()
    assert google.reads > 100
    assert google.busiest_minute() <= 40


def test_a_press_too_many_says_when_to_come_again(sheet, opened, clock):
    one = opened(sheet)
    for _ in range(6):
        poll(one, everything=True)
    clock.now += 0.5
    with pytest.raises(Busy) as raised:
        poll(one, everything=True)
    assert str(raised.value) == "Read 1 s ago; Google allows the next read in 2 s."


def test_a_press_too_many_is_no_failure(sheet, opened, clock):
    one = opened(sheet)
    poll(one)
    one._http.budget = Budget(4, clock)
    one._http.budget.take()
    with pytest.raises(Busy):
        poll(one, everything=True)
    assert one.wait(watched=True) == pytest.approx(5)


def test_what_was_forgotten_is_read_even_when_little_is_left(sheet, opened, clock):
    one = opened(sheet)
    poll(one)
    one._http.budget.take(one._http.budget.at_hand - 2)
    one.forget()
    assert set(handed(poll(one, everything=True))) == {"leads", "people"}


def test_many_threads_get_every_change_once(google, sheet, opened):
    one, found = opened(sheet, per_minute=60), []

    def look():
        book = poll(one)
        found.extend([] if book is None else [tab.title for tab in book.tabs])

    threads = [Thread(target=look) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found) == ["leads", "people"]


def test_who_is_wanted_is_asked_once_a_look(sheet, opened):
    one, asked = opened(sheet), []

    def wanted(titles):
        asked.append(titles)
        return titles

    poll(one, wanted)
    assert asked == [("leads", "people", "notes")]
