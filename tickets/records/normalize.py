"""From whatever a helpdesk sent to a ticket that can be stored, or the reason why not. Pure.

Rules: a record needs an id and a creation date; missing texts become empty; a number or boolean in place of a text
becomes its text; lists and objects are rejected, never guessed. Optional fields (`tickets.records.details`) never
reject a record. Text is compared and stored in one form (HTML as plain text, line ends as `\\n`, no NUL, no lone
surrogates), because helpdesks rewrite it at will.
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from supportsaas.formatting import format_number
from tickets.records.cleaning import as_text as as_text
from tickets.records.cleaning import clean_text as clean_text
from tickets.records.cleaning import kind_of
from tickets.records.dates import ISO_ONLY, NotADate
from tickets.records.details import NO_DETAILS, Details, LeftOut, read_details
from tickets.records.plain_text import as_plain_line, as_plain_text
from tickets.records.statuses import NO_STATUS_MAP, StatusMap, spell_status, state_of

LONGEST_ID = 200
LONGEST_SHORT_TEXT = 1_000
LONGEST_MESSAGE = 1_000_000
NO_CUSTOMER = ""
_FIRST_SEEN = "first seen"


class InvalidRecord(Exception):
    """A record that cannot be stored as a ticket; it goes to quarantine with `field` and the reason."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"{field}: {reason}")
        self.field = field
        self.reason = reason


class ForeignRecord(Exception):
    """A record that names another tenant. It is counted, never stored."""


@dataclass(frozen=True, slots=True)
class TicketContent:
    """A ticket as the helpdesk has it, normalised."""

    external_id: str
    source: str
    customer_id: str
    subject: str
    message: str
    status: str
    created_at: datetime
    updated_at: datetime
    resolved_at: datetime | None = None
    """When it was resolved or closed according to the helpdesk; None if it does not say, or not readably."""
    mapped_from: str | None = None
    """The helpdesk's own status if the tenant's map replaced it, else None."""
    latest_message: str = ""
    """The customer's newest message after the first; empty if there is none or none is known."""
    latest_message_at: datetime | None = None
    conversation_digest: str = ""
    """Changes with any message of the conversation; empty if none is known."""
    exchange: tuple[datetime, ...] = ()
    """When the customer wrote and when an agent replied, in turn (`tickets.records.exchange`)."""
    events_digest: str = ""
    """Changes with any event that the helpdesk tells; empty if it tells none."""
    is_first_seen: bool = False
    """Whether `created_at` is only when the ticket was first seen, because the helpdesk does not say when it came in."""
    details: Details = NO_DETAILS
    left_out: tuple[LeftOut, ...] = field(default=(), compare=False)
    """The optional fields that could not be read, with the reasons."""

    def digest(self, *, classifier_version: int | str) -> str:
        """Changes with anything that may change what we store, and not with `updated_at` alone.

        `classifier_version` names what the ticket is classified by: `TenantClassifier.version`.
        """
        parts = (
            self.source,
            self.customer_id,
            self.subject,
            self.message,
            self.status,
            _FIRST_SEEN if self.is_first_seen else self.created_at.isoformat(),
            str(classifier_version),
            # Without a date and details the digest is that of earlier versions, so no ticket has to be read again.
            *([self.resolved_at.isoformat()] if self.resolved_at else []),
            *([f"details {details}"] if (details := self.details.digest()) else []),
            *([f"latest {self.latest_message}"] if self.latest_message else []),
            *([f"conversation {self.conversation_digest}"] if self.conversation_digest else []),
            *([f"events {self.events_digest}"] if self.events_digest else []),
        )
        return hashlib.blake2b("\0".join(parts).encode(), digest_size=12).hexdigest()


def normalize_record(
    record: Mapping[str, Any], *, tenant_id: str, statuses: StatusMap = NO_STATUS_MAP
) -> TicketContent:
    """The ticket in a record of native field names; `statuses` are what the tenant says that unknown ones mean.

    Raises `ForeignRecord` where it names another tenant and `InvalidRecord` where it cannot
    be kept.
    """
    named = record.get("tenant_id")
    if named is not None and named != tenant_id:
        raise ForeignRecord(str(named)[:100])
    created_at = _date(record, "created_at")
    if created_at is None:
        raise InvalidRecord("created_at", "is missing")
    status, mapped_from = apply_status_map(_status(record), statuses)
    details, left_out = read_details(record)
    try:
        resolved_at = _date(record, "resolved_at")
    except InvalidRecord as error:
        resolved_at, left_out = None, ((error.field, error.reason), *left_out)
    return TicketContent(
        external_id=_identifier(record, "id", needed=True),
        source=_short_text(record, "source").strip() or "unknown",
        customer_id=_identifier(record, "customer_id", needed=False),
        subject=_short_text(record, "subject", read=as_plain_line).replace("\n", " ").strip(),
        message=_message(record),
        status=status,
        created_at=created_at,
        is_first_seen=record.get("is_first_seen") is True,
        updated_at=_date(record, "updated_at") or created_at,
        resolved_at=resolved_at,
        mapped_from=mapped_from,
        details=details,
        left_out=left_out,
    )


def _identifier(record: Mapping[str, Any], field: str, *, needed: bool) -> str:
    value = record.get(field)
    text = None if needed and isinstance(value, bool) else as_text("" if value is None else value)
    if text is None:
        raise InvalidRecord(field, f"is {kind_of(value)}, not text or a number")
    cleaned = clean_text(text).strip()
    if needed and not cleaned:
        raise InvalidRecord(field, "is missing")
    if len(cleaned) > LONGEST_ID:
        raise InvalidRecord(field, f"is longer than {LONGEST_ID} characters")
    if "\n" in cleaned:
        raise InvalidRecord(field, "contains a line break")
    return cleaned


def _text(record: Mapping[str, Any], field: str) -> str:
    value = record.get(field)
    text = as_text("" if value is None else value)
    if text is None:
        raise InvalidRecord(field, f"is {kind_of(value)}, not text")
    return text


def _short_text(record: Mapping[str, Any], field: str, *, read: Callable[[str], str] = str) -> str:
    return clean_text(read(_text(record, field)))[:LONGEST_SHORT_TEXT]


def _message(record: Mapping[str, Any]) -> str:
    cleaned = clean_text(as_plain_text(_text(record, "message")))
    if len(cleaned) > LONGEST_MESSAGE:
        raise InvalidRecord("message", f"is longer than {format_number(LONGEST_MESSAGE)} characters")
    return cleaned


def _status(record: Mapping[str, Any]) -> str:
    return spell_status(clean_text(_text(record, "status")).strip()[:100])


def apply_status_map(status: str, statuses: StatusMap) -> tuple[str, str | None]:
    """The status to store, and the helpdesk's own if the tenant's map replaced it."""
    ours = statuses.find(status) if state_of(status) == "unknown" else None
    return (status, None) if ours is None else (ours, status)


def _date(record: Mapping[str, Any], field: str) -> datetime | None:
    try:
        return ISO_ONLY.read(record.get(field))
    except NotADate as error:
        raise InvalidRecord(field, str(error)) from None
