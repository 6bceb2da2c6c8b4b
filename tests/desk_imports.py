"""An editor who imports readers at the desk."""

import io
import re
from html import unescape

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, encode_multipart

from newsletter.accounts.editors import Role
from newsletter.wiring import Services
from tests.data import a_newsletter, an_editor
from tests.desk import services_of, token_in, words
from tests.import_files import a_wix_file
from tests.imports import work_on

PAGE = "/desk/n/the-proof/import"
MIXED = a_wix_file(
    ("anna@example.org", "Subscribed", "Subscribe form"),
    ("dora@example.org", "Subscribed", "Import"),
    ("ben@example.org", "Unsubscribed", "Subscribe form"),
    ("cem@example.org", "Never subscribed", "=cmd"),
    ("=no address", "Subscribed", "Subscribe form"),
)


def a_desk(app: Flask) -> Services:
    """The services of an installation with a newsletter, an owner, Maren, and an editor, Ida."""
    made = services_of(app)
    with made.database.write() as session:
        a_newsletter(session)
        an_editor(session)
        an_editor(session, "ida@proof.example", role=Role.EDITOR)
    return made


def upload(desk: FlaskClient, content: str | bytes, name: str = "contacts.csv", **fields: str) -> TestResponse:
    """Send a file as the form does."""
    token = token_in(desk.get(PAGE))
    data = content.encode() if isinstance(content, str) else content
    file = FileStorage(io.BytesIO(data), filename=name)
    # Put together here: the test client would leave the temporary file open that it takes for large ones.
    boundary, body = encode_multipart({"csrf_token": token, "file": file, **fields})
    return desk.post(PAGE, data=body, content_type=f'multipart/form-data; boundary="{boundary}"')


def counted(desk: FlaskClient, parts: Services, content: str = MIXED) -> str:
    """The page of an import that was uploaded and counted."""
    answer = upload(desk, content)
    assert answer.status_code == 303, words(answer)
    work_on(parts, int(answer.location.rpartition("/")[2]))
    return str(answer.location)


def groups_on(page: TestResponse) -> list[str]:
    """The keys of the groups on a page."""
    return [unescape(key) for key in re.findall(r'name="group"\s+value="([^"]*)"', page.text)]


def choose(desk: FlaskClient, page: str, reason: str = "", **by_status: str) -> TestResponse:
    """Press *Take them in* with a choice for each group, as its form sends it."""
    shown = desk.get(page)
    keys = groups_on(shown)
    default = {"unsubscribed": "suppress", "subscribed": "ask", "never": "leave"}
    choices = [{**default, **by_status}[key.partition("|")[0]] for key in keys]
    form = {"csrf_token": token_in(shown), "group": keys, "choice": choices, "reason": reason}
    return desk.post(f"{page}/start", data=form)
