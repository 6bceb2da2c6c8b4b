"""An installation that is started with `./run`, and is gone after the test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.installation import Installation


@pytest.fixture
def house(tmp_path: Path) -> Iterator[Installation]:
    made = Installation(tmp_path)
    try:
        yield made
    except BaseException:
        print(made.shown(), made.logs())  # noqa: T201 - shown with a failing test
        raise
    finally:
        if made.process is not None and made.process.poll() is None:
            made.process.terminate()
            made.process.wait(15)
