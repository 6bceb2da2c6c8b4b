"""The facts behind the golden mails: one newsletter, one reader, ten articles, all of them fixed."""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Final

from newsletter.accounts.editors import LoginLink
from newsletter.catalogue.languages import tongue_for
from newsletter.catalogue.newsletters import Newsletter
from newsletter.delivery.kinds import MailKind
from newsletter.editions.editions import Edition, Question
from newsletter.feeds.articles import Feed
from newsletter.links import Links
from newsletter.mails import (
    address_change,
    address_changed,
    already_subscribed,
    confirmation,
    digest,
    edition_question,
    feed_trouble,
    fresh_link,
    login_link,
    proof,
    welcome,
)
from newsletter.mails.content import ArticleBlock, Picture, Rendered
from newsletter.mails.digest import DigestFacts
from newsletter.mails.imprint import imprint_of
from newsletter.mails.recipients import AskedEditor, FeedEditor, LinkHolder, MailboxOwner, Mover, ProofReader, Reader
from newsletter.mails.rendering import rendered
from newsletter.mails.slots import filled
from newsletter.mails.variants import drawn
from newsletter.signing import Signer
from newsletter.subscriptions.subscribers import AddressChange, Cadence, MailboxProof, Subscription, SubscriptionState

AT: Final = datetime(2026, 11, 29, 9, 0, tzinfo=UTC)
DAY: Final = date(2026, 12, 4)
TOPICS: Final = ("Science", "Technology", "Artificial intelligence")
LINKS: Final = Links("https://news.example.org", Signer(("a-secret-for-tests-that-is-long-enough-0123456789",)))


def the_newsletter(**changed: object) -> Newsletter:
    """The Daily Proof, Fridays at seven, Berlin time."""
    values: dict[str, object] = {
        "id": 1,
        "slug": "daily-proof",
        "name": "The Daily Proof",
        "tagline": "",
        "site_url": "https://www.dailyproof.example",
        "publisher": "The Daily Proof",
        "postal_address": "Bleisatzgasse 7, 10000 Berlin, Germany",
        "sender_address": "post@dailyproof.example",
        "reply_address": "editors@dailyproof.example",
        "language": "en",
        "zone": "Europe/Berlin",
        "weekday": 4,
        "hour": 7,
        "minimum_articles": 1,
        "blackout_dates": "",
        "on_blackout": "skip",
        "created_at": AT,
        "live_at": AT,
        "is_formal": True,
    }
    return Newsletter(**{**values, **changed})


def the_reader(
    newsletter: Newsletter | None = None, *, state: SubscriptionState = SubscriptionState.ACTIVE, topics: str = ""
) -> Reader:
    """Ines, who reads about everything."""
    newsletter = newsletter or the_newsletter()
    subscription = Subscription(
        id=7,
        subscriber_id=5,
        newsletter_id=newsletter.id,
        state=state,
        cadence=Cadence.WEEKLY,
        confirm_nonce="confirm-nonce",
        nonce="nonce",
        requested_at=AT - timedelta(minutes=3),
        joined_at=AT,
        left_at=None,
    )
    return Reader(
        "ines@example.org", newsletter, subscription, tongue_for(newsletter), topics or "science, technology and AI"
    )


def article(
    title: str, summary: str, *, topic: str, author: str, minutes: int, picture: tuple[str, str] | None = None
) -> ArticleBlock:
    """An article of The Daily Proof; a picture is its file and what it shows."""
    slug = re.sub(r"[^a-z0-9]+", "-", title.lower())
    shown = (
        Picture(f"https://www.dailyproof.example/pictures/{picture[0]}.png", picture[1], 1200, 675) if picture else None
    )
    return ArticleBlock(title, f"https://www.dailyproof.example/{slug}", summary, author, topic, minutes, shown)


SCIENCE, TECHNOLOGY, AI = TOPICS
ARTICLES: Final = (
    article(
        "Under the ice shelf, a river runs the wrong way",
        "Instruments left beneath the shelf for two winters recorded meltwater flowing inland, uphill, for eleven "
        "days. It may explain why the ice thins where every model says it should hold.",
        topic=SCIENCE,
        author="Maren Oduya",
        minutes=9,
        picture=("ice-shelf", "A drawing of an ice shelf, with a float hung far below it and arrows that point inland"),
    ),
    article(
        "The ferry that charges itself on the tide",
        "An island line runs its night crossing on the current it crosses. We went along, with a meter.",
        topic=TECHNOLOGY,
        author="Priya Anselm",
        minutes=7,
        picture=("ferry", "A small ferry on a calm sea below a low red sun"),
    ),
    article(
        "A yeast that keeps time without a clock",
        "Strip out every known clock gene and the colony still divides at dusk. Nobody is sure what it is listening "
        "to.",
        topic=SCIENCE,
        author="Jonas Talvik",
        minutes=5,
        picture=("yeast", "Rings of yeast cells in blue, one of them red"),
    ),
    article(
        "Six pocket-sized models, one tram timetable",
        "We asked them the same forty questions, offline. Two of them never guessed.",
        topic=AI,
        author="Teo Marsh",
        minutes=8,
        picture=("pocket-models", "Six small boxes beside each other, one of them red"),
    ),
    article(
        "The decimal point that ended an outbreak",
        "Three districts, two surveys, one rounding rule: how a spreadsheet declared an illness over.",
        topic=SCIENCE,
        author="Ilse Brandauer",
        minutes=6,
    ),
    article(
        "Why your lift is slower than it was in 1974",
        "The motors are better, the doors are kinder, and the software waits for people who have taken the stairs.",
        topic=TECHNOLOGY,
        author="Priya Anselm",
        minutes=5,
    ),
    article(
        "The exam that marked its own homework",
        "A popular reasoning test shares a fifth of its questions with the data it was meant to judge. Its makers "
        "found out first, and said so.",
        topic=AI,
        author="Ilse Brandauer",
        minutes=6,
    ),
    article(
        "Bees agree faster when a few of them are wrong",
        "A little stubbornness saves the swarm from a bad home, say people who painted four thousand foragers.",
        topic=SCIENCE,
        author="Jonas Talvik",
        minutes=4,
    ),
    article(
        "Triage by machine: a year on, the queue is the same",
        "The software is faster. The beds are not. Notes from a ward that kept count.",
        topic=AI,
        author="Noor Calder",
        minutes=10,
    ),
)


def the_digest(kind: MailKind = MailKind.DIGEST, newsletter: Newsletter | None = None) -> Rendered:
    """The digest of all articles, with slots; seven more did not fit."""
    newsletter = newsletter or the_newsletter()
    return drawn(kind, DigestFacts(DAY, ARTICLES, TOPICS, more=7), newsletter, tongue_for(newsletter))


def the_broken_feed(**changed: object) -> Feed:
    """The feed of The Daily Proof's science pages, which has not answered for a day."""
    values: dict[str, object] = {
        "id": 4,
        "newsletter_id": 1,
        "url": "https://www.dailyproof.example/science/feed.xml",
        "title": "The Daily Proof: Science",
        "connected_at": AT - timedelta(days=90),
        "trouble": "www.dailyproof.example did not answer in time. We try again by ourselves.",
        "failing_since_at": AT - timedelta(days=1),
        "ended_at": None,
    }
    return Feed(**{**values, **changed})


def the_asked_editor(newsletter: Newsletter) -> AskedEditor:
    """Maren, who is asked to approve the next weekly digest."""
    send_at = datetime(2026, 12, 4, 6, 0, tzinfo=UTC)
    cutoff_at = send_at - timedelta(hours=1)
    edition = Edition(id=12, newsletter_id=1, cadence="weekly", local_date=DAY, cutoff_at=cutoff_at, send_at=send_at)
    edition.question, edition.asked_at = Question.APPROVAL, cutoff_at
    titles = ["Under the ice shelf, a river", "What a battery remembers"]
    return AskedEditor("maren@dailyproof.example", newsletter, edition, titles)


def the_mailbox_owner() -> MailboxOwner:
    """Ines, who asked for a link to her own inbox."""
    newsletter = the_newsletter()
    hour = timedelta(hours=1)
    proof = MailboxProof(id=2, subscription_id=7, nonce="nonce", requested_at=AT, expires_at=AT + hour)
    return MailboxOwner("ines@example.org", newsletter, tongue_for(newsletter), proof)


def the_mover(address: str) -> Mover:
    """Ines, who has a new address."""
    newsletter = the_newsletter()
    change = AddressChange(
        id=4,
        subscriber_id=5,
        subscription_id=7,
        old_address="ines@example.org",
        old_address_key="ines@example.org",
        new_address="ines.okafor@mail.example",
        new_address_key="ines.okafor@mail.example",
        nonce="nonce",
        undo_nonce="another nonce",
        requested_at=AT,
        confirmed_at=AT + timedelta(minutes=20),
    )
    return Mover(address, newsletter, tongue_for(newsletter), change)


def golden_mails() -> Mapping[str, Rendered]:
    """Every kind of mail, by the name of its folder."""
    newsletter, reader = the_newsletter(), the_reader()
    imprint = imprint_of(newsletter, tongue_for(newsletter))
    pending = the_reader(state=SubscriptionState.PENDING)
    link = LoginLink(id=3, editor_id=1, nonce="nonce", created_at=AT, expires_at=AT + timedelta(hours=24), used_at=None)
    holder = LinkHolder("maren@dailyproof.example", link, newsletter)
    editor = ProofReader("maren@dailyproof.example", newsletter)
    return {
        MailKind.CONFIRMATION: rendered(MailKind.CONFIRMATION, confirmation.content(pending, LINKS, AT), imprint),
        MailKind.ALREADY_SUBSCRIBED: rendered(
            MailKind.ALREADY_SUBSCRIBED, already_subscribed.content(reader, LINKS, AT), imprint
        ),
        MailKind.FRESH_LINK: rendered(MailKind.FRESH_LINK, fresh_link.content(the_mailbox_owner(), LINKS), imprint),
        MailKind.ADDRESS_CHANGE: rendered(
            MailKind.ADDRESS_CHANGE, address_change.content(the_mover("ines.okafor@mail.example"), LINKS), imprint
        ),
        MailKind.ADDRESS_CHANGED: rendered(
            MailKind.ADDRESS_CHANGED, address_changed.content(the_mover("ines@example.org"), LINKS), imprint
        ),
        MailKind.WELCOME: rendered(MailKind.WELCOME, welcome.content(reader, LINKS, AT), imprint),
        MailKind.DIGEST: filled(the_digest(), digest.personal(reader, LINKS, 7)),
        MailKind.PROOF: filled(the_digest(MailKind.PROOF), proof.personal(editor, LINKS)),
        MailKind.FEED_TROUBLE: rendered(
            MailKind.FEED_TROUBLE,
            feed_trouble.content(FeedEditor("maren@dailyproof.example", newsletter, the_broken_feed()), LINKS),
            imprint,
        ),
        MailKind.EDITION_QUESTION: rendered(
            MailKind.EDITION_QUESTION, edition_question.content(the_asked_editor(newsletter), LINKS), imprint
        ),
        MailKind.LOGIN_LINK: rendered(MailKind.LOGIN_LINK, login_link.content(holder, LINKS), imprint),
    }
