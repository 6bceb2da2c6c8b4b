"""Unpacking what a site has packed: in small steps, so that the reader may stop before a bomb has grown."""

import zlib
from collections.abc import Iterable, Iterator
from typing import Final, Protocol

import brotli  # type: ignore[import-untyped] # it ships no types; its results are given types here

from newsletter.errors import GazetteError

ENCODINGS: Final = "gzip, deflate, br"  # as a request names them
_STEP: Final = 65_536
_GZIP_MARK: Final = b"\x1f\x8b"


class BodyError(GazetteError):
    """The body is too large, or packed in a way that cannot be unpacked."""


class Unpacker(Protocol):
    """Takes packed pieces in their order."""

    def unpack(self, packed: bytes) -> Iterable[bytes]:
        """The next pieces, none of them large; raises BodyError when they are damaged."""
        ...


def unpacker(encoding: str) -> Unpacker:
    """What unpacks a Content-Encoding; raises BodyError for one that was not asked for."""
    match encoding.strip().lower():
        case "" | "identity":
            return _AsItIs()
        case "gzip" | "x-gzip":
            return _Gzip()
        case "deflate":
            return _Deflate()
        case "br":
            return _Brotli()
        case other:
            raise BodyError(f"The site packs its answer as {other[:40]!r}, which was not asked for; it cannot be read.")


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


class _Brotli:
    """Brotli; what follows its end is passed over."""

    def __init__(self) -> None:
        self._state = brotli.Decompressor()

    def unpack(self, packed: bytes) -> Iterable[bytes]:
        while not self._state.is_finished():
            try:
                piece: bytes = self._state.process(packed, output_buffer_limit=_STEP)
            except brotli.error:
                raise _damaged() from None
            yield piece
            packed = b""  # it holds the rest
            if len(piece) < _STEP and self._state.can_accept_more_data():
                return


def _has_zlib_head(packed: bytes) -> bool:
    return packed[0] & 0x0F == zlib.DEFLATED


def _steps(state: "zlib._Decompress", packed: bytes) -> Iterator[bytes]:
    while True:
        try:
            piece = state.decompress(packed, _STEP)
        except zlib.error:
            raise _damaged() from None
        yield piece
        packed = state.unconsumed_tail
        if not packed and len(piece) < _STEP:
            return


def _damaged() -> BodyError:
    return BodyError("The answer arrived packed and damaged. If it happens again, the site has to mend it.")
