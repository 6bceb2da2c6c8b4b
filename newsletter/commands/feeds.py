"""`gazette feed …`."""

import click
from sqlalchemy import select

from newsletter.catalogue import shelf
from newsletter.commands.output import answer, as_json, local_time, say, services, working
from newsletter.errors import NotFoundError
from newsletter.feeds.articles import Feed
from newsletter.feeds.polling import connect, poll
from newsletter.language import counted


@click.group()
def feed() -> None:
    """Feeds: connect, list, read now."""


@feed.command("add")
@click.argument("url")
@click.option("--newsletter", "slug", help="Which newsletter; needed when there are several.")
@click.option("--topic", "topic_slug", help="The topic of articles whose feed names none that we know.")
def add(url: str, slug: str | None, topic_slug: str | None) -> None:
    """Connect a feed. What is in it today is stored and never mailed; what comes later is."""
    with services() as parts:
        with parts.database.read() as session:
            newsletter = shelf.the_newsletter(session, slug)
            topic_id = None
            if topic_slug:
                topics = {t.slug: t.id for t in shelf.topics_of(session, newsletter.id)}
                if topic_slug not in topics:
                    known = ", ".join(topics) or "none yet"
                    raise NotFoundError(f"{newsletter.name} has no topic {topic_slug}; there are: {known}.")
                topic_id = topics[topic_slug]
            newsletter_id, name = newsletter.id, newsletter.name
        working(f"Reading {url} …")
        made = connect(parts.database, parts.intake, parts.clock, newsletter_id, url, topic_id)
    articles = counted(made.articles, "article")
    say(f"Connected to {name}: {made.title}, {articles}. None of these will be mailed; later ones will.")


@feed.command("list")
@as_json
def show_all(is_json: bool) -> None:
    """List all feeds and how they are doing."""
    with services() as parts, parts.database.read() as session:
        feeds = list(session.scalars(select(Feed).order_by(Feed.id)))
    if is_json:
        answer([_data(each) for each in feeds])
        return
    for each in feeds:
        say(f"{each.id:4}  {each.title}  {each.url}")
        say(f"      {each.trouble or 'last read ' + local_time(each.last_success_at, 'UTC')}")
    if not feeds:
        say("No feed is connected yet. Connect one with `gazette feed add URL`.")


@feed.command("poll")
@click.argument("feed_id", type=int, required=False)
def poll_now(feed_id: int | None) -> None:
    """Read a feed now, or all of them."""
    trouble = False
    with services() as parts:
        with parts.database.read() as session:
            query = select(Feed).order_by(Feed.id)
            feeds = list(session.scalars(query if feed_id is None else query.where(Feed.id == feed_id)))
        if not feeds:
            raise NotFoundError("There is no such feed. `gazette feed list` shows them.")
        for each in feeds:
            working(f"Reading {each.url} …")
            report = poll(parts.database, parts.intake, parts.clock, each.id)
            trouble = trouble or report.trouble is not None
            say(f"{each.title}: {report.trouble or f'{report.new} new, {report.changed} changed'}")
    if trouble:
        raise SystemExit(1)


def _data(each: Feed) -> dict[str, object]:
    return {
        "id": each.id,
        "title": each.title,
        "url": each.url,
        "last_success_at": each.last_success_at,
        "last_change_at": each.last_change_at,
        "next_poll_at": each.next_poll_at,
        "failures": each.failures,
        "trouble": each.trouble,
    }
