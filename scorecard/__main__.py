"""The command line: `python -m scorecard report | check | export | digest | demo | template`. Wires it all.

Exit codes: 0 with numbers (check: clean or warnings only), 1 when the data has errors (they go to standard
error), 2 with one clear line for bad arguments, a source that can't be reached or a digest that wasn't sent.
"""

from __future__ import annotations

import argparse
import csv
import gc
import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from difflib import get_close_matches
from importlib import import_module
from pathlib import Path
from typing import NoReturn, TextIO

from tqdm import tqdm

from data_sources import delivery, digest_config, outbox, sources, template_xlsx
from data_sources.config import Config
from data_sources.config import load as load_config
from data_sources.delivery import Letter
from data_sources.demo import Demo, write_demo
from data_sources.embedded import NotOurDemoError
from data_sources.errors import ConfigError, SourceError
from data_sources.outbox import DeliveryError, Outbox
from scorecard import checks, checks_costs, digest, digest_mail, periods, report, small, template
from scorecard.clock import AsOf
from scorecard.dataset import Dataset
from scorecard.digest import Digest
from scorecard.formats import Formats
from scorecard.periods import Period
from scorecard.problems import Problem, Severity
from scorecard.rows import COLUMNS, Row

CLEAN, ERRORS, REFUSED = 0, 1, 2


class _Parser(argparse.ArgumentParser):
    """Says what is wrong with the arguments in one line."""

    def error(self, message: str) -> NoReturn:
        raise ValueError(f"{message[:1].upper()}{message[1:]}. See {self.prog} --help.")


def main(arguments: Sequence[str] | None = None, now: datetime | None = None) -> int:
    """Runs one command and returns its exit code; `now` is the clock's time unless given."""
    moment = now or datetime.now(UTC)
    try:
        asked = _parser().parse_args(arguments)
        return int(asked.run(asked, moment))
    except (ValueError, ConfigError, SourceError, DeliveryError, NotOurDemoError) as error:
        print(f"scorecard: {_one_line(str(error))}", file=sys.stderr)
        return REFUSED
    except BrokenPipeError:
        # whoever read the output has had enough (head, less); Python would complain once more when it ends
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return CLEAN


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _parser() -> _Parser:
    parser = _Parser(prog="python -m scorecard", description="Tandem's numbers without a browser.")
    commands = parser.add_subparsers(
        dest="command",
        required=True,
        metavar="report|check|export|digest|demo|template",
        parser_class=_Parser,
    )
    _report_arguments(commands.add_parser("report", help="print every number, tidy, one row each"))
    _check_arguments(
        commands.add_parser("check", help="say what is wrong with the data, and what to write instead")
    )
    _export_arguments(
        commands.add_parser("export", help="write the board pack: PDF, slides, workbook, CSV, one chart")
    )
    _digest_arguments(
        commands.add_parser("digest", help="send what changed since the last digest, by mail and to chats")
    )
    _demo_arguments(commands.add_parser("demo", help="write the demo company into a database"))
    _template_arguments(
        commands.add_parser("template", help="make a spreadsheet to fill in: a tab per table, explained")
    )
    return parser


def _source_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--source", help="a SQLAlchemy URL or 'demo'; default: what the configuration says")
    parser.add_argument("--config", type=Path, help="a configuration file; default: .streamlit/secrets.toml")
    parser.add_argument("--as-of", help="YYYY-MM-DD (that whole day) or a time; default: now")


_PERIODS = "2026, 2026-Q3, 2026-09, 2026-W37, FY2026-Q3, 2026-07-01..2026-08-15"


def _report_arguments(parser: argparse.ArgumentParser) -> None:
    _source_arguments(parser)
    _period_argument(parser)
    parser.add_argument(
        "--by", action="append", default=[], metavar="COLUMN", help="also by this column (repeatable)"
    )
    parser.add_argument("--metric", action="append", metavar="NAME", help="only this metric (repeatable)")
    parser.add_argument("--format", choices=("json", "csv", "table"), default="table")
    parser.set_defaults(run=_report)


def _period_argument(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--period", help=f"{_PERIODS}; default: the running quarter")


def _export_arguments(parser: argparse.ArgumentParser) -> None:
    _source_arguments(parser)
    _period_argument(parser)
    parser.add_argument("--pdf", type=Path, metavar="FILE", help="the board pack on paper")
    parser.add_argument("--pptx", type=Path, metavar="FILE", help="slides with native charts and tables")
    parser.add_argument("--xlsx", type=Path, metavar="FILE", help="a workbook with typed cells")
    parser.add_argument("--csv", type=Path, metavar="FILE", help="the report, one figure a row")
    parser.add_argument("--paper", choices=("a4", "letter"), help="of the PDF; default: the locale's")
    parser.add_argument(
        "--chart", metavar="NAME", help="one chart, with --png or --svg; a wrong name lists all"
    )
    parser.add_argument("--png", type=Path, metavar="FILE", help="that chart as a PNG")
    parser.add_argument("--svg", type=Path, metavar="FILE", help="that chart as an SVG")
    parser.set_defaults(run=_export)


def _check_arguments(parser: argparse.ArgumentParser) -> None:
    _source_arguments(parser)
    parser.set_defaults(run=_check)


def _digest_arguments(parser: argparse.ArgumentParser) -> None:
    _source_arguments(parser)
    running = ", ".join(kind for kind in periods.KINDS if kind != "custom")
    parser.add_argument("--period", help=f"{_PERIODS}, or the running {running}; default: quarter")
    parser.add_argument(
        "--since", metavar="DATE", help="what changed after that day (or time); default: the last digest"
    )
    parser.add_argument("--url", help="where the app stands, for links; default: what the configuration says")
    parser.add_argument("--even-if-nothing", action="store_true", help="also when nothing changed")
    parser.add_argument("--dry-run", action="store_true", help="print it, send nothing, remember nothing")
    parser.add_argument("--html", type=Path, metavar="FILE", help="also write the mail's HTML")
    parser.add_argument("--text", type=Path, metavar="FILE", help="also write the mail's text")
    parser.set_defaults(run=_digest)


def _demo_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--leads", type=_positive, default=12_000, help="how many leads (default 12000)")
    parser.add_argument(
        "--seed", type=int, default=7, help="the same seed gives the same company (default 7)"
    )
    parser.add_argument(
        "--to", required=True, metavar="URL", help="a SQLAlchemy URL, such as sqlite:///demo.db"
    )
    parser.add_argument("--today", type=_day, help="the day the company's story is told on (default: today)")
    parser.set_defaults(run=_demo)


def _template_arguments(parser: argparse.ArgumentParser) -> None:
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument("--xlsx", type=Path, metavar="FILE", help="a new .xlsx file")
    where.add_argument("--google", metavar="ID", help="an empty spreadsheet shared with the service account")
    parser.add_argument("--only", metavar="TABLES", help="only these tables, parted by commas: goals,quotas")
    parser.add_argument("--locale", help="with --google: the spreadsheet's locale, such as de_DE")
    parser.add_argument("--time-zone", help="with --google: its time zone, such as Europe/Berlin")
    parser.add_argument("--config", type=Path, help="with --google: a configuration file")
    parser.set_defaults(run=_template)


def _positive(text: str) -> int:
    if not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of leads, 1 or more")
    return int(text)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a date such as 2026-09-30") from None


def _config(asked: argparse.Namespace) -> Config:
    found = load_config(asked.config, os.environ)
    return found if asked.source is None else found.reading(asked.source)


def _as_of(asked: argparse.Namespace, dataset: Dataset, now: datetime) -> AsOf:
    zone = small.settings(dataset).zone
    return AsOf.at(now, zone) if asked.as_of is None else AsOf.parse(asked.as_of, zone)


def _period(asked: argparse.Namespace, dataset: Dataset, as_of: AsOf) -> periods.Period:
    start = small.settings(dataset).fiscal_year_start
    return periods.containing(as_of.day) if asked.period is None else periods.parse(asked.period, start)


def _report(asked: argparse.Namespace, now: datetime) -> int:
    config = _config(asked)
    with sources.explaining(config.source):
        dataset = sources.open_source(config, now)
        as_of = _as_of(asked, dataset, now)
        settings = small.settings(dataset)
        period = _period(asked, dataset, as_of)
        _refuse_unknown_columns(dataset, asked.by)
        with _bar("report") as told:
            rows = report.report(dataset, period, as_of, by=asked.by, metrics=asked.metric, progress=told)
        with _bar("check") as told:
            errors = [p for p in checks.check(dataset, as_of, progress=told) if p.severity is Severity.ERROR]
    _WRITERS[asked.format](rows, sys.stdout, Formats.of(settings))
    for problem in errors:
        print(problem, file=sys.stderr)
    return ERRORS if errors else CLEAN


def _refuse_unknown_columns(dataset: Dataset, by: Iterable[str]) -> None:
    """A misspelt column would only give no rows; better to say so."""
    known = {f"{t}.{c}" for t, relation in dataset.relations.items() for c in relation.kinds}
    names = {name.rpartition(".")[2] for name in known}
    for column in by:
        if column not in known and column not in names:
            near = get_close_matches(column, sorted(names), n=1)
            hint = f" Did you mean {near[0]}?" if near else ""
            raise ValueError(f"--by {column}: no table of the source has such a column.{hint}")


def _write_json(rows: Sequence[Row], out: TextIO, _: Formats) -> None:
    json.dump([row.as_dict() for row in rows], out, ensure_ascii=False, allow_nan=False, indent=1)
    out.write("\n")


def _write_csv(rows: Sequence[Row], out: TextIO, _: Formats) -> None:
    writer = csv.DictWriter(out, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(row.as_dict() for row in rows)


def _write_table(rows: Sequence[Row], out: TextIO, formats: Formats) -> None:
    """For reading: the columns that matter, formatted; json and csv have them all, unrounded."""
    lines: list[tuple[str, ...]] = [
        ("metric", "scope", "period", "value", "of", "interval", "target", "status", "notes")
    ]
    lines += [_table_line(row, formats) for row in rows]
    widths = [min(max(len(line[i]) for line in lines), 60) for i in range(len(lines[0]))]
    for line in lines:
        cells = (
            c.rjust(w) if i in (3, 4, 5, 6) else c.ljust(w)
            for i, (c, w) in enumerate(zip(line, widths, strict=True))
        )
        out.write("  ".join(cells).rstrip() + "\n")


def _table_line(row: Row, formats: Formats) -> tuple[str, ...]:
    interval = "" if row.low is None or row.high is None else (
        f"{formats.value(row.low, row.unit)} to {formats.value(row.high, row.unit)}"
    )  # fmt: skip
    parts = "" if row.numerator is None or row.denominator is None else (
        f"{formats.number(row.numerator)} / {formats.number(row.denominator)}"
    )  # fmt: skip
    standing = row.metric in ("quota_attainment", "goal_progress", "required_per_day")
    target = (
        ""
        if row.target is None
        else formats.number(row.target)
        if standing
        else formats.value(row.target, row.unit)
    )
    status = "" if row.status is None else f"{row.status.icon} {row.status.word}"
    shown = formats.value(row.value, row.unit)
    scope = " ".join(row.scope.split())
    return row.metric, scope, row.period, shown, parts, interval, target, status, row.notes


_WRITERS: dict[str, Callable[[Sequence[Row], TextIO, Formats], None]] = {
    "json": _write_json,
    "csv": _write_csv,
    "table": _write_table,
}


def _check(asked: argparse.Namespace, now: datetime) -> int:
    config = _config(asked)
    with sources.explaining(config.source):
        dataset = sources.open_source(config, now)
        with _bar("check") as told:
            problems = checks.check(dataset, _as_of(asked, dataset, now), progress=told)
        advice = sources.advice(dataset)
        formats = Formats.of(small.settings(dataset))
    for line in (*(_told(problem, formats) for problem in problems), *dataset.missing, *advice):
        print(line)
    print(_summary(problems, formats))
    return ERRORS if any(p.severity is Severity.ERROR for p in problems) else CLEAN


def _told(problem: Problem, formats: Formats) -> str:
    """A problem with who answers for it, what it costs, and the address of its cell."""
    about = "; ".join(
        part
        for part in (problem.owner or "nobody named", checks_costs.cost(problem).in_words(formats))
        if part
    )
    return " ".join(part for part in (str(problem), f"[{about}]", problem.link or "") if part)


def _summary(problems: Iterable[Problem], formats: Formats) -> str:
    found = list(problems)
    errors = sum(p.rows for p in found if p.severity is Severity.ERROR)
    warnings = sum(p.rows for p in found if p.severity is Severity.WARNING)
    if not found:
        return "Nothing is wrong with the data."
    lost = checks_costs.summed(checks_costs.costs(found), formats)
    cost = f" Left out: {lost}." if lost else ""
    return f"{errors} rows or cells with errors, {warnings} with warnings.{cost}"


def _export(asked: argparse.Namespace, now: datetime) -> int:
    wanted = _wanted_files(asked)
    with _unswept():
        return _write_files(asked, now, wanted)


def _write_files(asked: argparse.Namespace, now: datetime, wanted: Sequence[tuple[str, Path]]) -> int:
    # what sets type and draws takes half a second to load: only who exports waits for it
    exporting = import_module("documents.exporting")
    config = _config(asked)
    with sources.explaining(config.source):
        dataset = sources.open_source(config, now)
        as_of = _as_of(asked, dataset, now)
        with _bar("export") as told:
            made = exporting.Export(dataset, _period(asked, dataset, as_of), as_of, asked.paper, told)
            files = [(path, made.file(form, asked.chart)) for form, path in wanted]
        errors = made.errors()
    for path, content in files:
        _write_file(path, content)
    for problem in errors:
        print(problem, file=sys.stderr)
    return ERRORS if errors else CLEAN


@contextmanager
def _unswept() -> Iterator[None]:
    """Without looks for objects that hold each other only: a tenth of the time, and the command ends soon."""
    swept = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if swept:
            gc.enable()


def _wanted_files(asked: argparse.Namespace) -> list[tuple[str, Path]]:
    """The files asked for: what they are, and where they go."""
    every = {form: getattr(asked, form) for form in ("pdf", "pptx", "xlsx", "csv", "png", "svg")}
    wanted = [(form, path) for form, path in every.items() if path is not None]
    if (asked.chart is None) == (asked.png is not None or asked.svg is not None):
        raise ValueError("--chart NAME goes with --png FILE or --svg FILE, and they with it.")
    if not wanted:
        raise ValueError(
            "Say what to write: --pdf, --pptx, --xlsx or --csv FILE, or --chart NAME --png FILE."
        )
    paths = [path.absolute() for _, path in wanted]
    if len(set(paths)) < len(paths):
        raise ValueError("Two of the files have the same name.")
    for path in paths:
        if not path.parent.is_dir():
            raise ValueError(f"{path} can't be written: there is no folder {path.parent}.")
    return wanted


def _write_file(path: Path, content: bytes) -> None:
    _put(path, content)
    print(f"{path}: {len(content):,} bytes")


def _put(path: Path, content: bytes) -> None:
    """Whole or not at all: a half-written file never takes the place of an older one."""
    beside = path.with_name(f".{path.name}.part")
    try:
        beside.write_bytes(content)
        beside.replace(path)
    except OSError as error:
        raise ValueError(f"{path} can't be written: {error.strerror or error}.") from None


def _digest(asked: argparse.Namespace, now: datetime) -> int:
    config = _config(asked)
    url = digest_config.app_url(asked.url, "--url") if asked.url else config.digest.url
    period, keys = asked.period or config.digest.period or "quarter", delivery.keys(config.digest)
    with sources.explaining(config.source):
        dataset = sources.open_source(config, now)
        if asked.dry_run or not keys:
            box = outbox.peeked(sources.STORE, config.source, period, keys)
            if (found := _digest_of(asked, dataset, now, period, box)) is not None:
                mail = _written(asked, found, url)
                print(f"{mail.subject}\n\n{mail.text}", end="")
            return _data_errors(dataset, _as_of(asked, dataset, now))
        with outbox.opened(sources.STORE, config.source, period, keys) as box:
            found = _digest_of(asked, dataset, now, period, box)
            letter = None if found is None else _letter(asked, found, url)
            _send(box, config, now, letter, found)
        return _data_errors(dataset, _as_of(asked, dataset, now))


def _digest_of(
    asked: argparse.Namespace, dataset: Dataset, now: datetime, period: str, box: Outbox
) -> Digest | None:
    """What changed; None where nothing did and nobody asked to be told."""
    as_of, zone = _as_of(asked, dataset, now), small.settings(dataset).zone
    week = (as_of.day - timedelta(days=7)).isoformat()
    since = AsOf.parse(asked.since or box.stood or week, zone)
    if asked.since is None and since.until > as_of.until:
        raise ValueError(f"The last digest stood at {since.text}, later than {as_of.text}. Give --since too.")
    if asked.since is None and since.until == as_of.until:
        return None
    found = digest.read(dataset, _period_of(period, as_of, dataset), since, as_of)
    return found if found.changed or asked.even_if_nothing else None


def _period_of(text: str, as_of: AsOf, dataset: Dataset) -> Period:
    """A period, or the running one of a kind: quarter, month, fiscal_quarter."""
    start = small.settings(dataset).fiscal_year_start
    kind = next((k for k in periods.KINDS if k == text and k != "custom"), None)
    return periods.parse(text, start) if kind is None else periods.containing(as_of.day, kind, start)


def _letter(asked: argparse.Namespace, found: Digest, url: str | None) -> Letter:
    mail = _written(asked, found, url)
    cards = {"slack": digest_mail.slack(found, url), "teams": digest_mail.teams(found, url)}
    return Letter(found.fingerprint, mail.subject, mail.text, mail.html, cards)


def _written(asked: argparse.Namespace, found: Digest, url: str | None) -> digest_mail.Mail:
    """The mail, also in the files that were asked for."""
    mail = digest_mail.mail(found, url)
    for file, text in ((asked.html, mail.html), (asked.text, mail.text)):
        if file is not None:
            _put(file, text.encode())
    return mail


def _send(box: Outbox, config: Config, now: datetime, letter: Letter | None, found: Digest | None) -> None:
    """Sends it, and what is left of earlier ones. DeliveryError when somebody didn't get theirs."""
    if letter is not None and found is not None:
        if box.had(letter.id):
            print("This digest was sent before; it isn't sent again.")
        else:
            box.put(letter, _later(box.stood, found.as_of))
    went, wrong = box.send(delivery.channels(config.digest, now))
    if went:
        print(f"Sent to {', '.join(went)}.")
    if wrong:
        raise DeliveryError(" ".join(wrong))


def _later(stood: str | None, as_of: AsOf) -> str:
    """Where the next digest begins: one of the past doesn't take it back."""
    if stood is None or datetime.fromisoformat(stood) < datetime.fromisoformat(as_of.text):
        return as_of.text
    return stood


def _data_errors(dataset: Dataset, as_of: AsOf) -> int:
    """The exit code of a report, and one line where the data has errors."""
    with _bar("check") as told:
        errors = [p for p in checks.check(dataset, as_of, progress=told) if p.severity is Severity.ERROR]
    if not errors:
        return CLEAN
    rows = sum(p.rows for p in errors)
    print(f"{rows} rows or cells have errors; python -m scorecard check names them.", file=sys.stderr)
    return ERRORS


def _demo(asked: argparse.Namespace, now: datetime) -> int:
    demo = Demo(asked.leads, asked.seed, asked.today or now.date())
    engine = sources.writing_engine(asked.to)
    with _bar("demo company", " leads") as told, sources.explaining(asked.to):
        write_demo(engine, demo, told, sources.make_ready)
    engine.dispose()
    return CLEAN


def _template(asked: argparse.Namespace, _: datetime) -> int:
    wanted = template.template([n for name in (asked.only or "").split(",") if (n := name.strip())])
    if asked.google is not None:
        google = load_config(asked.config, os.environ).google
        template_google = import_module("data_sources.template_google")  # with Google's libraries
        filled = template_google.make(
            google, asked.google, wanted, locale=asked.locale, time_zone=asked.time_zone
        )
        title, link = filled.title, filled.link
        print(f"'{title}' has {len(wanted.pages)} tabs to fill in; the first says how: {link}")
        return CLEAN
    if asked.locale or asked.time_zone:
        raise ValueError("--locale and --time-zone are a Google spreadsheet's own: give them with --google.")
    template_xlsx.write(wanted, asked.xlsx)
    print(f"{asked.xlsx} has {len(wanted.pages)} tabs to fill in; the first says how.")
    return CLEAN


@contextmanager
def _bar(what: str, unit: str = " steps") -> Iterator[Callable[[int, int], None]]:
    """A progress bar on standard error once the work has taken a second; none where nobody looks."""
    with tqdm(unit=unit, desc=what, delay=1, leave=False, disable=None, file=sys.stderr) as bar:

        def told(done: int, total: int) -> None:
            bar.total = total
            bar.update(done - bar.n)

        yield told


if __name__ == "__main__":
    code = main()
    gc.freeze()  # the process ends: a last look through all there is would take up to a second
    sys.exit(code)
