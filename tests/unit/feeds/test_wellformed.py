"""XML that is harmless and whole: what is mended, cut and refused."""

import time

import pytest

from newsletter.feeds.parsing.feed import parse
from newsletter.feeds.parsing.items import FeedError, ParsedFeed
from newsletter.feeds.parsing.wellformed import checked_xml
from tests.fake_feeds import item, rss

URL = "https://proof.example/feed.xml"
MUCH = 4_900_000  # just within what a fetch brings


def read(text: str) -> ParsedFeed:
    return parse(text.encode(), None, URL)


def titles(text: str) -> list[str]:
    return [each.title for each in read(text).items]


@pytest.mark.parametrize(
    ("written", "title"),
    [
        ("Fish & chips", "Fish & chips"),
        ("Fish &amp; chips", "Fish & chips"),
        ("Caf&eacute;&nbsp;&hellip;", "Café …"),
        ("a&nosuchentity;b", "a&nosuchentity;b"),
        ("bell\x07 and &#7;&#0;&#xFFFFFF; end", "bell and end"),
        ("Fish & <media:x>chips</media:x>", "Fish & chips"),
    ],
)
def test_common_damage_is_mended(written: str, title: str) -> None:
    assert titles(rss(item(written), item("Next", guid="2"))) == [title, "Next"]


def test_within_cdata_nothing_is_mended() -> None:
    text = rss(item("One & two"), item("Three", guid="2", text="<p>a &amp; b &eacute;</p>"))
    assert [each.summary for each in read(text).items][1] == "a & b é"


def test_a_prefix_that_is_not_declared_is_mended() -> None:
    feed = rss("<item><link>https://a.example/1</link><dc:creator>Maren Oduya</dc:creator><ours:x y:z='1'/></item>")
    assert [each.author for each in read(feed).items] == ["Maren Oduya"]


@pytest.mark.parametrize("before", ["\n\n", "\ufeff", "<!-- <rss> -->", "<br />\n<b>Warning</b>: in feed.php\n"])
def test_what_stands_before_the_feed_is_passed_over(before: str) -> None:
    assert titles(before + rss(item("Ice"))) == ["Ice"]


def test_what_stands_after_the_feed_is_passed_over() -> None:
    assert titles(rss(item("Ice")) + "<script>x && y</script> cached in 3 ms") == ["Ice"]


@pytest.mark.parametrize("share", [0.5, 0.7, 0.9, 0.999])
def test_of_a_feed_that_breaks_off_the_whole_articles_are_taken(share: float) -> None:
    text = rss(*(item(f"No. {n}", guid=str(n), link=f"https://a.example/{n}") for n in range(100)))
    feed = read(text[: int(len(text) * share)])
    assert not feed.is_complete
    assert [each.title for each in feed.items] == [f"No. {n}" for n in range(len(feed.items))]
    assert abs(len(feed.items) - share * 100) < 2


def test_of_an_atom_feed_that_breaks_off_the_whole_articles_are_taken() -> None:
    entry = "<entry><title>Ice</title><link href='https://a.example/1'/></entry>"
    feed = read(f"<feed xmlns='http://www.w3.org/2005/Atom'>{entry}<entry><title>Half")
    assert ([each.title for each in feed.items], feed.is_complete) == (["Ice"], False)


def test_a_feed_that_breaks_off_before_its_first_article_is_refused() -> None:
    with pytest.raises(FeedError, match=r"damaged \(line 1: .*Tell the site\.$"):
        read(rss(item())[:300])


def test_a_small_feed_with_tags_out_of_order_is_guessed() -> None:
    broken = "<item><title>Ice</title><link>https://a.example/1</link><description><p>One<br>two</description></item>"
    assert titles(rss(broken, item("Next"))) == ["Ice", "Next"]


@pytest.mark.parametrize(
    "subset",
    [
        '<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">',
        '<!ENTITY b SYSTEM "file:///etc/passwd">',
        '<!entity b SYSTEM "http://127.0.0.1/">',
        '<!ENTITY % more SYSTEM "http://127.0.0.1/x.dtd"> %more; <!ENTITY b "harm">',
        '<!-- ]> --><!ENTITY b "harm">',
    ],
)
def test_entities_are_never_expanded_and_the_rest_is_taken(subset: str) -> None:
    text = rss(item("Ice &b; &amp; snow"), item("Next", guid="2")).replace("<rss", f"<!DOCTYPE rss [{subset}]><rss", 1)
    feed = read(text)
    assert [each.title for each in feed.items] == ["Ice & snow", "Next"]
    assert feed.left_out == ("The feed declares entities of its own, which can do harm; they were left out.",)


def test_entities_that_html_knows_are_its_letters_whatever_a_feed_declares() -> None:
    subset = '<!ENTITY nbsp "harm"><!ENTITY eacute "&#233;"><!ENTITY amp "harm">'
    feed = read(rss(item("Caf&eacute;&nbsp;&amp; bar")).replace("<rss", f"<!DOCTYPE rss [{subset}]><rss", 1))
    assert ([each.title for each in feed.items], feed.left_out) == (["Café & bar"], ())


def test_an_outside_document_type_is_not_fetched_nor_minded() -> None:
    assert titles('<!DOCTYPE rss SYSTEM "http://127.0.0.1:9/x.dtd">' + rss(item("Ice")).partition("?>")[2]) == ["Ice"]


def test_deep_nesting_is_refused() -> None:
    assert checked_xml("<rss>" + "<a>" * 255 + "</a>" * 255 + "</rss>").is_complete
    with pytest.raises(FeedError, match="more than 256 deep"):
        checked_xml("<rss>" + "<a>" * 256 + "</a>" * 256 + "</rss>")


HARMFUL = {
    "more than 256 deep": "<a>" * 256 + "</a>" * 256,
    "a name or date that": f"<author>{'a' * 3_000}</author>",
    "more than 200 attributes": "<a " + " ".join(f"a{n}='1'" for n in range(300)) + "/>",
}


@pytest.mark.parametrize(("why", "part"), HARMFUL.items(), ids=HARMFUL)
def test_an_entry_made_to_do_harm_is_left_out_with_the_reason_and_the_others_are_taken(why: str, part: str) -> None:
    feed = read(rss(item("Ice"), f"<item><title>Bad</title>{part}</item>", item("Snow", guid="2")))
    assert [each.title for each in feed.entries] == ["Ice", "Snow"]
    could_not, because = feed.left_out
    assert could_not == "1 article could not be read. Tell the site."
    assert why in because
    assert feed.is_complete


def test_of_a_large_feed_with_damage_in_the_middle_everything_is_taken() -> None:
    many = [item(f"No. {n}", guid=str(n), link=f"https://a.example/{n}", text="word " * 200) for n in range(300)]
    many[100] = (
        "<item><title>Bad</title><link>https://a.example/bad</link><description><p>a<b>c</p></description></item>"
    )
    feed = read(rss(*many))
    assert len(feed.items) == 300
    assert "Bad" in {each.title for each in feed.items}
    assert feed.is_complete
    assert feed.left_out == ("The feed is damaged; its articles were read as well as that allows. Tell the site.",)


def test_a_large_feed_with_damage_before_its_first_article_is_read() -> None:
    text = rss(*(item(f"No. {n}", guid=str(n), link=f"https://a.example/{n}", text="word " * 200) for n in range(300)))
    assert len(titles(text.replace("<description>News", "<description>News <b>", 1))) == 300


def within(tag: str, text: str) -> str:
    return f"<rss version='2.0'><channel><item><{tag}>{text}</{tag}></item></channel></rss>"


BOMBS = {
    "tags": "<rss><channel><item><title>" + "<" * MUCH,
    "open tags": "<rss><channel><item><title>" + "<a " * (MUCH // 3),
    "comments": "<rss><channel>" + "<!--" * (MUCH // 4),
    "ampersands": within("title", "&" * MUCH),
    "an author": within("author", "a" * MUCH),
    "authors": within("title", ("<author>" + "a" * 1_900 + "</author>") * (MUCH // 1_920)),
    "parts": within("title", "<a/>" * (MUCH // 4)),
    "attributes": "<rss><channel><item " + " ".join(f"a{n}='1'" for n in range(400_000)) + "/></channel></rss>",
    "html": within("description", "&lt;div&gt;" * (MUCH // 11)),
    "half cdata": within("description", "<![CDATA[" * (MUCH // 9)),
    "document types": "<!DOCTYPE x [" * (MUCH // 13) + "<rss/>",
    "a page": "<html>" + "<link " * (MUCH // 6),
}


@pytest.mark.parametrize("text", BOMBS.values(), ids=BOMBS)
def test_five_megabytes_made_to_do_harm_end_soon(text: str) -> None:
    content = text.encode()
    started = time.process_time()
    try:
        parse(content, None, URL)
    except FeedError as error:
        assert str(error).endswith(".")  # noqa: PT017 - some of it may be read
    assert time.process_time() - started < 10
