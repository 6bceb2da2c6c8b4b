"""`gazette article …`: adding and importing articles."""

import json
from pathlib import Path

import pytest
from sqlalchemy import select

from newsletter.feeds.articles import Article, Standing
from tests.command_line import CommandLine
from tests.loopback_site import Site, page

MARKDOWN = "---\ntitle: Under the ice\nurl: https://proof.example/ice\ntopics: science\n---\nThe ice is **thin**.\n"
PAGE = (
    "<!doctype html><html lang=en><head><title>The ferry that charges itself</title>"
    '<meta property="og:type" content="article"></head><body><article><h1>The ferry that charges itself</h1>'
    + "".join(
        f"<p>Sentence {n} tells how the tide turns the wheel that fills the cells of the ferry.</p>" for n in range(9)
    )
    + "</article></body></html>"
)
POSTS = (
    "Title,Slug,Post Page URL,Plain Content,Cover Image,Categories\n"
    "One,one,/post/one,Text one.,wix:image://v1/1_a~mv2.jpg/x.jpg#originWidth=9,Science\n"
    "Two,two,/post/two,Text two.,,\n"
    "None,,,Nowhere to be found.,,\n"
    "One again,one,https://proof.example/post/one,Text one.,,\n"
)


def articles(line: CommandLine) -> list[Article]:
    with line.database.read() as session:
        return list(session.scalars(select(Article).order_by(Article.id)))


def a_file(tmp_path: Path, name: str, content: str) -> str:
    path = tmp_path / name
    path.write_text(content)
    return str(path)


def test_a_markdown_file_is_added_and_known_the_next_time(line: CommandLine, tmp_path: Path) -> None:
    file = a_file(tmp_path, "ice.md", MARKDOWN)
    first, again = line.run("article", "add", file), line.run("article", "add", file)
    assert first.code == again.code == 0
    assert first.out.startswith("Under the ice: added")
    assert again.out.startswith("Under the ice: known already, unchanged")
    [kept] = articles(line)
    assert (kept.url, kept.origin, kept.html) == (
        "https://proof.example/ice",
        "command",
        "<p>The ice is <strong>thin</strong>.</p>",
    )


def test_a_file_without_an_address_gets_a_page_here(line: CommandLine, tmp_path: Path) -> None:
    file = a_file(tmp_path, "ice.md", "# Under the ice\n\nThin.")
    assert line.run("article", "add", file).code == 0
    assert "known already" in line.run("article", "add", file).out
    [kept] = articles(line)
    assert kept.url == f"http://localhost/n/the-proof/articles/{kept.id}"


def test_what_is_said_on_the_command_line_outranks_the_file(line: CommandLine, tmp_path: Path) -> None:
    file = a_file(tmp_path, "ice.md", MARKDOWN)
    done = line.run("article", "add", file, "--hold", "--embargo", "2099-11-27 18:00", "--topic", "technology")
    assert done.code == 0
    [kept] = articles(line)
    assert kept.standing == Standing.HELD
    assert kept.embargo_at is not None
    assert kept.embargo_at.isoformat() == "2099-11-27T17:00:00+00:00"


def test_a_list_in_json_is_added(line: CommandLine, tmp_path: Path) -> None:
    every = [{"url": f"https://proof.example/{n}", "title": f"Number {n}", "text": f"Text {n}."} for n in range(3)]
    done = line.run("article", "add", a_file(tmp_path, "all.json", json.dumps(every)))
    assert (done.code, done.out.count("added")) == (0, 3)
    assert len(articles(line)) == 3


def test_a_page_of_the_web_is_read(line: CommandLine) -> None:
    with Site(pages={"/ferry": page(PAGE.encode(), Content_Type="text/html")}) as site:
        done = line.run("article", "add", site.url("/ferry"))
        assert (done.code, done.err) == (0, "")
        [kept] = articles(line)
        assert kept.url == site.url("/ferry")
    assert kept.title == "The ferry that charges itself"
    assert "Sentence 8" in kept.html


def test_a_page_in_a_file_needs_its_address(line: CommandLine, tmp_path: Path) -> None:
    file = a_file(tmp_path, "ferry.html", PAGE)
    refused = line.run("article", "add", file)
    assert (refused.code, articles(line)) == (1, [])
    assert "Give its address with --url" in refused.err
    assert line.run("article", "add", file, "--url", "https://proof.example/ferry").code == 0
    assert [each.url for each in articles(line)] == ["https://proof.example/ferry"]


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("a.json", "{", "This is no JSON"),
        ("a.json", '{"title": "x"}', "url: This is needed."),
        ("a.json", '{"url": "https://x.example/a", "title": "x", "topics": ["cooking"]}', "no topic cooking"),
        ("a.json", '[{"url": "https://x.example/a", "title": "x"}, {"url": "x"}]', "Article 2 of 2: url: Give an http"),
        ("a.json", '[{"url": "https://x.example/a", "title": "x", "topics": ["no"]}]', "no topic no"),
        ("a.json", "", "The file is empty"),
        ("a.md", "nothing but text", "has no title"),
        ("a.md", "# A\0title", "This is no text"),
        ("a.md", "---\ntitel: x\n---\n# A title", "titel: There is no such field"),
        ("a.html", "", "The file is empty"),
        ("posts.csv", POSTS, "gazette article import"),
        ("a.pdf", "x", ".md, .html and .json"),
        ("missing/a.md", "", "cannot be read"),
    ],
)
def test_what_cannot_be_added_is_said_in_one_line(
    line: CommandLine, tmp_path: Path, name: str, content: str, sentence: str
) -> None:
    path = str(tmp_path / name) if "/" in name else a_file(tmp_path, name, content)
    done = line.run("article", "add", path)
    assert (done.code, done.out) == (1, "")
    assert sentence in done.err
    assert done.err.count("\n") == 1
    assert articles(line) == []


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ("ftp://proof.example/ice", "Articles are read from http and https addresses, like"),
        ("https://me:secret@proof.example/ice", "articles are read without one. Leave it out."),
    ],
)
def test_an_address_that_cannot_be_one_of_an_article_is_refused_as_that(
    line: CommandLine, address: str, sentence: str
) -> None:
    done = line.run("article", "add", address)
    assert (done.code, done.out) == (1, "")
    assert sentence in done.err
    assert "eeds" not in done.err


def test_a_list_with_a_bad_article_adds_none_of_it(line: CommandLine, tmp_path: Path) -> None:
    first = {"url": "https://proof.example/1", "title": "One"}
    file = a_file(tmp_path, "all.json", json.dumps([first, first | {"topics": ["cooking"]}]))
    assert line.run("article", "add", file).code == 1
    assert articles(line) == []


@pytest.mark.parametrize(
    "text", ["# Under the ice\n\nThin.", '{"url": "https://x.example/a", "title": "Under the ice"}']
)
def test_an_article_comes_in_by_a_pipe(line: CommandLine, text: str) -> None:
    done = line.run("article", "add", "-", typed=text)
    assert (done.code, done.err) == (0, "")
    assert [each.title for each in articles(line)] == ["Under the ice"]


def test_the_front_matter_of_site_generators_is_understood(line: CommandLine, tmp_path: Path) -> None:
    matter = "title: Ice\ndate: 2026-11-20\ndescription: Thin.\ntags: [Science]\nlang: en\ndraft: true"
    assert line.run("article", "add", a_file(tmp_path, "ice.md", f"---\n{matter}\n---\nText.\n")).code == 0
    [kept] = articles(line)
    assert (kept.summary, kept.language, kept.standing) == ("Thin.", "en", Standing.HELD)


def test_one_bad_file_leaves_the_others_to_be_added(line: CommandLine, tmp_path: Path) -> None:
    good = a_file(tmp_path, "ice.md", MARKDOWN)
    done = line.run("article", "add", a_file(tmp_path, "a.json", "{"), good)
    assert done.code == 1
    assert "added" in done.out
    assert len(articles(line)) == 1


def test_a_dry_run_says_what_an_import_would_do_and_does_nothing(line: CommandLine, tmp_path: Path) -> None:
    done = line.run("article", "import", a_file(tmp_path, "posts.csv", POSTS), "--dry-run")
    assert done.out.startswith("4 posts: 2 new, 0 known, 1 without an address (row 4), 1 twice in the file (row 5)\n")
    assert "Nothing was changed" in done.out
    assert articles(line) == []


def test_imported_posts_are_old_and_come_in_once(line: CommandLine, tmp_path: Path) -> None:
    file = a_file(tmp_path, "posts.csv", POSTS)
    assert line.run("article", "import", file).out.startswith("4 posts: 2 new, 0 known")
    assert line.run("article", "import", file).out.startswith("4 posts: 0 new, 2 known")
    one, two = articles(line)
    assert (one.url, two.url) == ("https://proof.example/post/one", "https://proof.example/post/two")
    assert one.standing == two.standing == Standing.OLD
    assert one.released_at is None
    assert one.image_url == "https://static.wixstatic.com/media/1_a~mv2.jpg"


def test_an_import_of_something_else_is_refused(line: CommandLine, tmp_path: Path) -> None:
    done = line.run("article", "import", a_file(tmp_path, "contacts.csv", "First Name,Last Name\nAnna,Berg\n"))
    assert done.code == 1
    assert "no export of blog posts from Wix" in done.err


def test_articles_are_listed_with_where_they_stand(line: CommandLine, tmp_path: Path) -> None:
    assert "no article yet" in line.run("article", "list").out
    line.run("article", "add", a_file(tmp_path, "ice.md", MARKDOWN), "--hold")
    assert "held:" in line.run("article", "list").out
    [listed] = json.loads(line.run("article", "list", "--json").out)
    assert (listed["title"], listed["state"], listed["released_at"]) == ("Under the ice", "held", None)
