"""Relays on loopback that do as they are told, in the clear and encrypted."""

from collections.abc import Iterator

import pytest

from tests.smtp_script import CERTIFICATE, ScriptedRelay


@pytest.fixture
def relay() -> Iterator[ScriptedRelay]:
    """A relay that does as it is told."""
    with ScriptedRelay() as made:
        yield made


@pytest.fixture
def encrypted_relay(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[ScriptedRelay]:
    """A relay with TLS whose certificate this machine trusts, as operators make it trust their own."""
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
    with ScriptedRelay(tls=request.param) as made:
        yield made
