"""Reads that do not need each other, at the same time: who asks waits for the longest of them and not for the sum."""

import contextvars
import os
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, TypeVar

from django.db import DEFAULT_DB_ALIAS, connections

T = TypeVar("T")

MOST_AT_ONCE = 16
"""Threads of a process that read for others; a read beyond them waits for its turn."""

_NAME = "together"
_pool = ThreadPoolExecutor(MOST_AT_ONCE, thread_name_prefix=_NAME)


def _renew() -> None:
    """A child process has none of its parent's threads."""
    global _pool
    _pool = ThreadPoolExecutor(MOST_AT_ONCE, thread_name_prefix=_NAME)


os.register_at_fork(after_in_child=_renew)


def begin(read: Callable[[], T]) -> Callable[[], T]:
    """Start reading in another thread. What comes back waits for the end, and returns or raises what the read did.

    What a read begins is read at once: threads that waited for threads of the same pool could wait for ever.
    """
    if threading.current_thread().name.startswith(_NAME):
        found = read()
        return lambda: found
    return _pool.submit(contextvars.copy_context().run, partial(_read, read, connections[DEFAULT_DB_ALIAS])).result


def together(*reads: Callable[[], T]) -> list[T]:
    """What each of them returns, in their order; raises what the first that fails raises."""
    first, others = reads[:1], [begin(each) for each in reads[1:]]
    return [read() for read in (*first, *others)]


def _read(read: Callable[[], T], connection: Any) -> T:
    """By the connection of who asked: its client may be used by any thread, and is the one that is open."""
    connections[DEFAULT_DB_ALIAS] = connection
    return read()
