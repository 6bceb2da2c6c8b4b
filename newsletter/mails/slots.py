"""Slots: the places in a shared rendering where something personal stands. Pure."""

import re
from collections.abc import Mapping
from html import escape
from typing import Final

from newsletter.mails.content import Rendered
from newsletter.mails.wrapping import wrapped

# Letters for private use, which `cleaning.one_line` takes out of every text from outside.
_OPEN: Final = "\ue000"
_CLOSE: Final = "\ue001"
SLOT: Final = re.compile(f"{_OPEN}([a-z_]+){_CLOSE}")
"""A slot in a rendering; its group is the name."""


def slot(name: str) -> str:
    """The mark that stands for a personal value until the mail is composed."""
    return f"{_OPEN}{name}{_CLOSE}"


def filled(shared: Rendered, values: Mapping[str, str]) -> Rendered:
    """A rendering with the values of one reader in its slots.

    Every mark is looked at once, so that no value is taken for a mark. A mark without a value is a
    KeyError: such a mail must not go out.
    """
    for_text = {name: wrapped(value) for name, value in values.items()}
    for_html = {name: escape(value) for name, value in values.items()}
    return Rendered(
        subject=shared.subject,
        text=SLOT.sub(lambda found: for_text[found[1]], shared.text),
        html=SLOT.sub(lambda found: for_html[found[1]], shared.html),
    )
