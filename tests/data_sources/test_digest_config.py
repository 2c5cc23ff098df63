"""Section [tandem.digest]: what is wrong is named with its key, and no secret is told."""

import re
from pathlib import Path

import pytest

from data_sources.config import load
from data_sources.digest_config import DigestConfig, Smtp, Webhook
from data_sources.errors import ConfigError

SMTP = 'smtp = { host = "smtp.example.com", user = "u", password = "s3cret" }\n'
MAIL = f'to = ["ana@example.com"]\nfrom = "tandem@example.com"\n{SMTP}'


@pytest.fixture
def read(tmp_path):
    def go(text: str) -> DigestConfig:
        path = tmp_path / "tandem.toml"
        path.write_text(f"[tandem.digest]\n{text}", encoding="utf-8")
        return load(path, {}).digest

    return go


def test_all_of_it_is_read(read):
    found = read(
        f'url = "https://scorecard.example.com/"\nperiod = "month"\n{MAIL}'
        'webhooks = [{ url = "https://hooks.example.com/s3cret", kind = "teams" }]\n'
    )
    assert found == DigestConfig(
        url="https://scorecard.example.com",
        to=("ana@example.com",),
        sender="tandem@example.com",
        period="month",
        smtp=Smtp("smtp.example.com", 587, "starttls", "u", "s3cret"),
        webhooks=(Webhook("https://hooks.example.com/s3cret", "teams"),),
    )
    assert "s3cret" not in repr(found)


def test_without_the_section_nothing_goes_out(read):
    assert read("") == DigestConfig()


@pytest.mark.parametrize(
    ("smtp", "port", "security"),
    [
        ('{ host = "a.example" }', 587, "starttls"),
        ('{ host = "a.example", port = 465 }', 465, "ssl"),
        ('{ host = "a.example", security = "ssl" }', 465, "ssl"),
        ('{ host = "a.example", port = 2525 }', 2525, "starttls"),
        ('{ host = "localhost", security = "none" }', 25, "none"),
    ],
)
def test_mail_is_encrypted_unless_it_stays_on_this_machine(read, smtp, port, security):
    found = read(f"smtp = {smtp}").smtp
    assert (found.port, found.security) == (port, security)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('webhook = "x"', "tandem.digest.webhook isn't a key that Tandem knows. Did you mean webhooks?"),
        (
            'smtp = { hots = "x" }',
            "tandem.digest.smtp.hots isn't a key that Tandem knows. Did you mean host?",
        ),
        ('smtp = "x"', "tandem.digest.smtp isn't a table."),
        ("smtp = { port = 25 }", "tandem.digest.smtp.host isn't the name of a server."),
        ('smtp = { host = "a.example", port = 0 }', "tandem.digest.smtp.port isn't a whole number"),
        ('smtp = { host = "a.example", security = "none" }', 'tandem.digest.smtp.security is "none"'),
        ('smtp = { host = "a.example", security = "startls" }', 'Did you mean "starttls"?'),
        ('smtp = { host = "a.example", user = "u" }', "has only one of user and password"),
        ('to = ["ana@example.com"]', "tandem.digest.smtp is missing"),
        (f'to = ["ana@example.com"]\n{SMTP}', "tandem.digest.from is missing"),
        (
            'to = ["Ana <ana@example.com>"]',
            "tandem.digest.to[0] is 'Ana <ana@example.com>', no mail address.",
        ),
        ('to = ["ana@example.com\\nBcc: eve@evil.example"]', "no mail address"),
        ("to = [1]", "tandem.digest.to[0] isn't text"),
        ('url = "http://scorecard.example.com"', "tandem.digest.url must begin with https://"),
        ('url = "scorecard.example.com"', "tandem.digest.url isn't an address such as"),
        ('webhooks = "https://s3cret.example"', "tandem.digest.webhooks isn't a list."),
        ('webhooks = [{ kind = "slack" }]', "tandem.digest.webhooks[0].url isn't an address"),
        (
            'webhooks = [{ url = "http://h.example/s3cret", kind = "slack" }]',
            "[0].url must begin with https://",
        ),
        ('webhooks = [{ url = "https://u:s3cret@h.example", kind = "slack" }]', "[0].url isn't an address"),
        ('webhooks = [{ url = "https://h.example/s3cret", kind = "slak" }]', 'Did you mean "slack"?'),
        ('webhooks = [{ url = "https://h.example/s3cret" }]', 'Write one of "slack", "teams".'),
        ("period = 3", "tandem.digest.period isn't text"),
    ],
)
def test_what_cant_be_followed_is_told_with_its_key_and_without_secrets(read, text, said):
    with pytest.raises(ConfigError, match=re.escape(said)) as told:
        read(text)
    assert "s3cret" not in str(told.value)


def test_what_docs_digest_md_has_one_write_can_be_followed(tmp_path):
    page = (Path(__file__).parents[2] / "docs" / "digest.md").read_text(encoding="utf-8")
    for example in re.findall(r"```toml\n(.*?)```", page, re.DOTALL):
        path = tmp_path / "tandem.toml"
        path.write_text(example, encoding="utf-8")
        assert load(path, {}).digest.goes_out
