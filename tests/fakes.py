"""Fakes, only at the named seams."""

from collections.abc import Iterable, Iterator

from newsletter.delivery.mail import OutgoingMail
from newsletter.delivery.outcomes import Accepted, Deferred, Outcome, Scope
from newsletter.delivery.transports.protocol import Answer


class FakeTransport:
    """Takes mails and gives the outcomes that a test wrote down; accepts when none is left."""

    def __init__(self, outcomes: Iterable[Outcome] = (), *, is_down: bool = False) -> None:
        self._outcomes = list(outcomes)
        self.is_down = is_down
        self.handed_over: list[OutgoingMail] = []

    def transmit(self, mails: Iterator[OutgoingMail]) -> Iterator[Answer]:
        if self.is_down:
            yield Answer(None, Deferred("connection refused", Scope.RELAY))
            return
        for mail in mails:
            self.handed_over.append(mail)
            outcome = self._outcomes.pop(0) if self._outcomes else Accepted("250 taken")
            yield Answer(mail, outcome)
            if isinstance(outcome, Deferred) and outcome.scope is Scope.RELAY:
                return

    def abort(self) -> None:
        return

    def close(self) -> None:
        return
