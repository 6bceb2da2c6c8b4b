"""The files that a command is given by name."""

import os
import re
import stat
from pathlib import Path
from typing import Final

from newsletter.errors import GazetteError

_LARGEST: Final = 50_000_000  # bytes; from the web no more than 5 MB are taken
_OTHER_SCHEME: Final = re.compile(r"[a-z][a-z0-9+.-]+://", re.IGNORECASE)


def shown(place: str) -> str:
    """The name as it can be written anywhere, whatever bytes it is made of."""
    return os.fsencode(place).decode("utf-8", "replace")


def is_web_address(place: str) -> bool:
    """Whether this is to be fetched, and is no file."""
    return place.lower().startswith(("http://", "https://"))


def content_of(place: str) -> bytes:
    """What is in a file. Raises GazetteError where it is none, is larger than 50 MB, or cannot be read."""
    try:
        found = Path(place).stat() if place else None
        if found is None:
            raise GazetteError("This is an empty name. Name a file, or an address on the web.")
        if stat.S_ISDIR(found.st_mode):
            raise GazetteError("This is a folder. Name the files in it.")
        if not stat.S_ISREG(found.st_mode):  # a pipe may never end, or never begin
            raise GazetteError("This is no file but a device or the like, and is not read.")
        if found.st_size > _LARGEST:
            raise GazetteError(f"The file is larger than {_LARGEST // 1_000_000} MB, too large for a feed or a page.")
        return Path(place).read_bytes()
    except OSError as error:
        if _OTHER_SCHEME.match(place):
            raise GazetteError("This is neither a file nor an address that begins with http:// or https://.") from None
        reason = error.strerror or "an unknown error"
        raise GazetteError(f"The file cannot be read: {reason}. Check its name.") from None
    except ValueError:
        raise GazetteError("This is no name of a file. Check it.") from None
