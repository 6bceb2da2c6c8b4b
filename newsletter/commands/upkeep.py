"""`gazette migrate`, `gazette status`, `gazette settings`."""

from collections.abc import Sequence

import click
from pydantic import SecretStr
from sqlalchemy import Row, func, select
from sqlalchemy.exc import DBAPIError

from config.settings import Settings, read_settings
from newsletter.catalogue.installation import in_rehearsal_again, open_under
from newsletter.clock import SystemClock
from newsletter.commands.output import answer, as_json, say, services
from newsletter.database import Database, unusable
from newsletter.delivery.deliveries import Delivery
from newsletter.delivery.relays import breaker
from newsletter.jobs import announce_nothing
from newsletter.migrations import migrate
from newsletter.subscriptions.subscribers import Subscription
from newsletter.wiring import database_url


@click.command("migrate")
def migrate_database() -> None:
    """Bring the database to the form that this version needs.

    Under another public address than before, all newsletters go into rehearsal.
    """
    settings = read_settings()
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    database = Database(database_url(settings), announce_nothing)
    try:
        migrate(database.engine)
        with database.write() as session:
            stopped = open_under(session, settings.base_url, settings.former_urls, now=SystemClock().now())
    except DBAPIError as error:
        raise unusable(error) from None
    finally:
        database.close()
    say("The database is up to date.")
    if stopped:
        say(in_rehearsal_again(stopped, settings.base_url))


@click.command()
@as_json
def status(is_json: bool) -> None:
    """Say how things stand: readers, deliveries, the relay."""
    with services() as parts, parts.database.read() as session:
        readers = _counts(session.execute(select(Subscription.state, func.count()).group_by(Subscription.state)).all())
        mails = _counts(session.execute(select(Delivery.state, func.count()).group_by(Delivery.state)).all())
        trouble = breaker(session)
        data = {"readers": readers, "deliveries": mails, "relay": trouble.trouble if trouble else None}
    if is_json:
        answer(data)
        return
    say("Readers:    " + _words(readers))
    say("Deliveries: " + _words(mails))
    say("Relay:      " + (data["relay"] if isinstance(data["relay"], str) else "takes mail"))


@click.command("settings")
@as_json
def show_settings(is_json: bool) -> None:
    """Show the settings in force; secrets are not shown."""
    shown = _shown(read_settings())
    if is_json:
        answer(shown)
        return
    for name, value in shown.items():
        say(f"{name:26} {value}")


def _shown(settings: Settings) -> dict[str, str]:
    shown = {}
    for field in Settings.model_fields:
        value = getattr(settings, field)
        if isinstance(value, SecretStr):
            value = "(set)" if value.get_secret_value() else ""
        name = "PORT" if field == "port" else f"GAZETTE_{field.upper()}"
        shown[name] = ",".join(value) if isinstance(value, tuple) else str(value)
    return shown


def _counts(rows: Sequence[Row[str, int]]) -> dict[str, int]:
    return {row[0]: row[1] for row in rows}


def _words(counts: dict[str, int]) -> str:
    return ", ".join(f"{count} {state}" for state, count in sorted(counts.items())) or "none"
