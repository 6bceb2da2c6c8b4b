"""Where the relay is and how to speak to it, as an operator writes it."""

from dataclasses import dataclass, field
from typing import Final
from urllib.parse import parse_qs, unquote, urlsplit

from newsletter.errors import GazetteError

_PORTS: Final = {"smtp": 587, "smtps": 465}
_HOW_TO_WRITE: Final = (
    "GAZETTE_SMTP_URL: write it like smtp://mail.example.org:587?tls=starttls or smtps://mail.example.org, "
    "or leave it empty to use the local inbox."
)


@dataclass(frozen=True, slots=True)
class RelayAddress:
    """Where the relay is and how to speak to it."""

    host: str
    port: int
    tls: str  # "none", "starttls" or "implicit"
    user: str
    password: str = field(repr=False)


def relay_address(url: str, *, user: str = "", password: str = "") -> RelayAddress:
    """Read `smtp://host:587?tls=starttls` or `smtps://host`; raises GazetteError when it is neither.

    The user and password may stand in the URL; real passwords hold `/` and `+`, so they are better
    given apart. TLS is on unless `tls=none` says otherwise or the relay is on this machine.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port or _PORTS[parts.scheme]
    except (ValueError, KeyError):
        raise GazetteError(_HOW_TO_WRITE) from None
    if not host:
        raise GazetteError(_HOW_TO_WRITE)
    user, password = user or unquote(parts.username or ""), password or unquote(parts.password or "")
    if not (user + password).isascii():
        raise GazetteError(
            "GAZETTE_SMTP_USER, GAZETTE_SMTP_PASSWORD: letters beyond ASCII cannot be used to log in at a relay; "
            "set another password there."
        )
    default = "none" if host in {"localhost", "127.0.0.1", "::1"} else "starttls"
    tls = "implicit" if parts.scheme == "smtps" else parse_qs(parts.query).get("tls", [default])[0]
    if tls not in {"none", "starttls", "implicit"}:
        raise GazetteError("GAZETTE_SMTP_URL: tls is starttls or none; for TLS from the start write smtps://…")
    return RelayAddress(host=host, port=port, tls=tls, user=user, password=password)
