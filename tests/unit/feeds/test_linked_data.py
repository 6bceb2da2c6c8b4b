"""JSON-LD, as sites write it."""

import pytest

from newsletter.feeds.extracting.linked_data import LinkedData, linked_data, text_of
from newsletter.feeds.extracting.markup import tree_of
from tests.sample_pages import json_ld, page


def data_of(*scripts: str) -> LinkedData:
    return linked_data(tree_of(page(head="".join(map(json_ld, scripts))), None))


@pytest.mark.parametrize(
    "script",
    [
        '{"@type": "NewsArticle", "headline": "Bells"}',
        '[{"@type": "WebPage"}, {"@type": ["Thing", "BlogPosting"], "headline": "Bells"}]',
        '{"@graph": [{"@type": "WebSite"}, {"@type": "ReportageNewsArticle", "headline": "Bells"}]}',
        '{"@type": "WebPage", "mainEntity": {"@type": "http://schema.org/Article", "headline": "Bells"}}',
        '<!-- {"@type": "Article", "headline": "Bells",} -->',
        '//<![CDATA[\n{"@type": "Article", "headline": "Bells"}\n//]]>',
        '{"@type": "Article", "headline": "Bells", "description": "a line\nand another"}',
        '{"@type": "Article", "headline": "Bells", "broken": "quote " inside"}',
    ],
)
def test_the_article_is_found_wherever_it_stands(script: str) -> None:
    assert data_of(script).article["headline"] == "Bells"


@pytest.mark.parametrize("script", ["", "null", "42", '"text"', "{", "[" * 5_000, '{"@type": {}}', '{"@graph": 1}'])
def test_what_is_no_data_says_nothing(script: str) -> None:
    assert data_of(script).article == {}
    assert data_of(script).publisher == {}


def test_references_are_followed() -> None:
    found = data_of(
        '{"@type": "Article", "headline": "Bells", "author": {"@id": "#ann"}, "image": {"@id": "#p"}}',
        '{"@id": "#ann", "@type": "Person", "name": "Ann Bell"}',
        '[{"@id": "#p", "@type": "ImageObject", "url": "/b.jpg"}]',
    )
    assert found.names(found.article["author"]) == ("Ann Bell",)
    assert found.address(found.article["image"]) == "/b.jpg"


def test_names_and_pictures_come_in_many_forms() -> None:
    found = data_of("{}")
    assert found.names(["Ann", {"name": "Bo"}, {"name": ["Cy", "Ann"]}, None, 7]) == ("Ann", "Bo", "Cy")
    assert found.address([{"url": ["/a.jpg", "/b.jpg"]}]) == "/a.jpg"
    assert found.address({"height": 7}) == ""
    assert text_of(["one", "two"]) == "one"
    assert text_of({"not": "a text"}) == ""


def test_a_reference_to_itself_ends() -> None:
    found = data_of('{"@type": "Article", "headline": "Bells", "author": {"@id": "#a"}}', '{"@id": "#a"}')
    assert found.names(found.article["author"]) == ()
