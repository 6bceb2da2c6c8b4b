"""Reading the body of an answer: bounded in size, unpacked piece by piece."""

import zlib
from collections.abc import Iterable, Iterator
from typing import Final, Protocol

from newsletter.errors import GazetteError

MOST_BYTES: Final = 5_000_000  # unpacked
MOST_GAIN: Final = 100  # unpacked bytes per packed byte; feeds rarely reach 20
_FREE_BYTES: Final = 100_000  # below this the gain does not matter
_STEP: Final = 65_536
_GZIP_MARK: Final = b"\x1f\x8b"


class BodyError(GazetteError):
    """The body is too large, or packed in a way that cannot be unpacked."""


class _Unpacker(Protocol):
    def unpack(self, packed: bytes) -> Iterable[bytes]: ...


def read_body(pieces: Iterable[bytes], encoding: str) -> bytes:
    """The unpacked body; raises BodyError as soon as a limit is passed, having kept no more than it."""
    unpacker = _unpacker(encoding)
    body = bytearray()
    received = 0
    for packed in pieces:
        received += len(packed)
        for piece in unpacker.unpack(packed):
            body += piece
            if len(body) > MOST_BYTES:
                raise BodyError("The feed is larger than 5 MB. Ask the site for a shorter one, of its latest articles.")
            if len(body) > max(_FREE_BYTES, MOST_GAIN * received):
                raise BodyError("The feed is packed so tightly that it looks like an attack; it was not read.")
    return bytes(body)


def _unpacker(encoding: str) -> _Unpacker:
    match encoding.strip().lower():
        case "" | "identity":
            return _AsItIs()
        case "gzip" | "x-gzip":
            return _Gzip()
        case "deflate":
            return _Deflate()
        case other:
            raise BodyError(f"The site packs the feed as {other[:40]!r}, which was not asked for; it cannot be read.")


class _AsItIs:
    def unpack(self, packed: bytes) -> Iterable[bytes]:
        return (packed,)


class _Gzip:
    """One or several gzip members; what follows the last is passed over, as browsers do."""

    def __init__(self) -> None:
        self._state = zlib.decompressobj(zlib.MAX_WBITS | 16)

    def unpack(self, packed: bytes) -> Iterable[bytes]:
        while packed:
            if self._state.eof:
                if not packed.startswith(_GZIP_MARK):
                    return
                self._state = zlib.decompressobj(zlib.MAX_WBITS | 16)
            yield from _steps(self._state, packed)
            packed = self._state.unused_data


class _Deflate:
    """Deflate with its zlib wrapper, or bare, as some servers have it."""

    def __init__(self) -> None:
        self._state = zlib.decompressobj()
        self._is_first = True

    def unpack(self, packed: bytes) -> Iterable[bytes]:
        if self._is_first and packed:
            self._is_first = False
            if not _has_zlib_head(packed):
                self._state = zlib.decompressobj(-zlib.MAX_WBITS)
        yield from _steps(self._state, packed)


def _has_zlib_head(packed: bytes) -> bool:
    return packed[0] & 0x0F == zlib.DEFLATED


def _steps(state: "zlib._Decompress", packed: bytes) -> Iterator[bytes]:
    """Unpack in small steps, so that the reader may stop before a bomb has grown."""
    while True:
        try:
            piece = state.decompress(packed, _STEP)
        except zlib.error:
            raise BodyError("The feed arrived packed and damaged.") from None
        yield piece
        packed = state.unconsumed_tail
        if not packed and len(piece) < _STEP:
            return
