"""Text from outside, made fit to stand in a mail. Pure."""

import re
from dataclasses import replace
from typing import Final
from urllib.parse import quote, urlsplit

from newsletter.language import shortened
from newsletter.mails.content import ArticleBlock

LONGEST_TITLE: Final = 200
_SPACES: Final = re.compile("[ \t\n\v\f\r\x1c-\x1f\x85\u2028\u2029]+")
# Control characters; embeddings and overrides that turn the text after them round; the letters
# that fence slots (newsletter/mails/slots.py); and what is no character at all.
_UNWANTED: Final = re.compile("[\x00-\x1f\x7f-\x9f\u202a-\u202e\ue000-\ue003\ufeff\ufffe\uffff]")
_HALVES: Final = re.compile("[\ud800-\udfff]")


def one_line(text: str) -> str:
    """A text on one line, without control characters and halves of characters."""
    whole = _HALVES.sub("\N{REPLACEMENT CHARACTER}", text)
    return _UNWANTED.sub("", _SPACES.sub(" ", whole)).strip()


def web_address(url: str) -> str:
    """An address as it may stand in a mail; empty where it leads to no web page."""
    address = quote(one_line(url), safe="!#$%&'()*+,/:;=?@[]~")
    try:
        parts = urlsplit(address)
    except ValueError:
        return ""
    return address if parts.scheme in {"http", "https"} and parts.netloc else ""


def cleaned(block: ArticleBlock, *, site_url: str, longest_summary: int) -> ArticleBlock:
    """An article's block fit for a mail; where its own address leads nowhere, it links the site."""
    picture = block.picture
    if picture is not None:
        picture = replace(picture, url=web_address(picture.url), alt=shortened(one_line(picture.alt), LONGEST_TITLE))
    return ArticleBlock(
        title=shortened(one_line(block.title), LONGEST_TITLE) or "Untitled",
        url=web_address(block.url) or web_address(site_url),
        summary=shortened(one_line(block.summary), longest_summary) if longest_summary else "",
        author=shortened(one_line(block.author or ""), LONGEST_TITLE) or None,
        topic=one_line(block.topic or "") or None,
        minutes=block.minutes,
        picture=picture if picture is not None and picture.url else None,
        language=block.language,
    )


def without_picture(block: ArticleBlock) -> ArticleBlock:
    """An article's block as text alone."""
    return replace(block, picture=None)
