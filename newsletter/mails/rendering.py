"""From templates to the three pieces of a mail: subject, plain text, HTML.

The HTML is written in MJML, so that it holds in every mail program; values are escaped before MJML is
read. Styles are written into the elements, since some programs drop style sheets; only what depends on the window or
the colour scheme stays in one.
"""

import re
from functools import cache
from pathlib import Path
from typing import Any, Final

import css_inline
import mrml
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from newsletter.delivery.kinds import MailKind
from newsletter.language import shortened
from newsletter.language.templates import speak_in
from newsletter.mails.cleaning import one_line
from newsletter.mails.content import Imprint, Rendered
from newsletter.mails.slots import slot
from newsletter.mails.wrapping import tidied, underlined, wrapped_or_marked

TEMPLATES: Final = Path(__file__).parents[2] / "templates" / "mail"
_LONGEST_SUBJECT: Final = 120
_SPACES: Final = re.compile(r"[ \t\r\n]+")
_CHARSET: Final = '<meta http-equiv="Content-Type" content="text/html; charset=UTF-8">'


def rendered(kind: MailKind, mail: object, imprint: Imprint) -> Rendered:
    """A mail of this kind that says `mail`, in the name of `imprint`."""
    about: dict[str, Any] = {"mail": mail, "newsletter": imprint, "tongue": imprint.tongue}
    about["subject"] = _subject(kind, about)
    text = _environment().get_template(f"{kind}/body.txt").render(about)
    source = _environment().get_template(f"{kind}/body.html").render(about)
    return Rendered(subject=about["subject"], text=tidied(text), html=_html(source))


def _subject(kind: MailKind, about: dict[str, Any]) -> str:
    written = _environment().get_template(f"{kind}/subject.txt").render(about)
    return shortened(one_line(written), _LONGEST_SUBJECT)


def _html(source: str) -> str:
    # mrml writes rare letters and backslashes in attributes as Rust would (`\u{200d}`), but leaves references alone.
    ascii_only = source.replace("\\", "&#92;").encode("ascii", "xmlcharrefreplace").decode("ascii")
    options = mrml.RenderOptions(fonts={})  # none from the network
    page = mrml.to_html(ascii_only, render_options=options).content
    # One line: smaller, and six times as fast to encode as quoted-printable.
    page = _SPACES.sub(" ", _inliner().inline(page))
    # Browsers look for the charset in the first kilobyte only.
    return page.replace(_CHARSET, "", 1).replace("<head>", f"<head>{_CHARSET}", 1)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=select_autoescape(("html",)),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        auto_reload=False,
    )
    environment.filters["wrapped"] = wrapped_or_marked
    environment.filters["underlined"] = underlined
    environment.globals["slot"] = slot
    speak_in(environment)
    return environment


@cache
def _inliner() -> css_inline.CSSInliner:
    return css_inline.CSSInliner(keep_at_rules=True, load_remote_stylesheets=False)
