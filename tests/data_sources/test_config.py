"""The configuration: what it says, and what it says when it can't be followed."""

import re
from pathlib import Path

import pytest

from data_sources import config
from data_sources.config import Config, TableMapping, load
from data_sources.errors import ConfigError, safe_url

SECRET = "s3cr3t"


@pytest.fixture
def written(tmp_path):
    def write(text: str) -> Path:
        path = tmp_path / "secrets.toml"
        path.write_text(text, encoding="utf-8")
        return path

    return write


def test_without_a_file_it_is_the_demo_company(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    assert load(environ={}) == Config(source="demo")


def test_other_sections_of_the_file_are_none_of_ours(written):
    path = written(f"[auth]\ncookie_secret = '{SECRET}'\n")
    assert load(path, {}) == Config(source="demo", path=path)


def test_the_environment_wins_over_the_file(written):
    path = written("[tandem]\nsource = 'sqlite:///file.db'\n")
    assert load(path, {}).source == "sqlite:///file.db"
    assert load(path, {"TANDEM_SOURCE": "sqlite:///other.db"}).source == "sqlite:///other.db"


def test_a_mapping_is_read_whole(written):
    path = written("""
        [tandem]
        source = "sqlite:///crm.db"
        refresh_seconds = 5
        [tandem.settings]
        sla_hours = 4
        gap_metrics = ["mqls", "revenue"]
        [tandem.tables.leads]
        table = "crm.deals"
        columns = { "Lead ID" = "id", created_at = "opened", Segment = "industry_code", owner = "" }
        constants = { currency = "USD" }
        [tandem.tables.leads.values.source]
        "Web form" = "Website"
        [tandem.tables.orders]
        select = "SELECT id AS order_id FROM bills;"
    """)
    found = load(path, {})
    assert found.refresh_seconds == 5
    assert found.settings == {"sla_hours": "4", "gap_metrics": "mqls,revenue"}
    assert found.tables["leads"] == TableMapping(
        table="crm.deals",
        columns={"lead_id": "id", "created_at": "opened", "segment": "industry_code", "owner": ""},
        values={"source": {"Web form": "Website"}},
        constants={"currency": "USD"},
    )
    assert found.tables["orders"].select == "SELECT id AS order_id FROM bills"


@pytest.mark.parametrize(
    ("text", "key", "hint"),
    [
        ("[tandem]\nsorce = 'x'", "tandem.sorce", "Did you mean source?"),
        ("[tandem.tables.lead]\ntable = 'x'", "tandem.tables.lead", "Did you mean leads?"),
        ("[tandem.tables.orders]\ncolums = {}", "tandem.tables.orders.colums", "Did you mean columns?"),
        ("[tandem.tables.orders.columns]\norderr_id = 'x'", "orderr_id", "Did you mean order_id?"),
        ("[tandem.settings]\nsla_hour = 4", "tandem.settings.sla_hour", "Did you mean sla_hours?"),
        ("[tandem.tables.leads]\nselect = 'DROP TABLE x'", "tandem.tables.leads.select", "SELECT"),
        ("[tandem.tables.leads]\nselect = 'SELECT 1; DELETE FROM x'", "tandem.tables.leads.select", "single"),
        ("[tandem.tables.leads]\nselect = 'SELECT 1'\ntable = 'x'", "tandem.tables.leads", "Keep one"),
        ("[tandem]\nsource = 3", "tandem.source", "quotes"),
        ("[tandem]\nrefresh_seconds = 0", "tandem.refresh_seconds", "whole number"),
        ("[tandem]\nstale_minutes = '5'", "tandem.stale_minutes", "whole number of minutes"),
        ("[tandem]\nunchanged_hours = true", "tandem.unchanged_hours", "whole number of hours"),
        ("tandem = 3", "tandem", "section"),
    ],
)
def test_what_cannot_be_followed_is_named_with_its_file(written, text, key, hint):
    path = written(text)
    with pytest.raises(ConfigError) as error:
        load(path, {})
    assert key in str(error.value)
    assert str(path) in str(error.value)
    assert hint in str(error.value)
    assert "\n" not in str(error.value)


def test_a_file_that_is_not_toml_is_told_without_its_text(written):
    path = written(f"[tandem]\nsource = postgresql://u:{SECRET}@h/db\n")
    with pytest.raises(ConfigError) as error:
        load(path, {})
    assert "line 2" in str(error.value)
    assert not any(SECRET in text for text in chain(error.value))


def test_a_named_file_that_is_missing_is_an_error(tmp_path):
    with pytest.raises(ConfigError, match="no such file"):
        load(tmp_path / "none.toml", {})


def chain(error: BaseException | None) -> list[str]:
    texts = []
    while error is not None:
        texts += [str(error), repr(error)]
        error = error.__cause__ or error.__context__
    return texts


@pytest.mark.parametrize(
    "url",
    [
        f"postgresql://ana:{SECRET}@db/crm",
        f"postgresql://ana:{SECRET}@x:{SECRET}/@db/crm",
        f"postgresql://db/crm?user=ana&password={SECRET}",
        f"mysql+pymysql://ana@db/crm?ssl_key={SECRET}&charset=utf8mb4",
        f"mssql+pyodbc:///?odbc_connect=PWD%3D{SECRET}",
        f"snowflake://ana:{SECRET}@account/db?token={SECRET}",
    ],
)
def test_no_password_shows_in_a_safe_url(url):
    assert SECRET not in safe_url(url)


def test_a_safe_url_keeps_what_is_no_secret():
    assert safe_url("postgresql://ana:x@db:5432/crm?sslmode=require") == (
        "postgresql://ana:***@db:5432/crm?sslmode=require"
    )
    assert safe_url("sqlite:///crm.db") == "sqlite:///crm.db"


def test_the_source_does_not_show_in_a_config():
    assert SECRET not in repr(Config(source=f"postgresql://ana:{SECRET}@db/crm"))


def test_a_semicolon_in_quotes_or_comments_parts_no_statements():
    assert config.not_one_select("SELECT ';' AS a -- one; two\n FROM t;") is None
    assert config.not_one_select("/* why; */ WITH a AS (SELECT 1) SELECT * FROM a") is None


def test_the_documented_configuration_can_be_followed(written):
    page = (Path(__file__).parents[2] / "docs" / "configuration.md").read_text(encoding="utf-8")
    examples = re.findall(r"```toml\n(.*?)```", page, re.DOTALL)
    found = [load(written(example), {}) for example in examples]
    assert found[0].source.startswith("postgresql://")
    assert set(found[1].tables) == {"leads", "orders", "people"}
    assert all(f"`{key}`" in page for key in config._KEYS)


def test_the_environment_can_name_another_file(written):
    file = written('[tandem]\nsource = "sqlite:///crm.db"\n')
    assert load(None, {"TANDEM_CONFIG": str(file)}).source == "sqlite:///crm.db"
    assert load(None, {"TANDEM_CONFIG": str(file), "TANDEM_SOURCE": "demo"}).source == "demo"


def test_a_condition_names_the_column_and_its_values(written):
    leads = '[tandem.tables.leads.when]\nwon_at = { column = "Stage", is = ["Closed Won", "Gewonnen "] }\n'
    found = load(written(leads), {}).tables["leads"].when
    assert found == {"won_at": ("Stage", frozenset({"closed won", "gewonnen"}))}


@pytest.mark.parametrize(
    "wrong", ['{ is = "Won" }', '{ column = "Stage" }', '{ column = "Stage", are = "Won" }']
)
def test_half_a_condition_is_refused(written, wrong):
    with pytest.raises(ConfigError, match=r"tandem\.tables\.leads\.when\.won_at"):
        load(written(f"[tandem.tables.leads.when]\nwon_at = {wrong}\n"), {})
