"""Pictures as sites have them become pictures that mails can show, or a sentence."""

import io
import struct
import zlib

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from PIL import AvifImagePlugin, Image, ImageCms

from newsletter.errors import GazetteError
from newsletter.feeds.pictures.judging import PictureError
from newsletter.feeds.pictures.making import TALLEST, WIDEST, make_picture
from newsletter.feeds.pictures.writing import LARGEST
from tests.drawn_pictures import a_photograph, encoded, noise, seen, shaded

MODES = {
    "JPEG": ("1", "L", "RGB", "CMYK", "YCbCr"),
    "PNG": ("1", "L", "LA", "P", "RGB", "RGBA", "I;16"),
    "WEBP": ("RGB", "RGBA"),
    "GIF": ("1", "L", "P", "RGBA"),
    "AVIF": ("RGB", "RGBA"),
}


def png_chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png_bomb(width: int, height: int) -> bytes:
    """A PNG that says it is so large, and holds next to nothing."""
    header = png_chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + png_chunk(b"IDAT", zlib.compress(bytes(1000))) + png_chunk(b"IEND", b"")


def webp_bomb(width: int, height: int) -> bytes:
    body = b"VP8X" + struct.pack("<II", 10, 2) + (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    return b"RIFF" + struct.pack("<I", len(body) + 4) + b"WEBP" + body


@pytest.mark.parametrize(("form", "mode"), [(form, mode) for form, modes in MODES.items() for mode in modes])
def test_every_mode_of_every_form_comes_out_as_it_looked(form: str, mode: str) -> None:
    made = make_picture(encoded(shaded(mode=mode), form))
    shown = seen(made.content)
    assert (made.width, made.height) == shown.size == (640, 360)
    assert shown.convert("RGB").getpixel((320, 5))[0] < 40  # type: ignore[index]  # of RGB, a tuple
    assert shown.convert("RGB").getpixel((320, 355))[0] > 215  # type: ignore[index]  # likewise


def test_a_photograph_is_a_progressive_jpeg_and_a_drawing_a_png() -> None:
    photograph = make_picture(a_photograph())
    assert (photograph.content_type, seen(photograph.content).info.get("progressive")) == ("image/jpeg", 1)
    drawing = Image.new("RGB", (1200, 675), "#123456")
    assert make_picture(encoded(drawing)).content_type == "image/png"


def test_a_photograph_that_came_as_png_becomes_a_jpeg() -> None:
    assert make_picture(encoded(seen(a_photograph(1200, 675)), "PNG")).content_type == "image/jpeg"


@pytest.mark.parametrize(
    ("size", "expected"),
    [((4000, 2000), (1200, 600)), ((900, 3200), (450, 1600)), ((1200, 675), (1200, 675)), ((100, 80), (100, 80))],
)
def test_a_picture_is_made_as_small_as_a_mail_needs_and_never_larger(
    size: tuple[int, int], expected: tuple[int, int]
) -> None:
    made = make_picture(a_photograph(*size))
    assert (made.width, made.height) == seen(made.content).size == expected


def test_a_picture_is_turned_as_the_camera_was_held() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned to the right
    made = make_picture(encoded(shaded(400, 300), "JPEG", exif=exif))
    assert (made.width, made.height) == (300, 400)
    left, right = (seen(made.content).convert("L").getpixel((x, 200)) for x in (5, 295))
    assert left > 215  # type: ignore[operator]  # of L, a number
    assert right < 40  # type: ignore[operator]  # likewise


@pytest.mark.filterwarnings("ignore:Corrupt EXIF data")
def test_broken_notes_of_a_camera_do_not_cost_the_picture() -> None:
    assert make_picture(encoded(shaded(), "JPEG", exif=b"Exif\0\0MM\0*\0\0\0\x08\xff\xff" + b"\xff" * 40)).width == 640


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_nothing_is_left_of_where_and_with_what_it_was_taken(form: str) -> None:
    exif = Image.Exif()
    exif[0x010E] = "secret-place"
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    more = {"comment": b"secret-place"} if form == "JPEG" else {}
    made = make_picture(encoded(shaded(), form, exif=exif, icc_profile=profile, **more))
    assert b"secret-place" not in made.content
    assert not seen(made.content).getexif()
    assert not {"icc_profile", "comment", "exif"} & set(seen(made.content).info)


def test_colours_follow_their_profile() -> None:
    lab = ImageCms.createProfile("LAB")
    green = Image.new("RGB", (200, 200), (0, 255, 0))
    as_it_is = make_picture(encoded(green, "PNG"))
    strange = make_picture(encoded(green, "PNG", icc_profile=ImageCms.ImageCmsProfile(lab).tobytes()))
    nonsense = make_picture(encoded(green, "PNG", icc_profile=b"no profile at all"))
    # A profile for other channels and one that is none are passed over.
    assert as_it_is.content == strange.content == nonsense.content


def test_what_is_transparent_stands_on_white() -> None:
    """Black lines on nothing would be gone where a mail program turns its page dark."""
    made = make_picture(encoded(Image.new("RGBA", (200, 200), (0, 0, 0, 0)), "PNG"))
    assert seen(made.content).convert("RGB").getpixel((100, 100)) == (255, 255, 255)
    assert not seen(made.content).has_transparency_data


@pytest.mark.parametrize("form", ["GIF", "WEBP", "PNG", "AVIF"])
def test_of_an_animation_the_first_frame_is_taken(form: str) -> None:
    frames = [Image.new("RGB", (200, 200), colour) for colour in ("red", "lime", "blue")]
    made = make_picture(encoded(frames[0], form, save_all=True, append_images=frames[1:] * 20))
    red, green, blue = seen(made.content).convert("RGB").getpixel((100, 100))  # type: ignore[misc]  # of RGB, a tuple
    assert red > 240
    assert green < 15
    assert blue < 15


def test_noise_is_made_small_too() -> None:
    made = make_picture(encoded(noise(1300, 1700), "PNG"))
    assert len(made.content) <= LARGEST
    assert made.width > 500


def test_a_photograph_whose_last_bytes_are_missing_is_shown() -> None:
    whole = a_photograph(1000, 600)
    made = make_picture(whole[:-40])
    assert (made.width, made.height) == (1000, 600)


REFUSED = {
    "empty": (b"", "empty"),
    "svg": (b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>', "SVG"),
    "svg with a prolog": (b'\xef\xbb\xbf<?xml version="1.0"?>\n<!-- x --><svg onload="alert(1)"/>', "SVG"),
    "packed svg": (b"\x1f\x8b\x08\x00", "SVG"),
    "page": (b"<!doctype html><title>Not found</title>", "web page"),
    "words": (b"Forbidden", "no picture"),
    "bitmap": (encoded(shaded(), "BMP"), "no picture"),
    "tiff": (encoded(shaded(), "TIFF"), "no picture"),
    "counter": (encoded(Image.new("RGB", (1, 1)), "GIF"), "too small"),
    "icon": (encoded(shaded(300, 59)), "too small"),
    "strip": (encoded(shaded(6000, 100)), "strip"),
    "short strip": (encoded(shaded(1010, 100)), "strip"),
    "tower": (encoded(shaded(100, 401)), "strip of 100 × 401"),
    "bomb": (png_bomb(10_000, 10_000), "10,000 × 10,000 pixels"),
    "larger bomb": (png_bomb(13_000, 13_000), "pixels"),
    "largest bomb": (png_bomb(60_000, 60_000), "pixels"),
    "webp bomb": (webp_bomb(16_000, 16_000), "16,000 × 16,000 pixels"),
    "cut webp": (b"RIFF\x20\0\0\0WEBPVP8X", "no picture"),
    "sound": (b"RIFF\x20\0\0\0WAVEfmt " + bytes(40), "no picture"),
    "half a photograph": (a_photograph(1000, 600)[:9000], "part"),
    "half a png": (encoded(noise(200, 200), "PNG")[:20_000], "damaged"),
    "heavy": (b"\xff\xd8\xff" + bytes(21 * 1024 * 1024), "20 MB"),
}


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
@pytest.mark.parametrize("name", REFUSED)
def test_what_mails_cannot_show_is_refused_with_a_sentence(name: str) -> None:
    content, said = REFUSED[name]
    with pytest.raises(PictureError, match=said) as refused:
        make_picture(content)
    assert str(refused.value).endswith(".")


def test_a_shape_is_judged_as_the_camera_was_held() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned to the right
    assert make_picture(encoded(shaded(100, 600), "JPEG", exif=exif)).width == 600
    with pytest.raises(PictureError, match="strip of 100 × 600"):
        make_picture(encoded(shaded(600, 100), "JPEG", exif=exif))


@settings(max_examples=30, deadline=None)
@given(
    width=st.integers(70, 2600),
    height=st.integers(70, 2600),
    seed=st.integers(0, 1000),
    grain=st.integers(1, 400),
    form=st.sampled_from(["JPEG", "PNG", "WEBP"]),
)
def test_whatever_the_picture_it_fits_into_a_mail(width: int, height: int, seed: int, grain: int, form: str) -> None:
    assume(height <= 4 * width and width <= 10 * height)
    picture = noise(max(1, width // grain), max(1, height // grain), seed).resize((width, height))
    options = {"compress_level": 1} if form == "PNG" else {"quality": 90}
    made = make_picture(encoded(picture, form, **options))
    assert len(made.content) <= LARGEST
    assert made.width <= min(WIDEST, width)
    assert made.height <= min(TALLEST, height)
    assert seen(made.content).size == (made.width, made.height)
    assert abs(made.width / made.height - width / height) < 0.05 * width / height


def fuzzed() -> st.SearchStrategy[bytes]:
    seeds = st.sampled_from([encoded(shaded(80, 60), form) for form in ("JPEG", "PNG", "WEBP", "GIF", "AVIF")])
    damage = st.lists(st.tuples(st.floats(0, 1), st.binary(max_size=4)), min_size=1, max_size=8)

    def damaged(content: bytes, places: list[tuple[float, bytes]]) -> bytes:
        changed = io.BytesIO(content)
        for place, change in places:
            changed.seek(int(place * len(content)))
            changed.write(change)
        return changed.getvalue()

    return st.builds(damaged, seeds, damage)


@pytest.mark.filterwarnings("ignore::UserWarning")  # Pillow remarks on what is damaged
@settings(max_examples=200, deadline=None)
@given(fuzzed())
def test_a_damaged_picture_is_shown_or_refused_and_nothing_else(content: bytes) -> None:
    try:
        made = make_picture(content)
    except GazetteError as error:
        assert str(error).endswith(".")  # noqa: PT017 - both ends are right
    else:
        assert seen(made.content).size == (made.width, made.height)


def test_no_picture_needs_threads_which_its_process_may_not_start() -> None:
    make_picture(encoded(shaded(), "AVIF"))
    assert AvifImagePlugin._get_default_max_threads() == 1
