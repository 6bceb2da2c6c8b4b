"""Editions: sorting readers in, and writing out deliveries."""

from newsletter.editions import fanout, sorting
from tasks.celery import app
from tasks.worker import services


@app.task  # type: ignore[untyped-decorator]  # Celery ships no types
def fan_out(edition_id: int) -> None:
    """Write the deliveries of an edition."""
    fanout.fan_out(services().database, services().clock, edition_id)


@app.task  # type: ignore[untyped-decorator]  # Celery ships no types
def sort_in() -> None:
    """Sort readers in who have changed something."""
    sorting.sort_all(services().database, services().clock)
