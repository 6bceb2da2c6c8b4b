"""The local inbox: who may look, what stands there, and that no mail can do anything."""

import re
from email.message import EmailMessage

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pydantic import SecretStr

from config.settings import Settings
from newsletter.local import mailbox_reader
from tests.data import NOW, an_editor
from tests.desk import press, services_of, token_in, words

EVIL = "<script>parent.document.title='taken'</script>"


@pytest.fixture
def settings(settings: Settings, request: pytest.FixtureRequest) -> Settings:
    """The usual settings, changed where a test asks for it."""
    return settings.model_copy(update=getattr(request, "param", {}))


@pytest.fixture
def browser(app: Flask) -> FlaskClient:
    """A browser in which nobody has logged in."""
    return app.test_client()


def receive(
    app: Flask,
    number: int = 0,
    *,
    to: str = "anna@example.org",
    subject: str = "The first digest",
    html: str = "<!doctype html><html><head><title>x</title></head><body><p>Hello</p></body></html>",
) -> str:
    """Put a mail into the inbox, as the SMTP server there does; its key."""
    mail = EmailMessage()
    mail["From"] = "The Proof <post@proof.example>"
    mail["To"] = to
    mail["Subject"] = subject
    mail.set_content("Plain words\n")
    mail.add_alternative(html, subtype="html")
    folder = services_of(app).settings.inbox_dir / "new"
    folder.mkdir(parents=True, exist_ok=True)
    key = f"{int(NOW.timestamp()) + number}.M1P1Q{number}.host"
    (folder / key).write_bytes(b"Delivered-To: %b\r\n%b" % (to.encode(), mail.as_bytes()))
    return key


def test_an_empty_inbox_says_so(browser: FlaskClient) -> None:
    page = browser.get("/inbox")
    assert page.status_code == browser.get("/inbox/").status_code == 200
    assert "Nothing here has left this machine. No mail has come yet." in words(page)
    assert "Empty the inbox" not in words(page)


def test_the_list_shows_the_newest_first(app: Flask, browser: FlaskClient) -> None:
    receive(app, 1, to="anna@example.org", subject="Older")
    receive(app, 2, to="bert@example.org", subject="Newer")
    page = words(browser.get("/inbox"))
    assert "2 mails, caught since" in page
    assert page.index("bert@example.org") < page.index("Newer") < page.index("anna@example.org") < page.index("Older")


def test_searching_keeps_what_holds_every_word(app: Flask, browser: FlaskClient) -> None:
    receive(app, 1, to="anna@example.org")
    receive(app, 2, to="bert@example.org")
    found = words(browser.get("/inbox?search=DIGEST+anna"))
    assert "anna@example.org" in found
    assert "bert@example.org" not in found
    nothing = browser.get("/inbox?search=%3Cb%3Enothing")
    assert "No mail holds “<b>nothing”." in words(nothing)
    assert "<b>nothing" not in nothing.text


def test_a_mail_opens_in_a_frame_that_may_do_nothing(app: Flask, browser: FlaskClient) -> None:
    key = receive(app)
    page = browser.get(f"/inbox/{key}").text
    frame = re.search(r"<iframe[^>]*>", page)
    assert frame
    assert f'src="/inbox/{key}/html"' in frame[0]
    assert re.findall(r'sandbox="([^"]*)"', frame[0]) == ["allow-popups allow-popups-to-escape-sandbox"]


def test_the_frame_has_a_policy_without_scripts_and_keeps_the_mail_as_it_is(app: Flask, browser: FlaskClient) -> None:
    body = f'<body onload="go()">{EVIL}<form action="/desk"></form></body>'
    html = f'<!doctype html><html><head lang="en"></head>{body}</html>'
    key = receive(app, html=html)
    answer = browser.get(f"/inbox/{key}/html")
    policy = answer.headers["Content-Security-Policy"]
    directives = dict(part.strip().partition(" ")[::2] for part in policy.split(";"))
    assert directives["sandbox"] == "allow-popups allow-popups-to-escape-sandbox"
    assert directives["default-src"] == "'none'"
    assert "script-src" not in directives
    assert directives["form-action"] == directives["base-uri"] == "'none'"
    assert directives["frame-ancestors"] == "'self'"
    assert answer.text.replace('<base target="_blank">', "", 1).strip() == html


@pytest.mark.parametrize(
    ("html", "begins"),
    [
        ("<!doctype html><html><head></head></html>", '<!doctype html><html><head><base target="_blank">'),
        ("<!DOCTYPE html>\n<p>Bare</p>", '<!DOCTYPE html><base target="_blank">'),
        ("<p>Barer</p>", '<base target="_blank"><p>'),
        ("<header>No head</header>", '<base target="_blank"><header>'),
    ],
)
def test_links_of_a_mail_open_beside_the_inbox(app: Flask, browser: FlaskClient, html: str, begins: str) -> None:
    key = receive(app, html=html)
    assert browser.get(f"/inbox/{key}/html").text.startswith(begins)


def test_hostile_headers_and_words_are_shown_as_words(app: Flask, browser: FlaskClient) -> None:
    key = receive(app, to='"<script>a</script>"@example.org', subject=f"Subject {EVIL}", html=EVIL)
    for view in ("read", "phone", "text", "headers", "source"):
        page = browser.get(f"/inbox/{key}?view={view}")
        assert page.status_code == 200
        assert "<script>parent" not in page.text
        assert "<script>a" not in page.text
    assert "<script>parent" not in browser.get("/inbox").text
    assert f"Subject {EVIL}" in words(browser.get(f"/inbox/{key}?view=headers"))


def test_a_mail_of_bytes_in_no_known_order_opens_all_the_same(app: Flask, browser: FlaskClient) -> None:
    receive(app)
    folder = services_of(app).settings.inbox_dir / "new"
    (folder / "odd name").write_bytes(b"\xff\xfe\x00 no headers at all")
    assert "(no subject)" in words(browser.get("/inbox"))
    assert browser.get("/inbox/odd%20name").status_code == 200
    assert browser.get("/inbox/odd%20name/raw").status_code == 200
    assert browser.get("/inbox/odd%20name/html").status_code == 404


@pytest.mark.parametrize("view", ["text", "headers", "source"])
def test_every_view_of_a_mail_shows_its_part(app: Flask, browser: FlaskClient, view: str) -> None:
    key = receive(app)
    shown = {"text": "Plain words", "headers": "Delivered-To anna@example.org", "source": "MIME-Version: 1.0"}
    assert shown[view] in words(browser.get(f"/inbox/{key}?view={view}"))


def test_a_mail_can_be_saved_as_it_came(app: Flask, browser: FlaskClient) -> None:
    key = receive(app)
    answer = browser.get(f"/inbox/{key}/raw")
    assert answer.mimetype == "message/rfc822"
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{key}.eml"'
    assert answer.data == (services_of(app).settings.inbox_dir / "new" / key).read_bytes()


@pytest.mark.parametrize("key", ["..", "../secret-key", "%2e%2e%2fsecret-key", "nothing", "/etc/passwd"])
def test_no_key_leads_out_of_the_inbox(app: Flask, browser: FlaskClient, key: str) -> None:
    receive(app)
    (services_of(app).settings.data_dir / "secret-key").write_text("never shown")
    for path in (f"/inbox/{key}", f"/inbox/{key}/raw", f"/inbox/{key}/html"):
        answer = browser.get(path)
        assert answer.status_code in {308, 404}
        assert "never shown" not in answer.text


def test_the_list_looks_for_new_mails_and_is_quiet_when_there_are_none(app: Flask, browser: FlaskClient) -> None:
    receive(app, 1)
    poll = re.search(r'hx-get="([^"]+)"', browser.get("/inbox").text)
    assert poll
    path = poll[1].replace("&amp;", "&")
    assert browser.get(path).status_code == 204
    receive(app, 2, subject="Just came")
    fragment = browser.get(path)
    assert fragment.status_code == 200
    assert "Just came" in words(fragment)
    assert "2 mails, caught since" in words(fragment)
    assert "<html" not in fragment.text


def test_emptying_says_the_number_and_happens_by_its_button_only(app: Flask, browser: FlaskClient) -> None:
    receive(app, 1)
    receive(app, 2)
    place = services_of(app).settings.inbox_dir
    page = browser.get("/inbox/empty")
    assert "Delete all 2 mails?" in words(page)
    assert mailbox_reader.totals(place).mails == 2
    assert browser.post("/inbox/empty").status_code == 400, "without the token of the form"
    assert mailbox_reader.totals(place).mails == 2
    assert press(browser, "/inbox/empty", "/inbox/empty").status_code == 303
    assert mailbox_reader.totals(place).mails == 0


@pytest.mark.parametrize("settings", [{"smtp_url": SecretStr("smtp://127.0.0.1:25?tls=none")}], indirect=True)
def test_with_a_relay_there_is_no_inbox(app: Flask, browser: FlaskClient) -> None:
    key = receive(app)
    for path in ("/inbox", "/inbox/list", "/inbox/empty", f"/inbox/{key}", f"/inbox/{key}/html", f"/inbox/{key}/raw"):
        assert browser.get(path).status_code == 404


@pytest.mark.parametrize("settings", [{"inbox_port": 0}], indirect=True)
def test_without_the_embedded_inbox_there_is_no_page_of_it(browser: FlaskClient) -> None:
    assert browser.get("/inbox").status_code == 404


@pytest.mark.parametrize("settings", [{"bind": "0.0.0.0"}], indirect=True)  # noqa: S104 - what must be guarded
def test_an_inbox_that_others_can_reach_is_for_editors(app: Flask, browser: FlaskClient) -> None:
    key = receive(app)
    for path in ("/inbox", "/inbox/list", f"/inbox/{key}", f"/inbox/{key}/html", f"/inbox/{key}/raw"):
        assert browser.get(path).status_code == 302, path
    token = token_in(browser.get("/desk/login"))
    answer = browser.post("/inbox/empty", data={"csrf_token": token})
    assert answer.location == "/desk/login"
    assert mailbox_reader.totals(services_of(app).settings.inbox_dir).mails == 1
    assert "Open the inbox" not in words(browser.get("/desk/login")), "no link where strangers are not let in"


@pytest.mark.parametrize("settings", [{"bind": "0.0.0.0"}], indirect=True)  # noqa: S104 - what must be guarded
def test_an_editor_who_came_for_the_inbox_is_led_there(app: Flask, browser: FlaskClient) -> None:
    parts = services_of(app)
    with parts.database.write() as session:
        an_editor(session)
    login = browser.get("/inbox").location
    assert 'name="next" value="/inbox"' in browser.get(login).text
