"""Taking in the posts of an export: old articles, which are never mailed, each of them once."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final, NoReturn

from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.database import Database
from newsletter.feeds.articles import Article, ArticleAlias, Origin
from newsletter.feeds.handing_in import Given, hand_in
from newsletter.feeds.identity import AliasKind, canonical_link
from newsletter.feeds.importing.wix import Post
from newsletter.feeds.parsing.items import ParsedItem
from newsletter.language import counted, joined

_AT_ONCE: Final = 200  # posts in one transaction: feeds of the newsletter wait for it
_MOST_ROWS_NAMED: Final = 10


class _TrialOverError(Exception):
    """Takes back what a dry run has written."""


@dataclass(slots=True)
class ImportReport:
    """What an import has done, or would do."""

    posts: int = 0
    new: int = 0
    changed: int = 0
    known: int = 0  # and unchanged
    drafts: int = 0  # never published, so left out
    without_address: list[int] = field(default_factory=list)  # rows
    repeated: list[int] = field(default_factory=list)  # rows whose address an earlier row has

    def sentence(self) -> str:
        """`212 posts: 180 new, 30 known, 2 without an address (rows 7 and 19)`."""
        parts = [f"{self.new:,} new", f"{self.known + self.changed:,} known"]
        if self.changed:
            parts[-1] += f" ({self.changed:,} of them changed)"
        if self.drafts:
            parts.append(f"{counted(self.drafts, 'draft')} left out")
        parts += [
            f"{len(rows):,} {words} ({_rows(rows)})"
            for rows, words in ((self.without_address, "without an address"), (self.repeated, "twice in the file"))
            if rows
        ]
        return f"{counted(self.posts, 'post')}: {', '.join(parts)}"


def import_posts(
    database: Database, newsletter_id: int, posts: Iterable[Post], *, now: datetime, is_dry_run: bool = False
) -> ImportReport:
    """Take in posts as old articles. Those known by their link or id stay what they are, but for their texts.

    A dry run does the same and takes it back, so that what it says is what would happen.
    """
    report = ImportReport()
    items = _distinct(posts, report)
    for start in range(0, len(items), _AT_ONCE):
        some = items[start : start + _AT_ONCE]
        try:
            with database.write() as session:
                _take(session, newsletter_id, some, report, now=now)
                if is_dry_run:
                    _take_back()
        except _TrialOverError:
            continue
    return report


def _distinct(posts: Iterable[Post], report: ImportReport) -> list[ParsedItem]:
    items: dict[str, ParsedItem] = {}
    for post in posts:
        report.posts += 1
        if post.is_draft:
            report.drafts += 1
        elif post.item is None:
            report.without_address.append(post.row)
        elif canonical_link(post.item.url) in items:
            report.repeated.append(post.row)
        else:
            items[canonical_link(post.item.url)] = post.item
    return list(items.values())


def _take(
    session: Session, newsletter_id: int, items: Sequence[ParsedItem], report: ImportReport, *, now: datetime
) -> None:
    for item in items:
        known = _at_its_address(session, newsletter_id, item)
        done = hand_in(session, newsletter_id, Given(known, is_old=True), origin=Origin.IMPORT, now=now)
        if done.is_new:
            report.new += 1
        elif done.is_changed:
            report.changed += 1
        else:
            report.known += 1


def _at_its_address(session: Session, newsletter_id: int, item: ParsedItem) -> ParsedItem:
    """The post at the address by which a feed has it, which may be written another way (`ü`, `%C3%BC`).

    A feed's guids count for that feed alone; but the ids of Wix are the same in feed and export, and nowhere else.
    """
    if not item.guid:
        return item
    query = (
        select(Article.url)
        .join(ArticleAlias, ArticleAlias.article_id == Article.id)
        .where(ArticleAlias.newsletter_id == newsletter_id, ArticleAlias.kind == AliasKind.GUID)
        .where(ArticleAlias.value == item.guid)
    )
    address = session.scalars(query.limit(1)).first()
    return item if address is None else replace(item, url=address)


def _take_back() -> NoReturn:
    """Leave the transaction as if nothing had been written in it."""
    raise _TrialOverError


def _rows(numbers: Sequence[int]) -> str:
    if len(numbers) > _MOST_ROWS_NAMED:
        return f"rows {', '.join(map(str, numbers[:_MOST_ROWS_NAMED]))} and {len(numbers) - _MOST_ROWS_NAMED:,} more"
    return f"{'row' if len(numbers) == 1 else 'rows'} {joined([str(each) for each in numbers])}"
