"""From bytes to text, whatever the feed or its server says of the encoding."""

import codecs
import re
from typing import Final

from newsletter.feeds.parsing.guessing import WESTERN, guess

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
# Mainframes write letters in an order of their own, in one of several tables.
_MAINFRAME: Final = "<?xm".encode("cp037")
_TABLES: Final = frozenset({"cp037", "cp273", "cp424", "cp500", "cp875", "cp1026", "cp1140"})
_DECLARED: Final = re.compile(rb"""<\?xml[^>]{0,200}?encoding\s*=\s*["']([\w.:-]{1,40})["']""")
_CHARSET: Final = re.compile(r"""charset\s*=\s*["']?([\w.:-]{1,40})""", re.IGNORECASE)
# Only tables of letters: some other codecs of Python are slow on purpose-made input.
_KNOWN: Final = re.compile(
    r"utf-8|iso8859-\d+|cp\d{3,4}|koi8-[rtu]|kz1048|ptcp154|hp-roman8|tis-620|johab|gb2312|gbk|gb18030|big5(hkscs)?"
    r"|shift_jis(x0213|_2004)?|euc_(jp|kr|jisx0213|jis_2004)|iso2022_jp|mac-\w+|ascii"
)  # UTF-16 shows itself by its first bytes
_MARKUP: Final = '<?xml version="1.0"?>'  # what declares an encoding must be readable in it
_FOREIGN: Final = re.compile(r"[^\x00-\x7f\ufffd]")
_FEW: Final = 20  # sound letters to a broken one, in an encoding that has been declared
_MOST_LONE: Final = 5_000  # each is looked at
_LONE_LETTERS: Final = "gazette.lone_letters"
# A letter of UTF-8 that was cut in the middle often leaves one of these; few words end with them as letters.
_BEGINNINGS: Final = frozenset({b"\xc2", b"\xc3", b"\xc4", b"\xc5", b"\xe2", b"\xf0"})
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
            text = content.decode(encoding, "replace")
            return (_with_lone_letters(content, text) if encoding == "utf-8" else text).removeprefix("\ufeff")
    if content.startswith(_MAINFRAME):
        return _from_mainframe(content)
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


def _from_mainframe(content: bytes) -> str:
    """What declares its table is readable in all of them."""
    named = _DECLARED.search(content[:400].decode("cp037").encode("latin-1"))
    table = _codec(named[1].decode("ascii")) if named else ""
    return content.decode(table if table in _TABLES else "cp037", "replace")


def _declared(content: bytes, content_type: str | None) -> list[str]:
    labels = []
    if found := _DECLARED.search(content[:400]):
        labels.append(found[1].decode("ascii"))
    if charset := _CHARSET.search(content_type or ""):
        labels.append(charset[1])
    names = (_name(label) for label in labels)
    return [name for name in names if name]


def _name(label: str) -> str:
    """The codec that reads what a label names; empty where it is none that reads markup."""
    name = _codec(label)
    is_known = _KNOWN.fullmatch(name) and _MARKUP.encode(name, "replace") == _MARKUP.encode("ascii")
    return _WIDER.get(name, name) if is_known else ""


def _codec(label: str) -> str:
    try:
        return codecs.lookup(_ALSO_CALLED.get(label.lower(), label)).name
    except (LookupError, ValueError):
        return ""


def _nearest(content: bytes, declared: list[str]) -> str:
    """What reads best with a few broken letters: UTF-8, what is declared, or else what is guessed."""
    for encoding in ("utf-8", *declared):
        text = content.decode(encoding, "replace")
        broken = text.count("\ufffd")
        sound = sum(1 for _letter in _FOREIGN.finditer(text))
        if sound > broken * (1 if encoding == "utf-8" else _FEW):
            return _with_lone_letters(content, text) if encoding == "utf-8" else text
    return content.decode(guess(content), "replace")


def _with_lone_letters(content: bytes, text: str) -> str:
    """UTF-8 into which a site has pasted letters of old Western pages."""
    return content.decode("utf-8", _LONE_LETTERS) if 0 < text.count("\ufffd") <= _MOST_LONE else text


def _lone_letter(error: UnicodeError) -> tuple[str, int]:
    """The letter that a byte within a word is in old Western pages; U+FFFD for a letter of UTF-8 that was cut."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    byte = error.object[error.start : error.end]
    before, after = error.object[error.start - 1 : error.start], error.object[error.end : error.end + 1]
    is_letter = len(byte) == 1 and (after.isalpha() or (before.isalnum() and byte not in _BEGINNINGS))
    return byte.decode(WESTERN, "replace") if is_letter and byte != b"\xff" else "\ufffd", error.end


codecs.register_error(_LONE_LETTERS, _lone_letter)
