"""The places of a worker, shared fairly: a run that has had its turn gives its place to one that waits.

Each run has a turn of some time. When it is over and another run waits, queued or paused, the one that waits begins
at once, and this one pauses where it has stored a page, keeps all it has, and waits for its next turn. So a tenant
whose helpdesk has no end costs the others a share of the places and never all of them.
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

_LOOKS_EVERY_SECONDS = 1.0
OPEN_FOR_EACH_PLACE = 4
"""Runs that are going or paused; if more want to begin, the one that has been open longest ends."""
TURNS_BEFORE_ITS_END = 6
"""So many turns each run has before it may be ended for others: ordinary runs are over by then."""


@dataclass(slots=True, eq=False)
class Turn:
    """A run's place. `since`: when it began to go, or to wait; `began`: when the run did; `count`: how many it had."""

    began: float
    since: float
    count: int = 0
    _may_go: threading.Event = field(default_factory=threading.Event)
    _is_over: threading.Event = field(default_factory=threading.Event)

    @property
    def is_going(self) -> bool:
        return self._may_go.is_set()

    @property
    def is_over(self) -> bool:
        """Whether the run has to end, because too many are open."""
        return self._is_over.is_set()

    def go(self, now: float) -> None:
        self.since = now
        self.count += 1
        self._may_go.set()

    def pause(self, now: float) -> None:
        self.since = now
        self._may_go.clear()

    def end(self) -> None:
        self._is_over.set()

    def give_way(self, meanwhile: Callable[[], None]) -> None:
        """Where the turn is over, wait for the next one; `meanwhile` is called every second, and may raise."""
        while not self._may_go.is_set():
            meanwhile()
            self._may_go.wait(_LOOKS_EVERY_SECONDS)


class Places:
    """So many runs go at the same time. For one thread; the runs know their `Turn` alone."""

    def __init__(self, count: int, *, turn_seconds: float, now: Callable[[], float] = time.monotonic) -> None:
        self._count = count
        self._turn_seconds = turn_seconds
        self._now = now
        self._open: list[Turn] = []

    @property
    def is_quiet(self) -> bool:
        """Whether there is room and nobody paused: who comes may begin at once."""
        return len(self._open) < self._count and all(turn.is_going for turn in self._open)

    def begin(self) -> Turn:
        turn = Turn(began=self._now(), since=self._now())
        turn.go(self._now())
        self._open.append(turn)
        return turn

    def leave(self, turn: Turn) -> None:
        self._open.remove(turn)

    def share(self, queued_for: float | None) -> bool:
        """Let those who wait longest have the places that are free or whose turn is over.

        `queued_for`: how many seconds the first of the queue has waited, None where it is empty. True where that
        one is to begin now.
        """
        while True:
            now = self._now()
            paused = min((turn for turn in self._open if not turn.is_going), key=lambda turn: turn.since, default=None)
            is_queue_first = queued_for is not None and (paused is None or queued_for >= now - paused.since)
            if not is_queue_first and paused is None:
                return False
            if is_queue_first and len(self._open) >= self._count * OPEN_FOR_EACH_PLACE:
                oldest = min(self._open, key=lambda turn: turn.began)
                if oldest.count >= TURNS_BEFORE_ITS_END:
                    oldest.end()
                is_queue_first = False
                if paused is None:
                    return False
            if not self._make_room(now):
                return False
            if is_queue_first or paused is None:
                return True
            paused.go(now)

    def _make_room(self, now: float) -> bool:
        going = [turn for turn in self._open if turn.is_going]
        if len(going) < self._count:
            return True
        longest = min(going, key=lambda turn: turn.since)
        if now - longest.since < self._turn_seconds:
            return False
        longest.pause(now)
        return True


def run_in_turns(items: Sequence[T], work: Callable[[T, Turn], R], *, count: int, turn_seconds: float) -> list[R]:
    """Do the work for every item, `count` at the same time and each in turns; the results in the items' order.

    Raises what the first of them raises, once all have ended.
    """
    places, began = Places(count, turn_seconds=turn_seconds), time.monotonic()
    left = deque(range(len(items)))
    futures: dict[int, Future[R]] = {}
    turns: dict[Future[R], Turn] = {}
    with ThreadPoolExecutor(count * OPEN_FOR_EACH_PLACE, thread_name_prefix="run") as pool:
        while left or turns:
            for future in [future for future in turns if future.done()]:
                places.leave(turns.pop(future))
            while left and (places.is_quiet or places.share(time.monotonic() - began)):
                turn, number = places.begin(), left.popleft()
                futures[number] = pool.submit(work, items[number], turn)
                turns[futures[number]] = turn
            if not left:
                places.share(None)  # who is paused goes on
            wait(turns, timeout=_LOOKS_EVERY_SECONDS, return_when=FIRST_COMPLETED)
    return [futures[number].result() for number in range(len(items))]
