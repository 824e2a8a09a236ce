"""The run slots of a worker, shared fairly: a run that has used its time slice makes room for one that waits.

When a run's slice is over and another run waits, queued or paused, the waiting one starts at once. The first one
pauses where it has stored a page, keeps everything it has, and waits for its next slice. So a tenant whose helpdesk
has no end costs the others a share of the slots and never all of them.
"""

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")

_POLL_SECONDS = 1.0
OPEN_RUNS_PER_SLOT = 4
"""Runs that are running or paused; if more want to start, the one that has been open longest ends."""
SLICES_BEFORE_END = 6
"""Every run gets this many slices before it may be ended for others: ordinary runs are over by then."""


@dataclass(slots=True, eq=False)
class Slot:
    """What a run knows of its slot. `began`: when the run started; `since`: when it last resumed or paused."""

    began: float
    since: float
    slices: int = 0
    _may_run: threading.Event = field(default_factory=threading.Event)
    _has_to_end: threading.Event = field(default_factory=threading.Event)

    @property
    def is_running(self) -> bool:
        return self._may_run.is_set()

    @property
    def has_to_end(self) -> bool:
        """Whether the run has to end because too many are open."""
        return self._has_to_end.is_set()

    def resume(self, now: float) -> None:
        self.since = now
        self.slices += 1
        self._may_run.set()

    def pause(self, now: float) -> None:
        """The run stops at its next page boundary; until then it still uses the helpdesk for a moment."""
        self.since = now
        self._may_run.clear()

    def end(self) -> None:
        self._has_to_end.set()

    def wait_until_running(self, report: Callable[[], None]) -> None:
        """Wait while the run is paused. `report` is called again and again, and may raise."""
        while not self._may_run.is_set():
            report()
            self._may_run.wait(_POLL_SECONDS)


class RunSlots:
    """How many runs work at the same time. For one thread; each run knows only its `Slot`."""

    def __init__(self, count: int, *, slice_seconds: float, now: Callable[[], float] = time.monotonic) -> None:
        self._count = count
        self._slice_seconds = slice_seconds
        self._now = now
        self._open: list[Slot] = []

    @property
    def is_quiet(self) -> bool:
        """Whether there is room and nobody is paused, so that a new run may start at once."""
        return len(self._open) < self._count and all(slot.is_running for slot in self._open)

    def begin(self) -> Slot:
        slot = Slot(began=self._now(), since=self._now())
        slot.resume(self._now())
        self._open.append(slot)
        return slot

    def leave(self, slot: Slot) -> None:
        self._open.remove(slot)

    def share(self, queued_for: float | None) -> bool:
        """Give the slots that are free, or whose slice is over, to the runs that have waited longest.

        `queued_for`: how many seconds the first queued run has waited, None if the queue is empty. True if that
        run is to start now.
        """
        while True:
            now = self._now()
            paused = self._paused_longest()
            is_queue_first = queued_for is not None and (paused is None or queued_for >= now - paused.since)
            if not is_queue_first and paused is None:
                return False
            if is_queue_first and len(self._open) >= self._count * OPEN_RUNS_PER_SLOT:
                self._end_oldest()
                is_queue_first = False
                if paused is None:
                    return False
            if not self._make_room(now):
                return False
            if is_queue_first or paused is None:
                return True
            paused.resume(now)

    def _paused_longest(self) -> Slot | None:
        paused = (slot for slot in self._open if not slot.is_running)
        return min(paused, key=lambda slot: slot.since, default=None)

    def _end_oldest(self) -> None:
        oldest = min(self._open, key=lambda slot: slot.began)
        if oldest.slices >= SLICES_BEFORE_END:
            oldest.end()

    def _make_room(self, now: float) -> bool:
        running = [slot for slot in self._open if slot.is_running]
        if len(running) < self._count:
            return True
        longest = min(running, key=lambda slot: slot.since)
        if now - longest.since < self._slice_seconds:
            return False
        longest.pause(now)
        return True


def run_in_slots(items: Sequence[T], work: Callable[[T, Slot], R], *, count: int, slice_seconds: float) -> list[R]:
    """Do the work for every item, `count` at the same time and each in slices; the results in the items' order.

    Raises what the first of them raises, once all have ended.
    """
    slots, began = RunSlots(count, slice_seconds=slice_seconds), time.monotonic()
    left = deque(range(len(items)))
    futures: dict[int, Future[R]] = {}
    taken: dict[Future[R], Slot] = {}
    with ThreadPoolExecutor(count * OPEN_RUNS_PER_SLOT, thread_name_prefix="run") as pool:
        while left or taken:
            for future in [future for future in taken if future.done()]:
                slots.leave(taken.pop(future))
            while left and (slots.is_quiet or slots.share(time.monotonic() - began)):
                slot, number = slots.begin(), left.popleft()
                futures[number] = pool.submit(work, items[number], slot)
                taken[futures[number]] = slot
            if not left:
                slots.share(None)  # paused runs continue
            wait(taken, timeout=_POLL_SECONDS, return_when=FIRST_COMPLETED)
    return [futures[number].result() for number in range(len(items))]
