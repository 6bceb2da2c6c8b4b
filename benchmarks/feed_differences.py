"""Which differences between what feedparser reads and what we read are meant, and which are losses. Pure.

Each rule allows one difference and names it. What no rule allows is lost: a date, a guid, a language that is
missing or other always is, and so is a title or link that says anything else.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Final
from urllib.parse import urljoin, urlsplit

from newsletter.feeds.sanitizing import LONGEST_SUMMARY, LONGEST_TITLE, line
from newsletter.feeds.tracking import is_tracking

SAME: Final = "the same"
LOST: Final = "lost"
BASE_URL: Final = "http://127.0.0.1:8097/feed.xml"  # where the cases of feedparser believe to be; nothing is fetched
_LONGEST_GUID: Final = 4_000
_LONGEST_TOPIC: Final = 100
_HIDDEN: Final = frozenset(
    {
        *("script", "style", "iframe", "noscript", "template", "svg", "math", "audio", "video", "canvas"),
        *("button", "select", "textarea", "title"),
    }
)
_INLINE: Final = frozenset(
    {
        *("a", "b", "strong", "i", "em", "u", "s", "del", "ins", "sub", "sup", "small", "mark", "code", "kbd", "q"),
        *("cite", "abbr", "span", "font", "tt", "big", "acronym", "label", "strike", "samp", "var", "dfn"),
    }
)
_OTHER_ENCODINGS: Final = (
    *("utf-8", "shift_jis", "cp932", "euc_jp", "gb18030", "big5", "cp949", "cp1251", "koi8_r", "cp1253"),
    *("cp1255", "cp1256", "cp874"),
)
_ADDRESS: Final = re.compile(r"\(?<?[^\s()<>]*@[^\s()<>]*>?\)?")
_APPENDED: Final = re.compile(
    r"\s*(?:\[(?:…|\.\.\.)\]|The post .+ (?:appeared first|first appeared) on .+"
    r"|(?:Continue reading|Read more).{0,150})\s*"
)


@dataclass(frozen=True, slots=True)
class Value:
    """One value of a field as feedparser has it."""

    shown: str  # on one line, as feedparser gives it
    markup: str = ""  # where it is HTML: all of it, uncleaned
    others: tuple[str, ...] = ()  # what the same entry has besides: its other texts, or another link to its page
    is_main: bool = True  # False of each of several texts
    is_small: bool = False  # a picture that is said to be


Rule = Callable[[Value, Sequence[str]], bool]


def verdict(field: str, theirs: Sequence[Value], ours: Sequence[str]) -> str:
    """How a field of ours stands to feedparser's: the same, better by the rule that is named, or lost."""
    found = [_verdict_of(field, each, ours) for each in theirs if each.shown]
    if field == "image" and found:  # feedparser names all pictures, we choose one
        return min(found, key=lambda each: (each != SAME, each == LOST))
    return LOST if LOST in found else next((each for each in found if each != SAME), SAME)


def _verdict_of(field: str, theirs: Value, ours: Sequence[str]) -> str:
    if theirs.shown in (ours[:1] if field == "author" else ours):  # an address is no name
        return SAME
    return next((name for name, allows in RULES.get(field, {}).items() if allows(theirs, ours)), LOST)


def visible(markup: str) -> str:
    """The words of some HTML that a browser would show, on one line."""
    reader = _Words()
    reader.feed(markup)
    reader.close()
    return line("".join(reader.words))


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.words: list[str] = []
        self._hidden: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002 - its signature
        if tag in _HIDDEN:
            self._hidden.append(tag)
        if tag not in _INLINE:
            self.words.append(" ")

    def handle_endtag(self, tag: str) -> None:
        if tag in self._hidden:
            del self._hidden[self._hidden.index(tag) :]
        if tag not in _INLINE:
            self.words.append(" ")

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.words.append(data)


def is_read(theirs: Value, ours: Sequence[str]) -> bool:
    """Tags and references of HTML are read, scripts and styles are not shown: the words of both are equal."""
    return visible(theirs.markup or theirs.shown) in ours


def is_of_another_encoding(theirs: Value, ours: Sequence[str]) -> bool:
    """Feedparser took some other encoding for Windows-1252, where ours is read as the bytes are meant."""
    given = b"".join(map(_old_byte, theirs.markup or theirs.shown))
    meant = (visible(given.decode(encoding, "replace")) for encoding in _OTHER_ENCODINGS if not given.isascii())
    return any(each in ours and "\ufffd" not in each for each in meant)


def _old_byte(letter: str) -> bytes:
    try:
        return letter.encode("cp1252")
    except UnicodeEncodeError:
        return letter.encode("latin-1", "replace")


def is_fuller(theirs: Value, ours: Sequence[str]) -> bool:
    """Ours has all of it, and more besides."""
    words = visible(theirs.markup or theirs.shown)
    return bool(words) and any(f" {words} " in f" {each} " for each in ours)


def is_nothing_shown(theirs: Value, ours: Sequence[str]) -> bool:
    """There is nothing in it but scripts, styles and empty tags."""
    return not visible(theirs.markup or theirs.shown) and not any(ours)


def is_cut(longest: int) -> Rule:
    """The rule that longer ones are cut so far, with an ellipsis."""

    def _is_cut(theirs: Value, ours: Sequence[str]) -> bool:
        words = visible(theirs.markup or theirs.shown)
        return len(words) > longest and any(
            each.endswith("…") and longest * 3 // 4 <= len(each) <= longest and words.startswith(each[:-1].rstrip())
            for each in ours
        )

    return _is_cut


def is_without_appended(theirs: Value, ours: Sequence[str]) -> bool:
    """What blog software puts below every summary is left out."""
    words = visible(theirs.markup or theirs.shown)
    kept = (each.removesuffix("…").rstrip() for each in ours if each)
    return any(
        each and words.startswith(each) and _APPENDED.fullmatch(words[len(each) :].lstrip(". …")) for each in kept
    )


def is_longest_of_several(theirs: Value, ours: Sequence[str]) -> bool:
    """Of several texts of one entry the longest is taken."""
    longest = max((visible(each) for each in theirs.others), key=len, default="")
    return not theirs.is_main and len(longest) >= len(visible(theirs.markup or theirs.shown)) and longest in ours


def is_resolved(theirs: Value, ours: Sequence[str]) -> bool:
    """A relative link is made absolute."""
    return not urlsplit(theirs.shown).scheme and urljoin(BASE_URL, theirs.shown) in ours


def is_escaped(theirs: Value, ours: Sequence[str]) -> bool:
    """Spaces within a link are escaped, as browsers do."""
    return theirs.shown.replace(" ", "%20") in ours


def is_without_tracking(theirs: Value, ours: Sequence[str]) -> bool:
    """What only tells where a reader came from is taken off, and nothing else."""
    parts = urlsplit(urljoin(BASE_URL, theirs.shown))
    kept = "&".join(pair for pair in parts.query.split("&") if not is_tracking(pair))
    fragment = "" if is_tracking(parts.fragment) else parts.fragment
    return parts._replace(query=kept, fragment=fragment).geturl() in ours


def is_the_page_itself(theirs: Value, ours: Sequence[str]) -> bool:
    """The link leads to the page, and not through what counts clicks."""
    return any(is_without_tracking(Value(each), ours) for each in theirs.others)


def is_of_no_page(theirs: Value, ours: Sequence[str]) -> bool:
    """Scripts, data and things that no web address names are no links."""
    scheme = urlsplit(theirs.shown).scheme
    return bool(scheme) and scheme not in {"http", "https"} and not any(ours)


def is_cut_off(longest: int) -> Rule:
    """The rule that longer ones are cut there."""
    return lambda theirs, ours: len(theirs.shown) > longest and theirs.shown[:longest] in ours


def is_name(theirs: Value, ours: Sequence[str]) -> bool:
    """The name without its address."""
    name = _name_in(theirs.shown)
    return bool(name) and name != theirs.shown and name == ours[0]


def is_address(theirs: Value, ours: Sequence[str]) -> bool:
    """There is an address but no name: it is kept, but not as a name."""
    addresses = _ADDRESS.findall(theirs.shown)
    return not _name_in(theirs.shown) and not ours[0] and any(each.strip("()<>") in ours[1:] for each in addresses)


def is_among_authors(theirs: Value, ours: Sequence[str]) -> bool:
    """All authors are named, where feedparser names one."""
    return (_name_in(theirs.shown) or theirs.shown) in ours[0].split(", ")


def _name_in(author: str) -> str:
    return line(_ADDRESS.sub("", author)).strip(' ()<>"')


def is_larger(theirs: Value, ours: Sequence[str]) -> bool:
    """A picture of the entry that is said to be small gives way to another of the entry."""
    return theirs.is_small and any(each in theirs.others for each in ours if each)


RULES: Final[Mapping[str, Mapping[str, Rule]]] = {
    "title": {
        "tags and references are read": is_read,
        f"cut at {LONGEST_TITLE} letters": is_cut(LONGEST_TITLE),
        "read in its own encoding": is_of_another_encoding,
    },
    "text": {
        "tags and references are read": is_read,
        "fuller": is_fuller,
        f"summary cut at {LONGEST_SUMMARY} letters": is_cut(LONGEST_SUMMARY),
        "without what blog software appends": is_without_appended,
        "the longest of several texts": is_longest_of_several,
        "read in its own encoding": is_of_another_encoding,
    },
    "link": {
        "relative links are made absolute": is_resolved,
        "spaces are escaped": is_escaped,
        "without tracking": is_without_tracking,
        "the page itself, not what counts clicks": is_the_page_itself,
        "no page of the web": is_of_no_page,
    },
    "guid": {f"cut at {_LONGEST_GUID} letters": is_cut_off(_LONGEST_GUID)},
    "author": {
        "names without addresses": is_name,
        "an address is no name": is_address,
        "all authors": is_among_authors,
        "tags and references are read": lambda theirs, ours: is_read(theirs, ours[:1]),
    },
    "topics": {
        "tags and references are read": is_read,
        f"cut at {_LONGEST_TOPIC} letters": is_cut_off(_LONGEST_TOPIC),
        "read in its own encoding": is_of_another_encoding,
    },
    "image": {"a larger picture": is_larger},
}
