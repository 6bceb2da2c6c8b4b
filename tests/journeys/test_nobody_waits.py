"""A sign-up answers at once, whatever becomes of Redis and of the relay."""

import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.newsroom import Newsroom, newsroom
from tests.servers import RedisServer, free_port

SOON = 1.5
"""In seconds; a busy machine needs less, and every limit for a server that hangs is longer, or met by each request."""


@contextmanager
def deaf() -> Iterator[str]:
    """A Redis that takes connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield f"redis://127.0.0.1:{listening.getsockname()[1]}/0"


@pytest.fixture(params=["deaf", "absent"])
def room(request: pytest.FixtureRequest, sqlite_template: Path, tmp_path: Path) -> Iterator[Newsroom]:
    """A newsroom whose Redis hangs, or is not there, and whose relay answers nobody."""
    database = tmp_path / "gazette.sqlite3"
    database.write_bytes(sqlite_template.read_bytes())
    with deaf() as hanging:
        broker = hanging if request.param == "deaf" else f"redis://127.0.0.1:{free_port()}/0"
        with newsroom(tmp_path, f"sqlite:///{database}", broker) as made:
            made.relay.hold_answers.set()
            made.start("web")
            yield made


def test_no_request_waits_for_a_redis_that_hangs_or_is_away(room: Newsroom) -> None:
    room.subscribe("first@example.org")  # the process has loaded all that it needs
    for number in range(10):
        begun = time.monotonic()
        room.subscribe(f"reader{number}@example.org")
        assert time.monotonic() - begun < SOON, number


def test_redis_may_go_and_come_between_two_sign_ups(sqlite_template: Path, tmp_path: Path) -> None:
    database = tmp_path / "gazette.sqlite3"
    database.write_bytes(sqlite_template.read_bytes())
    server = RedisServer(tmp_path)
    server.start()
    with newsroom(tmp_path, f"sqlite:///{database}", server.url) as room:
        room.start("web")
        room.subscribe("before@example.org")
        server.stop()
        for number in range(3):
            begun = time.monotonic()
            room.subscribe(f"during{number}@example.org")
            assert time.monotonic() - begun < SOON
        server.start()
        room.subscribe("after@example.org")
    server.stop()
