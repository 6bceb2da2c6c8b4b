"""The same story twice."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.feeds.stories import are_alike, beginning_of, teller_of, title_key

TEXT = "The ice below the shelf is much thinner than was thought, a new survey by radar shows."


@pytest.mark.parametrize("other", ["Thin ice!", "THIN ICE", " thin  ice ", "»Thin Ice«"])
def test_titles_are_compared_by_their_words(other: str) -> None:
    assert title_key(other) == title_key("Thin ice")


@pytest.mark.parametrize(
    ("other", "alike"),
    [
        (TEXT, True),
        (TEXT.upper(), True),
        (TEXT.replace("a new survey", "the new survey"), True),
        (TEXT + " It took three summers.", True),
        ("The ice of the lake is thick enough for skating, the city says, and opens it on Sunday.", False),
        ("", False),
    ],
)
def test_beginnings_are_alike_when_few_words_differ(other: str, *, alike: bool) -> None:
    assert are_alike(TEXT, other) is alike
    assert are_alike(other, TEXT) is alike


def test_an_empty_or_very_short_beginning_is_like_no_other() -> None:
    assert not are_alike("", "")
    assert not are_alike("Live blog", "Live blog")


def test_the_beginning_is_the_first_paragraph_that_says_something() -> None:
    assert beginning_of(f"<p>Berlin</p><p></p><p>{TEXT}</p><p>More.</p>", "A summary.") == TEXT
    assert beginning_of("", "A summary.") == "A summary."
    assert beginning_of("Text without paragraphs", "A summary.") == "Text without paragraphs"


def test_the_oldest_that_is_alike_tells_the_story() -> None:
    assert teller_of(TEXT, {9: TEXT, 7: TEXT, 3: "Something else that is told here at length."}) == 7
    assert teller_of(TEXT, {3: "Something else that is told here at length."}) is None


@given(st.text(max_size=300))
def test_a_beginning_with_some_words_is_like_itself(text: str) -> None:
    assert are_alike(text, text) is (len(set(title_key(text).split())) >= 1 and len(title_key(text).split()) >= 4)
