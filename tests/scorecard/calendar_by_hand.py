"""The calendar's clashes once more, day by day over plain rows, sharing no code with scorecard."""

from datetime import timedelta
from itertools import combinations

import holidays

DAY = timedelta(days=1)
SETTLED = (None, "planned", "live", "done")
RULES = ("sales short-handed", "on a day off", "one audience, two promotions")


def clashes(tables, today, first, last, country=""):
    """A set of (rule, first day, last day, what it is about) of the days from first to last.

    A campaign is ("C", id), an entry of no campaign ("E", id).
    """
    return _ByHand(tables, today, first, last, country).found()


class _ByHand:
    def __init__(self, tables, today, first, last, country):
        self.today, self.campaigns, self.signoffs = today, tables["campaigns"], tables["signoffs"]
        self.calendar = [row for row in tables["calendar"] if row.get("status") in SETTLED]
        self.days = [first + n * DAY for n in range((last - first).days + 1)]
        self.worked = [day for day in self.days if day.weekday() < 5]
        self.sales = {p["person_id"] for p in tables["people"] if p["department"] == "sales"}
        country, _, region = country.partition("-")
        years = range(first.year, last.year + 1)
        self.public = holidays.country_holidays(country, region or None, years) if country else ()
        self.spans = [*self.campaign_spans(), *self.entry_spans()]
        self.short = [span for span in self.spans if not is_long(span)]

    def found(self):
        found = self.short_handed() | self.on_days_off() | self.audiences() | self.two_dates()
        return found | (self.states() if self.today in self.days else set())

    # what promotions there are: (whose, first, last or None, audience)

    def begun(self, c):
        launched = c.get("launched_at")
        return c["start"] or (launched if launched and day_of(launched) <= self.today else None)

    def campaign_spans(self):
        for c in self.campaigns:
            if begun := self.begun(c):
                last = max(begun, c["end"]) if c["end"] else None
                yield ("C", c["campaign_id"]), begun, last, c.get("audience")

    def entry_spans(self):
        audience = {c["campaign_id"]: c.get("audience") for c in self.campaigns}
        for row in self.calendar:
            if row["kind"] in ("promotion", "campaign"):
                of = row.get("campaign_id")
                yield (
                    ("C", of) if of else ("E", row["entry_id"]),
                    row["start"],
                    last_of(row),
                    audience.get(of),
                )

    # days

    def is_off(self, day):
        mine = [
            r
            for r in self.calendar
            if r["kind"] == "holiday" and r.get("department") in (None, "shared", "sales")
        ]
        return day in self.public or any(r["start"] <= day <= last_of(r) for r in mine)

    def away(self, day):
        gone = set()
        for row in self.calendar:
            if row["kind"] == "absence" and row["start"] <= day <= last_of(row):
                named = [row.get("owner") or "", *(row.get("attendees") or "").split(",")]
                gone |= {name.strip() for name in named} & self.sales
        return gone

    def short_handed(self):
        days = [day for day in self.worked if not self.is_off(day)]
        wanted = {day for day in days if self.sales and 3 * len(self.away(day)) >= len(self.sales)}
        return stretches(RULES[0], wanted, days, self.short)

    def on_days_off(self):
        return stretches(RULES[1], {day for day in self.worked if self.is_off(day)}, self.worked, self.short)

    def audiences(self):
        found = set()
        for audience in {span[3] for span in self.spans if span[3]}:
            own = [span for span in self.spans if span[3] == audience]
            pairs = [
                (a, b) for a, b in combinations(own, 2) if a[0] != b[0] and not (is_long(a) and is_long(b))
            ]
            wanted = {
                day for day in self.days if any(running(day, [a]) and running(day, [b]) for a, b in pairs)
            }
            found |= stretches(RULES[2], wanted, self.days, own)
        return found

    # states

    def states(self):
        found = set()
        for c in self.campaigns:
            first, end, about = self.begun(c), c["end"], frozenset({("C", c["campaign_id"])})
            last = end if end is None or first is None else max(end, first)
            over, launched = end is not None and end < self.today, c.get("launched_at")
            live = not over and launched is not None and day_of(launched) <= self.today
            soon = not live and not over and c["start"] and self.today <= c["start"] <= self.today + 14 * DAY
            keys = [self.key(c, team) for team in ("marketing", "sales")]
            if live and None in keys:
                found.add(("live without sign-off", first, last, about))
            elif live and "other terms" in keys:
                found.add(("changed since signed", first, last, about))
            content = [
                r
                for r in self.calendar
                if r["kind"] == "content" and r.get("campaign_id") == c["campaign_id"]
            ]
            if (live or soon) and not content:
                found.add(("no content", first, last, about))
        return found

    def key(self, c, team):
        """None when the team never signed; whether it signed to this offer, as far as was written down."""
        rows = [s for s in self.signoffs if (s["campaign_id"], s["department"]) == (c["campaign_id"], team)]
        seen = [s for s in rows if day_of(s["at"]) <= self.today]
        if not seen:
            return None
        same = [s for s in seen if s.get("fingerprint") is None or str(c.get("offer")) in s["terms"]]
        return "these terms" if same else "other terms"

    def two_dates(self):
        """Entries of kind campaign with other days than their campaign, unless another entry has those."""
        found, of = set(), {c["campaign_id"]: c for c in self.campaigns}
        for row in self.calendar:
            c = of.get(row.get("campaign_id"))
            if row["kind"] != "campaign" or c is None or not (start := self.begun(c)):
                continue
            end = max(start, c["end"]) if c["end"] else None
            kinds = ("campaign", "promotion", "event")
            stand = [
                r for r in self.calendar if r.get("campaign_id") == c["campaign_id"] and r["kind"] in kinds
            ]
            if not any((r["start"], last_of(r)) == (start, end) for r in stand) and self.sees(
                row, start, end
            ):
                last = None if end is None else max(end, last_of(row))
                about = frozenset({("C", c["campaign_id"])})
                found.add(("two dates", min(start, row["start"]), last, about))
        return found

    def sees(self, row, start, end):
        first, last = self.days[0], self.days[-1]
        return (row["start"] <= last and last_of(row) >= first) or (
            start <= last and (end is None or end >= first)
        )


def is_long(span):
    return span[2] is None or (span[2] - span[1]).days >= 92


def running(day, spans):
    return {whose for whose, start, end, _ in spans if start <= day and (end is None or day <= end)}


def stretches(rule, wanted, days, spans):
    """Wanted days that are neighbours among those that count, into one clash each."""
    places = [n for n, day in enumerate(days) if day in wanted and running(day, spans)]
    found, at = set(), 0
    while at < len(places):
        end = at
        while end + 1 < len(places) and places[end + 1] == places[end] + 1:
            end += 1
        some = [days[n] for n in places[at : end + 1]]
        found.add((rule, some[0], some[-1], frozenset().union(*(running(day, spans) for day in some))))
        at = end + 1
    return found


def last_of(row):
    return max(row["start"], row["end"]) if row["end"] else row["start"]


def day_of(at):
    return at.date() if hasattr(at, "date") else at
