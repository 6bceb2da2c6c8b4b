"""A reader's own digest in the browser."""

import re

import pytest
from sqlalchemy import delete, select

from newsletter.delivery.deliveries import Delivery
from newsletter.editions.editions import Variant
from newsletter.feeds.deciding import OwnWords, overwrite
from newsletter.mails.composing import MailComposer
from newsletter.signing import Purpose
from newsletter.subscriptions import leaving
from newsletter.subscriptions.subscribers import Subscriber, Subscription
from tests.archived import article_named, sent
from tests.conftest import StandingClock
from tests.data import EVIDENCE, NOW, a_newsletter, a_reader
from tests.reader_site import ReaderSite, words


@pytest.fixture(autouse=True)
def edition(site: ReaderSite, clock: StandingClock) -> int:
    """An edition with two articles that a reader got."""
    with site.database.write() as session:
        a_reader(session, site.newsletter())
    return sent(site.database, clock, ["Ice", "Yeast"])


def view_link(site: ReaderSite) -> str:
    """The link in the mail of the last delivery, as the composer writes it."""
    composer = MailComposer(site.links, site.services.signer)
    with site.database.write() as session:
        row = session.scalars(select(Delivery).where(Delivery.kind == "digest").order_by(Delivery.id.desc())).first()
        assert row is not None
        mail = composer(session, row, NOW)
    written = getattr(mail, "content", b"").decode().replace("=\r\n", "")
    [link] = set(re.findall(r"http://localhost/view/[\w-]+", written))
    return str(link)


def test_a_reader_sees_the_digest_as_it_was_mailed(site: ReaderSite, clock: StandingClock) -> None:
    link = view_link(site)
    with site.database.write() as session:
        overwrite(session, article_named(session, "Ice"), OwnWords(title="Snow"), editor_id=None, now=clock.now())
    page = site.get(link)
    assert page.status_code == 200
    assert "Ice" in words(page)
    assert "Snow" not in words(page)
    assert site.preferences_link() in page.text
    assert site.leave_link() in page.text
    assert link in page.text
    headers = page.headers
    assert (headers["X-Robots-Tag"], headers["Cache-Control"], headers["Referrer-Policy"]) == (
        "noindex",
        "no-store",
        "no-referrer",
    )
    assert "script-src" not in headers["Content-Security-Policy"]
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert "Set-Cookie" not in headers


def test_the_link_works_after_leaving_and_ends_with_the_record(site: ReaderSite, clock: StandingClock) -> None:
    link = view_link(site)
    with site.database.write() as session:
        leaving.leave(session, session.scalars(select(Subscription)).one(), EVIDENCE, now=clock.now())
    assert site.get(link).status_code == 200
    with site.database.write() as session:
        session.execute(delete(Subscriber))
    gone = site.get(link)
    assert gone.status_code == 404
    assert "This link leads nowhere." in words(gone)


def test_nobody_opens_a_digest_by_another_link(site: ReaderSite) -> None:
    link, found = view_link(site), site.subscription()
    foreign = site.services.signer.token(Purpose.PREFERENCES, 1, found.nonce)
    others = [f"{link[:-1]}{'A' if link[-1] != 'A' else 'B'}", link[:-3], f"/view/{foreign}", "/view/x", "/view/%00"]
    assert [site.get(each).status_code for each in others] == [404] * 5
    with site.database.write() as session:
        reader = a_reader(session, a_newsletter(session, "Another"), "ben@example.org")
    assert site.get(site.links.view(1, reader.nonce)).status_code == 404


def test_a_digest_that_is_not_kept_any_more_says_so(site: ReaderSite) -> None:
    link = view_link(site)
    with site.database.write() as session:
        for each in session.scalars(select(Variant)):
            each.body_html = None
    assert "This mail is not kept any more." in words(site.get(link))
