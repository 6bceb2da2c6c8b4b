"""Readers in child processes: whatever happens there, here it is a result or a sentence."""

import os
import pickle
import select
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest

from newsletter.errors import GazetteError
from newsletter.feeds.isolation.isolating import Isolation, IsolationError
from newsletter.feeds.isolation.registry import name_of
from newsletter.feeds.parsing.feed import parse
from newsletter.feeds.parsing.items import FeedError
from tests import hostile_readers as readers
from tests.fake_feeds import item, rss

ALL = frozenset(name_of(each) for each in vars(readers).values() if callable(each) and not isinstance(each, type))
HEAP = readers.Heap(
    sort=readers.Sort.BAD,
    data=bytes(range(256)),
    pieces=(readers.Piece("Ice \ud800 „Größe“", datetime(2026, 11, 24, tzinfo=UTC), 1.0), readers.Piece("", None, 2)),
    pair=(3, "c"),
    notes={"a": "b"},
)


@pytest.fixture(scope="module")
def isolation() -> Iterator[Isolation]:
    made = Isolation(readers=ALL, seconds=20.0)
    yield made
    made.close()


@pytest.fixture
def hasty() -> Iterator[Isolation]:
    """One child, and a second for a call."""
    made = Isolation(readers=ALL, children=1, seconds=1.0)
    yield made
    made.close()


def still_works(isolation: Isolation) -> bool:
    return isolation.isolated(readers.counts)(b"four") == 4


def test_a_result_comes_back_as_it_was(isolation: Isolation) -> None:
    assert isolation.isolated(readers.returns)(HEAP) == HEAP


def test_a_feed_is_read_as_if_it_were_read_here() -> None:
    isolation = Isolation()
    try:
        content, url = rss(item("Größe")).encode(), "https://proof.example/feed"
        assert isolation.isolated(parse)(content, None, url) == parse(content, None, url)
        with pytest.raises(FeedError, match="the answer is empty"):
            isolation.isolated(parse)(b"", None, url)
    finally:
        isolation.close()


def test_an_error_of_ours_keeps_its_class_and_its_sentence(isolation: Isolation) -> None:
    with pytest.raises(FeedError, match=r"^This is not a feed\.$"):
        isolation.isolated(readers.refuses)(b"This is not a feed.")
    assert still_works(isolation)


@pytest.mark.parametrize(
    ("reader", "words"),
    [
        (readers.stumbles, "Gazette made a mistake"),
        (readers.answers_another_type, "Gazette made a mistake"),
        (readers.talks_too_much, "broke off"),
        (readers.eats_memory, "too much memory"),
        (readers.leaves, "broke off"),
        (readers.crashes, "broke off"),
    ],
)
def test_what_goes_wrong_is_a_sentence(isolation: Isolation, reader: Callable[[bytes], object], words: str) -> None:
    with pytest.raises(IsolationError, match=words):
        isolation.isolated(reader)(b"")
    assert still_works(isolation)


def test_a_reader_that_hangs_is_given_up(hasty: Isolation) -> None:
    assert still_works(hasty)
    started = time.monotonic()
    with pytest.raises(IsolationError, match="took too long"):
        hasty.isolated(readers.hangs)(b"")
    assert time.monotonic() - started < 5
    assert still_works(hasty)


def test_a_reader_may_have_a_time_of_its_own(isolation: Isolation) -> None:
    with pytest.raises(IsolationError, match="took too long"):
        isolation.isolated(readers.hangs, seconds=0.2)(b"")


def test_a_reader_whose_own_alarm_rings_first_took_too_long(isolation: Isolation) -> None:
    with pytest.raises(IsolationError, match="took too long"):
        isolation.isolated(readers.is_alarmed)(b"")
    assert still_works(isolation)


def test_a_child_ends_by_itself_when_its_parent_is_no_more() -> None:
    if not hasattr(os, "pidfd_open"):
        pytest.skip("This system does not tell when a process ends that is no child of ours.")
    code = (
        "import threading, os, sys; from newsletter.feeds.isolation.isolating import Isolation;"
        "from tests import hostile_readers as readers; from newsletter.feeds.isolation.registry import name_of;"
        "names = frozenset(map(name_of, (readers.pauses, readers.hangs)));"
        "isolation = Isolation(readers=names, children=1, seconds=2.0);"
        "print(isolation.isolated(readers.pauses)(0.0), flush=True); sys.stdin.read(1);"
        "threading.Thread(target=isolation.isolated(readers.hangs), args=(b'',), daemon=True).start();"
        "sys.stdin.read(1); os._exit(0)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout is not None
        child = os.pidfd_open(int(parent.stdout.readline()))
        parent.communicate("xx")
    ended, _write, _error = select.select([child], [], [], 20)
    os.close(child)
    assert ended


def test_a_large_content_goes_in(isolation: Isolation) -> None:
    assert isolation.isolated(readers.counts)(b"x" * 20_000_000) == 20_000_000


def test_what_a_reader_prints_goes_nowhere(isolation: Isolation) -> None:
    assert isolation.isolated(readers.prints)(b"") == 1
    assert still_works(isolation)


def test_a_child_knows_no_secret(isolation: Isolation, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GAZETTE_SECRET_KEY", "secret")
    monkeypatch.setenv("PGPASSWORD", "secret")
    fresh = Isolation(readers=ALL, children=1)
    found = fresh.isolated(readers.environment)(b"")
    fresh.close()
    assert "PATH" in found
    assert "secret" not in found.values()


def test_a_child_writes_no_file(isolation: Isolation, tmp_path: Path) -> None:
    with pytest.raises(IsolationError):
        isolation.isolated(readers.writes_a_file)(str(tmp_path / "file"))
    assert not (tmp_path / "file").exists() or not (tmp_path / "file").read_bytes()


class _Opens:
    """Unpickled, it makes a file."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __reduce__(self) -> tuple[object, ...]:
        return (Path.touch, (self._path,))


def test_a_child_that_was_taken_over_gets_nothing_run_here(hasty: Isolation, tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    hostile = pickle.dumps(_Opens(mark))
    for answer in (
        b"=" + hostile,
        hostile,
        b"=" + b"[" * 100_000,
        b"!" + hostile,
        b"",
        b'!["os:system", "id"]',
        b"!1",
        b'=["\\ud800"]',
    ):
        with pytest.raises(GazetteError):
            hasty.isolated(readers.answers_by_itself)(answer)
    assert not mark.exists()
    assert still_works(hasty)


def test_a_named_error_is_never_of_a_foreign_class(hasty: Isolation) -> None:
    with pytest.raises(GazetteError) as caught:
        hasty.isolated(readers.answers_by_itself)(b'!["builtins:SystemExit", "Ended."]')
    assert type(caught.value) is GazetteError
    assert str(caught.value) == "Ended."


def test_many_threads_share_few_children(isolation: Isolation) -> None:
    pauses = isolation.isolated(readers.pauses)
    with ThreadPoolExecutor(16) as pool:
        pids = set(pool.map(pauses, [0.01] * 64))
    assert 1 <= len(pids) <= 2
    assert os.getpid() not in pids


def test_one_caller_alone_keeps_one_child(isolation: Isolation) -> None:
    pauses = isolation.isolated(readers.pauses)
    assert len({pauses(0.0) for _each in range(5)}) == 1


def test_the_other_children_go_on_while_one_hangs() -> None:
    isolation = Isolation(readers=ALL, children=2, seconds=3.0)
    counts = isolation.isolated(readers.counts)
    with ThreadPoolExecutor(1) as pool:
        hanging = pool.submit(isolation.isolated(readers.hangs), b"")
        started = time.monotonic()
        assert [counts(b"x" * n) for n in range(20)] == list(range(20))
        assert time.monotonic() - started < 3
        assert isinstance(hanging.exception(20), IsolationError)
    isolation.close()


def open_files() -> set[Path]:
    """Empty where the system does not tell."""
    folder = Path("/proc/self/fd")
    return set(folder.iterdir()) if folder.exists() else set()


def test_nothing_is_left_when_it_is_closed() -> None:
    open_before = open_files()
    isolation = Isolation(readers=ALL, children=1)
    pid = isolation.isolated(readers.pauses)(0.0)
    isolation.close()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    assert open_files() <= open_before
    with pytest.raises(IsolationError, match="stopping"):
        isolation.isolated(readers.counts)(b"")
    isolation.close()


def test_children_end_with_what_held_them() -> None:
    isolation = Isolation(readers=ALL, children=1)
    pid = isolation.isolated(readers.pauses)(0.0)
    del isolation
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_a_call_that_runs_at_the_closing_ends_with_a_sentence() -> None:
    isolation = Isolation(readers=ALL, children=1)
    began = threading.Event()

    def call() -> int:
        isolation.isolated(readers.counts)(b"")
        began.set()
        return isolation.isolated(readers.pauses)(30.0)

    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(call)
        assert began.wait(20)
        isolation.close()
        assert isinstance(running.exception(20), IsolationError)


def test_a_child_that_ended_while_it_waited_is_replaced(isolation: Isolation) -> None:
    pauses = isolation.isolated(readers.pauses)
    pid = pauses(0.0)
    os.kill(pid, signal.SIGKILL)
    os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
    assert pauses(0.0) != pid


def test_a_forked_process_has_children_of_its_own(isolation: Isolation) -> None:
    pauses = isolation.isolated(readers.pauses)
    mine = pauses(0.0)
    forked = os.fork()
    if forked == 0:
        try:
            theirs = pauses(0.0)
            isolation.close()
            os._exit(0 if theirs != mine else 1)
        finally:
            os._exit(2)
    assert os.waitstatus_to_exitcode(os.waitpid(forked, 0)[1]) == 0
    assert pauses(0.0) == mine


def test_no_other_function_is_called_in_a_child() -> None:
    with pytest.raises(ValueError, match="not one of the readers"):
        Isolation().isolated(readers.counts)
