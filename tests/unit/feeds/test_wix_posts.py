"""The posts that Wix exports as CSV."""

import csv
import io
import json
from contextlib import suppress
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.errors import RefusedError
from newsletter.feeds.importing.tables import rows_of
from newsletter.feeds.importing.wix import Post, posts_of
from newsletter.feeds.parsing.items import ParsedItem

SITE = "https://www.proof.example"
COLUMNS = (
    *("Author", "Main Category", "Title", "Excerpt", "ID", "Tags", "Featured", "Slug", "Plain Content", "Cover Image"),
    *("Published Date", "Categories", "Rich Content", "Post Page URL", "Last Published Date", "Internal ID"),
)
RICH = json.dumps({"nodes": [{"type": "PARAGRAPH", "nodes": [{"type": "TEXT", "textData": {"text": "Thin ice."}}]}]})
ICE = {
    "Author": "Maren Oduya",
    "Main Category": "Science",
    "Title": "Under the ice, a river",
    "Excerpt": "It runs the wrong way.",
    "ID": "0f6a2f6e-6f0f-4d2c-9b7e-1a2b3c4d5e6f",
    "Tags": '["0f6a2f6e-6f0f-4d2c-9b7e-aaaaaaaaaaaa"]',
    "Slug": "under-the-ice",
    "Plain Content": "Thin ice.",
    "Cover Image": "wix:image://v1/11_8e~mv2.jpg/ice.jpg#originWidth=1200&originHeight=800",
    "Published Date": "2024-05-02T09:30:00.000Z",
    "Categories": '["Science", "Oceans"]',
    "Rich Content": RICH,
    "Post Page URL": "/post/under-the-ice",
    "Last Published Date": "2024-05-03T10:00:00.000Z",
}


def table(*rows: dict[str, str], separator: str = ",") -> str:
    """An export with these rows."""
    written = io.StringIO()
    writer = csv.writer(written, delimiter=separator)
    writer.writerow(COLUMNS)
    writer.writerows([[row.get(name, "") for name in COLUMNS] for row in rows])
    return written.getvalue()


def posts(content: bytes | str) -> list[Post]:
    return list(posts_of(rows_of(content.encode() if isinstance(content, str) else content), SITE))


def the_item(**changes: str) -> ParsedItem:
    """The article of one row."""
    [post] = posts(table(ICE | {name.replace("_", " "): value for name, value in changes.items()}))
    assert post.item is not None
    return post.item


def test_a_post_comes_in_whole() -> None:
    item = the_item()
    assert item.url == "https://www.proof.example/post/under-the-ice"
    assert (item.title, item.summary, item.author) == (
        "Under the ice, a river",
        "It runs the wrong way.",
        "Maren Oduya",
    )
    assert item.guid == ICE["ID"]
    assert item.html == "<p>Thin ice.</p>"
    assert item.image_url == "https://static.wixstatic.com/media/11_8e~mv2.jpg"
    assert item.categories == ("Science", "Oceans")
    assert item.published_at == datetime(2024, 5, 2, 9, 30, tzinfo=UTC)
    assert item.updated_at == datetime(2024, 5, 3, 10, 0, tzinfo=UTC)


def test_without_rich_content_the_plain_one_is_taken() -> None:
    assert the_item(Rich_Content="", Plain_Content="One.\nTwo.\n\nThree").html == "<p>One.<br>Two.</p><p>Three</p>"
    assert the_item(Rich_Content="{broken", Plain_Content="One.").html == "<p>One.</p>"


def test_without_a_cover_the_first_picture_of_the_text_is_taken() -> None:
    picture = {"type": "IMAGE", "imageData": {"image": {"src": {"id": "2_b~mv2.png"}}, "altText": "Ice"}}
    item = the_item(Cover_Image="", Rich_Content=json.dumps({"nodes": [picture]}))
    assert (item.image_url, item.image_alt) == ("https://static.wixstatic.com/media/2_b~mv2.png", "Ice")


@pytest.mark.parametrize(
    ("cell", "names"),
    [
        ('["Oceans", "Ice"]', ("Science", "Oceans", "Ice")),
        ("Oceans, Ice", ("Science", "Oceans", "Ice")),
        ('[{"label": "Oceans"}, {"name": "Ice"}, {}]', ("Science", "Oceans", "Ice")),
        ('["507f1f77bcf86cd799439011", "Ice"]', ("Science", "Ice")),
        ("[Oceans, Ice]", ("Science", "Oceans", "Ice")),
        ("[]", ("Science",)),
        ("", ("Science",)),
    ],
)
def test_categories_are_names_however_they_are_written(cell: str, names: tuple[str, ...]) -> None:
    assert the_item(Categories=cell, Tags="").categories == names


@pytest.mark.parametrize(
    "cell",
    [
        "2024-05-02T09:30:00Z",
        "2024-05-02 09:30:00",
        "Thu, 02 May 2024 09:30:00 GMT",
        "2024-05-02T11:30:00+02:00",
        "02.05.2024 09:30",
    ],
)
def test_dates_are_read_however_they_are_written(cell: str) -> None:
    assert the_item(Published_Date=cell).published_at == datetime(2024, 5, 2, 9, 30, tzinfo=UTC)


@pytest.mark.parametrize("cell", ["soon", "0000-00-00", "0001-01-01T00:00:00+14:00", "99999999999999"])
def test_a_date_that_is_none_is_none(cell: str) -> None:
    assert the_item(Published_Date=cell).published_at is None


@pytest.mark.parametrize(
    ("page", "slug", "address"),
    [
        ("https://other.example/post/x", "x", "https://other.example/post/x"),
        ("/post/x", "", "https://www.proof.example/post/x"),
        ("", "x", "https://www.proof.example/post/x"),
    ],
)
def test_addresses_begin_at_the_site(page: str, slug: str, address: str) -> None:
    assert the_item(Post_Page_URL=page, Slug=slug).url == address


@pytest.mark.parametrize("page", ["", "javascript:alert(1)", "http://[broken"])
def test_a_post_without_an_address_is_named_by_its_row(page: str) -> None:
    second = ICE | {"Post Page URL": page, "Slug": ""}
    assert [(post.row, post.item is None) for post in posts(table(ICE, second))] == [(2, False), (3, True)]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_every_encoding_and_separator_of_spreadsheets_is_read(encoding: str, separator: str) -> None:
    text = table(ICE | {"Title": "Größe – “ice”, and; more"}, separator=separator)
    [post] = posts(text.encode(encoding))
    assert post.item is not None
    assert post.item.title == "Größe – “ice”, and; more"


def test_new_lines_in_quotes_ragged_and_blank_rows_are_read() -> None:
    text = 'sep=;\r\nTitle;Slug;Excerpt;;Title\r\n\r\n"A\r\nB";a\r\n;;;;\r\nC;c;x;y;z;too;many\r\n'
    read = posts(text)
    assert [post.item.title for post in read if post.item] == ["A B", "C"]


@pytest.mark.parametrize("content", [b"\x00\x01\x02\nx", b"First Name,Last Name\nAnna,Berg\n", b"Title\nx\n"])
def test_other_tables_are_refused_with_a_sentence(content: bytes) -> None:
    with pytest.raises(RefusedError, match="no export of blog posts from Wix"):
        posts(content)


@given(st.binary(max_size=300))
def test_no_bytes_make_it_fail_but_with_a_sentence(content: bytes) -> None:
    for head in (b"", b"Title,Slug,Post Page URL,Published Date,Rich Content,Categories\n"):
        with suppress(RefusedError):
            assert all(post.row > 1 for post in posts(head + content))


def test_a_post_without_a_date_of_publication_is_a_draft() -> None:
    [draft, published] = posts(table(ICE | {"Published Date": ""}, ICE))
    assert (draft.item, draft.is_draft) == (None, True)
    assert not published.is_draft
    [undated] = posts("Title,Slug\nUnder the ice,ice\n")
    assert undated.item is not None


@pytest.mark.parametrize("content", ["", "\n\n", "Title,Slug\n", "<html></html>"])
def test_a_table_without_a_post_is_refused(content: str) -> None:
    with pytest.raises(RefusedError, match="no post in this file"):
        posts(content)
