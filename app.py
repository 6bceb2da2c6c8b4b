"""The web door: settings → services → Flask. `gunicorn -c config/web_server.py app:app` starts here."""

import sys

from flask import Flask

from config.logging import configure_logging
from config.settings import SettingsError, read_settings
from newsletter.errors import GazetteError
from newsletter.web.application import create_app
from newsletter.wiring import build_services
from tasks.announcing import announcer
from tasks.broker import make_celery
from tasks.ringing import aside


def _from_environment() -> Flask:
    try:
        settings = read_settings()
        configure_logging(settings)
        return create_app(build_services(settings, aside(announcer(make_celery(settings)))))
    except (SettingsError, GazetteError) as error:
        sys.stderr.write(f"{error}\n")
        raise SystemExit(1) from None


app = _from_environment()
