"""How gspread as it is finds the stand-in: Google's hosts lead there, in one client's session."""

import gspread
from requests import PreparedRequest, Response
from requests.adapters import HTTPAdapter

from tests.google.keepers import NAME
from tests.google.standin import Google

HOSTS = (
    "https://sheets.googleapis.com",
    "https://www.googleapis.com",
    "https://iamcredentials.googleapis.com",
)


class ToStandIn(HTTPAdapter):
    """Sends what is meant for Google to the stand-in, path and all."""

    def __init__(self, endpoint: str) -> None:
        super().__init__()
        self.endpoint = endpoint

    def send(self, request: PreparedRequest, **options: object) -> Response:
        host = next(host for host in HOSTS if request.url.startswith(host))
        request.url = self.endpoint + request.url.removeprefix(host)
        return super().send(request, **options)


def mount(client: gspread.Client, google: Google) -> gspread.Client:
    """The same client, its session led to the stand-in, and the one that google-auth has of its own."""
    session = client.http_client.session
    for host in HOSTS:
        session.mount(host, ToStandIn(google.endpoint))
        session._auth_request.session.mount(host, ToStandIn(google.endpoint))
    return client


def client(google: Google, name: str = NAME) -> gspread.Client:
    """An unmodified gspread client of a service account, led to the stand-in."""
    return mount(gspread.service_account_from_dict(google.service_account(name)), google)


def client_with_key(google: Google, key: str) -> gspread.Client:
    """The same with an API key."""
    return mount(gspread.api_key(key), google)
