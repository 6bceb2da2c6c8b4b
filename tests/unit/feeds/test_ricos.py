"""The rich text of Wix as HTML."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.feeds.importing.ricos import html_of_ricos
from newsletter.feeds.importing.wix_media import media_address
from newsletter.feeds.sanitizing import safe_html

SITE = "https://proof.example/"


def words(text: str, *decorations: dict[str, Any]) -> dict[str, Any]:
    return {"type": "TEXT", "textData": {"text": text, "decorations": list(decorations)}}


def node(kind: str, *nodes: dict[str, Any], **data: Any) -> dict[str, Any]:
    return {"type": kind, "nodes": list(nodes)} | data


def html(*nodes: dict[str, Any]) -> str:
    return html_of_ricos(json.dumps({"nodes": list(nodes), "metadata": {"version": 1}}))


LINK = {"type": "LINK", "linkData": {"link": {"url": "https://proof.example/a?b=1&c=2", "target": "BLANK"}}}


@pytest.mark.parametrize(
    ("nodes", "expected"),
    [
        ([node("PARAGRAPH", words("One & <two>"))], "<p>One &amp; &lt;two&gt;</p>"),
        ([node("PARAGRAPH"), node("PARAGRAPH", words("a\nb"))], "<p>a<br>b</p>"),
        ([node("PARAGRAPH", words("a", {"type": "BOLD", "fontWeightValue": 700}))], "<p><b>a</b></p>"),
        ([node("PARAGRAPH", words("a", {"type": "BOLD", "fontWeightValue": 400}))], "<p>a</p>"),
        ([node("PARAGRAPH", words("a", {"type": "ITALIC", "italicData": True}))], "<p><i>a</i></p>"),
        ([node("PARAGRAPH", words("a", {"type": "ITALIC", "italicData": False}))], "<p>a</p>"),
        ([node("PARAGRAPH", words("a", {"type": "COLOR", "colorData": {"foreground": "#f00"}}))], "<p>a</p>"),
        ([node("PARAGRAPH", words("a", LINK))], '<p><a href="https://proof.example/a?b=1&amp;c=2">a</a></p>'),
        ([node("HEADING", words("Ice"), headingData={"level": 3})], "<h3>Ice</h3>"),
        ([node("HEADING", words("Ice"), headingData={"level": 9})], "<h2>Ice</h2>"),
        ([node("BLOCKQUOTE", node("PARAGRAPH", words("x")))], "<blockquote><p>x</p></blockquote>"),
        ([node("DIVIDER")], "<hr>"),
        (
            [node("BULLETED_LIST", node("LIST_ITEM", node("PARAGRAPH", words("x"))))],
            "<ul><li><p>x</p></li></ul>",
        ),
        (
            [node("ORDERED_LIST", node("LIST_ITEM", words("x")), orderedListData={"start": 3})],
            '<ol start="3"><li>x</li></ol>',
        ),
        ([node("CODE_BLOCK", words("a < b"))], "<pre>a &lt; b</pre>"),
        (
            [node("TABLE", node("TABLE_ROW", node("TABLE_CELL", node("PARAGRAPH", words("x")))))],
            "<table><tbody><tr><td><p>x</p></td></tr></tbody></table>",
        ),
        ([node("POLL", words("Which?"))], ""),
        ([node("SOMETHING_NEW", node("PARAGRAPH", words("kept")))], "<p>kept</p>"),
    ],
)
def test_each_kind_of_node_becomes_what_mails_can_show(nodes: list[dict[str, Any]], expected: str) -> None:
    assert html(*nodes) == expected


def test_a_picture_keeps_its_words_its_size_and_its_caption() -> None:
    picture = node(
        "IMAGE",
        node("CAPTION", words("The shelf")),
        imageData={"image": {"src": {"id": "1106_8e~mv2.jpg"}, "width": 900, "height": 600}, "altText": 'Ice "shelf"'},
    )
    assert html(picture) == (
        '<figure><img src="https://static.wixstatic.com/media/1106_8e~mv2.jpg" alt="Ice &quot;shelf&quot;" '
        'width="900" height="600"><figcaption>The shelf</figcaption></figure>'
    )


def test_the_pictures_of_a_gallery_stand_one_below_the_other() -> None:
    items = [{"image": {"media": {"src": {"url": f"https://x.example/{n}.jpg"}}, "altText": str(n)}} for n in (1, 2)]
    assert html(node("GALLERY", galleryData={"items": items})) == (
        '<figure><img src="https://x.example/1.jpg" alt="1"></figure>'
        '<figure><img src="https://x.example/2.jpg" alt="2"></figure>'
    )


@pytest.mark.parametrize(
    ("embedded", "address"),
    [
        (
            node("VIDEO", videoData={"video": {"src": {"url": "https://v.example/1"}}, "title": "The film"}),
            "v.example/1",
        ),
        (node("EMBED", embedData={"src": "https://v.example/2", "oembed": {"title": "The film"}}), "v.example/2"),
        (
            node("LINK_PREVIEW", linkPreviewData={"link": {"url": "https://v.example/3"}, "title": "The film"}),
            "v.example/3",
        ),
        (node("BUTTON", buttonData={"link": {"url": "https://v.example/4"}, "text": "The film"}), "v.example/4"),
    ],
)
def test_what_moves_becomes_a_link(embedded: dict[str, Any], address: str) -> None:
    assert html(embedded) == f'<p><a href="https://{address}">The film</a></p>'


@pytest.mark.parametrize("text", ["", "x", "[]", "{}", "null", '{"nodes": 7}', '{"nodes": [7, null]}', "[" * 100_000])
def test_what_is_no_ricos_is_empty(text: str) -> None:
    assert html_of_ricos(text) == ""


def test_deep_trees_end_somewhere() -> None:
    deep = words("x")
    for _each in range(300):
        deep = node("BLOCKQUOTE", deep)
    assert html(deep) == ""


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=12),
    lambda children: st.lists(children, max_size=3) | st.dictionaries(st.text(max_size=8), children, max_size=3),
    max_leaves=8,
)
kinds = st.sampled_from(
    ["TEXT", "IMAGE", "GALLERY", "VIDEO", "EMBED", "HEADING", "ORDERED_LIST", "PARAGRAPH", "GIF", "AUDIO"]
)
fields = ["textData", "imageData", "galleryData", "videoData", "embedData", "headingData", "orderedListData", "nodes"]
odd_nodes = st.builds(
    lambda kind, data: {"type": kind} | data,
    kinds,
    st.fixed_dictionaries({}, optional=dict.fromkeys(fields, json_values)),
)


@given(st.lists(odd_nodes, max_size=4))
def test_no_shape_of_ricos_fails_or_leaves_anything_that_acts(nodes: list[dict[str, Any]]) -> None:
    safe = safe_html(html_of_ricos(json.dumps({"nodes": nodes})), SITE)
    assert safe_html(safe, SITE) == safe


def test_a_link_that_does_something_is_not_kept() -> None:
    bad = {"type": "LINK", "linkData": {"link": {"url": "javascript:alert(1)"}}}
    assert "javascript" not in safe_html(html(node("PARAGRAPH", words("a", bad))), SITE)


@pytest.mark.parametrize(
    ("named", "address"),
    [
        ("wix:image://v1/11_8e~mv2.jpg/ice%20shelf.jpg#originWidth=1200&originHeight=800", "11_8e~mv2.jpg"),
        ("wix:image://v1/11_8e~mv2.jpg#x", "11_8e~mv2.jpg"),
        ("11_8e~mv2.png", "11_8e~mv2.png"),
    ],
)
def test_what_wix_names_lies_in_its_store(named: str, address: str) -> None:
    assert media_address(named) == f"https://static.wixstatic.com/media/{address}"


@pytest.mark.parametrize(
    ("named", "address"),
    [
        ("https://x.example/a.jpg", "https://x.example/a.jpg"),
        ("//x.example/a.jpg", "https://x.example/a.jpg"),
        ("wix:video://v1/11_8e/file#posterUri=x", ""),
        ("javascript:alert(1)", ""),
        ("", ""),
    ],
)
def test_other_addresses_stay_or_are_none(named: str, address: str) -> None:
    assert media_address(named) == address
