"""Section [auth]: whom one can sign in with, and what is said before anybody clicks in vain."""

import re

import pytest

from components.auth_section import flaw, origin, providers, takes_for_verified

METADATA = "https://accounts.example.com/.well-known/openid-configuration"
CLIENT = {"client_id": "x", "client_secret": "y", "server_metadata_url": METADATA}
SHARED = {"redirect_uri": "https://tandem.example.com/oauth2callback", "cookie_secret": "s" * 32}


def test_one_provider_may_stand_in_the_section_itself():
    auth = {**SHARED, **CLIENT, "client_kwargs": {"prompt": "login"}}
    assert [one.label for one in providers(auth)] == ["Sign in"]
    assert flaw(auth) is None


def test_several_have_names():
    auth = {**SHARED, "google": CLIENT, "Okta": CLIENT}
    assert [(one.name, one.label) for one in providers(auth)] == [
        ("google", "Sign in with Google"),
        ("Okta", "Sign in with Okta"),
    ]
    assert flaw(auth) is None


def test_one_of_its_own_stands_before_those_with_names():
    assert [one.name for one in providers({**SHARED, **CLIENT, "okta": CLIENT})] == [None, "okta"]


@pytest.mark.parametrize(
    ("auth", "said"),
    [
        ({}, "auth.redirect_uri is missing."),
        ({"redirect_uri": 7}, "auth.redirect_uri is missing."),
        ({"redirect_uri": "https://a.example/oauth2callback"}, "auth.cookie_secret is missing."),
        ({**SHARED, "redirect_uri": "tandem.example.com"}, "auth.redirect_uri isn't an address"),
        ({**SHARED, "redirect_uri": "https://a.example:x/"}, "auth.redirect_uri isn't an address"),
        (
            {**SHARED, **CLIENT, "cookie_secret": "s" * 31},
            "auth.cookie_secret is shorter than 32 characters.",
        ),
        (SHARED, "auth.client_id is missing."),
        ({**SHARED, "acme": {"client_id": "x"}}, "auth.acme.client_secret is missing."),
        ({**SHARED, "my_acme": CLIENT}, "auth.my_acme has an underscore in its name"),
        (
            {**SHARED, "acme": {**CLIENT, "server_metadata_url": "http://acme.example/x"}},
            "auth.acme.server_metadata_url must begin with https://.",
        ),
    ],
)
def test_what_is_missing_is_named_without_a_secret(auth, said):
    with pytest.raises(AssertionError, match=re.escape(said)):
        raise AssertionError(flaw(auth))
    assert "sss" not in flaw(auth)


def test_a_provider_on_this_machine_needs_no_encryption():
    local = {**CLIENT, "server_metadata_url": "http://127.0.0.1:9400/.well-known/openid-configuration"}
    assert flaw({**SHARED, "mock": local}) is None


def test_the_app_stands_where_it_is_redirected_to():
    assert origin({"redirect_uri": "http://localhost:8501/oauth2callback"}) == "http://localhost:8501"
    assert origin({}) is None


@pytest.mark.parametrize(
    ("tenant", "trusted"),
    [("common", False), ("organizations", False), ("Consumers", False), ("8eaef023-2b34", True)],
)
def test_of_accounts_of_any_company_an_address_counts_only_when_verified(tenant, trusted):
    url = f"https://login.microsoftonline.com/{tenant}/v2.0/.well-known/openid-configuration"
    auth = {**SHARED, "microsoft": {**CLIENT, "server_metadata_url": url}}
    assert takes_for_verified(auth, "microsoft") is trusted
    assert takes_for_verified({**SHARED, **CLIENT, "server_metadata_url": url}, "default") is trusted
