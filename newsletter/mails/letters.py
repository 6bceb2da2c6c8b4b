"""Letters: mails whose words are the same for many readers, but for some values. Pure.

The rendering is made once for all that agree in kind, language, newsletter and in what is there and what is not; what
differs stands in slots, as in digests. A letter made so says what `rendered` would say.
"""

import re
from dataclasses import fields, replace
from functools import lru_cache
from html import escape
from typing import Any, Final

from newsletter.delivery.kinds import MailKind
from newsletter.mails.content import Imprint, Rendered
from newsletter.mails.rendering import rendered
from newsletter.mails.slots import SLOT, slot
from newsletter.mails.wrapping import tidied, wrapped_late

_SHARED: Final = 512  # renderings, of some 20 kB each
_SPACES: Final = re.compile(r"[ \t\r\n]+")


def letter(kind: MailKind, mail: Any, imprint: Imprint) -> Rendered:
    """A mail of this kind that says `mail`, a frozen dataclass, in the name of `imprint`.

    The subject must not depend on `mail`.
    """
    values = {each.name: getattr(mail, each.name) for each in fields(mail)}
    texts = {name: value for name, value in values.items() if isinstance(value, str) and value}
    shared = _shared(kind, replace(mail, **{name: slot(name) for name in texts}), imprint)
    for_html = {name: escape(_SPACES.sub(" ", value)) for name, value in texts.items()}
    text = wrapped_late(SLOT.sub(lambda found: texts[found[1]], shared.text))
    html = SLOT.sub(lambda found: for_html[found[1]], shared.html)
    return Rendered(subject=shared.subject, text=tidied(text), html=html)


@lru_cache(maxsize=_SHARED)
def _shared(kind: MailKind, mail: Any, imprint: Imprint) -> Rendered:
    return rendered(kind, mail, imprint)
