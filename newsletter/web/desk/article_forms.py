"""What editors type about an article: read, and refused with a sentence at its field."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from newsletter.errors import RefusedError
from newsletter.feeds.importing.instants import instant_of
from newsletter.feeds.sanitizing import absolute, line

LARGEST_PICTURE: Final = 10 * 1024 * 1024
"""Bytes of a picture that an editor brings."""

_NEW_PICTURES: Final = frozenset({"address", "upload"})


class FormError(Exception):
    """What is wrong in a form, as a sentence, and the name of the field that it belongs to."""

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence)
        self.field = field
        self.sentence = sentence


@dataclass(frozen=True, slots=True)
class TypedPicture:
    """What a form says about the picture."""

    choice: str  # keep, site, none, address or upload
    address: str
    content: bytes  # of the file; empty where none was chosen
    alt: str
    only_decorates: bool


def typed_picture(form: Mapping[str, str], content: bytes, former_alt: str) -> TypedPicture:
    """The picture as chosen in a form; a file or an address counts also where its choice was not ticked.

    `former_alt` are the words about the picture so far. Raises FormError when something is missing or too large.
    """
    choice, address = form.get("picture", "keep"), form.get("address", "").strip()
    if choice in {"keep", "site", "none"} and content:
        choice = "upload"
    elif choice in {"keep", "site"} and address:
        choice = "address"
    if choice == "upload" and not content:
        raise FormError("file", "Choose the file of the picture first.")
    if len(content) > LARGEST_PICTURE:
        raise FormError("file", "This file is larger than 10 MB. Save the picture in a smaller size, then choose it.")
    if choice == "address" and not absolute(address, ""):
        raise FormError("address", "This is no web address. It begins with https:// or http://.")
    alt = line(form.get("alt"))
    # The box is ticked from the start where there were no words; whoever writes some means them.
    decorates = "decorates" in form and alt in {"", former_alt}
    typed = TypedPicture(choice, absolute(address, ""), content, "" if decorates else alt, decorates)
    _check_alt(typed, former_alt)
    return typed


def own_image_url(typed: TypedPicture, uploaded: str, *, now_own: str | None) -> str | None:
    """The address that stands in place of the site's picture; None: the site's own. Pure."""
    match typed.choice:
        case "none":
            return ""
        case "address":
            return typed.address
        case "upload":
            return uploaded
        case "site":
            return None
        case _:
            return now_own


def typed_moment(day: str, time: str, zone: str) -> datetime:
    """A day and a time in the newsletter's zone. Raises FormError."""
    if not day.strip():
        raise FormError("day", "Choose the day.")
    if not time.strip():
        raise FormError("time", "Give the time too, like 18:00.")
    try:
        return instant_of(f"{day.strip()[:30]} {time.strip()[:10]}", zone)
    except RefusedError as error:
        raise FormError("day", str(error)) from None


def _check_alt(typed: TypedPicture, former: str) -> None:
    """Refuse a new picture that comes without words of its own."""
    if typed.choice not in _NEW_PICTURES or typed.only_decorates:
        return
    again = " Then choose the file again." if typed.choice == "upload" else ""
    if not typed.alt:
        raise FormError("alt", f"Say what the picture shows, or tick that it only decorates.{again}")
    if typed.alt == former:
        raise FormError("alt", f"These words are about the former picture. Say what the new one shows.{again}")
