"""From what an entry of any kind of feed says to an item that can be mailed, and what is left out on the way."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, TypeVar
from urllib.parse import urlsplit

from newsletter.feeds.identity import without_tracking
from newsletter.feeds.parsing.items import ParsedItem
from newsletter.feeds.sanitizing import LONGEST_TITLE, plain_text, reading_minutes, summary_of, without_appended
from newsletter.language import counted, shortened

MOST_ITEMS: Final = 2_000
_LONGEST_AUTHOR: Final = 150
_LONGEST_GUID: Final = 4_000
_LONGEST_NAME: Final = 100
_MOST_CATEGORIES: Final = 50
_LONGEST_TITLE_FROM_TEXT: Final = 80
_EARLIEST: Final = datetime(1900, 1, 1, tzinfo=UTC)

Entry = TypeVar("Entry")


@dataclass(frozen=True, slots=True, kw_only=True)
class Raw:
    """An entry with clean pieces, some of which may be missing."""

    guid: str
    url: str
    title: str
    summary: str
    html: str
    author: str
    image_url: str
    image_alt: str
    categories: Iterable[str]
    published_at: datetime | None
    updated_at: datetime | None
    language: str
    author_address: str = ""
    is_title_made: bool = False
    was_cut: bool = False


@dataclass(frozen=True, slots=True)
class Made:
    """The items of a feed: those that a mail can lead to, the others, and what was left out, in sentences."""

    items: tuple[ParsedItem, ...]
    unlinked: tuple[tuple[int, ParsedItem], ...]
    left_out: tuple[str, ...]


def made_items(
    entries: Sequence[Entry],
    published_at: Callable[[Entry], datetime | None],
    raw_of: Callable[[Entry], Raw],
    *,
    feed_title: str,
    beyond: int = 0,
) -> Made:
    """The items of the newest entries, at most 2,000, in the feed's order; `beyond` older ones are gone already."""
    raws = [raw_of(entry) for entry in newest(entries, published_at)]
    items = [made_item(raw, feed_title=feed_title) for raw in raws]
    linked = tuple(item for item in items if is_of_web(item.url))
    unlinked = tuple((place, item) for place, item in enumerate(items) if not is_of_web(item.url))
    beyond += len(entries) - len(raws)
    large = sum(raw.was_cut for raw in raws)
    return Made(linked, unlinked, tuple(_left_out(beyond, len(raws), len(unlinked), large)))


def is_of_web(url: str) -> bool:
    """Whether this is an address that a mail can lead to, and not one relative to what nobody knows."""
    return url.startswith(("http://", "https://"))


def _left_out(beyond: int, taken: int, unlinked: int, large: int) -> Iterator[str]:
    if beyond:
        were = "was" if beyond == 1 else "were"
        which = f"beyond the newest {taken:,}" if taken >= MOST_ITEMS else "too long to be read with the others"
        yield f"{counted(beyond, 'article')} {which} {were} left out."
    if unlinked:
        have = "has no link to a page and" if unlinked == 1 else "have no link to a page and"
        yield f"{counted(unlinked, 'entry', 'entries')} {have} cannot be mailed. The site can add links to its feed."
    if large:
        was = "was" if large == 1 else "were"
        yield f"The text of {counted(large, 'article')} {was} longer than 256 kB or nested too deep, and {was} cut."


def made_item(raw: Raw, *, feed_title: str) -> ParsedItem:
    """The item. Without an address of the web there is nothing that a mail could lead to; its link is kept as given."""
    body = without_appended(raw.html)
    text = plain_text(body)
    title = shortened(raw.title or _first_words(text or raw.summary), LONGEST_TITLE)
    return ParsedItem(
        guid=raw.guid[:_LONGEST_GUID],
        url=without_tracking(raw.url) if is_of_web(raw.url) else raw.url,
        title=title or (feed_title or urlsplit(raw.url).netloc if raw.url else ""),
        summary=summary_of(raw.summary or text),
        html=body,
        author=shortened(raw.author, _LONGEST_AUTHOR),
        image_url=raw.image_url,
        image_alt=raw.image_alt,
        minutes=reading_minutes(text),
        categories=tuple(dict.fromkeys(name[:_LONGEST_NAME] for name in raw.categories))[:_MOST_CATEGORIES],
        published_at=_believable(raw.published_at),
        updated_at=_believable(raw.updated_at),
        language=raw.language[:35],
        is_title_made=raw.is_title_made,
        author_address=raw.author_address[:_LONGEST_AUTHOR],
    )


def newest(entries: Sequence[Entry], published_at: Callable[[Entry], datetime | None]) -> Sequence[Entry]:
    """The newest entries, at most 2,000, in the feed's order; those without a date count as new."""
    if len(entries) <= MOST_ITEMS:
        return entries
    latest = datetime.max.replace(tzinfo=UTC)
    dates = [published_at(entry) or latest for entry in entries]
    chosen = sorted(range(len(entries)), key=lambda at: dates[at], reverse=True)[:MOST_ITEMS]
    return [entries[at] for at in sorted(chosen)]


def _first_words(text: str) -> str:
    """A title for an entry that has none: its first sentence, or the beginning of it."""
    beginning = text[: _LONGEST_TITLE_FROM_TEXT + 1]
    for mark in (". ", "! ", "? "):
        sentence, found, _rest = beginning.partition(mark)
        if found:
            return sentence + mark.strip(" .")
    return shortened(text, _LONGEST_TITLE_FROM_TEXT)


def _believable(at: datetime | None) -> datetime | None:
    return at if at is not None and at > _EARLIEST else None
