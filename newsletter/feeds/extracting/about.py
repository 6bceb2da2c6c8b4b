"""What a page says about its article: author, date, picture, language, site; its own words before guesses."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from urllib.parse import urlsplit

from newsletter.feeds.extracting import images
from newsletter.feeds.extracting.bylines import byline
from newsletter.feeds.extracting.instants import instant, searched
from newsletter.feeds.extracting.languages import language_of
from newsletter.feeds.extracting.linked_data import LinkedData, linked_data, text_of
from newsletter.feeds.extracting.markup import Element, base_of, links_of, metas, words_of
from newsletter.feeds.extracting.titles import headline
from newsletter.feeds.identity import canonical_link, without_tracking
from newsletter.feeds.sanitizing import absolute, line

_DATES: Final = (
    *("article:published_time", "og:article:published_time", "og:published_time", "datepublished", "parsely-pub-date"),
    *(
        "sailthru.date",
        "article.published",
        "publishdate",
        "publish-date",
        "pubdate",
        "publication_date",
        "cxenseparse:recs:publishtime",
    ),
    *(
        "dc.date.issued",
        "dcterms.issued",
        "dcterms.created",
        "dc.date",
        "dcterms.date",
        "originalpublicationdate",
        "date",
    ),
)
_AUTHORS: Final = (
    "author",
    "article:author",
    "og:article:author",
    "byl",
    "parsely-author",
    "sailthru.author",
    "dc.creator",
    "dcterms.creator",
    "cxenseparse:author",
)
_BYLINES: Final = (
    '//*[@itemprop="author"]//*[@itemprop="name"]',
    '//*[@itemprop="author"]',
    '//a[@rel="author"]',
    '//*[contains(concat(" ", normalize-space(@class), " "), " byline ")]',
    '//*[contains(@class, "author-name") or contains(@class, "author__name") or contains(@class, "byline__name")]',
    '//*[contains(concat(" ", normalize-space(@class), " "), " author ")]',
    '//*[contains(@class, "byline") or contains(@id, "byline")]',
)
_LONGEST_BYLINE: Final = 150
_MOST_BYLINES: Final = 6


@dataclass(frozen=True, slots=True)
class About:
    """All but the text; what is unknown is empty."""

    url: str
    title: str
    author: str
    published_at: datetime | None
    image_url: str
    image_alt: str
    language: str
    site_name: str
    is_article: bool  # the page itself says so
    whole_text: str  # the article's text, where the page has it in its data


def about(tree: Element, url: str) -> About:
    """Everything but the text of the article on a page found at `url`, which may be empty."""
    said, data = metas(tree), linked_data(tree)
    own_url = _own_url(tree, said, url)
    site = site_name_of(said, data)
    picture = images.picture_of(tree, said, data, base_of(tree, own_url))
    return About(
        url=own_url,
        title=headline(tree, said, data, site, own_url),
        author=_author(tree, said, data, site),
        published_at=_published(tree, said, data, own_url),
        image_url=picture.url,
        image_alt=picture.alt,
        language=language_of(tree, said, text_of(data.article.get("inLanguage"))),
        site_name=site,
        is_article=bool(data.article) or said.get("og:type", "").lower() == "article",
        whole_text=_whole_text(data),
    )


def site_name_of(said: dict[str, str], data: LinkedData) -> str:
    """The name of the site, as it calls itself."""
    names = (said.get("og:site_name"), text_of(data.publisher.get("name")), said.get("application-name"))
    return next((line(name).lstrip("@") for name in names if name), "")


def _own_url(tree: Element, said: dict[str, str], url: str) -> str:
    """The address by which the site itself calls the page, unless that is another site's or its front page."""
    base = base_of(tree, url)
    named = [absolute(link.get("href"), base) for words, link in links_of(tree) if "canonical" in words]
    for own in [*named, absolute(said.get("og:url"), base)]:
        if own and (not url or _host(own) == _host(url)) and "/" in canonical_link(own):
            return without_tracking(own)
    return without_tracking(url) if absolute(url, "") else ""


def _host(url: str) -> str:
    labels = (urlsplit(url).hostname or "").split(".")
    return ".".join(label for label in labels if label not in {"www", "amp", "m", "mobile"})


def _author(tree: Element, said: dict[str, str], data: LinkedData, site: str) -> str:
    """Who wrote it: from its data, else its meta elements, else its byline."""
    first = data.names(data.article.get("author")) or data.names(data.article.get("creator"))
    for candidates in (first, [said[name] for name in _AUTHORS if name in said][:1]):
        if found := byline(candidates, site):
            return found
    return next((found for path in _BYLINES if (found := byline(_shown(tree, path), site))), "")


def _shown(tree: Element, path: str) -> list[str]:
    """The words of the first bylines at a place; what is longer is none."""
    words = (words_of(each) for each in tree.xpath(path)[:_MOST_BYLINES])
    return [each for each in words if 0 < len(each) <= _LONGEST_BYLINE]


def _published(tree: Element, said: dict[str, str], data: LinkedData, url: str) -> datetime | None:
    given = [text_of(data.article.get(name)) for name in ("datePublished", "dateCreated")]
    given.extend(said.get(name, "") for name in _DATES)
    times = [each.get("datetime") or "" for each in tree.xpath("(//time[@pubdate or @itemprop='datePublished'])[1]")]
    return next((at for value in [*given, *times] if value and (at := instant(value))), None) or searched(tree, url)


def _whole_text(data: LinkedData) -> str:
    body = data.article.get("articleBody")
    return body if isinstance(body, str) else ""
