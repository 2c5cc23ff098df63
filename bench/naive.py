"""The script most people would write: pandas reads whole tables, keeps them 60 seconds, computes the page.

It is written well for what it is: vectorised throughout, opening hours by look-up, no column parsed that the
page doesn't need. It follows the same contract, so that its figures can be held against ours.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from typing import Any

import holidays
import numpy as np
import pandas as pd
import sqlalchemy as sa

from bench.question import Answer

TTL = 60.0
STAMPS = (
    "created_at", "mql_at", "handed_off_at", "assigned_at", "first_touch_at", "accepted_at", "rejected_at",
    "nurtured_at", "sql_at", "opportunity_at", "won_at", "lost_at",
)  # fmt: skip
TABLES = (
    "settings", "leads", "touches", "orders", "spend", "web", "campaigns", "fx_rates", "goals",
    "goal_actuals", "quotas",
)  # fmt: skip
OPENS, CLOSES = 9 * 3600, 17 * 3600  # settings.work_start and work_end of the demo company
PERSON = {"marketing": "marketing_owner", "sales": "owner"}

_cache: dict[str, tuple[float, dict[str, pd.DataFrame]]] = {}

Frames = dict[str, pd.DataFrame]
Span = tuple[pd.Timestamp, pd.Timestamp]


def page(url: str, today: date) -> dict[str, Any]:
    """What the page shows of the running quarter and the same point of the one before, that day."""
    return Page(cached(url), today).shown()


def answer(url: str, today: date) -> Answer:
    """The main numbers, and those behind the page: every person's quota, every goal; not part of its time."""
    return Page(cached(url), today).answer()


def cached(url: str) -> Frames:
    """All tables, as st.cache_data(ttl=60) would keep them (without the copies it makes)."""
    read_at, tables = _cache.get(url, (-TTL, {}))
    if time.monotonic() - read_at > TTL:
        tables = prepared(read(url))
        _cache[url] = time.monotonic(), tables
    return tables


def forget() -> None:
    """The 60 seconds are over."""
    _cache.clear()


def read(url: str) -> Frames:
    engine = sa.create_engine(url)
    try:
        with engine.connect() as connection:
            return {name: pd.read_sql(sa.text(f"SELECT * FROM {name}"), connection) for name in TABLES}  # noqa: S608
    finally:
        engine.dispose()


def prepared(tables: Frames) -> Frames:
    """Dates parsed, repeated keys gone, what later passes copied gone, first touches found, money in EUR."""
    settings: dict[str, str] = dict(tables["settings"][["key", "value"]].itertuples(index=False))
    zone = settings["time_zone"]
    for name, columns in (("leads", STAMPS), ("touches", ("at",)), ("orders", ("closed_at",))):
        for column in columns:
            tables[name][column] = parsed(tables[name][column], zone)
    for name, column in (("spend", "date"), ("web", "date"), ("fx_rates", "date"), ("goal_actuals", "date")):
        tables[name][column] = pd.to_datetime(tables[name][column])
    leads = without_repeats(tables["leads"], ["lead_id", "pass_no"])
    leads["source"] = leads["source"].str.strip()
    leads = with_touches(without_copies(leads), tables["touches"])
    for name, column in (("first_created", "created_at"), ("first_mql", "mql_at")):
        stamped = leads[leads[column].notna()].sort_values([column, "pass_no"])
        leads[name] = leads.index.isin(stamped.drop_duplicates("lead_id").index)
    orders = without_repeats(tables["orders"], ["order_id"])
    last = leads.sort_values("pass_no").drop_duplicates("lead_id", keep="last")
    last = last.assign(closer=last["closed_by"].fillna(last["owner"]))[["lead_id", "source", "closer"]]
    orders = orders.merge(last, on="lead_id", how="left")
    orders["amount"] = in_base(orders, "closed_at", tables["fx_rates"], settings["currency"])
    spend = tables["spend"].merge(
        tables["campaigns"][["campaign_id", "channel"]], on="campaign_id", how="left"
    )
    spend["amount"] = in_base(spend, "date", tables["fx_rates"], settings["currency"])
    return tables | {"leads": leads, "orders": orders, "spend": spend}


def parsed(column: pd.Series, zone: str) -> pd.Series:
    """Times of the organisation, whatever the driver gave."""
    if isinstance(column.dtype, pd.DatetimeTZDtype) or column.dtype == object:
        first = column.dropna().head(1)
        if len(first) and getattr(first.iloc[0], "tzinfo", None) is not None:
            return pd.to_datetime(column, utc=True).dt.tz_convert(zone).dt.tz_localize(None).dt.floor("s")
    return pd.to_datetime(column, errors="coerce", format="%Y-%m-%d %H:%M:%S")


def without_repeats(rows: pd.DataFrame, key: list[str]) -> pd.DataFrame:
    """The same row twice counts once, different rows of one key not at all."""
    repeated = rows[rows.duplicated(key, keep=False)]
    differing = repeated.drop_duplicates()
    differing = differing[differing.duplicated(key, keep=False)]
    return rows.drop(repeated.index[repeated.duplicated()]).drop(differing.index, errors="ignore")


def without_copies(leads: pd.DataFrame) -> pd.DataFrame:
    """Stamps that a second pass took over from the first are none of its own; nor is the amount with them."""
    first = leads[leads["pass_no"] == 1].set_index("lead_id")
    again = leads[leads["pass_no"] > 1]
    earlier = first.reindex(again["lead_id"])
    for column in STAMPS[1:]:
        theirs, rejected = earlier[column].to_numpy(), earlier["rejected_at"].to_numpy()
        own = again[column].to_numpy()
        leads.loc[again.index[(own == theirs) | (own <= rejected)], column] = pd.NaT
    wrong_win = leads["lost_at"] >= leads["won_at"]
    leads.loc[leads["won_at"] > leads["lost_at"], "lost_at"] = pd.NaT
    leads.loc[wrong_win, "won_at"] = pd.NaT
    return leads


def with_touches(leads: pd.DataFrame, touches: pd.DataFrame) -> pd.DataFrame:
    """A blank first touch is the first of sales' touches while this pass was with sales."""
    blank = leads[leads["first_touch_at"].isna() & leads["handed_off_at"].notna()]
    sales = touches.loc[touches["department"] == "sales", ["lead_id", "at"]]
    passes = leads[["lead_id", "pass_no", "handed_off_at", "rejected_at"]]
    pairs = sales[sales["lead_id"].isin(blank["lead_id"])].merge(passes, on="lead_id")
    held = (pairs["at"] >= pairs["handed_off_at"]) & ~(pairs["rejected_at"] < pairs["at"])
    whose = pairs[held].sort_values("pass_no").drop_duplicates(["lead_id", "at"])
    first = whose.groupby(["lead_id", "pass_no"])["at"].min()
    keys = pd.MultiIndex.from_frame(blank[["lead_id", "pass_no"]])
    leads.loc[blank.index, "first_touch_at"] = first.reindex(keys).to_numpy()
    return leads


def in_base(rows: pd.DataFrame, at: str, rates: pd.DataFrame, base: str) -> pd.Series:
    """Amounts in the company's currency, by the latest rate of at most 31 days ago."""
    foreign = rows[rows["currency"].notna() & (rows["currency"] != base)]
    if foreign.empty:
        return rows["amount"]
    days = foreign.assign(day=foreign[at].dt.normalize().astype("datetime64[ns]"), row=foreign.index)
    known = rates.assign(date=rates["date"].astype("datetime64[ns]")).sort_values("date")
    priced = pd.merge_asof(
        days.dropna(subset=["day"]).sort_values("day"), known, left_on="day", right_on="date", by="currency",
        tolerance=pd.Timedelta(days=31),
    )  # fmt: skip
    rate = pd.Series(priced["rate"].to_numpy(), index=priced["row"].to_numpy())
    amount = rows["amount"].copy()
    amount.loc[foreign.index] = foreign["amount"] * rate.reindex(foreign.index)
    return amount


class Page:
    """All that the page shows, from frames in memory."""

    def __init__(self, tables: Frames, today: date) -> None:
        self.tables = tables
        self.leads, self.orders = tables["leads"], tables["orders"]
        self.settings: dict[str, str] = dict(tables["settings"][["key", "value"]].itertuples(index=False))
        self.until = self.instant = pd.Timestamp(today) + pd.Timedelta(days=1)
        start = pd.Timestamp(today.year, (today.month - 1) // 3 * 3 + 1, 1)
        self.period = (start, start + pd.DateOffset(months=3))
        self.before = (start - pd.DateOffset(months=3), start)
        self.then = self.same_point(self.settings["time_zone"])
        self.hours = Hours(today.year - 4, today.year + 1, self.settings["holidays"])

    def same_point(self, zone: str) -> pd.Timestamp:
        """The moment at which the quarter before had come as far, in real seconds."""
        start, end, now = (t.tz_localize(zone) for t in (*self.period, min(self.until, self.period[1])))
        first = self.before[0].tz_localize(zone)
        moment = first + (now - start) / (end - start) * (start - first)
        return moment.round("s").tz_convert(zone).tz_localize(None)

    def shown(self) -> dict[str, Any]:
        """Tiles, acceptance by source beside the period before, each owner's SLA, goals, team quotas."""
        now = self.cohort(self.period)
        with self.seen_at(self.then):
            then = self.cohort(self.before)
            before = acceptance(then), self.sla(then), self.median_wait(then), then["quality_rating"].mean()
        return {
            "now": (acceptance(now), self.sla(now), self.median_wait(now), now["quality_rating"].mean()),
            "before": before,
            "by_source": [{s: acceptance(rows) for s, rows in c.groupby("source")} for c in (now, then)],
            "by_owner": {o: self.sla(rows) for o, rows in now.groupby("owner")},
            "goals": self.goals(),
            "quotas": self.quotas(people=False),
        }

    @contextmanager
    def seen_at(self, moment: pd.Timestamp) -> Iterator[None]:
        """The page as it stood at another moment, up to and including its second."""
        until, instant = self.until, self.instant
        self.until, self.instant = moment + pd.Timedelta(seconds=1), moment
        yield
        self.until, self.instant = until, instant

    def answer(self) -> Answer:
        now = self.cohort(self.period)
        with self.seen_at(self.then):
            then = self.cohort(self.before)
            before = self.sla(then), self.median_wait(then), self.win_rate(self.before)
            totals = self.total("revenue", self.before), int(self.total("mqls", self.before))
        return Answer(
            acceptance=(acceptance(now), acceptance(then)),
            sla=(self.sla(now), before[0]),
            median_minutes=(self.median_wait(now), before[1]),
            win_rate=(self.win_rate(self.period), before[2]),
            revenue=(self.total("revenue", self.period), totals[0]),
            mqls=(int(self.total("mqls", self.period)), totals[1]),
            by_source={
                str(s): acceptance(rows) for s, rows in now.groupby("source") if sum(acceptance(rows))
            },
            quotas=self.quotas(),
            goals=self.goals(),
        )

    # --- the cohort

    def cohort(self, span: Span) -> pd.DataFrame:
        handed = self.leads["handed_off_at"]
        rows = self.leads[(handed >= span[0]) & (handed < min(span[1], self.until))].copy()
        for column in STAMPS:
            rows[column] = rows[column].where(rows[column] < self.until)
        rejected = rows["rejected_at"].notna() & ~(rows["rejected_at"] < rows["accepted_at"])
        went_on = rows[["accepted_at", "sql_at", "opportunity_at", "won_at"]].notna().any(axis=1)
        start, touched = rows["handed_off_at"], rows["first_touch_at"]
        opened = self.hours.opened(start)
        waited = self.hours.opened(touched, ends=True) - opened
        waiting = self.hours.opened(pd.Series(self.instant, index=rows.index), ends=True) - opened
        waited = waited.where(touched > start, 0).where(touched.notna())
        return rows.assign(rejected=rejected, accepted=~rejected & went_on, waited=waited, waiting=waiting)

    def sla(self, rows: pd.DataFrame) -> tuple[int, int]:
        """Met and all that are met or breached."""
        limit = float(self.settings["sla_hours"]) * 3600
        touched = rows["first_touch_at"]
        at_tie = (rows["waited"] == limit) & self.hours.is_inside(touched)
        met = touched.notna() & ((touched <= rows["handed_off_at"]) | (rows["waited"] < limit) | at_tie)
        breached = (touched.notna() & ~met) | (touched.isna() & (rows["waiting"] >= limit))
        return int(met.sum()), int(met.sum() + breached.sum())

    def median_wait(self, rows: pd.DataFrame) -> int | None:
        """Kaplan-Meier: the first minute by which half are touched."""
        touched = rows["waited"].notna().to_numpy()
        minutes = (rows["waited"].fillna(rows["waiting"]).clip(lower=0) // 60).to_numpy()
        if not len(minutes):
            return None
        at, inverse = np.unique(minutes, return_inverse=True)
        events = np.bincount(inverse, weights=touched, minlength=len(at))
        leaving = np.bincount(inverse, minlength=len(at))
        at_risk = len(minutes) - np.concatenate([[0], np.cumsum(leaving)[:-1]])
        reached = np.flatnonzero(np.cumprod(1 - events / at_risk) <= 0.5 + 1e-12)
        return int(at[reached[0]]) if len(reached) else None

    def win_rate(self, span: Span) -> tuple[int, int]:
        wins, losses = (len(self.within(self.leads, column, span)) for column in ("won_at", "lost_at"))
        return wins, wins + losses

    # --- totals

    def within(self, rows: pd.DataFrame, column: str, span: Span) -> pd.DataFrame:
        return rows[(rows[column] >= span[0]) & (rows[column] < min(span[1], self.until))]

    def rows_of(self, metric: str, span: Span) -> tuple[pd.DataFrame, str | None]:
        """The rows a metric counts, and the column it adds up (None: it counts rows)."""
        if metric == "revenue":
            return self.within(self.orders, "closed_at", span), "amount"
        if metric == "spend":
            return self.within(self.tables["spend"], "date", span), "amount"
        if metric in ("visits", "signups", "conversions", "micro_conversions"):
            return self.within(self.tables["web"], "date", span), metric
        if metric in ("leads", "mqls"):
            column, first = {"leads": ("created_at", "first_created"), "mqls": ("mql_at", "first_mql")}[
                metric
            ]
            rows = self.within(self.leads, column, span)
            return rows[rows[first]], None
        return self.within(self.leads, "opportunity_at", span), None

    def total(self, metric: str, span: Span, wanted: dict[str, str] | None = None) -> float:
        rows, column = self.rows_of(metric, span)
        for name, value in (wanted or {}).items():
            rows = rows[rows[name] == value]
        return float(len(rows) if column is None else rows[column].sum())

    def quotas(self, *, people: bool = True) -> dict[str, float]:
        found: dict[str, float] = {}
        q: Any
        for q in self.tables["quotas"].itertuples():
            span = pd.Timestamp(q.period_start), pd.Timestamp(q.period_end) + pd.Timedelta(days=1)
            if span[0] >= self.period[1] or span[1] <= self.period[0] or span[0] >= self.until:
                continue
            person = None if pd.isna(q.person_id) else q.person_id
            if person is not None and not people:
                continue
            column = "closer" if q.metric == "revenue" else PERSON[q.department]
            wanted = {} if person is None else {column: person}
            found[f"{q.metric} {person} {q.period_start}"] = self.total(q.metric, span, wanted)
        return found

    def goals(self) -> dict[str, float]:
        found: dict[str, float] = {}
        g: Any
        for g in self.tables["goals"].itertuples():
            span = pd.Timestamp(g.start), pd.Timestamp(g.due) + pd.Timedelta(days=1)
            if span[0] >= self.period[1] or span[1] <= self.period[0] or span[0] >= self.until:
                continue
            actual = self.typed(g, span) if pd.isna(g.metric) else self.measured(g, span)
            if actual is not None:
                found[g.goal_id] = actual
        return found

    def measured(self, goal: Any, span: Span) -> float | None:
        wanted = (
            {} if pd.isna(goal.filter) else dict(part.strip().split("=") for part in goal.filter.split(","))
        )
        if goal.metric == "acceptance_rate":
            k, n = acceptance(self.cohort(span))
            return k / n if n else None
        if goal.metric in ("conversion_rate", "micro_conversion_rate"):
            visits = self.total("visits", span, wanted)
            return (
                self.total(f"{goal.metric.removesuffix('_rate')}s", span, wanted) / visits if visits else None
            )
        if goal.metric == "revenue" and self.within(self.orders, "closed_at", (span[0], self.until)).empty:
            return None  # the table doesn't reach that far
        return self.total(goal.metric, span, wanted)

    def typed(self, goal: Any, span: Span) -> float | None:
        entries = self.tables["goal_actuals"]
        entries = self.within(entries[entries["goal_id"] == goal.goal_id], "date", span).sort_values("date")
        if entries.empty:
            return None
        if goal.kind == "rate":
            return float(entries["numerator"].sum() / entries["denominator"].sum())
        return float(entries["value"].sum() if goal.kind == "total" else entries["value"].iloc[-1])


def acceptance(rows: pd.DataFrame) -> tuple[int, int]:
    """Accepted, and all that are decided."""
    return int(rows["accepted"].sum()), int(rows["accepted"].sum() + rows["rejected"].sum())


class Hours:
    """Opening seconds before a moment, by look-up of its day."""

    def __init__(self, first_year: int, last_year: int, country: str) -> None:
        closed = holidays.country_holidays(country, years=range(first_year, last_year + 1))
        self.origin = datetime(first_year, 1, 1)  # noqa: DTZ001 - local
        days = [self.origin.date() + timedelta(days=i) for i in range(366 * (last_year - first_year + 1))]
        self.open = np.array([d.weekday() < 5 and d not in closed for d in days])  # noqa: PLR2004 - Saturday
        self.before = np.concatenate([[0], np.cumsum(self.open)[:-1]]) * (CLOSES - OPENS)

    def _parts(self, at: pd.Series, *, ends: bool) -> tuple[np.ndarray, np.ndarray]:
        """Day numbers and seconds of the day; where an hour ends, midnight belongs to the day before."""
        second = (at - self.origin).dt.total_seconds().fillna(0).to_numpy().astype(np.int64)
        day = (second - int(ends)) // 86_400
        return day, second - day * 86_400

    def opened(self, at: pd.Series, *, ends: bool = False) -> pd.Series:
        day, second = self._parts(at, ends=ends)
        today = np.clip(second - OPENS, 0, CLOSES - OPENS) * self.open[day]
        return pd.Series(self.before[day] + today, index=at.index).where(at.notna())

    def is_inside(self, at: pd.Series) -> pd.Series:
        day, second = self._parts(at, ends=True)
        return pd.Series(self.open[day] & (second > OPENS) & (second <= CLOSES), index=at.index) & at.notna()
