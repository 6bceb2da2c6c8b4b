"""The notice that a feed is broken: what it says, and when it is not sent after all."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy.orm import Session

from newsletter.accounts.editors import Editor
from newsletter.database import Database
from newsletter.delivery.deliveries import Delivery
from newsletter.delivery.handed_down import Withhold
from newsletter.delivery.kinds import MailKind
from newsletter.delivery.outbox import Recipient
from newsletter.feeds.articles import Feed
from tests.composed_mails import a_composer, body, composed, queued, read
from tests.data import NOW, a_newsletter, an_editor
from tests.feed_rows import a_feed

TROUBLE = "proof.example did not answer in time. We try again by ourselves."


def a_notice(session: Session, **values: Any) -> Delivery:
    """A notice on its way to an editor."""
    newsletter = a_newsletter(session)
    usual = {"failures": 9, "trouble": TROUBLE, "failing_since_at": NOW, "told_at": NOW}
    feed_id = a_feed(session, newsletter.id, "https://proof.example/feed.xml", **{**usual, **values})
    return queued(session, MailKind.FEED_TROUBLE, Recipient(editor_id=an_editor(session).id, feed_id=feed_id))


@pytest.mark.parametrize(
    ("values", "subject", "said"),
    [
        ({}, "A feed cannot be read: The Proof", "has got nothing from its feed"),
        ({"ended_at": NOW}, "A feed has ended: The Proof", "gets nothing more from its feed"),
    ],
)
def test_the_notice_says_what_is_wrong_since_when_and_what_to_do(
    database: Database, values: dict[str, Any], subject: str, said: str
) -> None:
    with database.write() as session:
        mail = composed(session, a_notice(session, **values))
    message = read(mail)
    assert (message["Subject"], message["To"]) == (subject, "maren@proof.example")
    assert message["From"].addresses[0].display_name == "Gazette"
    assert message["List-Unsubscribe"] is None
    for part in ("plain", "html"):
        written = " ".join(body(message, part).split())
        for wanted in (said, "Tuesday 24 November, 10:00 (Berlin time)", TROUBLE, "/desk/n/the-proof/feeds/1"):
            assert wanted in written, (part, wanted)


def works_again(session: Session, row: Delivery) -> None:
    """The feed has answered meanwhile."""
    session.get_one(Feed, row.feed_id).told_at = None


def removed(session: Session, row: Delivery) -> None:
    """The feed has been removed meanwhile."""
    session.delete(session.get_one(Feed, row.feed_id))


def dismissed(session: Session, row: Delivery) -> None:
    """The editor is none any more."""
    session.delete(session.get_one(Editor, row.editor_id))


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (works_again, "the feed works again"),
        (removed, "the feed has been removed"),
        (dismissed, "the editor's account is gone"),
    ],
)
def test_a_notice_that_nobody_needs_any_more_is_withheld(
    database: Database, change: Callable[[Session, Delivery], None], reason: str
) -> None:
    with database.write() as session:
        row = a_notice(session)
        change(session, row)
        session.flush()
        assert a_composer()(session, row, NOW) == Withhold(reason)
