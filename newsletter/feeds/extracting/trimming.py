"""What belongs to a page but not to its article: cut off before, between and behind the paragraphs.

The reader of the text finds where the article is; what stands in the same place, such as comments, forms and
lists of other articles, is told here by how it looks.
"""

import re
from collections import Counter
from itertools import pairwise
from typing import Final

from newsletter.feeds.extracting.markup import Element, words_of
from newsletter.feeds.sanitizing import line

_SHORT: Final = 100
_LONGEST: Final = 1_000_000
_SHORTEST_ARTICLE: Final = 400
_MOST_LINKED: Final = 0.6
_MUCH_SHORTER: Final = 0.6
_MOST_IN_COMMON: Final = 0.5
_NO_PROSE: Final = 0.5
_ENDS: Final = re.compile(r"[.!?…:;。！？।။»”\"’)\]]$")
_SIGNS: Final = re.compile(r"[\W_]+")
# Behind these words readers write. One "response" may as well be what an article has a section on.
_COMMENTS: Final = re.compile(
    r"(?:(?:(?:leave|post|add|write|view|show|join)\s+(?:(?:a|all|the|your)\s+)?|\d+\s+)"
    r"(?:comments?|conversation|reply|replies|responses?|kommentare?|commentaires?|comentarios?)"
    r"|(?:\d+\s+)?(?:comments|kommentare|leserkommentare|kommentar (?:schreiben|verfassen)|comentarios|comentar"
    r"|commentaires|commenti|reacties|komentarze|コメント|评论))(?:\s*\(?\d+\)?)?\s*:?",
    re.IGNORECASE,
)
# Behind these, other articles and the house itself are praised.
_MORE: Final = re.compile(
    r"(?:more (?:from|on|stories|news|in|about)|related|read (?:more|next)|recommended|also read|see also|trending"
    r"|you (?:may|might) (?:also )?like|most (?:read|popular)|latest (?:news|stories)|keywords?$|tags?:?$|topics?:?$"
    r"|share (?:this|on)|follow us|sign up|subscribe|newsletter$|about the author"
    r"|mehr (?:zum|aus|zu)|das könnte|lesen sie (?:auch|mehr)|auch interessant|weitere (?:artikel|themen|beiträge)"
    r"|schlagw|themen:?$|teilen$|über de[nr]|zur startseite|à lire|lire aussi|sur le même|voir aussi"
    r"|más (?:noticias|información)|relacionad|te puede|leia (?:também|mais)|leggi anche|lees (?:ook|meer)|関連|相关)",
    re.IGNORECASE,
)
# A year alone may be what a heading is about.
_DAY: Final = re.compile(
    r"\b(?:19|20)\d\d[-/.]\s?\d{1,2}\b"
    r"|\b\d{1,2}(?:st|nd|rd|th)?[\s.,/-]+(?:(?:de )?\w+[\s.,/-]+(?:de )?)?(?:19|20)\d\d\b"
    r"|(?:19|20)\d\d\s?年"
)
_WAITING: Final = re.compile(
    r"(?:loading|please wait|advertisement|anzeige|werbung|publicidad|publicité)\b[^.]*(?:\.{3})?$",
    re.IGNORECASE,
)
# "Copyright in the age of machines" is a heading.
_RIGHTS: Final = re.compile(
    r"[\W_]{0,5}(?:(?:copyright\s*)?©|(?:copyright|\(c\))\s*(?:19|20)\d\d\b)"
    r"|.*\b(?:all rights reserved|alle rechte vorbehalten|tous droits réservés|todos los derechos reservados)\b",
    re.IGNORECASE,
)


def better(balanced: Element, strict: Element) -> Element:
    """Of two readings of a page the one that holds the article and less else.

    The stricter one leaves out paragraphs of some articles; it is right where all that it leaves out is unlike
    the paragraphs it keeps: forms, comments, and lines between them.
    """
    kept, whole = [_words(block) for block in strict], [_words(block) for block in balanced]
    known = Counter(kept)
    left_out = [block for block in balanced if not known[_words(block)]]
    lengths = [len(_words(block)) for block in left_out]
    is_shorter = sum(map(len, kept)) < _MUCH_SHORTER * sum(map(len, whole))
    # What has hardly a paragraph in common was read elsewhere on the page.
    is_part = sum(map(len, (Counter(whole) & known).elements())) > _MOST_IN_COMMON * sum(map(len, kept))
    if not is_shorter or not is_part or not left_out or any(block.tag in {"list", "table"} for block in left_out[:3]):
        return balanced
    is_unlike = sum(lengths) / len(lengths) < _NO_PROSE * sum(map(len, kept)) / len(kept)
    return strict if is_unlike else balanced


def trim(body: Element, title: str, author: str) -> None:
    """Take from the paragraphs of a reading those that are no part of the article."""
    _trim_beginning(body, title, author)
    for block in list(body):
        words = _words(block)
        if len(words) < _SHORT and (_WAITING.match(words) or _RIGHTS.match(words)):
            body.remove(block)
    _cut_behind(body)
    _trim_end(body)


def _trim_beginning(body: Element, title: str, author: str) -> None:
    """The title, which is known, and the line with the author and the date."""
    for block in list(body)[:3]:
        words = _words(block)
        bare = _bare(words)
        is_line = len(words) < _SHORT and not _ENDS.search(words)
        is_date = len(words) < _SHORT // 2 and bool(_DAY.search(words))
        if (title and bare == _bare(title)) or (is_line and (is_date or _names_one(words, author))):
            body.remove(block)


def _names_one(words: str, authors: str) -> bool:
    """Whether words name one of the authors, and not merely hold the letters of a name."""
    names = (re.escape(name.casefold()) for name in authors.split(", ") if name)
    return any(re.search(rf"(?<![^\W\d_]){name}(?![^\W\d_])", words.casefold()) for name in names)


def _cut_behind(body: Element) -> None:
    """What follows the heading of the comments, or of a list of other articles."""
    read = 0
    blocks = list(body)
    for at, block in enumerate(blocks):
        words = _words(block)
        is_short = len(words) < _SHORT and read >= _SHORTEST_ARTICLE
        if is_short and _begins_what_follows(words, block, blocks[at + 1 :]):
            for other in blocks[at:]:
                body.remove(other)
            return
        read += len(words)


def _begins_what_follows(words: str, block: Element, rest: list[Element]) -> bool:
    if _COMMENTS.fullmatch(words):
        return not _goes_on(block, rest)
    return bool(_MORE.match(words)) and _is_tail(rest)


def _trim_end(body: Element) -> None:
    """Links at the end, unless a sentence ends behind its link."""
    blocks = list(body)
    read = sum(len(_words(block)) for block in blocks)
    for block in reversed(blocks):
        read -= len(_words(block))
        if read < _SHORTEST_ARTICLE or not _is_link(block) or _ends_behind_link(block):
            return
        body.remove(block)


def _goes_on(heading: Element, blocks: list[Element]) -> bool:
    """Whether the article has another section of the same rank behind the one with this heading."""
    return heading.tag == "head" and any(
        block.tag == "head" and block.get("rend") == heading.get("rend") and _is_prose(after)
        for block, after in pairwise(blocks)
    )


def _is_tail(blocks: list[Element]) -> bool:
    """Whether blocks are no prose: lists, links and short lines."""
    return sum(1 for block in blocks if _is_prose(block)) <= len(blocks) // 4


def _is_prose(block: Element) -> bool:
    words = _words(block)
    return block.tag == "p" and len(words) >= _SHORT and bool(_ENDS.search(words)) and not _is_link(block)


def _is_link(block: Element) -> bool:
    """Whether a block is little but links."""
    words = _words(block)
    linked = sum(len(line("".join(link.itertext()))) for link in block.iter("ref"))
    return not words or linked > _MOST_LINKED * len(words)


def _ends_behind_link(block: Element) -> bool:
    """Whether a sentence ends in a block, and not the words of its last link: those may be a headline."""
    links = list(block.iter("ref"))
    return bool(links) and (links[-1].tail or "").strip() in {".", "。", "।"}


def _bare(words: str) -> str:
    return _SIGNS.sub("", words).casefold()


def _words(block: Element) -> str:
    return words_of(block, _LONGEST)
