"""The rich text of Wix (Ricos: a tree of nodes in JSON) as HTML.

Node names and fields as in Wix's own documentation of the format; what is not known keeps its words.
"""

import html
import json
from collections.abc import Callable, Mapping
from typing import Any, Final, TypeAlias

from newsletter.feeds.importing.wix_media import media_address

Node: TypeAlias = Mapping[str, Any]

_DEEPEST: Final = 60
_MARKS: Final = {
    "BOLD": "b",
    "ITALIC": "i",
    "UNDERLINE": "u",
    "STRIKETHROUGH": "s",
    "SUPERSCRIPT": "sup",
    "SUBSCRIPT": "sub",
}
_PLAIN: Final = {
    "PARAGRAPH": "p",
    "BLOCKQUOTE": "blockquote",
    "BULLETED_LIST": "ul",
    "LIST_ITEM": "li",
    "CODE_BLOCK": "pre",
    "CAPTION": "figcaption",
    "TABLE_ROW": "tr",
    "TABLE_CELL": "td",
    "COLLAPSIBLE_ITEM_TITLE": "div",
    "COLLAPSIBLE_ITEM_BODY": "div",
}
# What stands on a page to be used there, and says nothing in a mail.
_LEFT_OUT: Final = frozenset({"POLL", "APP_EMBED", "FORM", "EVENT"})


def html_of_ricos(text: str) -> str:
    """Ricos as HTML that is still to be made safe; empty where the text is no Ricos or holds nothing."""
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        return ""
    nodes = document.get("nodes") if isinstance(document, dict) else None
    return _all(nodes, 0) if isinstance(nodes, list) else ""


def _all(nodes: object, depth: int) -> str:
    if not isinstance(nodes, list) or depth > _DEEPEST:
        return ""
    return "".join(_one(node, depth) for node in nodes if isinstance(node, dict))


def _one(node: Node, depth: int) -> str:
    kind = str(node.get("type", ""))
    if kind in _LEFT_OUT:
        return ""
    if kind == "TEXT":
        return _text(node)
    if kind in _SPECIAL:
        return _SPECIAL[kind](node, _all(node.get("nodes"), depth + 1))
    inner = _all(node.get("nodes"), depth + 1)
    tag = _PLAIN.get(kind)
    # An empty paragraph is an empty line at Wix: space for the eye, nothing for a mail.
    return f"<{tag}>{inner}</{tag}>" if tag and inner else inner


def _text(node: Node) -> str:
    data = _data(node, "textData")
    written = html.escape(str(data.get("text") or ""), quote=False).replace("\n", "<br>")
    decorations = data.get("decorations")
    for mark in decorations if isinstance(decorations, list) else []:
        if isinstance(mark, dict):
            written = _marked(written, mark)
    return written


def _marked(written: str, mark: Node) -> str:
    kind = str(mark.get("type", ""))
    if kind == "LINK":
        return _link(_url(_data(mark, "linkData").get("link")), written)
    if kind == "BOLD" and _is_light(mark.get("fontWeightValue")):
        return written
    if kind == "ITALIC" and mark.get("italicData") is False:
        return written
    tag = _MARKS.get(kind)
    return f"<{tag}>{written}</{tag}>" if tag and written.strip() else written


def _is_light(weight: object) -> bool:
    return isinstance(weight, int | float) and 0 < weight < 600  # noqa: PLR2004 - from 600 on, letters look bold


def _heading(node: Node, inner: str) -> str:
    level = _data(node, "headingData").get("level")
    tag = f"h{level}" if isinstance(level, int) and 1 <= level <= 6 else "h2"  # noqa: PLR2004 - HTML's levels
    return f"<{tag}>{inner}</{tag}>" if inner else ""


def _ordered(node: Node, inner: str) -> str:
    start = _data(node, "orderedListData").get("start")
    return f'<ol start="{start}">{inner}</ol>' if isinstance(start, int) and start != 1 else f"<ol>{inner}</ol>"


def _image(node: Node, inner: str) -> str:
    data = _data(node, "imageData")
    image = _data(data, "image")
    address = _media(image)
    if not address:
        return inner
    sizes = "".join(f' {side}="{image[side]}"' for side in ("width", "height") if isinstance(image.get(side), int))
    alt = html.escape(str(data.get("altText") or ""))
    picture = _link(_url(data.get("link")), f'<img src="{html.escape(address)}" alt="{alt}"{sizes}>')
    caption = inner or _caption(data)
    return f"<figure>{picture}{caption}</figure>"


def _gallery(node: Node, _inner: str) -> str:
    items = _data(node, "galleryData").get("items")
    pictures = [_data(each, "image") for each in items if isinstance(each, dict)] if isinstance(items, list) else []
    found = [(_media(_data(each, "media") or each), html.escape(str(each.get("altText") or ""))) for each in pictures]
    return "".join(f'<figure><img src="{html.escape(url)}" alt="{alt}"></figure>' for url, alt in found if url)


def _video(node: Node, inner: str) -> str:
    data = _data(node, "videoData")
    name = str(data.get("title") or "Watch the video")
    return _paragraph(_link(_media(_data(data, "video")), html.escape(name))) + inner


def _audio(node: Node, inner: str) -> str:
    data = _data(node, "audioData")
    name = str(data.get("name") or "Listen to the recording")
    return _paragraph(_link(_media(_data(data, "audio")), html.escape(name))) + inner


def _embed(node: Node, inner: str) -> str:
    data = _data(node, "embedData")
    said = _data(data, "oembed")
    url = str(data.get("src") or said.get("videoUrl") or said.get("url") or "")
    return _paragraph(_link(url, html.escape(str(said.get("title") or url)))) + inner


def _preview(node: Node, _inner: str) -> str:
    data = _data(node, "linkPreviewData")
    url = _url(data.get("link"))
    return _paragraph(_link(url, html.escape(str(data.get("title") or url))))


def _button(node: Node, _inner: str) -> str:
    data = _data(node, "buttonData")
    return _paragraph(_link(_url(data.get("link")), html.escape(str(data.get("text") or ""))))


def _file(node: Node, _inner: str) -> str:
    data = _data(node, "fileData")
    return _paragraph(_link(_media(_data(data, "src")), html.escape(str(data.get("name") or "Open the file"))))


def _raw(node: Node, _inner: str) -> str:
    data = _data(node, "htmlData")
    return _paragraph(_link(str(data.get("url") or ""), html.escape(str(data.get("url") or ""))))


def _divider(_node: Node, _inner: str) -> str:
    return "<hr>"


def _table(_node: Node, inner: str) -> str:
    return f"<table><tbody>{inner}</tbody></table>" if inner else ""


_SPECIAL: Final[dict[str, Callable[[Node, str], str]]] = {
    "HEADING": _heading,
    "ORDERED_LIST": _ordered,
    "IMAGE": _image,
    "GIF": lambda node, inner: _image({"imageData": {"image": _data(_data(node, "gifData"), "original")}}, inner),
    "GALLERY": _gallery,
    "VIDEO": _video,
    "AUDIO": _audio,
    "EMBED": _embed,
    "LINK_PREVIEW": _preview,
    "BUTTON": _button,
    "FILE": _file,
    "HTML": _raw,
    "DIVIDER": _divider,
    "TABLE": _table,
}


def _data(node: Node, name: str) -> Node:
    found = node.get(name)
    return found if isinstance(found, dict) else {}


def _media(media: Node) -> str:
    """Where a picture or file lies: `src` holds an address, or the name that Wix keeps it by."""
    src = _data(media, "src") or media
    return media_address(str(src.get("url") or src.get("id") or ""))


def _caption(data: Node) -> str:
    caption = str(data.get("caption") or "")
    return f"<figcaption>{html.escape(caption)}</figcaption>" if caption else ""


def _url(link: object) -> str:
    return str(link.get("url") or "") if isinstance(link, dict) else ""


def _link(url: str, written: str) -> str:
    return f'<a href="{html.escape(url)}">{written}</a>' if url and written else written


def _paragraph(written: str) -> str:
    return f"<p>{written}</p>" if written else ""
