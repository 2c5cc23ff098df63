"""The report against the independent calculation of tests/oracle: drawn companies, every row, every number.

Hypothesis draws a small company with every case that the contract names; the oracle looks at each of its rows
in plain Python, for each figure; the report asks a database. Both must say the same.

TANDEM_EXAMPLES=100 looks at so many times as many companies, and at other ones each time.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, Phase, given, settings

from data_sources.database import Database
from scorecard import periods, small
from scorecard.clock import AsOf
from scorecard.report import names, report
from tests.oracle import brute_force
from tests.oracle.companies import Case, cases
from tests.oracle.compare import differences
from tests.oracle.hand_made import hand_made
from tests.oracle.load import load

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
ALL = list(brute_force.ALL)

# A company that fails is too long to print whole; hypothesis says how to draw it again.
MORE = int(os.environ.get("TANDEM_EXAMPLES", "1"))
pytestmark = [
    pytest.mark.filterwarnings("ignore:Generating overly large repr"),
    pytest.mark.timeout(300 * MORE),
]


def looking_at(examples: int):
    """So many companies: the same on every machine, unless asked for more. One database serves them all."""
    return settings(
        max_examples=examples * MORE,
        derandomize=MORE == 1,
        database=None,
        deadline=None,
        print_blob=True,
        phases=[Phase.explicit, Phase.generate, *([Phase.shrink] if MORE > 1 else [])],
        suppress_health_check=list(HealthCheck),
    )


@contextmanager
def opened(tables: dict, url: str) -> Iterator[Database]:
    """A database holding these tables and nothing else."""
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    found = sa.MetaData()
    found.reflect(engine)
    found.drop_all(engine)
    load(tables, engine)
    database = Database(url, clock=lambda: NOW)
    yield database
    database.close()


def reported(case: Case, url: str) -> list[dict]:
    """The report of a drawn company, in a database."""
    with opened(case.tables, url) as database:
        dataset = database.open()
        chosen = small.settings(dataset)
        period = periods.parse(case.period, chosen.fiscal_year_start)
        as_of = AsOf.parse(case.as_of, chosen.zone)
        return [row.as_dict() for row in report(dataset, period, as_of, by=case.by, metrics=ALL)]


def agree(case: Case, url: str) -> None:
    worked_out = brute_force.report(case.tables, case.period, case.as_of, case.by)
    assert differences(reported(case, url), worked_out) == []


@given(case=cases(max_leads=3))
@looking_at(4)
def test_sqlite_says_what_brute_force_says_of_the_smallest_companies(sqlite_url, case):
    agree(case, sqlite_url)


@given(case=cases())
@looking_at(5)
def test_sqlite_says_what_brute_force_says(sqlite_url, case):
    agree(case, sqlite_url)


@given(case=cases())
@looking_at(2)
def test_postgresql_says_what_brute_force_says(postgres_url, case):
    agree(case, postgres_url)


@given(case=cases())
@looking_at(2)
def test_mariadb_says_what_brute_force_says(mariadb_url, case):
    agree(case, mariadb_url)


@pytest.mark.parametrize("as_of", ["2026-11-30 17:00:00"])
def test_the_company_made_by_hand_is_the_same_on_every_database(database_url, as_of):
    agree(Case(hand_made(), "2026-Q4", as_of, ("closed_by",)), database_url)


def test_the_oracle_knows_every_metric_there_is():
    assert sorted(ALL) == sorted(names())
