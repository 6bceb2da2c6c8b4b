"""Web pages of our own making: the files in tests/samples/pages, and small ones put together."""

from pathlib import Path

_FOLDER = Path(__file__).parent / "samples" / "pages"
PROSE = (
    "The bell in the old lighthouse rang twice on Tuesday night, although nobody has held its rope since the winter "
    "of 1987. The keeper's grandson heard it from the harbour and rowed over with a lamp and a thermos of tea. "
)


def sample_page(name: str) -> bytes:
    """A file, by its name without the suffix."""
    return (_FOLDER / f"{name}.html").read_bytes()


def page(
    body: str = f"<article><h1>The bell that rings alone</h1><p>{PROSE}</p><p>{PROSE[::-1].strip()}.</p></article>",
    *,
    head: str = "",
    title: str = "The bell that rings alone",
) -> bytes:
    """A page with an article, unless another body is given."""
    return f"<!DOCTYPE html><html><head><title>{title}</title>{head}</head><body>{body}</body></html>".encode()


def json_ld(data: str) -> str:
    """The script element that holds a page's JSON-LD."""
    return f'<script type="application/ld+json">{data}</script>'
