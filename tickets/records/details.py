"""The optional fields of a ticket: who works on it, what it is about, and what a tenant adds. Pure.

Most helpdesks have only some of them. A field that is missing, or whose value cannot be read, is unknown and never a
reason to reject the ticket.
"""

import hashlib
import json
import math
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from functools import partial
from typing import Any, Final
from urllib.parse import urlsplit

from supportsaas.formatting import format_number
from tickets.records.cleaning import Unreadable, as_line, kind_of
from tickets.records.dates import ISO_ONLY, NotADate

LONGEST_NAME: Final = 200
LONGEST_TAG: Final = 100
LONGEST_LANGUAGE: Final = 35
LONGEST_RATING: Final = 100
LONGEST_URL: Final = 2_000
MOST_TAGS: Final = 50
MOST_REPLIES: Final = 1_000_000
MOST_EXTRAS: Final = 30
LONGEST_EXTRA_NAME: Final = 60
LONGEST_EXTRA: Final = 500
LARGEST_NUMBER: Final = 2**53
"""Programs that read JSON know larger integers only approximately."""

_MOST_TAGS_READ = 1_000
_NOT_IN_ADDRESSES = frozenset('\\"<>`{}|^')
_MOMENT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,9})?)?(?:Z|[+-][0-9]{2}:?[0-9]{2})"
)

ExtraValue = str | int | float | bool | datetime
LeftOut = tuple[str, str]
"""A field and the reason why its value is unknown, though the helpdesk has one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Details:
    """The optional fields, in the form in which they are stored; None or empty if unknown.

    `tags` are in alphabetical order, because helpdesks send them in any. `extra` has the fields that a tenant names.
    `url` is the ticket's page in its helpdesk. `rating` is what the helpdesk says, as text.
    """

    assignee: str | None = None
    team: str | None = None
    priority: str | None = None
    type: str | None = None
    tags: tuple[str, ...] = ()
    organisation: str | None = None
    customer_name: str | None = None
    url: str | None = None
    first_reply_at: datetime | None = None
    due_at: datetime | None = None
    replies: int | None = None
    rating: str | None = None
    language: str | None = None
    extra: Mapping[str, ExtraValue] = field(default_factory=dict, hash=False)

    def known(self) -> dict[str, Any]:
        """What is known, by field, as MongoDB stores it."""
        values = ((name, getattr(self, name)) for name in DETAIL_FIELDS)
        return {name: _stored(value) for name, value in values if value is not None and value != () and value != {}}

    def digest(self) -> str:
        """Changes with any of the fields; empty if none is known."""
        if self is NO_DETAILS or not (known := self.known()):
            return ""
        text = json.dumps(known, sort_keys=True, default=datetime.isoformat)
        return hashlib.blake2b(text.encode(), digest_size=12).hexdigest()


DETAIL_FIELDS: Final = tuple(each.name for each in fields(Details))
NO_DETAILS: Final = Details()

_NAMES = frozenset(DETAIL_FIELDS)


LANGUAGE_FOUND: Final = "is_language_found"
"""The field of a stored ticket whose `language` the helpdesk does not give: we found it in the text."""


def given_details(ticket: Mapping[str, Any]) -> Details:
    """The details of a stored ticket as its helpdesk gave them."""
    details = stored_details(ticket)
    return replace(details, language=None) if ticket.get(LANGUAGE_FOUND) else details


def stored_details(ticket: Mapping[str, Any]) -> Details:
    """The details of a stored ticket, with the language that was found. Earlier versions stored none."""
    if _NAMES.isdisjoint(ticket):
        return NO_DETAILS
    known = {name: ticket[name] for name in DETAIL_FIELDS if ticket.get(name) is not None}
    if "tags" in known:
        known["tags"] = tuple(known["tags"])
    return Details(**known)


def read_details(record: Mapping[str, Any]) -> tuple[Details, tuple[LeftOut, ...]]:
    """The details in a record of native field names, and what could not be read."""
    if _NAMES.isdisjoint(record):
        return NO_DETAILS, ()
    found: dict[str, Any] = {}
    left_out: list[LeftOut] = []
    for name, read in _READERS.items():
        value = record.get(name)
        if value is None or value in ("", [], {}):
            continue
        try:
            found[name] = read(value, partial(_note, left_out, name))
        except Unreadable as error:
            left_out.append((name, str(error)))
    details = Details(**found)
    return (NO_DETAILS if details == NO_DETAILS else details), tuple(left_out)


_Report = Callable[[str], None]
"""Called with the reason why a part of a value is left out."""


def _note(left_out: list[LeftOut], name: str, reason: str) -> None:
    left_out.append((name, reason))


def _line(longest: int) -> Callable[[Any, _Report], str | None]:
    def read(value: Any, _report: _Report) -> str | None:
        return as_line(value, longest=longest) or None

    return read


def _read_tags(value: Any, report: _Report) -> tuple[str, ...]:
    """From a list of texts, or one text. A comma separates tags in both, as it does in files."""
    given = value if isinstance(value, list | tuple) else [value]
    found: dict[str, str] = {}
    for tag in _tags_in(given[:_MOST_TAGS_READ], report):
        found.setdefault(tag.casefold(), tag)
    if len(found) > MOST_TAGS:
        report(f"has more than {MOST_TAGS} tags")
    return tuple(found[key] for key in sorted(found)[:MOST_TAGS])


def _tags_in(given: "list[Any] | tuple[Any, ...]", report: _Report) -> Iterator[str]:
    for each in given:
        try:
            text = as_line(each, longest=_MOST_TAGS_READ * LONGEST_TAG)
        except Unreadable as error:
            report(f"has a tag that {error}")
            continue
        yield from (tag for part in text.split(",") if (tag := part.strip()[:LONGEST_TAG].strip()))


def _read_url(value: Any, _report: _Report) -> str:
    """An address that is safe in a link: http or https, with a host, without user and password."""
    if not isinstance(value, str):
        raise Unreadable(f"is {kind_of(value)}, not text")
    text = value.strip()
    if len(text) > LONGEST_URL:
        raise Unreadable(f"is longer than {format_number(LONGEST_URL)} characters")
    try:
        parts = urlsplit(text)
        is_web, host, user = parts.scheme in ("http", "https"), parts.hostname, parts.username
        _ = parts.port
    except ValueError:
        raise Unreadable("is not a web address") from None
    if not is_web or not host:
        raise Unreadable("is not a web address that starts with http:// or https://")
    if user is not None:
        raise Unreadable("contains a user name")
    if not text.isprintable() or " " in text or not _NOT_IN_ADDRESSES.isdisjoint(text):
        raise Unreadable("contains characters that a web address cannot have")
    return text


def _read_moment(value: Any, _report: _Report) -> datetime | None:
    try:
        return ISO_ONLY.read(value)
    except NotADate as error:
        raise Unreadable(str(error)) from None


def _read_replies(value: Any, _report: _Report) -> int:
    if isinstance(value, str) and len(value) < 20 and value.strip().isascii() and value.strip().isdecimal():
        value = int(value)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= MOST_REPLIES:
        raise Unreadable("is not a number of replies")
    return value


def _read_extra(value: Any, report: _Report) -> dict[str, ExtraValue]:
    if not isinstance(value, Mapping):
        raise Unreadable(f"is {kind_of(value)}, not an object of names and values")
    found: dict[str, ExtraValue] = {}
    for given in sorted(value, key=str):
        if value[given] is None or value[given] == "":
            continue
        try:
            name, read = _read_extra_name(given), _read_extra_value(value[given])
        except Unreadable as error:
            report(str(error))
            continue
        if len(found) == MOST_EXTRAS and name not in found:
            report(f"has more than {MOST_EXTRAS} names")
            break
        if read != "":
            found.setdefault(name, read)
    return found


def _read_extra_name(given: Any) -> str:
    """Letters, digits, spaces, _ and -, so that MongoDB can store it as the name of a field."""
    name = " ".join(given.split()) if isinstance(given, str) else ""
    if not name or len(name) > LONGEST_EXTRA_NAME or not all(each.isalnum() or each in " _-" for each in name):
        raise Unreadable(
            f"has a name that is not 1 to {LONGEST_EXTRA_NAME} letters, digits, spaces, _ or -: {str(given)[:60]!r}"
        )
    return name


def _read_extra_value(value: Any) -> ExtraValue:
    """A time with its zone is a moment. A day alone stays a text: it is the same day in every zone."""
    match value:
        case bool() | datetime():
            return value
        case int() if abs(value) <= LARGEST_NUMBER:
            return value
        case float() if math.isfinite(value):
            return int(value) if value.is_integer() and abs(value) <= LARGEST_NUMBER else value
        case int() | float():
            raise Unreadable("has a value that is too large a number")
    try:
        text = as_line(value, longest=LONGEST_EXTRA)
        return (ISO_ONLY.read(text) or text) if _MOMENT.fullmatch(text) else text
    except Unreadable as error:
        raise Unreadable(f"has a value that {error}") from None
    except NotADate:
        return text


def _stored(value: Any) -> Any:
    if isinstance(value, str | int | datetime):  # most are, and to ask whether something is a Mapping takes long
        return value
    return list(value) if isinstance(value, tuple) else dict(value)


_READERS: Final[Mapping[str, Callable[[Any, _Report], Any]]] = {
    "assignee": _line(LONGEST_NAME),
    "team": _line(LONGEST_NAME),
    "priority": _line(LONGEST_NAME),
    "type": _line(LONGEST_NAME),
    "tags": _read_tags,
    "organisation": _line(LONGEST_NAME),
    "customer_name": _line(LONGEST_NAME),
    "url": _read_url,
    "first_reply_at": _read_moment,
    "due_at": _read_moment,
    "replies": _read_replies,
    "rating": _line(LONGEST_RATING),
    "language": _line(LONGEST_LANGUAGE),
    "extra": _read_extra,
}
