"""The benchmark on a tiny company: both sides agree, and the table is printed."""

import json
import math

from bench import calibration, sheet
from bench.__main__ import main
from bench.question import disagreements
from scorecard.campaigns_compare import MEASURED


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


def test_a_few_equal_campaigns_go_through_the_comparison_and_the_table_is_printed(tmp_path, capsys):
    asked = ["--part", "calibration", "--quick", "--campaigns", "8", "--store", str(tmp_path)]
    assert main(asked) == 0

    header, _, *rows, _, told = capsys.readouterr().out.strip().splitlines()
    assert {row.count("|") for row in rows} == {header.count("|")}
    assert [row.split("|")[1].strip() for row in rows][-1] == "any of them"
    assert told.startswith("4 comparisons of 2 and 2 of 4 equal campaigns")
    shares = json.loads((tmp_path / "calibration.json").read_text())
    assert [one["measure"] for one in shares["2, alone"]] == [*MEASURED, "any"]


def test_equal_campaigns_differ_by_chance_alone():
    tables = calibration.drawn(4, 40)
    visits = [row["visits"] for row in tables["web"]]
    assert abs(sum(visits) / 40 - calibration.VISITS) < 4 * (calibration.VISITS / 40) ** 0.5
    won = sum(lead["won_at"] is not None for lead in tables["leads"]) / len(tables["leads"])
    assert abs(won - math.prod(chance for _, chance in calibration.WAY)) < 0.02


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
