"""`gazette edition …`."""

import time
from collections import Counter
from datetime import datetime
from typing import Any, Final

import click
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from config import defaults
from newsletter.catalogue import shelf
from newsletter.catalogue.newsletters import Newsletter
from newsletter.clock import Clock
from newsletter.commands.output import answer, as_json, local_time, say, services
from newsletter.delivery.deliveries import FINAL, Delivery
from newsletter.editions.building import Frame, chosen_for, frame_at, frame_of
from newsletter.editions.cadence import next_occurrence
from newsletter.editions.editions import SPECIAL, Edition, EditionState
from newsletter.editions.outlook import digests_of_all
from newsletter.editions.rhythms import rule_of
from newsletter.editions.runs import upcoming
from newsletter.editions.schedule import request_special
from newsletter.editions.selection import NOTHING, Digest
from newsletter.errors import NotFoundError, RefusedError
from newsletter.feeds.articles import Article
from newsletter.language import counted
from newsletter.subscriptions.addresses import parse_address
from newsletter.subscriptions.moving import subscription_at
from newsletter.subscriptions.subscribers import Cadence, SubscriptionState
from newsletter.wiring import Services

_LOOK_SECONDS: Final = 0.5


@click.group()
def edition() -> None:
    """Editions: plan, send, status."""


@edition.command("send")
@click.argument("slug", metavar="NEWSLETTER", required=False)
@click.option("--wait/--no-wait", default=True, help="Wait and show progress until all is sent.")
@as_json
def send(slug: str | None, wait: bool, is_json: bool) -> None:
    """Send what is due, now, to everybody to whom something is due."""
    with services() as parts:
        with parts.database.write() as session:
            newsletter = shelf.the_newsletter(session, slug)
            made = request_special(session, newsletter, requested_by=None, now=parts.clock.now())
            edition_id = made.id
        data = _wait(parts, edition_id, is_quiet=is_json) if wait else _status(parts, edition_id)
    if is_json:
        answer(data)
    else:
        say(_sentence(data))


@edition.command("status")
@click.argument("edition_id", metavar="EDITION", type=int)
@as_json
def status(edition_id: int, is_json: bool) -> None:
    """Say how an edition stands."""
    with services() as parts:
        data = _status(parts, edition_id)
    if is_json:
        answer(data)
    else:
        say(_sentence(data))


@edition.command("plan")
@click.argument("slug", metavar="NEWSLETTER", required=False)
@click.option("--at", "at", help="An instant like 2026-12-04T07:00Z; the next run when left out.")
@click.option("--reader", "address", help="What this reader would get.")
@as_json
def plan(slug: str | None, at: str | None, address: str | None, is_json: bool) -> None:
    """Show what the next digest would hold, by the very code that sends."""
    with services() as parts, parts.database.read() as session:
        newsletter = shelf.the_newsletter(session, slug)
        data = _plan(session, newsletter, parts.clock, _instant(at), address)
    if is_json:
        answer(data)
        return
    say(
        f"{local_time(data['send_at'], newsletter.zone)}: {counted(data['readers'], 'reader')} in "
        f"{counted(data['variants'], 'variant')}; nothing new for {data['skipped']}."
    )
    for each in data["articles"]:
        say(f"{each['position']:3}. {each['title']}")


def _plan(
    session: Session, newsletter: Newsletter, clock: Clock, at: datetime | None, address: str | None
) -> dict[str, Any]:
    edition_id, send_at, frame = _planned(session, newsletter, clock, at)
    now = clock.now()
    digests = digests_of_all(session, frame, now=now) if address is None else _of_one(session, frame, address, now=now)
    skipped = digests.pop(NOTHING, 0)
    chosen = {article_id for digest in digests for article_id in digest.article_ids}
    listed = [each.article_id for each in frame.candidates if each.article_id in chosen]
    articles = {a.id: a for a in session.scalars(select(Article).where(Article.id.in_(listed)))}
    return {
        "edition": edition_id,
        "send_at": send_at,
        "cutoff_at": frame.cutoff_at,
        "readers": digests.total(),
        "variants": len(digests),
        "skipped": skipped,
        "articles": [
            {"url": articles[article_id].url, "title": articles[article_id].title, "position": place}
            for place, article_id in enumerate(listed, start=1)
        ],
    }


def _planned(
    session: Session, newsletter: Newsletter, clock: Clock, at: datetime | None
) -> tuple[int | None, datetime, Frame]:
    """The edition's id, its instant and its frame: the next scheduled run, or what *Send now* would do `at`."""
    if at is not None:
        return None, at, frame_at(session, newsletter, SPECIAL, at)
    edition = upcoming(session, newsletter, Cadence(defaults.CADENCE), now=clock.now())
    if edition is None:
        run = next_occurrence(rule_of(newsletter, Cadence(defaults.CADENCE)), clock.now())
        cutoff = run.at - defaults.CUTOFF_BEFORE_SEND
        return None, run.at, frame_at(session, newsletter, defaults.CADENCE, cutoff)
    if edition.state == EditionState.CLOSED:
        return edition.id, edition.send_at, frame_of(session, edition)
    # Still open: what will come in before the cutoff is not known yet.
    return edition.id, edition.send_at, frame_at(session, newsletter, edition.cadence, edition.cutoff_at)


def _instant(written: str | None) -> datetime | None:
    if written is None:
        return None
    try:
        instant = datetime.fromisoformat(written)
    except ValueError:
        raise RefusedError(f"--at {written}: write it like 2026-12-04T07:00Z.") from None
    if instant.tzinfo is None:
        raise RefusedError(f"--at {written}: add the zone, like 2026-12-04T07:00Z or +01:00.")
    return instant


def _of_one(session: Session, frame: Frame, address: str, *, now: datetime) -> Counter[Digest]:
    """What one reader gets; nobody, where they get no digest of this newsletter."""
    subscription = subscription_at(session, parse_address(address).key, frame.newsletter_id)
    if subscription is None:
        raise NotFoundError(f"Nobody with the address {address} reads this newsletter.")
    is_served = frame.cadence in {SPECIAL, subscription.cadence} and subscription.state == SubscriptionState.ACTIVE
    readers = [subscription] if is_served else []
    return Counter(each.digest for each in chosen_for(session, frame, readers, now=now))


def _status(parts: Services, edition_id: int) -> dict[str, Any]:
    with parts.database.read() as session:
        found = session.get(Edition, edition_id)
        if found is None:
            raise NotFoundError(f"There is no edition {edition_id}.")
        query = select(Delivery.state, func.count()).where(Delivery.edition_id == edition_id)
        counts = dict(session.execute(query.group_by(Delivery.state)).all())
        return {
            "edition": found.id,
            "state": found.state,
            "cadence": found.cadence,
            "send_at": found.send_at,
            "reason": found.reason,
            "rehearsal": found.is_rehearsal,
            "deliveries": counts,
        }


def _wait(parts: Services, edition_id: int, *, is_quiet: bool) -> dict[str, Any]:
    """Watch an edition until it has ended, or until only mail for later is left."""
    shown = ""
    while True:
        data = _status(parts, edition_id)
        waiting = {state for state in data["deliveries"] if state not in FINAL}
        if data["state"] != EditionState.SENDING or waiting == {"deferred"}:
            return data
        words = _sentence(data)
        if words != shown and not is_quiet:
            say(words)
            shown = words
        time.sleep(_LOOK_SECONDS)


def _sentence(data: dict[str, Any]) -> str:
    if data["state"] == EditionState.SKIPPED:
        return f"Edition {data['edition']}: nothing was sent. {data['reason']}"
    if data["state"] == EditionState.WAITING:
        return f"Edition {data['edition']} waits for an editor, who says at the desk whether it goes out."
    if data["rehearsal"]:
        return f"Edition {data['edition']}: rehearsal, so only the editors got it."
    figures = ", ".join(f"{count} {state}" for state, count in sorted(data["deliveries"].items()))
    return f"Edition {data['edition']} is {data['state']}: {figures or 'being written out'}."
