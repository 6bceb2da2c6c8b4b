"""Structured logs: one line per fact, for people or as JSON, with the ids of the work in hand.

Everything goes one way: our own loggers, those of libraries, Celery and gunicorn, and errors that
nobody caught; each line with the request, task or delivery id that was bound
(`structlog.contextvars.bound_contextvars`), and none of them with an address in full or a token
(`config/masking.py`).
"""

import logging
import logging.config
import os
import sys
import threading
from types import TracebackType
from typing import Any, Final, Literal

import structlog
from structlog.typing import EventDict, Processor

from config.masking import mask_event
from config.settings import Settings

_QUIET: Final = {
    # Libraries that tell every step at INFO; what goes wrong is still heard.
    "httpx": "WARNING",
    "httpcore": "WARNING",
    "mail.log": "WARNING",  # aiosmtpd: every command that it reads
    "alembic": "WARNING",
    "kombu": "WARNING",
    "celery.app.trace": "WARNING",  # a line for every task; our own lines say what it did
    "celery.worker.strategy": "WARNING",
    "celery.beat": "WARNING",
    # A proxy in front keeps the access log; paths here hold tokens.
    "gunicorn.access": "CRITICAL",
}


def _before_rendering() -> list[Processor]:
    return [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
        structlog.processors.format_exc_info,
        structlog.processors.UnicodeDecoder(),
    ]


def formatter(log_format: Literal["console", "json"]) -> logging.Formatter:
    """What makes a line of a record, whoever logged it. Named by `logging_dict`."""
    renderer: Processor
    if log_format == "json":
        renderer = structlog.processors.JSONRenderer(ensure_ascii=False)
    else:
        has_colours = sys.stderr.isatty() and not os.environ.get("NO_COLOR")
        renderer = structlog.dev.ConsoleRenderer(colors=has_colours, sort_keys=False)
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=_before_rendering(),
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            _mask,
            renderer,
        ],
    )


def _mask(logger: Any, method: str, event: EventDict) -> EventDict:
    return mask_event(logger, method, dict(event))


def logging_dict(settings: Settings) -> dict[str, Any]:
    """The configuration as `logging.config` takes it; gunicorn wants it in this form."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": {"()": formatter, "log_format": settings.log_format}},
        "handlers": {
            "stderr": {
                "class": "logging.StreamHandler",
                "stream": "ext://sys.stderr",
                "formatter": "line",
            }
        },
        "root": {"level": settings.log_level, "handlers": ["stderr"]},
        "loggers": {
            "gunicorn.error": {"level": settings.log_level, "handlers": [], "propagate": True},
            **{name: {"level": level, "propagate": True} for name, level in _QUIET.items()},
        },
    }


def configure_logging(settings: Settings) -> None:
    """Set this process's logs up; a second call replaces the first."""
    logging.config.dictConfig(logging_dict(settings))
    logging.captureWarnings(capture=True)
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *_before_rendering(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
    )
    sys.excepthook = _log_uncaught
    threading.excepthook = _log_uncaught_in_thread


def _log_uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, trace)
        return
    logging.getLogger("gazette").critical("uncaught error", exc_info=(kind, error, trace))


def _log_uncaught_in_thread(details: threading.ExceptHookArgs) -> None:
    if details.exc_value is not None:
        _log_uncaught(details.exc_type, details.exc_value, details.exc_traceback)
