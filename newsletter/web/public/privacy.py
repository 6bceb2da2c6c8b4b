"""What is kept of a reader: asked for from the choices, opened by a fresh link to the reader's own inbox."""

from typing import Final

from flask import Response, make_response, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from werkzeug.exceptions import HTTPException, NotFound

from newsletter.errors import NotFoundError
from newsletter.local.forgetting import estate_of
from newsletter.signing import Purpose
from newsletter.subscriptions.privacy import copying
from newsletter.subscriptions.privacy.forgetting import forget
from newsletter.subscriptions.privacy.proving import (
    Asked,
    erasure_by_token,
    proof_by_token,
    reader_of,
    send_fresh_link,
)
from newsletter.subscriptions.subscribers import MailboxProof
from newsletter.web.doors import now, reading, services, writing
from newsletter.web.guards import anybody, guarded
from newsletter.web.public import own_pages, views
from newsletter.web.public.incoming import by_token
from newsletter.web.public.tongues import tongue_of_browser

blueprint = guarded("privacy", __name__, anybody)

_FORM: Final = "page"
_STATUS: Final = {Asked.SENT: 200, Asked.TOO_SOON: 429, Asked.SUPPRESSED: 409, Asked.MOVED_LATELY: 409}


@blueprint.get("/preferences/<token>/own")
def ask(token: str) -> ResponseReturnValue:
    """What a fresh link opens, and the button that sends one."""
    with reading() as session:
        shown = own_pages.asking(session, by_token(session, Purpose.PREFERENCES, token))
    return views.rendered("public/own_ask.html", **shown, token=token)


@blueprint.post("/preferences/<token>/own")
def send(token: str) -> ResponseReturnValue:
    """Mail a fresh link to the reader's own inbox."""
    with writing() as session:
        subscription = by_token(session, Purpose.PREFERENCES, token)
        asked = send_fresh_link(session, subscription, now=now())
        shown = own_pages.asking(session, subscription)
    return views.rendered("public/own_sent.html", **shown, asked=asked.name, token=token), _STATUS[asked]


@blueprint.get("/own/<token>")
def own(token: str) -> ResponseReturnValue:
    """All that is kept of a reader: the download, the mails they got, and erasing."""
    with reading() as session:
        shown = own_pages.own(session, _opened(session, token))
    return views.rendered("public/own_data.html", **shown, token=token, is_unsure=False)


@blueprint.get("/own/<token>/data.json")
def as_json(token: str) -> ResponseReturnValue:
    """The copy for programs."""
    with reading() as session:
        copy = copying.copy_of(session, reader_of(session, _opened(session, token)), services().holdings)
    return _file(copying.as_json(copy, now=now()), "application/json", "my-data.json")


@blueprint.get("/own/<token>/data.zip")
def as_tables(token: str) -> ResponseReturnValue:
    """The copy for people: a table for each kind."""
    with reading() as session:
        copy = copying.copy_of(session, reader_of(session, _opened(session, token)), services().holdings)
    return _file(copying.as_tables(copy), "application/zip", "my-data.zip")


@blueprint.post("/own/<token>/erase")
def erase(token: str) -> ResponseReturnValue:
    """Erase the reader, and answer with a receipt; pressed twice, the second press gets it too."""
    is_sure = bool(request.form.get("sure"))
    with reading() as session:
        proof = _opened(session, token)
        page, reader_id = own_pages.page_of(session, proof), reader_of(session, proof).id
        shown = {} if is_sure else own_pages.own(session, proof)
    if not is_sure:
        return views.rendered("public/own_data.html", **shown, token=token, is_unsure=True), 422
    return views.rendered("public/erased.html", **page, **_erased(token, reader_id, proof.id, page))


def _erased(token: str, reader_id: int, proof_id: int, page: own_pages.Shown) -> own_pages.Shown:
    parts = services()
    try:
        receipt = forget(parts.database, estate_of(parts), reader_id, form=_FORM, now=now(), proof_id=proof_id)
    except NotFoundError:
        with reading() as session:
            _opened(session, token)  # another press was faster: its receipt is the answer
        raise
    return own_pages.receipt(receipt, page["tongue"])


def _opened(session: Session, token: str) -> MailboxProof:
    """The fresh link behind a token; where it opens nothing any more, the request ends with a page that says why."""
    proof = proof_by_token(session, services().signer, token)
    if proof is not None and now() < proof.expires_at:
        return proof
    if proof is not None:
        shown = own_pages.expired(session, proof)
        raise HTTPException(response=make_response(views.rendered("public/own_expired.html", **shown), 410))
    erasure = erasure_by_token(session, services().signer, token, now=now())
    if erasure is None:
        raise NotFound(views.unknown_link(tongue_of_browser()))
    receipt = views.rendered("public/erased.html", **own_pages.receipt_again(erasure))
    raise HTTPException(response=make_response(receipt))


def _file(content: str | bytes, kind: str, name: str) -> Response:
    return Response(content, mimetype=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'})
