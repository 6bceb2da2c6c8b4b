"""What must not stand in a log line: addresses in full, tokens of links, passwords."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.masking import MASK, mask_event, masked, masked_value
from newsletter.signing import Purpose, Signer

TOKEN = Signer(("k" * 32,)).token(Purpose.LEAVE, 7, "nonce")

letters = st.text("abcdefghijklmnopqrstuvwxyz0123456789", min_size=2, max_size=12)
# Letters and signs that may stand in a local part without quotes, but for those that end a word in a text.
locals_ = st.text("abcdefghijklmnopqrstuvwxyz0123456789.+_-!#$&'^`~?", min_size=2, max_size=20).map(lambda x: "q" + x)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("to anna@example.org", "to a***@example.org"),
        ("<anna@example.org>", "<a***@example.org>"),
        ("anna.maria+news@sub.example.org, ben@example.org", "a***@sub.example.org, b***@example.org"),
        ("RCPT TO:<anna@example.org> 550", "RCPT TO:<a***@example.org> 550"),
        ("mailto:anna@example.org?subject=x", "mailto:a***@example.org?subject=x"),
        ("anna%40example.org", "a***%40example.org"),
        ("/subscribe?address=anna%40example.org&x=1", "/s***%40example.org&x=1"),
        ("address=anna%2Bnews%40example.org", "a***%40example.org"),
        ("o'neil@example.org", "o***@example.org"),
        ("anna'@example.org", "a***@example.org"),
        ("anna/news=*@example.org", "a***@example.org"),
        ('"anna maria"@example.org', "***@example.org"),
        ("anna@[192.0.2.1]", "a***@[192.0.2.1]"),
        ("anna@bücher.example", "a***@bücher.example"),
        ("größe@example.org", "g***@example.org"),
        ("{'address': 'anna@example.org'}", "{'address': 'a***@example.org'}"),
        ("Authorization: Bearer gzt_abcDEF-_123", "Authorization: Bearer ***"),
        ("authorization: bearer abc.def~+/==", "authorization: bearer ***"),
        ("the key gzt_abcDEF-_123, and so on", "the key ***, and so on"),
        ("token=gzt_abc", "token=***"),
        ("nothing to hide here", "nothing to hide here"),
        ("@example.org", "@example.org"),
        ("", ""),
    ],
)
def test_an_address_is_cut_to_its_first_letter_and_domain(text: str, shown: str) -> None:
    assert masked(text) == shown


@given(st.text("abc <>\"'\n:;,", max_size=10), locals_, letters)
def test_no_address_in_full_is_left_whatever_stands_before_it(before: str, local: str, domain: str) -> None:
    address = f"{local}@{domain}.example"
    assert address not in masked(f"{before} {address} and so on")


@given(locals_, letters)
def test_an_address_in_percent_form_is_cut_too(local: str, domain: str) -> None:
    assert f"{local}%40{domain}" not in masked(f"/n/x?address={local}%40{domain}.example")


@pytest.mark.parametrize("path", ["confirm", "preferences", "unsubscribe", "desk/login"])
def test_the_token_of_a_link_is_taken_out(path: str) -> None:
    shown = masked(f"GET https://news.example.org/{path}/{TOKEN} HTTP/1.1")
    assert TOKEN not in shown
    assert shown == f"GET https://news.example.org/{path}/{MASK} HTTP/1.1"


@pytest.mark.parametrize("more", ["/undo", "?utm=1", "#top", "."])
def test_a_token_is_taken_out_whatever_follows_it(more: str) -> None:
    assert TOKEN not in masked(f"/preferences/{TOKEN}{more}")


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("smtp://gazette:pa/ss+w@relay.example:587", "smtp://***@relay.example:587"),
        ("smtp://gazette:p@ss/w@rd@relay.example", "smtp://***@relay.example"),
        ("postgresql://gazette:s3cret@db/gazette", "postgresql://***@db/gazette"),
        ("redis://:s3cret@redis:6379/0", "redis://***@redis:6379/0"),
        ("smtps://post%40proof.example:s3cret@relay.example", "smtps://***@relay.example"),
        ("https://news.example.org/n/proof", "https://news.example.org/n/proof"),
        ("could not connect to 'redis://:s3cret@redis:6379/0'", "could not connect to 'redis://***@redis:6379/0'"),
    ],
)
def test_the_password_in_a_url_is_taken_out(url: str, shown: str) -> None:
    assert masked(url) == shown


@given(st.text("abcXYZ0189/+=%&:@!$-._~", min_size=6, max_size=30))
def test_no_password_in_a_url_is_left_whatever_signs_it_holds(password: str) -> None:
    shown = masked(f"smtp://gazette:{password}@relay.test:587?tls=starttls")
    assert shown.startswith("smtp://***@")
    assert password not in shown


@pytest.mark.parametrize("name", ["password", "smtp_password", "SECRET_KEY", "token", "Authorization", "set-cookie"])
def test_what_is_named_as_a_secret_is_not_shown_at_all(name: str) -> None:
    assert masked_value({name: "plain words"}) == {name: MASK}
    assert masked_value({name: ["plain", "words"]}) == {name: MASK}
    assert masked_value({name: ""}) == {name: ""}, "that none was given may be known"


def test_everything_within_a_value_is_masked() -> None:
    value = {
        "to": ["anna@example.org", ("ben@example.org", {"cc": "cleo@example.org"})],
        "by anna@example.org": 1,
        "count": 3,
        "rate": 0.5,
        "is_done": True,
        "nothing": None,
    }
    assert masked_value(value) == {
        "to": ["a***@example.org", ["b***@example.org", {"cc": "c***@example.org"}]],
        "by a***@example.org": 1,
        "count": 3,
        "rate": 0.5,
        "is_done": True,
        "nothing": None,
    }
    assert masked_value({"anna@example.org"}) == ["a***@example.org"]


def test_things_that_are_no_plain_data_become_masked_text() -> None:
    assert masked_value(ValueError("no such user anna@example.org")) == "no such user a***@example.org"
    assert masked_value(b"anna@example.org") == "b***@example.org'"


def test_an_event_is_masked_by_name_and_by_looks() -> None:
    event = {"event": "bounced anna@example.org", "token": TOKEN, "delivery_id": 7}
    assert mask_event(None, "info", event) == {"event": "bounced a***@example.org", "token": MASK, "delivery_id": 7}
    assert event["token"] == TOKEN, "what was given is not changed"


@given(st.text(max_size=200))
def test_masking_twice_changes_nothing_more_and_never_fails(text: str) -> None:
    once = masked(text)
    assert masked(once) == once
