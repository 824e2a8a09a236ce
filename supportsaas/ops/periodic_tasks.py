"""Periodic tasks: what a worker does besides running jobs, each task in a thread of its own.

A task is declared next to its function with `@periodic_task`, and its module is listed in
`settings.PERIODIC_TASK_MODULES`. Every worker on every machine runs all tasks, so a task claims what it
works on atomically in MongoDB and usually finds nothing to do.
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
    """`work(stop)` does what is due and returns; if that takes long, it ends at a safe point once `stop` is set.

    What it raises is logged, and it is tried again. A task that `follows_runs` also runs once at the end of a
    command that ingests, for installations with cron and no worker.
    """

    name: str
    every_seconds: float
    work: Work
    follows_runs: bool = False


_declared: dict[str, PeriodicTask] = {}


def periodic_task(name: str, *, every_seconds: float, follows_runs: bool = False) -> Callable[[W], W]:
    """Declare the function a periodic task of every worker. The function itself stays as it is."""

    def declare(work: W) -> W:
        if name in _declared:
            raise ValueError(f"There are two periodic tasks with the name “{name}”.")
        _declared[name] = PeriodicTask(name=name, every_seconds=every_seconds, work=work, follows_runs=follows_runs)
        return work

    return declare


def find_tasks() -> list[PeriodicTask]:
    """All tasks of the modules in `settings.PERIODIC_TASK_MODULES`."""
    for module in settings.PERIODIC_TASK_MODULES:
        import_module(module)
    return list(_declared.values())


def repeat(task: PeriodicTask, stop: threading.Event) -> None:
    """Run the task, pause, and run it again until `stop` is set; an unreachable database is waited out."""
    with logs.about(task=task.name):
        while not stop.is_set():
            try:
                task.work(stop)
            except mongo.UNAVAILABLE as error:
                logger.warning("MongoDB is unavailable, the periodic task “%s” tries again: %s", task.name, error)
            except Exception:
                logger.exception("The periodic task “%s” failed and will be tried again.", task.name)
            stop.wait(task.every_seconds)


def run_after_ingestion(stop: threading.Event) -> None:
    """Run the tasks that follow runs once, in this thread."""
    for task in find_tasks():
        if task.follows_runs and not stop.is_set():
            task.work(stop)
