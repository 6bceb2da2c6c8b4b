"""How fast one worker asks many feeds: 200 of which a few are slow, and 500 that have not changed.

    .venv/bin/python benchmarks/polling.py [--feeds 200] [--unchanged 500] [--database URL] [--no-baseline]

A server on loopback plays the sites, each under a name of its own; all but the slow ones answer after a tenth of
a second. The real path runs: fetcher with address check, readers in child processes, storing. The baseline is
asking the same feeds one after the other. Of the unchanged feeds it prints what was written: rows by table and column.
"""

import argparse
import asyncio
import multiprocessing
import re
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Final

from sqlalchemy import event, func, select, update

sys.path.insert(0, str(Path(__file__).parent.parent))

from newsletter.catalogue.shelf import NewNewsletter, add_newsletter
from newsletter.clock import SystemClock
from newsletter.database import Database
from newsletter.feeds.articles import Article, Feed
from newsletter.feeds.fetching.http import HttpFetcher
from newsletter.feeds.intake import Intake, isolated_intake
from newsletter.feeds.isolation.isolating import Isolation
from newsletter.feeds.polling import poll
from newsletter.feeds.rounds import poll_due
from newsletter.jobs import announce_nothing
from newsletter.migrations import migrate
from tests.servers import MissingPartError, PostgresServer

CLOCK: Final = SystemClock()
LATENCY: Final = 0.1
SLOW: Final = (1.5, 2.0, 2.5)  # seconds that the slow ones take; after three a site has failed
ARTICLES: Final = 20  # in each feed
NEWSLETTERS: Final = 10
WRITES: Final = re.compile(r"(INSERT INTO|UPDATE|DELETE FROM) (\w+)(?: SET (.*?))?(?: WHERE |$| \()")
COLUMN: Final = re.compile(r"(\w+)\s*=")


def body_of(name: str) -> bytes:
    """A feed with articles of its own."""
    items = "".join(
        f'<item><guid isPermaLink="false">{name}-{n}</guid><title>Story {n} of {name}</title>'
        f"<link>http://{name}.example/{n}</link><description>What story {n} of {name} tells.</description></item>"
        for n in range(ARTICLES)
    )
    return f'<rss version="2.0"><channel><title>{name}</title><link>http://{name}.example/</link>{items}</channel></rss>'.encode()


async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Play a site: its name is the host, the seconds it takes are the path; what is known already is a 304."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    name = re.search(r"^host: ([\w-]+)", head, re.IGNORECASE | re.MULTILINE)
    seconds = re.match(r"GET /([\d.]+)", head)
    await asyncio.sleep(float(seconds[1]) if seconds else 0)
    if "if-none-match" in head.lower():
        writer.write(b'HTTP/1.1 304 Not Modified\r\nETag: "1"\r\nConnection: close\r\n\r\n')
    else:
        body = body_of(name[1] if name else "")
        fields = f'Content-Type: application/rss+xml\r\nETag: "1"\r\nContent-Length: {len(body)}\r\nConnection: close'
        writer.write(f"HTTP/1.1 200 OK\r\n{fields}\r\n\r\n".encode() + body)
    await writer.drain()
    writer.close()


def play(pipe: Connection) -> None:
    """Be the server, in a process of its own so that it takes nothing from the worker; says its port."""

    async def serve() -> None:
        server = await asyncio.start_server(answer, "127.0.0.1", 0, backlog=1_000)
        pipe.send(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    asyncio.run(serve())


@contextmanager
def sites() -> Iterator[int]:
    """The port of the server."""
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=play, args=(theirs,), daemon=True)
    process.start()
    try:
        yield ours.recv()
    finally:
        process.terminate()
        process.join(5)


@contextmanager
def intake_of(port: int) -> Iterator[Intake]:
    """The intake of an installation, for which all names lead to the server."""
    isolation = Isolation()
    fetcher = HttpFetcher(("127.0.0.0/8",), "Gazette/0.1", resolve=lambda _host, _port: ["127.0.0.1"], ports={port})
    try:
        yield isolated_intake(fetcher, isolation)
    finally:
        isolation.close()


def connected(database: Database, port: int, delays: Sequence[float], *, etag: str | None) -> list[int]:
    """Feeds that are due, one for each delay."""
    now = CLOCK.now()
    with database.write() as session:
        first = session.scalar(select(func.count(Feed.id))) or 0
        newsletters = [
            add_newsletter(
                session,
                NewNewsletter(f"Paper {first}-{n}", "post@bench.example", "A street 1, a town", "http://bench.example"),
                now=now,
            ).id
            for n in range(NEWSLETTERS)
        ]
        feeds = [
            Feed(
                newsletter_id=newsletters[n % NEWSLETTERS],
                url=f"http://site{first + n}.example:{port}/{delay}",
                title=f"Site {n}",
                connected_at=now,
                next_poll_at=now,
                etag=etag,
                last_success_at=now,
                last_change_at=now,
                items_seen=ARTICLES,
            )
            for n, delay in enumerate(delays)
        ]
        session.add_all(feeds)
        session.flush()
        return [feed.id for feed in feeds]


def many(database: Database, intake: Intake, port: int, count: int, *, has_baseline: bool) -> None:
    """All feeds at once beside the slowest alone, and one after the other."""
    delays = [*SLOW, *[LATENCY] * (count - len(SLOW))]
    connected(database, port, delays, etag=None)
    began = time.monotonic()
    is_more_due = poll_due(database, intake, CLOCK)
    seconds = time.monotonic() - began
    with database.read() as session:
        articles = session.scalar(select(func.count(Article.id)))
        troubles = Counter(session.scalars(select(Feed.trouble).where(Feed.failures > 0)))
    print(f"  {count} feeds of which {len(SLOW)} are slow: {seconds:.2f} s; the slowest alone: {max(delays):.1f} s")
    left = "some" if is_more_due else "none"
    print(f"    {articles} articles stored, {troubles.total()} feeds failed, {left} left for later")
    for sentence, feeds in troubles.items():
        print(f"      {feeds}: {sentence}")
    if has_baseline:
        ids = connected(database, port, delays, etag=None)
        began = time.monotonic()
        for feed_id in ids:
            poll(database, intake, CLOCK, feed_id)
        alone = time.monotonic() - began
        print(f"    one after the other: {alone:.2f} s; at once it is {alone / seconds:.1f} times as fast")


def unchanged(database: Database, intake: Intake, port: int, count: int) -> None:
    """What is written while feeds answer that nothing is new."""
    connected(database, port, [LATENCY] * count, etag='"1"')
    statements: Counter[str] = Counter()
    written: Counter[str] = Counter()

    def hear(_connection: Any, cursor: Any, statement: str, *_rest: Any) -> None:
        statements[statement.split(maxsplit=1)[0]] += 1
        found = WRITES.match(" ".join(statement.split()))
        for column in COLUMN.findall(found[3] or "") or ["(rows)"] if found else []:
            assert found is not None
            written[f"{found[1]} {found[2]}.{column}"] += cursor.rowcount

    event.listen(database.engine, "after_cursor_execute", hear)
    began = time.monotonic()
    poll_due(database, intake, CLOCK)
    seconds = time.monotonic() - began
    event.remove(database.engine, "after_cursor_execute", hear)
    print(f"  {count} feeds that have not changed: {seconds:.2f} s")
    print(f"    statements: {', '.join(f'{number} {verb}' for verb, number in statements.items())}")
    for column, rows in written.items():
        print(f"    written: {column}, {rows} rows")


def measure(name: str, url: str, arguments: argparse.Namespace) -> None:
    """All figures on one database."""
    database = Database(url, announce=announce_nothing)
    migrate(database.engine)
    print(name)
    with sites() as port, intake_of(port) as intake:
        many(database, intake, port, arguments.feeds, has_baseline=arguments.baseline)
        with database.write() as session:
            session.execute(update(Feed).values(ended_at=CLOCK.now()))  # out of the way
        unchanged(database, intake, port, arguments.unchanged)
    database.close()


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--feeds", type=int, default=200)
    parser.add_argument("--unchanged", type=int, default=500)
    parser.add_argument("--database", help="a database of your own that may be filled; else two are made")
    parser.add_argument("--no-baseline", dest="baseline", action="store_false")
    arguments = parser.parse_args()
    if arguments.database:
        measure("The database given", arguments.database, arguments)
        return
    with tempfile.TemporaryDirectory() as folder:
        measure("SQLite", f"sqlite:///{Path(folder) / 'gazette.sqlite3'}", arguments)
    with tempfile.TemporaryDirectory() as folder:
        try:
            server = PostgresServer(Path(folder), None)
        except MissingPartError as error:
            sys.exit(str(error))
        with server as url:
            measure("PostgreSQL", url, arguments)


if __name__ == "__main__":
    main()
