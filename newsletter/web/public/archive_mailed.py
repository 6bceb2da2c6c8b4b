"""*View in browser*: a reader's own digest as a page, as it was mailed."""

from typing import Final

from flask import Response
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from werkzeug.exceptions import NotFound

from newsletter.catalogue.languages import tongue_for, topic_names
from newsletter.catalogue.newsletters import Newsletter
from newsletter.delivery.deliveries import Delivery
from newsletter.delivery.kinds import MailKind
from newsletter.editions.editions import Variant
from newsletter.mails import digest
from newsletter.mails.content import Rendered
from newsletter.mails.recipients import Reader
from newsletter.mails.sentences import topics_in_words
from newsletter.mails.slots import filled
from newsletter.signing import Purpose, read_claim
from newsletter.subscriptions.choices import topics_chosen
from newsletter.subscriptions.subscribers import Subscriber, Subscription
from newsletter.web.doors import reading, services
from newsletter.web.guards import anybody, guarded
from newsletter.web.public.tongues import tongue_of_browser
from newsletter.web.public.views import unknown_link

blueprint = guarded("archive_mailed", __name__, anybody)

# A mail carries its styles in its elements; it has no scripts and no forms, and its pictures are ours.
_POLICY: Final = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' {base_url}; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)


@blueprint.get("/view/<token>")
def view(token: str) -> ResponseReturnValue:
    """The digest of one delivery; also after its reader has left, and no longer once they are erased."""
    with reading() as session:
        delivery, reader = _delivered(session, token)
        shown = _as_mailed(session, delivery, reader)
    answer = Response(shown.html, content_type="text/html; charset=utf-8")
    answer.headers["Content-Security-Policy"] = _POLICY.format(base_url=services().settings.base_url)
    return answer


def _delivered(session: Session, token: str) -> tuple[Delivery, Reader]:
    """The digest behind a link and its reader; one answer for all links that are not ours."""
    claim = read_claim(token)
    delivery = None if claim is None else session.get(Delivery, claim.row_id)
    subscription = None if delivery is None else session.get(Subscription, delivery.subscription_id or 0)
    subscriber = None if subscription is None else session.get(Subscriber, subscription.subscriber_id)
    nonce = "" if subscription is None else subscription.nonce
    # Checked also when there is no row, so that the time taken does not tell whether there is one.
    is_ours = claim is not None and services().signer.is_valid(claim, Purpose.VIEW, nonce)
    if not is_ours or delivery is None or subscription is None or subscriber is None:
        raise NotFound(unknown_link(tongue_of_browser()))
    return delivery, _reader(session, subscriber, subscription)


def _reader(session: Session, subscriber: Subscriber, subscription: Subscription) -> Reader:
    newsletter = session.get_one(Newsletter, subscription.newsletter_id)
    tongue = tongue_for(newsletter, subscriber.language)
    names = topic_names(session, newsletter.id, tongue)
    chosen = topics_chosen(session, subscription.id)
    topics = topics_in_words(list(names.values()), [name for each, name in names.items() if each in chosen], tongue)
    return Reader(subscriber.address, newsletter, subscription, tongue, topics)


def _as_mailed(session: Session, delivery: Delivery, reader: Reader) -> Rendered:
    """The stored rendering with what is this reader's own."""
    variant = None if delivery.variant_id is None else session.get(Variant, delivery.variant_id)
    if delivery.kind != MailKind.DIGEST or variant is None or variant.body_html is None:
        raise NotFound(reader.tongue.gettext("This mail is not kept any more. Its articles stand in the archive."))
    shared = Rendered(variant.subject or "", variant.body_text or "", variant.body_html)
    return filled(shared, digest.personal(reader, services().links, delivery.id))
