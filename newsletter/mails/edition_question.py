"""The question to editors whether an edition goes out: it is late, or nobody has approved it yet."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from newsletter.editions.editions import Question
from newsletter.editions.questions import answer_until
from newsletter.language import long_date, zone_in_words
from newsletter.links import Links
from newsletter.mails.cleaning import one_line
from newsletter.mails.recipients import AskedEditor


@dataclass(frozen=True, slots=True)
class EditionQuestionMail:
    """What it says."""

    newsletter: str
    edition: str  # `the weekly digest of Friday 27 November`
    is_late: bool
    begins: str  # `at 07:00 (Berlin time)`
    titles: Sequence[str]
    until: str  # without an answer it is skipped then
    desk_url: str


def content(editor: AskedEditor, links: Links) -> EditionQuestionMail:
    """What the mail says. Pure."""
    edition, zone = editor.edition, editor.newsletter.zone
    day = edition.local_date or edition.send_at.astimezone(ZoneInfo(zone)).date()
    return EditionQuestionMail(
        newsletter=one_line(editor.newsletter.name),
        edition=f"the {edition.cadence} digest of {long_date(day)}",
        is_late=edition.question == Question.LATE,
        begins=_begins(edition.send_at, zone, day=day),
        titles=[one_line(each) for each in editor.titles],
        until=_moment(answer_until(edition), zone),
        desk_url=links.desk_edition(edition.id),
    )


def _begins(at: datetime, zone: str, *, day: date) -> str:
    """When it begins, after its day has been said."""
    is_that_day = at.astimezone(ZoneInfo(zone)).date() == day
    return f"at {_clock(at, zone)}" if is_that_day else f"on {_moment(at, zone)}"


def _moment(at: datetime, zone: str) -> str:
    return f"{long_date(at.astimezone(ZoneInfo(zone)).date())}, {_clock(at, zone)}"


def _clock(at: datetime, zone: str) -> str:
    return f"{at.astimezone(ZoneInfo(zone)):%H:%M} ({zone_in_words(zone)})"
