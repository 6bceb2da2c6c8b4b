"""A news site on loopback: one RSS feed, to which a test publishes."""

import threading
from datetime import UTC, datetime
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self
from xml.sax.saxutils import escape


class FeedSite:
    """Serves a feed; every article published appears in it, newest first."""

    def __init__(self) -> None:
        self._items: list[str] = []
        self.requests = 0
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                site.requests += 1
                etag = f'"{len(site._items)}"'
                if self.headers.get("If-None-Match") == etag:
                    self.send_response(304)
                    self.end_headers()
                    return
                body = site.feed().encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/rss+xml; charset=utf-8")
                self.send_header("Content-Length", str(len(body)))
                self.send_header("ETag", etag)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002 - the base class's name
                return

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    @property
    def url(self) -> str:
        """The address of the feed."""
        return f"http://127.0.0.1:{self._server.server_address[1]}/feed.xml"

    def publish(self, title: str, topic: str) -> None:
        """Add an article to the feed."""
        number = len(self._items) + 1
        self._items.insert(
            0,
            f"<item><guid isPermaLink='false'>article-{number}</guid><title>{escape(title)}</title>"
            f"<link>https://proof.example/{number}</link><category>{escape(topic)}</category>"
            f"<pubDate>{format_datetime(datetime.now(UTC))}</pubDate>"
            f"<description>{escape(f'What {title} is about.')}</description></item>",
        )

    def feed(self) -> str:
        """The feed as it stands."""
        items = "".join(self._items)
        return (
            '<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>The Proof</title>'
            f"<link>https://proof.example/</link><description>News</description>{items}</channel></rss>"
        )

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)
