"""Reading feeds of all kinds, and what is none."""

import json
import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest

from newsletter.feeds.parsing.feed import parse
from newsletter.feeds.parsing.items import FeedError, ParsedFeed
from newsletter.feeds.parsing.making import MOST_ITEMS
from tests.fake_feeds import item, rss

SAMPLES = Path(__file__).parent.parent.parent / "samples" / "feeds"
URL = "https://proof.example/feed.xml"


def sample(name: str, url: str = URL) -> ParsedFeed:
    return parse((SAMPLES / name).read_bytes(), None, url)


def read(text: str) -> ParsedFeed:
    return parse(text.encode(), None, URL)


def test_an_rss_feed_is_read() -> None:
    feed = sample("newsroom.rss")
    assert (feed.title, feed.home_url, feed.language) == ("The Proof & Co", "https://proof.example/", "en-GB")
    assert [each.title for each in feed.items] == ["Under the ice shelf: a warm river", "Raindrops remember"]
    first = feed.items[0]
    assert first.guid == "proof-1041"
    assert first.url == "https://proof.example/ice?page=2#reader"
    assert first.author == "Maren Oduya, Tomasz Wilk"
    assert first.summary == "A robot swam where nobody could."
    assert first.categories == ("Science", "Climate & ice")
    assert first.published_at == datetime(2026, 11, 23, 9, 15, tzinfo=UTC)
    assert first.minutes == 1


def test_its_html_is_safe_and_its_links_are_absolute() -> None:
    html = sample("newsroom.rss").items[0].html
    assert '<a href="https://proof.example/rivers">river</a>' in html
    assert "<p>It is warm.</p>" in html
    for gone in ("script", "alert", "onclick", "px.gif"):
        assert gone not in html


def test_the_largest_picture_that_the_feed_names_is_taken() -> None:
    assert sample("newsroom.rss").items[0].image_url == "https://img.proof.example/large.jpg"


def test_an_item_without_a_title_is_called_by_its_first_words() -> None:
    untitled = sample("newsroom.rss").items[1]
    assert untitled.title == "Raindrops remember"
    assert untitled.summary.startswith("Raindrops remember. A short note")
    assert (untitled.guid, untitled.published_at, untitled.author) == ("", None, "")


def test_an_item_with_nothing_but_a_link_is_called_by_its_feed() -> None:
    (only,) = read(rss("<item><link>https://proof.example/1</link></item>")).items
    assert only.title == "The Proof"


def test_an_atom_feed_is_read_with_its_bases() -> None:
    feed = sample("relative.atom")
    assert (feed.title, feed.home_url, feed.language) == ("Labor & Leben", "https://labor.example/blog/", "de")
    (entry,) = feed.items
    assert entry.title == "Hefe < Bier"
    assert entry.url == "https://labor.example/blog/2026/11/hefe"
    assert '<a href="https://labor.example/blog/2026/10/gaerung">Gärung</a>' in entry.html
    assert (entry.image_url, entry.image_alt) == ("https://labor.example/blog/2026/11/hefe.png", "")
    assert entry.author == "Ines Vogt"
    assert entry.categories == ("Biologie", "bio")
    assert entry.published_at == datetime(2026, 11, 22, 22, 30, tzinfo=UTC)
    assert entry.updated_at == datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
    assert (entry.summary, entry.language) == ("Warum Hefe altert.", "de")


def test_an_rdf_feed_is_read() -> None:
    (paper,) = sample("papers.rdf").items
    assert (paper.title, paper.url, paper.guid) == ("On fungi", "https://papers.example/7", "https://papers.example/7")
    assert (paper.author, paper.categories) == ("Hines, P. J.", ("Botany",))
    assert paper.published_at == datetime(2026, 11, 20, tzinfo=UTC)


def test_an_old_feed_with_a_harmless_document_type_is_read() -> None:
    feed = sample("old.rss")
    assert feed.title == "Café Kurier"
    assert [each.title for each in feed.items] == ["Alt & gut"]
    assert feed.is_complete


def test_a_json_feed_is_read() -> None:
    feed = sample("notes.json", "https://notes.example/feed.json")
    assert (feed.title, feed.home_url) == ("Field notes", "https://notes.example/")
    glacier, elsewhere, only_id = feed.items
    assert (glacier.title, glacier.summary) == ("A glacier, <counted>", "Counting ice.")
    assert glacier.html == "<p>We counted <b>every</b> crevasse.</p>"
    assert glacier.image_url == "https://notes.example/img/glacier.jpg"
    assert glacier.published_at == datetime(2026, 11, 21, 5, 5, tzinfo=UTC)
    assert (glacier.author, glacier.categories) == ("Ada Ruiz", ("Science", "Ice"))
    assert (elsewhere.guid, elsewhere.url) == ("17", "https://elsewhere.example/story")
    assert elsewhere.html == "<p>First part, with 3 &lt; 4.</p><p>Second part.</p>"
    assert (only_id.url, only_id.author) == ("https://notes.example/only-an-id", "Guest")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "the answer is empty"),
        (b" \n\n", "the answer is empty"),
        (b"<!DOCTYPE html><title>News</title>", "This is a web page, not a feed; look for a link to its feed"),
        (b"<html xmlns='http://www.w3.org/1999/xhtml'><body/></html>", "This is a web page"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\xff\xfe", "not a feed"),
        (b"News of today", "not a feed"),
        (b"<sitemap><url/></sitemap>", "XML, but not a feed"),
        (b'{"name": "proof"}', "JSON, but not a feed"),
        (b'{"items": [', "damaged"),
        (b'{"items":' + b"[" * 100_000, "damaged"),
        (b"<rss version='2.0'><channel><title>The Pro", "damaged"),
    ],
)
def test_what_is_no_feed_is_a_sentence(content: bytes, words: str) -> None:
    with pytest.raises(FeedError, match=words):
        parse(content, None, URL)


def test_a_web_page_that_names_its_feed_says_where_it_is() -> None:
    page = b"<html><head><link rel='alternate' type='application/rss+xml' href='/rss?a=1&amp;b=2'></head></html>"
    with pytest.raises(FeedError, match=r"its feed is at https://proof\.example/rss\?a=1&b=2\.$"):
        parse(page, "text/html", "https://proof.example/")


def test_a_feed_without_items_is_a_feed() -> None:
    assert read(rss()).items == ()


def test_dates_that_are_none_are_left_out() -> None:
    dates = ("yesterday", "Mon, 99 Nov 2026 10:00:00 GMT", "0001-01-01T00:00:00Z", "")
    feed = read(rss(*(item(guid=str(n), published=date) for n, date in enumerate(dates))))
    assert [each.published_at for each in feed.items] == [None] * 4


def test_one_bad_entry_costs_none_of_the_others() -> None:
    bad = (
        item("x" * 100_000, guid="1", link="https://a.example/1"),
        item("Nu\0l", guid="2", link="https://a.example/2"),
        item("Far", guid="3", link="https://a.example/3", published="9999-12-31T23:59:59Z"),
        item("Script", guid="4", link="javascript:alert(1)"),
        item("Data", guid="5", link="data:text/html,x"),
        item("Long", guid="6", link="https://a.example/6", text="word " * 60_000),
        item("Good", guid="7", link="https://a.example/7"),
    )
    feed = read(rss(*bad))
    titles = [each.title for each in feed.items]
    assert titles == ["x" * 299 + "…", "Nul", "Far", "Long", "Good"]
    assert feed.items[2].published_at == datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)
    assert [(place, each.title, each.url) for place, each in feed.unlinked] == [(3, "Script", ""), (4, "Data", "")]
    assert feed.left_out == (
        "2 entries have no link to a page and cannot be mailed. The site can add links to its feed.",
        "The text of 1 article was longer than 256 kB or nested too deep, and was cut.",
    )
    assert [each.title for each in feed.entries][3:5] == ["Script", "Data"]


def test_of_fifty_thousand_articles_the_newest_are_taken_soon() -> None:
    start = datetime(2020, 1, 1, tzinfo=UTC)
    items = (
        f"<item><title>{n}</title><link>https://a.example/{n}</link>"
        f"<pubDate>{format_datetime(start + timedelta(hours=n))}</pubDate></item>"
        for n in range(50_000)
    )
    text, started = rss(*items), time.process_time()
    feed = read(text)
    assert time.process_time() - started < 5
    assert [each.title for each in feed.items] == [str(n) for n in range(48_000, 50_000)]
    assert feed.left_out == ("48,000 articles beyond the newest 2,000 were left out.",)


def test_the_hub_the_address_and_the_logo_of_a_feed_are_found() -> None:
    links = '<link rel="hub" href="https://hub.example/"/><link rel="self" href="/feed"/><logo>/logo.png</logo>'
    atom = read(f'<feed xmlns="http://www.w3.org/2005/Atom">{links}</feed>')
    found = {"hubs": [{"type": "WebSub", "url": "https://hub.example/"}], "feed_url": "/feed", "icon": "/logo.png"}
    in_json = read(json.dumps({"items": [], **found}))
    for feed in (atom, in_json):
        assert (feed.hub_url, feed.self_url, feed.logo_url) == (
            "https://hub.example/",
            "https://proof.example/feed",
            "https://proof.example/logo.png",
        )


@pytest.mark.parametrize(
    ("entry", "html"),
    [
        (
            "<description>Teaser</description><content:encoded>&lt;p&gt;All of it&lt;/p&gt;</content:encoded>",
            "<p>All of it</p>",
        ),
        (
            "<description>All that there is to say.</description><media:description>A boat</media:description>",
            "All that there is to say.",
        ),
    ],
)
def test_the_text_is_what_the_feed_calls_content_but_no_caption(entry: str, html: str) -> None:
    (one,) = read(rss(f"<item><link>https://a.example/1</link>{entry}</item>")).items
    assert one.html == html


def test_links_within_a_text_lead_to_its_page_where_no_base_is_given() -> None:
    (one,) = read(rss(item(link="https://a.example/2026/ice", text='<a href="#fn1">1</a> <a href="/x">x</a>'))).items
    assert one.html == '<a href="https://a.example/2026/ice#fn1">1</a> <a href="https://a.example/x">x</a>'


def test_what_blog_software_puts_below_a_text_is_left_out() -> None:
    below = '<p>The post <a href="/i">Ice &amp; snow</a> appeared first on <a href="/">The Proof</a>.</p>'
    (one,) = read(rss(item(text=f"<p>Cold.</p>{below}"))).items
    assert (one.html, one.summary) == ("<p>Cold.</p>", "Cold.")


def test_channels_of_old_browsers_are_feeds_too() -> None:
    feed = read(
        '<CHANNEL HREF="https://a.example/"><ITEM HREF="https://a.example/1"><TITLE>Ice</TITLE></ITEM></CHANNEL>'
    )
    assert [(each.title, each.url) for each in feed.items] == [("Ice", "https://a.example/1")]


def test_a_date_in_the_future_is_kept() -> None:
    (ahead,) = read(rss(item(published="Fri, 01 Jan 2038 00:00:00 GMT"))).items
    assert ahead.published_at == datetime(2038, 1, 1, tzinfo=UTC)


def test_of_a_very_long_feed_the_newest_are_taken() -> None:
    start = datetime(2020, 1, 1, tzinfo=UTC)
    items = [
        item(f"No. {n}", guid=str(n), text="", published=format_datetime(start + timedelta(hours=n)))
        for n in range(MOST_ITEMS + 10)
    ]
    titles = [each.title for each in read(rss(*items)).items]  # the oldest stand first
    assert (len(titles), titles[0], titles[-1]) == (MOST_ITEMS, "No. 10", f"No. {MOST_ITEMS + 9}")


def test_a_very_long_text_is_cut() -> None:
    (long,) = read(rss(item(text="<p>" + "word " * 200_000 + "</p>"))).items
    assert len(long.html) < 260_000
    assert len(long.summary) <= 300
    assert long.summary.endswith("…")


def test_an_author_that_is_an_address_is_left_out() -> None:
    only, named = read(
        rss(
            "<item><link>https://proof.example/1</link><author>desk@proof.example</author></item>",
            "<item><link>https://proof.example/2</link><author>desk@proof.example (Maren Oduya)</author></item>",
        )
    ).items
    assert (only.author, named.author) == ("", "Maren Oduya")


def test_letters_that_no_database_stores_are_left_out() -> None:
    entry = {"id": "a\ud800b\0", "url": "https://a.example/1\0", "title": "\ud83d\0Ice", "content_text": "\udc00x\0"}
    (one,) = parse(json.dumps({"items": [entry]}).encode(), None, URL).items
    assert (one.guid, one.url, one.title, one.html) == ("ab", "https://a.example/1", "Ice", "<p>x</p>")
