"""Who looks at a session: what a sign-in says is weighed, and in doubt the gate stays shut."""

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest

from components import access, auth_section, live
from components.access import DAY, SignIn, standing
from components.sign_in import Shut
from scorecard.roles import Role, Rules
from tests.browser import ROOT
from tests.components.test_auth_section import CLIENT, SHARED
from tests.pages.builders import small_company

NOW = 1_800_000_000
AUTH = {**SHARED, "acme": CLIENT}
RULES = Rules({"mia@example.com": Role.MARKETING, "@example.com": Role.VIEWER})
MIA = {
    "is_logged_in": True,
    "provider": "acme",
    "iss": "https://accounts.example.com",
    "sub": "7",
    "iat": NOW - 60,
    "email": "Mia@Example.com",
    "email_verified": True,
}


def role(claims, rules=RULES, auth=AUTH, now=NOW):
    found = standing(auth, rules, claims, now)
    return found.role if isinstance(found, SignIn) else None


def test_an_address_on_a_list_has_its_role():
    assert role(MIA) is Role.MARKETING
    assert role({**MIA, "email": "ben@example.com"}) is Role.VIEWER


@pytest.mark.parametrize("said", [False, "false", "", "no", 0, [], {}])
def test_an_address_that_isn_t_verified_has_no_role(said):
    found = standing(AUTH, RULES, {**MIA, "email_verified": said}, NOW)
    assert isinstance(found, Shut)
    assert found.address == "mia@example.com"
    assert "made sure" in found.why


@pytest.mark.parametrize("said", [True, "TRUE"])
def test_a_verified_one_has_one_however_that_is_written(said):
    assert role({**MIA, "email_verified": said}) is Role.MARKETING


def test_a_provider_that_says_nothing_of_it_is_believed_unless_any_company_can_be_there():
    silent = {name: value for name, value in MIA.items() if name != "email_verified"}
    anybodys = "https://login.microsoftonline.com/common/v2.0/.well-known/openid-configuration"
    assert role(silent) is Role.MARKETING
    assert role(silent, auth={**SHARED, "acme": {**CLIENT, "server_metadata_url": anybodys}}) is None


@pytest.mark.parametrize("email", [None, "", 7, ["mia@example.com"], {"mia@example.com": 1}])
def test_without_an_address_there_is_no_role(email):
    assert role({**MIA, "email": email}) is None


def test_an_address_in_no_list_is_refused_and_told_by_name():
    found = standing(AUTH, RULES, {**MIA, "email": "eve@elsewhere.example"}, NOW)
    assert isinstance(found, Shut)
    assert (found.address, found.providers) == ("eve@elsewhere.example", ())
    assert "Ask whoever runs Tandem" in found.ask


def test_nobody_is_signed_in_with_other_claims_alone():
    found = standing(AUTH, RULES, {**MIA, "is_logged_in": False}, NOW)
    assert isinstance(found, Shut)
    assert (found.address, len(found.providers)) == (None, 1)


@given(
    st.dictionaries(
        st.sampled_from(["role", "roles", "admin", "groups", "department", "person_id", "hd"]),
        st.just("admin"),
    )
)
def test_a_role_comes_from_the_configuration_whatever_else_the_claims_say(claims):
    assert role({**MIA, **claims}) is Role.MARKETING


def test_a_sign_in_lasts_as_long_as_the_configuration_says():
    rules = Rules(RULES.entries, days=2)
    assert role(MIA, rules, now=MIA["iat"] + 2 * DAY) is Role.MARKETING
    found = standing(AUTH, rules, MIA, MIA["iat"] + 2 * DAY + 1)
    assert isinstance(found, Shut)
    assert "over" in found.why
    assert found.providers


def test_an_ended_sign_in_lets_nobody_in_and_the_next_one_does(monkeypatch):
    monkeypatch.setitem(access._over, standing(AUTH, RULES, MIA, NOW).key, NOW)
    assert role(MIA) is None
    assert role({**MIA, "iat": NOW}) is Role.MARKETING


# --- pages


@pytest.fixture(autouse=True)
def company(tmp_path, monkeypatch):
    monkeypatch.setenv("TANDEM_SOURCE", small_company(tmp_path / "small.db"))
    monkeypatch.delenv("TANDEM_CONFIG", raising=False)
    live.close()
    yield
    live.close()


@pytest.fixture
def configured(tmp_path, monkeypatch):
    def write(text):
        file = tmp_path / "tandem.toml"
        file.write_text(text, encoding="utf-8")
        monkeypatch.setenv("TANDEM_CONFIG", str(file))
        return file

    return write


def opened(auth=None):
    app = AppTest.from_file(str(ROOT / "pages/source/data.py"), default_timeout=30)
    if auth is not None:
        app.secrets["auth"] = auth
    app.run()
    assert not app.exception
    return app


def shown(app):
    return " ".join(element.proto.body for element in app.get("html") if "<style" not in element.proto.body)


def is_shut(app):
    return app.title[0].value == "Tandem" and not app.expander


def test_without_auth_the_app_is_open_and_says_so_on_its_data_page():
    app = opened()
    assert not is_shut(app)
    assert "This app is open: whoever reaches its address sees it, and nobody can enter anything" in shown(
        app
    )


def test_with_auth_a_stranger_sees_the_way_in_alone():
    app = opened(AUTH)
    assert is_shut(app)
    assert [button.label for button in app.button] == ["Sign in with Acme"]


@pytest.mark.parametrize(
    ("auth", "said"),
    [
        ({**AUTH, "cookie_secret": "short"}, "auth.cookie_secret is shorter than 32 characters."),
        ({"acme": CLIENT}, "auth.redirect_uri is missing."),
        ("yes", "auth.redirect_uri is missing."),
    ],
)
def test_an_auth_that_can_t_serve_shuts_the_app_and_says_why(auth, said):
    app = opened(auth)
    assert is_shut(app)
    assert said in shown(app)
    assert not app.button


def test_lists_without_auth_shut_the_app_instead_of_leaving_it_open(configured):
    configured('[tandem.access]\nadmin = ["ana@example.com"]\n')
    app = opened()
    assert is_shut(app)
    assert "[tandem.access] needs [auth]" in shown(app)


def test_an_auth_in_a_file_that_streamlit_doesn_t_read_shuts_it_too(configured):
    configured('[auth]\nclient_id = "x"\n')
    app = opened()
    assert is_shut(app)
    assert "[auth] stands in a file that Streamlit" in shown(app)


def test_secrets_that_can_t_be_read_shut_it(monkeypatch):
    def unreadable():
        raise auth_section.SecretsError

    monkeypatch.setattr(auth_section, "section", unreadable)
    assert is_shut(opened())


def test_lists_that_can_t_be_followed_shut_it_and_name_nobody(configured, caplog):
    configured('[tandem.access]\nadmin = ["ana@example.com"]\nsales = ["ana@example.com"]\n')
    app = opened(AUTH)
    assert is_shut(app)
    assert "ana@example.com" not in shown(app)
    assert "ana@example.com" in caplog.text


def test_headers_that_say_who_somebody_is_aren_t_trusted(monkeypatch):
    option = access.st.get_option
    headers = {"server.trustedUserHeaders": {"X-Email": "email"}}
    monkeypatch.setattr(access.st, "get_option", lambda name: headers.get(name) or option(name))
    app = opened(AUTH)
    assert is_shut(app)
    assert "server.trustedUserHeaders" in shown(app)


def test_the_lists_hold_as_soon_as_the_file_is_saved(configured):
    file = configured('[tandem.access]\nadmin = ["ana@example.com"]\n')
    assert live.rules()[0].role_of("ana@example.com") is Role.ADMIN
    file.write_text('[tandem.access]\nviewer = ["ana@example.com"]\n', encoding="utf-8")
    os.utime(file, ns=(1, 1))
    assert live.rules()[0].role_of("ana@example.com") is Role.VIEWER
    file.unlink()
    with pytest.raises(live.NoRulesError, match="no such file"):
        live.rules()
