"""What is said to people, and in which language."""

from newsletter.language.saying import (
    counted,
    day_and_year,
    hour_in_words,
    joined,
    long_date,
    shortened,
    weekday,
    zone_in_words,
)
from newsletter.language.tongues import (
    ENGLISH,
    LANGUAGES,
    LOCALES,
    SOURCE,
    WITH_INFORMAL,
    Tongue,
    direction_of,
    marked,
    tongue_of,
)

__all__ = [
    "ENGLISH",
    "LANGUAGES",
    "LOCALES",
    "SOURCE",
    "WITH_INFORMAL",
    "Tongue",
    "counted",
    "day_and_year",
    "direction_of",
    "hour_in_words",
    "joined",
    "long_date",
    "marked",
    "shortened",
    "tongue_of",
    "weekday",
    "zone_in_words",
]
