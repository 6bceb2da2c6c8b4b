"""Asking for pictures: rows that say where a picture is, and that it is to be fetched."""

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Final, TypeAlias

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from newsletter.database import ask_for, insert_if_new
from newsletter.errors import GazetteError
from newsletter.feeds.articles import Article
from newsletter.feeds.fetching.fetcher import Wanted, check_url
from newsletter.feeds.pictures.hosted import Picture, PictureState
from newsletter.feeds.pictures.making import MadePicture
from newsletter.jobs import Job, JobKind

MakePicture: TypeAlias = Callable[[bytes], MadePicture]
"""Content to a picture for mails; raises PictureError."""

UPLOAD: Final = "upload:"
"""The beginning of the address of a picture that an editor brought: it was never fetched."""

_MAILED_FOR: Final = timedelta(days=62)  # as far back as the window of any digest
_BATCH: Final = 500


def address_key(address: str) -> str:
    """What stands for an address in the index, which takes no long ones. Pure."""
    return hashlib.sha256(address.encode("utf-8", "surrogatepass")).hexdigest()


def want(session: Session, newsletter_id: int, addresses: Iterable[str], *, now: datetime) -> None:
    """Have the pictures at these addresses fetched, unless they were asked for before.

    What is no web address is passed over.
    """
    wanted = {address_key(each): each for each in addresses if _is_fetchable(each)}
    keys = list(wanted)
    for start in range(0, len(keys), _BATCH):
        known = select(Picture.address_hash).where(
            Picture.newsletter_id == newsletter_id, Picture.address_hash.in_(keys[start : start + _BATCH])
        )
        for key in session.scalars(known):
            del wanted[key]
    if not wanted:
        return
    insert_if_new(session, Picture, [_row(newsletter_id, key, each, now) for key, each in wanted.items()])
    ask_for(session, Job(JobKind.FETCH_PICTURES))


def want_missing(session: Session, *, now: datetime) -> None:
    """Have the pictures fetched of all articles that may still be mailed and that nobody asked for."""
    shown_url = func.coalesce(Article.own_image_url, Article.image_url)
    query = select(Article.newsletter_id, shown_url).where(Article.first_seen_at > now - _MAILED_FOR, shown_url != "")
    by_newsletter: dict[int, list[str]] = defaultdict(list)
    for newsletter_id, address in session.execute(query.distinct()):
        by_newsletter[newsletter_id].append(address)
    for newsletter_id, addresses in by_newsletter.items():
        want(session, newsletter_id, addresses, now=now)


def want_again(session: Session, newsletter_id: int, address: str, *, now: datetime) -> None:
    """Have a picture fetched once more that is broken or that waits for its next try."""
    session.execute(
        update(Picture)
        .where(
            Picture.newsletter_id == newsletter_id,
            Picture.address_hash == address_key(address),
            Picture.state != PictureState.READY,
        )
        .values(state=PictureState.WANTED, next_try_at=now, tries=0)
    )
    ask_for(session, Job(JobKind.FETCH_PICTURES))


def upload(session: Session, newsletter_id: int, content: bytes, *, make: MakePicture, now: datetime) -> str:
    """Keep a picture that an editor brings; the address under which an article may name it.

    Raises PictureError when mails could not show it.
    """
    made = make(content)
    digest = hashlib.sha256(made.content).hexdigest()
    address = f"{UPLOAD}{digest}"
    row = {
        "newsletter_id": newsletter_id,
        "address": address,
        "address_hash": address_key(address),
        "tries": 0,
        "next_try_at": None,
        **ready(made, now=now),
    }
    insert_if_new(session, Picture, [row])
    return address


def ready(made: MadePicture, *, now: datetime) -> dict[str, object]:
    """The columns of a picture that is ready to be served. Pure."""
    return {
        "state": PictureState.READY,
        "next_try_at": None,
        "trouble": None,
        "digest": hashlib.sha256(made.content).hexdigest(),
        "content": made.content,
        "content_type": made.content_type,
        "width": made.width,
        "height": made.height,
        "fetched_at": now,
    }


def _is_fetchable(address: str) -> bool:
    try:
        check_url(address, Wanted.PICTURE)
    except GazetteError:
        return False
    return "\0" not in address


def _row(newsletter_id: int, key: str, address: str, now: datetime) -> dict[str, object]:
    return {
        "newsletter_id": newsletter_id,
        "address": address,
        "address_hash": key,
        "state": PictureState.WANTED,
        "next_try_at": now,
        "tries": 0,
    }
