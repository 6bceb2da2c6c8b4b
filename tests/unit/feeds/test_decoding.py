"""From bytes to text, whatever is declared."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.feeds.parsing.decoding import decode


def declared(encoding: str, text: str) -> str:
    return f'<?xml version="1.0" encoding="{encoding}"?><rss>{text}</rss>'


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("utf-8", "Größe, 日本, 🧊"),
        ("iso-8859-1", "Größe"),
        ("windows-1252", "“Größe” – 5 €"),
        ("iso-8859-15", "5 €"),
        ("windows-1251", "Наука"),
        ("koi8-r", "Наука"),
        ("gb2312", "科学"),
        ("big5", "科學"),
        ("shift_jis", "科学"),
        ("euc-jp", "科学"),
        ("iso-2022-jp", "科学"),
        ("euc-kr", "과학"),
        ("utf-16", "Größe"),
        ("cp437", "Größe"),
        ("ibm850", "Größe"),
        ("ibm862", "שלום"),
        ("cp1125", "Наука"),
        ("koi8-t", "Наука"),
        ("macturkish", "Değişim"),
        ("maclatin2", "Žluťoučký"),
        ("cp037", "Größe"),
        ("ibm500", "Größe"),
    ],
)
def test_a_declared_encoding_is_read(encoding: str, text: str) -> None:
    assert text in decode(declared(encoding, text).encode(encoding), None)


def test_the_encoding_of_the_header_is_read() -> None:
    assert decode("<rss>Наука</rss>".encode("cp1251"), "text/xml; charset=windows-1251") == "<rss>Наука</rss>"


@pytest.mark.parametrize(
    "wrong", ["iso-8859-1", "us-ascii", "windows-1251", "nonsense", "utf-16", "hex", "idna", "punycode"]
)
def test_utf_8_is_known_whatever_is_declared(wrong: str) -> None:
    assert "Größe" in decode(declared(wrong, "Größe").encode(), f"text/xml; charset={wrong}")


def test_latin_1_declared_as_utf_8_is_read() -> None:
    assert "Größe – naïve" in decode(declared("utf-8", "Größe – naïve").encode("cp1252"), None)


@pytest.mark.parametrize("text", ["<rss>Größe</rss>", '{"title": "Größe"}'])
@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_text_in_16_bits_is_known_without_mark_or_declaration(text: str, encoding: str) -> None:
    assert decode(text.encode(encoding), None) == text


@pytest.mark.parametrize("encoding", ["utf-32", "utf-32-le", "utf-32-be"])
def test_text_in_32_bits_is_known(encoding: str) -> None:
    assert decode("<rss>Größe</rss>".encode(encoding), None) == "<rss>Größe</rss>"


@pytest.mark.parametrize(
    ("pasted", "read"),
    [
        (b"Espa\xf1a", "España"),
        (b"caf\xe9.", "café."),
        (b"\x93quoted\x94", "“quoted”"),
        (b"it\x92s", "it’s"),
        (b"5\x80", "5€"),
        (b"cut off: f\xc3.", "cut off: f\ufffd."),  # half an ü
        (b"cut off \xe2\x80.", "cut off \ufffd."),  # two thirds of a quotation mark
    ],
)
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_old_western_letters_within_utf_8_are_read(pasted: bytes, read: str, mark: bytes) -> None:
    assert decode(mark + "Größe, Übung, Äpfel, ".encode() + pasted, None) == f"Größe, Übung, Äpfel, {read}"


@pytest.mark.parametrize("text", ["Наука и жизнь", "科学の新聞"])
def test_within_another_script_a_broken_letter_stays_broken(text: str) -> None:
    assert decode(text.encode() + b" \xd0 \x93", None) == f"{text} \ufffd \ufffd"


def test_many_broken_letters_are_read_soon() -> None:
    content = ("Größe, Übung, Äpfel, " * 3_000).encode() + b"\xf1 " * 8_000
    began = time.perf_counter()
    assert decode(content, None).count("\ufffd") == 8_000
    assert time.perf_counter() - began < 1


def test_one_broken_letter_does_not_break_the_others() -> None:
    content = "Größe, Übung, Äpfel".encode().replace("Ü".encode(), b"\xff")
    assert decode(content, None) == "Größe, �bung, Äpfel"


@pytest.mark.parametrize(
    ("encoding", "text", "broken"),
    [
        ("shift_jis", "科学の新聞" * 9, b"\xff "),
        ("windows-1251", "Наука и жизнь " * 5, b"\x98"),
        ("euc-kr", "과학 신문" * 9, b"\xff "),
    ],
)
def test_one_broken_letter_does_not_break_a_declared_encoding(encoding: str, text: str, broken: bytes) -> None:
    content = declared(encoding, f"{text}@{text}").encode(encoding).replace(b"@", broken)
    assert decode(content, None).count(text) == 2


def test_a_declared_encoding_in_which_hardly_a_letter_is_sound_is_not_believed() -> None:
    assert "Größe" in decode(declared("euc-jp", "Größe").encode("cp1252"), None)


def test_a_mark_at_the_beginning_is_left_out() -> None:
    assert decode(b"\xef\xbb\xbf<rss/>", None) == "<rss/>"
    assert decode("\ufeff<rss/>".encode("utf-16-le"), None) == "<rss/>"


@given(st.binary(max_size=200), st.none() | st.text(max_size=60))
def test_decoding_never_fails(content: bytes, content_type: str | None) -> None:
    assert isinstance(decode(content, content_type), str)


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("shift_jis", "東京都は新しい科学技術政策を発表しました。RSS1.0をサポート。"),
        ("euc_jp", "きのうの記事を読んだ人は知っていると思いますが、新しい研究所が町の外れにできました。"),
        ("gbk", "北京市政府今天宣布了新的科技政策。"),
        ("big5", "臺北市政府今天宣布了新的科技政策。"),
        ("euc_kr", "정부는 새로운 과학 기술 정책을 발표했습니다."),
        ("windows-1251", "Правительство объявило о новых мерах поддержки экономики."),
        ("koi8-r", "Правительство объявило о новых мерах поддержки экономики."),
        ("windows-1253", "Η κυβέρνηση ανακοίνωσε νέα μέτρα για την οικονομία."),
        ("windows-1255", "הממשלה הודיעה על צעדים חדשים לתמיכה בכלכלה"),
        ("windows-1252", "Größe"),
        ("windows-1252", "It’s a “great” résumé – © 2004, ½ Preis, été"),
        ("windows-1252", "Håndværkeren så på æblegrød; El niño está en España mañana"),
    ],
)
def test_an_encoding_that_nobody_declares_is_guessed(encoding: str, text: str) -> None:
    feed = f"<rss><channel><title>News</title><item><title>{text}</title></item></channel></rss>"
    assert decode(feed.encode(encoding), "application/rss+xml") == feed
