"""Which hosts belong to one site. Pure."""

from typing import Final

# Below these, as below `co.uk`, everybody may have a name; what they have there is theirs alone.
_SECOND_LEVELS: Final = frozenset(
    {"co", "com", "org", "net", "gov", "gob", "gouv", "ac", "edu", "or", "ne", "go", "asn", "nom", "gv"}
)
_SHARED: Final = frozenset(
    {
        *(
            "wordpress.com",
            "blogspot.com",
            "substack.com",
            "medium.com",
            "ghost.io",
            "github.io",
            "gitlab.io",
            "netlify.app",
        ),
        *("wixsite.com", "wixstudio.com", "squarespace.com", "webflow.io", "jimdofree.com", "weebly.com", "tumblr.com"),
        *("vercel.app", "pages.dev", "beehiiv.com", "typepad.com", "livejournal.com", "over-blog.com", "uber.space"),
    }
)
# Parts of a site where there are no articles.
_SERVICES: Final = frozenset(
    {
        *(
            "abo",
            "abos",
            "account",
            "accounts",
            "ads",
            "anmeldung",
            "auth",
            "epaper",
            "help",
            "hilfe",
            "jobs",
            "karriere",
            "login",
        ),
        *(
            "mail",
            "mediadaten",
            "mein",
            "meine",
            "my",
            "secure",
            "search",
            "shop",
            "signup",
            "sso",
            "suche",
            "store",
            "subscribe",
            "support",
            "stellenmarkt",
        ),
    }
)
_COUNTRY: Final = 2


def same_site(host: str, page_host: str) -> bool:
    """Whether links of a page lead to the same site: another host of it may do, but not its shop or its login."""
    labels = host.lower().split(".")
    return site_of_host(host) == site_of_host(page_host) and not _SERVICES.intersection(labels[:-2])


def site_of_host(host: str) -> str:
    """The part of a host name that is one owner's: `bbc.co.uk` of `www.bbc.co.uk`."""
    labels = host.lower().rstrip(".").split(".")
    if labels[-1].isdecimal() or ":" in host:
        return host  # an address in numbers
    is_second = len(labels) > _COUNTRY and len(labels[-1]) == _COUNTRY and labels[-2] in _SECOND_LEVELS
    kept = 3 if is_second or ".".join(labels[-2:]) in _SHARED else 2
    return ".".join(labels[-kept:])
