"""Who a mail is from, as its head and foot say it. Pure."""

from newsletter.catalogue.newsletters import Newsletter
from newsletter.language import ENGLISH, Tongue
from newsletter.mails.cleaning import one_line
from newsletter.mails.content import Imprint
from newsletter.mails.sentences import site_name


def imprint_of(newsletter: Newsletter, tongue: Tongue) -> Imprint:
    """The imprint of a newsletter's mails in a tongue."""
    return Imprint(
        name=one_line(newsletter.name),
        site=site_name(newsletter.site_url),
        publisher=one_line(newsletter.publisher),
        postal_address=one_line(newsletter.postal_address),
        tongue=tongue,
    )


def imprint_of_desk(host: str) -> Imprint:
    """The imprint of mails to editors that are about no newsletter."""
    return Imprint(name="Gazette", site=host, publisher=f"The desk on {host}", postal_address="", tongue=ENGLISH)
