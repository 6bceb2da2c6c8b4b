"""A newsletter's own colour, in shades that can be read on light and on dark ground. Pure."""

import colorsys
import re
from dataclasses import dataclass
from typing import Final, TypeAlias

from newsletter.errors import RefusedError

_Rgb: TypeAlias = tuple[float, float, float]

READABLE: Final = 4.5
"""The least contrast of text to its ground (WCAG 2.2 AA)."""

_FORM: Final = re.compile(r"#[0-9a-f]{6}")
_LIGHT_PAPER: Final = "#ffffff"
_LIGHT_SUNK: Final = "#e7ebea"
_DARK_GROUNDS: Final = ("#0f1315", "#171c1f", "#20272b")
_DARK_INK: Final = "#0f1315"
_WASH: Final = 0.88  # how much of the ground is in a wash
_STEP: Final = 0.02


@dataclass(frozen=True, slots=True)
class Shades:
    """The accent for one scheme: as text, as the text on it, and as a wash behind text."""

    accent: str
    on_accent: str
    wash: str


@dataclass(frozen=True, slots=True)
class Accent:
    """The accent for both schemes."""

    light: Shades
    dark: Shades


def accent_of(colour: str) -> Accent:
    """The shades of a colour like `#0a7f5a`. Raises RefusedError with what to choose instead."""
    wanted = colour.strip().lower()
    if not _FORM.fullmatch(wanted):
        raise RefusedError("Write the colour as six digits, like #0a7f5a.")
    if contrast(wanted, _LIGHT_PAPER) < READABLE:
        raise RefusedError(f"Text in {wanted} cannot be read on white paper. Choose a darker colour.")
    on_light = _moved(wanted, -_STEP, (_LIGHT_SUNK, _mixed(wanted, _LIGHT_PAPER)))
    on_dark = _moved(wanted, _STEP, (*_DARK_GROUNDS, _mixed(wanted, _DARK_GROUNDS[1])))
    return Accent(
        light=Shades(on_light, _LIGHT_PAPER, _mixed(wanted, _LIGHT_PAPER)),
        dark=Shades(on_dark, _DARK_INK, _mixed(wanted, _DARK_GROUNDS[1])),
    )


def contrast(one: str, other: str) -> float:
    """The contrast of two colours as WCAG counts it, from 1 to 21."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _moved(colour: str, step: float, grounds: tuple[str, ...]) -> str:
    """The colour, made darker or lighter until it can be read on all of these grounds; black or white at the end."""
    hue, lightness, saturation = colorsys.rgb_to_hls(*_rgb(colour))
    moved, steps = colour, 0
    while min(contrast(moved, ground) for ground in grounds) < READABLE and steps * abs(step) < 1:
        steps += 1
        moved = _written(colorsys.hls_to_rgb(hue, min(1.0, max(0.0, lightness + steps * step)), saturation))
    return moved


def _mixed(colour: str, ground: str) -> str:
    pairs = zip(_rgb(colour), _rgb(ground), strict=True)
    red, green, blue = (ours * (1 - _WASH) + theirs * _WASH for ours, theirs in pairs)
    return _written((red, green, blue))


def _rgb(colour: str) -> _Rgb:
    red, green, blue = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return red, green, blue


def _written(rgb: _Rgb) -> str:
    return "#" + "".join(f"{round(each * 255):02x}" for each in rgb)


def _luminance(colour: str) -> float:
    red, green, blue = (_linear(each) for each in _rgb(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(share: float) -> float:
    return share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4  # noqa: PLR2004 - as sRGB defines it
