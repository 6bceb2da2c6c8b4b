"""The resolver of the world outside: the name servers of this machine, or those that were set."""

from collections.abc import Sequence
from typing import Final

import dns.exception
import dns.name
import dns.resolver

from newsletter.subscriptions.resolving import RecordType, Silence

_SECONDS: Final = 2.0
_TRY_SECONDS: Final = 0.9  # a packet that got lost is asked for once more


class NameServers:
    """Asks name servers; thread-safe, since every question has a socket of its own."""

    def __init__(self, servers: Sequence[tuple[str, int]] = ()) -> None:
        """`servers` as network addresses and ports; none: those that this machine is set up with.

        Where it is set up with none, every question stays without an answer.
        """
        self._resolver = _resolver(servers)

    def records(self, name: str, record_type: RecordType) -> tuple[str, ...] | Silence:
        if self._resolver is None:
            return Silence.NO_ANSWER
        try:
            # With its dot at the end, or the machine's own search list would find it under other names.
            answer = self._resolver.resolve(dns.name.from_text(name), record_type, search=False)
        except dns.resolver.NXDOMAIN:
            return Silence.NO_SUCH_NAME
        except dns.resolver.NoAnswer:
            return Silence.NO_SUCH_RECORD
        except (dns.exception.DNSException, OSError):
            return Silence.NO_ANSWER
        return tuple(record.to_text() for record in answer)


def _resolver(servers: Sequence[tuple[str, int]]) -> dns.resolver.Resolver | None:
    try:
        made = dns.resolver.Resolver(configure=not servers)
    except dns.resolver.NoResolverConfiguration:
        return None
    if servers:
        made.nameservers = [dns.nameserver.Do53Nameserver(address, port) for address, port in servers]
    made.lifetime, made.timeout = _SECONDS, _TRY_SECONDS
    return made
