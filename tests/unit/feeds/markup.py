"""Markup that means nothing, for readers that must stand anything."""

from hypothesis import strategies as st

from tests.sample_pages import PROSE

_PIECES = st.sampled_from(
    [
        *("<p>", "</p>", "<div>", "</div>", "<article>", "<h1>", "</h1>", "<a href='", "'>", "</a>", "<!--", "-->"),
        *("<script type='application/ld+json'>", "</script>", '{"@type":"Article","headline":', '"author":[', "]", "}"),
        *("<meta property='og:image' content='", "<base href='", "http://[", "//", "\x00", "\ud800", "&#0;", "<svg>"),
        *("<time datetime='9999-99-99'>", "<html lang='", "<link rel='canonical' href='", "<title>", "2026-11-24"),
        *(
            "<link rel='alternate' type='application/rss+xml' href='",
            "<meta name='theme-color' content='#",
            "/a-b-c-d-e",
        ),
        *("<ul><li>", "<table><tr><td>", "<img src='data:", "<blockquote>", "<![CDATA[", "]]>", "<?xml", PROSE),
    ]
)
MARKUP = st.lists(st.one_of(_PIECES, st.text(max_size=20)), max_size=40).map("".join)
