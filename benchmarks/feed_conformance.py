"""What we read of feeds beside what plain feedparser reads: crashes, slow files, and fields that we lose.

    .venv/bin/python benchmarks/feed_conformance.py FOLDER… [--losses]

Each folder is searched for feeds, such as the cases of public test suites. A `Header: Content-type: …` line in a
file is believed, as those suites want it. A field counts as lost where feedparser has it and ours says something
else, unless that is so on purpose; then the reason is printed.
"""

import argparse
import calendar
import io
import re
import sys
import time
import traceback
import warnings
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import feedparser

sys.path.insert(0, str(Path(__file__).parent.parent))

from newsletter.feeds.identity import without_tracking
from newsletter.feeds.parsing.feed import parse
from newsletter.feeds.parsing.items import FeedError, ParsedItem
from newsletter.feeds.sanitizing import absolute, line, plain_text

URL: Final = "http://suite.example/feed.xml"
SLOW_SECONDS: Final = 2.0
SUFFIXES: Final = frozenset({".xml", ".rss", ".atom", ".rdf", ".json"})
HEADER: Final = re.compile(rb"^Header:\s+content-type:\s*(.+?)\s*$", re.IGNORECASE | re.MULTILINE)
ADDRESS: Final = re.compile(r"\(?\S*@\S*\)?")
# Where another answer than feedparser's is the right one: part of a file's name, field, reason.
ON_PURPOSE: Final = (
    ("illformed/chardet/", "text title", "without its guesser feedparser takes every encoding for Windows-1252"),
    ("encoding/bozo_linenoise", "text", "two bad bytes make feedparser misread the letters around them"),
    ("entity_in_doctype", "guid", "entities of a feed's own are never expanded; the article is known by what is left"),
    ("_crazy.xml", "text title", "what stands in a script, a style or the title of a page is not shown"),
    ("item_description_not_a_doctype", "text", "a browser takes it for a comment, and so does every reader"),
    ("script_nested_cdata", "text", "markup of XML is no text"),
    ("rss_incomplete_cdata", "feed entry", "the one article breaks off before its first word"),
    ("full.atom", "text", "of several texts of one article the longest is taken"),
    ("full.rss", "text", "a plain text much shorter than the summary is a caption, and the summary the text"),
    ("many-links.rss", "image", "the picture in the text is larger than a thumbnail of 72 pixels"),
)
FIELDS: Final = ("guid", "link", "title", "text", "author", "published", "updated", "topics", "language", "image")


@dataclass
class Tally:
    """What was counted over all files."""

    files: int = 0
    refused: int = 0
    entries: int = 0
    missing: int = 0
    crashes: list[str] = field(default_factory=list)
    times: list[tuple[float, str]] = field(default_factory=list)
    theirs: Counter[str] = field(default_factory=Counter)
    ours: Counter[str] = field(default_factory=Counter)
    lost: list[tuple[str, str, str, str]] = field(default_factory=list)
    on_purpose: Counter[str] = field(default_factory=Counter)  # by reason

    def lose(self, name: str, key: str, theirs: str, ours: str) -> None:
        """Count a difference: as a loss, unless ours is the right answer."""
        reason = next((why for part, keys, why in ON_PURPOSE if part in name and key in keys.split()), "")
        if reason:
            self.on_purpose[reason] += 1
        else:
            self.lost.append((name, key, theirs, ours))


def words(value: object, detail: object = None) -> str:
    """A text as people read it, whatever its spaces."""
    is_plain = isinstance(detail, Mapping) and str(detail.get("type", "")) == "text/plain"
    return line(str(value or "")) if is_plain else plain_text(str(value or ""))


def instant(value: object) -> str:
    """A date of feedparser in the form of ours."""
    if not isinstance(value, time.struct_time):
        return ""
    try:
        return datetime.fromtimestamp(calendar.timegm(value), UTC).isoformat()
    except (ValueError, OverflowError):
        return ""


def texts_of(entry: Mapping[str, Any]) -> list[str]:
    """Summary and contents of an entry, as text."""
    summary = (dict.get(entry, "summary"), entry.get("summary_detail"))
    values = [summary, *((each.get("value"), each) for each in entry.get("content", []))]
    return [found for value, detail in values if (found := words(value, detail))]


def pictures_of(entry: Mapping[str, Any]) -> list[str]:
    """Every address that an entry of feedparser names as a picture."""
    media = [each.get("url") for each in entry.get("media_content", []) if "image" in str(each)]
    thumbnails = [each.get("url") for each in entry.get("media_thumbnail", [])]
    links = [
        each.get("href")
        for each in entry.get("links", [])
        if each.get("rel") == "enclosure" and str(each.get("type")).startswith("image/")
    ]
    return [found for url in (*media, *thumbnails, *links) if (found := absolute(url, URL))]


def theirs_of(entry: Mapping[str, Any]) -> dict[str, list[str]]:
    """What feedparser has of an entry, by field."""
    tags = [words(tag.get("label") or tag.get("term")) for tag in entry.get("tags", [])]
    details = [*entry.get("content", []), entry.get("title_detail") or {}, entry.get("summary_detail") or {}]
    link = entry.get("feedburner_origlink") or entry.get("link")  # the article, not the way that counts clicks
    return {
        "guid": [line(entry.get("id"))],
        "link": [without_tracking(absolute(link, URL))],
        "title": [words(entry.get("title"), entry.get("title_detail"))],
        "text": texts_of(entry),
        "author": [line(entry.get("author"))],
        "published": [instant(dict.get(entry, "published_parsed"))],
        "updated": [instant(dict.get(entry, "updated_parsed"))],
        "topics": tags,
        "language": [found for each in details if (found := line(each.get("language")))][:1],
        "image": pictures_of(entry),
    }


def ours_of(item: ParsedItem) -> dict[str, list[str]]:
    """What we have of an article, by field."""
    dates = [at.isoformat() if at else "" for at in (item.published_at, item.updated_at)]
    return {
        "guid": [item.guid],
        "link": [item.url],
        "title": [item.title],
        "text": [item.summary, plain_text(item.html)],
        "author": [item.author, item.author_address],
        "published": [dates[0]],
        "updated": [dates[1]],
        "topics": list(item.categories),
        "language": [item.language],
        "image": [item.image_url],
    }


def _is_within(theirs: str, ours: Sequence[str]) -> bool:
    """Whether a text is there, be it cut as summaries and titles are."""
    return any(
        theirs in each or (each.endswith("…") and theirs.startswith(each[:-1].rstrip())) for each in ours if each
    )


def _is_author(theirs: str, ours: Sequence[str]) -> bool:
    """Addresses stay out of names."""
    name = " ".join(ADDRESS.sub("", theirs).split()).strip(" ()<>")
    return any(theirs in each for each in ours) or (bool(name) and any(name in each for each in ours))


def _are_all(theirs: Sequence[str], ours: Sequence[str], is_same: Callable[[str, Sequence[str]], bool]) -> bool:
    return all(is_same(each, ours) for each in theirs if each)


def is_kept(name: str, theirs: Sequence[str], ours: Sequence[str]) -> bool:
    """Whether a field that feedparser has is in ours."""
    if name in {"title", "text"}:
        return _are_all(theirs, ours, _is_within)
    if name == "author":
        return _are_all(theirs, ours, _is_author)
    if name == "image":
        return bool(set(theirs) & set(ours))
    if name == "guid":
        return _are_all([each[:4_000] for each in theirs], ours, lambda each, all_ours: each in all_ours)
    return _are_all(theirs, ours, lambda each, all_ours: each in all_ours)


def pairs(
    theirs: Sequence[dict[str, list[str]]], ours: Sequence[dict[str, list[str]]]
) -> Iterator[tuple[dict[str, list[str]], dict[str, list[str]] | None]]:
    """Each entry of theirs with the one of ours that is most like it."""
    left = list(ours)
    for entry in theirs:
        best = max(left, key=lambda each: sum(is_kept(name, entry[name], each[name]) for name in FIELDS), default=None)
        if best is not None:
            left.remove(best)
        yield entry, best


def compare(path: Path, name: str, tally: Tally) -> None:
    """Read one file with both and count."""
    content = path.read_bytes()
    header = HEADER.search(content)
    content_type = header[1].decode("latin-1") if header else None
    headers = {"content-location": URL, **({"content-type": content_type} if content_type else {})}
    found = feedparser.parse(io.BytesIO(content), response_headers=headers)
    theirs = [theirs_of(entry) for entry in found.entries]
    tally.files += 1
    began = time.perf_counter()
    ours: list[dict[str, list[str]]] = []
    try:
        feed = parse(content, content_type, URL)
        ours = [ours_of(item) for item in feed.entries]
    except FeedError as error:
        tally.refused += 1
        if theirs:
            tally.lose(name, "feed", f"{len(theirs)} entries", str(error))
    except Exception:  # noqa: BLE001 - what is looked for here is any crash
        tally.crashes.append(f"{name}\n{traceback.format_exc()}")
    tally.times.append((time.perf_counter() - began, name))
    count(name, theirs, ours, tally)


def count(
    name: str, theirs: Sequence[dict[str, list[str]]], ours: Sequence[dict[str, list[str]]], tally: Tally
) -> None:
    """Count the fields of one file."""
    tally.entries += len(theirs)
    for entry, own in pairs(theirs, ours):
        if own is None:
            tally.missing += 1
            tally.lose(name, "entry", str({key: value for key, value in entry.items() if any(value)}), "")
        for key in FIELDS:
            if not any(entry[key]):
                continue
            tally.theirs[key] += 1
            if own is not None and is_kept(key, entry[key], own[key]):
                tally.ours[key] += 1
            elif own is not None:
                tally.lose(name, key, str(entry[key]), str(own[key]))


def feeds_in(folders: Sequence[Path]) -> Iterator[tuple[Path, str]]:
    """Every feed of some folders, with a short name."""
    for folder in folders:
        for path in sorted(folder.rglob("*")) if folder.is_dir() else [folder]:
            if path.is_file() and path.suffix in SUFFIXES:
                yield path, str(path.relative_to(folder)) if folder.is_dir() else path.name


def show(tally: Tally, *, with_losses: bool) -> None:
    """Print the figures."""
    tally.times.sort(reverse=True)
    slow = sum(1 for seconds, _name in tally.times if seconds > SLOW_SECONDS)
    print(
        f"{tally.files} files, {len(tally.crashes)} crashes, {tally.refused} refused with a sentence, {slow} over 2 s"
    )
    print("slowest: " + ", ".join(f"{name} {seconds * 1000:.0f} ms" for seconds, name in tally.times[:3]))
    print(f"{tally.entries} entries of feedparser, {tally.missing} not in ours")
    for key in FIELDS:
        lost = sum(1 for each in tally.lost if each[1] == key)
        print(f"{key:10} feedparser {tally.theirs[key]:6}  the same {tally.ours[key]:6}  lost {lost:5}")
    for reason, times in tally.on_purpose.items():
        print(f"{times:3} differ on purpose: {reason}")
    for each in tally.crashes:
        print(each)
    for name, key, theirs, ours in tally.lost if with_losses else ():
        print(f"{key:10} {name}\n    theirs {theirs[:300]}\n    ours   {ours[:300]}")


def main() -> None:
    """Compare and print; exit 1 where something crashed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--losses", action="store_true", help="list every field that is lost")
    options = parser.parse_args()
    warnings.simplefilter("ignore")  # feedparser warns of what the suites try on purpose
    tally = Tally()
    for path, name in feeds_in(options.folders):
        compare(path, name, tally)
    show(tally, with_losses=options.losses)
    raise SystemExit(1 if tally.crashes else 0)


if __name__ == "__main__":
    main()
