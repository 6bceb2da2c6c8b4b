"""A change of address: asked for from the choices, confirmed at the new address, taken back from the old one."""

from typing import Any, Final

from flask import make_response, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from werkzeug.exceptions import HTTPException, NotFound

from config import defaults
from newsletter.catalogue.newsletters import Newsletter
from newsletter.editions.histories import carry_over
from newsletter.language import Tongue
from newsletter.mails.sentences import local_day
from newsletter.signing import Purpose
from newsletter.subscriptions import moving
from newsletter.subscriptions.address_changes import Asked, Move, ask_to_move, change_by_token, move_of, undoing_of
from newsletter.subscriptions.addresses import Address, AddressError, masked, parse_address
from newsletter.subscriptions.domain_slips import better_address
from newsletter.subscriptions.subscribers import AddressChange, Subscriber, Subscription, SubscriptionState
from newsletter.web.doors import now, reading, services, writing
from newsletter.web.guards import anybody, guarded
from newsletter.web.public import ladder, preference_pages, views
from newsletter.web.public.inboxes import inbox_of
from newsletter.web.public.incoming import by_token, evidence_of, newsletter_of
from newsletter.web.public.tongues import tongue_asked, tongue_of_browser

blueprint = guarded("moving", __name__, anybody)

_STATUS: Final = {Asked.SENT: 200, Asked.SAME: 200, Asked.TOO_SOON: 429, Asked.LOCKED: 409}
_READS: Final = frozenset({SubscriptionState.ACTIVE, SubscriptionState.PAUSED})


@blueprint.post("/preferences/<token>/address")
def ask(token: str) -> ResponseReturnValue:
    """Mail a link to the new address; the answer is the same whether or not anybody is known there."""
    typed = request.form.get("instead") or request.form.get("address", "")
    with reading() as session:
        shown = preference_pages.shown(session, by_token(session, Purpose.PREFERENCES, token), now=now())
    if shown["state"] not in _READS:
        return preference_pages.page(shown, token)
    try:
        address = parse_address(typed, shown["tongue"])
    except AddressError as error:
        return preference_pages.page(shown, token, trouble="address", sentence=str(error)), 422
    better = "" if request.form.get("as_typed") == address.text else better_address(address)
    if better:
        return preference_pages.page(shown, token, trouble="better", sentence=better), 422
    return _asked(shown, token, address)


def _asked(shown: dict[str, Any], token: str, address: Address) -> ResponseReturnValue:
    # One guard at every door behind which mail goes to an address that somebody typed.
    if ladder.is_too_much(shown["newsletter"]["slug"], address.key):
        asked = Asked.TOO_SOON
    else:
        with writing() as session:
            asked = ask_to_move(session, by_token(session, Purpose.PREFERENCES, token), address, now=now())
    said = {"asked": asked.name, "new_address": address.text, "webmail": inbox_of(address.key), "token": token}
    return views.rendered("public/address_asked.html", **shown, **said), _STATUS[asked]


@blueprint.get("/address/<token>")
def confirm_page(token: str) -> ResponseReturnValue:
    """One button; opening the page changes nothing, since mail scanners open every link."""
    with reading() as session:
        change = _change(session, Purpose.ADDRESS, token)
        found, shown = move_of(session, change, now=now()), _shown(session, change, token)
    return _page("public/address_confirm.html", shown, found)


@blueprint.post("/address/<token>")
def confirm(token: str) -> ResponseReturnValue:
    """Let the mails come to the new address."""
    with writing() as session:
        change = _change(session, Purpose.ADDRESS, token)
        shown = _shown(session, change, token)
        evidence = evidence_of(shown["tongue"].gettext("Yes, write to me here"), shown["language"])
        found = moving.move(session, change, evidence, carry_over=carry_over, now=now())
        shown |= _after(session, change)
    return _page("public/address_confirmed.html", shown, found)


@blueprint.post("/address/<token>/never")
def never_write_there(token: str) -> ResponseReturnValue:
    """Somebody else entered this address."""
    with writing() as session:
        change = _change(session, Purpose.ADDRESS, token)
        moving.never_write_there(session, change, now=now())
        shown = _shown(session, change, token)
    say = shown["tongue"].gettext
    return views.notice(shown, say("We will not write to this address again"), say("Nothing else needs doing."))


@blueprint.get("/not-me/<token>")
def undo_page(token: str) -> ResponseReturnValue:
    """One button as well."""
    with reading() as session:
        change = _change(session, Purpose.ADDRESS_UNDO, token)
        found, shown = undoing_of(session, change, now=now()), _shown(session, change, token)
    return _page("public/not_me.html", shown, found)


@blueprint.post("/not-me/<token>")
def undo(token: str) -> ResponseReturnValue:
    """Bring the mails back to the old address."""
    with writing() as session:
        change = _change(session, Purpose.ADDRESS_UNDO, token)
        shown = _shown(session, change, token)
        evidence = evidence_of(shown["tongue"].gettext("That was not me"), shown["language"])
        found = moving.take_back(session, change, evidence, carry_over=carry_over, now=now())
    return _page("public/not_me_done.html", shown, found)


def _change(session: Session, purpose: Purpose, token: str) -> AddressChange:
    change = change_by_token(session, services().signer, purpose, token)
    if change is None:
        raise NotFound(views.unknown_link(tongue_of_browser()))
    if session.get(Subscription, change.subscription_id) is None:
        tongue = tongue_of_browser()
        page = views.rendered("public/left_for_good.html", tongue=tongue, language=tongue.language)
        raise HTTPException(response=make_response(page))
    return change


def _shown(session: Session, change: AddressChange, token: str) -> dict[str, Any]:
    """What stands on every page behind a link about a change of address."""
    subscription = session.get_one(Subscription, change.subscription_id)
    newsletter = newsletter_of(session, subscription)
    reader = session.get(Subscriber, change.subscriber_id)
    tongue = tongue_asked(session, newsletter, reader.language if reader else "")
    return {
        **views.page(newsletter, tongue),
        "token": token,
        "old_address": change.old_address,
        "new_address": change.new_address,
        "old_masked": masked(change.old_address),
        "new_masked": masked(change.new_address),
        "undo_until": _undo_until(newsletter, change, tongue=tongue),
    }


def _undo_until(newsletter: Newsletter, change: AddressChange, *, tongue: Tongue) -> str:
    at = change.confirmed_at or now()
    return local_day(newsletter, at + defaults.ADDRESS_CHANGE_UNDO, tongue)


def _after(session: Session, change: AddressChange) -> dict[str, str]:
    """The way to the choices: the press proved the mailbox."""
    asked_from = session.get_one(Subscription, change.subscription_id)
    found = moving.subscription_at(session, change.new_address_key, asked_from.newsletter_id)
    return {"preferences": services().links.preferences(found.id, found.nonce) if found else ""}


def _page(template: str, shown: dict[str, Any], found: Move) -> ResponseReturnValue:
    if found is Move.DONE:
        return views.rendered(template, **shown)
    page = views.rendered("public/address_trouble.html", **shown, found=found.name)
    return page, 200 if found is Move.USED else 410
