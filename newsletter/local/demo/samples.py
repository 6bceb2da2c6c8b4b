"""The sample articles, read from their files."""

import tomllib
from dataclasses import dataclass
from datetime import timedelta
from html import escape
from pathlib import Path
from typing import Any, Final

ARTICLES: Final = Path(__file__).parent / "articles"
_LETTERS_A_MINUTE: Final = 1_100


@dataclass(frozen=True, slots=True)
class Sample:
    """One sample article; its age is that at seeding."""

    slug: str
    title: str
    topic: str
    author: str
    age: timedelta
    picture: str  # a file's name, or nothing
    picture_alt: str
    summary: str
    paragraphs: tuple[str, ...]

    @property
    def html(self) -> str:
        """The text as HTML."""
        return "\n".join(f"<p>{escape(paragraph, quote=False)}</p>" for paragraph in self.paragraphs)

    @property
    def minutes(self) -> int:
        """How long it takes to read."""
        return max(1, round(sum(map(len, self.paragraphs)) / _LETTERS_A_MINUTE))


def samples() -> list[Sample]:
    """All sample articles, the newest first."""
    found = [_sample(path) for path in ARTICLES.glob("*.toml")]
    return sorted(found, key=lambda sample: (sample.age, sample.slug))


def _sample(path: Path) -> Sample:
    data: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
    return Sample(
        slug=path.stem,
        title=data["title"],
        topic=data["topic"],
        author=data["author"],
        age=timedelta(hours=data["hours_ago"]),
        picture=data.get("picture", ""),
        picture_alt=data.get("picture_alt", ""),
        summary=" ".join(data["summary"].split()),
        paragraphs=tuple(" ".join(part.split()) for part in data["text"].strip().split("\n\n")),
    )
