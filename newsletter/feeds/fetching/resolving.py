"""Looking up names, with an end: the system's look-up knows no time limit of its own."""

import socket
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import Final, TypeAlias

Resolve: TypeAlias = Callable[[str, int], Sequence[str]]  # a seam: from a name to its addresses
_MOST_AT_ONCE: Final = 128


def system_resolve(host: str, port: int) -> Sequence[str]:
    """The addresses of a name as this machine knows them."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


class Lookups:
    """Asks for names in threads of its own, only so many at once: one that hangs holds its place until it ends."""

    def __init__(self, resolve: Resolve, *, most_at_once: int = _MOST_AT_ONCE) -> None:
        self._resolve = resolve
        self._places = threading.BoundedSemaphore(most_at_once)

    def look_up(self, host: str, port: int, seconds: float) -> Sequence[str]:
        """The addresses of a name. Raises TimeoutError, or what the look-up raised: OSError or ValueError."""
        if not self._places.acquire(timeout=seconds):
            raise TimeoutError
        asked: Future[Sequence[str]] = Future()
        try:
            threading.Thread(target=self._answer, args=(asked, host, port), daemon=True).start()
        except RuntimeError:  # the system gives no more threads
            self._places.release()
            raise TimeoutError from None
        return asked.result(seconds)

    def _answer(self, asked: "Future[Sequence[str]]", host: str, port: int) -> None:
        try:
            asked.set_result(self._resolve(host, port))
        except (OSError, UnicodeError, ValueError) as error:
            asked.set_exception(error)
        finally:
            self._places.release()
