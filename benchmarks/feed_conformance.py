"""What we read of feeds beside what plain feedparser reads: crashes, slow files, and fields that we lose.

    .venv/bin/python benchmarks/feed_conformance.py FOLDER… [--losses]

Each folder is searched for feeds, such as the cases of public test suites. `Header: Content-type: …` and
`Header: Content-Location: …` in a file are believed, as those suites want it, and what a file asserts of itself
(`Expect: …`) is counted. A field of feedparser's is the same in ours, better by a rule that is named
(`feed_differences.py`), or lost; `--losses` lists every one that is lost, with both values.
"""

import argparse
import re
import sys
import time
import traceback
import warnings
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

sys.path.insert(0, str(Path(__file__).parent.parent))

from benchmarks.feed_assertions import assertions_in
from benchmarks.feed_differences import BASE_URL, LOST, SAME, verdict
from benchmarks.feed_fields import (
    ENTRY_FIELDS,
    FEED_FIELDS,
    Ours,
    TheirFeed,
    Theirs,
    ours_of,
    ours_of_feed,
    read_with_feedparser,
)
from newsletter.feeds.parsing.decoding import decode
from newsletter.feeds.parsing.feed import parse
from newsletter.feeds.parsing.items import FeedError, ParsedFeed
from newsletter.feeds.sanitizing import absolute

SLOW_SECONDS: Final = 2.0
SUFFIXES: Final = frozenset({".xml", ".rss", ".atom", ".rdf", ".json"})
HEADER: Final = r"^Header:\s+%s:\s*(.+?)\s*$"
CONTENT_TYPE: Final = re.compile(HEADER % "content-type", re.IGNORECASE | re.MULTILINE)
LOCATION: Final = re.compile(HEADER % "content-location", re.IGNORECASE | re.MULTILINE)
# Looked at one by one and found right, where no rule can say so: the end of a file's name, field, reason.
JUDGED: Final = (
    (
        "encoding/bozo_invalid-bytes-with-bom.xml",
        "feed title",
        "of two encodings in one text each letter is read in its own",
    ),
    ("encoding/bozo_linenoise.xml", "text", "two odd bytes make feedparser misread the letters around them"),
    *(
        ("rss_incomplete_cdata.xml", key, "a feed of which not one article can be taken is refused, with the reason")
        for key in ("feed", "feed title", "feed link", "feed language")
    ),
    ("entities/lang.xml", "feed title", "the sign that HTML has for this name now"),
    ("entities/rang.xml", "feed title", "the sign that HTML has for this name now"),
    ("entry_title_xml_lang_inherit_3.xml", "language", "an article has one language, that of its text"),
    ("entry_title_xml_lang_inherit_4.xml", "language", "an article has one language, that of its text"),
    ("rss/entity_in_doctype.xml", "guid", "entities of a feed's own are never expanded, as the design says"),
    ("rss/item_description_not_a_doctype.xml", "text", "a browser takes it for a comment"),
    ("rss/item_description_not_a_doctype2.xml", "text", "a browser takes it for a document type"),
    ("sanitize/xml_declaration_unexpected_character.xml", "feed title", "a browser takes it for a document type"),
    ("sanitize/item_content_encoded_script_nested_cdata.xml", "text", "markup of XML is no text"),
    ("sanitize/xml_malicious_comment.xml", "feed title", "a browser takes it for a comment without an end"),
)


@dataclass
class Tally:
    """What was counted over all files."""

    files: int = 0
    refused: int = 0
    entries: int = 0
    missing: int = 0
    crashes: list[str] = field(default_factory=list)
    times: list[tuple[float, str]] = field(default_factory=list)
    verdicts: Counter[tuple[str, str]] = field(default_factory=Counter)  # by field and verdict
    besides: Counter[str] = field(default_factory=Counter)  # fields that feedparser does not have
    judged: dict[tuple[str, str], str] = field(default_factory=dict)  # reasons by file and field
    lost: list[tuple[str, str, str, str]] = field(default_factory=list)  # file, field, theirs, ours
    asserted: Counter[str] = field(default_factory=Counter)  # by field
    right: Counter[tuple[str, str]] = field(default_factory=Counter)  # by field and whose
    wrong: list[tuple[str, str, str, str]] = field(default_factory=list)  # right in feedparser's, not in ours

    def lose(self, name: str, key: str, theirs: str, ours: str) -> None:
        """Count a loss, unless somebody has looked at it and found ours right."""
        if reason := judged(name, key):
            self.judged[name, key] = reason
        else:
            self.lost.append((name, key, theirs, ours))

    def go_wrong(self, name: str, key: str, asserted: str, ours: str) -> None:
        """Count what feedparser has right and we have not, unless somebody has looked at it."""
        if reason := judged(name, key):
            self.judged[name, key] = reason
        else:
            self.wrong.append((name, key, asserted, ours))


def judged(name: str, key: str) -> str:
    """Why ours is right where it differs; empty where nobody has said so."""
    return next((why for end, of, why in JUDGED if name.endswith(end) and key == of), "")


def pairs(theirs: Sequence[Theirs], ours: Sequence[Ours]) -> Iterator[tuple[Theirs, Ours | None]]:
    """Each entry of theirs with the one of ours that is most like it."""
    left = list(ours)
    for entry in theirs:
        best = max(left, key=lambda each: _likeness(entry, each), default=None)
        if best is not None:
            left.remove(best)
        yield entry, best


def _likeness(theirs: Theirs, ours: Ours) -> int:
    return sum(verdict(key, theirs[key], ours[key]) != LOST for key in ENTRY_FIELDS)


def compare(path: Path, name: str, tally: Tally) -> None:
    """Read one file with both and count."""
    content = path.read_bytes()
    text = decode(content, None)
    header, location = CONTENT_TYPE.search(text), LOCATION.search(text)
    content_type = header[1] if header else None
    url = absolute(location[1] if location else "", BASE_URL) or BASE_URL
    theirs = read_with_feedparser(content, content_type, url)
    tally.files += 1
    began = time.perf_counter()
    feed = None
    try:
        feed = parse(content, content_type, url)
    except FeedError as error:
        tally.refused += 1
        if theirs.entries:
            tally.lose(name, "feed", f"{len(theirs.entries)} entries", str(error))
    except Exception:  # noqa: BLE001 - what is looked for here is any crash
        tally.crashes.append(f"{name}\n{traceback.format_exc()}")
    tally.times.append((time.perf_counter() - began, name))
    count(name, theirs, feed, tally)
    count_asserted(name, text, theirs, feed, tally)


def count(name: str, theirs: TheirFeed, feed: ParsedFeed | None, tally: Tally) -> None:
    """Count the fields of one file."""
    tally.entries += len(theirs.entries)
    own_feed = ours_of_feed(feed) if feed else {key: [""] for key in FEED_FIELDS}
    count_fields(name, FEED_FIELDS, theirs.feed, own_feed, tally, prefix="feed ")
    entries = [entry for entry in theirs.entries if any(value.shown for values in entry.values() for value in values)]
    for entry, own in pairs(entries, [ours_of(item) for item in feed.entries] if feed else []):
        if own is None:
            tally.missing += 1
            tally.lose(name, "entry", str({key: [each.shown for each in entry[key]] for key in ENTRY_FIELDS}), "")
        else:
            count_fields(name, ENTRY_FIELDS, entry, own, tally)


def count_fields(name: str, keys: Sequence[str], theirs: Theirs, ours: Ours, tally: Tally, *, prefix: str = "") -> None:
    """Count the fields of one entry, or of the feed itself."""
    for key in keys:
        if not any(each.shown for each in theirs[key]):
            tally.besides[prefix + key] += any(ours[key])
            continue
        found = verdict(key, theirs[key], ours[key])
        tally.verdicts[prefix + key, found] += 1
        if found == LOST:
            tally.lose(name, prefix + key, str([each.shown for each in theirs[key]]), str(ours[key]))


def count_asserted(name: str, text: str, theirs: TheirFeed, feed: ParsedFeed | None, tally: Tally) -> None:
    """Count what a file asserts of itself and who has it right."""
    of_feed: Ours = ours_of_feed(feed) if feed else {}
    of_entries = dict(enumerate(map(ours_of, feed.entries if feed else ())))
    for each in assertions_in(text):
        own = of_feed if each.entry is None else of_entries.get(each.entry, {})
        key = f"feed {each.field}" if each.entry is None else each.field
        is_theirs = each.holds_for(theirs.result)
        is_ours = each.field in own and verdict(each.field, [each.as_value()], own[each.field]) != LOST
        tally.asserted[key] += 1
        tally.right[key, "theirs"] += is_theirs
        tally.right[key, "ours"] += is_ours
        if is_theirs and not is_ours:
            tally.go_wrong(name, key, str(each.value), str(own.get(each.field)))


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
    keys = [*ENTRY_FIELDS, *(f"feed {key}" for key in FEED_FIELDS)]
    show_verdicts(keys, tally)
    print("asserted by the files, and right:")
    for key in (key for key in keys if tally.asserted[key]):
        theirs, ours = tally.right[key, "theirs"], tally.right[key, "ours"]
        print(f"{key:14} asserted {tally.asserted[key]:5}  feedparser {theirs:5}  ours {ours:5}")
    for each in tally.crashes:
        print(each)
    if with_losses:
        show_values("lost", tally.lost)
        show_values("asserted", tally.wrong)


def show_verdicts(keys: Sequence[str], tally: Tally) -> None:
    """Print how each field stands to feedparser's, and by which rules it is better."""
    print(
        f"{len(tally.lost)} lost, {len(tally.wrong)} asserted and right in feedparser's only,"
        f" {len(tally.judged)} looked at one by one and right"
    )
    for key in keys:
        found = {verdict: times for (of, verdict), times in tally.verdicts.items() if of == key}
        same, lost = found.pop(SAME, 0), sum(1 for each in tally.lost if each[1] == key)
        better = sum(times for verdict, times in found.items() if verdict != LOST)
        total = same + sum(found.values())
        print(
            f"{key:14} feedparser {total:5}  the same {same:5}  better {better:5}  lost {lost:4}"
            f"  found besides {tally.besides[key]:5}"
        )
        found.pop(LOST, None)
        for rule, times in sorted(found.items(), key=lambda each: -each[1]):
            print(f"{times:22} {rule}")
    for (name, key), reason in tally.judged.items():
        print(f"right, {key} of {name}: {reason}")


def show_values(why: str, differences: Sequence[tuple[str, str, str, str]]) -> None:
    """Print each difference with both values."""
    for name, key, theirs, ours in differences:
        print(f"{why} {key:10} {name}\n    theirs {theirs[:300]}\n    ours   {ours[:300]}")


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
