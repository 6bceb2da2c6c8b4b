"""The picture of an article."""

import pytest

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


def test_an_enclosure_comes_before_media_and_media_before_a_thumbnail() -> None:
    enclosure = '<enclosure url="https://i.example/e.jpg" type="image/jpeg" length="1"/>'
    media = '<media:content url="https://i.example/m.jpg" medium="image"/>'
    thumbnail = '<media:thumbnail url="https://i.example/t.jpg"/>'
    assert read(thumbnail + media + enclosure).image_url == "https://i.example/e.jpg"
    assert read(thumbnail + media).image_url == "https://i.example/m.jpg"


def test_of_several_sizes_the_largest_that_is_of_use_is_taken() -> None:
    sizes = "".join(
        f'<media:content url="https://i.example/{width}.jpg" medium="image" width="{width}"/>'
        for width in (300, 6000, 1200, 4000, 800)
    )
    assert read(sizes).image_url == "https://i.example/1200.jpg"
    large = '<media:content url="https://i.example/{0}.jpg" medium="image" width="{0}"/>'
    assert read(large.format(6000) + large.format(3000)).image_url == "https://i.example/3000.jpg"


def test_a_small_thumbnail_gives_way_to_the_picture_in_the_text() -> None:
    thumbnail = '<media:thumbnail url="https://i.example/72.jpg" width="72" height="72"/>'
    assert read(thumbnail + described('<img src="/large.jpg">')).image_url == "https://proof.example/large.jpg"
    assert read(thumbnail).image_url == "https://i.example/72.jpg"


def test_a_picture_that_is_said_to_be_too_heavy_is_passed_over() -> None:
    assert read('<enclosure url="https://i.example/e.jpg" type="image/jpeg" length="90000000"/>').image_url == ""


@pytest.mark.parametrize(
    "ornament",
    [
        "https://secure.gravatar.com/avatar/1?s=96",
        "https://a.example/avatars/1.jpg",
        "https://a.example/img/logo.png",
        "https://a.example/img/site-logo-300x100.png",
        "https://a.example/pixel.gif",
        "https://a.example/spacer.gif",
    ],
)
def test_faces_marks_and_counters_are_no_picture_of_an_article(ornament: str) -> None:
    assert read(f'<media:content url="{ornament}" medium="image"/>').image_url == ""
    assert read(described(f'<img src="{ornament}">')).image_url == ""


def test_a_picture_about_a_logo_is_one() -> None:
    url = "https://a.example/2026/new-logo-of-the-ferry.jpg"
    assert read(described(f'<img src="{url}">')).image_url == url


@pytest.mark.parametrize("alt", ["IMG_2034.JPG", "ice-shelf.png", "DSC_0001", "image001", "  "])
def test_the_name_of_a_file_says_nothing_about_a_picture(alt: str) -> None:
    assert read(described(f'<img src="/a.jpg" alt="{alt}">')).image_alt == ""


def test_the_sizes_that_wix_makes_of_a_picture_are_one_picture() -> None:
    file = "https://static.wixstatic.com/media/ab12_3~mv2.jpg"
    text = described(f'<img src="{file}/v1/fit/w_300,h_200,al_c,q_80/file.jpg" alt="A yeast">')
    found = read(f'<enclosure url="{file}/v1/fit/w_1000,h_667,al_c,q_80/file.png" type="image/png" length="0"/>{text}')
    assert found.image_alt == "A yeast"
