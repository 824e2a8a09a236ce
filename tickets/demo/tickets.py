"""The tickets of the demo helpdesk: a pure function of (tenant, anchor, now).

A tenant has `size` tickets at the anchor, created over the 30 days before it, and goes on living after it:
tickets arrive, move on, grow by a sentence, are deleted. Nothing is stored and nothing left to chance, so a
helpdesk started again with the same anchor tells the same story. All times are UTC, in whole seconds.
"""

import itertools
import random
import threading
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Final

from tickets.demo.composing import Composition, afterthought, business_of, compose, customers_of, reopener, seeded
from tickets.demo.phrases import Business

DEFAULT_SIZES: Final = {"tenant_a": 1_000, "tenant_b": 700, "tenant_c": 500, "tenant_d": 300}
DAYS_BEFORE_ANCHOR: Final = 30
# After so long a helpdesk falls silent: an anchor of years ago must not make millions of tickets.
DAYS_AFTER_ANCHOR: Final = 365
# One deletion for so many arrivals of a busy hour.
ARRIVALS_PER_DELETION: Final = 20
DELETED_BEFORE_ANCHOR: Final = 0.01

_HOUR: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """A ticket as the native protocol hands it out. `status` is one of open, in_progress, pending, resolved,
    closed; `source` one of email, chat, phone, web; times are aware and UTC."""

    id: str
    tenant_id: str
    source: str
    customer_id: str
    subject: str
    message: str
    created_at: datetime
    updated_at: datetime
    status: str

    def as_json(self) -> dict[str, str]:
        """The record of the protocol: every field a string, times like ``2026-01-31T09:30:00Z``."""
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
        }


@dataclass(frozen=True, slots=True)
class Life:
    """All that ever happens to a ticket: `states[i]` holds from `times[i]` on, times ascending."""

    times: tuple[datetime, ...]
    states: tuple[Ticket, ...]

    def at(self, now: datetime) -> Ticket | None:
        """The ticket at that moment, or None before it was created."""
        number = bisect_right(self.times, now)
        return self.states[number - 1] if number else None


class DemoTenant:
    """One tenant's tickets at any moment. Safe to ask from several threads; ids are ``a-000001`` and on for a
    tenant called ``tenant_a``, ascending in the order of creation, and start with the full name otherwise."""

    def __init__(self, *, name: str, anchor: datetime, size: int) -> None:
        """Raises ValueError for an anchor without a time zone or a negative size."""
        if anchor.tzinfo is None or size < 0:
            raise ValueError("the anchor needs a time zone, and the size must not be negative")
        self.name = name
        self._anchor = anchor.astimezone(UTC).replace(microsecond=0)
        self._business = business_of(name)
        self._customers = customers_of(name, size)
        deleted = round(size * DELETED_BEFORE_ANCHOR)
        self._lives: list[Life] = []
        self._born: list[datetime] = []
        self._deleted_at: dict[int, datetime] = {}
        for moment in self._births_before_anchor(size + deleted):
            self._add(moment)
        self._delete_before_anchor(deleted)
        self._arrivals = self._births_after_anchor()
        self._next_arrival = next(self._arrivals, None)
        self._deletions = self._deletions_after_anchor()
        self._next_deletion = next(self._deletions, None)
        self._lock = threading.Lock()
        self._seen: tuple[datetime, tuple[Ticket, ...]] | None = None

    def tickets_at(self, now: datetime) -> tuple[Ticket, ...]:
        """The tickets listed at `now`, by id; deleted ones have left."""
        now = now.astimezone(UTC).replace(microsecond=0)
        with self._lock:
            # The pages of one reading mostly fall into the same second.
            if self._seen is None or self._seen[0] != now:
                self._grow(now)
                self._seen = (now, tuple(self._alive(now)))
            return self._seen[1]

    def deleted_ids_at(self, now: datetime) -> list[str]:
        """The ids of the tickets deleted up to `now`, in the order of their deletion."""
        now = now.astimezone(UTC).replace(microsecond=0)
        with self._lock:
            self._grow(now)
            gone = sorted((at, number) for number, at in self._deleted_at.items() if at <= now)
        return [self._id(number) for _, number in gone]

    def _alive(self, now: datetime) -> Iterator[Ticket]:
        for number, life in enumerate(self._lives):
            gone = self._deleted_at.get(number)
            if (gone is None or gone > now) and (ticket := life.at(now)):
                yield ticket

    def _grow(self, now: datetime) -> None:
        """Makes what arrives and what is deleted up to `now`."""
        while self._next_arrival is not None and self._next_arrival <= now:
            self._add(self._next_arrival)
            self._next_arrival = next(self._arrivals, None)
        while self._next_deletion is not None and self._next_deletion <= now:
            at, rng = self._next_deletion, seeded("victim", self.name, self._next_deletion - self._anchor)
            # Chosen among those that existed then, so the choice does not depend on when somebody asks.
            existing = bisect_right(self._born, at)
            if existing:
                self._deleted_at.setdefault(rng.randrange(max(0, existing - 250), existing), at)
            self._next_deletion = next(self._deletions, None)

    def _add(self, moment: datetime) -> None:
        number = len(self._lives)
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
        self._lives.append(_live(first, composition, rng))
        self._born.append(moment)

    def _id(self, number: int) -> str:
        return f"{id_prefix(self.name)}-{number + 1:06d}"

    def _births_before_anchor(self, count: int) -> Iterator[datetime]:
        rng = seeded("before", self.name)
        weights = hourly_weights(
            self._business, self._anchor - timedelta(days=DAYS_BEFORE_ANCHOR), DAYS_BEFORE_ANCHOR * 24
        )
        step = sum(weights) / max(1, count)
        places = ((number + rng.random()) * step for number in range(count))
        return _place(self._anchor - timedelta(days=DAYS_BEFORE_ANCHOR), iter(weights), places)

    def _births_after_anchor(self) -> Iterator[datetime]:
        rng = seeded("after", self.name)
        hours = hourly_weights(self._business, self._anchor, DAYS_AFTER_ANCHOR * 24)
        busiest = max(self._business.hours)
        # Quieter at night, but never so quiet that a demo at night shows nothing.
        weights = (0.35 + 0.65 * weight / busiest for weight in hours)
        step = self._business.arrival_minutes / 60
        places = ((number + rng.random()) * step for number in itertools.count())
        # A second later, so that at the anchor itself there are exactly `size`.
        return _place(self._anchor + timedelta(seconds=1), weights, places)

    def _delete_before_anchor(self, count: int) -> None:
        rng = seeded("deleted before", self.name)
        for number in rng.sample(range(len(self._born) * 95 // 100 or 1), count):
            wait = (self._anchor - self._born[number]) * rng.random()
            self._deleted_at[number] = (self._born[number] + wait).replace(microsecond=0)

    def _deletions_after_anchor(self) -> Iterator[datetime]:
        rng = seeded("deleted after", self.name)
        gap = self._business.arrival_minutes * ARRIVALS_PER_DELETION
        for number in range(int(DAYS_AFTER_ANCHOR * 24 * 60 / gap)):
            minutes = (number + rng.random()) * gap
            yield self._anchor + timedelta(seconds=round(minutes * 60) + 1)


def id_prefix(tenant: str) -> str:
    """``a`` for ``tenant_a``; any other name stands for itself, so that no two tenants share ids."""
    return tenant.removeprefix("tenant_")


def timestamp(moment: datetime) -> str:
    """ISO 8601 in UTC with ``Z``, whole seconds."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def hourly_weights(business: Business, start: datetime, hours: int) -> list[float]:
    """How busy each of the `hours` after `start` is: the rhythm of the day, quieter at weekends."""
    moments = (start + number * _HOUR for number in range(hours))
    return [business.hours[at.hour] * (business.weekend if at.weekday() >= 5 else 1.0) for at in moments]


def _place(start: datetime, weights: Iterator[float], places: Iterator[float]) -> Iterator[datetime]:
    """Turns ascending places on the axis of summed weights into moments; ends with the weights."""
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


def _live(first: Ticket, composition: Composition, rng: random.Random) -> Life:
    """From creation to closing: status moves, added sentences, and touches that change nothing."""
    changes: list[tuple[datetime, str | None, str]] = []
    at = first.created_at

    def move(status: str, shortest: float, usual: float, added: str = "") -> None:
        # Most waits are near the usual one, some are many times as long.
        nonlocal at
        hours = shortest + usual * min(8.0, rng.lognormvariate(0, 0.9))
        at += timedelta(seconds=round(hours * 3600))
        changes.append((at, status, added))

    if rng.random() > 0.03:
        move("in_progress", 0.1, 0.5 if composition.mood == "urgent" else 2)
        if rng.random() < 0.25:
            move("pending", 0.3, 3)
            move("in_progress", 1, 18)
        move("resolved", 0.4, 5 if composition.mood == "urgent" else 14)
        answered = at
        if rng.random() < 0.08:
            move("open", 2, 16, reopener(rng, composition))
            move("in_progress", 0.2, 2)
            move("resolved", 0.5, 10)
        move("closed", 20, 30)
    else:
        # Some are forgotten: they stay open, and only their customer comes back to them.
        answered = at + timedelta(days=6)
    eager = {"urgent": 0.45, "annoyed": 0.35, "neutral": 0.12, "grateful": 0.05}[composition.mood]
    for _ in range(2):
        if rng.random() < eager:
            share = 0.1 + 0.9 * rng.random()
            sentence = afterthought(rng, composition)
            changes.append((first.created_at + (answered - first.created_at) * share, None, sentence))
    if rng.random() < 0.2:
        days = 0.05 + 12 * rng.random()
        changes.append((first.created_at + timedelta(days=days), None, ""))
    times, states = [first.created_at], [first]
    for moment, status, added in sorted(changes, key=lambda change: change[0]):
        last = states[-1]
        moment = moment.replace(microsecond=0)
        message = f"{last.message}\n\n{added}" if added else last.message
        times.append(moment)
        states.append(replace(last, status=status or last.status, message=message, updated_at=moment))
    return Life(tuple(times), tuple(states))
