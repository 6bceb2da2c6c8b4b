"""Guessing the encoding of a text that says nothing of it, and is not UTF-8."""

import re
from typing import Final

from charset_normalizer import from_bytes

WESTERN: Final = "cp1252"
# Those of other scripts. The small Latin ones cannot be told apart with any certainty, and most text is Western.
_OTHERS: Final = (
    *("cp932", "euc_jp", "gb18030", "big5", "cp949"),
    *("cp1251", "koi8_r", "iso8859_5", "cp1253", "cp1255", "cp1256", "cp874"),
)
_ENOUGH: Final = 100_000  # bytes
_LEAST_ORDER: Final = 0.6  # below the library's own measure: feeds are half markup
_FOREIGN: Final = re.compile(r"[^\W\d_\x00-\u024f]+")
_KANA: Final = re.compile("[\u3041-\u30ff]")
_LEAST_KANA: Final = 0.3  # of all letters beyond Latin
_FEWEST_LETTERS: Final = 6
_LEAST_LENGTH: Final = 2.2  # of a run of them, on average; a wrong guess makes them of single accented letters


def guess(content: bytes) -> str:
    """The name of the likeliest encoding; that of old Western pages, where no other script is plain to see."""
    content = content[:_ENOUGH]
    matches = from_bytes(content, cp_isolation=[WESTERN, *_OTHERS], threshold=_LEAST_ORDER)
    best = matches.best()
    if best is None or best.encoding == WESTERN:
        return WESTERN
    likely = [best.encoding, *(each.encoding for each in matches if each.chaos <= best.chaos)]
    # The same bytes are syllables in Korean and in Japanese; among the latter stand many of a few dozen signs.
    chosen = next((name for name in likely if _is_japanese(content.decode(name, "replace"))), best.encoding)
    return chosen if _is_another_script(content.decode(chosen, "replace")) else WESTERN


def _is_japanese(text: str) -> bool:
    return len(_KANA.findall(text)) > _LEAST_KANA * sum(map(len, _FOREIGN.findall(text)))


def _is_another_script(text: str) -> bool:
    """Whether the letters beyond Latin stand together as words do, and not one by one within Latin words."""
    runs = _FOREIGN.findall(text)
    letters = sum(map(len, runs))
    return letters >= max(_FEWEST_LETTERS, _LEAST_LENGTH * len(runs))
