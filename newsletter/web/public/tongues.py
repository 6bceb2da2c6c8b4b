"""In which language a page speaks: the one that was asked for, else the newsletter's, else the browser's."""

from collections.abc import Collection

from flask import request
from sqlalchemy.orm import Session

from newsletter.catalogue.languages import offered, tongue_for
from newsletter.catalogue.newsletters import Newsletter
from newsletter.language import LANGUAGES, Tongue, tongue_of


def tongue_asked(session: Session, newsletter: Newsletter, reader_language: str = "") -> Tongue:
    """The tongue of a page: what the address or the form asks for, then what the reader chose, then the newsletter's.

    Only what the newsletter has its own texts in is offered.
    """
    asked = request.values.get("language", "") or reader_language
    return tongue_for(newsletter, asked if asked and asked in offered(session, newsletter) else "")


def tongue_offered(newsletter: Newsletter, languages: Collection[str]) -> Tongue:
    """The tongue of a page for somebody who is not known yet, by the languages that are offered."""
    asked = request.values.get("language", "")
    return tongue_for(newsletter, asked if asked in languages else "")


def tongue_of_browser() -> Tongue:
    """The tongue of a page without a newsletter: the browser's first that is spoken here."""
    return tongue_of(request.accept_languages.best_match(LANGUAGES) or "")
