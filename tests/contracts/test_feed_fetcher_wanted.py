"""What a fetcher makes of what is wanted: feeds, pages and pictures, past caches, and the links of an answer."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from newsletter.feeds.fetching.fetcher import FeedFetcher, Fetched, Gone, Unreachable, Wanted
from tests.fake_feeds import FakeFetcher
from tests.loopback_site import FEED, Site, fetcher, leads_to, page, sentence_of, status

PAGE = b"<!DOCTYPE html><title>Ice</title>"
PICTURE = b"\xff\xd8\xff" + b"x" * 6_000_000


@pytest.fixture
def site() -> Iterator[Site]:
    with Site() as made:
        yield made


# What both promise.


@dataclass
class Publisher:
    """A fetcher and ways to put things where it finds them."""

    fetcher: FeedFetcher
    url: str
    publish_page: Callable[[bytes, str], None]
    publish_picture: Callable[[bytes], None]


@pytest.fixture(params=["http", "fake"])
def publisher(request: pytest.FixtureRequest, site: Site) -> Publisher:
    if request.param == "fake":
        fake, url = FakeFetcher(), "https://proof.example/ice"
        return Publisher(
            fake,
            url,
            lambda body, etag: fake.publish_page(url, body, etag=etag),
            lambda body: fake.publish_picture(url, body),
        )
    html = "text/html; charset=utf-8"
    return Publisher(
        fetcher(),
        site.url("/ice"),
        lambda body, etag: site.pages.update({"/ice": page(body, Content_Type=html, ETag=etag)}),
        lambda body: site.pages.update({"/ice": page(body, Content_Type="image/jpeg")}),
    )


def test_a_page_is_given_with_its_type(publisher: Publisher) -> None:
    publisher.publish_page(PAGE, '"one"')
    found = publisher.fetcher.fetch(publisher.url, wanted=Wanted.PAGE)
    assert found == Fetched(PAGE, "text/html; charset=utf-8", publisher.url, etag='"one"')


def test_a_picture_larger_than_any_feed_is_given(publisher: Publisher) -> None:
    publisher.publish_picture(PICTURE)
    found = publisher.fetcher.fetch(publisher.url, wanted=Wanted.PICTURE)
    assert found == Fetched(PICTURE, "image/jpeg", publisher.url)


def test_past_caches_the_content_comes_though_its_mark_is_known(publisher: Publisher) -> None:
    publisher.publish_page(PAGE, '"one"')
    found = publisher.fetcher.fetch(publisher.url, etag='"one"', wanted=Wanted.PAGE, past_caches=True)
    assert isinstance(found, Fetched)
    assert found.url == publisher.url


@pytest.mark.parametrize("wanted", list(Wanted))
def test_what_is_not_there_is_named(publisher: Publisher, wanted: Wanted) -> None:
    assert f"no {wanted} at this address" in sentence_of(publisher.fetcher.fetch(publisher.url, wanted=wanted))


# What is sent, and what is accepted.


@pytest.mark.parametrize(
    ("wanted", "first"),
    [(Wanted.FEED, "application/rss+xml"), (Wanted.PAGE, "text/html"), (Wanted.PICTURE, "image/jpeg")],
)
def test_a_site_is_told_what_is_wanted(site: Site, wanted: Wanted, first: str) -> None:
    fetcher().fetch(site.url(), wanted=wanted)
    (sent,) = site.requests
    assert sent["Accept"].startswith(first)
    assert sent["Accept-Encoding"] == "gzip, deflate, br"


@pytest.mark.parametrize(
    ("wanted", "size", "words"),
    [
        (Wanted.FEED, 5_000_001, "feed is larger than 5 MB"),
        (Wanted.PAGE, 5_000_001, "page is larger than 5 MB"),
        (Wanted.PICTURE, 20_000_001, "picture is larger than 20 MB"),
    ],
)
def test_each_has_its_own_limit(site: Site, wanted: Wanted, size: int, words: str) -> None:
    site.pages["/feed"] = page(b"x" * size)
    assert words in sentence_of(fetcher().fetch(site.url(), wanted=wanted))


@pytest.mark.parametrize("wanted", list(Wanted))
@pytest.mark.parametrize("code", [401, 404, 410, 418])
def test_sentences_name_what_was_wanted_and_nothing_else(site: Site, wanted: Wanted, code: int) -> None:
    site.pages["/feed"] = status(code)
    outcome = fetcher().fetch(site.url(), wanted=wanted)
    assert isinstance(outcome, Gone if code == 410 else Unreachable)
    assert wanted in outcome.sentence
    assert not any(other in outcome.sentence for other in Wanted if other is not wanted)


# Past caches.


def test_a_cache_that_obeys_nothing_is_passed(site: Site) -> None:
    site.pages["/feed"] = page(b"old")
    site.others = page()
    assert isinstance(plain := fetcher().fetch(site.url()), Fetched)
    assert isinstance(fresh := fetcher().fetch(site.url(), past_caches=True), Fetched)
    assert (plain.content, fresh.content) == (b"old", FEED)
    assert fresh.url == site.url()


def test_caches_on_the_way_are_asked_to_step_aside(site: Site) -> None:
    site.others = page()
    fetcher().fetch(site.url(), etag='"x"', last_modified="Tue, 24 Nov 2026 09:00:00 GMT", past_caches=True)
    (sent,) = site.requests
    assert (sent["Cache-Control"], sent["Pragma"]) == ("no-cache, no-store", "no-cache")
    assert "If-None-Match" not in sent
    assert "If-Modified-Since" not in sent


def test_an_address_with_a_query_keeps_it(site: Site) -> None:
    site.others = page()
    found = fetcher().fetch(site.url("/feed?topic=ice#top"), past_caches=True)
    assert isinstance(found, Fetched)
    assert site.paths[0].startswith("/feed?topic=ice&")
    assert found.url == site.url("/feed?topic=ice#top")


@pytest.mark.parametrize("code", [400, 403, 404, 410, 500])
def test_a_site_that_refuses_the_unseen_address_is_asked_plainly(site: Site, code: int) -> None:
    site.pages["/feed"] = page()
    site.others = status(code)
    assert isinstance(fetcher().fetch(site.url(), past_caches=True), Fetched)
    assert len(site.requests) == 2
    assert site.requests[1]["Cache-Control"] == "no-cache, no-store"


def test_redirects_are_followed_past_caches_too(site: Site) -> None:
    site.pages |= {"/feed": leads_to("/new", 301), "/new": page(b"old")}
    site.others = lambda handler: (page() if "/new" in handler.path else leads_to("/new", 301))(handler)
    found = fetcher().fetch(site.url(), past_caches=True)
    assert isinstance(found, Fetched)
    assert (found.content, found.url, found.moved_to) == (FEED, site.url("/new"), site.url("/new"))


# The links of an answer.


def test_the_hub_of_a_feed_is_told_absolute(site: Site) -> None:
    site.pages["/feed"] = page(
        Link=f'<https://hub.example/>; rel="hub", </feed>; title="a, <b>"; rel=Self, <{"x" * 9}>'
    )
    found = fetcher().fetch(site.url())
    assert isinstance(found, Fetched)
    assert found.links == (("hub", "https://hub.example/"), ("self", site.url("/feed")))


def test_one_link_may_stand_for_several_purposes(site: Site) -> None:
    site.pages["/feed"] = page(Link='<https://hub.example/>; rel="hub self"')
    found = fetcher().fetch(site.url())
    assert isinstance(found, Fetched)
    assert [relation for relation, _url in found.links] == ["hub", "self"]


@pytest.mark.parametrize(
    "link",
    [
        "",
        "<",
        "<>",
        '<http://[>; rel="hub"',
        "<javascript:alert(1)>; rel=hub",
        "<file:///etc/passwd>; rel=hub",
        '<https://a.example/>; rel="' + "x " * 20_000,
        '<a>;"' * 10_000,
        "<https://a.example/>; rel=hub," * 1_000,
    ],
)
def test_a_strange_link_header_does_no_harm(site: Site, link: str) -> None:
    site.pages["/feed"] = page(Link=link)
    found = fetcher().fetch(site.url())
    assert isinstance(found, Fetched)
    assert len(found.links) <= 32
    assert all(url.startswith("https://a.example/") for _relation, url in found.links)
