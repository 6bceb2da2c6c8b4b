"""Logs: one line per fact, and nothing in it that must not be there."""

import contextlib
import io
import json
import logging
import logging.config
import sys
import threading
from collections.abc import Iterator
from typing import Any

import pytest
import structlog

from config.logging import configure_logging, formatter, logging_dict
from config.settings import Settings

ADDRESS, PASSWORD = "anna@example.org", "s3cret/+phrase"


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """What is logged as JSON while a test runs; everything is as before afterwards."""
    stream = io.StringIO()
    root = logging.getLogger()
    before = (root.handlers[:], root.level)
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    monkeypatch.setattr(threading, "excepthook", threading.excepthook)
    with contextlib.redirect_stderr(stream):
        configure_logging(Settings(log_format="json"))
    try:
        yield stream
    finally:
        root.handlers[:], root.level = before[0], before[1]
        logging.captureWarnings(capture=False)
        structlog.reset_defaults()
        structlog.contextvars.clear_contextvars()


def logged(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_our_own_and_foreign_loggers_give_one_json_line_per_fact(lines: io.StringIO) -> None:
    structlog.get_logger("newsletter.delivery").info("mail_settled", delivery_id=7)
    logging.getLogger("a.library").warning("taken %s", "seven")
    ours, theirs = logged(lines)
    assert (ours["event"], ours["delivery_id"], ours["level"], ours["logger"]) == (
        "mail_settled",
        7,
        "info",
        "newsletter.delivery",
    )
    assert (theirs["event"], theirs["level"], theirs["logger"]) == ("taken seven", "warning", "a.library")
    assert ours["timestamp"].endswith("Z")


def test_what_is_bound_stands_in_every_line_of_the_work(lines: io.StringIO) -> None:
    with structlog.contextvars.bound_contextvars(request_id="abc"):
        structlog.get_logger().info("inside")
        logging.getLogger("a.library").warning("inside too")
    structlog.get_logger().info("outside")
    assert [line.get("request_id") for line in logged(lines)] == ["abc", "abc", None]


def test_no_address_token_or_password_reaches_a_line_by_any_way(lines: io.StringIO) -> None:
    log = structlog.get_logger("gazette")
    told = f"to {ADDRESS}"
    log.info(told, reader=ADDRESS, url=f"smtp://u:{PASSWORD}@relay.example", password=PASSWORD)
    logging.getLogger("a.library").error("refused %s", ADDRESS)
    error = ValueError(f"no such user {ADDRESS} at smtp://u:{PASSWORD}@relay.example")
    log.error("failed", exc_info=error)
    with structlog.contextvars.bound_contextvars(reader=ADDRESS):
        log.info("bound")
    text = lines.getvalue()
    assert len(logged(lines)) == 4
    assert ADDRESS not in text
    assert PASSWORD not in text
    assert "ValueError" in text
    assert "a***@example.org" in text


def test_an_uncaught_error_is_one_line_too(lines: io.StringIO) -> None:
    def fail() -> None:
        raise RuntimeError(f"in a thread, about {ADDRESS}")

    thread = threading.Thread(target=fail)
    thread.start()
    thread.join()
    error = ValueError(f"in the process, about {ADDRESS}")
    sys.excepthook(ValueError, error, None)
    found = logged(lines)
    assert [(line["event"], line["level"]) for line in found] == [("uncaught error", "critical")] * 2
    assert "RuntimeError" in found[0]["exception"]
    assert ADDRESS not in lines.getvalue()


def test_libraries_that_tell_every_step_are_quiet(lines: io.StringIO) -> None:
    for name in ("httpx", "httpcore", "alembic", "kombu", "mail.log", "celery.app.trace"):
        logging.getLogger(name).info("step")
    logging.getLogger("gunicorn.access").error("GET /confirm/…")
    assert logged(lines) == []
    logging.getLogger("httpx").warning("trouble")
    assert len(logged(lines)) == 1


def test_setting_up_twice_logs_each_fact_once(lines: io.StringIO) -> None:
    with contextlib.redirect_stderr(lines):
        configure_logging(Settings(log_format="json"))
    structlog.get_logger().info("once")
    assert len(logged(lines)) == 1


def test_the_level_is_the_one_that_was_set(lines: io.StringIO) -> None:
    with contextlib.redirect_stderr(lines):
        configure_logging(Settings(log_format="json", log_level="ERROR"))
    structlog.get_logger().warning("not said")
    logging.getLogger("a.library").warning("not said")
    structlog.get_logger().error("said")
    assert [line["event"] for line in logged(lines)] == ["said"]


@pytest.mark.parametrize("log_format", ["console", "json"])
def test_lines_for_people_and_for_machines_are_masked_alike(log_format: Any) -> None:
    record = logging.makeLogRecord({"name": "x", "levelname": "INFO", "msg": f"to {ADDRESS}\nand more"})
    text = formatter(log_format).format(record)
    assert ADDRESS not in text
    assert "a***@example.org" in text


def test_a_line_for_people_has_no_colours_where_there_is_no_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    record = logging.makeLogRecord({"name": "x", "levelname": "INFO", "msg": "hello"})
    assert "\x1b" not in formatter("console").format(record)


def test_gunicorn_is_given_the_same_way_to_log() -> None:
    settings = Settings(log_format="json", log_level="WARNING")
    made = logging_dict(settings)
    assert made["root"] == {"level": "WARNING", "handlers": ["stderr"]}
    assert made["loggers"]["gunicorn.error"]["propagate"] is True
    assert made["disable_existing_loggers"] is False
