"""Whatever readers, articles, editors and the clock do: everybody gets what is due to them, once, and nothing else."""

from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from config import defaults
from newsletter.database import Database
from tests.newsroom_at_play import MAXIMUM, Newsroom

EXAMPLES = 40  # of 30 steps each; a long run of random ones: `benchmarks/every_reader_once.py`


def test_every_reader_gets_what_is_due_once(
    fresh_database: Callable[[], Database], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(defaults, "MAXIMUM_ARTICLES", dict.fromkeys(defaults.MAXIMUM_ARTICLES, MAXIMUM))
    run_state_machine_as_test(
        lambda: Newsroom(fresh_database),
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=30,
            derandomize=True,
            phases=(Phase.generate,),  # what is found is reproduced at once, and making it small takes long
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
