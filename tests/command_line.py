"""The `gazette` command on an installation with one newsletter, The Proof."""

from dataclasses import dataclass

from click.testing import CliRunner

from newsletter.commands import gazette
from newsletter.database import Database
from newsletter.errors import GazetteError
from tests.data import a_newsletter


@dataclass(frozen=True)
class Ended:
    """What a command printed, and how it ended."""

    code: int
    out: str
    err: str


class CommandLine:
    """Runs commands and looks into the database behind them."""

    def __init__(self, database: Database) -> None:
        self.database = database
        with database.write() as session:
            self.newsletter_id = a_newsletter(session).id

    def run(self, *arguments: str, typed: str = "") -> Ended:
        """Run a command as `main` does: what people are told of a failure stands in `err`."""
        result = CliRunner().invoke(gazette, list(arguments), input=typed)
        if isinstance(result.exception, GazetteError):
            return Ended(1, result.stdout, f"{result.stderr}{result.exception}\n")
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        return Ended(result.exit_code, result.stdout, result.stderr)
