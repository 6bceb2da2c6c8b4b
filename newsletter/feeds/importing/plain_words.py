"""What is wrong with an article that was handed in, in words that say what to do. Pure."""

import re
from typing import Final

from pydantic import ValidationError

_PLAINER: Final = tuple(
    (re.compile(said), plain)
    for said, plain in {
        "Field required": "This is needed.",
        "String should have at least 1 character": "This is needed.",
        "Extra inputs are not permitted": "There is no such field; check how it is written.",
        r"String should have at most (\d+) characters?": r"This is too long: at most \1 letters.",
        r"List should have at most (\d+) items? after validation.*": r"These are too many: at most \1.",
        "Input should be a valid string, unable to parse.*": "This holds half a letter (a lone surrogate). Mend it.",
        "Input should be a valid string": "Give a text, in quotes.",
        "Input should be a valid boolean.*": "Say true or false, without quotes.",
        "Input should be a valid list": 'Give a list, like ["science"].',
        "Input should be a valid integer.*": "Give a whole number.",
        r"Input should be greater than or equal to (\d+)": r"Give a number of at least \1.",
        r"Input should be less than or equal to (\d+)": r"Give a number of at most \1.",
        "Input should be a valid dictionary.*": "Give an article as an object, with its fields in braces.",
        "Input should be a valid datetime.*": "This is no date. Give one like 2026-11-27T18:00:00+01:00.",
        "Input should have timezone info": "Give the date with its zone, like 2026-11-27T18:00:00+01:00.",
        "Value error, (.*)": r"\1",
    }.items()
)


def sentence_of(error: ValidationError) -> str:
    """What is wrong with an article that was handed in, in one line."""
    wrong = [
        f"{'.'.join(map(str, each['loc'])) or 'the whole'}: {in_plain_words(each['msg'])}" for each in error.errors()
    ]
    return " ".join(wrong)


def in_plain_words(message: str) -> str:
    """What the validation says of a field, without the words of its library."""
    for said, plain in _PLAINER:
        found = said.fullmatch(message)
        if found:
            return found.expand(plain)
    return message
