"""Counts in Redis and counts in memory keep to the same contract."""

import secrets
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Protocol

import pytest
from redis import Redis

from newsletter.subscriptions.ladder.counts import Asked, Counts, Mark, Noted
from newsletter.subscriptions.ladder.local_counts import LocalCounts
from newsletter.subscriptions.ladder.marks import Came, marks_of
from newsletter.subscriptions.ladder.shared_counts import SharedCounts
from newsletter.subscriptions.ladder.steps import Limit, OneMoreTap, Pass, Stop
from tests.data import NOW

HOUR = timedelta(hours=1)


class Asking(Protocol):
    """Asks the counts of a test, all about one network of that test alone."""

    def __call__(
        self, who: str, *, tap: str = "", at: datetime = NOW, limit: Limit = ..., needs_tap: bool = False
    ) -> Noted: ...


@pytest.fixture(params=["memory", "redis"])
def counts(request: pytest.FixtureRequest) -> Iterator[Counts]:
    """Empty counts, in memory and in Redis in turn."""
    if request.param == "memory":
        yield LocalCounts()
        return
    shared = SharedCounts(request.getfixturevalue("redis_url"))
    yield shared
    shared.close()


@pytest.fixture
def ask(counts: Counts) -> Asking:
    """Asks by a limit of 4 without a tap and 6 in all, in an hour."""
    network = secrets.token_hex(8)

    def asking(
        who: str,
        *,
        tap: str = "",
        at: datetime = NOW,
        limit: Limit = Limit(HOUR, tap=4, stop=6),  # noqa: B008 - it cannot be changed
        needs_tap: bool = False,
    ) -> Noted:
        marks = [Mark(f"network:{network}", who, limit)]
        return counts.note(Asked(who, marks, needs_tap=needs_tap, tap=tap), now=at)

    return asking


def a_tap() -> str:
    """The name of a tap that nobody has used."""
    return secrets.token_hex(8)


def test_it_goes_from_nothing_over_one_more_tap_to_a_pause(ask: Asking) -> None:
    assert [ask(f"reader {number}").step for number in range(6)] == [Pass()] * 4 + [OneMoreTap()] * 2
    assert [ask(f"reader {number}", tap=a_tap()).step for number in (4, 5)] == [Pass()] * 2
    assert ask("reader 6", tap=a_tap()).step == Stop(NOW + HOUR)
    assert ask("reader 7").step == Stop(NOW + HOUR)


def test_who_asks_again_takes_no_more_room(ask: Asking) -> None:
    assert {ask("anna").step for _ in range(20)} == {Pass()}
    assert [ask(f"reader {number}").step for number in range(3)] == [Pass()] * 3
    for number in range(3, 5):
        ask(f"reader {number}", tap=a_tap())
    assert isinstance(ask("another", tap=a_tap()).step, Stop)
    assert ask("anna", tap=a_tap()).step == Pass()


def test_what_was_refused_takes_no_room(ask: Asking) -> None:
    for number in range(500):
        ask(f"program {number}")
    assert ask("reader 1", tap=a_tap()).step == Pass()
    assert ask("reader 2", tap=a_tap()).step == Pass()


def test_the_span_slides(ask: Asking) -> None:
    for number in range(4):
        ask(f"reader {number}", at=NOW + number * HOUR / 4)
    assert ask("reader 4", at=NOW + HOUR - timedelta(milliseconds=1)).step == OneMoreTap()
    assert ask("reader 5", at=NOW + 2 * HOUR).step == Pass()


def test_a_flood_that_goes_on_gets_no_second_helping(ask: Asking) -> None:
    passed = [
        number for number in range(180) if ask(f"victim {number}", at=NOW + timedelta(minutes=number)).step == Pass()
    ]
    assert passed == [0, 1, 2, 3]


def test_a_pause_ends_when_the_first_one_is_old_enough(ask: Asking) -> None:
    for number in range(6):
        ask(f"reader {number}", tap=a_tap(), at=NOW + timedelta(minutes=number))
    assert ask("another", tap=a_tap(), at=NOW + HOUR / 2).step == Stop(NOW + HOUR)
    assert ask("another", tap=a_tap(), at=NOW + HOUR).step == Pass()
    assert ask("one more", tap=a_tap(), at=NOW + HOUR).step == Stop(NOW + HOUR + timedelta(minutes=1))


def test_a_tap_holds_twice_for_the_same_address_and_never_for_another(ask: Asking) -> None:
    tap = a_tap()
    assert ask("anna", tap=tap, needs_tap=True) == Noted(Pass())
    assert ask("anna", tap=tap, needs_tap=True) == Noted(Pass())
    assert ask("bert", tap=tap, needs_tap=True) == Noted(OneMoreTap(), was_used=True)
    assert ask("bert", tap=tap) == Noted(Pass(), was_used=True)
    assert ask("bert", tap=a_tap(), needs_tap=True) == Noted(Pass())


def test_a_door_that_asks_always_is_not_counted_as_taken_before_it(ask: Asking) -> None:
    once = Limit(HOUR, tap=4, stop=1)
    assert ask("anna", needs_tap=True, limit=once).step == OneMoreTap()
    assert ask("bert", needs_tap=True, limit=once, tap=a_tap()).step == Pass()
    assert isinstance(ask("anna", needs_tap=True, limit=once, tap=a_tap()).step, Stop)


def test_many_at_the_same_instant_get_no_more_than_there_is(counts: Counts) -> None:
    key, ready = secrets.token_hex(8), threading.Barrier(8)

    def knock(number: int) -> Noted:
        ready.wait()
        asked = Asked(f"{number}", [Mark(key, f"{number}", Limit(HOUR, tap=2, stop=3))], tap=a_tap())
        return counts.note(asked, now=NOW)

    with ThreadPoolExecutor(8) as threads:
        found = [each.step for each in threads.map(knock, range(8))]
    assert found.count(Pass()) == 3
    assert found.count(Stop(NOW + HOUR)) == 5


def test_forty_phones_behind_one_address_all_get_their_mail_and_ten_thousand_victims_do_not(counts: Counts) -> None:
    network, newsletter = secrets.token_hex(8), secrets.token_hex(8)

    def passes(who: str, minute: int, tap: str = "") -> bool:
        at = NOW + timedelta(minutes=minute)
        asked = Asked(who, marks_of(Came(who, network, newsletter), now=at), tap=tap)
        return counts.note(asked, now=at).step == Pass()

    phones = [f"phone {number}" for number in range(40)] * 2  # each presses twice
    assert all(passes(who, number // 2) for number, who in enumerate(sorted(phones)))
    assert sum(passes(f"victim {number}", 41, a_tap()) for number in range(1000)) == 10


def test_redis_keeps_no_more_than_it_needs_and_nothing_for_longer(redis_url: str) -> None:
    shared, key = SharedCounts(redis_url), secrets.token_hex(8)
    for number in range(100):
        shared.note(Asked(f"{number}", [Mark(key, f"{number}", Limit(HOUR, tap=4, stop=6))], tap=key), now=NOW)
    shared.close()
    with Redis.from_url(redis_url) as redis:
        assert redis.zcard(f"gazette:ladder:asked:{key}") == 5
        assert redis.zcard(f"gazette:ladder:taken:{key}") == 4
        for each in redis.scan_iter("gazette:ladder:*"):
            assert 0 < redis.pttl(each) <= HOUR.total_seconds() * 1000
