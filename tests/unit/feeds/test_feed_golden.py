"""Feeds as well-known systems write them, and all that is read in them, as it stands in `tests/golden/feeds/`.

After a wanted change: `GOLDEN_UPDATE=1 ./run test tests/unit/feeds/test_feed_golden.py`, then read the difference.
"""

import json
import os
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

import pytest

from newsletter.feeds.parsing.feed import parse
from newsletter.feeds.parsing.items import ParsedFeed

SAMPLES = Path(__file__).parents[2] / "samples" / "feeds"
GOLDEN = Path(__file__).parents[2] / "golden" / "feeds"


def written(feed: ParsedFeed) -> str:
    """A feed in lines, so that a difference can be read."""
    return json.dumps(asdict(feed), ensure_ascii=False, indent=1, default=instant) + "\n"


def instant(value: object) -> str:
    assert isinstance(value, datetime)
    return value.isoformat()


@pytest.mark.parametrize("sample", sorted(SAMPLES.iterdir()), ids=lambda path: path.name)
def test_a_feed_is_read_as_its_golden_file_says(sample: Path) -> None:
    found = written(parse(sample.read_bytes(), None, "https://where.example/found/feed.xml"))
    path = GOLDEN / f"{sample.name}.json"
    if os.environ.get("GOLDEN_UPDATE"):
        path.write_text(found, encoding="utf-8")
    assert found == path.read_text(encoding="utf-8"), f"{path} says something else"


def test_every_golden_file_has_its_sample() -> None:
    assert {path.name for path in GOLDEN.iterdir()} == {f"{path.name}.json" for path in SAMPLES.iterdir()}


def test_an_update_run_is_no_passing_check() -> None:
    assert not os.environ.get("GOLDEN_UPDATE"), (
        "the golden files were written anew; look at the difference, then run again"
    )
