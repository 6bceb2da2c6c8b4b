"""The lines above a Markdown text that say what it is: `title: …`, between two lines of three dashes. Pure."""

import re
from typing import Final

_MATTER: Final = re.compile(r"\A---[ \t]*\n(.*?)^(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL | re.MULTILINE)
_FIELD: Final = re.compile(r"([A-Za-z][\w-]*)[ \t]*:[ \t]*(.*)")
_LIST_ITEM: Final = re.compile(r"[ \t]*-[ \t]+(.*)")
_HEADING: Final = re.compile(r"\A\s*#[ \t]+(.+?)[ \t]*#*[ \t]*(?:\n|\Z)")


def split_matter(text: str) -> tuple[dict[str, str | list[str]], str]:
    """The fields by name in small letters, and the text below; no fields where there is no front matter.

    A field holds one line, a list in brackets, or one item a line, each after a dash.
    """
    text = text.removeprefix("\ufeff").replace("\r\n", "\n")
    found = _MATTER.match(text)
    if found is None:
        return {}, text
    fields: dict[str, str | list[str]] = {}
    name = ""
    for line in found[1].splitlines():
        item, said = _LIST_ITEM.match(line), _FIELD.match(line)
        if item and name:
            listed = fields[name]
            fields[name] = [*(listed if isinstance(listed, list) else []), _bare(item[1])]
        elif said:
            name = said[1].lower()
            fields[name] = _value(said[2].strip())
    return fields, text[found.end() :]


def split_heading(text: str) -> tuple[str, str]:
    """A heading of the first level that a text begins with, and the rest; an empty one where it does not."""
    found = _HEADING.match(text)
    return (found[1], text[found.end() :]) if found else ("", text)


def _value(written: str) -> str | list[str]:
    if written.startswith("[") and written.endswith("]"):
        return [_bare(each) for each in written[1:-1].split(",") if each.strip()]
    return _bare(written)


def _bare(written: str) -> str:
    """A value without the quotes around it."""
    written = written.strip()
    is_quoted = len(written) > 1 and written[0] == written[-1] and written[0] in "\"'"
    return written[1:-1] if is_quoted else written
