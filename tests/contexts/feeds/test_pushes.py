"""WebSub: hubs are asked to tell us, and what they tell is a doorbell."""

import hashlib
import hmac
from datetime import timedelta

import pytest
from sqlalchemy import select

from newsletter.database import Database
from newsletter.feeds.articles import Feed, FeedPush
from newsletter.feeds.fetching.fetcher import Fetched
from newsletter.feeds.intake import Intake
from newsletter.feeds.polling import poll
from newsletter.feeds.pushes import RENEWED_EVERY, has_due, is_signed, is_wanted, renew_due, take_push
from newsletter.jobs import Job, JobKind
from tests.conftest import StandingClock
from tests.fake_feeds import PROOF_FEED, FakeFetcher, item, rss

HUB = "https://hub.example/"
SECRET = "a secret of this feed"


def with_hub(hub: str = HUB, own: str = PROOF_FEED) -> bytes:
    """A feed that names a hub."""
    links = f'<a:link xmlns:a="http://www.w3.org/2005/Atom" rel="hub" href="{hub}"/>'
    links += f'<a:link xmlns:a="http://www.w3.org/2005/Atom" rel="self" href="{own}"/>'
    return rss(item()).replace("<description>News", f"{links}<description>News").encode()


def renew(database: Database, site: FakeFetcher, clock: StandingClock) -> int:
    return renew_due(
        database,
        Intake(site),
        clock,
        callback=lambda feed_id, nonce: f"https://news.example.org/hooks/websub/{feed_id}-{bool(nonce)}",
        secret=lambda _feed_id, _nonce: SECRET,
    )


def the_push(database: Database) -> FeedPush | None:
    with database.read() as session:
        return session.scalars(select(FeedPush)).one_or_none()


@pytest.fixture
def pushed(database: Database, site: FakeFetcher, clock: StandingClock, feed_id: int) -> int:
    """The feed names a hub by now, and the hub answers."""
    site.publish_feed(PROOF_FEED, with_hub(), etag='"2"')
    site.publish(HUB, Fetched(b"", None, HUB))
    poll(database, Intake(site), clock, feed_id)
    return feed_id


def test_the_hub_of_a_feed_is_asked_to_tell_us(
    database: Database, site: FakeFetcher, clock: StandingClock, pushed: int, announced: list[Job]
) -> None:
    assert Job(JobKind.RENEW_PUSHES) in announced
    assert renew(database, site, clock) == 1
    [(hub, form)] = site.forms
    assert hub == HUB
    assert form == {
        "hub.mode": "subscribe",
        "hub.topic": PROOF_FEED,
        "hub.callback": f"https://news.example.org/hooks/websub/{pushed}-True",
        "hub.secret": SECRET,
        "hub.lease_seconds": "864000",
    }
    assert renew(database, site, clock) == 0
    clock.pass_by(RENEWED_EVERY)
    assert renew(database, site, clock) == 1


def test_a_hub_that_does_not_answer_is_asked_again_and_the_reason_kept(
    database: Database, site: FakeFetcher, clock: StandingClock, pushed: int
) -> None:
    del site.answers[HUB]
    assert renew(database, site, clock) == 0
    push = the_push(database)
    assert push is not None
    assert (push.feed_id, push.trouble) == (pushed, f"{HUB} answered with 404.")
    clock.pass_by(timedelta(hours=1))
    with database.read() as session:
        assert has_due(session, now=clock.now())


def test_a_hub_named_in_the_head_of_the_answer_counts_too(
    database: Database, site: FakeFetcher, clock: StandingClock, feed_id: int
) -> None:
    links = (("hub", HUB), ("self", "https://proof.example/as-the-hub-knows-it"))
    site.publish(PROOF_FEED, Fetched(rss(item()).encode(), None, PROOF_FEED, etag='"2"', links=links))
    poll(database, Intake(site), clock, feed_id)
    push = the_push(database)
    assert push is not None
    assert (push.hub_url, push.topic_url) == (HUB, "https://proof.example/as-the-hub-knows-it")


def test_a_hub_that_the_feed_names_no_more_is_forgotten(
    database: Database, site: FakeFetcher, clock: StandingClock, pushed: int
) -> None:
    site.publish_feed(PROOF_FEED, rss(item()), etag='"3"')
    poll(database, Intake(site), clock, pushed)
    assert the_push(database) is None


def test_a_signed_push_has_the_feed_asked_at_once_past_all_caches(
    database: Database, clock: StandingClock, pushed: int, announced: list[Job]
) -> None:
    signature = "sha256=" + hmac.new(SECRET.encode(), b"news", hashlib.sha256).hexdigest()
    with database.write() as session:
        push = session.get_one(FeedPush, pushed)
        assert take_push(session, push, b"news", signature, SECRET, now=clock.now())
    assert Job(JobKind.POLL_FEED, pushed) in announced
    with database.read() as session:
        feed = session.get_one(Feed, pushed)
        assert (feed.next_poll_at, feed.wants_fresh, feed.etag) == (clock.now(), True, None)


@pytest.mark.parametrize(
    "signature",
    [
        "",
        "sha256=",
        "sha256=00",
        f"md5={hmac.new(SECRET.encode(), b'news', 'md5').hexdigest()}",
        "sha256=é",
        "=" * 99,
    ],
)
def test_a_push_that_is_not_signed_rightly_changes_nothing(
    database: Database, clock: StandingClock, pushed: int, announced: list[Job], signature: str
) -> None:
    announced.clear()
    with database.write() as session:
        push = session.get_one(FeedPush, pushed)
        assert not take_push(session, push, b"news", signature, SECRET, now=clock.now())
    assert announced == []


@pytest.mark.parametrize("method", ["sha1", "sha256", "sha384", "sha512"])
def test_hubs_sign_with_what_websub_names(method: str) -> None:
    signature = f"{method}={hmac.new(SECRET.encode(), b'news', method).hexdigest()}"
    assert is_signed(b"news", signature, SECRET)
    assert not is_signed(b"other news", signature, SECRET)


@pytest.mark.parametrize(
    ("mode", "topic", "wanted"),
    [
        ("subscribe", PROOF_FEED, True),
        ("unsubscribe", PROOF_FEED, False),
        ("subscribe", "https://x.example", False),
    ],
)
def test_only_what_was_asked_for_is_confirmed(mode: str, topic: str, *, wanted: bool) -> None:
    assert is_wanted(FeedPush(topic_url=PROOF_FEED), mode, topic) is wanted
