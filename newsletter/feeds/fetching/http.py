"""Fetching over HTTP: what the site answers is a value, and nothing it answers costs much."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Final, TypeVar
from urllib.parse import urlencode

import httpcore
import httpx

from newsletter.errors import GazetteError
from newsletter.feeds.fetching import freshness, sentences
from newsletter.feeds.fetching.bodies import read_body
from newsletter.feeds.fetching.connections import CheckedTransport, Deadline
from newsletter.feeds.fetching.fetcher import (
    LONGEST_URL,
    Fetched,
    FetchOutcome,
    Taken,
    Unchanged,
    Unreachable,
    Wanted,
    check_url,
)
from newsletter.feeds.fetching.link_headers import links_of
from newsletter.feeds.fetching.network import WEB_PORTS, AddressCheck
from newsletter.feeds.fetching.resolving import Resolve, system_resolve
from newsletter.feeds.fetching.unpacking import ENCODINGS

T = TypeVar("T")

TOTAL_SECONDS: Final = 10.0
_STEP_SECONDS: Final = 3.0  # to connect, to the first byte, and between bytes
_TIMEOUT: Final = dict.fromkeys(("connect", "read", "write", "pool"), _STEP_SECONDS)
_MOST_REDIRECTS: Final = 5
_ACCEPT: Final = {
    Wanted.FEED: "application/rss+xml, application/atom+xml, application/feed+json, application/rdf+xml, "
    "application/xml;q=0.9, text/xml;q=0.9, application/json;q=0.8, */*;q=0.5",
    Wanted.PAGE: "text/html, application/xhtml+xml, application/xml;q=0.9, */*;q=0.5",
    Wanted.PICTURE: "image/jpeg, image/png, image/webp;q=0.9, image/gif;q=0.9, image/avif;q=0.8, */*;q=0.5",
}
_FOREVER: Final = frozenset({301, 308})
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_OK, _NOT_MODIFIED, _GONE = 200, 304, 410


@dataclass(frozen=True, slots=True)
class _Asking:
    """What all requests of one fetch have in common."""

    wanted: Wanted
    headers: dict[str, str]
    deadline: Deadline
    is_past_caches: bool

    @property
    def is_conditional(self) -> bool:
        return "If-None-Match" in self.headers or "If-Modified-Since" in self.headers


class HttpFetcher:
    """Fetches over HTTP with the address check; `allow` names networks beyond the public internet.

    Threads may share one: it keeps nothing between two requests, no cookie and no connection.
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
        self._headers = {"User-Agent": user_agent, "Accept-Encoding": ENCODINGS, "Connection": "close"}
        # Not through httpx.Client: it has a cookie jar, and proxies that would connect in our place, unchecked.
        self._transport = CheckedTransport(AddressCheck(allow, ports=ports), resolve)

    def fetch(
        self,
        url: str,
        *,
        etag: str | None = None,
        last_modified: str | None = None,
        wanted: Wanted = Wanted.FEED,
        past_caches: bool = False,
    ) -> FetchOutcome:
        """See FeedFetcher."""
        marks = freshness.HEADERS if past_caches else _marks(etag, last_modified)
        deadline = Deadline(self._total_seconds)
        asking = _Asking(wanted, {**self._headers, "Accept": _ACCEPT[wanted], **marks}, deadline, past_caches)
        return _or_unreachable(url, lambda: self._follow(url, asking))

    def post(self, url: str, form: Mapping[str, str]) -> Taken | Unreachable:
        """See FeedFetcher."""
        body = urlencode(form).encode()
        headers = {**self._headers, "Content-Type": "application/x-www-form-urlencoded"}
        extensions = {"deadline": Deadline(self._total_seconds), "timeout": _TIMEOUT}

        def send() -> Taken | Unreachable:
            check_url(url)
            request = httpx.Request("POST", url, headers=headers, content=body, extensions=extensions)
            answer = self._transport.handle_request(request)
            answer.close()
            if answer.is_success:
                return Taken()
            return Unreachable(f"{sentences.host_of(url)} answered with {answer.status_code}.")

        return _or_unreachable(url, send)

    def _follow(self, url: str, asking: _Asking) -> FetchOutcome:
        moved_to: str | None = None
        is_forever = True
        for _hop in range(_MOST_REDIRECTS + 1):
            check_url(url, asking.wanted)
            answer = self._ask(url, asking)
            try:
                if answer.status_code not in _REDIRECTS or "location" not in answer.headers:
                    return _outcome(answer, url, moved_to, asking)
                target = str(httpx.URL(url).join(answer.headers["location"]).copy_with(fragment=None))
            finally:
                answer.close()
            is_forever = is_forever and answer.status_code in _FOREVER and not _is_downgrade(url, target)
            url = target
            moved_to = url if is_forever else moved_to
        return sentences.without_end(asking.wanted)

    def _ask(self, url: str, asking: _Asking) -> httpx.Response:
        """The answer of one address, its body unread. Past caches, the address itself is the second choice."""
        if asking.is_past_caches:
            answer = self._send(freshness.unseen(url), asking)
            if answer.status_code == _OK:
                return answer
            answer.close()
        return self._send(url, asking)

    def _send(self, url: str, asking: _Asking) -> httpx.Response:
        extensions = {"deadline": asking.deadline, "timeout": _TIMEOUT}
        return self._transport.handle_request(httpx.Request("GET", url, headers=asking.headers, extensions=extensions))


def _or_unreachable(url: str, act: Callable[[], T]) -> T | Unreachable:
    """What an act over the network brings, or what kept it from bringing anything, as a sentence."""
    try:
        return act()
    except GazetteError as error:
        return Unreachable(str(error))
    except (httpx.TimeoutException, httpcore.TimeoutException):
        return Unreachable(f"{sentences.host_of(url)} did not answer in time.")
    except (httpx.TransportError, httpcore.ConnectError) as error:
        return Unreachable(sentences.connection_sentence(url, error))
    except (httpcore.NetworkError, httpcore.ProtocolError):
        return Unreachable(f"{sentences.host_of(url)} broke off its answer.")
    except (httpx.InvalidURL, UnicodeError, ValueError):
        return Unreachable("This is not a web address; write it like https://news.example.org/feed.xml.")


def _outcome(answer: httpx.Response, url: str, moved_to: str | None, asking: _Asking) -> FetchOutcome:
    status, headers, wanted = answer.status_code, answer.headers, asking.wanted
    if status == _NOT_MODIFIED and asking.is_conditional:
        return Unchanged(moved_to)
    if status == _GONE:
        return sentences.gone(url, wanted)
    if status != _OK:
        return Unreachable(sentences.status_sentence(url, status, wanted), headers.get("retry-after"))
    return Fetched(
        content=read_body(answer.iter_raw(), headers.get("content-encoding", ""), wanted),
        content_type=headers.get("content-type"),
        url=url,
        etag=headers.get("etag"),
        last_modified=headers.get("last-modified"),
        moved_to=moved_to,
        links=links_of(headers.get_list("link"), url),
    )


def _marks(etag: str | None, last_modified: str | None) -> dict[str, str]:
    marks = {"If-None-Match": etag, "If-Modified-Since": last_modified}
    return {name: value for name, value in marks.items() if value and _is_sendable(value)}


def _is_sendable(mark: str) -> bool:
    """Whether a mark may be sent back; some servers put into it what no request can carry."""
    return mark.isascii() and mark.isprintable() and len(mark) < LONGEST_URL


def _is_downgrade(url: str, target: str) -> bool:
    return url.startswith("https:") and not target.startswith("https:")
