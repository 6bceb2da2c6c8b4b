"""The Flask application: put together from services."""

from pathlib import Path
from typing import Final
from urllib.parse import urlsplit
from uuid import uuid4

import structlog
from apiflask import APIFlask
from flask import Flask, Response, g, request
from flask_wtf.csrf import CSRFProtect
from jinja2 import StrictUndefined

from newsletter.language.templates import speak_in
from newsletter.web import errors, health
from newsletter.web.api import articles as api_articles
from newsletter.web.api import description as api_description
from newsletter.web.client_address import ClientAddress
from newsletter.web.desk import (
    account,
    article_editing,
    article_ranking,
    article_writing,
    calendar_pages,
    categories,
    edition_answers,
    edition_pages,
    entry,
    feed_adding,
    feed_pages,
    import_pages,
    invite_pages,
    key_pages,
    language_pages,
    pages,
    sending,
    site_pages,
)
from newsletter.web.desk import articles as desk_articles
from newsletter.web.desk.login import add_login
from newsletter.web.doors import EXTENSION
from newsletter.web.hooks import websub
from newsletter.web.inbox import views as inbox
from newsletter.web.public import (
    archive,
    archive_mailed,
    confirming,
    demo,
    embedding,
    joining,
    leaving,
    moving,
    pictures,
    preferences,
    privacy,
    tapping,
    written,
)
from newsletter.wiring import Services

ROOT: Final = Path(__file__).parent.parent.parent
_LARGEST_REQUEST: Final = 256 * 1024

POLICY: Final = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
"""The Content-Security-Policy of every page; the frames that show mails have one of their own."""

_FOR_SEARCH_ENGINES: Final = frozenset({"joining.home", "joining.subscribe"})

_csrf: Final = CSRFProtect()


def create_app(services: Services) -> Flask:
    """The web door for these services."""
    app = APIFlask(
        "newsletter.web",
        # The description of the API has a view of its own; pages about it would load what others serve.
        spec_path=None,
        docs_path=None,
        json_errors=False,
        template_folder=str(ROOT / "templates" / "web"),
        static_folder=str(ROOT / "newsletter" / "web" / "static"),
    )
    app.extensions[EXTENSION] = services
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    speak_in(app.jinja_env)
    is_https = services.settings.base_url.startswith("https://")
    app.config.update(
        SECRET_KEY=services.signer.digest("flask session", "cookie"),
        SESSION_COOKIE_NAME="__Host-gazette" if is_https else "gazette",
        SESSION_COOKIE_SECURE=is_https,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        MAX_CONTENT_LENGTH=_LARGEST_REQUEST,
        # Absolute links come from the settings alone; a request under another name is refused.
        TRUSTED_HOSTS=[urlsplit(services.settings.base_url).hostname or "", "localhost", "127.0.0.1"],
        WTF_CSRF_TIME_LIMIT=None,
    )
    behind_proxies = ClientAddress(app.wsgi_app, services.settings.trusted_proxies)
    app.wsgi_app = behind_proxies  # type: ignore[method-assign]  # Flask's own way to wrap it
    app.before_request(_begin)
    app.after_request(_end)
    _csrf.init_app(app)
    add_login(app)
    for blueprint in (
        health.blueprint,
        joining.blueprint,
        tapping.blueprint,
        confirming.blueprint,
        embedding.blueprint,
        preferences.blueprint,
        leaving.blueprint,
        moving.blueprint,
        privacy.blueprint,
        written.blueprint,
        archive.blueprint,
        archive_mailed.blueprint,
        demo.blueprint,
        pictures.blueprint,
        entry.blueprint,
        account.blueprint,
        pages.blueprint,
        sending.blueprint,
        edition_pages.blueprint,
        desk_articles.blueprint,
        article_editing.blueprint,
        article_writing.blueprint,
        categories.blueprint,
        feed_pages.blueprint,
        feed_adding.blueprint,
        key_pages.blueprint,
        site_pages.blueprint,
        calendar_pages.blueprint,
        article_ranking.blueprint,
        edition_answers.blueprint,
        language_pages.blueprint,
        import_pages.blueprint,
        invite_pages.blueprint,
        inbox.blueprint,
        websub.blueprint,
        api_articles.blueprint,
        api_description.blueprint,
    ):
        app.register_blueprint(blueprint)
    for blueprint in (
        joining.blueprint,
        confirming.blueprint,
        embedding.blueprint,
        preferences.blueprint,
        leaving.blueprint,
        moving.blueprint,
        privacy.blueprint,
    ):
        # Reader pages set no cookie; the token in the path is the authority.
        _csrf.exempt(blueprint)
    # Files of readers are larger than forms may be: the view itself says how large, and checks the token then.
    _csrf.exempt(import_pages.upload)
    # No cookie opens the API: a key does, and no browser sends it by itself.
    _csrf.exempt(api_articles.blueprint)
    _csrf.exempt(websub.blueprint)  # a signature opens it
    api_description.describe(app)
    errors.register(app)
    return app


def _begin() -> None:
    g.request_id = uuid4().hex[:16]
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request_id=g.request_id)


def _end(response: Response) -> Response:
    headers = response.headers
    headers.setdefault("Content-Security-Policy", POLICY)
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("Referrer-Policy", "no-referrer")
    headers["X-Request-Id"] = g.get("request_id", "")
    if request.endpoint != "static":
        headers.setdefault("Cache-Control", "no-store")
        headers.setdefault("X-Robots-Tag", "all" if request.endpoint in _FOR_SEARCH_ENGINES else "noindex")
    structlog.get_logger(__name__).info(
        "request", method=request.method, endpoint=request.endpoint, status=response.status_code
    )
    return response
