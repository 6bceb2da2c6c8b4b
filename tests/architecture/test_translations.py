"""Every message that readers meet stands in every catalogue, with the same values and the same marks."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from babel.messages.catalog import Message

from newsletter.language import LANGUAGES, SOURCE, WITH_INFORMAL, tongue_of
from newsletter.language.collecting import ROOT, catalogue_in, collect, every_message
from newsletter.language.tongues import LOCALES

FORMAL = [language for language in LANGUAGES if language != SOURCE]
INFORMAL = [f"{language}_informal" for language in sorted(WITH_INFORMAL)]
VALUE = re.compile(r"%\((\w+)\)s")
# Mails to editors, and the pages of the demo newsletter, which is in English itself.
ENGLISH_ONLY = {"edition_question", "feed_trouble", "login_link", "proof", "demo_article.html"}
READER_TEMPLATES = [
    path
    for folder in ("templates/web/public", "templates/web/errors", "templates/mail")
    for path in sorted((ROOT / folder).rglob("*"))
    if path.suffix in {".html", ".txt"} and not ENGLISH_ONLY & {path.name, path.parent.name}
]


def forms(message: Message) -> list[str]:
    """What a message is translated by: one form, or one for each kind of number."""
    return list(message.string) if isinstance(message.string, tuple) else [str(message.string)]


def originals(message: Message) -> list[str]:
    """What a message is in English."""
    return list(message.id) if isinstance(message.id, tuple) else [str(message.id)]


class _Marks(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append(f"{tag} {sorted(attrs)}")


def marks(text: str) -> list[str]:
    """The elements in a message."""
    parser = _Marks()
    parser.feed(text)
    return sorted(parser.found)


def test_the_catalogues_hold_what_the_sources_say_now(tmp_path: Path) -> None:
    """If this fails, run `python -m newsletter.language.collecting` and translate what is new."""
    collect(tmp_path)
    names = {path.relative_to(LOCALES) for path in LOCALES.rglob("*.po")}
    assert {path.relative_to(tmp_path) for path in tmp_path.rglob("*.po")} == names
    assert [name for name in names if (LOCALES / name).read_bytes() != (tmp_path / name).read_bytes()] == []


@pytest.mark.parametrize("folder", FORMAL)
def test_nothing_is_left_untranslated(folder: str) -> None:
    catalogue = catalogue_in(folder)
    missing = []
    for message in every_message():
        found = catalogue.get(message.id, message.context) if message.id else message
        if message.id and (found is None or not all(forms(found)) or "fuzzy" in found.flags):
            missing.append(message.id)
    assert missing == []


@pytest.mark.parametrize("folder", [*FORMAL, *INFORMAL])
def test_every_translation_keeps_the_values_and_the_marks(folder: str) -> None:
    catalogue = catalogue_in(folder)
    for message in catalogue:
        if not message.id:
            continue
        wanted = {name for each in originals(message) for name in VALUE.findall(each)}
        for form in forms(message):
            said = set(VALUE.findall(form))
            assert said <= wanted, (message.id, form)
            assert wanted - said <= {"num"}, (message.id, form)  # "one article" needs no figure
            assert "%" not in VALUE.sub("", form).replace("%%", ""), form
            assert marks(form) == marks(originals(message)[0]), (message.id, form)
        if isinstance(message.id, tuple):
            assert len(forms(message)) == catalogue.num_plurals, message.id


@pytest.mark.parametrize("folder", INFORMAL)
def test_an_informal_catalogue_holds_only_what_it_says_otherwise(folder: str) -> None:
    formal = catalogue_in(folder.partition("_")[0])
    for message in catalogue_in(folder):
        if message.id:
            counterpart = formal.get(message.id, message.context)
            assert counterpart is not None, message.id
            assert forms(counterpart) != forms(message), message.id


@pytest.mark.parametrize("path", READER_TEMPLATES, ids=lambda path: str(path.relative_to(ROOT / "templates")))
def test_no_template_says_anything_past_the_catalogues(path: Path) -> None:
    source = re.sub(r"{%-?\s*trans\b.*?endtrans\s*-?%}|{#.*?#}|{%.*?%}|{{.*?}}", "", path.read_text(), flags=re.DOTALL)
    said: list[str] = []
    if path.suffix == ".html":
        source = re.sub(r"<(script|style)\b.*?</\1>", "", source, flags=re.DOTALL)
        said = re.findall(r'\s(?:aria-label|alt|placeholder|title)="([^"]*)"', source)
        source = re.sub(r"<[^<>]*>", " ", source)
    said += source.split("\n")
    # The number of a fragment, what opens a block, and the name of a format are no words.
    bare = [each.strip() for each in said if re.search(r"[A-Za-z]{3}", each.replace("#pause", "").replace("JSON", ""))]
    allowed = re.compile(r'^(reader|sheet-\w+|public/\S+|aria-hidden="true" tabindex="-1")$')
    assert [each for each in bare if not allowed.match(each)] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_tongue_says_its_own_name(language: str) -> None:
    assert tongue_of(language).own_name
