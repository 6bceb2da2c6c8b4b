"""How the file of an import is read again, at any time after it came."""

from datetime import datetime

from newsletter.subscriptions.importing.fields import Field
from newsletter.subscriptions.importing.layouts import layout_from
from newsletter.subscriptions.importing.products import product_named
from newsletter.subscriptions.importing.records import ImportRun
from newsletter.subscriptions.importing.rows import Reading


def reading_of(run: ImportRun, *, now: datetime) -> Reading:
    """How rows are read, by the product and the mapping that were chosen."""
    mapping = {column: Field(name) for column, name in run.mapping.items()}
    return Reading(product_named(run.product), layout_from(run.layout).columns, mapping, now=now)
