"""Which functions run in child processes; no child calls anything else."""

from collections.abc import Callable
from typing import Any, Final

READERS: Final = frozenset(
    {
        "newsletter.feeds.parsing.feed:parse",
        "newsletter.feeds.extracting.page:extract",
        "newsletter.feeds.extracting.links:links_in",
        "newsletter.feeds.extracting.site:site_of",
        "newsletter.feeds.pictures.making:make_picture",
    }
)


def name_of(function: Callable[..., Any]) -> str:
    """How a function is called in the registry: its module and its name there."""
    return f"{function.__module__}:{function.__qualname__}"
