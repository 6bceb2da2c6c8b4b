"""What several tests of this room ask for."""

import pytest

from newsletter.wiring import Services
from tests.imports import a_house


@pytest.fixture
def house(parts: Services) -> Services:
    """An installation with one live newsletter, The Proof, and one editor."""
    a_house(parts)
    return parts
