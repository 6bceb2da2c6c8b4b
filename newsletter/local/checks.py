"""What must hold before anything is started, each failure in one line that says what to do."""

import errno
import fcntl
import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from config.settings import Settings, SettingsError
from newsletter.errors import GazetteError

_CONNECT_SECONDS: Final = 2.0
_REDIS_PORT: Final = 6379


class CannotStartError(GazetteError):
    """Something on this machine is in the way."""


def check_settings(settings: Settings) -> None:
    """Settings that only show as wrong when they are used. Raises SettingsError or GazetteError."""
    if settings.has_relay or settings.database_url.get_secret_value() or not settings.is_loopback:
        # Slow to load, and an installation with nothing but defaults has nothing to check here.
        from newsletter.jobs import announce_nothing  # noqa: PLC0415 - see above
        from newsletter.wiring import build_services, new_transport  # noqa: PLC0415 - see above

        build_services(settings, announce_nothing).close()
        if settings.has_relay:
            new_transport(settings).close()
    _check_broker(settings.redis_url.get_secret_value())


def _check_broker(url: str) -> None:
    if not url:
        return
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "localhost", parts.port or _REDIS_PORT
    except ValueError:
        raise SettingsError("GAZETTE_REDIS_URL: write it like redis://localhost:6379/0.") from None
    if parts.scheme not in {"redis", "rediss", "unix"}:
        raise SettingsError("GAZETTE_REDIS_URL: write it like redis://localhost:6379/0.")
    if parts.scheme == "unix":
        return
    try:
        socket.create_connection((host, port), _CONNECT_SECONDS).close()
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise SettingsError(
            f"GAZETTE_REDIS_URL: cannot reach {host} port {port} ({reason}). "
            "Check the host and the port, or leave it empty to use the embedded Redis."
        ) from None


def make_data_folder(folder: Path) -> None:
    """Make the data folder with what lies in it. Raises CannotStartError when it cannot be used."""
    try:
        # Addresses of readers lie in it: nobody else on this machine need see them.
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        for name in ("log", "run"):
            (folder / name).mkdir(exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise CannotStartError(
            f"GAZETTE_DATA_DIR: cannot write to {folder} ({(error.strerror or str(error)).lower()}). "
            "Give that folder to this user, or name another one."
        ) from None


@contextmanager
def locked(folder: Path, url: str) -> Iterator[None]:
    """Hold the data folder: two installations on one folder would fight for everything in it."""
    path = folder / "run" / "lock"
    with path.open("a+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise CannotStartError(
                f"Gazette runs already on {folder}{_where(path)}. Use that one, stop it with Ctrl-C, "
                "or start a second one with another GAZETTE_DATA_DIR and another PORT."
            ) from None
        file.truncate(0)
        file.write(url)
        file.flush()
        yield  # the lock ends with the file, however this process ends


def _where(path: Path) -> str:
    url = path.read_text(encoding="utf-8").strip()
    return f", at {url}/" if url else ""


def check_port(bind: str, port: int) -> None:
    """See that the web server will get its port. Raises CannotStartError."""
    try:
        family, kind, _, _, address = socket.getaddrinfo(bind, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        raise CannotStartError(_port_trouble(bind, port, error)) from None


def _port_trouble(bind: str, port: int, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"Port {port} is taken; stop what uses it, or start with PORT={_next_free(bind, port)} ./run"
    if error.errno == errno.EACCES:
        return f"Port {port} is not for everybody on this machine; start with PORT=8000 ./run"
    return (
        f"GAZETTE_BIND: {bind} is no address of this machine. "
        "Write 127.0.0.1 for this machine only, or 0.0.0.0 for all its addresses."
    )


def _next_free(bind: str, port: int) -> int:
    for candidate in range(port + 1, min(port + 50, 65_535)):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1" if ":" in bind else bind, candidate))
            except OSError:
                continue
            return candidate
    return free_port()


def free_port(wanted: int = 0) -> int:
    """A port on loopback that nobody listens on: `wanted`, if it is free."""
    for port in (wanted, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise CannotStartError("No port is free on this machine; stop something that holds many of them.")


def kept_port(folder: Path, name: str) -> int:
    """The port that this part had last time, if it is free; a mail reader may know it."""
    path = folder / "run" / f"{name}-port"
    try:
        last = int(path.read_text(encoding="ascii"))
    except (OSError, ValueError):
        last = 0
    port = free_port(last if 0 < last <= 65_535 else 0)  # noqa: PLR2004 - the highest port
    path.write_text(str(port), encoding="ascii")
    return port
