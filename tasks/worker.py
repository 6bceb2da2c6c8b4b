"""The worker process: its services, its logs, and its orderly end."""

import gc
import os
import sys
import threading
from functools import cache
from typing import Any, Final

import structlog
from celery import signals

from config.logging import configure_logging
from config.settings import SettingsError, read_settings
from newsletter.delivery.kinds import Lane
from newsletter.errors import GazetteError
from newsletter.wiring import Services, build_services
from tasks.announcing import announcer
from tasks.broker import ANSWER_SECONDS
from tasks.celery import app

_NICENESS: Final = 5
"""A worker gives way to whoever answers a reader: a mail may be a second late, a page may not."""

stopping = threading.Event()


@cache
def services() -> Services:
    """The services of this process."""
    return build_services(read_settings(), announcer(app))


@signals.setup_logging.connect  # type: ignore[untyped-decorator]  # Celery ships no types
def _set_up_logging(**_details: Any) -> None:
    configure_logging(read_settings())


@signals.worker_init.connect  # type: ignore[untyped-decorator]  # Celery ships no types
def _begin(**_details: Any) -> None:
    """Build everything before the first task: in one thread, and with a sentence when a setting is wrong."""
    os.nice(_NICENESS)
    try:
        for lane in Lane:
            services().sending(lane)
        services().intake  # noqa: B018 - made here, lest two threads make one each
        gc.collect()
        gc.freeze()  # what is loaded now stays for good, and need not be looked through again
    except (SettingsError, GazetteError) as error:
        sys.stderr.write(f"{error}\n")
        raise SystemExit(1) from None


@signals.task_prerun.connect  # type: ignore[untyped-decorator]  # Celery ships no types
def _begin_task(task_id: str, task: Any, **_details: Any) -> None:
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(task_id=task_id, task=task.name)


@signals.worker_ready.connect  # type: ignore[untyped-decorator]  # Celery ships no types
@signals.beat_init.connect  # type: ignore[untyped-decorator]  # Celery ships no types
def _say_ready(**_details: Any) -> None:
    """Whoever started this worker or scheduler may wait for a file."""
    ready_file = read_settings().ready_file
    if ready_file is not None:
        ready_file.touch()


@signals.worker_shutting_down.connect  # type: ignore[untyped-decorator]  # Celery ships no types
def _begin_to_stop(**_details: Any) -> None:
    stopping.set()
    timer = threading.Timer(ANSWER_SECONDS, services().abort_sending)
    timer.daemon = True
    timer.start()


@signals.worker_shutdown.connect  # type: ignore[untyped-decorator]  # Celery ships no types
def _end(**_details: Any) -> None:
    services().close()
