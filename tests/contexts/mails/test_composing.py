"""From rows to bytes: the same rows give the same mail, whoever composes it."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from newsletter.accounts.entry import new_login_link
from newsletter.database import Database
from newsletter.delivery.deliveries import Delivery
from newsletter.delivery.kinds import MailKind
from newsletter.delivery.outbox import Recipient
from newsletter.editions.editions import Variant
from newsletter.feeds.articles import Article
from newsletter.subscriptions.subscribers import Subscription
from tests.composed_mails import a_composer, a_digest, a_variant, body, composed, queued, read, to_reader
from tests.data import NOW, a_newsletter, a_reader, an_editor


def test_a_digest_carries_its_articles_its_reason_and_both_ways_out(database: Database) -> None:
    with database.write() as session:
        row = a_digest(session)
        message = read(composed(session, row))
        links = a_composer().links
        subscription = session.scalars(select(Subscription)).one()
    assert message["Subject"] == "Under the ice shelf"
    for part in ("plain", "html"):
        written = body(message, part)
        for wanted in (
            "https://proof.example/under-the-ice-shelf",
            "https://proof.example/the-ferry",
            "What The ferry is about.",
            links.preferences(subscription.id, subscription.nonce),
            links.leave(subscription.id, subscription.nonce),
            "Bleisatzgasse 7, 10000 Berlin, Germany",
        ):
            assert wanted in written, (part, wanted)
        assert "You get this because you signed up on proof.example" in " ".join(written.split())


def test_composing_again_gives_the_same_bytes_whoever_does_it_and_whatever_was_edited(database: Database) -> None:
    with database.write() as session:
        row = a_digest(session)
        row.composed_at = NOW  # as the first attempt marks it
        first = composed(session, row)
    with database.write() as session:
        session.execute(update(Article).values(title="Quite another title", summary="New."))
        again = session.get_one(Delivery, row.id)
        second = composed(session, again, later=timedelta(days=2))
    assert second.content == first.content


def test_every_mail_of_a_variant_says_the_same_also_when_an_article_was_edited_between(database: Database) -> None:
    with database.write() as session:
        newsletter = a_newsletter(session)
        variant = a_variant(session, newsletter)
        rows = [
            to_reader(session, MailKind.DIGEST, a_reader(session, newsletter, address), variant)
            for address in ("anna@example.org", "ben@example.org")
        ]
        first = read(composed(session, rows[0]))
        session.execute(update(Article).values(title="Quite another title"))
        second = read(composed(session, rows[1]))
    assert first["Subject"] == second["Subject"] == "Under the ice shelf"
    assert first["Message-ID"] != second["Message-ID"]
    assert first["List-Unsubscribe"] != second["List-Unsubscribe"]


def test_the_worker_that_comes_second_sends_what_the_first_kept(database: Database) -> None:
    with database.write() as session:
        row = a_digest(session)
        stale = session.get_one(Variant, row.variant_id)
        # Another worker keeps its rendering after this one has read the row.
        session.execute(
            update(Variant)
            .values(subject="The first one's", body_text="text", body_html="<p>html</p>")
            .execution_options(synchronize_session=False)
        )
        assert stale.body_html is None
        message = read(composed(session, row))
    assert message["Subject"] == "The first one's"
    assert body(message, "plain").strip() == "text"


def test_a_proof_says_that_it_is_one_and_holds_no_link_of_a_reader(database: Database) -> None:
    with database.write() as session:
        newsletter = a_newsletter(session, is_live=False)
        variant = a_variant(session, newsletter)
        row = queued(session, MailKind.PROOF, Recipient(variant_id=variant.id, editor_id=an_editor(session).id))
        message = read(composed(session, row))
    assert message["To"] == "maren@proof.example"
    assert message["Subject"] == "[Proof] Under the ice shelf"
    assert message["List-Unsubscribe"] is None
    for part in ("plain", "html"):
        written = body(message, part)
        assert "to editors only" in written
        assert "/preferences/" not in written
        assert "/unsubscribe/" not in written


@pytest.mark.parametrize("has_newsletter", [True, False])
def test_a_login_link_comes_also_before_there_is_a_newsletter(database: Database, *, has_newsletter: bool) -> None:
    with database.write() as session:
        if has_newsletter:
            a_newsletter(session)
        editor = an_editor(session)
        link = new_login_link(session, editor, now=NOW)
        row = queued(session, MailKind.LOGIN_LINK, Recipient(editor_id=editor.id, login_link_id=link.id))
        mail = composed(session, row)
    assert mail.envelope_sender == ("post@proof.example" if has_newsletter else "gazette@news.example.org")
    message = read(mail)
    assert a_composer().links.login(link.id, link.nonce) in body(message, "plain")
    assert message["From"].addresses[0].display_name == "Gazette"


def test_an_address_with_other_letters_in_its_domain_is_written_in_ascii(database: Database) -> None:
    with database.write() as session:
        mail = composed(session, a_digest(session, "anna@bücher.example"))
    assert mail.envelope_recipient == "anna@xn--bcher-kva.example"
    assert read(mail)["To"] == "anna@xn--bcher-kva.example"
