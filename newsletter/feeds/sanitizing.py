"""From a feed's HTML to what mails may carry: safe HTML, plain text, a summary, a reading time."""

import html
import re
from typing import Final
from urllib.parse import urljoin, urlsplit

import idna
import nh3

from newsletter.feeds.identity import without_tracking
from newsletter.feeds.markup import LONGEST_HTML, MOST_TAGS, UNPRINTABLE, bounded, unveiled
from newsletter.language import shortened

LONGEST_SUMMARY: Final = 300
LONGEST_TITLE: Final = 300
_LONGEST_URL: Final = 2_000
_WORDS_A_MINUTE: Final = 220
_SIGNS_A_MINUTE: Final = 500  # in scripts that put no spaces between words
_PIXEL: Final = frozenset({"0", "1", "2", "3"})

_TAGS: Final = {
    *("p", "br", "hr", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "pre", "div"),
    *("a", "b", "strong", "i", "em", "u", "s", "del", "ins", "sub", "sup", "small", "mark", "code", "kbd", "q"),
    *("cite", "abbr", "span", "ul", "ol", "li", "dl", "dt", "dd", "img", "figure", "figcaption"),
    *("table", "caption", "thead", "tbody", "tfoot", "tr", "th", "td"),
}
_DROPPED_WHOLE: Final = {
    *("script", "style", "iframe", "noscript", "template", "svg", "math", "audio", "video", "canvas"),
    *("button", "select", "textarea", "title"),
}
_ATTRIBUTES: Final = {
    "*": {"lang", "dir"},
    "a": {"href", "title"},
    "img": {"src", "alt", "width", "height"},
    "ol": {"start"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
}
_SCHEME: Final = re.compile(r"[^/?#]*:")
_SCHEMES: Final = {"http", "https"}
_IMAGE: Final = re.compile(r'<img((?:\s[\w-]+="[^"]*")*)\s*/?>')  # as nh3 writes it
_NO_HOST: Final = re.compile(r"[\x00-\x20#%/<>?@\\^|\x7f\ufffd\"'`{}]")
_LINK: Final = re.compile(r'<a((?:\s[\w-]+="[^"]*")+)>')
_FIRST_BREAKS: Final = re.compile(r"<pre>\n+")
_MOST_READINGS: Final = 5
_ATTRIBUTE: Final = re.compile(r'\s([\w-]+)="([^"]*)"')
_BLOCK: Final = re.compile(
    r"<(?=/?(?:p|br|hr|h[1-6]|div|li|ul|ol|dl|dt|dd|tr|td|th|table|blockquote|pre|figure|figcaption|section"
    r"|article|header|footer|img)\b)",
    re.IGNORECASE,
)
_NO_SPACES: Final = re.compile("[\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")
# What WordPress and others append to every summary.
_APPENDED: Final = re.compile(
    r"\s*(?:The post .{1,300}? (?:appeared first|first appeared) on .{1,200}"
    r"|(?:Continue reading|Read more)[^.!?]{0,150}[.→»]*"
    r"|\[(?:…|\.\.\.)\])\s*$"
)
_APPENDED_PARAGRAPH: Final = re.compile(
    r"\s*<p>The post <a [^<>]*>[^<>]{1,300}</a> (?:appeared first|first appeared) on <a [^<>]*>[^<>]{1,200}</a>\.?</p>$"
)
_APPENDED_WITHIN: Final = 600
_SENTENCE_ENDS: Final = (".", "!", "?", "”", '"', "»", "’")


def line(text: object) -> str:
    """One line of plain text, without signs that cannot be seen or that turn the writing direction."""
    return " ".join(UNPRINTABLE.sub("", text).split()) if isinstance(text, str) else ""


def safe_html(markup: str, base_url: str) -> str:
    """HTML that mail programs show and that does nothing; links and pictures have absolute addresses.

    Cleaning what is clean changes nothing. Links lose what only tells where a reader came from.
    """
    clean = _clean(markup, base_url)
    # Ends that were missing have been added, what was too long has been cut, and what stood where it may not has been
    # put elsewhere: written out, all of that may be read otherwise. Nearly always the second reading changes nothing.
    for _ in range(_MOST_READINGS):
        fits = len(clean) <= LONGEST_HTML and clean.count("<") <= MOST_TAGS
        if fits and _harmless(clean, absolute(base_url, "")) == clean:
            break
        clean = _clean(clean, base_url)
    return clean


def _clean(markup: str, base_url: str) -> str:
    clean = _harmless(unveiled(bounded(markup)), absolute(base_url, ""))
    clean = UNPRINTABLE.sub("", clean)  # some were written as references
    clean = _FIRST_BREAKS.sub("<pre>", clean)  # whoever reads it takes the first away
    return _LINK.sub(_plain_link, _shown_once(_IMAGE.sub(_visible_image, clean))).strip()


def _harmless(markup: str, base_url: str) -> str:
    """HTML of what mail programs show; where there is no base, without relative links."""
    try:
        return nh3.clean(
            markup,
            tags=_TAGS,
            clean_content_tags=_DROPPED_WHOLE,
            attributes=_ATTRIBUTES,
            url_schemes=_SCHEMES,
            url_relative=("rewrite_with_base", base_url) if base_url else "deny",
            link_rel=None,
        )
    except ValueError:  # it reads addresses more strictly than we do
        if not base_url:
            raise
        return _harmless(markup, "")


def plain_text(markup: str) -> str:
    """The words of some HTML, on one line."""
    if "<" not in markup:
        return line(html.unescape(markup[:LONGEST_HTML]))
    spaced = _BLOCK.sub(" <", unveiled(bounded(markup)))
    return line(html.unescape(nh3.clean(spaced, tags=set(), clean_content_tags=_DROPPED_WHOLE)))


def without_appended(clean: str) -> str:
    """Safe HTML without the paragraph that blog software puts below every text."""
    return clean[:-_APPENDED_WITHIN] + _APPENDED_PARAGRAPH.sub("", clean[-_APPENDED_WITHIN:])


def summary_of(text: str) -> str:
    """A summary of at most 300 letters, without what blog software appends to it."""
    kept, end = text[:-_APPENDED_WITHIN], text[-_APPENDED_WITHIN:]
    for _each in range(2):  # "[…]" and then "The post … appeared first on …"
        end = _APPENDED.sub("", end)
    if not end:
        return shortened(text, LONGEST_SUMMARY)
    if len(kept + end) < len(text):
        end = end.rstrip(" …")
        end += "" if end.endswith(_SENTENCE_ENDS) else "…"
    return shortened(kept + end, LONGEST_SUMMARY)


def reading_minutes(text: str) -> int:
    """How long reading takes, at least a minute."""
    signs = len(_NO_SPACES.findall(text))
    words = len(_NO_SPACES.sub(" ", text).split()) if signs else text.count(" ") + 1
    return max(1, round(words / _WORDS_A_MINUTE + signs / _SIGNS_A_MINUTE))


def absolute(url: object, base_url: str) -> str:
    """An address as an absolute one of http or https; empty where it is none."""
    if not isinstance(url, str) or not url.strip():
        return ""
    try:
        joined = urljoin(base_url, line(url).replace(" ", "%20"))
        parts = urlsplit(joined)
        is_plain = parts.scheme in {"http", "https"} and bool(parts.hostname) and "@" not in parts.netloc
        is_plain = is_plain and parts.port != 0  # reading it raises ValueError where it is no number
        is_plain = is_plain and is_host(parts.hostname or "")
    except ValueError:
        return ""
    return joined if is_plain and len(joined) <= _LONGEST_URL else ""


def is_host(name: str) -> bool:
    """Whether this can be the name or the number of a host, as the URL Standard has it."""
    if _NO_HOST.search(name):
        return False
    if name.isascii():
        return True
    try:
        idna.encode(name, uts46=True)
    except idna.IDNAError:
        return False
    return True


def relative(url: object) -> str:
    """An address that is relative to one we do not know; empty where it is none, or names a scheme."""
    found = line(url)
    return found[:_LONGEST_URL] if found and not _SCHEME.match(found) else ""


def _plain_link(found: re.Match[str]) -> str:
    """A link to a web page, without what only tells where a reader came from."""
    attributes = dict(_ATTRIBUTE.findall(found[1]))
    url = absolute(html.unescape(attributes.get("href", "")), "")
    plain = without_tracking(url) if url else ""
    if plain == html.unescape(attributes.pop("href", "")):
        return found[0]
    kept = {"href": html.escape(plain), **attributes} if plain else attributes
    return "<a" + "".join(f' {name}="{value}"' for name, value in kept.items()) + ">"


def _shown_once(clean: str) -> str:
    """A picture and the same again, for readers without scripts, are one."""
    last = ""

    def _unless_last(found: re.Match[str]) -> str:
        nonlocal last
        source = dict(_ATTRIBUTE.findall(found[1])).get("src", "")
        is_again, last = source == last, source
        return "" if is_again else found[0]

    return _IMAGE.sub(_unless_last, clean)


def _visible_image(found: re.Match[str]) -> str:
    """Pictures stay but for those that nobody can see: they only tell on the reader."""
    attributes = dict(_ATTRIBUTE.findall(found[1]))
    is_pixel = attributes.get("width") in _PIXEL or attributes.get("height") in _PIXEL
    return "" if is_pixel or not attributes.get("src", "").startswith("http") else found[0]
