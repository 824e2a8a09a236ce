"""Exports that are recognised by their column names, one file for each helpdesk. A new file with `FORMATS` is found by
itself. Pure.
"""

import importlib
import pkgutil
from collections.abc import Callable
from typing import Final

from tickets.helpdesks.files.formats.known_format import KnownFormat, Shape

_OWN: Final = ("known_format",)


def _load() -> tuple[KnownFormat, ...]:
    found: list[KnownFormat] = []
    for module in pkgutil.iter_modules(__path__):
        if module.name not in _OWN:
            found += importlib.import_module(f"{__name__}.{module.name}").FORMATS
    return tuple(found)


FORMATS: Final = _load()


def recognise(shape: Shape, has: Callable[[str], bool]) -> KnownFormat | None:
    """The format of a file; None if it has none of them, or could have several."""
    found = [each for each in FORMATS if each.shape == shape and each.is_of(has)]
    return found[0] if len(found) == 1 else None
