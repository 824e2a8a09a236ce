"""Stopping commands by signals."""

import signal
import threading

from tickets.helpdesks.http import Wait
from tickets.ingestion.run_lease import RunCancelled


def waiting_until(stop: threading.Event) -> Wait:
    """A wait for work outside a run; raises `RunCancelled` as soon as `stop` is set."""

    def wait(seconds: float, _reason: str) -> None:
        if stop.wait(seconds):
            raise RunCancelled

    return wait


def stop_on_signals() -> threading.Event:
    """An event set by SIGTERM and SIGINT, so that runs stop after a page and keep what they imported."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    return stop
