"""What becomes of the HTML and text of feeds."""

import re
import time
from html.parser import HTMLParser

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from newsletter.feeds.sanitizing import (
    absolute,
    line,
    plain_text,
    reading_minutes,
    safe_html,
    summary_of,
)
from newsletter.language import shortened

BASE = "https://proof.example/2026/ice"


@pytest.mark.parametrize(
    ("markup", "safe"),
    [
        ("<p>One <b>two</b></p>", "<p>One <b>two</b></p>"),
        ("<p>One<script>two</script></p>", "<p>One</p>"),
        ('<a href="javascript:alert(1)">x</a>', "<a>x</a>"),
        ('<a href="//other.example/1">x</a>', '<a href="https://other.example/1">x</a>'),
        ('<a href="mailto:post@proof.example">x</a>', "<a>x</a>"),
        ('<a href="/x?utm_source=rss&amp;b=1&fbclid=2#fn">x</a>', '<a href="https://proof.example/x?b=1#fn">x</a>'),
        (
            '<a href="#fn1" title="&quot;1&quot;">1</a>',
            '<a href="https://proof.example/2026/ice#fn1" title="&quot;1&quot;">1</a>',
        ),
        ('<p style="color:red" class="a" id="b" onclick="x()">x</p>', "<p>x</p>"),
        ('<img src="data:image/png;base64,AAAA">', ""),
        ('<img src="/px.gif" width="1" height="1">', ""),
        ('<img src="/p.jpg" alt="a &gt; b">', '<img src="https://proof.example/p.jpg" alt="a &gt; b">'),
        (
            "<iframe src='https://video.example'>Your browser shows no frames.</iframe><form><input name='a'></form>x",
            "x",
        ),
        ("a<iframe> <b>c</b></iframe>d<iframe>e", "a <b>c</b>de"),
        ("<object><param name='a'><b>x</b>y", "<b>x</b>y"),
        ("a&#8203;b&#x202e;c", "abc"),
        ("<svg><a>x</a></svg><math>y</math>z", "z"),
        ("<p>not closed", "<p>not closed</p>"),
        ("<!-- secret -->x", "x"),
    ],
)
def test_html_is_made_safe(markup: str, safe: str) -> None:
    assert safe_html(markup, BASE) == safe


@pytest.mark.parametrize(
    ("markup", "source"),
    [
        ('<img src="data:image/gif;base64,R0" data-src="/a.jpg">', "a.jpg"),
        ('<img data-lazy-src="/a.jpg" src="/images/placeholder.png">', "a.jpg"),
        ('<img srcset="/s.jpg 300w, /a.jpg 1200w, /l.jpg 2400w">', "a.jpg"),
        ('<img data-srcset="/s.jpg, /a.jpg 2x" src="#">', "a.jpg"),
        ('<img src="about:blank"><noscript><p>Please switch it on</p><img src="/a.jpg"></noscript>', "a.jpg"),
        ('<img src="data:," data-src="/a.jpg"><noscript><img src="/a.jpg"></noscript>', "a.jpg"),
        ('<img src="/a.jpg" data-src="/b.jpg">', "a.jpg"),
        ("<img src='/a.jpg'><noscript>Please switch it on", "a.jpg"),
    ],
)
def test_a_picture_that_a_script_would_show_keeps_its_real_address(markup: str, source: str) -> None:
    clean = safe_html(f"<p>x</p>{markup}", BASE)
    assert re.findall('src="([^"]*)"', clean) == [f"https://proof.example/{source}"]


def test_without_a_base_relative_links_are_left_out() -> None:
    assert safe_html('<a href="/x">x</a>', "") == "<a>x</a>"


class Seen(HTMLParser):
    """The tags and attributes that a reader's program would see."""

    def __init__(self, markup: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: dict[str, str] = {}
        self.feed(markup)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name: value or "" for name, value in attrs}


ATTACKS = (
    "<script> </script> <img/src=x/onerror=alert(1)> <a/href='java\tscript:x'> <svg/onload=x> <!-- --> <style> "
    "</style> <p > \" ' <iframe/src=//x> <math><mi> <table> <x &lt; <noscript> </noscript> <textarea> <title> "
    "<template> <a/href='mailto:a@b.c'> <img/srcset='javascript:x,/a'> <a/href='/?utm_source=a&b'> &#8203;"
)
ATTACK = st.lists(st.sampled_from(ATTACKS.split(" ")) | st.text(max_size=5), max_size=12).map("".join)


@given(ATTACK)
def test_nothing_that_acts_is_left(markup: str) -> None:
    seen = Seen(safe_html(markup, BASE))
    assert not seen.tags & {"script", "style", "iframe", "svg", "math", "object", "form", "x"}
    assert not any(name.startswith("on") for name in seen.attributes)
    for name in ("href", "src"):
        assert re.match(r"https?://|$", seen.attributes.get(name, ""))


@given(ATTACK, st.sampled_from(["", BASE, "https://proof.example/a/?b=1&c#d"]))
@example("<a/href='mailto:a@b.c'><table><a/href='java\tscript:x'>", "")
@example("<pre></table>\n\nx<i><li>x</td><caption><table><li>x", BASE)
@example("<h1></td></p><font><h1>x<pre><p><ul>", BASE)
@example("<a href=/1><table><tr><td><a href=/2><table><a href=/3><table><a href=/4>x", BASE)
def test_cleaning_twice_changes_nothing(markup: str, base: str) -> None:
    once = safe_html(markup, base)
    assert safe_html(once, base) == once


@pytest.mark.parametrize(
    "markup",
    ["<p>word</p>" * 40_000, "<div>" * 5_000 + "x", "<i>a</i>" * 20_000, "<a href='/x'>" * 9_000, "&amp;" * 60_000],
)
def test_cleaning_what_had_to_be_cut_twice_changes_nothing(markup: str) -> None:
    once = safe_html(markup, BASE)
    assert safe_html(once, BASE) == once


def test_what_is_opened_again_and_again_ends_soon_and_stays_short() -> None:
    started = time.process_time()
    clean = safe_html("<p>" + "".join(f"<b id={n}>" for n in range(1_500)) + "</p>" + "<p>x</p>" * 20_000, BASE)
    assert time.process_time() - started < 2
    assert len(clean) < 400_000


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<p>One</p><p>two</p>", "One two"),
        ("<ul><li>a</li><li>b</li></ul>c<br>d", "a b c d"),
        ("<b>bo</b>ld", "bold"),
        ("a &amp; b &lt;c&gt; &#8230; &eacute;", "a & b <c> … é"),
        ("x<style>p{}</style><script>y</script>z", "xz"),
        ("3 < 4", "3 < 4"),
        ("  many\n\t spaces\xa0here ", "many spaces here"),
        ("", ""),
    ],
)
def test_text_is_what_one_would_read(markup: str, text: str) -> None:
    assert plain_text(markup) == text


def test_a_line_holds_nothing_that_breaks_a_header_or_turns_the_writing() -> None:
    assert line("Ice\r\nBcc: all\x00\x1b[0m \u202egnp\u2066 \ufeffend\u2028") == "Ice Bcc: all[0m gnp end"
    assert line(None) == line(7) == ""


def test_a_text_is_cut_between_words() -> None:
    assert shortened("one two three", 13) == "one two three"
    assert shortened("one two, three", 12) == "one two…"
    assert shortened("日本語" * 10, 10) == "日本語日本語日本語…"


@given(st.text(max_size=500), st.integers(20, 300))
def test_a_cut_text_is_never_longer(text: str, most: int) -> None:
    assert len(shortened(text, most)) <= most


@pytest.mark.parametrize(
    ("text", "summary"),
    [
        ("It is warm below. The post Ice appeared first on The Proof.", "It is warm below."),
        ("It is warm […] The post Ice appeared first on The Proof.", "It is warm…"),
        ("It is warm [...]", "It is warm…"),
        ("It is warm. Continue reading →", "It is warm."),
        ("Read more books", "Read more books"),
        ("The post office appeared first.", "The post office appeared first."),
        ("", ""),
    ],
)
def test_what_blog_software_appends_is_left_out(text: str, summary: str) -> None:
    assert summary_of(text) == summary


@pytest.mark.parametrize(
    ("text", "minutes"), [("", 1), ("one two", 1), ("word " * 440, 2), ("word " * 2_200, 10), ("科" * 1_500, 3)]
)
def test_reading_takes_at_least_a_minute(text: str, minutes: int) -> None:
    assert reading_minutes(text.strip()) == minutes


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("/a", "https://proof.example/a"),
        ("b c", "https://proof.example/2026/b%20c"),
        ("?p=1", "https://proof.example/2026/ice?p=1"),
        (" https://x.example/\n", "https://x.example/"),
        ("javascript:alert(1)", ""),
        ("ftp://x.example/", ""),
        ("https://user:secret@x.example/", ""),
        ("http://[", ""),
        ("https://x.example:٠/", ""),
        ("https://x.example:99999/", ""),
        ("https://x.example/" + "a" * 2_000, ""),
        ("", ""),
        (None, ""),
    ],
)
def test_an_address_is_absolute_or_none(url: str | None, found: str) -> None:
    assert absolute(url, BASE) == found
