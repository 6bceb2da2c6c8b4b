"""Reader mails in a real browser, at 320 px, in both schemes and every language: no barrier, nothing too wide."""

import pytest
from playwright.sync_api import Browser

from newsletter.delivery.kinds import MailKind as Kind
from newsletter.language import LANGUAGES, tongue_of
from newsletter.mails import (
    address_change,
    address_changed,
    already_subscribed,
    confirmation,
    digest,
    fresh_link,
    welcome,
)
from newsletter.mails.imprint import imprint_of
from newsletter.mails.letters import letter
from newsletter.mails.slots import filled
from newsletter.subscriptions.subscribers import SubscriptionState
from tests.browsing import barriers
from tests.golden.facts import AT, LINKS, the_digest, the_mailbox_owner, the_mover, the_newsletter, the_reader

SAMPLE = {("ar", "dark"), ("de", "light")}
CASES = [
    pytest.param(language, scheme, marks=[] if (language, scheme) in SAMPLE else pytest.mark.matrix)
    for language in LANGUAGES
    for scheme in ("light", "dark")
]


def mails(language: str) -> dict[str, str]:
    """The HTML of every mail to readers, as a newsletter in this language sends it."""
    newsletter, reader = the_newsletter(language=language), the_reader()
    imprint = imprint_of(newsletter, tongue_of(language))
    contents: dict[Kind, object] = {
        Kind.CONFIRMATION: confirmation.content(the_reader(state=SubscriptionState.PENDING), LINKS, AT),
        Kind.ALREADY_SUBSCRIBED: already_subscribed.content(reader, LINKS, AT),
        Kind.WELCOME: welcome.content(reader, LINKS, AT),
        Kind.FRESH_LINK: fresh_link.content(the_mailbox_owner(), LINKS),
        Kind.ADDRESS_CHANGE: address_change.content(the_mover("ines@example.org"), LINKS),
        Kind.ADDRESS_CHANGED: address_changed.content(the_mover("ines@example.org"), LINKS),
    }
    found = {str(kind): letter(kind, content, imprint).html for kind, content in contents.items()}
    whole = the_digest(newsletter=newsletter)
    return {**found, "digest": filled(whole, digest.personal(reader, LINKS, 7)).html}


@pytest.mark.parametrize(("language", "scheme"), CASES)
def test_no_mail_has_a_barrier_in_any_language(browser: Browser, language: str, scheme: str) -> None:
    context = browser.new_context(viewport={"width": 320, "height": 800}, color_scheme=scheme)  # type: ignore[arg-type]  # parametrized
    page = context.new_page()
    page.route("https://**", lambda route: route.abort())  # pictures of the newsroom: nothing is asked for outside
    found: dict[str, list[str]] = {}
    for name, html in mails(language).items():
        page.set_content(html)
        found[name] = barriers(page)
    context.close()
    assert {name: each for name, each in found.items() if each} == {}
