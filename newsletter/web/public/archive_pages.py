"""What the pages of the archive show of editions and their articles, as plain data for templates and feeds."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any, Final, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session, load_only

from newsletter.catalogue.languages import topic_names
from newsletter.catalogue.newsletters import Newsletter
from newsletter.catalogue.shelf import topics_of
from newsletter.editions.archive import Past
from newsletter.feeds.articles import Article
from newsletter.language import Tongue, direction_of, shortened
from newsletter.mails.articles import PictureAt, blocks_of, pictures_of
from newsletter.mails.content import ArticleBlock, Picture

_LOOKED_AT: Final = 12
"""So many articles of an edition stand for it in lists: as many as a digest holds."""

_LONGEST_DESCRIPTION: Final = 200
_WHOLE: Final = 20
_MOST: Final = 60
# All columns but the text of the article, which is long.
_SHOWN: Final = (
    Article.newsletter_id,
    Article.url,
    Article.title,
    Article.summary,
    Article.language,
    Article.image_url,
    Article.image_alt,
    Article.updated_at,
    Article.own_title,
    Article.own_summary,
    Article.own_image_url,
    Article.own_image_alt,
)


@dataclass(frozen=True, slots=True)
class Head:
    """An article in a list."""

    title: str
    url: str
    summary: str
    language: str
    picture: Picture | None
    updated_at: datetime

    @property
    def direction(self) -> str:
        """How it is written: `ltr` or `rtl`."""
        return direction_of(self.language)


_Shown = TypeVar("_Shown", Head, ArticleBlock)


@dataclass(frozen=True, slots=True)
class Entry:
    """An edition in a list: its first article, those beside it, and how many there are in all."""

    number: int
    day: date
    sent_at: datetime
    lead: Head
    others: Sequence[Head]
    count: int

    @property
    def changed_at(self) -> datetime:
        """When anything of it last changed."""
        return max(self.sent_at, *(each.updated_at for each in (self.lead, *self.others)))


def entries(
    session: Session,
    newsletter: Newsletter,
    editions: Iterable[Past],
    articles: Mapping[int, Sequence[int]],
    picture_at: PictureAt,
) -> list[Entry]:
    """These editions as a list shows them, by their articles; those without any are left out."""
    shown = [each for each in editions if articles.get(each.edition_id)]
    first = {each.edition_id: articles[each.edition_id][:_LOOKED_AT] for each in shown}
    heads = _heads(session, newsletter, {each for ids in first.values() for each in ids}, picture_at)
    found = []
    for each in shown:
        lead, *others = _lead_first([heads[article_id] for article_id in first[each.edition_id]])
        count = len(articles[each.edition_id])
        found.append(Entry(each.number, each.day, each.send_at, lead, others, count))
    return found


def _heads(session: Session, newsletter: Newsletter, ids: Collection[int], picture_at: PictureAt) -> dict[int, Head]:
    query = select(Article).where(Article.id.in_(ids)).options(load_only(*_SHOWN, raiseload=True))
    articles = list(session.scalars(query))
    pictures = pictures_of(session, articles, picture_at)
    return {
        each.id: Head(
            each.shown_title,
            each.url,
            each.shown_summary,
            each.language or newsletter.language,
            pictures.get(each.id),
            each.updated_at,
        )
        for each in articles
    }


def by_month(found: Sequence[Entry], tongue: Tongue) -> list[dict[str, Any]]:
    """A list of editions under the names of their months: `December 2026`."""
    from babel.dates import format_skeleton  # noqa: PLC0415 - slow to import

    def month(entry: Entry) -> str:
        return format_skeleton("yMMMM", entry.day, locale=tongue.locale)

    def day(entry: Entry) -> str:
        return format_skeleton("EEEd", entry.day, locale=tongue.locale)

    return [
        {"name": name, "entries": [{"edition": each, "day": day(each)} for each in of_month]}
        for name, of_month in groupby(found, key=month)
    ]


def whole(
    session: Session, newsletter: Newsletter, article_ids: Sequence[int], picture_at: PictureAt, tongue: Tongue
) -> dict[str, Any]:
    """An edition with its articles: the lead, sections by topic, the titles of what is beyond, and how many more."""
    blocks = blocks_of(session, article_ids[:_MOST], picture_at)
    lead, *others = _lead_first(blocks[:_WHOLE])
    names = topic_names(session, newsletter.id, tongue)
    said = {topic.name: names[topic.id] for topic in topics_of(session, newsletter.id)}
    return {
        "lead": lead,
        "lead_topic": said.get(lead.topic or "", lead.topic),
        "about_it": shortened(lead.summary or lead.title, _LONGEST_DESCRIPTION),
        "has_topics": bool(said),
        "sections": _sections(others, said, tongue),
        "beyond": blocks[_WHOLE:],
        "more": max(0, len(article_ids) - _MOST),
    }


def _lead_first(articles: Sequence[_Shown]) -> list[_Shown]:
    """The first with a picture, else the first, before all others. Pure."""
    lead = next((each for each in articles[:_LOOKED_AT] if each.picture is not None), articles[0])
    return sorted(articles, key=lambda each: each is not lead)


def _sections(blocks: Sequence[ArticleBlock], said: Mapping[str, str], tongue: Tongue) -> list[dict[str, Any]]:
    """The articles by topic, in the order of the newsletter's topics; what has none stands last. Pure."""
    of_topic = {name: [each for each in blocks if each.topic == name] for name in said}
    loose = [each for each in blocks if each.topic not in said]
    sections = [{"title": said[name], "articles": articles} for name, articles in of_topic.items() if articles]
    return [*sections, {"title": tongue.gettext("More"), "articles": loose}] if loose else sections


def full_date(day: date, tongue: Tongue) -> str:
    """A date with its weekday: `Friday, 27 November 2026`."""
    from babel.dates import format_date  # noqa: PLC0415 - slow to import

    return format_date(day, "full", locale=tongue.locale)


def og_locale(tongue: Tongue) -> str:
    """A tongue as Open Graph spells it, with the country that speaks it most: `de_DE`."""
    if tongue.locale.territory:
        return str(tongue.locale)
    from babel.core import get_global  # noqa: PLC0415 - slow to import

    likely = str(get_global("likely_subtags").get(tongue.language, tongue.language))
    return f"{tongue.language}_{likely.rpartition('_')[2]}"
