"""What mails hold, as plain data for the templates."""

from dataclasses import dataclass

from newsletter.language import Tongue, direction_of


@dataclass(frozen=True, slots=True)
class Imprint:
    """What the head and the foot of every mail say of its sender."""

    name: str
    site: str  # as people say it
    publisher: str
    postal_address: str
    tongue: Tongue

    @property
    def language(self) -> str:
        """The language of the mail around its articles."""
        return self.tongue.language

    @property
    def direction(self) -> str:
        """How that language is written: `ltr` or `rtl`."""
        return self.tongue.direction


@dataclass(frozen=True, slots=True)
class Picture:
    """A linked picture, with its true size in px; `alt` is empty where it is ornament."""

    url: str
    alt: str
    width: int
    height: int

    def within(self, width: int, height: int) -> tuple[int, int]:
        """The width and height at which all of it is shown in a frame of this size, never enlarged."""
        scale = min(1.0, width / self.width, height / self.height)
        return max(1, round(self.width * scale)), max(1, round(self.height * scale))


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
    language: str = "en"  # of the article, which may differ from that of the mail

    @property
    def direction(self) -> str:
        """How the article is written: `ltr` or `rtl`."""
        return direction_of(self.language)


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
