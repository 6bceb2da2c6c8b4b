"""A newsletter's own colour stays readable, whatever it is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.catalogue.accents import READABLE, accent_of, contrast
from newsletter.errors import RefusedError

COLOURS = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}")


@given(COLOURS)
def test_every_colour_is_refused_or_readable_in_both_schemes(colour: str) -> None:
    try:
        accent = accent_of(colour)
    except RefusedError:
        assert contrast(colour, "#ffffff") < READABLE
        return
    for ground in ("#ffffff", "#f1f3f2", "#e7ebea", accent.light.wash):
        assert contrast(accent.light.accent, ground) >= READABLE, ground
    for ground in ("#0f1315", "#171c1f", "#20272b", accent.dark.wash):
        assert contrast(accent.dark.accent, ground) >= READABLE, ground
    for shades in (accent.light, accent.dark):
        assert contrast(shades.on_accent, shades.accent) >= READABLE


def test_a_colour_that_can_be_read_everywhere_stays_as_it_is() -> None:
    assert accent_of("#0B4F80").light.accent == "#0b4f80"


@pytest.mark.parametrize("colour", ["", "#fff", "green", "#0a7f5g", "#0a7f5a; } body { display: none", "#٠٠٠٠٠٠"])
def test_what_is_no_colour_is_refused(colour: str) -> None:
    with pytest.raises(RefusedError, match="six digits"):
        accent_of(colour)


def test_a_colour_too_light_for_paper_is_refused_with_what_to_choose() -> None:
    with pytest.raises(RefusedError, match="Choose a darker colour"):
        accent_of("#ffdd00")


def test_contrast_is_counted_as_wcag_does() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21.0)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)
