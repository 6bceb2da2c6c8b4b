"""The whole of an erasing: what lies in files goes too."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from newsletter.database import Database
from newsletter.errors import NotFoundError
from newsletter.subscriptions.privacy.erasing import Digest, Receipt, erase
from newsletter.subscriptions.privacy.holdings import Holding
from newsletter.subscriptions.privacy.spellings import spellings_of
from newsletter.subscriptions.subscribers import MailboxProof, Subscriber

_PATIENCE_MILLISECONDS: Final = 500

EraseFiles = Callable[[str], int]
"""Deletes what names an address in some files, and says how many pieces that were; doing it again is no error."""


@dataclass(frozen=True, slots=True)
class Estate:
    """Everything in which this installation keeps something of readers."""

    holdings: Sequence[Holding]
    digest: Digest
    files: Sequence[EraseFiles] = field(default=())


def forget(
    database: Database, estate: Estate, subscriber_id: int, *, form: str, now: datetime, proof_id: int | None = None
) -> Receipt:
    """Erase a reader, in files and in the database. Raises NotFoundError where there is none.

    The database forgets in one transaction. Files go before it, so that after a crash between the two the reader is
    still there and asks again; and once more after it, for what was written meanwhile.
    """
    with database.read() as session:
        spellings = spellings_of(session, _reader(session, subscriber_id))
    _erase_files(estate, spellings)
    with database.write() as session:
        if database.is_sqlite:  # write zeros over what is deleted, also where SQLite was built to leave it
            session.connection().exec_driver_sql("PRAGMA secure_delete=ON")
        reader = _reader(session, subscriber_id, is_for_change=True)
        proof = None if proof_id is None else session.get(MailboxProof, proof_id)
        receipt = erase(session, reader, estate.holdings, estate.digest, form=form, now=now, proof=proof)
    if database.is_sqlite:
        _empty_log(database)
    _erase_files(estate, spellings)
    return receipt


def _reader(session: Session, subscriber_id: int, *, is_for_change: bool = False) -> Subscriber:
    found = session.get(Subscriber, subscriber_id, with_for_update=is_for_change)
    if found is None:
        raise NotFoundError("This reader is not known here any more; nothing was changed.")
    return found


def _empty_log(database: Database) -> None:
    """Bring SQLite's log into its file, since it holds pages as they were; somebody who reads just now delays that."""
    connection = database.engine.raw_connection()
    try:
        cursor = connection.cursor()
        (before,) = cursor.execute("PRAGMA busy_timeout").fetchone()
        cursor.execute(f"PRAGMA busy_timeout={_PATIENCE_MILLISECONDS}")
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        cursor.execute(f"PRAGMA busy_timeout={int(before)}")
    finally:
        connection.close()


def _erase_files(estate: Estate, spellings: set[str]) -> None:
    for spelling in spellings:
        for erase_in in estate.files:
            erase_in(spelling)
