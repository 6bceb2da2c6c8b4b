"""Which addresses may be connected to: those of the public internet, and what the operator allows."""

from collections.abc import Collection, Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Final, TypeAlias

from newsletter.errors import GazetteError

Address: TypeAlias = IPv4Address | IPv6Address
Network: TypeAlias = IPv4Network | IPv6Network

WEB_PORTS: Final = frozenset({80, 443})
# `is_global` and `is_private` disagree on some of these, and on some they are both wrong.
_NEVER: Final[tuple[Network, ...]] = tuple(
    ip_network(each)
    for each in (
        *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12"),
        *("192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24"),
        *("203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4"),
        # 2001::/23 holds Teredo, 2002::/16 is 6to4: both carry an IPv4 address that nobody would check.
        *("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"),
    )
)
# All of public IPv6; NAT64, mapped, unique local, link-local, site-local and multicast lie outside.
_PUBLIC_V6: Final = IPv6Network("2000::/3")


class AddressCheck:
    """Says which addresses and ports may be connected to."""

    def __init__(self, allow: Iterable[str], *, ports: Collection[int] = WEB_PORTS) -> None:
        self._allowed = tuple(_network(entry) for entry in allow)
        self._ports = ports

    def permits(self, address: Address, port: int) -> bool:
        """Whether this is an ordinary public web server, or lies in a network that the operator allows."""
        if any(address in network for network in self._allowed):
            return True
        return port in self._ports and is_public(address)


def is_public(address: Address) -> bool:
    """Whether an address is one of the public internet, by its own looks."""
    if isinstance(address, IPv6Address) and address not in _PUBLIC_V6:
        return False
    return address.is_global and not address.is_multicast and not any(address in network for network in _NEVER)


def plain_address(text: str) -> Address:
    """An address as it is checked and connected to: ::ffff:127.0.0.1 is 127.0.0.1."""
    address = ip_address(text)
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address


def _network(entry: str) -> Network:
    try:
        return ip_network(entry, strict=False)
    except ValueError:
        raise GazetteError(
            f"GAZETTE_FETCH_ALLOW: {entry} is neither a network nor an address; "
            "write it like 10.0.0.0/8 or 192.168.1.20, several with commas."
        ) from None
