"""An editor's answer to whether an edition goes out."""

from datetime import datetime

from sqlalchemy.orm import Session

from newsletter.editions.editions import Edition
from newsletter.editions.questions import said_no, say_yes
from newsletter.editions.schedule import skip, start_if_due
from newsletter.editions.sorting import lock


def let_go(session: Session, edition: Edition, *, editor_id: int | None, now: datetime) -> None:
    """It goes out: at once where its hour has come, or else then. Raises RefusedError where nothing is asked."""
    lock(session, edition.newsletter_id)
    session.refresh(edition)
    say_yes(edition, editor_id=editor_id, now=now)
    start_if_due(session, edition, now=now)


def keep_back(session: Session, edition: Edition, name: str, *, now: datetime) -> None:
    """It does not go out, as `name` decided; its articles wait. Raises RefusedError where nothing is asked."""
    lock(session, edition.newsletter_id)
    session.refresh(edition)
    skip(session, edition, said_no(edition, name), now=now)
