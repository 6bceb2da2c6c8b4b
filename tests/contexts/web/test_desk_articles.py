"""The articles at the desk: the list by state and words, each with its why, and what an editor decides."""

from datetime import timedelta

import pytest
from flask import Flask

from newsletter.feeds.articles import Decision, Standing
from tests.data import NOW, a_newsletter, an_article
from tests.desk import logged_in, press, services_of, words
from tests.desk_articles import LIST, a_held_article, a_house, article_of, mailed, the_article


def test_an_empty_list_says_what_to_do(app: Flask) -> None:
    a_house(app)
    page = words(logged_in(app).get(LIST))
    assert "No article has come yet. Connect a feed, or write one here." in page


def test_every_article_says_where_it_stands_and_why(app: Flask) -> None:
    a_house(app)
    the_article(app, "Free")
    the_article(app, "Fresh", released_at=NOW + timedelta(minutes=10))
    a_held_article(app)
    page = words(logged_in(app).get(LIST))
    assert "released It goes out with the next edition." in page
    assert "new until 10:10 It is new; what is mended by Tuesday 24 November, 10:10" in page
    assert "held An editor, or whoever handed it in, holds it." in page


@pytest.mark.parametrize(
    ("state", "shown"),
    [
        ("", ["Old", "Never", "Embargo", "Fresh", "Free", "Held", "Mailed"]),
        ("held", ["Held"]),
        ("new", ["Fresh"]),
        ("embargoed", ["Embargo"]),
        ("released", ["Free"]),
        ("edition", ["Mailed"]),
        ("never", ["Never"]),
        ("old", ["Old"]),
        ("nonsense", ["Old", "Never", "Embargo", "Fresh", "Free", "Held", "Mailed"]),
    ],
)
def test_a_filter_shows_the_articles_of_its_state(app: Flask, state: str, shown: list[str]) -> None:
    a_house(app)
    later = NOW + timedelta(days=1)
    ids = {
        "Old": the_article(app, "Old", standing=Standing.OLD, released_at=None),
        "Never": the_article(app, "Never", standing=Standing.NEVER, released_at=None),
        "Embargo": the_article(app, "Embargo", released_at=later, embargo_at=later),
        "Fresh": the_article(app, "Fresh", released_at=NOW + timedelta(minutes=10)),
        "Free": the_article(app, "Free"),
        "Held": a_held_article(app, "Held"),
        "Mailed": the_article(app, "Mailed"),
    }
    mailed(app, ids["Mailed"])
    page = logged_in(app).get(f"{LIST}?state={state}").text
    found = {title for title, article_id in ids.items() if f'id="article-{article_id}"' in page}
    assert found == set(shown)


def test_what_waits_for_an_editor_is_counted(app: Flask) -> None:
    a_house(app)
    a_held_article(app)
    browser = logged_in(app)
    assert "1 article waits for your decision and is not mailed before." in words(browser.get(LIST))
    assert "1 article waits for your decision; it is not mailed before." in words(browser.get("/desk/n/the-proof"))


def test_words_find_titles_also_those_that_an_editor_gave(app: Flask) -> None:
    a_house(app)
    ice = the_article(app, "Under the ice")
    named = the_article(app, "Dull", own_title="Rivers of ICE, 100 %")
    other = the_article(app, "A yeast")
    page = logged_in(app).get(f"{LIST}?q=ice").text
    assert f'id="article-{ice}"' in page
    assert f'id="article-{named}"' in page
    assert f'id="article-{other}"' not in page
    assert "No title has these words" in words(logged_in(app).get(f"{LIST}?q=%25_"))


def test_long_lists_come_page_by_page_the_newest_first(app: Flask) -> None:
    with services_of(app).database.write() as session:
        newsletter = a_newsletter(session)
        for number in range(53):
            an_article(session, newsletter, f"Piece {number:02}", released_at=NOW - timedelta(hours=number // 2))
    browser = logged_in(app)
    first = browser.get(LIST)
    assert first.text.count('class="article piece"') == 50
    older = browser.get(f"{LIST}?before={first.text.rpartition('before=')[2].partition(chr(34))[0]}")
    assert older.text.count('class="article piece"') == 3
    assert "Piece 52" in older.text
    assert "Older" not in words(older)


@pytest.mark.parametrize(
    ("decision", "standing"),
    [("hold", Standing.HELD), ("never", Standing.NEVER), ("release", Standing.FREE)],
)
def test_an_editor_decides_on_the_list_and_stays_there(app: Flask, decision: str, standing: Standing) -> None:
    a_house(app)
    article_id = the_article(app, released_at=NOW + timedelta(minutes=10))
    browser = logged_in(app)
    action = f"{LIST}/{article_id}/decide"
    answer = press(browser, f"{LIST}?state=new", action, decision=decision, list="yes", state="new", q="")
    assert answer.status_code == 303
    assert answer.headers["Location"] == f"{LIST}?state=new#article-{article_id}"
    assert article_of(app, article_id).standing == standing


def test_a_released_article_goes_out_from_now_on(app: Flask) -> None:
    a_house(app)
    article_id = a_held_article(app)
    browser = logged_in(app)
    press(browser, f"{LIST}/{article_id}", f"{LIST}/{article_id}/decide", decision="release")
    assert article_of(app, article_id).released_at == NOW
    assert "“Held back”: It goes out with the next edition." in words(browser.get(LIST))


def test_the_rules_decide_again_when_an_editor_lets_them(app: Flask) -> None:
    a_house(app)
    article_id = a_held_article(app)
    press(logged_in(app), f"{LIST}/{article_id}", f"{LIST}/{article_id}/decide", decision="")
    assert article_of(app, article_id).decision == Decision.NONE
    assert article_of(app, article_id).standing == Standing.FREE


def test_what_has_gone_out_offers_no_decision(app: Flask) -> None:
    a_house(app)
    article_id = the_article(app)
    edition_id = mailed(app, article_id)
    page = logged_in(app).get(f"{LIST}/{article_id}")
    assert "It went out in edition 7." in words(page)
    assert f'href="/desk/editions/{edition_id}"' in page.text
    assert f'action="{LIST}/{article_id}/decide"' not in page.text


@pytest.mark.parametrize("decision", ["hold", "delete", ""])
def test_a_late_or_unknown_decision_changes_nothing_and_says_so(app: Flask, decision: str) -> None:
    a_house(app)
    article_id = the_article(app)
    mailed(app, article_id)
    browser = logged_in(app)
    app.config["WTF_CSRF_ENABLED"] = False
    answer = browser.post(f"{LIST}/{article_id}/decide", data={"decision": decision}, follow_redirects=True)
    assert "Nothing was changed: this cannot be decided any more. It went out in edition 7." in words(answer)
    assert article_of(app, article_id).standing == Standing.FREE


def test_an_embargo_is_read_in_the_newsletters_zone(app: Flask) -> None:
    a_house(app)
    article_id = the_article(app)
    browser = logged_in(app)
    page, action = f"{LIST}/{article_id}", f"{LIST}/{article_id}/embargo"
    press(browser, page, action, day="2026-11-27", time="18:00")
    assert article_of(app, article_id).released_at == NOW.replace(day=27, hour=17)
    assert "It is under embargo until Friday 27 November, 18:00." in words(browser.get(page))
    press(browser, page, action, end="yes", day="2026-11-27", time="18:00")
    assert article_of(app, article_id).embargo_at is None


@pytest.mark.parametrize(
    ("day", "time", "sentence"),
    [
        ("2026-11-23", "18:00", "This moment has passed. Choose a later one, or release the article now."),
        ("yesterday", "18:00", "“yesterday 18:00” is no date."),
        ("2026-11-27", "", "Give the time too, like 18:00."),
        ("", "18:00", "Choose the day."),
        ("9999-12-31", "99:99", "is no date."),
    ],
)
def test_an_embargo_that_makes_no_sense_is_refused_and_kept(app: Flask, day: str, time: str, sentence: str) -> None:
    a_house(app)
    article_id = the_article(app)
    answer = press(logged_in(app), f"{LIST}/{article_id}", f"{LIST}/{article_id}/embargo", day=day, time=time)
    assert answer.status_code == 422
    assert sentence in words(answer)
    assert f'value="{day}"' in answer.text
    assert 'aria-invalid="true"' in answer.text
    assert article_of(app, article_id).embargo_at is None


def test_topics_are_ticked_and_those_of_others_are_passed_over(app: Flask) -> None:
    a_house(app)
    with services_of(app).database.write() as session:
        a_newsletter(session, "Another", topics=("Foreign",))
    article_id = the_article(app)
    browser = logged_in(app)
    page, action = f"{LIST}/{article_id}", f"{LIST}/{article_id}/topics"
    press(browser, page, action, topics="2")
    assert "Technology · seen" in words(browser.get(LIST))
    press(browser, page, action, topics="3")
    assert "no topic: goes to everyone" in words(browser.get(LIST))


def test_the_same_story_stands_beside_the_other(app: Flask) -> None:
    a_house(app)
    first = the_article(app, "A story", html="<p>The ferry left at nine and came back.</p>")
    second = the_article(
        app,
        "A story",
        standing=Standing.SAME_STORY,
        same_story_as=first,
        released_at=None,
        html="<p>The ferry left at nine and came back late.</p>",
    )
    browser = logged_in(app)
    page = words(browser.get(f"{LIST}/{second}"))
    assert "This one begins The ferry left at nine and came back late." in page
    assert "A story begins The ferry left at nine and came back." in page
    press(browser, f"{LIST}/{second}", f"{LIST}/{second}/decide", decision="release")
    assert article_of(app, second).standing == Standing.FREE


def test_the_text_can_only_be_read(app: Flask) -> None:
    a_house(app)
    article_id = the_article(app, html="<p>The words.</p>")
    answer = logged_in(app).get(f"{LIST}/{article_id}/text")
    assert "<p>The words.</p>" in answer.text
    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("sandbox allow-popups")
    assert "script" not in policy


@pytest.mark.parametrize("path", ["", "/text", "/edit"])
def test_an_article_of_another_newsletter_is_not_found(app: Flask, path: str) -> None:
    a_house(app)
    with services_of(app).database.write() as session:
        foreign = an_article(session, a_newsletter(session, "Another", topics=("Science",))).id
    browser = logged_in(app)
    for article_id in (foreign, 999, 2**70):
        assert browser.get(f"{LIST}/{article_id}{path}").status_code == 404


@pytest.mark.parametrize("what", ["decide", "embargo", "topics", "words", "site", "edit", "picture/again"])
def test_an_article_of_another_newsletter_cannot_be_changed(app: Flask, what: str) -> None:
    a_house(app)
    with services_of(app).database.write() as session:
        foreign = an_article(session, a_newsletter(session, "Another", topics=("Science",))).id
    browser = logged_in(app)
    app.config["WTF_CSRF_ENABLED"] = False
    said = {"decision": "never", "title": "Taken", "end": "yes", "alt": "", "markdown": "x"}
    assert browser.post(f"{LIST}/{foreign}/{what}", data=said).status_code == 404
    assert article_of(app, foreign).shown_title == "Under the ice shelf"
    assert article_of(app, foreign).standing == Standing.FREE


@pytest.mark.parametrize("what", ["decide", "embargo", "topics", "words", "site", "edit"])
def test_a_form_without_its_token_changes_nothing(app: Flask, what: str) -> None:
    a_house(app)
    article_id = a_held_article(app)
    answer = logged_in(app).post(f"{LIST}/{article_id}/{what}", data={"decision": "release", "title": "Taken"})
    assert answer.status_code == 400
    assert article_of(app, article_id).standing == Standing.HELD


def test_only_editors_see_articles(app: Flask) -> None:
    a_house(app)
    article_id = the_article(app)
    for path in ("", f"/{article_id}", f"/{article_id}/text", "/new"):
        answer = app.test_client().get(LIST + path)
        assert answer.status_code == 302
        assert "/desk/login" in answer.headers["Location"]


def test_hostile_words_are_words_and_nothing_else(app: Flask) -> None:
    a_house(app)
    evil = "<script>alert(1)</script>"
    article_id = the_article(app, evil, summary=evil, categories=[evil], url="javascript:alert(1)", author=evil)
    browser = logged_in(app)
    for path in (LIST, f"{LIST}/{article_id}", f"{LIST}?q={evil}"):
        page = browser.get(path).text
        assert "<script>alert" not in page
        assert 'href="javascript' not in page
