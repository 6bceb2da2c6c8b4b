"""A site of somebody else, on an origin of its own, whose pages hold a form of ours."""

import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from socketserver import ThreadingMixIn
from typing import TYPE_CHECKING

from werkzeug.serving import make_server

from tests.browsing import closing

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


class ForeignSite:
    """Pages by their path, under one content security policy."""

    def __init__(self, policy: str) -> None:
        self.policy = policy
        self.pages: dict[str, str] = {}
        self.styles = ""

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        is_style = path == "/site.css"
        body = self.styles if is_style else self.pages.get(path, "")
        kind = "text/css" if is_style else "text/html"
        headers = [("Content-Type", f"{kind}; charset=utf-8"), ("Content-Security-Policy", self.policy)]
        start_response("200 OK" if is_style or path in self.pages else "404 Not Found", headers)
        return [body.encode()]

    def page(self, path: str, body: str) -> None:
        """Put a page on the site."""
        self.pages[path] = (
            '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>A site</title>'
            '<meta name="viewport" content="width=device-width"><link rel="stylesheet" href="/site.css">'
            f'<link rel="icon" href="data:,"></head><body><main><h1>A site</h1>{body}</main></body></html>'
        )


@contextmanager
def served(site: "WSGIApplication", host: str, port: int = 0) -> Iterator[str]:
    """Serve pages; their origin."""
    server = make_server(host, port, closing(site), threaded=True)
    assert isinstance(server, ThreadingMixIn)
    server.daemon_threads = False  # closing it waits for answers that are under way
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield f"http://{host}:{server.server_port}"
    server.shutdown()
    thread.join(10)
    server.server_close()
