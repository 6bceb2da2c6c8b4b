"""Pictures are fetched once, politely, and a broken one costs nothing but itself."""

from datetime import timedelta
from threading import Barrier
from types import SimpleNamespace

import pytest
from sqlalchemy import select

from newsletter.database import Database
from newsletter.errors import GazetteError
from newsletter.feeds.fetching.fetcher import Fetched, FetchOutcome, Gone, Unreachable
from newsletter.feeds.intake import Intake
from newsletter.feeds.pictures import fetching
from newsletter.feeds.pictures.fetching import PAUSES, fetch_due, has_due
from newsletter.feeds.pictures.hosted import Picture, PictureState
from newsletter.feeds.pictures.judging import PictureError
from newsletter.feeds.pictures.making import MadePicture, make_picture
from newsletter.feeds.pictures.showing import served, shown
from newsletter.feeds.pictures.wanting import upload, want, want_again, want_missing
from newsletter.jobs import Job, JobKind
from tests.conftest import StandingClock
from tests.data import NOW, a_newsletter, an_article
from tests.drawn_pictures import a_photograph, encoded, shaded
from tests.fake_feeds import FakeFetcher

ICE = "https://img.proof.example/ice.jpg"
FERRY = "https://img.proof.example/ferry.jpg"
BELL = Job(JobKind.FETCH_PICTURES)


@pytest.fixture
def pictures() -> FakeFetcher:
    """A site with two pictures."""
    fetcher = FakeFetcher()
    for url in (ICE, FERRY):
        fetcher.publish(url, Fetched(a_photograph(2000, 1000), "image/jpeg", url))
    return fetcher


def wanted(database: Database, newsletter_id: int, *addresses: str) -> None:
    with database.write() as session:
        want(session, newsletter_id, addresses, now=NOW)


def rows(database: Database) -> list[Picture]:
    with database.read() as session:
        return list(session.scalars(select(Picture).order_by(Picture.id)))


def run(database: Database, fetcher: FakeFetcher, clock: StandingClock) -> int:
    return fetch_due(database, Intake(fetcher), clock)


def test_a_wanted_picture_is_fetched_made_small_and_shown(
    database: Database, pictures: FakeFetcher, clock: StandingClock, newsletter_id: int, announced: list[Job]
) -> None:
    wanted(database, newsletter_id, ICE)
    assert announced == [BELL]
    assert run(database, pictures, clock) == 1
    with database.read() as session:
        [found] = shown(session, newsletter_id, [ICE, FERRY, ""]).values()
        assert (found.suffix, found.width, found.height) == ("jpg", 1200, 600)
        kept = served(session, found.digest, "jpg")
        assert kept is not None
        assert (kept.content_type, kept.content[:2]) == ("image/jpeg", b"\xff\xd8")
        assert served(session, found.digest, "png") is None
        assert not has_due(session, now=NOW + timedelta(days=365))


def test_a_picture_is_fetched_once_however_often_it_is_wanted(
    database: Database, pictures: FakeFetcher, clock: StandingClock, newsletter_id: int, announced: list[Job]
) -> None:
    for _ in range(3):
        wanted(database, newsletter_id, ICE, ICE)
        run(database, pictures, clock)
        clock.pass_by(timedelta(hours=2))
    assert [url for url, *_ in pictures.asked] == [ICE]
    assert announced == [BELL]


@pytest.mark.parametrize(
    "address",
    ["", "javascript:alert(1)", "data:image/png;base64,AAAA", "upload:00", "https://a@b.example/x", "https://", "a\0b"],
)
def test_what_is_no_web_address_is_passed_over(
    database: Database, newsletter_id: int, announced: list[Job], address: str
) -> None:
    wanted(database, newsletter_id, address)
    assert (rows(database), announced) == ([], [])


def test_a_picture_that_cannot_be_had_is_tried_later_and_later_and_then_left(
    database: Database, pictures: FakeFetcher, clock: StandingClock, newsletter_id: int
) -> None:
    pictures.publish(ICE, Unreachable("There is no picture at this address."))
    wanted(database, newsletter_id, ICE)
    for pause in PAUSES:
        assert run(database, pictures, clock) == 1
        [row] = rows(database)
        assert (row.state, row.next_try_at) == (PictureState.WANTED, clock.now() + pause)
        assert run(database, pictures, clock) == 0
        clock.pass_by(pause)
    assert run(database, pictures, clock) == 1
    [row] = rows(database)
    assert (row.state, row.next_try_at) == (PictureState.BROKEN, None)
    assert row.trouble == "There is no picture at this address."


def test_an_editor_may_have_a_broken_picture_fetched_again(
    database: Database, pictures: FakeFetcher, clock: StandingClock, newsletter_id: int, announced: list[Job]
) -> None:
    pictures.publish(ICE, Gone("The site says that this picture is gone."), Fetched(a_photograph(), None, ICE))
    wanted(database, newsletter_id, ICE)
    run(database, pictures, clock)
    assert rows(database)[0].state == PictureState.BROKEN
    with database.write() as session:
        want_again(session, newsletter_id, ICE, now=clock.now())
    assert announced == [BELL, BELL]
    run(database, pictures, clock)
    assert (rows(database)[0].state, rows(database)[0].trouble) == (PictureState.READY, None)


def test_a_broken_picture_leaves_the_others_whole(
    database: Database, pictures: FakeFetcher, clock: StandingClock, newsletter_id: int
) -> None:
    pictures.publish(ICE, Fetched(b"<svg onload='alert(1)'/>", "image/png", ICE))
    wanted(database, newsletter_id, ICE, FERRY)
    assert run(database, pictures, clock) == 2
    found = {row.address: row for row in rows(database)}
    assert found[FERRY].state == PictureState.READY
    assert "SVG" in (found[ICE].trouble or "")
    with database.read() as session:
        assert set(shown(session, newsletter_id, [ICE, FERRY])) == {FERRY}


def test_a_reader_that_had_to_be_given_up_is_a_reason_like_any_other(
    database: Database, pictures: FakeFetcher, clock: StandingClock, newsletter_id: int
) -> None:
    def stuck(_content: bytes) -> MadePicture:
        raise GazetteError("It took too long to read, so it was given up.")

    wanted(database, newsletter_id, ICE)
    assert fetch_due(database, Intake(pictures, make_picture=stuck), clock) == 1
    assert rows(database)[0].trouble == "It took too long to read, so it was given up."


def test_a_picture_that_ends_its_worker_each_time_is_given_up(
    database: Database, pictures: FakeFetcher, clock: StandingClock, newsletter_id: int
) -> None:
    class WorkerEndsError(BaseException):
        """The process is killed."""

    def killed(_content: bytes) -> MadePicture:
        raise WorkerEndsError

    wanted(database, newsletter_id, ICE)
    for _ in range(len(PAUSES) + 1):
        with pytest.raises(WorkerEndsError):
            fetch_due(database, Intake(pictures, make_picture=killed), clock)
        clock.pass_by(timedelta(minutes=5))
    assert fetch_due(database, Intake(pictures, make_picture=killed), clock) == 0
    [row] = rows(database)
    assert (row.state, row.next_try_at) == (PictureState.BROKEN, None)
    assert "several times" in (row.trouble or "")


def test_what_there_was_no_time_for_is_due_again_and_was_not_tried(
    database: Database,
    pictures: FakeFetcher,
    clock: StandingClock,
    newsletter_id: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    instants = iter([0.0, 0.0, 0.0, 30.0])  # it begins, asks whether there is time, has it for one, and then none
    # Its own clock alone: connections of the database are timed by the real one.
    monkeypatch.setattr(fetching, "time", SimpleNamespace(monotonic=lambda: next(instants, 30.0)))
    monkeypatch.setattr(fetching, "_PER_HOST", 1)
    wanted(database, newsletter_id, ICE, FERRY)
    assert run(database, pictures, clock) == 1
    assert sorted((row.state, row.tries, row.next_try_at) for row in rows(database)) == [
        (PictureState.READY, 1, None),
        (PictureState.WANTED, 0, clock.now()),
    ]


def test_four_pictures_of_a_site_are_fetched_at_once_and_no_more(
    database: Database, clock: StandingClock, newsletter_id: int
) -> None:
    class Crowded(FakeFetcher):
        """Answers when four ask at the same time; fewer would wait in vain."""

        barrier = Barrier(4, timeout=20)

        def fetch(self, url: str, **_asked: object) -> FetchOutcome:  # type: ignore[override]  # the rest is of no matter here
            self.barrier.wait()
            return Fetched(encoded(shaded(80, 60)), "image/png", url)

    addresses = [f"https://img.proof.example/{number}.png" for number in range(8)]
    wanted(database, newsletter_id, *addresses)
    assert run(database, Crowded(), clock) == 8
    claims = [fetching._Claim(number, address, 1) for number, address in enumerate([*addresses, "https://b.example/"])]
    assert sorted(len(lane) for lane in fetching._lanes(claims)) == [1, 2, 2, 2, 2]


def test_a_second_worker_takes_none_that_the_first_has(
    database: Database, pictures: FakeFetcher, clock: StandingClock, newsletter_id: int
) -> None:
    seen: list[int] = []

    def meanwhile(content: bytes) -> MadePicture:
        seen.append(fetch_due(database, Intake(pictures), clock))
        return make_picture(content)

    wanted(database, newsletter_id, ICE, FERRY)
    assert fetch_due(database, Intake(pictures, make_picture=meanwhile), clock) == 2
    assert seen == [0, 0]


def test_an_editor_may_bring_a_picture(database: Database, newsletter_id: int) -> None:
    with database.write() as session:
        address = upload(session, newsletter_id, a_photograph(), make=make_picture, now=NOW)
        assert upload(session, newsletter_id, a_photograph(), make=make_picture, now=NOW) == address
        with pytest.raises(PictureError):
            upload(session, newsletter_id, b"no picture", make=make_picture, now=NOW)
    with database.read() as session:
        assert address == f"upload:{shown(session, newsletter_id, [address])[address].digest}"
        assert shown(session, newsletter_id + 1, [address]) == {}  # another newsletter has its own


def test_pictures_of_articles_that_nobody_asked_for_are_found(
    database: Database, newsletter_id: int, announced: list[Job]
) -> None:
    with database.write() as session:
        newsletter = a_newsletter(session, "Another")
        recent, own, old = (an_article(session, newsletter, title) for title in ("One", "Two", "Three"))
        recent.image_url = own.image_url = ICE
        own.own_image_url = FERRY
        old.image_url, old.first_seen_at = "https://img.proof.example/old.jpg", NOW - timedelta(days=70)
        an_article(session, newsletter, "Four")
    for _ in range(2):
        with database.write() as session:
            want_missing(session, now=NOW)
    assert {row.address for row in rows(database)} == {ICE, FERRY}
    assert announced == [BELL]
