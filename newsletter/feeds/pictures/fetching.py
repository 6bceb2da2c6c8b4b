"""Fetching the pictures that are wanted: many at a time, politely, and each only until it is here.

No transaction is open while the network is talked to; each picture is stored in one of its own.
"""

import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlsplit

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from newsletter.clock import Clock
from newsletter.database import Database
from newsletter.errors import GazetteError
from newsletter.feeds.fetching.fetcher import Fetched, Gone, Unchanged, Unreachable, Wanted
from newsletter.feeds.intake import Intake
from newsletter.feeds.pictures.hosted import Picture, PictureState
from newsletter.feeds.pictures.making import MadePicture
from newsletter.feeds.pictures.wanting import ready

PAUSES: Final = (timedelta(minutes=1), timedelta(minutes=10), timedelta(hours=1))
"""After each failure; after one more the picture is given up."""

_CLAIMED_FOR: Final = timedelta(minutes=5)
_AT_ONCE: Final = 16
_PER_HOST: Final = 4
_BATCH: Final = 48
_GIVEN_UP: Final = "The picture could not be read, though it was tried several times."


@dataclass(frozen=True, slots=True)
class _Claim:
    id: int
    url: str
    tries: int  # this one counted


def fetch_due(database: Database, intake: Intake, clock: Clock, *, seconds: float = 25) -> int:
    """Fetch the pictures that are due, for so many seconds; how many were tried."""
    ends_at = time.monotonic() + seconds
    tried = 0
    while time.monotonic() < ends_at:
        claims = _claim(database, now=clock.now())
        if not claims:
            break
        lanes = _lanes(claims)
        with ThreadPoolExecutor(min(_AT_ONCE, len(lanes)), thread_name_prefix="picture") as pool:
            runs = [pool.submit(_fetch_lane, database, intake, clock, lane, ends_at) for lane in lanes]
        tried += sum(run.result() for run in runs)
    return tried


def has_due(session: Session, *, now: datetime) -> bool:
    """Whether a picture is to be fetched now."""
    return session.scalar(select(Picture.id).where(Picture.next_try_at <= now).limit(1)) is not None


def _claim(database: Database, *, now: datetime) -> list[_Claim]:
    """The pictures to try next. Their next try is put off at once, so that a second worker leaves them alone."""
    with database.write() as session:
        _give_up(session, now=now)
        due = select(Picture.id).where(Picture.next_try_at <= now).order_by(Picture.next_try_at, Picture.id)
        taken = (
            update(Picture)
            # Looked at once more: another worker may have been first.
            .where(Picture.id.in_(due.limit(_BATCH).scalar_subquery()), Picture.next_try_at <= now)
            .values(next_try_at=now + _CLAIMED_FOR, tries=Picture.tries + 1)
            .returning(Picture.id, Picture.address, Picture.tries)
            .execution_options(synchronize_session=False)
        )
        return [_Claim(*row) for row in session.execute(taken)]


def _give_up(session: Session, *, now: datetime) -> None:
    """A picture that was claimed so often and never answered for has ended its worker each time."""
    session.execute(
        update(Picture)
        .where(Picture.next_try_at <= now, Picture.tries > len(PAUSES))
        .values(state=PictureState.BROKEN, next_try_at=None, trouble=_GIVEN_UP)
        .execution_options(synchronize_session=False)
    )


def _lanes(claims: Iterable[_Claim]) -> list[list[_Claim]]:
    """The claims in rows, to be fetched side by side; no host is in more than four of them. Pure."""
    by_host: dict[str, list[_Claim]] = defaultdict(list)
    for claim in claims:
        by_host[_host(claim.url)].append(claim)
    return [lane for of_host in by_host.values() for start in range(_PER_HOST) if (lane := of_host[start::_PER_HOST])]


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def _fetch_lane(database: Database, intake: Intake, clock: Clock, lane: Sequence[_Claim], ends_at: float) -> int:
    """Fetch these one after the other; how many there was time for. The others are due again."""
    for place, claim in enumerate(lane):
        if time.monotonic() >= ends_at:
            _give_back(database, lane[place:], now=clock.now())
            return place
        answer = _fetched(intake, claim.url)
        with database.write() as session:
            _update(session, [claim], _settled(claim, answer, now=clock.now()))
    return len(lane)


def _fetched(intake: Intake, url: str) -> MadePicture | Unreachable | Gone:
    match intake.fetcher.fetch(url, wanted=Wanted.PICTURE):
        case Fetched(content=content):
            try:
                return intake.make_picture(content)
            except GazetteError as error:
                return Unreachable(str(error))
        case Unchanged():
            return Unreachable("The site answered that nothing is new, though it was not asked so.")
        case outcome:
            return outcome


def _settled(claim: _Claim, answer: MadePicture | Unreachable | Gone, *, now: datetime) -> dict[str, object]:
    """The columns of a picture after a try. Pure."""
    match answer:
        case MadePicture():
            return ready(answer, now=now)
        case Unreachable(sentence=sentence) if claim.tries <= len(PAUSES):
            return {"next_try_at": now + PAUSES[claim.tries - 1], "trouble": sentence}
        case Unreachable(sentence=sentence) | Gone(sentence=sentence):
            return {"state": PictureState.BROKEN, "next_try_at": None, "trouble": sentence}


def _give_back(database: Database, claims: Sequence[_Claim], *, now: datetime) -> None:
    with database.write() as session:
        _update(session, claims, {"next_try_at": now, "tries": Picture.tries - 1})


def _update(session: Session, claims: Sequence[_Claim], values: dict[str, object]) -> None:
    """Note what came of these; a picture that is ready meanwhile stays so."""
    session.execute(
        update(Picture)
        .where(Picture.id.in_([claim.id for claim in claims]), Picture.state == PictureState.WANTED)
        .values(values)
        .execution_options(synchronize_session=False)
    )
