"""A fake at the seam FeedFetcher: sites are a table from address to answers, written down by a test."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from newsletter.feeds.fetching.fetcher import Fetched, FetchOutcome, Taken, Unchanged, Unreachable, Wanted

PROOF_FEED = "https://proof.example/feed.xml"


@dataclass(frozen=True)
class Request:
    """What a fetcher was asked for."""

    url: str
    wanted: Wanted
    past_caches: bool


@dataclass
class FakeFetcher:
    """Answers what a test wrote down; the last answer of an address stays."""

    answers: dict[str, list[FetchOutcome]] = field(default_factory=dict)
    asked: list[tuple[str, str | None, str | None]] = field(default_factory=list)
    requests: list[Request] = field(default_factory=list)
    forms: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    def fetch(
        self,
        url: str,
        *,
        etag: str | None = None,
        last_modified: str | None = None,
        wanted: Wanted = Wanted.FEED,
        past_caches: bool = False,
    ) -> FetchOutcome:
        self.asked.append((url, etag, last_modified))
        self.requests.append(Request(url, wanted, past_caches))
        answers = self.answers.get(url, [])
        if not answers:
            return Unreachable(f"There is no {wanted} at this address: {url} (404).")
        answer = answers.pop(0) if len(answers) > 1 else answers[0]
        if isinstance(answer, Fetched) and not past_caches and etag is not None and answer.etag == etag:
            return Unchanged()
        return answer

    def post(self, url: str, form: Mapping[str, str]) -> Taken | Unreachable:
        """Take what is sent to an address that answers, and note it."""
        self.forms.append((url, dict(form)))
        return Taken() if url in self.answers else Unreachable(f"{url} answered with 404.")

    def publish(self, url: str, *outcomes: FetchOutcome) -> None:
        """From now on, answer with these."""
        self.answers[url] = list(outcomes)

    def publish_feed(self, url: str, content: str | bytes, *, etag: str | None = None) -> None:
        """From now on, answer with this feed."""
        body = content.encode() if isinstance(content, str) else content
        self.publish(url, Fetched(body, "application/rss+xml", url, etag=etag))

    def publish_page(self, url: str, content: str | bytes, *, etag: str | None = None) -> None:
        """From now on, answer with this web page."""
        body = content.encode() if isinstance(content, str) else content
        self.publish(url, Fetched(body, "text/html; charset=utf-8", url, etag=etag))

    def publish_picture(self, url: str, content: bytes, *, content_type: str = "image/jpeg") -> None:
        """From now on, answer with this picture."""
        self.publish(url, Fetched(content, content_type, url))


def rss(*items: str, title: str = "The Proof", link: str = "https://proof.example/") -> str:
    """A feed in RSS with these items."""
    return (
        '<?xml version="1.0" encoding="utf-8"?><rss version="2.0" xmlns:media="http://search.yahoo.com/mrss/" '
        'xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel>'
        f"<title>{title}</title><link>{link}</link><description>News</description>{''.join(items)}</channel></rss>"
    )


def item(
    title: str = "Under the ice shelf",
    *,
    link: str = "https://proof.example/ice",
    guid: str | None = "ice",
    text: str = "<p>The ice is thinner than was thought.</p>",
    category: str = "Science",
    published: str = "Mon, 23 Nov 2026 10:00:00 +0000",
) -> str:
    """One item of such a feed; an empty field is left out."""
    parts = {
        "title": title,
        "link": link,
        "category": category,
        "pubDate": published,
        "description": f"<![CDATA[{text}]]>" if text else "",
    }
    written = "".join(f"<{name}>{value}</{name}>" for name, value in parts.items() if value)
    identity = f'<guid isPermaLink="false">{guid}</guid>' if guid else ""
    return f"<item>{identity}{written}</item>"
