"""The tickets of the demo helpdesk: a pure function of (tenant, anchor, now).

At the anchor a tenant has `size` tickets from the 30 days before it. After that, new tickets arrive, change status, get
more text and are deleted. Nothing is stored or left to chance: a helpdesk restarted with the same anchor has the same
tickets. All times are UTC, in whole seconds.
"""

import itertools
import random
import threading
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Final

from tickets.demo.composing import Composition, business_of, compose, customers_of, seeded
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

DEFAULT_SIZES: Final = {"tenant_a": 1_000, "tenant_b": 700, "tenant_c": 500, "tenant_d": 300}
DAYS_BEFORE_ANCHOR: Final = 30
# Activity ends after this, so that an anchor years ago does not generate millions of tickets.
DAYS_AFTER_ANCHOR: Final = 365
# Arrivals in a busy hour per deletion.
ARRIVALS_PER_DELETION: Final = 20
DELETED_BEFORE_ANCHOR: Final = 0.01

_HOUR: Final = timedelta(hours=1)


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


class DemoTenant:
    """A tenant's tickets at any time. Safe to use from several threads.

    Ids ascend in the order of creation: `a-000001` and so on for `tenant_a`; for other names they start with the full
    name.
    """

    def __init__(self, *, name: str, anchor: datetime, size: int) -> None:
        """Raises `ValueError` for an anchor without a time zone or a negative size."""
        if anchor.tzinfo is None or size < 0:
            raise ValueError("the anchor needs a time zone, and the size must not be negative")
        self.name = name
        self._anchor = anchor.astimezone(UTC).replace(microsecond=0)
        self._business = business_of(name)
        self._customers = customers_of(name, size)
        deleted = round(size * DELETED_BEFORE_ANCHOR)
        self._timelines: list[Timeline] = []
        self._created: list[datetime] = []
        self._deleted_at: dict[int, datetime] = {}
        for moment in self._arrivals_before_anchor(size + deleted):
            self._add(moment)
        self._delete_before_anchor(deleted)
        self._arrivals = self._arrivals_after_anchor()
        self._next_arrival = next(self._arrivals, None)
        self._deletions = self._deletions_after_anchor()
        self._next_deletion = next(self._deletions, None)
        self._lock = threading.Lock()
        self._seen: tuple[datetime, tuple[Ticket, ...]] | None = None

    def tickets_at(self, now: datetime) -> tuple[Ticket, ...]:
        """The tickets listed at `now`, by id, without deleted ones."""
        now = now.astimezone(UTC).replace(microsecond=0)
        with self._lock:
            # Most pages of a sync are requested within the same second.
            if self._seen is None or self._seen[0] != now:
                self._grow(now)
                self._seen = (now, tuple(self._existing(now)))
            return self._seen[1]

    def deleted_ids_at(self, now: datetime) -> list[str]:
        """The ids of tickets deleted up to `now`, in order of deletion."""
        now = now.astimezone(UTC).replace(microsecond=0)
        with self._lock:
            self._grow(now)
            deleted = sorted((at, number) for number, at in self._deleted_at.items() if at <= now)
        return [self._id(number) for _, number in deleted]

    def _existing(self, now: datetime) -> Iterator[Ticket]:
        for number, timeline in enumerate(self._timelines):
            deleted_at = self._deleted_at.get(number)
            if (deleted_at is None or deleted_at > now) and (ticket := timeline.at(now)):
                yield ticket

    def _grow(self, now: datetime) -> None:
        """Generate arrivals and deletions up to `now`."""
        while self._next_arrival is not None and self._next_arrival <= now:
            self._add(self._next_arrival)
            self._next_arrival = next(self._arrivals, None)
        while self._next_deletion is not None and self._next_deletion <= now:
            at, rng = self._next_deletion, seeded("victim", self.name, self._next_deletion - self._anchor)
            # Chosen among tickets that existed then, so the choice does not depend on the time of the request.
            existing = bisect_right(self._created, at)
            if existing:
                self._deleted_at.setdefault(rng.randrange(max(0, existing - 250), existing), at)
            self._next_deletion = next(self._deletions, None)

    def _add(self, moment: datetime) -> None:
        number = len(self._timelines)
        rng = seeded("ticket", self.name, number)
        composition = compose(rng=rng, business=self._business, customers=self._customers)
        first = Ticket(
            id=self._id(number),
            tenant_id=self.name,
            source=composition.source,
            customer_id=composition.customer_id,
            subject=composition.subject,
            message=composition.message,
            created_at=moment,
            updated_at=moment,
            status="open",
        )
        changes = _changes(moment, composition, rng)
        timeline = _timeline(first, changes, appends=composition.source not in WRITES_REPLIES)
        details = seeded("details", self.name, number)
        self._timelines.append(_with_details(timeline, changes, composition, self._business, details))
        self._created.append(moment)

    def _id(self, number: int) -> str:
        return f"{id_prefix(self.name)}-{number + 1:06d}"

    def _arrivals_before_anchor(self, count: int) -> Iterator[datetime]:
        rng = seeded("before", self.name)
        weights = hourly_weights(
            self._business, self._anchor - timedelta(days=DAYS_BEFORE_ANCHOR), DAYS_BEFORE_ANCHOR * 24
        )
        step = sum(weights) / max(1, count)
        places = ((number + rng.random()) * step for number in range(count))
        return _place(self._anchor - timedelta(days=DAYS_BEFORE_ANCHOR), iter(weights), places)

    def _arrivals_after_anchor(self) -> Iterator[datetime]:
        rng = seeded("after", self.name)
        hours = hourly_weights(self._business, self._anchor, DAYS_AFTER_ANCHOR * 24)
        busiest = max(self._business.hours)
        # Quieter at night, but never so quiet that a demo shows nothing.
        weights = (0.35 + 0.65 * weight / busiest for weight in hours)
        step = self._business.arrival_minutes / 60
        places = ((number + rng.random()) * step for number in itertools.count())
        # One second later, so that there are exactly `size` tickets at the anchor.
        return _place(self._anchor + timedelta(seconds=1), weights, places)

    def _delete_before_anchor(self, count: int) -> None:
        rng = seeded("deleted before", self.name)
        for number in rng.sample(range(len(self._created) * 95 // 100 or 1), count):
            wait = (self._anchor - self._created[number]) * rng.random()
            self._deleted_at[number] = (self._created[number] + wait).replace(microsecond=0)

    def _deletions_after_anchor(self) -> Iterator[datetime]:
        rng = seeded("deleted after", self.name)
        gap = self._business.arrival_minutes * ARRIVALS_PER_DELETION
        for number in range(int(DAYS_AFTER_ANCHOR * 24 * 60 / gap)):
            minutes = (number + rng.random()) * gap
            yield self._anchor + timedelta(seconds=round(minutes * 60) + 1)


def id_prefix(tenant: str) -> str:
    """`a` for `tenant_a`, and the full name for others, so that tenants never share ids."""
    return tenant.removeprefix("tenant_")


def timestamp(moment: datetime) -> str:
    """ISO 8601 in UTC with `Z` and whole seconds."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def hourly_weights(business: Business, start: datetime, hours: int) -> list[float]:
    """The traffic of each of the `hours` after `start`: by time of day, quieter at weekends."""
    moments = (start + number * _HOUR for number in range(hours))
    return [business.hours[at.hour] * (business.weekend if at.weekday() >= 5 else 1.0) for at in moments]


def _place(start: datetime, weights: Iterator[float], places: Iterator[float]) -> Iterator[datetime]:
    """Map ascending positions on the axis of summed weights to times; ends with the weights."""
    hour, reached, weight = -1, 0.0, 0.0
    for place in places:
        while place >= reached + weight:
            reached += weight
            hour += 1
            following = next(weights, None)
            if following is None:
                return
            weight = following
        yield start + timedelta(seconds=int((hour + (place - reached) / weight) * 3600))


@dataclass(frozen=True, slots=True)
class _Change:
    """`status`: None if it stays as it is. `said`: what the customer says, empty if nothing."""

    at: datetime
    status: str | None
    said: str


def _changes(created_at: datetime, written: Composition, rng: random.Random) -> list[_Change]:
    """From creation to closing, in order of time: changes of the status, follow-ups, and updates without a change."""
    changes: list[_Change] = []
    at = created_at

    def move(status: str, shortest: float, usual: float, said: str = "") -> None:
        # Most waits are close to the usual one, some are many times as long.
        nonlocal at
        hours = shortest + usual * min(8.0, rng.lognormvariate(0, 0.9))
        at += timedelta(seconds=round(hours * 3600))
        changes.append(_Change(at, status, said))

    mood, asks = written.intent.mood, written.intent.requires_action
    if rng.random() > 0.03:
        move("in_progress", 0.1, 0.5 if mood == "urgent" else 2)
        if rng.random() < 0.35 and asks:
            move("pending", 0.3, 3)
            move("in_progress", 1, 18, customer_answer(written))
        move("resolved", 0.4, 5 if mood == "urgent" else 14)
        answered = at
        if rng.random() < 0.12 and asks:
            move("open", 2, 16, reopener(rng, written))
            move("in_progress", 0.2, 2)
            move("resolved", 0.5, 10)
        move("closed", 20, 30, closing_words(rng, written))
    else:
        # Some are forgotten: they stay open, and only the customer follows up.
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
