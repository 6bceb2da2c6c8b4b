"""Results between processes: what goes out comes back, and nothing else does."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.feeds.extracting.found import ExtractedPage, FoundLink, SiteLook
from newsletter.feeds.isolation.values import PromiseError, builder, dumped, loaded
from newsletter.feeds.parsing.items import ParsedFeed
from newsletter.feeds.pictures.making import MadePicture

TEXT = st.text(st.characters(), max_size=50)  # lone surrogates among them
INSTANTS = st.datetimes(timezones=st.sampled_from([UTC, timezone(timedelta(hours=5, minutes=45))]))
LINK = FoundLink(url="https://proof.example/ice", title="Ice")


@given(TEXT, st.binary(max_size=50), INSTANTS | st.none(), st.integers(), st.floats(allow_nan=False))
def test_a_value_comes_back_as_it_was(text: str, data: bytes, at: datetime | None, number: int, size: float) -> None:
    whole = (text, data, at, number, size, {text: data})
    promised = tuple[str, bytes, datetime | None, int, float, dict[str, bytes]]
    assert loaded(dumped(whole), promised) == whole


@pytest.mark.parametrize("promised", [ParsedFeed, ExtractedPage, tuple[FoundLink, ...], SiteLook, MadePicture])
def test_every_result_of_a_reader_has_a_form(promised: Any) -> None:
    builder(promised)


@pytest.mark.parametrize(
    ("content", "promised"),
    [
        (b"", str),
        (b"1", str),
        (b"true", int),
        (b"null", str),
        (b'"x"', bytes),
        (b'"yesterday"', datetime),
        (b"[1]", tuple[str, ...]),
        (b"[1, 2]", tuple[int]),
        (b'["https://proof.example/ice"]', FoundLink),
        (b'["https://proof.example/ice", 1]', FoundLink),
        (b'{"url": "", "title": ""}', FoundLink),
        (b"[]", dict[str, str]),
        (b"[" * 100_000, str),
        (b"1" * 10_000, int),
        (b"\xff", str),
    ],
)
def test_what_was_not_promised_is_refused(content: bytes, promised: Any) -> None:
    with pytest.raises(PromiseError):
        loaded(content, promised)


def test_a_record_comes_back_as_a_record() -> None:
    assert loaded(dumped((LINK, LINK)), tuple[FoundLink, ...]) == (LINK, LINK)


@pytest.mark.parametrize("promised", [object, type, dict[int, str], complex])
def test_a_type_without_a_form_is_told_at_once(promised: Any) -> None:
    with pytest.raises(TypeError, match="no form"):
        builder(promised)


def test_a_value_without_a_form_is_told() -> None:
    with pytest.raises(TypeError, match="no form"):
        dumped(object())
