"""The seam between the outbox and the wire."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from newsletter.delivery.mail import OutgoingMail
from newsletter.delivery.outcomes import Outcome


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of one mail; `mail` is None when the relay took none at all."""

    mail: OutgoingMail | None
    outcome: Outcome


class Transport(Protocol):
    """A way to hand mail over. One contract suite runs against every implementation."""

    def transmit(self, mails: Iterator[OutgoingMail]) -> Iterator[Answer]:
        """Hand over mails, yielding one answer for each that was pulled.

        A mail is pulled only when a connection stands ready for it, so that what is marked as on
        its way really is. Answers may come in another order than the mails (pipelining). After an
        outcome whose scope is the relay nothing more is pulled and the iteration ends. Never
        raises for anything that the other side does.
        """
        ...

    def abort(self) -> None:
        """Stop waiting for answers, from another thread: what still waits becomes unknown."""
        ...

    def close(self) -> None:
        """End the conversation politely."""
        ...
