"""The pictures that can be shown now: asked for by the address that the site has, answered with our own name.

A picture stays after its article, as mails of years ago may still show it; retention may drop those that no
article names any more and that no mail within the time of the archive shows.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.feeds.pictures.hosted import Picture, PictureState
from newsletter.feeds.pictures.wanting import address_key

SUFFIXES: Final = {"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp", "image/gif": "gif"}
"""How the name of a picture ends, by its content type."""


@dataclass(frozen=True, slots=True)
class ShownPicture:
    """A picture that is served from here, with its size in pixels."""

    digest: str
    suffix: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class ServedPicture:
    """What is sent to whoever asks for a picture."""

    content: bytes
    content_type: str


def shown(session: Session, newsletter_id: int, addresses: Iterable[str]) -> dict[str, ShownPicture]:
    """Those of these addresses whose picture is ready."""
    by_key = {address_key(each): each for each in addresses if each}
    if not by_key:
        return {}
    query = select(Picture.address_hash, Picture.digest, Picture.content_type, Picture.width, Picture.height).where(
        Picture.newsletter_id == newsletter_id,
        Picture.address_hash.in_(list(by_key)),
        Picture.state == PictureState.READY,
    )
    return {
        by_key[row.address_hash]: ShownPicture(row.digest, SUFFIXES[row.content_type], row.width, row.height)
        for row in session.execute(query)
    }


def served(session: Session, digest: str, suffix: str) -> ServedPicture | None:
    """The picture of this name, whichever newsletter it came for; None where there is none."""
    query = select(Picture.content, Picture.content_type).where(
        Picture.digest == digest, Picture.state == PictureState.READY
    )
    found = session.execute(query.limit(1)).first()
    if found is None or found.content is None or SUFFIXES.get(found.content_type or "") != suffix:
        return None
    return ServedPicture(found.content, found.content_type)
