"""The wire to Google: one session of connections, and bodies that are bounded in time and size."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from http.cookiejar import DefaultCookiePolicy
from socket import SHUT_RDWR
from threading import Timer
from typing import Any, Final

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError, ReadTimeoutError, SSLError
from urllib3.response import HTTPResponse

_PIECE: Final = 64 * 1024  # bytes asked of the network at a time
_HEADERS: Final = 60.0  # seconds for the headers of a reply, where no other time was set
_GRACE: Final = 0.25  # so that plain silence is noticed as such first


class TooLateError(requests.Timeout):
    """The whole call took longer than it may, though bytes kept coming."""


class TooLargeError(requests.RequestException):
    """The body is larger than it may be."""


class NotJsonError(requests.RequestException):
    """The reply isn't the JSON that Google sends: cut off, or from something in between."""


# --- connections


def session() -> requests.Session:
    made = requests.Session()
    made.headers.update({"User-Agent": "Tandem (gzip)", "Accept-Encoding": "gzip"})
    made.cookies.set_policy(DefaultCookiePolicy(allowed_domains=()))
    for scheme in ("https://", "http://"):
        made.mount(scheme, _Adapter(pool_maxsize=32, max_retries=0))
    return made


class _Adapter(HTTPAdapter):
    """Sees to it that headers can't drip in for ever either."""

    def get_connection_with_tls_context(self, *args: Any, **kwargs: Any) -> Any:
        pool: Any = super().get_connection_with_tls_context(*args, **kwargs)
        pool.ConnectionCls = _PunctualHTTPS if pool.scheme == "https" else _Punctual
        return pool


class _Punctual(HTTPConnection):
    """Hangs up when the headers of a reply aren't there within the time for silence."""

    def getresponse(self) -> HTTPResponse:  # type: ignore[override]
        seconds = self.timeout if isinstance(self.timeout, int | float) else _HEADERS
        watch = Timer(seconds + _GRACE, self._hang_up, [self.sock])
        watch.daemon = True
        watch.start()
        try:
            return super().getresponse()
        finally:
            watch.cancel()

    @staticmethod
    def _hang_up(sock: Any) -> None:
        with suppress(OSError):
            sock.shutdown(SHUT_RDWR)


class _PunctualHTTPS(_Punctual, HTTPSConnection):
    pass


# --- bodies


def whole_body(response: requests.Response, most: int, allowed: Callable[[], float]) -> bytes:
    """The body, decompressed; TooLargeError beyond `most` bytes. `allowed`: seconds a piece may take."""
    unpack = _unpacker(response.headers.get("Content-Encoding", ""))
    found, size = [], 0
    for piece in _pieces(response.raw, allowed):
        found.append(unpack(piece, most - size + 1))
        size += len(found[-1])
        if size > most:
            raise TooLargeError(f"The body is larger than {most // 2**20} MB.", response=response)
    unpack(b"", 0)
    return b"".join(found)


def _pieces(raw: Any, allowed: Callable[[], float]) -> Iterator[bytes]:
    """The body as it comes in, never waiting for more than has come: a dripping one can't hold us."""
    try:
        while True:
            seconds = allowed()
            if sock := getattr(raw.connection, "sock", None):
                sock.settimeout(seconds)
            piece = raw.read1(_PIECE, decode_content=False)
            if not piece:
                return
            yield piece
    except ReadTimeoutError as error:
        raise requests.ReadTimeout(error) from error
    except SSLError as error:
        raise requests.exceptions.SSLError(error) from error
    except HTTPError as error:
        raise requests.exceptions.ChunkedEncodingError(error) from error


def _unpacker(encoding: str) -> Callable[[bytes, int], bytes]:
    """What decompresses a piece into at most so many bytes; an empty piece says that it was the last."""
    if encoding in ("", "identity"):
        return lambda piece, _most: piece
    if encoding != "gzip":
        raise NotJsonError("The reply is compressed in a way that nobody asked for.")
    stream = zlib.decompressobj(wbits=31)

    def unpack(piece: bytes, most: int) -> bytes:
        if not piece and not stream.eof:
            raise requests.exceptions.ChunkedEncodingError("The compressed body ends early.")
        try:
            return stream.decompress(piece, most) if piece else b""
        except zlib.error as error:
            raise requests.exceptions.ChunkedEncodingError("The body can't be decompressed.") from error

    return unpack
