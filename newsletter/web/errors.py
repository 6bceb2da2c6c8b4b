"""When something goes wrong: one plain page, without a traceback, a database or a cookie."""

from typing import Final

import structlog
from flask import Flask, Response, g, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DataError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from werkzeug.exceptions import HTTPException, SecurityError

from newsletter.database import DatabaseUnavailableError
from newsletter.errors import GazetteError, NotFoundError
from newsletter.language import ENGLISH, Tongue, marked
from newsletter.mails.sentences import site_name
from newsletter.web.api.problems import PREFIX, problem, usual_sentence
from newsletter.web.doors import services
from newsletter.web.public.tongues import tongue_of_browser
from newsletter.web.public.views import rendered

_log = structlog.get_logger(__name__)

_RETRY_SECONDS: Final = 30

_WORDS: Final = {
    400: (marked("We could not read this request"), marked("Please load the page again and repeat what you did.")),
    403: (
        marked("This is not open to you"),
        marked("If you think that it should be, please ask the owner of this desk."),
    ),
    404: (
        marked("There is no such page"),
        marked("The address may be mistyped or cut off. Please check it, or begin at the first page."),
    ),
    405: (
        marked("This address does not take that"),
        marked("Please open the page itself, and press the button there."),
    ),
    409: (marked("Something changed meanwhile"), marked("Please load the page again; it shows how things stand now.")),
    413: (marked("That is more than we take at once"), marked("Please send less, or in several parts.")),
    422: (marked("That cannot be done"), marked("Nothing was changed. Please go back and check what you entered.")),
    429: (marked("Too many requests at once"), marked("Please wait a minute, then try again.")),
    500: (
        marked("Something here does not work"),
        marked(
            "It is our fault, and recorded. Please try again in a few minutes; if it stays, send us the number below."
        ),
    ),
    503: (
        marked("We cannot answer at present"),
        marked("Our database does not answer. What you sent may not have been saved: please try again in a minute."),
    ),
}
_CSRF: Final = marked("This page was open too long, or cookies are off. Please load it again and repeat what you did.")


def register(app: Flask) -> None:
    """Let every error of this application end in a page with a sentence."""
    app.register_error_handler(SecurityError, _untrusted_host)
    app.register_error_handler(CSRFError, _csrf)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(GazetteError, _told)
    app.register_error_handler(DataError, _unreadable)
    for error in (OperationalError, InterfaceError, PoolTimeoutError):
        app.register_error_handler(error, _database_away)


def _untrusted_host(_error: SecurityError) -> ResponseReturnValue:
    """Bare, since no address of ours can be built for a name that is not ours."""
    return Response("This site has another name.\n", status=400, mimetype="text/plain")


def _csrf(_error: CSRFError) -> ResponseReturnValue:
    return _page(400, _tongue().gettext(_CSRF))


def _http(error: HTTPException) -> ResponseReturnValue:
    if error.response is not None:
        return error  # a finished answer that a view chose
    status = error.code or 500
    is_own_sentence = error.description != type(error).description
    page = _page(status, error.description if is_own_sentence else None)
    for name, value in error.get_headers():
        if name.lower() in {"allow", "retry-after", "www-authenticate"}:
            page.headers[name] = value
    return page


def _unreadable(_error: DataError) -> ResponseReturnValue:
    """Something that no column can hold, such as NUL in a text (PostgreSQL)."""
    return _page(400)


def _told(error: GazetteError) -> ResponseReturnValue:
    if isinstance(error, DatabaseUnavailableError):
        return _database_away(error)
    return _page(404 if isinstance(error, NotFoundError) else 422, str(error))


def _database_away(error: Exception) -> ResponseReturnValue:
    _log.error("database_away", error=type(error).__name__, detail=str(getattr(error, "orig", "")))
    page = _page(503)
    page.headers["Retry-After"] = str(_RETRY_SECONDS)
    return page


def _page(status: int, sentence: str | None = None) -> Response:
    known = status if status in _WORDS else (500 if status >= 500 else 400)  # noqa: PLR2004 - HTTP's server errors
    title, usual = _WORDS[known]
    if request.path.startswith(PREFIX):
        return problem(status, sentence or usual_sentence(status, f"{title}. {usual}"))
    tongue = _tongue()
    body = rendered(
        "errors/error.html",
        tongue=tongue,
        language=tongue.language,
        title=tongue.gettext(title),
        sentence=sentence or tongue.gettext(usual),
        site=site_name(services().settings.base_url),
        request_id=g.get("request_id", ""),
    )
    return Response(body, status=status, mimetype="text/html")


def _tongue() -> Tongue:
    """The browser's language to readers; the desk speaks English."""
    return ENGLISH if request.path.startswith("/desk") else tongue_of_browser()
