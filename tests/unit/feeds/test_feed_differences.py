"""Which differences from feedparser are meant: each rule of the benchmark allows what it names, and no loss."""

import pytest

from benchmarks.feed_assertions import assertions_in
from benchmarks.feed_differences import LOST, SAME, Value, verdict, visible

LONG = "word " * 80
PAGE = "https://a.example/1"
READ, ENCODED = "tags and references are read", "read in its own encoding"


@pytest.mark.parametrize(
    ("field", "theirs", "ours", "rule"),
    [
        ("title", Value("Ice"), ["Ice"], SAME),
        ("title", Value("Ice &amp; <b>snow</b>", "Ice &amp; <b>snow</b>"), ["Ice & snow"], READ),
        ("title", Value(LONG.strip()), [f"{LONG[:294].strip()}…"], "cut at 300 letters"),
        ("title", Value("GrÃ¶ÃŸe"), ["Größe"], ENCODED),
        ("text", Value("<p>a</p><p>b</p>", "<p>a</p><script>x()</script><p>b</p>"), ["a b"], READ),
        ("text", Value("a b"), ["", "a b c"], "fuller"),
        ("text", Value(LONG.strip()), [f"{LONG[:294].strip()}…"], "summary cut at 300 letters"),
        ("text", Value("Cold. […]"), ["Cold."], "without what blog software appends"),
        ("text", Value("Cold. The post Ice appeared first on A."), ["Cold."], "without what blog software appends"),
        ("text", Value("one", others=("one", "one two"), is_main=False), ["two", "one two"], "fuller"),
        ("text", Value("ab", others=("ab", "cde"), is_main=False), ["", "cde"], "the longest of several texts"),
        ("link", Value("/1"), ["http://127.0.0.1:8097/1"], "relative links are made absolute"),
        ("link", Value(f"{PAGE}/a b"), [f"{PAGE}/a%20b"], "spaces are escaped"),
        ("link", Value(f"{PAGE}?utm_source=rss&id=7#xtor=1"), [f"{PAGE}?id=7"], "without tracking"),
        ("link", Value("https://f.example/", others=(PAGE,)), [PAGE], "the page itself, not what counts clicks"),
        ("link", Value("javascript:x()"), [""], "no page of the web"),
        ("guid", Value("x" * 5_000), ["x" * 4_000], "cut at 4000 letters"),
        ("author", Value("Tom (t@a.example)"), ["Tom", ""], "names without addresses"),
        ("author", Value("t@a.example"), ["", "t@a.example"], "an address is no name"),
        ("author", Value("Tom"), ["Maren, Tom", ""], "all authors"),
        ("topics", Value("R&amp;D"), ["R&D"], READ),
        ("image", Value("https://a.example/s.png", others=(PAGE,), is_small=True), [PAGE], "a larger picture"),
    ],
)
def test_a_difference_that_is_meant_is_named(field: str, theirs: Value, ours: list[str], rule: str) -> None:
    assert verdict(field, [theirs], ours) == rule


@pytest.mark.parametrize(
    ("field", "theirs", "ours"),
    [
        ("title", Value("Ice and snow"), ["Ice"]),
        ("title", Value("Ice"), [""]),
        ("title", Value("Ice"), ["Ice and snow"]),
        ("title", Value("Ice and snow"), ["Ice…"]),
        ("title", Value(LONG.strip()), [f"{'rain ' * 58}…"]),
        ("title", Value("Größe"), ["Gr\ufffd\ufffde"]),
        ("text", Value("<p>a</p><p>b</p>", "<p>a</p><p>b</p>"), ["a"]),
        ("text", Value("a b"), ["ab", "a c b"]),
        ("text", Value("Cold."), ["", ""]),
        ("text", Value("Cold. Very cold."), ["Cold."]),
        ("text", Value("Cold. The post is closed."), ["Cold."]),
        ("text", Value("abc", others=("abc", "de"), is_main=False), ["", "de"]),
        ("text", Value("ab", others=("ab", "cde")), ["", "cde"]),  # the summary itself
        ("link", Value(PAGE), [""]),
        ("link", Value(f"{PAGE}?id=7"), [PAGE]),
        ("link", Value(f"{PAGE}#part"), [PAGE]),
        ("link", Value(f"{PAGE}?utm_source=rss"), [f"{PAGE}0"]),
        ("link", Value("https://f.example/", others=(PAGE,)), ["https://b.example/"]),
        ("link", Value("javascript:x()"), ["javascript:y()"]),
        ("guid", Value("one"), ["two"]),
        ("guid", Value("one"), [""]),
        ("guid", Value("x" * 100), ["x" * 50]),
        ("author", Value("Tom Green (t@a.example)"), ["Tom", ""]),
        ("author", Value("t@a.example"), ["", "m@a.example"]),
        ("author", Value("Tom"), ["Tomas, Maren", ""]),
        ("published", Value("2026-11-24T10:00:00+00:00"), [""]),
        ("published", Value("2026-11-24T10:00:00+00:00"), ["2026-11-24T09:00:00+00:00"]),
        ("updated", Value("2026-11-24T10:00:00+00:00"), [""]),
        ("topics", Value("Science"), ["Scien"]),
        ("language", Value("en"), ["de"]),
        ("image", Value("https://a.example/l.png", others=(PAGE,)), [PAGE]),
        ("image", Value("https://a.example/s.png", others=(PAGE,), is_small=True), ["https://b.example/"]),
    ],
)
def test_a_loss_is_no_difference_that_is_meant(field: str, theirs: Value, ours: list[str]) -> None:
    assert verdict(field, [theirs], ours) == LOST


def test_of_several_values_one_that_is_lost_makes_the_field_lost() -> None:
    assert verdict("topics", [Value("Ice"), Value("Snow")], ["Ice"]) == LOST
    assert verdict("topics", [Value("Ice"), Value("R&amp;D")], ["Ice", "R&D"]) == READ
    assert verdict("topics", [Value("Ice"), Value("")], ["Ice"]) == SAME


def test_of_several_pictures_one_is_enough() -> None:
    assert verdict("image", [Value("https://a.example/s.png"), Value(PAGE)], [PAGE]) == SAME


def test_what_a_browser_shows_is_seen() -> None:
    assert visible("<h1>A</h1>b<b>c</b>&amp;<style>x{}</style><svg><title>t</title></svg><br>d<script>e") == "A bc& d"


def test_what_a_case_asserts_is_read() -> None:
    found = assertions_in(
        "<!--\nExpect:      not bozo and entries[1]['title_detail']['value'] == 'Ice' and feed.link == 'https://a/'"
        " and entries[0].published_parsed == (2026, 11, 24, 10, 0, 0, 1, 328, 0) and feed['ttl'] == '60'\n-->"
    )
    assert [(each.field, each.entry, each.as_value().shown) for each in found] == [
        ("title", 1, "Ice"),
        ("link", None, "https://a/"),
        ("published", 0, "2026-11-24T10:00:00+00:00"),
    ]
    assert found[0].holds_for({"entries": [{}, {"title_detail": {"value": "Ice"}}]})
    assert not found[0].holds_for({"entries": [{"title_detail": {"value": "Ice"}}]})


@pytest.mark.parametrize(
    "text", ["", "Expect: (", "Expect: not bozo", "Expect: feed['title'] == other", "Expect: f() == 1"]
)
def test_what_says_nothing_of_a_field_is_passed_over(text: str) -> None:
    assert assertions_in(text) == []
