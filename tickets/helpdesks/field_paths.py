"""Reads values of a record by dotted path. Pure."""

from typing import Any

from tickets.records.normalize import as_text
from tickets.records.statuses import StatusMap


def look_up(value: Any, path: str) -> Any:
    """The value at a dotted path (`author.name`, `items.0.id`), or None; an empty path is the value itself."""
    if not path:
        return value
    for step in path.split("."):
        if isinstance(value, dict):
            value = value.get(step)
        elif isinstance(value, list) and step.isdigit() and int(step) < len(value):
            value = value[int(step)]
        else:
            return None
    return value


def map_status(status: Any, statuses: StatusMap) -> Any:
    """The mapped status. Non-text values are looked up as JSON (`true`, `2`), and a list of one as its item."""
    if isinstance(status, list) and len(status) == 1:
        status = status[0]
    text = as_text(status)
    return status if text is None else statuses.find(text) or text


def has_path(value: Any, path: str) -> bool:
    """Whether a record has the path with any value; a path that ends early at null counts."""
    *outer, last = path.split(".")
    holder = look_up(value, ".".join(outer))
    if isinstance(holder, list):
        return not holder or (last.isdigit() and int(last) < len(holder))
    if isinstance(holder, dict):
        return last in holder
    return holder is None and bool(outer) and has_path(value, ".".join(outer))
