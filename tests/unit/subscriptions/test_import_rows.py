"""What the files of each system say of their readers."""

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter.errors import RefusedError
from newsletter.subscriptions.addresses import AddressError, parse_address
from newsletter.subscriptions.importing.fields import Field, Status
from newsletter.subscriptions.importing.mapping import changed, guessed
from newsletter.subscriptions.importing.products import PRODUCTS, detected
from newsletter.subscriptions.importing.rows import Reading, Row
from newsletter.subscriptions.importing.values import address_in, instant_in
from tests import import_files as files
from tests.data import NOW
from tests.import_files import a_file, table_in

EARLIER = datetime(2021, 3, 4, 10, 11, 12, tzinfo=UTC)


def row_of(text: str) -> Row:
    """The only row of a file."""
    columns, cells = table_in(text)
    product = detected(columns)
    return Reading(product, columns, guessed(product, columns, [cells]), now=NOW).row(2, cells)


@pytest.mark.parametrize(
    ("head", "name"),
    [
        (files.WIX, "wix"),
        (files.MAILCHIMP, "mailchimp"),
        (files.MAILCHIMP_LEFT, "mailchimp"),
        (files.MAILCHIMP_CLEANED, "mailchimp"),
        (files.SUBSTACK_OLD, "substack"),
        (files.SUBSTACK, "substack"),
        (files.GHOST, "ghost"),
        (files.BUTTONDOWN, "buttondown"),
        (files.LISTMONK, "listmonk"),
        (files.BEEHIIV, "beehiiv"),
        ("Email,Status,Created At,Subscription Tier", "beehiiv"),
        (files.KIT, "kit"),
        (files.CURATED, "curated"),
        (files.MAILPOET, "mailpoet"),
        (files.KEILA, "keila"),
        (files.PHPLIST, "phplist"),
        ("email,first_name,last_name,tags", "mailcoach"),
        ("Email Address,Date Subscribed", "csv"),
        ("anything", "csv"),
    ],
)
def test_a_file_is_known_by_its_columns(head: str, name: str) -> None:
    assert detected(head.split(",")).name == name
    assert detected([column.upper() for column in reversed(head.split(","))]).name == name


def test_every_product_knows_where_its_addresses_are() -> None:
    for product in PRODUCTS:
        assert Field.ADDRESS in product.fields.values(), product.name
        assert all(column == column.casefold() for column in product.fields), product.name


@pytest.mark.parametrize(
    ("status", "meant"),
    [
        ("Subscribed", Status.SUBSCRIBED),
        ("Unsubscribed", Status.UNSUBSCRIBED),
        ("Never subscribed", Status.NEVER),
        ("", Status.UNCLEAR),
        ("Abonniert", Status.UNCLEAR),
    ],
)
def test_wix_says_it_in_its_status(status: str, meant: Status) -> None:
    row = row_of(files.a_wix_file(("anna@example.org", status, "Subscribe form")))
    assert (row.status, row.source, row.has_proof) == (meant, "Subscribe form", False)


def test_mailchimp_says_when_they_agreed_and_from_where() -> None:
    tags = '"Science","Long reads"'
    row = row_of(a_file(files.MAILCHIMP, files.a_mailchimp_row("Anna@Example.org", TIMEZONE="Europe/Paris", TAGS=tags)))
    assert row.address.key == "anna@example.org"
    assert (row.opted_in_at, row.opt_in_network) == (EARLIER, "192.0.2.0/24")
    assert (row.confirmed_at, row.confirm_network) == (EARLIER.replace(minute=15, second=0), "198.51.100.0/24")
    assert (row.status, row.has_proof, row.zone) == (Status.SUBSCRIBED, True, "Europe/Paris")
    assert row.topics == ("science", "long reads")


def test_an_opt_in_without_a_network_proves_nothing() -> None:
    row = row_of(a_file(files.MAILCHIMP, {"Email Address": "anna@example.org", "OPTIN_TIME": "2021-03-04 10:11:12"}))
    assert (row.opted_in_at, row.has_proof) == (EARLIER, False)


def test_the_other_files_of_mailchimp_hold_those_who_left_and_bounced() -> None:
    left = row_of(a_file(files.MAILCHIMP_LEFT, {"Email Address": "a@example.org", "UNSUB_TIME": "2022-01-01 00:00:00"}))
    assert (left.status, left.left_at) == (Status.UNSUBSCRIBED, datetime(2022, 1, 1, tzinfo=UTC))
    assert row_of(a_file(files.MAILCHIMP_LEFT, {"Email Address": "a@example.org"})).status is Status.UNSUBSCRIBED
    assert row_of(a_file(files.MAILCHIMP_CLEANED, {"Email Address": "a@example.org"})).status is Status.BOUNCED


@pytest.mark.parametrize(
    ("head", "cells", "meant"),
    [
        (files.SUBSTACK_OLD, {"email_disabled": "false"}, Status.SUBSCRIBED),
        (files.SUBSTACK_OLD, {"email_disabled": "true"}, Status.INACTIVE),
        (files.SUBSTACK, {"Email": "x1@deletion-request.substack.com"}, Status.INACTIVE),
        (files.GHOST, {"subscribed_to_emails": "true"}, Status.SUBSCRIBED),
        (files.GHOST, {"subscribed_to_emails": "false"}, Status.UNSUBSCRIBED),
        (files.GHOST, {"subscribed_to_emails": "true", "deleted_at": "2023-01-01T00:00:00.000Z"}, Status.INACTIVE),
        (files.BUTTONDOWN, {"subscriber_type": "regular"}, Status.SUBSCRIBED),
        (files.BUTTONDOWN, {"subscriber_type": "premium"}, Status.SUBSCRIBED),
        (files.BUTTONDOWN, {"subscriber_type": "unactivated"}, Status.UNCONFIRMED),
        (files.BUTTONDOWN, {"subscriber_type": "past_due"}, Status.INACTIVE),
        (files.BUTTONDOWN, {"subscriber_type": "paused"}, Status.INACTIVE),
        (files.BUTTONDOWN, {"subscriber_type": "removed"}, Status.UNSUBSCRIBED),
        (files.BUTTONDOWN, {"subscriber_type": "undeliverable"}, Status.BOUNCED),
        (files.BUTTONDOWN, {"subscriber_type": "complained"}, Status.COMPLAINED),
        (files.LISTMONK, {"status": "enabled"}, Status.SUBSCRIBED),
        (files.LISTMONK, {"status": "disabled"}, Status.INACTIVE),
        (files.LISTMONK, {"status": "blocklisted"}, Status.UNSUBSCRIBED),
        (files.BEEHIIV, {"status": "active"}, Status.SUBSCRIBED),
        (files.BEEHIIV, {"status": "inactive"}, Status.INACTIVE),
        (files.BEEHIIV, {"status": "inactive", "unsubscribed_at": "2024-01-01 10:00:00 UTC"}, Status.UNSUBSCRIBED),
        (files.KEILA, {"Status": "unreachable"}, Status.BOUNCED),
        (files.PHPLIST, {"Confirmed": "1", "Blacklisted": "0"}, Status.SUBSCRIBED),
        (files.PHPLIST, {"Confirmed": "0", "Blacklisted": "0"}, Status.UNCONFIRMED),
        (files.PHPLIST, {"Confirmed": "1", "Blacklisted": "1"}, Status.UNSUBSCRIBED),
        (files.MAILPOET, {"List status": "subscribed", "Global status": "unsubscribed"}, Status.UNSUBSCRIBED),
    ],
)
def test_each_system_says_it_in_its_own_way(head: str, cells: dict[str, str], meant: Status) -> None:
    address = next(column for column in head.split(",") if column.lower() == "email")
    assert row_of(a_file(head, {address: "anna@example.org", **cells})).status is meant


def test_whoever_wanted_digests_of_substack_gets_one_a_week() -> None:
    row = row_of(a_file(files.SUBSTACK_OLD, {"email": "anna@example.org", "prefer_digests": "true"}))
    assert row.cadence == "weekly"


def test_an_ended_paid_plan_of_substack_is_a_group_of_its_own() -> None:
    row = row_of(a_file(files.SUBSTACK, {"Email": "anna@example.org", "Cancel date": "Jan 3"}))
    assert (row.status, row.source) == (Status.SUBSCRIBED, "paid plan cancelled")


def test_buttondown_proves_by_instant_and_network() -> None:
    cells = {"subscriber_type": "regular", "subscription_date": "2024-03-13 00:03:09.183465+00:00"}
    row = row_of(a_file(files.BUTTONDOWN, {"email": "anna@example.org", "ip_address": "2001:db8:1:2::9", **cells}))
    assert (row.has_proof, row.opt_in_network) == (True, "2001:db8:1::/48")


@pytest.mark.parametrize(
    ("cell", "key"),
    [
        ("anna@example.org", "anna@example.org"),
        ("  Anna@EXAMPLE.org ", "anna@example.org"),
        ("Anna Ahl <anna@example.org>", "anna@example.org"),
        ('"Ahl, Anna" <Anna@example.org>', "anna@example.org"),
        ("mailto:anna@example.org", "anna@example.org"),
        ("MAILTO:anna@example.org?subject=hi", "anna@example.org"),
        ("<mailto:anna@example.org>", "anna@example.org"),
        ("'+tag@example.org", "+tag@example.org"),
        ("anna@bücher.example.org", "anna@xn--bcher-kva.example.org"),
    ],
)
def test_an_address_is_found_in_what_stands_around_it(cell: str, key: str) -> None:
    assert address_in(cell).key == key


@pytest.mark.parametrize(
    "cell", ["anna", "anna@", "a@b@c.org", "anna@example.org, ben@example.org", "an\ufffdna@x.org"]
)
def test_what_is_no_address_is_refused_in_a_sentence(cell: str) -> None:
    with pytest.raises(AddressError, match=r"\.$"):
        address_in(cell)


labels = st.text("abcXYZ019-", min_size=1, max_size=66)
domains = st.lists(labels, min_size=1, max_size=4).map(".".join)
endings = st.sampled_from(["org", "ORG", "test", "local", "invalid", "c", "123", "museum"])


@settings(max_examples=800, deadline=None)
@given(st.text("abcXYZ019._+-", min_size=1, max_size=70), domains, endings)
def test_the_short_way_finds_what_the_long_one_does(local: str, domain: str, ending: str) -> None:
    typed = f"{local}@{domain}.{ending}"
    try:
        expected = parse_address(typed)
    except AddressError:
        with pytest.raises(AddressError):
            address_in(typed)
    else:
        assert address_in(typed) == expected


@pytest.mark.parametrize(
    ("cell", "found"),
    [
        ("2021-03-04 10:11:12", EARLIER),
        ("2021-03-04T10:11:12Z", EARLIER),
        ("2021-03-04T10:11:12.000Z", EARLIER),
        ("2021-03-04 11:11:12+01:00", EARLIER),
        ("2021-03-04 10:11:12 UTC", EARLIER),
        ("2021-03-04 10:11:12 +0000", EARLIER),
        (" 2021-03-04 10:11:12 ", EARLIER),
        ("2021-03-04", datetime(2021, 3, 4, tzinfo=UTC)),
        ("03/04/2021", None),
        ("yesterday", None),
        ("", None),
        ("0001-01-01 00:00:00", None),
        ("9999-12-31 23:59:59", None),
        ("2021-02-30", None),
    ],
)
def test_instants_are_read_where_they_are_clear(cell: str, found: datetime | None) -> None:
    assert instant_in(cell, now=NOW) == found


def test_a_zone_or_language_that_does_not_exist_is_passed_over() -> None:
    head = "email,time zone,language"
    row = row_of(a_file(head, {"email": "a@example.org", "time zone": "Mars/Base", "language": "xx"}))
    assert (row.zone, row.language) == ("", "")
    row = row_of(a_file(head, {"email": "a@example.org", "time zone": "Asia/Kolkata", "language": "de-AT"}))
    assert (row.zone, row.language) == ("Asia/Kolkata", "de")


def test_where_no_name_tells_the_column_full_of_addresses_does() -> None:
    columns, *rows = table_in("Wer,Wo\nAnna,anna@example.org\nBen,ben@example.org\n")
    assert guessed(detected(columns), columns, rows) == {"Wo": Field.ADDRESS}


def test_a_mapping_is_changed_by_name_and_each_field_has_one_column() -> None:
    columns = ("Email", "Alt", "Tag")
    before = {"Email": Field.ADDRESS, "Tag": Field.TOPICS}
    made = changed(before, columns, {"alt": "address", "Tag": "nothing"}, how="here")
    assert made == {"Alt": Field.ADDRESS}
    for wishes, word in [
        ({"None": "address"}, "no column"),
        ({"Alt": "shoe size"}, "nothing that a column can hold"),
        ({"Alt": "status", "Tag": "status"}, "Choose one of them"),
        ({"Email": "nothing"}, "Say which one does here"),
    ]:
        with pytest.raises(RefusedError, match=word):
            changed(before, columns, wishes, how="here")
