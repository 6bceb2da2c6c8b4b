"""From articles in the database to the blocks of a digest: the lead, and sections by topic."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import TypeAlias

from sqlalchemy import select
from sqlalchemy.orm import Session, defer

from newsletter.catalogue.newsletters import Newsletter, Topic
from newsletter.feeds.articles import Article, ArticleTopic
from newsletter.feeds.pictures.showing import ShownPicture, shown
from newsletter.mails.content import ArticleBlock, Picture, Section

PictureAt: TypeAlias = Callable[[str, str], str]
"""The address of a picture by its digest and suffix: absolute in mails (`Links.picture`), a path on pages."""


def blocks_of(session: Session, article_ids: Sequence[int], picture_at: PictureAt) -> list[ArticleBlock]:
    """The articles of a digest in its order; those that are gone are passed over.

    A picture that is not ready, or broken, is left out; the article stands without one.
    """
    # The text of an article is large, and no digest needs it.
    query = select(Article).where(Article.id.in_(article_ids)).options(defer(Article.html))
    found = {article.id: article for article in session.scalars(query)}
    topics = _first_topics(session, article_ids)
    pictures = pictures_of(session, found.values(), picture_at)
    languages = _languages(session, {article.newsletter_id for article in found.values()})
    return [
        _block(article, topics.get(each), pictures.get(each), languages[article.newsletter_id])
        for each in article_ids
        if (article := found.get(each)) is not None
    ]


def pictures_of(session: Session, articles: Iterable[Article], picture_at: PictureAt) -> Mapping[int, Picture]:
    """The pictures of these articles that can be shown now, by the article's id."""
    with_picture = [article for article in articles if article.shown_image_url]
    ready: dict[tuple[int, str], ShownPicture] = {}
    for newsletter_id in {article.newsletter_id for article in with_picture}:
        addresses = [a.shown_image_url for a in with_picture if a.newsletter_id == newsletter_id]
        ready |= {(newsletter_id, address): each for address, each in shown(session, newsletter_id, addresses).items()}
    return {
        article.id: Picture(picture_at(each.digest, each.suffix), article.shown_image_alt, each.width, each.height)
        for article in with_picture
        if (each := ready.get((article.newsletter_id, article.shown_image_url))) is not None
    }


def lead_and_sections(
    blocks: Sequence[ArticleBlock], topic_order: Sequence[str], *, without_topic: str = "More"
) -> tuple[ArticleBlock, tuple[Section, ...]]:
    """The lead is the first article with a picture (or the first); the others stand by topic. Pure."""
    lead = next((block for block in blocks if block.picture is not None), blocks[0])
    rest = [block for block in blocks if block is not lead]
    names = [*topic_order, *dict.fromkeys(block.topic for block in rest if block.topic not in topic_order)]
    sections = [
        Section(title=name or without_topic, articles=tuple(block for block in rest if block.topic == name))
        for name in names
    ]
    return lead, tuple(section for section in sections if section.articles)


def _languages(session: Session, newsletter_ids: Collection[int]) -> dict[int, str]:
    query = select(Newsletter.id, Newsletter.language).where(Newsletter.id.in_(newsletter_ids))
    return dict(session.execute(query).all())


def _first_topics(session: Session, article_ids: Sequence[int]) -> dict[int, str]:
    query = (
        select(ArticleTopic.article_id, Topic.name)
        .join(Topic, Topic.id == ArticleTopic.topic_id)
        .where(ArticleTopic.article_id.in_(article_ids))
        .order_by(Topic.position.desc())
    )
    return dict(session.execute(query).all())


def _block(article: Article, topic: str | None, picture: Picture | None, language: str) -> ArticleBlock:
    return ArticleBlock(
        title=article.shown_title,
        url=article.url,
        summary=article.shown_summary,
        author=article.author or None,
        topic=topic,
        minutes=article.minutes,
        picture=picture,
        language=article.language or language,
    )
