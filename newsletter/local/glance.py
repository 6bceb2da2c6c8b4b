"""Whether the database has the newest form and is ours, seen without loading SQLAlchemy and Alembic.

Both take longer to load than the pages may take to appear. So this looks into the default database,
an SQLite file, with the standard library; for any other it does not know, and the slow way is gone.
"""

import re
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Final
from urllib.parse import quote

from config.settings import Settings

_VERSIONS: Final = Path(__file__).parent.parent / "migrations" / "versions"
_NAME: Final = re.compile(r"^(revision|down_revision)\b[^=\n]*=\s*(?:\"([^\"]+)\"|None)", re.MULTILINE)


def is_surely_current(settings: Settings) -> bool:
    """Whether the default database is there in the newest form; False also means "not known"."""
    if settings.database_url.get_secret_value():
        return False
    path = settings.data_dir / "gazette.sqlite3"
    if not path.exists():
        return False
    try:
        with closing(sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True)) as connection:
            rows = connection.execute("SELECT version_num FROM alembic_version").fetchall()
            addresses = connection.execute("SELECT public_url FROM installation").fetchall()
    except sqlite3.Error:
        return False
    # Under another address its newsletters may have to be stopped before anybody sends.
    return {row[0] for row in rows} == heads(_VERSIONS) and addresses == [(settings.base_url,)]


def heads(versions: Path) -> set[str]:
    """The newest migrations of a folder: those that no other one builds upon."""
    found: dict[str, set[str]] = {"revision": set(), "down_revision": set()}
    for path in versions.glob("*.py"):
        for kind, name in _NAME.findall(path.read_text(encoding="utf-8")):
            found[kind].add(name)
    return found["revision"] - found["down_revision"]
