"""The tables and columns of Tandem, written down once.

Validation, the embedded database, the demo company, docs/tables.md and the spreadsheet template all read
this module. Every source hands over (some of) these tables under these names; only `leads` with `lead_id`
and `created_at` is needed to start.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final


class Type(StrEnum):
    """What a cell of a column holds."""

    TEXT = "text"
    TIME = "time"  # an instant; naive values are in the organisation's time zone
    DATE = "date"  # a whole day
    INTEGER = "integer"
    NUMBER = "number"
    MONEY = "money"  # in settings.currency, unless the row has `currency`
    SHARE = "share"  # a fraction: 25 % is 0.25
    BOOLEAN = "boolean"


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name, type, meaning in a sentence, and what a right cell looks like."""

    name: str
    type: Type
    doc: str
    key: bool = False
    required: bool = False
    default: str | None = None
    allowed: tuple[str, ...] = ()
    references: str | None = None  # "table.column"
    minimum: float | None = None
    maximum: float | None = None
    event: bool = False  # a stamp that as_of hides when it lies later; plans are never hidden


@dataclass(frozen=True, slots=True)
class Table:
    """One table: its name, meaning in a sentence, and columns, key first."""

    name: str
    doc: str
    columns: tuple[Column, ...]
    feed: str | None = None  # the date column of a dated feed: it covers its first to its last row
    open_ended: bool = False  # unknown columns are lead attributes
    large: bool = False  # aggregated where it stands, never read whole
    _by_name: dict[str, Column] = field(init=False, repr=False, compare=False, hash=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_by_name", {c.name: c for c in self.columns})

    def __contains__(self, name: object) -> bool:
        return name in self._by_name

    def __getitem__(self, name: str) -> Column:
        """The column of that name; KeyError when the table has none."""
        return self._by_name[name]

    @property
    def key(self) -> tuple[str, ...]:
        """Names of the columns that together identify a row; empty where rows simply add up."""
        return tuple(c.name for c in self.columns if c.key)

    @property
    def required(self) -> tuple[str, ...]:
        """Names of the columns without which a row is left out."""
        return tuple(c.name for c in self.columns if c.required)


def _text(name: str, doc: str, **more: object) -> Column:
    return Column(name, Type.TEXT, doc, **more)  # type: ignore[arg-type]


def _key(name: str, doc: str, **more: object) -> Column:
    return Column(name, Type.TEXT, doc, key=True, required=True, **more)  # type: ignore[arg-type]


def _stamp(name: str, doc: str, **more: object) -> Column:
    return Column(name, Type.TIME, doc, event=True, **more)  # type: ignore[arg-type]


def _date(name: str, doc: str, **more: object) -> Column:
    return Column(name, Type.DATE, doc, **more)  # type: ignore[arg-type]


def _money(name: str, doc: str, **more: object) -> Column:
    return Column(name, Type.MONEY, doc, **more)  # type: ignore[arg-type]


def _count(name: str, doc: str, **more: object) -> Column:
    return Column(name, Type.INTEGER, doc, minimum=0, **more)  # type: ignore[arg-type]


TEAMS: Final = ("marketing", "sales")
DEPARTMENTS: Final = ("marketing", "sales", "leadership", "other")
STAGES: Final = ("tofu", "mofu", "bofu")

_CAMPAIGN = _text("campaign_id", "The campaign it belongs to.", references="campaigns.campaign_id")
_CURRENCY = _text("currency", "Its currency, where it isn't settings.currency (three letters, EUR).")


@dataclass(frozen=True, slots=True)
class Setting:
    """One key of the table settings: type, default (None: unset) and meaning in a sentence."""

    key: str
    type: Type
    default: str | None
    doc: str
    allowed: tuple[str, ...] = ()
    several: bool = False  # a list, parted by commas
    minimum: float | None = None
    maximum: float | None = None


SETTINGS: Final[dict[str, Setting]] = {
    s.key: s
    for s in (
        Setting("organisation", Type.TEXT, None, "The company's name, shown on every page."),
        Setting("currency", Type.TEXT, "EUR", "The currency of every amount without one of its own."),
        Setting("locale", Type.TEXT, "en_GB", "How numbers, money and dates are written (de_DE, en_US ...)."),
        Setting(
            "time_zone", Type.TEXT, "UTC", "The zone of every time without one of its own (Europe/Berlin)."
        ),
        Setting(
            "fiscal_year_start",
            Type.INTEGER,
            "1",
            "The month the fiscal year starts in.",
            minimum=1,
            maximum=12,
        ),
        Setting(
            "week_start",
            Type.TEXT,
            "monday",
            "The day a week starts on in calendars (periods are ISO weeks).",
            allowed=("monday", "sunday", "saturday"),
        ),
        Setting(
            "sla_hours",
            Type.NUMBER,
            None,
            "Hours within which sales agreed to touch a handed-off lead.",
            minimum=0,
        ),
        Setting(
            "sla_clock",
            Type.TEXT,
            "elapsed",
            "Whether SLA hours are real hours or opening hours.",
            allowed=("elapsed", "business"),
        ),
        Setting(
            "sla_starts",
            Type.TEXT,
            "handed_off",
            "What starts the SLA clock.",
            allowed=("handed_off", "assigned"),
        ),
        Setting(
            "decision_hours",
            Type.NUMBER,
            None,
            "Hours within which sales accepts or rejects (default: sla_hours).",
            minimum=0,
        ),
        Setting(
            "work_days",
            Type.TEXT,
            "mon,tue,wed,thu,fri",
            "The days sales works.",
            several=True,
            allowed=("mon", "tue", "wed", "thu", "fri", "sat", "sun"),
        ),
        Setting("work_start", Type.TEXT, "09:00", "When a working day opens (HH:MM)."),
        Setting("work_end", Type.TEXT, "17:00", "When a working day closes (HH:MM, 24:00 for midnight)."),
        Setting(
            "holidays", Type.TEXT, None, "The country (DE) or country and region (DE-BY) of public holidays."
        ),
        Setting(
            "acceptance_target",
            Type.SHARE,
            None,
            "The acceptance rate both teams agreed on.",
            minimum=0,
            maximum=1,
        ),
        Setting(
            "on_track", Type.NUMBER, "0.95", "The pace from which a goal or quota is on track.", minimum=0
        ),
        Setting(
            "at_risk",
            Type.NUMBER,
            "0.80",
            "The pace from which it is at risk; below it is off track.",
            minimum=0,
        ),
        Setting(
            "too_early",
            Type.SHARE,
            "0.10",
            "The elapsed share under which nothing is judged.",
            minimum=0,
            maximum=1,
        ),
        Setting("min_n", Type.INTEGER, "10", "A rate over fewer cases is 'too few'.", minimum=1),
        Setting(
            "mature_days",
            Type.INTEGER,
            None,
            "Days a cohort needs to be final (default: from the data).",
            minimum=0,
        ),
        Setting(
            "quota_pace",
            Type.TEXT,
            "linear",
            "How a quota is expected to fill.",
            allowed=("linear", "working_days", "last_year"),
        ),
        Setting(
            "gap_metrics",
            Type.TEXT,
            None,
            "The two metrics of the alignment gap, marketing's first (mqls,revenue).",
            several=True,
        ),
        Setting("marketing_sources", Type.TEXT, None, "The lead sources that are marketing's.", several=True),
        Setting(
            "sourced_by",
            Type.TEXT,
            "lead_source",
            "The agreed definition of marketing-sourced.",
            allowed=("lead_source", "first_touch", "before_sales"),
        ),
        Setting(
            "attribution",
            Type.TEXT,
            "linear",
            "The chosen attribution model.",
            allowed=("first", "last", "linear", "u_shaped", "w_shaped", "time_decay", "markov"),
        ),
        Setting(
            "half_life_days", Type.NUMBER, "7", "Half-life of a touch in time-decay attribution.", minimum=0
        ),
        Setting("margin", Type.SHARE, None, "The margin where orders have none.", minimum=0, maximum=1),
    )
}

TABLES: Final[dict[str, Table]] = {
    t.name: t
    for t in (
        Table("settings", "What both teams agreed on: the rules every number follows.", (
            _key("key", "The setting's name.", allowed=tuple(SETTINGS)),
            _text("value", "Its value."),
        )),
        Table("people", "Who is who on both sides, and whom to ask about what.", (
            _key("person_id", "The name other tables call this person by."),
            _text("name", "Full name."),
            _text("department", "The team.", allowed=DEPARTMENTS),
            _text("role", "What this person does."),
            _text("email", "Where to write."),
            Column("is_liaison", Type.BOOLEAN, "Whether this person keeps the two teams in touch."),
            _text("covers", "What to ask this person about."),
        )),
        Table("goals", "Shared goals and their parts: what, who, by when, and how.", (
            _key("goal_id", "The goal's short name."),
            _text("name", "The goal in words."),
            _text("parent_id", "The goal this one is a part of.", references="goals.goal_id"),
            _text("department", "Whose goal it is.", allowed=("shared", *TEAMS)),
            _text("owner", "Who answers for it.", references="people.person_id"),
            _text("marketing_role", "What marketing does for it."),
            _text("sales_role", "What sales does for it."),
            _text("stage", "Top, middle or bottom of the funnel.", allowed=STAGES),
            _text("unit", "What its numbers are.", default="number", allowed=("number", "percent", "currency")),
            _text("kind", "Whether actuals add up, stand, or are a rate.", default="total",
                  allowed=("total", "level", "rate")),
            _text("direction", "Which way is good.", default="increase",
                  allowed=("increase", "decrease", "stay_above", "stay_below")),
            Column("baseline", Type.NUMBER, "Where it started; for a total, the reference period's total."),
            Column("target", Type.NUMBER, "What is wanted by the due date.", required=True),
            _date("start", "First day that counts.", required=True),
            _date("due", "Last day that counts.", required=True),
            _text("pace", "How it is expected to fill.", default="linear",
                  allowed=("linear", "working_days", "last_year", "milestones")),
            _text("metric", "The metric that measures it; blank: typed in goal_actuals."),
            _text("filter", "Which rows count: column=value, parted by commas."),
            _text("strategy", "The 'how'."),
        )),
        Table("goal_actuals", "Actuals typed by hand, with how sure their owner is.", (
            _text("goal_id", "The goal.", required=True, references="goals.goal_id"),
            _date("date", "The day it holds for.", required=True, event=True),
            Column("value", Type.NUMBER, "Total: what was added that day. Level: the standing value. Rate: the rate."),
            Column("numerator", Type.NUMBER, "A rate's numerator, where known.", minimum=0),
            Column("denominator", Type.NUMBER, "A rate's denominator, where known.", minimum=0),
            Column("confidence", Type.INTEGER, "How sure the owner is to reach the target, 1 to 5.", minimum=1, maximum=5),
            _text("comment", "What to know about it."),
            _text("entered_by", "Who wrote it.", references="people.person_id"),
        )),
        Table("milestones", "What is expected by when, for goals paced by milestones.", (
            Column("goal_id", Type.TEXT, "The goal.", key=True, required=True, references="goals.goal_id"),
            Column("date", Type.DATE, "By the end of this day.", key=True, required=True),
            Column("expected", Type.NUMBER, "The value wanted by then, in the goal's unit.", required=True),
        )),
        Table("leads", "Every lead and each pass from marketing to sales, with its stamps.", (
            _key("lead_id", "The lead."),
            Column("pass_no", Type.INTEGER, "Which hand-over of this lead the row is.", key=True, default="1", minimum=1),
            _stamp("created_at", "When the lead came in.", required=True),
            _text("source", "Where it came from (Webinar, Organic search ...)."),
            _CAMPAIGN,
            _text("landing_page", "The page it converted on."),
            _text("marketing_owner", "Who in marketing looks after it.", references="people.person_id"),
            _text("owner", "Who in sales works it.", references="people.person_id"),
            _stamp("mql_at", "When marketing found it qualified."),
            _stamp("handed_off_at", "When it was handed to sales."),
            _stamp("assigned_at", "When a sales person got it."),
            _stamp("first_touch_at", "Sales' first contact on this pass."),
            _stamp("accepted_at", "When sales accepted it."),
            _stamp("rejected_at", "When sales rejected it."),
            _text("reject_reason", "Why."),
            Column("quality_rating", Type.INTEGER, "Sales' rating, 1 to 5.", minimum=1, maximum=5),
            Column("decision_maker", Type.BOOLEAN, "Whether the contact decides."),
            _text("nurture_campaign_id", "The campaign that offers the extra step.", references="campaigns.campaign_id"),
            _stamp("nurtured_at", "When the lead took the extra step."),
            _stamp("sql_at", "When sales found it qualified."),
            _stamp("opportunity_at", "When it became an opportunity."),
            _date("expected_close", "When it is expected to close."),
            _stamp("won_at", "When it was won."),
            _stamp("lost_at", "When it was lost."),
            _text("lost_reason", "Why."),
            _money("amount", "What it is worth.", minimum=0),
            _CURRENCY,
            _text("customer_id", "The customer it became."),
            _text("closed_by", "Who closed it; blank: owner.", references="people.person_id"),
            Column("updated_at", Type.TIME, "When the row was last changed."),
        ), open_ended=True, large=True),
        Table("touches", "Every contact of either team with a lead.", (
            _key("touch_id", "The touch."),
            _text("lead_id", "The lead.", required=True, references="leads.lead_id"),
            _stamp("at", "When.", required=True),
            _text("department", "Whose touch it was.", allowed=DEPARTMENTS),
            _text("person_id", "Who.", references="people.person_id"),
            _CAMPAIGN,
            _text("kind", "What it was.",
                  allowed=("ad", "web", "content", "email", "mail", "event", "call", "meeting", "demo")),
            _text("outcome", "What came of it.",
                  allowed=("reached", "no_answer", "left_message", "acknowledged", "meeting_set", "declined")),
            Column("minutes", Type.NUMBER, "How long it took.", minimum=0),
        ), feed="at", large=True),
        Table("campaigns", "Campaigns both teams planned.", (
            _key("campaign_id", "The campaign's short name."),
            _text("name", "Its name."),
            _text("channel", "Its channel (email, search, direct_mail ...)."),
            _text("stage", "Top, middle or bottom of the funnel.", allowed=STAGES),
            _text("offer", "What is offered."),
            _text("audience", "To whom."),
            _date("start", "First day."),
            _date("end", "Last day."),
            _money("budget", "What it may cost.", minimum=0),
            _text("marketing_owner", "Who in marketing answers for it.", references="people.person_id"),
            _text("sales_owner", "Who in sales answers for it.", references="people.person_id"),
            _text("marketing_goal_id", "Marketing's goal for it.", references="goals.goal_id"),
            _text("sales_goal_id", "Sales' goal for it.", references="goals.goal_id"),
            _stamp("launched_at", "When it went live."),
        )),
        Table("signoffs", "Who approved a campaign, and what exactly was approved.", (
            _text("campaign_id", "The campaign.", required=True, references="campaigns.campaign_id"),
            _text("department", "The team that signs.", required=True, allowed=TEAMS),
            _text("person_id", "Who signed.", required=True, references="people.person_id"),
            _stamp("at", "When.", required=True),
            _text("terms", "What was approved, readable."),
            _text("fingerprint", "A fingerprint of the terms."),
        )),
        Table("spend", "What was spent, day by day.", (
            _date("date", "The day.", required=True, event=True),
            _CAMPAIGN,
            _text("kind", "On what.",
                  allowed=("media", "print", "postage", "list", "agency", "content", "salary", "other")),
            _money("amount", "How much.", required=True),
            _CURRENCY,
            _count("impressions", "How often an ad was shown."),
            _count("clicks", "How often it was clicked."),
        ), feed="date", large=True),
        Table("web", "Visits and conversions of landing pages, day by day.", (
            _date("date", "The day.", required=True, event=True),
            _text("landing_page", "The page."),
            _CAMPAIGN,
            _text("source", "Where the visit came from."),
            _count("visits", "Visits."),
            _count("micro_conversions", "Small steps taken (video watched, form begun ...)."),
            _count("conversions", "Forms sent, calls booked ..."),
            _count("signups", "Subscriptions."),
        ), feed="date", large=True),
        Table("orders", "What customers ordered; a negative amount is a refund.", (
            _key("order_id", "The order."),
            _text("customer_id", "The customer."),
            _text("lead_id", "The lead it came from.", references="leads.lead_id"),
            _stamp("closed_at", "When it was signed.", required=True),
            _money("amount", "How much.", required=True),
            _money("margin", "What stays of it."),
            _CURRENCY,
            _text("channel", "Through which channel (online_marketing, outside_sales ...)."),
            _CAMPAIGN,
        ), feed="closed_at", large=True),
        Table("quotas", "Quotas of both teams and their people.", (
            Column("period_start", Type.DATE, "First day.", key=True, required=True),
            Column("period_end", Type.DATE, "Last day.", key=True, required=True),
            Column("department", Type.TEXT, "The team.", key=True, required=True, allowed=TEAMS),
            Column("person_id", Type.TEXT, "The person; blank: the whole team.", key=True,
                   references="people.person_id"),
            Column("metric", Type.TEXT, "The metric it is about.", key=True, required=True),
            Column("target", Type.NUMBER, "How much.", required=True, minimum=0),
        )),
        Table("target_changes", "Every target that was moved: when, from what to what, by whom, why.", (
            _stamp("at", "When.", required=True),
            _text("table", "goals or quotas.", required=True, allowed=("goals", "quotas")),
            _text("key", "The row's key.", required=True),
            Column("old", Type.NUMBER, "The target before."),
            Column("new", Type.NUMBER, "The target after."),
            _text("by", "Who moved it.", references="people.person_id"),
            _text("why", "Why."),
        )),
        Table("calendar", "Promotions, content, events and absences of both teams.", (
            _key("entry_id", "The entry."),
            _date("start", "First day.", required=True),
            _date("end", "Last day."),
            _text("title", "What."),
            _text("kind", "Of what kind.",
                  allowed=("promotion", "content", "event", "campaign", "exchange", "review", "holiday", "absence")),
            _text("channel", "Through which channel."),
            _text("department", "Whose.", allowed=("shared", *DEPARTMENTS)),
            _text("owner", "Who sees to it.", references="people.person_id"),
            _text("attendees", "Who takes part, parted by commas."),
            _CAMPAIGN,
            _text("goal_id", "The goal it serves.", references="goals.goal_id"),
            _text("feedback_id", "The idea it came from.", references="feedback.feedback_id"),
            _text("status", "How far it is.", allowed=("idea", "planned", "live", "done", "dropped")),
            _text("requested_by", "Who asked for it.", references="people.person_id"),
        )),
        Table("feedback", "What each team tells the other, and what became of it.", (
            _key("feedback_id", "The entry."),
            _stamp("at", "When.", required=True),
            _text("from_person", "Who says it.", references="people.person_id"),
            _text("from_department", "For which team.", allowed=DEPARTMENTS),
            _text("to_person", "To whom.", references="people.person_id"),
            _text("kind", "Of what kind.",
                  allowed=("lead_quality", "content_idea", "insight", "problem", "win", "thanks")),
            _text("lead_id", "The lead it is about.", references="leads.lead_id"),
            _CAMPAIGN,
            _text("goal_id", "The goal it is about.", references="goals.goal_id"),
            _text("reject_reason", "The rejection reason it is about."),
            Column("rating", Type.INTEGER, "A rating, 1 to 5.", minimum=1, maximum=5),
            _text("text", "What is said."),
            _text("owner", "Who sees to it.", references="people.person_id"),
            _text("status", "How far it is.", allowed=("open", "planned", "done", "declined")),
            _date("due", "By when."),
            _stamp("resolved_at", "When it was settled."),
            _text("response", "What was answered."),
        )),
        Table("profiles", "Each team's picture of the ideal lead.", (
            Column("department", Type.TEXT, "Whose picture.", key=True, required=True, allowed=TEAMS),
            Column("attribute", Type.TEXT, "A column of leads.", key=True, required=True),
            Column("value", Type.TEXT, "A value of it.", key=True, required=True),
            Column("want", Type.BOOLEAN, "Whether such leads are wanted."),
            Column("importance", Type.INTEGER, "How much it matters, 1 to 5.", minimum=1, maximum=5),
        )),
        Table("reviews", "Results looked at together: what went well, what wrong, what changes.", (
            _key("review_id", "The review."),
            Column("line_no", Type.INTEGER, "The line of the review.", key=True, default="1", minimum=1),
            _CAMPAIGN,
            _text("period", "The period it is about (2026-Q3)."),
            _date("as_of", "The day its numbers stood."),
            _stamp("held_at", "When it was held."),
            _text("attendees", "Who was there, parted by commas."),
            _text("went_well", "What went well."),
            _text("went_wrong", "What went wrong."),
            _text("decision", "What was decided."),
            _text("action", "What is to be done."),
            _text("action_owner", "By whom.", references="people.person_id"),
            _date("action_due", "By when."),
            _stamp("action_done_at", "When it was done."),
        )),
        Table("fx_rates", "What a unit of a foreign currency is worth in settings.currency.", (
            Column("date", Type.DATE, "The day.", key=True, required=True, event=True),
            Column("currency", Type.TEXT, "The currency.", key=True, required=True),
            Column("rate", Type.NUMBER, "Units of settings.currency for one of it.", required=True, minimum=0),
        )),
        Table("changes", "What was entered in Tandem: who, when, what, before and after. Rows are only added.", (
            _key("change_id", "What was sent at once has one."),
            Column("line_no", Type.INTEGER, "The line of what was sent.", key=True, default="1", minimum=1),
            _stamp("at", "When.", required=True),
            _text("by", "The e-mail address of who was signed in; blank: Tandem saw it in the source."),
            _text("action", "What was done (feedback, check-in, sign-off, review, calendar request, target)."),
            _text("table", "The table that was written to."),
            _text("key", "The row's key."),
            _text("before", "The columns as they were, as JSON; blank: a new row."),
            _text("after", "The columns as they are since, as JSON."),
        )),
    )
}  # fmt: skip


def counted_on(table: str) -> tuple[str, ...]:
    """The columns that say on which day a row counts, the one that decides first; () where rows have no day."""
    if table == "leads":
        return "won_at", "created_at"
    found = TABLES[table]
    dated = (c.name for c in found.columns if c.type in (Type.DATE, Type.TIME) and (c.required or c.event))
    first = found.feed or next(dated, None)
    return () if first is None else (first,)


def kept_by(table: str) -> tuple[str, ...]:
    """The columns that name who answers for a row, the first that is filled; () where a row names nobody."""
    return _KEPT_BY.get(table, ())


_KEPT_BY: Final[dict[str, tuple[str, ...]]] = {
    "people": ("person_id",),
    "goals": ("owner",),
    "goal_actuals": ("entered_by",),
    "leads": ("owner", "marketing_owner"),
    "touches": ("person_id",),
    "campaigns": ("marketing_owner", "sales_owner"),
    "signoffs": ("person_id",),
    "quotas": ("person_id",),
    "target_changes": ("by",),
    "calendar": ("owner",),
    "feedback": ("owner", "from_person"),
    "reviews": ("action_owner",),
}


def normalise(header: str) -> str:
    """A header without case, spaces, underscores and punctuation: 'Lead ID ' and lead_id are one."""
    return re.sub(r"[\W_]+", "", header).casefold()


def column_for(table: str, header: str) -> str | None:
    """The contract's column that a header means, or None for a header of its own."""
    return _HEADERS[table].get(normalise(header))


_HEADERS: Final = {t.name: {normalise(c.name): c.name for c in t.columns} for t in TABLES.values()}
