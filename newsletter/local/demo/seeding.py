"""Making the demo newsletter in an empty database."""

from datetime import datetime
from pathlib import Path
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.catalogue.newsletters import Newsletter, Topic
from newsletter.catalogue.shelf import NewNewsletter, add_newsletter, add_topic, go_live
from newsletter.errors import RefusedError
from newsletter.feeds.articles import Article, ArticleAlias, ArticleTopic, Origin
from newsletter.feeds.identity import AliasKind, canonical_link
from newsletter.feeds.pictures.making import make_picture
from newsletter.feeds.pictures.wanting import upload
from newsletter.local.demo.samples import Sample, samples
from newsletter.subscriptions.subscribers import Subscriber

PICTURES: Final = Path(__file__).parents[2] / "web" / "static" / "demo"
TOPICS: Final = {"science": "Science", "technology": "Technology", "artificial-intelligence": "Artificial intelligence"}


def is_empty(session: Session) -> bool:
    """Whether nobody has made a newsletter or subscribed to one here."""
    return all(session.scalar(select(table.id).limit(1)) is None for table in (Newsletter, Subscriber))


def demo_newsletter(session: Session) -> Newsletter | None:
    """The demo newsletter, if there is one."""
    return session.scalar(select(Newsletter).where(Newsletter.is_demo))


def seed(session: Session, base_url: str, *, now: datetime) -> Newsletter:
    """Make the demo newsletter, live, with its articles. Raises RefusedError unless the database is empty."""
    if not is_empty(session):
        raise RefusedError("The demo is made only in an empty database; this one has newsletters or readers.")
    newsletter = add_newsletter(
        session,
        NewNewsletter(
            name="The Daily Proof",
            tagline="Science and technology, checked twice and told once",
            sender_address="post@dailyproof.example",
            postal_address="Bleisatzgasse 7, 10000 Berlin, Germany",
            site_url=base_url,
            zone="Europe/Berlin",
            is_demo=True,
        ),
        now=now,
    )
    topics = {slug: add_topic(session, newsletter, name, slug) for slug, name in TOPICS.items()}
    for sample in samples():
        _add_article(session, newsletter, topics[sample.topic], sample, base_url, now=now)
    go_live(newsletter, now=now)
    return newsletter


def follow(session: Session, base_url: str, *, now: datetime) -> None:
    """The installation has another address (another PORT, say): the demo's articles move along.

    Their pictures are served from the database under any address; a demo from before that is brought there.
    """
    newsletter = demo_newsletter(session)
    if newsletter is None:
        return
    _host_pictures(session, newsletter, now=now)
    if newsletter.site_url == base_url:
        return
    former, newsletter.site_url = newsletter.site_url, base_url
    for article in session.scalars(select(Article).where(Article.newsletter_id == newsletter.id)):
        article.url = article.url.replace(former, base_url, 1)
    for alias in session.scalars(select(ArticleAlias).where(ArticleAlias.newsletter_id == newsletter.id)):
        alias.value = alias.value.replace(canonical_link(former), canonical_link(base_url), 1)


def _host_pictures(session: Session, newsletter: Newsletter, *, now: datetime) -> None:
    query = select(Article).where(
        Article.newsletter_id == newsletter.id, Article.image_url.contains("/static/demo/", autoescape=True)
    )
    for article in session.scalars(query):
        article.image_url = _hosted(session, newsletter, article.image_url.rpartition("/")[2], now=now)


def _hosted(session: Session, newsletter: Newsletter, file_name: str, *, now: datetime) -> str:
    """The address of a picture of the demo, kept like one that an editor brings; empty where there is none."""
    path = PICTURES / file_name
    if not file_name or not path.is_file():
        return ""
    return upload(session, newsletter.id, path.read_bytes(), make=make_picture, now=now)


def _add_article(
    session: Session, newsletter: Newsletter, topic: Topic, sample: Sample, base_url: str, *, now: datetime
) -> None:
    at = now - sample.age
    url = f"{base_url}/demo/{sample.slug}"
    article = Article(
        newsletter_id=newsletter.id,
        feed_id=None,
        origin=Origin.COMMAND,
        url=url,
        title=sample.title,
        summary=sample.summary,
        html=sample.html,
        author=sample.author,
        image_url=_hosted(session, newsletter, sample.picture, now=now),
        image_alt=sample.picture_alt,
        minutes=sample.minutes,
        published_at=at,
        first_seen_at=at,
        released_at=at,
        updated_at=at,
    )
    session.add(article)
    session.flush()
    session.add(ArticleTopic(article_id=article.id, topic_id=topic.id))
    names = {"kind": AliasKind.LINK, "value": canonical_link(url)}
    session.add(ArticleAlias(article_id=article.id, newsletter_id=newsletter.id, feed_id=0, **names))
