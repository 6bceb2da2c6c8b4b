"""Editors and their one-time login links."""

from datetime import datetime
from enum import StrEnum, auto

from sqlalchemy.orm import Mapped, mapped_column

from newsletter.database import Base, BigId


class Role(StrEnum):
    """What an editor may do; an owner may also open a newsletter to the public."""

    OWNER = auto()
    EDITOR = auto()


class Editor(Base):
    """A person who may use the desk."""

    __tablename__ = "editors"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    address: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    role: Mapped[str]
    password_hash: Mapped[str | None]
    # Part of every session; a new one ends all sessions of this editor.
    session_nonce: Mapped[str]
    created_at: Mapped[datetime]
    failed_logins: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[datetime | None]


class LoginLink(Base):
    """A link that lets its editor in once."""

    __tablename__ = "login_links"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    editor_id: Mapped[int] = mapped_column(BigId, index=True)
    nonce: Mapped[str]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
