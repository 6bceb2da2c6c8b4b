"""Sitemaps as feeds: those with news, plain ones, lists of them."""

import gzip
from datetime import UTC, datetime

import pytest

from newsletter.feeds.articles import FeedKind
from newsletter.feeds.parsing.feed import parse
from newsletter.feeds.parsing.items import FeedError, ParsedFeed
from newsletter.feeds.parsing.sitemaps import title_from

URL = "https://courier.example/sitemap.xml"


def read(text: str) -> ParsedFeed:
    return parse(text.encode(), "text/xml", URL)


def urlset(*urls: str) -> str:
    return (
        '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" '
        'xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">' + "".join(urls) + "</urlset>"
    )


def url(loc: str, *, changed: str = "", title: str = "") -> str:
    news = f"<news:news><news:title>{title}</news:title></news:news>" if title else ""
    return f"<url><loc>{loc}</loc>{f'<lastmod>{changed}</lastmod>' if changed else ''}{news}</url>"


def listing(*places: tuple[str, str]) -> str:
    return (
        "<sitemapindex>"
        + "".join(f"<sitemap><loc>{loc}</loc><lastmod>{changed}</lastmod></sitemap>" for loc, changed in places)
        + "</sitemapindex>"
    )


def test_a_news_sitemap_is_a_feed_of_titles() -> None:
    feed = read(urlset(url("https://courier.example/bridge", title="A bridge &amp; a sound")))
    assert (feed.kind, feed.title, feed.home_url) == (FeedKind.SITEMAP, "courier.example", "https://courier.example/")
    (bridge,) = feed.items
    assert (bridge.url, bridge.title, bridge.is_title_made) == (
        "https://courier.example/bridge",
        "A bridge & a sound",
        False,
    )


def test_an_address_without_a_title_is_called_by_its_words() -> None:
    (item,) = read(
        urlset(url("https://courier.example/2026/the-yeast-that-keeps-time.html", changed="2026-11-23"))
    ).items
    assert (item.title, item.is_title_made) == ("The yeast that keeps time", True)
    assert item.updated_at == datetime(2026, 11, 23, tzinfo=UTC)


@pytest.mark.parametrize(
    ("address", "title"),
    [
        ("https://a.example/2026/11/under-the-ice-10482917.html", "Under the ice"),
        ("https://a.example/k%C3%BCnstliche_intelligenz/", "Künstliche intelligenz"),
        ("https://a.example/news/4711", "News"),
        ("https://a.example/wissen/index.html", "Wissen"),
        ("https://a.example/", ""),
        ("", ""),
    ],
)
def test_words_are_made_of_an_address(address: str, title: str) -> None:
    assert title_from(address) == title


def test_of_a_large_sitemap_the_newest_are_taken() -> None:
    urls = [url(f"https://courier.example/{n}", changed=f"20{n // 100:02}-01-01") for n in range(100, 5_100)]
    feed = read(urlset(*urls))
    assert len(feed.items) == 2_000
    assert {item.url for item in feed.items} == {f"https://courier.example/{n}" for n in range(3_100, 5_100)}
    assert feed.left_out == ("3,000 articles beyond the newest 2,000 were left out.",)


def test_a_packed_sitemap_is_unpacked() -> None:
    packed = gzip.compress(urlset(url("https://courier.example/bridge")).encode())
    assert len(parse(packed, "application/octet-stream", URL).items) == 1


@pytest.mark.parametrize("content", [b"\x1f\x8b", b"\x1f\x8bnothing", gzip.compress(b"", mtime=0)])
def test_a_damaged_packed_file_is_a_sentence(content: bytes) -> None:
    with pytest.raises(FeedError, match=r"\.$"):
        parse(content, None, URL)


def test_a_list_of_sitemaps_says_which_one_to_add() -> None:
    places = (
        ("https://courier.example/pages.xml", "2026-11-24"),
        ("https://courier.example/news-1.xml", "2025-01-01"),
        ("https://courier.example/news-2.xml", "2026-11-01"),
    )
    with pytest.raises(FeedError, match=r"Most likely https://courier\.example/news-2\.xml is the right one"):
        read(listing(*places))


def test_an_empty_list_of_sitemaps_is_a_sentence() -> None:
    with pytest.raises(FeedError, match="there are none in it"):
        read(listing())


def test_addresses_that_are_none_are_left_out_and_the_rest_is_taken() -> None:
    feed = read(urlset(url("javascript:alert(1)", title="Bad"), url("https://courier.example/1", title="Good")))
    assert [item.title for item in feed.items] == ["Good"]


def test_of_a_sitemap_that_breaks_off_the_whole_addresses_are_taken() -> None:
    text = urlset(*(url(f"https://courier.example/{n}") for n in range(10)))
    feed = read(text[: text.index("https://courier.example/7")])
    assert (len(feed.items), feed.is_complete) == (7, False)


def test_entities_are_not_expanded_in_sitemaps_either() -> None:
    text = '<!DOCTYPE urlset [<!ENTITY x SYSTEM "file:///etc/passwd">]>' + urlset(
        url("https://courier.example/1", title="a&x;b")
    )
    assert [item.title for item in read(text).items] == ["ab"]
