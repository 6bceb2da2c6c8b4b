"""How the desk's blueprints are made: with their guard, and with headers that its forms need."""

from flask import Blueprint, Response, request

from newsletter.web.guards import Guard, editors_only, guarded

_LED_AWAY = frozenset({302, 303})


def desk_blueprint(
    name: str, import_name: str, *, guard: Guard = editors_only, url_prefix: str | None = None
) -> Blueprint:
    """A blueprint of pages with forms that CSRF tokens protect; for editors unless said otherwise."""
    blueprint = guarded(name, import_name, guard, url_prefix=url_prefix)
    blueprint.after_request(_answer)
    return blueprint


def is_poll() -> bool:
    """Whether a page asks for newer figures by itself; no person did anything."""
    return "HX-Request" in request.headers


def _answer(response: Response) -> Response:
    # Over https the protection of forms asks where they stood, which `no-referrer` would hide.
    response.headers["Referrer-Policy"] = "same-origin"
    if is_poll() and response.status_code in _LED_AWAY:
        # The login page must not land inside a panel: the whole page is loaded anew and led there.
        response.status_code = 204
        response.headers["HX-Refresh"] = "true"
    return response
