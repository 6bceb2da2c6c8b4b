"""Imports at the desk: a file is uploaded, counted, chosen for and taken in; all readers go out."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from newsletter.catalogue.newsletters import Newsletter
from newsletter.wiring import Services
from tests.desk import logged_in, press, token_in, words
from tests.desk_imports import MIXED, PAGE, a_desk, choose, counted, groups_on, upload
from tests.import_files import table_in
from tests.imports import readers_of, run_of, work_on


@pytest.fixture
def parts(app: Flask) -> Services:
    """The services of an installation with a newsletter, an owner and an editor."""
    return a_desk(app)


@pytest.fixture
def desk(app: Flask, parts: Services) -> FlaskClient:
    """The browser of the owner."""
    return logged_in(app)


def test_a_file_is_uploaded_and_counted_and_nobody_is_taken_in(desk: FlaskClient, parts: Services) -> None:
    answer = upload(desk, MIXED)
    assert answer.status_code == 303
    assert "contacts.csv is being counted." in words(desk.get(answer.location))
    work_on(parts, 1)
    said = words(desk.get(answer.location))
    assert (
        "5 rows: 2 subscribed in Wix, but the file holds no proof; 1 left and stay out; "
        "1 never subscribed and stay out; 1 unreadable. Nothing is mailed, and nobody taken in, until you choose."
        in said
    )
    assert "line 6 A mail address has an @ in it" in said
    assert readers_of(parts) == {}
    assert "contacts.csv" in words(desk.get(PAGE))


def test_the_cautious_choice_is_made_beforehand_and_no_other_for_those_who_left(
    desk: FlaskClient, parts: Services
) -> None:
    page = desk.get(counted(desk, parts))
    assert page.text.count('<option value="ask" selected>') == 2
    assert page.text.count('<option value="leave" selected>') == 1
    assert "Never write to them" in words(page)


def test_what_is_chosen_is_taken_in_with_the_declaration_of_who_is_logged_in(
    desk: FlaskClient, parts: Services
) -> None:
    page = counted(desk, parts)
    assert choose(desk, page, "They ticked the box.", subscribed="active").status_code == 303
    assert "contacts.csv is being taken in." in words(desk.get(page))
    work_on(parts, 1)
    said = words(desk.get(page))
    assert "contacts.csv is taken in. 5 rows from Wix; nobody was mailed by it." in said
    assert "2 read from now on" in said
    assert "Declared by Maren Oduya They ticked the box." in said
    assert readers_of(parts) == {"anna@example.org": "active", "dora@example.org": "active"}


def test_without_a_reason_nobody_is_active_and_the_choices_stay_on_the_page(desk: FlaskClient, parts: Services) -> None:
    page = counted(desk, parts)
    answer = choose(desk, page, " ", never="active")
    assert answer.status_code == 422
    assert "Say who declares that they agreed, and why" in words(answer)
    assert answer.text.count('<option value="active" selected>') == 1
    assert run_of(parts, 1).state == "checked"


def test_a_choice_that_nobody_may_make_is_refused(desk: FlaskClient, parts: Services) -> None:
    page = counted(desk, parts)
    assert choose(desk, page, "reason", unsubscribed="active").status_code == 422
    assert choose(desk, page, "reason", subscribed="eat").status_code == 422
    assert run_of(parts, 1).state == "checked"


def test_pressing_start_twice_starts_once(desk: FlaskClient, parts: Services) -> None:
    page = counted(desk, parts)
    shown = desk.get(page)
    keys = groups_on(shown)
    form = {"csrf_token": token_in(shown), "group": keys, "choice": ["leave"] * 3 + ["suppress"], "reason": ""}
    assert desk.post(f"{page}/start", data=form).status_code == 303
    answer = desk.post(f"{page}/start", data=form)
    assert answer.status_code == 422
    assert "has been taken in already" in words(answer)


def test_columns_and_system_can_be_changed(desk: FlaskClient, parts: Services) -> None:
    page = counted(desk, parts, "Who;Mail;State\nAnna;anna@example.org;subscribed\nBen;ben@example.org;left\n")
    shown = desk.get(page)
    assert "anna@example.org" in words(shown)  # an example of what stands in the column
    form = {"csrf_token": token_in(shown), "product": "csv", "column": ["Who", "Mail", "State"]}
    answer = desk.post(f"{page}/columns", data={**form, "field": ["nothing", "address", "nothing"]})
    assert answer.status_code == 303
    assert run_of(parts, 1).mapping == {"Mail": "address"}
    work_on(parts, 1)
    assert desk.post(f"{page}/columns", data={**form, "product": "keila"}).status_code == 303
    assert run_of(parts, 1).product == "keila"
    work_on(parts, 1)
    answer = desk.post(f"{page}/columns", data={**form, "product": "keila", "field": ["nothing"] * 3})
    assert answer.status_code == 422
    assert "Say which one does in the list below" in words(answer)


def test_a_file_whose_addresses_nobody_finds_asks_for_them(desk: FlaskClient, parts: Services) -> None:
    page = counted(desk, parts, "Who,Where\nAnna,at home\n")
    shown = desk.get(page)
    assert "Which column holds the mail addresses?" in words(shown)
    assert f'action="{page}/start"' not in shown.text


def test_the_panel_counts_on_and_then_loads_the_page_anew(desk: FlaskClient, parts: Services) -> None:
    page = str(upload(desk, MIXED).location)
    asking = {"HX-Request": "true"}
    answer = desk.get(f"{page}/progress", headers=asking)
    assert "being counted" in words(answer)
    assert 'hx-trigger="every 2s"' in answer.text
    work_on(parts, 1)
    answer = desk.get(f"{page}/progress", headers=asking)
    assert (answer.status_code, answer.headers["HX-Refresh"]) == (204, "true")


def test_rows_to_mend_are_downloaded_before_and_after_and_hold_no_formula(desk: FlaskClient, parts: Services) -> None:
    page = counted(desk, parts)
    before = desk.get(f"{page}/errors.csv")
    assert before.headers["Content-Disposition"] == 'attachment; filename="the-proof-import-1-errors.csv"'
    head, row = table_in(before.text)
    assert head[:3] == ["Line", "What is wrong", "First Name"]
    assert row[0] == "6"
    assert "'=no address" in row
    choose(desk, page)
    work_on(parts, 1)
    assert table_in(desk.get(f"{page}/errors.csv").text) == [head, row]
    assert "Download what could not be read" in words(desk.get(page))


def test_staged_readers_are_asked_when_an_editor_presses_the_button(desk: FlaskClient, parts: Services) -> None:
    page = counted(desk, parts)
    choose(desk, page)
    work_on(parts, 1)
    assert press(desk, page, f"{page}/ask").status_code == 303
    said = words(desk.get(page))
    assert "2 will be asked to confirm: one mail each, some each minute." in said
    assert "They are being asked now" in said
    assert press(desk, page, f"{page}/stop").status_code == 303
    assert run_of(parts, 1).ask_at is None
    with parts.database.write() as session:
        session.scalars(select(Newsletter)).one().live_at = None
    answer = press(desk, page, f"{page}/ask")
    assert answer.status_code == 422
    assert "is in rehearsal" in words(answer)


def test_a_file_can_be_thrown_away(desk: FlaskClient, parts: Services) -> None:
    page = counted(desk, parts)
    assert desk.post(f"{page}/drop", data={"csrf_token": token_in(desk.get(page))}).status_code == 303
    assert "The file is deleted" in words(desk.get(PAGE))
    assert desk.get(page).status_code == 404
    assert list(parts.imports.folder.iterdir()) == []
