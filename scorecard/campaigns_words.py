"""The answer of the Campaigns page: what runs, what it brought, and who owes a signature or a review."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

from scorecard import words
from scorecard.formats import Formats
from scorecard.words import Said, Sentence, sentence

if TYPE_CHECKING:
    from scorecard.campaigns import Campaign, Line

_NAMED: Final = 3  # in a sentence; the rest is counted
_SIGNS: Final = 2  # of those that somebody must sign


def verdict(found: Sequence[Line], formats: Formats) -> tuple[Sentence, ...]:
    """What is live and what it brought, and whether both teams signed it: two sentences."""
    live = [line for line in found if line.campaign.phase == "live"]
    if not live:
        return (_none_live(found),)
    head = _counted(len(live), "live")
    spent, brought = _spent(live, formats), list(_brought(live, formats))
    one = len(live) == 1
    told = [sentence("spent ", spent)] if spent else []
    told += [sentence("brought ", *words.joined(brought))] if brought else []
    so_far = (
        sentence(f"; {'it has' if one else 'they have'} ", *words.joined(told), " so far") if told else ()
    )
    first = sentence(head, f" {'is' if one else 'are'} live", *so_far, ".")
    return tuple(part for part in (first, _signed(live)) if part)


def because(found: Sequence[Line]) -> tuple[Sentence, ...]:
    """What is owed and by whom: signatures, then reviews, then what is planned."""
    campaigns = [line.campaign for line in found]
    running, over = ([c for c in campaigns if c.phase == phase] for phase in ("live", "ended"))
    ran = [
        _naming([c for c in over if c.went_without], "ran without both sign-offs", "ended"),
        _naming([c for c in over if c.changed], "ran on other terms than were signed", "ended"),
    ]
    owed = [
        words.spaced(_unsigned([c for c in running if c.went_without or c.changed])),
        words.spaced(said for said in ran if said),
        _naming([c for c in over if c.owes_review], "ended without a review", "ended"),
        *_planned([c for c in campaigns if c.phase == "planned"]),
    ]
    return tuple(said for said in owed if said)


def _counted(n: int, group: str) -> Said:
    return Said(words.counted(n, "campaign"), strong=True, page=f"campaigns#{group}")


def _none_live(found: Sequence[Line]) -> Sentence:
    """'No campaign is live; 1 is planned and 9 ended.'."""
    said: list[str | Said] = ["No campaign is live"]
    for phase, verb in (("planned", "planned"), ("ended", "over")):
        n = sum(line.campaign.phase == phase for line in found)
        if n:
            be = "is" if n == 1 else "are"
            said += [
                "; " if len(said) == 1 else " and ",
                Said(str(n), page=f"campaigns#{phase}", strong=True),
            ]
            said.append(f" {be} {verb}")
    return sentence(*said, ".")


def _spent(live: Sequence[Line], formats: Formats) -> Said | None:
    """'€158K of €187K': the sums over campaigns; the budgets where all are known."""
    spend = _total(live, "spend")
    if spend is None:
        return None
    budgets = [line.campaign.budget for line in live]
    whole = sum(b for b in budgets if b is not None)
    of = f" of {formats.money(whole, compact=True)}" if whole and None not in budgets else ""
    return _figure(f"{formats.money(spend, compact=True)}{of}")


def _brought(live: Sequence[Line], formats: Formats) -> Iterator[Said]:
    """'6,123 leads', '214 wins': sums over campaigns, which share no lead."""
    for total, one in ((_total(live, "leads"), "lead"), (_total(live, "wins"), "win")):
        if total is not None:
            yield _figure(f"{formats.integer(total)} {one}{'' if total == 1 else 's'}")


def _figure(text: str) -> Said:
    return Said(text, strong=True, page="campaigns#live")


def _total(lines: Sequence[Line], name: str) -> float | None:
    """The sum of a metric over campaigns; None where no campaign has it."""
    values = [line.rows[name].value for line in lines if name in line.rows]
    known = [value for value in values if value is not None]
    return sum(known) if known else None


def _signed(live: Sequence[Line]) -> Sentence:
    """Whether all that runs is signed as it runs; nothing where sign-offs aren't kept."""
    if all(line.campaign.keys is None for line in live):
        return ()
    open_ = [line.campaign for line in live if line.campaign.went_without or line.campaign.changed]
    if not open_:
        return sentence("Both teams signed everything that is live.")
    n = Said(f"{len(open_)} of them", strong=True, page="campaigns#live")
    if len(live) == 1:
        return sentence("It runs on terms that both teams haven’t signed.")
    return sentence(n, f" {'runs' if len(open_) == 1 else 'run'} on terms that both teams haven’t signed.")


def _unsigned(some: Sequence[Campaign]) -> Iterator[Sentence]:
    """A line each for the first ones: what is wrong, and who owes a signature."""
    for one in some[:_SIGNS]:
        teams = one.unsigned or one.reopened
        new = "" if one.unsigned else "new "
        what = f"runs without {_owns(teams)}" if one.unsigned else f"has changed since {_both(teams)} signed"
        owners = {"marketing": one.marketing_owner, "sales": one.sales_owner}
        who = words.listing(owners[team] or team for team in teams)
        owe = f"owes a {new}signature" if len(teams) == 1 else f"owe a {new}signature each"
        yield sentence(_named(one), f" {what}; ", Said(who, strong=True), f" {owe}.")
    more = len(some) - _SIGNS
    if more > 0:
        verb = "runs" if more == 1 else "run"
        count = Said(f"{more} more", strong=True, page="campaigns#live")
        yield sentence(count, f" {verb} on terms that both teams haven’t signed.")


def _owns(teams: Sequence[str]) -> str:
    if len(teams) > 1:
        return "either team’s sign-off"
    return f"{teams[0]}{'’' if teams[0].endswith('s') else '’s'} sign-off"


def _both(teams: Sequence[str]) -> str:
    return "both teams" if len(teams) > 1 else teams[0]


def _planned(some: Sequence[Campaign]) -> Iterator[Sentence]:
    if some:
        n = _counted(len(some), "planned")
        waits = [c for c in some if c.unsigned or c.reopened]
        parts: list[str | Said] = [n, f" {'is' if len(some) == 1 else 'are'} planned"]
        if waits and len(waits) == len(some):
            parts += [" and still to be signed: ", *_listed(waits)]
        elif waits:
            parts += [
                "; still to be signed are " if len(waits) > 1 else "; still to be signed is ",
                *_listed(waits),
            ]
        yield sentence(*parts, ".")


def _naming(some: Sequence[Campaign], what: str, group: str) -> Sentence:
    """'2 ran without both sign-offs: A and B.'; nothing where there are none."""
    if not some:
        return ()
    return sentence(_counted(len(some), group), f" {what}: ", *_listed(some), ".")


def _listed(some: Sequence[Campaign]) -> Iterator[str | Said]:
    """'A, B and C', 'A, B, C and 5 more'."""
    shown, more = some[:_NAMED], len(some) - _NAMED
    for place, one in enumerate(shown):
        last = place == len(shown) - 1 and more <= 0
        yield "" if not place else " and " if last else ", "
        yield _named(one)
    if more > 0:
        yield " and "
        yield words.shown(f"{more} more", f"campaigns#{some[0].phase}")


def _named(one: Campaign) -> Said:
    return Said(words.brief(one.name), page="campaigns", ask=(("campaign", one.campaign_id),))
