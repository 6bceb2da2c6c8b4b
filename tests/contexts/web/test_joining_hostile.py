"""Sign-ups that are odd, hostile or many at once: a sentence for people, nothing lost, nothing half done."""

import threading

import pytest
from sqlalchemy import func, select

from newsletter.subscriptions.subscribers import Consent, Subscriber, Subscription
from tests.reader_site import SLUG, ReaderSite, words

FIELDS = ("address", "topics", "cadence", "weekday", "hour", "zone", "breaking", "also", "language", "instead", "from")
ODD = (
    "anna@example.org\r\nBcc: everybody@example.org",
    "\x00",
    "anna\u2028@example.org",
    "\u202eanna@example.org",
    "%0d%0aSet-Cookie: a=b",
    "{{ 7*7 }}<script>alert(1)</script>",
    "' OR 1=1; --",
    "9" * 5_000,
    "Europe/../../etc/passwd",
    "\ud83d\ude00",
)
FORM = {"address": "anna@example.org", "topics": "science", "cadence": "weekly", "hour": "8", "zone": "Europe/Paris"}


def counted(site: ReaderSite, table: type[Consent | Subscriber | Subscription]) -> int:
    """How many rows there are."""
    with site.database.read() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


@pytest.mark.parametrize("value", ODD, ids=range(len(ODD)))
@pytest.mark.parametrize("field", FIELDS)
def test_whatever_stands_in_a_field_gets_a_page_for_people(
    site: ReaderSite, field: str, value: str, capsys: pytest.CaptureFixture[str]
) -> None:
    form = {**FORM, field: value.encode("utf-8", "surrogatepass")}
    answer = site.client.post(f"/n/{SLUG}", data=form)
    assert answer.status_code in {200, 400, 422}, answer.status_code
    assert "<script>alert" not in answer.text
    assert "Set-Cookie" not in answer.headers
    logged = capsys.readouterr().out
    assert "Bcc: everybody" not in [line.strip() for line in logged.splitlines()]
    assert site.mails() in ([], ["confirmation"])
    assert counted(site, Subscription) == len(site.mails())


def test_fifty_presses_at_the_same_instant_are_one_sign_up(site: ReaderSite) -> None:
    answers: list[int] = []
    together = threading.Barrier(50)

    def press(number: int) -> None:
        client = site.app.test_client()
        together.wait()
        network = f"10.{number}.0.1"
        answers.append(client.post(f"/n/{SLUG}", data=FORM, environ_base={"REMOTE_ADDR": network}).status_code)

    threads = [threading.Thread(target=press, args=(number,)) for number in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(answers) <= {200, 429}  # the address has its limit too
    assert answers.count(200) >= 5
    assert (counted(site, Subscriber), counted(site, Subscription)) == (1, 1)
    assert site.mails() == ["confirmation"]


def test_the_back_button_and_the_same_form_once_more_change_nothing(site: ReaderSite) -> None:
    first = site.sign_up(**{name: value for name, value in FORM.items() if name != "address"})
    back = site.get(f"/n/{SLUG}")
    again = site.sign_up(**{name: value for name, value in FORM.items() if name != "address"})
    assert back.status_code == 200
    assert words(first) == words(again)
    assert site.mails() == ["confirmation"]
    assert counted(site, Subscription) == 1


def test_two_tabs_with_other_choices_leave_the_later_one(site: ReaderSite) -> None:
    site.sign_up(topics=["science"], cadence="weekly", hour="8")
    site.sign_up(topics=["technology"], cadence="weekly", hour="20")
    assert site.subscription().hour == 20
    assert site.mails() == ["confirmation"]
