"""What was said about a ticket, in the order of time: the messages of its conversation, and the notes of the team."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from tenants.access import TenantAccess
from tenants.models import User
from tickets.classification.highlighting import Segment, mark_hits, mark_text
from tickets.classification.search_query import Query
from tickets.classification.verdicts import Classification, Field
from tickets.notes.store import Note
from tickets.records.conversation import Conversation, Message, newest_of_customer
from tickets.records.quotes import own_length

FOLD_AFTER: Final = 3_000
"""Characters of a message that are shown at once."""


@dataclass(frozen=True, slots=True)
class FoldedText:
    """A text in three parts: what is shown, what is folded because it is long, and what its writer quotes."""

    shown: Sequence[Segment]
    rest: Sequence[Segment]
    rest_length: int
    quoted: Sequence[Segment]

    @property
    def is_deciding(self) -> bool:
        """Whether it has words that decided the classification."""
        return any(each.evidence and each.decided for part in (self.shown, self.rest, self.quoted) for each in part)


@dataclass(frozen=True, slots=True)
class Said:
    """A message or a note of the team; the other is None. `kind`: customer, agent, internal or note."""

    kind: str
    author: str
    at: datetime
    text: FoldedText | None = None
    note: Note | None = None
    is_mine: bool = False
    may_delete: bool = False


def fold_marked(text: str, verdict: Classification, field: Field, query: Query) -> FoldedText:
    """A text that was classified, with what decided in it."""

    def part(start: int, end: int) -> Sequence[Segment]:
        return mark_text(text, verdict, field, start=start, end=end, query=query) if start < end else ()

    own = own_length(text)
    fold = min(own, FOLD_AFTER)
    return FoldedText(part(0, fold), part(fold, own), own - fold, part(own, len(text)))


def _fold(text: str, query: Query) -> FoldedText:
    own = own_length(text)
    fold = min(own, FOLD_AFTER)
    return FoldedText(
        mark_hits(text[:fold], query), mark_hits(text[fold:own], query), own - fold, mark_hits(text[own:], query)
    )


def thread_of(
    ticket: Mapping[str, Any],
    conversation: Conversation | None,
    notes: Sequence[Note],
    verdict: Classification,
    *,
    query: Query,
    access: TenantAccess,
    user: User,
) -> list[Said]:
    """The messages after the first and the notes. The customer's newest message is marked with what decided in it."""
    replies = conversation.replies_after(ticket["message"]) if conversation else ()
    latest = ticket.get("latest_message") or ""
    newest = newest_of_customer(replies)
    said = [
        Said(
            _kind(each),
            each.author,
            each.at,
            fold_marked(latest, verdict, "latest_message", query)
            if each is newest and each.text == latest
            else _fold(each.text, query),
        )
        for each in replies
    ]
    said += [
        Said(
            "note",
            each.author,
            each.created_at,
            note=each,
            is_mine=each.is_by(user),
            may_delete=each.is_by(user) or access.can_run,
        )
        for each in notes
    ]
    return sorted(said, key=lambda each: each.at)


def _kind(message: Message) -> str:
    return "internal" if message.is_internal else "customer" if message.is_customer else "agent"
