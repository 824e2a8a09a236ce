"""Fills in what a request has to say: the time of the last sync, the cursor, the page. Pure.

Placeholders stand in parameters, the path and the body: `{since}` as ISO 8601, `{since:epoch}`,
`{since:epoch_ms}` or `{since:%Y-%m-%d %H:%M}` in UTC, `{cursor}`, `{page}` and `{size}`. An entry whose placeholder has
no value, such as the cursor of the first page, is left out; and an object in a list, such as a filter, as a whole.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import quote

from tickets.records.dates import EPOCH, EPOCH_MS

_PLACEHOLDER: Final = re.compile(r"\{(since|cursor|page|size|id)(?::([^{}]*))?\}")
_ISO: Final = "%Y-%m-%dT%H:%M:%SZ"


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestValues:
    """What the placeholders of one request stand for; None and empty if there is no value.

    `id` is a ticket's; a list of ids fills a parameter that is repeated.
    """

    since: datetime | None = None
    cursor: str = ""
    page: int | None = None
    size: int | None = None
    id: str | list[str] = ""

    def find(self, name: str, form: str | None) -> str | int | list[str] | None:
        """The value of a placeholder: a number if it is one in JSON, too."""
        value = getattr(self, name)
        if isinstance(value, datetime):
            return _moment(value, form or _ISO)
        return value if value != "" else None


def fill(template: Any, values: RequestValues) -> Any:
    """The template with its placeholders filled in; None if one of them has no value.

    Of objects and lists, only the entries that have a value; of objects in a list, only those without one that has
    none. A text that is one placeholder takes its type.
    """
    if isinstance(template, str):
        return _fill_text(template, values)
    if isinstance(template, Mapping):
        filled = {name: fill(each, values) for name, each in template.items()}
        kept = {name: each for name, each in filled.items() if each is not None or template[name] is None}
        return kept if kept or not template else None
    if isinstance(template, list):
        items = [(each, None if _lacks_value(each, values) else fill(each, values)) for each in template]
        found = [item for each, item in items if item is not None or each is None]
        return found if found or not template else None
    return template


def fill_path(template: str, values: RequestValues) -> str | None:
    """The path with its placeholders filled in, percent-encoded: a slash in an id is no part of the path (RFC 3986, 2.1).

    None if one of them has no value.
    """
    if any(values.find(found[1], found[2]) is None for found in _PLACEHOLDER.finditer(template)):
        return None
    return _PLACEHOLDER.sub(
        lambda found: quote(str(values.find(found[1], found[2])), safe="", errors="replace"), template
    )


def _lacks_value(item: Any, values: RequestValues) -> bool:
    return isinstance(item, Mapping) and any(
        isinstance(each, str) and _fill_text(each, values) is None for each in item.values()
    )


def names(template: Any, name: str) -> bool:
    """Whether the template has the placeholder."""
    if isinstance(template, str):
        return any(found[1] == name for found in _PLACEHOLDER.finditer(template))
    if isinstance(template, Mapping):
        return any(names(each, name) for each in template.values())
    return isinstance(template, list) and any(names(each, name) for each in template)


def write_moment(moment: datetime, form: str) -> str:
    """The moment in a format as for strftime in UTC, or `epoch` or `epoch_ms`; it may have an operator around it."""
    return str(_moment(moment, form))


def _moment(moment: datetime, form: str) -> str | int:
    if form == EPOCH:
        return int(moment.timestamp())
    if form == EPOCH_MS:
        return int(moment.timestamp() * 1000)
    return moment.astimezone(UTC).strftime(form)


def _fill_text(template: str, values: RequestValues) -> str | int | list[str] | None:
    whole = _PLACEHOLDER.fullmatch(template)
    if whole is not None:
        return values.find(whole[1], whole[2])
    for found in _PLACEHOLDER.finditer(template):
        if values.find(found[1], found[2]) is None:
            return None
    return _PLACEHOLDER.sub(lambda found: str(values.find(found[1], found[2])), template)
