"""What feedparser stumbles over costs the entry that holds it, and nothing else."""

import pytest

from newsletter.feeds.parsing.feed import parse
from newsletter.feeds.parsing.items import ParsedFeed
from tests.fake_feeds import item, rss

URL = "https://proof.example/feed.xml"


def read(text: str) -> ParsedFeed:
    return parse(text.encode(), None, URL)


def numbered(count: int, *, odd: int, piece: str) -> list[str]:
    items = [item(f"Story {n}", guid=str(n), link=f"https://proof.example/{n}") for n in range(count)]
    items[odd] = items[odd].replace("</item>", f"{piece}</item>")
    return items


ODD = "<description><width>1</width></description>"


@pytest.mark.parametrize("piece", [ODD, "<title><height>1</height></title>"])
def test_one_entry_is_left_out_with_a_reason_and_the_others_are_taken(piece: str) -> None:
    feed = read(rss(*numbered(9, odd=4, piece=piece)))
    assert [each.guid for each in feed.items] == ["0", "1", "2", "3", "5", "6", "7", "8"]
    assert feed.left_out == ("1 article could not be read. Tell the site.",)
    assert feed.title == "The Proof"


def test_of_a_feed_whose_head_cannot_be_read_the_articles_are_taken() -> None:
    feed = read(rss(item()).replace("<item>", f"{ODD}<item>", 1))
    assert (feed.title, len(feed.items)) == ("", 1)


def test_a_feed_with_nothing_but_what_cannot_be_read_says_so() -> None:
    feed = read(rss(*numbered(1, odd=0, piece=ODD)))
    assert (feed.items, feed.left_out) == ((), ("1 article could not be read. Tell the site.",))


def test_a_feed_in_which_everything_is_odd_is_given_up_soon() -> None:
    odd = [each.replace("</item>", f"{ODD}</item>") for each in numbered(2_000, odd=0, piece="")]
    feed = read(rss(*odd))
    assert (feed.items, feed.left_out) == ((), ("2,000 articles could not be read. Tell the site.",))


@pytest.mark.parametrize("host", ["exam<ple.org", "a b", "a%20b", "\ufffd.example", "xn--\u00e9.example", "a^b"])
def test_a_link_without_a_host_that_can_be_is_no_link(host: str) -> None:
    markup = '<p>Ice <a href="/more">more</a></p>'
    link = f"https://{host}/ice".replace("<", "&lt;")
    feed = read(rss(item(link=link, text=markup)))
    assert feed.items == ()
    assert [each.html for each in feed.entries] == ['<p>Ice <a href="https://proof.example/more">more</a></p>']
