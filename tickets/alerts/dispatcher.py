"""Delivers due messages, on any number of machines: a periodic task of every worker (`tickets.ingestion.delivering`).

Each round finds the endpoints with something due and starts attempts in threads, one endpoint after the other.
Tenants never share an endpoint's circuit or threads, even at the same URL. So that no endpoint delays another:

- an endpoint gets only a few threads, and none while its circuit is open;
- new messages go before a message that failed three times, and probes of an open circuit alternate;
- endpoints whose last request failed share half of the threads; the other half stays free for the rest;
- no thread sleeps between attempts: a failed message is due again later and waits in MongoDB.
"""

import logging
import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from bson import ObjectId
from bson.errors import InvalidId

from supportsaas import clock as system_clock
from supportsaas.clock import Clock
from supportsaas.db import mongo
from supportsaas.reliability.circuit_breaker import CircuitBreaker, Denied, Permit
from tickets.alerts import deliveries, delivery_queue, news_queue
from tickets.alerts.channels import endpoint_of
from tickets.alerts.composing import CountOpen, compose_next
from tickets.alerts.deliveries import Attempt, Claimed, Which
from tickets.alerts.delivery_queue import wake_endpoint
from tickets.alerts.kinds import DeliveryError, Response, Sender, open_sender
from tickets.alerts.model import Channel
from tickets.alerts.timing import Jitter, Pause, pause_after, pause_after_rejection

logger = logging.getLogger(__name__)

THREADS = 32
THREADS_AN_ENDPOINT = 4
ROUND_SECONDS = 0.5
LONGEST_SKIP_SECONDS = 2.0
"""How long an open circuit is not asked again; short, because a user may close it."""

CHANNEL_OFF = timedelta(minutes=5)
_INTERNAL_ERROR = "An internal error in SupportSaaS prevented sending. See the server log for details."

Submit = Callable[..., object]


@dataclass(slots=True)
class _Lane:
    """A tenant's endpoint with the channels that use it and have something due, by id."""

    endpoint: str
    channels: dict[str, Channel] = field(default_factory=dict)


class Dispatcher:
    """Delivers due messages, with what `count_open` says of their customers.

    `open_sender`, `jitter` and `clock` are for tests only.
    """

    def __init__(
        self,
        *,
        owner: str,
        threads: int = THREADS,
        an_endpoint: int = THREADS_AN_ENDPOINT,
        open_sender: Callable[[Channel], Sender] = open_sender,
        jitter: Jitter = random.uniform,
        count_open: CountOpen | None = None,
        clock: Clock | None = None,
    ) -> None:
        self._owner = owner
        self._threads = threads
        self._an_endpoint = an_endpoint
        self._open_sender = open_sender
        self._jitter = jitter
        self._count_open = count_open
        self._clock = clock
        self._busy: Counter[str] = Counter()
        self._unstable = 0
        self._counting = threading.Lock()
        self._freed = threading.Event()
        self._skip_until: dict[str, float] = {}

    def run(self, stop: threading.Event) -> None:
        """Deliver until `stop` is set, then finish the running attempts."""
        with ThreadPoolExecutor(self._threads, thread_name_prefix="delivery") as pool:
            while not stop.is_set():
                self._freed.clear()
                self.start_round(pool.submit)
                self._freed.wait(ROUND_SECONDS)

    def deliver_due(self) -> int:
        """Deliver everything due in this thread, one message after the other; returns the number of attempts."""
        count = 0

        def at_once(work: Callable[..., None], *arguments: Any) -> None:
            nonlocal count
            count += 1
            work(*arguments)

        while self.start_round(at_once):
            pass
        return count

    def start_round(self, submit: Submit) -> int:
        """Start every due attempt that gets a thread; returns how many."""
        started = 0
        lanes = self._find_lanes()
        while lanes:
            # One attempt per lane at a time, so that the first lane does not take all threads.
            lanes = [lane for lane in lanes if self._start(lane, submit)]
            started += len(lanes)
        return started

    # -- Due messages ----------------------------------------------------------------------

    def _find_lanes(self) -> list[_Lane]:
        """The endpoints with something due, the longest waiting first."""
        with_deliveries = delivery_queue.find_due_channels(clock=self._clock)
        with_news = news_queue.find_due_channels(clock=self._clock)
        due = list(dict.fromkeys([*with_deliveries, *with_news]))
        if not due:
            return []
        channels = Channel.objects.filter(pk__in=_object_ids(due)).select_related("tenant")
        found = {str(each.pk): each for each in channels}
        deleted = [id_ for id_ in due if id_ not in found]
        off = [id_ for id_, channel in found.items() if not _is_on(channel)]
        self._set_aside(deleted, off)
        lanes: dict[str, _Lane] = {}
        for id_ in due:
            if id_ in found and _is_on(found[id_]):
                endpoint = endpoint_of(found[id_])
                lanes.setdefault(endpoint, _Lane(endpoint)).channels[id_] = found[id_]
        return list(lanes.values())

    def _set_aside(self, deleted: Sequence[str], off: Sequence[str]) -> None:
        """Drop what is due for deleted channels, and postpone it for channels that are off."""
        if deleted:
            dropped = delivery_queue.drop_for_deleted(deleted, clock=self._clock) + news_queue.drop_for_deleted(deleted)
            logger.info("Dropped %d messages of deleted channels.", dropped)
        if off:
            delivery_queue.postpone(off, CHANNEL_OFF, clock=self._clock)
            news_queue.postpone(off, CHANNEL_OFF, clock=self._clock)

    # -- Starting an attempt ---------------------------------------------------------------

    def _start(self, lane: _Lane, submit: Submit) -> bool:
        """Start one attempt at the endpoint; False if there is no thread, no permit or nothing due."""
        if not self._has_thread(lane.endpoint):
            return False
        circuit = CircuitBreaker(lane.endpoint, clock=self._clock)
        permit = self._admit(circuit)
        if permit is None:
            return False
        is_unstable = permit.is_probe or not permit.is_calm
        if is_unstable and self._unstable >= self._threads // 2:
            circuit.give_back(permit)
            return False
        claimed = self._claim_outside_quiet_hours(lane, permit)
        if claimed is None:
            circuit.give_back(permit)
            return False
        with self._counting:
            self._busy[lane.endpoint] += 1
            self._unstable += is_unstable
        submit(self._attempt, lane, claimed, circuit, permit, is_unstable)
        return True

    def _has_thread(self, endpoint: str) -> bool:
        with self._counting:
            return self._busy[endpoint] < self._an_endpoint and self._busy.total() < self._threads

    def _admit(self, circuit: CircuitBreaker) -> Permit | None:
        if self._clock is None and time.monotonic() < self._skip_until.get(circuit.name, 0.0):
            return None
        answer = circuit.admit()
        if isinstance(answer, Denied):
            skip_seconds = min(answer.wait_seconds, LONGEST_SKIP_SECONDS)
            self._skip_until[circuit.name] = time.monotonic() + skip_seconds
            return None
        return answer

    def _claim_outside_quiet_hours(self, lane: _Lane, permit: Permit) -> Claimed | None:
        """Claim a message, after keeping those that wait for the end of quiet hours."""
        now = self._clock() if self._clock else system_clock.now()
        while (claimed := self._claim(lane, permit)) is not None:
            until = lane.channels[claimed.channel_id].quiet_until(now)
            if until is None or claimed.passes_quiet_hours:
                return claimed
            deliveries.hold_back(claimed, until)
        return None

    def _claim(self, lane: _Lane, permit: Permit) -> Claimed | None:
        """Claim a message in its first series of attempts, else compose a new one, else claim one that is due again.

        A probe takes the message with the most attempts, because some endpoints accept only a later one. After failed
        probes, every fourth tries a new message first: messages that always fail must not hold back all others.
        """
        ids, owner = list(lane.channels), self._owner

        def first_series() -> Claimed | None:
            which: Which = "tried" if permit.is_probe else "promising"
            return deliveries.claim(ids, owner=owner, which=which, clock=self._clock)

        def from_news() -> Claimed | None:
            composed = (self._compose_next(each) for each in lane.channels.values())
            return next((each for each in composed if each is not None), None)

        # The era grows by one per failed probe, and by two if a probe succeeds and the circuit opens again.
        new_first = permit.is_probe and permit.era % 4 == 0
        first, second = (from_news, first_series) if new_first else (first_series, from_news)
        return first() or second() or deliveries.claim(ids, owner=owner, clock=self._clock)

    def _compose_next(self, channel: Channel) -> Claimed | None:
        return compose_next(channel, owner=self._owner, count_open=self._count_open, clock=self._clock)

    # -- The attempt, in its own thread ----------------------------------------------------

    def _attempt(
        self, lane: _Lane, claimed: Claimed, circuit: CircuitBreaker, permit: Permit, is_unstable: bool
    ) -> None:
        try:
            self._deliver(lane, claimed, circuit, permit)
        except mongo.UNAVAILABLE as error:
            logger.warning("MongoDB is not reachable; message %s is retried later: %s", claimed.key, error)
        except Exception:
            logger.exception("The attempt to send message %s failed; it is retried when its lease ends.", claimed.key)
        finally:
            with self._counting:
                self._busy[lane.endpoint] -= 1
                self._unstable -= is_unstable
            self._freed.set()

    def _deliver(self, lane: _Lane, claimed: Claimed, circuit: CircuitBreaker, permit: Permit) -> None:
        channel = lane.channels[claimed.channel_id]
        began = time.monotonic()
        try:
            response = self._send(channel, claimed)
        except DeliveryError as error:
            attempt = Attempt(seconds=time.monotonic() - began, status=error.status, note=_note(error))
            self._record_failure(claimed, attempt, error, circuit, permit)
            return
        attempt = Attempt(seconds=time.monotonic() - began, status=response.status, note=response.excerpt)
        deliveries.record_delivered(claimed, attempt, clock=self._clock)
        if permit.is_probe:  # first: a crash in between must not leave messages waiting
            logger.info("The endpoint %s works again.", lane.endpoint)
            wake_endpoint(lane.endpoint, clock=self._clock)
        circuit.record(permit, ok=True, seconds=attempt.seconds, note=f"status {response.status}")

    def _send(self, channel: Channel, claimed: Claimed) -> Response:
        try:
            with closing(self._open_sender(channel)) as sender:
                return sender.send(claimed.message(channel.tenant))
        except DeliveryError:
            raise
        except Exception:
            logger.exception("Message %s could not be sent", claimed.key)
            raise DeliveryError(_INTERNAL_ERROR, fault="settings") from None

    def _record_failure(
        self, claimed: Claimed, attempt: Attempt, error: DeliveryError, circuit: CircuitBreaker, permit: Permit
    ) -> None:
        pause = self._pause(claimed, error)
        deliveries.record_failed(claimed, attempt, pause, was_refused=error.fault == "message", clock=self._clock)
        if error.fault != "endpoint":
            circuit.note_fault(permit, error.fault, seconds=attempt.seconds, note=str(error))
            return
        change = circuit.record(permit, ok=False, seconds=attempt.seconds, note=str(error), hold_back=error.retry_after)
        if change == "opened" and not permit.is_probe:
            logger.warning("The endpoint %s keeps failing; sending to it is paused.", circuit.name)

    def _pause(self, claimed: Claimed, error: DeliveryError) -> Pause | None:
        """How long the message waits for its next attempt; None after the last one."""
        if error.is_final:
            return None
        if error.fault == "message":
            return pause_after_rejection(claimed.rejections + 1, retry_after=error.retry_after)
        return pause_after(claimed.tries + 1, retry_after=error.retry_after, jitter=self._jitter)


def _is_on(channel: Channel) -> bool:
    return channel.enabled and channel.tenant.is_active


def _note(error: DeliveryError) -> str:
    return f"{error} Response: {error.excerpt}" if error.excerpt else str(error)


def _object_ids(ids: Sequence[str]) -> list[ObjectId]:
    found = []
    for each in ids:
        try:
            found.append(ObjectId(each))
        except InvalidId:
            continue
    return found
