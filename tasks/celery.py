"""The Celery application: `celery -A tasks.celery worker` and `… beat` start here."""

import sys

from celery import Celery

from config.settings import SettingsError, read_settings
from tasks.broker import make_celery


def _from_environment() -> Celery:
    try:
        return make_celery(read_settings())
    except SettingsError as error:
        sys.stderr.write(f"{error}\n")
        raise SystemExit(1) from None


app = _from_environment()
