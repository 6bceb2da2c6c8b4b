"""Pictures that are served from here, as a table."""

from datetime import datetime
from enum import StrEnum, auto

from sqlalchemy import LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from newsletter.database import Base, BigId


class PictureState(StrEnum):
    """How far a picture has come."""

    WANTED = auto()  # to be fetched at `next_try_at`
    READY = auto()
    BROKEN = auto()  # with the reason; mails go without it


class Picture(Base):
    """A picture of an article: where the site has it, and what we made of it for mails."""

    __tablename__ = "pictures"
    __table_args__ = (UniqueConstraint("newsletter_id", "address_hash"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    newsletter_id: Mapped[int] = mapped_column(BigId)
    address: Mapped[str]  # where the site has it; `upload:…` where an editor brought it
    address_hash: Mapped[str]  # addresses may be longer than an index takes
    state: Mapped[str]
    next_try_at: Mapped[datetime | None] = mapped_column(index=True)
    tries: Mapped[int] = mapped_column(default=0)
    trouble: Mapped[str | None]  # why it is broken, as a sentence
    digest: Mapped[str | None] = mapped_column(index=True)  # of the content: the name under which it is served
    content: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    content_type: Mapped[str | None]
    width: Mapped[int | None]  # pixels, as served
    height: Mapped[int | None]
    fetched_at: Mapped[datetime | None]
