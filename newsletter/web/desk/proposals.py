"""What the look of a site proposes for its newsletter: checked before it is shown, and again before it is taken."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum, auto
from typing import Final
from zoneinfo import available_timezones

from config import defaults
from newsletter.catalogue.accents import accent_of
from newsletter.catalogue.newsletters import Newsletter
from newsletter.errors import GazetteError, RefusedError
from newsletter.feeds.extracting.found import SiteLook
from newsletter.feeds.fetching.fetcher import Wanted, check_url
from newsletter.language import LANGUAGES, tongue_of, zone_in_words

_LONGEST_NAME: Final = 100


class Part(StrEnum):
    """What a newsletter may take over from its site."""

    NAME = auto()
    LOGO = auto()
    ACCENT = auto()
    LANGUAGE = auto()
    ZONE = auto()


_FIELDS: Final[Mapping[Part, str]] = {
    Part.NAME: "name",
    Part.LOGO: "logo_url",
    Part.ACCENT: "accent",
    Part.LANGUAGE: "language",
    Part.ZONE: "zone",
}
_DEFAULTS: Final[Mapping[Part, str]] = {
    Part.LOGO: "",
    Part.ACCENT: "",
    Part.LANGUAGE: defaults.LANGUAGE,
    Part.ZONE: defaults.ZONE,
}
"""What a newsletter has until somebody chooses; its name was always chosen."""
_WORDS: Final[Mapping[Part, str]] = {
    Part.NAME: "Name",
    Part.LOGO: "Logo",
    Part.ACCENT: "Colour",
    Part.LANGUAGE: "Language",
    Part.ZONE: "Time zone",
}


@dataclass(frozen=True, slots=True)
class Proposal:
    """One thing that the newsletter may take over."""

    part: Part
    label: str
    value: str
    shown: str  # the value in words
    now: str  # what the newsletter has, in words
    is_ticked: bool
    trouble: str = ""  # why it cannot be taken over


def proposals(newsletter: Newsletter, look: SiteLook) -> list[Proposal]:
    """What the site proposes and the newsletter does not have yet; ticked where nobody has chosen so far. Pure."""
    made = []
    for part, field in _FIELDS.items():
        value, has = _tidied(getattr(look, field)), getattr(newsletter, field)
        if value and value != has:
            made.append(_proposal(part, value, has))
    return made


def take(newsletter: Newsletter, part: Part, value: str) -> None:
    """Write a proposal into the newsletter. Raises RefusedError, and then nothing is changed."""
    setattr(newsletter, _FIELDS[part], checked(part, _tidied(value)))


def chosen(form: Mapping[str, str], ticked: Collection[str]) -> list[tuple[Part, str]]:
    """The ticked proposals of a form that was sent back, with their values. Pure."""
    return [(part, form.get(f"{part}_value", "")) for part in Part if part in ticked]


def checked(part: Part, value: str) -> str:
    """A value that a newsletter can have. Raises RefusedError with the reason. Pure."""
    match part:
        case Part.NAME if not (value and len(value) <= _LONGEST_NAME and value.isprintable()):
            raise RefusedError(f"A name has between 1 and {_LONGEST_NAME} letters.")
        case Part.LOGO:
            _check_logo(value)
        case Part.ACCENT:
            accent_of(value)
            return value.lower()
        case Part.LANGUAGE if value not in LANGUAGES:
            raise RefusedError("Our own words do not come in this language yet. Articles stay in their own.")
        case Part.ZONE if value not in available_timezones():
            raise RefusedError(f"The zone {value} is not known here.")
        case _:
            pass
    return value


def _proposal(part: Part, value: str, has: str) -> Proposal:
    try:
        checked(part, value)
        trouble = ""
    except RefusedError as error:
        trouble = str(error)
    is_default = _DEFAULTS.get(part) == has
    now = _in_words(part, has) if has else "none so far"
    return Proposal(part, _WORDS[part], value, _in_words(part, value), now, is_default and not trouble, trouble)


def _in_words(part: Part, value: str) -> str:
    match part:
        case Part.ZONE:
            return zone_in_words(value)
        case Part.LANGUAGE:
            return tongue_of(value).english_name if value in LANGUAGES else value
        case _:
            return value


def _check_logo(value: str) -> None:
    try:
        check_url(value, Wanted.PICTURE)
    except GazetteError:
        raise RefusedError("The logo has no plain web address, so it cannot be used.") from None


def _tidied(value: str) -> str:
    return " ".join(value.split())
