"""Pictures for tests, drawn when they are needed."""

import io
import random
from typing import Any

from PIL import Image


def encoded(picture: Image.Image, form: str = "PNG", **options: Any) -> bytes:
    """A picture as a file."""
    kept = io.BytesIO()
    picture.save(kept, form, **options)
    return kept.getvalue()


def shaded(width: int = 640, height: int = 360, mode: str = "RGB") -> Image.Image:
    """Black above, white below."""
    picture = Image.linear_gradient("L").resize((width, height))
    if mode.startswith("I"):
        return picture.convert("I").point(lambda value: value * 257).convert(mode)
    return picture.convert(mode)


def noise(width: int, height: int, seed: int = 1) -> Image.Image:
    """What no format makes small."""
    return Image.frombytes("RGB", (width, height), random.Random(seed).randbytes(width * height * 3))  # noqa: S311 - no secret


def a_photograph(width: int = 640, height: int = 360) -> bytes:
    """A JPEG with soft shapes."""
    return encoded(noise(16, 9).resize((width, height), Image.Resampling.BICUBIC), "JPEG", quality=90)


def seen(content: bytes) -> Image.Image:
    """A picture with its pixels, as a mail program would show it."""
    picture = Image.open(io.BytesIO(content))
    picture.load()
    return picture
