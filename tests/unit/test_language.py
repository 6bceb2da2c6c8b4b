"""How dates, hours, zones, lists and numbers are said."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter import language


def test_dates_are_said_as_people_say_them() -> None:
    assert language.long_date(date(2026, 12, 4)) == "Friday 4 December"
    assert language.long_date(date(2028, 2, 29)) == "Tuesday 29 February"
    assert language.day_and_year(date(2026, 12, 4)) == "4 December 2026"


@pytest.mark.parametrize(
    ("hour", "words"),
    [
        (0, "midnight"),
        (1, "one in the morning"),
        (7, "seven in the morning"),
        (11, "eleven in the morning"),
        (12, "noon"),
        (13, "one in the afternoon"),
        (17, "five in the afternoon"),
        (18, "six in the evening"),
        (23, "eleven in the evening"),
    ],
)
def test_hours_are_said_in_words(hour: int, words: str) -> None:
    assert language.hour_in_words(hour) == words


def test_every_hour_of_the_day_has_words_of_its_own() -> None:
    assert len({language.hour_in_words(hour) for hour in range(24)}) == 24


def test_seven_days_have_seven_names() -> None:
    monday = date(2026, 11, 23)
    names = [language.long_date(monday + timedelta(days=day)).split()[0] for day in range(7)]
    assert names == ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]


@pytest.mark.parametrize(
    ("zone", "words"),
    [
        ("Europe/Berlin", "Berlin time"),
        ("America/New_York", "New York time"),
        ("America/Argentina/Buenos_Aires", "Buenos Aires time"),
        ("UTC", "UTC"),
        ("Etc/UTC", "UTC"),
        ("Etc/GMT", "UTC"),
    ],
)
def test_zones_are_named_by_their_town(zone: str, words: str) -> None:
    assert language.zone_in_words(zone) == words


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], ""),
        (["science"], "science"),
        (["science", "AI"], "science and AI"),
        (["science", "technology", "AI"], "science, technology and AI"),
    ],
)
def test_lists_end_with_and(words: list[str], said: str) -> None:
    assert language.joined(words) == said


@given(st.lists(st.text("abc", min_size=1), max_size=8))
def test_a_list_names_everything_in_its_order(words: list[str]) -> None:
    assert language.joined(words).replace(" and ", ", ").split(", ") == (words or [""])


def test_numbers_are_counted_with_their_noun() -> None:
    assert language.counted(0, "article") == "0 articles"
    assert language.counted(1, "article") == "1 article"
    assert language.counted(4812, "reader") == "4,812 readers"
    assert language.counted(1, "delivery", "deliveries") == "1 delivery"
    assert language.counted(2, "delivery", "deliveries") == "2 deliveries"


@pytest.mark.parametrize(
    ("tag", "said"),
    [
        ("de", ["Freitag, 4. Dezember", "sieben Uhr morgens", "Ortszeit Berlin", "A, B und C", "4.812"]),
        ("fr", ["vendredi 4 décembre", "sept heures du matin", "heure de Berlin", "A, B et C", "4\u202f812"]),
        ("es", ["viernes, 4 de diciembre", "las siete de la mañana", "hora de Berlín", "A, B y C", "4.812"]),
        ("ar", ["الجمعة، 4 ديسمبر", "السابعة صباحًا", "توقيت برلين", "A وB وC", "4,812"]),
        ("hi", ["शुक्रवार, 4 दिसंबर", "सुबह सात बजे", "बर्लिन का समय", "A, B, और C", "4,812"]),
    ],
)
def test_each_language_says_dates_hours_zones_lists_and_numbers_its_own_way(tag: str, said: list[str]) -> None:
    tongue = language.tongue_of(tag)
    assert said == [
        language.long_date(date(2026, 12, 4), tongue),
        language.hour_in_words(7, tongue),
        language.zone_in_words("Europe/Berlin", tongue),
        language.joined(["A", "B", "C"], tongue),
        tongue.number(4812),
    ]


@pytest.mark.parametrize(
    ("tag", "words"),
    [
        ("en", ["0 articles so far", "1 article so far", "2 articles so far"]),
        ("de", ["bisher 0 Artikel", "bisher 1 Artikel", "bisher 2 Artikel"]),
        ("fr", ["0 article jusqu’ici", "1 article jusqu’ici", "2 articles jusqu’ici"]),
        ("es", ["0 artículos hasta ahora", "1 artículo hasta ahora", "2 artículos hasta ahora"]),
        ("ar", ["لا مقالات حتى الآن", "مقال واحد حتى الآن", "مقالان حتى الآن"]),
        ("hi", ["अब तक 0 लेख", "अब तक 1 लेख", "अब तक 2 लेख"]),
    ],
)
def test_each_language_has_its_own_forms_for_numbers(tag: str, words: list[str]) -> None:
    tongue = language.tongue_of(tag)
    one, many = "%(num)s article so far", "%(num)s articles so far"
    assert [tongue.ngettext(one, many, number) for number in range(3)] == words


def test_arabic_has_six_forms() -> None:
    tongue = language.tongue_of("ar")
    said = [tongue.ngettext("%(num)s article", "%(num)s articles", number) for number in (0, 1, 2, 3, 11, 100)]
    assert said == ["لا مقالات", "مقال واحد", "مقالان", "3 مقالات", "11 مقالًا", "100 مقال"]


def test_what_is_not_spoken_here_is_said_in_english() -> None:
    assert language.tongue_of("fi-FI") == language.ENGLISH
    assert language.tongue_of("de-AT") == language.tongue_of("de")
    assert language.tongue_of("ar", is_formal=False) == language.tongue_of("ar")


def test_an_informal_tongue_falls_back_on_the_formal_one() -> None:
    tongue = language.tongue_of("de", is_formal=False)
    assert tongue.gettext("Your mails") == "Deine Mails"
    assert tongue.gettext("All editions") == "Alle Ausgaben"
