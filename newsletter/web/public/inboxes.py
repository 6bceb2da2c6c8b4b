"""Where the large webmails have their inbox, for the button on the page after a sign-up. Pure."""

from typing import Final

# The entries are the providers' own front doors; whoever is logged in lands in the inbox.
_DOORS: Final = {
    "https://mail.google.com/mail/u/0/#inbox": "gmail.com googlemail.com",
    "https://outlook.live.com/mail/0/inbox": (
        "outlook.com outlook.de outlook.fr outlook.es hotmail.com hotmail.de hotmail.fr hotmail.es hotmail.it "
        "hotmail.co.uk live.com live.de live.fr live.nl live.co.uk msn.com"
    ),
    "https://mail.yahoo.com/": (
        "yahoo.com yahoo.de yahoo.fr yahoo.es yahoo.it yahoo.in yahoo.co.in yahoo.co.uk ymail.com rocketmail.com"
    ),
    "https://www.icloud.com/mail": "icloud.com me.com mac.com",
    "https://mail.proton.me/": "proton.me protonmail.com pm.me",
    "https://www.gmx.net/": "gmx.net gmx.de gmx.at gmx.ch",
    "https://www.gmx.com/": "gmx.com",
    "https://web.de/": "web.de",
    "https://email.t-online.de/": "t-online.de",
    "https://webmail.freenet.de/": "freenet.de",
    "https://mail.orange.fr/": "orange.fr wanadoo.fr",
    "https://webmail.free.fr/": "free.fr",
    "https://www.laposte.net/accueil": "laposte.net",
    "https://mail.aol.com/": "aol.com",
    "https://app.fastmail.com/": "fastmail.com fastmail.fm",
    "https://posteo.de/": "posteo.de posteo.net",
    "https://mailbox.org/": "mailbox.org",
    "https://mail.ru/": "mail.ru",
    "https://mail.yandex.com/": "yandex.com yandex.ru",
    "https://mail.rediff.com/": "rediffmail.com",
    "https://mail.zoho.com/": "zoho.com",
}
_BY_DOMAIN: Final = {domain: door for door, domains in _DOORS.items() for domain in domains.split()}


def inbox_of(address_key: str) -> str:
    """The address of the webmail that an address belongs to; empty for all others."""
    return _BY_DOMAIN.get(address_key.rpartition("@")[2], "")
