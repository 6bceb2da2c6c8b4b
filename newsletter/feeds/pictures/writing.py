"""Writing a picture below the size that a mail can bear: as PNG where it is flat, else as JPEG. Pure."""

import io
from dataclasses import dataclass
from typing import Final

from PIL import Image

LARGEST: Final = 200_000  # bytes
_QUALITIES: Final = (85, 76, 66, 54)
_SHRINKING: Final = 0.8
_MOST_STEPS: Final = 12
_FLAT: Final = 16_384  # colours; a drawing has fewer, also where its edges are smooth
_PALETTE: Final = 256


@dataclass(frozen=True, slots=True)
class Written:
    """A picture as bytes, with its size in pixels."""

    content: bytes
    content_type: str
    width: int
    height: int


def written(picture: Image.Image, *, is_photograph: bool) -> Written:
    """The picture, which is in RGB, in at most 200,000 bytes; in fewer pixels where nothing else helps."""
    jpeg = _small_jpeg(picture)
    drawn = None if is_photograph else _png(picture)
    # A drawing keeps its sharp edges for a few bytes more.
    if drawn is not None and len(drawn.content) <= min(LARGEST, 2 * len(jpeg.content)):
        return drawn
    return jpeg


def _small_jpeg(picture: Image.Image) -> Written:
    for _ in range(_MOST_STEPS):
        for quality in _QUALITIES:
            made = _jpeg(picture, quality)
            if len(made.content) <= LARGEST:
                return made
        size = (max(1, int(picture.width * _SHRINKING)), max(1, int(picture.height * _SHRINKING)))
        picture = picture.resize(size, Image.Resampling.LANCZOS)
    return _jpeg(picture, _QUALITIES[-1])


def _jpeg(picture: Image.Image, quality: int) -> Written:
    kept = io.BytesIO()
    picture.save(kept, "JPEG", quality=quality, progressive=True, optimize=True)
    return Written(kept.getvalue(), "image/jpeg", *picture.size)


def _png(picture: Image.Image) -> Written | None:
    """The picture as PNG; None where it has too many colours for that to be small."""
    colours = picture.getcolors(_FLAT)
    if colours is None:
        return None
    flat = picture
    if len(colours) <= _PALETTE:
        flat = picture.quantize(_PALETTE, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
        if flat.convert("RGB").tobytes() != picture.tobytes():
            flat = picture
    kept = io.BytesIO()
    flat.save(kept, "PNG", optimize=len(colours) <= _PALETTE)
    return Written(kept.getvalue(), "image/png", *picture.size)
