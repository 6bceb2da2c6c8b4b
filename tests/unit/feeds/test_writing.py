"""Markdown, front matter and plain text as articles."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.errors import RefusedError
from newsletter.feeds.importing.files import instant_of, submitted_in_json, submitted_in_markdown
from newsletter.feeds.importing.front_matter import split_matter
from newsletter.feeds.sanitizing import safe_html
from newsletter.feeds.writing import html_of_text, preview, written

URL = "https://proof.example/ice"
FILE = """---
title: "Under the ice shelf"
author: Maren Oduya
topics: [science, technology]
categories:
  - Oceans
  - Ice
image: https://proof.example/ice.jpg
published: 2026-11-20 08:00
url: https://proof.example/ice
---
The ice is **thinner** than was thought.
"""


def test_a_file_says_what_it_is_in_its_front_matter() -> None:
    submitted = submitted_in_markdown(FILE.encode(), url="", zone="Europe/Berlin")
    assert (submitted.title, submitted.author, submitted.url) == ("Under the ice shelf", "Maren Oduya", URL)
    assert (submitted.topics, submitted.categories) == (["science", "technology"], ["Oceans", "Ice"])
    assert submitted.image_url == "https://proof.example/ice.jpg"
    assert submitted.published_at is not None
    assert submitted.published_at.isoformat() == "2026-11-20T07:00:00+00:00"
    assert submitted.markdown == "The ice is **thinner** than was thought."


def test_without_front_matter_the_first_heading_is_the_title() -> None:
    submitted = submitted_in_markdown(b"\xef\xbb\xbf# Under the ice #\r\n\r\nThin.", url=URL, zone="UTC")
    assert (submitted.title, submitted.markdown, submitted.url) == ("Under the ice", "Thin.", URL)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("no heading", "title"),
        ("---\ntitle: x\nsubtitle: y\n---\nz", "subtitle: There is no such field"),
        ("---\ntitle: x\npublished: soon\n---\nz", "“soon” is no date"),
        ("---\ntitle: x\nurl: ftp://x\n---\nz", "http or https"),
    ],
)
def test_what_is_wrong_in_a_file_is_said(text: str, sentence: str) -> None:
    with pytest.raises(RefusedError, match=sentence):
        submitted_in_markdown(text.encode(), url=URL, zone="UTC")


def test_lines_of_dashes_further_down_are_text() -> None:
    assert split_matter("One\n---\nTwo\n---\n") == ({}, "One\n---\nTwo\n---\n")
    assert split_matter("---\nnever closed\n") == ({}, "---\nnever closed\n")


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"{", "no JSON"),
        (b"[" * 100_000, "no JSON"),
        (b'[{"url": "https://x.example/a", "title": "A"}, {"title": "B"}]', "Article 2 of 2: url: This is needed"),
        (b"7", "the whole"),
    ],
)
def test_what_is_wrong_in_json_is_said_with_its_place(content: bytes, sentence: str) -> None:
    with pytest.raises(RefusedError, match=sentence):
        submitted_in_json(content)


@pytest.mark.parametrize("far", ["0001-01-01", "9999-12-31T23:59:59-12:00"])
def test_dates_at_the_end_of_the_calendar_are_refused(far: str) -> None:
    with pytest.raises(RefusedError, match="too far away"):
        instant_of(far, "Pacific/Auckland")


def test_an_article_that_is_written_is_like_one_of_a_feed() -> None:
    item = written(" Ice ", "", "A ![shelf](/ice.jpg) and a [link](b).\n\n| a | b |\n|---|---|\n| 1 | 2 |", url=URL)
    assert (item.title, item.url, item.minutes) == ("Ice", URL, 1)
    assert 'href="https://proof.example/b"' in item.html
    assert "<table>" in item.html
    assert (item.image_url, item.image_alt) == ("https://proof.example/ice.jpg", "shelf")
    assert item.summary.startswith("A and a link")


@pytest.mark.parametrize(
    "markdown", ["<script>x</script>", "<img src=x onerror=y>", "[x](javascript:y)", "![x](data:image/png;base64,AA)"]
)
def test_nothing_that_acts_comes_out_of_markdown(markdown: str) -> None:
    shown = preview(markdown)
    assert "<script" not in shown
    assert "<img" not in shown
    assert "javascript:" not in shown.partition("href")[2]


@given(st.text(max_size=200))
def test_a_preview_is_safe_whatever_is_typed(markdown: str) -> None:
    shown = preview(markdown)
    assert safe_html(shown, "") == shown


@given(st.text(max_size=200))
def test_plain_text_is_safe_whatever_is_typed(text: str) -> None:
    assert safe_html(html_of_text(text), "").count("<p>") == html_of_text(text).count("<p>")
