"""From a picture as a site has it to one that mails can show: small, upright, without a word about its origin. Pure."""

import contextlib
import io
import struct
import zlib
from dataclasses import dataclass
from typing import Final

from PIL import AvifImagePlugin, Image, ImageCms, ImageFile, ImageOps, UnidentifiedImageError

from newsletter.feeds.pictures.judging import (
    PictureError,
    judge_bytes,
    judge_rest,
    judge_shape,
    judge_size,
    no_picture,
)
from newsletter.feeds.pictures.writing import Written, written

WIDEST: Final = 1200  # twice a column of 600 px
TALLEST: Final = 1600
_FORMS: Final = ("JPEG", "PNG", "WEBP", "GIF", "AVIF")
_JPEG_END: Final = b"\xff\xd9"
# The process that reads pictures may start no threads; with them no AVIF would be read there.
AvifImagePlugin.DEFAULT_MAX_THREADS = 1
# What Pillow and its decoders raise on bytes that are not what they say.
_UNREADABLE: Final = (
    *(OSError, SyntaxError, ValueError, TypeError, AttributeError, LookupError, ArithmeticError),
    *(RuntimeError, EOFError, struct.error, zlib.error),
)


@dataclass(frozen=True, slots=True)
class MadePicture:
    """A picture ready to be served, and its size in pixels."""

    content: bytes
    content_type: str
    width: int
    height: int


def make_picture(content: bytes) -> MadePicture:
    """The picture at most 1200 px wide and below 200 kB, as JPEG or PNG; of an animation the first frame.

    Raises PictureError with a sentence when there is nothing to show.
    """
    judge_bytes(content)
    try:
        picture = _opened(content)
        judge_size(*picture.size, form=picture.format or "")
        upright = _upright(_loaded(picture, content))
        judge_shape(*upright.size)
        small = _in_srgb(_fitted(upright))
        is_photograph = picture.format in {"JPEG", "MPO"}
        made: Written = written(small, is_photograph=is_photograph)
    except Image.DecompressionBombError:
        raise PictureError("The picture has far more pixels than we open. Use one of at most 50 million.") from None
    except MemoryError:
        raise PictureError("The picture needs more memory than it is given. Use a smaller one.") from None
    except _UNREADABLE:
        raise PictureError("The picture is damaged and cannot be read.") from None
    return MadePicture(made.content, made.content_type, made.width, made.height)


def _opened(content: bytes) -> ImageFile.ImageFile:
    try:
        return Image.open(io.BytesIO(content), formats=_FORMS)
    except UnidentifiedImageError:
        raise no_picture() from None


def _loaded(picture: ImageFile.ImageFile, content: bytes) -> ImageFile.ImageFile:
    """The picture with its pixels. A JPEG that lacks its end is shown when nearly all of it is there."""
    # A decoder of JPEG makes large photographs small while it reads: a tenth of the memory.
    picture.draft(picture.mode, (2 * WIDEST, 2 * WIDEST))
    try:
        picture.load()
    except OSError:
        if picture.format not in {"JPEG", "MPO"} or content.endswith(_JPEG_END):
            raise
        mended = _opened(content + _JPEG_END)
        mended.draft(mended.mode, (2 * WIDEST, 2 * WIDEST))
        mended.load()
        judge_rest(mended)
        return mended
    return picture


def _upright(picture: Image.Image) -> Image.Image:
    """The picture turned as its camera was held; as it is where the camera's notes are broken."""
    with contextlib.suppress(*_UNREADABLE):
        ImageOps.exif_transpose(picture, in_place=True)  # a copy of the largest would take 200 MB
    return picture


def _fitted(picture: Image.Image) -> Image.Image:
    """The picture in a mode that can be made smaller well, and as small as is needed."""
    profile = picture.info.get("icc_profile")
    plain = _eight_bit(picture)
    scale = min(1.0, WIDEST / plain.width, TALLEST / plain.height)
    if scale < 1:
        size = (max(1, round(plain.width * scale)), max(1, round(plain.height * scale)))
        plain = plain.resize(size, Image.Resampling.LANCZOS, reducing_gap=2.0)
    plain.info["icc_profile"] = profile
    return plain


def _eight_bit(picture: Image.Image) -> Image.Image:
    """The picture as L, RGB, RGBA or CMYK, with eight bits for each."""
    if picture.mode.startswith(("I", "F")):
        wide = picture.convert("F")
        return wide.point(lambda value: value * (1 / 257)).convert("L")
    if picture.has_transparency_data:
        return picture.convert("RGBA")
    return picture if picture.mode in {"L", "RGB", "CMYK"} else picture.convert("RGB")


def _in_srgb(picture: Image.Image) -> Image.Image:
    """The picture in RGB as screens take it, on white where it was transparent.

    White, since a drawing in black on nothing is gone where a mail program turns its page dark.
    """
    profile = picture.info.get("icc_profile")
    if picture.mode == "RGBA":
        paper = Image.new("RGB", picture.size, "white")
        paper.paste(picture.convert("RGB"), mask=picture.getchannel("A"))
        picture = paper
    if isinstance(profile, bytes) and profile:
        picture = _converted(picture, profile)
    picture = picture if picture.mode == "RGB" else picture.convert("RGB")
    picture.info = {}  # where it was taken, with which camera, and other words that would be written along
    return picture


def _converted(picture: Image.Image, profile: bytes) -> Image.Image:
    """The picture by its colour profile; as it is where the profile is none or not for it."""
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        target = ImageCms.createProfile("sRGB")
        converted = ImageCms.profileToProfile(picture, source, target, outputMode="RGB")
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return picture
    return converted if converted is not None else picture
