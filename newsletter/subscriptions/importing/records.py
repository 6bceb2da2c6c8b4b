"""Imports and their raw rows, as tables."""

from datetime import datetime
from enum import StrEnum, auto
from typing import Any

from sqlalchemy import JSON, Index, false, text
from sqlalchemy.orm import Mapped, mapped_column

from newsletter.database import Base, BigId


class RunState(StrEnum):
    """How far an import is."""

    CHECKING = auto()  # the file is being counted; nothing is taken in
    CHECKED = auto()  # an editor chooses
    TAKING = auto()
    DONE = auto()
    FAILED = auto()  # the file is gone or no longer as it was


class Outcome(StrEnum):
    """What became of a row."""

    UNREADABLE = auto()  # the note says why
    LEFT_OUT = auto()
    ACTIVE = auto()  # reads from now on, by declaration of an editor
    STAGED = auto()  # to be asked for a confirmation; nothing is mailed yet
    ASKED = auto()
    KNOWN = auto()  # had a subscription here already
    TWICE = auto()  # stands further up in the file as well
    LEFT_HERE = auto()  # has left this newsletter here, and stays out
    KEPT_OUT = auto()  # nobody may write to the address
    SUPPRESSED = auto()  # left, bounced or complained where the file comes from
    ERASED = auto()  # had themselves erased here since the file came


class ImportRun(Base):
    """One file: how it is read, what an editor chose, and how far it is."""

    __tablename__ = "import_runs"
    __table_args__ = (
        Index(
            "ix_import_runs_at_work",
            "id",
            postgresql_where=text("state = 'checking' OR state = 'taking'"),
            sqlite_where=text("state = 'checking' OR state = 'taking'"),
        ),
        Index(
            "ix_import_runs_asking",
            "ask_at",
            postgresql_where=text("ask_at IS NOT NULL"),
            sqlite_where=text("ask_at IS NOT NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    newsletter_id: Mapped[int] = mapped_column(BigId, index=True)
    editor_id: Mapped[int | None] = mapped_column(BigId)  # who brought the file; None: the command line
    file_name: Mapped[str]  # as its owner calls it
    stored_as: Mapped[str]  # its name in our folder; empty once it is deleted
    size: Mapped[int] = mapped_column(BigId)  # bytes as stored
    product: Mapped[str]
    layout: Mapped[dict[str, Any]] = mapped_column(JSON)  # separator, columns, where the rows begin
    mapping: Mapped[dict[str, str]] = mapped_column(JSON)  # column → field
    choices: Mapped[dict[str, str]] = mapped_column(JSON)  # group → what becomes of its rows
    state: Mapped[str]
    position: Mapped[int] = mapped_column(BigId)  # bytes read in this state
    line: Mapped[int]  # the last line read in this state
    counts: Mapped[dict[str, Any]] = mapped_column(JSON)  # of the check: groups, known, unreadable
    taken: Mapped[dict[str, int]] = mapped_column(JSON)  # outcome → rows
    reason: Mapped[str] = mapped_column(default="", server_default="")  # the declared basis
    declared_by: Mapped[int | None] = mapped_column(BigId)
    declared_at: Mapped[datetime | None]
    trouble: Mapped[str] = mapped_column(default="", server_default="")
    created_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    ask_at: Mapped[datetime | None]  # when the next staged readers are asked; None: nobody is being asked
    asked_by: Mapped[int | None] = mapped_column(BigId)


class ImportRow(Base):
    """A row of a file, as it came, and what became of it; kept for 90 days."""

    __tablename__ = "import_rows"
    __table_args__ = (
        Index(
            "ix_import_rows_staged",
            "run_id",
            "line",
            postgresql_where=text("outcome = 'staged'"),
            sqlite_where=text("outcome = 'staged'"),
        ),
        Index(
            "ix_import_rows_unreadable",
            "run_id",
            "line",
            postgresql_where=text("outcome = 'unreadable'"),
            sqlite_where=text("outcome = 'unreadable'"),
        ),
        # Rows in which somebody else's address may stand; erasing looks through these.
        Index(
            "ix_import_rows_others",
            "run_id",
            "line",
            postgresql_where=text("names_others"),
            sqlite_where=text("names_others"),
        ),
    )

    run_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    line: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    address_key: Mapped[str] = mapped_column(index=True)  # empty: none could be read
    raw: Mapped[str]  # the cells, as a JSON list
    outcome: Mapped[str]
    note: Mapped[str] = mapped_column(default="", server_default="")
    names_others: Mapped[bool] = mapped_column(default=False, server_default=false())
