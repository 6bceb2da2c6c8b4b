"""`/api/v1/openapi.json`: the API described for programs, open to all."""

from http import HTTPStatus
from typing import Any, Final

from apiflask import APIFlask
from flask import current_app, jsonify
from flask.typing import ResponseReturnValue

from newsletter.accounts.api_answers import LONGEST_KEY
from newsletter.web.api.problems import MEDIA_TYPE, SCHEMA
from newsletter.web.guards import anybody, guarded

blueprint = guarded("api_description", __name__, anybody, url_prefix="/api/v1")

_KEY: Final = {
    "type": "http",
    "scheme": "bearer",
    "description": "A key of the newsletter, made with `gazette key add NAME`.",
}
_IDEMPOTENCY_KEY: Final = {
    "in": "header",
    "name": "Idempotency-Key",
    "required": False,
    "description": "New with every new request; the same again only to repeat one, which is then answered alike.",
    "schema": {"type": "string", "minLength": 1, "maxLength": LONGEST_KEY},
}


def describe(app: APIFlask) -> None:
    """Say once what holds for the whole API."""
    app.title, app.version = "Gazette", "1"
    app.config.update(
        DESCRIPTION="Hand in articles from your content system, and see where they stand.",
        SECURITY_SCHEMES={"key": _KEY},
        VALIDATION_ERROR_SCHEMA=SCHEMA,
        HTTP_ERROR_SCHEMA=SCHEMA,
        VALIDATION_ERROR_DESCRIPTION="Something in the request cannot be; nothing was changed.",
        AUTH_ERROR_DESCRIPTION="There is no key, or it is not known, or has ended.",
        AUTO_SERVERS=False,
        AUTO_TAGS=False,
    )
    app.spec_processor(_as_sent)


@blueprint.get("/openapi.json")
def openapi() -> ResponseReturnValue:
    """The description, as OpenAPI 3.1."""
    app = current_app
    assert isinstance(app, APIFlask)  # noqa: S101 - made by create_app
    return jsonify(app.spec)


def _as_sent(spec: dict[Any, Any] | str) -> dict[Any, Any] | str:
    """Say of the description what its maker cannot: the header by its name, and the media type of problems."""
    assert isinstance(spec, dict)  # noqa: S101 - as JSON it is one
    hand_in = spec["paths"]["/api/v1/articles"]["post"]
    hand_in["parameters"] = [*hand_in["parameters"], _IDEMPOTENCY_KEY]
    for path in spec["paths"].values():
        for operation in path.values():
            for status, answer in operation["responses"].items():
                if int(status) >= HTTPStatus.BAD_REQUEST:
                    answer["content"] = {MEDIA_TYPE: answer["content"]["application/json"]}
    return spec
