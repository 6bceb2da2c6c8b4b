"""Who may pass. Every blueprint is made here with its guard; an architecture test holds us to it."""

from collections.abc import Callable
from typing import Final

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from werkzeug.exceptions import NotFound

from newsletter.web.doors import services

Guard = Callable[[], ResponseReturnValue | None]

GUARDS: Final[dict[str, Guard]] = {}
"""The guard of each blueprint by its name."""


def guarded(name: str, import_name: str, guard: Guard, *, url_prefix: str | None = None) -> Blueprint:
    """A blueprint whose every request passes a guard first."""
    blueprint = Blueprint(name, import_name, url_prefix=url_prefix)
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
