"""What comes next for one reader, by the code that sends."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from config import defaults
from newsletter.catalogue.newsletters import Newsletter
from newsletter.editions import building, runs
from newsletter.editions.cadence import next_occurrence
from newsletter.editions.editions import EditionState
from newsletter.editions.rhythms import rule_for, rule_of
from newsletter.language import Tongue, long_date
from newsletter.mails.sentences import next_mail_on
from newsletter.subscriptions.subscribers import Cadence, Subscriber, Subscription, SubscriptionState
from newsletter.suppression.suppressions import suppressed_among
from newsletter.web.public import promises


def next_in_words(
    session: Session, newsletter: Newsletter, subscription: Subscription, tongue: Tongue, *, now: datetime
) -> dict[str, str]:
    """When the next mail comes and what waits for it; or, as `nothing`, why none does."""
    say = tongue.gettext
    address_key = session.get_one(Subscriber, subscription.subscriber_id).address_key
    if suppressed_among(session, [address_key]):
        return {"nothing": say("No mail comes: this address is on the list of those that we must not write to.")}
    if not newsletter.is_live:
        return {
            "nothing": say(
                "%(newsletter)s has not begun yet; no mail comes before it does.", newsletter=newsletter.name
            )
        }
    rule = rule_for(newsletter, subscription)
    if subscription.state == SubscriptionState.PAUSED:
        until = subscription.paused_until
        if until is None:
            return {"nothing": say("Paused: no mail comes until you end the pause.")}
        return {"paused": long_date(next_mail_on(rule, max(until, now)), tongue)}
    return {
        "when": promises.next_one(rule, now, tongue),
        "so_far": promises.so_far(_waiting(session, newsletter, subscription, now=now), tongue),
    }


def _waiting(session: Session, newsletter: Newsletter, subscription: Subscription, *, now: datetime) -> int:
    """How many articles are due to this reader in the next edition."""
    cadence = Cadence(subscription.cadence)
    edition = runs.upcoming(session, newsletter, cadence, now=now)
    if edition is not None and edition.state == EditionState.CLOSED:
        frame = building.frame_of(session, edition)
    else:
        run = next_occurrence(rule_of(newsletter, cadence), now)
        frame = building.frame_at(session, newsletter, cadence, run.at - defaults.CUTOFF_BEFORE_SEND)
    # What is below the minimum waits too.
    [chosen] = building.chosen_for(session, replace(frame, minimum=1), [subscription], now=now)
    return len(chosen.digest.article_ids) + chosen.digest.more
