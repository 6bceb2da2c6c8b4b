"""The children of `./run`: what each is started with, and how one sees that it is ready."""

import os
import sys
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from config.settings import Settings
from newsletter.local import readiness, redis_server

ROOT: Final = Path(__file__).parent.parent.parent
_SWEEP_SECONDS: Final = "2"
"""Commands in a second terminal ring no bell. Nobody else looks into a database of this machine, so look often."""


@dataclass(frozen=True, slots=True)
class Child:
    """A process that the supervisor keeps running."""

    name: str  # also of its log
    command: tuple[str, ...]
    is_ready: Callable[[], Awaitable[bool]]
    log: Path
    environment: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))
    stdin: bytes = b""
    patience: float = 2.0  # seconds that it may take to end
    ready_file: Path | None = None  # made by the child; removed before each start


@dataclass(frozen=True, slots=True)
class Ground:
    """Where the children meet: ports and the broker, as found free at this start."""

    redis_port: int  # of the embedded one; 0 where a broker was given
    redis_url: str
    redis_password: str
    inbox_port: int  # 0: a relay was given


def redis(settings: Settings, ground: Ground) -> Child:
    """The embedded broker. Raises SettingsError when there is no program for it."""
    return Child(
        name="redis",
        command=(redis_server.program(), "-"),
        # On its input, so that the password stands in no list of processes.
        stdin=redis_server.configuration(ground.redis_port, ground.redis_password).encode(),
        is_ready=lambda: readiness.redis_answers(ground.redis_port, ground.redis_password),
        log=_log(settings, "redis"),
    )


def inbox(settings: Settings, ground: Ground) -> Child:
    """The embedded inbox, an SMTP server."""
    command = ("-m", "newsletter.commands", "inbox-server", "--port", str(ground.inbox_port))
    return Child(
        name="inbox",
        command=_python(*command),
        environment=_environment(settings, ground),
        is_ready=lambda: readiness.smtp_greets(ground.inbox_port),
        log=_log(settings, "inbox"),
    )


def web(settings: Settings, ground: Ground) -> Child:
    """The web server, the same as in production (ADR 8)."""
    return Child(
        name="web",
        command=_python("-m", "gunicorn", "-c", "config/web_server.py", "app:app"),
        environment=_environment(settings, ground),
        is_ready=lambda: readiness.page_answers(settings.bind, settings.port),
        log=_log(settings, "web"),
        patience=6.0,  # gunicorn waits five seconds for requests under way
    )


def worker(settings: Settings, ground: Ground) -> Child:
    """One worker for all queues."""
    return _celery(
        *(settings, ground, "worker"),
        *("worker", "--pool", "threads", "--concurrency", "4", "--queues", "urgent,digests,upkeep"),
        *("--without-gossip", "--without-mingle", "--without-heartbeat", "--hostname", "worker@gazette"),
        patience=9.0,  # eight for the relay's answers, tasks/worker.py
    )


def scheduler(settings: Settings, ground: Ground) -> Child:
    """The scheduler. It keeps no file: what is due stands in the database."""
    return _celery(
        *(settings, ground, "scheduler"),
        *("beat", "--scheduler", "celery.beat:Scheduler"),
        patience=2.0,
    )


def _celery(settings: Settings, ground: Ground, name: str, *arguments: str, patience: float) -> Child:
    ready_file = settings.data_dir / "run" / f"{name}-ready"
    return Child(
        name=name,
        command=_python("-m", "celery", "-A", "tasks.celery", *arguments),
        environment=_environment(settings, ground) | {"GAZETTE_READY_FILE": str(ready_file)},
        is_ready=lambda: readiness.is_there(ready_file),
        log=_log(settings, name),
        patience=patience,
        ready_file=ready_file,
    )


def _python(*arguments: str) -> tuple[str, ...]:
    return (sys.executable, *arguments)


def _environment(settings: Settings, ground: Ground) -> dict[str, str]:
    """Ours, and what was decided at this start."""
    environment = (
        {"GAZETTE_SWEEP_SECONDS": _SWEEP_SECONDS}
        | dict(os.environ)
        | {
            "PORT": str(settings.port),
            "GAZETTE_DATA_DIR": str(settings.data_dir),
            # The root is where `app` and `config` are found; nothing of the caller's folder may be.
            "PYTHONPATH": str(ROOT),
        }
    )
    if ground.redis_port:
        environment["GAZETTE_REDIS_URL"] = ground.redis_url
    if ground.inbox_port:
        environment["GAZETTE_INBOX_PORT"] = str(ground.inbox_port)
    return environment


def _log(settings: Settings, name: str) -> Path:
    return settings.data_dir / "log" / f"{name}.log"
