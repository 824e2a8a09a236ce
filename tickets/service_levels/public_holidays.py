"""Public holidays by country and region, from the library `holidays`.

The library takes 0.15 s and 11 MB to load, so it is loaded by the first call, and only the country that is asked about.
"""

import re
from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Final

Choices = tuple[tuple[str, str], ...]
"""Codes and names."""

_NO_HOLIDAYS: Final[Mapping[date, str]] = MappingProxyType({})
_BETWEEN_WORDS = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_SMALL_WORDS = re.compile(r"\b(And|Of|The|Da)\b")


@lru_cache(maxsize=1)
def find_countries() -> Choices:
    """By name: (“DE”, “Germany”)."""
    from holidays.registry import COUNTRIES

    named = ((code, _spell(class_name)) for class_name, code, *_ in COUNTRIES.values())
    return tuple(sorted(named, key=lambda choice: choice[1]))


@lru_cache(maxsize=64)
def find_regions(country: str) -> Choices:
    """The country's regions with holidays of their own: (“BE”, “Berlin”). Empty for an unknown country."""
    if not _is_country(country):
        return ()
    entity: Any = _of_country(country, region=None, years=())
    names = entity.get_subdivision_aliases()
    regions = ((code, names[code][0] if names.get(code) else code) for code in entity.subdivisions)
    return tuple(sorted(regions, key=lambda choice: choice[1]))


@lru_cache(maxsize=512)
def holidays_of_year(country: str, region: str, year: int) -> Mapping[date, str]:
    """The names of public holidays by day, with the days on which they are observed instead. In English where possible.

    Empty without a country, for an unknown one, and for years that the library does not know.
    """
    if not _is_country(country):
        return _NO_HOLIDAYS
    known = region if region in dict(find_regions(country)) else None
    # A holiday at the turn of the year may be observed in the other year.
    found = _of_country(country, region=known, years=(year - 1, year, year + 1))
    return MappingProxyType({day: str(name) for day, name in found.items() if day.year == year})


def _is_country(code: str) -> bool:
    return bool(code) and code in dict(find_countries())


def _of_country(country: str, *, region: str | None, years: tuple[int, ...]) -> Any:
    from holidays import country_holidays

    return country_holidays(country, subdiv=region, years=years, expand=False, language="en_US")


def _spell(class_name: str) -> str:
    return _SMALL_WORDS.sub(lambda found: found[0].lower(), _BETWEEN_WORDS.sub(" ", class_name))
