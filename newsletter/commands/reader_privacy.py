"""`gazette reader erase`, `invite` and `leave-by-mail`."""

from typing import BinaryIO, Final

import click
from sqlalchemy import select

from newsletter.catalogue.shelf import the_newsletter
from newsletter.commands.output import answer, as_json, say, services
from newsletter.errors import NotFoundError, RefusedError
from newsletter.local.forgetting import estate_of
from newsletter.subscriptions.addresses import parse_address
from newsletter.subscriptions.inviting import invite_again
from newsletter.subscriptions.leaving_by_mail import HEAD, LeftByMail, leave_by_mail
from newsletter.subscriptions.privacy.forgetting import forget
from newsletter.subscriptions.subscribers import Subscriber

_FORM: Final = "command"
_SENTENCES: Final = {
    LeftByMail.LEFT: "The reader has left; no more mail comes by this subscription.",
    LeftByMail.GONE: "The subscription behind this address is gone; nothing needed doing.",
}


@click.command("erase")
@click.argument("address")
@as_json
def erase(address: str, is_json: bool) -> None:
    """Erase a reader and answer with a receipt. It cannot be taken back.

    What waits in the outbox is withheld; a keyed hash stays with the days on which they agreed and left.
    """
    key = parse_address(address).key
    with services() as parts:
        with parts.database.read() as session:
            reader_id = session.scalar(select(Subscriber.id).where(Subscriber.address_key == key))
        if reader_id is None:
            raise NotFoundError(f"Nobody with the address {address} is known; nothing was changed.")
        receipt = forget(parts.database, estate_of(parts), reader_id, form=_FORM, now=parts.clock.now())
        titles = {each.name: each.title for each in parts.holdings}
    if is_json:
        answer(
            {
                "erased_at": receipt.erased_at,
                "removed": dict(receipt.removed),
                "keeps_suppression": receipt.keeps_suppression,
            }
        )
        return
    say("Erased.")
    for name, rows in receipt.removed.items():
        say(f"  {titles[name]}: {rows}")
    if receipt.keeps_suppression:
        say("Nobody may write to this address; that is kept, as a keyed hash.")


@click.command("invite")
@click.argument("address")
@click.option("--reason", required=True, help="How you know that they want mails again; kept with the evidence.")
@click.option("--newsletter", "newsletter_slug", help="Which newsletter; needed when there are several.")
def invite(address: str, reason: str, newsletter_slug: str | None) -> None:
    """Ask an address once more that must not be written to: one mail with one button, which lifts that."""
    asked = parse_address(address)
    with services() as parts, parts.database.write() as session:
        newsletter = the_newsletter(session, newsletter_slug)
        invite_again(session, newsletter, asked, reason, by=None, now=parts.clock.now())
    say(f"{asked.text} is asked once more, and reads again when the button in the mail is pressed.")


@click.command("leave-by-mail")
@click.argument("file", type=click.File("rb"))
@click.option("--to", default="", help="For whom the mail came, where the server knows it better than its headers.")
def leave_by_received_mail(file: BinaryIO, to: str) -> None:
    """Do what a mail to a leave address asks for: FILE is the mail, or - for what a mail server pipes in.

    Such an address stands in List-Unsubscribe. Nothing is ever answered to the sender.
    """
    mail = file.read(HEAD)
    with services() as parts, parts.database.write() as session:
        found = leave_by_mail(session, parts.signer, mail, to=to, now=parts.clock.now())
    if found is LeftByMail.UNKNOWN:
        raise RefusedError(
            "This mail names no leave address of ours, or one that was cut off. Nothing was changed. "
            "Look for an address that begins with leave+ in its To header, and for the reader at the desk."
        )
    say(_SENTENCES[found])
