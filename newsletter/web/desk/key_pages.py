"""The keys with which other programs hand in articles."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.exceptions import NotFound

from newsletter.accounts import api_keys
from newsletter.accounts.editors import Editor
from newsletter.accounts.keys import ApiKey
from newsletter.catalogue.newsletters import Newsletter
from newsletter.errors import RefusedError
from newsletter.web.desk.blueprints import desk_blueprint
from newsletter.web.desk.login import visitor
from newsletter.web.desk.masthead import masthead, newsletter_or_404
from newsletter.web.desk.wording import day_and_time
from newsletter.web.doors import now, reading, services, writing

_OWNERS_ONLY: Final = "Only an owner of this desk may make or end keys. Nothing was changed; please ask one."
_LARGEST_ID: Final = 2**63 - 1

blueprint = desk_blueprint("key_pages", __name__, url_prefix="/desk/n/<slug>/keys")


@dataclass(frozen=True, slots=True)
class ShownKey:
    """A key as the list shows it."""

    key_id: int
    name: str
    beginning: str
    made: str
    made_by: str  # empty: on the command line
    last_used: str  # empty: never
    ended: str  # empty: it works


@blueprint.get("")
def every(slug: str) -> ResponseReturnValue:
    """All keys of a newsletter."""
    return _page(slug)


@blueprint.post("")
def make(slug: str) -> ResponseReturnValue:
    """Make a key and show it, this once: the answer is the page itself, and no cache keeps it."""
    if not visitor().is_owner:
        return _page(slug, trouble=_OWNERS_ONLY), 403
    name = request.form.get("name", "")
    try:
        with writing() as session:
            newsletter = newsletter_or_404(session, slug)
            made, token = api_keys.new_key(session, newsletter.id, name, created_by=visitor().editor_id, now=now())
            called = made.name
    except RefusedError as error:
        return _page(slug, typed=name, trouble=str(error)), 422
    return _page(slug, made=called, token=token)


@blueprint.get("/<int:key_id>/end")
def ask_end(slug: str, key_id: int) -> ResponseReturnValue:
    """What ending a key means, before it is done."""
    with reading() as session:
        newsletter = newsletter_or_404(session, slug)
        key = _shown(_key_or_404(session, newsletter, key_id), _names(session), newsletter.zone, now=now())
        surroundings = masthead(session, newsletter, "feeds")
    return render_template("desk/key_end.html", **surroundings, key=key)


@blueprint.post("/<int:key_id>/end")
def end(slug: str, key_id: int) -> ResponseReturnValue:
    """End a key, for good."""
    if not visitor().is_owner:
        return _page(slug, trouble=_OWNERS_ONLY), 403
    with writing() as session:
        key = _key_or_404(session, newsletter_or_404(session, slug), key_id)
        name = api_keys.end_key(session, key.id, now=now()).name
    flash(f"The key of {name} has ended. What is handed in with it from now on is refused.")
    return redirect(url_for("key_pages.every", slug=slug), 303)


def _page(slug: str, *, made: str = "", token: str = "", typed: str = "", trouble: str = "") -> str:
    with reading() as session:
        newsletter = newsletter_or_404(session, slug)
        surroundings = masthead(session, newsletter, "feeds")
        names = _names(session)
        keys = [_shown(each, names, newsletter.zone, now=now()) for each in api_keys.keys_of(session, newsletter.id)]
    shown = {"made": made, "token": token, "typed": typed, "trouble": trouble}
    return render_template("desk/keys.html", **surroundings, **shown, keys=keys, base_url=services().settings.base_url)


def _names(session: Session) -> dict[int, str]:
    return dict(session.execute(select(Editor.id, Editor.name)).all())


def _shown(key: ApiKey, names: dict[int, str], zone: str, *, now: datetime) -> ShownKey:
    def at(instant: datetime | None) -> str:
        return day_and_time(instant, zone, now=now) if instant else ""

    return ShownKey(
        key_id=key.id,
        name=key.name,
        beginning=key.beginning,
        made=at(key.created_at),
        made_by=names.get(key.created_by or 0, ""),
        last_used=at(key.last_used_at),
        ended=at(key.ended_at),
    )


def _key_or_404(session: Session, newsletter: Newsletter, key_id: int) -> ApiKey:
    key = session.get(ApiKey, key_id) if key_id <= _LARGEST_ID else None
    if key is None or key.newsletter_id != newsletter.id:
        raise NotFound("There is no such key in this newsletter. The list of keys shows all there are.")
    return key
