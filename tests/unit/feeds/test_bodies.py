"""Reading bodies: bounded, and unpacked piece by piece."""

import gzip
import os
import zlib
from collections.abc import Iterator

import brotli  # type: ignore[import-untyped] # it ships no types
import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.feeds.fetching.bodies import MOST_BYTES, read_body
from newsletter.feeds.fetching.fetcher import Wanted
from newsletter.feeds.fetching.unpacking import BodyError


def cut(body: bytes, size: int) -> Iterator[bytes]:
    return (body[at : at + size] for at in range(0, len(body), size))


def bare_deflate(body: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(body) + packer.flush()


@given(st.binary(max_size=3_000), st.integers(1, 500))
def test_a_body_comes_out_as_it_was_packed(body: bytes, size: int) -> None:
    assert read_body(cut(body, size), "") == body
    assert read_body(cut(gzip.compress(body), size), "gzip") == body
    assert read_body(cut(zlib.compress(body), size), "deflate") == body
    assert read_body(cut(brotli.compress(body), size), "br") == body


def test_bare_deflate_is_unpacked() -> None:
    assert read_body([bare_deflate(b"<rss/>" * 100)], "deflate") == b"<rss/>" * 100


def test_gzip_in_several_members_with_a_tail_is_unpacked() -> None:
    packed = gzip.compress(b"one ") + gzip.compress(b"two") + b"\0\0tail"
    assert read_body([packed], "gzip") == b"one two"


def test_what_fills_a_step_to_the_last_byte_is_unpacked() -> None:
    body = os.urandom(4 * 65_536)  # four steps
    assert read_body([gzip.compress(body)], "gzip") == body
    assert read_body([brotli.compress(body)], "br") == body


def test_reading_stops_at_the_limit() -> None:
    taken = 0

    def endless() -> Iterator[bytes]:
        nonlocal taken
        for _each in range(2_000):
            taken += 1
            yield b" " * 100_000

    with pytest.raises(BodyError, match="larger than 5 MB"):
        read_body(endless(), "")
    assert taken == MOST_BYTES[Wanted.FEED] // 100_000 + 1


def test_a_feed_just_within_the_limit_is_read() -> None:
    assert len(read_body(cut(b" " * MOST_BYTES[Wanted.FEED], 65_536), "")) == MOST_BYTES[Wanted.FEED]


def test_what_is_packed_a_thousandfold_is_not_unpacked() -> None:
    with pytest.raises(BodyError, match="looks like an attack"):
        read_body(cut(gzip.compress(b" " * 4_000_000), 500), "gzip")
    with pytest.raises(BodyError, match="looks like an attack"):
        read_body(cut(brotli.compress(b" " * 4_000_000), 500), "br")


def test_a_repetitive_feed_is_read() -> None:
    body = b"<item><title>Ice</title></item>" * 2_000
    assert read_body([gzip.compress(body)], "gzip") == body


@pytest.mark.parametrize("encoding", ["zstd", "gzip, gzip", "gzip2", "br, gzip"])
def test_a_packing_that_was_not_asked_for_is_a_sentence(encoding: str) -> None:
    with pytest.raises(BodyError, match="was not asked for"):
        read_body([b"x"], encoding)


@given(st.binary(min_size=1, max_size=200), st.sampled_from(["gzip", "deflate", "br"]))
def test_damage_raises_nothing_but_a_sentence(body: bytes, encoding: str) -> None:
    try:
        read_body([body], encoding)
    except BodyError as error:
        assert "damaged" in str(error)  # noqa: PT017 - some bytes can be unpacked
