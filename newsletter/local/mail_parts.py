"""Headers and bodies of any mail, as text, however odd it is."""

from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message
from typing import Final

_FALLBACK: Final = "utf-8"


def headers_of(message: Message) -> list[tuple[str, str]]:
    """All headers in their order: unfolded, with encoded words (RFC 2047) and raw UTF-8 decoded."""
    return [(name, decoded_header(str(value))) for name, value in message.raw_items()]


def decoded_header(raw: str) -> str:
    """One header's value as text; what cannot be decoded stays as it is."""
    # The parser keeps bytes beyond ASCII as surrogates; today they are UTF-8 (RFC 6532).
    text = raw.encode("ascii", "surrogateescape").decode(_FALLBACK, "replace")
    text = " ".join(text.splitlines()).strip()
    if "=?" not in text:
        return text
    try:
        return "".join(_piece(part, charset) for part, charset in decode_header(text))
    except (HeaderParseError, ValueError):
        return text


def _piece(part: str | bytes, charset: str | None) -> str:
    if isinstance(part, str):
        return part
    return _decoded(part, charset or "ascii")


def _decoded(content: bytes, charset: str) -> str:
    for each in (charset, _FALLBACK):
        try:
            return content.decode(each)
        except (UnicodeDecodeError, LookupError, ValueError):
            continue
    return content.decode("latin-1")  # every byte means something there


def body_of(message: Message, kind: str) -> str | None:
    """The first part of this kind ("text/html", "text/plain") that is no attachment, as text."""
    for part in message.walk():
        if part.is_multipart() or part.get_content_type() != kind:
            continue
        if part.get_content_disposition() == "attachment":
            continue
        content = part.get_payload(decode=True)
        if isinstance(content, bytes):
            charset = part.get_content_charset(_FALLBACK)
            return _decoded(content, charset).replace("\r\n", "\n")
    return None
