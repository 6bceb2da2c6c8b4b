"""All that the desk shows of one article."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.exceptions import NotFound

from newsletter.catalogue.newsletters import Newsletter
from newsletter.catalogue.shelf import topics_of
from newsletter.editions.mailed import last_mailed
from newsletter.editions.whereabouts import ArticleState, whereabouts
from newsletter.feeds.articles import Article, ArticleAlias, ArticleTopic, Origin
from newsletter.feeds.pictures.hosted import Picture, PictureState
from newsletter.feeds.pictures.showing import shown
from newsletter.feeds.pictures.wanting import UPLOAD, address_key
from newsletter.feeds.stories import beginning_of
from newsletter.mails.articles import pictures_of
from newsletter.mails.content import Picture as ShownPicture
from newsletter.web.desk.article_history import Revision, history_of
from newsletter.web.desk.article_states import Badge, badge_of, decisions_for
from newsletter.web.desk.listing import feed_titles, waits_until
from newsletter.web.desk.masthead import newsletter_or_404
from newsletter.web.desk.wording import day_and_time
from newsletter.web.public.pictures import path_of

_LARGEST_ID = 2**63 - 1
_OUT = frozenset({ArticleState.IN_EDITION, ArticleState.CORRECTED, ArticleState.CLOSED_IN})


@dataclass(frozen=True, slots=True)
class State:
    """Where an article stands, and what can be decided of it."""

    badge: Badge
    why: str
    edition_id: int | None
    is_out: bool  # an edition has it; decisions come too late
    decisions: tuple[str, ...]
    decision: str
    embargo_day: str  # as its fields take it; empty where there is none
    embargo_time: str


@dataclass(frozen=True, slots=True)
class PictureView:
    """The picture of an article, or why there is none to show."""

    ready: ShownPicture | None
    address: str  # on the web; empty where an editor brought it, or there is none
    is_coming: bool
    trouble: str
    site_path: str  # that of the site where another stands in its place, if it can be shown
    is_of_site: bool


@dataclass(frozen=True, slots=True)
class Story:
    """The article that tells the same, and both beginnings."""

    article_id: int
    title: str
    beginning: str
    own_beginning: str


@dataclass(frozen=True, slots=True)
class TopicChoice:
    """A topic, and whether the article belongs to it."""

    topic_id: int
    name: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class ArticleView:
    """An article as its page shows it."""

    article: Article
    state: State
    picture: PictureView
    topics: Sequence[TopicChoice]
    source: str
    facts: Sequence[tuple[str, str]]  # what is known of it, by name
    aliases: Sequence[tuple[str, str]]
    story: Story | None
    history: Sequence[Revision]
    is_written_here: bool


def article_or_404(session: Session, slug: str, article_id: int) -> tuple[Newsletter, Article]:
    """A newsletter and one of its articles."""
    newsletter = newsletter_or_404(session, slug)
    article = session.get(Article, article_id) if article_id <= _LARGEST_ID else None
    if article is None or article.newsletter_id != newsletter.id:
        raise NotFound("There is no such article in this newsletter. Its list of articles shows all there are.")
    return newsletter, article


def view_of(session: Session, newsletter: Newsletter, article: Article, *, now: datetime) -> ArticleView:
    """Everything about an article."""
    zone = newsletter.zone
    aliases = select(ArticleAlias.kind, ArticleAlias.value).where(ArticleAlias.article_id == article.id)
    return ArticleView(
        article=article,
        state=state_of(session, article, zone, now=now),
        picture=picture_of(session, article),
        topics=_topics(session, article),
        source=feed_titles(session, [article])[article.id],
        facts=_facts(article, zone, now=now),
        aliases=session.execute(aliases.order_by(ArticleAlias.id)).all(),
        story=_story(session, article),
        history=history_of(session, article, zone, now=now),
        is_written_here=is_written_here(article),
    )


def is_written_here(article: Article) -> bool:
    """Whether its text was written at the desk, so that it is edited there too. Pure."""
    return article.origin == Origin.DESK and article.markdown is not None


def state_of(session: Session, article: Article, zone: str, *, now: datetime) -> State:
    """Where an article stands."""
    place = whereabouts(article, last_mailed(session, [article.id]).get(article.id), zone, now=now)
    embargo = article.embargo_at.astimezone(ZoneInfo(zone)) if article.embargo_at else None
    return State(
        badge=badge_of(place.state, waits_until(article, zone, now=now)),
        why=place.sentence,
        edition_id=place.edition_id,
        is_out=place.state in _OUT,
        decisions=decisions_for(place.state, article.decision),
        decision=article.decision,
        embargo_day=f"{embargo:%Y-%m-%d}" if embargo else "",
        embargo_time=f"{embargo:%H:%M}" if embargo else "",
    )


def picture_of(session: Session, article: Article) -> PictureView:
    """The picture that mails show, and that of the site beside it."""
    address = article.shown_image_url
    row = session.scalar(
        select(Picture).where(
            Picture.newsletter_id == article.newsletter_id, Picture.address_hash == address_key(address)
        )
    )
    state = row.state if row is not None and address else ""
    is_of_site = article.own_image_url is None
    of_site = {} if is_of_site else shown(session, article.newsletter_id, [article.image_url])
    return PictureView(
        ready=pictures_of(session, [article], path_of).get(article.id),
        address="" if address.startswith(UPLOAD) else address,
        is_coming=state == PictureState.WANTED,
        trouble=(row.trouble or "It cannot be shown.") if row is not None and state == PictureState.BROKEN else "",
        site_path=next((path_of(each.digest, each.suffix) for each in of_site.values()), ""),
        is_of_site=is_of_site,
    )


def _topics(session: Session, article: Article) -> list[TopicChoice]:
    chosen = set(session.scalars(select(ArticleTopic.topic_id).where(ArticleTopic.article_id == article.id)))
    return [TopicChoice(each.id, each.name, each.id in chosen) for each in topics_of(session, article.newsletter_id)]


def _story(session: Session, article: Article) -> Story | None:
    other = session.get(Article, article.same_story_as) if article.same_story_as is not None else None
    if other is None:
        return None
    own = beginning_of(article.html, article.summary)
    return Story(other.id, other.shown_title, beginning_of(other.html, other.summary), own)


def _facts(article: Article, zone: str, *, now: datetime) -> list[tuple[str, str]]:
    def moment(at: datetime | None) -> str:
        return "" if at is None else day_and_time(at, zone, now=now)

    facts = {
        "Author": article.author,
        "Language": article.language,
        "Categories": ", ".join(article.categories),
        "Reading time": f"{article.minutes} min",
        "Published": moment(article.published_at),
        "First seen": moment(article.first_seen_at),
        "Free since" if article.released_at and article.released_at <= now else "Free from": moment(
            article.released_at
        ),
        "Last changed": moment(article.updated_at) if article.updated_at != article.first_seen_at else "",
    }
    return [(name, value) for name, value in facts.items() if value]
