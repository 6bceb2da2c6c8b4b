"""How a tongue says dates, hours, zones, lists and numbers. Pure; English unless another tongue is given."""

from collections.abc import Sequence
from datetime import date
from typing import Final

from newsletter.language.tongues import ENGLISH, Tongue, marked

_HOURS: Final = (
    marked("midnight"),
    marked("one in the morning"),
    marked("two in the morning"),
    marked("three in the morning"),
    marked("four in the morning"),
    marked("five in the morning"),
    marked("six in the morning"),
    marked("seven in the morning"),
    marked("eight in the morning"),
    marked("nine in the morning"),
    marked("ten in the morning"),
    marked("eleven in the morning"),
    marked("noon"),
    marked("one in the afternoon"),
    marked("two in the afternoon"),
    marked("three in the afternoon"),
    marked("four in the afternoon"),
    marked("five in the afternoon"),
    marked("six in the evening"),
    marked("seven in the evening"),
    marked("eight in the evening"),
    marked("nine in the evening"),
    marked("ten in the evening"),
    marked("eleven in the evening"),
)
_UNIVERSAL: Final = frozenset({"UTC", "Etc", "GMT"})


def long_date(day: date, tongue: Tongue = ENGLISH) -> str:
    """`Friday 4 December`."""
    # Translators: how this language writes a weekday, a day and a month, as Unicode TR 35 spells patterns.
    return _dated(day, tongue.pgettext("pattern of a date", "EEEE d MMMM"), tongue)


def day_and_year(day: date, tongue: Tongue = ENGLISH) -> str:
    """`4 December 2026`."""
    return _dated(day, "long", tongue)


def weekday(number: int, tongue: Tongue = ENGLISH) -> str:
    """The name of a day of the week, Monday being 0, as it stands alone: `Friday`."""
    return str(tongue.locale.days["stand-alone"]["wide"][number])


def hour_in_words(hour: int, tongue: Tongue = ENGLISH) -> str:
    """An hour from 0 to 23 as people say it: `seven in the morning`, `noon`."""
    return tongue.gettext(_HOURS[hour])


def zone_in_words(zone: str, tongue: Tongue = ENGLISH) -> str:
    """A named zone by its town: `Berlin time` for `Europe/Berlin`; `UTC` stays what it is."""
    town = zone.rpartition("/")[2].replace("_", " ")
    if town in _UNIVERSAL:
        return "UTC"
    if tongue != ENGLISH:
        from babel.dates import get_timezone_location  # noqa: PLC0415 - slow to import

        town = get_timezone_location(zone, locale=tongue.locale, return_city=True)
    # Translators: the time of a zone that is named by a town in it.
    return tongue.gettext("%(town)s time", town=town)


def joined(words: Sequence[str], tongue: Tongue = ENGLISH) -> str:
    """`science, technology and AI`."""
    if len(words) < 2:  # noqa: PLR2004 - one word needs no "and"
        return "".join(words)
    if tongue == ENGLISH:
        return f"{', '.join(words[:-1])} and {words[-1]}"
    from babel.lists import format_list  # noqa: PLC0415 - slow to import

    return format_list(list(words), locale=tongue.locale)


def counted(number: int, one: str, many: str = "") -> str:
    """`1 article`, `4,812 articles`, in English only; the plural takes an s unless it is given."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def shortened(text: str, most: int) -> str:
    """A text of at most so many letters; a longer one ends at a word, with an ellipsis."""
    if len(text) <= most:
        return text
    cut = text[: max(most - 1, 0)]
    at_word, space, _rest = cut.rpartition(" ")
    # A script without spaces is cut anywhere.
    return (at_word if space and len(at_word) > most // 2 else cut).rstrip(" ,;:.–—-…") + "…"


def _dated(day: date, pattern: str, tongue: Tongue) -> str:
    from babel.dates import format_date  # noqa: PLC0415 - slow to import

    return format_date(day, pattern, locale=tongue.locale)
