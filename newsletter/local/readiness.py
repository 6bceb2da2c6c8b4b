"""How one sees that a child is ready: each question takes at most a second and never fails."""

import asyncio
import contextlib
from pathlib import Path
from typing import Final

_PATIENCE_SECONDS: Final = 1.0
_EVERYWHERE: Final = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}  # noqa: S104 - an address to ask, not to bind


async def redis_answers(port: int, password: str) -> bool:
    """Whether our broker, and nobody else, answers on this port."""
    answer = await _said("127.0.0.1", port, f"AUTH {password}\r\n".encode(), until=b"\r\n")
    return answer.startswith(b"+OK")


async def smtp_greets(port: int) -> bool:
    """Whether an SMTP server greets on this port."""
    return (await _said("127.0.0.1", port, b"", until=b"\r\n")).startswith(b"220")


async def page_answers(bind: str, port: int) -> bool:
    """Whether the web server answers that it is alive."""
    question = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    answer = await _said(_EVERYWHERE.get(bind, bind), port, question, until=b"\r\n")
    return b" 200 " in answer.partition(b"\r\n")[0]


async def is_there(path: Path) -> bool:
    """Whether a child has made its file."""
    return path.exists()  # noqa: ASYNC240 - the answer comes from memory


async def _said(host: str, port: int, question: bytes, *, until: bytes) -> bytes:
    """What a server says to a question; nothing when it does not answer in time."""
    with contextlib.suppress(OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, TimeoutError):
        async with asyncio.timeout(_PATIENCE_SECONDS):
            reader, writer = await asyncio.open_connection(host, port)
            try:
                writer.write(question)
                return await reader.readuntil(until)
            finally:
                writer.close()
    return b""
