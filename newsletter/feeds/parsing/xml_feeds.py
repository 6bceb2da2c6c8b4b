"""RSS, RDF and Atom, read by feedparser from text that has been checked."""

import calendar
import html
import time
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from newsletter.feeds.markup import is_beyond_bounds
from newsletter.feeds.parsing.items import FeedError, ParsedFeed
from newsletter.feeds.parsing.making import Raw, is_of_web, made_items
from newsletter.feeds.parsing.reading import read
from newsletter.feeds.parsing.wellformed import checked_xml, not_read
from newsletter.feeds.parsing.worded_dates import instant_in_words, instant_unmistakable
from newsletter.feeds.pictures.lookup import picture_of
from newsletter.feeds.sanitizing import LONGEST_SUMMARY, absolute, line, plain_text, relative, safe_html

_MARKUP: Final = frozenset({"text/html", "application/xhtml+xml"})
_UNNAMED: Final = "application/octet-stream"  # as Atom says of text in base64
_CLEARLY_LONGER: Final = 2


def parse_xml(text: str, url: str) -> ParsedFeed:
    """Read a feed in XML; raises FeedError."""
    xml = checked_xml(text)
    found = read(xml.text, url)
    guessed = read(xml.guessable, url) if xml.guessable else None
    channel, entries = found.channel, [*found.entries, *(guessed.entries if guessed else [])]
    refused = found.refused + (guessed.refused if guessed else 0)
    title = _plain(channel, "title")
    if not entries and not refused and not found.is_feed and not title and not channel.get("link"):
        raise FeedError("This is XML, but not a feed. Look on the site for the address of its feed.")
    self_url = _linked(channel, "self", url)
    # Of a file nobody knows where it was found, but it may say so.
    url = url or self_url or absolute(channel.get("link"), "")
    language = line(channel.get("language"))
    home_url = absolute(channel.get("link"), url)
    made = made_items(
        entries,
        _published,
        lambda entry: _raw(entry, language=language, url=url),
        feed_title=title,
        beyond=xml.beyond,
    )
    return ParsedFeed(
        title=title,
        home_url=home_url,
        language=language,
        items=made.items,
        unlinked=made.unlinked,
        left_out=(*xml.left_out, *([not_read(refused)] if refused else []), *made.left_out),
        is_complete=xml.is_complete,
        hub_url=_linked(channel, "hub", url),
        self_url=self_url,
        logo_url=_logo(channel, url),
    )


def _raw(entry: Mapping[str, Any], *, language: str, url: str) -> Raw:
    link = _link(entry, url)
    body, base = _body(entry, url)
    # Without a base of its own, a text was written for its page: links within it lead there.
    base = link if base == url and is_of_web(link) else base
    clean = safe_html(body, base)
    picture = picture_of(entry, clean, base)
    author, address = _author(entry)
    return Raw(
        guid=line(entry.get("id")),
        url=link,
        title=_plain(entry, "title"),
        summary=_plain(entry, "summary"),
        html=clean,
        author=author,
        author_address=address,
        image_url=picture.url,
        image_alt=picture.alt,
        categories=_categories(entry),
        published_at=_published(entry) or _instant(entry, "updated_parsed"),
        updated_at=_instant(entry, "updated_parsed"),
        language=_language(entry) or language,
        was_cut=is_beyond_bounds(body),
    )


def _link(entry: Mapping[str, Any], url: str) -> str:
    """The address of an entry's page; where it is relative and nothing says to what, it stays so."""
    given = entry.get("feedburner_origlink") or entry.get("link")
    return absolute(given, url) or relative(given)


def _linked(channel: Mapping[str, Any], rel: str, url: str) -> str:
    links = (each for each in _mappings(channel.get("links")) if each.get("rel") == rel)
    return next((found for each in links if (found := absolute(each.get("href"), url))), "")


def _logo(channel: Mapping[str, Any], url: str) -> str:
    image = channel.get("image")
    named = image.get("href") or image.get("url") if isinstance(image, Mapping) else None
    return next(
        (found for each in (channel.get("logo"), named, channel.get("icon")) if (found := absolute(each, url))), ""
    )


def _body(entry: Mapping[str, Any], url: str) -> tuple[str, str]:
    """The text of an entry as HTML, and where its relative links begin."""
    contents = [each for each in _mappings(entry.get("content")) if _is_text(each)]
    summaries = [each for each in (_detail(entry, "summary"),) if each and _is_text(each)]
    longest = max(contents, key=_length, default={})
    summary = max(summaries, key=_length, default={})
    # Podcasts have their text where others have the summary, and what comes as plain text is often a caption.
    is_plain = longest.get("type") not in _MARKUP
    is_lost_otherwise = is_plain or len(plain_text(_markup(summary))) > LONGEST_SUMMARY
    is_longer = _length(summary) > _CLEARLY_LONGER * _length(longest)
    body = summary if is_longer and is_lost_otherwise else longest
    return _markup(body), absolute(body.get("base"), url) or url


def _length(detail: Mapping[str, Any]) -> int:
    return len(str(detail.get("value") or ""))


def _is_text(detail: Mapping[str, Any]) -> bool:
    kind = str(detail.get("type"))
    return kind in _MARKUP or kind.startswith("text/") or (kind == _UNNAMED and " " in str(detail.get("value")))


def _markup(detail: Mapping[str, Any]) -> str:
    value = str(detail.get("value") or "")
    return value if detail.get("type") in {*_MARKUP, _UNNAMED} else html.escape(value, quote=False)


def _detail(entry: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """A text with its type. Of several, feedparser chooses the right value, but may describe another."""
    detail = entry.get(f"{name}_detail")
    value = dict.get(entry, name) if isinstance(entry, dict) else None
    return {**detail, "value": value or detail.get("value")} if isinstance(detail, Mapping) else {}


def _plain(entry: Mapping[str, Any], name: str) -> str:
    detail = _detail(entry, name)
    text = plain_text(_markup(detail) if detail else str(entry.get(name) or ""))
    # Some feeds wrap a title twice.
    return text.removeprefix("<![CDATA[").removesuffix("]]>").strip() if text.startswith("<![CDATA[") else text


def _author(entry: Mapping[str, Any]) -> tuple[str, str]:
    """The names of the authors, without addresses; and the addresses, where there is no name."""
    authors = _mappings(entry.get("authors"))
    names = [_name(each.get("name")) for each in authors]
    if len(authors) <= 1:
        # feedparser cuts addresses with a long last part in two and takes the rest for a name.
        names = [_name(entry.get("author")) or "".join(names)]
    without = (" ".join(word for word in name.split() if "@" not in word).strip(' ()<>"') for name in names)
    found = ", ".join(dict.fromkeys(name for name in without if name))
    addresses = [word.strip(' ()<>",;') for name in names for word in name.split() if "@" in word]
    addresses = addresses or [address for each in authors if "@" in (address := line(each.get("email")))]
    return found, "" if found else ", ".join(dict.fromkeys(addresses))


def _name(value: object) -> str:
    """A name on one line; those of damaged feeds, and of some others, are escaped once too often."""
    return line(html.unescape(value)) if isinstance(value, str) else ""


def _categories(entry: Mapping[str, Any]) -> tuple[str, ...]:
    tags = _mappings(entry.get("tags"))
    return tuple(name for tag in tags for part in ("label", "term") if (name := plain_text(str(tag.get(part) or ""))))


def _language(entry: Mapping[str, Any]) -> str:
    named = [entry.get("summary_detail"), entry.get("title_detail")]
    details = [*_mappings(entry.get("content")), *_mappings(named)]
    return next((found for each in details if (found := line(each.get("language")))), "")


def _published(entry: Mapping[str, Any]) -> datetime | None:
    return _instant(entry, "published_parsed") or _instant(entry, "created_parsed")


def _instant(entry: Mapping[str, Any], name: str) -> datetime | None:
    """A date as feedparser has read it; what no calendar knows is no date."""
    # feedparser's own `get` warns and answers with another date where this one is missing.
    value = dict.get(entry, name) if isinstance(entry, dict) else None
    written = line(dict.get(entry, name.removesuffix("_parsed"))) if isinstance(entry, dict) else ""
    if not isinstance(value, time.struct_time):
        return instant_in_words(written)
    if at := instant_unmistakable(written):  # it makes another date of it
        return at
    try:
        return datetime.fromtimestamp(calendar.timegm(value), UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _mappings(values: object) -> list[Mapping[str, Any]]:
    return [each for each in values if isinstance(each, Mapping)] if isinstance(values, Iterable) else []
