"""The API: programs hand in articles and see where they stand."""

import json
from typing import Any

from newsletter.accounts.keys import ApiKey
from tests.cms import ARTICLES, ICE, Cms, error_of
from tests.conftest import StandingClock


def test_a_new_article_is_stored_and_answered_with_where_it_stands(cms: Cms) -> None:
    answer = cms.send(ICE)
    assert answer.status_code == 201
    [kept] = cms.stored()
    said = answer.get_json()
    assert said["id"] == kept.id
    assert (said["url"], said["title"], said["topics"]) == (ICE["url"], ICE["title"], ["science"])
    assert (said["state"], said["changed"]) == ("new", True)
    assert said["why"]
    assert said["desk_url"].endswith(f"/desk/n/the-proof-of-our-cms/articles/{kept.id}")
    assert cms.get(answer.headers["Location"]).get_json()["id"] == kept.id
    assert said["released_at"] == "2026-11-24T09:15:00Z"
    assert (kept.origin, kept.author, kept.html) == ("api", "Maren Oduya", ICE["html"])
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in answer.headers


def test_what_is_known_is_edited_by_its_id_or_its_address(cms: Cms) -> None:
    first = cms.send(ICE).get_json()
    moved = cms.send(ICE | {"url": "https://proof.example/ice-2", "title": "Under the ice"})
    assert moved.status_code == 200
    assert (moved.get_json()["id"], moved.get_json()["changed"]) == (first["id"], True)
    same = cms.send({"url": "https://proof.example/ice", "title": "Under the ice", "html": ICE["html"]})
    assert (same.status_code, same.get_json()["id"]) == (200, first["id"])
    assert len(cms.stored()) == 1


def test_the_same_again_changes_nothing(cms: Cms) -> None:
    cms.send(ICE)
    again = cms.send(ICE)
    assert again.status_code == 200
    assert again.get_json()["changed"] is False


def test_text_and_markdown_become_safe_html(cms: Cms) -> None:
    cms.send(ICE | {"id": "1", "url": "https://proof.example/1", "html": "", "text": "One & <two>\nthree\n\nfour"})
    cms.send(
        ICE
        | {"id": "2", "url": "https://proof.example/2", "html": "", "markdown": "**Bold** <script>x</script> [a](/b)"}
    )
    cms.send(ICE | {"id": "3", "url": "https://proof.example/3", "html": '<p onclick="x()">A<script>x</script></p>'})
    text, markdown, html = cms.stored()
    assert text.html == "<p>One &amp; &lt;two&gt;<br>three</p><p>four</p>"
    assert "<strong>Bold</strong>" in markdown.html
    assert "<script" not in markdown.html
    assert 'href="https://proof.example/b"' in markdown.html
    assert markdown.markdown == "**Bold** <script>x</script> [a](/b)"
    assert html.html == "<p>A</p>"


def test_hold_and_embargo_are_kept(cms: Cms) -> None:
    held = cms.send(ICE | {"hold": True}).get_json()
    assert (held["state"], held["released_at"]) == ("held", None)
    later = cms.send(
        ICE
        | {"id": "2", "url": "https://proof.example/later", "title": "Later", "html": "<p>Something else.</p>"}
        | {"embargo_until": "2026-11-27T18:00:00+01:00"}
    ).get_json()
    assert (later["state"], later["released_at"]) == ("embargoed", "2026-11-27T17:00:00Z")


def test_an_embargo_that_is_told_later_holds_what_has_not_gone_out(cms: Cms) -> None:
    cms.send(ICE)
    told = cms.send(ICE | {"embargo_until": "2026-11-27T18:00:00+01:00"}).get_json()
    assert (told["state"], told["released_at"]) == ("embargoed", "2026-11-27T17:00:00Z")
    assert told["changed"] is True
    again = cms.send(ICE | {"embargo_until": "2026-11-27T17:00:00Z"}).get_json()
    assert (again["state"], again["changed"]) == ("embargoed", False)


def test_topics_are_known_by_their_names_too(cms: Cms) -> None:
    assert cms.send(ICE | {"topics": ["SCIENCE", "Technology"]}).get_json()["topics"] == ["science", "technology"]


def test_without_a_text_the_page_is_read_later(cms: Cms) -> None:
    cms.send({"url": "https://proof.example/bare", "title": "Bare"})
    [kept] = cms.stored()
    assert kept.page_due_at is not None


def test_a_key_shows_the_articles_of_its_newsletter_only(cms: Cms) -> None:
    other = Cms(cms.app, cms.parts, "another")
    foreign = other.send(ICE).get_json()["id"]
    assert cms.get(f"{ARTICLES}/{foreign}").status_code == 404
    assert error_of(cms.get(f"{ARTICLES}/{2**70}"))["code"] == "not_found"
    assert cms.get().get_json()["articles"] == []
    assert other.get(f"{ARTICLES}/{foreign}").get_json()["title"] == ICE["title"]


def test_the_use_of_a_key_is_noted_when_something_is_handed_in(cms: Cms, clock: StandingClock) -> None:
    cms.get()
    with cms.parts.database.read() as session:
        assert session.get_one(ApiKey, cms.key_id).last_used_at is None
    cms.send(ICE)
    with cms.parts.database.read() as session:
        assert session.get_one(ApiKey, cms.key_id).last_used_at == clock.now()


def test_articles_are_listed_newest_first_in_pages(cms: Cms) -> None:
    for number in range(5):
        article = {"url": f"https://proof.example/{number}", "title": f"Number {number}", "text": f"Text {number}."}
        assert cms.send(article).status_code == 201
    seen: list[str] = []
    path: str | None = f"{ARTICLES}?limit=2"
    while path:
        page = cms.get(path).get_json()
        seen += [each["title"] for each in page["articles"]]
        path = f"{ARTICLES}?limit=2&before={page['next_before']}" if page["next_before"] else None
    assert seen == [f"Number {number}" for number in (4, 3, 2, 1, 0)]


def test_the_description_names_every_way_in_and_no_other(cms: Cms) -> None:
    answer = cms.app.test_client().get("/api/v1/openapi.json")
    assert answer.status_code == 200
    spec = answer.get_json()
    assert spec["openapi"].startswith("3.1")
    ways = {(method, path) for path, operations in spec["paths"].items() for method in operations}
    assert ways == {("get", ARTICLES), ("post", ARTICLES), ("get", f"{ARTICLES}/{{article_id}}")}
    for path in spec["paths"].values():
        for operation in path.values():
            assert operation["security"] == [{"key": []}]
            assert {"401"} <= set(operation["responses"])
            refusals = [each for status, each in operation["responses"].items() if int(status) >= 400]
            assert all(list(each["content"]) == ["application/problem+json"] for each in refusals)
    text = json.dumps(spec)
    names = {"url", "title", "html", "markdown", "embargo_until", "hold"}
    assert names <= set(spec["components"]["schemas"]["Submitted"]["properties"])
    for reference in [part.partition('"')[0] for part in text.split('"$ref": "#/')[1:]]:
        found: Any = spec
        for step in reference.split("/"):
            found = found[step]
    assert "cdn" not in text
