"""Random readers, articles and clocks against the naive count of what each is due, for as long as you like.

    .venv/bin/python benchmarks/every_reader_once.py [--minutes 10] [--database URL] [--seed 1]

The same machine as in the tests, with other numbers each round. It prints how far it has come, and ends with an error
and the steps that lead there when somebody got something else than what was due.
"""

import argparse
import random
import sys
import tempfile
import time
from pathlib import Path

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

sys.path.insert(0, str(Path(__file__).parent.parent))

from config import defaults
from newsletter.database import Database
from newsletter.jobs import announce_nothing
from newsletter.migrations import migrate
from newsletter.migrations.tables import METADATA
from tests.newsroom_at_play import MAXIMUM, Newsroom

STEPS = 40


def main() -> None:
    """Run rounds until the time is over."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument(
        "--database", help="an empty PostgreSQL database of your own; else SQLite in a folder of its own"
    )
    parser.add_argument("--seed", type=int, help="of the first round, to see one again")
    arguments = parser.parse_args()
    defaults.MAXIMUM_ARTICLES.update(dict.fromkeys(defaults.MAXIMUM_ARTICLES, MAXIMUM))
    number = random.randrange(1_000_000) if arguments.seed is None else arguments.seed
    ends_at = time.monotonic() + arguments.minutes * 60
    rounds = 0
    with tempfile.TemporaryDirectory() as folder:
        url = arguments.database or f"sqlite:///{Path(folder) / 'gazette.sqlite3'}"
        database = Database(url, announce_nothing)
        migrate(database.engine)
        while time.monotonic() < ends_at:
            play(url, number + rounds)
            rounds += 1
            print(f"{rounds * 20:,} newsrooms of {STEPS} steps; the last seed was {number + rounds - 1}", flush=True)


def play(url: str, number: int) -> None:
    """Twenty newsrooms with the numbers that follow from a seed."""

    def fresh() -> Database:
        database = Database(url, announce_nothing)
        with database.engine.begin() as connection:
            for table in reversed(METADATA.sorted_tables):
                connection.execute(table.delete())
        return database

    machine = seed(number)(Newsroom)
    run_state_machine_as_test(
        lambda: machine(fresh),
        settings=settings(
            max_examples=20,
            stateful_step_count=STEPS,
            database=None,
            phases=(Phase.generate,),
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


if __name__ == "__main__":
    main()
