"""The articles that a section page links to."""

import pytest
from hypothesis import given

from newsletter.feeds.extracting.found import PageError
from newsletter.feeds.extracting.hosts import same_site
from newsletter.feeds.extracting.links import MOST_LINKS, links_in
from tests.sample_pages import page, sample_page
from tests.unit.feeds.markup import MARKUP

URL = "https://quayobserver.example/harbour/"


def links_of(content: bytes, url: str = URL) -> list[tuple[str, str]]:
    return [(link.url, link.title) for link in links_in(content, "text/html", url)]


def test_the_articles_of_a_section_are_found_in_the_order_of_the_page() -> None:
    assert links_of(sample_page("section")) == [
        (f"{URL}2026/11/23/ferry-timetable-returns", "The winter ferry timetable returns, two sailings short"),
        ("https://www.quayobserver.example/harbour/crane-nine-is-coming-down", "Crane nine is coming down"),
        (f"{URL}who-owns-the-breakwater-wall", "Who owns the breakwater?"),
        ("https://quayobserver.example/story.php?id=48213", "Divers find the bell of the Marigold, a century on"),
    ]


@pytest.mark.parametrize(
    "link",
    [
        '<nav><a href="/a-long-name-of-an-article">A long name of an article</a></nav>',
        '<footer><a href="/a-long-name">A long name of nothing</a></footer>',
        '<h2><a href="/tags/all-about-the-new-harbour">All about the new harbour</a></h2>',
        '<h2><a href="/author/ann-of-the-many-names">Ann of the many names</a></h2>',
        '<h2><a href="https://login.quayobserver.example/so-you-want-to-read">So you want to read</a></h2>',
        '<h2><a href="https://other.example/2026/11/24/a-story-of-theirs">A story of theirs alone</a></h2>',
        '<h2><a href="javascript:open()">Open the box with the cookies</a></h2>',
        '<h2><a href="/">The front page of this paper</a></h2>',
        '<h2><a href="/harbour/#2026/11/24/here">Further down on this same page</a></h2>',
        '<h2><a href="/2026/11/24/the-report-of-the-harbour.pdf">The report of the harbour</a></h2>',
        '<p><a href="/sports">Sports</a></p>',
        '<h2><a href="/2026/11/24/a-story-without-words"><img src="/x.jpg" alt=""></a></h2>',
    ],
)
def test_what_leads_to_no_article_is_left_out(link: str) -> None:
    assert links_of(page(link)) == []


def test_an_address_that_names_its_article_is_the_same_wherever_it_was_linked() -> None:
    one = '<a href="/2026/11/24/the-tide-is-late?pos=1&amp;utm_source=x#top">The tide is late</a>'
    other = '<a href="/2026/11/24/the-tide-is-late/?pos=9">The tide is late, and the ferry waits for it</a>'
    assert links_of(page(f"<main>{one}{other}</main>")) == [
        ("https://quayobserver.example/2026/11/24/the-tide-is-late", "The tide is late, and the ferry waits for it")
    ]


def test_a_query_that_names_the_article_is_kept() -> None:
    body = "".join(f'<h2><a href="/show.php?id={n}">Story number {n} of today</a></h2>' for n in (48213, 48214))
    assert [url.partition("?")[2] for url, _title in links_of(page(body))] == ["id=48213", "id=48214"]


def test_a_title_is_never_read_more() -> None:
    body = '<article><a href="/2026/11/24/the-tide-is-late">Continue reading the full story</a></article>'
    assert links_of(page(body)) == []


def test_of_very_many_links_the_first_two_hundred_are_taken() -> None:
    body = "".join(
        f'<h2><a href="/2026/11/24/story-{n}">The story of day {n}, told in full</a></h2>' for n in range(300)
    )
    found = links_of(page(body))
    assert len(found) == MOST_LINKS
    assert found[0][0].endswith("story-0")


@pytest.mark.parametrize(
    ("host", "other", "is_same"),
    [
        ("www.bbc.co.uk", "news.bbc.co.uk", True),
        ("bbc.co.uk", "guardian.co.uk", False),
        ("ann.wordpress.com", "bo.wordpress.com", False),
        ("www.zeitung.de", "zeitung.de", True),
        ("abo.zeitung.de", "zeitung.de", False),
        ("127.0.0.1", "127.0.0.1", True),
        ("127.0.0.1", "10.0.0.1", False),
        ("", "zeitung.de", False),
    ],
)
def test_hosts_of_one_site_are_told_from_others(host: str, other: str, *, is_same: bool) -> None:
    assert same_site(host, other) is is_same


@given(markup=MARKUP)
def test_arbitrary_markup_gives_links_within_the_site_or_is_refused(markup: str) -> None:
    try:
        found = links_of(markup.encode("utf-8", "surrogatepass"))
    except PageError:
        return
    assert all(url.startswith("http") and "quayobserver.example" in url and title for url, title in found)
