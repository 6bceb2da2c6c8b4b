"""HTML as feeds have it, made ready for cleaning: kept within bounds, with the pictures that scripts would show.

Everything here takes time that grows with the length of the text only.
"""

import html
import re
from typing import Final

LONGEST_HTML: Final = 256_000
UNPRINTABLE: Final = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x9f\u200b\u2028-\u202e\u2060-\u2069\ufeff\ufffe\uffff\ud800-\udfff]"
)
MOST_TAGS: Final = 12_000  # a page of tables has some thousands
# What is left open is opened again in every paragraph that follows: parsers take quadratic time over it.
_MOST_OPEN: Final = 200
_TAG: Final = re.compile(r"<(/?)([A-Za-z][\w-]{0,30})")
# Written into the HTML itself by feeds that wrap it twice; to a parser of HTML it hides the words up to the next tag.
_WRAPPING: Final = re.compile(r"<!\[CDATA\[|\]\](?:>|&gt;)")
# Elements that need no end, or that the next of their kind ends.
_ENDLESS: Final = frozenset(
    {
        *("p", "li", "dt", "dd", "tr", "td", "th", "thead", "tbody", "tfoot", "option", "colgroup", "col"),
        *("br", "hr", "img", "input", "source", "track", "wbr", "meta", "link", "param", "embed", "area", "base"),
    }
)
# What stands in a frame for old browsers.
_FRAME_WITH_EXCUSE: Final = re.compile(
    r"<iframe\b[^<>]*>(?=[^<]{0,300}\b(?:browser|i?frames?)\b)[^<]{0,500}</iframe\s*>", re.IGNORECASE
)
_FRAME: Final = re.compile(r"</?iframe\b[^<>]*>", re.IGNORECASE)
_WITHOUT_SCRIPTS: Final = re.compile(r"</?noscript\b[^<>]*>", re.IGNORECASE)
_IMAGE: Final = re.compile(r"<img\b([^<>]*)>", re.IGNORECASE)
_ATTRIBUTE: Final = re.compile(r"""([\w-]{1,40})\s{0,5}=\s{0,5}(?:"([^"]*)"|'([^']*)'|([^\s"'<>=`]+))""")
_LATER: Final = ("data-src", "data-lazy-src", "data-original", "data-orig-file", "data-hi-res-src")
_SETS: Final = ("data-srcset", "data-lazy-srcset", "srcset")
_STAND_IN: Final = re.compile(
    r"data:|about:|#|[^?]*(?:/|^)(?:blank|placeholder|spacer|lazy(?:load)?|transparent|pixel|loading|1x1)[\w-]*\.(?:gif|png|svg|jpe?g)",
    re.IGNORECASE,
)
_CANDIDATE: Final = re.compile(r"\s*(\S{1,2000}?)(?:\s+(\d{1,6})(?:\.\d{1,3})?([wx]))?\s*(?:,\s|,?$)")
_WIDE_ENOUGH: Final = 1_200  # twice the column of a mail


def bounded(markup: str) -> str:
    """The beginning of some HTML: no longer, and with no more tags, than can be read soon."""
    markup = UNPRINTABLE.sub("", markup[:LONGEST_HTML])
    if "<![CDATA[" in markup:
        markup = _WRAPPING.sub("", markup)
    return markup[: _end(markup)]


def is_beyond_bounds(markup: str) -> bool:
    """Whether the end of some HTML is left out: it is too long, or has too many tags in one another."""
    return len(markup) > LONGEST_HTML or _end(markup) < len(markup)


def _end(markup: str) -> int:
    """Where reading ends, so that it ends soon."""
    if markup.count("<") <= _MOST_OPEN:
        return len(markup)
    still_open = 0
    for tags, found in enumerate(_TAG.finditer(markup), 1):
        if found[2].lower() not in _ENDLESS:
            still_open = max(0, still_open - 1) if found[1] else still_open + 1
        if tags > MOST_TAGS or still_open > _MOST_OPEN:
            return found.start()
    return len(markup)


def unveiled(markup: str) -> str:
    """HTML with what stands in for scripts and frames in their place, and pictures under their real address."""
    lowered = markup.lower()
    if "<noscript" in lowered:
        markup = _without_scripts(markup)
    if "<iframe" in lowered:
        markup = _FRAME.sub("", _FRAME_WITH_EXCUSE.sub("", markup))
    return _IMAGE.sub(_with_real_address, markup) if "<img" in lowered else markup


def _without_scripts(markup: str) -> str:
    """Of what is for readers without scripts, the pictures; the rest asks them to switch scripts on."""
    parts, at, is_inside = [], 0, False
    for found in _WITHOUT_SCRIPTS.finditer(markup):
        part = markup[at : found.start()]
        is_end = found[0].startswith("</")
        parts.append("".join(each[0] for each in _IMAGE.finditer(part)) if is_inside and is_end else part)
        at, is_inside = found.end(), not is_end
    return "".join([*parts, markup[at:]])


def _with_real_address(found: re.Match[str]) -> str:
    attributes: dict[str, str] = {}
    for each in _ATTRIBUTE.finditer(found[1]):
        attributes.setdefault(each[1].lower(), html.unescape(each[2] or each[3] or each[4] or ""))
    shown = attributes.get("src", "").strip()
    if shown and not _STAND_IN.match(shown):
        return found[0]
    named = next((attributes[name] for name in _LATER if attributes.get(name)), "")
    address = named or next((best for name in _SETS if (best := _from_set(attributes.get(name, "")))), "")
    # Of two attributes of one name the first counts.
    return f'<img src="{html.escape(address)}" {found[1]}>' if address else found[0]


def _from_set(addresses: str) -> str:
    """Of a set of sizes, the smallest that is wide enough for a mail, or else the largest."""
    sizes = [
        (int(found[2] or 0) * (1 if found[3] == "w" else 1_000), found[1])
        for found in _CANDIDATE.finditer(addresses[:20_000])
        if not found[1].startswith("data:")
    ]
    wide = sorted(size for size in sizes if size[0] >= _WIDE_ENOUGH)
    return (wide[0] if wide else max(sizes, default=(0, "")))[1]
