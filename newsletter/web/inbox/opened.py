"""One mail, opened: its views, the frame that holds its HTML, and its file."""

import re
from dataclasses import dataclass
from typing import Final

from flask import Response

from newsletter.local.mailbox_reader import MailView
from newsletter.web.inbox.listing import size_in_words

VIEWS: Final = {
    "read": "As read",
    "phone": "Phone",
    "text": "Plain text",
    "headers": "Headers",
    "source": "Source",
}

_HEAD: Final = re.compile(r"<head(?:\s[^>]*)?>", re.IGNORECASE)
_DOCTYPE: Final = re.compile(r"\s*<!doctype[^>]*>", re.IGNORECASE)
# Links open beside the inbox: inside the frame the next page would be just as powerless as the mail.
_BESIDE: Final = '<base target="_blank">'
_LONGEST_SOURCE: Final = 512 * 1024


@dataclass(frozen=True, slots=True)
class Opened:
    """What the page of a mail shows."""

    key: str
    subject: str
    sender: str
    recipient: str
    to: str
    date: str
    size: str
    view: str
    views: dict[str, str]
    text: str
    headers: list[tuple[str, str]]
    source: str


def opened(mail: MailView, wanted: str) -> Opened:
    """A mail in the view that is wanted, if it has it."""
    has_html, has_text = mail.html is not None, mail.text is not None
    views = {
        name: label
        for name, label in VIEWS.items()
        if (has_html or name not in {"read", "phone"}) and (has_text or name != "text")
    }
    return Opened(
        key=mail.summary.key,
        subject=mail.summary.subject,
        sender=mail.summary.sender,
        recipient=mail.summary.recipient,
        to=mail.to,
        date=mail.date,
        size=size_in_words(mail.summary.size),
        view=wanted if wanted in views else next(iter(views)),
        views=views,
        text=mail.text or "",
        headers=mail.headers,
        source=mail.raw[:_LONGEST_SOURCE].decode("utf-8", "replace"),
    )


def framed(html: str, base_url: str) -> Response:
    """A mail's HTML under a policy that lets it do nothing but be seen; its links open new windows."""
    response = Response(_with_links_beside(html), mimetype="text/html")
    response.headers["Content-Security-Policy"] = (
        "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; style-src 'unsafe-inline'; "
        f"img-src 'self' {base_url} https: data:; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
    )
    return response


def download(mail: MailView) -> Response:
    """A mail as a file that mail programs open."""
    response = Response(mail.raw, mimetype="message/rfc822")
    # A name of letters, digits and dots only, whatever the key holds.
    name = re.sub(r"[^\w.-]", "-", mail.summary.key, flags=re.ASCII)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.eml"'
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response


def _with_links_beside(html: str) -> str:
    for place in (_HEAD.search(html), _DOCTYPE.match(html)):
        if place is not None:
            return html[: place.end()] + _BESIDE + html[place.end() :]
    return _BESIDE + html
