"""What a sign-up asks for, read from the request and the database at once: pages answer from it alone."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from flask import request

from config import defaults
from newsletter.catalogue.newsletters import Newsletter
from newsletter.language import Tongue, zone_in_words
from newsletter.subscriptions.addresses import Address, parse_address
from newsletter.subscriptions.choices import Choice
from newsletter.subscriptions.consent import Evidence, consent_sentence
from newsletter.subscriptions.domain_slips import better_address
from newsletter.subscriptions.signup import SignUp
from newsletter.web.doors import reading
from newsletter.web.public import views
from newsletter.web.public.incoming import choice_from, entered, evidence_of
from newsletter.web.public.ladder import Door
from newsletter.web.public.offers import Offer
from newsletter.web.public.sign_up_form import HONEYPOT, Entered, others_of
from newsletter.web.public.tongues import tongue_offered

_ENOUGH_DIGITS: Final = 11  # of an instant in seconds
_PAUSE: Final = defaults.CONFIRMATIONS_PER_ADDRESS[0][0] + timedelta(minutes=1)  # a mail may take a minute to leave


@dataclass(frozen=True, slots=True)
class Asked:
    """One newsletter, perhaps others with it, the choices, and the language of the answer."""

    newsletter: Newsletter
    tongue: Tongue
    entered: Entered
    choice: Choice
    others: tuple[Newsletter, ...]

    def sign_up(self, address: Address, door: Door) -> SignUp:
        """The sign-up itself, with the evidence of where and how it was asked for."""
        return SignUp(address.text, self.choice, self._evidence(door), frozenset(each.id for each in self.others))

    def page(self) -> dict[str, Any]:
        """What stands on the page after it; it depends on what was typed alone, never on who is known."""
        names = [self.newsletter.name, *(other.name for other in self.others)]
        return views.page(self.newsletter, self.tongue) | {"names": names, "kept": self.entered.kept}

    def again(self, now: datetime) -> dict[str, Any]:
        """From when on *Send it again* works, as the page says and sends it on."""
        zone = self.choice.zone or self.newsletter.zone
        at = said_instant() if is_too_early(now) else now + _PAUSE
        local = at.astimezone(ZoneInfo(zone))
        return {"from": int(at.timestamp()), "hour": f"{local:%H:%M}", "zone": zone_in_words(zone, self.tongue)}

    def _evidence(self, door: Door) -> Evidence:
        shown = consent_sentence(self.newsletter.name, self.tongue)
        return replace(evidence_of(shown), form=door, language=self.tongue.language)


def asked_of(offer: Offer) -> Asked:
    """What this request asks of a newsletter. Called with no transaction open."""
    newsletter, came = offer.newsletter, entered()
    choice = choice_from(newsletter, offer.topics, offer.languages, request.form)
    return Asked(newsletter, tongue_offered(newsletter, offer.languages), came, choice, _others(newsletter, came))


def _others(newsletter: Newsletter, came: Entered) -> tuple[Newsletter, ...]:
    if not came.also:
        return ()
    with reading() as session:
        return tuple(each for each in others_of(session, newsletter) if each.slug in came.also)


def address_entered() -> str:
    """The address, or the better one that was offered for it and taken. Raises AddressError."""
    typed, instead = request.form.get("address", ""), request.form.get("instead", "")
    # A hint holds for the address it was given for: whoever has typed another one since means that.
    return instead if instead and better_address(parse_address(typed)) == instead else typed


def is_as_typed() -> bool:
    """Whether the question for a better address is answered already, or there is nobody to ask."""
    return any(request.form.get(name) for name in ("as_typed", "again", HONEYPOT))


def is_too_early(now: datetime) -> bool:
    """Whether *Send it again* was pressed before the instant that the page had named."""
    return "again" in request.form and now < said_instant() <= now + _PAUSE


def said_instant() -> datetime:
    """The instant that the page had named; long ago where it named none."""
    said = request.form.get("from", "")
    is_instant = said.isascii() and said.isdigit() and len(said) <= _ENOUGH_DIGITS
    return datetime.fromtimestamp(int(said) if is_instant else 0, ZoneInfo("UTC"))
