"""The usual sign-up, of an address that nobody knows yet, as one statement: what a sign-up does in ten otherwise.

Only PostgreSQL can write to several tables in one statement; elsewhere, and for everything but the usual, there is
`signup.sign_up`. A test holds both to the same rows. The statement goes to the driver as it stands, since to put it
together takes longer than to carry it out.
"""

from datetime import datetime
from typing import Final

from newsletter.database import Database
from newsletter.delivery.deliveries import DeliveryState
from newsletter.delivery.kinds import POLICIES, MailKind
from newsletter.delivery.outbox import BELLS
from newsletter.jobs import Job
from newsletter.signing import new_nonce
from newsletter.subscriptions.addresses import Address
from newsletter.subscriptions.choices import Choice
from newsletter.subscriptions.consent import Evidence
from newsletter.subscriptions.subscribers import ConsentAct, SubscriptionState
from newsletter.suppression.hashing import spellings_at

_KIND: Final = MailKind.CONFIRMATION
_LANE: Final = POLICIES[_KIND].lane

# A known or suppressed address gives no row in `reader`, and so none anywhere.
_STATEMENT: Final = """
WITH reader AS (
  INSERT INTO subscribers (address, address_key, created_at, language)
  SELECT %(address)s, %(address_key)s, %(now)s, %(language)s
  WHERE NOT EXISTS (SELECT FROM suppressions WHERE address_key = ANY (%(spellings)s::text[]))
    AND NOT EXISTS (SELECT FROM past_confirmations WHERE address_hash = ANY (%(spellings)s::text[]))
  ON CONFLICT DO NOTHING
  RETURNING id
), subscribed AS (
  INSERT INTO subscriptions (subscriber_id, newsletter_id, state, cadence, confirm_nonce, nonce, requested_at,
                             weekday, hour, zone, wants_breaking)
  SELECT id, %(newsletter_id)s, %(state)s, %(cadence)s, %(confirm_nonce)s, %(nonce)s, %(now)s,
         CAST(%(weekday)s AS INTEGER), CAST(%(hour)s AS INTEGER), %(zone)s, CAST(%(wants_breaking)s AS BOOLEAN)
  FROM reader
  RETURNING id, subscriber_id
), chosen AS (
  INSERT INTO subscription_topics (subscription_id, topic_id, chosen_at)
  SELECT id, topic_id, %(now)s FROM subscribed, unnest(%(topic_ids)s::bigint[]) AS topic_id
), recorded AS (
  INSERT INTO consents (subscription_id, act, at, wording, page, network, form, version, language, user_agent,
                        editor_id)
  SELECT id, %(act)s, %(now)s, %(wording)s, %(page)s, %(network)s, %(form)s, %(version)s, %(shown_in)s, %(user_agent)s,
         CAST(%(editor_id)s AS BIGINT)
  FROM subscribed
), mailed AS (
  INSERT INTO deliveries (kind, lane, state, subscriber_id, subscription_id, created_at, next_attempt_at,
                          attempts, deferrals, unknowns)
  SELECT %(kind)s, %(lane)s, %(queued)s, subscriber_id, id, %(now)s, %(now)s, 0, 0, 0 FROM subscribed
)
SELECT count(*) FROM subscribed
"""


def take_new_reader(
    database: Database, newsletter_id: int, address: Address, choice: Choice, evidence: Evidence, *, now: datetime
) -> bool:
    """Take the sign-up of somebody nobody knows yet; False, with nothing done, where it is not as simple as that.

    A transaction of its own; the mail is announced.
    """
    if database.is_sqlite:
        return False
    values = {
        "address": address.text,
        "address_key": address.key,
        "spellings": spellings_at(database.engine, address.key),
        "language": choice.language,
        "newsletter_id": newsletter_id,
        "state": SubscriptionState.PENDING,
        "cadence": choice.cadence,
        "confirm_nonce": new_nonce(),
        "nonce": new_nonce(),
        "weekday": choice.weekday,
        "hour": choice.hour,
        "zone": choice.zone,
        "wants_breaking": choice.wants_breaking,
        "topic_ids": sorted(choice.topic_ids),
        **_of_evidence(evidence),
        "kind": _KIND,
        "lane": _LANE,
        "queued": DeliveryState.QUEUED,
        "now": now,
    }
    with database.alone() as connection:
        is_done = bool(connection.exec_driver_sql(_STATEMENT, values).scalar_one())
    if is_done:
        database.announce(Job(BELLS[_LANE]))
    return is_done


def _of_evidence(evidence: Evidence) -> dict[str, str | int | None]:
    return {
        "act": ConsentAct.REQUESTED,
        "wording": evidence.wording,
        "page": evidence.page,
        "network": evidence.network,
        "form": evidence.form,
        "version": evidence.version,
        "shown_in": evidence.language,
        "user_agent": evidence.user_agent,
        "editor_id": evidence.editor_id,
    }
