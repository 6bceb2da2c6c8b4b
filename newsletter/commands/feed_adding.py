"""`gazette feed add`: from an address of any kind to a connected feed."""

from dataclasses import replace

import click
from sqlalchemy.orm import Session

from newsletter.catalogue import shelf
from newsletter.catalogue.newsletters import Newsletter
from newsletter.commands.output import say, services, working
from newsletter.errors import NotFoundError, RefusedError
from newsletter.feeds.articles import FeedKind
from newsletter.feeds.connected import NewFeed, entered_address
from newsletter.feeds.connecting import Connected, connect
from newsletter.feeds.extracting.finding import find
from newsletter.feeds.extracting.found import Found, FoundFeed, SiteLook
from newsletter.language import counted
from newsletter.wiring import Services


@click.command("add")
@click.argument("url")
@click.option("--newsletter", "slug", help="Which newsletter; needed when there are several.")
@click.option("--topic", "topic_slug", help="The topic of articles whose feed names none that we know.")
@click.option("--page", "is_page", is_flag=True, help="Read the links of this page itself; for sites without a feed.")
@click.option("--full-text", "wants_full_text", is_flag=True, help="Take the text of each article from its page.")
def add(url: str, slug: str | None, topic_slug: str | None, *, is_page: bool, wants_full_text: bool) -> None:
    """Connect a feed, given its address or that of its site's home page.

    What is in it today is stored and never mailed; what comes later is.
    """
    with services() as parts:
        with parts.database.read() as session:
            newsletter = shelf.the_newsletter(session, slug)
            new = NewFeed(entered_address(url), _topic_id(session, newsletter, topic_slug), is_page, wants_full_text)
        working(f"Reading {url} …")
        found = None if is_page else _found(parts, new.url)
        best = new if found is None else replace(new, url=found.feeds[0].url)
        made = connect(parts.database, parts.intake, parts.clock, newsletter.id, best)
    for line in _account(made, best, newsletter, found):
        say(line)


def _topic_id(session: Session, newsletter: Newsletter, topic_slug: str | None) -> int | None:
    if not topic_slug:
        return None
    topics = {topic.slug: topic.id for topic in shelf.topics_of(session, newsletter.id)}
    if topic_slug not in topics:
        known = ", ".join(topics) or "none yet"
        raise NotFoundError(f"{newsletter.name} has no topic {topic_slug}; there are: {known}.")
    return topics[topic_slug]


def _found(parts: Services, url: str) -> Found:
    found = find(parts.intake, url)
    if not found.feeds:
        raise RefusedError(f"{found.sentence} Nothing was connected.")
    if found.feeds[0].kind is FeedKind.PAGE:
        raise RefusedError(f"{found.sentence} Nothing was connected yet; add --page to do so.")
    return found


def _account(made: Connected, new: NewFeed, newsletter: Newsletter, found: Found | None) -> list[str]:
    """What was done, in lines for the operator."""
    articles = counted(made.articles, "article")
    lines = [
        f"Connected to {newsletter.name}: {made.title}, {articles}. None of these will be mailed; later ones will."
    ]
    lines += [f"Its address is {new.url}."] if found is not None else []
    lines += [made.remark] if made.remark else []
    others = [] if found is None else found.feeds[1:]
    if others:
        lines.append("There is more on this site; connect what you want as well:")
        lines += [f"  {_as_entered(feed)}  {feed.title}".rstrip() for feed in others]
    proposals = [] if found is None else _proposals(found.look, newsletter)
    if proposals:
        lines.append("The site says of itself what the settings of the newsletter do not:")
        lines += [f"  {each}" for each in proposals]
    return lines


def _as_entered(feed: FoundFeed) -> str:
    """What to write to connect it."""
    return f"{feed.url} --page" if feed.kind is FeedKind.PAGE else feed.url


def _proposals(look: SiteLook, newsletter: Newsletter) -> list[str]:
    """How the site presents itself, where the newsletter does so in another way."""
    pairs = (
        ("name", look.name, newsletter.name),
        ("language", look.language, newsletter.language),
        ("zone", look.zone, newsletter.zone),
        ("colour", look.accent, newsletter.accent),
        ("logo", look.logo_url, newsletter.logo_url),
    )
    return [
        f"{name}: {theirs}" + (f" (here: {ours})" if ours else "")
        for name, theirs, ours in pairs
        if theirs and theirs.casefold() != ours.casefold()
    ]
