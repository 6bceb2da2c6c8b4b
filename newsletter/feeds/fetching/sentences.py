"""What people are told when a site gives nothing: what happened, and what to do."""

from typing import Final
from urllib.parse import urlsplit

from newsletter.feeds.fetching.fetcher import Gone, Unreachable, Wanted

_TOO_MANY: Final = 429
_NOT_LET: Final = {
    Wanted.FEED: "Ask the site to allow Gazette, or for an open feed.",
    Wanted.PAGE: "Ask the site to allow Gazette.",
    Wanted.PICTURE: "Ask the site to allow Gazette, or use another picture.",
}
_NOT_FOUND: Final = {
    Wanted.FEED: "Check the address; the feed may have moved.",
    Wanted.PAGE: "Check the address; the page may have moved.",
    Wanted.PICTURE: "Use another picture.",
}
_GONE: Final = {
    Wanted.FEED: "says that this feed has ended (410). Remove it, or connect the one that replaces it.",
    Wanted.PAGE: "says that this page has been removed (410).",
    Wanted.PICTURE: "says that this picture has been removed (410). Use another picture.",
}


def host_of(url: str) -> str:
    """The name of a site as sentences begin with it."""
    try:
        return urlsplit(url).hostname or "The address"
    except ValueError:
        return "The address"


def gone(url: str, wanted: Wanted) -> Gone:
    """The site says that it is over."""
    return Gone(f"{host_of(url)} {_GONE[wanted]}")


def status_sentence(url: str, status: int, wanted: Wanted) -> str:
    """What a status means that brings no content."""
    host = host_of(url)
    if status in {401, 403}:
        return f"{host} does not let us read this {wanted} ({status}). {_NOT_LET[wanted]}"
    if status == 404:  # noqa: PLR2004 - everybody knows this one
        return f"{host} has no {wanted} at this address (404). {_NOT_FOUND[wanted]}"
    if status == _TOO_MANY:
        return f"{host} asks us to come back later (429)."
    if status >= 500:  # noqa: PLR2004 - the server's own errors begin here
        return f"{host} has trouble of its own ({status})."
    return f"{host} answered with {status} instead of a {wanted}. Check the address."


def connection_sentence(url: str, error: Exception) -> str:
    """Why there was no connection."""
    host = host_of(url)
    if "CERTIFICATE" in str(error).upper():
        return f"The certificate of {host} is not valid, so nothing is read from it. The site has to renew it."
    return f"{host} cannot be reached. Check the address."


def without_end(wanted: Wanted) -> Unreachable:
    """Redirects that lead nowhere."""
    own = "the feed's own address" if wanted is Wanted.FEED else "its own address"
    return Unreachable(f"The address leads from one to the next without end. Give {own}.")
