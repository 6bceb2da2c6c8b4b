"""Pages that a whole crowd gets at once, the same but for some values: made once, the values put in for each reader."""

from collections import OrderedDict
from collections.abc import Mapping
from typing import Any, Final

from flask import current_app, request

from newsletter.mails.slots import SLOT
from newsletter.web.public import views

_PAGES: Final = 256  # kept, of some 4 kB each
_EXTENSION: Final = "gazette_crowd_pages"


def crowd_page(template: str, values: Mapping[str, str], **shown: Any) -> str:
    """What `views.rendered` would make, where `shown` has `slot(name)` in the place of each value.

    `shown` is plain data: two pages are the same when it looks the same. A mark that somebody typed stays as it is.
    """
    pages: OrderedDict[tuple[str, ...], str] = current_app.extensions.setdefault(_EXTENSION, OrderedDict())
    key = (template, request.script_root, repr(shown))
    page = pages.get(key)
    if page is None:
        page = pages[key] = views.rendered(template, **shown)
        if len(pages) > _PAGES:
            pages.popitem(last=False)
    escape = current_app.jinja_env.filters["escape"]  # as the page would have been escaped
    return SLOT.sub(lambda found: str(escape(values.get(found[1], found[0]))), page)
