"""Touch work of the oracle: every touch looked at, lead by lead, for each figure."""

from tests.oracle.metrics import Item, Metric, rate, ratio

SPOKEN = {"reached", "acknowledged", "meeting_set", "declined"}
MISSED = {"no_answer", "left_message"}


def touches_of(company, lead_id, holds):
    """The lead's seen touches for which `holds(touch)`, in order of time, then of touch_id."""
    own = [t for t in company.tables.get("touches", []) if t["lead_id"] == lead_id]
    seen = [t for t in own if company.seen(t["at"]) is not None and holds(t)]
    return sorted(seen, key=lambda t: (t["at"], t["touch_id"]))


def touched_leads(company):
    return {t["lead_id"] for t in company.tables.get("touches", [])}


def is_call(touch):
    return touch.get("kind") == "call"


def is_mail(touch):
    return touch.get("kind") == "mail"


def is_talk(touch):
    """A call that reached somebody, or a meeting that took place."""
    if is_call(touch):
        return touch.get("outcome") in SPOKEN
    return touch.get("kind") == "meeting" and touch.get("outcome") not in MISSED


def nth(holds, k):
    """Items: each lead's k-th such touch, where it lies in the window."""

    def items(company, window):
        found = []
        for lead_id in touched_leads(company):
            own = touches_of(company, lead_id, holds)
            if len(own) >= k and company.inside(own[k - 1]["at"], window):
                found.append(Item("touches", own[k - 1]))
        return found

    return items


def every_call(company, window):
    calls = [t for t in company.tables.get("touches", []) if is_call(t)]
    return [Item("touches", call) for call in calls if company.inside(call["at"], window)]


def needs(*more):
    names = ("touches.lead_id", "touches.at", "touches.kind", *more)
    return lambda company: company.lacks(*names)


def of_touches(name, items, figures, lacking, unit="percent"):
    return Metric(
        name, unit, needs=lacking, items=items, figures=figures, feeds=("touches",), tables=("touches",)
    )


# --- the figures


def minutes_figures(company, window, items):
    timed = [item.row for item in items if item.row.get("minutes") is not None]
    return ratio(sum(call["minutes"] for call in timed), len({call["lead_id"] for call in timed}))


def decides(company, lead_id):
    """What the lead's last pass says of it; None where nothing does."""
    passes = company.of_lead.get(lead_id)
    return passes[-1].row.get("decision_maker") if passes else None


def decision_figures(company, window, items):
    known = [decides(company, lead_id) for lead_id in {item.row["lead_id"] for item in items}]
    known = [answer for answer in known if answer is not None]
    return rate(sum(map(bool, known)), len(known))


def reached_within(k):
    def is_reached(company, item):
        calls = touches_of(company, item.row["lead_id"], is_call)
        return any(call.get("outcome") in SPOKEN for call in calls[:k])

    def figures(company, window, items):
        return rate(sum(is_reached(company, item) for item in items), len(items))

    return of_touches(f"reached_within_{k}", nth(is_call, 1), figures, needs("touches.outcome"))


def in_days(company):
    return company.holds_dates("touches", "at") or company.holds_dates("leads", "won_at")


def close_rate(k):
    def closed(company, item):
        wins = [company.stamp(one, "won_at") for one in company.of_lead.get(item.row["lead_id"], [])]
        wins = [won for won in wins if won is not None]
        if not wins:
            return False
        comparable = company.local_day if in_days(company) else int
        talks = touches_of(company, item.row["lead_id"], is_talk)
        before = [talk for talk in talks if comparable(talk["at"]) <= comparable(min(wins))]
        return len(before) == k

    def figures(company, window, items):
        return rate(sum(closed(company, item) for item in items), len(items))

    lacking = needs("touches.outcome", "leads.won_at")
    return of_touches(f"close_rate_at_engagement_{k}", nth(is_talk, k), figures, lacking)


def mail_figures(company, window, items):
    def acknowledged(item):
        answers = touches_of(
            company, item.row["lead_id"], lambda touch: touch.get("outcome") == "acknowledged"
        )
        return any(answer["at"] >= item.row["at"] for answer in answers)

    return rate(sum(map(acknowledged, items)), len(items))


CATALOGUE = {
    metric.name: metric
    for metric in (
        of_touches("minutes_per_prospect", every_call, minutes_figures, needs("touches.minutes"), "number"),
        *(reached_within(k) for k in (1, 2, 3)),
        *(close_rate(k) for k in (1, 2, 3)),
        of_touches("decision_maker_share", every_call, decision_figures, needs("leads.decision_maker")),
        of_touches("mail_acknowledged_rate", nth(is_mail, 1), mail_figures, needs("touches.outcome")),
    )
}
