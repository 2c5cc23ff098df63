"""Requests of sales, content ideas and who owns what once more, sharing no code with scorecard.

Rows hold days, also where the contract has times; an event later than today isn't seen.
"""

from collections import Counter
from statistics import median

FURTHER = ("dropped", "on the calendar", "planned", "live")  # each is further than those before it


class Feedback:
    """A row of feedback as it looks today, with the departments of people by their id."""

    def __init__(self, row, teams, today):
        self.row, self.id, self.said, self.teams = row, row["feedback_id"], row["at"], teams
        later = row.get("resolved_at") is not None and row["resolved_at"] > today
        ended = row.get("resolved_at") is not None or row.get("status") in ("done", "declined")
        self.settled = ended and not later
        self.declined = self.settled and row.get("status") == "declined"
        self.answered = self.settled or (bool(row.get("response")) and not later)
        self.resolved = None if later else row.get("resolved_at")

    @property
    def is_idea(self):
        return self.row["kind"] == "content_idea"

    @property
    def origin(self):
        return self.row.get("from_department") or self.teams.get(self.row.get("from_person"))

    @property
    def asks(self):
        row, taken_on = self.row, self.row.get("owner") or self.row.get("due")
        good = row["kind"] == "lead_quality" and (row.get("rating") or 0) > 3 and not row.get("reject_reason")
        if row["kind"] in ("win", "thanks") or (good and not taken_on):
            return False
        return bool(taken_on) or row["kind"] in ("lead_quality", "content_idea", "problem")


def seen(tables, today):
    teams = {person["person_id"]: person["department"] for person in tables["people"]}
    return [Feedback(row, teams, today) for row in tables["feedback"] if row["at"] <= today]


# --- content ideas


def ideas(tables, since, today):
    """Stage and days to live of each idea since then; the median of those days that aren't below 0."""
    found = {
        one.id: _path(one, tables, today) for one in seen(tables, today) if one.is_idea and one.said >= since
    }
    took = [days for stage, days in found.values() if stage == "live" and days >= 0]
    return found, median(took) if took else None


def _path(one, tables, today):
    rows = [row for row in tables["calendar"] if row.get("feedback_id") == one.id]
    stages = [_stage(row, today) for row in rows]
    if not stages:
        return ("declined" if one.declined else "done") if one.settled else _unsettled(one), None
    stage = max(stages, key=FURTHER.index)
    starts = [row["start"] for row, own in zip(rows, stages, strict=True) if own == stage]
    return stage, (min(starts) - one.said).days if stage == "live" else None


def _unsettled(one):
    return "answered" if one.answered else "waiting"


def _stage(row, today):
    status = row.get("status")
    if status in ("live", "done"):
        return "live" if row["start"] <= today else "planned"
    return {"planned": "planned", "dropped": "dropped"}.get(status, "on the calendar")


# --- what sales asked for


def requests(tables, today):
    """(State, days waited, answered) by entry or idea; the median days to live; how many asked unknown."""
    teams = {person["person_id"]: person["department"] for person in tables["people"]}
    wishes = {one.id: one for one in seen(tables, today) if one.is_idea and one.origin == "sales"}
    found, unknown = {}, 0
    for row in tables["calendar"]:
        idea, by = wishes.get(row.get("feedback_id")), row.get("requested_by")
        unknown += idea is None and by is not None and by not in teams
        if idea is not None or teams.get(by) == "sales":
            found[row["entry_id"]] = _asked(row, idea, today)
    taken = {row.get("feedback_id") for row in tables["calendar"]}
    for one in wishes.values():
        if one.id not in taken:
            state = "declined" if one.declined else _unsettled(one) if not one.settled else "answered"
            found[f"feedback {one.id}"] = state, _waited(state, one, None, today), one.answered
    took = [days for state, days, _ in found.values() if state in ("live", "done") and days is not None]
    return found, median(took) if took else None, unknown


def _asked(row, idea, today):
    first, last = row["start"], max(row["start"], row.get("end") or row["start"])
    by_days = "planned" if first > today else "live" if last >= today else "done"
    stage = row.get("status") or by_days
    if idea is not None and idea.declined and stage in ("idea", "dropped"):
        stage = "declined"
    elif stage in ("live", "done") and first > today:
        stage = "planned"
    return stage, _waited(stage, idea, first, today), idea is not None and idea.answered


def _waited(state, idea, first, today):
    if idea is None:
        return None
    if state in ("waiting", "idea", "planned"):
        return (today - idea.said).days
    if state in ("live", "done"):
        return max((first - idea.said).days, 0)
    if idea.resolved is None or idea.resolved < idea.said:
        return None
    return (idea.resolved - idea.said).days


# --- who owns what


def owned(tables, today):
    """How often (who or None, kind, name, overdue) is owned today: goals, campaigns, actions, feedback."""
    found = [(row["owner"], "goal", row["name"], False) for row in tables["goals"] if row["due"] >= today]
    for row in tables["campaigns"]:
        if row["end"] is None or row["end"] >= today:
            owners = {row["marketing_owner"], row["sales_owner"]}
            found += [(owner, "campaign", row["name"], False) for owner in owners]
    for row in tables["reviews"]:
        done = row["action_done_at"] is not None and row["action_done_at"] <= today
        if row["held_at"] <= today and row["action"] is not None and not done:
            late = row["action_due"] is not None and row["action_due"] < today
            found.append((row["action_owner"], "action", row["action"], late))
    for one in seen(tables, today):
        if one.asks and not one.settled:
            late = one.row.get("due") is not None and one.row["due"] < today
            who = one.row.get("owner") or one.row.get("to_person") or "a team"
            found.append((who, "feedback", one.row["text"], late))
    return Counter(found)
