"""Known helpdesks, one file each. A new file with a `PRESET` is found by itself. Pure."""

import importlib
import pkgutil
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from tickets.helpdesks.presets.preset import Preset

_OWN = ("preset",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Defaults:
    """An empty `url` has to be entered."""

    url: str = ""
    auth: str = "none"
    auth_name: str = ""
    page_size: int = 100


def _load() -> dict[str, Preset]:
    found: list[Preset] = [
        importlib.import_module(f"{__name__}.{module.name}").PRESET
        for module in pkgutil.iter_modules(__path__)
        if module.name not in _OWN
    ]
    return {each.kind: each for each in sorted(found, key=lambda each: each.label.casefold())}


PRESETS: Final = _load()
"""By kind, in the order of their labels."""


def defaults_of(kind: str, options: Mapping[str, Any]) -> Defaults:
    """What a connection of the kind has unless a person says otherwise. Raises `ValueError` if a variable is missing."""
    preset = find(kind)
    if preset is None:
        return Defaults()
    return Defaults(
        url=preset.url_with(options), auth=preset.auth, auth_name=preset.auth_name, page_size=preset.page_size
    )


def find(kind: str) -> Preset | None:
    """The preset of a kind; None for the native protocol and `rest`."""
    return PRESETS.get(kind)
