"""What a door answers instead of taking a sign-up, when there are too many."""

from enum import StrEnum, auto
from typing import Any

from flask.typing import ResponseReturnValue


class Door(StrEnum):
    """Where a sign-up comes in."""

    PAGE = auto()
    EMBED = auto()  # the script or the frame on another site
    PLAIN = auto()  # a form that another site wrote itself
    JSON = auto()
    IMPORT = auto()


def stopped(page: dict[str, Any], address_key: str, door: Door) -> ResponseReturnValue | None:
    """The answer instead of taking a sign-up, or None to go on."""
    return None
