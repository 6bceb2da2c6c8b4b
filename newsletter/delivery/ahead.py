"""Mails made ahead: several in one transaction, since each of them alone would cost one, and the same questions again.

What was made is used within a second, or made anew: leaving, a pause and a suppression hold for every mail that has not
gone to the wire, and reach it within two.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import structlog
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.orm import Session

from newsletter.delivery.deliveries import Delivery
from newsletter.delivery.handed_down import Sending, Withhold
from newsletter.delivery.leases import boot_seconds
from newsletter.delivery.mail import MailError, OutgoingMail

_log = structlog.get_logger(__name__)

_MOST: Final = 50  # mails
_LONGEST: Final = 0.05  # seconds in one transaction: on SQLite nobody else writes meanwhile
_FRESH: Final = 1.0  # seconds


@dataclass(frozen=True, slots=True)
class Made:
    """What the composer said of a delivery, and at which instant."""

    said: OutgoingMail | Withhold | MailError
    at: datetime


class Ahead:
    """The mails of a batch that were made ahead."""

    def __init__(self, sending: Sending) -> None:
        self._sending = sending
        self._made: dict[int, Made] = {}
        self._since = 0.0

    def take(self, row: Delivery, next_ones: Sequence[Delivery]) -> Made | None:
        """What was made of a row, with more made ahead where nothing is; None when it is to be made by itself.

        That is so for a digest, whose variant may have to be rendered and kept first, and for whatever went wrong here.
        """
        if boot_seconds() - self._since > _FRESH:
            self._made.clear()
        if row.id not in self._made and row.variant_id is None:
            self._make([row, *(each for each in next_ones[: _MOST - 1] if each.variant_id is None)])
        return self._made.pop(row.id, None)

    def _said(self, session: Session, row: Delivery, now: datetime) -> OutgoingMail | Withhold | MailError:
        try:
            return self._sending.compose(session, row, now)
        except MailError as error:
            return error

    def _make(self, rows: Sequence[Delivery]) -> None:
        self._made.clear()
        self._since = begun = boot_seconds()
        now = self._sending.clock.now()
        try:
            with self._sending.database.write() as session:
                self._sending.gather(session, rows)
                for row in rows:
                    self._made[row.id] = Made(self._said(session, row, now), now)
                    if boot_seconds() - begun > _LONGEST:
                        return
        except (OperationalError, InterfaceError):
            self._made.clear()
            raise  # the database is away
        except Exception:  # noqa: BLE001 - the row it is about is made by itself, and what is wrong said there
            _log.debug("not_made_ahead", exc_info=True)
