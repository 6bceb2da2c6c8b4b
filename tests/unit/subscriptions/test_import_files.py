"""Files of readers come in: every encoding, separator and broken quote; nothing is lost."""

import io
import stat
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter.errors import RefusedError
from newsletter.subscriptions.importing.layouts import layout_of
from newsletter.subscriptions.importing.lines import BROKEN, TOO_LONG, TOO_MANY_CELLS, Record, records
from newsletter.subscriptions.importing.storing import store
from newsletter.subscriptions.importing.values import looks_like_address

MANY = 10_000_000


def stored(folder: Path, content: bytes) -> Path:
    return folder / store(io.BytesIO(content), folder, most=MANY).name


def stored_text(folder: Path, content: bytes) -> str:
    return stored(folder, content).read_text()


def read(path: Path, *, position: int = 0, line: int = 0) -> list[Record]:
    layout = layout_of(path)
    with path.open("rb") as file:
        return list(
            records(
                file,
                layout.separator,
                position=position or layout.position,
                line=line or layout.line,
                width=len(layout.columns),
                is_row=lambda cells: looks_like_address(cells[0]),
            )
        )


@pytest.mark.parametrize(
    "encoded",
    [
        "address,name\nanna@example.org,Änne €\n".encode(),
        "\ufeffaddress,name\r\nanna@example.org,Änne €\r\n".encode(),
        "address,name\nanna@example.org,Änne €\n".encode("cp1252"),
        "address,name\nanna@example.org,Änne €\n".encode("utf-16"),
        "address,name\nanna@example.org,Änne €\n".encode("utf-16-le"),
        "address,name\nanna@example.org,Änne €\n".encode("utf-16-be"),
        "address,name\ranna@example.org,Änne €\r".encode(),
    ],
    ids=["utf-8", "mark and carriage returns", "cp1252", "utf-16", "utf-16-le", "utf-16-be", "old mac"],
)
def test_whatever_the_encoding_the_text_is_the_same(tmp_path: Path, encoded: bytes) -> None:
    assert stored_text(tmp_path, encoded) == "address,name\nanna@example.org,Änne €\n"


def test_a_line_in_another_encoding_than_the_rest_is_read_too(tmp_path: Path) -> None:
    mixed = "a,ä\n".encode() + "b,ö\n".encode("cp1252") + "c,ü\n".encode()
    assert stored_text(tmp_path, mixed) == "a,ä\nb,ö\nc,ü\n"


def test_letters_that_lie_across_two_blocks_stay_whole(tmp_path: Path) -> None:
    line = "ö" * 40 + "\n"
    text = line * 30_000  # more than two blocks
    assert stored_text(tmp_path, text.encode()) == text
    assert stored_text(tmp_path, text.encode("utf-16")) == text


def test_nothing_that_a_database_cannot_keep_is_left(tmp_path: Path) -> None:
    assert "\x00" not in stored_text(tmp_path, b"address\nan\x00na@example.org\nben@example.org\n")


def test_only_this_installation_may_read_a_file(tmp_path: Path) -> None:
    path = stored(tmp_path / "imports", b"anna@example.org\n")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (b"PK\x03\x04rest", "ZIP"),
        (b"\xd0\xcf\x11\xe0rest", "spreadsheet"),
        (b"\x1f\x8brest", "compressed"),
        (b"%PDF-1.7", "PDF"),
        (b"", "empty"),
    ],
)
def test_what_is_no_text_is_refused_in_a_sentence_and_leaves_nothing(tmp_path: Path, content: bytes, word: str) -> None:
    with pytest.raises(RefusedError, match=word):
        store(io.BytesIO(content), tmp_path, most=MANY)
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_too_large_is_refused_and_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(RefusedError, match="larger than 2 MB"):
        store(io.BytesIO(b"a" * 2_000_001), tmp_path, most=2_000_000)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("text", "separator"),
    [
        ("address,name\na@x.org,b\n", ","),
        ("address;name\na@x.org;b\n", ";"),
        ("sep=;\naddress;name\na@x.org;b\n", ";"),
        ('"sep=;"\naddress;name\na@x.org;b\n', ";"),
        ("address\tname\na@x.org\tb\n", "\t"),
        ("\n\naddress,name\na@x.org,b\n", ","),
    ],
)
def test_the_separator_is_found(tmp_path: Path, text: str, separator: str) -> None:
    path = stored(tmp_path, text.encode())
    layout = layout_of(path)
    assert (layout.separator, layout.columns) == (separator, ("address", "name"))
    assert [record.cells for record in read(path)] == [["a@x.org", "b"]]
    assert read(path)[0].line == text.count("\n")


def test_columns_without_a_name_and_twice_the_same_are_told_apart(tmp_path: Path) -> None:
    path = stored(tmp_path, b"Email,,Email,email\na@x.org,,,\n")
    assert layout_of(path).columns == ("Email", "Column 2", "Email (2)", "email (3)")


def test_a_plain_list_of_addresses_has_no_head(tmp_path: Path) -> None:
    path = stored(tmp_path, b"anna@example.org\nben@example.org\n")
    assert layout_of(path).columns == ("Column 1",)
    assert [record.cells for record in read(path)] == [["anna@example.org"], ["ben@example.org"]]


def test_a_file_of_blank_lines_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RefusedError, match="no row"):
        layout_of(stored(tmp_path, b"\n \n\n"))


def test_line_breaks_in_a_cell_belong_to_it(tmp_path: Path) -> None:
    path = stored(tmp_path, b'a,note,b\nx@x.org,"one\ntwo, three\n""four""",1\ny@x.org,,2\n')
    first, second = read(path)
    assert first.cells == ["x@x.org", 'one\ntwo, three\n"four"', "1"]
    assert (first.line, first.last, second.line) == (2, 4, 5)


def test_a_quotation_mark_that_is_never_closed_costs_its_own_line_alone(tmp_path: Path) -> None:
    text = "a,b\n" + 'x@x.org,"open\n' + "".join(f"r{n}@x.org,{n}\n" for n in range(1000))
    found = read(stored(tmp_path, text.encode()))
    assert [(each.line, each.trouble) for each in found if each.trouble] == [(2, BROKEN)]
    assert found[0].cells == ['x@x.org,"open']
    assert [each.cells[0] for each in found[1:]] == [f"r{n}@x.org" for n in range(1000)]
    assert [each.line for each in found] == list(range(2, 1003))


def test_two_broken_lines_do_not_swallow_what_lies_between_them(tmp_path: Path) -> None:
    lines = ['p@x.org,"open', "q@x.org,1", "r@x.org,2", 's@x.org,"open too', "t@x.org,3"]
    found = read(stored(tmp_path, ("a,b\n" + "\n".join(lines)).encode()))
    assert [each.trouble for each in found] == [BROKEN, "", "", BROKEN, ""]
    assert [each.line for each in found] == [2, 3, 4, 5, 6]


def test_a_line_without_end_is_named_and_the_next_one_read(tmp_path: Path) -> None:
    text = "a,b\n" + "x" * 250_000 + "\ny@x.org,1\n"
    found = read(stored(tmp_path, text.encode()))
    assert [(each.line, each.trouble) for each in found] == [(2, TOO_LONG), (3, "")]


def test_more_cells_than_columns_are_named_and_empty_ones_are_none(tmp_path: Path) -> None:
    found = read(stored(tmp_path, b"a,b\nx@x.org,1,2\ny@x.org,1,,\nz@x.org\n"))
    assert [each.trouble for each in found] == [TOO_MANY_CELLS, "", ""]
    assert found[2].cells == ["z@x.org"]


def test_reading_goes_on_where_it_ended(tmp_path: Path) -> None:
    text = 'a,b\nx@x.org,"one\ntwo"\n\ny@x.org,"open\nz@x.org,3\n'
    path = stored(tmp_path, text.encode())
    whole = read(path)
    for at, record in enumerate(whole):
        assert read(path, position=record.end, line=record.last) == whole[at + 1 :]


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(['"', ",", "\n", "a@x.org", "word", "\r\n", " ", ";", "\t"]), max_size=60))
def test_no_line_is_lost_whatever_the_file_holds(tmp_path_factory: pytest.TempPathFactory, pieces: list[str]) -> None:
    path = stored(tmp_path_factory.mktemp("any"), ("head,er\n" + "".join(pieces) + "\nlast@x.org,1\n").encode())
    found = read(path)
    lines = path.read_text().split("\n")
    covered = {number for each in found for number in range(each.line, each.last + 1)}
    # Blank lines alone are passed over.
    assert {number for number, line in enumerate(lines, start=1) if line and number > 1} <= covered
    assert [each.line for each in found] == sorted(each.line for each in found)
