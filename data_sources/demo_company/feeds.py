"""The dated feeds beside the leads: money spent, what the landing pages did, what currencies were worth."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, Final

import numpy as np

from data_sources.demo_company.cast import CURRENCIES, SECOND_OFFER, SLOTS, Campaign
from data_sources.demo_company.survey import Survey
from data_sources.demo_company.world import World, month_start

Row = dict[str, Any]
_SALARIES: Final = 33_600.0  # marketing's, a month, of the built-in company
_RETAINER: Final = 4_500.0  # the agency's
_CLICK, _THOUSAND_VIEWS = 1.35, 9.5  # EUR
_BURST_KINDS: Final = ("print", "postage", "list")  # paid a few times, not every day
_CENT: Final = 0.01
_KIT: Final = 68.0  # a sample kit of the second offer


class Feeds:
    """Spend, web and exchange rates, small enough to make whole; conversions are the leads that came in."""

    def __init__(self, world: World, survey: Survey) -> None:
        self.world = world
        self.survey = survey
        self.spend = self._spend()
        self.web = self._web()

    def tables(self) -> dict[str, list[Row]]:
        """The rows of spend, web and fx_rates."""
        return {"spend": self.spend, "web": self.web, "fx_rates": list(self._rates())}

    def spent(self, start: date, end: date, campaigns: set[str] | None = None) -> float:
        """What was spent between two days, both included: on some campaigns, or on everything."""
        within = (row for row in self.spend if start <= row["date"] <= end)
        return sum(
            (row["amount"] for row in within if campaigns is None or row["campaign_id"] in campaigns), 0.0
        )

    def visits(self, page: str, start: date, end: date) -> int:
        """A page's visits between two days, both included."""
        return sum(
            row["visits"] for row in self.web if start <= row["date"] <= end and row["landing_page"] == page
        )

    def _spend(self) -> list[Row]:
        rows = [row for i, campaign in enumerate(self.world.campaigns) for row in self._spend_of(i, campaign)]
        rows += [
            row for month in range(self.world.month(self.world.last) + 1) for row in self._overheads(month)
        ]
        return sorted(rows, key=lambda row: (row["date"], row["campaign_id"] or "", row["kind"]))

    def _spend_of(self, number: int, campaign: Campaign) -> list[Row]:
        slots = [i for i, slot in enumerate(SLOTS) if slot.campaign == campaign.campaign_id]
        daily = self.world.expected[:, slots].sum(axis=1) * campaign.per_lead
        if campaign.campaign_id == SECOND_OFFER:
            guide = [i for i, slot in enumerate(SLOTS) if slot.campaign == "C07"]
            daily = self.world.expected[:, guide].sum(axis=1) * 0.155 * _KIT
        if campaign.spend_kind in _BURST_KINDS:
            daily = self._in_bursts(daily)
        noise = self.world.dice(5, number).lognormal(0, 0.18, self.world.days)
        return [self._paid(day, campaign, round(float(amount), 2))
                for day, amount in enumerate(daily * noise) if amount >= _CENT]  # fmt: skip

    def _in_bursts(self, daily: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
        """What a fortnight would cost, paid on its first day."""
        fortnight = 14
        starts = np.arange(0, len(daily), fortnight)
        paid = np.zeros_like(daily)
        paid[starts] = np.add.reduceat(daily, starts)
        first = int(np.argmax(daily > 0))
        if paid[starts].any() and daily.any() and not paid[first]:
            block = first // fortnight * fortnight
            paid[first], paid[block] = paid[block], 0.0
        return paid

    def _paid(self, day: int, campaign: Campaign, amount: float) -> Row:
        ads = campaign.spend_kind == "media"
        return {"date": self.world.dates[day], "campaign_id": campaign.campaign_id,
                "kind": campaign.spend_kind,
                "amount": amount, "currency": None,
                "impressions": round(amount / _THOUSAND_VIEWS * 1000) if ads else None,
                "clicks": round(amount / _CLICK) if ads else None}  # fmt: skip

    def _overheads(self, month: int) -> list[Row]:
        first = month_start(self.world.history, month)
        growth = self.world.scale * (1 + 0.004 * month)
        bills = (("salary", _SALARIES, 24), ("agency", _RETAINER, 9))
        return [
            {"date": first + timedelta(days=day), "campaign_id": None, "kind": kind,
             "amount": round(amount * growth, 2), "currency": None, "impressions": None, "clicks": None}
            for kind, amount, day in bills if first + timedelta(days=day) <= self.world.last
        ]  # fmt: skip

    def _web(self) -> list[Row]:
        rows = [row for i, slot in enumerate(SLOTS) if slot.page for row in self._page(i)]
        return sorted(
            rows, key=lambda row: (row["date"], row["landing_page"], row["campaign_id"] or "", row["source"])
        )

    def _page(self, number: int) -> list[Row]:
        slot, dice = SLOTS[number], self.world.dice(6, number)
        expected, leads = self.world.expected[:, number], self.survey.arrivals[:, number]
        others = dice.poisson(expected * (1 / slot.conversion - 1))
        visits = leads + others
        micro = leads + dice.binomial(others, max(slot.micro - slot.conversion, 0.0) / (1 - slot.conversion))
        signups = dice.binomial(visits, slot.signup)
        return [
            {"date": self.world.dates[i], "landing_page": slot.page, "campaign_id": slot.campaign,
             "source": slot.source,
             "visits": int(visits[i]), "micro_conversions": int(micro[i]), "conversions": int(leads[i]),
             "signups": int(signups[i])}
            for i in np.flatnonzero(expected > 0)
        ]  # fmt: skip

    def _rates(self) -> list[Row]:
        start = self.world.history - timedelta(days=self.world.history.weekday())
        weeks = [start + timedelta(weeks=i) for i in range(len(self.world.rates))]
        return [{"date": day, "currency": currency, "rate": float(self.world.rates[i, j])}
                for i, day in enumerate(weeks) if day <= self.world.last
                for j, currency in enumerate(CURRENCIES) if j]  # fmt: skip
