"""What `docker-compose.yml` starts, started by hand: its very commands, on real PostgreSQL, Redis and SMTP."""

import subprocess
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import psycopg
import pytest
import redis

from tests import compose_file
from tests.feed_site import FeedSite
from tests.newsroom import Newsroom, Relay, newsroom, service_of, wait_until

READERS = [f"reader{number}@example.org" for number in range(5)]
STARTED = ("web", "worker", "worker-2", "scheduler")
TITLE = "Under the ice shelf"


@pytest.fixture
def new_database(postgres_url: str) -> Iterator[str]:
    """A PostgreSQL database with nothing in it, as a new volume holds one."""
    name = "gazette_by_compose"
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        connection.execute(f"CREATE DATABASE {name}")
        yield postgres_url.rpartition("/")[0] + f"/{name}"
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def room(new_database: str, redis_url: str, tmp_path: Path) -> Iterator[Newsroom]:
    """A new installation: migrated by its one-shot service, then all the others."""
    redis.Redis.from_url(redis_url).flushall()
    with newsroom(tmp_path, new_database, redis_url) as made:
        for name in STARTED:
            made.start(name)
        yield made


@pytest.fixture
def site() -> Iterator[FeedSite]:
    """A news site with a feed, on loopback."""
    with FeedSite() as made:
        yield made


def is_healthy(room: Newsroom, name: str) -> bool:
    """What a service's health check says, asked in its place."""
    kind, *words = compose_file.services()[service_of(name)]["healthcheck"]["test"]
    environment = room.environment(name)
    command = [word.replace("$$", "$") for word in words]
    command = [word.replace(":8000/", f":{room.web_port}/") for word in command]
    command = [word.replace("/tmp/ready", str(room.ready_file(name))) for word in command]  # noqa: S108 - the container's own
    if kind == "CMD-SHELL":
        command = ["/bin/sh", "-c", *command]
    return subprocess.run(command, env=environment, capture_output=True, timeout=30, check=False).returncode == 0


def test_readers_subscribe_confirm_and_get_one_digest_each_from_two_workers(room: Newsroom, site: FeedSite) -> None:
    site.publish("Old news", "science")
    room.gazette("feed", "add", site.url)
    site.publish(TITLE, "science")
    room.gazette("feed", "poll")
    room.release_all()
    for address in READERS:
        room.subscribe(address)
    for address in READERS:
        room.confirm(address)
        room.relay.wait_for(address, "elcome")
    room.gazette("edition", "send", "the-proof")
    for address in READERS:
        [mail] = room.relay.wait_for(address, TITLE)
        assert "Old news" not in mail.as_string()
    assert "nothing was sent" in room.gazette("edition", "send", "the-proof")
    assert [len(room.relay.mails_to(address, TITLE)) for address in READERS] == [1] * len(READERS)


def wait_until_healthy(room: Newsroom, *names: str) -> None:
    for name in names:
        wait_until(partial(is_healthy, room, name), f"{name} is healthy")


def test_every_health_check_passes_while_its_process_works_and_fails_afterwards(room: Newsroom) -> None:
    wait_until_healthy(room, *STARTED)
    room.stop("web")
    room.kill("worker")
    for name in ("web", "worker"):
        assert not is_healthy(room, name), f"{name} is gone and passes for healthy"
    assert is_healthy(room, "worker-2")


def test_every_process_ends_in_order_within_its_time(room: Newsroom) -> None:
    wait_until_healthy(room, *STARTED)
    for name in STARTED:
        allowed = compose_file.services()[service_of(name)]["stop_grace_period"]
        began = time.monotonic()
        assert room.stop(name) == 0, name
        assert time.monotonic() - began < float(allowed.removesuffix("s")), name


def test_two_migrations_at_once_leave_one_database(new_database: str, redis_url: str, tmp_path: Path) -> None:
    relay = Relay()  # nothing is mailed, so it is not started
    room = Newsroom(tmp_path, new_database, redis_url, relay)
    try:
        for name in ("migrate", "migrate-2"):
            room.start(name)
        assert [room.wait(name) for name in ("migrate", "migrate-2")] == [0, 0], room.logs()
        assert "up to date" in room.migrate(), "once more changes nothing"
    finally:
        room.stop_all()
