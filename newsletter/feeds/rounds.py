"""A round: all feeds that are due, asked at the same time by one worker.

Threads do nothing but talk to sites and read what they answer; each answer is stored as it arrives, by
the thread that called, in a transaction of its own. So a round takes as long as its slowest feeds, and one
that hangs, is a bomb or brings a bug to light costs the others nothing.
"""

from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from time import monotonic
from typing import Final
from urllib.parse import urlsplit

import structlog

from newsletter.clock import Clock
from newsletter.database import Database
from newsletter.feeds.asking import Answer
from newsletter.feeds.claiming import Look, claim_due, give_back, is_any_due
from newsletter.feeds.fetching.fetcher import Unreachable
from newsletter.feeds.intake import Intake
from newsletter.feeds.polling import answer_to, store

MOST_AT_ONCE: Final = 64
MOST_OF_ONE_HOST: Final = 4
SECONDS: Final = 30.0
_MOST_CLAIMED: Final = 1_000
_LAST_CALL: Final = 0.4  # of the time; a look that begins with less of it left might not end in time
_BREATH: Final = 0.5  # seconds until it is looked again whether the worker is to stop

_log = structlog.get_logger(__name__)


def poll_due(
    database: Database,
    intake: Intake,
    clock: Clock,
    *,
    seconds: float = SECONDS,
    is_stopping: Callable[[], bool] = lambda: False,
) -> bool:
    """Ask all feeds that are due, and store what they answer; whether more are due at once.

    It takes `seconds` at most. What it claimed and did not get to is due again; a feed that does not answer
    until the end has failed.
    """
    with database.write() as session:
        looks = claim_due(session, now=clock.now(), most=_MOST_CLAIMED)
    if not looks:
        return False
    waiting = _Waiting(looks)
    pool = ThreadPoolExecutor(min(MOST_AT_ONCE, len(looks)), thread_name_prefix="poll")
    try:
        for look, answer in _answers(waiting, intake, pool, seconds=seconds, is_stopping=is_stopping):
            _store(database, look, answer, clock)
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
    with database.write() as session:
        give_back(session, waiting.rest())
        return is_any_due(session, now=clock.now())


class _Waiting:
    """Feeds that have not been asked yet, by host; a site is asked for a few of its feeds at a time."""

    def __init__(self, looks: Iterable[Look]) -> None:
        self._by_host: dict[str, deque[Look]] = {}
        self._busy: Counter[str] = Counter()
        for look in looks:
            self._by_host.setdefault(_host(look), deque()).append(look)

    def take(self) -> Look | None:
        """A feed whose host may be asked now; None where there is none."""
        for host, looks in self._by_host.items():
            if self._busy[host] < MOST_OF_ONE_HOST:
                self._busy[host] += 1
                look = looks.popleft()
                if not looks:
                    del self._by_host[host]
                return look
        return None

    def done(self, look: Look) -> None:
        """The host of this feed has answered."""
        self._busy[_host(look)] -= 1

    def rest(self) -> list[Look]:
        """Those that nobody took."""
        return [look for looks in self._by_host.values() for look in looks]


def _answers(
    waiting: _Waiting, intake: Intake, pool: ThreadPoolExecutor, *, seconds: float, is_stopping: Callable[[], bool]
) -> Iterator[tuple[Look, Future[Answer] | None]]:
    """Each feed that is asked, with its answer as it arrives; in the end those whose answer did not come in time."""
    ends_at = monotonic() + seconds
    last_call_at = ends_at - seconds * _LAST_CALL
    under_way: dict[Future[Answer], Look] = {}
    while True:
        while len(under_way) < MOST_AT_ONCE and monotonic() < last_call_at and not is_stopping():
            look = waiting.take()
            if look is None:
                break
            under_way[pool.submit(answer_to, look, intake)] = look
        if not under_way or monotonic() > ends_at:
            yield from ((look, None) for look in under_way.values())
            return
        done, _others = wait(under_way, timeout=_BREATH, return_when=FIRST_COMPLETED)
        for future in done:
            look = under_way.pop(future)
            waiting.done(look)
            yield look, future


def _store(database: Database, look: Look, answer: Future[Answer] | None, clock: Clock) -> None:
    """Store an answer, or its absence. A bug that one feed brings to light is logged, and is its trouble alone."""
    late = Unreachable(f"{_host(look) or 'The site'} did not answer in time.")
    try:
        store(database, look, late if answer is None else answer.result(), now=clock.now())
    except Exception:  # noqa: BLE001 - whatever it is, the other feeds of the round must not pay for it
        _log.exception("feed_not_stored", feed_id=look.feed_id)
        sentence = "Gazette itself failed at what this feed holds; ask your operator to look into the log."
        store(database, look, Unreachable(sentence), now=clock.now())


def _host(look: Look) -> str:
    try:
        return urlsplit(look.url).hostname or ""
    except ValueError:
        return ""
