"""Where `./run` cannot start it says why in one line, and nothing is left of it."""

import re
import socket
from pathlib import Path

import httpx
import pytest

from tests.installation import Installation


def fails_in_one_line(house: Installation, **more: str) -> str:
    """Start what cannot start; what it says, which is one line, after which nothing is left."""
    house.start(**more)
    assert house.process is not None
    assert house.process.wait(30) == 1
    assert house.shown().count("\n") == 1, house.shown()
    assert house.processes() == []
    return house.shown()


def test_a_second_one_on_the_same_data_is_refused(house: Installation, tmp_path: Path) -> None:
    house.start()
    house.wait_until_ready()
    second = Installation(tmp_path)
    second.screen = tmp_path / "second"
    second.start()
    assert second.process is not None
    assert second.process.wait(20) == 1
    assert second.shown().count("\n") == 1
    assert f"runs already on {house.folder}, at {house.url}/" in second.shown()
    assert httpx.get(f"{house.url}/healthz", timeout=10).status_code == 200
    assert house.stop() == 0


def test_a_taken_port_is_told_with_another_to_take(house: Installation) -> None:
    with socket.create_server(("127.0.0.1", house.port)):
        said = fails_in_one_line(house)
    assert f"Port {house.port} is taken" in said
    assert re.search(r"PORT=\d+ \./run", said)


def test_a_data_folder_that_cannot_be_made_is_told(house: Installation) -> None:
    house.folder.parent.joinpath("file").touch()
    house.folder = house.folder.parent / "file" / "var"
    assert f"GAZETTE_DATA_DIR: cannot write to {house.folder}" in fails_in_one_line(house)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "eighty"),
        ("GAZETTE_SMTP_URL", "mail.example.org"),
        ("GAZETTE_DATABASE_URL", "mysql://localhost/gazette"),
        ("GAZETTE_REDIS_URL", "redis://127.0.0.1:1/0"),
        ("GAZETTE_SECRET_KEY", "short"),
        ("GAZETTE_PUBLIC_URL", "news.example.org"),
    ],
)
def test_a_broken_setting_is_told_and_nothing_is_started(house: Installation, name: str, value: str) -> None:
    assert name in fails_in_one_line(house, **{name: value})
