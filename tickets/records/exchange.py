"""Whose turn it was when: the customer wrote, an agent replied, the customer wrote again. Pure.

The moments are a list (`exchange` in the database), ascending: those at even places are the customer's, the others an
agent's. Several messages of one side in a row count once, with the first of them. Internal notes are nobody's reply.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from tickets.records.conversation import Conversation

MOST_MOMENTS: Final = 100
"""Of one ticket. Beyond this, those after the first reply are left out, the oldest first."""


def exchange_of(conversation: Conversation, *, created_at: datetime | None, opening_text: str) -> tuple[datetime, ...]:
    """The moments of a conversation; empty if no message of the customer is known.

    A ticket comes in with a text of its customer, `opening_text`, unless an agent wrote that message. `created_at`: when
    that was; None if only the messages say so.
    """
    public = [each for each in conversation.messages if not each.is_internal]
    by_agent = any(each.text == opening_text and not each.is_customer for each in public[:1])
    moments = [created_at] if created_at is not None and opening_text and not by_agent else []
    for message in public:
        is_customers_turn = len(moments) % 2 == 0
        if message.is_customer == is_customers_turn:
            moments.append(message.at if created_at is None else max(message.at, created_at))
    return shortened(moments)


def shortened(moments: Sequence[datetime]) -> tuple[datetime, ...]:
    """At most `MOST_MOMENTS`, the customer's still at even places."""
    surplus = len(moments) - MOST_MOMENTS
    if surplus <= 0:
        return tuple(moments)
    left_out = surplus + surplus % 2
    return (*moments[:2], *moments[2 + left_out :])
