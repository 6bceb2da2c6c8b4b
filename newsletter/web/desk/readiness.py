"""What stands between a newsletter and its first readers."""

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from config.settings import Settings
from newsletter.catalogue import shelf
from newsletter.catalogue.newsletters import Newsletter
from newsletter.editions.rhythms import rule_of
from newsletter.feeds.articles import Feed
from newsletter.language import counted, joined
from newsletter.mails.sentences import rhythm
from newsletter.web.desk.board import MAIN


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that is done, or what to do."""

    name: str
    is_done: bool
    says: str
    is_needed: bool = False  # without it, going live is refused


def checks(session: Session, newsletter: Newsletter, settings: Settings) -> list[Check]:
    """All of them, in the order in which one does them."""
    when = rhythm(rule_of(newsletter, MAIN))
    return [
        Check("Rhythm", is_done=True, says=f"{when[:1].upper()}{when[1:]}."),
        _postal_address(newsletter),
        _feeds(session, newsletter),
        _topics(session, newsletter),
        _relay(settings),
    ]


def _postal_address(newsletter: Newsletter) -> Check:
    says = newsletter.postal_address or "A postal address must stand in every mail. It is missing."
    return Check("Postal address", is_done=bool(newsletter.postal_address), says=says, is_needed=True)


def _feeds(session: Session, newsletter: Newsletter) -> Check:
    number = session.scalar(select(func.count()).select_from(Feed).where(Feed.newsletter_id == newsletter.id)) or 0
    says = f"{counted(number, 'feed')} connected." if number else "No feed is connected, so no article will come."
    return Check("Feeds", is_done=number > 0, says=says)


def _topics(session: Session, newsletter: Newsletter) -> Check:
    names = [topic.name for topic in shelf.topics_of(session, newsletter.id)]
    says = f"{joined(names)}." if names else "None; every reader gets every article. That is fine for a start."
    return Check("Topics", is_done=True, says=says)


def _relay(settings: Settings) -> Check:
    if settings.has_relay:
        return Check("Relay", is_done=True, says="Mail leaves through the relay that is set.")
    return Check("Relay", is_done=False, says="None is set (GAZETTE_SMTP_URL), so mail stays in the local inbox.")
