"""The messages of a ticket after it came in: who wrote what and when, in public or as an internal note. Pure."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from tickets.records.cleaning import Unreadable, as_line, as_text, clean_text
from tickets.records.dates import ISO_ONLY, NotADate
from tickets.records.plain_text import as_plain_text

MOST_MESSAGES: Final = 500
LONGEST_TEXT: Final = 100_000
LONGEST_ALTOGETHER: Final = 3_500_000
"""Characters of one conversation, so that it fits into a document of MongoDB (16 MB) whatever the characters.

Beyond this, and beyond the number, the oldest messages but the first of the customer are left out.
"""
LONGEST_AUTHOR: Final = 200
LONGEST_ID: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A message. `is_customer`: the customer wrote it; `is_internal`: agents only can see it."""

    id: str
    author: str
    at: datetime
    text: str
    is_customer: bool
    is_internal: bool

    def stored(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "author": self.author,
            "at": self.at,
            "text": self.text,
            "is_customer": self.is_customer,
            "is_internal": self.is_internal,
        }


@dataclass(frozen=True, slots=True)
class Conversation:
    """The messages in order of time. `left_out` is the number of older ones that are not kept, or were not readable."""

    messages: tuple[Message, ...]
    left_out: int = 0

    def first_text(self) -> str:
        """The text a ticket came in with: the customer's first message, or else the first public one."""
        first = _first_of(self.messages)
        return "" if first is None else first.text

    def replies_after(self, text: str) -> tuple[Message, ...]:
        """The messages without the one the ticket came in with, which some helpdesks list, too."""
        place = next((n for n, each in enumerate(self.messages) if each.text == text and not each.is_internal), None)
        return self.messages if place is None else (*self.messages[:place], *self.messages[place + 1 :])

    def digest(self) -> str:
        """Changes with any message."""
        hashed = hashlib.blake2b(digest_size=12)
        for each in self.messages:
            parts = (each.id, each.author, each.at.isoformat(), each.text, str(each.is_customer), str(each.is_internal))
            hashed.update("\0".join(parts).encode())
        return hashed.hexdigest()


def _first_of(messages: Iterable[Message]) -> Message | None:
    """What the ticket came in with: of messages in order of time."""
    public = [each for each in messages if not each.is_internal]
    return next((each for each in public if each.is_customer), next(iter(public), None))


def newest_of_customer(messages: Iterable[Message]) -> Message | None:
    """The customer's newest public message."""
    return max(
        (each for each in messages if each.is_customer and not each.is_internal), key=lambda each: each.at, default=None
    )


def first_reply_at(messages: Iterable[Message]) -> datetime | None:
    """When an agent first answered in public; None if nobody has."""
    return min((each.at for each in messages if not each.is_customer and not each.is_internal), default=None)


def read_conversation(given: Sequence[Mapping[str, Any]]) -> Conversation:
    """From messages of native field names: `id`, `author`, `at` (ISO), `text`, `is_customer`, `is_internal`.

    One without a readable time or without a text is left out, never a reason to reject the ticket.
    """
    read = [message for each in given if (message := _read(each)) is not None]
    distinct = {each.id or f"{each.at.isoformat()} {each.text[:100]}": each for each in read}
    newest_first = sorted(distinct.values(), key=lambda each: (each.at, each.id), reverse=True)
    kept: list[Message] = []
    length = 0
    first = _first_of(reversed(newest_first))
    for each in newest_first[: MOST_MESSAGES - 1]:
        length += len(each.text)
        if length > LONGEST_ALTOGETHER - LONGEST_TEXT:
            break
        kept.append(each)
    if first is not None and first not in kept:
        kept.append(first)
    return Conversation(tuple(reversed(kept)), left_out=len(given) - len(kept))


def _read(given: Mapping[str, Any]) -> Message | None:
    try:
        at = ISO_ONLY.read(given.get("at"))
        author = as_line(given.get("author"), longest=LONGEST_AUTHOR)
    except NotADate:
        return None
    except Unreadable:
        author = ""
    text = as_text(given.get("text"))
    cleaned = clean_text(as_plain_text(text)).strip()[:LONGEST_TEXT] if text else ""
    if at is None or not cleaned:
        return None
    return Message(
        id=(as_text(given.get("id")) or "")[:LONGEST_ID],
        author=author,
        at=at,
        text=cleaned,
        is_customer=bool(given.get("is_customer")),
        is_internal=bool(given.get("is_internal")),
    )
