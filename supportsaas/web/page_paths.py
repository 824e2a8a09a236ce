"""Paths of pages as `reverse` writes them, remembered: Django takes as long for one as for many rows of a table."""

from functools import lru_cache
from typing import NamedTuple
from urllib.parse import quote

from django.urls import get_script_prefix, reverse
from django.utils.http import RFC3986_SUBDELIMS

GAP = "~gap~"
"""Stands for the part of a path that differs from row to row; no slug of a tenant can hold it."""

_AS_IT_IS = f"{RFC3986_SUBDELIMS}/~:@"


class GappedPath(NamedTuple):
    """A path but for one part, which must be a text of one line."""

    before: str
    after: str

    def filled(self, part: str) -> str:
        return f"{self.before}{quote(part, safe=_AS_IT_IS)}{self.after}"


def path_of(name: str, *parts: str) -> str:
    """The path of the page of that name in `urls.py`; raises `NoReverseMatch` where there is none."""
    return _reversed(get_script_prefix(), name, parts)


def path_with_gap(name: str, *parts: str) -> GappedPath:
    """The same for many pages that differ in one part, which `GAP` stands for."""
    before, _, after = path_of(name, *parts).partition(GAP)
    return GappedPath(before, after)


@lru_cache(maxsize=4096)
def _reversed(script_prefix: str, name: str, parts: tuple[str, ...]) -> str:
    return reverse(name, args=parts)
