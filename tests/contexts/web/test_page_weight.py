"""Each reader page with all that it loads stays below 60 kB, and loads nothing from elsewhere."""

from datetime import timedelta
from urllib.parse import urlsplit

from newsletter.subscriptions.subscribers import SubscriptionState
from tests.data import NOW, a_reader, an_article
from tests.reader_site import SLUG, ReaderSite, elements

MOST = 60_000  # bytes, before any compression
LOADED = {"link": "href", "script": "src", "img": "src"}


def weight(site: ReaderSite, path: str) -> int:
    """The bytes of a page and of the style sheets, scripts and pictures that it names."""
    page = site.get(path)
    assert page.status_code in {200, 404, 410}, path
    total = len(page.data)
    for tag, attributes in elements(page):
        address = attributes.get(LOADED.get(tag, "")) or ""
        is_only_named = tag == "link" and attributes.get("rel") not in {"stylesheet", "icon"}
        if not address or is_only_named or address.startswith("data:"):
            continue
        assert not urlsplit(address).netloc, f"{path} loads {address}"
        with site.get(address) as loaded:
            total += len(loaded.data)
    return total


def test_every_reader_page_is_light(site: ReaderSite) -> None:
    with site.database.write() as session:
        newsletter = site.newsletter()
        for number in range(12):
            an_article(session, newsletter, f"Piece {number} " * 8, released_at=NOW - timedelta(hours=number + 1))
        pending = a_reader(session, newsletter, "pending@example.org", state=SubscriptionState.PENDING, joined_at=NOW)
        reader = a_reader(session, newsletter)
        gone = a_reader(session, newsletter, "gone@example.org", state=SubscriptionState.UNSUBSCRIBED)
        gone.left_at = NOW
    preferences = site.links.preferences(reader.id, reader.nonce)
    paths = {
        "form": f"/n/{SLUG}",
        "one more tap": f"/n/{SLUG}/one-more-tap",
        "frame": f"/embed/{SLUG}",
        "archive": f"/n/{SLUG}/archive",
        "confirm": site.links.confirm(pending.id, pending.confirm_nonce),
        "preferences": preferences,
        "own": f"{preferences}/own",
        "leave": site.links.leave(reader.id, reader.nonce),
        "left": site.links.leave(gone.id, gone.nonce),
        "unknown": "/unsubscribe/nonsense",
    }
    found = {name: weight(site, path) for name, path in paths.items()}
    assert {name: size for name, size in found.items() if size > MOST} == {}
