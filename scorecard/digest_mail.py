"""A digest as a mail, in plain text and in HTML, and as a message of a chat: Slack's text, a card of Teams.

Everything from data is one line of inert text: escaped in HTML, without control characters in headers. The
HTML holds no picture and nothing that is fetched from elsewhere; its styles stand inline, the dark ones in a
sheet that a mail program may drop.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any, Final
from urllib.parse import urlencode

from scorecard import words
from scorecard.digest import COMPARING, Change, Digest
from scorecard.inert import clean, piece
from scorecard.status import Tone
from scorecard.words import Said, Sentence, plain

_WIDTH: Final = 76
_LONGEST_SUBJECT: Final = 100
_JOINER: Final = "\u2060"  # of no width: a chat sees no address in a text that holds it
# The tones of .streamlit/config.toml on white and on its dark background, which a test keeps the same.
LIGHT: Final = {"good": "#1B7F4D", "warn": "#A85604", "bad": "#C2303B", "muted": "#5D6675", "ink": "#1B1F27",
                "link": "#3D4F8A", "line": "#DFE2E8", "back": "#FFFFFF"}  # fmt: skip
DARK: Final = {"good": "#55C48B", "warn": "#F0A04B", "bad": "#FF7A80", "muted": "#A3ADBD", "ink": "#E8EBF0",
               "link": "#9DB0F2", "line": "#333A46", "back": "#13161C"}  # fmt: skip
_CARD_COLOURS: Final[dict[Tone, str]] = {
    "good": "good", "warn": "warning", "bad": "attention", "muted": "default",
}  # fmt: skip
_COMPARED: Final = (
    "Compared is the same data seen at both moments, by when things happened. A cell that was edited, or "
    "entered later under an earlier date, counts at both and is no change here."
)
_SURELY: Final = (
    "“Surely” means that the 95 % interval of the difference between the new cases and those before lies on "
    "one side of zero."
)


@dataclass(frozen=True, slots=True)
class Mail:
    """What is sent: a subject of one line, the text, the same in HTML."""

    subject: str
    text: str
    html: str


@dataclass(frozen=True, slots=True)
class Links:
    """Where the app stands, without a slash at the end; None: sentences lead nowhere."""

    url: str | None = None

    def to(self, digest: Digest, page: str | None, ask: Sequence[tuple[str, str]] = ()) -> str | None:
        """The address of a page as the digest saw it."""
        if self.url is None or page is None:
            return None
        page, mark, anchor = page.partition("#")
        asked = {"period": digest.period.text, "as_of": digest.as_of.text} | dict(ask)
        return f"{self.url}/{page}?{urlencode(asked)}{mark}{anchor}"


def mail(digest: Digest, url: str | None = None) -> Mail:
    """The digest as a mail; with `url` its sentences lead to the pages there."""
    links = Links(url)
    return Mail(subject(digest), _text(digest, links), _html(digest, links))


def subject(digest: Digest) -> str:
    """Whose, and the gravest change."""
    if not digest.changed:
        said = f"nothing changed since {digest.since}"
    else:
        count = words.counted(len(digest.changes) + digest.more, "change")
        said = f"{count}. {plain(digest.changes[0].said)}"
    return words.brief(clean(f"{words.brief(digest.organisation, 40)}: {said}"), _LONGEST_SUBJECT)


def small_print(digest: Digest) -> list[str]:
    """What a reader must know to believe it."""
    compares = any(change.mark in COMPARING for change in digest.changes)
    of = f"{digest.called}, seen at {digest.until} and compared with {digest.since}."
    return [of, _COMPARED, *([_SURELY] if compares else [])]


def _more(digest: Digest) -> str:
    if digest.more:
        return f"{words.counted(digest.more, 'smaller change')} left out here."
    return "" if digest.changed else f"Nothing changed since {digest.since}."


def _heading(digest: Digest) -> str:
    return f"{clean(digest.organisation)}, {digest.called}: what changed since {digest.since}"


def said_plainly(said: Sentence) -> str:
    """A sentence as one inert line."""
    return "".join(piece(part.text) for part in said).strip()


# --- plain text -------------------------------------------------------------------------------------------


def _text(digest: Digest, links: Links) -> str:
    blocks = [_wrapped(_heading(digest)), "\n".join(_wrapped(said_plainly(s)) for s in digest.verdict)]
    blocks += [_text_of(change, digest, links) for change in digest.changes]
    blocks += [_wrapped(more)] if (more := _more(digest)) else []
    if (there := links.to(digest, "scorecard")) is not None:
        blocks.append(f"The scorecard: {there}")
    # two dashes and a space: what mail programs take for the end of the letter
    return "\n\n".join(blocks) + "\n\n-- \n" + "\n".join(map(_wrapped, small_print(digest))) + "\n"


def _text_of(change: Change, digest: Digest, links: Links) -> str:
    head = f"{change.mark.icon} {change.mark.word}: {said_plainly(change.said)}"
    lines = [_wrapped(head, "  "), _wrapped(f"  Who acts: {clean(change.who)}", "  ")]
    first = next((to for p in change.said if (to := links.to(digest, p.page, p.ask))), None)
    return "\n".join([*lines, *([f"  {first}"] if first else [])])


def _wrapped(text: str, indent: str = "") -> str:
    return textwrap.fill(
        text, _WIDTH, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
    )


# --- HTML -------------------------------------------------------------------------------------------------

_FONT: Final = "font-family:-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif"
_BREAKS: Final = "overflow-wrap:anywhere;word-break:break-word"


def _html(digest: Digest, links: Links) -> str:
    first, *rest = digest.verdict
    rows = [
        _cell(f"<b>{_inert(digest.organisation)}</b> · {_inert(digest.called)}", 13, "muted", "16px 0 4px"),
        _cell(_html_of(first, digest, links), 20, "ink", "0 0 8px", "line-height:1.35"),
        *(_cell(_html_of(said, digest, links), 15, "ink", "0 0 8px") for said in rest),
        *_heading_rows(digest),
        *(_change_row(change, digest, links) for change in digest.changes),
        *([_cell(_inert(more), 15, "ink", "12px 0", _rule())] if (more := _more(digest)) else []),
        *_button(digest, links),
        *(_cell(_inert(line), 12, "muted", "4px 0 0") for line in small_print(digest)),
    ]
    return _PAGE.format(
        title=_inert(subject(digest)),
        dark=_dark_sheet(),
        back=LIGHT["back"],
        font=_FONT,
        rows="\n".join(rows),
    )


def _heading_rows(digest: Digest) -> list[str]:
    if not digest.changes:
        return []
    said = f"What changed since {digest.since}"
    return [_cell(f"<b>{_inert(said)}</b>", 16, "ink", "16px 0 8px")]


def _change_row(change: Change, digest: Digest, links: Links) -> str:
    tone = change.mark.tone
    marked = (
        f'<div class="t-{tone}" style="font-size:13px;font-weight:600;color:{LIGHT[tone]}">'
        f"{_inert(change.mark.icon)} {_inert(change.mark.word)}</div>"
    )
    fine = f"font-size:13px;color:{LIGHT['muted']}"
    who = f'<div class="t-muted" style="{fine}">Who acts: {_inert(change.who)}</div>'
    return _cell(
        f"{marked}<div>{_html_of(change.said, digest, links)}</div>{who}", 15, "ink", "12px 0", _rule()
    )


def _button(digest: Digest, links: Links) -> list[str]:
    there = links.to(digest, "scorecard")
    if there is None:
        return [_cell("&nbsp;", 8, "muted", "0", _rule())]
    return [_cell(_anchor(there, "Open the scorecard →"), 15, "ink", "16px 0", _rule())]


def _rule() -> str:
    return f"border-top:1px solid {LIGHT['line']}"


def _cell(content: str, size: int, tone: str, padding: str, more: str = "line-height:1.45") -> str:
    spaced = more if "line-height" in more else f"{more};line-height:1.45"
    style = f"padding:{padding};font-size:{size}px;color:{LIGHT[tone]};{spaced};{_BREAKS}"
    return f'<tr><td class="t-{tone} t-line" style="{style}">{content}</td></tr>'


def _html_of(said: Sentence, digest: Digest, links: Links) -> str:
    return "".join(_piece(part, links.to(digest, part.page, part.ask)) for part in said)


def _piece(part: Said, there: str | None) -> str:
    text = escape(piece(part.text))
    text = text if there is None else _anchor(there, text, escaped=True)
    return f"<b>{text}</b>" if part.strong else text


def _anchor(there: str, text: str, *, escaped: bool = False) -> str:
    shown = text if escaped else escape(text)
    return f'<a class="t-link" href="{escape(there)}" style="color:{LIGHT["link"]}">{shown}</a>'


def _inert(text: object) -> str:
    return escape(clean(text))


def _dark_sheet() -> str:
    tones = ("good", "warn", "bad", "muted", "ink", "link")
    rules = [f".t-{tone}{{color:{DARK[tone]}!important}}" for tone in tones]
    rules += [
        f".t-back{{background:{DARK['back']}!important}}",
        f".t-line{{border-color:{DARK['line']}!important}}",
    ]
    return f"@media (prefers-color-scheme:dark){{{''.join(rules)}}}"


_PAGE: Final = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<title>{title}</title>
<style>:root{{color-scheme:light dark}}{dark}</style>
</head>
<body class="t-back" style="margin:0;background:{back};{font}">
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0">
<tr><td align="center" style="padding:0 16px 24px">
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0"
 style="max-width:568px;text-align:left">
{rows}
</table>
</td></tr>
</table>
</body>
</html>
"""


# --- chats ------------------------------------------------------------------------------------------------


def slack(digest: Digest, url: str | None = None) -> dict[str, Any]:
    """The digest as a Slack-style webhook takes it; names can't mention anybody or become links."""
    links = Links(url)
    lines = [f"*{_slack(_heading(digest))}*", *(_slack_of(s, digest, links) for s in digest.verdict)]
    for change in digest.changes:
        mark = f"{change.mark.icon} {change.mark.word}"
        who = _slack(clean(change.who))
        lines.append(f"{mark}: {_slack_of(change.said, digest, links)} _Who acts: {who}_")
    lines += [_slack(text) for text in (_more(digest), *small_print(digest)[:2]) if text]
    return {"text": "\n".join(lines), "unfurl_links": False, "unfurl_media": False}


def _slack_of(said: Sentence, digest: Digest, links: Links) -> str:
    return "".join(_slack_piece(part, links.to(digest, part.page, part.ask)) for part in said)


def _slack_piece(part: Said, there: str | None) -> str:
    text = _slack(piece(part.text))
    return text if there is None else f"<{there.replace('&', '&amp;')}|{text.strip()}>"


def _slack(text: str) -> str:
    """Escaped as Slack asks for, and nothing it would turn into an address."""
    inert = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("|", "¦")
    return inert.replace("://", f":{_JOINER}//").replace("@", f"@{_JOINER}").replace("www.", f"www{_JOINER}.")


def teams(digest: Digest, url: str | None = None) -> dict[str, Any]:
    """The digest as a Teams-style webhook takes it: an adaptive card of text runs, which know no markup."""
    links = Links(url)
    body = [_block([_run(_heading(digest), weight="Bolder", size="Medium")])]
    body += [_block(_runs(said, digest, links)) for said in digest.verdict]
    for change in digest.changes:
        mark = _run(
            f"{change.mark.icon} {change.mark.word}: ", weight="Bolder", color=_CARD_COLOURS[change.mark.tone]
        )
        who = _run(f" Who acts: {clean(change.who)}", isSubtle=True)
        body.append(_block([mark, *_runs(change.said, digest, links), who]))
    body += [_block([_run(more)])] if (more := _more(digest)) else []
    body += [_block([_run(line, isSubtle=True, size="Small")]) for line in small_print(digest)]
    card: dict[str, Any] = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "msteams": {"width": "Full"},
        "body": body,
    }
    if (there := links.to(digest, "scorecard")) is not None:
        card["actions"] = [{"type": "Action.OpenUrl", "title": "Open the scorecard", "url": there}]
    attached = {"contentType": "application/vnd.microsoft.card.adaptive", "contentUrl": None, "content": card}
    return {"type": "message", "attachments": [attached]}


def _block(runs: Iterable[dict[str, Any]]) -> dict[str, Any]:
    return {"type": "RichTextBlock", "inlines": list(runs)}


def _runs(said: Sentence, digest: Digest, links: Links) -> list[dict[str, Any]]:
    found = []
    for part in said:
        run = _run(piece(part.text), **({"weight": "Bolder"} if part.strong else {}))
        if (there := links.to(digest, part.page, part.ask)) is not None:
            run |= {"underline": True, "selectAction": {"type": "Action.OpenUrl", "url": there}}
        found.append(run)
    return found


def _run(text: str, **looks: object) -> dict[str, Any]:
    return {"type": "TextRun", "text": text, **looks}
