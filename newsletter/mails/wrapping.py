"""Plain text in lines that fit a window of 78 columns. Pure."""

import re
import textwrap
from typing import Final

_WIDTH: Final = 76
# Letters for private use, as those of slots: what stands between them becomes lines once its slots are filled.
_SLOT: Final = "\ue000"
_BEGIN: Final = "\ue002"
_END: Final = "\ue003"
_LATE: Final = re.compile(f"{_BEGIN}([^{_END}]*){_END}")


def wrapped(text: str) -> str:
    """A paragraph in lines; a long address stays whole, so that it can be clicked."""
    return textwrap.fill(" ".join(text.split()), _WIDTH, break_long_words=False, break_on_hyphens=False)


def wrapped_or_marked(text: str) -> str:
    """A paragraph in lines; one with slots is marked, and becomes lines in `wrapped_late`."""
    return f"{_BEGIN}{text}{_END}" if _SLOT in text else wrapped(text)


def wrapped_late(text: str) -> str:
    """A text with its slots filled: the paragraphs that had any become lines."""
    return _LATE.sub(lambda found: wrapped(found[1]), text)


def underlined(text: str) -> str:
    """A heading with a line below it, as long as its last line."""
    lines = wrapped(text)
    return f"{lines}\n{'-' * min(len(lines.splitlines()[-1]), _WIDTH)}"


def tidied(text: str) -> str:
    """A text without spaces at the ends of lines and without more than one empty line in a row."""
    trimmed = "\n".join(line.rstrip() for line in text.splitlines())
    return re.sub(r"\n{3,}", "\n\n", trimmed).strip("\n") + "\n"
