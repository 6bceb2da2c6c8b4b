"""Mail addresses: what a person typed, made into something that can be written to."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from email_validator import EmailNotValidError, validate_email

from newsletter.errors import RefusedError
from newsletter.language import ENGLISH, SOURCE, Tongue

_LONGEST: Final = 254  # RFC 3696, erratum 1690


class AddressError(RefusedError):
    """What was typed is no address that mail can be sent to."""


@dataclass(frozen=True, slots=True)
class Address:
    """A parsed address: `text` as shown, `wire` for the envelope (ASCII), `key` for comparing.

    The key folds the case of the whole address and writes the domain as A-labels (IDNA 2008, UTS 46).
    The standard lets a server tell `Anna@` from `anna@`; none that readers use does. Nothing else is
    folded: dots and plus signs stay.
    """

    text: str
    wire: str
    key: str


def parse_address(typed: str, tongue: Tongue = ENGLISH) -> Address:
    """The address in what a person typed; raises AddressError with a sentence for them.

    Never `email.utils.parseaddr`: it finds an address in `alice@example.org)bob@evil.example`.
    """
    stripped = typed.strip()
    if not stripped:
        raise AddressError(tongue.gettext("Please enter your mail address."))
    if len(stripped) > _LONGEST:
        raise AddressError(tongue.gettext("This address is longer than any mail server takes; please check it."))
    if any(ord(letter) < 32 or ord(letter) == 127 for letter in stripped):  # noqa: PLR2004 - ASCII's control characters
        raise AddressError(
            tongue.gettext("This address holds a line break or another control character; please type it again.")
        )
    try:
        return _read(stripped)
    except EmailNotValidError as error:
        raise AddressError(_sentence(stripped, str(error), tongue)) from None


@lru_cache(maxsize=1024)
def _read(stripped: str) -> Address:
    """The address; remembered, since a sign-up and its mail ask for the same one several times."""
    found = validate_email(
        stripped,
        check_deliverability=False,
        allow_smtputf8=False,
        allow_quoted_local=False,
        strict=True,  # no more than 64 octets before the @ (RFC 5321, section 4.5.3.1.1)
    )
    wire = found.ascii_email or found.normalized
    return Address(text=found.normalized, wire=wire, key=wire.lower())


def _sentence(typed: str, reason: str, tongue: Tongue) -> str:
    if "@" not in typed:
        return tongue.gettext("A mail address has an @ in it, like anna@example.org; please check it.")
    if not typed.partition("@")[0].isascii():
        return tongue.gettext(
            "We cannot write to addresses with such letters before the @ yet; please use another one."
        )
    if tongue.language != SOURCE:  # the library gives its reasons in English only
        return tongue.gettext("We cannot write to this address. Please check it.")
    return f"We cannot write to this address: {reason[0].lower()}{reason[1:].rstrip('.')}. Please check it."


def masked(address: str) -> str:
    """An address as it may stand in a log line: `a…@example.org`."""
    local, _, domain = address.partition("@")
    return f"{local[:1]}…@{domain}"
