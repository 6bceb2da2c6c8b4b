"""The same story told twice: held for an editor, never mailed twice, never dropped."""

from datetime import timedelta
from typing import Final

import pytest

from newsletter.database import Database
from newsletter.feeds.articles import Standing
from tests.fake_feeds import item
from tests.feed_stock import LATER, a_feed, articles, take, take_all

TEXT: Final = "<p>The ice below the shelf is much thinner than was thought, a new survey by radar shows.</p>"


def test_new_guids_and_new_links_at_once_are_held_as_the_same_stories(database: Database) -> None:
    feed_id = a_feed(database)
    take(database, feed_id, item(text=TEXT), at=LATER, is_first=True)
    report = take_all(database, feed_id, item(guid="b", link="https://proof.example/en/ice", text=TEXT))
    assert report.remarks == ("1 article is held, since another tells the same story.",)
    first, again = articles(database)
    assert (again.standing, again.released_at, again.same_story_as) == (Standing.SAME_STORY, None, first.id)


@pytest.mark.parametrize("is_first", [True, False])
def test_a_site_that_renames_everything_mails_nothing_again_however_old(
    database: Database,
    *,
    is_first: bool,
) -> None:
    feed_id = a_feed(database)
    take(database, feed_id, item(text=TEXT), at=LATER, is_first=is_first)
    relaunch = LATER + timedelta(days=90)
    fresh = item("Fire", guid="c", link="https://proof.example/en/fire", published="Sun, 21 Feb 2027 10:00:00 +0000")
    take(database, feed_id, fresh, item(guid="b", link="https://proof.example/en/ice", text=TEXT), at=relaunch)
    assert [each.standing for each in articles(database)][1:] == [Standing.FREE, Standing.SAME_STORY]


def test_a_column_of_one_title_and_beginning_is_no_story_told_twice_after_two_weeks(database: Database) -> None:
    feed_id = a_feed(database)
    take(database, feed_id, item("Letters", guid="1", link="https://proof.example/1", text=TEXT))
    again = item(
        "Letters", guid="2", link="https://proof.example/2", text=TEXT, published="Wed, 09 Dec 2026 10:00:00 +0000"
    )
    take(database, feed_id, again, at=LATER + timedelta(days=15))
    assert [each.standing for each in articles(database)] == [Standing.FREE, Standing.FREE]


def test_the_same_title_with_another_beginning_is_another_story(database: Database) -> None:
    feed_id = a_feed(database)
    take(
        database,
        feed_id,
        item(
            "Weather",
            guid="1",
            link="https://proof.example/1",
            text="<p>Rain in the north all day, sun in the south.</p>",
        ),
    )
    take(
        database,
        feed_id,
        item(
            "Weather",
            guid="2",
            link="https://proof.example/2",
            text="<p>A storm from the west, and hail by the evening.</p>",
        ),
    )
    assert [each.standing for each in articles(database)] == [Standing.FREE, Standing.FREE]
