"""`gazette article …`."""

from pathlib import Path

import click
from sqlalchemy import select

from newsletter.catalogue import shelf
from newsletter.catalogue.newsletters import Newsletter
from newsletter.commands.article_deciding import hold_articles, release_articles
from newsletter.commands.article_extracting import extract_articles
from newsletter.commands.output import answer, as_json, local_time, say, services, working
from newsletter.editions.whereabouts import Whereabouts, whereabouts_of
from newsletter.errors import GazetteError
from newsletter.feeds.articles import Article, Origin
from newsletter.feeds.handing_in import Given
from newsletter.feeds.importing.adding import Adding, given_from
from newsletter.feeds.importing.posts import import_posts
from newsletter.feeds.importing.tables import rows_of
from newsletter.feeds.importing.wix import posts_of
from newsletter.feeds.own_pages import write
from newsletter.wiring import Services

_newsletter = click.option("--newsletter", "slug", help="Which newsletter; needed when there are several.")


@click.group()
def article() -> None:
    """Articles: add one, import many, read one from its page, list."""


for each in (extract_articles, release_articles, hold_articles):
    article.add_command(each)


@article.command("add")
@click.argument("places", metavar="FILE|URL…", nargs=-1, required=True)
@_newsletter
@click.option("--topic", "topics", multiple=True, help="Its topic; may be given several times.")
@click.option("--hold", "is_held", is_flag=True, help="Hold it until an editor releases it.")
@click.option("--embargo", default="", help="Not before: 2026-11-27 18:00, in the newsletter's zone.")
@click.option("--url", default="", help="Where readers find it, if the file does not say.")
def add(
    places: tuple[str, ...], slug: str | None, topics: tuple[str, ...], is_held: bool, embargo: str, url: str
) -> None:
    """Add articles: a page on the web, a file (.md, .html, .json as the API takes it), or - for a pipe."""
    trouble = False
    with services() as parts:
        with parts.database.read() as session:
            newsletter = shelf.the_newsletter(session, slug)
            known = shelf.topics_of(session, newsletter.id)
        said = Adding(newsletter, known, topics=topics, is_held=is_held, embargo=embargo, url=url)
        for place in places:
            working(f"Reading {place} …")
            try:
                for given in given_from(parts.intake, place, said):
                    _hand_in(parts, newsletter, given)
            except GazetteError as error:
                trouble = True
                click.echo(f"{place}: {error}", err=True)
    if trouble:
        raise SystemExit(1)


@article.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@_newsletter
@click.option("--site", default="", help="Where addresses without a host begin; the newsletter's site when left out.")
@click.option("--dry-run", "is_dry_run", is_flag=True, help="Only say what would happen.")
def import_file(file: Path, slug: str | None, site: str, is_dry_run: bool) -> None:
    """Import the posts that Wix exports as CSV. They are old: known, with their pictures, and never mailed."""
    with services() as parts:
        with parts.database.read() as session:
            newsletter = shelf.the_newsletter(session, slug)
        working(f"Reading {file.name} …")
        posts = list(posts_of(rows_of(file.read_bytes()), site or newsletter.site_url))
        now = parts.clock.now()
        report = import_posts(parts.database, newsletter.id, posts, now=now, is_dry_run=is_dry_run)
    say(report.sentence())
    if is_dry_run:
        say("Nothing was changed. Run it without --dry-run to import them.")


@article.command("list")
@_newsletter
@click.option("--limit", type=click.IntRange(1, 1000), default=20, show_default=True, help="How many, newest first.")
@as_json
def show_all(slug: str | None, limit: int, is_json: bool) -> None:
    """List the newest articles, where each stands and why."""
    with services() as parts, parts.database.read() as session:
        newsletter = shelf.the_newsletter(session, slug)
        query = select(Article).where(Article.newsletter_id == newsletter.id).order_by(Article.id.desc()).limit(limit)
        found = list(session.scalars(query))
        places = whereabouts_of(session, found, newsletter.zone, now=parts.clock.now())
    if is_json:
        answer([_data(each, places[each.id]) for each in found])
        return
    for each in found:
        say(f"{each.id:6}  {local_time(each.first_seen_at, newsletter.zone)}  {each.shown_title}")
        say(f"        {places[each.id].state}: {places[each.id].sentence}  {each.url}")
    if not found:
        say("There is no article yet. Connect a feed with `gazette feed add URL`.")


def _hand_in(parts: Services, newsletter: Newsletter, given: Given) -> None:
    now = parts.clock.now()
    with parts.database.write() as session:
        done = write(session, newsletter, given, parts.links, origin=Origin.COMMAND, now=now)
        session.flush()
        kept = session.get_one(Article, done.article_id)
        place = whereabouts_of(session, [kept], newsletter.zone, now=now)[kept.id]
        known = "known already, changed" if done.is_changed else "known already, unchanged"
        words = f"{kept.shown_title}: {'added' if done.is_new else known} (article {kept.id}). {place.sentence}"
    say(words)


def _data(each: Article, place: Whereabouts) -> dict[str, object]:
    return {
        "id": each.id,
        "url": each.url,
        "title": each.shown_title,
        "state": place.state,
        "why": place.sentence,
        "edition": place.edition_id,
        "published_at": each.published_at,
        "first_seen_at": each.first_seen_at,
        "released_at": each.released_at,
    }
