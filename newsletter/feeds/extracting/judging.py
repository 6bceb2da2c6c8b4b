"""What an address, a place on a page and the words of a link say for its leading to an article. Pure."""

import re
from typing import Final
from urllib.parse import unquote, urlsplit

from newsletter.feeds.extracting.markup import Element

HEADINGS: Final = frozenset({"h1", "h2", "h3", "h4", "h5"})
SHORTEST_TITLE: Final = 8
_WORDS_OF_A_HEADLINE: Final = 4
_LONG_NAME: Final = 12  # letters; the names of sections are shorter
_LONG_WITHOUT_SPACES: Final = 30  # bytes, in scripts that put none between words
_LEVELS_UP: Final = 12
_LEVELS_OF_NAMES: Final = 8  # further out stand the names of whole pages
_LEVELS_OF_TEASERS: Final = 3
_MOST_FOR_PLACE: Final = 4

_ASIDE: Final = frozenset({"nav", "footer", "aside", "form"})
_ASIDE_ROLES: Final = frozenset({"navigation", "contentinfo", "search", "menu", "menubar", "banner", "dialog"})
_ASIDE_NAMES: Final = re.compile(
    r"(?:^|[\s_-])(?:nav(?:bar|igation)?|menu|footer|breadcrumbs?|cookies?|consent|share|social|sponsor(?:ed)?|advert\w*"
    r"|ads?|promo|sidebar|pagination|tags?|byline|author)(?:[\s_-]|$)",
    re.IGNORECASE,
)
_TEASER_NAMES: Final = re.compile(r"teaser|headline|story|article|post|entry|card|news|title|item-?link", re.IGNORECASE)
_NO_ARTICLE: Final = frozenset(
    {
        *("tag", "tags", "topic", "topics", "thema", "themen", "category", "categories", "kategorie", "page", "seite"),
        *("author", "authors", "autor", "autoren", "autors", "auteur", "auteurs", "by", "people", "profile", "user"),
        *("users", "account", "login", "logout", "signin", "sign-in", "register", "subscribe", "abo", "abonnement"),
        *("newsletter", "newsletters", "contact", "kontakt", "impressum", "imprint", "about", "about-us", "ueber-uns"),
        *("privacy", "datenschutz", "terms", "agb", "cookie", "cookies", "help", "faq", "jobs", "careers", "advertise"),
        *(
            "mediadaten",
            "search",
            "suche",
            "feed",
            "feeds",
            "rss",
            "sitemap",
            "cart",
            "shop",
            "store",
            "share",
            "print",
        ),
        *("wp-admin", "wp-login.php", "cdn-cgi"),
    }
)
_FILE: Final = re.compile(r"\.(?:jpe?g|png|gif|webp|svg|pdf|mp3|mp4|zip|xml|rss|json|ics|css|js)$", re.IGNORECASE)
_DATE: Final = re.compile(r"/(?:19|20)\d\d[/-]?(?:\d{1,2}|[a-z]{3})(?:[/-]|\d\d)", re.IGNORECASE)
_NUMBER: Final = re.compile(r"\d{5,}")
_WORD_BREAK: Final = re.compile(r"[-_+ ]")
_NO_TITLE: Final = re.compile(
    r"(?:read|learn|see|show|find out|continue|view|load)\b.{0,25}\b(?:more|reading|all|story|article)"
    r"|read(?: on)?|more|full story"
    r"|mehr(?: lesen| erfahren)?|weiter(?:lesen)?|weiterlesen.*|(?:\d+\s*)?(?:comments?|kommentare?|photos?|bilder)"
    r"|share|teilen|video|audio|listen|watch|en savoir plus|lire la suite|leer más|»|→",
    re.IGNORECASE,
)


def leads_elsewhere(path: str) -> bool:
    """Whether a path is one of topics, authors, logins, files and the like."""
    return not _NO_ARTICLE.isdisjoint(path.lower().split("/")) or bool(_FILE.search(path))


def worth_of_address(address: str) -> int:
    """From 0 to 6: a date, a name of several words, a number in it."""
    parts = urlsplit(address)
    path = unquote(parts.path).strip("/")
    last = path.rpartition("/")[2]
    worth = 2 if _DATE.search(f"/{path}/") else 0
    worth += 2 if len(_WORD_BREAK.split(last)) >= _WORDS_OF_A_HEADLINE else 0
    worth += 1 if parts.query or _NUMBER.search(path) else 0
    is_long = "/" in path and len(last) >= _LONG_NAME
    return worth + (1 if is_long or last.endswith((".html", ".htm")) else 0)


def worth_of_words(words: str) -> int:
    """2 for a headline, less than 0 for what is said of every article."""
    if len(words) < SHORTEST_TITLE or is_no_title(words):
        return -1
    is_long = " " not in words and len(words.encode("utf-8", "replace")) >= _LONG_WITHOUT_SPACES
    return 2 if is_long or len(words.split()) >= _WORDS_OF_A_HEADLINE else 0


def is_no_title(words: str) -> bool:
    """Whether words are those of a link that stands beside the title: "Read more"."""
    return bool(_NO_TITLE.fullmatch(words))


def worth_of_place(anchor: Element) -> int:
    """From -3 in a navigation to 6 in the heading of an article's teaser."""
    worth, around = 0, anchor
    is_in_heading = next(anchor.iter(*HEADINGS), None) is not None
    for level in range(_LEVELS_UP):
        if around is None:
            break
        is_in_heading = is_in_heading or around.tag in HEADINGS
        if is_named_aside := _is_aside(around, level):
            worth -= is_named_aside
            break
        names = _names(around)
        if around.tag in {"article", "main"}:
            worth += 2 if around.tag == "article" else 1
        elif level <= _LEVELS_OF_TEASERS and _TEASER_NAMES.search(names):
            worth += 1
        around = around.getparent()
    return min(worth, _MOST_FOR_PLACE) + (2 if is_in_heading else 0)


def heading_around(anchor: Element) -> Element | None:
    """The heading that a link is a part of, or that is a part of the link; None where there is none."""
    inner = next(anchor.iter(*HEADINGS), None)
    return inner if inner is not None else next(anchor.iterancestors(*HEADINGS), None)


def _is_aside(element: Element, level: int) -> int:
    """How much is against what stands in here: 0 where nothing is."""
    if element.tag in {"nav", "footer"} or element.get("role") in _ASIDE_ROLES:
        return 3
    is_named = (
        level <= _LEVELS_OF_NAMES and element.tag not in {"body", "html"} and _ASIDE_NAMES.search(_names(element))
    )
    return 2 if is_named or element.tag in _ASIDE else 0


def _names(element: Element) -> str:
    return f"{element.get('class') or ''} {element.get('id') or ''}"
