"""A name as it stands in an address."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.catalogue.shelf import slug_of


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("The Morning Proof", "the-morning-proof"),
        ("  Science & Technology  ", "science-technology"),
        ("Café Été", "cafe-ete"),
        ("AI", "ai"),
        ("100 % news!", "100-news"),
        ("--a--b--", "a-b"),
        ("../../etc/passwd", "etc-passwd"),
        ("a\r\nb", "a-b"),
        ("日本語", ""),
        ("", ""),
    ],
)
def test_a_name_becomes_lower_case_letters_digits_and_hyphens(name: str, slug: str) -> None:
    assert slug_of(name) == slug


@given(st.text(max_size=60))
def test_a_slug_is_safe_in_an_address_whatever_the_name(name: str) -> None:
    assert re.fullmatch(r"(?:[a-z0-9]+(?:-[a-z0-9]+)*)?", slug_of(name))


@given(st.text(max_size=60))
def test_a_slug_of_a_slug_is_itself(name: str) -> None:
    assert slug_of(slug_of(name)) == slug_of(name)
