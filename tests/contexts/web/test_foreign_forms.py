"""A form that another site wrote itself, sent to the address of our own page."""

import pytest
from sqlalchemy import select

from newsletter.subscriptions.subscribers import Consent
from tests.reader_site import SLUG, ReaderSite, words
from tests.taps import TapPage

OWN = "https://proof.example"  # a site in the newsletter's list
FIELDS = {"address": "anna@example.org", "topics": ["science"]}


def test_it_meets_one_more_tap_like_any_form_of_another_site(site: ReaderSite) -> None:
    page = site.client.post(f"/n/{SLUG}", data=FIELDS, headers={"Origin": OWN})
    assert "One more tap" in words(page)
    assert site.mails() == []
    tap = TapPage.of(page)
    assert "on its way" in words(site.client.post(tap.action, data=tap.with_proof()))
    assert site.mails() == ["confirmation"]
    with site.database.read() as session:
        consent = session.scalars(select(Consent)).one()
        assert (consent.form, consent.page) == ("plain", OWN)


def test_a_site_that_is_not_in_the_list_is_refused_and_stands_at_the_desk(site: ReaderSite) -> None:
    answer = site.client.post(f"/n/{SLUG}", data=FIELDS, headers={"Origin": "https://unknown.example"})
    assert answer.status_code == 403
    assert site.mails() == []


@pytest.mark.parametrize("origin", ["null", "http://localhost", ""])
def test_our_own_page_names_no_site_or_this_one(site: ReaderSite, origin: str) -> None:
    assert "on its way" in words(site.client.post(f"/n/{SLUG}", data=FIELDS, headers={"Origin": origin}))
