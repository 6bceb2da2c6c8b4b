"""Rows of a file by status, proof and source: each group gets one choice. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final

from newsletter.errors import RefusedError
from newsletter.subscriptions.importing.fields import SUPPRESSED, Status, Treatment, cautious
from newsletter.subscriptions.importing.rows import Row

MOST: Final = 60
OTHER: Final = "other sources"
_PROVEN: Final = "proven"


@dataclass(frozen=True, slots=True)
class Group:
    """What the rows of a group have in common."""

    status: Status
    has_proof: bool
    source: str

    @property
    def key(self) -> str:
        """The group as it stands in a form and with an import."""
        return key_of(self.status, self.source, has_proof=self.has_proof)

    @property
    def default(self) -> Treatment:
        """What becomes of its rows when nobody chooses."""
        return cautious(self.status, has_proof=self.has_proof)

    @property
    def may_choose(self) -> bool:
        """Whether an editor has a choice at all."""
        return self.status not in SUPPRESSED


@lru_cache(1024)
def key_of(status: Status, source: str, *, has_proof: bool) -> str:
    """The key of a group."""
    return f"{status}|{_PROVEN if has_proof else ''}|{source}"


def group_from(key: str) -> Group:
    """The group of a key that was made here."""
    status, proof, source = key.split("|", 2)
    return Group(Status(status), proof == _PROVEN, source)


def key_of_row(row: Row) -> str:
    """The key of a row's group. Proof matters for those who are subscribed alone, the source where one may choose."""
    if row.status in SUPPRESSED:
        return key_of(row.status, "", has_proof=False)
    return key_of(row.status, row.source, has_proof=row.status is Status.SUBSCRIBED and row.has_proof)


def counted_as(row: Row, known: Mapping[str, object]) -> str:
    """The key under which a row counts: its own, or where there are too many sources, that of all others."""
    key = key_of_row(row)
    if key in known or len(known) < MOST:
        return key
    return replace(group_from(key), source=OTHER).key


def chosen(groups: Mapping[str, object], wishes: Mapping[str, str]) -> dict[str, str]:
    """What becomes of each group: as wished, else as is cautious. `wishes` names groups by their keys.

    Raises RefusedError where somebody wishes for what must not be.
    """
    found: dict[str, str] = {}
    for key in groups:
        group = group_from(key)
        wish = wishes.get(key, group.default)
        if wish not in set(Treatment) or (wish == Treatment.SUPPRESS) is group.may_choose:
            raise RefusedError(
                f"Rows that are {group.status} can be one of: {', '.join(possible(group))}. Nothing was changed."
            )
        found[key] = wish
    return found


def possible(group: Group) -> list[Treatment]:
    """What may be chosen for a group; who left or bounced there is always suppressed."""
    if not group.may_choose:
        return [Treatment.SUPPRESS]
    return [Treatment.ACTIVE, Treatment.ASK, Treatment.LEAVE]


def wishes_by_status(groups: Mapping[str, object], wishes: Mapping[str, str]) -> dict[str, str]:
    """Wishes of the command line, such as subscribed=ask or proven=active, as wishes for groups.

    `proven` means those who are subscribed and whose file says when they agreed; `STATUS/SOURCE` one source alone.
    Raises RefusedError for a status that there is none of.
    """
    names = {*Status, _PROVEN}
    found: dict[str, str] = {}
    for wish, treatment in wishes.items():
        status, slash, source = wish.partition("/")
        if status not in names:
            raise RefusedError(f"“{status}” is no status of readers. There are: {', '.join([*Status, _PROVEN])}.")
        for key in groups:
            group = group_from(key)
            is_meant = group.has_proof if status == _PROVEN else group.status == status
            if is_meant and (not slash or group.source.casefold() == source.casefold()):
                found[key] = treatment
    return found
