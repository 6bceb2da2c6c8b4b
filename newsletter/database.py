"""The database: tables' base, types, and two ways in, one to read and one to write.

SQLite and PostgreSQL are both first-class. SQLite is opened in WAL mode with foreign keys on, and
every writing transaction begins IMMEDIATE, since a transaction that reads first and writes later
cannot wait for another writer there: it fails at once.
"""

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
from typing import Any, ClassVar, Final

from sqlalchemy import (
    BigInteger,
    Connection,
    DateTime,
    Dialect,
    Engine,
    Integer,
    MetaData,
    Text,
    TypeDecorator,
    create_engine,
    event,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, DisconnectionError
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.pool import ConnectionPoolEntry
from sqlalchemy.sql import functions
from sqlalchemy.sql.compiler import SQLCompiler

from newsletter.errors import GazetteError
from newsletter.jobs import Announcer, Job

_JOBS: Final = "gazette_jobs"
_READ_ONLY: Final = "gazette_read_only"
_BUSY_MILLISECONDS: Final = 20_000
_RESTS_SINCE: Final = "gazette_rests_since"
_FRESH_SECONDS: Final = 2.0  # a connection that was used so lately is not asked whether it is still there


class Instant(TypeDecorator[datetime]):
    """An aware instant, always UTC. Text of fixed width on SQLite, so that it sorts as time."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs a zone")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class database_now(functions.GenericFunction[datetime]):  # noqa: N801 - SQL functions are lower case
    """The database's own clock at this statement, plus so many seconds where given.

    Leases run on it, since machines disagree about the time.
    """

    type = Instant()
    inherit_cache = True


@compiles(database_now, "sqlite")
def _sqlite_now(element: database_now, compiler: SQLCompiler, **options: Any) -> str:
    # Written as SQLAlchemy writes a datetime, with six digits, so that texts compare as instants.
    seconds = compiler.process(element.clauses, **options) or "0"
    return f"strftime('%Y-%m-%d %H:%M:%f000', 'now', ({seconds}) || ' seconds')"


@compiles(database_now, "postgresql")
def _postgresql_now(element: database_now, compiler: SQLCompiler, **options: Any) -> str:
    seconds = compiler.process(element.clauses, **options) or "0"
    return f"(clock_timestamp() + make_interval(secs => {seconds}))"


BigId = BigInteger().with_variant(Integer, "sqlite")


class Base(DeclarativeBase):
    """The base of all tables; ids across rooms are plain columns, without foreign keys."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_N_label)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {datetime: Instant(), str: Text()}


class DatabaseUnavailableError(GazetteError):
    """The database does not answer or refuses us."""


def unusable(error: DBAPIError) -> DatabaseUnavailableError:
    """What a person is told when the database refused us: its own first line, without statements or secrets."""
    reason = str(error.orig).strip().splitlines()[0] if error.orig and str(error.orig).strip() else "no reason given"
    return DatabaseUnavailableError(
        f"The database (GAZETTE_DATABASE_URL) cannot be used: {reason}. Mend that, then try again."
    )


def ask_for(session: Session, job: Job) -> None:
    """Ask for work to be announced once this transaction has been committed."""
    jobs: dict[Job, None] = session.info.setdefault(_JOBS, {})
    jobs[job] = None


def insert_if_new(session: Session, table: type[Base], rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert the rows that break no unique key; losing a race against another writer is no error."""
    if not rows:
        return
    dialect = session.get_bind().dialect.name
    insert = sqlite.insert if dialect == "sqlite" else postgresql.insert
    session.execute(insert(table).on_conflict_do_nothing(), rows)


class Database:
    """The engine, with a way to read and a way to write."""

    def __init__(self, url: str, announce: Announcer) -> None:
        self.engine = _engine(url)
        self._announce = announce

    @property
    def is_sqlite(self) -> bool:
        """Whether this is SQLite; only SQL that differs asks."""
        return self.engine.dialect.name == "sqlite"

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A transaction that cannot write."""
        options = {_READ_ONLY: True, "postgresql_readonly": True}
        with self.engine.connect().execution_options(**options) as connection, Session(connection) as session:
            yield session

    @contextmanager
    def write(self) -> Iterator[Session]:
        """One transaction: committed at the end, rolled back on any error.

        Jobs asked for with `ask_for` are announced after the commit, never before it: a worker
        must find the row. Nothing may talk to the network while it is open.
        """
        with Session(self.engine, expire_on_commit=False) as session:
            with session.begin():
                yield session
            jobs = list(session.info.pop(_JOBS, ()))
        for job in jobs:
            self._announce(job)

    @contextmanager
    def alone(self) -> Iterator[Connection]:
        """A connection on which every statement is a transaction of its own, for a write that is one statement.

        It saves the round trips that begin and end a transaction. Who writes announces jobs with `announce`, after it.
        """
        if self.is_sqlite:  # which has no round trips to save, and must be told that somebody writes
            with self.engine.begin() as connection:
                yield connection
            return
        with self.engine.connect() as connection:
            yield connection.execution_options(isolation_level="AUTOCOMMIT")

    def announce(self, job: Job) -> None:
        """Announce a job whose rows are committed."""
        self._announce(job)

    def close(self) -> None:
        """Give back all connections."""
        self.engine.dispose()


@cache
def _engine(url: str) -> Engine:
    """The engine of this URL, one for the whole process: it remembers statements that it has compiled."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        engine = create_engine(
            parsed, connect_args={"timeout": _BUSY_MILLISECONDS / 1000}, pool_size=5, max_overflow=20
        )
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    if parsed.get_backend_name() == "postgresql":
        parsed = parsed.set(drivername="postgresql+psycopg")
        connect_args = {"connect_timeout": 5, "options": "-c timezone=UTC"}
        # Fifteen at most, as is usual, but ten of them stay: opening one costs more than a sign-up.
        engine = create_engine(parsed, pool_size=10, max_overflow=5, connect_args=connect_args)
        _ask_after_rest(engine)
        return engine
    raise GazetteError(
        "GAZETTE_DATABASE_URL: only sqlite:///… and postgresql://… are known; "
        "leave it empty to use SQLite in the data folder."
    )


def _ask_after_rest(engine: Engine) -> None:
    """See that a connection is still there before it is used, if it was not used just now: asking takes a round trip.

    One that has ended is replaced (SQLAlchemy, "Disconnect handling, pessimistic").
    """

    @event.listens_for(engine, "checkin")
    def _rest(_connection: object, record: ConnectionPoolEntry) -> None:
        record.info[_RESTS_SINCE] = time.monotonic()

    @event.listens_for(engine, "checkout")
    def _ask(connection: Any, record: ConnectionPoolEntry, _proxy: object) -> None:
        if time.monotonic() - record.info.get(_RESTS_SINCE, 0.0) < _FRESH_SECONDS:
            return
        try:
            engine.dialect.do_ping(connection)
        except engine.dialect.loaded_dbapi.Error as error:
            raise DisconnectionError("this connection has ended") from error


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    # The driver must not begin transactions of its own; _begin_sqlite says how they begin.
    connection.isolation_level = None
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",  # a claim that is lost with the power would be sent twice
        "foreign_keys=ON",
        "secure_delete=ON",  # what is erased is not left behind in free pages
        f"busy_timeout={_BUSY_MILLISECONDS}",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    if connection.get_execution_options().get(_READ_ONLY):
        connection.exec_driver_sql("PRAGMA query_only=ON")
        connection.exec_driver_sql("BEGIN")
    else:
        connection.exec_driver_sql("PRAGMA query_only=OFF")
        connection.exec_driver_sql("BEGIN IMMEDIATE")
