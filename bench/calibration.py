"""Whether "surely better" is said of equal campaigns no more often than it may be: about one time in twenty.

Companies are drawn whose campaigns are all alike: the same visits wanted, the same chances from stage to
stage, the same spend, deals of the same size. What differs between two of them is chance. They go through the
comparison of the Campaigns page (`scorecard.campaigns_compare.compare`), two and four at a time. Told is how
often a measure is called sure when it is asked alone, and when all nine are and share the chance to be wrong.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import numpy as np
import sqlalchemy as sa
from tqdm import tqdm

from data_sources import embedded
from data_sources.database import Database
from data_sources.ready import make_ready
from scorecard import small
from scorecard.campaigns_compare import MEASURED, compare, surely
from scorecard.clock import AsOf
from scorecard.contract import TABLES
from scorecard.metrics import METRICS
from scorecard.statistics import wilson

SEEDS: Final = (1, 2, 3)
CAMPAIGNS: Final = 600  # of a company: 300 pairs, 150 fours
START: Final = date(2026, 1, 5)
AS_OF: Final = date(2026, 9, 30)
VISITS, CONVERTS, MICRO = 2_400.0, 0.08, 0.3
WAY: Final = (
    ("mql_at", 0.55), ("handed_off_at", 0.9), ("accepted_at", 0.7), ("sql_at", 0.6), ("won_at", 0.45),
)  # fmt: skip
SPEND, DEAL, SPREAD = 10_000.0, 4_000.0, 0.8

HEADS: Final = ("2, alone", "2, together", "4, alone", "4, together")

Rows = list[dict[str, Any]]


@dataclass(frozen=True)
class Share:
    """How often something was surely better, of how many comparisons."""

    what: str
    said: int
    of: int

    @property
    def value(self) -> float:
        return self.said / self.of if self.of else 0.0


def measured(store: Path, seeds: Sequence[int] = SEEDS, campaigns: int = CAMPAIGNS) -> dict[str, Any]:
    """Shares by measure, of pairs and of fours; the last line is about any measure at all."""
    store.mkdir(parents=True, exist_ok=True)
    said: dict[str, Counter[str]] = {head: Counter() for head in HEADS}
    runs: Counter[str] = Counter()
    for seed in tqdm(seeds, desc="equal campaigns", unit=" companies", leave=False):
        for head, sure in _compared(store / f"equal-{seed}.db", seed, campaigns):
            runs[head] += 1
            said[head].update([*sure, *(["any"] if sure else [])])
    return {
        head: [
            {"measure": name, "surely better": said[head][name], "comparisons": runs[head]}
            for name in (*MEASURED, "any")
        ]
        for head in HEADS
    }


def _compared(path: Path, seed: int, campaigns: int) -> Iterator[tuple[str, list[str]]]:
    """Of each comparison which it was, and the measures in which one was surely better."""
    url = write(path, drawn(seed, campaigns))
    with closing(Database(url, clock=lambda: datetime.combine(AS_OF, datetime.min.time(), UTC))) as database:
        dataset = database.open()
        as_of = AsOf.parse(AS_OF.isoformat(), small.settings(dataset).zone)
        ids = [f"C{number}" for number in range(campaigns)]
        for size in (2, 4):
            for first in range(0, campaigns - size + 1, size):
                found = compare(dataset, as_of, ids[first : first + size])
                yield f"{size}, together", [line.metric for line in found.lines if line.sure]
                alone = ((line.metric, surely([(line.metric, line.measured)])) for line in found.lines)
                yield f"{size}, alone", [name for name, sure in alone if sure[name]]


# --- equal campaigns --------------------------------------------------------------------------------------


def drawn(seed: int, campaigns: int) -> dict[str, Rows]:
    """A company of campaigns that are alike but for chance."""
    rng = np.random.default_rng(seed)
    ids = [f"C{number}" for number in range(campaigns)]
    visits = rng.poisson(VISITS, campaigns)
    conversions = rng.binomial(visits, CONVERTS)
    micro = rng.binomial(visits, MICRO)
    leads = [
        lead for one, count in zip(ids, conversions, strict=True) for lead in _leads(rng, one, int(count))
    ]
    won = [lead for lead in leads if lead["won_at"] is not None]
    amounts = rng.lognormal(np.log(DEAL), SPREAD, len(won))
    return {
        "settings": [{"key": "margin", "value": "0.4"}, {"key": "attribution", "value": "linear"}],
        "campaigns": [{"campaign_id": one, "name": one, "start": START.isoformat()} for one in ids],
        "web": [
            {"date": START.isoformat(), "campaign_id": one, "visits": int(v), "conversions": int(c),
             "micro_conversions": int(m)}
            for one, v, c, m in zip(ids, visits, conversions, micro, strict=True)
        ],
        "spend": [{"date": START.isoformat(), "campaign_id": one, "amount": SPEND} for one in ids],
        "leads": leads,
        "touches": [
            {"touch_id": f"T{lead['lead_id']}", "lead_id": lead["lead_id"], "at": lead["created_at"],
             "department": "marketing", "campaign_id": lead["campaign_id"]}
            for lead in leads
        ],
        "orders": [
            {"order_id": f"O{lead['lead_id']}", "lead_id": lead["lead_id"],
             "customer_id": f"K{lead['lead_id']}", "closed_at": lead["won_at"],
             "campaign_id": lead["campaign_id"], "amount": round(float(amount), 2)}
            for lead, amount in zip(won, amounts, strict=True)
        ],
    }  # fmt: skip


def _leads(rng: np.random.Generator, campaign_id: str, count: int) -> Iterator[dict[str, Any]]:
    days = rng.integers(0, 90, count)
    passed = rng.random((count, len(WAY)))
    for number in range(count):
        at = START + timedelta(days=int(days[number]))
        lead: dict[str, Any] = {
            "lead_id": f"{campaign_id}-{number}",
            "created_at": _stamp(at, 0),
            "pass_no": 1,
        }
        lead |= {"campaign_id": campaign_id, "rejected_at": None, "lost_at": None}
        lead |= dict.fromkeys((stamp for stamp, _ in WAY), None)
        for step, (stamp, chance) in enumerate(WAY):
            if passed[number, step] > chance:
                end = {"accepted_at": "rejected_at", "won_at": "lost_at"}.get(stamp)
                if end is not None:
                    lead[end] = _stamp(at, step + 1)
                break
            lead[stamp] = _stamp(at, step + 1)
        yield lead


def _stamp(day: date, hours: int) -> str:
    return f"{day.isoformat()} {9 + hours:02d}:00:00"


def write(path: Path, tables: dict[str, Rows]) -> str:
    """The tables in a store of our own, made ready; its URL."""
    url = f"sqlite:///{path}"
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    mark = {"version": "equal", "seed": path.stem, "leads": "0", "as_of": AS_OF.isoformat()}
    batches = ((name, [_whole(name, row) for row in rows]) for name, rows in tables.items())
    embedded.write(engine, batches, UTC, mark, make_ready)
    return url


def _whole(table: str, row: dict[str, Any]) -> dict[str, Any]:
    """The row with every column of its table."""
    columns = [column.name for column in TABLES[table].columns]
    columns += embedded.ATTRIBUTES if TABLES[table].open_ended else ()
    return {column: row.get(column) for column in columns}


# --- told -------------------------------------------------------------------------------------------------


def table(found: dict[str, Any]) -> str:
    """A Markdown table: how often one of several equal campaigns was called surely better, in per cent."""
    heads = list(found)
    titles = " | ".join(f"of {head}, %" for head in heads)
    lines = [f"| measure | {titles} |", "|---|" + "--:|" * len(heads)]
    for rows in zip(*(found[head] for head in heads), strict=True):
        name = rows[0]["measure"]
        label = METRICS[name].label if name in METRICS else "any of them"
        cells = (_cell(Share(name, row["surely better"], row["comparisons"])) for row in rows)
        lines.append(f"| {label} | {' | '.join(cells)} |")
    pairs, fours = (f"{found[head][0]['comparisons']:,}" for head in (HEADS[0], HEADS[2]))
    told = f"{pairs} comparisons of 2 and {fours} of 4 equal campaigns; in brackets Wilson's 95 % interval."
    return "\n".join([*lines, "", told])


def _cell(share: Share) -> str:
    low, high = wilson(share.said, share.of)
    ends = "" if low is None or high is None else f" ({low * 100:.1f} – {high * 100:.1f})"
    return f"{share.value * 100:.1f}{ends}"
