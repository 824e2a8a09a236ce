"""Which request runs next. One caller, and one address, never gets more than a share of the threads. No I/O here."""

from collections import Counter, deque
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Caller:
    """Who sends a request, and from where. Many callers may share an address. A client can change the name at no cost,
    so the address counts, too."""

    name: str
    address: str


class FairQueue(Generic[T]):
    """`slots` in total, at most `each` for one caller and `each_address` for all callers of one address.

    Further requests wait. Addresses alternate, and so do the callers of each address. At most `most_waiting` requests
    wait, of which one caller may have half and one address three quarters.
    """

    def __init__(self, *, slots: int, each: int, each_address: int, most_waiting: int) -> None:
        self._free = slots
        self._each = each
        self._each_address = each_address
        self._most_waiting = most_waiting
        self._waiting: dict[str, dict[str, deque[T]]] = {}
        self._waiting_of_address: Counter[str] = Counter()
        self._running: Counter[str] = Counter()
        self._running_of_address: Counter[str] = Counter()

    def add(self, caller: Caller, item: T) -> bool:
        """Let a request wait. False if the queue has no room for it."""
        queue = self._waiting.get(caller.address, {}).get(caller.name, deque())
        if (
            self._waiting_of_address.total() >= self._most_waiting
            or self._waiting_of_address[caller.address] >= max(self._most_waiting * 3 // 4, 1)
            or len(queue) >= max(self._most_waiting // 2, 1)
        ):
            return False
        queue.append(item)
        self._waiting.setdefault(caller.address, {})[caller.name] = queue
        self._waiting_of_address[caller.address] += 1
        return True

    def take(self) -> T | None:
        """The next request that may start. Call `end` when it has finished."""
        caller = self._next() if self._free else None
        if caller is None:
            return None
        queues = self._waiting.pop(caller.address)
        queue = queues.pop(caller.name)
        item = queue.popleft()
        if queue:
            queues[caller.name] = queue  # behind the others
        if queues:
            self._waiting[caller.address] = queues
        _count_down(self._waiting_of_address, caller.address)
        self._free -= 1
        self._running[caller.name] += 1
        self._running_of_address[caller.address] += 1
        return item

    def end(self, caller: Caller) -> None:
        self._free += 1
        _count_down(self._running, caller.name)
        _count_down(self._running_of_address, caller.address)

    def _next(self) -> Caller | None:
        for address, queues in self._waiting.items():
            if self._running_of_address[address] >= self._each_address:
                continue
            for name in queues:
                if self._running[name] < self._each:
                    return Caller(name, address)
        return None


def _count_down(counts: Counter[str], key: str) -> None:
    counts[key] -= 1
    if not counts[key]:
        del counts[key]
