"""How much memory the readers of pictures may take: a machine of 1 GB has room for it, and for ordinary pictures."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from PIL import Image

from newsletter.feeds.isolation.isolating import MEMORY_BYTES, Isolation
from newsletter.feeds.isolation.registry import name_of
from newsletter.feeds.pictures.judging import PictureError
from newsletter.feeds.pictures.making import make_picture
from tests import hostile_readers as readers
from tests.drawn_pictures import encoded

pytestmark = pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
SLOWEST = {"WEBP": {"lossless": True, "method": 0}, "AVIF": {"speed": 10}, "PNG": {"compress_level": 1}}


@pytest.fixture(scope="module")
def isolation() -> Iterator[Isolation]:
    made = Isolation(children=1, seconds=30.0)
    yield made
    made.close()


def flat(form: str, mode: str, side: int) -> bytes:
    """A square picture with so many pixels on each side, all of one colour."""
    return encoded(Image.new(mode, (side, side)), form, **SLOWEST.get(form, {}))


def test_what_a_child_may_take_leaves_room_on_a_machine_of_one_gigabyte() -> None:
    assert MEMORY_BYTES <= 400_000_000


@pytest.mark.parametrize(
    ("form", "mode", "side"),
    [
        ("JPEG", "RGB", 7000),
        ("PNG", "RGB", 7000),
        ("PNG", "RGBA", 5000),
        ("GIF", "P", 7000),
        ("WEBP", "RGBA", 4000),
        ("AVIF", "RGBA", 4000),
    ],
)
def test_pictures_larger_than_cameras_make_them_are_read(isolation: Isolation, form: str, mode: str, side: int) -> None:
    made = isolation.isolated(make_picture)(flat(form, mode, side))
    assert (made.width, made.height) == (1200, 1200)


@pytest.mark.parametrize(
    ("form", "mode", "side", "words"),
    [
        ("PNG", "RGBA", 7000, "needs more memory"),
        ("WEBP", "RGB", 4950, "needs more memory"),
        ("WEBP", "RGB", 7000, "at most 25 million"),
        ("AVIF", "RGBA", 7000, "at most 25 million"),
    ],
)
def test_what_would_take_more_is_refused_by_its_own_reason(
    isolation: Isolation, form: str, mode: str, side: int, words: str
) -> None:
    with pytest.raises(PictureError, match=words):
        isolation.isolated(make_picture)(flat(form, mode, side))


@pytest.mark.parametrize(("is_one_by_one", "children"), [(True, 1), (False, 2)])
def test_what_takes_much_memory_is_read_one_by_one(*, is_one_by_one: bool, children: int) -> None:
    isolation = Isolation(readers=frozenset({name_of(readers.pauses)}), children=2, seconds=20.0)
    together = threading.Barrier(2)
    pauses = isolation.isolated(readers.pauses, is_one_by_one=is_one_by_one)

    def called(_each: int) -> int:
        together.wait(timeout=20)
        return pauses(0.5)

    try:
        with ThreadPoolExecutor(2) as pool:
            assert len(set(pool.map(called, range(2)))) == children
    finally:
        isolation.close()
