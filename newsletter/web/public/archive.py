"""The archive: the list of editions, the page of each, and both feeds. Open to all, and kept by caches for minutes."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from flask import Response, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from werkzeug.exceptions import NotFound

from newsletter.catalogue.languages import tagline_in, tongue_for
from newsletter.catalogue.newsletters import Newsletter
from newsletter.editions.archive import Past, brought, found_in, past_editions, words_of
from newsletter.language import Tongue
from newsletter.web.doors import now, reading, services
from newsletter.web.guards import anybody, guarded
from newsletter.web.public import archive_feeds, views
from newsletter.web.public.archive_feeds import Channel
from newsletter.web.public.archive_pages import Entry, by_month, entries, full_date, og_locale, whole
from newsletter.web.public.incoming import newsletter_or_404
from newsletter.web.public.pictures import path_of
from newsletter.web.public.tongues import tongue_asked

blueprint = guarded("archive", __name__, anybody)

_PAGE: Final = 20
_KEPT_SECONDS: Final = 300
_NEIGHBOURS: Final = 10
"""So far an edition looks for the one beside it that still shows something."""


@blueprint.get("/n/<slug>/archive")
def listing(slug: str) -> ResponseReturnValue:
    """The editions that went out, newest first, or those in which some words stand."""
    words = words_of(request.args.get("q", ""))
    with reading() as session:
        newsletter = newsletter_or_404(session, slug)
        tongue = tongue_asked(session, newsletter)
        shown = _page(session, newsletter, tongue) | _listed(session, newsletter, words, tongue)
    return _lasting(views.rendered("public/archive.html", **shown), is_for_all=not words)


@blueprint.get("/n/<slug>/archive/<int:number>")
def edition(slug: str, number: int) -> ResponseReturnValue:
    """One edition with all that was new in it, in its newest words."""
    with reading() as session:
        newsletter = newsletter_or_404(session, slug)
        tongue = tongue_asked(session, newsletter)
        shown = _page(session, newsletter, tongue) | _whole(session, newsletter, number, tongue)
    return _lasting(views.rendered("public/edition.html", **shown))


@blueprint.get("/n/<slug>/feed.xml")
def rss(slug: str) -> ResponseReturnValue:
    """The newest editions as an RSS feed."""
    channel, found = _fed(slug, "archive.rss")
    body = archive_feeds.rss(channel, [_item(each, slug) for each in found])
    return _lasting(body, "application/rss+xml; charset=utf-8", changed_at=_changed(found))


@blueprint.get("/n/<slug>/feed.json")
def json_feed(slug: str) -> ResponseReturnValue:
    """The newest editions as a JSON Feed."""
    channel, found = _fed(slug, "archive.json_feed")
    body = archive_feeds.json_feed(channel, [_item(each, slug) for each in found])
    return _lasting(body, "application/feed+json; charset=utf-8", changed_at=_changed(found))


def _page(session: Session, newsletter: Newsletter, tongue: Tongue) -> dict[str, Any]:
    """What all pages of an archive share; links keep a language that was asked for."""
    is_own = tongue == tongue_for(newsletter)
    return views.page(newsletter, tongue) | {
        "languages": views.language_links(session, newsletter, tongue),
        "asked": {} if is_own else {"language": tongue.language},
        "about": tagline_in(session, newsletter, tongue),
        "locale": og_locale(tongue),
        "base_url": services().settings.base_url,
    }


def _listed(session: Session, newsletter: Newsletter, words: Sequence[str], tongue: Tongue) -> dict[str, Any]:
    every = past_editions(session, newsletter)
    articles = found_in(session, newsletter, every, words, now=now()) if words else {}
    some = [each for each in every if each.edition_id in articles] if words else every
    some = [each for each in some if each.number < _before()]
    page = some[:_PAGE]
    if not words:
        articles = brought(session, page, now=now())
    return {
        "months": by_month(entries(session, newsletter, page, articles, path_of), tongue),
        "query": " ".join(words),
        "total": len(every),
        "is_first": len(some) == len(every) or bool(words and "before" not in request.args),
        "older": page[-1].number if len(some) > _PAGE else None,
        "canonical": services().links.archive(newsletter.slug),
    }


def _before() -> int:
    """The number below which a page of the list begins; beyond all numbers where none is asked for."""
    asked = request.args.get("before", "")
    return int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 10 else 10**10  # noqa: PLR2004 - no newsletter has so many


def _whole(session: Session, newsletter: Newsletter, number: int, tongue: Tongue) -> dict[str, Any]:
    every = past_editions(session, newsletter)
    place = next((place for place, each in enumerate(every) if each.number == number), None)
    if place is None:
        raise NotFound(tongue.gettext("There is no such edition here."))
    near = every[max(0, place - _NEIGHBOURS) : place + _NEIGHBOURS + 1]
    articles = brought(session, near, now=now())
    found = every[place]
    if found.edition_id not in articles:
        raise NotFound(tongue.gettext("Nothing of this edition can be shown here any more."))
    later, earlier = _beside(near, found, articles)
    beside = entries(session, newsletter, [each for each in (later, earlier) if each], articles, path_of)
    shown = whole(session, newsletter, articles[found.edition_id], path_of, tongue)
    return shown | {
        "number": number,
        "day": full_date(found.day, tongue),
        "later": next((each for each in beside if later and each.number == later.number), None),
        "earlier": next((each for each in beside if earlier and each.number == earlier.number), None),
        "canonical": services().links.edition(newsletter.slug, number),
    }


def _beside(near: Sequence[Past], one: Past, articles: dict[int, list[int]]) -> tuple[Past | None, Past | None]:
    """The editions next to one, the later and the earlier, of which something is shown. Pure."""
    place = near.index(one)
    later = next((each for each in near[:place][::-1] if each.edition_id in articles), None)
    earlier = next((each for each in near[place + 1 :] if each.edition_id in articles), None)
    return later, earlier


def _fed(slug: str, endpoint: str) -> tuple[Channel, list[Entry]]:
    with reading() as session:
        newsletter = newsletter_or_404(session, slug)
        tongue = tongue_for(newsletter)
        newest = past_editions(session, newsletter)[:_PAGE]
        articles = brought(session, newest, now=now())
        found = entries(session, newsletter, newest, articles, services().links.picture)
        channel = Channel(
            title=newsletter.name,
            description=tagline_in(session, newsletter, tongue) or newsletter.name,
            url=services().links.archive(slug),
            feed_url=services().settings.base_url + url_for(endpoint, slug=slug),
            language=newsletter.language,
            publisher=newsletter.publisher,
        )
    return channel, found


def _item(entry: Entry, slug: str) -> archive_feeds.Item:
    return archive_feeds.item_of(entry, services().links.edition(slug, entry.number))


def _changed(found: Sequence[Entry]) -> datetime | None:
    return max((each.changed_at for each in found), default=None)


def _lasting(
    body: str | bytes,
    kind: str = "text/html; charset=utf-8",
    *,
    changed_at: datetime | None = None,
    is_for_all: bool = True,
) -> ResponseReturnValue:
    """An answer that is the same for everybody: caches keep it for minutes and ask then whether it has changed."""
    answer = Response(body, content_type=kind)
    answer.headers["Cache-Control"] = f"public, max-age={_KEPT_SECONDS}"
    answer.headers["X-Robots-Tag"] = "all" if is_for_all else "noindex"
    answer.last_modified = changed_at
    answer.add_etag()
    return answer.make_conditional(request)
