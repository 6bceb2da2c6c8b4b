"""What mails hold, as plain data for the templates."""

from dataclasses import dataclass
from typing import Final

_RIGHT_TO_LEFT: Final = frozenset({"ar", "fa", "he", "ur", "yi", "ps", "dv"})


@dataclass(frozen=True, slots=True)
class Imprint:
    """What the head and the foot of every mail say of its sender."""

    name: str
    site: str  # as people say it
    publisher: str
    postal_address: str
    language: str

    @property
    def direction(self) -> str:
        """How the language is written: `ltr` or `rtl`."""
        return "rtl" if self.language.partition("-")[0] in _RIGHT_TO_LEFT else "ltr"


@dataclass(frozen=True, slots=True)
class Picture:
    """A linked picture, with the size that it is shown at in px; `alt` is empty where it is ornament."""

    url: str
    alt: str
    width: int
    height: int

    def height_at(self, width: int) -> int:
        """How high it is when shown so wide."""
        return round(self.height * width / self.width)


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


@dataclass(frozen=True, slots=True)
class Rendered:
    """A mail as written: its subject, and two parts of equal worth."""

    subject: str
    text: str
    html: str
