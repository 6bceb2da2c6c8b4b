"""What hubs call, over HTTP."""

import hashlib
import hmac
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from newsletter.feeds.articles import Feed, FeedPush
from newsletter.web.doors import EXTENSION
from newsletter.wiring import Services
from tests.data import NOW, a_newsletter

TOPIC = "https://proof.example/feed.xml"


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def services(app: Flask) -> Services:
    found: Services = app.extensions[EXTENSION]
    return found


@pytest.fixture
def path(services: Services) -> str:
    """Where the hub of a feed calls."""
    with services.database.write() as session:
        newsletter = a_newsletter(session)
        later = NOW + timedelta(hours=1)
        feed = Feed(newsletter_id=newsletter.id, url=TOPIC, title="Proof", connected_at=NOW, next_poll_at=later)
        session.add(feed)
        session.flush()
        push = FeedPush(feed_id=feed.id, hub_url="https://hub.example/", topic_url=TOPIC, nonce="n", renew_at=NOW)
        session.add(push)
        url = services.links.push(feed.id, push.nonce)
    return url.removeprefix(services.settings.base_url)


def the_push(services: Services) -> FeedPush:
    with services.database.read() as session:
        return session.get_one(FeedPush, 1)


def test_the_challenge_of_a_hub_comes_back_as_plain_text(client: FlaskClient, path: str) -> None:
    question = {"hub.mode": "subscribe", "hub.topic": TOPIC, "hub.challenge": "<b>42</b>", "hub.lease_seconds": "60"}
    answer = client.get(path, query_string=question)
    assert (answer.status_code, answer.text, answer.mimetype) == (200, "<b>42</b>", "text/plain")


@pytest.mark.parametrize(
    "change",
    [
        {"hub.topic": "https://other.example/"},
        {"hub.mode": "unsubscribe"},
        {"hub.challenge": ""},
        {"hub.mode": "denied"},
    ],
)
def test_what_was_not_asked_for_is_not_confirmed(client: FlaskClient, path: str, change: dict[str, str]) -> None:
    question = {"hub.mode": "subscribe", "hub.topic": TOPIC, "hub.challenge": "42"} | change
    assert client.get(path, query_string=question).status_code == 404


def test_a_signed_push_wakes_the_feed(client: FlaskClient, services: Services, path: str) -> None:
    secret = services.push_secret(1, "n")
    signature = "sha256=" + hmac.new(secret.encode(), b"<rss/>", hashlib.sha256).hexdigest()
    answer = client.post(path, data=b"<rss/>", headers={"X-Hub-Signature": signature})
    assert answer.status_code == 202
    assert the_push(services).last_push_at == services.clock.now()
    with services.database.read() as session:
        assert session.get_one(Feed, 1).wants_fresh


def test_a_wrong_signature_is_answered_alike_and_changes_nothing(
    client: FlaskClient, services: Services, path: str
) -> None:
    answer = client.post(path, data=b"<rss/>", headers={"X-Hub-Signature": "sha256=" + "0" * 64})
    assert (answer.status_code, the_push(services).last_push_at) == (202, None)


def test_a_feed_that_is_gone_ends_the_subscription(client: FlaskClient, services: Services, path: str) -> None:
    with services.database.write() as session:
        session.delete(session.get_one(FeedPush, 1))
    assert client.post(path, data=b"").status_code == 410
    assert client.get(path, query_string={"hub.challenge": "42"}).status_code == 404
    assert client.post("/hooks/websub/nonsense").status_code == 410
