"""Goals of every kind, what was typed about them, quotas for both teams and their people, and moved targets.

Numbers are sized against the survey: a goal is as far as its `pace` says, at any number of leads.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any, Final

import numpy as np

from data_sources.demo_company.cast import ABSENT, PEOPLE, PERSON, SELLERS, SLOTS, SOURCE, SOURCES
from data_sources.demo_company.feeds import Feeds
from data_sources.demo_company.hours import day_number
from data_sources.demo_company.survey import Survey, rounded
from data_sources.demo_company.world import QUARTERS_BEFORE, World, month_start, quarter_start

Row = dict[str, Any]
_TOO_SHORT: Final = 0.08  # less of the quarter than this says nothing: size against the one before


def tables(world: World, survey: Survey, feeds: Feeds) -> dict[str, list[Row]]:
    """The rows of goals, goal_actuals, milestones, quotas and target_changes."""
    goals = _Goals(world, survey, feeds)
    quotas = _Quotas(world, survey)
    return {"goals": goals.rows(), "goal_actuals": goals.actuals(), "milestones": goals.milestones(),
            "quotas": list(quotas.rows()), "target_changes": _moved(world, goals, quotas)}  # fmt: skip


def _goal(
    goal_id: str, name: str, parent_id: str | None, department: str, owner: str, **cells: object
) -> Row:
    row: Row = {"goal_id": goal_id, "name": name, "parent_id": parent_id, "department": department,
                "owner": owner,
                "unit": "number", "kind": "total", "direction": "increase", "pace": "linear"}  # fmt: skip
    return row | cells


class _Goals:
    def __init__(self, world: World, survey: Survey, feeds: Feeds) -> None:
        self.world, self.survey, self.feeds = world, survey, feeds
        self.start = world.quarter
        self.due = quarter_start(world.today, 1) - timedelta(days=1)
        self.before = quarter_start(world.today, -1)
        self.label = f"Q{(world.quarter.month + 2) // 3}"
        self.label_before = f"Q{(self.before.month + 2) // 3}"

    def rows(self) -> list[Row]:
        return [*self._year(), *self._shared(), *self._direct_mail(), *self._top(), *self._search(),
                *self._standing(),
                *self._budgets(), *self._black_week(), *self._others()]  # fmt: skip

    # sizes

    def _size(self, so_far: float, before: float, pace: float, least: float = 1.0) -> float:
        """A target for the running quarter against which `so_far` is at that pace."""
        if self.survey.elapsed < _TOO_SHORT or so_far <= 0:
            return max(rounded(before * 1.05, 2), least)
        return max(rounded(so_far / self.survey.elapsed / pace, 2), least)

    def _leads(self, start: date, end: date, campaign: str) -> float:
        counts = self.survey.leads(start, end)
        return float(sum(counts[i] for i, slot in enumerate(SLOTS) if slot.campaign == campaign))

    def _revenue(self, start: date, months: int) -> float:
        return float(self.survey.revenue[self.survey.months(start, months)].sum())

    def _campaign_revenue(self, campaign: str, start: date) -> float:
        slots = [i for i, slot in enumerate(SLOTS) if slot.campaign == campaign]
        return float(self.survey.first_orders[self.survey.months(start, 3)][:, slots].sum())

    def _source_revenue(self, source: str, start: date) -> float:
        slots = [i for i, slot in enumerate(SLOTS) if slot.source == source]
        return float(self.survey.revenue_by_slot[self.survey.months(start, 3)][:, slots].sum())

    def _mqls(self, source: str, start: date) -> float:
        slots = [i for i, slot in enumerate(SLOTS) if slot.source == source]
        return float(self.survey.mqls[self.survey.months(start, 3)][:, slots].sum())

    # the goals

    def _year(self) -> Iterator[Row]:
        year = self.start.year
        last_year, elapsed_last_year = self._revenue(date(year - 1, 1, 1), 12), self._to_same_day(year - 1)
        so_far = self._revenue(date(year, 1, 1), 12)
        curve = elapsed_last_year / last_year if last_year > 0 else 1.0
        target = max(rounded(so_far / curve / 0.97 if curve > 0 else last_year * 1.15), 1000.0)
        yield _goal(
            f"G{year}",
            f"Revenue {year}",
            None,
            "shared",
            "ingrid.halden",
            unit="currency",
            baseline=rounded(last_year),
            target=target,
            start=date(year, 1, 1),
            due=date(year, 12, 31),
            metric="revenue",
            pace="last_year",
            marketing_role="Demand online, all year round",
            sales_role="Dealers, clubs and rescue services",
            stage="bofu",
            strategy="One quarter at a time: each quarter has its own goal and each team its part of it",
        )
        yield _goal(
            f"G{year - 1}",
            f"Revenue {year - 1}",
            None,
            "shared",
            "ingrid.halden",
            unit="currency",
            target=max(rounded(last_year * 0.98), 1000.0),
            start=date(year - 1, 1, 1),
            due=date(year - 1, 12, 31),
            metric="revenue",
            marketing_role="Search, newsletter and mailings",
            sales_role="Visits and fairs",
            strategy="Keep the dealers we have, win two a week",
        )
        ratios = (0.97, 1.06, 0.94, 1.03)
        for index in range(4):
            first = date(year, index * 3 + 1, 1)
            if first != self.start:
                yield self._quarter_goal(first, ratios[index], target)

    def _to_same_day(self, year: int) -> float:
        """Last year's revenue up to the same day, the month under way by its share."""
        today = self.world.today
        full = self._revenue(date(year, 1, 1), today.month - 1)
        return full + self._revenue(date(year, today.month, 1), 1) * today.day / 30.5

    def _quarter_goal(self, first: date, ratio: float, year_target: float) -> Row:
        quarter = (first.month + 2) // 3
        past = first < self.start
        target = self._revenue(first, 3) / ratio if past else year_target * 0.26
        return _goal(
            f"G{first.year}Q{quarter}",
            f"Revenue in Q{quarter} {first.year}",
            f"G{first.year}",
            "shared",
            "ingrid.halden",
            unit="currency",
            target=max(rounded(target), 1000.0),
            start=first,
            due=quarter_start(first, 1) - timedelta(days=1),
            metric="revenue",
            marketing_role="Online marketing's part",
            sales_role="Outside sales' part",
            strategy="Spring: clubs and guides" if quarter in {1, 2} else "Autumn: dealers stock up",
        )

    def _shared(self) -> Iterator[Row]:
        (online, outside), (online_goal, outside_goal) = self.survey.baselines, self.survey.goals
        span = {"start": self.start, "due": self.due, "unit": "currency", "metric": "revenue"}
        yield _goal(
            "G10",
            f"Overall sales +15 % in {self.label} over {self.label_before}",
            f"G{self.start.year}",
            "shared",
            "ingrid.halden",
            baseline=online + outside,
            target=online_goal + outside_goal,
            stage="bofu",
            **span,
            marketing_role="11 of the 15 points, through online marketing",
            sales_role="4 of the 15 points, through outside sales",
            strategy="Marketing brings shops back to the site that looked but did not order; "
            "sales wins wholesale prospects nobody has called before",
        )
        yield _goal(
            "G11",
            "Online marketing: 11 of the 15 points",
            "G10",
            "marketing",
            "clara.brandt",
            baseline=online,
            target=online_goal,
            filter="channel=online_marketing",
            stage="bofu",
            **span,
            marketing_role="Retargeting, cart e-mails, trail kit mailing",
            sales_role="Calls every lead in 4 hours",
            strategy="Retargeting of those who viewed two product pages; 5 % off for carts left behind",
        )
        yield _goal(
            "G12",
            "Outside sales: 4 of the 15 points",
            "G10",
            "sales",
            "katrin.voss",
            baseline=outside,
            target=outside_goal,
            filter="channel=outside_sales",
            stage="bofu",
            **span,
            marketing_role="Addresses and samples",
            sales_role="Phone, mail, phone again",
            strategy="New wholesale prospects: a call, a letter with samples, a second call within ten days",
        )
        yield from self._try_outs(span)

    def _try_outs(self, span: dict[str, Any]) -> Iterator[Row]:
        sizes = [
            self._size(
                self._campaign_revenue(c, self.start), self._campaign_revenue(c, self.before), pace, 5_000.0
            )
            for c, pace in (("C03", 0.91), ("C09", 0.78))
        ]
        yield _goal(
            "G13",
            "Retargeting of two-page viewers",
            "G11",
            "marketing",
            "david.okafor",
            target=sizes[0],
            filter="campaign_id=C03",
            stage="bofu",
            **span,
            marketing_role="Ads and landing page",
            sales_role="Greta calls before noon",
            strategy="A try-out for next year: if it pays by the end of "
            "the quarter, retargeting gets a third of the search budget",
        )
        yield _goal(
            "G14",
            "Abandoned carts won back",
            "G11",
            "marketing",
            "luis.ferreira",
            target=sizes[1],
            filter="campaign_id=C09",
            stage="bofu",
            **span,
            marketing_role="Three e-mails in 72 hours",
            sales_role="Calls carts above 2,000 EUR",
            strategy="E-mail with 5 % off to everyone who left a cart above 300 EUR",
        )
        outbound = self._size(
            self._source_revenue("Outbound call", self.start),
            self._source_revenue("Outbound call", self.before),
            1.02,
            5_000.0,
        )
        yield _goal(
            "G15",
            "New wholesale prospects by phone, mail, phone",
            "G12",
            "sales",
            "katrin.voss",
            target=outbound,
            filter="source=Outbound call",
            stage="bofu",
            pace="working_days",
            **span,
            marketing_role="Letter and samples",
            sales_role="Twelve first calls a day each",
            strategy="Phone, then mail with samples, then phone again; no visit before the second call",
        )

    def _direct_mail(self) -> Iterator[Row]:
        span = {"start": max(self.start, self.world.campaign["C12"].start), "due": self.due}
        yield _goal(
            "G20",
            "100 new leads from direct mail",
            "G11",
            "marketing",
            "felix.baum",
            target=max(rounded(100 * self.world.scale, 2), 1.0),
            metric="leads",
            filter="campaign_id=C12",
            stage="mofu",
            **span,
            marketing_role="Mailing in four waves",
            sales_role="Jonas and Greta call",
            strategy="2,400 shops get a letter with a code; the code opens a page that sends a sample box",
        )
        yield _goal(
            "G21",
            "Trail kit page: 25 % conversion",
            "G20",
            "marketing",
            "yuki.tanaka",
            unit="percent",
            kind="rate",
            target=0.25,
            metric="conversion_rate",
            filter="campaign_id=C12",
            stage="mofu",
            **span,
            marketing_role="One page, one button",
            sales_role="Tells what shops ask on the phone",
            strategy="Box on the first screen, form with four fields, code filled in already",
        )
        yield _goal(
            "G22",
            "Trail kit page: 45 % micro-conversion",
            "G20",
            "marketing",
            "yuki.tanaka",
            unit="percent",
            kind="rate",
            target=0.45,
            metric="micro_conversion_rate",
            filter="campaign_id=C12",
            stage="mofu",
            **span,
            marketing_role="Film of the box being unpacked",
            sales_role="Ana is in the film",
            strategy="A 40-second film above the form; watching it counts",
        )

    def _top(self) -> Iterator[Row]:
        span = {"start": self.start, "due": self.due, "stage": "tofu"}
        before = self.feeds.visits("/blog", self.before, self.start - timedelta(days=1))
        yield _goal(
            "G30",
            "Blog traffic +18 %",
            None,
            "marketing",
            "hannah.riedel",
            baseline=float(before),
            target=float(round(before * 1.18)),
            metric="visits",
            filter="landing_page=/blog",
            **span,
            marketing_role="Two test reports a week",
            sales_role="Names the questions customers ask",
            strategy="Test reports answer what sales is asked most; each is sent to the dealers it concerns",
        )
        yield _goal(
            "G31",
            "50 new sign-ups on the blog",
            "G30",
            "marketing",
            "hannah.riedel",
            target=max(rounded(50 * self.world.scale, 2), 1.0),
            metric="signups",
            filter="landing_page=/blog",
            **span,
            marketing_role="Sign-up box at the end of each report",
            sales_role="Mentions the newsletter on calls",
            strategy="The box offers the next report of the same series, not 'our newsletter'",
        )
        yield _goal(
            "G32",
            "Another 5 % of blog visits from informational mail",
            "G30",
            "marketing",
            "felix.baum",
            baseline=0.0,
            target=float(max(round(before * 0.05), 1)),
            metric="visits",
            filter="landing_page=/blog, campaign_id=C14",
            **span,
            marketing_role="Care leaflet in every parcel",
            sales_role="Hands it out on visits",
            strategy="The leaflet ends where the blog goes on: a code per repair",
        )

    def _search(self) -> Iterator[Row]:
        span = {"start": self.start, "due": self.due, "unit": "percent", "kind": "rate"}
        yield _goal(
            "G40",
            "Search ads: 10 % conversion",
            "G11",
            "marketing",
            "david.okafor",
            target=0.10,
            metric="conversion_rate",
            filter="source=Paid search",
            stage="mofu",
            **span,
            marketing_role="Ads for middle and bottom of the funnel",
            sales_role="Reports useless search words weekly",
            strategy="Words with a product and a quantity in them get their own page with the price list",
        )
        yield _goal(
            "G41",
            "Search ads: 3 % close rate after one-to-one engagement",
            "G40",
            "sales",
            "greta.schulz",
            target=0.03,
            stage="bofu",
            **span,
            marketing_role="Passes on what was searched for",
            sales_role="Chat, call or visit within the day",
            strategy="Whoever asks for a price list gets a person, not an attachment",
        )

    def _standing(self) -> Iterator[Row]:
        span = {"start": self.start, "due": self.due, "kind": "level"}
        subscribers = self._subscribers()
        yield _goal(
            "G50",
            "Newsletter subscribers",
            None,
            "marketing",
            "luis.ferreira",
            baseline=subscribers[0],
            target=rounded(subscribers[0] * 1.12),
            stage="tofu",
            **span,
            marketing_role="Sign-up on every page",
            sales_role="Asks at the end of a good call",
            strategy="Guide readers are asked once, after chapter two",
        )
        waits = self._waits()
        yield _goal(
            "G51",
            "Opening hours to the first touch (median)",
            None,
            "sales",
            "katrin.voss",
            direction="decrease",
            baseline=waits[0],
            target=round(waits[0] * 0.7, 1),
            stage="mofu",
            **span,
            marketing_role="Complete phone numbers",
            sales_role="Inside sales takes what stays untouched at noon",
            strategy="A lead untouched after three hours goes to whoever is at a desk",
        )
        yield _goal(
            "G52",
            "Customers would recommend us (NPS)",
            None,
            "shared",
            "nina.vogel",
            direction="stay_above",
            target=40.0,
            stage="bofu",
            **span,
            marketing_role="Asks by e-mail after delivery",
            sales_role="Calls everyone who gave less than 7",
            strategy="Repair within ten days, and say so early",
        )
        yield _goal(
            "G53",
            "Acceptance of handed-off leads",
            None,
            "shared",
            "zoe.martin",
            unit="percent",
            kind="rate",
            target=0.70,
            metric="acceptance_rate",
            start=self.start,
            due=self.due,
            stage="mofu",
            marketing_role="Hands off what both teams described",
            sales_role="Decides within 16 opening hours",
            strategy="Every other Thursday both teams read ten rejected leads aloud",
        )

    def _budgets(self) -> Iterator[Row]:
        span = {
            "start": self.start,
            "due": self.due,
            "unit": "currency",
            "direction": "stay_below",
            "metric": "spend",
        }
        today, elapsed = self.world.today, max(self.survey.elapsed, 0.02)
        whole = self.feeds.spent(self.start, today) / elapsed
        social = self.feeds.spent(self.start, today, {"C04", "C05"})
        lists = self.feeds.spent(self.start, today, {"C20", "C21"}) / elapsed
        yield _goal(
            "G60",
            f"Marketing budget {self.label}",
            None,
            "marketing",
            "clara.brandt",
            target=max(rounded(whole * 1.06), 1.0),
            **span,
            marketing_role="Keeps it",
            sales_role="Knows it",
            strategy="Invoices are entered in the week they arrive",
        )
        yield _goal(
            "G61",
            f"Paid social budget {self.label}",
            "G60",
            "marketing",
            "david.okafor",
            target=max(rounded(social / 1.05), 1.0),
            filter="channel=paid_social",
            **span,
            marketing_role="Stops campaigns at the limit",
            sales_role="-",
            strategy="Weekly limit per campaign; the look-alike audience ran over it in the launch week",
        )
        yield _goal(
            "G62",
            f"Bought addresses {self.label}",
            "G60",
            "marketing",
            "felix.baum",
            target=max(rounded(lists / 1.1), 1.0),
            filter="channel=partner_list",
            **span,
            marketing_role="Buys in batches",
            sales_role="Says which batch was worth it",
            strategy="No new batch before the last one was rated by sales",
        )

    def _black_week(self) -> Iterator[Row]:
        campaign = self.world.campaign["C25"]
        span = {"start": campaign.start, "due": campaign.end}
        size = max(rounded(self.survey.baselines[0] * 0.05, 2), 1.0)
        yield _goal(
            "G70",
            "Black week: revenue +5 %",
            "G10",
            "sales",
            "katrin.voss",
            unit="currency",
            target=size,
            metric="revenue",
            filter="campaign_id=C25",
            stage="bofu",
            **span,
            marketing_role="Letter, e-mail, page",
            sales_role="Calls the 200 largest dealers",
            strategy="One bundle, one price, no discount list",
        )
        yield _goal(
            "G71",
            "Black week: 200 new e-mail subscribers",
            None,
            "marketing",
            "luis.ferreira",
            target=max(rounded(200 * self.world.scale, 2), 1.0),
            metric="signups",
            filter="campaign_id=C25",
            stage="tofu",
            **span,
            marketing_role="Sign-up before the price is shown",
            sales_role="Invites dealers' staff",
            strategy="Subscribers see the bundle a day earlier",
        )

    def _others(self) -> Iterator[Row]:
        yield _goal(
            "G80",
            "Dealer portal: 40 accounts live",
            None,
            "shared",
            "sofie.maes",
            target=40.0,
            stage="bofu",
            start=self.start - timedelta(days=31),
            due=self.due + timedelta(days=31),
            pace="milestones",
            marketing_role="Invitation and help pages",
            sales_role="Sets up the account with each dealer",
            strategy="Benelux first, then everyone who asks",
        )
        yield _goal(
            "G81",
            "Six webinars held",
            None,
            "marketing",
            "olga.petrova",
            target=6.0,
            start=self.before,
            due=self.start - timedelta(days=1),
            stage="mofu",
            marketing_role="Runs them",
            sales_role="One customer each",
            strategy="Every second Tuesday, always with a customer on screen",
        )
        fair = self.world.campaign["C18"]
        leads = self._leads(fair.start, fair.end or fair.start, "C18")
        yield _goal(
            "G82",
            "Leads from Summer Outdoor Munich",
            None,
            "marketing",
            "olga.petrova",
            target=max(rounded(leads / 0.84, 2), 1.0),
            metric="leads",
            filter="campaign_id=C18",
            stage="mofu",
            start=fair.start,
            due=fair.end,
            marketing_role="Stand and scanner",
            sales_role="Two people each day",
            strategy="Everyone who carries the test pack round the track is asked for a card",
        )
        following = quarter_start(self.world.today, 1)
        yield _goal(
            "G83",
            "Dealers in Switzerland",
            None,
            "sales",
            "marco.bianchi",
            kind="level",
            baseline=21.0,
            target=30.0,
            start=following,
            due=quarter_start(self.world.today, 3) - timedelta(days=1),
            stage="bofu",
            marketing_role="Price list in francs",
            sales_role="Two tours, spring and early summer",
            strategy="Start with the shops that order in Germany already",
        )
        yield _goal(
            "G85",
            "Qualified leads from webinars",
            "G11",
            "marketing",
            "olga.petrova",
            target=self.webinar_target,
            start=self.start,
            due=self.due,
            metric="mqls",
            filter="source=Webinar",
            stage="mofu",
            marketing_role="Two webinars a month",
            sales_role="Brings the questions",
            strategy="The recording is sent to everyone who signed up and did not come",
        )

    @property
    def webinar_target(self) -> float:
        return self._size(self._mqls("Webinar", self.start), self._mqls("Webinar", self.before), 0.98)

    # what was typed

    def _weeks(self, count: int) -> list[date]:
        """The last Fridays up to today, oldest first."""
        friday = self.world.today - timedelta(days=(self.world.today.weekday() - 4) % 7)
        return [friday - timedelta(weeks=count - 1 - i) for i in range(count)]

    def _subscribers(self) -> list[float]:
        """The list's length by week since ten weeks before the quarter, first the length at its start."""
        start = float(round(4_150 * self.world.scale**0.5))
        dice = self.world.dice(7, 1)
        weekly = np.round(dice.normal(start * 0.0082, start * 0.003, 60))
        return [start, *(start + weekly.cumsum()).tolist()]

    def _waits(self) -> list[float]:
        """The median wait by week, from three weeks before the quarter on; empty weeks left out."""
        start_week = (day_number(self.start) - self.world.first_day) // 7
        this_week = (day_number(self.world.today) - self.world.first_day) // 7
        found = [self.survey.median_wait(week) for week in range(max(start_week - 3, 0), this_week)]
        return [round(w, 1) for w in found if w is not None] or [2.0]

    def actuals(self) -> list[Row]:
        return [*self._typed_levels(), *self._typed_search(), *self._typed_counts()]

    def _typed_levels(self) -> Iterator[Row]:
        weeks = [d for d in self._weeks(14) if d >= self.start]
        subscribers = self._subscribers()[1:]
        for i, day in enumerate(weeks):
            comment = {1: "Guide readers are asked now", 4: "Form was broken for two days"}.get(i)
            yield {
                "goal_id": "G50",
                "date": day,
                "value": subscribers[i],
                "confidence": 4 if i else 3,
                "comment": comment,
                "entered_by": "luis.ferreira",
            }
        waits = self._waits()[-len(weeks) :] if weeks else []
        for i, (day, value) in enumerate(zip(weeks, waits, strict=False)):
            late = i >= len(weeks) - 3
            yield {
                "goal_id": "G51",
                "date": day,
                "value": value,
                "confidence": 2 if late else 4,
                "entered_by": "katrin.voss",
                "comment": "Jonas is away and his leads wait for him" if late else None,
            }
        yield {"goal_id": "G84", "date": self.start + timedelta(days=1), "value": 61.0, "confidence": 3,
               "entered_by": "marco.bianchi", "comment": "One dealer in Graz retired"}  # fmt: skip
        for i, nps in enumerate((43.0, 44.0, 41.0)):
            day = month_start(self.start, i) + timedelta(days=9)
            if day <= self.world.today:
                yield {
                    "goal_id": "G52",
                    "date": day,
                    "value": nps,
                    "confidence": 4,
                    "entered_by": "nina.vogel",
                    "comment": "Two complaints about delivery of the Ridge 45" if i else None,
                }

    def _typed_search(self) -> Iterator[Row]:
        """Close rate after a talk: wins of search leads over the talks had with them."""
        slots = [i for i, slot in enumerate(SLOTS) if slot.source == "Paid search"]
        for i in range(3):
            first = month_start(self.start, i)
            if first > self.world.today:
                continue
            end = min(month_start(first, 1) - timedelta(days=1), self.world.today)
            leads = int(self.survey.leads(first, end)[slots].sum())
            won = int(self.survey.wins[self.world.month(first), SOURCE["Paid search"]])
            yield {
                "goal_id": "G41",
                "date": end,
                "numerator": float(won),
                "denominator": float(max(round(leads * 1.3), won)),
                "value": None,
                "confidence": 3,
                "entered_by": "greta.schulz",
                "comment": "Chats and calls counted together" if not i else None,
            }

    def _typed_counts(self) -> Iterator[Row]:
        comments = {2: "Full room: 84 people", 5: "Recorded only: the speaker had no voice"}
        for i in range(6):
            yield {
                "goal_id": "G81",
                "date": self.before + timedelta(days=11 + 14 * i),
                "value": 1.0,
                "confidence": 4,
                "entered_by": "olga.petrova",
                "comment": comments.get(i),
            }
        days = (self.world.today - self.start).days + 31
        waiting = {3: "Two dealers wait for their tax number"}
        added = (3.0, 4.0, 2.0, 5.0, 3.0, 4.0, 3.0, 4.0, 2.0, 3.0)
        for i, value in enumerate(added):
            if 12 * i + 8 <= days:
                yield {
                    "goal_id": "G80",
                    "date": self.start + timedelta(days=12 * i + 8 - 31),
                    "value": value,
                    "confidence": 3,
                    "entered_by": "sofie.maes",
                    "comment": waiting.get(i),
                }

    def milestones(self) -> list[Row]:
        start = self.start - timedelta(days=31)
        steps = ((30, 8.0), (61, 17.0), (91, 26.0), (122, 34.0))
        return [{"goal_id": "G80", "date": start + timedelta(days=d), "expected": v} for d, v in steps]


class _Quotas:
    """Team and person rows that don't overlap per metric; past ones are met or missed as in the survey."""

    _MARKETING: Final = (1.03, 0.97, 1.05, 0.94, 1.08, 1.01, 1.06, 1.04)
    _SALES: Final = (0.96, 1.03, 0.91, 1.05, 0.98, 0.93, 0.99, 0.95)
    _RUNNING: Final = {"mqls": 1.06, "leads": 1.02, "revenue": 0.88, "opportunities": 0.93}

    def __init__(self, world: World, survey: Survey) -> None:
        self.world, self.survey = world, survey
        owners = np.array([PERSON[SOURCES[SOURCE[slot.source]].owner] for slot in SLOTS])
        self.mqls = survey.mqls @ (owners[:, None] == np.arange(len(PEOPLE)))
        self.revenue = survey.revenue.sum(axis=1)

    def rows(self) -> Iterator[Row]:
        for index in range(-QUARTERS_BEFORE, 2):
            yield from self._quarter(index)
        for index in range(-24, 6):
            yield from self._month(index)

    def _row(
        self, start: date, months: int, department: str, person: int | None, metric: str, target: float
    ) -> Row:
        end = month_start(start, months) - timedelta(days=1)
        return {"period_start": start, "period_end": end, "department": department,
                "person_id": None if person is None else PEOPLE[person].person_id, "metric": metric,
                "target": max(float(round(rounded(target, 2 if person is not None else 3))),
               1.0)}  # fmt: skip

    def _quarter(self, index: int) -> Iterator[Row]:
        start = quarter_start(self.world.today, index)
        for department, metric, values, past in (("marketing", "mqls", self.mqls, self._MARKETING),
                                                 ("sales", "revenue", self.revenue,
                                                  self._SALES)):  # fmt: skip
            team = self._full(values.sum(axis=1), start, 3)
            pace = past[index] if index < 0 else self._RUNNING[metric]
            yield self._row(start, 3, department, None, metric, team / pace * (1.05 if index > 0 else 1.0))
            people = [
                i for i in range(len(PEOPLE)) if values[:, i].any() and PEOPLE[i].department == department
            ]
            luck = self.world.dice(8, index + 40, len(department)).uniform(0.74, 1.14, len(PEOPLE))
            for person in people:
                own = self._full(values[:, person], start, 3) / (
                    luck[person] if person != PERSON[ABSENT] else 0.71
                )
                even = team / len(people)
                yield self._row(
                    start, 3, department, person, metric, float(np.clip(own, even * 0.2, even * 2.2))
                )

    def _month(self, index: int) -> Iterator[Row]:
        start = month_start(self.world.today, index)
        if start < self.world.history or start > quarter_start(self.world.today, 2) - timedelta(days=1):
            return
        luck = self.world.dice(9, index + 40).uniform(0.86, 1.1, len(PEOPLE) + 2)
        leads = self._leads(start)
        yield self._row(start, 1, "marketing", None, "leads", leads / float(luck[-1]))
        opportunities = self.survey.opportunities
        team = self._full(opportunities.sum(axis=1), start, 1)
        yield self._row(start, 1, "sales", None, "opportunities", team / float(luck[-2]))
        for person in SELLERS:
            own = self._full(opportunities[:, person], start, 1)
            target = float(np.clip(own / luck[person], team / len(SELLERS) * 0.4, team / len(SELLERS) * 2))
            yield self._row(start, 1, "sales", person, "opportunities", target)

    def _leads(self, start: date) -> float:
        """A month's leads; those of one still to come as in the last full one."""
        end = month_start(start, 1) - timedelta(days=1)
        if end > self.world.today:
            start = month_start(self.world.today, -1)
            end = month_start(start, 1) - timedelta(days=1)
        return float(self.survey.leads(start, end).sum())

    def _full(self, values: Any, start: date, months: int) -> float:
        """What the period comes to: a past one's sum, the running one's at its rate, a later as now."""
        end = month_start(start, months)
        if end <= self.world.today:
            return float(values[self.survey.months(start, months)].sum())
        if start > self.world.today:
            start = quarter_start(self.world.today) if months > 1 else month_start(self.world.today)
            end = month_start(start, months)
        elapsed = (self.world.today - start + timedelta(days=1)) / (end - start)
        so_far = float(values[self.survey.months(start, months)].sum())
        if elapsed < _TOO_SHORT or so_far <= 0:
            return float(values[self.survey.months(month_start(start, -months), months)].sum())
        return so_far / elapsed


def _moved(world: World, goals: _Goals, quotas: _Quotas) -> list[Row]:
    """Targets that were changed, one of them lowered after its period had begun."""
    lowered_at = world.quarter + (world.today - world.quarter) * 0.6
    team = next(r for r in quotas.rows() if r["metric"] == "mqls" and r["period_start"] == goals.before)
    key = f"{team['period_start']},{team['period_end']},marketing,,mqls"
    return [
        {"at": datetime.combine(lowered_at, time(16, 42)), "table": "goals", "key": "G85",
         "old": rounded(goals.webinar_target * 1.3, 2), "new": goals.webinar_target, "by": "olga.petrova",
         "why": "One speaker cancelled; two webinars moved to next quarter"},
        {"at": datetime.combine(goals.before - timedelta(days=6), time(11, 5)), "table": "quotas", "key": key,
         "old": rounded(team["target"] * 0.95, 2), "new": team["target"], "by": "clara.brandt",
         "why": "Agreed in the planning meeting: the partner list starts a month earlier"},
        {"at": datetime.combine(world.quarter - timedelta(days=9), time(10, 0)), "table": "goals",
         "key": "G20",
         "old": rounded(80 * world.scale, 2), "new": rounded(100 * world.scale, 2), "by": "felix.baum",
         "why": "Second wave of the mailing was approved"},
    ]  # fmt: skip
