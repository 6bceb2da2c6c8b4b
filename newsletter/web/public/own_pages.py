"""What the pages about a reader's own data show."""

from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.catalogue.newsletters import Newsletter
from newsletter.delivery.kinds import MailKind
from newsletter.editions.own_records import MailGot, mails_got
from newsletter.language import Tongue, day_and_year, joined, marked
from newsletter.subscriptions.addresses import masked
from newsletter.subscriptions.privacy.copying import copy_of
from newsletter.subscriptions.privacy.erasing import Receipt, receipt_of
from newsletter.subscriptions.privacy.proving import reader_of
from newsletter.subscriptions.privacy.records import Erasure
from newsletter.subscriptions.subscribers import MailboxProof, Subscriber, Subscription, SubscriptionState
from newsletter.web.doors import services
from newsletter.web.public import views
from newsletter.web.public.tongues import tongue_asked, tongue_of_browser

Shown = dict[str, Any]

_MOST_MAILS: Final = 200
_KINDS: Final = {
    MailKind.CONFIRMATION: marked("The mail that asked you to confirm"),
    MailKind.ALREADY_SUBSCRIBED: marked("You are already subscribed"),
    MailKind.FRESH_LINK: marked("The link to your own page"),
    MailKind.ADDRESS_CHANGE: marked("The mail that asked about a new address"),
    MailKind.ADDRESS_CHANGED: marked("The mail about a change of address"),
    MailKind.WELCOME: marked("The welcome mail"),
    MailKind.DIGEST: marked("A digest"),
}
_ANY_MAIL: Final = marked("A mail about your subscription")


def asking(session: Session, subscription: Subscription) -> Shown:
    """The page on which a fresh link is asked for; whoever was forwarded a mail sees no address."""
    newsletter = session.get_one(Newsletter, subscription.newsletter_id)
    reader = session.get_one(Subscriber, subscription.subscriber_id)
    return {
        **views.page(newsletter, tongue_asked(session, newsletter, reader.language)),
        "address": masked(reader.address),
        "preferences": services().links.preferences(subscription.id, subscription.nonce),
    }


def page_of(session: Session, proof: MailboxProof) -> Shown:
    """What stands on every page behind a fresh link."""
    newsletter = session.get_one(Newsletter, session.get_one(Subscription, proof.subscription_id).newsletter_id)
    return views.page(newsletter, tongue_asked(session, newsletter, reader_of(session, proof).language))


def expired(session: Session, proof: MailboxProof) -> Shown:
    """The page behind a fresh link whose time is over: the way to the next one."""
    subscription = session.get_one(Subscription, proof.subscription_id)
    token = services().links.preferences(subscription.id, subscription.nonce).rpartition("/")[2]
    return page_of(session, proof) | {"preferences_token": token}


def own(session: Session, proof: MailboxProof) -> Shown:
    """All that is kept: how much of each kind, the mails that went out, and what erasing would end."""
    page, reader = page_of(session, proof), reader_of(session, proof)
    tongue: Tongue = page["tongue"]
    zone = ZoneInfo(_newsletter_of(session, proof).zone)
    copy = copy_of(session, reader, services().holdings)
    mails = mails_got(session, reader, most=_MOST_MAILS)
    return page | {
        "address": reader.address,
        "known_since": day_and_year(reader.created_at.astimezone(zone).date(), tongue),
        "kept": [
            {"title": tongue.gettext(each.title), "rows": tongue.number(len(copy[each.name]))}
            for each in services().holdings
            if copy[each.name]
        ],
        "mails": [_mail(session, each, zone, tongue) for each in mails],
        "is_cut": len(mails) == _MOST_MAILS,
        "ends": joined(_read_by(session, reader), tongue),
    }


def receipt(made: Receipt, tongue: Tongue) -> Shown:
    """What a receipt says: what went, and what stays without the address."""
    titles = {each.name: each.title for each in services().holdings}
    return {
        "erased_on": _instant(made.erased_at, tongue),
        "removed": [
            {"title": tongue.gettext(titles.get(name, name)), "rows": tongue.number(rows)}
            for name, rows in made.removed.items()
            if rows
        ],
        "keeps_suppression": made.keeps_suppression,
    }


def receipt_again(erasure: Erasure) -> Shown:
    """The receipt for whoever presses twice; whose reader it was and of which newsletter nobody knows any more."""
    tongue = tongue_of_browser()
    return {"tongue": tongue, "language": tongue.language, "newsletter": None} | receipt(receipt_of(erasure), tongue)


def _newsletter_of(session: Session, proof: MailboxProof) -> Newsletter:
    return session.get_one(Newsletter, session.get_one(Subscription, proof.subscription_id).newsletter_id)


def _mail(session: Session, mail: MailGot, zone: ZoneInfo, tongue: Tongue) -> dict[str, str]:
    subscription = None if mail.subscription_id is None else session.get(Subscription, mail.subscription_id)
    is_digest = mail.kind == MailKind.DIGEST and subscription is not None
    return {
        "day": day_and_year(mail.at.astimezone(zone).date(), tongue),
        "subject": mail.subject or tongue.gettext(_KINDS.get(MailKind(mail.kind), _ANY_MAIL)),
        "url": services().links.view(mail.delivery_id, subscription.nonce) if is_digest and subscription else "",
    }


def _read_by(session: Session, reader: Subscriber) -> list[str]:
    """The names of the newsletters that a reader gets."""
    query = (
        select(Newsletter.name)
        .join(Subscription, Subscription.newsletter_id == Newsletter.id)
        .where(Subscription.subscriber_id == reader.id)
        .where(Subscription.state.in_({SubscriptionState.ACTIVE, SubscriptionState.PAUSED}))
        .order_by(Newsletter.id)
    )
    return list(session.scalars(query))


def _instant(at: datetime, tongue: Tongue) -> str:
    return tongue.gettext("%(day)s, %(time)s UTC", day=day_and_year(at.date(), tongue), time=f"{at:%H:%M}")
