"""How Celery is set up: what is acknowledged when, what may come through the broker, what is rung for."""

from typing import Final

from celery import Celery

from config.settings import Settings, SettingsError
from tasks.queues import ROUTES, UPKEEP
from tasks.schedule import schedule

ANSWER_SECONDS: Final = 8.0
"""After SIGTERM nothing new starts; the relay's answers are awaited for so long."""
_VISIBILITY_SECONDS: Final = 120  # twice the longest task and more; lost messages come back after it


def make_celery(settings: Settings) -> Celery:
    """A Celery application for these settings."""
    if not settings.redis_url.get_secret_value():
        raise SettingsError("GAZETTE_REDIS_URL: not set; write it like redis://localhost:6379/0, or start with ./run.")
    made = Celery("gazette", broker=settings.redis_url.get_secret_value())
    made.conf.update(
        include=[
            "tasks.sending",
            "tasks.editions",
            "tasks.feeds",
            "tasks.importing",
            "tasks.pages",
            "tasks.pictures",
            "tasks.upkeep",
            "tasks.worker",
        ],
        task_routes=ROUTES,
        task_default_queue=UPKEEP,
        task_create_missing_queues=True,
        # Arguments are ids, results are rows: nothing else may come through the broker.
        task_serializer="json",
        accept_content=["json"],
        task_ignore_result=True,
        task_store_errors_even_if_ignored=False,
        # A task that dies with its worker is rung for again; each is a no-op when its work is done.
        task_acks_late=True,
        task_reject_on_worker_lost=True,
        worker_prefetch_multiplier=1,
        broker_transport_options={
            "visibility_timeout": _VISIBILITY_SECONDS,
            "unacked_restore_interval": 10,
            "unacked_restore_throttle": 10,
            "socket_connect_timeout": 2,
            "socket_timeout": 30,
            "socket_keepalive": True,
        },
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,
        worker_cancel_long_running_tasks_on_connection_loss=False,
        worker_hijack_root_logger=False,
        worker_send_task_events=False,
        beat_schedule=schedule(settings.sweep_seconds),
        beat_max_loop_interval=settings.sweep_seconds,
        timezone="UTC",
    )
    return made
