"""What was answered to a request with an idempotency key, so that a repeat is answered alike and done once."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from newsletter.accounts.keys import ApiAnswer
from newsletter.database import insert_if_new
from newsletter.errors import RefusedError

LONGEST_KEY: Final = 200
_KEPT_FOR: Final = timedelta(hours=48)
_BEGUN: Final = 0
"""The status of a request that is being answered: no other transaction ever sees it."""


class KeyReusedError(RefusedError):
    """An idempotency key came again with another request."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A status and a body."""

    status: int
    body: dict[str, Any]


def earlier_answer(
    session: Session, api_key_id: int, idempotency_key: str, request: str, *, now: datetime
) -> Answer | None:
    """What was answered to this request before, or None: then it is ours to answer, and `keep` it.

    Where the same key comes twice at once, the second waits here until the first has committed (PostgreSQL waits
    at the unique key, SQLite for the write lock). Raises KeyReusedError where the key was used for something else.
    """
    hashed = hashlib.sha256(request.encode()).hexdigest()
    begun = {
        "api_key_id": api_key_id,
        "idempotency_key": idempotency_key,
        "request_hash": hashed,
        "status": _BEGUN,
        "body": {},
        "made_at": now,
    }
    insert_if_new(session, ApiAnswer, [begun])
    row = _row(session, api_key_id, idempotency_key)
    if row.status == _BEGUN:
        return None
    if row.request_hash != hashed:
        raise KeyReusedError(
            "This Idempotency-Key was used before for a different request. Nothing was changed. "
            "Send a new key with every new request, and the same key only to repeat the same one."
        )
    return Answer(row.status, row.body)


def keep(session: Session, api_key_id: int, idempotency_key: str, answer: Answer) -> None:
    """Keep what is now answered; the transaction that has done the work commits it too."""
    row = _row(session, api_key_id, idempotency_key)
    row.status, row.body = answer.status, answer.body


def forget_old_answers(session: Session, now: datetime) -> int:
    """Forget answers older than 48 hours: no program repeats a request for so long. Returns how many."""
    return session.connection().execute(delete(ApiAnswer).where(ApiAnswer.made_at < now - _KEPT_FOR)).rowcount


def _row(session: Session, api_key_id: int, idempotency_key: str) -> ApiAnswer:
    query = select(ApiAnswer).where(ApiAnswer.api_key_id == api_key_id, ApiAnswer.idempotency_key == idempotency_key)
    return session.scalars(query).one()
