"""Mails to one address leave the local inbox; mails to addresses that only look like it stay."""

from pathlib import Path

import pytest

from newsletter.local.forgetting import forget
from newsletter.local.inbox import as_delivered
from newsletter.local.mailbox_reader import mails
from newsletter.local.maildir import deliver

ANNA = "anna@example.org"


def inbox_of(maildir: Path, *recipients: str) -> None:
    for folder in ("new", "cur", "tmp"):
        (maildir / folder).mkdir(parents=True, exist_ok=True)
    for each in recipients:
        deliver(maildir, [as_delivered(b"Subject: Hello\r\n\r\nHello.", "post@proof.example", each)])


@pytest.mark.parametrize("recipient", [ANNA, "Anna@Example.ORG", "<anna@example.org>"])
def test_every_spelling_goes(tmp_path: Path, recipient: str) -> None:
    inbox_of(tmp_path, recipient)
    assert forget(tmp_path, ANNA) == 1
    assert mails(tmp_path) == []


@pytest.mark.parametrize(
    "recipient",
    ["johanna@example.org", "jo.anna@example.org", "x+anna@example.org", "anna@example.org.uk", "anna@example.orgs"],
)
def test_what_only_looks_like_it_stays(tmp_path: Path, recipient: str) -> None:
    inbox_of(tmp_path, recipient)
    assert forget(tmp_path, ANNA) == 0
    assert len(mails(tmp_path)) == 1


def test_a_mail_that_names_the_address_at_the_end_of_a_sentence_goes(tmp_path: Path) -> None:
    inbox_of(tmp_path)
    deliver(tmp_path, [as_delivered(b"Subject: For anna@example.org.\r\n\r\n", "a@b.example", "desk@proof.example")])
    assert forget(tmp_path, ANNA) == 1


def test_an_opened_mail_goes_too_and_doing_it_again_finds_nothing(tmp_path: Path) -> None:
    inbox_of(tmp_path, ANNA, ANNA)
    opened = next((tmp_path / "new").iterdir())
    opened.rename(tmp_path / "cur" / f"{opened.name}:2,S")
    assert forget(tmp_path, ANNA) == 2
    assert forget(tmp_path, ANNA) == 0


def test_where_no_mail_ever_came_there_is_nothing_to_do(tmp_path: Path) -> None:
    assert forget(tmp_path / "nowhere", ANNA) == 0
