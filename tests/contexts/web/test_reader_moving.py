"""A change of address, over HTTP: asked for, confirmed at the new one, taken back from the old one."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from config import defaults
from newsletter.delivery.deliveries import Delivery, DeliveryState
from newsletter.delivery.kinds import MailKind
from newsletter.delivery.outbox import Recipient, queue_mail
from newsletter.editions.editions import SPECIAL, Edition, EditionState, Variant
from newsletter.editions.histories import histories_of
from newsletter.mails.recipients import Mover, recipient_of
from newsletter.subscriptions.subscribers import AddressChange, Subscriber, Subscription, SubscriptionState
from newsletter.suppression.suppressions import SuppressionReason, suppress
from tests.conftest import StandingClock
from tests.data import NOW, a_reader, an_article
from tests.reader_site import ReaderSite, the_input, words

ANNA, NEW = "anna@example.org", "anna.berg@mail.example"
DAY = timedelta(days=1)


@pytest.fixture
def link(site: ReaderSite) -> str:
    """The page of Anna's choices."""
    with site.database.write() as session:
        a_reader(session, site.newsletter(), topics=("science",))
    return site.preferences_link()


def change(site: ReaderSite) -> AddressChange:
    """The newest wish."""
    with site.database.read() as session:
        return session.scalars(select(AddressChange).order_by(AddressChange.id.desc()).limit(1)).one()


def links_of(site: ReaderSite) -> tuple[str, str]:
    """The link in the mail to the new address, and the one in the mail to the old."""
    found = change(site)
    return site.links.new_address(found.id, found.nonce), site.links.not_me(found.id, found.undo_nonce)


def addresses(site: ReaderSite) -> dict[str, str]:
    """Who gets The Proof, and how that stands."""
    with site.database.read() as session:
        query = select(Subscriber.address, Subscription.state).join(
            Subscription, Subscription.subscriber_id == Subscriber.id
        )
        return dict(session.execute(query).all())


def written_to(site: ReaderSite, now: object = NOW) -> list[str]:
    """To whom the mails in the outbox go."""
    with site.database.read() as session:
        rows = session.scalars(select(Delivery).order_by(Delivery.id)).all()
        found = [recipient_of(session, row, now) for row in rows]  # type: ignore[arg-type]  # an instant
        return [each.address for each in found if isinstance(each, Mover)]


def moved(site: ReaderSite, link: str, address: str = NEW) -> tuple[str, str]:
    """Let Anna move; the two links."""
    site.post(f"{link}/address", address=address)
    found = links_of(site)
    site.post(found[0])
    return found


def test_asking_changes_nothing_and_writes_to_the_new_address_alone(site: ReaderSite, link: str) -> None:
    answer = site.post(f"{link}/address", address=f" {NEW} ")
    assert answer.status_code == 200
    assert f"is on its way to {NEW}. Until you press it, everything goes to {ANNA} as before." in words(answer)
    assert addresses(site) == {ANNA: "active"}
    assert site.mails() == ["address_change"]
    assert written_to(site) == [NEW]
    page = site.get(links_of(site)[0])
    assert page.status_code == 200
    assert ANNA not in page.text  # whoever mistyped the new one wrote to a stranger
    assert addresses(site) == {ANNA: "active"}


def test_pressing_moves_the_mails_and_tells_the_old_address(site: ReaderSite, link: str) -> None:
    site.post(f"{link}/address", address=NEW)
    answer = site.post(links_of(site)[0])
    assert f"Done. The Proof comes to {NEW};" in words(answer)
    assert addresses(site) == {NEW: "active"}
    assert site.mails() == ["address_change", "address_changed"]
    assert written_to(site) == [ANNA]  # the other one would do nothing any more
    assert site.acts() == ["changed"]
    assert site.preferences_link(NEW) in answer.text
    again = site.post(links_of(site)[0])
    assert "This has been done already." in words(again)
    assert site.acts() == ["changed"]


def test_that_was_not_me_brings_all_back_and_locks_the_address(
    site: ReaderSite, link: str, clock: StandingClock
) -> None:
    new, old = moved(site, link)
    clock.pass_by(13 * DAY)
    page = site.get(old)
    assert NEW not in page.text
    assert addresses(site) == {NEW: "active"}
    answer = site.post(old)
    assert f"Done. The Proof comes to {ANNA} again" in words(answer)
    assert addresses(site) == {ANNA: "active"}
    assert site.get(new).status_code == 410
    locked = site.post(f"{site.preferences_link()}/address", address="other@mail.example")
    assert locked.status_code == 409
    assert "For 30 days only an editor can change it" in words(locked)
    clock.pass_by(defaults.ADDRESS_CHANGE_LOCK + DAY)
    assert site.post(f"{site.preferences_link()}/address", address="other@mail.example").status_code == 200


def test_it_can_be_taken_back_for_14_days(site: ReaderSite, link: str, clock: StandingClock) -> None:
    _new, old = moved(site, link)
    clock.pass_by(defaults.ADDRESS_CHANGE_UNDO + timedelta(seconds=1))
    for answer in (site.get(old), site.post(old)):
        assert answer.status_code == 410
        assert "This link has expired." in words(answer)
    assert addresses(site) == {NEW: "active"}


def test_a_thief_who_moves_on_is_followed(site: ReaderSite, link: str, clock: StandingClock) -> None:
    _new, old = moved(site, link)
    clock.pass_by(DAY)
    moved(site, site.preferences_link(NEW), "third@mail.example")
    assert addresses(site) == {"third@mail.example": "active"}
    site.post(old)
    assert addresses(site) == {ANNA: "active"}


def test_the_download_waits_while_the_old_address_may_object(site: ReaderSite, link: str, clock: StandingClock) -> None:
    moved(site, link)
    answer = site.post(f"{site.preferences_link(NEW)}/own")
    assert answer.status_code == 409
    assert "Your address is new." in words(answer)
    assert "fresh_link" not in site.mails()
    clock.pass_by(defaults.ADDRESS_CHANGE_UNDO + DAY)
    assert site.post(f"{site.preferences_link(NEW)}/own").status_code == 200


def test_a_link_ends_after_three_days_and_with_a_newer_one(site: ReaderSite, link: str, clock: StandingClock) -> None:
    site.post(f"{link}/address", address=NEW)
    first = links_of(site)[0]
    clock.pass_by(timedelta(minutes=11))
    site.post(f"{link}/address", address="second@mail.example")
    assert site.post(first).status_code == 410
    assert addresses(site) == {ANNA: "active"}
    second = links_of(site)[0]
    clock.pass_by(defaults.ADDRESS_CHANGE_LINK_LIFETIME + DAY)
    assert "This link has expired." in words(site.post(second))
    assert addresses(site) == {ANNA: "active"}


def test_nobody_fills_a_strangers_mailbox_with_it(site: ReaderSite, link: str, clock: StandingClock) -> None:
    assert site.post(f"{link}/address", address=NEW).status_code == 200
    assert site.post(f"{link}/address", address=NEW).status_code == 429
    for _ in range(8):
        clock.pass_by(timedelta(minutes=11))
        site.post(f"{link}/address", address=NEW)
    assert site.mails() == ["address_change"] * 3


def test_the_owner_of_a_mistyped_address_is_left_in_peace(site: ReaderSite, link: str) -> None:
    site.post(f"{link}/address", address=NEW)
    confirm = links_of(site)[0]
    assert "We will not write to this address again." in words(site.post(f"{confirm}/never"))
    assert site.post(confirm).status_code == 410
    with site.database.read() as session:
        row = session.scalars(select(Delivery)).one()
        assert not isinstance(recipient_of(session, row, NOW), Mover)


@pytest.mark.parametrize("state", [None, *SubscriptionState])
def test_the_answer_is_the_same_whoever_is_known_there(
    site: ReaderSite, link: str, state: SubscriptionState | None
) -> None:
    if state is not None:
        with site.database.write() as session:
            a_reader(session, site.newsletter(), NEW, state=state)
    answer = site.post(f"{link}/address", address=NEW)
    assert answer.status_code == 200
    assert "is on its way to" in words(answer)
    assert site.mails() == ["address_change"]


def test_a_suppressed_address_gets_nothing_and_nothing_tells(site: ReaderSite, link: str) -> None:
    with site.database.write() as session:
        suppress(session, NEW, SuppressionReason.COMPLAINED, now=NOW)
    assert "is on its way to" in words(site.post(f"{link}/address", address=NEW))
    assert written_to(site) == []


def test_the_same_address_again_is_no_change(site: ReaderSite, link: str) -> None:
    answer = site.post(f"{link}/address", address=ANNA.upper())
    assert "Your mails go there already." in words(answer)
    assert site.mails() == []


@pytest.mark.parametrize("typed", ["", "anna", "anna@", "a@b@c", "a\r\nBcc: x@y.example@z.example", "x" * 400])
def test_what_is_no_address_is_said_at_its_field(site: ReaderSite, link: str, typed: str) -> None:
    answer = site.post(f"{link}/address", address=typed)
    assert answer.status_code == 422
    assert the_input(answer, "address")["aria-describedby"] == "new-address-trouble"
    assert site.mails() == []


def test_a_slip_is_asked_about_first(site: ReaderSite, link: str) -> None:
    answer = site.post(f"{link}/address", address="anna@gmial.com")
    assert answer.status_code == 422
    assert "Did you mean anna@gmail.com ?" in words(answer)
    assert site.mails() == []
    site.post(f"{link}/address", address="anna@gmial.com", instead="anna@gmail.com")
    assert change(site).new_address == "anna@gmail.com"


def test_who_means_it_is_taken_at_their_word(site: ReaderSite, link: str) -> None:
    assert site.post(f"{link}/address", address="anna@gmial.com", as_typed="anna@gmial.com").status_code == 200


def _got(session: Session, subscriber_id: int, article_ids: list[int], state: DeliveryState) -> None:
    """An edition of its own that held these articles, and what became of its delivery."""
    at = NOW
    edition = Edition(newsletter_id=1, cadence=SPECIAL, state=EditionState.SENT, cutoff_at=at, send_at=at)
    session.add(edition)
    session.flush()
    variant = Variant(edition_id=edition.id, key="all", article_ids=article_ids, more=0)
    session.add(variant)
    session.flush()
    recipient = Recipient(edition_id=edition.id, variant_id=variant.id, subscriber_id=subscriber_id)
    queue_mail(session, MailKind.DIGEST, recipient, now=at)
    row = session.scalars(select(Delivery).where(Delivery.edition_id == edition.id)).one()
    row.state = state


@pytest.mark.parametrize("state", [SubscriptionState.PENDING, SubscriptionState.UNSUBSCRIBED])
def test_a_record_under_the_new_address_takes_over_with_what_was_given(
    site: ReaderSite, link: str, state: SubscriptionState
) -> None:
    with site.database.write() as session:
        theirs = a_reader(session, site.newsletter(), NEW, state=state)
        mine = session.scalars(select(Subscriber).where(Subscriber.address == ANNA)).one()
        for _ in range(3):
            an_article(session, site.newsletter(), topics=(), released_at=NOW - timedelta(hours=1))
        _got(session, mine.id, [1, 2], DeliveryState.SENT)
        _got(session, mine.id, [3], DeliveryState.QUEUED)
        _got(session, theirs.subscriber_id, [1], DeliveryState.SENT)
    joined = site.subscription().joined_at
    _new, old = moved(site, link)
    assert addresses(site) == {ANNA: "unsubscribed", NEW: "active"}
    found = site.subscription(NEW)
    assert found.joined_at == joined
    with site.database.read() as session:
        [history] = histories_of(session, site.newsletter(), [found.subscriber_id], now=NOW).values()
        assert history.had == {1, 2}, "what waits in the outbox does not go out any more"
    site.post(old)
    assert addresses(site) == {ANNA: "active", NEW: "active"}
    assert site.subscription().joined_at == joined


def test_who_reads_with_both_keeps_the_new_one_as_it_is(site: ReaderSite, link: str) -> None:
    with site.database.write() as session:
        a_reader(session, site.newsletter(), NEW, topics=("technology",))
    moved(site, link)
    assert addresses(site) == {ANNA: "unsubscribed", NEW: "active"}
    assert site.acts() == ["changed"]


def test_links_that_are_not_ours_lead_nowhere(site: ReaderSite, link: str) -> None:
    new, old = moved(site, link)
    tokens = [each.rpartition("/")[2] for each in (new, old, link)]
    for token in ("nonsense", tokens[0][:-1], tokens[2]):
        for path in (f"/address/{token}", f"/not-me/{token}"):
            assert site.get(path).status_code == 404
            assert site.post(path).status_code == 404
    assert site.post(f"/not-me/{tokens[0]}").status_code == 404
    assert site.post(f"/address/{tokens[1]}").status_code == 404
    assert addresses(site) == {NEW: "active"}


def test_the_choices_say_all_that_can_be_done(site: ReaderSite, link: str) -> None:
    page = site.get(link)
    assert re.search(r'href="/preferences/[\w-]+/own"', page.text)
    assert "Write to the new address" in words(page)
