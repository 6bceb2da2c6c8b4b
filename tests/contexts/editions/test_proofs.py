"""Proofs and figures: what editors see before and while an edition goes out."""

from datetime import timedelta

from sqlalchemy import select

from newsletter.catalogue.shelf import the_newsletter
from newsletter.database import Database
from newsletter.delivery.deliveries import Delivery, DeliveryState
from newsletter.editions import fanout, outlook, progress, proofs, runs, schedule
from newsletter.editions.editions import Edition, Variant
from newsletter.editions.selection import Digest
from newsletter.subscriptions.subscribers import Cadence
from tests.conftest import StandingClock
from tests.data import NOW, a_newsletter, a_reader, an_article, an_editor


def test_a_test_send_goes_to_one_editor_and_counts_for_nobody(database: Database, clock: StandingClock) -> None:
    with database.write() as session:
        newsletter = a_newsletter(session)
        a_reader(session, newsletter)
        an_article(session, newsletter)
        one, _other = an_editor(session), an_editor(session, "jonas@proof.example")
        assert proofs.queue_test_send(session, newsletter, one.id, now=clock.now())
        mails = session.scalars(select(Delivery)).all()
        assert [(mail.kind, mail.editor_id, mail.edition_id) for mail in mails] == [("proof", one.id, None)]


def test_a_test_send_with_nothing_to_show_says_so_and_sends_nothing(database: Database, clock: StandingClock) -> None:
    with database.write() as session:
        newsletter = a_newsletter(session)
        assert not proofs.queue_test_send(session, newsletter, an_editor(session).id, now=clock.now())
        assert session.scalars(select(Delivery)).all() == []


def test_a_proof_never_lends_its_rendering_to_readers(database: Database, clock: StandingClock) -> None:
    with database.write() as session:
        newsletter = a_newsletter(session)
        a_reader(session, newsletter)
        an_article(session, newsletter)
        editor_id = an_editor(session).id
        proofs.queue_test_send(session, newsletter, editor_id, now=clock.now())
        edition = session.scalars(select(Edition)).one()
    clock.at = edition.send_at
    with database.write() as session:
        schedule.tick(session, now=clock.now())
    fanout.fan_out(database, clock, edition.id)
    with database.read() as session:
        variants = {variant.id: variant.key for variant in session.scalars(select(Variant))}
        by_kind = {mail.kind: mail.variant_id for mail in session.scalars(select(Delivery))}
    assert set(by_kind) == {"proof", "digest"}
    assert by_kind["proof"] != by_kind["digest"]
    assert len(variants) == 2


def test_an_edition_to_which_only_proofs_belong_is_skipped_with_its_reason(
    database: Database, clock: StandingClock
) -> None:
    with database.write() as session:
        newsletter = a_newsletter(session)
        an_article(session, newsletter)
        proofs.queue_test_send(session, newsletter, an_editor(session).id, now=clock.now())
        edition = session.scalars(select(Edition)).one()
    clock.at = edition.send_at
    with database.write() as session:
        schedule.tick(session, now=clock.now())
    fanout.fan_out(database, clock, edition.id)
    with database.read() as session:
        assert session.get_one(Edition, edition.id).reason == "No weekly readers yet."


def test_the_proof_holds_what_a_reader_of_all_topics_would_get(database: Database, clock: StandingClock) -> None:
    with database.write() as session:
        newsletter = a_newsletter(session)
        new = [an_article(session, newsletter, f"New {n}", released_at=NOW - timedelta(hours=n)).id for n in range(14)]
        shown = outlook.if_sent_now(session, newsletter, Cadence.WEEKLY, now=clock.now())
    assert shown == Digest(tuple(new[:12]), tuple(new[12:]))


def test_what_a_special_edition_brought_is_not_shown_again(database: Database, clock: StandingClock) -> None:
    with database.write() as session:
        newsletter = a_newsletter(session)
        a_reader(session, newsletter)
        an_article(session, newsletter, "Sent now")
        edition_id = schedule.request_special(session, newsletter, requested_by=None, now=clock.now()).id
        fresh = an_article(session, newsletter, "Later", released_at=NOW + timedelta(minutes=5)).id
    fanout.fan_out(database, clock, edition_id)
    clock.pass_by(timedelta(hours=1))
    with database.read() as session:
        shown = outlook.if_sent_now(session, newsletter, Cadence.WEEKLY, now=clock.now())
    assert shown == Digest((fresh,))


def test_the_audience_counts_who_gets_something_and_who_does_not(database: Database, clock: StandingClock) -> None:
    with database.write() as session:
        newsletter = a_newsletter(session)
        a_reader(session, newsletter, "a@example.org", topics=("science",))
        a_reader(session, newsletter, "b@example.org")
        a_reader(session, newsletter, "c@example.org", topics=("technology",))
        an_article(session, newsletter, topics=("science",))
        found = outlook.audience(session, newsletter, now=clock.now())
    assert found == outlook.Audience(readers=2, nothing_new=1, variants=1)


def test_the_next_edition_is_made_once_whoever_asks_for_it(database: Database, clock: StandingClock) -> None:
    with database.write() as session:
        newsletter = a_newsletter(session)
        assert runs.upcoming(session, newsletter, Cadence.WEEKLY, now=clock.now()) is None
        made = runs.ensure_upcoming(session, newsletter, Cadence.WEEKLY, now=clock.now()).id
        schedule.tick(session, now=clock.now())
        assert runs.ensure_upcoming(session, newsletter, Cadence.WEEKLY, now=clock.now()).id == made
        found = runs.upcoming(session, newsletter, Cadence.WEEKLY, now=clock.now())
        assert found is not None
        assert found.id == made


def test_progress_counts_every_state_and_says_how_long_it_will_take(database: Database, clock: StandingClock) -> None:
    with database.write() as session:
        newsletter = a_newsletter(session)
        for number in range(6):
            a_reader(session, newsletter, f"r{number}@example.org")
        an_article(session, newsletter)
        edition_id = schedule.request_special(session, newsletter, requested_by=None, now=clock.now()).id
    fanout.fan_out(database, clock, edition_id)
    with database.write() as session:
        mails = session.scalars(select(Delivery).order_by(Delivery.id)).all()
        for mail in mails[:2]:
            mail.state, mail.settled_at = DeliveryState.SENT, clock.now()
        mails[2].state, mails[2].settled_at = DeliveryState.FAILED, clock.now()
    clock.pass_by(timedelta(seconds=30))
    with database.read() as session:
        found = progress.progress_of(session, edition_id, now=clock.now())
        assert found.counts == dict.fromkeys(found.counts, 0) | {"queued": 3, "sent": 2, "failed": 1}
        assert (found.total, found.done, found.per_minute) == (6, 3, 4)
        assert found.seconds_left == 45
        assert the_newsletter(session, None).id == newsletter.id
        assert [each.id for each in progress.recent_editions(session, newsletter.id, limit=5)][-1:] == [edition_id]
