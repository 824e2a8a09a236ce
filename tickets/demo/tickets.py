"""The tickets of the demo helpdesk: a pure function of (tenant, anchor, now).

At the anchor a tenant has `size` tickets from the 30 days before it. After that, new tickets arrive, change status, get
more text and are deleted. Nothing is stored or left to chance: a helpdesk restarted with the same anchor has the same
tickets. All times are UTC, in whole seconds.
"""

import heapq
import itertools
import random
import threading
from bisect import bisect_right
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Final

from tickets.demo.composing import Composition, business_of, compose, customers_of, seeded
from tickets.demo.events import Event, events_of
from tickets.demo.texts.businesses import Business
from tickets.demo.timelines import Ticket, Timeline, timeline_of

DEFAULT_SIZES: Final = {"tenant_a": 1_000, "tenant_b": 700, "tenant_c": 500, "tenant_d": 300}
DAYS_BEFORE_ANCHOR: Final = 30
# Activity ends after this, so that an anchor years ago does not generate millions of tickets.
DAYS_AFTER_ANCHOR: Final = 365
# Arrivals in a busy hour per deletion.
ARRIVALS_PER_DELETION: Final = 20
DELETED_BEFORE_ANCHOR: Final = 0.01

_HOUR: Final = timedelta(hours=1)


class DemoTenant:
    """A tenant's tickets at any time. Safe to use from several threads.

    Ids ascend in the order of creation: `a-000001` and so on for `tenant_a`; for other names they start with the full
    name.
    """

    def __init__(self, *, name: str, anchor: datetime, size: int, with_events: bool = False) -> None:
        """`with_events`: what `tickets.demo.events` plans around the anchor takes the place of other tickets.

        Raises `ValueError` for an anchor without a time zone or a negative size.
        """
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
        self._events: dict[datetime, list[Event]] = {}
        if with_events:
            for event in events_of(name, business=self._business, size=size, anchor=self._anchor):
                self._events.setdefault(event.at, []).append(event)
        planned = [event.at for events in self._events.values() for event in events]
        before = [at for at in planned if at < self._anchor]
        for moment in heapq.merge(self._arrivals_before_anchor(max(size + deleted - len(before), 0)), before):
            self._add(moment)
        self._delete_before_anchor(deleted)
        self._arrivals = heapq.merge(self._arrivals_after_anchor(), planned[len(before) :])
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
        event = self._events[moment].pop(0) if self._events.get(moment) else None
        composition = event.written if event else self._compose(rng)
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
        self._timelines.append(
            timeline_of(
                first,
                composition,
                self._business,
                rng=rng,
                details=seeded("details", self.name, number),
                first_reply_at=event.first_reply_at if event else None,
            )
        )
        self._created.append(moment)

    def _compose(self, rng: random.Random) -> Composition:
        return compose(rng=rng, business=self._business, customers=self._customers)

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
