"""The colours of a framed form: what a site chose, as far as it can be read."""

import re

import pytest

from newsletter.web.public.embed_look import Look, look_of, style_of


def colours(look: Look) -> dict[str, str]:
    """The first colour of each name in a style sheet."""
    found: dict[str, str] = {}
    for name, colour in re.findall(r"--([\w-]+):#(\w{6});", style_of(look)):
        found.setdefault(name, colour)
    return found


def contrast(one: str, other: str) -> float:
    """The contrast ratio of WCAG 2, in a spelling of its own."""

    def light(colour: str) -> float:
        parts = [int(pair, 16) / 255 for pair in re.findall("..", colour)]
        return sum(
            weight * (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4)
            for weight, part in zip((0.2126, 0.7152, 0.0722), parts, strict=True)
        )

    high, low = max(light(one), light(other)), min(light(one), light(other))
    return (high + 0.05) / (low + 0.05)


GROUNDS = ["ffffff", "000000", "808080", "777777", "0b4f80", "ffcc00", "ff0000", "7f7fff", "13181c", "757575"]


@pytest.mark.parametrize("ground", GROUNDS)
@pytest.mark.parametrize("accent", ["", *GROUNDS])
def test_all_text_can_be_read_on_any_background(ground: str, accent: str) -> None:
    found = colours(Look(ground, accent, ""))
    for name in ("ink", "ink-2", "ink-3", "pencil", "accent"):
        assert contrast(found[name], ground) >= 4.5, name
    assert contrast(found["edge"], ground) >= 3
    assert contrast(found["on-accent"], found["fill"]) >= 4.5
    assert contrast(found["field-ink"], found["paper"]) >= 4.5


def test_a_background_decides_the_scheme() -> None:
    assert "color-scheme:light" in style_of(Look("fffef0", "", "dark"))
    assert "color-scheme:dark" in style_of(Look("101010", "", "light"))
    assert "prefers-color-scheme" not in style_of(Look("101010", "", ""))


def test_without_one_the_frame_shows_what_lies_behind_it_and_follows_the_browser() -> None:
    sheet = style_of(Look())
    assert "background" not in sheet
    assert "color-scheme:light" not in sheet.replace("prefers-color-scheme", "")
    assert "@media (prefers-color-scheme:dark)" in sheet
    assert style_of(Look(scheme="dark")).count("color-scheme:dark") == 1


def test_the_accent_of_the_newsletter_holds_where_the_site_has_none() -> None:
    assert look_of({}, accent="#0a7f5a").accent == "0a7f5a"
    assert look_of({"accent": "#F00"}, accent="#0a7f5a").accent == "ff0000"
