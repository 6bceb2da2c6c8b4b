"""Counts that nobody waits for: Redis stopped, hanging, back again."""

import secrets
import socket
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from newsletter.subscriptions.ladder import shared_counts, steady_counts
from newsletter.subscriptions.ladder.counts import Asked, Mark
from newsletter.subscriptions.ladder.steady_counts import SteadyCounts
from newsletter.subscriptions.ladder.steps import Limit, OneMoreTap, Pass, Step
from tests.conftest import missing
from tests.data import NOW
from tests.servers import MissingPartError, RedisServer

LIMIT = Limit(timedelta(hours=1), tap=4, stop=6)
PATIENCE = 3.0
"""In seconds: less than one server's time limit per question, far more than a busy machine needs for all."""


@pytest.fixture
def redis(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[RedisServer]:
    """A Redis of this test's own, to be stopped; while it runs it may take its time, as this machine may be busy."""
    monkeypatch.setattr(steady_counts, "ANSWER_SECONDS", 5.0)
    monkeypatch.setattr(shared_counts, "ANSWER_SECONDS", 5.0)
    try:
        server = RedisServer(tmp_path)
    except MissingPartError as error:
        missing(str(error))
        return
    server.start()
    yield server
    server.stop()


@pytest.fixture
def deaf() -> Iterator[int]:
    """The port of a server that takes connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening.getsockname()[1]


def ask(counts: SteadyCounts, key: str, who: str) -> Step:
    """The step for somebody."""
    return counts.note(Asked(who, [Mark(key, who, LIMIT)]), now=NOW).step


def test_two_web_processes_count_together(redis: RedisServer) -> None:
    one, other, key = SteadyCounts(redis.url), SteadyCounts(redis.url), secrets.token_hex(8)
    assert [ask(one, key, f"reader {number}") for number in range(3)] == [Pass()] * 3
    assert [ask(other, key, f"other {number}") for number in range(3)] == [Pass(), OneMoreTap(), OneMoreTap()]
    one.close()
    other.close()


def test_while_redis_is_stopped_each_process_takes_its_part_and_none_is_closed(
    redis: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(steady_counts, "QUIET_SECONDS", 0.0)
    counts, key = SteadyCounts(redis.url), secrets.token_hex(8)
    counts.share_among(2)
    assert ask(counts, key, "before") == Pass()
    redis.stop()
    assert [ask(counts, key, f"during {number}") for number in range(4)] == [Pass()] * 2 + [OneMoreTap()] * 2
    redis.start()
    assert [ask(counts, key, f"after {number}") for number in range(5)] == [Pass()] * 4 + [OneMoreTap()]
    counts.close()


def test_a_redis_that_never_answers_is_asked_once_and_then_left_alone(deaf: int) -> None:
    counts, key = SteadyCounts(f"redis://127.0.0.1:{deaf}/0"), secrets.token_hex(8)
    begun = time.monotonic()
    found = [ask(counts, key, f"reader {number}") for number in range(50)]
    assert time.monotonic() - begun < PATIENCE
    assert found == [Pass()] * 4 + [OneMoreTap()] * 46
    counts.close()


def test_without_redis_this_process_counts_by_itself() -> None:
    counts = SteadyCounts()
    assert [ask(counts, "key", f"reader {number}") for number in range(5)] == [Pass()] * 4 + [OneMoreTap()]
    counts.close()
