"""How a site presents itself: name, logo, colour, language, zone, feeds."""

import pytest
from hypothesis import given

from newsletter.feeds.extracting.colours import accent
from newsletter.feeds.extracting.found import FeedLink, PageError, SiteLook
from newsletter.feeds.extracting.site import site_of
from newsletter.feeds.extracting.zones import zone_of
from tests.sample_pages import json_ld, page, sample_page
from tests.unit.feeds.markup import MARKUP

URL = "https://harbourpost.example/"


def look_of(head: str = "", *, body: str = "", title: str = "", url: str = URL) -> SiteLook:
    return site_of(page(body, head=head, title=title), "text/html", url)


def test_a_site_that_says_all_of_itself_is_proposed_whole() -> None:
    assert site_of(sample_page("tidewatch"), None, "https://pegelbote.example/") == SiteLook(
        name="Der Pegelbote",
        logo_url="https://pegelbote.example/logo.png",
        accent="#2b806d",
        language="de-AT",
        zone="Europe/Vienna",
        feeds=(FeedLink("https://pegelbote.example/feed.xml", "Der Pegelbote"),),
    )


def test_a_site_that_says_little_is_read_by_its_title_its_icons_and_its_styles() -> None:
    found = site_of(sample_page("section"), None, "https://quayobserver.example/harbour/")
    assert found.name == "The Quay Observer"
    assert found.logo_url == "https://quayobserver.example/icons/180.png"
    assert (found.accent, found.zone) == ("#0b5fff", "Europe/London")


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Home | Harbour Post", "Harbour Post"),
        ("Harbour Post: news from the sea", "Harbour Post"),
        ("The weekly bell - about tides", "The weekly bell"),
        ("Startseite", "harbourpost.example"),
        ("", "harbourpost.example"),
    ],
)
def test_the_front_page_is_titled_with_the_name(title: str, name: str) -> None:
    assert look_of(title=title).name == name


def test_what_an_article_is_called_is_no_name_of_its_site() -> None:
    assert look_of(title="A bell rings alone", url=f"{URL}2026/bell").name == "harbourpost.example"


def test_feeds_are_found_in_the_head_and_in_the_links_comments_last() -> None:
    head = (
        '<link rel="alternate" type="application/rss+xml" title="Comments" href="/comments/feed/">'
        '<link rel="alternate" type="application/atom+xml; charset=utf-8" href="atom.xml">'
        '<link rel="alternate" type="application/feed+json" title="JSON" href="/feed.json">'
        '<link rel="alternate" type="application/json" href="/wp-json/wp/v2/pages/2">'
        '<link rel="alternate" hreflang="fr" href="/fr/">'
        '<link rel="stylesheet" type="text/css" href="/feed.css">'
    )
    found = look_of(head, body='<a href="/sport/rss.xml">Sport</a><a href="/about">About our feed</a>').feeds
    assert [feed.url.removeprefix(URL) for feed in found] == [
        "atom.xml",
        "feed.json",
        "sport/rss.xml",
        "comments/feed/",
    ]


def test_the_logo_of_the_publisher_comes_before_icons_and_drawings_are_passed_over() -> None:
    icon = '<link rel="icon" sizes="32x32" href="/icon.png">'
    publisher = '{"@type": "WebSite", "name": "Post", "logo": "/logo.png"}'
    assert look_of(icon + json_ld(publisher)).logo_url == f"{URL}logo.png"
    assert look_of(icon + json_ld(publisher.replace("png", "svg"))).logo_url == f"{URL}icon.png"


@pytest.mark.parametrize(
    ("colour", "fit"),
    [
        ("#0B5FFF", "#0b5fff"),
        ("#c00", "#cc0000"),
        ("rgb(0, 90, 60)", "#005a3c"),
        ("#ffffff", ""),
        ("#222", ""),
        ("red", ""),
        ("", ""),
    ],
)
def test_a_colour_is_taken_when_it_is_one(colour: str, fit: str) -> None:
    assert accent(colour) == fit


@pytest.mark.parametrize("colour", ["#ffe600", "#7fd4c1", "#aaffaa", "#ff00ff"])
def test_a_bright_colour_is_darkened_until_white_is_read_on_it(colour: str) -> None:
    fit = accent(colour)
    red, green, blue = (int(fit[at : at + 2], 16) / 255 for at in (1, 3, 5))
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in (red, green, blue)]
    light = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    assert 1.05 / (light + 0.05) >= 4.45


@pytest.mark.parametrize(
    ("url", "language", "written_at", "zone"),
    [
        ("https://zeitung.de/", "", "", "Europe/Berlin"),
        ("https://zeitung.example/", "de", "", "Europe/Berlin"),
        ("https://zeitung.example/", "de-CH", "", "Europe/Zurich"),
        ("https://post.example/", "en", "", ""),
        ("https://post.example/", "en-GB", "2026-07-01T09:00:00+01:00", "Europe/London"),
        ("https://post.example/", "en", "2026-01-15T09:00:00-05:00", "America/New_York"),
        ("https://post.example/", "de", "2026-01-15T09:00:00-08:00", ""),
        ("https://post.de/", "", "2026-01-15T09:00:00Z", "Europe/Berlin"),
        ("https://start.io/", "", "2026-01-15", ""),
        ("https://127.0.0.1/", "tlh", "never", ""),
    ],
)
def test_the_zone_follows_from_country_language_and_offset(url: str, language: str, written_at: str, zone: str) -> None:
    assert zone_of(url, language, written_at) == zone


@given(markup=MARKUP)
def test_arbitrary_markup_has_a_look_or_is_refused(markup: str) -> None:
    try:
        found = site_of(markup.encode("utf-8", "surrogatepass"), None, URL)
    except PageError:
        return
    assert all(feed.url.startswith("http") for feed in found.feeds)
