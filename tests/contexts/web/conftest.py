"""The reader pages, for tests over HTTP."""

import pytest
from flask import Flask

from newsletter.wiring import Services
from tests.app_fixtures import flask_app
from tests.cms import Cms
from tests.reader_site import ReaderSite


@pytest.fixture
def site(app: Flask) -> ReaderSite:
    """An installation with one live newsletter of two topics, The Proof."""
    return ReaderSite(app)


@pytest.fixture
def cms(parts: Services) -> Cms:
    """A content system with a key, on SQLite and PostgreSQL in turn."""
    return Cms(flask_app(parts), parts)
