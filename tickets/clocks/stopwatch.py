"""A ticket's clocks: how long its replies and its resolution took, who it waited for, and what is due next. Pure.

Everything follows from stored fields of the ticket, so numbers that are counted in every write and numbers that are
counted later from the same ticket agree. A clock is stored when it stops:

- `first_reply`: from the customer's first message to the first public reply. `next_reply`: each later message of the
  customer that was answered, to its reply.
- `resolution`: from the creation to the last closing, of a closed ticket. A ticket that is reopened runs on.
- `waiting_us`, `waiting_customer`: the time up to that closing in which the customer, or we, had written last. Closed
  times do not count.
- `status:NAME`: the time up to that closing in each status that means open.

What is not known has `seconds` None, is counted as unknown, and takes part in no percentile.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any, Final, Literal

from tickets.clocks.business_hours import NeverOpen
from tickets.clocks.settings import TARGET_CLOCKS, ClockSettings, Target, TargetClock
from tickets.records.status_moments import spans_of
from tickets.records.statuses import is_open

Ticket = Mapping[str, Any]
Span = tuple[datetime, datetime]
StoppedClock = dict[str, Any]
By = Literal["helpdesk", "conversation", "events", "history", "never"]
"""Where a clock's end is from: a stamp of the helpdesk, the messages, its events, or what we noticed ourselves. `never`:
the ticket was closed without it."""

NEVER: Final = "never"

STATUS: Final = "status:"
"""What the names of the clocks of statuses begin with."""

CLOCK_FIELDS: Final = ("clocks", "waiting_for", "waiting_since", "due", "next_due_at")
"""The fields of a stored ticket that are worked out here."""

CLOCK_INPUTS: Final = frozenset((
    "created_at", "is_first_seen", "status", "turns", "is_closing_known", "resolved_at", "events_digest", "exchange",
    "status_moments", "first_reply_at", "replies", "due_at", "priority", "urgency", "team", "tags", "type",
))  # fmt: skip
"""The fields that they follow from."""


def clock_fields(ticket: Ticket, settings: ClockSettings) -> dict[str, Any]:
    """All of `CLOCK_FIELDS`; None for what the ticket does not have.

    `clocks` is a list of `{"clock", "at", "seconds", "business", "by"}`, with `met` and `target` (an id) where a target
    applies, and `due_at` where it was breached; `due` a list of `{"clock", "at", "target"}`. What the helpdesk itself
    promised has no `target`. `business` is None where the tenant has no business hours.
    """
    watch = _Stopwatch(ticket, settings)
    stopped = list(watch.stopped())
    due = list(watch.due())
    waiting_for, waiting_since = watch.waiting()
    return {
        "clocks": stopped or None,
        "waiting_for": waiting_for,
        "waiting_since": waiting_since,
        "due": due or None,
        "next_due_at": min((each["at"] for each in due), default=None),
    }


@dataclass(frozen=True, slots=True)
class _Reply:
    """A message of the customer and when it was answered; None if not yet."""

    clock: TargetClock
    asked_at: datetime
    replied_at: datetime | None
    by: By


class _Stopwatch:
    def __init__(self, ticket: Ticket, settings: ClockSettings) -> None:
        self.ticket, self.settings = ticket, settings
        self.created_at: datetime = ticket["created_at"]
        self.exchange: Sequence[datetime] = ticket.get("exchange") or ()
        turns: Sequence[datetime] = ticket.get("turns") or ()
        is_closed = not is_open(ticket["status"]) and len(turns) % 2 == 1
        self.is_open = is_open(ticket["status"])
        self.closed_at = turns[-1] if is_closed else None
        self.is_closing_known = len(turns) > 1 or ticket.get("is_closing_known") is True
        self.open_spans = _open_spans(self.created_at, turns)

    def stopped(self) -> Iterator[StoppedClock]:
        replies = list(self._replies())
        for reply in replies:
            if reply.replied_at is not None:
                yield self._reply_clock(reply, reply.replied_at)
            elif self.closed_at is not None and reply.clock == "first_reply":
                yield from self._never_given(reply, self.closed_at)
        if self.closed_at is not None:
            if not replies:
                yield self._clock("first_reply", self.closed_at, None, "history")
            yield self._resolution(self.closed_at)
            if self.is_closing_known:
                yield from self._waits(self.closed_at)
                yield from self._statuses(self.closed_at)

    def due(self) -> Iterator[dict[str, Any]]:
        """When the targets that still run are due. One that is paused, or can never be due, is left out."""
        if not self.is_open:
            return
        for reply in self._replies():
            target = self.settings.target_of(reply.clock, self.ticket)
            if reply.replied_at is None and target is not None:
                yield from self._due(target, [(reply.asked_at, None)])
        target = self.settings.target_of("resolution", self.ticket)
        if target is not None:
            yield from self._due(target, list(self._running_spans(target)))
        elif (promised := self.ticket.get("due_at")) is not None:
            yield {"clock": "resolution", "at": promised}

    def waiting(self) -> tuple[str | None, datetime | None]:
        """Who an open ticket waits for, and since when."""
        if not self.is_open:
            return None, None
        if self.exchange:
            return ("us" if len(self.exchange) % 2 else "customer"), self.exchange[-1]
        return ("us", self.created_at) if self.ticket.get("replies") == 0 else (None, None)

    def _replies(self) -> Iterator[_Reply]:
        first = self._first_reply()
        if first is not None:
            yield first
        for place in range(2, len(self.exchange), 2):
            answers = self.exchange[place + 1 : place + 2]
            yield _Reply("next_reply", self.exchange[place], answers[0] if answers else None, "conversation")

    def _first_reply(self) -> _Reply | None:
        """None if it is not known whether the customer was answered, or has asked at all."""
        asked_at = self.exchange[0] if self.exchange else self.created_at
        given: datetime | None = self.ticket.get("first_reply_at")
        answered = self.exchange[1] if len(self.exchange) > 1 else None
        if given is not None and given >= asked_at:
            return _Reply("first_reply", asked_at, given, "conversation" if given == answered else "helpdesk")
        if self.exchange or self.ticket.get("replies") == 0:
            return _Reply("first_reply", asked_at, answered, "conversation")
        return None

    def _reply_clock(self, reply: _Reply, replied_at: datetime) -> StoppedClock:
        is_known = bool(self.exchange) or not self.ticket.get("is_first_seen")
        spans = [(reply.asked_at, replied_at)] if is_known else None
        return self._clock(reply.clock, replied_at, spans, reply.by)

    def _never_given(self, reply: _Reply, closed_at: datetime) -> Iterator[StoppedClock]:
        """A ticket that was closed without a reply, too late for its target."""
        target = self.settings.target_of(reply.clock, self.ticket)
        if target is None:
            return
        result = self._result(target, [(reply.asked_at, closed_at)])
        if not result["met"]:
            yield {**self._clock(reply.clock, closed_at, None, NEVER), **result}

    def _resolution(self, closed_at: datetime) -> StoppedClock:
        if closed_at == self.ticket.get("resolved_at"):
            by: By = "helpdesk"
        else:
            by = "events" if self.ticket.get("events_digest") else "history"
        is_known = self.is_closing_known and not self.ticket.get("is_first_seen")
        clock = self._clock("resolution", closed_at, [(self.created_at, closed_at)] if is_known else None, by)
        promised = self.ticket.get("due_at")
        if is_known and "met" not in clock and promised is not None:
            clock["met"] = closed_at <= promised
        return clock

    def _waits(self, closed_at: datetime) -> Iterator[StoppedClock]:
        if self.exchange:
            yield self._clock("waiting_us", closed_at, self._waited_for("us", closed_at), "conversation")
            yield self._clock("waiting_customer", closed_at, self._waited_for("customer", closed_at), "conversation")

    def _statuses(self, closed_at: datetime) -> Iterator[StoppedClock]:
        by: By = "events" if self.ticket.get("events_digest") else "history"
        spans: dict[str, list[Span]] = {}
        for status, start, end in spans_of(self.ticket.get("status_moments") or (), closed_at):
            if is_open(status):
                spans.setdefault(status, []).append((start, end))
        for status, found in spans.items():
            yield self._clock(f"{STATUS}{status}", closed_at, found, by)

    def _clock(self, name: str, at: datetime, spans: Sequence[Span] | None, by: By) -> StoppedClock:
        """A stopped clock that ran in these spans; None if that is not known."""
        clock: StoppedClock = {"clock": name, "at": at, "seconds": None, "business": None, "by": by}
        if spans is None:
            return clock
        clock["seconds"] = int(sum((end - start).total_seconds() for start, end in spans))
        if self.settings.business_hours is not None:
            hours = self.settings.business_hours
            clock["business"] = int(sum(hours.elapsed(start, end).total_seconds() for start, end in spans))
        target = self._target_of(name)
        if target is not None:
            counted = self._waited_for("us", at) if self._is_paused_by_customer(target) else spans
            clock |= self._result(target, counted)
        return clock

    def _result(self, target: Target, spans: Sequence[Span]) -> dict[str, Any]:
        """Whether what ran in these spans met its target."""
        if self._took(target, spans) <= target.seconds:
            return {"met": True, "target": target.id}
        due = next(self._due(target, spans), None)
        return {"met": False, "target": target.id, **({"due_at": due["at"]} if due else {})}

    def _target_of(self, name: str) -> Target | None:
        return next((self.settings.target_of(each, self.ticket) for each in TARGET_CLOCKS if each == name), None)

    def _is_paused_by_customer(self, target: Target) -> bool:
        return target.pauses and target.clock == "resolution" and bool(self.exchange)

    def _took(self, target: Target, spans: Sequence[Span]) -> float:
        """Seconds that count for the target."""
        return sum(self.settings.elapsed(target, start, end).total_seconds() for start, end in spans)

    def _waited_for(self, side: Literal["us", "customer"], until: datetime) -> list[Span]:
        """The spans in which the other side had written last, while the ticket was open."""
        ends = [*self.exchange[1:], until]
        first = 0 if side == "us" else 1
        waits = list(zip(self.exchange, ends, strict=True))[first::2]
        return [
            (max(start, opened), min(end, closed or until))
            for start, end in waits
            for opened, closed in self.open_spans
            if max(start, opened) < min(end, closed or until)
        ]

    def _running_spans(self, target: Target) -> Iterator[tuple[datetime, datetime | None]]:
        """When the clock of a resolution ran; the last span has no end if it still does."""
        if not self._is_paused_by_customer(target):
            yield self.created_at, None
            return
        now_running = self.exchange[-1] if len(self.exchange) % 2 else None
        last_opened = self.open_spans[-1][0]
        yield from self._waited_for("us", now_running or self.exchange[-1])
        if now_running is not None:
            yield from self._waited_before(now_running, last_opened)
            yield max(now_running, last_opened), None

    def _waited_before(self, since: datetime, opened: datetime) -> Iterator[Span]:
        """The open spans between the customer's last message and the last time the ticket was opened."""
        for start, end in self.open_spans[:-1]:
            if end is not None and max(start, since) < min(end, opened):
                yield max(start, since), end

    def _due(self, target: Target, spans: Sequence[tuple[datetime, datetime | None]]) -> Iterator[dict[str, Any]]:
        left = timedelta(seconds=target.seconds)
        for start, end in spans:
            took = None if end is None else self.settings.elapsed(target, start, end)
            if took is None or took > left:
                try:
                    at = self.settings.due(target, start, left)
                    yield {"clock": target.clock, "at": at, "target": target.id}
                except (NeverOpen, OverflowError):
                    return
                return
            left -= took


def _open_spans(created_at: datetime, turns: Sequence[datetime]) -> list[tuple[datetime, datetime | None]]:
    """When the ticket was open; the last span has no end if it still is."""
    edges: list[datetime | None] = [created_at, *turns]
    if len(edges) % 2:
        edges.append(None)
    return [(start, end) for start, end in list(pairwise(edges))[::2] if start is not None]
