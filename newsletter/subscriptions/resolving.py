"""The seam to the DNS: what a name server says about a name."""

from enum import Enum, auto
from typing import Literal, Protocol

RecordType = Literal["MX", "A", "AAAA"]


class Silence(Enum):
    """Why there are no records."""

    NO_SUCH_NAME = auto()  # NXDOMAIN: nobody has this name
    NO_SUCH_RECORD = auto()  # the name is there, and has none of this type
    NO_ANSWER = auto()  # too slow, out of order, or not asked: nothing is known


class Resolver(Protocol):
    """A seam: tests answer for the world's name servers."""

    def records(self, name: str, record_type: RecordType) -> tuple[str, ...] | Silence:
        """The records of a domain name (ASCII) as text, such as `10 mx.example.org.`, or why there are none.

        Answers within two seconds and raises nothing. May be called from several threads at once.
        """
        ...
