"""What people write down beside the numbers: settings, people, campaigns with sign-offs, calendar, feedback,
profiles and reviews. Their dates follow the running quarter and today."""  # noqa: D205, D209

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any, Final, NamedTuple

from data_sources.demo_company.cast import ABSENT, MARKETING_SOURCES, PEOPLE, REASONS, SOURCES, Campaign
from data_sources.demo_company.feeds import Feeds
from data_sources.demo_company.survey import Case, Survey, rounded
from data_sources.demo_company.tables import lead_id
from data_sources.demo_company.voices import VOICES
from data_sources.demo_company.world import World, quarter_start
from scorecard.terms import terms_of_row

Row = dict[str, Any]

SETTINGS: Final = {
    "organisation": "Halden & Pike", "currency": "EUR", "locale": "en_GB", "time_zone": "Europe/Berlin",
    "fiscal_year_start": "1", "week_start": "monday", "sla_hours": "4", "sla_clock": "business",
    "sla_starts": "handed_off", "decision_hours": "16", "work_days": "mon,tue,wed,thu,fri",
    "work_start": "09:00",
    "work_end": "17:00", "holidays": "DE", "acceptance_target": "0.70", "gap_metrics": "mqls,revenue",
    "marketing_sources": ",".join(MARKETING_SOURCES), "sourced_by": "lead_source", "attribution": "linear",
    "margin": "0.42",
}  # fmt: skip
_ONE_KEY: Final = "C23"  # live, but only marketing signed
_IDEA_STATUS: Final = {"marco.bianchi": "declined", "piotr.nowak": "open", "ben.carver": "open"}
_NO_KEY: Final = ("C26",)  # planned, not signed yet
_SIGNED_AS: Final = {
    "C25": {"offer": "Lamp and pack bundle, 15 % off"}
}  # the offer changed after the sign-off
_TAKEAWAY: Final = "F016"  # of the first hour of listening
_BARE: Final = "C21"  # live, and nobody made anything to send
_ONLY_AN_IDEA: Final = "C25"
_MATERIAL: Final = {
    "search": "Ad texts and landing page", "retargeting": "Banners", "paid_social": "Three short films",
    "email": "Texts and pictures", "content": "A new chapter", "webinar": "Slides and recording",
    "direct_mail": "Letter and leaflet", "event": "Posters and handouts", "partner_list": "Dealer terms",
    "outbound": "Call guide and samples",
}  # fmt: skip


def tables(world: World, survey: Survey, feeds: Feeds) -> dict[str, list[Row]]:
    """The rows of settings, people, campaigns, calendar, feedback, profiles and reviews."""
    campaigns = [_campaign(world, feeds, c) for c in world.campaigns]
    return {"settings": [{"key": key, "value": value} for key, value in SETTINGS.items()],
            "people": [_person(i) for i in range(len(PEOPLE))], "campaigns": campaigns,
            "calendar": _calendar(world), "feedback": _feedback(world, survey), "profiles": _profiles(),
            "reviews": _reviews(world)}  # fmt: skip


def _person(number: int) -> Row:
    person = PEOPLE[number]
    plain = unicodedata.normalize("NFKD", person.person_id).encode("ascii", "ignore").decode()
    host = "northlight.example" if person.department == "other" else "haldenpike.example"
    return {"person_id": person.person_id, "name": person.name, "department": person.department,
            "role": person.role,
            "email": f"{plain}@{host}", "is_liaison": person.is_liaison, "covers": person.covers}  # fmt: skip


# campaigns


def _campaign(world: World, feeds: Feeds, campaign: Campaign) -> Row:
    spent = feeds.spent(campaign.start, campaign.end or world.last, {campaign.campaign_id})
    budget = rounded(_whole_life(world, campaign, spent) * campaign.budget, 2) if spent else campaign.budget
    launched = datetime.combine(campaign.start, time(9, 0)) if campaign.start <= world.last else None
    return {"campaign_id": campaign.campaign_id, "name": campaign.name, "channel": campaign.channel,
            "stage": campaign.stage, "offer": campaign.offer, "audience": campaign.audience,
            "start": campaign.start,
            "end": campaign.end, "budget": float(budget), "marketing_owner": campaign.marketing_owner,
            "sales_owner": campaign.sales_owner, "marketing_goal_id": campaign.marketing_goal_id,
            "sales_goal_id": campaign.sales_goal_id, "launched_at": launched}  # fmt: skip


def _whole_life(world: World, campaign: Campaign, spent: float) -> float:
    """What a campaign will have spent by its end, at the rate so far."""
    seen = (min(campaign.end or world.last, world.last) - campaign.start).days + 1
    return spent * ((campaign.end or world.last) - campaign.start + timedelta(days=1)).days / max(seen, 1)


def signoffs(world: World, campaigns: Iterable[Row], goals: Iterable[Row]) -> list[Row]:
    """Who signed what, bound to the terms as they were then."""
    known = {goal["goal_id"]: goal for goal in goals}
    return [row for campaign in campaigns for row in _signoffs(world, campaign, known)]


def _signoffs(world: World, campaign: Row, goals: Mapping[str, Row]) -> Iterator[Row]:
    if campaign["campaign_id"] in _NO_KEY:
        return
    for days, department in ((8, "marketing"), (5, "sales")):
        at = datetime.combine(campaign["start"] - timedelta(days=days), time(14, 10 if days % 2 else 35))
        if (campaign["campaign_id"] == _ONE_KEY and department == "sales") or at.date() > world.last:
            continue
        if at.date() < world.history:
            at = datetime.combine(world.history, time(9, 5 if department == "sales" else 0))
        signed = campaign | _SIGNED_AS.get(campaign["campaign_id"], {})
        terms = terms_of_row(signed, goals, SETTINGS["currency"])
        yield {"campaign_id": campaign["campaign_id"], "department": department,
               "person_id": campaign["marketing_owner" if department == "marketing" else "sales_owner"],
               "at": at, "terms": terms.text, "fingerprint": terms.fingerprint}  # fmt: skip


# calendar


def _calendar(world: World) -> list[Row]:
    entries = [*_promotions(world), *_content(world), *_exchanges(world), *_absences(world),
               *_material(world), *_clashing(world)]  # fmt: skip
    return [{"entry_id": f"E{i + 1:03d}", **entry} for i, entry in enumerate(entries)]


def _entry(
    start: date, days: int, title: str, kind: str, department: str, owner: str, **cells: object
) -> Row:
    return {"start": start, "end": start + timedelta(days=days - 1), "title": title, "kind": kind,
            "department": department, "owner": owner, **cells}  # fmt: skip


def _status(world: World, start: date, end: date) -> str:
    if start > world.today:
        return "planned"
    return "live" if end >= world.today else "done"


def _promotions(world: World) -> Iterator[Row]:
    for campaign in world.campaigns:
        if campaign.end is None or campaign.start <= world.history:
            continue
        kind = "event" if campaign.channel == "event" else "campaign"
        kind = "promotion" if campaign.campaign_id in {"C22", "C23", "C25"} else kind
        yield {"start": campaign.start, "end": campaign.end, "title": campaign.name, "kind": kind,
               "channel": campaign.channel, "department": "shared", "owner": campaign.marketing_owner,
               "attendees": f"{campaign.marketing_owner}, {campaign.sales_owner}",
               "campaign_id": campaign.campaign_id,
               "status": _status(world, campaign.start, campaign.end)}  # fmt: skip
    first = next(day for day in world.hours.holidays if day > world.today)
    yield _entry(
        first, 1, "Public holiday, nobody calls", "holiday", "shared", "katrin.voss", status="planned"
    )
    january = date(world.today.year + 1, 1, 2)
    yield _entry(january, 12, "Winter clearance: 15 % off last year's tents", "promotion", "shared",
                 "luis.ferreira",
                 channel="email", status="idea", requested_by="nina.vogel")  # fmt: skip


def _content(world: World) -> Iterator[Row]:
    """Ideas of sales on their way to the site, and what marketing planned by itself."""
    for days, title, status, asked, feedback in (
        (-52, "Test report: which stretcher fits through a hut door?", "done", "ana.kovac", "F004"),
        (-31, "Price list explained: what dealers pay and when", "done", "jonas.weber", "F005"),
        (-9, "Repair in ten days: how the workshop does it", "live", "nina.vogel", "F006"),
        (6, "Checklist: opening a rental corner in a sports shop", "planned", "sofie.maes", "F007"),
        (20, "Why we do not ship to private customers", "planned", "ben.carver", "F008"),
        (41, "School trips: packs that survive a class of thirty", "idea", "piotr.nowak", "F009"),
        (-75, "Customs for Swiss dealers in six steps", "dropped", "marco.bianchi", "F010"),
    ):
        start = world.today + timedelta(days=days)
        yield _entry(start, 3, title, "content", "marketing", "hannah.riedel", channel="blog", goal_id="G30",
                     status=status, requested_by=asked, feedback_id=feedback)  # fmt: skip
    for weeks in range(-6, 3):
        start = world.today + timedelta(weeks=weeks, days=-world.today.weekday() + 2)
        yield _entry(start, 1, "Newsletter" if weeks % 4 == 0 else "Test report of the week", "content",
                     "marketing",
                     "luis.ferreira" if weeks % 4 == 0 else "hannah.riedel",
                     channel="email" if weeks % 4 == 0 else "blog",
                     status=_status(world, start, start))  # fmt: skip


def _exchanges(world: World) -> Iterator[Row]:
    """Each side sees the other: marketing listens to calls, sales sits in marketing's meeting."""
    listeners = ("hannah.riedel", "david.okafor", "yuki.tanaka", "luis.ferreira", "felix.baum", "zoe.martin")
    callers = ("ana.kovac", "greta.schulz", "nina.vogel", "tomas.horak", "sofie.maes", "leila.haddad")
    thursday = world.today - timedelta(days=(world.today.weekday() - 3) % 7)
    for i, (listener, caller) in enumerate(zip(listeners, callers, strict=True)):
        start = thursday + timedelta(weeks=2 * (i - 4))
        yield _entry(
            start,
            1,
            f"Listening in: an hour of calls with {_first_name(caller)}",
            "exchange",
            "shared",
            caller,
            attendees=f"{listener}, {caller}",
            feedback_id=None if i else _TAKEAWAY,
            status=_status(world, start, start),
        )
        start += timedelta(days=5)
        yield _entry(
            start,
            1,
            "Sales in the marketing meeting",
            "exchange",
            "shared",
            "clara.brandt",
            attendees=f"clara.brandt, {caller}, zoe.martin",
            status=_status(world, start, start),
        )
    for weeks, title in ((-7, "Monthly review of both teams"), (-3, "Monthly review of both teams"),
                         (1, "Monthly review of both teams"), (5,
                                                               "Planning of the next quarter")):  # fmt: skip
        start = thursday + timedelta(weeks=weeks)
        yield _entry(start, 1, title, "review", "shared", "ingrid.halden", status=_status(world, start,
                                                                                          start),
                     attendees="ingrid.halden, clara.brandt, katrin.voss, zoe.martin")  # fmt: skip


def _first_name(person_id: str) -> str:
    return next(p.name for p in PEOPLE if p.person_id == person_id).split()[0]


def _absences(world: World) -> Iterator[Row]:
    start, end = world.absence
    days = (end - start).days
    yield _entry(start, days, "Jonas away, no cover arranged", "absence", "sales", ABSENT, status="live")
    yield _entry(world.today + timedelta(days=17), 5, "Hannah on holiday", "absence", "marketing",
                 "hannah.riedel",
                 status="planned")  # fmt: skip
    yield _entry(
        world.quarter - timedelta(days=40),
        14,
        "Summer holiday",
        "absence",
        "sales",
        "ben.carver",
        status="done",
    )
    yield _entry(world.quarter + timedelta(days=76), 10, "Between the years: office closed", "holiday",
                 "shared",
                 "ingrid.halden", status="planned")  # fmt: skip


def _material(world: World) -> Iterator[Row]:
    """What each campaign shows and sends, ready a week before it starts; of one there is only an idea."""
    for campaign in world.campaigns:
        if campaign.campaign_id == _BARE:
            continue
        start = max(campaign.start - timedelta(days=7), world.history)
        status = _status(world, start, start + timedelta(days=2))
        yield _entry(
            start,
            3,
            f"{_MATERIAL[campaign.channel]}: {campaign.name.partition(':')[0]}",
            "content",
            "marketing",
            "hannah.riedel",
            channel=campaign.channel,
            campaign_id=campaign.campaign_id,
            status="idea" if campaign.campaign_id == _ONLY_AN_IDEA else status,
        )


def _clashing(world: World) -> Iterator[Row]:
    """Free freight for those whom Black week reaches too, and a training that leaves sales short-handed."""
    first = world.quarter + timedelta(days=55)
    yield _entry(
        first,
        7,
        "Early-order week: free freight on spring orders",
        "promotion",
        "shared",
        "felix.baum",
        channel="email",
        campaign_id="C26",
        attendees="felix.baum, tomas.horak",
        status=_status(world, first, first + timedelta(days=6)),
    )
    monday = world.today + timedelta(days=14 - world.today.weekday())
    yield _entry(
        monday,
        3,
        "Product training in Innsbruck",
        "absence",
        "sales",
        "katrin.voss",
        attendees="ana.kovac, mia.lindqvist, tomas.horak, leila.haddad",
        status="planned",
    )


# feedback


def _feedback(world: World, survey: Survey) -> list[Row]:
    entries = [
        *_written(world),
        *_about_leads(world, survey.rejected[:9]),
        *_about_wins(world, survey.won[:6]),
        *_voices(world),
    ]
    return [{"feedback_id": f"F{i + 1:03d}", **entry} for i, entry in enumerate(entries)]


def _said(world: World, days_ago: int, who: str, to: str, kind: str, text: str, **cells: object) -> Row:
    day = world.today - timedelta(days=days_ago)
    at = datetime.combine(day, time(9 + days_ago % 7, (days_ago * 13) % 60))
    department = next(p.department for p in PEOPLE if p.person_id == who)
    resolved = cells.pop("resolved", None)
    if isinstance(resolved, int):
        cells["resolved_at"] = at + timedelta(days=resolved, hours=2)
    return {"at": at, "from_person": who, "from_department": department, "to_person": to, "kind": kind,
            "text": text,
            "status": "done" if resolved is not None else "open", **cells}  # fmt: skip


def _written(world: World) -> Iterator[Row]:
    """The first ten are named by the calendar: F004 to F010 are the content ideas."""
    yield _said(
        world,
        27,
        "katrin.voss",
        "clara.brandt",
        "problem",
        "Two out of three addresses of the new partner list are one-person shops. We lose half a day a week "
        "telling them that they are too small for dealer terms.",
        campaign_id="C21",
        reject_reason="wrong company size",
        owner="felix.baum",
        status="planned",
        rating=2,
        due=world.today + timedelta(days=6),
        response="Broker was asked to filter by employees; new file is due.",
    )
    yield _said(
        world,
        19,
        "greta.schulz",
        "zoe.martin",
        "problem",
        "Jonas' leads still go to Jonas. I see eleven of them untouched since Monday.",
        owner="katrin.voss",
        goal_id="G51",
        due=world.today + timedelta(days=2),
    )
    yield _said(
        world,
        12,
        "david.okafor",
        "katrin.voss",
        "problem",
        "Nobody tells us which search words bring people who only want one pair of gaiters.",
        goal_id="G40",
        owner="greta.schulz",
        status="planned",
        due=world.today + timedelta(days=9),
        response="Greta sends a list every Friday from next week on.",
    )
    ideas = (
        (
            70,
            "ana.kovac",
            "Rescue services keep asking whether the stretcher fits through a hut door. A film would do.",
            18,
        ),
        (
            55,
            "jonas.weber",
            "Dealers do not understand the price list. One page with an example would save ten calls a week.",
            24,
        ),
        (30, "nina.vogel", "Everyone asks how long a repair takes. Show the workshop.", 21),
        (24, "sofie.maes", "Three shops want to rent out gear and do not know how to begin.", None),
        (
            16,
            "ben.carver",
            "Private customers call the dealer line. Say on the site that we do not ship to them.",
            None,
        ),
        (11, "piotr.nowak", "Schools buy in May and decide in November. We have nothing for them.", None),
        (98, "marco.bianchi", "Swiss dealers are afraid of customs. Six steps on a page?", 20),
    )
    for days, who, text, resolved in ideas:
        status = _IDEA_STATUS.get(who, "done" if resolved else "planned")
        yield _said(
            world,
            days,
            who,
            "hannah.riedel",
            "content_idea",
            text,
            owner="hannah.riedel",
            resolved=resolved,
            status=status,
            response="The customs office has that page already; we link to it."
            if status == "declined"
            else None,
        )
    yield from _more(world)


def _more(world: World) -> Iterator[Row]:
    yield _said(
        world,
        33,
        "ana.kovac",
        "olga.petrova",
        "thanks",
        "The rescue expo stand was the best we ever had: 40 talks, "
        "and people could pull the stretcher themselves.",
        campaign_id="C19",
    )
    yield _said(
        world,
        40,
        "tomas.horak",
        "hannah.riedel",
        "win",
        "A chain with 14 shops ordered after reading the guide. They quoted chapter four on the phone.",
        campaign_id="C07",
        rating=5,
    )
    yield _said(
        world,
        21,
        "zoe.martin",
        "katrin.voss",
        "insight",
        "Leads called before eleven are reached twice as often as those called after three.",
        goal_id="G51",
        rating=4,
    )
    yield _said(
        world,
        15,
        "leila.haddad",
        "luis.ferreira",
        "insight",
        "Carts above 2,000 EUR are not abandoned, they wait "
        "for a signature. A discount is the wrong letter there.",
        campaign_id="C09",
        owner="luis.ferreira",
        status="planned",
        due=world.today + timedelta(days=12),
    )
    yield _said(
        world,
        61,
        "clara.brandt",
        "katrin.voss",
        "problem",
        "Leads from Summer Outdoor were decided after nine days on average. By then they had forgotten us.",
        campaign_id="C18",
        owner="katrin.voss",
        resolved=14,
        response="Inside sales now calls fair leads on the Monday after, whoever collected them.",
    )
    yield _said(
        world,
        47,
        "hannah.riedel",
        "ana.kovac",
        "thanks",
        "An hour of listening to your calls gave me four articles.",
    )
    yield _said(
        world,
        5,
        "felix.baum",
        "jonas.weber",
        "insight",
        "Shops that order the trail kit twice become dealers; one kit alone says nothing.",
        campaign_id="C12",
        rating=3,
    )
    yield _said(
        world,
        9,
        "sam.whitlock",
        "david.okafor",
        "insight",
        "The look-alike audience is used up: the same people saw the ad nine times in October.",
        campaign_id="C05",
        owner="david.okafor",
        rating=3,
    )
    yield _said(
        world,
        3,
        "nina.vogel",
        "luis.ferreira",
        "win",
        "Two customers who had gone quiet since spring ordered from the Ridge 45 mail.",
        campaign_id="C23",
        rating=5,
    )
    yield _said(
        world,
        80,
        "mia.lindqvist",
        "clara.brandt",
        "problem",
        "The Nordic price list still had last year's prices on the landing page.",
        owner="yuki.tanaka",
        resolved=1,
        response="Corrected; the page now reads the list.",
    )


def _voices(world: World) -> Iterator[Row]:
    for v in VOICES:
        owner = None if v.kind in {"win", "thanks"} else v.owner or v.to
        cells: dict[str, object] = {"owner": owner, "rating": v.rating, "reject_reason": v.reason,
                                    "campaign_id": v.campaign, "response": v.response}  # fmt: skip
        if v.due is not None:
            cells["due"] = world.today + timedelta(days=v.due)
        if v.status is not None:
            cells["status"] = v.status
        yield _said(world, v.days_ago, v.who, v.to, v.kind, v.text, resolved=v.resolved, **cells)


def _about_leads(world: World, cases: list[Case]) -> Iterator[Row]:
    texts = ("One-person shop, wants two packs for the window.",
             "The owner thought we were a shop and asked for our hours.",
             "Eight square metres next to a petrol station. Nice people, no order.",
             "Not a retailer: a hiking blog.",
             "Is a member of the association but sells bicycles.")  # fmt: skip
    for i, case in enumerate(cases):
        reason = REASONS[case.reason] if case.reason >= 0 else None
        yield _said(world, (world.today - case.at).days, PEOPLE[case.owner].person_id,
                    SOURCES[case.source].owner,
                    "lead_quality", texts[i % len(texts)], lead_id=lead_id(case.lead), campaign_id=None,
                    rating=1 + i % 2,
                    reject_reason=reason, owner="felix.baum")  # fmt: skip


def _about_wins(world: World, cases: list[Case]) -> Iterator[Row]:
    texts = ("Knew exactly what they wanted after the webinar. Please more like this.",
             "First order twice what they said.",
             "Had read everything before I called.",
             "Came as a small one and turned out to run four shops.")  # fmt: skip
    for i, case in enumerate(cases):
        yield _said(
            world,
            (world.today - case.at).days,
            PEOPLE[case.owner].person_id,
            SOURCES[case.source].owner,
            "win" if i % 2 else "lead_quality",
            texts[i % len(texts)],
            lead_id=lead_id(case.lead),
            rating=5 - i % 2,
        )


# profiles


def _profiles() -> list[Row]:
    """Agreed, disputed (small shops, owners of guides) and named by one team only."""
    pictures = (
        ("industry", "Outdoor retail", (1, 5), (1, 5)), ("industry", "Rescue services", (1, 3), (1, 5)),
        ("industry", "Sports clubs", (1, 4), (0, 3)), ("industry", "Hospitality", (0, 2), (0, 3)),
        ("industry", "Education", (1, 2), None), ("company_size", "1-9", (1, 3), (0, 5)),
        ("company_size", "10-49", (1, 4), (1, 4)), ("company_size", "50-249", (1, 5), (1, 5)),
        ("company_size", "1000+", None, (0, 2)), ("job_level", "Owner", (1, 4), (1, 5)),
        ("job_level", "Buyer", None, (1, 4)), ("job_level", "Assistant", (0, 2), (0, 4)),
        ("region", "Switzerland", None, (1, 3)), ("region", "United States", (0, 3), (0, 5)),
    )  # fmt: skip
    return [{"department": team, "attribute": attribute, "value": value, "want": view[0],
             "importance": view[1]}
            for attribute, value, *views in pictures
            for team, view in zip(("marketing", "sales"), views,
                                  strict=True) if view is not None]  # fmt: skip


# reviews


def _reviews(world: World) -> list[Row]:
    attendees = "ingrid.halden, clara.brandt, katrin.voss, zoe.martin"
    thursday = world.today - timedelta(days=(world.today.weekday() - 3) % 7)
    before = quarter_start(world.today, -1)
    label = f"{before.year}-Q{(before.month + 2) // 3}"
    found = []
    for number, weeks, campaign, lines in (
        (1, 11, "C22", _SALE),
        (2, 7, None, _QUARTER),
        (3, 3, "C21", _PARTNER),
    ):
        held = datetime.combine(thursday - timedelta(weeks=weeks), time(10, 0))
        for number_of_line, line in enumerate(lines, start=1):
            due = held.date() + timedelta(days=line.days)
            done_at = datetime.combine(due - timedelta(days=2), time(15, 30)) if line.done else None
            found.append({"review_id": f"R{number}", "line_no": number_of_line, "campaign_id": campaign,
                          "period": label, "as_of": held.date(), "held_at": held, "attendees": attendees,
                          "went_well": line.well, "went_wrong": line.wrong, "decision": line.decision,
                          "action": line.action, "action_owner": line.owner, "action_due": due,
                          "action_done_at": done_at})  # fmt: skip
    return found


class Line(NamedTuple):
    """One line of a review; the action is due so many days after it was held."""

    well: str | None
    wrong: str | None
    decision: str
    action: str
    owner: str
    days: int
    done: bool = False


_SALE: Final = (
    Line(
        well="Newsletter was opened by more people than ever.",
        wrong="20 % off sold tents to those who would have bought anyway; margin fell by a third.",
        decision="No discount on a whole category again. Next time one product, with a reason.",
        action="Plan a launch around one pack",
        owner="luis.ferreira",
        days=17,
        done=True,
    ),
    Line(
        well=None,
        wrong="Dealers heard of the sale from their customers.",
        decision="Dealers know a week earlier.",
        action="Put dealer notice into every campaign plan",
        owner="katrin.voss",
        days=14,
        done=True,
    ),
)
_QUARTER: Final = (
    Line(
        well="MQL quota reached two weeks early.",
        wrong="Revenue quota missed by a little; perhaps the MQL quota was too low.",
        decision="MQL quota up, and counted only when sales can work them.",
        action="Write down what makes a lead ready",
        owner="zoe.martin",
        days=20,
        done=True,
    ),
    Line(
        well="Webinars bring the best leads per euro.",
        wrong="No speaker for the second half of the quarter.",
        decision="One customer on screen each time.",
        action="Ask five customers",
        owner="olga.petrova",
        days=30,
    ),
    Line(
        well="Fair leads were called on Monday.",
        wrong=None,
        decision="Keep it.",
        action="Make it a rule in the hand-off page",
        owner="greta.schulz",
        days=12,
        done=True,
    ),
)
_PARTNER: Final = (
    Line(
        well="The list was cheap and arrived on time.",
        wrong="Sales rejects two of three: wrong company size.",
        decision="No further batch until the broker filters by employees.",
        action="Get a filtered file or the money back",
        owner="felix.baum",
        days=28,
    ),
    Line(
        well=None,
        wrong="Nobody covers for Jonas.",
        decision="Leads untouched after three opening hours go to inside sales.",
        action="Change the routing rule",
        owner="katrin.voss",
        days=7,
    ),
)
