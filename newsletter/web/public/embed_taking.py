"""Taking a sign-up from a form on another site; the rules are those of our own page, whichever form it was."""

from dataclasses import dataclass, replace

from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from newsletter.catalogue import sites
from newsletter.subscriptions import address_rules, signup
from newsletter.subscriptions.addresses import Address, AddressError, parse_address
from newsletter.subscriptions.consent import consent_sentence
from newsletter.subscriptions.domain_slips import better_address, is_better
from newsletter.subscriptions.signup import SignUp
from newsletter.web.doors import now, services, writing
from newsletter.web.public import ladder, views
from newsletter.web.public.incoming import choice_from, evidence_of
from newsletter.web.public.ladder import Door
from newsletter.web.public.offers import Offer, offer_of
from newsletter.web.public.pacing import paced
from newsletter.web.public.sign_up_form import HONEYPOT
from newsletter.web.public.tongues import tongue_offered


@dataclass(frozen=True, slots=True)
class Sent:
    """What came, through which door, and from the page of which site, where that is known."""

    fields: MultiDict[str, str]
    door: Door
    origin: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """The sign-up was taken, or looks so: what is answered depends on what was typed alone."""

    address: str


@dataclass(frozen=True, slots=True)
class Trouble:
    """It cannot be an address; a sentence for whoever typed it."""

    sentence: str


@dataclass(frozen=True, slots=True)
class Hint:
    """The address looks like a slip of the finger; what may have been meant."""

    better: str


@dataclass(frozen=True, slots=True)
class NotBegun:
    """The newsletter is in rehearsal and takes no readers yet."""


@dataclass(frozen=True, slots=True)
class Stopped:
    """There were too many: the page that asks for one more tap."""

    answer: ResponseReturnValue


Outcome = Asked | Trouble | Hint | NotBegun | Stopped


def taken(slug: str, sent: Sent) -> Outcome:
    """Take a sign-up. Called with no transaction open. Raises NotFound when there is no such newsletter."""
    fields = sent.fields
    try:
        offer = offer_of(slug)
        newsletter = offer.newsletter
        tongue = tongue_offered(newsletter, offer.languages)
        address = parse_address(_address_entered(fields), tongue)
        if not newsletter.is_live:
            return NotBegun()
        # Before the rules: some domains that last for minutes live on slips, and are no help to whoever made one.
        better = "" if fields.get("as_typed") or fields.get(HONEYPOT) else better_address(address)
        if better:
            return Hint(better)
        address_rules.check(newsletter, address, tongue)
    except AddressError as error:
        return Trouble(str(error))
    stopped = ladder.stopped(views.page(newsletter, tongue), address.key, sent.door)
    if stopped is not None:
        return Stopped(stopped)
    with paced():
        if not fields.get(HONEYPOT):  # whoever fills it in is a program, and hears what everybody hears
            _take(offer, address, sent)
    return Asked(address.text)


def _take(offer: Offer, address: Address, sent: Sent) -> None:
    newsletter = offer.newsletter
    tongue = tongue_offered(newsletter, offer.languages)
    evidence = replace(evidence_of(consent_sentence(newsletter.name, tongue), tongue.language), form=sent.door)
    if sent.origin:
        evidence = replace(evidence, page=sent.origin)
        with writing() as session:
            sites.note_use(session, newsletter, sent.origin, now=now())
    choice = choice_from(newsletter, offer.topics, offer.languages, sent.fields)
    signup.take(services().database, newsletter, SignUp(address.text, choice, evidence), now=now())


def _address_entered(fields: MultiDict[str, str]) -> str:
    """The address, or the better one that was offered for it and taken."""
    typed, instead = fields.get("address", ""), fields.get("instead", "")
    return instead if is_better(typed, instead) else typed
