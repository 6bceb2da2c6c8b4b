"""Ringing the bell: from a job to a Celery message, without ever making anybody wait."""

import time
from typing import Final

import structlog
from celery import Celery
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

from newsletter.jobs import Announcer, Job
from tasks.queues import TASKS

_log = structlog.get_logger(__name__)
_QUIET_SECONDS: Final = 5.0


def announcer(celery: Celery) -> Announcer:
    """Announces jobs through the broker; when that fails it is left alone for some seconds.

    Losing an announcement costs a few seconds: the row is safe and the sweep finds it.
    """
    quiet_until = 0.0

    def announce(job: Job) -> None:
        nonlocal quiet_until
        if time.monotonic() < quiet_until:
            return
        arguments = () if job.row_id is None else (job.row_id,)
        try:
            celery.send_task(TASKS[job.kind], args=arguments, retry=False, ignore_result=True)
        except (OperationalError, RedisError, OSError) as error:
            quiet_until = time.monotonic() + _QUIET_SECONDS
            _log.warning("broker_not_reached", job=job.kind, error=type(error).__name__)

    return announce
