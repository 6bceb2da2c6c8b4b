"""What `./run gazette …` must know of the installation that runs: its settings, kept while it runs.

A command in a second terminal is started without the variables of the first. It would look at
another database, or print links to another port. `run` reads this file and sets what is not set.
"""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from config.settings import Settings
from newsletter.local.children import Ground

_NAME: Final = "environment"


@contextmanager
def environment_kept(settings: Settings, ground: Ground) -> Iterator[Path]:
    """Keep the settings in force in the data folder until this ends, readable by their owner only."""
    path = settings.data_dir / "run" / _NAME
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        # The number lets `run` see whether this was left behind by a killed installation.
        file.write(f"# {os.getpid()}\n")
        file.writelines(f"{name}={value}\n" for name, value in in_force(os.environ, settings, ground).items())
    try:
        yield path
    finally:
        path.unlink(missing_ok=True)


def in_force(given: Mapping[str, str], settings: Settings, ground: Ground) -> dict[str, str]:
    """What was set, and what this start decided."""
    kept = {name: value for name, value in given.items() if name.startswith("GAZETTE_") and "\n" not in value}
    kept.pop("GAZETTE_DATA_DIR", None)  # it is where this file was found
    kept.pop("GAZETTE_READY_FILE", None)
    kept["PORT"] = str(settings.port)
    if ground.redis_port:
        kept["GAZETTE_REDIS_URL"] = ground.redis_url
    if ground.inbox_port:
        kept["GAZETTE_INBOX_PORT"] = str(ground.inbox_port)
    return kept
