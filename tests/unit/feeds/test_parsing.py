"""Reading feeds of all kinds, and what is none."""

import json
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

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


@given(st.binary(max_size=400))
def test_no_bytes_raise_anything_but_a_sentence(content: bytes) -> None:
    try:
        parse(content, None, URL)
    except FeedError as error:
        assert str(error).endswith(".")  # noqa: PT017 - either outcome is right


PIECES = (
    "<rss> <channel> <item> </item> </channel> </rss> <link> </link> https://a.example/1 <title> </title> <![CDATA[ "
    "]]> &nbsp; & < > <feed> <entry> </entry> <guid> <pubDate> \x00 x <description> </description> &lt;script&gt; "
    "<!-- --> <media:content/> <?xml?> é <b= { <author> @ &#0; &#xffffff; </"
)


@given(
    st.lists(st.sampled_from(PIECES.split()), max_size=30),
    st.sampled_from(["", "<rss><channel>", "<feed>", "<rdf:RDF>"]),
)
def test_no_broken_feed_raises_anything_but_a_sentence(pieces: list[str], beginning: str) -> None:
    try:
        feed = parse((beginning + "".join(pieces)).encode(), None, URL)
    except FeedError:
        return
    assert all(each.url.startswith("http") and each.title for each in feed.items)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
ENTRY = st.fixed_dictionaries(
    {"url": st.just("https://a.example/1") | JSON},
    optional=dict.fromkeys(
        (
            "id",
            "title",
            "content_html",
            "content_text",
            "summary",
            "image",
            "date_published",
            "tags",
            "authors",
            "author",
        ),
        JSON,
    ),
)


@given(st.lists(ENTRY | JSON, max_size=3))
def test_no_json_raises_anything_but_a_sentence(items: list[object]) -> None:
    feed = parse(json.dumps({"items": items}).encode(), None, URL)
    for each in feed.items:
        assert each.url.startswith("http")
        assert each.title


def test_letters_that_no_database_stores_are_left_out() -> None:
    entry = {"id": "a\ud800b\0", "url": "https://a.example/1\0", "title": "\ud83d\0Ice", "content_text": "\udc00x\0"}
    (one,) = parse(json.dumps({"items": [entry]}).encode(), None, URL).items
    assert (one.guid, one.url, one.title, one.html) == ("ab", "https://a.example/1", "Ice", "<p>x</p>")
