"""A mail server and a webhook on loopback, which keep what they are given and fail as they are told."""

import json
import socketserver
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path


@dataclass
class Mailbox:
    """What a mail server took; `refuse` are recipients it won't have, `fails` where it goes wrong.

    `fails`: "login", "data" (a refusal), "hang up" (after the mail, before its answer). With a `certificate`
    it speaks TLS from the start, or with `starttls` when asked to. A mail that has
    `arrived` waits until it may `go_on`.
    """

    port: int = 0
    mails: list[EmailMessage] = field(default_factory=list)
    logins: int = 0
    secured: int = 0
    refuse: set[str] = field(default_factory=set)
    fails: str = ""
    certificate: Path | None = None
    starttls: bool = False
    arrived: threading.Event = field(default_factory=threading.Event)
    go_on: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self.go_on.set()


class _Talk(socketserver.StreamRequestHandler):
    """One connection: a line, an answer."""

    mailbox: Mailbox

    def handle(self) -> None:
        if self.mailbox.certificate is not None and not self.mailbox.starttls:
            self.secure()
        self.say("220 letterbox")
        while line := self.rfile.readline():
            if self.answer(line.decode().strip()):
                return

    def finish(self) -> None:
        super().finish()
        self.connection.close()

    def secure(self) -> None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.mailbox.certificate)
        self.connection = context.wrap_socket(self.connection, server_side=True)
        self.rfile = self.connection.makefile("rb")
        self.wfile = self.connection.makefile("wb")
        self.mailbox.secured += 1

    def say(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())
        self.wfile.flush()

    def answer(self, line: str) -> bool:
        """Answers one line; True when the talk is over."""
        word = line[:4].upper()
        if word == "EHLO":
            offered = "250-STARTTLS\r\n" if self.mailbox.starttls else ""
            self.say(f"250-letterbox\r\n{offered}250 AUTH PLAIN")
        elif word == "STAR":
            self.say("220 go on")
            self.secure()
        elif word == "AUTH":
            self.mailbox.logins += 1
            self.say("535 no such user: s3cret" if self.mailbox.fails == "login" else "235 hello")
        elif word == "RCPT":
            refused = any(who in line for who in self.mailbox.refuse)
            self.say("550 nobody here\x07 by that name" if refused else "250 fine")
        elif word == "DATA":
            return self.take()
        else:
            self.say("221 bye" if word == "QUIT" else "250 fine")
            return word == "QUIT"
        return False

    def take(self) -> bool:
        self.mailbox.arrived.set()
        self.mailbox.go_on.wait(60)
        self.say("354 go on")
        lines = list(iter(self.rfile.readline, b".\r\n"))
        if self.mailbox.fails == "data":
            self.say("554 looks like spam")
            return False
        body = b"".join(line.removeprefix(b".") if line.startswith(b"..") else line for line in lines)
        self.mailbox.mails.append(message_from_bytes(body, policy=default))
        if self.mailbox.fails == "hang up":
            return True
        self.say("250 taken")
        return False


@contextmanager
def mail_server(certificate: Path | None = None, *, starttls: bool = False) -> Iterator[Mailbox]:
    """A server of mail on 127.0.0.1."""
    box = Mailbox(certificate=certificate, starttls=starttls)

    class Handler(_Talk):
        mailbox = box

    with _serving(_Server(("127.0.0.1", 0), Handler)) as port:
        box.port = port
        yield box


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        """A client that goes away is no matter."""


@dataclass
class Hook:
    """What a webhook was posted, and with which status it answers."""

    url: str = ""
    posted: list[dict[str, object]] = field(default_factory=list)
    status: int = 200


@contextmanager
def webhook() -> Iterator[Hook]:
    """A webhook on 127.0.0.1, its address a secret."""
    hook = Hook()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if hook.status == 200:
                hook.posted.append(json.loads(body))
            self.send_response(hook.status)
            if hook.status // 100 == 3:
                self.send_header("Location", hook.url)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Nothing on the screen."""

    with _serving(ThreadingHTTPServer(("127.0.0.1", 0), Handler)) as port:
        hook.url = f"http://127.0.0.1:{port}/services/s3cret-path"
        yield hook


@contextmanager
def _serving(server: socketserver.TCPServer) -> Iterator[int]:
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
