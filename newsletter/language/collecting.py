"""Collect every message that readers meet into the catalogues: `python -m newsletter.language.collecting`.

Messages come from the sources and from the templates of reader pages, reader mails and errors; the desk speaks English.
A formal catalogue gets every message, the new ones without a translation; an informal one keeps only what it has. What
is no longer said goes. The files are sorted and hold neither line numbers nor dates, so that a change is a small
difference, and a second run changes nothing.
"""

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Final

from babel import Locale
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po, write_po

from newsletter.language.tongues import LANGUAGES, LOCALES, SOURCE, WITH_INFORMAL

ROOT: Final = Path(__file__).parents[2]
_TEMPLATES: Final = ("templates/web/public", "templates/web/errors", "templates/mail")
_KEYWORDS: Final = {
    "_": None,
    "gettext": None,
    "marked": None,
    "ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
    "say": None,  # what `gettext` is called where it would drown the sentences
}
_COMMENTS: Final = ("Translators:",)
_WIDTH: Final = 110


def every_message() -> Catalog:
    """All messages of the sources, without translations."""
    found = Catalog(charset="utf-8")
    for path, method in _sources():
        # As `newsletter/language/templates.py` has it, or the messages would not be those that are looked up.
        options = {"newstyle_gettext": "true", "trimmed": "true"} if method == "jinja2" else {}
        messages = extract_from_file(method, path, _KEYWORDS, _COMMENTS, options, strip_comment_tags=True)
        for _line, message, comments, context in messages:
            found.add(message, auto_comments=comments, context=context)
    return found


def collect(into: Path = LOCALES) -> None:
    """Bring all catalogues up to date, in files of their own."""
    messages = every_message()
    for language in LANGUAGES:
        if language != SOURCE:
            _update(into / language, messages, is_informal=False)
        if language in WITH_INFORMAL:
            _update(into / f"{language}_informal", messages, is_informal=True)


def catalogue_in(folder: str) -> Catalog:
    """The catalogue in a folder of `newsletter/locales`; an empty one where there is none yet."""
    source = LOCALES / folder / "messages.po"
    locale = folder.partition("_")[0]
    if not source.exists():
        return Catalog(locale=locale, charset="utf-8")
    with source.open("rb") as text:
        return read_po(text, locale=locale, charset="utf-8")


def _sources() -> Iterator[tuple[Path, str]]:
    # Commands are for operators, who read English.
    commands = ROOT / "newsletter" / "commands"
    sources = (path for path in sorted((ROOT / "newsletter").rglob("*.py")) if commands not in path.parents)
    yield from ((path, "python") for path in sources)
    for folder in _TEMPLATES:
        yield from ((path, "jinja2") for path in sorted((ROOT / folder).rglob("*")) if path.suffix in {".html", ".txt"})


def _update(folder: Path, messages: Catalog, *, is_informal: bool) -> None:
    known = catalogue_in(folder.name)
    renewed = Catalog(locale=known.locale, charset="utf-8")
    for message in messages:
        before = known.get(message.id, message.context) if message.id else None
        said = before.string if before is not None else None
        if message.id and (said or not is_informal):
            renewed.add(message.id, said or "", auto_comments=message.auto_comments, context=message.context)
    written = BytesIO()
    write_po(written, renewed, width=_WIDTH, no_location=True, omit_header=True, sort_output=True)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "messages.po").write_text(_heading(folder.name, renewed) + written.getvalue().decode(), encoding="utf-8")


def _heading(folder: str, catalogue: Catalog) -> str:
    """The first entry of a file, without the dates and names that Babel would write."""
    name = Locale.parse(folder.partition("_")[0]).english_name
    about = f"{name}, to readers who are addressed like friends" if folder.endswith("_informal") else name
    fields = {
        "Content-Type": "text/plain; charset=utf-8",
        "Content-Transfer-Encoding": "8bit",
        "Plural-Forms": catalogue.plural_forms,
    }
    lines = "".join(f'"{field}: {value}\\n"\n' for field, value in fields.items())
    return f'# {about}.\nmsgid ""\nmsgstr ""\n{lines}\n'


if __name__ == "__main__":
    collect()
