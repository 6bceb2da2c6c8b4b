"""What an editor says of an article's place: pinned, or of another weight than others."""

from datetime import datetime
from typing import Final

from newsletter.errors import RefusedError
from newsletter.feeds.articles import Article

WEIGHTS: Final = {2: "Most important", 1: "More important", 0: "Like any other", -1: "Less important"}


def rank(article: Article, *, is_pinned: bool, weight: int, now: datetime) -> None:
    """Pin an article or not, and weigh it; one that is pinned already keeps its place. Raises RefusedError."""
    if weight not in WEIGHTS:
        raise RefusedError("There is no such weight. Choose one from the list.")
    article.weight = weight
    if not is_pinned:
        article.pinned_at = None
    elif article.pinned_at is None:
        article.pinned_at = now
