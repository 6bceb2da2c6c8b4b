"""Who may import and export at the desk, and what is refused there."""

import io

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from newsletter.catalogue.newsletters import Newsletter
from newsletter.web.desk import import_pages
from newsletter.wiring import Services
from tests.data import a_newsletter, a_reader
from tests.desk import logged_in, token_in, words
from tests.desk_imports import MIXED, PAGE, a_desk, choose, counted, upload
from tests.import_files import a_wix_file, table_in
from tests.imports import run_of, work_on


@pytest.fixture
def parts(app: Flask) -> Services:
    """The services of an installation with a newsletter, an owner and an editor."""
    return a_desk(app)


@pytest.fixture
def desk(app: Flask, parts: Services) -> FlaskClient:
    """The browser of the owner."""
    return logged_in(app)


def test_a_large_file_is_taken_here_and_nowhere_else(
    desk: FlaskClient, parts: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    large = "email\n" + "".join(f"reader{n}@example.org\n" for n in range(50_000))
    assert len(large) > 1_000_000
    assert upload(desk, large).status_code == 303
    form = {"csrf_token": token_in(desk.get(PAGE)), "reason": "x" * 1_000_000}
    assert desk.post(f"{PAGE}/1/start", data=form).status_code == 413
    monkeypatch.setattr(import_pages, "LARGEST_UPLOAD", 900_000)
    answer = upload(desk, large)
    assert answer.status_code == 413
    assert "Cut it into several" in words(answer)


@pytest.mark.parametrize(("content", "sentence"), [(b"", "This file is empty."), (b"PK\x03\x04", "This is a ZIP")])
def test_what_is_no_list_of_readers_is_refused_in_a_sentence(
    desk: FlaskClient, parts: Services, content: bytes, sentence: str
) -> None:
    answer = upload(desk, content)
    assert answer.status_code == 422
    assert sentence in words(answer)
    assert list(parts.imports.folder.iterdir()) == []


def test_without_a_file_it_says_so(desk: FlaskClient) -> None:
    answer = desk.post(PAGE, data={"csrf_token": token_in(desk.get(PAGE))})
    assert answer.status_code == 422
    assert "Choose a file first" in words(answer)


def test_an_upload_without_its_token_is_refused(desk: FlaskClient, parts: Services) -> None:
    answer = desk.post(PAGE, data={"file": (io.BytesIO(MIXED.encode()), "contacts.csv")})
    assert answer.status_code == 400
    assert not parts.imports.folder.exists()


def test_strangers_are_led_to_the_login_and_leave_nothing(app: Flask, parts: Services) -> None:
    stranger = app.test_client()
    for path in (PAGE, f"{PAGE}/1", f"{PAGE}/1/errors.csv", f"{PAGE}/readers.csv", f"{PAGE}/1/progress"):
        assert stranger.get(path).status_code == 302
    answer = stranger.post(PAGE, data={"file": (io.BytesIO(MIXED.encode()), "contacts.csv")})
    assert answer.status_code == 302
    assert not parts.imports.folder.exists()


def test_an_import_of_another_newsletter_is_not_shown(desk: FlaskClient, parts: Services) -> None:
    counted(desk, parts)
    with parts.database.write() as session:
        a_newsletter(session, "Other")
    assert desk.get("/desk/n/other/import/1").status_code == 404
    assert desk.get("/desk/n/other/import/1/errors.csv").status_code == 404
    assert desk.get(f"{PAGE}/{2**70}").status_code == 404


def test_only_an_owner_exports_readers(app: Flask, desk: FlaskClient, parts: Services) -> None:
    with parts.database.write() as session:
        a_reader(session, session.scalars(select(Newsletter)).one())
    answer = desk.get(f"{PAGE}/readers.csv")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="the-proof-readers.csv"'
    assert table_in(answer.text)[1][:3] == ["anna@example.org", "active", "weekly"]
    editor = logged_in(app, "ida@proof.example")
    answer = editor.get(f"{PAGE}/readers.csv")
    assert answer.status_code == 403
    assert "anna@example.org" not in answer.text
    assert "Download (CSV)" not in words(editor.get(PAGE))


def test_markup_in_a_file_stays_text(desk: FlaskClient, parts: Services) -> None:
    page = counted(desk, parts, a_wix_file(("anna@example.org", "Subscribed", "<script>alert(1)</script>")))
    assert "<script>alert" not in desk.get(page).text
    answer = upload(desk, MIXED, "<img src=x onerror=alert(1)>.csv")
    assert "<img src=x" not in desk.get(answer.location).text


def test_a_file_that_was_too_long_here_has_ended(desk: FlaskClient, parts: Services) -> None:
    page = counted(desk, parts)
    (parts.imports.folder / run_of(parts, 1).stored_as).unlink()
    shown = desk.get(page)
    assert "empty in the first rows" in words(shown)
    choose(desk, page)
    work_on(parts, 1)
    assert "contacts.csv has ended." in words(desk.get(page))
