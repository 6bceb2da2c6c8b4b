"""From the bytes of a web page to a tree of elements, and the simple questions one asks of it."""

import re
from collections.abc import Iterator
from typing import Final, TypeAlias

from lxml import etree, html  # type: ignore[import-untyped] # lxml ships no types

from newsletter.feeds.extracting.found import PageError
from newsletter.feeds.parsing.decoding import decode
from newsletter.feeds.sanitizing import absolute, line

Element: TypeAlias = html.HtmlElement

_LONGEST: Final = 5_000_000
# What comes after so many tags is no article; reading on would only take time.
_MOST_TAGS: Final = 60_000
# Deeper trees make the readers of the text recurse too far; no page that people read is so deep.
_DEEPEST: Final = 200
_MOST_WORDS: Final = 500_000  # letters
_NO_WORDS: Final = frozenset({"script", "style"})
_BEGINNING: Final = 2_000
_META_CHARSET: Final = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([\w.:-]{1,40})""", re.IGNORECASE)
_CONTROLS: Final = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f\ufffe\uffff\ud800-\udfff]")
_MAY_BREAK_HERE: Final = re.compile(r"\xad|&(?:shy|#0{0,5}173|#[xX]0{0,5}[aA][dD]);")  # hides words from who searches
_ANY_TAG: Final = re.compile(r"<(?:!doctype|[a-z][a-z0-9]*)\b", re.IGNORECASE)
_IS_FEED: Final = re.compile(
    r"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:rss|feed|rdf:RDF|urlset|sitemapindex)\b", re.DOTALL
)
_BINARY: Final = (b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"PK\x03\x04", b"RIFF", b"\x1f\x8b", b"\x7fELF")


def tree_of(content: bytes, content_type: str | None) -> Element:
    """The elements of a page, whatever its encoding and however broken; raises PageError where it is none."""
    if content.startswith(_BINARY):
        raise PageError("This is a picture, a document or another file, not a web page.")
    text = decode(content[:_LONGEST], _with_charset(content, content_type))
    text = _MAY_BREAK_HERE.sub("", _CONTROLS.sub("", text))
    if not text.strip():
        raise PageError("There is nothing at this address: the page is empty.")
    if _IS_FEED.match(text[:_BEGINNING]):
        raise PageError("This is a feed, not a web page. Connect it as a feed.")
    if not _ANY_TAG.search(text):
        raise PageError("This is not a web page: there is no HTML in it.")
    tree = _parsed(_bounded(text))
    _cut_depths(tree)
    _cut_words(tree)
    return tree


def base_of(tree: Element, url: str) -> str:
    """Where relative links of a page begin."""
    for base in tree.iterfind(".//base[@href]"):
        return absolute(base.get("href"), url) or url
    return url


def metas(tree: Element) -> dict[str, str]:
    """What the page's meta elements say, by name in small letters; the first of each name counts."""
    said: dict[str, str] = {}
    for meta in tree.iter("meta"):
        name = meta.get("property") or meta.get("name") or meta.get("itemprop") or meta.get("http-equiv")
        content = line(meta.get("content") or "")
        if name and content:
            said.setdefault(line(name).lower(), content)
    return said


def links_of(tree: Element) -> Iterator[tuple[frozenset[str], Element]]:
    """The page's link elements that lead somewhere, with the words of their `rel`."""
    for link in tree.iter("link"):
        if link.get("href"):
            yield frozenset((link.get("rel") or "").lower().split()), link


def words_of(element: Element, most: int = 2_000) -> str:
    """The words in an element, on one line; of a longer text the first `most` letters or somewhat more."""
    pieces, length = [], 0
    for piece in element.itertext():
        pieces.append(piece[:most])
        length += len(piece)
        if length > most:
            break
    return line(" ".join(pieces))


def _with_charset(content: bytes, content_type: str | None) -> str | None:
    """The content type, with the encoding that the page itself names where the server names none."""
    if content_type and "charset" in content_type.lower():
        return content_type
    found = _META_CHARSET.search(content[:_BEGINNING])
    return f"text/html; charset={found[1].decode('ascii')}" if found else content_type


def _bounded(text: str) -> str:
    if text.count("<") <= _MOST_TAGS:
        return text
    return "<".join(text.split("<", _MOST_TAGS)[:_MOST_TAGS])


def _parsed(text: str) -> Element:
    parser = html.HTMLParser(
        encoding="utf-8", remove_comments=True, remove_pis=True, collect_ids=False, no_network=True
    )
    try:
        return html.document_fromstring(text.encode("utf-8", "replace"), parser=parser)
    except (etree.LxmlError, ValueError, AssertionError) as error:
        raise PageError("This is not a web page: there is no HTML in it.") from error


def _cut_depths(tree: Element) -> None:
    """Take out what lies deeper than any page needs; its words go with it."""
    depth = 0
    for event, element in etree.iterwalk(tree, events=("start", "end")):
        depth += 1 if event == "start" else -1
        if event == "start" and depth >= _DEEPEST:
            for child in list(element):
                element.remove(child)


def _cut_words(tree: Element) -> None:
    """Take out the words that come after more than any article has; scripts and styles are none."""
    left = _MOST_WORDS
    for element in tree.iter():
        if element.text and element.tag not in _NO_WORDS:
            left -= len(element.text)
            if left < 0:
                element.text = element.text[:left]
        if element.tail:
            left -= len(element.tail)
            if left < 0:
                element.tail = element.tail[:left]
        left = max(left, 0)
