"""`python -m scorecard template`: which spreadsheet it makes, and what it says."""

import json
from datetime import UTC, datetime

import openpyxl
import pytest

from scorecard.__main__ import main
from scorecard.contract import TABLES
from scorecard.template import START

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)


@pytest.fixture(autouse=True)
def no_configuration(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("TANDEM_SOURCE", raising=False)


@pytest.fixture
def run(capsys):
    """Runs the command and gives exit code, output and errors."""

    def go(*arguments: object) -> tuple[int, str, str]:
        code = main(["template", *(str(a) for a in arguments)], NOW)
        said = capsys.readouterr()
        return code, said.out, said.err

    return go


@pytest.fixture
def secrets(google, tmp_path):
    """A configuration whose service account reaches the stand-in."""
    (tmp_path / "key.json").write_text(json.dumps(google.service_account()))
    file = tmp_path / "secrets.toml"
    file.write_text(f'[tandem.google]\nservice_account = "key.json"\nendpoint = "{google.endpoint}"\n')
    return file


def test_a_workbook_with_a_tab_per_table(run):
    assert run("--xlsx", "ours.xlsx") == (0, "ours.xlsx has 20 tabs to fill in; the first says how.\n", "")
    assert openpyxl.load_workbook("ours.xlsx").sheetnames[0] == START
    assert len(TABLES) == 20


def test_only_some_tables_of_it(run):
    assert run("--xlsx", "plans.xlsx", "--only", "quotas, goals")[0] == 0
    assert openpyxl.load_workbook("plans.xlsx").sheetnames == [START, "goals", "quotas"]


def test_an_empty_google_spreadsheet_is_filled(run, google, secrets):
    sheet = google.spreadsheet("Ours")
    code, out, err = run("--google", google.url(sheet), "--config", secrets, "--locale", "de_DE")
    assert (code, err) == (0, "")
    assert out == f"'Ours' has 20 tabs to fill in; the first says how: {google.url(sheet)}\n"
    assert google.get(sheet, "leads!A1") == "lead_id"
    assert google.book(sheet).locale == "de_DE"


def test_a_google_spreadsheet_that_holds_something_is_refused_in_one_line(run, google, secrets):
    sheet = google.spreadsheet("Ours", tabs={"Sheet1": [["mine"]]})
    code, out, err = run("--google", sheet, "--config", secrets)
    assert (code, out) == (2, "")
    assert err.startswith("scorecard: The spreadsheet 'Ours' isn't empty: it holds something in Sheet1!A1.")
    assert err.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), "One of the arguments --xlsx --google is required."),
        (("--xlsx", "a.xlsx", "--google", "x"), "not allowed with argument --xlsx"),
        (("--xlsx", "a.xlsx", "--only", "goal"), "Did you mean goals?"),
        (("--xlsx", "a.xlsx", "--locale", "de_DE"), "give them with --google"),
        (("--xlsx", "nowhere/a.xlsx"), "can't be written"),
        (("--google", "abc"), "needs tandem.google.service_account"),
    ],
    ids=["nothing", "both", "unknown table", "locale of a file", "no folder", "nobody to be"],
)
def test_bad_arguments_are_refused_in_one_line_and_nothing_is_written(run, tmp_path, arguments, words):
    code, out, err = run(*arguments)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert words in err
    assert list(tmp_path.iterdir()) == []
