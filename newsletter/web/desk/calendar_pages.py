"""When digests go out: day, hour and zone, sending hours, blackout dates, and whether editors must approve."""

from zoneinfo import ZoneInfo

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from config import defaults
from newsletter.catalogue.blackouts import OnBlackout, written
from newsletter.catalogue.holidays import LARGEST_FILE, holidays_in
from newsletter.catalogue.newsletters import Newsletter
from newsletter.editions.rescheduling import CalendarChoice, set_calendar
from newsletter.editions.rhythms import every_zone
from newsletter.errors import RefusedError
from newsletter.web.desk.blueprints import desk_blueprint
from newsletter.web.desk.masthead import masthead, newsletter_or_404
from newsletter.web.doors import now, reading, writing

_OTHER_FIELDS = 128 * 1024

blueprint = desk_blueprint("calendar_pages", __name__, url_prefix="/desk/n/<slug>/calendar")


@blueprint.url_value_preprocessor
def take_files(_endpoint: str | None, _values: object) -> None:
    """Let editors send a calendar file along; called before anything of the request is read."""
    if request.method == "POST" and current_user.is_authenticated:
        request.max_content_length = LARGEST_FILE + _OTHER_FIELDS


@blueprint.get("")
def show(slug: str) -> ResponseReturnValue:
    """The calendar as it is."""
    with reading() as session:
        return _page(slug, _choice_of(newsletter_or_404(session, slug)))


@blueprint.post("")
def save(slug: str) -> ResponseReturnValue:
    """Let the newsletter have the calendar that was filled in; with a calendar file, its days too."""
    choice = _filled_in()
    try:
        with writing() as session:
            newsletter = newsletter_or_404(session, slug)
            choice = _with_holidays(choice, newsletter)
            set_calendar(session, newsletter.id, choice, now=now())
    except RefusedError as error:
        return _page(slug, choice, trouble=str(error)), 422
    flash("Saved. It holds for every edition that has not closed yet.")
    return redirect(url_for("calendar_pages.show", slug=slug), 303)


def _page(slug: str, choice: CalendarChoice, trouble: str = "") -> str:
    with reading() as session:
        newsletter = newsletter_or_404(session, slug)
        return render_template(
            "desk/calendar.html",
            **masthead(session, newsletter, "calendar"),
            choice=choice,
            zones=sorted(every_zone()),
            trouble=trouble,
            most=min(defaults.MAXIMUM_ARTICLES.values()),
        )


def _choice_of(newsletter: Newsletter) -> CalendarChoice:
    return CalendarChoice(**{name: getattr(newsletter, name) for name in CalendarChoice.__slots__})


def _filled_in() -> CalendarChoice:
    """What was filled in; a number that is none is one that is refused with its sentence."""
    form = request.form

    def number(name: str) -> int:
        return form.get(name, -1, type=int)

    return CalendarChoice(
        weekday=number("weekday"),
        is_weekday_fixed="is_weekday_fixed" in form,
        hour=number("hour"),
        zone=form.get("zone", "").strip(),
        month_day=number("month_day"),
        sends_from=number("sends_from"),
        sends_until=number("sends_until"),
        blackout_dates=form.get("blackout_dates", ""),
        on_blackout=form.get("on_blackout", OnBlackout.SKIP),
        article_order=form.get("article_order", ""),
        asks_approval="asks_approval" in form,
        minimum_articles=number("minimum_articles"),
    )


def _with_holidays(choice: CalendarChoice, newsletter: Newsletter) -> CalendarChoice:
    """The same with the days of the calendar file, where one was given."""
    file = request.files.get("holidays")
    content = file.read(LARGEST_FILE + 1) if file is not None else b""
    if not content:
        return choice
    days = holidays_in(content, today=now().astimezone(ZoneInfo(newsletter.zone)).date())
    return CalendarChoice(
        **{name: getattr(choice, name) for name in CalendarChoice.__slots__ if name != "blackout_dates"},
        blackout_dates=written(f"{choice.blackout_dates}\n{days}"),
    )
