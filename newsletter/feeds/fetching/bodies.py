"""Reading the body of an answer: bounded in size, unpacked piece by piece."""

from collections.abc import Iterable
from typing import Final

from newsletter.feeds.fetching.fetcher import Wanted
from newsletter.feeds.fetching.unpacking import BodyError, unpacker

MOST_BYTES: Final = {Wanted.FEED: 5_000_000, Wanted.PAGE: 5_000_000, Wanted.PICTURE: 20_000_000}  # unpacked
MOST_GAIN: Final = 100  # unpacked bytes per packed byte; feeds rarely reach 20
_FREE_BYTES: Final = 100_000  # below this the gain does not matter
_TOO_LARGE: Final = {
    Wanted.FEED: "The feed is larger than 5 MB. Ask the site for a shorter one, of its latest articles.",
    Wanted.PAGE: "The page is larger than 5 MB, so it was not read.",
    Wanted.PICTURE: "The picture is larger than 20 MB. Use a smaller one.",
}


def read_body(pieces: Iterable[bytes], encoding: str, wanted: Wanted = Wanted.FEED) -> bytes:
    """The unpacked body; raises BodyError as soon as a limit is passed, having kept no more than it."""
    unpacking = unpacker(encoding)
    body = bytearray()
    received, most = 0, MOST_BYTES[wanted]
    for packed in pieces:
        received += len(packed)
        for piece in unpacking.unpack(packed):
            body += piece
            if len(body) > most:
                raise BodyError(_TOO_LARGE[wanted])
            if len(body) > max(_FREE_BYTES, MOST_GAIN * received):
                raise BodyError(f"The {wanted} is packed so tightly that it looks like an attack; it was not read.")
        if received > most:  # it may be packed so that nothing comes out
            raise BodyError(_TOO_LARGE[wanted])
    return bytes(body)
