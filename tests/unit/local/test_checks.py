"""What stands in the way of a start is told in one line that says what to do."""

import socket
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from config.settings import Settings, SettingsError
from newsletter.local.checks import (
    CannotStartError,
    check_port,
    check_settings,
    free_port,
    kept_port,
    locked,
    make_data_folder,
)


@pytest.fixture
def taken() -> Iterator[int]:
    """A port that somebody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def test_a_taken_port_names_a_free_one(taken: int) -> None:
    with pytest.raises(CannotStartError, match=rf"Port {taken} is taken; .* PORT=\d+ \./run") as caught:
        check_port("127.0.0.1", taken)
    offered = int(str(caught.value).partition("PORT=")[2].split()[0])
    check_port("127.0.0.1", offered)


def test_an_address_of_another_machine_cannot_be_bound() -> None:
    with pytest.raises(CannotStartError, match=r"GAZETTE_BIND: 192\.0\.2\.1 is no address of this machine"):
        check_port("192.0.2.1", free_port())


def test_a_data_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(CannotStartError, match=r"GAZETTE_DATA_DIR: cannot write to .*/file/var \(not a directory\)"):
        make_data_folder(tmp_path / "file" / "var")


def test_the_data_folder_is_closed_to_others(tmp_path: Path) -> None:
    make_data_folder(tmp_path / "var")
    assert stat.S_IMODE((tmp_path / "var").stat().st_mode) == 0o700


def test_one_folder_holds_one_installation_at_a_time(tmp_path: Path) -> None:
    make_data_folder(tmp_path)
    with (
        locked(tmp_path, "http://localhost:8000"),
        pytest.raises(CannotStartError, match=r"runs already on .*, at http://localhost:8000/"),
        locked(tmp_path, "http://localhost:8001"),
    ):
        pass
    with locked(tmp_path, "http://localhost:8001"):
        assert (tmp_path / "run" / "lock").read_text() == "http://localhost:8001"


def test_a_port_is_kept_from_one_start_to_the_next_unless_somebody_took_it(tmp_path: Path) -> None:
    make_data_folder(tmp_path)
    first = kept_port(tmp_path, "inbox")
    assert kept_port(tmp_path, "inbox") == first
    with socket.create_server(("127.0.0.1", first)):
        assert kept_port(tmp_path, "inbox") != first


def test_a_broker_that_does_not_answer_is_told_before_anything_starts(tmp_path: Path) -> None:
    port = free_port()
    settings = Settings(data_dir=tmp_path, redis_url=SecretStr(f"redis://127.0.0.1:{port}/0"))
    with pytest.raises(SettingsError, match=rf"GAZETTE_REDIS_URL: cannot reach 127\.0\.0\.1 port {port} \(connection"):
        check_settings(settings)


@pytest.mark.parametrize("url", ["localhost:6379", "http://localhost", "redis://localhost:port"])
def test_a_broker_s_address_is_looked_at(tmp_path: Path, url: str) -> None:
    with pytest.raises(SettingsError, match="GAZETTE_REDIS_URL: write it like"):
        check_settings(Settings(data_dir=tmp_path, redis_url=SecretStr(url)))


def test_default_settings_need_no_look(tmp_path: Path) -> None:
    check_settings(Settings(data_dir=tmp_path))
    assert list(tmp_path.iterdir()) == []
