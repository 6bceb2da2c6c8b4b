"""Cells of a table that no spreadsheet takes for a formula, and back. Pure."""

from typing import Final

# What a spreadsheet would calculate with, or take for the end of a cell.
_FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r")
_BEFORE_FORMULA: Final = "\ufeff \"'\n"  # spreadsheets pass over these


def escaped(text: str) -> str:
    """The text, with a quotation mark before it where a spreadsheet would calculate."""
    return f"'{text}" if text.lstrip(_BEFORE_FORMULA).startswith(_FORMULA_STARTS) else text


def unescaped(text: str) -> str:
    """The text as it was before `escaped`."""
    is_escaped = text.startswith("'") and text.lstrip(_BEFORE_FORMULA).startswith(_FORMULA_STARTS)
    return text[1:] if is_escaped else text
