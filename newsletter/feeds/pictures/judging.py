"""Whether a picture from outside is opened at all: by its first bytes and its declared size. Pure."""

from typing import Final

from PIL import ImageFile

from newsletter.errors import GazetteError

SMALLEST_SIDE: Final = 60
_TALLEST_SHAPE: Final = 4  # times its width; a taller one pushes the words out of the mail's first screen
_WIDEST_SHAPE: Final = 10  # times its height
MOST_PIXELS: Final = 50_000_000
MOST_PIXELS_OF: Final = {"WEBP": 25_000_000, "AVIF": 25_000_000}  # their decoders take three times the memory
_MOST_BYTES: Final = 20 * 1024 * 1024
_LOOKED_AT: Final = 1024
_NO_PICTURE: Final = "This is no picture that mails can show. They show JPEG, PNG, WebP, GIF and AVIF."


class PictureError(GazetteError):
    """A picture cannot be shown; the sentence says why."""


def judge_bytes(content: bytes) -> None:
    """Raise PictureError for what no decoder should be given."""
    if not content:
        raise PictureError("The site sent an empty picture.")
    if len(content) > _MOST_BYTES:
        raise PictureError("The picture is larger than 20 MB. Use a smaller one.")
    start = content[:_LOOKED_AT].lstrip(b"\xef\xbb\xbf\x00 \t\r\n").lower()
    if start.startswith((b"<svg", b"\x1f\x8b")) or (start.startswith(b"<") and b"<svg" in start):
        raise PictureError("This is a drawing in SVG, which mail programs do not show. Use a PNG or JPEG.")
    if start.startswith(b"<"):
        raise PictureError("There is a web page in place of a picture.")
    if content.startswith(b"RIFF"):
        # The decoder of WebP takes memory for the whole canvas before anybody can ask for its size.
        judge_size(*_webp_size(content), form="WEBP")


def judge_size(width: int, height: int, *, form: str) -> None:
    """Raise PictureError for a picture that is too large to open in its form or too small to show; sides in pixels."""
    most = MOST_PIXELS_OF.get(form, MOST_PIXELS)
    if width * height > most:
        raise PictureError(
            f"The picture has {width:,} × {height:,} pixels, more than we open. "
            f"Use one of at most {most // 1_000_000} million."
        )
    if min(width, height) < SMALLEST_SIDE:
        raise PictureError(f"The picture has {width} × {height} pixels, which is too small to show.")


def judge_shape(width: int, height: int) -> None:
    """Raise PictureError for a picture that is far longer than broad, once it stands upright; sides in pixels."""
    if height > _TALLEST_SHAPE * width or width > _WIDEST_SHAPE * height:
        raise PictureError(f"The picture is a strip of {width} × {height} pixels, too thin to show.")


def no_picture() -> PictureError:
    """What to say of content that is in none of the known forms."""
    return PictureError(_NO_PICTURE)


def judge_rest(picture: ImageFile.ImageFile) -> None:
    """Raise PictureError when the lower part of a mended JPEG never arrived: it is all of one colour."""
    width, height = picture.size
    lowest = picture.crop((0, height - max(1, height // 20), width, height))
    if lowest.getcolors(1) is not None:
        raise PictureError("Only a part of the picture arrived.")


def _webp_size(content: bytes) -> tuple[int, int]:
    """The size that a WebP declares: of its canvas, or of its one frame."""
    form, head = content[12:16], content[20:30]
    if content[8:12] != b"WEBP" or len(head) < 10:  # noqa: PLR2004 - as long as the slice
        raise no_picture()
    if form == b"VP8X":
        return 1 + int.from_bytes(head[4:7], "little"), 1 + int.from_bytes(head[7:10], "little")
    if form == b"VP8L":
        bits = int.from_bytes(head[1:5], "little")
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    return int.from_bytes(head[6:8], "little") & 0x3FFF, int.from_bytes(head[8:10], "little") & 0x3FFF
