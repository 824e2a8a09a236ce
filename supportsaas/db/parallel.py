"""Independent reads in parallel: the caller waits for the slowest one instead of for all in turn."""

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
"""Threads per process. Further reads wait until one is free."""

_NAME = "parallel"
_pool = ThreadPoolExecutor(MOST_AT_ONCE, thread_name_prefix=_NAME)


def _renew() -> None:
    """A forked process has none of its parent's threads."""
    global _pool
    _pool = ThreadPoolExecutor(MOST_AT_ONCE, thread_name_prefix=_NAME)


os.register_at_fork(after_in_child=_renew)


def start(read: Callable[[], T]) -> Callable[[], T]:
    """Start reading in another thread. Call the result to wait for the read: it returns or raises what the read did.

    A read started by another read runs at once, in the same thread: threads that wait for threads of their own pool
    could deadlock.
    """
    if threading.current_thread().name.startswith(_NAME):
        found = read()
        return lambda: found
    return _pool.submit(contextvars.copy_context().run, partial(_read, read, connections[DEFAULT_DB_ALIAS])).result


def run_parallel(*reads: Callable[[], T]) -> list[T]:
    """The results in the order of `reads`. Raises what the first read that fails raises."""
    first, others = reads[:1], [start(each) for each in reads[1:]]
    return [read() for read in (*first, *others)]


def _read(read: Callable[[], T], connection: Any) -> T:
    """Read through the caller's connection. Its client is open, and any thread may use it."""
    connections[DEFAULT_DB_ALIAS] = connection
    return read()
