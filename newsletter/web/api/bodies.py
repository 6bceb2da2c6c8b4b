"""Whether a body can be read as one thing only, before anything is made of it."""

import json
from collections import Counter
from typing import Any, Final

from flask import Response, request
from werkzeug.exceptions import BadRequest

_REFUSED_UNREAD: Final = frozenset({401, 413, 415})
_LARGEST_REST: Final = 4 * 1024 * 1024


def check_body(content: bytes) -> None:
    """Raise BadRequest for what is no JSON, and for an object that says a field twice.

    Which of the two was meant nobody can know.
    """
    try:
        json.loads(content, object_pairs_hook=_each_once)
    except (ValueError, RecursionError):
        raise BadRequest from None


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    said = dict(pairs)
    if len(said) < len(pairs):
        [(name, _)] = Counter(name for name, _ in pairs).most_common(1)
        shown = name[:50].encode("utf-8", "replace").decode()
        raise BadRequest(f"The request says {shown} twice. Say it once. Nothing was changed.")
    return said


def read_rest(answer: Response) -> None:
    """Take from the connection the body of a request that was refused without looking at it.

    Otherwise the server closes the connection, without a word, under the next request that the program sends on it.
    """
    if answer.status_code in _REFUSED_UNREAD and 0 < (request.content_length or 0) <= _LARGEST_REST:
        request.environ["wsgi.input"].read(request.content_length)
