"""Editions: sorting readers in, writing out deliveries, and merging what has become alike."""

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


@app.task  # type: ignore[untyped-decorator]  # Celery ships no types
def merge_groups(newsletter_id: int) -> None:
    """Bring readers together whose groups have become alike."""
    sorting.merge_all(services().database, newsletter_id)
