"""What happens to a ticket of the demo from its creation to its closing."""

import random
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from tickets.demo.composing import Composition
from tickets.demo.conversations import (
    WRITES_REPLIES,
    Message,
    Moment,
    closing_words,
    customer_answer,
    follow_up,
    messages_over_time,
    reopener,
)
from tickets.demo.details import details_over_time
from tickets.demo.texts.businesses import Business
from tickets.demo.working_hours import after_work

_FORGOTTEN: Final = 0.01
"""These stay open."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """A ticket of the native protocol. `status` is open, in_progress, pending, resolved or closed; `source` is email,
    chat, phone or web; times are aware and UTC."""

    id: str
    tenant_id: str
    source: str
    customer_id: str
    subject: str
    message: str
    created_at: datetime
    updated_at: datetime
    status: str
    details: Mapping[str, object] = field(default_factory=dict)
    """Further fields of the record, such as the assignee and the messages."""

    def as_json(self) -> dict[str, object]:
        """The record of the native protocol: times are such as `2026-01-31T09:30:00Z`."""
        return {
            "id": self.id,
            "tenant_id": self.tenant_id,
            "source": self.source,
            "customer_id": self.customer_id,
            "subject": self.subject,
            "message": self.message,
            "created_at": timestamp(self.created_at),
            "updated_at": timestamp(self.updated_at),
            "status": self.status,
            **self.details,
        }


@dataclass(frozen=True, slots=True)
class Timeline:
    """All states of a ticket: `states[i]` starts at `times[i]`; times ascend."""

    times: tuple[datetime, ...]
    states: tuple[Ticket, ...]

    def at(self, now: datetime) -> Ticket | None:
        """The ticket at that time, or None before it was created."""
        number = bisect_right(self.times, now)
        return self.states[number - 1] if number else None


def timeline_of(
    first: Ticket,
    written: Composition,
    business: Business,
    *,
    rng: random.Random,
    details: random.Random,
    first_reply_at: datetime | None = None,
) -> Timeline:
    """All states of a ticket that begins as `first`. `details` is the chance in its further fields and messages.

    `first_reply_at`: when it gets its first reply, None if that is left to chance.
    """
    changes = _changes(first.created_at, written, rng, ZoneInfo(business.zone))
    if first_reply_at is not None:
        changes = _answered_at(first_reply_at, changes)
    timeline = _timeline(first, changes, appends=written.source not in WRITES_REPLIES)
    return _with_details(timeline, changes, written, business, details)


def timestamp(moment: datetime) -> str:
    """ISO 8601 in UTC with `Z` and whole seconds."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


@dataclass(frozen=True, slots=True)
class _Change:
    """`status`: None if it stays as it is. `said`: what the customer says, empty if nothing."""

    at: datetime
    status: str | None
    said: str


def _changes(created_at: datetime, written: Composition, rng: random.Random, zone: ZoneInfo) -> list[_Change]:
    """From creation to closing, in order of time: changes of the status, follow-ups, and updates without a change."""
    changes: list[_Change] = []
    at = created_at
    mood, asks = written.intent.mood, written.intent.requires_action

    def move(status: str, shortest: float, usual: float, said: str = "", *, by_agent: bool = False) -> None:
        # Most waits are close to the usual one, some are many times as long. Agents on call see to what is urgent.
        nonlocal at
        hours = shortest + usual * min(8.0, rng.lognormvariate(0, 0.9))
        wait = timedelta(seconds=round(hours * 3600))
        at = after_work(at, wait, zone) if by_agent and mood != "urgent" else at + wait
        changes.append(_Change(at, status, said))

    if rng.random() > _FORGOTTEN:
        move("in_progress", 0.1, 0.5 if mood == "urgent" else 2, by_agent=True)
        if rng.random() < 0.35 and asks:
            move("pending", 0.3, 1, by_agent=True)
            move("in_progress", 1, 18, customer_answer(written))
        move("resolved", 0.4, 5, by_agent=True)
        answered = at
        if rng.random() < 0.12 and asks:
            move("open", 2, 16, reopener(rng, written))
            move("in_progress", 0.2, 1, by_agent=True)
            move("resolved", 0.5, 4, by_agent=True)
        move("closed", 20, 30, closing_words(rng, written))
    else:
        # Only the customer follows up.
        answered = at + timedelta(days=6)
    eager = {"urgent": 0.5, "annoyed": 0.45, "neutral": 0.2, "grateful": 0.05}[mood]
    for _ in range(2):
        if rng.random() < eager and (said := follow_up(rng, written)):
            share = 0.1 + 0.9 * rng.random()
            changes.append(_Change(created_at + (answered - created_at) * share, None, said))
    if rng.random() < 0.2:
        days = 0.05 + 12 * rng.random()
        changes.append(_Change(created_at + timedelta(days=days), None, ""))
    return sorted(changes, key=lambda change: change.at)


def _answered_at(moment: datetime, changes: list[_Change]) -> list[_Change]:
    """The changes from the first reply on, moved to that time, without what was before it."""
    first = next((number for number, each in enumerate(changes) if each.status == "in_progress"), None)
    if first is None:
        return []
    later = moment - changes[first].at
    return [replace(each, at=each.at + later) for each in changes[first:]]


def _timeline(first: Ticket, changes: list[_Change], *, appends: bool) -> Timeline:
    """The ticket after each change. `appends`: what the customer says is added to its message."""
    times, states = [first.created_at], [first]
    for change in changes:
        last = states[-1]
        moment = change.at.replace(microsecond=0)
        message = f"{last.message}\n\n{change.said}" if appends and change.said else last.message
        times.append(moment)
        states.append(replace(last, status=change.status or last.status, message=message, updated_at=moment))
    return Timeline(tuple(times), tuple(states))


def _with_details(
    timeline: Timeline, changes: list[_Change], written: Composition, business: Business, rng: random.Random
) -> Timeline:
    moves = [(at, state.status) for at, state in zip(timeline.times, timeline.states, strict=True)]
    found = details_over_time(moves, written, rng)
    said = ["", *(change.said for change in changes)]
    moments = [
        Moment(at, status, str(details.get("assignee", "")), words)
        for (at, status), details, words in zip(moves, found, said, strict=True)
    ]
    conversations = messages_over_time(moments, written, business, rng)
    states = tuple(
        replace(state, details={**details, "replies": _public(messages), "messages": messages})
        for state, details, messages in zip(timeline.states, found, conversations, strict=True)
    )
    return Timeline(timeline.times, states)


def _public(messages: tuple[Message, ...]) -> int:
    return sum(1 for each in messages if not each["is_internal"])
