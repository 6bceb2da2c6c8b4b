"""Test data by plain typed functions."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from newsletter.accounts.editors import Editor, Role
from newsletter.accounts.entry import add_editor
from newsletter.catalogue.newsletters import Newsletter, Topic
from newsletter.catalogue.shelf import NewNewsletter, add_newsletter, add_topic
from newsletter.feeds.articles import Article, ArticleTopic
from newsletter.signing import new_nonce
from newsletter.subscriptions.consent import Evidence
from newsletter.subscriptions.subscribers import (
    Cadence,
    Subscriber,
    Subscription,
    SubscriptionState,
    SubscriptionTopic,
)

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
EVIDENCE = Evidence(page="https://news.example.org/n/proof", wording="I ask for it.", network="192.0.2.0/24")


def a_newsletter(
    session: Session,
    name: str = "The Proof",
    *,
    topics: tuple[str, ...] = ("Science", "Technology"),
    is_live: bool = True,
    at: datetime = NOW,
) -> Newsletter:
    """A newsletter with topics, live unless said otherwise; Fridays at seven, Berlin time."""
    newsletter = add_newsletter(
        session,
        NewNewsletter(
            name=name,
            sender_address="post@proof.example",
            postal_address="Bleisatzgasse 7, 10000 Berlin, Germany",
            site_url="https://proof.example",
            zone="Europe/Berlin",
        ),
        now=at,
    )
    if is_live:
        newsletter.live_at = at
    for topic in topics:
        add_topic(session, newsletter, topic)
    return newsletter


def topic_ids(session: Session, newsletter: Newsletter) -> dict[str, int]:
    """The topics of a newsletter: slug → id."""
    query = select(Topic).where(Topic.newsletter_id == newsletter.id)
    return {topic.slug: topic.id for topic in session.scalars(query)}


def a_reader(
    session: Session,
    newsletter: Newsletter,
    address: str = "anna@example.org",
    *,
    topics: tuple[str, ...] = (),
    cadence: Cadence = Cadence.WEEKLY,
    state: SubscriptionState = SubscriptionState.ACTIVE,
    joined_at: datetime = NOW - timedelta(days=30),
) -> Subscription:
    """An active reader of all topics, unless said otherwise."""
    subscriber = session.scalar(select(Subscriber).where(Subscriber.address_key == address))
    if subscriber is None:
        subscriber = Subscriber(address=address, address_key=address, created_at=joined_at)
        session.add(subscriber)
        session.flush()
    subscription = Subscription(
        subscriber_id=subscriber.id,
        newsletter_id=newsletter.id,
        state=state,
        cadence=cadence,
        confirm_nonce=new_nonce(),
        nonce=new_nonce(),
        requested_at=joined_at,
        joined_at=None if state is SubscriptionState.PENDING else joined_at,
        left_at=None,
    )
    session.add(subscription)
    session.flush()
    ids = topic_ids(session, newsletter)
    for topic in topics:
        session.add(SubscriptionTopic(subscription_id=subscription.id, topic_id=ids[topic], chosen_at=joined_at))
    session.flush()
    return subscription


def an_article(
    session: Session,
    newsletter: Newsletter,
    title: str = "Under the ice shelf",
    *,
    topics: tuple[str, ...] = ("science",),
    released_at: datetime | None = NOW - timedelta(hours=2),
) -> Article:
    """A released article of two hours ago, unless said otherwise."""
    slug = title.lower().replace(" ", "-")
    article = Article(
        newsletter_id=newsletter.id,
        feed_id=None,
        url=f"https://proof.example/{slug}",
        title=title,
        summary=f"What {title} is about.",
        html=f"<p>{title}.</p>",
        author="Maren Oduya",
        image_url="",
        image_alt="",
        minutes=4,
        published_at=released_at,
        first_seen_at=released_at or NOW,
        released_at=released_at,
        updated_at=released_at or NOW,
    )
    session.add(article)
    session.flush()
    ids = topic_ids(session, newsletter)
    rows = [{"article_id": article.id, "topic_id": ids[topic]} for topic in topics]
    if rows:
        session.execute(insert(ArticleTopic), rows)
    return article


def an_editor(session: Session, address: str = "maren@proof.example", *, role: Role = Role.OWNER) -> Editor:
    """An owner, unless said otherwise."""
    return add_editor(session, address, "Maren Oduya", role=role, now=NOW)
