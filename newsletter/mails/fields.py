"""Header fields as they stand on the wire: RFC 5322, encoded words by RFC 2047.

Written here and not by the standard library, which in Python 3.11 crashes on some display names,
drops the quotes of others, and makes an encoded word of every long address, so that one-click leaving
(RFC 8058) would stop to work.
"""

import re
from base64 import b64encode
from collections.abc import Iterator, Sequence
from email.policy import Policy
from typing import Final, Self

from newsletter.delivery.mail import MailError

_LINE: Final = 76
_ENCODED_WORD: Final = 75 - len("=?utf-8?q??=")
_BYTES_IN_BASE64: Final = 45  # 60 letters, within an encoded word
_PRINTABLE: Final = re.compile(r"[ -~]*")
_ATOMS: Final = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]*")
# What an encoded word may hold as it is inside a phrase (RFC 2047, section 5, rule 3).
_PLAIN_IN_WORD: Final = re.compile(r"[A-Za-z0-9!*+/-]")


class Field(str):
    """A header field's value, written as it is and folded between its tokens."""

    __slots__ = ("_tokens", "name")

    name: str
    _tokens: tuple[str, ...]

    def __new__(cls, name: str, tokens: Sequence[str]) -> Self:
        value = " ".join(tokens)
        if not _PRINTABLE.fullmatch(value):
            raise MailError(f"The header {name} of this mail holds a line break or a control character.")
        field = super().__new__(cls, value)
        field.name = name
        field._tokens = tuple(tokens)
        return field

    def fold(self, *, policy: Policy) -> str:
        """The field on the wire; the `email` package asks header objects for it."""
        lines = [f"{self.name}:"]
        for token in self._tokens:
            if len(lines[-1]) + 1 + len(token) > _LINE and lines[-1].strip() != f"{self.name}:":
                lines.append("")
            lines[-1] += f" {token}"
        return policy.linesep.join(lines) + policy.linesep


def verbatim(name: str, *tokens: str) -> Field:
    """A field of tokens that are ASCII already."""
    return Field(name, tokens)


def unstructured(name: str, text: str) -> Field:
    """A field that is plain text, such as the subject."""
    is_plain = _PRINTABLE.fullmatch(text) and "=?" not in text
    return Field(name, text.split(" ") if is_plain else list(_encoded(text)))


def mailbox(name: str, display_name: str, address: str) -> Field:
    """A field with one display name and one address (ASCII)."""
    return Field(name, [*phrase(display_name), f"<{address}>"])


def phrase(text: str) -> list[str]:
    """A display name as tokens: words as they are, in quotes, or encoded."""
    if not text:
        return []
    if not _PRINTABLE.fullmatch(text) or "=?" in text:
        return list(_encoded(text))
    if _ATOMS.fullmatch(text):
        return text.split(" ")
    quoted = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{quoted}"'.split(" ")


def _encoded(text: str) -> Iterator[str]:
    """Encoded words, none of them cut inside a character; the shorter of the two encodings."""
    letters = [_in_q(letter) for letter in text]
    if sum(map(len, letters)) <= len(text.encode()) * 4 / 3:
        return (f"=?utf-8?q?{''.join(part)}?=" for part in _parts(letters, _ENCODED_WORD))
    return (
        f"=?utf-8?b?{b64encode(''.join(part).encode()).decode('ascii')}?="
        for part in _parts(list(text), _BYTES_IN_BASE64)
    )


def _in_q(letter: str) -> str:
    if letter == " ":
        return "_"
    if _PLAIN_IN_WORD.fullmatch(letter):
        return letter
    return "".join(f"={byte:02X}" for byte in letter.encode())


def _parts(letters: Sequence[str], most: int) -> Iterator[list[str]]:
    """Runs of letters of at most so many bytes each."""
    part: list[str] = []
    size = 0
    for letter in letters:
        length = len(letter.encode())
        if part and size + length > most:
            yield part
            part, size = [], 0
        part.append(letter)
        size += length
    if part:
        yield part
