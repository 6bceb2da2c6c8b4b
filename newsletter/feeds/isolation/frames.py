"""How parent and child speak: a length of four bytes, then so many bytes."""

import struct
from typing import BinaryIO, Final

HEAD: Final = struct.Struct(">I")
DONE: Final = b"="  # how an answer begins: the result follows,
REFUSED: Final = b"!"  # an error of ours, with its class and its sentence,
FAILED: Final = b"?"  # or what went wrong, for the log
NO_MEMORY: Final = b"M"
READY: Final = b"r"  # the function is known and imported; its arguments may come


def framed(content: bytes) -> bytes:
    """Content as it goes through a pipe."""
    return HEAD.pack(len(content)) + content


def read_frame(pipe: BinaryIO) -> bytes | None:
    """What comes next; None when the other side has gone."""
    head = pipe.read(HEAD.size)
    if len(head) < HEAD.size:
        return None
    (length,) = HEAD.unpack(head)
    content = pipe.read(length)
    return content if len(content) == length else None
