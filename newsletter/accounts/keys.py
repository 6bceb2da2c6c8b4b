"""Keys with which other programs speak to the API, and what was answered to them, as tables."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from newsletter.database import Base, BigId


class ApiKey(Base):
    """A key of one newsletter; only its hash is kept."""

    __tablename__ = "api_keys"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    newsletter_id: Mapped[int] = mapped_column(BigId)
    name: Mapped[str]
    beginning: Mapped[str]  # enough to know it by, too little to use it
    key_hash: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[datetime]
    created_by: Mapped[int | None] = mapped_column(BigId)  # the editor; None: on the command line
    last_used_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]


class ApiAnswer(Base):
    """What was answered to a request with an idempotency key: asked again, the same is answered."""

    __tablename__ = "api_answers"
    __table_args__ = (UniqueConstraint("api_key_id", "idempotency_key"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    api_key_id: Mapped[int] = mapped_column(BigId)
    idempotency_key: Mapped[str]
    request_hash: Mapped[str]
    status: Mapped[int]
    body: Mapped[dict[str, Any]] = mapped_column(JSON)
    made_at: Mapped[datetime] = mapped_column(index=True)
