"""The languages that pages and mails speak, and their catalogues of messages.

A message stands in the code and the templates in English and is looked up by it (gettext). A catalogue is a text file,
`newsletter/locales/<language>/messages.po`, read when a process first needs it; `<language>_informal` holds only what
is said otherwise to readers whom a newsletter addresses like friends. What no catalogue has stays English.
"""

from dataclasses import dataclass
from functools import cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path
from typing import Final

from babel import Locale

LOCALES: Final = Path(__file__).parents[1] / "locales"
SOURCE: Final = "en"
"""The language of the messages themselves."""

LANGUAGES: Final = ("en", "de", "fr", "es", "ar", "hi")
"""The languages there are, as BCP 47 spells them."""

WITH_INFORMAL: Final = frozenset({"de", "fr", "es"})
"""Where a reader can be addressed formally or like a friend (Sie or du, vous or tu, usted or tú)."""

# English as a newsroom writes it: the day before the month, no comma before "and".
_CULTURES: Final = {"en": "en_GB"}


@dataclass(frozen=True, slots=True)
class Tongue:
    """A language to speak in, formal or not; `language` is one of LANGUAGES."""

    language: str
    is_formal: bool = True

    def gettext(self, message: str, /, **values: object) -> str:
        """A message in this language, with `values` at its `%(name)s`; a percent sign is written `%%`."""
        return self.message(message) % values

    def ngettext(self, one: str, many: str, number: int, /, **values: object) -> str:
        """The form of a message that fits `number`; that stands at `%(num)s` as this language writes numbers."""
        return self.form(one, many, number) % {"num": self.number(number), **values}

    def pgettext(self, context: str, message: str, /, **values: object) -> str:
        """A message that means several things, by the context that says which."""
        return self.meaning(context, message) % values

    def message(self, message: str) -> str:
        """A message in this language, its values not filled in yet."""
        return _catalogue(self).gettext(message)

    def form(self, one: str, many: str, number: int) -> str:
        """The form of a message that fits a number, its values not filled in yet."""
        return _catalogue(self).ngettext(one, many, number)

    def meaning(self, context: str, message: str) -> str:
        """A message by its context, its values not filled in yet."""
        return _catalogue(self).pgettext(context, message)

    def number(self, number: int) -> str:
        """`4,812` in English, `4.812` in German."""
        from babel.numbers import format_decimal  # noqa: PLC0415 - slow to import, and most commands need it never

        return format_decimal(number, locale=self.locale)

    @property
    def locale(self) -> Locale:
        """What Unicode's CLDR knows of this language."""
        return _locale(self.language)

    @property
    def direction(self) -> str:
        """How it is written: `ltr` or `rtl`."""
        return direction_of(self.language)

    @property
    def english_name(self) -> str:
        """What it is called in English: `German`."""
        return Locale.parse(self.language).english_name or self.language

    @property
    def own_name(self) -> str:
        """What its speakers call it: `Deutsch`."""
        name = Locale.parse(self.language).get_display_name() or self.language
        return name[:1].upper() + name[1:]


def tongue_of(language: str, *, is_formal: bool = True) -> Tongue:
    """The tongue for a language tag such as `de-AT`; English where it is not spoken here."""
    primary = language.replace("_", "-").partition("-")[0].lower()
    spoken = primary if primary in LANGUAGES else SOURCE
    return Tongue(spoken, is_formal or spoken not in WITH_INFORMAL)


def direction_of(language: str) -> str:
    """How texts in a language are written: `ltr` or `rtl`; any tag of BCP 47 will do."""
    return "rtl" if language.replace("_", "-").partition("-")[0].lower() in _RIGHT_TO_LEFT else "ltr"


def marked(message: str) -> str:
    """The message itself: it is translated later, and marked here so that the catalogues get it."""
    return message


ENGLISH: Final = Tongue(SOURCE)
_RIGHT_TO_LEFT: Final = frozenset({"ar", "fa", "he", "ur", "yi", "ps", "dv", "ckb", "sd", "ug"})


@cache
def _locale(language: str) -> Locale:
    return Locale.parse(_CULTURES.get(language, language))


@cache
def _catalogue(tongue: Tongue) -> NullTranslations:
    """The messages of a tongue; an informal one falls back on the formal one, and that on English."""
    if tongue.language == SOURCE:
        return NullTranslations()
    formal = _read(tongue.language)
    if tongue.is_formal:
        return formal
    informal = _read(f"{tongue.language}_informal")
    informal.add_fallback(formal)
    return informal


def _read(folder: str) -> NullTranslations:
    source = LOCALES / folder / "messages.po"
    if not source.exists():
        return NullTranslations()
    from babel.messages.mofile import write_mo  # noqa: PLC0415 - slow to import, and English needs it never
    from babel.messages.pofile import read_po  # noqa: PLC0415

    with source.open("rb") as text:
        catalogue = read_po(text, locale=folder.partition("_")[0])
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return GNUTranslations(compiled)
