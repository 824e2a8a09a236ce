"""Detects from its query parameters whether a list contains only some of the tickets. Pure."""

import re
from collections.abc import Iterable, Mapping
from urllib.parse import parse_qsl, urlsplit

_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|[0-9]+")
_ALL = frozenset(("all", "any", "*", "-1", "every", ""))
_SHAPING = frozenset(
    ("sort", "sorting", "sorted", "order", "orderby", "ordering", "direction", "include", "includes", "with", "expand",
     "fields", "embed", "format", "timezone", "tz", "count")
)  # fmt: skip
_SEARCHING = frozenset(("q", "query", "search", "filter", "filters", "jql", "where", "term", "keyword", "keywords"))
_OF_TIME = frozenset(
    ("since", "after", "before", "from", "until", "till", "start", "end", "date", "day", "days", "hours", "weeks",
     "months", "period", "range", "age", "newer", "older", "recent", "updated", "modified", "created", "changed",
     "lastupdated", "resolved", "closed")
)  # fmt: skip
_OF_STATE = frozenset(("status", "state", "statuses", "states", "open", "active", "unresolved", "archived", "closed"))


def filtering_parameter(path: str, params: Mapping[str, str]) -> str | None:
    """The first parameter by which existing tickets can drop out of the list; None if there is none.

    Filters by time or status (`updated_since=…`, `status=open`) do, and searches for them. Values such as `all`,
    parameters about presentation (`sort=updated`), and filters by project or queue do not.
    """
    return next(
        (name for name, value in (*parse_qsl(urlsplit(path).query), *params.items()) if _filters(name, value)), None
    )


def _filters(name: str, value: str) -> bool:
    words = _words(name)
    if value.strip().lower() in _ALL or words & _SHAPING:
        return False
    if words & (_OF_TIME | _OF_STATE):
        return True
    if not words & _SEARCHING:
        return False
    # `Queue = 'Support'` filters by queue; a plain word may mean anything.
    return bool(_words(value) & (_OF_TIME | _OF_STATE)) or not re.search(r"[=:<>]", value)


def _words(text: str) -> frozenset[str]:
    return frozenset(_lower(_WORD.findall(text)))


def _lower(words: Iterable[str]) -> Iterable[str]:
    return (each.lower() for each in words)
