"""From whatever a helpdesk sent to a ticket we can keep, or a reason why not. Pure.

Rules: a record needs an id and a creation date; missing texts become empty; wrong types are
refused, never guessed; text is compared and kept in one form (line ends as `\\n`, no NUL, no
lone surrogates), because helpdesks rewrite line ends as they please.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any

from dateutil import parser as dates

LONGEST_ID = 200
LONGEST_SHORT_TEXT = 1_000
LONGEST_MESSAGE = 1_000_000
NO_CUSTOMER = ""

_EARLIEST = datetime(1971, 1, 1, tzinfo=UTC)  # helpdesks print 1970-01-01 for a date that is not set
_LATEST = datetime(9000, 1, 1, tzinfo=UTC)
_LINE_END = re.compile(r"\r\n?|\u2028|\u2029")
_PLAIN_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z")
_ISO_DAY = re.compile(r"\d{4}-?\d{2}-?\d{2}")
_MAY_HOLD_DAY = re.compile(r"\d{4}")
_A, _B = datetime(2000, 1, 1), datetime(2001, 2, 2)  # noqa: DTZ001  what is missing, not a moment


class InvalidRecord(Exception):
    """A record that cannot be kept as a ticket; it goes to quarantine with `field` and the reason."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"{field}: {reason}")
        self.field = field
        self.reason = reason


class ForeignRecord(Exception):
    """A record that names another tenant. It is refused and counted, never stored."""


@dataclass(frozen=True, slots=True)
class TicketContent:
    """What a ticket says at its source, normalised."""

    external_id: str
    source: str
    customer_id: str
    subject: str
    message: str
    status: str
    created_at: datetime
    updated_at: datetime

    def digest(self, *, rules_version: int | str) -> str:
        """Changes with anything that may change what we store, and not with `updated_at` alone.

        `rules_version` names the rules of judging: ours and the tenant's.
        """
        parts = (
            self.source,
            self.customer_id,
            self.subject,
            self.message,
            self.status,
            self.created_at.isoformat(),
            str(rules_version),
        )
        return hashlib.blake2b("\0".join(parts).encode(), digest_size=12).hexdigest()


def normalize_record(record: Mapping[str, Any], *, tenant_id: str) -> TicketContent:
    """The ticket in a record of the house's field names.

    Raises `ForeignRecord` where it names another tenant and `InvalidRecord` where it cannot
    be kept.
    """
    named = record.get("tenant_id")
    if named is not None and named != tenant_id:
        raise ForeignRecord(str(named)[:100])
    created_at = _date(record, "created_at")
    if created_at is None:
        raise InvalidRecord("created_at", "is missing")
    return TicketContent(
        external_id=_identifier(record, "id", needed=True),
        source=_text(record, "source", longest=LONGEST_SHORT_TEXT).strip() or "unknown",
        customer_id=_identifier(record, "customer_id", needed=False),
        subject=_text(record, "subject", longest=LONGEST_SHORT_TEXT).replace("\n", " ").strip(),
        message=_text(record, "message", longest=LONGEST_MESSAGE),
        status=_status(record),
        created_at=created_at,
        updated_at=_date(record, "updated_at") or created_at,
    )


def clean_text(text: str) -> str:
    """One form of a text: `\\n` line ends, no NUL and no lone surrogates, nothing at the end."""
    if "\r" in text or "\u2028" in text or "\u2029" in text:
        text = _LINE_END.sub("\n", text)
    if "\0" in text:
        text = text.replace("\0", "")
    try:
        text.encode()
    except UnicodeEncodeError:
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text.rstrip()


def _identifier(record: Mapping[str, Any], field: str, *, needed: bool) -> str:
    value = record.get(field)
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if value is None or value == "":
        if needed:
            raise InvalidRecord(field, "is missing")
        return NO_CUSTOMER
    if not isinstance(value, str):
        raise InvalidRecord(field, f"is {_kind(value)}, not text or a whole number")
    cleaned = clean_text(value).strip()
    if needed and not cleaned:
        raise InvalidRecord(field, "is missing")
    if len(cleaned) > LONGEST_ID:
        raise InvalidRecord(field, f"is longer than {LONGEST_ID} characters")
    if "\n" in cleaned:
        raise InvalidRecord(field, "holds a line break")
    return cleaned


def _text(record: Mapping[str, Any], field: str, *, longest: int) -> str:
    value = record.get(field)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise InvalidRecord(field, f"is {_kind(value)}, not text")
    cleaned = clean_text(value)
    if len(cleaned) > longest:
        if field == "message":
            raise InvalidRecord(field, f"is longer than {longest:,} characters")
        return cleaned[:longest]
    return cleaned


def _status(record: Mapping[str, Any]) -> str:
    value = record.get("status")
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)  # some helpdesks number their states
    if value is not None and not isinstance(value, str):
        raise InvalidRecord("status", f"is {_kind(value)}, not text")
    return clean_text(value or "").strip()[:100] or "unknown"


def _date(record: Mapping[str, Any], field: str) -> datetime | None:
    value = record.get(field)
    if value is None or value == "":
        return None
    if not isinstance(value, str):
        raise InvalidRecord(field, f"is {_kind(value)}, not a date as text")
    moment = parse_date(value)
    if moment is None:
        raise InvalidRecord(field, f"is no date: {value[:60]!r}")
    if moment < _EARLIEST:
        return None
    if moment > _LATEST:
        raise InvalidRecord(field, f"lies too far ahead: {value[:60]!r}")
    return moment


def parse_date(text: str, *, zone: tzinfo = UTC) -> datetime | None:
    """An aware moment in UTC, in milliseconds, or None. Without a zone of its own it is taken in `zone`.

    A text that leaves the day open ("10:00", "Monday") is no date.
    """
    text = text.strip()
    if len(text) > 60:
        return None
    moment: datetime | None
    if _PLAIN_MOMENT.fullmatch(text):  # as nearly all helpdesks write it, and quickly read
        try:
            return datetime.fromisoformat(text)
        except ValueError:
            return None
    try:
        moment = datetime.fromisoformat(text) if _ISO_DAY.match(text) else _parse_loosely(text)
    except ValueError:
        moment = _parse_loosely(text)
    if moment is None:
        return None
    try:
        moment = (moment.replace(tzinfo=zone) if moment.tzinfo is None else moment).astimezone(UTC)
    except (OverflowError, ValueError):
        return None
    return moment - timedelta(microseconds=moment.microsecond % 1000)


def _parse_loosely(text: str) -> datetime | None:
    """By dateutil, which fills in what is missing: read with two defaults, both must agree."""
    if not _MAY_HOLD_DAY.search(text):
        return None
    try:
        first, second = dates.parse(text, default=_A), dates.parse(text, default=_B)
    except (ValueError, OverflowError, TypeError, AttributeError):
        return None
    return first if first == second else None


def _kind(value: object) -> str:
    match value:
        case bool():
            return "true or false"
        case int() | float():
            return "a number"
        case list():
            return "a list"
        case Mapping():
            return "an object"
        case _:
            return "of an unknown kind"
