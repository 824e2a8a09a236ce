"""Delivers what is due, on any number of machines: a duty of every worker.

A look finds which endpoints of which tenants something is due for, and begins attempts in threads, one
endpoint after the other. Tenants share no endpoint's circuit and threads, also where they share its address.
So that none delays another's:

- an endpoint gets no more than a few threads, and none at all while its circuit is open;
- a message that failed three times lets what is new go first, and probes of an open circuit take turns;
- endpoints whose last request failed share one half of the threads, so the other half is always there for
  the rest, however many are dead;
- no thread sleeps between attempts: a message that failed is due again later and waits in MongoDB.
"""

import logging
import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from bson import ObjectId
from bson.errors import InvalidId

from supportsaas.clock import Clock
from supportsaas.db import mongo
from supportsaas.ops.periodic_tasks import periodic_task
from supportsaas.reliability.circuit_breaker import CircuitBreaker, Denied, Permit
from tickets.alerts import composing, deliveries
from tickets.alerts.channels import endpoint_of
from tickets.alerts.composing import compose_next
from tickets.alerts.deliveries import Attempt, Claimed, Which
from tickets.alerts.kinds import DeliveryError, Sender, open_sender
from tickets.alerts.model import Channel
from tickets.alerts.timing import Jitter, Pause, pause_after, pause_after_refusal

logger = logging.getLogger(__name__)

THREADS = 32
THREADS_AN_ENDPOINT = 4
LOOK_SECONDS = 0.5
LONGEST_SILENCE_SECONDS = 2.0
"""An open circuit is asked again at least so often, because a person may have closed it."""

CHANNEL_OFF = timedelta(minutes=5)
_OUR_FAULT = "A fault in SupportSaaS kept this message from going out. The server's log has the details."

Submit = Callable[..., object]


@dataclass(slots=True)
class _Lane:
    """A tenant's endpoint, and its channels that end there and have something due, by id."""

    endpoint: str
    channels: dict[str, Channel] = field(default_factory=dict)


class Dispatcher:
    """`clock` replaces the server's clock; `open_sender`, `jitter` and `clock` are for tests alone."""

    def __init__(
        self,
        *,
        owner: str,
        threads: int = THREADS,
        an_endpoint: int = THREADS_AN_ENDPOINT,
        open_sender: Callable[[Channel], Sender] = open_sender,
        jitter: Jitter = random.uniform,
        clock: Clock | None = None,
    ) -> None:
        self._owner = owner
        self._threads = threads
        self._an_endpoint = an_endpoint
        self._open_sender = open_sender
        self._jitter = jitter
        self._clock = clock
        self._busy: Counter[str] = Counter()
        self._restless = 0
        self._counting = threading.Lock()
        self._freed = threading.Event()
        self._silent_until: dict[str, float] = {}

    def run(self, stop: threading.Event) -> None:
        """Deliver until `stop` is set; then the attempts under way are made to their end."""
        with ThreadPoolExecutor(self._threads, thread_name_prefix="delivery") as pool:
            while not stop.is_set():
                self._freed.clear()
                self.look(pool.submit)
                self._freed.wait(LOOK_SECONDS)

    def deliver_due(self) -> int:
        """Deliver all that is due and may go, one after the other in this thread; how many attempts."""
        count = 0

        def at_once(work: Callable[..., None], *arguments: Any) -> None:
            nonlocal count
            count += 1
            work(*arguments)

        while self.look(at_once):
            pass
        return count

    def look(self, submit: Submit) -> int:
        """Begin every attempt that is due and for which there is a thread; how many."""
        begun = 0
        lanes = self._find_lanes()
        while lanes:
            # One attempt a lane and round, so that the first in the row does not take all the threads.
            going_on = [lane for lane in lanes if self._begin(lane, submit)]
            begun += len(going_on)
            lanes = going_on
        return begun

    # -- What is due -----------------------------------------------------------------------

    def _find_lanes(self) -> list[_Lane]:
        """Endpoints with something due, the one that has waited longest first."""
        due = list(
            dict.fromkeys(
                [*deliveries.find_due_channels(clock=self._clock), *composing.find_due_channels(clock=self._clock)]
            )
        )
        if not due:
            return []
        found = {
            str(each.pk): each for each in Channel.objects.filter(pk__in=_object_ids(due)).select_related("tenant")
        }
        self._put_aside([id_ for id_ in due if id_ not in found], [each for each in found.values() if not _is_on(each)])
        lanes: dict[str, _Lane] = {}
        for id_ in due:
            if id_ in found and _is_on(found[id_]):
                endpoint = endpoint_of(found[id_])
                lanes.setdefault(endpoint, _Lane(endpoint)).channels[id_] = found[id_]
        return list(lanes.values())

    def _put_aside(self, gone: Sequence[str], off: Sequence[Channel]) -> None:
        if gone:
            dropped = deliveries.drop_for_gone(gone, clock=self._clock) + composing.drop_for_gone(gone)
            logger.info("%d messages were dropped, because their channels do not exist any more.", dropped)
        if off:
            ids = [str(each.pk) for each in off]
            deliveries.postpone(ids, CHANNEL_OFF, clock=self._clock)
            composing.postpone(ids, CHANNEL_OFF, clock=self._clock)

    # -- Beginning an attempt --------------------------------------------------------------

    def _begin(self, lane: _Lane, submit: Submit) -> bool:
        """Begin one attempt at the endpoint; False where there is no thread, no leave or nothing due."""
        if not self._has_thread(lane.endpoint):
            return False
        circuit = CircuitBreaker(lane.endpoint, clock=self._clock)
        permit = self._ask(circuit)
        if permit is None:
            return False
        is_restless = permit.is_probe or not permit.is_calm
        if is_restless and self._restless >= self._threads // 2:
            circuit.give_back(permit)
            return False
        claimed = self._claim(lane, permit)
        if claimed is None:
            circuit.give_back(permit)
            return False
        with self._counting:
            self._busy[lane.endpoint] += 1
            self._restless += is_restless
        submit(self._attempt, lane, claimed, circuit, permit, is_restless)
        return True

    def _has_thread(self, endpoint: str) -> bool:
        with self._counting:
            return self._busy[endpoint] < self._an_endpoint and self._busy.total() < self._threads

    def _ask(self, circuit: CircuitBreaker) -> Permit | None:
        if self._clock is None and time.monotonic() < self._silent_until.get(circuit.name, 0.0):
            return None
        answer = circuit.admit()
        if isinstance(answer, Denied):
            silence = min(answer.wait_seconds, LONGEST_SILENCE_SECONDS)
            self._silent_until[circuit.name] = time.monotonic() + silence
            return None
        return answer

    def _claim(self, lane: _Lane, permit: Permit) -> Claimed | None:
        """A message in its first row of attempts, or else a new one of what waits, or else one that is due again.

        As a probe the one with the most attempts behind it, because some endpoints take only a later one. Where such
        probes failed, every fourth is a new message first: those that always fail must not hold back all others.
        """
        ids, owner = list(lane.channels), self._owner

        def in_first_row() -> Claimed | None:
            which: Which = "tried" if permit.is_probe else "promising"
            return deliveries.claim(ids, owner=owner, which=which, clock=self._clock)

        def of_news() -> Claimed | None:
            composed = (compose_next(each, owner=owner, clock=self._clock) for each in lane.channels.values())
            return next((each for each in composed if each is not None), None)

        # The era grows by one with each failed probe, and by two where a probe succeeds and the circuit opens again.
        new_first = permit.is_probe and permit.era % 4 == 0
        first, second = (of_news, in_first_row) if new_first else (in_first_row, of_news)
        return first() or second() or deliveries.claim(ids, owner=owner, clock=self._clock)

    # -- The attempt, in a thread of its own -----------------------------------------------

    def _attempt(
        self, lane: _Lane, claimed: Claimed, circuit: CircuitBreaker, permit: Permit, is_restless: bool
    ) -> None:
        try:
            self._deliver(lane, claimed, circuit, permit)
        except mongo.UNAVAILABLE as error:
            logger.warning("MongoDB is away; message %s goes out again later: %s", claimed.key, error)
        except Exception:
            logger.exception("The attempt at message %s broke off; its lease ends by itself.", claimed.key)
        finally:
            with self._counting:
                self._busy[lane.endpoint] -= 1
                self._restless -= is_restless
            self._freed.set()

    def _deliver(self, lane: _Lane, claimed: Claimed, circuit: CircuitBreaker, permit: Permit) -> None:
        channel = lane.channels[claimed.channel_id]
        began = time.monotonic()
        try:
            answer = self._send(channel, claimed)
        except DeliveryError as error:
            attempt = Attempt(seconds=time.monotonic() - began, status=error.status, note=_note(error))
            self._settle_failure(claimed, attempt, error, circuit, permit)
            return
        attempt = Attempt(seconds=time.monotonic() - began, status=answer.status, note=answer.excerpt)
        deliveries.settle_delivered(claimed, attempt, clock=self._clock)
        if permit.is_probe:  # first, so that a process which dies in between leaves nothing asleep
            logger.info("The endpoint %s answers again.", lane.endpoint)
            wake_endpoint(lane.endpoint, clock=self._clock)
        circuit.record(permit, ok=True, seconds=attempt.seconds, note=f"status {answer.status}")

    def _send(self, channel: Channel, claimed: Claimed) -> Any:
        try:
            sender = self._open_sender(channel)
            try:
                return sender.send(claimed.message(channel.tenant))
            finally:
                sender.close()
        except DeliveryError:
            raise
        except Exception:
            logger.exception("Message %s could not be sent", claimed.key)
            raise DeliveryError(_OUR_FAULT, fault="settings") from None

    def _settle_failure(
        self, claimed: Claimed, attempt: Attempt, error: DeliveryError, circuit: CircuitBreaker, permit: Permit
    ) -> None:
        is_refused, pause = error.fault == "message", self._pause(claimed, error)
        deliveries.settle_failed(claimed, attempt, pause, was_refused=is_refused, clock=self._clock)
        if error.fault != "endpoint":
            circuit.note_fault(permit, error.fault, seconds=attempt.seconds, note=str(error))
            return
        change = circuit.record(permit, ok=False, seconds=attempt.seconds, note=str(error), hold_back=error.retry_after)
        if change == "opened" and not permit.is_probe:
            logger.warning("The endpoint %s fails; nothing is sent to it for a while.", circuit.name)

    def _pause(self, claimed: Claimed, error: DeliveryError) -> Pause | None:
        """How long the message waits for its next attempt; None: there is none."""
        if error.is_final:
            return None
        if error.fault == "message":
            return pause_after_refusal(claimed.refusals + 1, retry_after=error.retry_after)
        return pause_after(claimed.tries + 1, retry_after=error.retry_after, jitter=self._jitter)


def wake_endpoint(endpoint: str, *, clock: Clock | None = None) -> int:
    """Have all messages that wait through a gap for the endpoint, over any channel, be due now; how many."""
    ids = [
        str(each.pk)
        for each in Channel.objects.filter(enabled=True).select_related("tenant")
        if endpoint_of(each) == endpoint
    ]
    return deliveries.wake(ids, clock=clock)


def _is_on(channel: Channel) -> bool:
    return channel.enabled and channel.tenant.is_active


def _note(error: DeliveryError) -> str:
    return f"{error} It said: {error.excerpt}" if error.excerpt else str(error)


def _object_ids(ids: Sequence[str]) -> list[ObjectId]:
    found = []
    for each in ids:
        try:
            found.append(ObjectId(each))
        except InvalidId:
            continue
    return found


@periodic_task("deliveries", every_seconds=1.0)
def _deliver(stop: threading.Event) -> None:
    from supportsaas.ops.process_name import process_name

    Dispatcher(owner=process_name()).run(stop)
