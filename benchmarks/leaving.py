"""One-click leaving under load: 5,000 POSTs from one address, then 100 a second (conformance U-13, U-14).

    python benchmarks/leaving.py [--posts 5000] [--rate 100] [--seconds 20] [--database URL]

A real web server on PostgreSQL and Redis gets the 26 bytes that mail programs send. Each reader leaves once; a tenth of
the posts repeat an earlier one, as programs do. Printed are the answers by status, what the database says afterwards,
and the times of the second part, each from the instant at which its post was due.
"""

import argparse
import asyncio
import json
import statistics
import sys
import tempfile
import time
from collections import Counter
from contextlib import nullcontext
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from sqlalchemy import func, select

sys.path.insert(0, str(Path(__file__).parent.parent))

from newsletter.catalogue.shelf import the_newsletter
from newsletter.database import Database
from newsletter.jobs import announce_nothing
from newsletter.signing import Purpose, Signer
from newsletter.subscriptions import signup
from newsletter.subscriptions.choices import Choice
from newsletter.subscriptions.consent import Evidence
from newsletter.subscriptions.subscribers import Consent, ConsentAct, Subscription, SubscriptionState
from tests.newsroom import SECRET, Newsroom, Relay
from tests.servers import PostgresServer, RedisServer, free_port

SLUG: Final = "the-proof"
BODY: Final = b"List-Unsubscribe=One-Click"
CONNECTIONS: Final = 24


def fill(database: Database, readers: int, signer: Signer, now: datetime) -> list[str]:
    """Make so many readers; the paths of their leave links."""
    with database.write() as session:
        newsletter = the_newsletter(session, SLUG)
        for number in range(readers):
            entered = signup.SignUp(f"reader{number}@example.org", Choice(), Evidence("", "", ""))
            signup.sign_up(session, newsletter, entered, now=now)
    with database.write() as session:
        every = list(session.scalars(select(Subscription).order_by(Subscription.id)))
        for each in every:
            each.state, each.joined_at = SubscriptionState.ACTIVE, now
        return [f"/unsubscribe/{signer.token(Purpose.LEAVE, each.id, each.nonce)}" for each in every]


async def post(port: int, path: str) -> int:
    """Press the button of a mail program once; the status."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n"
        f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(BODY)}\r\n\r\n"
    )
    writer.write(head.encode() + BODY)
    answer = await reader.read()
    writer.close()
    return int(answer.split(b" ", 2)[1])


async def press_all(port: int, paths: list[str], rate: float) -> tuple[Counter[int], list[float]]:
    """Press for all paths at a rate, or as fast as answers come for 0; statuses, and seconds from when each was due."""
    statuses: Counter[int] = Counter()
    seconds: list[float] = []
    turn, begun = iter(enumerate(paths)), time.perf_counter()

    async def one() -> None:
        for number, path in turn:
            due = begun + number / rate if rate else time.perf_counter()
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            statuses[await post(port, path)] += 1
            seconds.append(time.perf_counter() - due)

    await asyncio.gather(*(one() for _ in range(CONNECTIONS)))
    return statuses, seconds


def run(room: Newsroom, url: str, asked: argparse.Namespace) -> dict[str, object]:
    """One measurement on a newsroom that is set up."""
    signer, now = Signer((SECRET,)), datetime.now(UTC)
    flood, steady = asked.posts * 9 // 10, int(asked.rate * asked.seconds) * 9 // 10
    database = Database(url, announce_nothing)
    paths = fill(database, flood + steady, signer, now)
    room.start("web")
    first = paths[:flood] + paths[: asked.posts - flood]
    second = paths[flood:] + paths[flood : flood + int(asked.rate * asked.seconds) - steady]
    statuses, _ = asyncio.run(press_all(room.web_port, first, 0))
    others, seconds = asyncio.run(press_all(room.web_port, second, asked.rate))
    cuts = statistics.quantiles(seconds, n=100)
    with database.read() as session:
        left = select(func.count()).where(Subscription.state == SubscriptionState.UNSUBSCRIBED)
        lines = select(func.count()).where(Consent.act == ConsentAct.WITHDRAWN)
        counted = {"have_left": session.scalar(left), "lines_of_evidence": session.scalar(lines)}
    database.close()
    return {
        "posts_from_one_address": dict(statuses),
        "posts_at_the_rate": dict(others),
        "readers": len(paths),
        **counted,
        "p50_ms": round(1000 * cuts[49], 1),
        "p99_ms": round(1000 * cuts[98], 1),
        "max_ms": round(1000 * max(seconds), 1),
    }


def main() -> None:
    """Set everything up, measure, print one JSON document."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--posts", type=int, default=5_000)
    parser.add_argument("--rate", type=float, default=100.0)
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--database", default="")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder, relay = Path(name), Relay(port=free_port())
        folders = [folder / each for each in ("postgres", "redis", "data")]
        for each in folders:
            each.mkdir()
        folder.chmod(0o755)
        postgres = nullcontext(asked.database) if asked.database else PostgresServer(folders[0], None)
        with postgres as url, RedisServer(folders[1]) as broker:
            room = Newsroom(folders[2], url, broker, relay, {"GAZETTE_LOG_LEVEL": "WARNING"})
            try:
                room.migrate()
                add = ("newsletter", "add", "The Proof", "--sender", "post@proof.example", "--topic", "Science")
                room.gazette(*add, "--topic", "Technology", "--postal-address", "Bleisatzgasse 7, 10000 Berlin")
                room.gazette("newsletter", "live", SLUG)
                found = run(room, url, asked)
            finally:
                room.stop_all()
            sys.stdout.write(json.dumps(found, indent=2) + "\n")


if __name__ == "__main__":
    main()
