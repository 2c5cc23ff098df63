"""The HTTP server under the stand-in: real sockets, so that what breaks breaks as it does on the wire."""

import gzip
import json
import math
import os
import select
import socket
import struct
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import lru_cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from tests.google.calls import Call
from tests.google.errors import HTML_502
from tests.google.faults import Fault

JSON = "application/json; charset=UTF-8"
HTML = "text/html; charset=UTF-8"
AT_ONCE = struct.pack("ii", 1, 0)  # SO_LINGER: closing sends a reset
WORTH_PACKING = 256


@dataclass
class Reply:
    status: int
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)


Answer = Callable[[Call, Mapping[str, str], Fault | None], Reply]
Asked = Callable[[str, str, dict, bytes], Call]


class Server(ThreadingHTTPServer):
    """A listener on loopback. `closing` is set when everything that waits shall stop waiting."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(
        self,
        port: int,
        begin: Asked,
        fault: Callable[[Call], Fault | None],
        answer: Answer,
        answered: Callable[[], None],
    ) -> None:
        self.begin, self.fault, self.answer, self.answered = begin, fault, answer, answered
        self.closing = threading.Event()
        self.failures: list[BaseException] = []
        self.open: dict[socket.socket, threading.Thread] = {}
        self.lock = threading.Lock()
        super().__init__(("127.0.0.1", port), Handler)
        self.thread = threading.Thread(
            target=self.serve_forever, kwargs={"poll_interval": 0.02}, name="google", daemon=True
        )
        self.thread.start()

    def process_request(self, request: socket.socket, client_address: tuple[str, int]) -> None:
        work = threading.Thread(
            target=self.process_request_thread, args=(request, client_address), daemon=True
        )
        with self.lock:
            self.open[request] = work
        work.start()

    def shutdown_request(self, request: socket.socket) -> None:
        with self.lock:
            self.open.pop(request, None)
        super().shutdown_request(request)

    def handle_error(self, request: socket.socket, client_address: tuple[str, int]) -> None:
        """A client that hangs up is nothing; anything else is the stand-in's own failure."""

    def connections(self) -> list[threading.Thread]:
        with self.lock:
            return list(self.open.values())

    def stop(self) -> None:
        """Closes the listener and every connection, and ends what waits."""
        self.closing.set()
        self.shutdown()
        self.server_close()
        with self.lock:
            connections = dict(self.open)
        for connection in connections:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        for work in connections.values():
            work.join(5)
        self.thread.join(5)


class Handler(BaseHTTPRequestHandler):
    """One connection, kept alive over many requests."""

    protocol_version = "HTTP/1.1"
    server_version, sys_version = "ESF", ""
    disable_nagle_algorithm = True
    server: Server

    def handle(self) -> None:
        with suppress(ConnectionError, TimeoutError):
            super().handle()

    def handle_one(self) -> None:
        """Any request: read, logged, answered or made to fail."""
        split = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        call = self.server.begin(
            self.command, split.path, parse_qs(split.query, keep_blank_values=True), body
        )
        fault = self.server.fault(call)
        call.fault = fault.kind if fault else None
        try:
            self._meet(call, fault)
            self.server.answered()
        except OSError:
            self.close_connection = True
        except Exception as failure:
            self.server.failures.append(failure)
            raise

    do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = handle_one  # noqa: N815 - the library's names

    def _meet(self, call: Call, fault: Fault | None) -> None:
        kind = fault.kind if fault else None
        if kind == "stall":
            self._stall(fault.seconds)
            self._hang_up()
        elif kind == "reset":
            self._hang_up()
        elif kind == "html_502":
            self._send(call, Reply(502, HTML_502.encode(), {"Content-Type": HTML}))
        else:
            if kind == "slow":
                self.server.closing.wait(fault.seconds)
            self._send(call, self.server.answer(call, self.headers, fault), fault)

    def _stall(self, seconds: float | None) -> None:
        """Until the time is over, the stand-in closes, or the client has had enough."""
        ends = time.monotonic() + (math.inf if seconds is None else seconds)
        while (left := ends - time.monotonic()) > 0 and not self.server.closing.wait(min(left, 0.05)):
            waiting = select.poll()
            waiting.register(self.connection, select.POLLIN)
            if waiting.poll(0) and not self.connection.recv(1, socket.MSG_PEEK):
                return

    def _send(self, call: Call, reply: Reply, fault: Fault | None = None) -> None:
        head, body = self._packed(reply)
        kind = fault.kind if fault else None
        if kind == "invalid_json":
            head.pop("Content-Encoding", None)
            body = reply.body[: len(reply.body) // 2]
        # A promised length makes a missing rest plain; replies as they are come in chunks, as Google's do.
        if kind in ("drip", "reset_in_body", "truncated", "invalid_json"):
            head["Content-Length"] = str(len(body))
        else:
            head["Transfer-Encoding"] = "chunked"
        call.status = reply.status
        self._start(reply.status, head)
        match kind:
            case "drip":
                call.sent = self._drip(body, fault)
            case "reset_in_body" | "truncated":
                call.sent = self._part(body, fault)
            case "invalid_json":
                self.wfile.write(self._head + body)
                call.sent = len(body)
            case _:
                self.wfile.write(self._head + _chunked(body))
                call.sent = len(body)

    def _packed(self, reply: Reply) -> tuple[dict[str, str], bytes]:
        head = {"Content-Type": JSON, "Vary": "Origin, X-Origin, Referer", "Cache-Control": "private"}
        head |= reply.headers
        wanted = "gzip" in (self.headers.get("Accept-Encoding") or "")
        if not wanted or len(reply.body) < WORTH_PACKING:
            return head, reply.body
        return head | {"Content-Encoding": "gzip"}, _gzipped(reply.body)

    def _start(self, status: int, head: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in head.items():
            self.send_header(name, value)
        self._headers_buffer.append(b"\r\n")
        self._head = b"".join(self._headers_buffer)
        self._headers_buffer = []

    def _drip(self, body: bytes, fault: Fault) -> int:
        self.wfile.write(self._head)
        for start in range(0, len(body), fault.size):
            self.wfile.write(body[start : start + fault.size])
            if self.server.closing.wait(fault.seconds):
                self.close_connection = True
                return start
        return len(body)

    def _part(self, body: bytes, fault: Fault) -> int:
        """Always short of the whole, whatever size was asked for."""
        part = body[: min(fault.size, len(body) - 1)]
        self.wfile.write(self._head + part)
        if fault.kind == "reset_in_body":
            # The reset would overtake what was sent, and drop it at the other end.
            self.server.closing.wait(0.05)
            self._hang_up()
        self.close_connection = True
        return len(part)

    def _hang_up(self) -> None:
        """A reset: no farewell on the wire."""
        self.close_connection = True
        with suppress(OSError):
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, AT_ONCE)
            os.close(self.connection.detach())

    def version_string(self) -> str:
        return "ESF"

    def log_message(self, *_: object) -> None:
        """The stand-in keeps its own log."""


@lru_cache(maxsize=8)
def _gzipped(body: bytes) -> bytes:
    return gzip.compress(body, compresslevel=1, mtime=0)


def _chunked(body: bytes) -> bytes:
    return b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body) if body else b"0\r\n\r\n"


def json_body(told: object) -> bytes:
    return (json.dumps(told, ensure_ascii=False, indent=2) + "\n").encode()
