"""The sign-up form on other sites, over HTTP: the script."""

import json
import re

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from newsletter.catalogue import sites
from newsletter.catalogue.newsletters import EmbedSite
from newsletter.subscriptions.choices import choice_of
from newsletter.subscriptions.consent import consent_sentence
from newsletter.subscriptions.subscribers import Consent, SubscriptionState
from tests.data import NOW, a_newsletter, a_reader
from tests.reader_site import SLUG, ReaderSite

EMBED = f"/embed/{SLUG}"
OWN = "https://proof.example"  # the newsletter's own site
FOREIGN = "https://elsewhere.example"


def from_script(site: ReaderSite, address: str = "anna@example.org", origin: str = OWN, **more: object) -> TestResponse:
    """What the script on a page of `origin` sends."""
    return site.client.post(EMBED, json={"address": address, **more}, headers={"Origin": origin})


def waiting(site: ReaderSite) -> list[str]:
    """The sites that wait at the desk."""
    with site.database.read() as session:
        return list(session.scalars(select(EmbedSite.origin).where(EmbedSite.state == "waiting")))


def evidence(site: ReaderSite) -> Consent:
    """What was kept of the one sign-up."""
    with site.database.read() as session:
        return session.scalars(select(Consent)).one()


def test_the_script_takes_a_sign_up_with_its_evidence(site: ReaderSite) -> None:
    answer = from_script(site, topics=["science"])
    assert answer.status_code == 200
    assert answer.json is not None
    assert answer.json["state"] == "asked"
    assert "anna@example.org" in answer.json["sentence"]
    assert site.mails() == ["confirmation"]
    found = evidence(site)
    assert (found.page, found.form, found.language) == (OWN, "json", "en")
    assert found.wording == consent_sentence("The Proof")
    with site.database.read() as session:
        assert len(choice_of(session, site.subscription()).topic_ids) == 1


def test_the_wording_that_is_kept_is_the_one_in_the_script(site: ReaderSite) -> None:
    from_script(site)
    found = re.search(r"^putForm\((.*)\);$", site.get(f"{EMBED}.js").text, re.MULTILINE)
    assert found
    assert json.loads(found[1])["consent"] == evidence(site).wording


def test_an_allowed_origin_and_no_other_may_read_the_answer(site: ReaderSite) -> None:
    answer = from_script(site)
    assert answer.headers["Access-Control-Allow-Origin"] == OWN
    assert "Origin" in answer.headers["Vary"]
    assert "Access-Control-Allow-Credentials" not in answer.headers
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize(
    "origin",
    [FOREIGN, "null", "http://proof.example", "https://proof.example.evil.example", "https://evilproof.example", ""],
)
def test_a_site_that_is_not_in_the_list_is_led_to_the_newsletters_page(site: ReaderSite, origin: str) -> None:
    answer = from_script(site, origin=origin)
    assert answer.status_code == 403
    assert answer.json is not None
    assert answer.json["url"] == f"http://localhost/n/{SLUG}"
    assert "Access-Control-Allow-Origin" not in answer.headers
    assert "Origin" in answer.headers["Vary"]
    assert site.mails() == []


def test_a_refused_site_stands_at_the_desk_and_works_once_allowed(site: ReaderSite) -> None:
    from_script(site, origin=FOREIGN)
    assert waiting(site) == [FOREIGN]
    with site.database.write() as session:
        sites.allow(session, site.newsletter(), FOREIGN, by=1, now=NOW)
    assert from_script(site, origin=FOREIGN).status_code == 200
    assert evidence(site).page == FOREIGN


@pytest.mark.parametrize("origin", ["null", "", "https://x.example/<script>", "https://x.example\u2028", "nonsense"])
def test_what_is_no_origin_does_not_stand_at_the_desk(site: ReaderSite, origin: str) -> None:
    site.client.post(EMBED, json={"address": "anna@example.org"}, headers={"Origin": origin.encode().decode("latin-1")})
    assert waiting(site) == []


def test_asking_beforehand_changes_nothing(site: ReaderSite) -> None:
    asked = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "content-type"}
    allowed = site.client.options(EMBED, headers={"Origin": OWN, **asked})
    assert allowed.status_code == 204
    assert allowed.headers["Access-Control-Allow-Origin"] == OWN
    assert allowed.headers["Access-Control-Allow-Methods"] == "POST"
    assert allowed.headers["Access-Control-Allow-Headers"] == "Content-Type"
    refused = site.client.options(EMBED, headers={"Origin": FOREIGN, **asked})
    assert refused.status_code == 204
    assert not [name for name in dict(refused.headers) if name.startswith("Access-Control")]
    assert "Origin" in refused.headers["Vary"]
    assert waiting(site) == []


@pytest.mark.parametrize(
    ("body", "content_type", "status"),
    [
        (b'{"address": "anna@example.org"}', "text/plain", 415),
        (b'{"address": "anna@example.org"}', "", 415),
        (b"address=anna@example.org", "application/json", 400),
        (b"[]", "application/json", 400),
        (b'{"address": 7}', "application/json", 400),
        (b'{"address": "anna@example.org", "topics": [["science"]]}', "application/json", 400),
        (b'{"address": "a\\u0000b@example.org"}', "application/json", 400),
        (b"[" * 5000, "application/json", 400),
        (b'{"address": "\xff"}', "application/json", 400),
        (b'{"address": "' + b"a" * 9000 + b'"}', "application/json", 413),
    ],
)
def test_what_the_script_would_never_send_is_refused(
    site: ReaderSite, body: bytes, content_type: str, status: int
) -> None:
    answer = site.client.post(EMBED, data=body, content_type=content_type, headers={"Origin": OWN})
    assert answer.status_code == status
    assert site.mails() == []


def test_the_answer_tells_nobody_who_reads_the_newsletter(site: ReaderSite) -> None:
    with site.database.write() as session:
        for state in SubscriptionState:
            a_reader(session, site.newsletter(), f"{state}@example.org", state=state)
    answers = {
        re.sub(r"\w+@example.org", "…", answer.text) + str(answer.status_code)
        for name in ("new", *SubscriptionState)
        for answer in [from_script(site, f"{name}@example.org")]
    }
    assert len(answers) == 1


def test_a_slip_is_asked_about_and_either_answer_is_taken(site: ReaderSite) -> None:
    answer = from_script(site, "anna@gmial.com")
    assert answer.status_code == 422
    assert answer.json is not None
    assert (answer.json["state"], answer.json["better"]) == ("hint", "anna@gmail.com")
    assert site.mails() == []
    assert from_script(site, "anna@gmaik.com", as_typed="yes").status_code == 200
    assert from_script(site, "berta@gmial.com", instead="berta@gmail.com").status_code == 200
    assert site.subscription("anna@gmaik.com")
    assert site.subscription("berta@gmail.com")


def test_a_hint_for_one_address_is_not_taken_for_another(site: ReaderSite) -> None:
    from_script(site, "anna@example.org", instead="victim@gmail.com")
    assert site.subscription("anna@example.org")


@pytest.mark.parametrize("address", ["", "anna", "anna@", "anna@example.org\r\nBcc: x@example.org"])
def test_what_is_no_address_gets_a_sentence(site: ReaderSite, address: str) -> None:
    answer = from_script(site, address)
    assert answer.status_code == 422
    assert answer.json is not None
    assert answer.json["state"] == "trouble"
    assert answer.json["sentence"]


def test_a_program_that_fills_in_the_trap_hears_what_all_hear_and_is_forgotten(site: ReaderSite) -> None:
    answer = from_script(site, website="https://pills.example")
    assert answer.status_code == 200
    assert site.mails() == []


def test_in_rehearsal_the_form_is_closed(site: ReaderSite) -> None:
    with site.database.write() as session:
        a_newsletter(session, "Not Yet", is_live=False)
    answer = site.client.post("/embed/not-yet", json={"address": "anna@example.org"}, headers={"Origin": OWN})
    assert answer.status_code == 409
    assert answer.json is not None
    assert answer.json["sentence"] == "Not Yet has not begun yet. This form opens when it does."
    assert "disabled" in site.get("/embed/not-yet").text


def test_the_script_is_asked_for_anew_but_not_sent_again(site: ReaderSite) -> None:
    first = site.get(f"{EMBED}.js")
    assert first.headers["Content-Type"] == "text/javascript; charset=utf-8"
    assert first.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert len(first.data) < 20_000
    again = site.client.get(f"{EMBED}.js", headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304


def test_a_name_cannot_break_out_of_the_script(site: ReaderSite) -> None:
    with site.database.write() as session:
        session.merge(site.newsletter()).name = "</script>\u2028'\"`${x}"
    text = site.get(f"{EMBED}.js").text
    found = re.search(r"^putForm\((.*)\);$", text, re.MULTILINE)
    assert found
    assert "</script>\u2028'\"`${x}" in json.loads(found[1])["words"]["button"]
    assert "\u2028" not in text
