"""How many sign-ups a second two cores take: real web server, worker, scheduler, PostgreSQL, Redis, a stand-in relay.

    python benchmarks/signing_up.py [--rate 300] [--seconds 60] [--connections 48] [--database URL]

Sign-ups come at a steady rate over connections that stay open, each for an address of its own from a network of its
own, named by a proxy on loopback; every guard is on, and the sums of *One more tap* are done before the clock starts.
How long an answer takes is counted from the instant at which the sign-up was due, so that a queue shows. `--rate 0`
sends as fast as answers come. Without a URL it runs on a PostgreSQL of its own that does not wait for the disk, as in
tests.
"""

import argparse
import asyncio
import base64
import json
import multiprocessing
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode

sys.path.insert(0, str(Path(__file__).parent.parent))

from altcha.v1 import ChallengeOptions, create_challenge

from config import defaults
from newsletter.signing import Signer
from newsletter.subscriptions.ladder.taps import new_tap, token_of
from newsletter.web.public.ladder import WORK_KEY
from tests.newsroom import SECRET, Newsroom, Relay
from tests.servers import PostgresServer, RedisServer, free_port

if TYPE_CHECKING:
    from multiprocessing.sharedctypes import Synchronized

SLUG: Final = "the-proof"
PROXY: Final = "127.0.0.0/8"
WARMING: Final = 300
"""So many sign-ups come before the clock starts: processes load what they need at the first of each kind."""
LONGEST_CONNECTION: Final = 50
"""So many requests go over a connection, as proxies have it; else one process keeps those that came first."""
LONGEST_WAIT: Final = 600.0  # seconds for the last confirmation


# --- The relay's stand-in -------------------------------------------------------------------------


async def _take_mail(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, taken: "Synchronized[int]") -> None:
    """One SMTP conversation: everything is taken and counted."""
    writer.write(b"220 sink ESMTP\r\n")
    while line := await reader.readline():
        verb = line[:4].upper()
        if verb == b"EHLO":
            writer.write(b"250-sink\r\n250-PIPELINING\r\n250 8BITMIME\r\n")
        elif verb == b"DATA":
            writer.write(b"354 go on\r\n")
            await writer.drain()
            while await reader.readline() not in {b".\r\n", b""}:
                pass
            taken.value += 1
            writer.write(b"250 taken\r\n")
        else:
            writer.write(b"221 bye\r\n" if verb == b"QUIT" else b"250 ok\r\n")
        await writer.drain()
    writer.close()


def _sink(port: int, taken: "Synchronized[int]") -> None:
    async def serve() -> None:
        server = await asyncio.start_server(lambda r, w: _take_mail(r, w, taken), "127.0.0.1", port)
        await server.serve_forever()

    asyncio.run(serve())


@contextmanager
def sinking(port: int) -> Iterator["Synchronized[int]"]:
    """A relay in a process of its own; how many mails it has taken."""
    taken = multiprocessing.Value("q", 0)
    process = multiprocessing.Process(target=_sink, args=(port, taken), daemon=True)
    process.start()
    yield taken
    process.terminate()
    process.join(5)


# --- What readers send ----------------------------------------------------------------------------


def request_of(number: int, signer: Signer, port: int, now: datetime) -> bytes:
    """One sign-up as it goes over the wire, its sum done."""
    token = token_of(signer, SLUG, new_tap(defaults.ONE_MORE_TAP_WAIT, "", now=now))
    key = signer.digest(WORK_KEY, SLUG)
    sum_ = create_challenge(
        ChallengeOptions(max_number=1000, number=number % 1000, hmac_key=key, params={"token": token})
    )
    answer = {**sum_.to_dict(), "number": number % 1000}
    fields = {
        "address": f"reader{number}@example.org",
        "topics": ["science"],
        "cadence": "weekly",
        "hour": "8",
        "zone": "Europe/Madrid",
        "tap": token,
        "altcha": base64.b64encode(json.dumps(answer).encode()).decode(),
    }
    body = urlencode(fields, doseq=True).encode()
    client = f"2001:db8:{number % 65_536:x}::{number // 65_536 + 1:x}"
    head = (
        f"POST /n/{SLUG} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nX-Forwarded-For: {client}\r\n"
        f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


class Load:
    """Sends the requests, and keeps what came of them."""

    def __init__(self, requests: list[bytes], port: int, rate: float) -> None:
        self._requests, self._port, self._rate = requests, port, rate
        self._next = 0
        self.seconds: list[float] = []
        self.other: dict[str, int] = {}

    async def run(self, connections: int) -> float:
        """Send everything; how long it took, in seconds."""
        self._begun = time.perf_counter()
        await asyncio.gather(*(self._connection() for _ in range(connections)))
        return time.perf_counter() - self._begun

    async def _connection(self) -> None:
        reader, writer, used = None, None, 0
        while self._next < len(self._requests):
            number = self._next
            self._next += 1
            due = self._begun + number / self._rate if self._rate else time.perf_counter()
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            if reader is None or writer is None:
                reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
            writer.write(self._requests[number])
            used += 1
            is_kept = await self._answer(reader, due)
            if not is_kept or used == LONGEST_CONNECTION:
                used = 0
                writer.close()
                reader, writer = None, None
        if writer is not None:
            writer.close()

    async def _answer(self, reader: asyncio.StreamReader, due: float) -> bool:
        head = await reader.readuntil(b"\r\n\r\n")
        lines = head.lower().split(b"\r\n")
        [length] = [int(line.partition(b":")[2]) for line in lines if line.startswith(b"content-length:")]
        body = await reader.readexactly(length)
        self.seconds.append(time.perf_counter() - due)
        if b" 200 " not in lines[0] or b"on its way" not in body:
            what = lines[0].decode()
            self.other[what] = self.other.get(what, 0) + 1
        return b"connection: close" not in lines


# --- The run --------------------------------------------------------------------------------------


def run(
    room: Newsroom, taken: "Synchronized[int]", asked: argparse.Namespace
) -> dict[str, float | int | dict[str, int]]:
    """One measurement on a newsroom that is set up."""
    for name in asked.start.split(","):
        room.start(name)
    signer, now = Signer((SECRET,)), datetime.now(UTC)
    requests = [request_of(number, signer, room.web_port, now) for number in range(asked.count + WARMING)]
    asyncio.run(Load(requests[:WARMING], room.web_port, 0).run(asked.connections))
    load = Load(requests[WARMING:], room.web_port, asked.rate)
    seconds = asyncio.run(load.run(asked.connections))
    ended = time.perf_counter()
    accepted = len(load.seconds) - sum(load.other.values())
    at_the_end = taken.value
    while "worker" in asked.start and taken.value < accepted + WARMING and time.perf_counter() - ended < LONGEST_WAIT:
        time.sleep(0.2)
    cuts = statistics.quantiles(load.seconds, n=1000)
    return {
        "sign_ups": accepted,
        "other_answers": load.other,
        "per_second": round(accepted / seconds, 1),
        "p50_ms": round(cuts[499] * 1000, 1),
        "p99_ms": round(cuts[989] * 1000, 1),
        "max_ms": round(max(load.seconds) * 1000, 1),
        "confirmations_at_the_end": at_the_end,
        "confirmations": taken.value,
        "seconds_until_all_were_out": round(time.perf_counter() - ended, 1),
    }


def main() -> None:
    """Set everything up, measure, print one JSON document."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rate", type=float, default=300.0)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--count", type=int, default=0)
    parser.add_argument("--connections", type=int, default=48)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--database", default="")
    parser.add_argument("--start", default="web,worker,scheduler", help="leave some out to see what they cost")
    parser.add_argument("--logs", action="store_true")
    asked = parser.parse_args()
    asked.count = asked.count or int((asked.rate or 300.0) * asked.seconds)
    settings = {
        "GAZETTE_TRUSTED_PROXIES": PROXY,
        "WEB_CONCURRENCY": str(asked.processes),
        "GAZETTE_LOG_LEVEL": "WARNING",
    }
    with tempfile.TemporaryDirectory() as name:
        folder, relay = Path(name), Relay(port=free_port())
        folders = [folder / each for each in ("postgres", "redis", "data")]
        for each in folders:
            each.mkdir()
        folder.chmod(0o755)
        postgres = nullcontext(asked.database) if asked.database else PostgresServer(folders[0], None)
        with postgres as database, RedisServer(folders[1]) as broker, sinking(relay.port) as taken:
            room = Newsroom(folders[2], database, broker, relay, settings)
            try:
                room.migrate()
                add = ("newsletter", "add", "The Proof", "--sender", "post@proof.example", "--topic", "Science")
                room.gazette(*add, "--topic", "Technology", "--postal-address", "Bleisatzgasse 7, 10000 Berlin")
                room.gazette("newsletter", "live", SLUG)
                found = run(room, taken, asked)
            finally:
                room.stop_all()
            sys.stdout.write(json.dumps(found) + "\n" + (room.logs() if asked.logs else ""))


if __name__ == "__main__":
    main()
