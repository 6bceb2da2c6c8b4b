"""An article as a content system or a file hands it in: what may be said of it, and what it becomes."""

from collections.abc import Sequence
from typing import Annotated, Final

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StrictBool,
    ValidationInfo,
    field_validator,
)

from newsletter.catalogue.newsletters import Topic
from newsletter.errors import RefusedError
from newsletter.feeds.handing_in import Given
from newsletter.feeds.importing.instants import as_written, in_reach
from newsletter.feeds.markup import LONGEST_HTML
from newsletter.feeds.own_pages import HERE
from newsletter.feeds.parsing.items import ParsedItem
from newsletter.feeds.parsing.making import Raw, made_item
from newsletter.feeds.pictures.lookup import first_in
from newsletter.feeds.sanitizing import absolute, line, safe_html
from newsletter.feeds.writing import LONGEST_MARKDOWN, html_of, html_of_text

_FORMS: Final = ("html", "text", "markdown")

Name = Annotated[str, Field(max_length=100)]
Instant = Annotated[AwareDatetime, BeforeValidator(as_written), AfterValidator(in_reach)]


class UnknownTopicError(RefusedError):
    """A topic was named that the newsletter does not have."""


class Submitted(BaseModel):
    """An article. Only `url` and `title` are needed; without a text, the page itself is read."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True, title="Article handed in")

    id: str = Field("", max_length=500, description="Your own id of the article. It is known by it for ever.")
    url: str = Field(max_length=2_000, description="Where readers find the article: http or https.")
    title: str = Field(min_length=1, max_length=1_000)
    summary: str = Field("", max_length=20_000, description="Plain text. Without one, the text begins the mail.")
    html: str = Field("", max_length=LONGEST_HTML, description="The text. Give it in one form only.")
    text: str = Field("", max_length=LONGEST_MARKDOWN, description="The text without any marks.")
    markdown: str = Field("", max_length=LONGEST_MARKDOWN, description="The text in CommonMark, with tables.")
    author: str = Field("", max_length=500)
    image_url: str = Field("", max_length=2_000)
    image_alt: str = Field("", max_length=1_000, description="What the picture shows; empty where it only decorates.")
    topics: list[Name] | None = Field(
        None,
        max_length=50,
        description="Slugs or names of topics. Left out, the categories decide by the newsletter's rules.",
    )
    categories: list[Name] = Field(default_factory=list, max_length=50, description="As your site names them.")
    published_at: Instant | None = Field(None, description="For show and order; one ahead holds it till then.")
    embargo_until: Instant | None = Field(None, description="Not mailed before this instant.")
    hold: StrictBool = Field(default=False, description="Held until an editor releases it.")
    language: str = Field("", max_length=35, description="Like `en` or `de-AT`.")

    @field_validator("url", "image_url")
    @classmethod
    def _is_web_address(cls, value: str, info: ValidationInfo) -> str:
        if value and not absolute(value, ""):
            raise ValueError("Give an http or https address, without a user name or password.")
        if not value and info.field_name == "url":
            raise ValueError("Give the address where readers find the article.")
        return absolute(value, "")

    @field_validator("title")
    @classmethod
    def _has_letters(cls, value: str) -> str:
        if not line(value):
            raise ValueError("Give a title with at least one letter that can be seen.")
        return line(value)

    @field_validator("text", "markdown")
    @classmethod
    def _is_the_only_form(cls, value: str, info: ValidationInfo) -> str:
        if value and any(info.data.get(form) for form in _FORMS if form != info.field_name):
            raise ValueError("Give the text in one form only: html, text or markdown.")
        return value.replace("\x00", "")

    @property
    def has_text(self) -> bool:
        """Whether there is a text; else the page is to be read."""
        return any(getattr(self, form) for form in _FORMS)


def item_of(submitted: Submitted) -> ParsedItem:
    """The article, clean and bounded as if a feed had it."""
    html = _html(submitted)
    in_text = first_in(html)
    return made_item(
        Raw(
            guid=line(submitted.id),
            url=submitted.url,
            title=submitted.title,
            summary=line(submitted.summary),
            html=html,
            author=line(submitted.author),
            image_url=submitted.image_url or in_text.url,
            image_alt=line(submitted.image_alt) if submitted.image_url else in_text.alt,
            categories=filter(None, map(line, submitted.categories)),
            published_at=submitted.published_at,
            updated_at=None,
            language=line(submitted.language),
        ),
        feed_title="",
    )


def given_of(submitted: Submitted, topics: Sequence[Topic]) -> Given:
    """What is handed in. Raises UnknownTopicError, with the topics there are."""
    return Given(
        item=item_of(submitted),
        topic_ids=None if submitted.topics is None else topic_ids_of(submitted.topics, topics),
        embargo_at=submitted.embargo_until,
        is_held=submitted.hold,
        markdown=submitted.markdown or None,
    )


def topic_ids_of(names: Sequence[str], topics: Sequence[Topic]) -> frozenset[int]:
    """The ids of topics by their slugs or names. Raises UnknownTopicError, with the topics there are."""
    known = {topic.name.casefold(): topic.id for topic in topics} | {topic.slug: topic.id for topic in topics}
    unknown = [name for name in names if name.casefold() not in known]
    if unknown:
        there = ", ".join(topic.slug for topic in topics) or "none yet"
        raise UnknownTopicError(f"There is no topic {line(unknown[0])} in this newsletter; there are: {there}.")
    return frozenset(known[name.casefold()] for name in names)


def _html(submitted: Submitted) -> str:
    # Where the address is only a stand-in, a relative link would lead nowhere, and is left out.
    base = "" if submitted.url == HERE else submitted.url
    if submitted.markdown:
        return html_of(submitted.markdown, base)
    return safe_html(submitted.html or html_of_text(submitted.text), base)
