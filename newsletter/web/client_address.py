"""Who asks: the client's address behind the proxies that the operator named, and behind no others.

`X-Forwarded-For` is a list that every proxy appends to, and whose beginning anybody may write. So it is read from the
right, only when the peer itself is a named proxy, and only up to the first address that is none. `X-Forwarded-Host` is
never read.
"""

import ipaddress
import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

import structlog

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_log = structlog.get_logger(__name__)

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
IpAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
Proxies = int | tuple[Network, ...]
"""The networks of the proxies, or how many stand before us where their addresses are not known."""

_WITH_PORT: Final = re.compile(r"\[([^\]]+)\](?::\d+)?|([\d.]+):\d+")
_MOST_HOPS: Final = 32


class ClientAddress:
    """A WSGI application that sees the client's address and scheme in place of the proxy's."""

    def __init__(self, app: "WSGIApplication", proxies: Proxies) -> None:
        self._app = app
        self._proxies = proxies
        self._has_warned = False

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Answer a request."""
        peer = environ.get("REMOTE_ADDR", "")
        forwarded = environ.get("HTTP_X_FORWARDED_FOR", "")
        if _is_believed(peer, self._proxies):
            environ["REMOTE_ADDR"] = client_of(peer, forwarded, self._proxies)
            scheme = environ.get("HTTP_X_FORWARDED_PROTO", "").rpartition(",")[2].strip()
            if scheme in {"http", "https"}:
                environ["wsgi.url_scheme"] = scheme
        elif forwarded and not self._has_warned:
            # All readers behind a proxy that is not named count as one network.
            self._has_warned = True
            _log.warning("proxy_not_named", setting="GAZETTE_TRUSTED_PROXIES", peer=peer)
        return self._app(environ, start_response)


def client_of(peer: str, forwarded: str, proxies: Proxies) -> str:
    """The client's address, from the peer of the connection and the list in `X-Forwarded-For`."""
    chain = [_parsed(each) for each in forwarded.split(",")[-_MOST_HOPS:]]
    if isinstance(proxies, int):
        hop = chain[-proxies] if 0 < proxies <= len(chain) else None
        return peer if hop is None else str(hop)
    if not _is_named(_parsed(peer), proxies):
        return peer
    client = peer
    for hop in reversed(chain):
        if hop is None:  # no address: whoever wrote it is the last that we know
            break
        client = str(hop)
        if not _is_named(hop, proxies):
            break
    return client


def _is_believed(peer: str, proxies: Proxies) -> bool:
    return proxies > 0 if isinstance(proxies, int) else _is_named(_parsed(peer), proxies)


def _is_named(address: IpAddress | None, networks: tuple[Network, ...]) -> bool:
    return address is not None and any(address in network for network in networks)


def _parsed(text: str) -> IpAddress | None:
    """An address as proxies write it, with or without a port; IPv4 within IPv6 counts as IPv4."""
    text = text.strip().strip('"')
    found = _WITH_PORT.fullmatch(text)
    try:
        address = ipaddress.ip_address((found[1] or found[2]) if found else text)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address
