"""The list of newsletters and the sign-up form, over HTTP."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from newsletter.subscriptions.choices import topics_chosen
from newsletter.subscriptions.consent import consent_sentence
from newsletter.subscriptions.subscribers import Consent, Subscriber
from newsletter.suppression.suppressions import SuppressionReason, suppress
from tests.data import NOW, a_newsletter, a_reader, an_article, topic_ids
from tests.reader_site import SLUG, ReaderSite, elements, the_input, words

PAGE = f"/n/{SLUG}"


def test_where_there_is_one_newsletter_the_first_page_leads_to_it(site: ReaderSite) -> None:
    answer = site.get("/")
    assert (answer.status_code, answer.headers["Location"]) == (302, PAGE)


def test_where_there_are_several_the_first_page_lists_them(site: ReaderSite) -> None:
    with site.database.write() as session:
        a_newsletter(session, "The Other", is_live=False)
    text = words(site.get("/"))
    assert "The Proof Every Friday at about seven in the morning, Berlin time" in text
    assert "The Other Not begun yet" in text


def test_the_form_offers_every_topic_ticked_weekly_and_says_what_comes(site: ReaderSite) -> None:
    page = site.get(PAGE)
    for slug in ("science", "technology"):
        assert "checked" in the_input(page, "topics", slug)
    assert "checked" in the_input(page, "cadence", "weekly")
    assert "checked" not in the_input(page, "cadence", "daily")
    text = words(page)
    assert (
        "One mail every Friday about seven in the morning, only with the topics you ticked. "
        "Leave with one click in any mail. Times are Berlin time. The first mail comes on Friday 27 November."
    ) in text
    assert consent_sentence("The Proof") in text
    assert "Send me The Proof Next we send one mail to make sure that the address is yours." in text
    assert len([each for tag, each in elements(page) if "button-filled" in (each.get("class") or "")]) == 1


def test_figures_are_those_of_the_last_weeks_and_absent_where_nothing_is_known(site: ReaderSite) -> None:
    with site.database.write() as session:
        newsletter = site.newsletter()
        for day in range(28):
            article = an_article(session, newsletter, f"Piece {day}", released_at=None)
            article.published_at = NOW - timedelta(days=day, hours=1)
        an_article(session, newsletter, "Of the year before", topics=("technology",)).released_at = NOW - timedelta(400)
    text = words(site.get(PAGE))
    assert "Science about 7 a week" in text
    assert text.count("a week") == 1


def test_the_sample_shows_what_is_out_and_nothing_that_waits(site: ReaderSite) -> None:
    assert "Lately in" not in words(site.get(PAGE))
    with site.database.write() as session:
        newsletter = site.newsletter()
        an_article(session, newsletter, "Out since yesterday", released_at=NOW - timedelta(days=1))
        an_article(session, newsletter, "Under embargo", released_at=NOW + timedelta(hours=1))
        dated_ahead = an_article(session, newsletter, "Dated ahead", released_at=None)
        dated_ahead.published_at = NOW + timedelta(days=1)
    text = words(site.get(PAGE))
    assert "Lately in The Proof" in text
    assert "Out since yesterday" in text
    assert "Under embargo" not in text
    assert "Dated ahead" not in text


def test_a_newsletter_without_topics_asks_for_none(site: ReaderSite) -> None:
    with site.database.write() as session:
        a_newsletter(session, "Plain", topics=())
    text = words(site.get("/n/plain"))
    assert "What shall it be about?" not in text
    assert "One mail every Friday about seven in the morning. Leave with one click in any mail." in text


def test_a_sign_up_is_kept_with_what_was_shown_and_where(site: ReaderSite) -> None:
    answer = site.sign_up(topics=["science"], cadence="daily")
    assert answer.status_code == 200
    assert "Please look in the inbox of anna@example.org : a mail with one button is on its way." in words(answer)
    made = site.subscription()
    assert (made.state, made.cadence) == ("pending", "daily")
    with site.database.read() as session:
        assert set(topics_chosen(session, made.id)) == {topic_ids(session, site.newsletter())["science"]}
        line = session.scalars(select(Consent)).one()
    assert line.wording == consent_sentence("The Proof")
    assert (line.page, line.network) == (f"http://localhost{PAGE}", "127.0.0.0/24")
    assert site.mails() == ["confirmation"]


@pytest.mark.parametrize("topics", [[], ["science", "technology"], ["no-such-topic"]])
def test_all_ticks_and_no_tick_both_mean_all_topics(site: ReaderSite, topics: list[str]) -> None:
    site.sign_up(topics=topics)
    with site.database.read() as session:
        assert topics_chosen(session, site.subscription().id) == {}


def test_the_answer_tells_nobody_who_reads_it(site: ReaderSite) -> None:
    with site.database.write() as session:
        newsletter = site.newsletter()
        a_reader(session, newsletter, "known@example.org")
        suppress(session, "quiet@example.org", SuppressionReason.ASKED, now=NOW)
    site.sign_up("waiting@example.org")
    names = ("fresh", "known", "quiet", "waiting")
    answers = [site.sign_up(f"{name}@example.org") for name in names]
    bodies = {answer.text.replace(f"{name}@", "…@") for answer, name in zip(answers, names, strict=True)}
    assert len(bodies) == 1
    assert {answer.status_code for answer in answers} == {200}
    assert site.mails() == ["confirmation", "confirmation", "already_subscribed"]


def test_a_slip_is_told_at_the_field_and_nothing_entered_is_lost(site: ReaderSite) -> None:
    answer = site.sign_up("anna@", topics=["technology"], cadence="daily")
    assert answer.status_code == 422
    field = the_input(answer, "address")
    assert (field["value"], field["aria-invalid"]) == ("anna@", "true")
    [trouble] = [each for _, each in elements(answer) if each.get("id") == field["aria-describedby"]]
    assert trouble["class"] == "trouble"
    assert "checked" in the_input(answer, "topics", "technology")
    assert "checked" not in the_input(answer, "topics", "science")
    assert "checked" in the_input(answer, "cadence", "daily")
    assert site.mails() == []


def test_the_address_can_be_changed_with_all_choices_kept_and_nothing_taken(site: ReaderSite) -> None:
    site.sign_up("anna@exmaple.org", topics=["science"], cadence="daily")
    answer = site.sign_up("anna@exmaple.org", topics=["science"], cadence="daily", change="yes")
    assert answer.status_code == 200
    assert the_input(answer, "address")["value"] == "anna@exmaple.org"
    assert "checked" in the_input(answer, "cadence", "daily")
    assert "checked" not in the_input(answer, "topics", "technology")
    assert site.mails() == ["confirmation"]


def test_send_it_again_carries_the_same_form_and_keeps_the_limits(site: ReaderSite) -> None:
    first = site.sign_up(topics=["science"], cadence="daily")
    hidden = [each for tag, each in elements(first) if tag == "input" and each.get("type") == "hidden"]
    assert {(each["name"], each["value"]) for each in hidden} == {
        ("address", "anna@example.org"),
        ("topics", "science"),
        ("cadence", "daily"),
        ("from", str(int((NOW + timedelta(minutes=11)).timestamp()))),
    }
    again = site.sign_up(topics=["science"], cadence="daily", again="yes")
    assert "Asked once more." in words(again)
    assert site.mails() == ["confirmation"]


def test_a_program_that_fills_in_everything_gets_the_usual_answer_and_is_forgotten(site: ReaderSite) -> None:
    usual = site.sign_up("anna@example.org")
    trapped = site.sign_up("robot@example.org", website="https://casino.example")
    assert trapped.status_code == 200
    assert trapped.text == usual.text.replace("anna@", "robot@")
    assert site.sign_up("robot@", website="https://casino.example").status_code == 422
    with site.database.read() as session:
        assert [each.address for each in session.scalars(select(Subscriber))] == ["anna@example.org"]


def test_the_trap_is_hidden_from_people_and_from_their_screen_readers(site: ReaderSite) -> None:
    trap = the_input(site.get(PAGE), "website")
    assert (trap["tabindex"], trap["autocomplete"]) == ("-1", "off")


def test_a_rehearsal_says_that_it_has_not_begun_and_takes_nobody(site: ReaderSite) -> None:
    with site.database.write() as session:
        a_newsletter(session, "Not Yet", is_live=False)
    page = site.get("/n/not-yet")
    assert page.status_code == 200
    assert "Not Yet has not begun yet. This form opens when it does." in words(page)
    assert any(tag == "fieldset" and "disabled" in each for tag, each in elements(page))
    assert site.post("/n/not-yet", address="anna@example.org").status_code == 409
    assert site.mails() == []


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("anna@bücher.de", "anna@bücher.de"),
        ("anna@xn--bcher-kva.de", "anna@bücher.de"),
        ("a" * 64 + "@example.org", "a" * 64 + "@example.org"),
        ("o'neil+news@example.org", "o&#39;neil+news@example.org"),
    ],
)
def test_unusual_addresses_pass_through_the_form(site: ReaderSite, typed: str, shown: str) -> None:
    answer = site.sign_up(typed)
    assert answer.status_code == 200
    assert f"<strong>{shown}</strong>" in answer.text
    assert site.mails() == ["confirmation"]


@pytest.mark.parametrize(
    "typed",
    [
        "anna@example.org\r\nBcc: ben@example.org",
        "anna@example.org\nSubject: casino",
        "anna@example.org%0ABcc: ben@example.org",
        '"a b"@example.org',
        "a" * 65 + "@example.org",
        "anna@example.org, ben@example.org",
        "<script>alert(1)</script>@example.org",
        '"><img src=x onerror=alert(1)>@example.org',
    ],
)
def test_hostile_addresses_are_refused_and_harmless_on_the_page(site: ReaderSite, typed: str) -> None:
    answer = site.sign_up(typed)
    assert answer.status_code == 422
    assert not [each for tag, each in elements(answer) if "onerror" in each or (tag == "script" and "src" not in each)]
    assert site.mails() == []


def test_an_unknown_newsletter_is_not_found(site: ReaderSite) -> None:
    assert site.get("/n/no-such").status_code == 404
    assert site.post("/n/no-such", address="anna@example.org").status_code == 404
