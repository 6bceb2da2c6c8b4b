"""A page made ready for the reader of its text: whole addresses, and sentences that stay in one piece.

The reader takes what stands in no paragraph apart at every link, and what is code or a quotation inside a sentence
for a paragraph of its own; whether that is so can only be told while the page is still as it was written.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from lxml import html  # type: ignore[import-untyped] # lxml ships no types

from newsletter.feeds.extracting.markup import Element
from newsletter.feeds.sanitizing import absolute

_LATE: Final = ("data-src", "data-lazy-src", "data-original", "data-original-src", "data-url")
_WITHIN_SENTENCES: Final = frozenset(
    {
        *("a", "abbr", "acronym", "b", "bdi", "bdo", "big", "br", "cite", "code", "del", "dfn", "em", "font", "i"),
        *("ins", "kbd", "mark", "q", "s", "samp", "small", "span", "strike", "strong", "sub", "sup", "tt", "u", "var"),
        *("time", "wbr"),
    }
)
_AROUND_PARAGRAPHS: Final = ("article", "div", "main", "section")
_HOLD_SENTENCES: Final = frozenset(
    {"p", "div", "blockquote", "li", "td", "th", "dd", "dt", "figcaption", "h1", "h2", "h3", "h4", "h5", "h6"}
)
# A sentence broken off at a link has more words than the names and dates that stand beside an article.
_SHORTEST_RUN: Final = 60
_MOST_LINKED: Final = 0.7


@dataclass(frozen=True, slots=True)
class _Run:
    """Words and elements of sentences that stand in no paragraph."""

    behind: Element | None  # what they follow; None at the beginning
    words: str
    elements: list[Element]

    @property
    def length(self) -> int:
        pieces = (len(_words(each)) + len((each.tail or "").strip()) for each in self.elements)
        return len(self.words.strip()) + sum(pieces)


def prepare(tree: Element, url: str) -> None:
    """Change a page, found at `url`, so that its text can be read from it in whole sentences."""
    _make_absolute(tree, url)
    for around in list(tree.iter(*_AROUND_PARAGRAPHS)):
        # A division with nothing but a sentence is taken for a paragraph as it is.
        if around.tag != "div" or any(child.tag not in _WITHIN_SENTENCES for child in around):
            runs = [run for run in _runs(around) if _may_be_paragraph(run)]
            # With some paragraphs in it, words that stand in none would be passed over: all or nothing.
            for run in runs if any(map(_is_broken_off, runs)) else ():
                _wrap(around, run)
    _keep_within_sentences(tree)


def _make_absolute(tree: Element, url: str) -> None:
    """Links and pictures by their whole addresses; pictures that scripts load later by those of theirs."""
    for anchor in tree.iter("a"):
        href = anchor.attrib.pop("href", "")
        whole = href if href.startswith("mailto:") else absolute(href, url)
        if whole:
            anchor.set("href", whole)
    for image in tree.iter("img"):
        sources = [image.attrib.pop(name, "") for name in (*_LATE, "src")]
        whole = next((found for source in sources if source and (found := absolute(source, url))), "")
        if whole:
            image.set("src", whole)


def _keep_within_sentences(tree: Element) -> None:
    """Code, quotations and times inside a sentence, by elements that the reader leaves there."""
    for element in [each for each in tree.iter("code", "q", "time") if _is_within_sentence(each)]:
        if element.tag == "q":
            element.text = f"“{element.text or ''}"
            _append(element, "”")
        element.tag = "kbd" if element.tag == "code" else "span"


def _is_within_sentence(element: Element) -> bool:
    """Whether an element of one line has words beside it, in something that holds sentences."""
    inner, around, has_words_beside = element, element.getparent(), False
    while around is not None:
        before = inner.getprevious()
        beside = (around.text if before is None else before.tail) or ""
        has_words_beside = has_words_beside or bool(beside.strip() or (inner.tail or "").strip())
        if around.tag not in _WITHIN_SENTENCES:
            break
        inner, around = around, around.getparent()
    return has_words_beside and around is not None and around.tag in _HOLD_SENTENCES and "\n" not in _words(element)


def _words(element: Element) -> str:
    return "".join(element.itertext()).strip()


def _runs(around: Element) -> Iterator[_Run]:
    """What stands between paragraphs and other blocks; an empty line, as `<br><br>` makes it, ends a run too."""
    run = _Run(None, around.text or "", [])
    for child in around:
        last = run.elements[-1] if run.elements else None
        is_empty_line = child.tag == "br" and last is not None and last.tag == "br" and not (last.tail or "").strip()
        if child.tag in _WITHIN_SENTENCES and not is_empty_line:
            run.elements.append(child)
        else:
            yield run
            run = _Run(child, child.tail or "", [])
    yield run


def _is_broken_off(run: _Run) -> bool:
    """Whether the reader would take a sentence apart here."""
    return run.length >= _SHORTEST_RUN and any(each.tag != "br" for each in run.elements)


def _may_be_paragraph(run: _Run) -> bool:
    """Whether a run has words, and is not little but links."""
    if any(map(_holds_paragraphs, run.elements)):
        return False
    linked = sum(len(_words(each)) for each in run.elements if each.tag == "a")
    return run.length > 0 and linked <= _MOST_LINKED * run.length


def _wrap(around: Element, run: _Run) -> None:
    paragraph = html.Element("p")
    paragraph.text = run.words
    if run.behind is None:
        around.text = None
        around.insert(0, paragraph)
    else:
        run.behind.tail = None
        run.behind.addnext(paragraph)
    paragraph.extend(run.elements)


def _holds_paragraphs(element: Element) -> bool:
    """Whether an element, though made for words within a sentence, has more in it."""
    return any(inner.tag == "br" or inner.tag not in _WITHIN_SENTENCES for inner in element.iterdescendants())


def _append(element: Element, words: str) -> None:
    if len(element):
        element[-1].tail = f"{element[-1].tail or ''}{words}"
    else:
        element.text = f"{element.text or ''}{words}"
