"""What a request to hand in an article does, within one transaction."""

import math
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from newsletter.accounts import api_answers
from newsletter.accounts.api_answers import Answer
from newsletter.accounts.api_keys import note_use
from newsletter.accounts.keys import ApiKey
from newsletter.catalogue.shelf import topics_of
from newsletter.errors import RefusedError
from newsletter.feeds.allowance import MOST_NEW, wait_for_room
from newsletter.feeds.articles import Article, Origin
from newsletter.feeds.handing_in import hand_in
from newsletter.feeds.importing.submitted import Submitted, given_of
from newsletter.web.api.shapes import shown


class TooManyError(RefusedError):
    """More new articles than programs may hand in within an hour."""

    def __init__(self, wait: timedelta) -> None:
        super().__init__(
            f"More than {MOST_NEW:,} new articles came over the API within an hour; this one was not taken. "
            "Wait as long as Retry-After says. Many old articles come in by `gazette article import`."
        )
        self.seconds = math.ceil(wait.total_seconds())


def answer(
    session: Session, key: ApiKey, submitted: Submitted, idempotency_key: str | None, *, now: datetime
) -> tuple[Answer, bool]:
    """The answer to a request, and whether it is a repeat of an earlier one, which then does nothing.

    Raises UnknownTopicError, TooManyError, and KeyReusedError where the key came with another request before.
    """
    if idempotency_key is None:
        return _taken(session, key, submitted, now=now), False
    request = submitted.model_dump_json()
    earlier = api_answers.earlier_answer(session, key.id, idempotency_key, request, now=now)
    if earlier is not None:
        return earlier, True
    made = _taken(session, key, submitted, now=now)
    api_answers.keep(session, key.id, idempotency_key, made)
    return made, False


def _taken(session: Session, key: ApiKey, submitted: Submitted, *, now: datetime) -> Answer:
    given = given_of(submitted, topics_of(session, key.newsletter_id))
    done = hand_in(session, key.newsletter_id, given, origin=Origin.API, now=now)
    note_use(session, key.id, now=now)
    session.flush()
    wait = wait_for_room(session, key.newsletter_id, now=now) if done.is_new else None
    if wait is not None:
        raise TooManyError(wait)
    [body] = shown(session, key.newsletter_id, [session.get_one(Article, done.article_id)], now=now)
    return Answer(201 if done.is_new else 200, body | {"changed": done.is_new or done.is_changed})
