"""The command line: figures on standard output, problems on standard error, exit codes as written."""

import csv
import io
import json
from datetime import UTC, datetime

import pytest

from data_sources.database import Database
from scorecard.__main__ import main
from scorecard.rows import COLUMNS
from tests.scorecard.builders import lead, write

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)


@pytest.fixture
def run(capsys):
    """Runs a command and gives exit code, output and errors."""

    def go(*arguments: object) -> tuple[int, str, str]:
        code = main([str(a) for a in arguments], NOW)
        said = capsys.readouterr()
        return code, said.out, said.err

    return go


@pytest.fixture(autouse=True)
def no_configuration(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("TANDEM_SOURCE", raising=False)


@pytest.fixture
def clean(tmp_path):
    leads = [
        lead("a", source="Webinar", owner="ana", mql_at="2026-10-06 09:00:00"),
        lead("b", source='Fair, "Köln"', owner="ana"),
        lead("c", source="=1+1", owner=None),
    ]
    return write(tmp_path / "clean.db", leads=leads)


@pytest.fixture
def wrong(tmp_path):
    leads = [lead("a"), lead("b", created_at="05.10.2026"), lead("c", amount=-5, won_at="2026-10-09")]
    return write(tmp_path / "wrong.db", leads=leads)


def test_json_is_one_array_of_objects_with_every_column(run, clean):
    code, out, err = run("report", "--source", clean, "--period", "2026-Q4", "--format", "json")
    rows = json.loads(out, parse_constant=lambda name: pytest.fail(f"{name} is no JSON"))
    assert (code, err) == (0, "")
    assert all(tuple(row) == COLUMNS for row in rows)
    found = {(r["metric"], r["scope"]): r for r in rows}
    assert found["leads", "all"]["value"] == 3
    assert found["leads", "all"]["period"] == "2026-Q4"
    assert found["spend", "all"]["status"] == "locked"


def test_by_may_be_repeated_and_gives_one_set_of_rows_each(run, clean):
    arguments = ("--metric", "leads", "--by", "source", "--by", "owner", "--format", "json")
    _, out, _ = run("report", "--source", clean, *arguments)
    scopes = {row["scope"]: row["value"] for row in json.loads(out)}
    assert scopes == {
        "all": 3,
        "source=Webinar": 1,
        'source="Fair, ""Köln"""': 1,
        'source="=1+1"': 1,
        "owner=ana": 2,
        "owner=": 1,
    }


def test_csv_says_the_same_as_json(run, clean):
    arguments = ("report", "--source", clean, "--by", "source", "--period", "2026-10")
    _, as_csv, _ = run(*arguments, "--format", "csv")
    _, as_json, _ = run(*arguments, "--format", "json")
    read = list(csv.DictReader(io.StringIO(as_csv)))
    rows = json.loads(as_json)
    assert tuple(read[0]) == COLUMNS
    assert [[r[c] for c in COLUMNS] for r in read] == [
        ["" if r[c] is None else str(r[c]) for c in COLUMNS] for r in rows
    ]


def test_the_table_is_for_reading(run, clean):
    code, out, _ = run(
        "report", "--source", clean, "--metric", "leads", "--metric", "spend", "--by", "source"
    )
    lines = out.splitlines()
    assert code == 0
    assert lines[0].split()[:3] == ["metric", "scope", "period"]
    assert len(lines) == 1 + 4 + 1
    assert "Locked" in out


def test_the_default_period_is_the_running_quarter(run, clean):
    _, out, _ = run("report", "--source", clean, "--metric", "leads", "--format", "json")
    assert [(r["period"], r["notes"]) for r in json.loads(out)] == [("2026-Q4", "running")]


def test_as_of_hides_what_came_later(run, clean):
    arguments = ("report", "--source", clean, "--metric", "mqls", "--period", "2026-Q4", "--format", "json")
    values = [
        json.loads(run(*arguments, "--as-of", day)[1])[0]["value"] for day in ("2026-10-05", "2026-10-06")
    ]
    assert values == [0, 1]


def test_errors_of_the_data_go_to_standard_error_and_the_numbers_still_come(run, wrong):
    code, out, err = run("report", "--source", wrong, "--metric", "leads", "--format", "json")
    assert code == 1
    assert [row["value"] for row in json.loads(out)] == [2]
    assert "leads b" in err
    assert "05.10.2026" in err
    assert "leads c" in err
    assert "-5" in err


def test_check_says_what_is_wrong_and_what_to_write(run, wrong, clean):
    code, out, err = run("check", "--source", wrong)
    assert (code, err) == (1, "")
    assert "leads b" in out
    assert "Write" in out
    assert run("check", "--source", clean)[0] == 0


def test_warnings_alone_are_clean(run, tmp_path):
    url = write(
        tmp_path / "w.db", leads=[lead("a", owner="nobody")], people=[{"person_id": "ana", "name": "Ana"}]
    )
    code, out, _ = run("check", "--source", url)
    assert code == 0
    assert "warning: leads, owner ('nobody')" in out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "required"),
        (("rapport",), "rapport"),
        (("report", "--format", "xml"), "xml"),
        (("report", "--metric", "leds"), "Did you mean leads?"),
        (("report", "--period", "2026-Q5"), "2026-Q5"),
        (("report", "--period", "soon"), "soon"),
        (("report", "--as-of", "31.31.2026"), "31.31.2026"),
        (("report", "--by", "sauce"), "Did you mean source?"),
        (("report", "--config", "nowhere.toml"), "nowhere.toml"),
        (("check", "--as-of", "yesterday"), "yesterday"),
        (("demo",), "--to"),
        (("demo", "--leads", "none", "--to", "sqlite:///x.db"), "none"),
        (("demo", "--today", "soon", "--to", "sqlite:///x.db"), "soon"),
    ],
)
def test_bad_arguments_are_one_clear_line(run, clean, arguments, said):
    given = (*arguments, "--source", clean) if arguments[:1] in (("report",), ("check",)) else arguments
    code, out, err = run(*given)
    assert (code, out) == (2, "")
    assert len(err.splitlines()) == 1
    assert said in err


@pytest.mark.parametrize(
    "source",
    [
        "shets",
        "nodialect://x",
        "sqlite:///missing/nothing.db",
        "postgresql://ana:S3cret-word@127.0.0.1:1/crm",
        "mysql://ana:S3cret-word@127.0.0.1:1/crm",
        "postgresql+psycopg://ana:S3cret-word@127.0.0.1:1/crm?bad_option=S3cret-word",
    ],
)
@pytest.mark.parametrize("command", ["report", "check"])
def test_a_source_that_cannot_be_reached_is_one_line_without_the_password(run, command, source):
    code, out, err = run(command, "--source", source)
    assert (code, out) == (2, "")
    assert len(err.splitlines()) == 1
    assert "S3cret-word" not in err


def test_a_wrong_password_is_said_and_never_shown(run, mariadb_url):
    url = mariadb_url.replace("root@", "root:S3cret-word@")
    code, out, err = run("report", "--source", url)
    assert (code, out) == (2, "")
    assert len(err.splitlines()) == 1
    assert "S3cret-word" not in err


def test_a_file_that_is_no_database_is_said(run, tmp_path):
    (tmp_path / "notes.db").write_text("not a database, only a note " * 50, encoding="utf-8")
    code, _, err = run("report", "--source", f"sqlite:///{tmp_path / 'notes.db'}")
    assert code == 2
    assert len(err.splitlines()) == 1


def test_the_demo_is_written_where_it_is_wanted_and_reported(run, tmp_path):
    url = f"sqlite:///{tmp_path / 'demo.db'}"
    code, out, _ = run("demo", "--leads", 50, "--seed", 3, "--today", "2026-11-20", "--to", url)
    assert (code, out) == (0, "")
    assert Database(url).open().prepared
    code, out, err = run(
        "report", "--source", url, "--metric", "leads", "--format", "json", "--as-of", "2026-11-20"
    )
    assert code == 1  # the demo has its flaws
    assert json.loads(out)[0]["value"] > 0
    assert err


def test_a_database_with_other_tables_is_no_place_for_the_demo(run, clean):
    code, out, err = run("demo", "--leads", 50, "--to", clean)
    assert (code, out) == (2, "")
    assert "Nothing was changed" in err


def test_the_configuration_says_where_the_data_are(run, clean, tmp_path):
    file = tmp_path / "tandem.toml"
    file.write_text(
        f'[tandem]\nsource = "{clean}"\n[tandem.settings]\ntime_zone = "Asia/Kolkata"\n', encoding="utf-8"
    )
    code, out, _ = run("report", "--config", file, "--metric", "leads", "--format", "json")
    assert (code, json.loads(out)[0]["value"]) == (0, 3)
