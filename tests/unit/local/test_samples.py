"""The sample articles are whole: texts, topics, pictures."""

import re
import struct
from pathlib import Path

import pytest

from newsletter.local.demo.samples import Sample, samples
from newsletter.local.demo.seeding import TOPICS

PICTURES = Path(__file__).parent.parent.parent.parent / "newsletter" / "web" / "static" / "demo"

each_sample = pytest.mark.parametrize("sample", samples(), ids=lambda sample: sample.slug)


@each_sample
def test_an_article_has_all_that_a_digest_shows(sample: Sample) -> None:
    assert sample.topic in TOPICS
    assert sample.author
    assert 1 <= len(re.findall(r"[.?!](?:\s|$)", sample.summary)) <= 3
    assert 3 <= len(sample.paragraphs) <= 6
    assert re.fullmatch(r"[a-z0-9-]+", sample.slug)
    assert sample.html.count("<p>") == len(sample.paragraphs)


@each_sample
def test_a_picture_is_there_small_and_described(sample: Sample) -> None:
    assert bool(sample.picture) == bool(sample.picture_alt)
    if sample.picture:
        content = (PICTURES / sample.picture).read_bytes()
        assert struct.unpack(">II", content[16:24]) == (1200, 675)
        assert len(content) < 40_000


def test_no_picture_is_left_over() -> None:
    assert {path.name for path in PICTURES.glob("*.png")} == {s.picture for s in samples() if s.picture}


def test_what_html_would_read_as_markup_is_escaped() -> None:
    sample = samples()[0]
    odd = Sample(**{name: getattr(sample, name) for name in Sample.__slots__} | {"paragraphs": ("a < b & c",)})
    assert odd.html == "<p>a &lt; b &amp; c</p>"
