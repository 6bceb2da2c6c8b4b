"""Killed in the middle of exporting or erasing: all is there, or all is gone, and the next try ends well."""

import os
import signal
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

from sqlalchemy import func, insert, select

from newsletter.catalogue.shelf import the_newsletter
from newsletter.delivery.deliveries import Delivery, DeliveryState
from newsletter.delivery.kinds import Lane, MailKind
from newsletter.subscriptions.subscribers import Consent, ConsentAct, Subscriber, Subscription, SubscriptionState
from tests.command_line import CommandLine
from tests.data import NOW, a_reader
from tests.sampling import sampled_on

ROOT = Path(__file__).parents[3]
ANNA = "anna@example.org"


def started(*command: str) -> "subprocess.Popen[bytes]":
    """A command of its own process."""
    return subprocess.Popen(
        [sys.executable, "-m", "newsletter.commands", *command], cwd=ROOT, env=os.environ, stdout=subprocess.DEVNULL
    )


def kill(process: "subprocess.Popen[bytes]") -> bool:
    """End it at once; whether it was still at work."""
    was_at_work = process.poll() is None
    process.send_signal(signal.SIGKILL)
    process.wait(30)
    return was_at_work


@sampled_on("sqlite")
def test_a_killed_export_leaves_no_file_that_looks_whole(line: CommandLine, tmp_path: Path) -> None:
    readers = 60_000
    with line.database.write() as session:
        newsletter = the_newsletter(session, None)
        ids = range(1, readers + 1)
        people = [{"id": n, "address": f"r{n}@e.org", "address_key": f"r{n}@e.org", "created_at": NOW} for n in ids]
        session.execute(insert(Subscriber), people)
        common = {"newsletter_id": newsletter.id, "state": SubscriptionState.ACTIVE, "cadence": "weekly"}
        instants = {"requested_at": NOW, "joined_at": NOW, "left_at": None}
        nonces = {"confirm_nonce": "a", "nonce": "b"}
        session.execute(
            insert(Subscription), [{"id": n, "subscriber_id": n, **common, **instants, **nonces} for n in ids]
        )
    out, begun = tmp_path / "out.csv", tmp_path / ".out.csv.unfinished"
    process = started("reader", "export", "--out", str(out))
    ends_at = time.monotonic() + 60
    while not (begun.exists() and begun.stat().st_size):
        assert process.poll() is None, "the export ended before it could be killed"
        assert time.monotonic() < ends_at
    assert kill(process)
    assert not out.exists()
    assert line.run("reader", "export", "--out", str(out)).code == 0
    assert len(out.read_text().splitlines()) == readers + 1
    assert not begun.exists()


@sampled_on("postgresql")
def test_a_killed_erasing_has_done_all_or_nothing(line: CommandLine) -> None:
    mails = 3_000
    with line.database.write() as session:
        reader = a_reader(session, the_newsletter(session, None), topics=())
        shared = {"subscriber_id": reader.subscriber_id, "subscription_id": reader.id, "attempts": 1}
        rows = [
            {
                "kind": MailKind.WELCOME,
                "lane": Lane.URGENT,
                "state": DeliveryState.SENT,
                "created_at": NOW - timedelta(minutes=number),
                "reply": "250 taken",
                **shared,
            }
            for number in range(mails)
        ]
        session.execute(insert(Delivery), rows)
        acts = [
            {
                "subscription_id": reader.id,
                "act": ConsentAct.CONFIRMED,
                "at": NOW,
                "wording": "",
                "page": "",
                "network": "",
            }
        ]
        session.execute(insert(Consent), acts * mails)
        reader_id = reader.subscriber_id

    def counted() -> tuple[int, int, int]:
        with line.database.read() as session:
            named = select(func.count()).where(Delivery.subscriber_id == reader_id)
            return (
                session.scalar(select(func.count()).select_from(Subscriber)) or 0,
                session.scalar(select(func.count()).select_from(Consent)) or 0,
                session.scalar(named) or 0,
            )

    whole, gone = (1, mails, mails), (0, 0, 0)
    for pause in (0.9, 1.0, 1.1, 1.2, 1.3, 1.4, 1.5):  # it takes about a second to begin
        process = started("reader", "erase", ANNA)
        time.sleep(pause)
        kill(process)
        assert counted() in {whole, gone}
    if counted() == whole:
        assert line.run("reader", "erase", ANNA).code == 0
    assert counted() == gone
