"""For machines that watch: alive, and ready."""

from datetime import timedelta
from typing import Final

from flask import Response
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from newsletter.delivery.deliveries import CLAIMABLE, Delivery
from newsletter.delivery.relays import breaker
from newsletter.web.doors import now, reading
from newsletter.web.guards import anybody, guarded

_STUCK: Final = timedelta(minutes=2)

blueprint = guarded("health", __name__, anybody)


@blueprint.get("/healthz")
def healthz() -> Response:
    """This process answers."""
    return _plain("ok", 200)


@blueprint.get("/readyz")
def readyz() -> Response:
    """The database answers, and due mail moves."""
    try:
        with reading() as session:
            due_before = now() - _STUCK
            stuck = session.scalar(
                select(Delivery.id).where(Delivery.state.in_(CLAIMABLE), Delivery.next_attempt_at < due_before).limit(1)
            )
            is_stuck = stuck is not None and breaker(session) is None
    except SQLAlchemyError:
        return _plain("the database does not answer", 503)
    if is_stuck:
        return _plain("mail is due and does not move; is a worker running?", 503)
    return _plain("ready", 200)


def _plain(words: str, status: int) -> Response:
    return Response(words + "\n", status=status, mimetype="text/plain")
