"""A content system that hands in articles over the API."""

from typing import Any

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from newsletter.accounts.api_keys import new_key
from newsletter.catalogue.newsletters import Newsletter
from newsletter.feeds.articles import Article
from newsletter.wiring import Services
from tests.data import NOW, a_newsletter

ARTICLES = "/api/v1/articles"
ICE: dict[str, Any] = {
    "id": "cms-7",
    "url": "https://proof.example/ice",
    "title": "Under the ice shelf",
    "summary": "A river runs the wrong way.",
    "html": "<p>The ice is thinner than was thought.</p>",
    "author": "Maren Oduya",
    "topics": ["science"],
    "language": "en",
}


class Cms:
    """A content system with a key."""

    def __init__(self, app: Flask, parts: Services, name: str = "Our CMS") -> None:
        self.app, self.parts = app, parts
        with parts.database.write() as session:
            self.newsletter_id = a_newsletter(session, name=f"The Proof of {name}").id
            key, self.token = new_key(session, self.newsletter_id, name, created_by=None, now=NOW)
            self.key_id = key.id

    def headers(self, idempotency_key: str | None = None) -> dict[str, str]:
        extra = {} if idempotency_key is None else {"Idempotency-Key": idempotency_key}
        return {"Authorization": f"Bearer {self.token}"} | extra

    def send(self, article: object, idempotency_key: str | None = None) -> TestResponse:
        return self.app.test_client().post(ARTICLES, json=article, headers=self.headers(idempotency_key))

    def get(self, path: str = ARTICLES) -> TestResponse:
        return self.app.test_client().get(path, headers=self.headers())

    def newsletter(self, session: Session) -> Newsletter:
        return session.get_one(Newsletter, self.newsletter_id)

    def stored(self) -> list[Article]:
        with self.parts.database.read() as session:
            query = select(Article).where(Article.newsletter_id == self.newsletter_id)
            return list(session.scalars(query.order_by(Article.id)))


def error_of(answer: TestResponse) -> dict[str, Any]:
    """What an answer says is wrong; every one has a sentence."""
    assert answer.content_type == "application/problem+json"
    found: dict[str, Any] = answer.get_json()
    assert set(found) == {"type", "title", "status", "detail", "code", "fields"}
    assert found["status"] == answer.status_code
    assert found["detail"].endswith((".", "…", "json", "lists what there is."))
    return found
