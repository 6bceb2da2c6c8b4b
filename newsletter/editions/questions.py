"""What editors are asked before an edition goes out: whether a late one still should, and whether they approve.

A question is mailed to every editor at once and again while nobody answers; after a day the edition is skipped and
its articles wait for the next one.
"""

from datetime import datetime
from typing import Final
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from config import defaults
from newsletter.accounts.editors import Editor
from newsletter.delivery.kinds import MailKind
from newsletter.delivery.outbox import Recipient, queue_mails
from newsletter.editions.editions import Edition, EditionArticle, EditionState, Question, Variant
from newsletter.errors import RefusedError

_SHOWN: Final = 12  # articles that the mail names

ASKED_IN: Final = (EditionState.CLOSED, EditionState.WAITING)
"""The states of an edition in which editors may be asked."""


def ask(session: Session, edition: Edition, question: Question, *, now: datetime) -> None:
    """Ask the editors, by a mail to each; an edition that is late is no longer asked to be approved too."""
    edition.question = question
    edition.asked_at = now
    edition.answered_at = edition.answered_by = None
    edition.reminders = 0
    _tell(session, edition, now=now)


def is_asked(edition: Edition) -> bool:
    """Whether an edition waits for an answer, or will as soon as its hour comes."""
    return edition.question is not None and edition.answered_at is None and edition.state in ASKED_IN


def remind(session: Session, edition: Edition, *, now: datetime) -> None:
    """Ask once more where it is time to."""
    if not is_asked(edition) or edition.asked_at is None:
        return
    due = sum(edition.asked_at + after <= now for after in defaults.REMINDERS.values())
    if due > edition.reminders:
        edition.reminders = due
        _tell(session, edition, now=now)


def answer_until(edition: Edition) -> datetime:
    """When an edition that nobody answers for is skipped."""
    return (edition.asked_at or edition.cutoff_at) + defaults.ANSWER_WITHIN


def is_unanswered(edition: Edition, *, now: datetime) -> bool:
    """Whether nobody has answered for so long that the edition is skipped."""
    return is_asked(edition) and now >= answer_until(edition)


def unanswered(edition: Edition) -> str:
    """Why it was skipped, as a sentence."""
    hours = int(defaults.ANSWER_WITHIN.total_seconds() // 3600)
    if edition.question == Question.LATE:
        return f"It could not start in time, and no editor answered within {hours} hours. Its articles wait."
    return f"No editor approved it within {hours} hours. Its articles wait for the next one."


def say_yes(edition: Edition, *, editor_id: int | None, now: datetime) -> None:
    """Let an edition go as soon as its hour has come. Raises RefusedError where nothing is asked any more."""
    _must_be_asked(edition)
    edition.answered_at, edition.answered_by = now, editor_id
    edition.state = EditionState.CLOSED


def _must_be_asked(edition: Edition) -> None:
    if not is_asked(edition):
        raise RefusedError("This edition waits for no answer any more. Its page says how it stands.")


def said_no(edition: Edition, name: str) -> str:
    """Why an edition is skipped that an editor does not want, as a sentence. Raises RefusedError as `say_yes`."""
    _must_be_asked(edition)
    return f"{name} decided that it does not go out. Its articles wait for the next one."


def _tell(session: Session, edition: Edition, *, now: datetime) -> None:
    """Mail all editors the question, with what stands first on the list: held by a variant that no reader gets."""
    listed = select(EditionArticle.article_id).where(EditionArticle.edition_id == edition.id)
    first = session.scalars(listed.order_by(EditionArticle.position).limit(_SHOWN)).all()
    variant = Variant(edition_id=edition.id, key=f"question {uuid4().hex}", article_ids=list(first), more=0)
    session.add(variant)
    session.flush()
    editors = session.scalars(select(Editor.id).order_by(Editor.id))
    recipients = [Recipient(variant_id=variant.id, editor_id=editor_id) for editor_id in editors]
    queue_mails(session, MailKind.EDITION_QUESTION, recipients, now=now)
