"""The API: a program that hands in without end is told to wait."""

from datetime import timedelta

from newsletter.feeds.allowance import MOST_NEW
from newsletter.feeds.articles import Origin
from tests.cms import ICE, Cms, error_of
from tests.conftest import StandingClock
from tests.data import an_article

OTHER = ICE | {"id": "other", "url": "https://proof.example/other", "title": "Other", "html": "<p>Other.</p>"}


def test_new_articles_wait_for_room_while_edits_go_on(cms: Cms, clock: StandingClock) -> None:
    with cms.parts.database.write() as session:
        for number in range(MOST_NEW - 1):
            made = an_article(session, cms.newsletter(session), f"Number {number}", released_at=None)
            made.origin, made.first_seen_at = Origin.API, clock.now()
    assert cms.send(ICE, "last").status_code == 201
    clock.pass_by(timedelta(minutes=50))
    refused = cms.send(OTHER, "other")
    assert refused.status_code == 429
    assert refused.headers["Retry-After"] == "600"
    assert "not taken" in error_of(refused)["detail"]
    assert cms.send(ICE | {"title": "An edit"}).status_code == 200
    assert len(cms.stored()) == MOST_NEW
    clock.pass_by(timedelta(minutes=10))
    assert cms.send(OTHER, "other").status_code == 201


def test_what_feeds_bring_takes_no_room(cms: Cms, clock: StandingClock) -> None:
    with cms.parts.database.write() as session:
        for number in range(MOST_NEW):
            made = an_article(session, cms.newsletter(session), f"Number {number}", released_at=None)
            made.first_seen_at = clock.now()
    assert cms.send(ICE).status_code == 201
