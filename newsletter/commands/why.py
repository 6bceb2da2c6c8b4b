"""`gazette why`: the reason that an article was sent to a reader, or was not."""

import click
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from newsletter.commands.output import answer, as_json, say, services
from newsletter.editions.explaining import explain
from newsletter.errors import NotFoundError
from newsletter.feeds.articles import Article
from newsletter.subscriptions.addresses import parse_address
from newsletter.subscriptions.moving import subscription_at
from newsletter.subscriptions.subscribers import Subscription


@click.command("why")
@click.argument("address")
@click.argument("article", metavar="ARTICLE")
@as_json
def why(address: str, article: str, is_json: bool) -> None:
    """Say why an article (its number or its address) was sent to a reader, or was not."""
    with services() as parts, parts.database.read() as session:
        found = _article(session, article)
        reason = explain(session, _subscription(session, address, found), found, now=parts.clock.now())
        data = {"article": found.id, "title": found.title, "why": reason.why, "sentence": reason.sentence}
    if is_json:
        answer(data | {"delivery": reason.delivery_id})
    else:
        say(f"{data['title']}: {reason.sentence}")


def _article(session: Session, named: str) -> Article:
    is_it = Article.url == named
    if named.isdecimal() and len(named) < 19:  # noqa: PLR2004 - what an id can hold
        is_it = or_(is_it, Article.id == int(named))
    found = session.scalar(select(Article).where(is_it).order_by(Article.id.desc()).limit(1))
    if found is None:
        raise NotFoundError(f"There is no article {named}. Give its number, as the desk shows it, or its address.")
    return found


def _subscription(session: Session, address: str, article: Article) -> Subscription:
    found = subscription_at(session, parse_address(address).key, article.newsletter_id)
    if found is None:
        raise NotFoundError(f"Nobody with the address {address} reads the newsletter of this article.")
    return found
