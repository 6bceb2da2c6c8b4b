"""What every FeedFetcher promises, and what HttpFetcher makes of the answers of a real server on loopback."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from newsletter.feeds.fetching.fetcher import FeedFetcher, Fetched, Gone, Unchanged
from newsletter.feeds.parsing.feed import parse
from newsletter.feeds.parsing.items import FeedError
from tests.fake_feeds import FakeFetcher, item, rss
from tests.loopback_site import FEED, Site, fetcher, leads_to, page, sentence_of, status


@pytest.fixture
def site() -> Iterator[Site]:
    with Site() as made:
        yield made


# What both promise.


@dataclass
class Publisher:
    """A fetcher and a way to put a feed where it finds it."""

    fetcher: FeedFetcher
    url: str
    publish: Callable[[bytes, str], None]
    end: Callable[[], None]


@pytest.fixture(params=["http", "fake"])
def publisher(request: pytest.FixtureRequest, site: Site) -> Publisher:
    if request.param == "fake":
        fake, url = FakeFetcher(), "https://proof.example/feed"
        return Publisher(
            fake,
            url,
            lambda body, etag: fake.publish_feed(url, body, etag=etag),
            lambda: fake.publish(url, Gone("It has ended (410).")),
        )
    return Publisher(
        fetcher(),
        site.url(),
        lambda body, etag: site.pages.update({"/feed": page(body, ETag=etag, Content_Type="application/rss+xml")}),
        lambda: site.pages.update({"/feed": status(410)}),
    )


def test_a_feed_is_given_with_its_mark_and_where_it_was_found(publisher: Publisher) -> None:
    publisher.publish(FEED, '"one"')
    found = publisher.fetcher.fetch(publisher.url)
    assert found == Fetched(FEED, "application/rss+xml", publisher.url, etag='"one"')


def test_nothing_new_costs_no_content(publisher: Publisher) -> None:
    publisher.publish(FEED, '"one"')
    assert publisher.fetcher.fetch(publisher.url, etag='"one"') == Unchanged()


def test_another_mark_brings_the_content(publisher: Publisher) -> None:
    publisher.publish(FEED, '"two"')
    assert isinstance(publisher.fetcher.fetch(publisher.url, etag='"one"'), Fetched)


def test_no_feed_is_a_sentence(publisher: Publisher) -> None:
    assert "(404)" in sentence_of(publisher.fetcher.fetch(publisher.url))


def test_a_feed_that_has_ended_says_so(publisher: Publisher) -> None:
    publisher.end()
    outcome = publisher.fetcher.fetch(publisher.url)
    assert isinstance(outcome, Gone)
    assert "ended" in outcome.sentence


# What is sent.


def test_a_request_says_who_asks_and_sends_both_marks(site: Site) -> None:
    fetcher().fetch(site.url(), etag='"x"', last_modified="Tue, 24 Nov 2026 09:00:00 GMT")
    (sent,) = site.requests
    assert sent["User-Agent"] == "Gazette/0.1"
    assert sent["Host"] == f"127.0.0.1:{site.port}"
    assert (sent["If-None-Match"], sent["If-Modified-Since"]) == ('"x"', "Tue, 24 Nov 2026 09:00:00 GMT")


def test_a_mark_that_no_request_can_carry_is_left_out(site: Site) -> None:
    site.pages["/feed"] = page()
    assert isinstance(fetcher().fetch(site.url(), etag='"é\n"'), Fetched)
    assert "If-None-Match" not in site.requests[0]


def test_cookies_are_not_kept(site: Site) -> None:
    site.pages["/feed"] = page(Set_Cookie="who=you")
    one = fetcher()
    one.fetch(site.url())
    one.fetch(site.url())
    assert "Cookie" not in site.requests[1]


def test_not_modified_without_being_asked_is_no_answer(site: Site) -> None:
    site.pages["/feed"] = status(304)
    assert "304" in sentence_of(fetcher().fetch(site.url()))


# Redirects.


def test_a_move_for_good_is_told(site: Site) -> None:
    site.pages |= {"/feed": leads_to("/new", 301), "/new": leads_to("/newer", 308), "/newer": page()}
    found = fetcher().fetch(site.url())
    assert isinstance(found, Fetched)
    assert found.moved_to == found.url == site.url("/newer")


def test_a_detour_is_followed_and_not_remembered(site: Site) -> None:
    site.pages |= {"/feed": leads_to("/new", 301), "/new": leads_to("/today", 302), "/today": page()}
    found = fetcher().fetch(site.url())
    assert isinstance(found, Fetched)
    assert (found.url, found.moved_to) == (site.url("/today"), site.url("/new"))


def test_a_detour_before_a_move_makes_it_a_detour(site: Site) -> None:
    site.pages |= {"/feed": leads_to("/today", 307), "/today": leads_to("/new", 301), "/new": page()}
    found = fetcher().fetch(site.url())
    assert isinstance(found, Fetched)
    assert found.moved_to is None


def test_five_redirects_are_followed_and_no_more(site: Site) -> None:
    site.pages |= {f"/{n}": leads_to(f"/{n + 1}") for n in range(6)} | {"/6": page()}
    assert isinstance(fetcher().fetch(site.url("/1")), Fetched)
    assert "without end" in sentence_of(fetcher().fetch(site.url("/0")))


@pytest.mark.parametrize(
    "target", ["file:///etc/passwd", "ftp://127.0.0.1/feed", "http://a:b@127.0.0.1/feed", "http://"]
)
def test_a_redirect_leads_to_the_web_only(site: Site, target: str) -> None:
    site.pages["/feed"] = leads_to(target)
    sentence_of(fetcher().fetch(site.url()))


def test_a_redirect_to_a_private_address_is_not_followed(site: Site) -> None:
    with Site("127.0.0.2") as private:
        private.pages["/feed"] = page()
        site.pages["/feed"] = leads_to(private.url())
        outcome = fetcher("127.0.0.1", ports={private.port}).fetch(site.url())
        assert "not on the public internet" in sentence_of(outcome)
        assert private.connections == 0


# With the parser.


def test_a_feed_with_a_wrong_encoding_named_is_read(site: Site) -> None:
    site.pages["/feed"] = page(rss(item("Größe")).encode(), Content_Type="text/xml; charset=iso-8859-1")
    found = fetcher().fetch(site.url())
    assert isinstance(found, Fetched)
    assert parse(found.content, found.content_type, found.url).items[0].title == "Größe"


def test_a_web_page_is_no_feed(site: Site) -> None:
    site.pages["/feed"] = page(b"<!DOCTYPE html><html><body>News</body></html>", Content_Type="text/html")
    found = fetcher().fetch(site.url())
    assert isinstance(found, Fetched)
    with pytest.raises(FeedError, match="web page, not a feed"):
        parse(found.content, found.content_type, found.url)
