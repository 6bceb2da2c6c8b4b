"""Whether the answer to a sign-up tells who is known: by its time, its status or its words.

    python benchmarks/same_answer.py [--samples 200] [--database URL]

A real web server on PostgreSQL and Redis gets sign-ups for addresses that are new, known, pending and suppressed, in
random order, each from a network of its own and with its sum done. Printed are medians and the 95th percentile per
class, how far the medians lie apart, and the smallest p of the two-sample Kolmogorov-Smirnov tests over all pairs
(asymptotic, Smirnov 1948): below 0.01 somebody who measures often enough could tell classes apart.
"""

import argparse
import itertools
import json
import math
import random
import re
import socket
import statistics
import sys
import tempfile
import time
from contextlib import nullcontext
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

sys.path.insert(0, str(Path(__file__).parent.parent))

from benchmarks.signing_up import PROXY, SLUG, request_of
from newsletter.catalogue.shelf import the_newsletter
from newsletter.database import Database
from newsletter.jobs import announce_nothing
from newsletter.signing import Signer
from newsletter.subscriptions import signup
from newsletter.subscriptions.choices import Choice
from newsletter.subscriptions.consent import Evidence
from newsletter.subscriptions.subscribers import Subscription, SubscriptionState
from newsletter.suppression.suppressions import SuppressionReason, suppress
from tests.newsroom import SECRET, Newsroom, Relay
from tests.servers import PostgresServer, RedisServer, free_port

FIRST: Final = {"new": 100_000, "known": 200_000, "pending": 300_000, "suppressed": 400_000}
"""The number of the first address of each class."""
APART: Final = 0.10
LEAST_P: Final = 0.01


def fill(database: Database, samples: int, now: datetime) -> None:
    """Make the readers and the suppressions that the classes need."""
    with database.write() as session:
        newsletter = the_newsletter(session, SLUG)
        for number in range(samples):
            for kind in ("known", "pending"):
                entered = signup.SignUp(f"reader{FIRST[kind] + number}@example.org", Choice(), Evidence("", "", ""))
                signup.sign_up(session, newsletter, entered, now=now)
            key = f"reader{FIRST['suppressed'] + number}@example.org"
            suppress(session, key, SuppressionReason.COMPLAINED, now=now)
        session.flush()
        # Every second one confirmed; the sign-ups above alternate between the two classes.
        for subscription in session.query(Subscription).order_by(Subscription.id).all()[::2]:
            subscription.state, subscription.joined_at = SubscriptionState.ACTIVE, now


def ask(port: int, request: bytes) -> tuple[float, int, str]:
    """Send one sign-up; seconds until the whole answer was there, its status, and its body without what differs."""
    with socket.create_connection(("127.0.0.1", port)) as wire:
        begun = time.perf_counter()
        wire.sendall(request.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n", 1))
        answer = b""
        while piece := wire.recv(65_536):
            answer += piece
        seconds = time.perf_counter() - begun
    head, _, body = answer.partition(b"\r\n\r\n")
    words = re.sub(r"reader\d+@|value=\"[^\"]*\"", "", body.decode())
    return seconds, int(head.split()[1]), words


def kolmogorov_smirnov(one: list[float], other: list[float]) -> float:
    """The p value of the two-sample test: how often two samples of one distribution lie as far apart as these."""
    every = sorted([*one, *other])
    first, second = sorted(one), sorted(other)
    apart, i, j = 0.0, 0, 0
    for value in every:
        while i < len(first) and first[i] <= value:
            i += 1
        while j < len(second) and second[j] <= value:
            j += 1
        apart = max(apart, abs(i / len(first) - j / len(second)))
    scaled = apart * math.sqrt(len(one) * len(other) / (len(one) + len(other)))
    total = 2 * sum((-1) ** (k - 1) * math.exp(-2 * k * k * scaled * scaled) for k in range(1, 101))
    return 1.0 if scaled < 0.2 else min(1.0, max(0.0, total))  # noqa: PLR2004 - the series does not converge there


def run(room: Newsroom, samples: int) -> dict[str, object]:
    """One measurement on a newsroom that is set up."""
    room.start("web")
    signer, now = Signer((SECRET,)), datetime.now(UTC)
    for number in range(60):  # processes load what they need at the first of each kind
        ask(room.web_port, request_of(number, signer, room.web_port, now))
    order = [(kind, number) for kind in FIRST for number in range(samples)]
    random.Random(1).shuffle(order)
    seconds: dict[str, list[float]] = {kind: [] for kind in FIRST}
    answers: dict[str, set[tuple[int, str]]] = {kind: set() for kind in FIRST}
    for kind, number in order:
        request = request_of(FIRST[kind] + number, signer, room.web_port, datetime.now(UTC))
        took, status, words = ask(room.web_port, request)
        seconds[kind].append(took)
        # The hour from which "Send it again" works moves on with the clock.
        answers[kind].add((status, re.sub(r"\d\d:\d\d", "", words)))
    medians = {kind: statistics.median(every) for kind, every in seconds.items()}
    apart = max(medians.values()) / min(medians.values()) - 1
    least_p = min(kolmogorov_smirnov(seconds[a], seconds[b]) for a, b in itertools.combinations(FIRST, 2))
    return {
        "samples_per_class": samples,
        "median_ms": {kind: round(1000 * value, 2) for kind, value in medians.items()},
        "p95_ms": {k: round(1000 * statistics.quantiles(v, n=20)[18], 2) for k, v in seconds.items()},
        "medians_apart": round(apart, 4),
        "least_p": round(least_p, 4),
        "answers_are_one": len(set.union(*answers.values())) == 1,
        "holds": apart <= APART and least_p > LEAST_P,
    }


def main() -> None:
    """Set everything up, measure, print one JSON document."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--samples", type=int, default=200)
    parser.add_argument("--database", default="")
    asked = parser.parse_args()
    settings = {"GAZETTE_TRUSTED_PROXIES": PROXY, "GAZETTE_LOG_LEVEL": "WARNING"}
    with tempfile.TemporaryDirectory() as name:
        folder, relay = Path(name), Relay(port=free_port())
        folders = [folder / each for each in ("postgres", "redis", "data")]
        for each in folders:
            each.mkdir()
        folder.chmod(0o755)
        postgres = nullcontext(asked.database) if asked.database else PostgresServer(folders[0], None)
        with postgres as url, RedisServer(folders[1]) as broker:
            room = Newsroom(folders[2], url, broker, relay, settings)
            try:
                room.migrate()
                add = ("newsletter", "add", "The Proof", "--sender", "post@proof.example", "--topic", "Science")
                room.gazette(*add, "--topic", "Technology", "--postal-address", "Bleisatzgasse 7, 10000 Berlin")
                room.gazette("newsletter", "live", SLUG)
                database = Database(url, announce_nothing)
                fill(database, asked.samples, datetime.now(UTC))
                database.engine.dispose()
                found = run(room, asked.samples)
            finally:
                room.stop_all()
            sys.stdout.write(json.dumps(found, indent=2) + "\n")


if __name__ == "__main__":
    main()
