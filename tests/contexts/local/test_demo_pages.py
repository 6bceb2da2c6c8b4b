"""The pages that the demo's digests lead to."""

import re
from typing import TYPE_CHECKING

import pytest

from newsletter.local.demo import seeding
from newsletter.local.demo.samples import samples
from newsletter.web.doors import EXTENSION
from tests.data import NOW, a_newsletter

if TYPE_CHECKING:
    from flask import Flask

    from newsletter.wiring import Services


def parts_of(app: "Flask") -> "Services":
    made: Services = app.extensions[EXTENSION]
    return made


def test_every_article_has_its_page_with_its_picture(app: "Flask") -> None:
    parts = parts_of(app)
    with parts.database.write() as session:
        seeding.seed(session, parts.settings.base_url, now=NOW)
    browser = app.test_client()
    for sample in samples():
        page = browser.get(f"/demo/{sample.slug}")
        assert page.status_code == 200
        assert sample.title.replace("'", "&#39;") in page.text
        assert sample.paragraphs[-1].split(".")[0].split('"')[0].split("'")[0] in page.text
        for picture in re.findall(r'<img[^>]*src="http://localhost(/static/demo/[^"]+)"', page.text):
            with browser.get(picture) as answer:
                assert answer.status_code == 200
        assert ("<img" in page.text) == bool(sample.picture)


@pytest.mark.parametrize("slug", ["under-the-ice-shelf-a-river-runs-the-wrong-way", "..%2f..%2fapp", "%"])
def test_without_the_demo_there_are_none(app: "Flask", slug: str) -> None:
    with parts_of(app).database.write() as session:
        a_newsletter(session)
    assert app.test_client().get(f"/demo/{slug}").status_code == 404


def test_an_article_that_is_not_there_is_not_found(app: "Flask") -> None:
    parts = parts_of(app)
    with parts.database.write() as session:
        seeding.seed(session, parts.settings.base_url, now=NOW)
    assert app.test_client().get("/demo/nothing-of-the-sort").status_code == 404
