"""From articles in the database to the blocks of a digest: the lead, and sections by topic."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.catalogue.newsletters import Topic
from newsletter.feeds.articles import Article, ArticleTopic
from newsletter.mails.content import ArticleBlock, Picture, Section

_PICTURE_WIDTH = 1200  # twice a column of 600 px; the true size is unknown until pictures are fetched
_PICTURE_HEIGHT = 675


def blocks_of(session: Session, article_ids: Sequence[int]) -> list[ArticleBlock]:
    """The articles of a digest in its order; those that are gone are passed over."""
    found = {a.id: a for a in session.scalars(select(Article).where(Article.id.in_(article_ids)))}
    topics = _first_topics(session, article_ids)
    return [_block(found[each], topics.get(each)) for each in article_ids if each in found]


def lead_and_sections(
    blocks: Sequence[ArticleBlock], topic_order: Sequence[str]
) -> tuple[ArticleBlock, tuple[Section, ...]]:
    """The lead is the first article with a picture (or the first); the others stand by topic. Pure."""
    lead = next((block for block in blocks if block.picture is not None), blocks[0])
    rest = [block for block in blocks if block is not lead]
    names = [*topic_order, *dict.fromkeys(block.topic for block in rest if block.topic not in topic_order)]
    sections = [
        Section(title=name or "More", articles=tuple(block for block in rest if block.topic == name)) for name in names
    ]
    return lead, tuple(section for section in sections if section.articles)


def _first_topics(session: Session, article_ids: Sequence[int]) -> dict[int, str]:
    query = (
        select(ArticleTopic.article_id, Topic.name)
        .join(Topic, Topic.id == ArticleTopic.topic_id)
        .where(ArticleTopic.article_id.in_(article_ids))
        .order_by(Topic.position.desc())
    )
    return dict(session.execute(query).all())


def _block(article: Article, topic: str | None) -> ArticleBlock:
    picture = None
    if article.image_url:
        picture = Picture(article.image_url, article.image_alt, _PICTURE_WIDTH, _PICTURE_HEIGHT)
    return ArticleBlock(
        title=article.title,
        url=article.url,
        summary=article.summary,
        author=article.author or None,
        topic=topic,
        minutes=article.minutes,
        picture=picture,
    )
