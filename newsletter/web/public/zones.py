"""The zones that a form offers, by continent and town. Pure."""

from functools import cache
from importlib import resources
from typing import Final

from newsletter.language import Tongue, marked

_CONTINENTS: Final = {
    "Africa": marked("Africa"),
    "America": marked("America"),
    "Antarctica": marked("Antarctica"),
    "Arctic": marked("Arctic"),
    "Asia": marked("Asia"),
    "Atlantic": marked("Atlantic"),
    "Australia": marked("Australia"),
    "Europe": marked("Europe"),
    "Indian": marked("Indian Ocean"),
    "Pacific": marked("Pacific"),
}


def by_continent(tongue: Tongue) -> list[tuple[str, list[tuple[str, str]]]]:
    """Continents with their zones: the zone's name, such as `Europe/Berlin`, and its town."""
    return [(tongue.gettext(name), list(_towns(area))) for area, name in _CONTINENTS.items()]


@cache
def _towns(area: str) -> tuple[tuple[str, str], ...]:
    """Town names are those of the zones, in Latin letters: browsers and other programs name them so as well."""
    zones = sorted(zone for zone in _in_use() if zone.startswith(f"{area}/"))
    return tuple((zone, zone.removeprefix(f"{area}/").replace("_", " ").replace("/", ", ")) for zone in zones)


@cache
def _in_use() -> frozenset[str]:
    """One zone or more for each country: the zone database's own table, without its old names."""
    table = resources.files("tzdata").joinpath("zoneinfo", "zone.tab").read_text("utf-8")
    return frozenset(line.split("\t")[2].strip() for line in table.splitlines() if not line.startswith("#"))
