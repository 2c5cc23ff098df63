"""An OpenID provider on loopback, and the app that asks it to sign people in."""

import json
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from unittest import mock
from urllib.request import urlopen

from itsdangerous import TimestampSigner
from streamlit.web.server.starlette.starlette_app_utils import create_signed_value
from streamlit.web.server.starlette.starlette_server_config import USER_COOKIE_NAME

from tests.browser import RunningApp, running_app
from tests.servers import free_port, kept, wait_until

COOKIE_SECRET = "made up for the tests, and longer than it must be"


@contextmanager
def provider(people: Sequence[Mapping[str, object]]) -> Iterator[str]:
    """Its address. `people` are claims; `sub` is what each button of its page is called."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "oidc_provider_mock", f"--port={port}", "--host=127.0.0.1"]
    for claims in people:
        command += ["--user-claims", json.dumps(claims)]
    with (
        tempfile.TemporaryDirectory(prefix="tandem-oidc-", ignore_cleanup_errors=True) as folder,
        kept(command, Path(folder)) as process,
    ):
        wait_until(lambda: _answers(url), process, Path(folder), "The OpenID provider")
        yield url


def secrets(app_url: str, providers: Mapping[str, str], access: str = "", more: str = "") -> str:
    """secrets.toml for an app at that address, with the providers' addresses by name."""
    named = "".join(
        f'[auth.{name}]\nclient_id = "tandem"\nclient_secret = "made up"\n'
        f'server_metadata_url = "{url}/.well-known/openid-configuration"\n'
        for name, url in providers.items()
    )
    return (
        f'[auth]\nredirect_uri = "{app_url}/oauth2callback"\ncookie_secret = "{COOKIE_SECRET}"\n{more}{named}'
        f"[tandem.access]\n{access}"
    )


def _answers(url: str) -> bool:
    with suppress(OSError), urlopen(f"{url}/.well-known/openid-configuration", timeout=5) as answer:  # noqa: S310 - our own server
        return answer.status == 200
    return False


@dataclass(frozen=True)
class Cookie:
    """What Streamlit leaves in the browser of somebody who has signed in, made by hand."""

    app_url: str
    claims: Mapping[str, object]
    secret: str = COOKIE_SECRET
    days: float = 0.0

    def to_playwright(self) -> dict[str, str]:
        """For `context.add_cookies`."""
        payload = {"is_logged_in": True, "origin": self.app_url, "provider": "acme", **self.claims}
        then = int(time.time() - self.days * 86_400)
        with mock.patch.object(TimestampSigner, "get_timestamp", return_value=then):
            value = create_signed_value(self.secret, USER_COOKIE_NAME, json.dumps(payload))
        return {"name": USER_COOKIE_NAME, "value": value.decode(), "url": self.app_url}


@contextmanager
def app_of_both_teams(company: Path, folder: Path) -> Iterator[RunningApp]:
    """The app on a SQLite file that Mia (marketing) and Ben (sales) may write to; no provider is asked."""
    port = free_port()
    lists = 'marketing = ["mia@example.com"]\nsales = ["ben@example.com"]\n[tandem.writing]\nenabled = true\n'
    file = folder / "secrets.toml"
    file.write_text(secrets(f"http://127.0.0.1:{port}", {"acme": "http://127.0.0.1:9"}, lists))
    environment = {"TANDEM_SOURCE": f"sqlite:///{company}", "TANDEM_CONFIG": str(file)}
    with running_app(environment, options=[f"--secrets.files={file}"], port=port) as started:
        yield started
