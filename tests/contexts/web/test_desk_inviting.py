"""*Invite again*, at the desk."""

from flask import Flask

from newsletter.suppression.suppressions import SuppressionReason, suppress, suppressed_among
from tests.data import NOW
from tests.desk import logged_in, press, services_of, words
from tests.reader_site import ReaderSite

READERS, INVITE = "/desk/n/the-proof/import", "/desk/n/the-proof/invite"
ANNA = "anna@example.org"


def a_complaint(app: Flask) -> ReaderSite:
    """Anna has complained."""
    site = ReaderSite(app)
    with site.database.write() as session:
        suppress(session, ANNA, SuppressionReason.COMPLAINED, now=NOW)
    return site


def is_suppressed(app: Flask) -> bool:
    """Whether nobody may write to Anna."""
    with services_of(app).database.read() as session:
        return bool(suppressed_among(session, [ANNA]))


def test_one_press_asks_her_once_more(app: Flask) -> None:
    site = a_complaint(app)
    browser = logged_in(app)
    press(browser, READERS, INVITE, address=" Anna@Example.org ", reason="She called.")
    assert "Anna@example.org is asked once more" in words(browser.get(READERS))
    assert site.mails() == ["confirmation"]
    assert not is_suppressed(app)


def test_without_a_reason_nothing_changes_and_what_was_typed_stays(app: Flask) -> None:
    a_complaint(app)
    answer = press(logged_in(app), READERS, INVITE, address=ANNA, reason=" ")
    assert answer.status_code == 422
    assert "Please say how you know that they want mails again." in words(answer)
    assert f'value="{ANNA}"' in answer.text
    assert is_suppressed(app)


def test_what_is_no_address_is_told(app: Flask) -> None:
    a_complaint(app)
    answer = press(logged_in(app), READERS, INVITE, address="<b>anna", reason="She called.")
    assert answer.status_code == 422
    assert "&lt;b&gt;anna" in answer.text


def test_only_editors_may(app: Flask) -> None:
    a_complaint(app)
    assert app.test_client().post(INVITE, data={"address": ANNA, "reason": "x"}).status_code in {302, 400, 403}
    assert is_suppressed(app)
