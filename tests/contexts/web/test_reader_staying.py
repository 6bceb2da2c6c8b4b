"""What the leave page offers instead of leaving and beside it, over HTTP; and why readers leave."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from newsletter.catalogue.newsletters import Newsletter
from newsletter.subscriptions.privacy.records import LeaveReason
from newsletter.subscriptions.subscribers import Subscription
from tests.conftest import StandingClock
from tests.data import a_newsletter, a_reader
from tests.reader_site import ReaderSite, elements, the_input, words


@pytest.fixture
def link(site: ReaderSite) -> str:
    """The leave link of a reader, Anna."""
    with site.database.write() as session:
        a_reader(session, site.newsletter(), topics=("science",))
    return site.leave_link()


def test_the_page_offers_three_choices_of_equal_weight(site: ReaderSite, link: str) -> None:
    with site.database.write() as session:
        session.get_one(Newsletter, site.newsletter_id).offers = "daily,weekly,monthly"
    page = site.get(link)
    text = words(page)
    assert "Now: every Friday at about seven in the morning, Berlin time, science, to anna@example.org." in text
    buttons = [each for _, each in elements(page) if "button" in (each.get("class") or "")]
    assert [(each["class"], each["value"]) for each in buttons] == [
        ("button button-wide", "less"),
        ("button button-wide", "pause"),
        ("button button-wide", "leave"),
    ]
    assert site.preferences_link() in page.text


def test_less_often_works_at_once_and_can_be_taken_back(site: ReaderSite, link: str) -> None:
    with site.database.write() as session:
        session.get_one(Newsletter, site.newsletter_id).offers = "daily,weekly,monthly"
        session.get_one(Subscription, 1).cadence = "daily"
    answer = site.post(link, action="less", cadence="monthly")
    assert "Fewer mails from now on." in words(answer)
    assert "Your next mail comes on Tuesday 1 December" in words(answer)
    assert site.subscription().cadence == "monthly"
    assert the_input(answer, "former")["value"] == "daily"
    back = site.post(f"{link}/undo", former="daily")
    assert "You are subscribed." in words(back)
    assert site.subscription().cadence == "daily"
    assert site.acts() == []


def test_less_often_pressed_twice_is_once_and_answers_alike(site: ReaderSite, link: str) -> None:
    with site.database.write() as session:
        session.get_one(Newsletter, site.newsletter_id).offers = "daily,weekly,monthly"
        session.get_one(Subscription, 1).cadence = "daily"
    assert the_input(site.get(link), "former")["value"] == "daily"
    for _ in range(2):
        answer = site.post(link, action="less", cadence="weekly", former="daily")
        assert "Fewer mails from now on." in words(answer)
        assert the_input(answer, "former")["value"] == "daily"
        assert site.subscription().cadence == "weekly"


@pytest.mark.parametrize("typed", ["", "daily", "hourly", "weekly"])
def test_less_often_is_never_more_often(site: ReaderSite, link: str, typed: str) -> None:
    with site.database.write() as session:
        session.get_one(Newsletter, site.newsletter_id).offers = "daily,weekly,monthly"
    site.post(link, action="less", cadence=typed)
    assert site.subscription().cadence == "monthly"


def test_where_nothing_comes_less_often_the_topics_are_offered(site: ReaderSite, link: str) -> None:
    page = site.get(link)
    assert "Choose fewer topics" in words(page)
    answer = site.post(link, action="less", cadence="monthly")
    assert "What would suit you?" in words(answer)
    assert site.subscription().cadence == "weekly"


@pytest.mark.parametrize(
    ("days", "until"), [("7", "Friday 4 December"), ("", "Friday 25 December"), ("999", "Friday 25")]
)
def test_a_pause_begins_at_once_and_can_be_taken_back(site: ReaderSite, link: str, days: str, until: str) -> None:
    answer = site.post(link, action="pause", days=days)
    text = words(answer)
    assert "You are paused." in text
    assert f"Your next mail comes on {until}" in text
    assert "what you missed will be one link, not a pile." in text
    assert site.subscription().state == "paused"
    assert "Now: paused until" in words(site.get(link))
    assert "You are subscribed." in words(site.post(f"{link}/undo"))
    assert site.subscription().state == "active"


def test_other_newsletters_of_the_house_are_left_too_where_that_is_ticked(site: ReaderSite, link: str) -> None:
    with site.database.write() as session:
        for name in ("The Other", "The Third"):
            a_reader(session, a_newsletter(session, name))
        for newsletter in session.scalars(select(Newsletter)):
            newsletter.publisher = "Proof Press"
    assert "Also leave the rest from Proof Press: The Other and The Third" in words(site.get(link))
    site.post(link, action="leave")
    assert states(site) == ["unsubscribed", "active", "active"]
    site.post(f"{link}/undo")
    answer = site.post(link, action="leave", everything="yes")
    assert "gets no more mail from The Proof, The Other and The Third" in words(answer)
    assert states(site) == ["unsubscribed"] * 3
    site.post(f"{link}/undo")
    assert states(site) == ["active"] * 3


def states(site: ReaderSite) -> list[str]:
    """The states of all subscriptions in their order."""
    with site.database.read() as session:
        return list(session.scalars(select(Subscription.state).order_by(Subscription.id)))


def test_a_reason_is_asked_after_leaving_and_kept_without_the_reader(site: ReaderSite, link: str) -> None:
    assert "May we ask why?" not in words(site.get(link))
    page = site.post(link, action="leave")
    assert "May we ask why?" in words(page)
    answer = site.post(f"{link}/why", reason="too-many", words="  Every day\x00is too often.\r\n  ")
    assert "Thank you." in words(answer)
    site.post(f"{link}/why", reason="other", words="x" * 2000)
    with site.database.read() as session:
        [kept] = session.scalars(select(LeaveReason))
    assert (kept.newsletter_id, kept.reason, kept.words) == (site.newsletter_id, "other", "x" * 500)
    assert set(vars(kept)) - {"_sa_instance_state"} == {"id", "newsletter_id", "mark", "reason", "words", "said_at"}


def test_a_reason_must_be_one_of_those_offered(site: ReaderSite, link: str) -> None:
    site.post(link, action="leave")
    for reason in ("", "nonsense"):
        answer = site.post(f"{link}/why", reason=reason, words="Something")
        assert "Nothing was ticked." in words(answer)
    with site.database.read() as session:
        assert session.scalars(select(LeaveReason)).all() == []


def test_nobody_is_asked_why_who_has_not_left_or_left_long_ago(
    site: ReaderSite, link: str, clock: StandingClock
) -> None:
    assert site.post(f"{link}/why", reason="other").status_code == 200
    site.post(link, action="leave")
    clock.pass_by(timedelta(days=1, seconds=1))
    assert "May we ask why?" not in words(site.post(f"{link}/why", reason="other"))
    with site.database.read() as session:
        assert session.scalars(select(LeaveReason)).all() == []
