"""The colour of a site, made fit for white letters on it. Pure."""

import colorsys
import re
from typing import Final

_HEX: Final = re.compile(r"#([0-9a-f]{3}|[0-9a-f]{6})(?:[0-9a-f]{2})?(?![0-9a-f])", re.IGNORECASE)
_RGB: Final = re.compile(r"rgba?\(\s*(\d{1,3})[\s,]+(\d{1,3})[\s,]+(\d{1,3})", re.IGNORECASE)
_VARIABLE: Final = re.compile(
    r"--[\w-]*(?:accent|primary|brand|theme|main)[\w-]*(?:colou?r)?[\w-]*\s*:\s*(#[0-9a-f]{3,8}|rgba?\([^)]{5,40}\))",
    re.IGNORECASE,
)
_MOST: Final = 255
_LEAST_CONTRAST: Final = 4.5
_GREY: Final = 0.08  # a colour with less colour than this is black, white or grey
_STEP: Final = 0.94

_Rgb = tuple[float, float, float]


def accent(*candidates: str) -> str:
    """The first candidate that is a colour and not a grey, as `#rrggbb`, darkened until white is read on it."""
    found = [rgb for each in candidates if (rgb := _parsed(each)) is not None]
    return next((_hex(_readable(rgb)) for rgb in found if _is_coloured(rgb)), "")


def variables_of(css: str) -> list[str]:
    """The colours that a style sheet names as the site's own."""
    return _VARIABLE.findall(css)


def contrast_with_white(rgb: _Rgb) -> float:
    """The contrast as WCAG 2 has it, from 1 to 21; the parts of the colour are from 0 to 1."""
    parts = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in rgb]  # noqa: PLR2004 - by WCAG
    return 1.05 / (0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2] + 0.05)


def _parsed(text: str) -> _Rgb | None:
    if found := _HEX.match(text.strip()):
        digits = found[1] if len(found[1]) == 6 else "".join(digit * 2 for digit in found[1])  # noqa: PLR2004 - rrggbb
        return int(digits[:2], 16) / _MOST, int(digits[2:4], 16) / _MOST, int(digits[4:], 16) / _MOST
    if found := _RGB.match(text.strip()):
        red, green, blue = (min(int(part), _MOST) / _MOST for part in found.groups())
        return red, green, blue
    return None


def _is_coloured(rgb: _Rgb) -> bool:
    return max(rgb) - min(rgb) >= _GREY


def _readable(rgb: _Rgb) -> _Rgb:
    hue, lightness, saturation = colorsys.rgb_to_hls(*rgb)
    while contrast_with_white(rgb) < _LEAST_CONTRAST:
        lightness *= _STEP
        rgb = colorsys.hls_to_rgb(hue, lightness, saturation)
    return rgb


def _hex(rgb: _Rgb) -> str:
    return "#" + "".join(f"{int(part * _MOST):02x}" for part in rgb)
