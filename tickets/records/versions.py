"""The two versions of a ticket that are compared: the one just read, and the stored one. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from tickets.records.conversation import Conversation
from tickets.records.normalize import TicketContent
from tickets.records.origin import PLAIN, Origin
from tickets.records.told_events import Telling

Action = Literal["created", "updated", "deleted", "restored"]
FieldChanges = dict[str, dict[str, Any]]

VERSION_FIELDS = (
    "external_id", "digest", "updated_at", "is_deleted", "deleted_at", "from_file", "older", "mapping", "listed",
    "unread.tried_at",
)  # fmt: skip
"""What a `StoredVersion` is made of."""


@dataclass(frozen=True, slots=True)
class ReadTicket:
    """A ticket as it was read, and the digest that shows whether the stored one may differ.

    A ticket from a file is not one of the helpdesk's, unless that lists it too, so its absence there means nothing.
    """

    content: TicketContent
    digest: str
    from_file: bool = False
    origin: Origin = PLAIN
    listed: str = ""
    """The digest of what the helpdesk's list alone says; empty if messages are not requested for each ticket."""
    conversation: Conversation | None = None
    """None if its messages are unknown, or as they are stored."""
    unread: str = ""
    """The record as JSON, to request its messages again, if they could not be read this time."""
    telling: Telling | None = None
    """None if the helpdesk does not tell the ticket's history, or it is as it is stored."""


@dataclass(frozen=True, slots=True)
class OlderVersion:
    """A version with an older stamp than the stored one that a whole read showed, and when it first did."""

    digest: str
    updated_at: datetime
    seen_at: datetime

    def is_of(self, ticket: ReadTicket) -> bool:
        return (self.digest, self.updated_at) == (ticket.digest, ticket.content.updated_at)


@dataclass(frozen=True, slots=True)
class StoredVersion:
    """The small part of a stored ticket that shows whether the whole ticket has to be read."""

    key: Any
    digest: str
    updated_at: datetime
    is_deleted: bool
    from_file: bool = False
    older: OlderVersion | None = None
    mapping: str = ""
    deleted_at: datetime | None = None
    listed: str = ""
    is_unread: bool = False
    """Whether its messages could not be read the last time."""

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> "StoredVersion":
        """Of a stored ticket, or of only its `VERSION_FIELDS`."""
        older = stored.get("older")
        return cls(
            key=stored["_id"],
            digest=stored["digest"],
            updated_at=stored["updated_at"],
            is_deleted=stored["is_deleted"],
            from_file=stored.get("from_file", False),
            older=OlderVersion(older["digest"], older["updated_at"], older["seen_at"]) if older else None,
            mapping=stored.get("mapping", ""),
            deleted_at=stored.get("deleted_at"),
            listed=stored.get("listed", ""),
            is_unread=bool(stored.get("unread")),
        )

    def is_as_listed(self, ticket: ReadTicket) -> bool:
        """Whether the helpdesk's list says the same as when the ticket's messages were last read."""
        return (
            not self.is_deleted
            and self.is_comparable(ticket)
            and (self.listed, self.updated_at) == (ticket.listed, ticket.content.updated_at)
        )

    def is_comparable(self, ticket: ReadTicket) -> bool:
        """Whether the two stamps show which version is newer. A file's always do: it does not overrule a helpdesk."""
        return not ticket.origin.mapping or ticket.origin.mapping == self.mapping

    def outlives(self, ticket: ReadTicket) -> bool:
        """Whether it is deleted and the ticket is a file's row from before that, which restores nothing."""
        return self.is_deleted and ticket.from_file and not _is_after(ticket.content.updated_at, self.deleted_at)


def _is_after(moment: datetime, other: datetime | None) -> bool:
    return other is not None and moment > other
