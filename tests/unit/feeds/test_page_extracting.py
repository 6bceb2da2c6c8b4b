"""The article on a page: its text, and what the page says about it."""

import time
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.feeds.extracting.found import ExtractedPage, PageError
from newsletter.feeds.extracting.page import extract
from newsletter.feeds.sanitizing import plain_text
from tests.sample_pages import PROSE, json_ld, page, sample_page
from tests.unit.feeds.markup import MARKUP

URL = "https://pegelbote.example/fluss/donau"


def extracted(content: bytes, url: str = URL) -> ExtractedPage:
    return extract(content, "text/html", url)


def test_a_page_with_data_of_its_own_is_read_whole() -> None:
    found = extracted(sample_page("tidewatch"))
    assert found.url == "https://pegelbote.example/fluss/warum-die-donau-heuer-so-frueh-ansteigt"
    assert found.title == "Warum die Donau heuer so früh ansteigt"
    assert found.author == "Lea Hofstätter, Tomas Brandl"
    assert found.published_at == datetime(2026, 11, 20, 5, 30, tzinfo=UTC)
    assert found.image_url == "https://pegelbote.example/bilder/donau-gross.jpg"
    assert found.image_alt == "Das Ufer bei Tulln, halb unter Wasser"
    assert (found.language, found.site_name) == ("de-AT", "Der Pegelbote")


def test_the_text_holds_the_article_and_nothing_around_it() -> None:
    found = extracted(sample_page("tidewatch"))
    paragraphs = found.text.split("\n\n")
    assert paragraphs[0].startswith("Am Pegel von Tulln")
    assert paragraphs[-1].endswith("gut besucht.")
    assert "Was die Messungen sagen" in paragraphs
    for other in ("Von Lea", "Biber", "Impressum", "Alle Rechte"):
        assert other not in found.text


def test_the_html_keeps_headings_lists_and_links_without_what_tracks_readers() -> None:
    found = extracted(sample_page("tidewatch"))
    assert "<h2>Was die Messungen sagen</h2>" in found.html
    assert "<li>Höchster Stand in Tulln" in found.html
    assert '<a href="https://pegelbote.example/fluss/boden">nimmt nichts mehr auf</a>' in found.html
    assert plain_text(found.html) == " ".join(found.text.split())


def test_a_plain_page_is_read_by_how_it_looks() -> None:
    found = extracted(sample_page("stall"), "https://marketnotes.example/stalls/left")
    assert found.title == "A stall that sells only left gloves"
    assert found.author == "Mara Lindqvist"
    assert found.published_at == datetime(2026, 10, 2, 11, 0, tzinfo=UTC)
    assert found.image_url == "https://marketnotes.example/img/gloves-wide.jpg"
    assert found.image_alt == "Gloves on a line"
    assert found.text.startswith("On the north side")
    assert found.text.endswith("rings ten.")  # and what readers wrote beneath it is left out


@pytest.mark.parametrize(
    ("content", "beginning"),
    [
        (b"", "There is nothing"),
        (b"\x89PNG\r\n\x1a\n" + bytes(500), "This is a picture"),
        (b"%PDF-1.7 \x00\x01", "This is a picture"),
        (b"just words, and no page", "This is not a web page"),
        (b'{"title": "a feed in JSON"}', "This is not a web page"),
        (b"<?xml version='1.0'?><rss><channel></channel></rss>", "This is a feed"),
        (b"<html><body><p>Short.</p></body></html>", "There is no article"),
        (b"<html><body><script>shown()</script></body></html>", "There is no article"),
    ],
)
def test_what_is_no_article_is_refused_with_a_sentence(content: bytes, beginning: str) -> None:
    with pytest.raises(PageError) as error:
        extracted(content)
    assert str(error.value).startswith(beginning)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("encoding", ["windows-1252", "utf-8", "koi8-r"])
def test_the_encoding_that_the_page_names_is_believed(encoding: str) -> None:
    word = "Тулскоепиво" if encoding == "koi8-r" else "Zwölfjährige Bäckerinnen"
    text = f"<html><head><meta charset='{encoding}'></head><body><article><p>{word} {PROSE * 2}</p></article>"
    assert extract(text.encode(encoding), None, URL).text.startswith(word)


def test_the_names_of_the_site_are_no_part_of_the_title() -> None:
    for title in ("The bell | Harbour Post", "Harbour Post: The bell", "The bell – harbourpost.example"):
        head = '<meta property="og:site_name" content="Harbour Post">'
        content = page(f"<p>{PROSE * 2}</p>", head=head, title=title)
        found = extracted(content, "https://www.harbourpost.example/bell")
        assert found.title in {"The bell", title} if ":" in title else found.title == "The bell"


def test_a_headline_with_a_dash_keeps_both_of_its_halves() -> None:
    content = page(f"<h1>Rain - and then snow</h1><p>{PROSE * 2}</p>", title="Rain - and then snow - Harbour Post")
    assert extracted(content).title == "Rain - and then snow"


def test_the_canonical_address_of_another_site_is_not_taken_over() -> None:
    head = '<link rel="canonical" href="https://elsewhere.example/bell">'
    assert extracted(page(head=head), f"{URL}?utm_source=letter").url == URL


def test_a_file_is_known_by_the_address_that_its_page_names() -> None:
    head = '<link rel="canonical" href="https://harbour.example/bell?utm_medium=x">'
    assert extracted(page(head=head), "").url == "https://harbour.example/bell"


def test_a_logo_is_not_taken_for_the_picture_of_an_article() -> None:
    head = '<meta property="og:image" content="/static/logo-1200x630.png">'
    assert extracted(page(head=head)).image_url == ""


def test_a_text_that_only_the_data_of_the_page_has_is_taken_from_there() -> None:
    body = json_ld('{"@type": "NewsArticle", "headline": "Bells", "articleBody": "' + f"{PROSE}\\n\\n{PROSE}" + '"}')
    found = extracted(page(f"{body}<p>Loading the article, one moment.</p>"))
    assert found.text == f"{PROSE.strip()}\n\n{PROSE.strip()}"
    assert found.html.count("<p>") == 2


def test_nothing_that_acts_is_kept() -> None:
    bad = '<img src="x" onerror="alert(1)"><a href="javascript:alert(1)">here</a><script>alert(1)</script>'
    found = extracted(page(f"<article><p>{PROSE} {bad}</p><p>{PROSE}</p></article>"))
    for word in ("onerror", "javascript:", "<script", "alert"):
        assert word not in found.html


def test_links_and_pictures_begin_where_the_page_says() -> None:
    head = '<base href="https://cdn.example/2026/">'
    found = extracted(page(f'<article><p>{PROSE} <a href="map.html">a map</a></p><p>{PROSE}</p></article>', head=head))
    assert 'href="https://cdn.example/2026/map.html"' in found.html


@pytest.mark.parametrize(
    "content",
    [
        b"<div>" * 60_000 + PROSE.encode(),
        b"<p><b><i>" * 60_000 + PROSE.encode(),
        b"<table><tr><td>" * 20_000,
        b"<p>" + b"word " * 900_000,
        b"<article>" + b"<p>Some words, and a full stop at the end.</p>" * 60_000,
        b"<p " + b'a="b" ' * 400_000 + b">" + PROSE.encode(),
        json_ld("[" * 50_000).encode() + b"<p>" + PROSE.encode(),
        b"<title>" + b"a - b | " * 200_000,
        b"<!--" * 300_000,
    ],
    ids=["divs", "open tags", "tables", "one line", "paragraphs", "attributes", "nested data", "title", "comments"],
)
def test_pages_made_to_break_a_reader_are_read_or_refused_in_time(content: bytes) -> None:
    begun = time.process_time()
    try:
        extracted(content)
    except PageError as error:
        assert str(error)  # noqa: PT017 - either outcome is right
    assert time.process_time() - begun < 5


@given(markup=MARKUP)
def test_arbitrary_markup_is_read_or_refused(markup: str) -> None:
    try:
        found = extracted(markup.encode("utf-8", "surrogatepass"))
    except PageError:
        return
    assert found.text
    assert "<script" not in found.html


@given(content=st.binary(max_size=400), url=st.text(max_size=30))
def test_arbitrary_bytes_are_read_or_refused(content: bytes, url: str) -> None:
    try:
        assert extract(b"<html>" + content, None, url).text
    except PageError as error:
        assert str(error).endswith(".")  # noqa: PT017 - either outcome is right
