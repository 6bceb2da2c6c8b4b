"""What the blocks of a digest hold, as plain data for the templates."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Picture:
    """A linked picture, with the size that it is shown at in px; `alt` is empty where it is ornament."""

    url: str
    alt: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class ArticleBlock:
    """An article as it stands in a digest."""

    title: str
    url: str
    summary: str
    author: str | None
    topic: str | None
    minutes: int  # reading time
    picture: Picture | None


@dataclass(frozen=True, slots=True)
class Section:
    """The articles of one topic."""

    title: str
    articles: tuple[ArticleBlock, ...]
