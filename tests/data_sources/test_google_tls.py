"""The way to Google as it is in the field: encrypted, and through a company's proxy."""

import socket
import ssl
import threading
import time
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta

import pytest
import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from data_sources.budget import Budget
from data_sources.google_access import KeyAccess
from data_sources.google_config import Google
from data_sources.google_errors import explained
from data_sources.google_http import SHEETS, GoogleHTTP, Limits

HOST = "gateway.test"
BODY = b'{"properties":{"title":"Sales"}}'
REPLY = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%b" % (
    len(BODY),
    BODY,
)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """A certificate for gateway.test, signed by itself: key and certificate in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(HOST)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path = tmp_path_factory.mktemp("tls") / "gateway.pem"
    path.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return path


@contextmanager
def listening(answer):
    """A listener on loopback; `answer` gets each connection in a thread of its own. Gives its port."""
    listener = socket.create_server(("127.0.0.1", 0))
    threads = []

    def serve():
        with suppress(OSError):
            while True:
                connection, _ = listener.accept()
                threads.append(threading.Thread(target=handle, args=(connection,), daemon=True))
                threads[-1].start()

    def handle(connection):
        with connection, suppress(OSError):
            answer(connection)

    accepting = threading.Thread(target=serve, daemon=True)
    accepting.start()
    try:
        yield listener.getsockname()[1]
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        for thread in (accepting, *threads):
            thread.join(5)


def gateway(certificate, reply):
    """A server that reads one request and lets `reply` write to the encrypted connection."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)

    def answer(connection):
        with context.wrap_socket(connection, server_side=True) as encrypted:
            encrypted.recv(65536)
            reply(encrypted)

    return listening(answer)


def proxy_to(port, asked):
    """A proxy that leads every CONNECT to one port of this machine."""

    def answer(connection):
        asked.append(connection.recv(65536).split(b"\r\n")[0])
        with socket.create_connection(("127.0.0.1", port)) as there:
            connection.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
            back = threading.Thread(target=pipe, args=(there, connection), daemon=True)
            back.start()
            pipe(connection, there)
            back.join(5)

    return listening(answer)


def pipe(source, target):
    with suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
    with suppress(OSError):
        target.shutdown(socket.SHUT_RDWR)


@pytest.fixture
def through(monkeypatch, certificate):
    """Asks gateway.test, whose certificate is trusted, through the proxy on a port."""

    def ask(port, *, trusted=True, **limits):
        for name in ("NO_PROXY", "no_proxy"):
            monkeypatch.delenv(name, raising=False)
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{port}")
        if trusted:
            monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
        client = GoogleHTTP(
            KeyAccess("key"),
            Budget(60),
            limits=Limits(**limits),
            endpoint=f"https://{HOST}",
            sleep=lambda _: None,
        )
        try:
            return client.request("get", f"{SHEETS}/v4/spreadsheets/x")
        finally:
            client.close()

    return ask


def test_it_goes_through_the_proxy_and_is_encrypted(certificate, through):
    asked = []
    with gateway(certificate, lambda c: c.sendall(REPLY)) as port, proxy_to(port, asked) as proxy:
        assert through(proxy).json() == {"properties": {"title": "Sales"}}
    assert [line.split()[:2] for line in asked] == [[b"CONNECT", b"gateway.test:443"]]


def test_a_certificate_that_nobody_vouches_for_is_refused_at_once(certificate, through):
    asked = []
    with (
        gateway(certificate, lambda c: c.sendall(REPLY)) as port,
        proxy_to(port, asked) as proxy,
        pytest.raises(requests.exceptions.SSLError) as raised,
    ):
        through(proxy, trusted=False)
    assert len(asked) == 1
    told = str(explained(raised.value, Google(api_key="key", endpoint=f"https://{HOST}"), "It"))
    assert "REQUESTS_CA_BUNDLE" in told


def test_headers_that_drip_in_end_the_attempt(certificate, through):
    def drip(connection):
        connection.sendall(b"HTTP/1.1 200 OK\r\nX-Long: ")
        while True:
            connection.sendall(b"a")
            time.sleep(0.02)

    begun = time.monotonic()
    with (
        gateway(certificate, drip) as port,
        proxy_to(port, []) as proxy,
        pytest.raises(requests.RequestException),
    ):
        through(proxy, silence=0.3, attempts=1)
    assert time.monotonic() - begun < 10  # the headers have no end


def test_a_body_that_drips_in_ends_with_the_call(certificate, through):
    def drip(connection):
        connection.sendall(REPLY[: -len(BODY)])
        for letter in BODY * 10:
            connection.sendall(bytes([letter]))
            time.sleep(0.05)

    begun = time.monotonic()
    with gateway(certificate, drip) as port, proxy_to(port, []) as proxy, pytest.raises(requests.Timeout):
        through(proxy, total=0.5)
    assert time.monotonic() - begun < 10


def test_a_proxy_that_is_not_there_is_told(through):
    with pytest.raises(requests.exceptions.ProxyError) as raised:
        through(9, attempts=2)
    told = str(explained(raised.value, Google(api_key="key"), "It"))
    assert "HTTPS_PROXY" in told
