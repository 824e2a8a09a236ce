"""A worker in a thread of the test's process."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tickets.ingestion.worker import Worker, find_workers

LONG_ENOUGH = 60.0
"""Seconds in which a worker is known as running, and in which it has ended."""


@contextmanager
def running_worker(**options: Any) -> Iterator[Worker]:
    """A `Worker(**options)` that others know to be running; it has ended afterwards."""
    worker = Worker(**options)
    thread = threading.Thread(target=worker.run)
    thread.start()
    try:
        deadline = time.monotonic() + LONG_ENOUGH
        while worker.name not in find_workers():
            assert time.monotonic() < deadline, "the worker did not start"
            time.sleep(0.02)
        yield worker
    finally:
        worker.stop.set()
        thread.join(LONG_ENOUGH)
    assert not thread.is_alive()
