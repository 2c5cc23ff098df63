"""Hands a digest to a mail server or a chat's webhook. Passwords and addresses of webhooks are never told."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from hashlib import sha256
from typing import Any, Final

import requests
from urllib3.exceptions import NewConnectionError

from data_sources.digest_config import DigestConfig, Smtp, Webhook
from data_sources.errors import HIDDEN

NAME: Final = "Tandem"
_SECONDS: Final = 20.0  # that one step of a server may take
_LONGEST_REASON: Final = 160


class NotSentError(Exception):
    """It surely hasn't arrived; it can be sent again."""


class UnsureError(Exception):
    """It may have arrived: the connection ended before the other side said."""


@dataclass(frozen=True, slots=True)
class Letter:
    """One digest as it is sent; equal ids are the same digest. `cards` are the messages by kind of chat."""

    id: str
    subject: str
    text: str
    html: str
    cards: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Channel:
    """One recipient: `key` tells it from others and holds no secret, `shown` is how to speak of it.

    `send` raises NotSentError or UnsureError.
    """

    key: str
    shown: str
    send: Callable[[Letter], None]


def channels(config: DigestConfig, now: datetime) -> tuple[Channel, ...]:
    """A channel for each address of `to` and each webhook."""
    smtp = config.smtp
    mails = () if smtp is None else tuple(_mail(smtp, config.sender, to, now) for to in config.to)
    return (*mails, *(_chat(webhook) for webhook in config.webhooks))


def keys(config: DigestConfig) -> tuple[str, ...]:
    """What tells the channels from others."""
    return (*(f"mail:{to}" for to in config.to), *map(_key, config.webhooks))


def _mail(smtp: Smtp, sender: str, to: str, now: datetime) -> Channel:
    return Channel(f"mail:{to}", to, lambda letter: _send(smtp, message(letter, sender, to, now)))


def _chat(webhook: Webhook) -> Channel:
    return Channel(_key(webhook), webhook.shown, lambda letter: _post(webhook, letter.cards[webhook.kind]))


def _key(webhook: Webhook) -> str:
    return f"{webhook.kind}:{sha256(webhook.url.encode()).hexdigest()[:16]}"


# --- mail -------------------------------------------------------------------------------------------------


def message(letter: Letter, sender: str, to: str, now: datetime) -> EmailMessage:
    """The letter to one recipient. The same letter has the same Message-ID, so mail systems can drop repeats.

    ValueError when the subject has more than one line.
    """
    made = EmailMessage(SMTP)
    made["From"] = Address(NAME, addr_spec=sender)
    made["To"] = to
    made["Subject"] = letter.subject
    made["Date"] = format_datetime(now)
    whom = sha256(to.casefold().encode()).hexdigest()[:8]
    made["Message-ID"] = f"<digest.{letter.id}.{whom}@{sender.rpartition('@')[2]}>"
    made["Auto-Submitted"] = "auto-generated"
    made.set_content(letter.text)
    made.add_alternative(letter.html, subtype="html")
    return made


def _send(smtp: Smtp, mail: EmailMessage) -> None:
    server = _connected(smtp)
    try:
        server.send_message(mail)
    except smtplib.SMTPRecipientsRefused as refused:
        code, said = next(iter(refused.recipients.values()))
        problem: Exception = NotSentError(f"refused the recipient: {_reply(smtp, code, said)}")
    except smtplib.SMTPResponseException as error:
        problem = NotSentError(f"refused the mail: {_reply(smtp, error.smtp_code, error.smtp_error)}")
    except smtplib.SMTPNotSupportedError:
        problem = NotSentError("can't take the mail: it lacks what the mail needs")
    except (smtplib.SMTPException, OSError):
        problem = UnsureError("broke off before it said whether it took the mail")
    else:
        return
    finally:
        _hang_up(server)
    raise problem


def _connected(smtp: Smtp) -> smtplib.SMTP:
    """A server that took our name. NotSentError."""
    server: smtplib.SMTP | None = None
    try:
        server = _greeted(smtp)
        if smtp.security == "starttls":
            server.starttls(context=ssl.create_default_context())
        if smtp.user is not None and smtp.password is not None:
            server.login(smtp.user, smtp.password)
    except (smtplib.SMTPException, OSError) as error:
        problem = _refusal(smtp, error)
    else:
        return server
    if server is not None:
        _hang_up(server)
    # raised out here, so that nothing of the sign-in hangs on to the exception
    raise NotSentError(problem)


def _refusal(smtp: Smtp, error: smtplib.SMTPException | OSError) -> str:
    """Why nothing could be sent, without what the error says of our secrets."""
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return f"refused user and password ({error.smtp_code})"
    if isinstance(error, smtplib.SMTPResponseException):
        return f"refused: {_reply(smtp, error.smtp_code, error.smtp_error)}"
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return f"doesn't offer {'STARTTLS' if smtp.security == 'starttls' else 'signing in'}"
    if isinstance(error, smtplib.SMTPException):
        return "broke off"
    if isinstance(error, ssl.SSLError):
        return f"can't be trusted: {error.reason or 'its certificate'}"
    return f"can't be reached: {error.strerror or 'it took too long'}"


def _greeted(smtp: Smtp) -> smtplib.SMTP:
    if smtp.security == "ssl":
        trusted = ssl.create_default_context()
        return smtplib.SMTP_SSL(smtp.host, smtp.port, timeout=_SECONDS, context=trusted)
    return smtplib.SMTP(smtp.host, smtp.port, timeout=_SECONDS)


def _hang_up(server: smtplib.SMTP) -> None:
    with suppress(smtplib.SMTPException, OSError):
        server.quit()


def _reply(smtp: Smtp, code: int, said: bytes | str) -> str:
    """What the server said, in one line and without our secrets."""
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
    for secret in (smtp.password, smtp.user):
        text = text.replace(secret, HIDDEN) if secret else text
    shown = "".join(c if c.isprintable() else " " for c in text)
    return f"{code} {' '.join(shown.split())}"[:_LONGEST_REASON].strip()


# --- webhooks ---------------------------------------------------------------------------------------------


def _post(webhook: Webhook, card: Any) -> None:
    # what requests says holds the address, so nothing of it is passed on
    problem: Exception
    try:
        asked = requests.post(
            webhook.url, json=card, timeout=(_SECONDS, _SECONDS), allow_redirects=False, stream=True
        )
        asked.close()
        if asked.ok and not asked.is_redirect:
            return
        problem = NotSentError(f"answered {asked.status_code} instead of taking the message")
    except requests.exceptions.SSLError:
        problem = NotSentError("can't be trusted: its certificate")
    except (requests.exceptions.ConnectTimeout, requests.exceptions.ProxyError):
        problem = NotSentError("can't be reached")
    except requests.exceptions.ConnectionError as error:
        problem = _broken(error)
    except requests.exceptions.RequestException:
        problem = UnsureError("didn't say in time whether it took the message")
    raise problem


def _broken(error: requests.exceptions.ConnectionError) -> Exception:
    """Refused at the door, or cut off in the middle."""
    reasons: Sequence[Any] = [getattr(cause, "reason", cause) for cause in error.args]
    if any(isinstance(reason, NewConnectionError) for reason in reasons):
        return NotSentError("can't be reached")
    return UnsureError("broke off before it said whether it took the message")
