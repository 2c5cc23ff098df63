"""Companies for the calendar's tests: rows by table, in memory, as small tables are once they are read."""

from datetime import UTC, date, datetime, time, timedelta
from functools import cache

from data_sources.demo import Demo, rows
from scorecard import small
from scorecard.clock import AsOf, Zone
from scorecard.contract import TABLES
from scorecard.dataset import Dataset
from scorecard.settings import Settings
from scorecard.terms import VERSION
from tests.sheet_writing import gathered

TODAY = date(2026, 11, 20)  # a Friday
DAY = timedelta(days=1)
AS_OF = AsOf.parse(TODAY.isoformat(), Zone.of("UTC"))
PEOPLE = [
    {"person_id": "ana", "name": "Ana", "department": "sales"},
    {"person_id": "ben", "name": "Ben", "department": "sales"},
    {"person_id": "cleo", "name": "Cleo", "department": "sales"},
    {"person_id": "dora", "name": "Dora", "department": "marketing"},
]

_SIGNS = {"marketing": "dora", "sales": "ana"}


@cache
def demo_tables():
    """The rows of a small demo company, as of 21 November 2026; not to be altered."""
    return gathered(rows(Demo(300, 7, date(2026, 11, 21))))


def company(settings=None, **tables):
    """A dataset that holds these rows and nothing else; days are dates, times too (their midnight)."""
    how = Settings.read([{"key": key, "value": value} for key, value in (settings or {}).items()])
    cache = {
        ("small", name): small.Reading(tuple(whole(name, row) for row in rows))
        for name, rows in tables.items()
    }
    columns = {name: dict.fromkeys(key for row in rows for key in row) for name, rows in tables.items()}
    return Dataset(None, columns, None, "a test", cache={**cache, "settings": how})


def whole(table, row):
    """The row with every column of the contract, times as seconds."""
    times = {c.name for c in TABLES[table].columns if c.event and row.get(c.name) is not None}
    return {c.name: row.get(c.name) for c in TABLES[table].columns} | {
        name: epoch(row[name]) for name in times
    }


def epoch(at):
    when = at if isinstance(at, datetime) else datetime.combine(at, time())
    return int(when.replace(tzinfo=UTC).timestamp())


def entry(entry_id, start, end=None, kind="promotion", **cells):
    return {
        "entry_id": entry_id,
        "start": start,
        "end": end,
        "kind": kind,
        "title": f"Title {entry_id}",
        **cells,
    }


def campaign(campaign_id, start, end=None, **cells):
    return {"campaign_id": campaign_id, "name": f"Name {campaign_id}", "start": start, "end": end, **cells}


def signed(campaign_id, *teams, at=date(2026, 9, 1)):
    return [{"campaign_id": campaign_id, "department": t, "person_id": _SIGNS[t], "at": at} for t in teams]


# --- random ones


def some_company(dice):
    """Settings and tables with everything that a calendar can hold, some of it odd."""
    ids = [f"C{n}" for n in range(dice.randint(0, 4))]
    campaigns = [_some_campaign(dice, one) for one in ids]
    calendar = [_some_entry(dice, f"E{n}") for n in range(dice.randint(1, 16))]
    calendar += [
        _announcing(dice, c) for c in campaigns[:2] if c["start"] and c["end"] and dice.random() < 0.5
    ]
    teams = ("marketing", "sales")
    other = {"fingerprint": f"{VERSION}-{0:024}", "terms": "another offer"}
    signoffs = [
        row | dice.choice(({}, {}, other))
        for one in ids
        for row in signed(one, *dice.sample(teams, dice.choice((0, 1, 2, 2))))
    ]
    people = [*PEOPLE[: dice.randint(0, 3)], PEOPLE[3]]
    settings = {"holidays": dice.choice(("DE", "DE-BY", "US"))} if dice.random() < 0.7 else {}
    return settings, {"people": people, "campaigns": campaigns, "calendar": calendar, "signoffs": signoffs}


def some_day(dice, wide=45):
    return TODAY + dice.randint(-wide, wide) * DAY


def _some_campaign(dice, campaign_id):
    start = dice.choice((some_day(dice), some_day(dice, 150), None))
    return campaign(
        campaign_id,
        start,
        dice.choice((None, (start or TODAY) + dice.randint(-3, 120) * DAY)),
        audience=dice.choice((None, "Shops", "Clubs")),
        launched_at=dice.choice((None, start, some_day(dice))),
    )


def _some_entry(dice, entry_id):
    kinds = ("promotion", "promotion", "campaign", "event", "content", "absence", "absence", "holiday", None)
    start = some_day(dice)
    return entry(
        entry_id,
        start,
        dice.choice((None, start + dice.randint(-2, 12) * DAY)),
        dice.choice(kinds),
        status=dice.choice((None, "idea", "planned", "live", "done", "dropped")),
        department=dice.choice((None, "shared", "marketing", "sales")),
        owner=dice.choice((None, "ana", "ben", "nobody")),
        attendees=dice.choice((None, "ben, cleo", "ana,dora")),
        campaign_id=dice.choice((None, "C0", "C1", "C9")),
    )


def _announcing(dice, one):
    kind, status = dice.choice(("campaign", "promotion", "event")), dice.choice(("planned", "dropped"))
    about = {"campaign_id": one["campaign_id"], "status": status}
    return entry(f"X{one['campaign_id']}", one["start"], one["end"], kind, **about)
