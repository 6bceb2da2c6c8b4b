"""Whether an article may be mailed, since when, and why not."""

from datetime import datetime, timedelta

import pytest

from config import defaults
from newsletter.catalogue.newsletters import MailRule
from newsletter.feeds.articles import Article, Decision, Standing
from newsletter.feeds.standing import Facts, first_release, place, standing_of
from tests.data import NOW

HOUR = timedelta(hours=1)


def an_article(*, seen_at: datetime = NOW, released_at: datetime | None = None, **fields: object) -> Article:
    return Article(
        first_seen_at=seen_at, released_at=released_at, **{"standing": Standing.FREE, "decision": "", **fields}
    )


@pytest.mark.parametrize(
    ("facts", "standing"),
    [
        (Facts(), Standing.FREE),
        (Facts(is_old=True, feed_rule=MailRule.HOLD), Standing.OLD),
        (Facts(feed_rule=MailRule.HOLD), Standing.HELD_BY_FEED),
        (Facts(feed_rule=MailRule.NEVER, tells_same_story=True), Standing.NEVER_BY_FEED),
        (Facts(topic_rules=[MailRule.HOLD]), Standing.HELD_BY_TOPIC),
        (Facts(topic_rules=[MailRule.HOLD, MailRule.NEVER]), Standing.NEVER_BY_TOPIC),
        (Facts(tells_same_story=True), Standing.SAME_STORY),
        (Facts(needs_page=True, is_page_coming=True), Standing.UNREAD),
        (Facts(needs_page=True), Standing.NO_ARTICLE),
        (Facts(decision=Decision.HOLD), Standing.HELD),
        (Facts(decision=Decision.NEVER, feed_rule=MailRule.HOLD), Standing.NEVER),
    ],
)
def test_the_first_obstacle_decides(facts: Facts, standing: Standing) -> None:
    assert standing_of(facts) is standing


@pytest.mark.parametrize(
    "facts",
    [
        Facts(Decision.RELEASE, is_old=True),
        Facts(Decision.RELEASE, feed_rule=MailRule.NEVER),
        Facts(Decision.RELEASE, tells_same_story=True),
    ],
)
def test_an_editor_who_releases_outranks_every_rule(facts: Facts) -> None:
    assert standing_of(facts) is Standing.FREE


@pytest.mark.parametrize(
    ("published_at", "embargo_at", "release"),
    [
        (None, None, NOW + defaults.GRACE_TIME),
        (NOW - HOUR, None, NOW + defaults.GRACE_TIME),
        (NOW + HOUR, None, NOW + HOUR),
        (NOW + HOUR, NOW + 2 * HOUR, NOW + 2 * HOUR),
        (None, NOW, NOW + defaults.GRACE_TIME),
    ],
)
def test_a_new_article_waits_for_grace_time_date_and_embargo(
    published_at: datetime | None, embargo_at: datetime | None, release: datetime
) -> None:
    assert first_release(an_article(published_at=published_at, embargo_at=embargo_at)) == release


def test_what_becomes_free_counts_from_now_on() -> None:
    held = an_article(seen_at=NOW - 50 * HOUR, standing=Standing.HELD_BY_FEED)
    place(held, Standing.FREE, now=NOW)
    assert held.released_at == NOW


def test_what_is_out_stays_out_whatever_is_looked_at_again() -> None:
    out = an_article(seen_at=NOW - 50 * HOUR, released_at=NOW - 49 * HOUR)
    place(out, Standing.FREE, now=NOW)
    assert out.released_at == NOW - 49 * HOUR


def test_an_embargo_calls_back_what_is_released() -> None:
    out = an_article(seen_at=NOW - 50 * HOUR, released_at=NOW - 49 * HOUR, embargo_at=NOW + HOUR)
    place(out, Standing.FREE, now=NOW)
    assert out.released_at == NOW + HOUR


def test_a_release_by_hand_ends_the_grace_time_and_a_date_ahead() -> None:
    waiting = an_article(released_at=NOW + HOUR, published_at=NOW + HOUR, decision=Decision.RELEASE)
    place(waiting, Standing.FREE, now=NOW)
    assert waiting.released_at == NOW
    place(waiting, Standing.FREE, now=NOW + HOUR)
    assert waiting.released_at == NOW


@pytest.mark.parametrize("standing", [each for each in Standing if each is not Standing.FREE])
def test_what_is_not_free_has_no_release(standing: Standing) -> None:
    article = an_article(released_at=NOW)
    place(article, standing, now=NOW)
    assert (article.standing, article.released_at) == (standing, None)
