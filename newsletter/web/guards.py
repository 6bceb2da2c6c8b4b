"""Who may pass. Every blueprint is made here with its guard; an architecture test holds us to it."""

from collections.abc import Callable
from typing import Final

from apiflask import APIBlueprint
from flask import g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from werkzeug.datastructures import WWWAuthenticate
from werkzeug.exceptions import NotFound, Unauthorized

from newsletter.accounts.api_keys import key_of
from newsletter.web.doors import reading, services

Guard = Callable[[], ResponseReturnValue | None]

GUARDS: Final[dict[str, Guard]] = {}
"""The guard of each blueprint by its name."""


def guarded(
    name: str, import_name: str, guard: Guard, *, url_prefix: str | None = None, is_api: bool = False
) -> APIBlueprint:
    """A blueprint whose every request passes a guard first; only an API is described for programs."""
    blueprint = APIBlueprint(name, import_name, url_prefix=url_prefix, enable_openapi=is_api)
    blueprint.before_request(guard)
    GUARDS[name] = guard
    return blueprint


def anybody() -> ResponseReturnValue | None:
    """Open to all: reader pages. What is personal in them is guarded by the token in the path."""
    return None


def editors_only() -> ResponseReturnValue | None:
    """Only editors who are logged in; others are led to the login page."""
    if current_user.is_authenticated:
        return None
    return redirect(url_for("entry.login", next=request.path if request.method == "GET" else None))


def inbox_visitors() -> ResponseReturnValue | None:
    """The local inbox: only where mail stays here; open on loopback, elsewhere for editors."""
    settings = services().settings
    if settings.has_relay or not settings.inbox_port:
        raise NotFound
    return None if settings.is_bound_to_loopback else editors_only()


def key_bearers() -> ResponseReturnValue | None:
    """Only programs that send a key of a newsletter; a cookie says nothing here. The key stands in `g.api_key`."""
    given = request.authorization
    if given is None or given.type != "bearer" or not given.token:
        raise _unauthorized("Send your key with the request, in the header: Authorization: Bearer gzt_…")
    with reading() as session:
        g.api_key = key_of(session, given.token)
    if g.api_key is None:
        sentence = "This key is not known here, or has ended. Make a new one with `gazette key add NAME`."
        raise _unauthorized(sentence, error="invalid_token")
    return None


def _unauthorized(sentence: str, *, error: str = "") -> Unauthorized:
    """A refusal that names what is wrong with a key (RFC 6750, 3.1), and says nothing of one that was not sent."""
    said = f'realm="gazette", error="{error}"' if error else 'realm="gazette"'
    # Written by hand, since the library leaves out the quotes and some programs look for them.
    return Unauthorized(sentence, www_authenticate=WWWAuthenticate("bearer", token=said))
