"""`python -m chaos run` (or `make chaos`) and `python -m chaos soak` (or `make soak`)."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    options = parsed(arguments)
    if options.command == "run":
        from chaos import live_run  # noqa: PLC0415 - each command loads what it needs

        found = live_run.chaos(options.seconds, options.seed)
        sys.stdout.write(f"{live_run.table(found)}\n")
        return 0 if found.is_good else 1
    from chaos import soak  # noqa: PLC0415

    told = soak.soak(options.seconds, options.viewers, options.every)
    sys.stdout.write(f"{soak.table(told)}\n")
    return 0 if told.is_good else 1


def parsed(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m chaos", description="Edits under faults, and hours of use."
    )
    commands = parser.add_subparsers(dest="command", required=True)
    run = commands.add_parser("run", help="faults on a quarter of the calls while rows are edited")
    run.add_argument("--seconds", type=float, default=120.0)
    run.add_argument("--seed", type=int, default=1)
    long = commands.add_parser("soak", help="the app with many viewers for a while")
    long.add_argument("--seconds", type=float, default=600.0)
    long.add_argument("--viewers", type=int, default=50)
    long.add_argument("--every", type=float, default=20.0, help="seconds between two edits")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
