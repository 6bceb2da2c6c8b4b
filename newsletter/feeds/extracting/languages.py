"""The language that a page says it is in."""

import re
from typing import Final

from newsletter.feeds.extracting.markup import Element

_TAG: Final = re.compile(r"([a-z]{2,3})(?:[-_]([a-z]{4}))?(?:[-_]([a-z]{2}|\d{3}))?(?![a-z])", re.IGNORECASE)


def language_of(tree: Element, said: dict[str, str], in_data: str = "") -> str:
    """The language as a tag like `de` or `en-GB`; empty where the page names none."""
    root = (tree.get("lang"), tree.get("xml:lang"), tree.get("{http://www.w3.org/XML/1998/namespace}lang"))
    named = (
        *root,
        in_data,
        said.get("og:locale"),
        said.get("content-language"),
        said.get("language"),
        said.get("dc.language"),
    )
    return next((tag for name in named if name and (tag := language_tag(name))), "")


def language_tag(name: str) -> str:
    """A language as sites write it, `en_US` or `EN-us`, as a tag like `en-US`; empty where it is none."""
    found = _TAG.match(name.strip())
    if found is None:
        return ""
    language, script, region = found.groups()
    return "-".join(part for part in (language.lower(), (script or "").title(), (region or "").upper()) if part)
