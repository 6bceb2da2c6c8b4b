"""Fetching a feed over HTTP: what the site answers is a value, and nothing it answers costs much."""

from collections.abc import Collection
from typing import Final
from urllib.parse import urlsplit

import httpcore
import httpx

from newsletter.errors import GazetteError
from newsletter.feeds.fetching.bodies import read_body
from newsletter.feeds.fetching.connections import CheckedTransport, Deadline, Resolve, system_resolve
from newsletter.feeds.fetching.fetcher import (
    LONGEST_URL,
    Fetched,
    FetchOutcome,
    Gone,
    Unchanged,
    Unreachable,
    Wanted,
    check_url,
)
from newsletter.feeds.fetching.network import WEB_PORTS, AddressCheck

TOTAL_SECONDS: Final = 10.0
_STEP_SECONDS: Final = 4.0  # to connect, to the first byte, and between bytes
_MOST_REDIRECTS: Final = 5
_ACCEPT: Final = (
    "application/rss+xml, application/atom+xml, application/feed+json, application/rdf+xml, "
    "application/xml;q=0.9, text/xml;q=0.9, application/json;q=0.8, */*;q=0.5"
)
_FOREVER: Final = frozenset({301, 308})
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_OK, _NOT_MODIFIED, _NOT_FOUND, _GONE, _TOO_MANY = 200, 304, 404, 410, 429


class HttpFetcher:
    """Fetches over HTTP with the address check; `allow` names networks beyond the public internet.

    Raises GazetteError when an entry of `allow` is no network.
    """

    def __init__(
        self,
        allow: tuple[str, ...],
        user_agent: str,
        *,
        resolve: Resolve = system_resolve,
        ports: Collection[int] = WEB_PORTS,
        total_seconds: float = TOTAL_SECONDS,
    ) -> None:
        self._total_seconds = total_seconds
        self._client = httpx.Client(
            transport=CheckedTransport(AddressCheck(allow, ports=ports), resolve),
            headers={"User-Agent": user_agent, "Accept": _ACCEPT, "Accept-Encoding": "gzip, deflate"},
            timeout=_STEP_SECONDS,
            follow_redirects=False,  # each hop is looked at here
            trust_env=False,  # a proxy would connect in our place, unchecked
        )

    def fetch(
        self,
        url: str,
        *,
        etag: str | None = None,
        last_modified: str | None = None,
        wanted: Wanted = Wanted.FEED,  # noqa: ARG002 - pages and pictures are on their way
        past_caches: bool = False,  # noqa: ARG002 - likewise
    ) -> FetchOutcome:
        """See FeedFetcher."""
        marks = {"If-None-Match": etag, "If-Modified-Since": last_modified}
        headers = {name: value for name, value in marks.items() if value and _is_sendable(value)}
        try:
            return self._follow(url, headers, Deadline(self._total_seconds))
        except GazetteError as error:
            return Unreachable(str(error))
        except (httpx.TimeoutException, httpcore.TimeoutException):
            return Unreachable(f"{_host(url)} did not answer in time.")
        except (httpx.TransportError, httpcore.ConnectError) as error:
            return Unreachable(_connection_sentence(_host(url), error))
        except (httpcore.NetworkError, httpcore.ProtocolError):
            return Unreachable(f"{_host(url)} broke off its answer.")
        except (httpx.InvalidURL, UnicodeError, ValueError):
            return Unreachable("This is not a web address; write it like https://news.example.org/feed.xml.")

    def close(self) -> None:
        """Give back what the client holds."""
        self._client.close()

    def _follow(self, url: str, headers: dict[str, str], deadline: Deadline) -> FetchOutcome:
        moved_to: str | None = None
        is_forever = True
        for _hop in range(_MOST_REDIRECTS + 1):
            check_url(url)
            request = self._client.build_request("GET", url, headers=headers, extensions={"deadline": deadline})
            answer = self._client.send(request, stream=True)
            try:
                if answer.status_code not in _REDIRECTS or "location" not in answer.headers:
                    return _outcome(answer, url, moved_to, was_conditional=bool(headers))
                target = str(answer.url.join(answer.headers["location"]).copy_with(fragment=None))
                is_forever = is_forever and answer.status_code in _FOREVER and not _is_downgrade(url, target)
            finally:
                answer.close()
                self._client.cookies.clear()  # nothing is remembered of one site for another
            url = target
            moved_to = url if is_forever else moved_to
        return Unreachable("The address leads from one to the next without end. Give the feed's own address.")


def _outcome(answer: httpx.Response, url: str, moved_to: str | None, *, was_conditional: bool) -> FetchOutcome:
    host, status = _host(url), answer.status_code
    if status == _NOT_MODIFIED and was_conditional:
        return Unchanged(moved_to)
    if status == _GONE:
        return Gone(f"{host} says that this feed has ended (410). Remove it, or connect the one that replaces it.")
    if status != _OK:
        return Unreachable(_status_sentence(host, status), answer.headers.get("retry-after"))
    headers = answer.headers
    return Fetched(
        content=read_body(answer.iter_raw(), headers.get("content-encoding", "")),
        content_type=headers.get("content-type"),
        url=url,
        etag=headers.get("etag"),
        last_modified=headers.get("last-modified"),
        moved_to=moved_to,
    )


def _status_sentence(host: str, status: int) -> str:
    if status in {401, 403}:
        return f"{host} does not let us read this feed ({status}). Ask the site to allow Gazette, or for an open feed."
    if status == _NOT_FOUND:
        return f"{host} has no feed at this address (404). Check the address; the feed may have moved."
    if status == _TOO_MANY:
        return f"{host} asks us to come back later (429)."
    if status >= 500:  # noqa: PLR2004 - the server's own errors begin here
        return f"{host} has trouble of its own ({status})."
    return f"{host} answered with {status} instead of a feed. Check the address."


def _connection_sentence(host: str, error: Exception) -> str:
    if "CERTIFICATE" in str(error).upper():
        return f"The certificate of {host} is not valid, so nothing is read from it. The site has to renew it."
    return f"{host} cannot be reached. Check the address."


def _is_sendable(mark: str) -> bool:
    """Whether a mark may be sent back; some servers put into it what no request can carry."""
    return mark.isascii() and mark.isprintable() and len(mark) < LONGEST_URL


def _is_downgrade(url: str, target: str) -> bool:
    return url.startswith("https:") and not target.startswith("https:")


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or "The address"
    except ValueError:
        return "The address"
