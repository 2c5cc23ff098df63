"""Section [tandem.access]: who has which role, and what is said when it can't be followed."""

import re
import tomllib
from pathlib import Path

import pytest

from components.auth_section import flaw
from data_sources import config
from data_sources.access_config import KEYS
from data_sources.config import load
from data_sources.errors import ConfigError
from scorecard.roles import Role, Rules


@pytest.fixture
def written(tmp_path):
    def write(text):
        path = tmp_path / "secrets.toml"
        path.write_text(text, encoding="utf-8")
        return path

    return write


def test_without_a_section_nobody_has_a_role_of_their_own(written):
    assert load(written("[tandem]\n"), {}).access == Rules()


def test_the_lists_hold_addresses_and_domains_whatever_their_case(written):
    path = written("""
        [tandem.access]
        admin = ["Ana@Example.com"]
        marketing = ["mia@example.com", " @Marketing.Example.com "]
        sales = []
        viewer = ["@example.com"]
    """)
    assert load(path, {}).access.entries == {
        "ana@example.com": Role.ADMIN,
        "mia@example.com": Role.MARKETING,
        "@marketing.example.com": Role.MARKETING,
        "@example.com": Role.VIEWER,
    }


def test_an_address_twice_in_one_list_is_no_harm(written):
    path = written('[tandem.access]\nsales = ["a@b.example", "A@b.example"]')
    assert load(path, {}).access.entries == {"a@b.example": Role.SALES}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("admins = []", "tandem.access.admins isn't a key that Tandem knows. Did you mean admin?"),
        (
            "boss = []",
            "boss isn't a key that Tandem knows. Known are: viewer, marketing, sales, admin, days",
        ),
        ("admin = 'ana@example.com'", "tandem.access.admin isn't a list. Write ["),
        ("admin = [7]", "tandem.access.admin[0] isn't text. Put it in quotes."),
        (
            "admin = ['a@example.com', 'ana']",
            "tandem.access.admin[1] is 'ana', neither an address nor a domain",
        ),
        ("admin = ['']", "tandem.access.admin[0] is '', neither an address nor a domain"),
        ("admin = ['@']", "neither an address nor a domain"),
        ("admin = ['*@example.com', 'a@b@c']", "tandem.access.admin[1] is 'a@b@c'"),
        ("admin = ['Ana <ana@example.com>']", "neither an address nor a domain"),
        ("admin = ['a@example.com,b@example.com']", "neither an address nor a domain"),
        (
            "admin = ['ana@example.com']\nsales = ['ANA@example.com']",
            "tandem.access.sales names ana@example.com, and so does admin. Keep it in one of the two.",
        ),
        ("viewer = ['@example.com']\nsales = ['@Example.com']", "names @example.com, and so does viewer"),
    ],
)
def test_what_can_t_be_followed_is_an_error_that_says_what_to_write(written, text, said):
    path = written(f"[tandem.access]\n{text}\n")
    with pytest.raises(ConfigError, match=re.escape(said)):
        load(path, {})
    with pytest.raises(ConfigError, match=re.escape(said)):
        config.access(path)


def test_the_section_must_be_one(written):
    with pytest.raises(ConfigError, match=r"tandem\.access isn't a section"):
        load(written("[tandem]\naccess = 'all'"), {})


def test_who_may_what_is_read_whatever_else_is_wrong_in_the_file(written):
    path = written(
        '[tandem]\nsorce = "x"\n[tandem.access]\nadmin = ["ana@example.com"]\n[auth]\nclient_id = "x"'
    )
    assert config.access(path) == (Rules({"ana@example.com": Role.ADMIN}), True)


def test_what_docs_access_md_has_one_write_can_be_followed(written):
    page = (Path(__file__).parents[2] / "docs" / "access.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"```toml\n(.*?)```", page, re.DOTALL)
    found, has_auth = config.access(written(example))
    assert has_auth
    assert found.role_of("mia@example.com") is Role.MARKETING
    assert found.role_of("eve@elsewhere.example") is None
    assert flaw(tomllib.loads(example)["auth"]) is None
    assert all(key in page for key in KEYS)


@pytest.mark.parametrize("days", ["0", "31", "'7'", "true", "1.5"])
def test_a_sign_in_lasts_from_a_day_to_a_month(written, days):
    with pytest.raises(
        ConfigError, match=r"tandem\.access\.days isn't a whole number of days from 1 to 30\."
    ):
        load(written(f"[tandem.access]\ndays = {days}\n"), {})
    assert load(written("[tandem.access]\ndays = 7\n"), {}).access.days == 7
