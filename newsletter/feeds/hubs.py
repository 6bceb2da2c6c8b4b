"""The hub that a feed names: where one may ask to be told of news at once (WebSub)."""

from datetime import datetime

from sqlalchemy.orm import Session

from newsletter.database import ask_for
from newsletter.feeds.articles import Feed, FeedPush
from newsletter.feeds.parsing.items import ParsedFeed
from newsletter.jobs import Job, JobKind
from newsletter.signing import new_nonce


def note_hub(session: Session, feed: Feed, parsed: ParsedFeed, *, now: datetime) -> None:
    """Remember the hub that a feed names; one that it names no more is forgotten."""
    push = session.get(FeedPush, feed.id)
    topic_url = parsed.self_url or feed.url
    if not parsed.hub_url:
        if push is not None:
            session.delete(push)
        return
    if push is not None and (push.hub_url, push.topic_url) == (parsed.hub_url, topic_url):
        return
    if push is None:
        push = FeedPush(feed_id=feed.id, nonce=new_nonce())
        session.add(push)
    push.hub_url, push.topic_url, push.renew_at = parsed.hub_url, topic_url, now
    push.lease_until_at = push.trouble = None
    ask_for(session, Job(JobKind.RENEW_PUSHES))
