"""From what an operator names, a file or an address, to articles that can be handed in."""

import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, assert_never

from newsletter.catalogue.newsletters import Newsletter, Topic
from newsletter.errors import RefusedError
from newsletter.feeds.extracting.found import ExtractedPage
from newsletter.feeds.fetching.fetcher import Fetched, Gone, Unchanged, Unreachable, Wanted, check_url
from newsletter.feeds.handing_in import Given
from newsletter.feeds.importing.files import LARGEST_FILE, submitted_in_json, submitted_in_markdown
from newsletter.feeds.importing.instants import instant_of
from newsletter.feeds.importing.submitted import Submitted, given_of, topic_ids_of
from newsletter.feeds.intake import Intake
from newsletter.feeds.own_pages import HERE
from newsletter.feeds.parsing.making import Raw, is_of_web, made_item

STDIN: Final = "-"


@dataclass(frozen=True, slots=True)
class Adding:
    """What is said of the articles beside what they say themselves; it outranks them."""

    newsletter: Newsletter
    known_topics: Sequence[Topic]
    topics: Sequence[str] = ()
    is_held: bool = False
    embargo: str = ""
    url: str = ""


def given_from(intake: Intake, place: str, said: Adding) -> Iterator[Given]:
    """The articles of a file or of the page at an address; `-` is what comes in by a pipe.

    Raises GazetteError with what to mend, before the first of them is given.
    """
    for given in _read(intake, place, said):
        yield replace(
            given,
            topic_ids=topic_ids_of(said.topics, said.known_topics) if said.topics else given.topic_ids,
            embargo_at=instant_of(said.embargo, said.newsletter.zone) if said.embargo else given.embargo_at,
            is_held=said.is_held or given.is_held,
        )


def _read(intake: Intake, place: str, said: Adding) -> Iterable[Given]:
    if "://" in place:
        return [_of_page(_page_at(intake, place), said)]
    content = _content(place)
    match _kind(place, content):
        case ".json":
            return [given_of(each, said.known_topics) for each in submitted_in_json(content)]
        case ".md" | ".markdown":
            return [given_of(_in_markdown(place, content, said), said.known_topics)]
        case ".html" | ".htm":
            return [_of_page(intake.extract(content, None, said.url), said)]
        case ".csv":
            raise RefusedError(f"Posts that Wix has exported come in with `gazette article import {place}`.")
    raise RefusedError("Articles are read from .md, .html and .json files, and from addresses of pages.")


def _kind(place: str, content: bytes) -> str:
    """The form of a file by its name; of what comes in by a pipe, by how it begins."""
    if place != STDIN:
        return Path(place).suffix.lower()
    start = content.lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
    return {b"<": ".html", b"{": ".json", b"[": ".json"}.get(start, ".md")


def _in_markdown(place: str, content: bytes, said: Adding) -> Submitted:
    submitted = submitted_in_markdown(content, url=said.url or HERE, zone=said.newsletter.zone)
    if submitted.url != HERE or submitted.id or place == STDIN:
        return submitted
    # Known again by the name of its file.
    return submitted.model_copy(update={"id": f"file:{Path(place).name}"})


def _content(place: str) -> bytes:
    try:
        if place == STDIN:
            content = sys.stdin.buffer.read(LARGEST_FILE + 1)
        else:
            with Path(place).open("rb") as file:
                content = file.read(LARGEST_FILE + 1)
    except OSError as error:
        raise RefusedError(f"The file cannot be read: {error.strerror or error}.") from None
    if len(content) > LARGEST_FILE:
        raise RefusedError(f"The file is larger than {LARGEST_FILE // 1_000_000} MB. Articles are not so large.")
    if not content.strip():
        raise RefusedError("The file is empty.")
    return content


def _page_at(intake: Intake, url: str) -> ExtractedPage:
    check_url(url, Wanted.PAGE)
    outcome = intake.fetcher.fetch(url, wanted=Wanted.PAGE, past_caches=True)
    match outcome:
        case Fetched():
            return intake.extract(outcome.content, outcome.content_type, outcome.url)
        case Unreachable() | Gone():
            raise RefusedError(outcome.sentence)
        case Unchanged():
            raise RefusedError("The site says that nothing has changed, though we have never asked before. Try again.")
    assert_never(outcome)


def _of_page(page: ExtractedPage, said: Adding) -> Given:
    """The article on a page. An address given by hand outranks the one by which the page calls itself."""
    url = said.url or page.url
    if not is_of_web(url):
        raise RefusedError("The page does not say where it is to be found. Give its address with --url.")
    raw = Raw(
        guid="",
        url=url,
        title=page.title,
        summary="",
        html=page.html,
        author=page.author,
        image_url=page.image_url,
        image_alt=page.image_alt,
        categories=(),
        published_at=page.published_at,
        updated_at=None,
        language=page.language,
    )
    return Given(made_item(raw, feed_title=page.site_name))
