"""Making sure that XML is harmless and whole before a feed parser sees it.

A parser that repairs everything takes minutes over damage made on purpose. So the text is checked by
expat, which is fast and strict; common damage is mended; of what is still broken the sound entries are
taken. Entities and outside parts are left out: they can grow without end or read files.
"""

import re
from dataclasses import dataclass, replace
from html.entities import html5
from typing import Final

from newsletter.feeds.parsing.items import FeedError
from newsletter.feeds.parsing.making import MOST_ITEMS
from newsletter.feeds.parsing.mending import NOT_XML, mended, without_references
from newsletter.feeds.parsing.segments import Segments, bare, newest_segments, root_in, segmented
from newsletter.feeds.parsing.watching import MOST_PARTS, damage_in
from newsletter.language import counted

# Small enough for the parser that guesses, which takes quadratic time at worst.
_GUESSABLE: Final = 200_000
_MOST_UNENDED: Final = 1_000  # tags without an end, over which it is slowest
_LONG_WORD: Final = re.compile(r"[A-Za-z0-9_.+-]{2000}")
_FAR_IN: Final = 4_000  # how much a server may write before the feed begins
_ENTITY: Final = re.compile(r"<!ENTITY\s+(?:%\s+)?([\w.:-]{1,60})", re.IGNORECASE)
_ENTITIES: Final = "The feed declares entities of its own, which can do harm; they were left out."
_BROKEN_OFF: Final = "The feed breaks off before its end; the whole articles before that were taken."
_GUESSED: Final = "The feed is damaged; its articles were read as well as that allows. Tell the site."


@dataclass(frozen=True, slots=True)
class Xml:
    """XML that may be parsed, without its declaration and document type."""

    text: str
    is_complete: bool = True
    left_out: tuple[str, ...] = ()  # in sentences for editors
    guessable: str = ""  # a feed of damaged entries, for a parser that guesses
    beyond: int = 0  # how many older entries are left out


def root_name(text: str) -> str:
    """The name of the first element, with its prefix; empty where there is none."""
    return root_in(text, _root_at(text))


def checked_xml(text: str) -> Xml:
    """The text of a feed, mended where that is needed. Raises FeedError when it is harmful or beyond use."""
    plain = NOT_XML.sub("", text)
    start = _root_at(plain)
    own_names = {found[1] for found in _ENTITY.finditer(plain[:start])}
    # What HTML knows is put in place; only the words of the feed's own making are missing.
    is_missing_words = any(f"&{name};" in plain for name in own_names if f"{name};" not in html5)
    body, beyond = _within_bounds(without_references(plain[start:], own_names))
    xml = _sound(body) or _salvaged(mended(body, root_name(body)))
    left_out = (_ENTITIES, *xml.left_out) if is_missing_words else xml.left_out
    return replace(xml, left_out=left_out, beyond=beyond)


def not_read(count: int) -> str:
    """What editors hear of so many articles that are damaged beyond use."""
    return f"{counted(count, 'article')} could not be read. Tell the site."


def _root_at(text: str) -> int:
    """Where the first element begins: after declaration, comments, document type, and what a server spilled."""
    at = max(text.find("<?xml", 0, _FAR_IN), 0)
    while (at := text.find("<", at)) >= 0:
        if text.startswith("<!--", at):
            end = text.find("-->", at + 4)
        elif text.startswith("<?", at):
            end = text.find("?>", at)
        elif text.startswith("<!", at):
            inside, close = text.find("[", at), text.find(">", at)
            end = text.find(">", text.find("]", inside)) if 0 <= inside < close else close
        else:
            return at
        if end < 0:
            break
        at = end + 1
    return len(text)


def _within_bounds(text: str) -> tuple[str, int]:
    """The text without the entries that are too many, and how many those are."""
    most = max(text.count(end) for end in ("</item", "</entry", "</url"))
    if text.count("<") <= MOST_PARTS and most <= MOST_ITEMS:
        return text, 0
    parts = segmented(text)
    kept = newest_segments(parts.entries)
    beyond = len(parts.entries) - len(kept)
    return (parts.with_entries(kept), beyond) if beyond else (text, 0)


def _sound(text: str) -> Xml | None:
    """The text, where it is harmless and whole, or can be made so."""
    try:
        if damage_in(text) is None:
            return Xml(text)
        better = mended(text, root_name(text))
        if damage_in(better) is None:
            return Xml(better)
    except FeedError:
        return None  # one entry may be to blame
    is_cut_off = f"</{root_name(better)}" not in better
    return Xml(better) if not is_cut_off and _is_guessable(better) else None


def _is_guessable(text: str) -> bool:
    is_short = len(text) <= _GUESSABLE and text.count("<") - text.count(">") <= _MOST_UNENDED
    return is_short and not _LONG_WORD.search(text)


def _salvaged(text: str) -> Xml:
    """A feed of the sound entries of one that is damaged or has an entry made to do harm."""
    parts = _framed(text)
    alone = bare(parts)
    sound: list[str] = []
    broken: list[str] = []
    refused: list[str] = []  # why, in sentences
    for entry in parts.entries:
        try:
            (sound if damage_in(alone.with_entries((entry,))) is None else broken).append(entry)
        except FeedError as error:
            refused.append(str(error))
    guessable, left = _guessable(broken)
    left_out = (
        *([_BROKEN_OFF] if parts.is_cut_off else []),
        *([_GUESSED] if guessable else []),
        *([not_read(len(refused) + left)] if refused or left else []),
        *dict.fromkeys(refused),
    )
    return Xml(
        parts.with_entries(sound), not parts.is_cut_off, left_out, alone.with_entries(guessable) if guessable else ""
    )


def _framed(text: str) -> Segments:
    """The entries of a feed within a frame that is sound. Raises FeedError with what is wrong where there is none."""
    parts = segmented(text)
    if not parts.entries:
        damage = damage_in(text)
        where = f" ({damage.sentence})" if damage else ""
        raise FeedError(f"The feed is damaged{where} and cannot be read. Tell the site.")
    for frame in (parts, bare(parts)):
        try:
            damage = damage_in(frame.with_entries(()))
        except FeedError:
            continue
        if damage is None:
            return frame
    raise FeedError("The feed is damaged before its first article and cannot be read. Tell the site.")


def _guessable(broken: list[str]) -> tuple[list[str], int]:
    """Those of the broken entries that a parser may guess at, and how many are left."""
    taken: list[str] = []
    size = 0
    for entry in broken:
        if size + len(entry) <= _GUESSABLE and _is_guessable(entry):
            taken.append(entry)
            size += len(entry)
    return taken, len(broken) - len(taken)
