"""The picture of an article."""

from newsletter.feeds.parsing.feed import parse
from newsletter.feeds.parsing.items import ParsedItem
from tests.fake_feeds import rss

URL = "https://proof.example/feed.xml"


def read(inside: str) -> ParsedItem:
    (one,) = parse(rss(f"<item><link>https://proof.example/1</link>{inside}</item>").encode(), None, URL).items
    return one


def described(markup: str) -> str:
    return f"<description><![CDATA[{markup}]]></description>"


def test_a_thumbnail_is_taken_where_there_is_nothing_larger() -> None:
    assert read('<media:thumbnail url="/t.jpg"/>').image_url == "https://proof.example/t.jpg"


def test_an_enclosed_picture_is_taken() -> None:
    assert (
        read('<enclosure url="https://i.example/p" type="image/webp" length="1"/>').image_url == "https://i.example/p"
    )


def test_an_enclosed_film_or_sound_is_no_picture() -> None:
    inside = (
        '<enclosure url="https://i.example/a.mp3" type="audio/mpeg"/><media:content url="https://i.example/f.mp4"/>'
    )
    assert read(inside).image_url == ""


def test_media_without_a_type_is_known_by_its_name() -> None:
    assert read('<media:content url="https://i.example/p.JPG?w=1"/>').image_url == "https://i.example/p.JPG?w=1"


def test_the_first_picture_in_the_text_is_taken_with_its_words() -> None:
    found = read(described('<p>x</p><img src="a.jpg" alt="An &amp; ice &quot;shelf&quot;"><img src="b.jpg">'))
    assert (found.image_url, found.image_alt) == ("https://proof.example/a.jpg", 'An & ice "shelf"')


def test_ornaments_and_counters_are_passed_over() -> None:
    found = read(
        described(
            '<img src="https://a.example/emoji/1.png"><img src="https://a.example/tiny.png" width="24">'
            '<img src="https://feeds.feedburner.com/~r/x"><img src="https://a.example/px?1" height="1">'
            '<img src="https://a.example/real.jpg?a=1&amp;b=2">'
        )
    )
    assert found.image_url == "https://a.example/real.jpg?a=1&b=2"


def test_the_words_of_the_picture_in_the_text_serve_the_same_picture_in_another_size() -> None:
    markup = described('<img src="https://i.example/p.jpg?w=300" alt="A yeast">')
    named = read('<media:content url="https://i.example/p.jpg?w=1200" medium="image"/>' + markup)
    assert (named.image_url, named.image_alt) == ("https://i.example/p.jpg?w=1200", "A yeast")


def test_the_words_of_another_picture_do_not() -> None:
    markup = described('<img src="https://i.example/other.jpg" alt="A yeast">')
    named = read('<media:content url="https://i.example/p.jpg" medium="image"/>' + markup)
    assert (named.image_url, named.image_alt) == ("https://i.example/p.jpg", "")


def test_a_picture_that_is_no_web_address_is_none() -> None:
    assert read('<media:content url="javascript:x" medium="image"/>').image_url == ""


def test_an_article_without_a_picture_has_none() -> None:
    assert (read(described("<p>x</p>")).image_url, read("").image_alt) == ("", "")
