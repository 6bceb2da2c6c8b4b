"""What lies of a reader in files, beside the database: mails in the local inbox, and imports that wait."""

import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Final

from newsletter.subscriptions.importing.erasing import blank_in_files
from newsletter.subscriptions.privacy.forgetting import Estate
from newsletter.wiring import Services

_FOLDERS: Final = ("new", "cur", "tmp")
_HEAD: Final = 64 * 1024  # octets; whose copy a mail is stands at its very top


def estate_of(services: Services) -> Estate:
    """Everything in which this installation keeps something of readers, its files with it."""
    files = (partial(forget, services.settings.inbox_dir), partial(blank_in_files, services.imports.folder))
    return Estate(services.holdings, services.signer.digest, files)


def forget(maildir: Path, address: str) -> int:
    """Delete every mail in the local inbox whose head names this address (ASCII); how many they were.

    Doing it again, also after it was cut off in the middle, deletes what is left.
    """
    named = _naming(address)
    removed = 0
    for path in _mails(maildir):
        try:
            with path.open("rb") as file:
                is_theirs = named.search(file.read(_HEAD)) is not None
            if is_theirs:
                path.unlink()
                removed += 1
        except FileNotFoundError:
            continue  # moved by a mail reader, or emptied, since it was listed
    return removed


def _naming(address: str) -> re.Pattern[bytes]:
    """The address as a whole word: `anna@example.org` does not stand in `johanna@example.org.uk`."""
    whole = re.escape(address.encode("utf-8"))
    return re.compile(rb"(?<![\w.+%-])" + whole + rb"(?![\w-]|\.\w)", re.IGNORECASE)


def _mails(maildir: Path) -> Iterator[Path]:
    for folder in _FOLDERS:
        if (maildir / folder).is_dir():
            yield from (path for path in (maildir / folder).iterdir() if path.is_file() and not path.is_symlink())
