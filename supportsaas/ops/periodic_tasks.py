"""Periodic tasks: what a worker does besides running jobs, each task in a thread of its own.

Declare a task next to its function with `@periodic_task`, and list its module in `settings.PERIODIC_TASK_MODULES`.
Every worker on every machine runs all tasks, so a task claims its work atomically in MongoDB and usually finds none.
"""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import TypeVar

from django.conf import settings

from supportsaas.db import mongo
from supportsaas.ops import logs

logger = logging.getLogger(__name__)

Work = Callable[[threading.Event], object]
W = TypeVar("W", bound=Work)


@dataclass(frozen=True, slots=True, kw_only=True)
class PeriodicTask:
    """`work(stop)` does what is due and returns. Long work ends at a safe point once `stop` is set.

    Errors are logged and the task runs again. A task with `follows_runs` also runs once after a command that ingests,
    for installations that use cron instead of a worker.
    """

    name: str
    every_seconds: float
    work: Work
    follows_runs: bool = False


_declared: dict[str, PeriodicTask] = {}


def periodic_task(name: str, *, every_seconds: float, follows_runs: bool = False) -> Callable[[W], W]:
    """Declare a periodic task of every worker. The function itself is returned unchanged."""

    def declare(work: W) -> W:
        if name in _declared:
            raise ValueError(f"Two periodic tasks have the name “{name}”.")
        _declared[name] = PeriodicTask(name=name, every_seconds=every_seconds, work=work, follows_runs=follows_runs)
        return work

    return declare


def find_tasks() -> list[PeriodicTask]:
    """All tasks of the modules in `settings.PERIODIC_TASK_MODULES`."""
    for module in settings.PERIODIC_TASK_MODULES:
        import_module(module)
    return list(_declared.values())


def repeat(task: PeriodicTask, stop: threading.Event) -> None:
    """Run the task, pause, and repeat until `stop` is set. Survives an unreachable database."""
    with logs.about(task=task.name):
        while not stop.is_set():
            try:
                task.work(stop)
            except mongo.UNAVAILABLE as error:
                logger.warning("MongoDB is unavailable; the periodic task “%s” will retry: %s", task.name, error)
            except Exception:
                logger.exception("The periodic task “%s” failed and will be retried.", task.name)
            stop.wait(task.every_seconds)


def run_after_ingestion(stop: threading.Event) -> None:
    """Run the tasks that follow runs once, in this thread."""
    for task in find_tasks():
        if task.follows_runs and not stop.is_set():
            task.work(stop)
