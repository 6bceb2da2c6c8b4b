"""A site with a feed, and a newsletter to connect it to."""

from datetime import timedelta

import pytest

from newsletter.database import Database
from newsletter.feeds.connected import NewFeed
from newsletter.feeds.connecting import connect
from newsletter.feeds.intake import Intake
from tests.conftest import StandingClock
from tests.data import a_newsletter
from tests.fake_feeds import PROOF_FEED, FakeFetcher, item, rss


@pytest.fixture
def site() -> FakeFetcher:
    """A site whose feed holds one article."""
    fetcher = FakeFetcher()
    fetcher.publish_feed(PROOF_FEED, rss(item()), etag='"1"')
    return fetcher


@pytest.fixture
def newsletter_id(database: Database) -> int:
    with database.write() as session:
        return a_newsletter(session).id


@pytest.fixture
def feed_id(database: Database, site: FakeFetcher, clock: StandingClock, newsletter_id: int) -> int:
    """The site's feed, connected; five minutes have passed."""
    made = connect(database, Intake(site), clock, newsletter_id, NewFeed(PROOF_FEED))
    clock.pass_by(timedelta(minutes=5))
    return made.feed_id
