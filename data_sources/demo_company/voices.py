"""What the teams asked of each other before: answered, declined, overdue; actions on reasons of rejection."""

from __future__ import annotations

from typing import Final, NamedTuple

from data_sources.demo_company.cast import UNREACHABLE_DAYS


class Voice(NamedTuple):
    """Something said so many days ago; `resolved` so many days later; `due` in days from today."""

    days_ago: int
    who: str
    to: str
    kind: str
    text: str
    response: str | None = None
    resolved: int | None = None
    reason: str | None = None
    campaign: str | None = None
    due: int | None = None
    status: str | None = None
    owner: str | None = None
    rating: int | None = None


VOICES: Final = (
    # actions on reasons of rejection: one that helped, some that can't be told yet, one too young
    Voice(UNREACHABLE_DAYS + 17, "greta.schulz", "yuki.tanaka", "problem",
          "Four in ten of those we send back we simply never reach: the numbers in the forms are made up.",
          "All forms check the phone number since today.", 17, "not reachable"),
    Voice(121, "tomas.horak", "clara.brandt", "problem",
          "Shops ask for samples and drop out when they hear the smallest order.",
          "The wholesale page names the smallest order.", 13, "no budget"),
    Voice(104, "sofie.maes", "david.okafor", "lead_quality",
          "Wholesale ads bring one-person shops. Say in the ad from which size on we deliver.",
          "The ads say: from three employees on.", 20, "wrong company size", "C02", rating=2),
    Voice(23, "leila.haddad", "luis.ferreira", "problem",
          "Half of the newsletter leads plan for next year. They need a reminder, not a call.",
          "Who plans for next year goes into the reminder series.", 14, "no need now"),
    # other things sales asked of marketing
    Voice(140, "ben.carver", "yuki.tanaka", "problem", "The UK landing page shows prices in euros.",
          "It shows pounds, with the rate of the week.", 12),
    Voice(118, "leila.haddad", "olga.petrova", "problem",
          "French webinar guests get the invitation in English.", "Translated from the next one on.", 20),
    Voice(88, "nina.vogel", "luis.ferreira", "problem",
          "The second offer reaches people who have already ordered.", "Customers are left out now.", 5),
    Voice(62, "mia.lindqvist", "david.okafor", "lead_quality",
          "A third of the shop owners from social sell second-hand packs from home.",
          "We can't filter for that; the form tells them our dealer terms instead.", 9, status="declined",
          rating=2),
    Voice(41, "nina.vogel", "yuki.tanaka", "problem",
          "The form on the catalogue page loses the postcode, so I assign by hand.", due=-3),
    # what marketing asked of sales
    Voice(205, "zoe.martin", "katrin.voss", "problem",
          "One hand-off in eight is never decided. From silence we can't learn.",
          "Undecided hand-offs are gone through every Friday.", 30),
    Voice(170, "felix.baum", "tomas.horak", "problem",
          "Which of the catalogue addresses have closed? We print for nobody.", "List sent.", 41),
    Voice(131, "olga.petrova", "leila.haddad", "problem",
          "Nobody told us which questions came up after the webinar.", "Notes are in the calendar entry.", 9),
    Voice(95, "luis.ferreira", "nina.vogel", "problem",
          "Cart mails are answered by phone. What do people say there?", "Three reasons, written down.", 6),
    Voice(83, "hannah.riedel", "sofie.maes", "problem",
          "I need a dealer who tells for the guide how the first season went.", "Two said yes.", 35),
    Voice(64, "felix.baum", "katrin.voss", "problem",
          "Leads sent back as wrong contact come without the right one.",
          "The CRM gets a field for the right contact.", status="planned", due=20),
    Voice(44, "yuki.tanaka", "ben.carver", "problem", "UK leads have had no rating since August.",
          "All rated.", 3),
    Voice(36, "clara.brandt", "katrin.voss", "problem",
          "Each region needs somebody who calls in the week after the Rescue and Safety Expo.", due=-4),
    Voice(25, "zoe.martin", "piotr.nowak", "problem",
          "Eleven public-sector leads of September show no outcome.", due=3),
    # progress recognised
    Voice(76, "david.okafor", "greta.schulz", "thanks",
          "Your list of search words took a fifth of the waste out of the ads."),
    Voice(51, "katrin.voss", "yuki.tanaka", "thanks",
          "Since the forms check phone numbers we talk to people instead of answering machines."),
    Voice(18, "olga.petrova", "mia.lindqvist", "win",
          "Two chains from the Nordic fair signed, because you called them on the way home."),
)  # fmt: skip
