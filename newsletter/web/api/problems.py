"""What the API answers when something is wrong: a code for programs, a sentence for those who write them.

The form is that of RFC 9457, with `code` and `fields` beside what it knows.
"""

import json
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, Final

from flask import Response

PREFIX: Final = "/api/"
"""Where every address of the API begins; errors there are JSON."""

MEDIA_TYPE: Final = "application/problem+json"

_CODES: Final = {
    400: "unreadable",
    401: "key_needed",
    403: "not_allowed",
    404: "not_found",
    405: "method_not_allowed",
    409: "changed_meanwhile",
    413: "too_large",
    415: "json_needed",
    422: "invalid",
    429: "too_many_requests",
    500: "failed",
    503: "away",
}
_SENTENCES: Final = {
    400: "The request cannot be read: its body is no JSON, or holds what no text can. Nothing was changed.",
    404: "There is no such address in this API. /api/v1/openapi.json lists what there is.",
    405: "This address does not take that method. /api/v1/openapi.json says which it takes.",
    500: "Something here does not work. It is our fault, and recorded. Send the same again in a few minutes.",
    503: "Our database does not answer. Send the same again in a minute, with the same Idempotency-Key.",
    413: "The request is larger than 256 kB. Send the address alone, and the text is read from the page.",
}
"""Where the words for people with a browser would say nothing to a program's author."""

SCHEMA: Final[dict[str, Any]] = {
    "type": "object",
    "title": "Problem",
    "required": ["type", "title", "status", "detail", "code", "fields"],
    "properties": {
        "type": {"type": "string", "description": "Always `about:blank`; `code` says more."},
        "title": {"type": "string", "description": "The name of the status."},
        "status": {"type": "integer", "description": "The status of the answer."},
        "detail": {"type": "string", "description": "A sentence: what happened, and what to do."},
        "code": {"type": "string", "description": "A word for programs; it does not change."},
        "fields": {
            "type": "object",
            "description": "What is wrong with which field; often empty.",
            "additionalProperties": {"type": "array", "items": {"type": "string"}},
        },
    },
}
"""The body of every answer that is no success, as OpenAPI says it."""


def usual_sentence(status: int, otherwise: str) -> str:
    """What is said of a status where nothing more is known."""
    return _SENTENCES.get(status, otherwise)


def problem(
    status: int, sentence: str, *, code: str | None = None, fields: Mapping[str, Sequence[str]] | None = None
) -> Response:
    """An answer that says what is wrong."""
    said = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": sentence,
        "code": code or _CODES.get(status, "refused"),
        "fields": {name: list(sentences) for name, sentences in (fields or {}).items()},
    }
    return Response(json.dumps(said, ensure_ascii=False), status=status, content_type=MEDIA_TYPE)
