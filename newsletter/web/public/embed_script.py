"""The form as a script: its text for a newsletter, the fields that it sends, and what it hears."""

import json
from functools import cache
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

from flask import Response, request
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import BadRequest

from newsletter.catalogue.languages import topic_names
from newsletter.catalogue.newsletters import Newsletter
from newsletter.catalogue.shelf import topics_of
from newsletter.language import Tongue
from newsletter.links import Links
from newsletter.subscriptions.consent import consent_sentence
from newsletter.web.public import embed_words
from newsletter.web.public.embed_taking import Asked, Hint, NotBegun, Outcome, Stopped, Trouble
from newsletter.web.public.sign_up_form import HONEYPOT

LARGEST: Final = 8 * 1024
"""How many bytes the script's JSON may have."""

_SOURCE: Final = Path(__file__).parents[1] / "static" / "embed.js"
_UNREADABLE: Final = "This address takes a JSON object: address and topics, as the script sends them."


def script_of(session: Session, newsletter: Newsletter, tongue: Tongue, links: Links) -> str:
    """The script that puts this newsletter's form into a page."""
    names = topic_names(session, newsletter.id, tongue)
    form = {
        "slug": newsletter.slug,
        "action": f"{links.embed(newsletter.slug)}?{urlencode({'language': tongue.language})}",
        "page": links.subscribe(newsletter.slug),
        "language": tongue.language,
        "direction": tongue.direction,
        "topics": [{"slug": each.slug, "name": names[each.id]} for each in topics_of(session, newsletter.id)],
        "honeypot": HONEYPOT,
        "consent": consent_sentence(newsletter.name, tongue),
        "closed": "" if newsletter.is_live else embed_words.not_begun(newsletter.name, tongue),
        "words": embed_words.of_script(newsletter.name, tongue),
    }
    return f"(() => {{\n{_source()}\nputForm({json.dumps(form)});\n}})();\n"


def fields_sent() -> MultiDict[str, str]:
    """The fields in the JSON of this request. Raises BadRequest, and RequestEntityTooLarge above LARGEST bytes."""
    request.max_content_length = LARGEST
    try:
        sent = json.loads(request.get_data())
    except (ValueError, RecursionError):
        raise BadRequest(_UNREADABLE) from None
    if not isinstance(sent, dict):
        raise BadRequest(_UNREADABLE)
    fields: MultiDict[str, str] = MultiDict()
    for name, value in sent.items():
        for each in value if isinstance(value, list) else [value]:
            if not isinstance(each, str) or "\0" in each:
                raise BadRequest(_UNREADABLE)
            fields.add(name, each)
    return fields


def said(outcome: Outcome, name: str, tongue: Tongue, thanks: dict[str, str]) -> Response:
    """The answer to the script. `thanks` holds the site's own `words` and the `url` of its own page, empty for none."""
    match outcome:
        case Asked(address):
            title = tongue.gettext("Look in your inbox")
            return answer(200, "asked", title=title, sentence=embed_words.on_its_way(address, tongue), **thanks)
        case Trouble(sentence):
            return answer(422, "trouble", sentence=sentence)
        case Hint(better):
            return answer(422, "hint", sentence=embed_words.did_you_mean(better, tongue), better=better)
        case NotBegun():
            return answer(409, "closed", sentence=embed_words.not_begun(name, tongue))
        case Stopped():
            return answer(429, "tap", sentence=embed_words.one_more_tap(tongue))


def answer(status: int, state: str, **words: Any) -> Response:
    """A JSON answer: `state` is a word for the script, the rest are words for people and where to go."""
    body = json.dumps({"state": state, **words}, ensure_ascii=False)
    return Response(body, status=status, content_type="application/json")


@cache
def _source() -> str:
    return _SOURCE.read_text("utf-8")
