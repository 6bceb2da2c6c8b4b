"""Why readers left, at the desk: how often, and in their own words, without anybody's name."""

from flask import Flask

from tests.data import a_reader
from tests.desk import logged_in, words
from tests.reader_site import ReaderSite

READERS = "/desk/n/the-proof/import"


def test_reasons_are_counted_and_words_are_shown_as_text(app: Flask) -> None:
    site = ReaderSite(app)
    browser = logged_in(app)
    assert "Nobody has said why in the last 90 days." in words(browser.get(READERS))
    said = {"anna": "", "ben": "<b>Too</b> many of them", "cleo": ""}
    for name, own in said.items():
        with site.database.write() as session:
            a_reader(session, site.newsletter(), f"{name}@example.org")
        link = site.leave_link(f"{name}@example.org")
        site.post(link, action="leave")
        site.post(f"{link}/why", reason="too-many" if own or name == "anna" else "other", words=own)
    page = browser.get(READERS)
    text = words(page)
    assert "Too many mails 2" in text
    assert "Something else 1" in text
    assert "<b>Too</b> many of them" in text
    assert "&lt;b&gt;Too&lt;/b&gt;" in page.text
    assert "ben@" not in page.text
