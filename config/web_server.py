"""gunicorn's configuration: `gunicorn -c config/web_server.py app:app`, here and in production.

gunicorn reads the lower-case names below; each worker process loads the application by itself.
"""

import gc
import sys
from pathlib import Path
from typing import Any

from config.logging import logging_dict
from config.settings import SettingsError, read_settings

try:
    _settings = read_settings()
except SettingsError as error:
    sys.stderr.write(f"{error}\n")
    raise SystemExit(1) from None

_host = f"[{_settings.bind}]" if ":" in _settings.bind else _settings.bind
bind = f"{_host}:{_settings.port}"

# Requests wait for the database, not for the processor; WEB_CONCURRENCY sets the processes.
worker_class = "gthread"
# Many, since every sign-up takes a twentieth of a second, known address or new, and sleeps for most of it.
threads = 24
timeout = 30
graceful_timeout = 5  # ./run ends within ten seconds
keepalive = 5

# Beating on a file in memory: a busy disk must not pass for a worker that hangs.
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108 - no file of ours

# Only GAZETTE_TRUSTED_PROXIES decides whether a proxy is believed; the application does that.
forwarded_allow_ips = ""

# It would lie in the home folder of whoever starts us, and steer every instance at once.
control_socket_disable = True

logconfig_dict = logging_dict(_settings)
loglevel = _settings.log_level.lower()


def post_worker_init(worker: Any) -> None:
    """Tell the application how many processes share its limits while Redis, which counts for all, is away."""
    worker.wsgi.extensions["gazette"].counts.share_among(worker.cfg.workers)
    # What is loaded now stays for good: looking through it for garbage again and again would hold up requests.
    gc.collect()
    gc.freeze()
