"""A fresh link to a reader's own inbox, and the copy of all that is kept of them."""

import csv
import io
import json
import zipfile
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.database import Database
from newsletter.delivery.deliveries import Delivery
from newsletter.signing import Purpose, Signer
from newsletter.subscriptions.privacy.copying import as_json, as_tables, copy_of, table_of
from newsletter.subscriptions.privacy.proving import Asked, proof_by_token, reader_of, send_fresh_link
from newsletter.subscriptions.subscribers import MailboxProof, Subscriber, Subscription
from newsletter.suppression.suppressions import SuppressionReason, suppress
from newsletter.wiring import Services
from tests.conftest import StandingClock
from tests.data import NOW, a_newsletter, a_reader
from tests.known_readers import ANNA, OTHERS, a_known_reader

SIGNER = Signer(("a-secret-for-tests-that-is-long-enough-0123456789",))


def asked(session: Session, reader: Subscription, clock: StandingClock, *spans: timedelta) -> list[Asked]:
    """What becomes of a wish for a fresh link after each of these spans."""
    found = []
    for span in spans:
        clock.pass_by(span)
        found.append(send_fresh_link(session, reader, now=clock.now()))
    return found


def test_a_fresh_link_goes_out_within_the_limits_of_confirmations(database: Database, clock: StandingClock) -> None:
    now, nine, ten, day = timedelta(), timedelta(minutes=9), timedelta(minutes=10), timedelta(days=1)
    with database.write() as session:
        reader = a_reader(session, a_newsletter(session))
        results = asked(session, reader, clock, now, nine, ten, ten, ten, day)
        assert [each.name for each in results] == ["SENT", "TOO_SOON", "SENT", "SENT", "TOO_SOON", "SENT"]
        kinds = list(session.scalars(select(Delivery.kind)))
        assert kinds == ["fresh_link"] * 4


@pytest.mark.parametrize(
    ("reason", "expected"),
    [
        (SuppressionReason.BOUNCED, Asked.SENT),
        (SuppressionReason.IMPORTED, Asked.SENT),
        (SuppressionReason.COMPLAINED, Asked.SUPPRESSED),
        (SuppressionReason.ASKED, Asked.SUPPRESSED),
    ],
)
def test_whoever_asked_never_to_be_written_to_gets_no_link(
    database: Database, reason: SuppressionReason, expected: Asked
) -> None:
    with database.write() as session:
        reader = a_reader(session, a_newsletter(session))
        suppress(session, "anna@example.org", reason, now=NOW)
        assert send_fresh_link(session, reader, now=NOW) is expected


def test_a_fresh_link_is_known_by_its_own_token_only(database: Database) -> None:
    with database.write() as session:
        reader = a_reader(session, a_newsletter(session))
        send_fresh_link(session, reader, now=NOW)
        [proof] = session.scalars(select(MailboxProof))
        assert proof_by_token(session, SIGNER, SIGNER.token(Purpose.OWN, proof.id, proof.nonce)) is proof
        for purpose in Purpose:
            if purpose is not Purpose.OWN:
                assert proof_by_token(session, SIGNER, SIGNER.token(purpose, proof.id, proof.nonce)) is None
        assert proof_by_token(session, SIGNER, SIGNER.token(Purpose.OWN, proof.id, reader.nonce)) is None
        assert proof_by_token(session, SIGNER, SIGNER.token(Purpose.OWN, 99, proof.nonce)) is None
        assert proof_by_token(session, SIGNER, "nonsense") is None
        assert reader_of(session, proof).address == "anna@example.org"


def test_the_copy_holds_all_that_is_kept_of_this_reader_and_nothing_of_others(parts: Services) -> None:
    anna = a_known_reader(parts)
    with parts.database.read() as session:
        copy = copy_of(session, session.get_one(Subscriber, anna), parts.holdings)
    made = json.loads(as_json(copy, now=NOW))
    assert made["made_at"] == "2026-11-24T09:00:00Z"
    assert made["reader"] == [{"address": ANNA, "language": "", "created_at": "2026-11-21T09:00:00Z"}]
    [subscription] = made["subscriptions"]
    assert (subscription["newsletter"], subscription["topics"], subscription["hour"]) == ("the-proof", "science", 8)
    assert [line["act"] for line in made["consents"]] == ["requested", "confirmed"]
    assert made["consents"][0]["wording"] == "I ask for it."
    assert made["consents"][0]["network"] == "192.0.2.0/24"
    assert [each["kind"] for each in made["mails"]] == ["welcome", "confirmation"]
    assert made["articles_given"][0]["article"] == "Under the ice shelf"
    assert not any(other in str(made) for other in OTHERS)
    assert "nonce" not in str(made)


def test_the_tables_hold_the_same_lines(parts: Services) -> None:
    anna = a_known_reader(parts)
    with parts.database.read() as session:
        copy = copy_of(session, session.get_one(Subscriber, anna), parts.holdings)
    with zipfile.ZipFile(io.BytesIO(as_tables(copy))) as file:
        assert set(file.namelist()) == {f"{name}.csv" for name, rows in copy.items() if rows}
        for name, rows in copy.items():
            if rows:
                text = file.read(f"{name}.csv").decode("utf-8-sig")
                read = list(csv.DictReader(io.StringIO(text, newline="")))
                assert [list(line) for line in read] == [list(row) for row in rows]
    assert as_tables(copy) == as_tables(copy)


@pytest.mark.parametrize(
    "typed",
    ["=1+1", "+1", "-1", "@sum(A1)", "\t=1", "\r=1", "  =1", "\ufeff=1", '"=1', "'=1", "\n=1", '=cmd|"/c calc"!A0'],
)
def test_no_cell_is_a_formula(typed: str) -> None:
    table = table_of([{"words": typed}])
    [line] = csv.DictReader(io.StringIO(table.removeprefix("\ufeff"), newline=""))
    assert line["words"] == f"'{typed}"


def test_ordinary_cells_stay_as_they_are() -> None:
    values = {"none": None, "number": 7, "at": NOW, "words": "Anna, “quoted”\nand more", "truth": True}
    [line] = csv.DictReader(io.StringIO(table_of([values]).removeprefix("\ufeff"), newline=""))
    assert line == {
        "none": "",
        "number": "7",
        "at": "2026-11-24T09:00:00Z",
        "words": "Anna, “quoted”\nand more",
        "truth": "True",
    }
