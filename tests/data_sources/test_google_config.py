"""Section [tandem.google]: what it says, what is said when it can't be followed; no secret is told."""

import json
import re
from pathlib import Path

import pytest

from data_sources.config import load
from data_sources.errors import ConfigError
from data_sources.google_access import READING, access
from data_sources.google_config import KEYS, Google, is_google, read, reading

ID = "1dL-7_yoDEduL5RY2vKW4o_EXAMPLE"
KEY = "-----BEGIN PRIVATE KEY-----\\nMIIEvQ-s3cr3t\\n-----END PRIVATE KEY-----\\n"
ACCOUNT = {
    "type": "service_account",
    "client_email": "tandem@example.iam.gserviceaccount.com",
    "private_key": KEY,
    "token_uri": "https://oauth2.googleapis.com/token",
}


@pytest.fixture
def file(tmp_path):
    return tmp_path / "secrets.toml"


def test_without_a_section_there_is_nobody_to_be(file):
    assert read({}, file) == Google()
    with pytest.raises(ConfigError, match=r"need \[tandem\.google\].*service_account or api_key"):
        reading(Google(), f"gsheets://{ID}")


def test_a_service_account_may_stand_in_the_section(file):
    google = read({"service_account": ACCOUNT}, file)
    assert google.address == "tandem@example.iam.gserviceaccount.com"
    assert google.service_account["private_key"].splitlines()[1] == "MIIEvQ-s3cr3t"


@pytest.mark.parametrize("absolute", [True, False])
def test_a_service_account_may_be_a_file_beside_the_configuration(file, absolute):
    path = file.parent / "key.json"
    path.write_text(json.dumps(ACCOUNT))
    google = read({"service_account": str(path) if absolute else "key.json"}, file)
    assert google.address == "tandem@example.iam.gserviceaccount.com"


def test_the_whole_section_as_toml(file):
    file.write_text(f"""
        [tandem]
        source = "gsheets://"
        [tandem.google]
        api_key = "AIzaS3cr3t"
        spreadsheets = ["https://docs.google.com/spreadsheets/d/{ID}/edit?gid=0#gid=0", "other-id"]
        endpoint = "https://gateway.example.com/google/"
        reads_per_minute = 20
        watched_seconds = 10
        large_cells = 1000
    """)
    google = load(file, {}).google
    assert google.spreadsheets == (ID, "other-id")
    assert google.endpoint == "https://gateway.example.com/google"
    assert (google.reads_per_minute, google.watched_seconds, google.unwatched_seconds) == (20, 10, 30)
    assert (google.large_cells, google.address) == (1000, None)


@pytest.mark.parametrize(
    ("source", "ids"),
    [
        (f"gsheets://{ID}", (ID,)),
        (f"gsheets://{ID},other", (ID, "other")),
        (f"gsheets://{ID}, {ID} ,", (ID,)),
        (f"https://docs.google.com/spreadsheets/d/{ID}/edit#gid=7", (ID,)),
        (f"https://docs.google.com/spreadsheets/u/1/d/{ID}/edit", (ID,)),
        (f"gsheets://https://docs.google.com/spreadsheets/d/{ID}", (ID,)),
        ("gsheets://", ("configured",)),
    ],
)
def test_a_source_names_spreadsheets_by_id_or_address(source, ids):
    assert is_google(source)
    assert reading(Google(api_key="k", spreadsheets=("configured",)), source).spreadsheets == ids


@pytest.mark.parametrize(
    "source", ["sqlite:///gsheets.db", "demo", "postgresql://u:p@gsheets/db", "/d/x.xlsx"]
)
def test_other_sources_are_not_googles(source):
    assert not is_google(source)


@pytest.mark.parametrize(
    "source", ["gsheets://a/b", "gsheets://../x", "gsheets://a b", "gsheets://a?x=1", "gsheets://ä"]
)
def test_what_is_no_id_is_refused(source):
    with pytest.raises(ConfigError, match=r"source names .*between /d/ and /edit"):
        reading(Google(api_key="k"), source)


def test_nothing_to_read_is_said():
    with pytest.raises(ConfigError, match="No Google spreadsheet is named"):
        reading(Google(api_key="k"), "gsheets://")


@pytest.mark.parametrize(
    ("section", "said"),
    [
        (
            {"servise_account": "x"},
            "tandem.google.servise_account isn't a key that Tandem knows. Did you mean service_account?",
        ),
        ({"zzz": 1}, "tandem.google.zzz isn't a key that Tandem knows. Known are: service_account"),
        ({"service_account": 7}, "tandem.google.service_account is neither a section nor the path"),
        ({"service_account": "gone.json"}, "names a file that isn't there"),
        ({"service_account": "."}, "names a file that can't be read"),
        ({"service_account": ACCOUNT | {"type": "authorized_user"}}, "isn't the key of a service account"),
        (
            {"service_account": ACCOUNT | {"client_email": ""}},
            "tandem.google.service_account.client_email is missing",
        ),
        ({"service_account": {"client_email": "a"}}, "tandem.google.service_account.private_key is missing"),
        (
            {"service_account": ACCOUNT | {"token_uri": "http://evil.example.com"}},
            "token_uri must begin with https://",
        ),
        ({"service_account": ACCOUNT, "api_key": "AIzaS3cr3t"}, "tandem.google.api_key stands beside"),
        ({"api_key": 7}, "tandem.google.api_key isn't text"),
        ({"api_key": " "}, "tandem.google.api_key isn't text"),
        ({"spreadsheets": 7}, "tandem.google.spreadsheets isn't a list"),
        ({"spreadsheets": ["a", 7]}, "tandem.google.spreadsheets isn't a list"),
        ({"spreadsheets": ["a/b"]}, "tandem.google.spreadsheets names 'a/b'"),
        ({"endpoint": "http://gateway.example.com"}, "tandem.google.endpoint must begin with https://"),
        ({"endpoint": "ftp://gateway.example.com"}, "tandem.google.endpoint isn't an address"),
        ({"endpoint": "https://me:hunter2@gateway.example.com"}, "tandem.google.endpoint isn't an address"),
        ({"endpoint": "https://[bad"}, "tandem.google.endpoint isn't an address"),
        ({"reads_per_minute": 61}, "tandem.google.reads_per_minute isn't a whole number from 6 to 60"),
        ({"reads_per_minute": True}, "tandem.google.reads_per_minute isn't a whole number"),
        ({"watched_seconds": 0}, "tandem.google.watched_seconds isn't a whole number from 1"),
        ({"max_megabytes": "64"}, "tandem.google.max_megabytes isn't a whole number"),
    ],
)
def test_what_cannot_be_followed_names_the_file_and_the_key(file, section, said):
    with pytest.raises(ConfigError) as raised:
        read(section, file)
    told = str(raised.value)
    assert told.startswith(f"{file}: ")
    assert said in told
    for secret in ("s3cr3t", "AIza", "hunter2"):
        assert secret not in told


@pytest.mark.parametrize("text", ["not json", "[1]", '"text"', "\ufeff{}"])
def test_a_key_file_that_is_no_key_is_refused(file, text):
    (file.parent / "key.json").write_text(text)
    with pytest.raises(ConfigError, match=r"tandem\.google\.service_account") as raised:
        read({"service_account": "key.json"}, file)
    assert raised.value.__context__ is None


def test_a_private_key_that_is_none_says_so_when_it_is_used(file):
    google = read({"service_account": ACCOUNT}, file)
    with pytest.raises(ConfigError, match=r"private_key can't be read") as raised:
        access(google, READING)
    assert "MIIE" not in str(raised.value)
    assert raised.value.__context__ is None


def test_secrets_are_not_shown(file):
    account, key = read({"service_account": ACCOUNT}, file), read({"api_key": "AIzaS3cr3t"}, file)
    for shown in (repr(account), str(account), repr(key), key.user):
        assert "s3cr3t" not in shown.casefold()


def test_credentials_are_told_apart():
    users = {
        Google(api_key="a").user,
        Google(api_key="b").user,
        Google(service_account=ACCOUNT).user,
        Google(service_account=ACCOUNT | {"client_email": "other@example.com"}).user,
        Google(service_account=ACCOUNT, endpoint="https://gateway.example.com").user,
    }
    assert len(users) == 5


def test_an_endpoint_on_this_machine_needs_no_encryption(file):
    assert read({"endpoint": "http://127.0.0.1:8080"}, file).endpoint == "http://127.0.0.1:8080"


PAGE = (Path(__file__).parents[2] / "docs/google.md").read_text(encoding="utf-8")


def test_every_key_is_documented():
    assert [key for key in KEYS if f"`{key}`" not in PAGE] == []


def test_defaults_are_documented_as_they_are():
    table = dict(re.findall(r"^\| `(\w+)` \|.*\| (\d+) \|$", PAGE, re.MULTILINE))
    assert table == {key: str(getattr(Google, key)) for key in table}
    assert len(table) == 8


@pytest.mark.parametrize("example", re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL))
def test_the_documented_configurations_can_be_followed(file, example):
    (file.parent / "tandem-key.json").write_text(json.dumps(ACCOUNT))
    file.write_text(example)
    config = load(file, {})
    assert reading(config.google, config.source).spreadsheets == (
        "1dL7yoDEduL5RY2vKW4oXcsQcW5mTqXUuVlnhXK8wxyz",
    )
