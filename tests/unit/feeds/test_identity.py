"""Knowing an article again."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.feeds.identity import Alias, AliasKind, aliases_of, canonical_link, known_article, without_tracking
from newsletter.feeds.parsing.items import ParsedItem

ICE = ParsedItem(
    guid="ice",
    url="https://proof.example/ice",
    title="Ice",
    summary="",
    html="",
    author="",
    image_url="",
    image_alt="",
    minutes=1,
    categories=(),
    published_at=None,
    updated_at=None,
    language="",
)
GUID = Alias(AliasKind.GUID, "ice")
LINK = Alias(AliasKind.LINK, "proof.example/ice")


def aliases(*items: ParsedItem, home: str = "https://proof.example/") -> list[tuple[Alias, ...]]:
    return aliases_of(items, [home])


@pytest.mark.parametrize(
    ("url", "without"),
    [
        ("https://a.example/x?utm_source=rss&utm_medium=feed", "https://a.example/x"),
        ("https://a.example/x?id=7&fbclid=abc&page=2", "https://a.example/x?id=7&page=2"),
        ("https://a.example/x?gclid=1#part", "https://a.example/x#part"),
        ("https://a.example/x#utm_source=rss", "https://a.example/x"),
        ("https://a.example/x?a=%20b&mc_cid=1&&c", "https://a.example/x?a=%20b&c"),
        ("https://a.example/x?my_utm_source=1&source=2", "https://a.example/x?my_utm_source=1&source=2"),
        ("https://a.example/x?wt_mc=rss.red.ho.beitrag&id=7", "https://a.example/x?id=7"),
        ("https://a.example/x?source=rss----83ddb36a2d2a---4", "https://a.example/x"),
        ("https://a.example/x?partner=rss&emc=rss", "https://a.example/x"),
        ("https://a.example/x?ref=rsszine&from=feedback", "https://a.example/x?ref=rsszine&from=feedback"),
        ("https://a.example/x", "https://a.example/x"),
    ],
)
def test_a_link_is_stored_without_what_only_tracks(url: str, without: str) -> None:
    assert without_tracking(url) == without


@pytest.mark.parametrize(
    "url",
    [
        *("http://proof.example/ice", "https://www.proof.example/ice", "https://PROOF.example/ice/"),
        *("https://proof.example:443/ice", "http://proof.example:80/ice", "https://proof.example/ice#comments"),
        *("https://proof.example/ice?utm_campaign=x", "https://proof.example/ice?"),
    ],
)
def test_one_page_has_one_canonical_link(url: str) -> None:
    assert canonical_link(url) == "proof.example/ice"


@pytest.mark.parametrize("path", ["/post/über-eis", "/post/%C3%BCber-eis", "/post/%c3%bcber%2Deis"])
def test_a_path_is_known_in_every_spelling(path: str) -> None:
    assert canonical_link(f"https://proof.example{path}") == "proof.example/post/%C3%BCber-eis"


@pytest.mark.parametrize("path", ["/a%2Fb", "/a%3Fb", "/a%23b", "/a%25b", "/%ff", "/100%"])
def test_what_an_escape_keeps_apart_stays_apart(path: str) -> None:
    links = {canonical_link(f"https://proof.example{each}") for each in (path, "/a/b", "/a?b", "/a", "/ÿ", "/100")}
    assert len(links) == 6


@pytest.mark.parametrize(
    "url", ["https://proof.example/Ice", "https://proof.example/ice?p=1", "https://proof.example:8080/ice"]
)
def test_another_page_has_another(url: str) -> None:
    assert canonical_link(url) != "proof.example/ice"


@given(st.from_regex(r"https?://[a-z]{1,5}\.example(:[1-9][0-9]{0,3})?/[a-z/?&=#_]{0,20}", fullmatch=True))
def test_what_is_stored_has_the_same_canonical_link(url: str) -> None:
    assert canonical_link(without_tracking(url)) == canonical_link(url)


def test_an_article_is_known_by_guid_and_link() -> None:
    assert aliases(ICE) == [(GUID, LINK)]


def test_a_link_that_two_articles_share_names_none_of_them() -> None:
    assert aliases(ICE, replace(ICE, guid="rain")) == [(GUID,), (Alias(AliasKind.GUID, "rain"),)]


def test_an_article_that_stands_twice_keeps_its_link() -> None:
    assert aliases(ICE, ICE) == [(GUID, LINK)] * 2


def test_a_guid_that_stands_for_two_articles_names_none_of_them() -> None:
    rain = replace(ICE, url="https://proof.example/rain")
    assert aliases(ICE, rain) == [(LINK,), (Alias(AliasKind.LINK, "proof.example/rain"),)]


@pytest.mark.parametrize("url", ["https://proof.example/", "http://www.proof.example", "https://other.example/#a"])
def test_the_front_page_names_no_article(url: str) -> None:
    assert aliases(replace(ICE, url=url)) == [(GUID,)]


def test_a_home_page_in_a_folder_names_no_article() -> None:
    assert aliases(replace(ICE, url="https://proof.example/blog"), home="https://proof.example/blog/") == [(GUID,)]


def test_where_there_is_nothing_better_an_article_is_known_by_its_title() -> None:
    (one,), (other,), (again,) = aliases(
        replace(ICE, guid="", url="https://proof.example/"),
        replace(ICE, guid="", url="https://proof.example/", title="Rain"),
        replace(ICE, guid="", url="http://proof.example", title="ICE"),
    )
    assert one.kind is AliasKind.TITLE
    assert one == again != other


def test_a_very_long_guid_is_known_by_its_hash() -> None:
    ((long, _link),) = aliases(replace(ICE, guid="x" * 3_000))
    assert long.value.startswith("sha256:")
    assert len(long.value) < 100


def test_the_guid_goes_before_the_link() -> None:
    assert known_article([GUID, LINK], {LINK: 2, GUID: 1}) == 1
    assert known_article([GUID, LINK], {LINK: 2}) == 2
    assert known_article([GUID, LINK], {}) is None
