"""The reader pages of an installation with one live newsletter, The Proof, as a browser sees them."""

import re
from html.parser import HTMLParser

from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from newsletter.catalogue.newsletters import Newsletter
from newsletter.delivery.deliveries import Delivery
from newsletter.subscriptions.subscribers import Consent, Subscriber, Subscription
from newsletter.web.doors import EXTENSION
from newsletter.wiring import Services
from tests.data import a_newsletter

SLUG = "the-proof"


class ReaderSite:
    """Opens pages, fills in forms, and looks into the database behind them."""

    def __init__(self, app: Flask) -> None:
        made = app.extensions[EXTENSION]
        assert isinstance(made, Services)
        self.app, self.services = app, made
        self.database, self.links = made.database, made.links
        self.client = app.test_client()
        with self.database.write() as session:
            self.newsletter_id = a_newsletter(session).id

    def get(self, url: str) -> TestResponse:
        return self.client.get(url.removeprefix("http://localhost"))

    def post(self, url: str, **fields: str | list[str]) -> TestResponse:
        return self.client.post(url.removeprefix("http://localhost"), data=fields)

    def sign_up(self, address: str = "anna@example.org", **fields: str | list[str]) -> TestResponse:
        return self.post(f"/n/{SLUG}", address=address, **fields)

    def subscription(self, address: str = "anna@example.org") -> Subscription:
        """The one subscription of an address."""
        with self.database.read() as session:
            query = select(Subscription).join(Subscriber, Subscriber.id == Subscription.subscriber_id)
            return session.scalars(query.where(Subscriber.address == address)).one()

    def newsletter(self) -> Newsletter:
        with self.database.read() as session:
            return session.get_one(Newsletter, self.newsletter_id)

    def mails(self) -> list[str]:
        """The kinds of all mails in the outbox, in their order."""
        with self.database.read() as session:
            return list(session.scalars(select(Delivery.kind).order_by(Delivery.id)))

    def acts(self) -> list[str]:
        """What the evidence holds, in its order."""
        with self.database.read() as session:
            return list(session.scalars(select(Consent.act).order_by(Consent.id)))

    def confirm_link(self, address: str = "anna@example.org") -> str:
        found = self.subscription(address)
        return self.links.confirm(found.id, found.confirm_nonce)

    def preferences_link(self, address: str = "anna@example.org") -> str:
        found = self.subscription(address)
        return self.links.preferences(found.id, found.nonce)

    def leave_link(self, address: str = "anna@example.org") -> str:
        found = self.subscription(address)
        return self.links.leave(found.id, found.nonce)


class _Elements(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def elements(page: TestResponse) -> list[tuple[str, dict[str, str | None]]]:
    """Every element of a page with its attributes."""
    parser = _Elements()
    parser.feed(page.text)
    return parser.found


def the_input(page: TestResponse, name: str, value: str | None = None) -> dict[str, str | None]:
    """The one input of this name, and of this value where several share it."""
    every = [attributes for tag, attributes in elements(page) if tag == "input"]
    [found] = [each for each in every if each.get("name") == name and value in {None, each.get("value")}]
    return found


def words(page: TestResponse) -> str:
    """The text of a page in one line, as a person reads it."""
    text = re.sub(r"<(script|style|svg).*?</\1>", "", page.text, flags=re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", text).split()).replace(" .", ".").replace(" ,", ",").replace(" ;", ";")
