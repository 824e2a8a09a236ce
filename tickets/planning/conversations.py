"""What the messages of a ticket say about it. Pure.

What the helpdesk's record says itself comes first: its text, its first reply, its number of replies.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from tickets.records.conversation import Conversation, first_reply_at, newest_of_customer
from tickets.records.exchange import exchange_of
from tickets.records.normalize import TicketContent


def with_conversation(content: TicketContent, conversation: Conversation) -> TicketContent:
    """The content with its text, newest message of the customer, first reply and number of replies filled in."""
    message = content.message or conversation.first_text()
    replies = conversation.replies_after(message)
    newest = newest_of_customer(replies)
    details = content.details
    public = [each for each in replies if not each.is_internal]
    details = replace(
        details,
        first_reply_at=details.first_reply_at or first_reply_at(replies),
        replies=len(public) if details.replies is None else details.replies,
    )
    return replace(
        content,
        message=message,
        latest_message="" if newest is None else newest.text,
        latest_message_at=None if newest is None else newest.at,
        conversation_digest=conversation.digest() if conversation.messages else "",
        exchange=exchange_of(
            conversation, created_at=None if content.is_first_seen else content.created_at, opening_text=message
        ),
        details=details,
    )


def with_stored_messages(content: TicketContent, stored: Mapping[str, Any]) -> TicketContent:
    """The content of a ticket whose messages were not read this time, with what the stored ones said about it."""
    if not stored.get("conversation_digest"):
        return content
    details = content.details
    details = replace(
        details,
        first_reply_at=details.first_reply_at or stored.get("first_reply_at"),
        replies=stored.get("replies") if details.replies is None else details.replies,
    )
    return replace(
        content,
        message=content.message or stored["message"],
        latest_message=stored.get("latest_message") or "",
        latest_message_at=stored.get("latest_message_at"),
        conversation_digest=stored["conversation_digest"],
        exchange=tuple(stored.get("exchange") or ()),
        details=details,
    )
