"""Feeds that keep to no rule, as the cases of public suites have them: what they say is found all the same."""

import pytest

from newsletter.feeds.parsing.feed import parse
from newsletter.feeds.parsing.items import FeedError, ParsedFeed
from tests.fake_feeds import item, rss

URL = "https://proof.example/feed.xml"
ATOM = "http://www.w3.org/2005/Atom"


def read(text: str) -> ParsedFeed:
    return parse(text.encode(), None, URL)


def test_a_feed_whose_last_sign_got_lost_is_whole() -> None:
    feed = read(rss(item("Ice & snow", link="https://a.example/?a=1&amp;b=2")).rstrip().removesuffix(">"))
    assert feed.is_complete
    assert [(each.title, each.url) for each in feed.items] == [("Ice & snow", "https://a.example/?a=1&b=2")]
    assert feed.left_out == ()


def test_a_feed_whose_last_tag_is_cut_is_not_whole() -> None:
    feed = read(rss(item("Ice")).rstrip().removesuffix("s>"))
    assert ([each.title for each in feed.items], feed.is_complete) == (["Ice"], False)


@pytest.mark.parametrize(
    ("text", "title", "home_url"),
    [
        ("<CHANNEL><TITLE>The Proof</TITLE></CHANNEL>", "The Proof", ""),
        ('<CHANNEL HREF="https://proof.example/"></CHANNEL>', "", "https://proof.example/"),
    ],
)
def test_a_channel_without_articles_is_a_feed(text: str, title: str, home_url: str) -> None:
    feed = read(text)
    assert (feed.title, feed.home_url, feed.items) == (title, home_url, ())


def test_a_channel_that_says_nothing_is_no_feed() -> None:
    with pytest.raises(FeedError, match="not a feed"):
        read("<CHANNEL><NUMBER>7</NUMBER></CHANNEL>")


@pytest.mark.parametrize("written", ["Tom &amp; Maren", "Tom &amp;amp; Maren", "<![CDATA[Tom &amp; Maren]]>"])
def test_a_name_that_is_escaped_once_too_often_is_read(written: str) -> None:
    (one,) = read(rss(f"<item><link>https://a.example/1</link><author>{written}</author></item>")).items
    assert one.author == "Tom & Maren"


@pytest.mark.parametrize(
    ("texts", "language"),
    [
        ('<summary xml:lang="fr">Froid</summary><title xml:lang="en">Ice</title>', "fr"),
        ('<summary>Kalt</summary><title xml:lang="en">Ice</title>', "de"),
        ('<content xml:lang="fr">Froid</content><summary xml:lang="en">Cold</summary>', "fr"),
        ('<title xml:lang="en">Ice</title>', "en"),
    ],
)
def test_the_language_of_an_article_is_that_of_its_text(texts: str, language: str) -> None:
    entry = f'<entry>{texts}<link href="https://a.example/1"/></entry>'
    (one,) = read(f'<feed xmlns="{ATOM}" xml:lang="de"><title>T</title>{entry}</feed>').items
    assert one.language == language
