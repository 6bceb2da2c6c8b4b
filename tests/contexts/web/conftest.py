"""The reader pages, for tests over HTTP."""

import pytest
from flask import Flask

from tests.reader_site import ReaderSite


@pytest.fixture
def site(app: Flask) -> ReaderSite:
    """An installation with one live newsletter of two topics, The Proof."""
    return ReaderSite(app)
