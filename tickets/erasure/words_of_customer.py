"""Finds what a customer wrote in a ticket that now belongs to another one. Pure."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tickets.records.conversation import Conversation, Message

_SIDES = ("old", "new")


@dataclass(frozen=True, slots=True)
class Ownership:
    """When a ticket belonged to the customer, by its history.

    `periods`: from when to when; None is since ever, and until now. `names`: the customer's id and names, `others`: those of the
    ticket's other customers, `texts` the newest messages of the customer that the history has.
    """

    periods: Sequence[tuple[datetime | None, datetime | None]] = ()
    names: frozenset[str] = frozenset()
    others: frozenset[str] = frozenset()
    texts: frozenset[str] = frozenset()

    def includes(self, moment: datetime) -> bool:
        return any(
            (since is None or moment >= since) and (until is None or moment < until) for since, until in self.periods
        )


@dataclass(slots=True)
class _Walk:
    customer: str | None = None
    since: datetime | None = None
    periods: list[tuple[datetime | None, datetime | None]] = field(default_factory=list)
    names: set[str] = field(default_factory=set)
    others: set[str] = field(default_factory=set)
    texts: set[str] = field(default_factory=set)


def ownership_of(customer_id: str, entries: Iterable[Mapping[str, Any]]) -> Ownership:
    """From the entries of a ticket's history, the oldest first."""
    walk = _Walk(names={customer_id})
    for entry in entries:
        owner = entry["changes"].get("customer_id", {"old": walk.customer, "new": walk.customer})
        if owner["new"] == customer_id != walk.customer:
            walk.since = entry["recorded_at"] if walk.customer is not None else None
        elif walk.customer == customer_id != owner["new"]:
            walk.periods.append((walk.since, entry["recorded_at"]))
        walk.customer = owner["new"]
        for side in _SIDES:
            name = entry["changes"].get("customer_name", {}).get(side)
            text = entry["changes"].get("latest_message", {}).get(side)
            is_of_customer = owner[side] == customer_id
            (walk.names if is_of_customer else walk.others).update(each for each in (name, owner[side]) if each)
            walk.texts.update([text] if text and is_of_customer else [])
    if walk.customer == customer_id:
        walk.periods.append((walk.since, None))
    others = walk.others - walk.names
    return Ownership(walk.periods, frozenset(walk.names), frozenset(others), frozenset(walk.texts))


def messages_of(ownership: Ownership, conversation: Conversation) -> tuple[Message, ...]:
    """What the customer wrote: under one of the customer's names, or as the ticket's customer at that time."""
    return tuple(each for each in conversation.messages if _is_of(ownership, each))


def _is_of(ownership: Ownership, message: Message) -> bool:
    if message.author in ownership.names:
        return True
    return message.is_customer and message.author not in ownership.others and ownership.includes(message.at)


def without(conversation: Conversation, erased: Collection[Message]) -> Conversation:
    kept = tuple(each for each in conversation.messages if each not in erased)
    return Conversation(kept, conversation.left_out + len(conversation.messages) - len(kept))
