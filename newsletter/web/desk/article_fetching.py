"""What the desk says of the page of an article: whether it can be fetched again, and what came of the last tries."""

from dataclasses import dataclass
from typing import Final

from newsletter.feeds.articles import Article, Standing
from newsletter.feeds.fetching_again import was_not_answered
from newsletter.feeds.own_pages import has_own_page
from newsletter.feeds.parsing.making import is_of_web
from newsletter.links import Links

_BEING_READ: Final = "Its page is being read; if the site does not answer, again after 2 and after 20 minutes."
_NOT_ANSWERED: Final = (
    "Its page could not be read in three tries, so this is all that its source says. Look at it in a browser; if it is "
    "there, press “Fetch again now”."
)


@dataclass(frozen=True, slots=True)
class Fetching:
    """The page of an article on its site."""

    is_possible: bool  # our own pages say nothing that we do not know
    says: str  # empty where there is nothing to say


def fetching_of(article: Article, slug: str, links: Links) -> Fetching:
    """How it stands with the page of an article of the newsletter with this slug. Pure."""
    if not is_of_web(article.url) or has_own_page(article, slug, links):
        return Fetching(is_possible=False, says="")
    if article.page_due_at is not None:
        return Fetching(is_possible=True, says=_BEING_READ)
    # Where it keeps the article out of the mails, that is said where the article stands.
    is_told = article.standing != Standing.NO_ARTICLE and was_not_answered(article)
    return Fetching(is_possible=True, says=f"{_NOT_ANSWERED} {article.page_trouble or ''}".strip() if is_told else "")
