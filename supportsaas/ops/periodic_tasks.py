"""What workers do besides running jobs: duties, each in a thread of its own.

An app registers its duties when it starts. Every worker on every machine performs all of them, so a
duty takes what it works on by an atomic claim in MongoDB and finds nothing to do most of the time.
"""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass

from supportsaas.db import mongo
from supportsaas.ops import logs

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Duty:
    """Something to do every so often. `work(stop)` does what is due and returns; where that takes
    long, it ends at a safe place once `stop` is set. What it raises is logged, and it is tried again.
    One that `follows_runs` is also performed once by a command that has ingested, for those who have
    cron and no worker."""

    name: str
    every_seconds: float
    work: Callable[[threading.Event], object]
    follows_runs: bool = False


_DUTIES: dict[str, Duty] = {}


def register(duty: Duty) -> None:
    """Have every worker of this project perform the duty; a later one of the same name replaces it."""
    _DUTIES[duty.name] = duty


def registered() -> list[Duty]:
    return list(_DUTIES.values())


def perform(duty: Duty, stop: threading.Event) -> None:
    """Work, pause, work again until `stop` is set; an unreachable database is waited out."""
    with logs.about(duty=duty.name):
        while not stop.is_set():
            try:
                duty.work(stop)
            except mongo.UNAVAILABLE as error:
                logger.warning("MongoDB is away, the duty “%s” tries again: %s", duty.name, error)
            except Exception:
                logger.exception("The duty “%s” failed and is tried again.", duty.name)
            stop.wait(duty.every_seconds)


def perform_after_runs(stop: threading.Event) -> None:
    """What a command that has ingested performs once before it ends."""
    for duty in registered():
        if duty.follows_runs and not stop.is_set():
            duty.work(stop)
