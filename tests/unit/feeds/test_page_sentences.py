"""Pages whose text is easily read in pieces, or not to its end: whole sentences, and all of the article."""

import time

import pytest

from newsletter.feeds.extracting.found import ExtractedPage
from newsletter.feeds.extracting.page import extract
from tests.sample_pages import PROSE, page

URL = "https://pegelbote.example/fluss/donau"
PARAGRAPH = f"<p>{PROSE}</p>"
THREE = "".join(f"<p>{each} {PROSE}</p>" for each in ("First.", "Second.", "Third."))
WORDS = PROSE.strip()


def read(body: str, *, head: str = "") -> ExtractedPage:
    return extract(page(body, head=head), "text/html", URL)


@pytest.mark.parametrize("around", ["article", "section", "main"])
def test_a_sentence_in_no_paragraph_is_not_broken_off_at_its_link(around: str) -> None:
    sentence = f'{PROSE}The <a href="/bell">bell</a> has <b>not</b> been found.'
    found = read(f"<article><{around}>{sentence}{PARAGRAPH * 2}</{around}></article>")
    assert f"{WORDS} The bell has not been found." in found.text.split("\n\n")
    assert 'The <a href="https://pegelbote.example/bell">bell</a> has <strong>not</strong> been' in found.html


def test_empty_lines_part_paragraphs_where_nothing_else_does() -> None:
    sentences = [f'{PROSE}The <a href="/bell">bell</a> rang {times}.' for times in ("once", "twice")]
    found = read(f"<article>{'<br><br>'.join(sentences)}<div><img src='/a.jpg'></div>{PROSE}It stopped.</article>")
    assert found.text.split("\n\n") == [f"{WORDS} The bell rang {times}." for times in ("once", "twice")] + [
        f"{WORDS} It stopped."
    ]


def test_code_quotations_and_times_stay_in_their_sentence() -> None:
    within = "Call <code>ring()</code> when <q>nobody <b>hears</b></q> at <time>noon</time>, and wait."
    found = read(f"<article><p>{PROSE}{within}</p>{PARAGRAPH}</article>")
    assert found.text.split("\n\n")[0] == f"{WORDS} Call ring() when “nobody hears” at noon, and wait."
    assert "Call <code>ring()</code> when" in found.html


def test_code_of_several_lines_is_a_block_of_its_own() -> None:
    found = read(f"<article>{PARAGRAPH}<pre><code>ring(1)\nring(2)</code></pre>{PARAGRAPH}</article>")
    assert "<pre>ring(1)\nring(2)</pre>" in found.html


def test_links_to_other_pages_beside_the_text_become_no_paragraph() -> None:
    links = " ".join(f'<a href="/{at}">Another story of the harbour</a>' for at in range(5))
    assert "Another story" not in read(f"<article>{THREE}<section>{links}</section></article>").text


def test_places_where_words_may_be_parted_are_left_out() -> None:
    found = read(
        f"<article><h1>Donau&shy;dampf</h1><p>Schiff\xadfahrt und Fluss&#173;bad. {PROSE}</p>{PARAGRAPH}</article>"
    )
    assert found.text.startswith("Donaudampf\n\nSchifffahrt und Flussbad.")


def test_a_section_about_a_response_is_no_heading_of_the_comments() -> None:
    found = read(f"<article>{THREE}<h3>Response</h3><p>Fourth. {PROSE}</p><p>The end came.</p></article>")
    assert found.text.endswith("The end came.")


def test_an_article_goes_on_behind_a_section_that_is_called_as_comments_are() -> None:
    sections = f"<h2>Comments</h2><p>Fourth. {PROSE}</p><h2>What follows</h2><p>Fifth. {PROSE}</p><p>The end came.</p>"
    assert read(f"<article>{THREE}{sections}</article>").text.endswith("The end came.")


@pytest.mark.parametrize("heading", ["3 Comments", "Leave a reply", "Kommentare (12)", "78 commentaires"])
def test_what_readers_wrote_is_left_out(heading: str) -> None:
    written = f"<h3>{heading}</h3><p>I heard it too, and my neighbour did, and we both thought it was the wind.</p>"
    assert "I heard it" not in read(f"<article>{THREE}{written}</article>").text


def test_a_heading_with_a_year_is_kept_and_a_date_is_not() -> None:
    kept = read(f"<article><h2>The harbour in 2026</h2>{PARAGRAPH * 2}</article>")
    assert kept.text.startswith("The harbour in 2026\n\n")
    assert read(f"<article><p>3 March 2026, 7 am</p>{PARAGRAPH * 2}</article>").text.startswith(WORDS)


def test_a_line_is_a_byline_by_the_whole_name_of_one_author_only() -> None:
    head = '<meta name="author" content="Ines, Mara Lindqvist">'
    kept = read(f"<article><h2>Business as usual</h2>{PARAGRAPH * 2}</article>", head=head)
    assert kept.text.startswith("Business as usual\n\n")
    assert read(f"<article><p>By Mara Lindqvist</p>{PARAGRAPH * 2}</article>", head=head).text.startswith(WORDS)


def test_whose_the_rights_are_is_no_part_of_the_article() -> None:
    assert read(f"<article>{THREE}<p>© 2026 Der Pegelbote</p></article>").text.endswith(WORDS)
    kept = read(f"<article>{THREE}<h2>Copyright in the age of bells</h2>{PARAGRAPH}</article>")
    assert "Copyright in the age of bells" in kept.text


def test_a_last_sentence_that_is_little_but_a_link_is_kept() -> None:
    linked = "the programme of the festival, with all of its concerts and whoever plays at them, hour by hour"
    last = f'<p>Whoever wants to come may find here <a href="/programme">{linked}</a>.</p>'
    found = read(f"<article>{THREE}{last}</article>")
    assert found.text.endswith("hour by hour.")


@pytest.mark.parametrize(
    ("before", "piece", "pieces", "after"),
    [
        ("<article>", "<p>word <code>x</code> word</p>", 5_000, ""),
        ("<div>", "word <code>x</code> word <a>y</a>", 8_000, ""),
        ("<div><font>" * 90, "word <q>x</q> ", 10_000, ""),
        ("<article>", "word <br><br>", 9_600, f'{PROSE}<a href="/x">x</a>'),
    ],
    ids=["paragraphs", "one division", "divisions in spans", "empty lines"],
)
def test_the_cost_of_very_many_pieces_grows_with_their_number(before: str, piece: str, pieces: int, after: str) -> None:
    """Measured against itself: eight times the pieces may not cost the sixty-four times of a step per pair."""
    few, many = (_cost(before + piece * count + after) for count in (pieces // 8, pieces))
    assert many < 32 * few


def _cost(body: str) -> float:
    """Seconds of this process to read a page; the least of three tries, since other work disturbs."""
    costs = []
    for _ in range(3):
        begun = time.process_time()
        assert read(f"{body}{THREE}").text
        costs.append(time.process_time() - begun)
    return min(costs)
