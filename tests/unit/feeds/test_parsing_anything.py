"""Whatever a feed parser is fed, it answers with a feed or with a sentence."""

import json
from pathlib import Path

from hypothesis import example, given
from hypothesis import strategies as st

from newsletter.feeds.parsing.feed import parse
from newsletter.feeds.parsing.items import FeedError

SAMPLES = Path(__file__).parents[2] / "samples" / "feeds"
URL = "https://proof.example/feed.xml"


@given(st.binary(max_size=400))
def test_no_bytes_raise_anything_but_a_sentence(content: bytes) -> None:
    try:
        parse(content, None, URL)
    except FeedError as error:
        assert str(error).endswith(".")  # noqa: PT017 - either outcome is right


PIECES = (
    "<rss> <channel> <item> </item> </channel> </rss> <link> </link> https://a.example/1 <title> </title> <![CDATA[ "
    "]]> &nbsp; & < > <feed> <entry> </entry> <guid> <pubDate> \x00 x <description> </description> &lt;script&gt; "
    "<!-- --> <media:content/> <?xml?> é <b= { <author> @ &#0; &#xffffff; </"
)


@given(
    st.lists(st.sampled_from(PIECES.split()), max_size=30),
    st.sampled_from(["", "<rss><channel>", "<feed>", "<rdf:RDF>"]),
)
def test_no_broken_feed_raises_anything_but_a_sentence(pieces: list[str], beginning: str) -> None:
    try:
        feed = parse((beginning + "".join(pieces)).encode(), None, URL)
    except FeedError:
        return
    assert all(each.url.startswith("http") and each.title for each in feed.items)


@given(
    st.sampled_from(sorted(path.name for path in SAMPLES.iterdir())),
    st.lists(
        st.tuples(st.integers(0, 6_000), st.integers(0, 40), st.sampled_from(PIECES.split())), min_size=1, max_size=6
    ),
)
@example("news-sitemap.xml", [(47, 0, "<rss>"), (1024, 40, "<rss>")])  # a prefix without its declaration
def test_no_damage_to_a_feed_raises_anything_but_a_sentence(name: str, damages: list[tuple[int, int, str]]) -> None:
    content = (SAMPLES / name).read_bytes()
    for at, length, piece in damages:
        content = content[:at] + piece.encode() + content[at + length :]
    try:
        feed = parse(content, None, URL)
    except FeedError as error:
        assert str(error).endswith(".")  # noqa: PT017 - either outcome is right
        return
    assert all(each.url.startswith("http") and each.title for each in feed.items)
    assert not any(each.url.startswith("http") for _place, each in feed.unlinked)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
ENTRY = st.fixed_dictionaries(
    {"url": st.just("https://a.example/1") | JSON},
    optional=dict.fromkeys(
        (
            "id",
            "title",
            "content_html",
            "content_text",
            "summary",
            "image",
            "date_published",
            "tags",
            "authors",
            "author",
        ),
        JSON,
    ),
)


@given(st.lists(ENTRY | JSON, max_size=3))
def test_no_json_raises_anything_but_a_sentence(items: list[object]) -> None:
    feed = parse(json.dumps({"items": items}).encode(), None, URL)
    for each in feed.items:
        assert each.url.startswith("http")
        assert each.title
