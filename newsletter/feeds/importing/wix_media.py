"""Where the pictures lie that a Wix export names."""

import re
from typing import Final

from newsletter.feeds.sanitizing import absolute

_STORE: Final = "https://static.wixstatic.com/media/"
# wix:image://v1/<media>/<name>#originWidth=1200&originHeight=800
_WIX: Final = re.compile(r"wix:(?:image|document|vector)://v1/([^/#?\s]+)")
_NAME: Final = re.compile(r"[\w~.-]+\.\w{2,5}")  # 11062b_8e5a~mv2.jpg


def media_address(named: str) -> str:
    """The address of what Wix names by its own scheme, by a bare name or by an address; empty where it is none."""
    named = named.strip()
    found = _WIX.match(named)
    if found:
        return _STORE + found[1]
    if named.startswith("//"):
        return absolute(f"https:{named}", "")
    return _STORE + named if _NAME.fullmatch(named) else absolute(named, "")
