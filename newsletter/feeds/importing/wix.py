"""The posts that Wix exports as CSV: each row an article as its feed would have it. Pure."""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final

from newsletter.errors import RefusedError
from newsletter.feeds.importing.ricos import html_of_ricos
from newsletter.feeds.importing.tables import Row
from newsletter.feeds.importing.wix_media import media_address
from newsletter.feeds.parsing.items import ParsedItem
from newsletter.feeds.parsing.making import Raw, made_item
from newsletter.feeds.pictures.lookup import first_in
from newsletter.feeds.sanitizing import absolute, line, safe_html
from newsletter.feeds.writing import html_of_text

_ADDRESSES: Final = frozenset({"post page url", "slug"})
_ID: Final = re.compile(r"[0-9a-f]{24}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_DATES: Final = ("%Y-%m-%d %H:%M:%S", "%m/%d/%Y", "%m/%d/%Y %H:%M", "%b %d, %Y", "%d.%m.%Y", "%d.%m.%Y %H:%M")


@dataclass(frozen=True, slots=True)
class Post:
    """A row: the article, or None where it has no address or was never published."""

    row: int
    item: ParsedItem | None
    is_draft: bool = False


def posts_of(rows: Iterable[Row], site_url: str) -> Iterator[Post]:
    """The posts of an export. Addresses without a host begin at the site. Raises RefusedError for other tables."""
    is_empty = True
    for row in rows:
        if is_empty and not ("title" in row.cells and _ADDRESSES & row.cells.keys()):
            raise RefusedError(
                "This is no export of blog posts from Wix: there is no column Title with Post Page URL or Slug. "
                "In Wix, open Blog, Posts, and export them as CSV."
            )
        is_empty = False
        is_draft = row.cells.get("published date") == ""  # where the table has the column at all
        yield Post(row.number, None if is_draft else _item(row, site_url), is_draft=is_draft)
    if is_empty:
        raise RefusedError("There is no post in this file. In Wix, open Blog, Posts, and export them as CSV.")


def _item(row: Row, site_url: str) -> ParsedItem | None:
    url = _address(row, site_url)
    if not url:
        return None
    html = _html(row, url)
    in_text = first_in(html)
    cover = media_address(row.cell("cover image"))
    raw = Raw(
        # What the feed of a Wix site gives as guid.
        guid=line(row.cell("id", "internal id")),
        url=url,
        title=line(row.cell("title")),
        summary=line(row.cell("excerpt")),
        html=html,
        author=_name(row.cell("author")),
        image_url=cover or in_text.url,
        image_alt=in_text.alt if not cover or cover == in_text.url else "",
        categories=_categories(row),
        published_at=_instant(row.cell("published date")),
        updated_at=_instant(row.cell("last published date")),
        language=line(row.cell("language")),
    )
    return made_item(raw, feed_title="")


def _address(row: Row, site_url: str) -> str:
    page, slug = row.cell("post page url"), row.cell("slug")
    base = site_url if site_url.endswith("/") else f"{site_url}/"
    if not page and slug:
        page = f"/post/{slug}"  # where Wix shows posts unless the site says otherwise
    return absolute(page, base)


def _html(row: Row, url: str) -> str:
    rich = safe_html(html_of_ricos(row.cell("rich content")), url)
    return rich or safe_html(html_of_text(row.cell("plain content")), url)


def _categories(row: Row) -> list[str]:
    """The names of the post's categories and tags; what are only ids says nothing to people."""
    every = [each for column in ("main category", "categories", "tags") for each in _listed(row.cell(column))]
    return list(dict.fromkeys(name for each in every if (name := _name(each))))


def _listed(cell: str) -> list[str]:
    """A cell that holds a JSON list, of names or of things with names, or else names with commas between them."""
    if cell.startswith("["):
        try:
            found = json.loads(cell)
        except (ValueError, RecursionError):
            found = cell.strip("[]").split(",")
        listed = found if isinstance(found, list) else []
        names = [
            each.get("label") or each.get("name") or each.get("title") if isinstance(each, dict) else each
            for each in listed
        ]
        return [str(each) for each in names if each]
    return cell.split(",")


def _name(text: str) -> str:
    plain = line(text).strip("\"' ")
    return "" if _ID.fullmatch(plain) else plain


def _instant(cell: str) -> datetime | None:
    """A date as Wix and spreadsheets write it; without a zone it is UTC, as in Wix's exports."""
    if not cell:
        return None
    for reader in (_iso, _spelled, _in_mail):
        found = reader(cell)
        if found is not None:
            return _in_utc(found)
    return None


def _in_utc(at: datetime) -> datetime | None:
    try:
        return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except OverflowError:  # the first or last hours that a calendar can hold
        return None


def _iso(cell: str) -> datetime | None:
    try:
        return datetime.fromisoformat(cell)
    except ValueError:
        return None


def _spelled(cell: str) -> datetime | None:
    for form in _DATES:
        try:
            return datetime.strptime(cell, form).replace(tzinfo=UTC)
        except ValueError:
            continue
    return None


def _in_mail(cell: str) -> datetime | None:
    try:
        return parsedate_to_datetime(cell)
    except (ValueError, OverflowError):
        return None
