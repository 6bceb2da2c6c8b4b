"""Which addresses are asked at all, and what is said of others."""

import pytest

from newsletter.errors import GazetteError
from newsletter.feeds.fetching.fetcher import Wanted, check_url

THINGS = [(Wanted.FEED, "feeds"), (Wanted.PAGE, "articles"), (Wanted.PICTURE, "pictures")]


@pytest.mark.parametrize(("wanted", "things"), THINGS)
@pytest.mark.parametrize("address", ["", "ftp://proof.example/x", "https://", "https://proof.example:0/", "http://["])
def test_what_is_no_web_address_is_refused_with_the_name_of_what_was_wanted(
    address: str, wanted: Wanted, things: str
) -> None:
    with pytest.raises(GazetteError, match=f"^{things.capitalize()} are read from http and https addresses, like http"):
        check_url(address, wanted)


@pytest.mark.parametrize(("wanted", "things"), THINGS)
def test_a_secret_in_an_address_is_refused_with_the_name_of_what_was_wanted(wanted: Wanted, things: str) -> None:
    with pytest.raises(GazetteError, match=f"user name or password; {things} are read without one") as refused:
        check_url("https://me:word@proof.example/x", wanted)
    assert "word@" not in str(refused.value)


@pytest.mark.parametrize("wanted", Wanted)
def test_an_example_in_a_refusal_would_be_taken(wanted: Wanted) -> None:
    with pytest.raises(GazetteError) as refused:
        check_url("", wanted)
    check_url(str(refused.value).rpartition(" ")[2].removesuffix("."), wanted)
