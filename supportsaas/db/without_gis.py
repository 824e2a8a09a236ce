"""Spare every process the search for a geographic library that nothing here uses.

Django's MongoDB backend imports `django.contrib.gis` at its start, four times over, and goes on without it where
GDAL is missing. To find that out it asks the compiler and the linker for each name that the library ever had:
more than a hundred processes, which took two thirds of the time that a command needs to start.
"""

import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType

from django.core.exceptions import ImproperlyConfigured

_SEARCHES = "django.contrib.gis.gdal.libgdal"


class _NoSearch(MetaPathFinder):
    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname == _SEARCHES:
            raise ImproperlyConfigured("Nothing here is geographic, so GDAL is not looked for.")
        return None


def skip_search_for_gdal() -> None:
    """To be called before the database backend is imported; safe to repeat."""
    if not any(isinstance(finder, _NoSearch) for finder in sys.meta_path):
        sys.meta_path.insert(0, _NoSearch())
