"""The page after a sign-up is made once for a crowd, and each of them reads of themselves."""

import pytest
from werkzeug.test import TestResponse

from newsletter.mails.slots import slot
from tests.reader_site import SLUG, ReaderSite, elements


def shown(site: ReaderSite, **fields: str) -> TestResponse:
    answer = site.app.test_client(use_cookies=False).post(f"/n/{SLUG}", data={"as_typed": "yes", **fields})
    assert answer.status_code == 200
    return answer


def hidden(page: TestResponse, name: str) -> set[str | None]:
    inputs = [attributes for tag, attributes in elements(page) if tag == "input" and attributes.get("name") == name]
    return {attributes["value"] for attributes in inputs}


def test_each_reads_of_their_own_address(site: ReaderSite) -> None:
    for address, escaped in (
        ("anna@example.org", "anna@example.org"),
        ("o'hara&co@example.org", "o&#39;hara&amp;co@example.org"),
    ):
        page = shown(site, address=f" {address} ")
        assert f"<strong>{escaped}</strong>" in page.text
        assert hidden(page, "address") == {f" {address} "}


def test_each_gets_back_what_they_chose(site: ReaderSite) -> None:
    for topic in ("science", "technology"):
        assert hidden(shown(site, address="anna@example.org", topics=topic), "topics") == {topic}


@pytest.mark.parametrize("name", ["address", "typed", "unknown"])
def test_a_mark_that_somebody_types_shows_nobody_elses_address(site: ReaderSite, name: str) -> None:
    shown(site, address="ben@example.org")
    page = shown(site, address="anna@example.org", zone=slot(name), cadence=slot("typed"))
    assert "ben@example.org" not in page.text
    assert hidden(page, "address") == {"anna@example.org"}
