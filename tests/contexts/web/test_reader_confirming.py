"""The page with the one button, over HTTP."""

from datetime import timedelta

from newsletter.suppression.suppressions import suppressed_among
from tests.conftest import StandingClock
from tests.reader_site import ReaderSite, elements, words


def test_opening_the_link_changes_nothing_and_pressing_the_button_does(site: ReaderSite) -> None:
    site.sign_up(topics=["science"])
    link = site.confirm_link()
    for method in ("GET", "HEAD", "OPTIONS"):
        assert site.client.open(link, method=method).status_code == 200
    assert site.subscription().state == "pending"
    text = words(site.get(link))
    assert "Address anna@example.org Topics Science When Every Friday at about seven in the morning" in text
    assert "First mail Friday 27 November Yes, subscribe me" in text
    assert "Did not ask for this? Close the page." in text
    answer = site.post(link)
    assert answer.status_code == 200
    assert "Your first mail comes on Friday 27 November, at about seven in the morning, Berlin time" in words(answer)
    assert site.preferences_link() in answer.text
    assert site.subscription().state == "active"
    assert site.mails() == ["confirmation", "welcome"]


def test_no_script_presses_the_button(site: ReaderSite) -> None:
    site.sign_up()
    page = site.get(site.confirm_link())
    assert [tag for tag, _ in elements(page) if tag == "script"] == []
    assert not [each for tag, each in elements(page) if tag == "meta" and "http-equiv" in each]


def test_a_used_link_says_so_and_changes_nothing(site: ReaderSite) -> None:
    site.sign_up()
    link = site.confirm_link()
    site.post(link)
    for answer in (site.get(link), site.post(link), site.post(f"{link}/new-link")):
        assert answer.status_code == 200
        assert ("This link has been used already. Your subscription is active; nothing else needs doing.") in words(
            answer
        )
        assert "/preferences/" not in answer.text, "a used link opens nothing"
    assert site.mails() == ["confirmation", "welcome"]
    assert site.acts() == ["requested", "confirmed"]


def test_a_used_link_does_not_bring_back_who_has_left(site: ReaderSite) -> None:
    site.sign_up()
    link = site.confirm_link()
    site.post(link)
    site.post(site.leave_link(), action="leave")
    answer = site.post(link)
    assert "The subscription has ended since." in words(answer)
    assert site.subscription().state == "unsubscribed"


def test_an_expired_link_offers_a_new_one(site: ReaderSite, clock: StandingClock) -> None:
    site.sign_up()
    link = site.confirm_link()
    clock.pass_by(timedelta(days=7, seconds=1))
    for answer in (site.get(link), site.post(link)):
        assert answer.status_code == 410
        assert "This link has expired." in words(answer)
        assert "Send me a new link" in words(answer)
    assert site.subscription().state == "pending"
    answer = site.post(f"{link}/new-link")
    assert "A new link is on its way." in words(answer)
    assert site.mails() == ["confirmation"] * 2
    assert site.post(site.confirm_link()).status_code == 200
    assert site.subscription().state == "active"


def test_never_again_is_a_press_of_a_button_and_lasts(site: ReaderSite) -> None:
    site.sign_up()
    link = f"{site.confirm_link()}/never"
    assert site.get(link).status_code == 405
    answer = site.post(link)
    assert "We will not write to this address again." in words(answer)
    with site.database.read() as session:
        assert suppressed_among(session, ["anna@example.org"])
    site.sign_up()
    assert site.mails() == ["confirmation"]


def test_a_link_for_another_purpose_confirms_nothing(site: ReaderSite) -> None:
    site.sign_up()
    found = site.subscription()
    tokens = [
        site.links.leave(found.id, found.confirm_nonce),
        site.links.preferences(found.id, found.confirm_nonce),
        site.links.confirm(found.id, found.nonce),
        site.links.confirm(found.id + 1, found.confirm_nonce),
    ]
    for token in tokens:
        assert site.post("/confirm/" + token.rpartition("/")[2]).status_code == 404
    assert site.subscription().state == "pending"
