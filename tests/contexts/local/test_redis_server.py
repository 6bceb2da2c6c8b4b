"""The embedded Redis: found, closed to others, and as the supervisor starts it."""

import asyncio
import os
import subprocess
from pathlib import Path

import pytest
import redis

from config.settings import SettingsError
from newsletter.local import readiness
from newsletter.local.redis_server import configuration, program
from tests.servers import free_port, wait_for_port


def test_it_takes_a_password_and_keeps_nothing_on_the_disk(tmp_path: Path) -> None:
    port = free_port()
    with subprocess.Popen([program(), "-"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, cwd=tmp_path) as process:
        assert process.stdin is not None
        process.stdin.write(configuration(port, "word").encode())
        process.stdin.close()
        try:
            wait_for_port(port, process)
            assert asyncio.run(readiness.redis_answers(port, "word"))
            assert not asyncio.run(readiness.redis_answers(port, "another"))
            with redis.Redis(port=port) as stranger, pytest.raises(redis.AuthenticationError):
                stranger.ping()
            with redis.Redis(port=port, password="word") as known:
                known.set("a", "b")
            if Path("/proc").is_dir():
                assert b"word" not in Path(f"/proc/{process.pid}/cmdline").read_bytes()
        finally:
            process.terminate()
            assert process.wait(10) == 0
    assert list(tmp_path.iterdir()) == []


def test_a_program_on_the_path_comes_before_the_packaged_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    installed = tmp_path / "valkey-server"
    installed.touch(mode=0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert program() == str(installed)
    monkeypatch.setenv("PATH", os.devnull)
    assert Path(program()).parent.parent.name == "_binaries"


def test_without_any_program_one_line_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", os.devnull)
    with pytest.raises(SettingsError, match="install redis-server or valkey-server"):
        program("no_such_package")
