"""What was worked out lately, by what was asked for: bounded by the memory it takes, not by how many there are."""

import pickle
import threading
from collections import OrderedDict
from collections.abc import Hashable
from typing import Generic, TypeVar

V = TypeVar("V")

_OBJECTS_TO_PICKLE = 4
"""Python's objects take some four times what they take pickled."""


class Remembered(Generic[V]):
    """At most `most_bytes` (of memory, as far as it can be told) of the values asked for last. For several threads."""

    def __init__(self, *, most_bytes: int) -> None:
        self._most = most_bytes
        self._held = 0
        self._values: OrderedDict[Hashable, tuple[V, int]] = OrderedDict()
        self._turn = threading.Lock()

    @property
    def held_bytes(self) -> int:
        return self._held

    def find(self, key: Hashable) -> V | None:
        with self._turn:
            found = self._values.get(key)
            if found is None:
                return None
            self._values.move_to_end(key)
            return found[0]

    def keep(self, key: Hashable, value: V) -> None:
        """One that would take more than a quarter of all room is not kept."""
        size = len(pickle.dumps(value, pickle.HIGHEST_PROTOCOL)) * _OBJECTS_TO_PICKLE
        if size > self._most // 4:
            return
        with self._turn:
            self._held += size - self._values.pop(key, (value, 0))[1]
            self._values[key] = value, size
            while self._held > self._most:
                _, (_, freed) = self._values.popitem(last=False)
                self._held -= freed
