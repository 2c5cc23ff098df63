"""The benchmark on a tiny company: both sides agree, and the table is printed."""

import json

from bench import sheet
from bench.__main__ import main
from bench.question import disagreements


def test_both_sides_agree_on_a_tiny_company_and_the_table_is_printed(tmp_path, capsys):
    asked = ["--part", "page", "--leads", "300", "--backend", "sqlite", "--runs", "1"]
    assert main([*asked, "--store", str(tmp_path)]) == 0

    header, _, row = capsys.readouterr().out.splitlines()
    assert header.count("|") == row.count("|")
    assert row.startswith("| sqlite | 300 |")
    (result,) = json.loads((tmp_path / "results.json").read_text())
    assert result["queries"] > 0
    assert result["queries_warm"] == 0
    assert result["handoffs"] > 0
    assert str(tmp_path) not in json.dumps(result)


def test_a_small_spreadsheet_is_followed_by_both_ways_and_the_table_is_printed(tmp_path, capsys):
    assert main(["--part", "sheet", "--sheet-leads", "60", "--quick", "--store", str(tmp_path)]) == 0

    header, _, *rows = capsys.readouterr().out.strip().splitlines()
    assert [row.split("|")[1].strip() for row in rows] == list(sheet.WORDS.values())
    assert {row.count("|") for row in rows} == {header.count("|")}
    found = json.loads((tmp_path / "sheet.json").read_text())
    ours, theirs = found["ours"], found["tutorial"]
    assert (ours["cold"]["reads"], theirs["cold"]["reads"]) == (2, 21)
    assert ours["quiet"]["seconds"] < theirs["quiet"]["seconds"]
    assert ours["edit_leads"]["bytes"] > 0


def test_waits_are_told_by_their_middle_and_their_end():
    assert sheet.percentiles(range(101)) == (50, 95)


def test_a_difference_is_named_with_its_place():
    ours = {"sla": [[3, 4], [5, 6]], "goals": {"G1": 0.3, "G2": 1.0}}
    theirs = {"sla": [[3, 4], [5, 7]], "goals": {"G1": 0.1 + 0.2, "G3": 1.0}}

    assert disagreements(ours, theirs) == [
        "sla[1][1]: ours 6, the script's 7",
        "goals.G2: ours 1.0, the script's None",
        "goals.G3: ours None, the script's 1.0",
    ]
