"""Slips in the domain of an address: `gmial.com`, `web.d`, `example.con`. Pure; a hint, never a refusal."""

from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from newsletter.subscriptions.addresses import Address, parse_address

# Where most readers have their mailbox; kept by hand from the providers' own pages. A domain that is here is right.
_NAMES: Final = """
    aol.com arcor.de att.net bellsouth.net bluewin.ch bluewin.com btinternet.com charter.net comcast.net cox.net
    duck.com earthlink.net email.com email.de fastmail.com fastmail.fm free.fr freenet.de gmail.com gmx.at
    gmx.ch gmx.com gmx.de gmx.net googlemail.com hey.com hotmail.co.uk hotmail.com hotmail.de hotmail.es
    hotmail.fr hotmail.it hushmail.com icloud.com inbox.com kpnmail.nl laposte.net libero.it live.co.uk live.com
    live.de live.fr live.nl mac.com mail.com mail.de mail.ru mailbox.org me.com msn.com naver.com o2.pl
    online.de orange.fr outlook.com outlook.de outlook.es outlook.fr pm.me posteo.de posteo.net proton.me
    protonmail.com qq.com rediffmail.com rocketmail.com sbcglobal.net seznam.cz sfr.fr sky.com t-online.de
    telenet.be tutanota.com tuta.com verizon.net virgilio.it virginmedia.com vodafone.de wanadoo.fr web.de wp.pl
    yahoo.co.in yahoo.co.jp yahoo.co.uk yahoo.com yahoo.de yahoo.es yahoo.fr yahoo.in yahoo.it yandex.com
    yandex.ru ymail.com ziggo.nl zoho.com
"""
_LARGE: Final = frozenset(_NAMES.split())
# Endings that no registry has and fingers make: of .com, .net, .org, .de.
_ENDINGS: Final = {
    ending: right
    for right, slips in {
        "com": "con cim cpm vom xom clm comm ccom coom conm cmo ocm comn",
        "net": "ner bet nett nte ent",
        "org": "orgg ogr rog prg",
    }.items()
    for ending in slips.split()
}
_LETTERS: Final = "abcdefghijklmnopqrstuvwxyz0123456789-."
_SHORTEST: Final = 6  # among shorter domains one letter more or less is often another one that is right


def better_address(address: Address) -> str:
    """The address that was probably meant; empty where nothing speaks for a slip."""
    local, _, domain = address.text.rpartition("@")
    typed = address.key.rpartition("@")[2]
    meant = _mended(typed)
    return f"{local}@{meant}" if meant != typed and domain.isascii() else ""


def is_better(typed: str, offered: str) -> bool:
    """Whether `offered` is what this very address was mended to: a hint holds only for what it was given for."""
    return bool(offered) and better_address(parse_address(typed)) == offered


@lru_cache(maxsize=10_000)
def _mended(domain: str) -> str:
    if domain in _LARGE:
        return domain
    name, _, ending = domain.rpartition(".")
    ended = f"{name}.{_ENDINGS[ending]}" if ending in _ENDINGS else domain
    if ended in _LARGE or len(ended) < _SHORTEST:
        return ended
    return min((each for each in _one_slip_away(ended) if each in _LARGE), default=ended)


def _one_slip_away(word: str) -> Iterator[str]:
    """Every word that one slip makes of this one: a letter missing, too many, wrong, or two swapped (Damerau 1964)."""
    for at in range(len(word) + 1):
        before, after = word[:at], word[at:]
        if after:
            yield before + after[1:]
        if len(after) > 1:
            yield before + after[1] + after[0] + after[2:]
        for letter in _LETTERS:
            yield before + letter + after
            if after:
                yield before + letter + after[1:]
