"""The text of an article, out of all that is on its page."""

import logging
import re
from dataclasses import dataclass
from html import escape
from typing import Final

from lxml import etree  # type: ignore[import-untyped] # lxml ships no types
from trafilatura import bare_extraction
from trafilatura.htmlprocessing import convert_to_html
from trafilatura.settings import Document

from newsletter.feeds.extracting.markup import Element
from newsletter.feeds.extracting.preparing import prepare
from newsletter.feeds.extracting.trimming import better, trim
from newsletter.feeds.sanitizing import line, plain_text, safe_html

# It tells of every page that holds nothing; we say so ourselves.
logging.getLogger("trafilatura").setLevel(logging.CRITICAL)

# A second reading of larger pages would take seconds.
_MOST_READ_TWICE: Final = 8_000
_LONGEST_READ_TWICE: Final = 1_500_000  # letters, with the scripts
_LONGEST_TEXT: Final = 250_000
_BLOCKS: Final = frozenset({"p", "head", "item", "quote", "row", "code", "list", "table"})
_PARAGRAPHS: Final = re.compile(r"\s*\n\s*\n?\s*")
_EMPTY: Final = re.compile(r"<(p|li|ul|ol|blockquote|h[1-6]|figure|div)>\s*</\1>")


@dataclass(frozen=True, slots=True)
class Body:
    """The text twice: as plain paragraphs with an empty line between them, and as safe HTML."""

    text: str
    html: str


def main_text(tree: Element, url: str, *, title: str = "", author: str = "", whole_text: str = "") -> Body:
    """The article on a page; both forms are empty where there is none.

    The title and the author are left out where they stand before the text. `whole_text` is the text in the
    data of the page, where it has it: it is taken where it says much more.
    """
    prepare(tree, url)
    found = _found(tree, url, title, author)
    text = _plain(found.body) if found is not None else ""
    given = [words for part in _PARAGRAPHS.split(whole_text) if (words := plain_text(part))]
    # The same words are taken from there too: they may be all that there was, and here they have their paragraphs.
    if sum(map(len, given)) > 2 * len(text) or (given and " ".join(given) == " ".join(text.split())):
        return Body("\n\n".join(given)[:_LONGEST_TEXT], _paragraphs(given))
    return Body(text[:_LONGEST_TEXT], _html(found, url)) if found is not None and text else Body("", "")


def _found(tree: Element, url: str, title: str, author: str) -> Document | None:
    """The best of some readings: a second one tells what is not the article, a third has its pictures too."""
    is_large = sum(1 for _each in tree.iter()) > _MOST_READ_TWICE or _is_long(tree)
    found = _read(tree, url, fast=is_large)
    if found is None or is_large:
        return found
    strict = _read(tree, url, favor_precision=True)
    if strict is not None:
        found.body = better(found.body, strict.body)
    trim(found.body, title, author)
    pictured = _read(tree, url, include_images=True)
    if pictured is not None:
        trim(pictured.body, title, author)
        if _plain(pictured.body) == _plain(found.body):
            return pictured
    return found


def _is_long(tree: Element) -> bool:
    read = 0
    for text in tree.itertext():
        read += len(text)
        if read > _LONGEST_READ_TWICE:
            return True
    return False


def _read(tree: Element, url: str, **wishes: bool) -> Document | None:
    try:
        found = bare_extraction(
            tree,
            url=url or None,
            include_comments=False,
            include_links=True,
            include_formatting=True,
            **wishes,  # type: ignore[arg-type] # all of them are True or False
        )
    except (ValueError, TypeError, AttributeError, KeyError, IndexError, RecursionError, etree.LxmlError):
        return None  # what it stumbles over is no article
    return found if isinstance(found, Document) and found.body is not None else None


def _plain(body: Element) -> str:
    """The words of each paragraph on a line; cells of a row and parts of a sentence stay together."""
    pieces: list[str] = []
    for event, element in etree.iterwalk(body, events=("start", "end")):
        is_block = element.tag in _BLOCKS
        if event == "start":
            pieces.append("\n\n" if is_block else "\n" if element.tag == "lb" else " " if element.tag == "cell" else "")
            pieces.append(" ".join((element.text or "").split(" ")))
        else:
            pieces.append("\n\n" if is_block else "")
            pieces.append(element.tail or "")
    paragraphs = (line(part) for part in "".join(pieces).split("\n\n"))
    return "\n\n".join(part for part in paragraphs if part)


def _html(found: Document, url: str) -> str:
    paragraphs = _paragraphs(_plain(found.body).split("\n\n"))  # the conversion changes the body
    try:
        converted = convert_to_html(found.body)
        for within_sentence in converted.iter("var"):
            within_sentence.tag = "code"
        markup = etree.tostring(converted, encoding="unicode", method="html")
    except (KeyError, ValueError, TypeError, RecursionError):
        return paragraphs
    return _EMPTY.sub("", safe_html(markup, url)).strip()


def _paragraphs(texts: list[str]) -> str:
    return "".join(f"<p>{escape(text, quote=False)}</p>" for text in texts)
