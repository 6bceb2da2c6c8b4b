"""Calling a reader in a child process as if it stood here: its result, its errors, and no harm."""

import queue
import threading
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any, Final, ParamSpec, TypeVar, get_type_hints

import structlog

from newsletter.errors import GazetteError
from newsletter.feeds.isolation import frames
from newsletter.feeds.isolation.children import Child, ChildGoneError, ChildTimeoutError
from newsletter.feeds.isolation.registry import READERS, name_of
from newsletter.feeds.isolation.values import PromiseError, loaded

P = ParamSpec("P")
T = TypeVar("T")

SECONDS: Final = 5.0  # with the ten of a fetch, nothing takes longer than 15
# Of addresses, a little more than the memory in use. A machine of 1 GB has room for one child that takes all of it:
# feeds and pages take up to 140 MB, pictures what their pixels need (see ADR 12).
MEMORY_BYTES: Final = 400_000_000
_MOST_CALLS: Final = 500  # then a fresh child: whatever leaked is given back
_MOST_WAIT: Final = 60.0  # seconds, for a child to be free
_LONGEST_SENTENCE: Final = 500
_log = structlog.get_logger(__name__)


class IsolationError(GazetteError):
    """A reader was given up: it took too long or too much, or broke down over what it read."""


class Isolation:
    """A few child processes, started when first needed and shared by all threads."""

    def __init__(
        self,
        *,
        children: int = 2,
        seconds: float = SECONDS,
        memory_bytes: int = MEMORY_BYTES,
        readers: frozenset[str] = READERS,
    ) -> None:
        self._readers = readers
        self._seconds = seconds
        self._crew = _Crew(memory_bytes, readers)
        # The last one given back is taken first, so that one caller alone needs one child alone.
        self._places: queue.LifoQueue[Child | None] = queue.LifoQueue()
        for _place in range(children):
            self._places.put(None)
        self._end = weakref.finalize(self, self._crew.end)

    def isolated(
        self, function: Callable[P, T], *, seconds: float | None = None, is_one_by_one: bool = False
    ) -> Callable[P, T]:
        """The same function in a child process; it may take as long as is said here, or else for all.

        One by one, it is never called in two children at the same time: for what takes much memory.
        Raises the function's own GazetteErrors, and IsolationError for all else that goes wrong; at once
        ValueError when the function is not in the registry.
        """
        name = name_of(function)
        if name not in self._readers:
            raise ValueError(f"{name} is not one of the readers")
        turns = threading.Semaphore(1) if is_one_by_one else None

        @wraps(function)
        def call(*positional: P.args, **named: P.kwargs) -> T:
            with _turn(turns):
                answer = self._answer(name, seconds or self._seconds, positional, named)
            result: T = _result(name, function, answer)
            return result

        return call

    def close(self) -> None:
        """End the children; calls that run now, and all later ones, raise IsolationError."""
        self._end()

    def _answer(self, name: str, seconds: float, positional: tuple[Any, ...], named: dict[str, Any]) -> bytes:
        try:
            child = self._places.get(timeout=_MOST_WAIT)
        except queue.Empty:
            raise _too_much_at_once() from None
        try:
            child = self._crew.fit(child)
            answer = child.call(name, seconds, positional, named)
            if child.calls >= _MOST_CALLS or answer[:1] == frames.NO_MEMORY:
                self._crew.dismiss(child)
        except ChildTimeoutError:
            self._crew.dismiss(child)
            _log.warning("reading_took_too_long", reader=name, seconds=seconds)
            raise IsolationError("It took too long to read, so it was given up; the rest goes on.") from None
        except ChildGoneError:
            self._crew.dismiss(child)
            _log.warning("reading_broke_off", reader=name)
            raise IsolationError("It could not be read: reading it broke off. The rest goes on.") from None
        finally:
            self._places.put(child)
        return answer


class _Crew:
    """The children that live; apart from Isolation, so that they can be ended when that is no more."""

    def __init__(self, memory_bytes: int, readers: frozenset[str]) -> None:
        self._means = (memory_bytes, readers)
        self._living: set[Child] = set()
        self._lock = threading.Lock()
        self._is_over = False

    def fit(self, child: Child | None) -> Child:
        """This child, or a new one where it is none of ours or lives no more."""
        with self._lock:
            if self._is_over:
                raise IsolationError("Gazette is stopping; it is read again after the next start.")
            if child is not None and child in self._living and child.is_fit:
                return child
            self._remove(child)
            new = self._new()
            self._living.add(new)
        return new

    def _new(self) -> Child:
        try:
            return Child(*self._means)
        except OSError as error:
            _log.warning("no_child", what=error.strerror)
            raise IsolationError("No process can be started here to read it; it is tried again later.") from None

    def dismiss(self, child: Child | None) -> None:
        """End a child, if it is one and has not ended yet."""
        with self._lock:
            self._remove(child)

    def _remove(self, child: Child | None) -> None:
        if child in self._living:
            self._living.remove(child)
            child.end()

    def end(self) -> None:
        with self._lock:
            self._is_over = True
            living, self._living = self._living, set()
            for child in living:
                child.end()


@contextmanager
def _turn(turns: threading.Semaphore | None) -> Iterator[None]:
    """Wait for one's turn where there are turns; raises IsolationError when that takes too long."""
    if turns is None:
        yield
        return
    if not turns.acquire(timeout=_MOST_WAIT):
        raise _too_much_at_once()
    try:
        yield
    finally:
        turns.release()


def _too_much_at_once() -> IsolationError:
    return IsolationError("Too much is being read at once; it is tried again at the next time.")


def _result(name: str, function: Callable[..., Any], answer: bytes) -> Any:
    """What a child's answer means: the result of the type that was promised, or an error."""
    kind, content = answer[:1], answer[1:]
    if kind == frames.DONE:
        try:
            return loaded(content, get_type_hints(function)["return"])
        except PromiseError as error:
            content = f"a result that was not promised ({error})".encode("ascii", "replace")
    elif kind == frames.REFUSED:
        raise _refusal(content)
    elif kind == frames.NO_MEMORY:
        raise IsolationError("It needed too much memory to read, so it was given up; the rest goes on.")
    _log.warning("reading_failed", reader=name, what=content[:_LONGEST_SENTENCE].decode("ascii", "replace"))
    raise IsolationError("It could not be read: Gazette made a mistake over it, which its log names. The rest goes on.")


def _refusal(content: bytes) -> GazetteError:
    """An error of ours, by the name of its class; of no other kind, whatever the child says."""
    try:
        name, sentence = loaded(content, tuple[str, str])
    except PromiseError:
        name, sentence = "", "It could not be read."
    for kind in _kinds(GazetteError):
        if f"{kind.__module__}:{kind.__qualname__}" == name and kind.__init__ is Exception.__init__:
            return kind(sentence[:_LONGEST_SENTENCE])
    return GazetteError(sentence[:_LONGEST_SENTENCE])


def _kinds(kind: type[GazetteError]) -> list[type[GazetteError]]:
    return [kind, *(each for child in kind.__subclasses__() for each in _kinds(child))]
