"""What `./run test` takes of a full matrix; the rest is marked `matrix` and left to CI."""

from typing import Final

import pytest

_KINDS: Final = ("sqlite", "postgresql")

WINDOWS: Final = pytest.mark.parametrize(
    ("width", "scheme"),
    [
        (1440, "light"),
        (320, "dark"),
        pytest.param(390, "dark", marks=pytest.mark.matrix),
        pytest.param(320, "light", marks=pytest.mark.matrix),
    ],
)
"""Widths and colour schemes in which a page is looked at."""


def sampled_on(kind: str) -> pytest.MarkDecorator:
    """A long test that runs on this kind of database, and in CI on the other one too."""
    (other,) = {*_KINDS} - {kind}
    kinds = [kind, pytest.param(other, marks=pytest.mark.matrix)]
    return pytest.mark.parametrize("database_url", kinds, indirect=True)
