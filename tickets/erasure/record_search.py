"""Finds a customer in a rejected record. Pure."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

SHORTEST_DISTINCTIVE = 6
"""Shorter ids occur in records by chance, so they are matched only in customer fields."""


def is_distinctive(customer_id: str) -> bool:
    """Whether the id hardly occurs in a text by chance."""
    return len(customer_id) >= SHORTEST_DISTINCTIVE and not customer_id.isdecimal()


def names_customer(record: Mapping[str, Any], customer_id: str, paths: Sequence[str]) -> bool:
    """Whether a rejected record names the customer: in a customer field, or anywhere if the id is distinctive.

    `paths` are the dotted paths of customer fields.
    """
    texts = [text for text in (record.get("payload"), record.get("fields")) if text]
    values = [value for text in texts if (value := _parse(text)) is not None]
    if any(_value_at(value, path) == customer_id for value in values for path in paths):
        return True
    is_truncated = len(values) < len(texts)
    if not is_distinctive(customer_id):
        # A truncated record has no paths to follow, so look for the id as a complete JSON string.
        return is_truncated and any(f'"{in_json(customer_id)}"' in text for text in texts)
    if any(_mentions(leaf, customer_id) for value in values for leaf in _leaves(value)):
        return True
    return is_truncated and any(_mentions(text, in_json(customer_id)) for text in texts)


def in_json(text: str) -> str:
    """The text as it appears within a JSON string."""
    return json.dumps(text)[1:-1]


def _mentions(text: str, name: str) -> bool:
    """Whether the text contains the name as a whole word: `ann@example.com` is not in `joann@example.com`."""
    return re.search(rf"(?<![\w.+-]){re.escape(name)}(?![\w-]|\.\w)", text) is not None


def _leaves(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        for each in value.values():
            yield from _leaves(each)
    elif isinstance(value, list):
        for each in value:
            yield from _leaves(each)
    elif isinstance(value, str):
        yield value


def _parse(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return None


def _value_at(value: Any, path: str) -> str | None:
    for part in path.split("."):
        if isinstance(value, Mapping):
            value = value.get(part)
        elif isinstance(value, list) and part.isdecimal() and int(part) < len(value):
            value = value[int(part)]
        else:
            return None
    return str(value).strip() if isinstance(value, str | int) else None
