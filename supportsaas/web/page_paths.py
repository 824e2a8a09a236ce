"""Cached results of `reverse` and `static`. One call takes Django as long as rendering many rows of a table."""

from functools import lru_cache
from typing import NamedTuple
from urllib.parse import quote

from django.templatetags.static import static
from django.urls import get_script_prefix, reverse
from django.utils.http import RFC3986_SUBDELIMS

GAP = "~gap~"
"""Placeholder for the part of a path that differs from row to row. No tenant slug can contain it."""

_UNQUOTED = f"{RFC3986_SUBDELIMS}/~:@"


class GappedPath(NamedTuple):
    """A path with one part missing. The part must be a single line of text."""

    before: str
    after: str

    def filled(self, part: str) -> str:
        return f"{self.before}{quote(part, safe=_UNQUOTED)}{self.after}"


def path_of(name: str, *parts: str) -> str:
    """The path of a page by its URL name. Raises `NoReverseMatch` if there is none."""
    return _reversed(get_script_prefix(), name, parts)


def path_with_gap(name: str, *parts: str) -> GappedPath:
    """The path of many pages that differ in one part. Pass `GAP` for that part."""
    before, _, after = path_of(name, *parts).partition(GAP)
    return GappedPath(before, after)


@lru_cache(maxsize=4096)
def _reversed(script_prefix: str, name: str, parts: tuple[str, ...]) -> str:
    return reverse(name, args=parts)


def path_of_file(name: str) -> str:
    """The path of a file in `static`, which cannot change while the process runs."""
    return _static(get_script_prefix(), name)


@lru_cache(maxsize=256)
def _static(script_prefix: str, name: str) -> str:
    return static(name)
