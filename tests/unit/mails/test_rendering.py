"""Mails as mail programs take them: their structure, their size, and articles with hostile texts."""

from collections.abc import Mapping
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise

import pytest

from newsletter.delivery.kinds import MailKind
from newsletter.language import ENGLISH
from newsletter.mails import digest
from newsletter.mails.content import ArticleBlock, Rendered
from newsletter.mails.digest import DigestFacts
from newsletter.mails.slots import filled
from newsletter.mails.variants import LARGEST_HTML, drawn
from tests.golden.facts import ARTICLES, DAY, LINKS, TOPICS, golden_mails, the_digest, the_newsletter, the_reader

HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</mj-text></mjml>{{ newsletter.secret }}{% raw %}",
    "--><b>![endif]--",
    "back\\slash \\u{e000}",
    "\U0001f469\u200d\U0001f680 e\u0301 \xa0 soft\xadhyphen",
    "\ue000leave\ue001 \ue000nonsense\ue001",
    "\u202eתוכחה\u202c יומית",
    "\ud800 half, \x00 nothing, \u2028 line\nline\r\nline",
    "&amp; &lt;b&gt; &#34;",
]


class Outline(HTMLParser):
    """The elements of a page, and its text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, Mapping[str, str | None]]] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data

    def all(self, tag: str) -> list[Mapping[str, str | None]]:
        """The elements of this name."""
        return [attributes for name, attributes in self.elements if name == tag]

    @property
    def shape(self) -> list[str]:
        """The names of all elements, in order."""
        return [name for name, _ in self.elements]


def a_digest_of(*blocks: ArticleBlock, more: int = 0) -> Rendered:
    """The digest of these articles, as one reader gets it."""
    shared = drawn(MailKind.DIGEST, DigestFacts(DAY, blocks, TOPICS, more), the_newsletter(), ENGLISH)
    return filled(shared, digest.personal(the_reader(), LINKS, 7))


@pytest.mark.parametrize("kind", list(MailKind))
def test_every_mail_is_a_page_that_a_screen_reader_can_follow(kind: MailKind) -> None:
    page = Outline(golden_mails()[kind].html)
    [html] = page.all("html")
    assert (html["lang"], html["dir"]) == ("en", "ltr")
    assert page.shape.count("h1") == page.shape.count("title") == 1
    assert all(table.get("role") == "presentation" for table in page.all("table"))
    assert any(each.get("role") == "article" and each.get("aria-label") for each in page.all("div"))
    assert {"name": "color-scheme", "content": "light dark"} in page.all("meta")
    for image in page.all("img"):
        assert image.get("alt") is not None
        assert image["width"]
        assert (image["height"] or "").isdigit()
    levels = [int(name[1]) for name in page.shape if name in {"h1", "h2", "h3"}]
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


@pytest.mark.parametrize("kind", list(MailKind))
def test_no_mail_runs_loads_or_tracks_anything(kind: MailKind) -> None:
    mail = golden_mails()[kind]
    page = Outline(mail.html)
    assert not {"script", "form", "iframe", "object", "svg", "link", "input", "embed"} & set(page.shape)
    assert "@import" not in mail.html
    assert "url(" not in mail.html
    own = ("https://www.dailyproof.example/", "https://news.example.org/")
    for attributes in [*page.all("a"), *page.all("img")]:
        assert str(attributes.get("href") or attributes.get("src")).startswith(own)
    assert all(str(image["src"]).endswith(".png") for image in page.all("img"))


@pytest.mark.parametrize("kind", list(MailKind))
def test_both_parts_are_of_equal_worth(kind: MailKind) -> None:
    mail = golden_mails()[kind]
    page = Outline(mail.html)
    for link in page.all("a"):
        assert f"\n{link['href']}\n" in mail.text
    for line in mail.text.splitlines():
        assert len(line) <= 78 or line.startswith("https://")
    assert "Bleisatzgasse 7, 10000 Berlin, Germany" in mail.text
    assert "Bleisatzgasse 7, 10000 Berlin, Germany" in mail.html
    assert not set("<>{}\ue000\ue001") & set(mail.text)
    assert not set("\ue000\ue001") & set(mail.html)


def test_a_digest_says_in_both_parts_all_that_its_articles_say() -> None:
    mail = golden_mails()[MailKind.DIGEST]
    page = Outline(mail.html)
    for each in ARTICLES:
        for said in (each.title, each.summary, each.author or "", f"{each.minutes} min"):
            assert said in " ".join(page.text.split())
            assert said in " ".join(mail.text.split())
    for part in (page.text, mail.text):
        assert "7 more articles" in part


def test_the_lead_stands_first_and_the_others_by_topic() -> None:
    text = golden_mails()[MailKind.DIGEST].text
    places = [text.index(wanted) for wanted in ("Under the ice", "== Science ==", "== Technology ==", "== Artificial")]
    assert places == sorted(places)


def test_a_digest_without_a_remainder_promises_none() -> None:
    mail = a_digest_of(*ARTICLES)
    assert "did not fit" not in mail.text
    assert "did not fit" not in mail.html


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_text_stays_text(text: str) -> None:
    block = replace(
        ARTICLES[0], title=text, summary=text, author=text, topic=text, picture=replace(ARTICLES[0].picture, alt=text)
    )
    plain = replace(
        block, title="T", summary="S", author="A", topic="O", picture=replace(ARTICLES[0].picture, alt="Alt")
    )
    other = replace(block, picture=None)
    page = Outline(a_digest_of(block, other).html)
    expected = Outline(a_digest_of(plain, replace(plain, picture=None)).html)
    assert page.shape == expected.shape
    assert [list(attributes) for _, attributes in page.elements] == [list(given) for _, given in expected.elements]
    [image] = page.all("img")
    shown = image["alt"] or ""
    assert shown
    # Attribute and text say the same, with every letter of other scripts as it was.
    assert page.text.count(shown) >= 4
    assert "alert" not in shown or "<" in shown
    assert not set("\ue000\ue001\u202e\x00\ud800") & set(page.text)


def test_a_retold_slot_in_a_title_is_no_slot() -> None:
    link = LINKS.leave(7, "nonce")
    mail = a_digest_of(replace(ARTICLES[0], title="\ue000leave\ue001"))
    assert mail.subject == "leave"
    assert mail.text.count(link) == 1


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "data:text/html,x", "//elsewhere.example", "", "http://[", "x y"]
)
def test_an_address_that_is_no_web_page_is_never_linked(url: str) -> None:
    block = replace(ARTICLES[0], url=url, picture=replace(ARTICLES[0].picture, url=url))
    page = Outline(a_digest_of(block).html)
    assert page.all("img") == []
    assert page.all("a")[1]["href"] == "https://www.dailyproof.example"


def test_an_address_with_odd_letters_is_one_word() -> None:
    mail = a_digest_of(replace(ARTICLES[0], url='https://proof.example/ä b?a=1&b="2"#<c>'))
    address = "https://proof.example/%C3%A4%20b?a=1&b=%222%22#%3Cc%3E"
    assert f"\n{address}\n" in mail.text
    assert address in [link["href"] for link in Outline(mail.html).all("a")]


@pytest.mark.parametrize("length", [300, 5_000, 50_000])
def test_no_digest_is_cut_by_a_mailbox(length: int) -> None:
    long = " ".join(["wörter"] * (length // 7))
    blocks = [
        replace(each, title=long, summary=long, url=f"{each.url}?q={'x' * min(length, 1_500)}") for each in ARTICLES
    ]
    mail = a_digest_of(*blocks, *blocks[:3], more=400)
    assert len(mail.html.encode()) <= LARGEST_HTML
    assert mail.html.count("<h3") + mail.html.count('<h2 class="lead"') == len(blocks) + 3


def test_an_ordinary_digest_is_far_from_the_limit() -> None:
    assert len(the_digest().html.encode()) < 50_000


def test_a_language_written_from_right_to_left_turns_the_page() -> None:
    mail = the_digest(newsletter=the_newsletter(language="ar"))
    page = Outline(mail.html)
    assert page.all("html")[0]["dir"] == "rtl"
    assert "direction:ltr" not in mail.html.replace(" ", "")
    assert "left" not in {cell.get("align") for cell in page.all("td")}
    assert all(image["align"] == "left" for image in page.all("img") if "align" in image)


def test_a_slot_without_a_value_makes_no_mail() -> None:
    with pytest.raises(KeyError):
        filled(the_digest(), {"reason": "Because."})


def test_a_value_is_never_taken_for_a_slot_and_is_escaped_in_html() -> None:
    shared = Rendered("s", "\ue000reason\ue001 \ue000leave\ue001", "<p>\ue000reason\ue001</p>")
    mail = filled(shared, {"reason": "<\ue000leave\ue001&>", "leave": "x"})
    assert mail.text == "<\ue000leave\ue001&> x"
    assert mail.html == "<p>&lt;\ue000leave\ue001&amp;&gt;</p>"
