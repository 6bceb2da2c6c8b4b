"""Articles written in Markdown: at the desk, in a file, or by a content system."""

from datetime import datetime
from typing import Final

from markdown_it import MarkdownIt

from newsletter.feeds.markup import LONGEST_HTML
from newsletter.feeds.parsing.items import ParsedItem
from newsletter.feeds.parsing.making import Raw, made_item
from newsletter.feeds.pictures.lookup import first_in
from newsletter.feeds.sanitizing import absolute, line, safe_html

LONGEST_MARKDOWN: Final = 200_000

# HTML within the Markdown is shown as it is typed: what is written here is text, and nothing else.
_MARKDOWN: Final = MarkdownIt("commonmark", {"html": False, "linkify": False}).enable(["table", "strikethrough"])


def html_of(markdown: str, base_url: str = "") -> str:
    """Markdown as HTML that mails may carry; without a base, relative links are left out."""
    return safe_html(_MARKDOWN.render(markdown[:LONGEST_MARKDOWN])[:LONGEST_HTML], base_url)


def preview(markdown: str) -> str:
    """What a piece of Markdown will look like, as safe HTML."""
    return html_of(markdown)


def html_of_text(text: str) -> str:
    """Plain text as HTML: an empty line ends a paragraph, a line break stays one."""
    paragraphs = [each.strip() for each in text.replace("\r\n", "\n").split("\n\n")]
    return "".join(f"<p>{'<br>'.join(map(_escaped, each.splitlines()))}</p>" for each in paragraphs if each)


def written(
    title: str,
    summary: str,
    markdown: str,
    *,
    url: str,
    author: str = "",
    base_url: str = "",
    guid: str = "",
    image_url: str = "",
    image_alt: str = "",
    categories: tuple[str, ...] = (),
    published_at: datetime | None = None,
    language: str = "",
) -> ParsedItem:
    """The article that this Markdown is. `url` must be absolute; relative links in the text begin at `base_url`."""
    html = html_of(markdown, base_url or url)
    in_text = first_in(html)
    return made_item(
        Raw(
            guid=guid,
            url=url,
            title=line(title),
            summary=line(summary),
            html=html,
            author=line(author),
            image_url=absolute(image_url, base_url or url) or in_text.url,
            image_alt=line(image_alt) if image_url else in_text.alt,
            categories=categories,
            published_at=published_at,
            updated_at=None,
            language=language,
        ),
        feed_title="",
    )


def _escaped(text: str) -> str:
    return line(text).replace("&", "&amp;").replace("<", "&lt;")
