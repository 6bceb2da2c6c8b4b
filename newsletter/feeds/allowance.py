"""How many new articles the programs of a newsletter may hand in: a loop gone wild must not fill the desk."""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from newsletter.feeds.articles import Article, Origin

MOST_NEW: Final = 1_000
"""New articles by the API within an hour; edits are not counted."""

_WITHIN: Final = timedelta(hours=1)


def wait_for_room(session: Session, newsletter_id: int, *, now: datetime) -> timedelta | None:
    """How long to wait until one more may be handed in; None where there is room, those of now counted."""
    recent = (
        Article.newsletter_id == newsletter_id,
        Article.origin == Origin.API,
        Article.first_seen_at > now - _WITHIN,
    )
    count, oldest = session.execute(select(func.count(), func.min(Article.first_seen_at)).where(*recent)).one()
    if count <= MOST_NEW:
        return None
    return max(timedelta(seconds=1), oldest + _WITHIN - now)
