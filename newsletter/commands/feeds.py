"""`gazette feed …`."""

from datetime import datetime

import click
from sqlalchemy import select

from newsletter.catalogue.newsletters import Newsletter
from newsletter.commands.feed_adding import add
from newsletter.commands.feed_parsing import parse_feeds
from newsletter.commands.output import answer, as_json, local_time, say, services, working
from newsletter.errors import NotFoundError
from newsletter.feeds.articles import Feed
from newsletter.feeds.fetching_again import fetch_feed_again
from newsletter.feeds.health import FeedHealth, health_of
from newsletter.feeds.polling import poll
from newsletter.language import counted


@click.group()
def feed() -> None:
    """Feeds: connect, list, read now."""


feed.add_command(add)
feed.add_command(parse_feeds)


@feed.command("list")
@as_json
def show_all(is_json: bool) -> None:
    """List all feeds and how they are doing."""
    with services() as parts:
        now = parts.clock.now()
        with parts.database.read() as session:
            query = select(Feed, Newsletter).join(Newsletter, Newsletter.id == Feed.newsletter_id).order_by(Feed.id)
            feeds = [(each, newsletter, health_of(each, now=now)) for each, newsletter in session.execute(query)]
    if is_json:
        answer([_data(*each) for each in feeds])
        return
    for _feed, newsletter, health in feeds:
        _show(health, newsletter)
    if not feeds:
        say("No feed is connected yet. Connect one with `gazette feed add URL`.")


@feed.command("poll")
@click.argument("feed_id", type=int, required=False)
@click.option("--fresh", is_flag=True, help="Past all caches: ask for everything, whatever was read before.")
def poll_now(feed_id: int | None, *, fresh: bool) -> None:
    """Read a feed now, or all that have not ended."""
    trouble = False
    with services() as parts:
        with parts.database.write() as session:
            query = select(Feed).order_by(Feed.id)
            wanted = query.where(Feed.ended_at.is_(None)) if feed_id is None else query.where(Feed.id == feed_id)
            feeds = list(session.scalars(wanted))
            for each in feeds if fresh else []:
                fetch_feed_again(session, each, now=parts.clock.now())
        if not feeds:
            missing = "There is no feed to read." if feed_id is None else f"There is no feed {feed_id}."
            raise NotFoundError(f"{missing} `gazette feed list` shows all.")
        for each in feeds:
            working(f"Reading {each.url} …")
            report = poll(parts.database, parts.intake, parts.clock, each.id)
            trouble = trouble or report.trouble is not None
            say(f"{each.title}: {report.trouble or f'{report.new} new, {report.changed} changed'}")
    if trouble:
        raise SystemExit(1)


def _show(health: FeedHealth, newsletter: Newsletter) -> None:
    def at(instant: datetime | None) -> str:
        return local_time(instant, newsletter.zone) if instant else "never"

    say(f"{health.feed_id:4}  {health.state:8}{health.title}")
    say(f"      {health.url}")
    say(f"      {health.sentence}")
    if health.remark:
        say(f"      {health.remark}")
    seen = counted(health.items_seen, "article")
    say(f"      last success: {at(health.last_success_at)}; last change: {at(health.last_change_at)}")
    say(f"      next look: {at(health.next_look_at)}; {seen} in it, for {newsletter.name}")


def _data(each: Feed, newsletter: Newsletter, health: FeedHealth) -> dict[str, object]:
    return {
        "id": each.id,
        "newsletter": newsletter.slug,
        "title": each.title,
        "url": each.url,
        "home_url": each.home_url,
        "kind": health.kind,
        "language": each.language,
        "full_text": each.wants_full_text,
        "state": health.state,
        "sentence": health.sentence,
        "last_success_at": health.last_success_at,
        "last_change_at": each.last_change_at,
        "next_poll_at": health.next_look_at,
        "asked_every": each.asked_every,
        "items_seen": each.items_seen,
        "remark": each.remark,
        "failures": each.failures,
        "trouble": each.trouble,
        "failing_since_at": each.failing_since_at,
        "ended_at": each.ended_at,
    }
