"""What hubs call: whether we want to be told, and that there is news (WebSub)."""

from typing import Final

from flask import Response, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from newsletter.feeds import pushes
from newsletter.feeds.articles import FeedPush
from newsletter.signing import Purpose, read_claim
from newsletter.web.doors import now, reading, services, writing
from newsletter.web.guards import anybody, guarded

_LONGEST_CHALLENGE: Final = 500
_GONE: Final = 410
_LARGEST_PUSH: Final = 5_000_000

blueprint = guarded("websub", __name__, anybody, url_prefix="/hooks/websub")


@blueprint.get("/<token>")
def verify(token: str) -> ResponseReturnValue:
    """A hub asks whether we meant it: its challenge comes back if we did. Nothing is written; see ADR 13."""
    challenge = request.args.get("hub.challenge", "")
    with reading() as session:
        push = _push(session, token)
        asked = request.args.get("hub.mode", ""), request.args.get("hub.topic", "")
        is_meant = push is not None and pushes.is_wanted(push, *asked)
    if not is_meant or not 0 < len(challenge) <= _LONGEST_CHALLENGE:
        return _plain("Nothing was asked for here.", 404)
    return _plain(challenge)


@blueprint.post("/<token>")
def receive(token: str) -> ResponseReturnValue:
    """A hub says that there is news. A wrong signature is answered alike and changes nothing, as WebSub asks."""
    request.max_content_length = _LARGEST_PUSH  # a push holds the feed, which is asked for anew all the same
    body = request.get_data(cache=False)
    with writing() as session:
        push = _push(session, token)
        if push is None:
            return _plain("This feed is not wanted any more.", _GONE)  # the hub ends the subscription then
        signature = request.headers.get("X-Hub-Signature", "")
        pushes.take_push(session, push, body, signature, services().push_secret(push.feed_id, push.nonce), now=now())
    return _plain("", 202)


def _push(session: Session, token: str) -> FeedPush | None:
    claim = read_claim(token)
    push = None if claim is None else session.get(FeedPush, claim.row_id)
    if claim is None or push is None or not services().signer.is_valid(claim, Purpose.PUSH, push.nonce):
        return None
    return push


def _plain(text: str, status: int = 200) -> Response:
    # Never HTML: the challenge is the caller's own text.
    return Response(text, status, mimetype="text/plain")
