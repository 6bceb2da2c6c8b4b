"""Joining: the list of newsletters, and the sign-up form."""

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from newsletter.catalogue import shelf
from newsletter.editions.rhythms import rule_for
from newsletter.mails.sentences import site_name
from newsletter.mails.slots import slot
from newsletter.subscriptions import address_rules, signup
from newsletter.subscriptions.addresses import Address, AddressError, parse_address
from newsletter.subscriptions.domain_slips import better_address
from newsletter.web.doors import now, reading, services
from newsletter.web.guards import anybody, guarded
from newsletter.web.public import embed_origins, embed_plain, ladder, promises, views
from newsletter.web.public.asked import Asked, address_entered, asked_of, is_as_typed, is_too_early
from newsletter.web.public.crowd_pages import crowd_page
from newsletter.web.public.inboxes import inbox_of
from newsletter.web.public.incoming import choice_entered, entered, newsletter_or_404
from newsletter.web.public.ladder import Door
from newsletter.web.public.offers import offer_of
from newsletter.web.public.pacing import paced
from newsletter.web.public.sign_up_form import HONEYPOT, offered_form
from newsletter.web.public.tongues import tongue_asked, tongue_of_browser

blueprint = guarded("joining", __name__, anybody)


@blueprint.get("/")
def home() -> ResponseReturnValue:
    """The newsletters of this house; where there is only one, its page."""
    tongue = tongue_of_browser()
    with reading() as session:
        found = [views.listed(newsletter, tongue) for newsletter in shelf.newsletters(session)]
    if len(found) == 1:
        return redirect(url_for("joining.subscribe", slug=found[0]["slug"]))
    page = {"site": site_name(services().settings.base_url), "desk": services().links.desk()}
    return views.rendered("public/home.html", newsletters=found, tongue=tongue, language=tongue.language, **page)


@blueprint.get("/n/<slug>")
def subscribe(slug: str) -> ResponseReturnValue:
    """The sign-up form."""
    with reading() as session:
        newsletter = newsletter_or_404(session, slug)
        form = offered_form(session, newsletter, tongue_asked(session, newsletter), now=now())
    return views.rendered("public/subscribe.html", **form)


@blueprint.get("/n/<slug>/promise")
def promise(slug: str) -> ResponseReturnValue:
    """What the choices on the form promise, as two lines of text; the form asks whenever one changes."""
    with reading() as session:
        newsletter = newsletter_or_404(session, slug)
        tongue = tongue_asked(session, newsletter)
        rule = rule_for(newsletter, choice_entered(session, newsletter, request.args))
        has_topics = bool(shelf.topics_of(session, newsletter.id))
    lines = [promises.promise(rule, tongue, has_topics=has_topics), promises.first_one(rule, now(), tongue)]
    return "\n".join(lines), {"Content-Type": "text/plain; charset=utf-8"}


@blueprint.post("/n/<slug>")
def sign_up(slug: str) -> ResponseReturnValue:
    """Take a sign-up; the answer is the same whether or not the address is known."""
    entered()  # before a transaction begins: the sender may be slow
    # A form that another site wrote itself, also one that goes on from *One more tap*, is the same at every address.
    if embed_origins.is_foreign() or ladder.origin_before():
        return embed_plain.sign_up(slug)
    asked = asked_of(offer_of(slug))
    if "change" in request.form or not asked.newsletter.is_live:
        return _form_again(slug, 200 if asked.newsletter.is_live else 409)
    try:
        address = parse_address(address_entered(), asked.tongue)
        # A slip is asked about first: gmial.com is nobody's wish, and on every list of addresses for ten minutes.
        better = "" if is_as_typed() else better_address(address)
        if better:
            return _form_again(slug, 422, better=better)
        address_rules.check(asked.newsletter, address, asked.tongue)
    except AddressError as error:
        return _form_again(slug, 422, trouble=str(error))
    return _taken(asked, address)


def _taken(asked: Asked, address: Address) -> ResponseReturnValue:
    is_early = is_too_early(now())
    stopped = None if is_early else ladder.stopped(views.page(asked.newsletter, asked.tongue), address.key, Door.PAGE)
    if stopped is not None:
        return stopped
    # What a program sent, or somebody too early, is answered like the rest and forgotten.
    with paced():
        if not is_early and not request.form.get(HONEYPOT):
            signup.take(services().database, asked.newsletter, asked.sign_up(address, Door.PAGE), now=now())
    again = asked.again(now())
    values = {"address": address.text, "typed": asked.entered.address, "from": str(again["from"])}
    page = asked.page() | {"address": slot("address"), "webmail": inbox_of(address.key), "inbox": _local_inbox()}
    page["kept"] = [(name, slot("typed") if name == "address" else value) for name, value in page["kept"]]
    said = {"is_again": "again" in request.form and not is_early, "is_early": is_early}
    return crowd_page("public/check_inbox.html", values, **page, **said, again=again | {"from": slot("from")})


def _form_again(slug: str, status: int, *, trouble: str = "", better: str = "") -> ResponseReturnValue:
    """The form as it was filled in, with the trouble, or the better address, at its field."""
    with reading() as session:
        newsletter = newsletter_or_404(session, slug)
        form = offered_form(session, newsletter, tongue_asked(session, newsletter), now=now())
    said = {"entered": entered(), "trouble": trouble, "better": better, "is_change": "change" in request.form}
    return views.rendered("public/subscribe.html", **form | said), status


def _local_inbox() -> str:
    """Where to look where mail stays on this machine; empty where it does not."""
    settings = services().settings
    return "/inbox" if settings.inbox_port and not settings.has_relay else ""
