"""Periodic tasks run repeatedly and in parallel, even if one of them fails."""

import ast
import threading
from collections.abc import Iterator

import pytest
from django.conf import settings
from pymongo.errors import ConnectionFailure

from supportsaas.ops import periodic_tasks
from supportsaas.ops.periodic_tasks import PeriodicTask, periodic_task

LONG_ENOUGH = 10.0
PACKAGES = ("supportsaas", "tenants", "tickets", "analytics")


@pytest.fixture
def stop() -> Iterator[threading.Event]:
    stop = threading.Event()
    yield stop
    stop.set()


def repeat_until(done: threading.Event, stop: threading.Event, task: PeriodicTask) -> None:
    thread = threading.Thread(target=periodic_tasks.repeat, args=(task, stop))
    thread.start()
    assert done.wait(LONG_ENOUGH)
    stop.set()
    thread.join(LONG_ENOUGH)
    assert not thread.is_alive()


@pytest.mark.parametrize("fault", [ConnectionFailure("away"), ValueError("a bug")], ids=["database", "bug"])
def test_a_periodic_task_that_fails_runs_again(fault: Exception, stop: threading.Event) -> None:
    done = threading.Event()
    times: list[int] = []

    def work(_stop: threading.Event) -> None:
        times.append(len(times))
        if len(times) < 3:
            raise fault
        done.set()

    repeat_until(done, stop, PeriodicTask(name="x", every_seconds=0.01, work=work))
    assert times[:3] == [0, 1, 2]


def test_a_running_periodic_task_sees_the_stop_event(stop: threading.Event) -> None:
    started = threading.Event()

    def work(event: threading.Event) -> None:
        started.set()
        assert event.wait(LONG_ENOUGH)

    repeat_until(started, stop, PeriodicTask(name="x", every_seconds=60, work=work))


def test_workers_run_every_periodic_task_of_the_listed_modules() -> None:
    assert {task.name for task in periodic_tasks.find_tasks()} >= {
        "scheduled-runs",
        "schedules",
        "incidents",
        "outages",
        "words",
        "reclassification",
        "status-remapping",
        "status-marks",
        "deliveries",
        "deleted-tenants",
        "rollups",
        "rollups-of-many-values",
        "rollup-check",
        "keywords",
        "digests",
    }


def test_every_module_with_a_periodic_task_is_listed_in_the_settings() -> None:
    modules = {
        ".".join(path.relative_to(settings.BASE_DIR).with_suffix("").parts)
        for package in PACKAGES
        for path in (settings.BASE_DIR / package).rglob("*.py")
        if _declares_a_task(ast.parse(path.read_text()))
    }
    assert modules == set(settings.PERIODIC_TASK_MODULES)


def test_two_periodic_tasks_cannot_have_the_same_name() -> None:
    with pytest.raises(ValueError, match="scheduled-runs"):
        periodic_tasks.find_tasks()
        periodic_task("scheduled-runs", every_seconds=1)(lambda _stop: None)


def _declares_a_task(module: ast.Module) -> bool:
    decorators = (
        decorator
        for function in ast.walk(module)
        if isinstance(function, ast.FunctionDef)
        for decorator in function.decorator_list
    )
    return any(isinstance(each, ast.Call) and ast.unparse(each.func) == "periodic_task" for each in decorators)
