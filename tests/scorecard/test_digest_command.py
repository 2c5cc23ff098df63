"""The command `digest`: prints or sends what changed, once, and says when somebody didn't get theirs."""

import os
import subprocess
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest

from data_sources import sources
from scorecard.__main__ import main
from tests.letterbox import mail_server, webhook
from tests.scorecard.builders import lead, write

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
ROOT = Path(__file__).parents[2]
QUOTA = {
    "period_start": "2026-10-01", "period_end": "2026-12-31", "department": "marketing", "metric": "leads",
}  # fmt: skip


@pytest.fixture(autouse=True)
def own_store(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("TANDEM_SOURCE", raising=False)
    monkeypatch.delenv("TANDEM_CONFIG", raising=False)
    monkeypatch.setattr(sources, "STORE", tmp_path / "store")


@pytest.fixture
def source(tmp_path):
    """Ten leads before the 13th, ten in the week after, ten in the one after that."""
    days = ["2026-11-02"] * 10 + ["2026-11-17"] * 10 + ["2026-11-24"] * 10
    leads = [lead(f"L{n}", created_at=f"{day} 10:00:00") for n, day in enumerate(days)]
    return write(tmp_path / "company.db", leads=leads, quotas=[{**QUOTA, "target": 40}])


@pytest.fixture
def box():
    with mail_server() as made:
        yield made


@pytest.fixture
def hook():
    with webhook() as made:
        yield made


@pytest.fixture
def config(tmp_path, source, box, hook):
    path = tmp_path / "tandem.toml"
    path.write_text(
        f'[tandem]\nsource = "{source}"\n[tandem.digest]\nurl = "https://scorecard.example.com/"\n'
        'to = ["ana@example.com"]\nfrom = "tandem@example.com"\n'
        f'smtp = {{ host = "127.0.0.1", port = {box.port}, security = "none", user = "u", '
        'password = "s3cret" }\n'
        f'webhooks = [{{ url = "{hook.url}", kind = "slack" }}]\n',
        encoding="utf-8",
    )
    return path


@pytest.fixture
def run(capsys):
    """Runs a command and gives exit code, output and errors."""

    def go(*arguments: object, now: datetime = NOW) -> tuple[int, str, str]:
        code = main(["digest", *(str(a) for a in arguments)], now)
        said = capsys.readouterr()
        return code, said.out, said.err

    return go


def test_without_configuration_it_prints_the_last_seven_days(run, source):
    code, out, err = run("--source", source)
    assert (code, err) == (0, "")
    assert out.startswith("Tandem: 1 change. Leads, marketing is ")
    assert "50% of quota after 25%" in " ".join(out.split())
    assert "https://" not in out
    assert run("--source", source)[1] == out


def test_a_dry_run_sends_nothing_and_remembers_nothing(run, config, box, hook, tmp_path):
    code, out, _ = run("--config", config, "--dry-run", "--html", "a.html", "--text", "a.txt")
    assert code == 0
    assert (tmp_path / "a.txt").read_text(encoding="utf-8") in out
    assert 'href="https://scorecard.example.com/quotas?period=2026-Q4&amp;as_of=' in (
        tmp_path / "a.html"
    ).read_text(encoding="utf-8")
    assert (box.mails, hook.posted, (tmp_path / "store").exists()) == ([], [], False)


def test_it_is_sent_once_and_then_only_what_is_new(run, config, box, hook):
    assert run("--config", config) == (0, "Sent to ana@example.com, the slack webhook at 127.0.0.1.\n", "")
    assert run("--config", config) == (0, "", "")
    assert run("--config", config, now=NOW.replace(hour=15)) == (0, "", "")
    assert (len(box.mails), len(hook.posted)) == (1, 1)
    code, _, _ = run("--config", config, now=datetime(2026, 11, 25, 9, tzinfo=UTC))
    assert (code, len(box.mails), len(hook.posted)) == (0, 2, 2)
    text = " ".join(box.mails[1].get_body(("plain",)).get_content().split())
    assert "75% of quota after 50%" in text


def test_the_same_days_asked_for_again_are_not_sent_again(run, config, box):
    asked = ("--config", config, "--since", "2026-11-15", "--as-of", "2026-11-19")
    run(*asked)
    code, out, _ = run(*asked)
    assert (code, out) == (0, "This digest was sent before; it isn't sent again.\n")
    assert len(box.mails) == 1


def test_nothing_changed_is_told_only_to_who_asks_and_once_a_day(run, config, box, hook):
    quiet = ("--config", config, "--since", "2026-11-18", "--even-if-nothing")
    assert run(*quiet[:-1]) == (0, "", "")
    assert (box.mails, hook.posted) == ([], [])
    run(*quiet)
    run(*quiet, now=NOW.replace(hour=11))
    assert ["nothing changed since" in mail["Subject"] for mail in box.mails] == [True]


def test_a_failed_webhook_is_one_line_and_is_retried_alone(run, config, box, hook):
    hook.status = 500
    code, out, err = run("--config", config)
    assert (code, out) == (2, "Sent to ana@example.com.\n")
    assert err.count("\n") == 1
    assert "didn't go to the slack webhook at 127.0.0.1: it answered 500" in err
    assert "s3cret" not in err + out
    hook.status = 200
    assert run("--config", config)[:2] == (0, "Sent to the slack webhook at 127.0.0.1.\n")
    assert (len(box.mails), len(hook.posted)) == (1, 1)


def test_two_processes_at_once_send_once(run, config, box, hook, tmp_path):
    """The second comes while the first is in the middle of its mail, and waits for it."""
    environment = {**os.environ, "TANDEM_STORE": str(tmp_path / "store")}
    command = [sys.executable, "-m", "scorecard", "digest", "--config", str(config), "--as-of", "2026-11-20"]
    box.go_on.clear()
    with subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as first:
        assert box.arrived.wait(90)
        threading.Timer(1, box.go_on.set).start()
        second = run("--config", config, "--as-of", "2026-11-20")
        assert box.go_on.is_set()
        out, err = first.communicate(timeout=90)
    assert (first.returncode, err, second) == (0, b"", (0, "", ""))
    assert out.startswith(b"Sent to ana@example.com, the slack webhook")
    assert (len(box.mails), len(hook.posted)) == (1, 1)


def test_an_earlier_day_than_the_last_digest_is_refused(run, config, box):
    run("--config", config)
    code, _, err = run("--config", config, "--as-of", "2026-11-10")
    assert (code, len(box.mails)) == (2, 1)
    assert "The last digest stood at 2026-11-20T" in err


def test_data_with_errors_is_sent_all_the_same_and_said(run, tmp_path):
    wrong = write(tmp_path / "wrong.db", leads=[lead("a"), lead("b", created_at="05.10.2026")])
    code, out, err = run("--source", wrong, "--even-if-nothing")
    assert (code, "Nothing changed since" in out) == (1, True)
    assert err == "1 rows or cells have errors; python -m scorecard check names them.\n"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--since", "yesterday"), "'yesterday' is not a date or time"),
        (("--since", "2026-11-21"), "Nothing lies between"),
        (("--period", "quartr"), "quartr"),
        (("--url", "http://scorecard.example.com"), "--url must begin with https://"),
        (("--url", "https://x.example/?a=b"), "--url has more than a path"),
        (("--html", "nowhere/a.html"), "can't be written"),
    ],
)
def test_a_wrong_argument_is_one_line(run, source, arguments, said):
    code, out, err = run("--source", source, *arguments)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert said in err


def test_a_running_month_can_be_asked_for(run, source):
    assert ", November 2026: what changed since 13 Nov" in run("--source", source, "--period", "month")[1]
