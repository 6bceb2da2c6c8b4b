"""Which sites may use a newsletter's form."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from config import defaults
from newsletter.catalogue import sites
from newsletter.catalogue.newsletters import Newsletter, NewsletterText, SiteState
from newsletter.catalogue.sites import Decision
from newsletter.database import Database
from newsletter.errors import NotFoundError, RefusedError
from tests.data import NOW, a_newsletter

NEWS = "https://news.example.org"


def states(session: Session, newsletter: Newsletter) -> dict[str, str]:
    """What stands at the desk: origin → state."""
    return {site.origin: site.state for site in sites.sites_of(session, newsletter.id)}


@pytest.mark.parametrize(
    ("typed", "origin"),
    [
        ("https://news.example.org", NEWS),
        ("  HTTPS://News.Example.ORG/some/page?x=1#y ", NEWS),
        ("news.example.org", NEWS),
        ("https://news.example.org:443", NEWS),
        ("http://news.example.org:80/", "http://news.example.org"),
        ("https://news.example.org:8443", "https://news.example.org:8443"),
        ("https://bücher.example", "https://xn--bcher-kva.example"),
        ("http://localhost:3000", "http://localhost:3000"),
        ("http://127.0.0.1:5000", "http://127.0.0.1:5000"),
        ("http://[::1]:5000", "http://[::1]:5000"),
    ],
)
def test_an_address_has_one_origin(typed: str, origin: str) -> None:
    assert sites.origin_of(typed) == origin


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "null",
        "example",
        "ftp://news.example.org",
        "javascript:alert(1)",
        "https://",
        "https://user@news.example.org",
        "https://news.example.org:99999",
        "https://news.example.org\r\nSet-Cookie: a=b",
        "https://" + "a" * 300 + ".example",
        "https://-news-.example.org",
        "https://[::1",
    ],
)
def test_what_is_no_site_is_refused(typed: str) -> None:
    with pytest.raises(RefusedError, match="no address of a site"):
        sites.origin_of(typed)


@pytest.mark.parametrize(
    ("header", "origin"),
    [
        (NEWS, NEWS),
        ("null", ""),
        ("", ""),
        ("https://NEWS.example.org", ""),
        ("https://news.example.org/", ""),
        ("https://news.example.org:443", ""),
        ("https://news.example.org https://other.example", ""),
    ],
)
def test_a_browser_spells_an_origin_in_one_way_only(header: str, origin: str) -> None:
    assert sites.origin_sent(header) == origin


def test_the_newsletters_own_site_is_allowed_from_the_start(database: Database) -> None:
    with database.write() as session:
        newsletter = a_newsletter(session)
        allowed = ["https://proof.example", "https://www.proof.example"]
        refused = ["http://proof.example", "https://evil.proof.example", "https://proof.example:8443", NEWS]
        assert [origin for origin in allowed + refused if sites.is_allowed(session, newsletter, origin)] == allowed


def test_an_editor_may_refuse_even_the_own_site(database: Database) -> None:
    with database.write() as session:
        newsletter = a_newsletter(session)
        sites.allow(session, newsletter, "proof.example", by=1, now=NOW)
        [site] = sites.sites_of(session, newsletter.id)
        sites.decide(session, newsletter, site.id, Decision(SiteState.REFUSED, 1, NOW))
        assert not sites.is_allowed(session, newsletter, "https://proof.example")
        assert sites.is_allowed(session, newsletter, "https://www.proof.example")


def test_a_refused_site_waits_until_an_editor_allows_it(database: Database) -> None:
    with database.write() as session:
        newsletter, other = a_newsletter(session), a_newsletter(session, "The Evening")
        sites.note_refused(session, newsletter, NEWS, now=NOW)
        sites.note_refused(session, newsletter, NEWS, now=NOW)
        assert states(session, newsletter) == {NEWS: "waiting"}
        assert not sites.is_allowed(session, newsletter, NEWS)
        [site] = sites.sites_of(session, newsletter.id)
        assert sites.decide(session, newsletter, site.id, Decision(SiteState.ALLOWED, 7, NOW)) == NEWS
        assert sites.is_allowed(session, newsletter, NEWS)
        assert (site.decided_by, site.decided_at) == (7, NOW)
        assert not sites.is_allowed(session, other, NEWS)


def test_what_an_editor_refused_does_not_wait_again(database: Database) -> None:
    with database.write() as session:
        newsletter = a_newsletter(session)
        sites.note_refused(session, newsletter, NEWS, now=NOW)
        [site] = sites.sites_of(session, newsletter.id)
        sites.decide(session, newsletter, site.id, Decision(SiteState.REFUSED, 1, NOW))
        sites.note_refused(session, newsletter, NEWS, now=NOW + timedelta(days=1))
        assert states(session, newsletter) == {NEWS: "refused"}
        assert site.seen_at == NOW + timedelta(days=1)


def test_of_too_many_that_wait_the_oldest_fall_out(database: Database) -> None:
    with database.write() as session:
        newsletter = a_newsletter(session)
        sites.allow(session, newsletter, NEWS, by=1, now=NOW - timedelta(days=9))
        for number in range(defaults.WAITING_SITES + 5):
            at = NOW + timedelta(minutes=number)
            sites.note_refused(session, newsletter, f"https://flood{number}.example", now=at)
        found = states(session, newsletter)
        assert list(found.values()).count("waiting") == defaults.WAITING_SITES
        assert found[NEWS] == "allowed"
        assert "https://flood4.example" not in found
        assert "https://flood5.example" in found


def test_a_busy_site_is_written_down_once_an_hour(database: Database) -> None:
    with database.write() as session:
        newsletter = a_newsletter(session)
        sites.allow(session, newsletter, NEWS, by=1, now=NOW)
        [site] = sites.sites_of(session, newsletter.id)
        sites.note_use(session, newsletter, NEWS, now=NOW + timedelta(minutes=59))
        assert site.seen_at == NOW
        sites.note_use(session, newsletter, NEWS, now=NOW + timedelta(minutes=61))
        assert site.seen_at == NOW + timedelta(minutes=61)


def test_a_site_of_another_newsletter_is_not_decided_here(database: Database) -> None:
    with database.write() as session:
        newsletter, other = a_newsletter(session), a_newsletter(session, "The Evening")
        sites.note_refused(session, other, NEWS, now=NOW)
        [site] = sites.sites_of(session, other.id)
        with pytest.raises(NotFoundError):
            sites.decide(session, newsletter, site.id, Decision(SiteState.ALLOWED, 1, NOW))
        assert states(session, other) == {NEWS: "waiting"}


@pytest.mark.parametrize(
    ("words", "url"),
    [
        ("x" * 301, ""),
        ("a\x00b", ""),
        ("", "http://news.example.org/thanks"),
        ("", "javascript:alert(1)"),
        ("", "https://"),
        ("", "https://user@news.example.org/"),
        ("", "https://news.example.org/a b"),
        ("", "https://news.example.org/" + "a" * 2000),
        ("", "//news.example.org/thanks"),
    ],
)
def test_thanks_are_plain_words_and_a_page_with_https(database: Database, words: str, url: str) -> None:
    with database.write() as session:
        newsletter = a_newsletter(session)
        sites.set_thanks(newsletter, "Good to have you.", "https://news.example.org/thanks")
        with pytest.raises(RefusedError, match="nothing was changed"):
            sites.set_thanks(newsletter, words, url)
        assert (newsletter.thanks, newsletter.thanks_url) == ("Good to have you.", "https://news.example.org/thanks")


def test_thanks_are_said_in_the_readers_language_where_there_are_words(database: Database) -> None:
    with database.write() as session:
        newsletter = a_newsletter(session)
        sites.set_thanks(newsletter, " Good  to have you. ", "")
        text = NewsletterText(newsletter_id=newsletter.id, language="de", tagline="Eine Mail.", thanks="Willkommen.")
        session.add(text)
        session.flush()
        assert sites.thanks_of(session, newsletter, "de") == "Willkommen."
        assert sites.thanks_of(session, newsletter, "fr") == "Good to have you."
        text.thanks = ""
        assert sites.thanks_of(session, newsletter, "de") == "Good to have you."
