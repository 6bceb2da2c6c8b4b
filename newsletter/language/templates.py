"""Templates that speak: `{% trans %}` and `_()` in the tongue that a page or mail is rendered with.

The tongue stands in what a template is given, under the name `tongue`; without one it is English. Macros of another
file see it only when they are imported `with context`.
"""

from jinja2 import Environment, pass_context
from jinja2.runtime import Context

from newsletter.language.tongues import ENGLISH, Tongue


def speak_in(environment: Environment) -> None:
    """Teach an environment to translate: `{% trans %}`, and the functions `_`, `gettext`, `ngettext`, `pgettext`."""
    environment.add_extension("jinja2.ext.i18n")
    # What stands on several lines in a template is one line for translators.
    environment.policies["ext.i18n.trimmed"] = True
    # The extension gives `_` and the others to the environment, and fills in the values, escaped where that is due.
    environment.install_gettext_callables(  # type: ignore[attr-defined]  # the extension adds it
        _gettext, _ngettext, newstyle=True, pgettext=_pgettext
    )


@pass_context
def _gettext(context: Context, message: str) -> str:
    return _tongue_of(context).message(message)


@pass_context
def _ngettext(context: Context, one: str, many: str, number: int) -> str:
    return _tongue_of(context).form(one, many, number)


@pass_context
def _pgettext(context: Context, about: str, message: str) -> str:
    return _tongue_of(context).meaning(about, message)


def _tongue_of(context: Context) -> Tongue:
    tongue = context.get("tongue", ENGLISH)
    assert isinstance(tongue, Tongue)  # noqa: S101 - a page that gives something else is a mistake of ours
    return tongue
