"""A digest goes out at most once to each, whatever fails, and no secret is told on the way."""

import json
import os
import socket
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from data_sources import delivery, outbox
from data_sources.delivery import Letter, NotSentError, UnsureError, channels, keys, message
from data_sources.digest_config import DigestConfig, Smtp, Webhook
from data_sources.outbox import DeliveryError, opened
from tests.letterbox import mail_server, webhook

NOW = datetime(2026, 11, 20, 7, tzinfo=UTC)
LETTER = Letter("0a1b2c", "Ex: 2 changes. Größe", "Text – ≈\n" + "long " * 300, "<p>Größe ≈</p>",
                {"slack": {"text": "hello"}, "teams": {"type": "message"}})  # fmt: skip
ANA, BEN = "ana@example.com", "ben@example.com"


@pytest.fixture
def box():
    with mail_server() as made:
        yield made


@pytest.fixture
def hook():
    with webhook() as made:
        yield made


def to_mail(box, *to, **more):
    smtp = Smtp("127.0.0.1", box.port, "none", **more)
    return DigestConfig(to=to or (ANA,), sender="tandem@example.com", smtp=smtp)


def sent(store, config, letter=None, stood="2026-11-20"):
    """One run: whom it went to, and what went wrong."""
    with opened(store, "source", "quarter", keys(config)) as out:
        if letter is not None and not out.had(letter.id):
            out.put(letter, stood)
        return out.send(channels(config, NOW))


def test_a_mail_arrives_as_text_and_html_and_says_that_no_person_wrote_it(tmp_path, box):
    assert sent(tmp_path, to_mail(box, user="u", password="s3cret"), LETTER) == ([ANA], [])
    (mail,) = box.mails
    assert (mail["From"], mail["To"]) == ("Tandem <tandem@example.com>", ANA)
    assert mail["Subject"] == LETTER.subject
    assert mail["Auto-Submitted"] == "auto-generated"
    text, html = mail.iter_parts()
    assert text.get_content().split() == LETTER.text.split()
    assert html.get_content().strip() == LETTER.html
    assert html.get_content_type() == "text/html"
    assert box.logins == 1


def test_the_same_digest_has_the_same_message_id_whenever_it_is_sent():
    first, again = (
        message(LETTER, "t@example.com", ANA, at)["Message-ID"] for at in (NOW, NOW + timedelta(1))
    )
    assert first == again
    assert first != message(LETTER, "t@example.com", BEN, NOW)["Message-ID"]
    assert first != message(replace(LETTER, id="other"), "t@example.com", ANA, NOW)["Message-ID"]


@pytest.mark.parametrize("subject", ["Hello\r\nBcc: eve@evil.example", "Hello\nX: y"])
def test_a_subject_of_two_lines_is_no_header(subject):
    with pytest.raises(ValueError, match=r"linefeed|carriage return"):
        message(replace(LETTER, subject=subject), "t@example.com", ANA, NOW)


def test_a_second_run_sends_nothing_again(tmp_path, box, hook):
    config = replace(to_mail(box, ANA, BEN), webhooks=(Webhook(hook.url, "teams"),))
    went, wrong = sent(tmp_path, config, LETTER)
    assert (len(went), wrong) == (3, [])
    assert sent(tmp_path, config, LETTER) == ([], [])
    assert sorted(mail["To"] for mail in box.mails) == [ANA, BEN]
    assert hook.posted == [{"type": "message"}]


def test_a_webhook_that_failed_is_tried_again_alone(tmp_path, box, hook):
    config = replace(to_mail(box), webhooks=(Webhook(hook.url),))
    hook.status = 503
    went, (wrong,) = sent(tmp_path, config, LETTER)
    assert went == [ANA]
    assert wrong == (
        "The digest didn't go to the slack webhook at 127.0.0.1: it answered 503 instead of taking the "
        "message. The next run tries that one again."
    )
    hook.status = 200
    assert sent(tmp_path, config) == (["the slack webhook at 127.0.0.1"], [])
    assert (len(box.mails), hook.posted) == (1, [{"text": "hello"}])


def test_one_recipient_whom_the_server_refuses_is_tried_again_alone(tmp_path, box):
    box.refuse = {BEN}
    went, (wrong,) = sent(tmp_path, to_mail(box, ANA, BEN), LETTER)
    assert went == [ANA]
    assert f"didn't go to {BEN}: it refused the recipient: 550 nobody here by that name." in wrong
    box.refuse = set()
    assert sent(tmp_path, to_mail(box, ANA, BEN)) == ([BEN], [])
    assert [mail["To"] for mail in box.mails] == [ANA, BEN]


def test_what_waits_goes_first_and_a_broken_channel_is_asked_once_a_run(tmp_path, hook):
    config = DigestConfig(webhooks=(Webhook(hook.url),))
    hook.status = 500
    later = replace(LETTER, id="later", cards={"slack": {"text": "later"}})
    assert len(sent(tmp_path, config, LETTER)[1]) == 1
    assert len(sent(tmp_path, config, later)[1]) == 1
    hook.status = 200
    sent(tmp_path, config)
    assert hook.posted == [{"text": "hello"}, {"text": "later"}]


def test_a_channel_broken_for_long_loses_the_oldest_and_is_told_so(tmp_path, hook):
    config = DigestConfig(webhooks=(Webhook(hook.url),))
    hook.status = 500
    said = [sent(tmp_path, config, replace(LETTER, id=str(n)))[1] for n in range(6)]
    assert said[-1][-1] == "1 older digests that couldn't be sent are given up."
    hook.status = 200
    sent(tmp_path, config)
    assert len(hook.posted) == 5


def test_a_mail_that_may_have_arrived_is_told_and_never_sent_again(tmp_path, box):
    box.fails = "hang up"
    _, (wrong,) = sent(tmp_path, to_mail(box), LETTER)
    assert wrong.startswith(f"Whether the digest went to {ANA} isn't known: it broke off before it said")
    box.fails = ""
    assert sent(tmp_path, to_mail(box), LETTER) == ([], [])
    assert len(box.mails) == 1


def test_a_process_that_ends_while_sending_never_sends_again_and_the_next_run_says_so(tmp_path, box):
    class PowerCutError(BaseException):
        pass

    def cut(letter):
        raise PowerCutError

    config = to_mail(box)
    (channel,) = channels(config, NOW)
    with opened(tmp_path, "source", "quarter", keys(config)) as out:
        out.put(LETTER, "2026-11-20")
        with pytest.raises(PowerCutError):
            out.send([replace(channel, send=cut)])
    went, (wrong,) = sent(tmp_path, config, LETTER)
    assert (went, box.mails) == ([], [])
    assert f"Whether an earlier digest went to {ANA} isn't known: the process ended while sending." in wrong
    assert sent(tmp_path, config, LETTER) == ([], [])


def test_a_process_that_ends_before_sending_leaves_it_to_the_next(tmp_path, box):
    config = to_mail(box)
    with opened(tmp_path, "source", "quarter", keys(config)) as out:
        out.put(LETTER, "2026-11-20")
    assert sent(tmp_path, config) == ([ANA], [])


def test_a_new_recipient_begins_where_the_others_stand(tmp_path, box):
    sent(tmp_path, to_mail(box, ANA), LETTER)
    with opened(tmp_path, "source", "quarter", keys(to_mail(box, ANA, BEN))) as out:
        assert (out.stood, out.had(LETTER.id)) == ("2026-11-20", True)
    with opened(tmp_path, "another", "quarter", keys(to_mail(box, ANA, BEN))) as out:
        assert (out.stood, out.had(LETTER.id)) == (None, False)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"waiting": 1}', '{"stood": "x"}'])
def test_a_memory_that_cant_be_read_sends_nothing(tmp_path, box, text):
    sent(tmp_path, to_mail(box), LETTER)
    (file,) = (tmp_path / outbox.FOLDER).glob("*.json")
    file.write_text(text)
    with pytest.raises(DeliveryError):
        sent(tmp_path, to_mail(box), replace(LETTER, id="next"))
    assert len(box.mails) == 1


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_store_that_cant_be_written_sends_nothing(tmp_path, box):
    tmp_path.chmod(0o500)
    with pytest.raises(DeliveryError, match="Nothing was sent"):
        sent(tmp_path, to_mail(box), LETTER)
    assert box.mails == []


def test_a_store_that_is_a_file_sends_nothing(tmp_path, box):
    (tmp_path / outbox.FOLDER).write_text("in the way")
    with pytest.raises(DeliveryError, match="Nothing was sent"):
        sent(tmp_path, to_mail(box), LETTER)
    assert box.mails == []


def test_no_secret_is_told_or_kept(tmp_path, box, hook, capsys):
    config = replace(to_mail(box, user="user1", password="s3cret"), webhooks=(Webhook(hook.url),))
    box.fails, hook.status = "login", 302
    _, wrong = sent(tmp_path, config, LETTER)
    assert "it refused user and password (535)" in wrong[0]
    kept = "".join(p.read_text() for p in (tmp_path / outbox.FOLDER).glob("*.json"))
    told = " ".join(wrong) + kept + repr(config) + str(capsys.readouterr())
    assert "s3cret" not in told
    assert "user1" not in told
    assert "hello" in kept


def test_a_mail_that_was_refused_is_tried_again(tmp_path, box):
    box.fails = "data"
    assert "it refused the mail: 554 looks like spam" in sent(tmp_path, to_mail(box), LETTER)[1][0]
    box.fails = ""
    assert sent(tmp_path, to_mail(box)) == ([ANA], [])


def test_a_server_that_isnt_there_is_told_in_a_line(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    smtp = Smtp("127.0.0.1", port, "none")
    config = DigestConfig(to=(ANA,), sender="t@example.com", smtp=smtp,
                          webhooks=(Webhook(f"http://127.0.0.1:{port}/s3cret"),))  # fmt: skip
    _, wrong = sent(tmp_path, config, LETTER)
    assert ["can't be reached" in line for line in wrong] == [True, True]
    assert "s3cret" not in " ".join(wrong)


def test_a_webhook_that_falls_silent_may_have_taken_it(monkeypatch):
    monkeypatch.setattr(delivery, "_SECONDS", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/x"
        (channel,) = channels(DigestConfig(webhooks=(Webhook(url),)), NOW)
        with pytest.raises(UnsureError):
            channel.send(LETTER)


# --- encrypted --------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def certificate(tmp_path_factory) -> Path:
    """A certificate for localhost, signed by itself: key and certificate in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path = tmp_path_factory.mktemp("tls") / "localhost.pem"
    path.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return path


@pytest.mark.parametrize("security", ["ssl", "starttls"])
def test_mail_travels_encrypted_to_a_server_that_is_trusted(certificate, monkeypatch, security):
    with mail_server(certificate, starttls=security == "starttls") as box:
        smtp = Smtp("localhost", box.port, security, "user1", "s3cret")
        (channel,) = channels(DigestConfig(to=(ANA,), sender="t@example.com", smtp=smtp), NOW)
        with pytest.raises(NotSentError, match="can't be trusted"):
            channel.send(LETTER)
        assert (box.logins, box.mails) == (0, [])
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        channel.send(LETTER)
        assert (box.logins, len(box.mails), box.secured) == (1, 1, 1)


def test_without_starttls_no_password_leaves(box):
    smtp = Smtp("127.0.0.1", box.port, "starttls", "user1", "s3cret")
    (channel,) = channels(DigestConfig(to=(ANA,), sender="t@example.com", smtp=smtp), NOW)
    with pytest.raises(NotSentError, match="doesn't offer STARTTLS"):
        channel.send(LETTER)
    assert (box.logins, box.mails) == (0, [])


def test_the_memory_is_readable_by_its_owner_alone(tmp_path, box):
    sent(tmp_path, to_mail(box), LETTER)
    (file,) = (tmp_path / outbox.FOLDER).glob("*.json")
    assert file.stat().st_mode & 0o077 == 0
    assert json.loads(file.read_text())["waiting"] == []
