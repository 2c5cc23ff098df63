"""`python -m bench` (or `make bench`): Tandem against what most people would write, and against chance.

The Scorecard page against a script, a spreadsheet's mirror against gspread as tutorials show it, and the
comparison of campaigns against campaigns that are alike.
"""

from __future__ import annotations

import argparse
import json
import platform
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import Any

from tqdm import tqdm

from bench import calibration, companies, sheet, sheet_company
from bench.question import TODAY, disagreements

LEADS = (10_000, 100_000, 1_000_000)
BACKENDS = ("sqlite", "postgresql")
PARTS = ("page", "sheet", "calibration")


class DisagreementError(Exception):
    """The two sides compute different things: their times can't be compared."""


@dataclass(frozen=True)
class Result:
    """Medians of one company on one backend; seconds and MB, ratios of the script's to ours."""

    backend: str
    leads: int
    runs: int
    after: float
    after_naive: float
    warm: float
    warm_naive: float
    memory: float
    memory_naive: float
    queries: int
    queries_warm: int
    handoffs: int

    @property
    def ratio(self) -> float:
        return self.after_naive / self.after

    @property
    def ratio_warm(self) -> float:
        return self.warm_naive / self.warm

    @property
    def ratio_memory(self) -> float:
        return self.memory_naive / self.memory


def main(arguments: Sequence[str] | None = None) -> int:
    options = parsed(arguments)
    results: list[Result] = []
    try:
        for backend in options.backend if "page" in options.part else ():
            results += on_backend(backend, options.leads, options.runs, options.store)
    except DisagreementError as error:
        print(error, file=sys.stderr)
        return 1
    options.store.mkdir(parents=True, exist_ok=True)
    if results:
        (options.store / "results.json").write_text(
            json.dumps([described(r) for r in results], indent=2) + "\n"
        )
        print(table(results), flush=True)
    if "sheet" in options.part:
        found = sheet.measured(options.sheet_leads, options.runs, live=not options.quick)
        (options.store / "sheet.json").write_text(json.dumps(found, indent=2) + "\n")
        print(f"\n{sheet.tables(found)}", flush=True)
    if "calibration" in options.part:
        shares = calibration.measured(options.store, options.seeds, options.campaigns)
        (options.store / "calibration.json").write_text(json.dumps(shares, indent=2) + "\n")
        print(f"\n{calibration.table(shares)}")
    return 0


def parsed(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument(
        "--leads", type=int, action="append", help="how many leads the company has (repeatable)"
    )
    parser.add_argument("--part", choices=PARTS, action="append", help="only this one (repeatable)")
    parser.add_argument(
        "--sheet-leads",
        type=int,
        default=sheet_company.LEADS,
        help="how many rows leads has in the spreadsheet",
    )
    parser.add_argument(
        "--campaigns", type=int, help="how many equal campaigns each drawn company of the calibration has"
    )
    parser.add_argument("--backend", choices=BACKENDS, action="append", help="only this one (repeatable)")
    parser.add_argument("--runs", type=int, help="pairs of runs of which the medians are shown (3)")
    parser.add_argument(
        "--quick", action="store_true", help="10,000 and 100,000 leads, one pair of runs, no edit to screen"
    )
    parser.add_argument(
        "--store", type=Path, default=companies.STORE, help="where companies and results are kept"
    )
    options = parser.parse_args(arguments)
    options.leads = options.leads or list(LEADS[:2] if options.quick else LEADS)
    options.part = options.part or list(PARTS)
    options.backend = options.backend or list(BACKENDS)
    options.runs = options.runs or (1 if options.quick else 3)
    options.seeds = calibration.SEEDS[:1] if options.quick else calibration.SEEDS
    options.campaigns = options.campaigns or calibration.CAMPAIGNS
    return options


def on_backend(backend: str, leads: Sequence[int], runs: int, store: Path) -> Iterator[Result]:
    with ExitStack() as stack:
        url_of: Callable[[int], str]
        if backend == "sqlite":
            url_of = lambda n: companies.sqlite(n, store)  # noqa: E731
        else:
            server = stack.enter_context(companies.postgres(store))
            url_of = lambda n: companies.in_postgres(server, n)  # noqa: E731
        for count in leads:
            yield compared(backend, count, url_of(count), runs)


def compared(backend: str, leads: int, url: str, runs: int) -> Result:
    """Both sides, taking turns, each time in a process of its own."""
    pairs: list[tuple[dict[str, Any], dict[str, Any]]] = []
    for _ in tqdm(range(runs), desc=f"{backend}, {leads:,} leads", unit=" pairs", leave=False):
        pairs.append((measured("ours", url), measured("naive", url)))
        if differing := disagreements(pairs[-1][0]["answer"], pairs[-1][1]["answer"]):
            raise DisagreementError(
                f"{backend}, {leads} leads: the two sides differ.\n" + "\n".join(differing)
            )

    def middle(side: int, name: str) -> float:
        return float(median(pair[side][name] for pair in pairs))

    last = pairs[-1][0]
    return Result(
        backend, leads, runs, middle(0, "after"), middle(1, "after"), middle(0, "warm"), middle(1, "warm"),
        middle(0, "memory"), middle(1, "memory"), int(middle(0, "queries")), int(middle(0, "queries_warm")),
        last["answer"]["acceptance"][0][1],
    )  # fmt: skip


def measured(side: str, url: str) -> dict[str, Any]:
    command = [sys.executable, "-m", "bench.measured", side, url, TODAY.isoformat()]
    done = subprocess.run(command, cwd=companies.ROOT, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        raise RuntimeError(f"{side} on {url.partition(':')[0]} failed:\n{done.stderr[-3000:]}")
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def described(result: Result) -> dict[str, Any]:
    ratios = {"ratio": result.ratio, "ratio_warm": result.ratio_warm, "ratio_memory": result.ratio_memory}
    return asdict(result) | ratios | {"python": platform.python_version()}


HEADERS = (
    "backend", "leads", "script after a change, s", "Tandem after a change, s", "ratio", "queries",
    "script again, ms", "Tandem again, ms", "ratio", "queries", "script, MB", "Tandem, MB", "ratio",
)  # fmt: skip


def table(results: Sequence[Result]) -> str:
    """A Markdown table: seconds and MB of both sides, and how many times less ours is."""
    lines = ["| " + " | ".join(HEADERS) + " |", "|---|" + "--:|" * (len(HEADERS) - 1)]
    for r in results:
        cells = (
            r.backend, f"{r.leads:,}", f"{r.after_naive:.2f}", f"{r.after:.3f}", f"{r.ratio:.1f}", r.queries,
            f"{r.warm_naive * 1000:.0f}", f"{r.warm * 1000:.2f}", f"{r.ratio_warm:,.0f}", r.queries_warm,
            f"{r.memory_naive:.0f}", f"{r.memory:.0f}", f"{r.ratio_memory:.1f}",
        )  # fmt: skip
        lines.append("| " + " | ".join(str(cell) for cell in cells) + " |")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
