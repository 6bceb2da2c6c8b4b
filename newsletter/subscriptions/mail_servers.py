"""Whether a domain takes mail at all, from what its name servers say. Pure but for the resolver that is handed in."""

from enum import Enum, auto
from typing import Final, assert_never

from newsletter.subscriptions.resolving import Resolver, Silence

_NULL: Final = "."  # the name of the one mail server of a domain that has none (RFC 7505)


class TakesMail(Enum):
    """What is known of a domain."""

    YES = auto()
    NO = auto()
    UNKNOWN = auto()


def takes_mail(resolver: Resolver, domain: str) -> TakesMail:
    """Whether mail to a domain (ASCII) has somewhere to go, as RFC 5321, section 5.1, finds it.

    Only what is certain is a no: a name that nobody has, a null MX, or neither mail server nor address.
    """
    found = resolver.records(domain, "MX")
    match found:
        case Silence.NO_SUCH_NAME:
            return TakesMail.NO
        case Silence.NO_ANSWER:
            return TakesMail.UNKNOWN
        case Silence.NO_SUCH_RECORD:
            return _has_address(resolver, domain)
        case tuple():
            is_null = all(record.split()[-1:] == [_NULL] for record in found)
            return TakesMail.NO if is_null else TakesMail.YES
        case _:
            assert_never(found)


def _has_address(resolver: Resolver, domain: str) -> TakesMail:
    """A domain without MX is its own mail server, where it has an address."""
    answers = [resolver.records(domain, "A")]
    if isinstance(answers[0], Silence):
        answers.append(resolver.records(domain, "AAAA"))
    if any(isinstance(each, tuple) for each in answers):
        return TakesMail.YES
    return TakesMail.UNKNOWN if Silence.NO_ANSWER in answers else TakesMail.NO
