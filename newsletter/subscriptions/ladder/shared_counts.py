"""Counts in Redis, shared by all web processes on all machines: one round trip for a sign-up."""

import threading
from datetime import UTC, datetime
from hashlib import sha1
from typing import Any, Final

from redis import ConnectionPool
from redis.backoff import NoBackoff
from redis.exceptions import NoScriptError, RedisError
from redis.retry import Retry

from config import defaults
from newsletter.subscriptions.ladder.counts import Asked, Noted
from newsletter.subscriptions.ladder.steps import Count, step

ANSWER_SECONDS: Final = 0.1
"""Redis answers within so long, or is left alone for a while."""

_PREFIX: Final = "gazette:ladder:"
_NONE: Final = -1

# KEYS: the tap, then for each mark what was asked and what was taken. ARGV: now in ms, who, whether a tap came, its
# lifetime in ms, whether the door needs one, then for each mark member, span in ms, tap and stop (-1: none).
# It answers whether the tap holds, then for each mark asked, taken by others, and the oldest taken in ms.
# Whether the sign-up is taken is decided as `steps.step` decides it, here, since between two round trips others come.
_NOTE: Final = """
local now, who, lifetime = tonumber(ARGV[1]), ARGV[2], tonumber(ARGV[4])
local holds = false
if ARGV[3] == '1' then
  redis.call('SET', KEYS[1], who, 'NX', 'PX', lifetime)
  holds = redis.call('GET', KEYS[1]) == who
end
local is_busy, is_full = ARGV[5] == '1', false
local answer = {holds and 1 or 0}
for i = 2, #KEYS, 2 do
  local at = 6 + (i - 2) * 2
  local member, span, tap, stop = ARGV[at], tonumber(ARGV[at + 1]), tonumber(ARGV[at + 2]), tonumber(ARGV[at + 3])
  local asked, taken, oldest = 0, 0, -1
  if tap >= 0 then
    redis.call('ZADD', KEYS[i], now, member)
    redis.call('ZREMRANGEBYSCORE', KEYS[i], '-inf', now - span)
    redis.call('ZREMRANGEBYRANK', KEYS[i], 0, -(tap + 2))
    redis.call('PEXPIRE', KEYS[i], span)
    asked = redis.call('ZCARD', KEYS[i])
    is_busy = is_busy or asked > tap
  end
  if stop >= 0 then
    redis.call('ZREMRANGEBYSCORE', KEYS[i + 1], '-inf', now - span)
    taken = redis.call('ZCARD', KEYS[i + 1])
    oldest = tonumber(redis.call('ZRANGE', KEYS[i + 1], 0, 0, 'WITHSCORES')[2] or -1)
    if redis.call('ZSCORE', KEYS[i + 1], member) then taken = taken - 1 end
    is_full = is_full or taken >= stop
  end
  answer[#answer + 1] = asked
  answer[#answer + 1] = taken
  answer[#answer + 1] = oldest
end
if not is_full and (holds or not is_busy) then
  for i = 2, #KEYS, 2 do
    local at = 6 + (i - 2) * 2
    if tonumber(ARGV[at + 3]) >= 0 then
      redis.call('ZADD', KEYS[i + 1], 'NX', now, ARGV[at])
      redis.call('PEXPIRE', KEYS[i + 1], tonumber(ARGV[at + 1]))
    end
  end
end
return answer
"""


class NotConnectedError(RedisError):
    """There is no open connection, and this is not the place to wait for one."""


class _Leave(threading.local):
    """Whether this thread may open a connection."""

    is_given = False


_leave: Final = _Leave()


class SharedCounts:
    """Counts in Redis. Raises RedisError when it does not answer in time."""

    def __init__(self, url: str) -> None:
        # Nothing is tried twice: whoever waits here is a reader.
        patience: dict[str, Any] = {"socket_timeout": ANSWER_SECONDS, "socket_connect_timeout": ANSWER_SECONDS}
        pool = ConnectionPool.from_url(url, retry=Retry(NoBackoff(), 0), **patience)
        pool.connection_class = _connecting_by_leave(pool.connection_class)
        self._pool = pool
        self._sha = sha1(_NOTE.encode(), usedforsecurity=False).hexdigest()

    def note(self, asked: Asked, *, now: datetime) -> Noted:
        """See `Counts.note`. Opens a connection where there is none."""
        _leave.is_given = True
        try:
            return self.note_at_once(asked, now=now)
        finally:
            _leave.is_given = False

    def note_at_once(self, asked: Asked, *, now: datetime) -> Noted:
        """The same over a connection that is open; raises NotConnectedError where there is none.

        Opening one means to look up a name, which has no time limit.
        """
        keys = _keys(asked)
        answer = self._evaluated(len(keys), *keys, *_arguments(asked, now))
        holds = bool(answer[0])
        counts = [
            Count(answer[at], answer[at + 1], None if answer[at + 2] < 0 else _instant(answer[at + 2]))
            for at in range(1, len(answer), 3)
        ]
        counted = list(zip(counts, [mark.limit for mark in asked.marks], strict=True))
        found = step(counted, needs_tap=asked.needs_tap, has_tapped=holds, now=now)
        return Noted(found, was_used=bool(asked.tap) and not holds)

    def close(self) -> None:
        """Give back the connections."""
        self._pool.disconnect()

    def _evaluated(self, *given: str | int) -> list[int]:
        """What the script answers. It is sent over the connection itself: a client's ceremony costs as much again."""
        connection: Any = self._pool.get_connection()
        try:
            try:
                return _answer(connection, "EVALSHA", self._sha, *given)
            except NoScriptError:  # a Redis that has just started
                return _answer(connection, "EVAL", _NOTE, *given)
        except (RedisError, OSError):
            connection.disconnect()  # an answer that comes too late must not be taken for the next one's
            raise
        finally:
            self._pool.release(connection)


def _answer(connection: Any, *command: str | int) -> list[int]:
    connection.send_command(*command)
    answer: list[int] = connection.read_response()
    return answer


def _connecting_by_leave(kind: Any) -> Any:
    """This kind of connection, opened only by threads that may wait."""

    class ByLeave(kind):  # type: ignore[misc]  # a class that only the address of Redis decides
        def connect(self) -> None:
            if not _leave.is_given and not self.is_connected:
                raise NotConnectedError("no open connection to Redis")
            super().connect()

    return ByLeave


def _keys(asked: Asked) -> list[str]:
    keys = [f"{_PREFIX}tap:{asked.tap}"]
    for mark in asked.marks:
        keys += [f"{_PREFIX}asked:{mark.key}", f"{_PREFIX}taken:{mark.key}"]
    return keys


def _arguments(asked: Asked, now: datetime) -> list[str | int]:
    lifetime = _milliseconds(defaults.ONE_MORE_TAP_LIFETIME.total_seconds())
    given: list[str | int] = [_milliseconds(now.timestamp()), asked.who, int(bool(asked.tap)), lifetime]
    given.append(int(asked.needs_tap))
    for mark in asked.marks:
        limit = mark.limit
        tap, stop = (_NONE if most is None else most for most in (limit.tap, limit.stop))
        given += [mark.member, _milliseconds(limit.span.total_seconds()), tap, stop]
    return given


def _milliseconds(seconds: float) -> int:
    return round(seconds * 1000)


def _instant(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, UTC)
