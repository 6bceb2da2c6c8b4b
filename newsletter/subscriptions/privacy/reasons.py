"""Why readers leave: asked after they have left, and only if they like."""

from collections.abc import Callable
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from newsletter.language import marked
from newsletter.subscriptions.privacy.records import LeaveReason
from newsletter.subscriptions.subscribers import Subscription, SubscriptionState

LONGEST_WORDS: Final = 500
_ASKED_FOR: Final = timedelta(days=1)


class Reason(StrEnum):
    """What a reader may tick."""

    TOO_MANY = "too-many"
    NOT_FOR_ME = "not-for-me"
    NEVER_SIGNED_UP = "never-signed-up"
    OTHER = "other"


WORDS: Final = {
    Reason.TOO_MANY: marked("Too many mails"),
    Reason.NOT_FOR_ME: marked("Not what I expected"),
    Reason.NEVER_SIGNED_UP: marked("I never signed up"),
    Reason.OTHER: marked("Something else"),
}


def reason_of(ticked: str) -> Reason | None:
    """The reason that was ticked, or None for what is none."""
    return Reason(ticked) if ticked in set(Reason) else None


def may_say_why(subscription: Subscription, *, now: datetime) -> bool:
    """Whether a reader is asked: for a day after leaving."""
    return (
        subscription.state == SubscriptionState.UNSUBSCRIBED
        and subscription.left_at is not None
        and now <= subscription.left_at + _ASKED_FOR
    )


def say_why(
    session: Session,
    subscription: Subscription,
    reason: Reason,
    words: str,
    *,
    digest: Callable[[str, str], str],
    now: datetime,
) -> None:
    """Keep why a reader left, without the reader; said twice, the later one holds."""
    if subscription.left_at is None:
        return
    mark = digest("leave reason", f"{subscription.id} {subscription.left_at.isoformat()}")
    session.execute(delete(LeaveReason).where(LeaveReason.mark == mark))
    session.add(
        LeaveReason(
            newsletter_id=subscription.newsletter_id,
            mark=mark,
            reason=reason,
            words=_clean(words),
            said_at=now,
        )
    )


def reasons_given(session: Session, newsletter_id: int, since: datetime) -> dict[str, int]:
    """How often each reason was given for leaving a newsletter since an instant."""
    query = (
        select(LeaveReason.reason, func.count())
        .where(LeaveReason.newsletter_id == newsletter_id, LeaveReason.said_at >= since)
        .group_by(LeaveReason.reason)
    )
    return dict(session.execute(query).all())


def words_given(session: Session, newsletter_id: int, *, most: int) -> list[tuple[str, str]]:
    """What readers said in their own words, the newest first: pairs of the reason and the words."""
    query = (
        select(LeaveReason.reason, LeaveReason.words)
        .where(LeaveReason.newsletter_id == newsletter_id, LeaveReason.words != "")
        .order_by(LeaveReason.said_at.desc(), LeaveReason.id.desc())
        .limit(most)
    )
    return [(reason, words) for reason, words in session.execute(query)]


def _clean(words: str) -> str:
    """Words without control characters, cut to length. NUL fits into no column (PostgreSQL)."""
    printable = "".join(letter if letter.isprintable() or letter == "\n" else " " for letter in words)
    return printable.strip()[:LONGEST_WORDS]
