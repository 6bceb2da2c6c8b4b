"""`gazette article hold` and `gazette article release`."""

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.catalogue.newsletters import Newsletter
from newsletter.commands.output import say, services
from newsletter.editions.whereabouts import whereabouts_of
from newsletter.errors import NotFoundError
from newsletter.feeds import deciding
from newsletter.feeds.articles import Article, Decision
from newsletter.feeds.identity import without_tracking


@click.command("release")
@click.argument("names", metavar="ARTICLE…", nargs=-1, required=True)
def release_articles(names: tuple[str, ...]) -> None:
    """Release articles now, whatever held them: by number or by address."""
    _decide(names, Decision.RELEASE)


@click.command("hold")
@click.argument("names", metavar="ARTICLE…", nargs=-1, required=True)
def hold_articles(names: tuple[str, ...]) -> None:
    """Hold articles until they are released: by number or by address."""
    _decide(names, Decision.HOLD)


def _decide(names: tuple[str, ...], decision: Decision) -> None:
    """Decide of all of these or, where one is not known, of none."""
    with services() as parts:
        now = parts.clock.now()
        with parts.database.write() as session:
            for name in names:
                article = _named(session, name)
                deciding.decide(session, article, decision, now=now)
                zone = session.get_one(Newsletter, article.newsletter_id).zone
                place = whereabouts_of(session, [article], zone, now=now)[article.id]
                say(f"{article.shown_title}: {place.state}. {place.sentence}")


def _named(session: Session, name: str) -> Article:
    is_number = name.isascii() and name.isdigit() and len(name) < 16  # noqa: PLR2004 - longer ones no database takes
    wanted = Article.id == int(name) if is_number else Article.url == without_tracking(name)
    found = session.scalars(select(Article).where(wanted).limit(2)).all()
    if len(found) != 1:
        what = "There are several articles with the address" if found else "There is no article"
        raise NotFoundError(f"{what} {name}. `gazette article list` shows the numbers. Nothing was changed.")
    return found[0]
