"""The benchmark on a tiny company: both sides agree, and the table is printed."""

import json

from bench.__main__ import main
from bench.question import disagreements


def test_both_sides_agree_on_a_tiny_company_and_the_table_is_printed(tmp_path, capsys):
    assert main(["--leads", "300", "--backend", "sqlite", "--runs", "1", "--store", str(tmp_path)]) == 0

    header, _, row = capsys.readouterr().out.splitlines()
    assert header.count("|") == row.count("|")
    assert row.startswith("| sqlite | 300 |")
    (result,) = json.loads((tmp_path / "results.json").read_text())
    assert result["queries"] > 0
    assert result["queries_warm"] == 0
    assert result["handoffs"] > 0
    assert str(tmp_path) not in json.dumps(result)


def test_a_difference_is_named_with_its_place():
    ours = {"sla": [[3, 4], [5, 6]], "goals": {"G1": 0.3, "G2": 1.0}}
    theirs = {"sla": [[3, 4], [5, 7]], "goals": {"G1": 0.1 + 0.2, "G3": 1.0}}

    assert disagreements(ours, theirs) == [
        "sla[1][1]: ours 6, the script's 7",
        "goals.G2: ours 1.0, the script's None",
        "goals.G3: ours None, the script's 1.0",
    ]
