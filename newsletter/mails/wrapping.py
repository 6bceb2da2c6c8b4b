"""Plain text in lines that fit a window of 78 columns. Pure."""

import re
import textwrap
from typing import Final

_WIDTH: Final = 76


def wrapped(text: str) -> str:
    """A paragraph in lines; a long address stays whole, so that it can be clicked."""
    return textwrap.fill(" ".join(text.split()), _WIDTH, break_long_words=False, break_on_hyphens=False)


def underlined(text: str) -> str:
    """A heading with a line below it, as long as its last line."""
    lines = wrapped(text)
    return f"{lines}\n{'-' * min(len(lines.splitlines()[-1]), _WIDTH)}"


def tidied(text: str) -> str:
    """A text without spaces at the ends of lines and without more than one empty line in a row."""
    trimmed = "\n".join(line.rstrip() for line in text.splitlines())
    return re.sub(r"\n{3,}", "\n\n", trimmed).strip("\n") + "\n"
