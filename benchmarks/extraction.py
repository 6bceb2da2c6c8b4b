"""How much of articles we find on their pages, beside what plain trafilatura finds of the same pages.

    .venv/bin/python benchmarks/extraction.py DIR [--show 0.8]

DIR holds `html/NAME.html` with `txt/NAME.txt` (the text) and `metadata/NAME.json` (title, authors,
publish_date, top_image), as newspaper4k has its pages; or `ground-truth.json` ({id: {articleBody, url}})
with `html/ID.html.gz`, as scrapinghub's article-extraction-benchmark; or `evaldata.json`
({url: {file, with, without}}) with `html/`, as trafilatura's own evaluation. Figures go to stdout: word-level F1
(the mean over pages; scripts without spaces count by letters), right titles, authors, dates and pictures among
those that are known, and pages a second.
"""

import argparse
import gzip
import json
import re
import sys
import time
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from statistics import mean
from typing import Any

import trafilatura

sys.path.insert(0, str(Path(__file__).parent.parent))

from newsletter.feeds.extracting.found import ExtractedPage, PageError
from newsletter.feeds.extracting.page import extract

WORD = re.compile("[\u0e00-\u0eff\u1000-\u109f\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]|[^\\W_]+")


NOTHING = ExtractedPage("", "", "", None, "", "", "", "", "", "")


@dataclass(frozen=True)
class Example:
    """A page and what is known of it."""

    name: str
    content: bytes
    url: str = ""
    text: str | None = None
    known: dict[str, Any] = field(default_factory=dict)
    present: tuple[str, ...] = ()  # pieces that belong to the text
    absent: tuple[str, ...] = ()  # and pieces that do not


def main() -> None:
    """Print the figures of a set of pages."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("folder", type=Path)
    arguments.add_argument("--show", type=float, default=0.0, help="name the pages whose F1 is below this")
    given = arguments.parse_args()
    pages = list(examples(given.folder))
    if not pages:
        sys.exit(f"{given.folder} holds no pages in a form that is known here; see --help.")
    plain, plain_seconds = timed(pages, lambda page: trafilatura.extract(page.content, url=page.url or None) or "")
    ours, our_seconds = timed(pages, ours_of)
    print(f"{len(pages)} pages")
    tell("plain trafilatura", pages, plain, plain_seconds)
    tell("ours", pages, [found.text if found else "" for found in ours], our_seconds)
    tell_facts(pages, ours)
    for page, text, found in zip(pages, plain, ours, strict=True):
        if page.text is not None and (score := f1(page.text, found.text if found else "")) < given.show:
            print(f"  {page.name}: {score:.3f}, plain {f1(page.text, text):.3f}")


def examples(folder: Path) -> Iterator[Example]:
    """The pages of a folder, in whichever of the three forms it has."""
    if (folder / "ground-truth.json").exists():
        for name, truth in json.loads((folder / "ground-truth.json").read_text()).items():
            page = gzip.decompress((folder / "html" / f"{name}.html.gz").read_bytes())
            yield Example(name, page, truth.get("url", ""), truth["articleBody"])
    elif (folder / "evaldata.json").exists():
        for url, truth in json.loads((folder / "evaldata.json").read_text()).items():
            path = folder / "html" / truth["file"]
            if path.exists():
                pieces = tuple(truth.get("with") or ()), tuple(truth.get("without") or ())
                yield Example(truth["file"], path.read_bytes(), url, None, truth, *pieces)
    else:
        for path in sorted((folder / "html").glob("*.html")):
            yield _newspaper(folder, path)


def _newspaper(folder: Path, path: Path) -> Example:
    text, known = folder / "txt" / f"{path.stem}.txt", folder / "metadata" / f"{path.stem}.json"
    facts = json.loads(known.read_text()) if known.exists() else {}
    whole = text.read_text() if text.exists() else None
    return Example(path.stem, path.read_bytes(), facts.get("url") or "", whole, facts)


def ours_of(page: Example) -> ExtractedPage | None:
    """The article of a page, or None where we find none."""
    try:
        return extract(page.content, None, page.url)
    except PageError:
        return None


def timed(pages: list[Example], read: Callable[[Example], Any]) -> tuple[list[Any], float]:
    """What reading each page answers, and the seconds all took."""
    read(pages[0])  # imports and compiled expressions
    begun = time.perf_counter()
    return [read(page) for page in pages], time.perf_counter() - begun


def words(text: str) -> Counter[str]:
    """The words of a text and how often each occurs."""
    return Counter(WORD.findall(unicodedata.normalize("NFKC", text).casefold()))


def f1(wanted: str, found: str) -> float:
    """The harmonic mean of how many of the wanted words were found, and how many of the found were wanted."""
    truth, answer = words(wanted), words(found)
    common = (truth & answer).total()
    return 2 * common / (truth.total() + answer.total()) if truth or answer else 1.0


def tell(who: str, pages: list[Example], texts: list[str], seconds: float) -> None:
    """The line of one extractor."""
    scores = [f1(page.text, text) for page, text in zip(pages, texts, strict=True) if page.text is not None]
    line = f"F1 {mean(scores):.4f} of {len(scores)} texts" if scores else pieces_line(pages, texts)
    print(f"{who:18} {line}, {len(pages) / seconds:.1f} pages a second")


def pieces_line(pages: list[Example], texts: list[str]) -> str:
    """The F1 of pieces that must or must not be in a text."""
    right = wrong = missed = 0
    for page, text in zip(pages, texts, strict=True):
        plain = " ".join(text.split())
        found = sum(" ".join(piece.split()) in plain for piece in page.present)
        right, missed = right + found, missed + len(page.present) - found
        wrong += sum(" ".join(piece.split()) in plain for piece in page.absent)
    return f"F1 {2 * right / (2 * right + wrong + missed or 1):.4f} of pieces"


def tell_facts(pages: list[Example], ours: list[ExtractedPage | None]) -> None:
    """How many of the known titles, authors, dates and pictures we have."""
    checks: dict[str, Callable[[dict[str, Any], ExtractedPage], bool | None]] = {
        "title": _title,
        "author": _author,
        "date": _date,
        "picture": _picture,
    }
    for name, check in checks.items():
        pairs = zip(pages, ours, strict=True)
        # Where we find no article, all that is known of it is missing.
        answers = [check(page.known, found or NOTHING) for page, found in pairs]
        known = [answer for answer in answers if answer is not None]
        if known:
            print(f"{name:18} {sum(known)} of {len(known)}")


def _title(known: dict[str, Any], found: ExtractedPage) -> bool | None:
    return words(known["title"]) == words(found.title) if known.get("title") else None


def _author(known: dict[str, Any], found: ExtractedPage) -> bool | None:
    names = known.get("authors") or ([known["author"]] if known.get("author") else [])
    return any(words(name) <= words(found.author) for name in names) if names else None


def _date(known: dict[str, Any], found: ExtractedPage) -> bool | None:
    given = known.get("publish_date") or known.get("date")
    return bool(found.published_at and found.published_at.date().isoformat() == str(given)[:10]) if given else None


def _picture(known: dict[str, Any], found: ExtractedPage) -> bool | None:
    given = known.get("top_image")
    return found.image_url.partition("?")[0] == str(given).partition("?")[0] if given else None


if __name__ == "__main__":
    main()
