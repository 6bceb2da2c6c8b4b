"""Which kinds of addresses a newsletter takes: those of a post, such as info@, and those for ten minutes. Pure."""

from typing import Final

from disposable_email_domains import blocklist

from newsletter.catalogue.newsletters import AddressRule, Newsletter
from newsletter.language import ENGLISH, Tongue
from newsletter.subscriptions.addresses import Address, AddressError

# RFC 2142, and what programs send from; mail to them is read by several people or by nobody.
_NAMES: Final = """
    abuse admin administrator billing contact email ftp hello help hostmaster info mail mailer-daemon marketing
    news newsletter no-reply noc noreply office postmaster press privacy root sales security spam support
    sysadmin team usenet uucp webmaster www
"""
_ROLES: Final = frozenset(_NAMES.split())


def check(newsletter: Newsletter, address: Address, tongue: Tongue = ENGLISH) -> None:
    """Raise AddressError, with a sentence for people, where the newsletter takes no address of this kind.

    It depends on the address as typed alone, so that it tells nothing about who reads the newsletter.
    """
    if newsletter.role_addresses == AddressRule.REFUSE and is_role(address):
        raise AddressError(
            tongue.gettext(
                "%(local)s@ is an address that several people share. Please enter one of your own.",
                local=address.text.partition("@")[0],
            )
        )
    if newsletter.disposable_addresses == AddressRule.REFUSE and is_disposable(address):
        raise AddressError(
            tongue.gettext(
                "Addresses at %(domain)s last for minutes only, and our mails come later. Please enter one that stays.",
                domain=address.text.rpartition("@")[2],
            )
        )


def is_role(address: Address) -> bool:
    """Whether the address is that of a post and not of a person; what follows a plus sign does not count."""
    return address.key.rpartition("@")[0].partition("+")[0] in _ROLES


def is_disposable(address: Address) -> bool:
    """Whether the domain, or one above it, lends out addresses for minutes."""
    labels = address.key.rpartition("@")[2].split(".")
    return any(".".join(labels[at:]) in blocklist for at in range(len(labels) - 1))
