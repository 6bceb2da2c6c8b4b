"""How a framed form looks on another site: the colours that the site chose, as far as they can be read. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

_COLOUR: Final = re.compile(r"[0-9a-f]{6}|[0-9a-f]{3}")
_TEXT: Final = 4.5  # the least contrast of text (WCAG 1.4.3)
_LINE: Final = 3.0  # and of what outlines a control (1.4.11)
_WHITE, _BLACK = "ffffff", "000000"

_LIGHT: Final = {
    "paper": "ffffff",
    "ink": "13181c",
    "ink-2": "434b52",
    "ink-3": "586168",
    "accent": "0b4f80",
    "pencil": "b02a1b",
    "edge": "7c868c",
}
_DARK: Final = {
    "paper": "171c1f",
    "ink": "ecefed",
    "ink-2": "bcc4c8",
    "ink-3": "9aa4aa",
    "accent": "8cc8f2",
    "pencil": "ff9b8b",
    "edge": "76838a",
}
"""The colours of the house in its two schemes, as in tokens.css."""

_SCHEMES: Final = {"light": _LIGHT, "dark": _DARK}


@dataclass(frozen=True, slots=True)
class Look:
    """What a site chose, each of it empty where it chose nothing; colours are six hexadecimal digits."""

    background: str = ""  # empty: transparent
    accent: str = ""
    scheme: str = ""  # light or dark; empty: as the visitor's browser has it


def look_of(chosen: Mapping[str, str], *, accent: str = "") -> Look:
    """The look that an address asks for; what is no colour is passed over. `accent` is the newsletter's own."""
    scheme = chosen.get("scheme", "")
    return Look(
        background=_colour(chosen.get("background", "")),
        accent=_colour(chosen.get("accent", "")) or _colour(accent),
        scheme=scheme if scheme in _SCHEMES else "",
    )


def style_of(look: Look) -> str:
    """The style sheet of a look. Text that could not be read in a chosen colour takes the one that can."""
    if look.background:
        is_light = _contrast(look.background, _LIGHT["ink"]) >= _contrast(look.background, _DARK["ink"])
        return _sheet("light" if is_light else "dark", look) + f"body.frame{{background:#{look.background}}}\n"
    if look.scheme:
        return _sheet(look.scheme, look)
    dark = _sheet("dark", look).replace("color-scheme:dark;", "")
    return _sheet("light", look).replace("color-scheme:light;", "") + f"@media (prefers-color-scheme:dark){{{dark}}}\n"


def _sheet(scheme: str, look: Look) -> str:
    """All colours of a scheme, each one legible on the ground it stands on."""
    own = _SCHEMES[scheme]
    ground = look.background or own["paper"]
    ink = own["ink"] if _contrast(own["ink"], ground) >= _TEXT else _black_or_white(ground)
    accent = look.accent or own["accent"]
    colours = {
        "paper": own["paper"],
        "field-ink": own["ink"],
        "ink": ink,
        "ink-2": _legible(own["ink-2"], ground, ink),
        "ink-3": _legible(own["ink-3"], ground, ink),
        "pencil": _legible(own["pencil"], ground, ink),
        "edge": _legible(own["edge"], ground, ink, _LINE),
        "accent": _legible(accent, ground, ink),
        "fill": accent,
        "on-accent": _black_or_white(accent),
    }
    return f":root{{color-scheme:{scheme};{''.join(f'--{name}:#{colour};' for name, colour in colours.items())}}}\n"


def _colour(typed: str) -> str:
    """Six hexadecimal digits, or nothing where this is no colour."""
    digits = typed.strip().lower().removeprefix("#")
    if not _COLOUR.fullmatch(digits):
        return ""
    return digits if len(digits) == len(_WHITE) else "".join(2 * digit for digit in digits)


def _legible(colour: str, ground: str, ink: str, least: float = _TEXT) -> str:
    return colour if _contrast(colour, ground) >= least else ink


def _black_or_white(ground: str) -> str:
    return max((_WHITE, _BLACK), key=lambda colour: _contrast(colour, ground))


def _contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours as WCAG 2 defines it, from 1 to 21."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    red, green, blue = (int(colour[at : at + 2], 16) / 255 for at in (0, 2, 4))
    return 0.2126 * _linear(red) + 0.7152 * _linear(green) + 0.0722 * _linear(blue)


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4  # noqa: PLR2004 - IEC 61966-2-1
