"""Sending a form, as hubs take it: over checked connections, and answered with a value."""

from newsletter.feeds.fetching.fetcher import Taken, Unreachable
from tests.loopback_site import Site, fetcher, leads_to, status


def test_a_form_arrives_as_it_was_sent() -> None:
    with Site(pages={"/hub": status(202)}) as site:
        form = {"hub.mode": "subscribe", "hub.topic": "https://proof.example/feed?a=1&b=ü"}
        assert fetcher().post(site.url("/hub"), form) == Taken()
        assert site.forms == [form]


def test_what_is_not_taken_says_why() -> None:
    with Site(pages={"/hub": status(403)}) as site:
        assert fetcher().post(site.url("/hub"), {}) == Unreachable("127.0.0.1 answered with 403.")


def test_a_redirect_is_not_followed() -> None:
    with Site(pages={"/other": status(202)}) as site:
        site.pages["/hub"] = leads_to(site.url("/other"))
        assert isinstance(fetcher().post(site.url("/hub"), {}), Unreachable)
        assert site.paths == ["/hub"]


def test_nothing_is_sent_to_a_private_address() -> None:
    with Site(pages={"/hub": status(202)}) as site:
        refused = fetcher("192.0.2.0/24").post(site.url("/hub"), {})
        assert isinstance(refused, Unreachable)
        assert "not on the public internet" in refused.sentence
        assert site.connections == 0
