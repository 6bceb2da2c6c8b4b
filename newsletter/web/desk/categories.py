"""Topics & categories: what the categories of feeds mean, and what happens to the articles of a topic."""

from typing import Final

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from newsletter.catalogue.newsletters import MailRule, Newsletter, Topic
from newsletter.catalogue.shelf import topics_of
from newsletter.errors import RefusedError
from newsletter.feeds import categories, deciding
from newsletter.feeds.sanitizing import line
from newsletter.language import counted
from newsletter.web.desk import category_tables
from newsletter.web.desk.blueprints import desk_blueprint
from newsletter.web.desk.masthead import masthead, newsletter_or_404
from newsletter.web.doors import now, reading, writing

_AS_NAMED: Final = "as-named"
_NOTHING: Final = "nothing"
_HAPPENS: Final = {
    MailRule.MAIL: "are mailed",
    MailRule.HOLD: "wait until an editor releases each",
    MailRule.NEVER: "are never mailed",
}

blueprint = desk_blueprint("categories", __name__, url_prefix="/desk/n/<slug>/categories")


@blueprint.get("")
def show(slug: str) -> ResponseReturnValue:
    """The topics with their rules, and the categories with what they mean."""
    return _page(slug)


@blueprint.post("")
def mean(slug: str) -> ResponseReturnValue:
    """Say what a category means; the articles of the last two months follow."""
    try:
        with writing() as session:
            newsletter = newsletter_or_404(session, slug)
            flash(_set_meaning(session, newsletter, line(request.form.get("category")), request.form.get("means", "")))
    except RefusedError as error:
        return _page(slug, trouble=str(error)), 422
    return redirect(url_for("categories.show", slug=slug), 303)


@blueprint.post("/topics/<int:topic_id>")
def rule(slug: str, topic_id: int) -> ResponseReturnValue:
    """Mail, hold or never mail the articles of a topic."""
    try:
        with writing() as session:
            newsletter = newsletter_or_404(session, slug)
            flash(_set_rule(session, newsletter, topic_id, request.form.get("rule", "")))
    except RefusedError as error:
        return _page(slug, trouble=str(error)), 422
    return redirect(url_for("categories.show", slug=slug), 303)


def _set_meaning(session: Session, newsletter: Newsletter, category: str, means: str) -> str:
    if means == _AS_NAMED:
        changed = categories.end_rule(session, newsletter.id, category, now=now())
    else:
        topic_id = None if means == _NOTHING else int(means) if means.isdecimal() else 0
        changed = categories.set_rule(session, newsletter.id, category, topic_id, now=now())
    category_tables.place_again(session, newsletter.id, changed, now=now())
    topic_id = categories.topic_map(session, newsletter.id).meaning(category)
    topic = next((each.name for each in topics_of(session, newsletter.id) if each.id == topic_id), "")
    followed = f"{counted(len(changed), 'article')} followed." if changed else "No article changes its topic by that."
    return f"Category “{category}” → {f'topic “{topic}”' if topic else 'no topic'}. {followed}"


def _set_rule(session: Session, newsletter: Newsletter, topic_id: int, said: str) -> str:
    topic = _topic(session, newsletter, topic_id)
    if said not in set(MailRule):
        raise RefusedError("Choose what happens to the articles of the topic.")
    wanted = MailRule(said)
    out = category_tables.already_mailed(session, newsletter.id, now=now())
    before = category_tables.standings(session, topic.id)
    deciding.set_topic_rule(session, topic, wanted, already_out=out, now=now())
    session.flush()
    changed = len(category_tables.standings(session, topic.id) - before)
    followed = f"{counted(changed, 'article')} that had come already followed." if changed else ""
    return f"From now on articles in “{topic.name}” {_HAPPENS[wanted]}. {followed}".strip()


def _topic(session: Session, newsletter: Newsletter, topic_id: int) -> Topic:
    topic = next((each for each in topics_of(session, newsletter.id) if each.id == topic_id), None)
    if topic is None:
        raise RefusedError("This topic is not one of this newsletter. Choose one of its topics.")
    return topic


def _page(slug: str, trouble: str = "") -> str:
    with reading() as session:
        newsletter = newsletter_or_404(session, slug)
        shown = {
            "topics": category_tables.topics_with_rules(session, newsletter.id, now=now()),
            "categories": categories.seen_categories(session, newsletter.id, now=now()),
            "trouble": trouble,
            "typed": request.form,
        }
        return render_template("desk/categories.html", **masthead(session, newsletter, "articles"), **shown)
