"""A letter from a shared rendering says what one that was rendered by itself says."""

from dataclasses import replace
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter.delivery.kinds import MailKind
from newsletter.language import LANGUAGES, tongue_of
from newsletter.mails import address_change, address_changed, already_subscribed, confirmation, fresh_link, welcome
from newsletter.mails.imprint import imprint_of
from newsletter.mails.letters import letter
from newsletter.mails.rendering import rendered
from newsletter.subscriptions.subscribers import SubscriptionState
from tests.golden.facts import AT, LINKS, the_mailbox_owner, the_mover, the_newsletter, the_reader

LETTERS = {
    MailKind.CONFIRMATION: confirmation.content(the_reader(state=SubscriptionState.PENDING), LINKS, AT),
    MailKind.ALREADY_SUBSCRIBED: already_subscribed.content(the_reader(), LINKS, AT),
    MailKind.WELCOME: welcome.content(the_reader(), LINKS, AT),
    MailKind.FRESH_LINK: fresh_link.content(the_mailbox_owner(), LINKS),
    MailKind.ADDRESS_CHANGE: address_change.content(the_mover("ines@example.org"), LINKS),
    MailKind.ADDRESS_CHANGED: address_changed.content(the_mover("ines@example.org"), LINKS),
}
words = st.text(st.characters(categories=["L", "N", "P", "S", "Zs"]), max_size=120)


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_data(self, data: str) -> None:
        self.found += data.split()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [tag, *(value or "" for name, value in attrs if name == "href")]


def read(html: str) -> list[str]:
    """What stands on a page: its words and where its links lead."""
    parser = _Words()
    parser.feed(html)
    return parser.found


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", list(LETTERS))
def test_a_letter_is_the_mail_to_the_byte(kind: MailKind, language: str) -> None:
    imprint = imprint_of(the_newsletter(), tongue_of(language))
    assert letter(kind, LETTERS[kind], imprint) == rendered(kind, LETTERS[kind], imprint)
    # Once more, from what was kept.
    assert letter(kind, LETTERS[kind], imprint) == rendered(kind, LETTERS[kind], imprint)


def test_whom_the_house_itself_asks_is_told_so() -> None:
    imprint = imprint_of(the_newsletter(), tongue_of("en"))
    brought = replace(LETTERS[MailKind.CONFIRMATION], is_brought=True)  # type: ignore[type-var]  # a dataclass
    found = letter(MailKind.CONFIRMATION, brought, imprint)
    assert found == rendered(MailKind.CONFIRMATION, brought, imprint)
    for piece in (found.text, found.html):
        said = " ".join(piece.split())
        assert "Your address stood in the list of readers of The Daily Proof" in said
        assert "Someone, we hope you" not in said


def test_what_is_there_or_not_is_not_taken_from_another_letter() -> None:
    imprint = imprint_of(the_newsletter(), tongue_of("en"))
    running = LETTERS[MailKind.ALREADY_SUBSCRIBED]
    paused = replace(running, is_paused=True)  # type: ignore[type-var]  # a dataclass
    for mail in (running, paused, running):
        assert letter(MailKind.ALREADY_SUBSCRIBED, mail, imprint) == rendered(
            MailKind.ALREADY_SUBSCRIBED, mail, imprint
        )


@settings(max_examples=60)
@given(words, words)
def test_whatever_stands_in_it_a_letter_says_the_same(choice: str, site: str) -> None:
    imprint = imprint_of(the_newsletter(), tongue_of("en"))
    mail = replace(LETTERS[MailKind.CONFIRMATION], choice=choice, site=site)  # type: ignore[type-var]  # a dataclass
    shared, own = letter(MailKind.CONFIRMATION, mail, imprint), rendered(MailKind.CONFIRMATION, mail, imprint)
    assert (shared.subject, shared.text) == (own.subject, own.text)
    assert read(shared.html) == read(own.html)
