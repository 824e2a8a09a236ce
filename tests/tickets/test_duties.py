"""Duties: performed again and again beside each other, whatever one of them raises."""

import threading
from collections.abc import Iterator

import pytest
from pymongo.errors import ConnectionFailure

from supportsaas.ops import periodic_tasks
from supportsaas.ops.periodic_tasks import Duty

LONG_ENOUGH = 10.0


@pytest.fixture
def stop() -> Iterator[threading.Event]:
    stop = threading.Event()
    yield stop
    stop.set()


def perform_until(done: threading.Event, stop: threading.Event, duty: Duty) -> None:
    thread = threading.Thread(target=periodic_tasks.perform, args=(duty, stop))
    thread.start()
    assert done.wait(LONG_ENOUGH)
    stop.set()
    thread.join(LONG_ENOUGH)
    assert not thread.is_alive()


@pytest.mark.parametrize("fault", [ConnectionFailure("away"), ValueError("a fault of ours")], ids=["database", "fault"])
def test_a_duty_that_fails_is_performed_again(fault: Exception, stop: threading.Event) -> None:
    done, times = threading.Event(), []

    def work(_stop: threading.Event) -> None:
        times.append(len(times))
        if len(times) < 3:
            raise fault
        done.set()

    perform_until(done, stop, Duty(name="x", every_seconds=0.01, work=work))
    assert times[:3] == [0, 1, 2]


def test_a_duty_is_told_when_to_stop(stop: threading.Event) -> None:
    started = threading.Event()

    def work(told: threading.Event) -> None:
        started.set()
        assert told.wait(LONG_ENOUGH)

    perform_until(started, stop, Duty(name="x", every_seconds=60, work=work))


def test_the_schedules_are_kept_by_duties() -> None:
    assert {"turns", "schedules"} <= {duty.name for duty in periodic_tasks.registered()}
