"""Which column holds what: guessed from the product, changed by people. Pure."""

from collections.abc import Mapping, Sequence
from typing import Final

from newsletter.errors import RefusedError
from newsletter.subscriptions.importing.fields import Field
from newsletter.subscriptions.importing.products import CSV, Product
from newsletter.subscriptions.importing.values import looks_like_address

_NO_ADDRESS: Final = "No column of this file is known to hold mail addresses. Say which one does"


def guessed(product: Product, columns: Sequence[str], sample: Sequence[Sequence[str]]) -> dict[str, Field]:
    """What each column holds, as far as it is known; of two columns for the same thing the first counts.

    `sample` holds the first rows: where no name tells the addresses, the column that is full of them does.
    """
    known = product.fields if product is CSV else CSV.fields | product.fields
    found: dict[str, Field] = {}
    for fields in (product.fields, known):
        for column in columns:
            field = fields.get(column.casefold())
            if field is not None and column not in found and field not in found.values():
                found[column] = field
        if product is not CSV and Field.ADDRESS in found.values():
            break  # the product knows its own columns; names of others would only mislead
    if Field.ADDRESS not in found.values():
        found |= _by_sample(columns, sample)
    return found


def changed(
    mapping: Mapping[str, Field], columns: Sequence[str], wishes: Mapping[str, str], *, how: str
) -> dict[str, Field]:
    """A mapping as a person wants it: column → name of a field. `how` says where columns are named.

    Raises RefusedError for columns and fields that there are none of, for a field that two columns claim, and where
    no column holds addresses.
    """
    folded = {column.casefold(): column for column in columns}
    wanted: dict[str, Field] = {}
    for column, name in wishes.items():
        if column.casefold() not in folded:
            raise RefusedError(f"The file has no column “{column}”. It has: {', '.join(columns)}.")
        if name not in set(Field):
            raise RefusedError(f"“{name}” is nothing that a column can hold. Choose one of: {', '.join(Field)}.")
        wanted[folded[column.casefold()]] = Field(name)
    _refuse_twice(wanted)
    claimed = set(wanted.values())
    kept = {column: field for column, field in mapping.items() if column not in wanted and field not in claimed}
    both: dict[str, Field] = {**kept, **wanted}
    made: dict[str, Field] = {column: field for column, field in both.items() if field != Field.NOTHING}
    if Field.ADDRESS not in made.values():
        raise RefusedError(f"{_NO_ADDRESS} {how}. It has: {', '.join(columns)}.")
    return made


def _refuse_twice(wanted: Mapping[str, Field]) -> None:
    taken: dict[Field, str] = {}
    for column, field in wanted.items():
        if field is Field.NOTHING:
            continue
        if field in taken:
            raise RefusedError(
                f"Both “{taken[field]}” and “{column}” are named as {field}. Choose one of them. Nothing was changed."
            )
        taken[field] = column


def _by_sample(columns: Sequence[str], sample: Sequence[Sequence[str]]) -> dict[str, Field]:
    """The column in which most of the first rows have an address."""
    counts = [sum(looks_like_address(row[at]) for row in sample if at < len(row)) for at in range(len(columns))]
    best = max(range(len(columns)), key=lambda at: counts[at], default=None)
    return {} if best is None or not counts[best] else {columns[best]: Field.ADDRESS}
