"""Finding the feeds of a site from any of its addresses."""

import pytest

from newsletter.errors import RefusedError
from newsletter.feeds.articles import FeedKind
from newsletter.feeds.extracting.finding import find
from newsletter.feeds.extracting.found import Found
from newsletter.feeds.fetching.fetcher import Fetched, Gone
from newsletter.feeds.intake import Intake
from tests.fake_feeds import FakeFetcher, item, rss
from tests.sample_pages import page, sample_page

HOME = "https://proof.example/"


@pytest.fixture
def site() -> FakeFetcher:
    return FakeFetcher()


def publish(site: FakeFetcher, url: str, content: bytes, content_type: str = "text/html") -> None:
    site.publish(url, Fetched(content, content_type, url))


def found_at(site: FakeFetcher, url: str = "proof.example/") -> Found:
    return find(Intake(site), url)


def test_the_feed_that_a_home_page_names_is_found_with_the_look_of_the_site(site: FakeFetcher) -> None:
    link = '<link rel="alternate" type="application/rss+xml" href="/news.xml">'
    publish(site, HOME, page("", head=f'{link}<meta property="og:site_name" content="Proof">'))
    site.publish_feed(f"{HOME}news.xml", rss(item(), title="Proof, all of it"))
    found = found_at(site)
    assert found.look.name == "Proof"
    assert [(feed.url, feed.title, feed.kind, feed.articles) for feed in found.feeds] == [
        (f"{HOME}news.xml", "Proof, all of it", FeedKind.FEED, 1)
    ]
    assert found.sentence == "This site has 1 feed to choose from."


@pytest.mark.parametrize("path", ["blog-feed.xml", "feed", "rss.xml", "atom.xml", "feed.json"])
def test_a_feed_that_no_page_names_is_found_at_the_usual_addresses(site: FakeFetcher, path: str) -> None:
    publish(site, HOME, page(""))
    site.publish_feed(f"{HOME}{path}", rss(item()))
    assert [feed.url for feed in found_at(site).feeds] == [f"{HOME}{path}"]


def test_the_feed_of_a_section_comes_before_that_of_its_site(site: FakeFetcher) -> None:
    publish(site, f"{HOME}ice/", page(""))
    site.publish_feed(f"{HOME}ice/feed", rss(item(link=f"{HOME}one")))
    site.publish_feed(f"{HOME}feed", rss(item(link=f"{HOME}two")))
    assert [feed.url for feed in found_at(site, "proof.example/ice/").feeds] == [f"{HOME}ice/feed", f"{HOME}feed"]


def test_one_feed_in_two_forms_is_offered_once(site: FakeFetcher) -> None:
    publish(site, HOME, page(""))
    for path in ("feed", "rss.xml"):
        site.publish_feed(f"{HOME}{path}", rss(item()))
    assert [feed.url for feed in found_at(site).feeds] == [f"{HOME}feed"]


def test_an_empty_feed_comes_last(site: FakeFetcher) -> None:
    publish(site, HOME, page(""))
    site.publish_feed(f"{HOME}feed", rss())
    site.publish_feed(f"{HOME}rss.xml", rss(item()))
    assert [feed.url for feed in found_at(site).feeds] == [f"{HOME}rss.xml", f"{HOME}feed"]


def test_the_address_of_a_feed_is_that_feed(site: FakeFetcher) -> None:
    site.publish_feed(f"{HOME}feed", rss(item(), title="Proof", link=HOME))
    publish(site, HOME, page("", head='<meta name="theme-color" content="#0b5fff">'))
    found = found_at(site, "feed://proof.example/feed")
    assert [feed.url for feed in found.feeds] == [f"{HOME}feed"]
    assert (found.look.name, found.look.accent) == ("The bell that rings alone", "#0b5fff")
    assert found.sentence == "This is a feed, with 1 article in it now."


def test_the_feed_of_comments_is_not_offered(site: FakeFetcher) -> None:
    publish(site, HOME, page("", head='<link rel="alternate" type="application/rss+xml" href="/comments/feed">'))
    site.publish_feed(f"{HOME}comments/feed", rss(item()))
    assert found_at(site).feeds == ()


def test_a_section_without_a_feed_is_itself_offered(site: FakeFetcher) -> None:
    rows = "".join(f'<h2><a href="/2026/11/24/story-of-the-day-{n}">The story of day {n}</a></h2>' for n in range(6))
    publish(site, HOME, page(f"<main>{rows}</main>"))
    found = found_at(site)
    assert [(feed.url, feed.kind, feed.articles) for feed in found.feeds] == [(HOME, FeedKind.PAGE, 6)]
    assert "names no feed" in found.sentence


def test_a_site_with_nothing_is_told_so(site: FakeFetcher) -> None:
    publish(site, HOME, page(""))
    found = found_at(site)
    assert found.feeds == ()
    assert found.sentence.startswith("No feed was found on this site")


def test_a_sitemap_of_news_that_robots_txt_names_is_a_feed_where_there_is_no_other(site: FakeFetcher) -> None:
    publish(site, HOME, page(""))
    robots = b"User-agent: *\nSitemap: /all.xml\nsitemap: https://proof.example/latest-news.xml"
    publish(site, f"{HOME}robots.txt", robots, "text/plain")
    rows = (
        "<url><loc>https://proof.example/ice</loc><news:news><news:publication_date>2026-11-24</news:publication_date>"
        "<news:title>Under the ice shelf</news:title></news:news></url>"
    )
    schema = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"'
    publish(site, f"{HOME}latest-news.xml", f"<urlset {schema}>{rows}</urlset>".encode(), "text/xml")
    assert [(feed.url, feed.kind, feed.articles) for feed in found_at(site).feeds] == [
        (f"{HOME}latest-news.xml", FeedKind.SITEMAP, 1)
    ]


def test_a_site_that_does_not_answer_is_told_of(site: FakeFetcher) -> None:
    assert found_at(site).sentence.endswith("(404).")
    site.publish(HOME, Gone("proof.example says that this page has been removed (410)."))
    assert found_at(site) == Found(found_at(site).look, (), "proof.example says that this page has been removed (410).")


def test_a_picture_is_no_site(site: FakeFetcher) -> None:
    publish(site, HOME, b"\x89PNG\r\n\x1a\n")
    assert found_at(site).sentence.startswith("This is a picture")


@pytest.mark.parametrize("address", ["", "ftp://proof.example", "https://user:secret@proof.example"])
def test_what_cannot_be_an_address_is_refused(site: FakeFetcher, address: str) -> None:
    with pytest.raises(RefusedError):
        found_at(site, address)
    assert site.asked == []


def test_an_article_leads_to_the_feeds_of_its_site(site: FakeFetcher) -> None:
    publish(site, "https://pegelbote.example/fluss/donau", sample_page("tidewatch"))
    site.publish_feed("https://pegelbote.example/feed.xml", rss(item()))
    found = found_at(site, "https://pegelbote.example/fluss/donau")
    assert (found.look.zone, [feed.url for feed in found.feeds]) == (
        "Europe/Vienna",
        ["https://pegelbote.example/feed.xml"],
    )
