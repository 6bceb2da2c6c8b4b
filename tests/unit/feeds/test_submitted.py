"""Articles as content systems hand them in, whatever they send."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from newsletter.catalogue.newsletters import Topic
from newsletter.feeds.importing.plain_words import sentence_of
from newsletter.feeds.importing.submitted import Submitted, UnknownTopicError, given_of, item_of
from newsletter.feeds.own_pages import HERE
from newsletter.feeds.sanitizing import safe_html

TOPICS = [Topic(id=4, newsletter_id=1, slug="science", name="Science", position=1)]
ICE = {"url": "https://proof.example/ice", "title": "Under the ice"}

odd = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=40)
    | st.lists(st.text(max_size=8), max_size=3)
)
markup = st.lists(
    st.sampled_from(
        [
            "<p>",
            "<script>",
            "</p>",
            "<a href='javascript:x'>",
            "<img src=/a.jpg onerror=x>",
            "&lt;",
            "a",
            "\x00",
            "**",
            "](",
            "[",
        ]
    )
).map("".join)


@given(st.fixed_dictionaries({}, optional=dict.fromkeys(Submitted.model_fields, odd)))
def test_whatever_is_sent_is_an_article_or_refused_with_a_sentence(said: dict[str, Any]) -> None:
    submitted = _submitted(said)
    assert isinstance(submitted, str) or item_of(submitted).url.startswith("http")


def _submitted(said: dict[str, Any]) -> Submitted | str:
    """The article, or the sentence that says why it is none."""
    try:
        return Submitted.model_validate(said)
    except ValidationError as error:
        return sentence_of(error)


@given(st.sampled_from(["html", "text", "markdown"]), markup)
def test_nothing_that_acts_is_left_of_a_text(form: str, text: str) -> None:
    item = item_of(Submitted.model_validate(ICE | {form: text}))
    assert safe_html(item.html, ICE["url"]) == item.html
    assert "<script" not in item.html
    assert "onerror=" not in item.html.replace("&lt;img src=/a.jpg onerror=", "")
    assert 'href="javascript' not in item.html


def test_topics_left_out_are_not_the_same_as_none() -> None:
    assert given_of(Submitted.model_validate(ICE), TOPICS).topic_ids is None
    assert given_of(Submitted.model_validate(ICE | {"topics": []}), TOPICS).topic_ids == frozenset()
    assert given_of(Submitted.model_validate(ICE | {"topics": ["science"]}), TOPICS).topic_ids == {4}


def test_an_unknown_topic_is_refused_with_those_there_are() -> None:
    with pytest.raises(UnknownTopicError, match=r"no topic cooking in this newsletter; there are: science\."):
        given_of(Submitted.model_validate(ICE | {"topics": ["cooking"]}), TOPICS)
    with pytest.raises(UnknownTopicError, match=r"there are: none yet\."):
        given_of(Submitted.model_validate(ICE | {"topics": ["cooking"]}), [])


def test_the_first_picture_of_the_text_stands_in_for_one() -> None:
    item = item_of(Submitted.model_validate(ICE | {"html": '<p><img src="/a.jpg" alt="Ice"></p>', "image_alt": "no"}))
    assert (item.image_url, item.image_alt) == ("https://proof.example/a.jpg", "Ice")
    named = item_of(Submitted.model_validate(ICE | {"image_url": "https://proof.example/b.jpg", "image_alt": "A boat"}))
    assert (named.image_url, named.image_alt) == ("https://proof.example/b.jpg", "A boat")


def test_relative_links_of_an_article_without_an_address_are_left_out() -> None:
    item = item_of(
        Submitted.model_validate(ICE | {"url": HERE, "markdown": "[a](/b) ![c](d.jpg) [e](https://f.example/)"})
    )
    assert "here.invalid" not in item.html
    assert 'href="https://f.example/"' in item.html
    assert item.image_url == ""


@given(st.datetimes(timezones=st.timezones()) | st.text(max_size=30))
def test_every_date_is_taken_or_refused_with_a_sentence(at: datetime | str) -> None:
    submitted = _submitted(ICE | {"embargo_until": at, "published_at": at})
    if isinstance(submitted, str):
        assert "date" in submitted
    else:
        assert submitted.embargo_until is not None
        assert submitted.embargo_until.utcoffset() == timedelta(0)
