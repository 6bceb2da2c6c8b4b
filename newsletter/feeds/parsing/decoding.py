"""From bytes to text, whatever the feed or its server says of the encoding."""

import codecs
import re
from typing import Final

from newsletter.feeds.parsing.guessing import guess

_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
    # Without a mark, the zeros around the first bracket tell.
    (b"<\x00\x00\x00", "utf-32-le"),
    (b"\x00\x00\x00<", "utf-32-be"),
    (b"<\x00", "utf-16-le"),
    (b"\x00<", "utf-16-be"),
    (b"{\x00", "utf-16-le"),
    (b"\x00{", "utf-16-be"),
)
_DECLARED: Final = re.compile(rb"""<\?xml[^>]{0,200}?encoding\s*=\s*["']([\w.:-]{1,40})["']""")
_CHARSET: Final = re.compile(r"""charset\s*=\s*["']?([\w.:-]{1,40})""", re.IGNORECASE)
# Only what the web uses: some other codecs of Python are slow on purpose-made input.
_KNOWN: Final = re.compile(
    r"utf-8|iso8859-\d+|cp(125\d|866|874|932|949)|koi8-[ru]|gb2312|gbk|gb18030|big5(hkscs)?"
    r"|shift_jis|euc_(jp|kr)|iso2022_jp|mac-(roman|cyrillic)|ascii"  # UTF-16 shows itself by its first bytes
)
_FOREIGN: Final = re.compile(r"[^\x00-\x7f\ufffd]")
_FEW: Final = 20  # sound letters to a broken one, in an encoding that has been declared
# As browsers read them: the name of a small encoding is used for its larger sibling.
_WIDER: Final = {
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "iso8859-11": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
}
_ALSO_CALLED: Final = {"x-sjis": "cp932", "windows-31j": "cp932", "windows-874": "cp874", "x-gbk": "gb18030"}


def decode(content: bytes, content_type: str | None) -> str:
    """The text of a feed. Undecodable bytes become U+FFFD; this never fails."""
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return content.decode(encoding, "replace").removeprefix("\ufeff")
    declared = _declared(content, content_type)
    if "iso2022_jp" in declared:  # seven bits, so that it would pass for UTF-8
        return content.decode("iso2022_jp", "replace")
    # Text in another encoding is hardly ever valid UTF-8; the declaration is wrong far more often.
    for encoding in ("utf-8", *declared):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    return _nearest(content, declared)


def _declared(content: bytes, content_type: str | None) -> list[str]:
    labels = []
    if found := _DECLARED.search(content[:400]):
        labels.append(found[1].decode("ascii"))
    if charset := _CHARSET.search(content_type or ""):
        labels.append(charset[1])
    names = (_name(label) for label in labels)
    return [name for name in names if name]


def _name(label: str) -> str:
    try:
        name = codecs.lookup(_ALSO_CALLED.get(label.lower(), label)).name
    except (LookupError, ValueError):
        return ""
    return _WIDER.get(name, name) if _KNOWN.fullmatch(name) else ""


def _nearest(content: bytes, declared: list[str]) -> str:
    """What reads best with a few broken letters: UTF-8, what is declared, or else what is guessed."""
    for encoding in ("utf-8", *declared):
        text = content.decode(encoding, "replace")
        broken = text.count("\ufffd")
        sound = sum(1 for _letter in _FOREIGN.finditer(text))
        if sound > broken * (1 if encoding == "utf-8" else _FEW):
            return text
    return content.decode(guess(content), "replace")
