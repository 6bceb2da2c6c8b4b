"""The page *One more tap* by itself: where programs that may not sign anybody up send people."""

from flask import url_for
from flask.typing import ResponseReturnValue

from newsletter.web.doors import now, reading
from newsletter.web.guards import anybody, guarded
from newsletter.web.public import tap_pages, views
from newsletter.web.public.incoming import newsletter_or_404
from newsletter.web.public.tongues import tongue_asked

blueprint = guarded("tapping", __name__, anybody)


@blueprint.get("/n/<slug>/one-more-tap")
def one_more_tap(slug: str) -> ResponseReturnValue:
    """A form with the address alone, every topic, and a button that holds also when many sign up."""
    with reading() as session:
        newsletter = newsletter_or_404(session, slug)
        page = views.page(newsletter, tongue_asked(session, newsletter))
    shown = page | tap_pages.tap_shown(slug, None, is_quiet=False, now=now())
    action = url_for("joining.sign_up", slug=slug)
    fields = [("language", page["language"])]
    return views.rendered(
        "public/one_more_tap.html", **shown, action=action, fields=fields, address="", why=tap_pages.Why.BUSY
    )
