"""The article on a web page: its text, and all that the page says about it."""

from typing import Final

from newsletter.feeds.extracting.about import about
from newsletter.feeds.extracting.body import main_text
from newsletter.feeds.extracting.found import ExtractedPage, PageError
from newsletter.feeds.extracting.images import is_ornament
from newsletter.feeds.extracting.markup import base_of, tree_of
from newsletter.feeds.pictures.lookup import FoundPicture, first_in
from newsletter.feeds.sanitizing import absolute

# A page that does not call itself an article must have at least so many letters of text to be one.
_SHORTEST_TEXT: Final = 140


def extract(content: bytes, content_type: str | None, url: str) -> ExtractedPage:
    """Read the article on a page found at `url`, which may be empty; raises PageError with what is wrong."""
    tree, url = tree_of(content, content_type), absolute(url, "")
    said = about(tree, url)
    base = base_of(tree, url or said.url)
    body = main_text(tree, base, title=said.title, author=said.author, whole_text=said.whole_text)
    if not body.text or (len(body.text) < _SHORTEST_TEXT and not said.is_article):
        raise PageError("There is no article on this page: it has no text, or shows it only with scripts.")
    picture = FoundPicture(said.image_url, said.image_alt)
    if not picture.url:
        first = first_in(body.html)
        picture = FoundPicture("", "") if is_ornament(first.url) else first
    return ExtractedPage(
        url=said.url,
        title=said.title,
        author=said.author,
        published_at=said.published_at,
        image_url=picture.url,
        image_alt=picture.alt,
        text=body.text,
        html=body.html,
        language=said.language,
        site_name=said.site_name,
    )
