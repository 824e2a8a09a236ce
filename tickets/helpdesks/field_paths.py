r"""Reads values of a record by path. Pure.

A path is dotted: `author.name`, `items.0.id`; a dot within a name is written `\.`. `threads[type=customer].body` is
the body of the first thread whose type is customer, `threads[type=customer,by=created].body` that of the one created
first, whatever their order, and `tags[].name` the names of all tags as a list. `author[type=user].email` is the email of
the author if its type is user, and `[type=user].email` that of a record of this type. A record that is a list (a row) is
read by number: `0`.
"""

import re
from functools import lru_cache
from typing import Any, NamedTuple

from tickets.records.cleaning import as_text
from tickets.records.statuses import StatusMap

_STEP = re.compile(r"(?P<name>(?:\\\.|[^.\[\]]|\[(?![^\[\]]*\]))*)(?:\[(?P<choice>[^\[\]]*)\])?")
_ALL = ""
_BY = ",by="


class _Step(NamedTuple):
    name: str
    choice: str | None
    """What is in the brackets behind the name; None without brackets."""


def look_up(value: Any, path: str) -> Any:
    """The value at a path, or None; an empty path is the value itself."""
    if not path:
        return value
    steps = _steps(path)
    for place, step in enumerate(steps):
        value = _follow(value, step.name)
        if step.choice is None:
            continue
        if isinstance(value, dict) and step.choice != _ALL:
            value = _choose([value], step.choice)
            continue
        if not isinstance(value, list):
            return None
        if step.choice == _ALL:
            return _collect(value, steps[place + 1 :])
        value = _choose(value, step.choice)
    return value


def map_status(status: Any, statuses: StatusMap) -> Any:
    """The mapped status. Non-text values are looked up as JSON (`true`, `2`), and a list of one as its item."""
    if isinstance(status, list) and len(status) == 1:
        status = status[0]
    text = as_text(status)
    return status if text is None else statuses.find(text) or text


def has_path(value: Any, path: str) -> bool:
    """Whether a record has the path with any value; a path that ends early at null or an empty list counts."""
    steps = _steps(path)
    for place, step in enumerate(steps):
        if value is None:
            return place > 0
        if not _has(value, step.name):
            return False
        value = _follow(value, step.name)
        if step.choice is not None:
            return value is None or isinstance(value, list | dict)
    return True


def matches(found: Any, wanted: str) -> bool:
    """Whether a value is the wanted one, written as JSON writes it; `*` is any value but null, false and empty ones."""
    if wanted == "*":
        return found not in (None, "", False, [], {})
    return as_text(found) == wanted


def first_name(path: str) -> str:
    """The name that a path begins with; empty if it begins with the record itself."""
    return _steps(path)[0].name


@lru_cache(maxsize=4096)
def _steps(path: str) -> tuple[_Step, ...]:
    steps, at = [], 0
    while at <= len(path):
        found = _STEP.match(path, at)
        if found is None or (found.end() < len(path) and path[found.end()] != "."):
            return (_Step(path, None),)
        steps.append(_Step(found["name"].replace("\\.", "."), found["choice"]))
        at = found.end() + 1
    return tuple(steps)


def _follow(value: Any, name: str) -> Any:
    if not name and isinstance(value, dict | list):
        return value  # brackets right behind the root or a bracket
    if isinstance(value, dict):
        return value.get(name)
    if isinstance(value, list) and name.isdecimal() and int(name) < len(value):
        return value[int(name)]
    return None


def _has(value: Any, name: str) -> bool:
    if isinstance(value, dict):
        return not name or name in value
    if isinstance(value, list):
        return not value or not name or (name.isdecimal() and int(name) < len(value))
    return False


def _choose(items: list[Any], choice: str) -> Any:
    condition, _, by = choice.partition(_BY)
    path, _, wanted = condition.partition("=")
    found = (each for each in items if not condition or matches(look_up(each, path), wanted or "*"))
    return min(found, key=lambda each: _rank(look_up(each, by)), default=None) if by else next(found, None)


def _rank(value: Any) -> tuple[int, float, str]:
    """Numbers in their order, then texts in theirs, as dates in ISO 8601 are; then what has neither."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return 0, value, ""
    return (1, 0.0, value) if isinstance(value, str) else (2, 0.0, "")


def _collect(items: list[Any], rest: tuple[_Step, ...]) -> list[Any]:
    path = ".".join(_written(step) for step in rest)
    found: list[Any] = []
    for each in items:
        value = look_up(each, path)
        found += value if isinstance(value, list) else [] if value is None else [value]
    return found


def _written(step: _Step) -> str:
    name = step.name.replace(".", "\\.")
    return name if step.choice is None else f"{name}[{step.choice}]"
